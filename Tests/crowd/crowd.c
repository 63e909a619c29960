/* crowd: connects to one address from 10,000 others, each in a /24 of its own.

       crowd ADDRESS PORT RATE COUNT

   Makes COUNT connections, RATE a second or as many as the machine can, and keeps each until 1,024
   later ones were made. Then it prints, a line, what became of them:

       seconds=S held=N refused=N unanswered=N

   refused: reset by the other end; unanswered: not even accepted by the kernel. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef IP_BIND_ADDRESS_NO_PORT
#define IP_BIND_ADDRESS_NO_PORT 24
#endif

enum { KEPT = 1024, SOURCES = 10000, FIRST_SOURCE = 127 << 24 | 130 << 16 | 1 };

static int kept[KEPT];
static long held, refused, unanswered;

static void check(int result, const char *what)
{
    if (result < 0) {
        perror(what);
        exit(1);
    }
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int connect_from(uint32_t source, const struct sockaddr_in *remote)
{
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    check(descriptor, "socket");
    int one = 1;
    setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(source)};
    check(bind(descriptor, (struct sockaddr *)&local, sizeof local), "bind");
    if (connect(descriptor, (const struct sockaddr *)remote, sizeof *remote) < 0
        && errno != EINPROGRESS)
        check(-1, "connect");
    return descriptor;
}

/* Counts what became of it, and leaves nothing of it in TIME_WAIT. */
static void end(int descriptor)
{
    struct sockaddr_in remote;
    socklen_t length = sizeof remote;
    char byte;
    if (recv(descriptor, &byte, 1, MSG_DONTWAIT) < 0 && errno == ECONNRESET)
        refused++;
    else if (getpeername(descriptor, (struct sockaddr *)&remote, &length) < 0)
        unanswered++;
    else
        held++;
    struct linger hang_up = {.l_onoff = 1};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &hang_up, sizeof hang_up);
    close(descriptor);
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fprintf(stderr, "usage: crowd ADDRESS PORT RATE COUNT\n");
        return 2;
    }
    struct sockaddr_in remote = {.sin_family = AF_INET};
    remote.sin_addr.s_addr = inet_addr(arguments[1]);
    remote.sin_port = htons((uint16_t)atoi(arguments[2]));
    double rate = atof(arguments[3]);
    long total = atol(arguments[4]);

    double start = now();
    for (long index = 0; index < total; index++) {
        double ahead = start + (double)index / rate - now();
        if (ahead > 0.001)
            usleep((useconds_t)(ahead * 1e6));
        if (index >= KEPT)
            end(kept[index % KEPT]);
        kept[index % KEPT] = connect_from(
            FIRST_SOURCE + (uint32_t)(index % SOURCES) * 256, &remote);
    }
    double seconds = now() - start;
    /* The last ones get as long as the others had. */
    usleep(KEPT * 100);
    for (long index = 0; index < total && index < KEPT; index++)
        end(kept[index]);
    printf("seconds=%.3f held=%ld refused=%ld unanswered=%ld\n", seconds, held, refused,
           unanswered);
    return 0;
}
