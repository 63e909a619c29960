/* What Swift lacks for talking to systemd: the functions of libsystemd that are used, and sealed
   memory files (they need _GNU_SOURCE) sent along with a datagram (by function-like macros).

   No header of libsystemd or of sockets is included: theirs would hide SOCK_DGRAM and its like
   from Swift code that imports Glibc too. So a socket's address is a pointer and a length. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* The first of the descriptors that systemd hands over; the others follow without a gap. */
extern const int csystemd_first_listen_fd;

/* sd_listen_fds_with_names(3), which also takes its variables out of the environment. The names
   and their array are the caller's to free. */
int csystemd_take_listen_fds(char ***names);

/* sd_watchdog_enabled(3), which also takes its variables out of the environment. */
int csystemd_take_watchdog(uint64_t *interval_usec);

/* A memory file that holds `count` bytes and that nobody can change any more, as journald demands
   it: a reader that maps it must not be surprised. Its descriptor, or -1 with errno. */
int csystemd_sealed_file(const void *bytes, size_t count);

/* Sends one descriptor and no bytes to a datagram socket, without waiting. 0, or -1 with errno. */
int csystemd_send_descriptor(int socket, const void *address, unsigned int length, int descriptor);
