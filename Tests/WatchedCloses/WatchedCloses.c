#define _GNU_SOURCE
#include "WatchedCloses.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DESCRIPTORS = 1 << 20 };

static _Atomic unsigned char watched[DESCRIPTORS];

static int close_now(int descriptor)
{
    int (*real)(int) = dlsym(RTLD_NEXT, "close");
    return real(descriptor);
}

static int is_socket(int descriptor)
{
    struct stat status;
    return fstat(descriptor, &status) == 0 && S_ISSOCK(status.st_mode);
}

static void note(void)
{
    const char *path = getenv("WATCHED_CLOSES");
    int file = path ? open(path, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
    if (file < 0 || write(file, "!", 1) != 1)
        abort();
    close_now(file);
}

int epoll_ctl(int epoll, int operation, int descriptor, struct epoll_event *event)
{
    int (*real)(int, int, int, struct epoll_event *) = dlsym(RTLD_NEXT, "epoll_ctl");
    int result = real(epoll, operation, descriptor, event);
    if (result == 0 && descriptor < DESCRIPTORS)
        watched[descriptor] = operation != EPOLL_CTL_DEL;
    return result;
}

int close(int descriptor)
{
    if (descriptor >= 0 && descriptor < DESCRIPTORS && watched[descriptor]) {
        int error = errno;
        if (is_socket(descriptor))
            note();
        watched[descriptor] = 0;
        errno = error;
    }
    return close_now(descriptor);
}
