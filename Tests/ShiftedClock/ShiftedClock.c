#define _GNU_SOURCE
#include "ShiftedClock.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int result = (int)syscall(SYS_clock_gettime, clock, time);
    const char *path = getenv("SHIFTED_CLOCK");
    FILE *file = clock == CLOCK_REALTIME && path ? fopen(path, "re") : NULL;
    long shift = 0;
    if (!file)
        return result;
    if (fscanf(file, "%ld", &shift) == 1)
        time->tv_sec += shift;
    fclose(file);
    return result;
}
