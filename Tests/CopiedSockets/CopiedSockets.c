#define _GNU_SOURCE
#include "CopiedSockets.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>

static void copy(int descriptor)
{
    int error = errno;
    if (fcntl(descriptor, F_DUPFD_CLOEXEC, 0) < 0)
        abort();
    errno = error;
}

int accept4(int listener, struct sockaddr *remote, socklen_t *length, int flags)
{
    int (*real)(int, struct sockaddr *, socklen_t *, int) = dlsym(RTLD_NEXT, "accept4");
    int accepted = real(listener, remote, length, flags);
    if (accepted >= 0)
        copy(accepted);
    return accepted;
}

int connect(int descriptor, const struct sockaddr *remote, socklen_t length)
{
    int (*real)(int, const struct sockaddr *, socklen_t) = dlsym(RTLD_NEXT, "connect");
    int result = real(descriptor, remote, length);
    copy(descriptor);
    return result;
}

int listen(int descriptor, int backlog)
{
    int (*real)(int, int) = dlsym(RTLD_NEXT, "listen");
    int result = real(descriptor, backlog);
    if (result == 0)
        copy(descriptor);
    return result;
}
