#define _GNU_SOURCE
#include "SlowDisk.h"

#include <dlfcn.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

static void wait_for_disk(void)
{
    const char *path = getenv("SLOW_DISK");
    while (path && access(path, F_OK) == 0)
        poll(NULL, 0, 5);
}

int fsync(int file)
{
    int (*real)(int) = dlsym(RTLD_NEXT, "fsync");
    wait_for_disk();
    return real(file);
}

int fdatasync(int file)
{
    int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");
    wait_for_disk();
    return real(file);
}

ssize_t pread64(int file, void *buffer, size_t count, off64_t offset)
{
    ssize_t (*real)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
    wait_for_disk();
    return real(file, buffer, count, offset);
}
