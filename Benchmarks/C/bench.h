/* What the programs of the benchmark share: clocks, addresses on loopback, lines in and out.

   A program that is measured or that measures ends with a message at the first thing it doesn't
   expect: a benchmark that goes on after an error measures something else. */
#pragma once

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

/* Events of one epoll_wait, as many as peerd takes. */
enum { EVENTS = 512 };

/* Nanoseconds of the clock that the runner reads too, so that their times can be compared. */
static inline int64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static inline void die(const char *what)
{
    perror(what);
    exit(1);
}

static inline void check(int result, const char *what)
{
    if (result < 0)
        die(what);
}

/* All descriptors that this process may have; also the size of tables that they index. */
static inline int raise_descriptor_limit(void)
{
    struct rlimit limit;
    check(getrlimit(RLIMIT_NOFILE, &limit), "getrlimit");
    limit.rlim_cur = limit.rlim_max;
    check(setrlimit(RLIMIT_NOFILE, &limit), "setrlimit");
    return (int)limit.rlim_max;
}

static inline struct sockaddr_in ipv4(uint32_t address, uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr.s_addr = htonl(address),
    };
}

static inline int tcp_socket(void)
{
    return socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

/* 250 sources in a row, so that no address ends in .0 or .255. */
enum { SOURCES_PER_24 = 250, FIRST_SOURCE = 127 << 24 | 10 << 16 };

/* A socket that connects from the source of a number, one of many addresses of 127.0.0.0/8. It turns
   writable when it has. */
static inline int dial_from(long source, struct sockaddr_in server)
{
    int descriptor = tcp_socket();
    check(descriptor, "socket");
    /* The port is chosen by the whole connection, so that one address has more than 28,000. */
    int one = 1;
    check(setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one),
          "IP_BIND_ADDRESS_NO_PORT");
    uint32_t address = FIRST_SOURCE + (uint32_t)(source / SOURCES_PER_24 * 256
                                                 + source % SOURCES_PER_24 + 1);
    struct sockaddr_in here = ipv4(address, 0);
    check(bind(descriptor, (struct sockaddr *)&here, sizeof here), "bind");
    int result = connect(descriptor, (struct sockaddr *)&server, sizeof server);
    if (result < 0 && errno != EINPROGRESS)
        die("connect");
    return descriptor;
}

/* `device` is NULL for any; INADDR_ANY on "lo" is all of 127.0.0.0/8 and nothing else. */
static inline int listen_at(uint32_t address, uint16_t port, const char *device)
{
    int listener = tcp_socket();
    check(listener, "socket");
    int one = 1;
    check(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "SO_REUSEADDR");
    if (device)
        check(setsockopt(listener, SOL_SOCKET, SO_BINDTODEVICE, device,
                         (socklen_t)strlen(device) + 1),
              "SO_BINDTODEVICE");
    struct sockaddr_in here = ipv4(address, port);
    check(bind(listener, (struct sockaddr *)&here, sizeof here), "bind");
    check(listen(listener, 65535), "listen");
    return listener;
}

static inline void watch(int epoll, int operation, int descriptor, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.fd = descriptor};
    check(epoll_ctl(epoll, operation, descriptor, &event), "epoll_ctl");
}

/* A line of the runner's, without its end; false when it has closed the pipe. The runner writes one
   short line at a time and waits for the answer, so a line comes whole. */
static inline int read_command(char *line, size_t size)
{
    ssize_t length = read(STDIN_FILENO, line, size - 1);
    check((int)length, "read");
    line[length] = 0;
    line[strcspn(line, "\n")] = 0;
    return length > 0;
}
