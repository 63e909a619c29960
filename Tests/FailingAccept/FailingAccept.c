#define _GNU_SOURCE
#include "FailingAccept.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

static struct failing_accept *shared;

__attribute__((constructor)) static void share(void)
{
    const char *path = getenv("FAILING_ACCEPT");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0)
        abort();
    void *memory = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (memory == MAP_FAILED)
        abort();
    shared = memory;
}

int accept4(int listener, struct sockaddr *remote, socklen_t *length, int flags)
{
    int error = atomic_load(&shared->error);
    if (error != 0) {
        atomic_fetch_add(&shared->failures, 1);
        errno = error;
        return -1;
    }
    int (*real)(int, struct sockaddr *, socklen_t *, int) = dlsym(RTLD_NEXT, "accept4");
    return real(listener, remote, length, flags);
}
