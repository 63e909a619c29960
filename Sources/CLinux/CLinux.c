#include "CLinux.h"

#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int clinux_accept4(int listener, void *remote, unsigned int *length)
{
    return accept4(listener, remote, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int clinux_pipe2(int ends[2])
{
    return pipe2(ends, O_CLOEXEC);
}

const char *clinux_error_symbol(int code)
{
    return strerrorname_np(code);
}

const char *clinux_error_text(int code)
{
    return strerrordesc_np(code);
}

void clinux_name_thread(const char *name)
{
    pthread_setname_np(pthread_self(), name);
}

const int clinux_eai_nodata = EAI_NODATA;
