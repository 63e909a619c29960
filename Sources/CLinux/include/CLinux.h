/* What Swift's Glibc module lacks: headers that it doesn't map, and calls that need _GNU_SOURCE.
   That is defined for CLinux.c only: defined here it would change what Glibc's own module means. */
#pragma once

#include <malloc.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>

/* accept4(2) with SOCK_NONBLOCK and SOCK_CLOEXEC. The address is a struct sockaddr and a
   socklen_t: their header, included here, would hide SOCK_STREAM and its like from Swift code that
   imports Glibc too. */
int clinux_accept4(int listener, void *remote, unsigned int *length);

/* pipe2(2) with O_CLOEXEC; both ends block. */
int clinux_pipe2(int ends[2]);

/* The symbol of an error number ("EADDRINUSE") and its untranslated text ("Address already in
   use"); NULL for a number that glibc doesn't know. Unlike strerror(3), safe on any thread. */
const char *clinux_error_symbol(int code);
const char *clinux_error_text(int code);

/* Names the calling thread for ps and top; more than 15 bytes are refused and change nothing. */
void clinux_name_thread(const char *name);

/* getaddrinfo(3)'s answer for a name that exists and has no address, which POSIX dropped. */
extern const int clinux_eai_nodata;
