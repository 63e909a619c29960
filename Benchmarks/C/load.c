/* load: makes connections to 127.0.0.1, from many addresses of 127.0.0.0/8.

       load hold PORT COUNT SOURCES    opens COUNT connections and keeps them
       load shed PORT COUNT SOURCES    opens COUNT connections, each of which the peer is to close

   At most IN_FLIGHT are unfinished at a time. The I-th comes from source I modulo SOURCES. Once all
   are open (shed: closed), it prints "done first=NS last=NS failed=N".

   Holding, it prints "gone last=NS" when the peer has closed the last one, and takes commands, a
   line each: "close" closes all and prints "closed first=NS last=NS"; the end of input ends it. */
#include "bench.h"

enum { IN_FLIGHT = 256 };
enum phase { FREE, CONNECTING, OPEN };

static uint8_t *phases;
static int descriptor_limit, highest;
static int epoll;
static int is_shedding;
static struct sockaddr_in server;
static long sources, started, finished, failed, in_flight, held;

static void end(int descriptor)
{
    phases[descriptor] = FREE;
    close(descriptor);
}

static void start_one(void)
{
    int descriptor = dial_from(started++ % sources, server);
    if (descriptor > highest)
        highest = descriptor;
    phases[descriptor] = CONNECTING;
    watch(epoll, EPOLL_CTL_ADD, descriptor, EPOLLOUT);
    in_flight++;
}

static void connected(int descriptor)
{
    int error = 0;
    socklen_t length = sizeof error;
    check(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
    if (error != 0) {
        /* Reset before it was looked at: shed. */
        if (!is_shedding || error != ECONNRESET)
            failed++;
        end(descriptor);
        in_flight--;
        finished++;
        return;
    }
    phases[descriptor] = OPEN;
    watch(epoll, EPOLL_CTL_MOD, descriptor, EPOLLIN);
    if (!is_shedding) {
        in_flight--;
        finished++;
        held++;
    }
}

/* Whether the peer has closed. */
static int has_ended(int descriptor)
{
    char bytes[4096];
    ssize_t count;
    while ((count = read(descriptor, bytes, sizeof bytes)) > 0)
        ;
    return count == 0 || errno != EAGAIN;
}

static void serve(int descriptor)
{
    switch (phases[descriptor]) {
    case CONNECTING:
        connected(descriptor);
        break;
    case OPEN:
        if (!has_ended(descriptor))
            return;
        end(descriptor);
        if (is_shedding) {
            in_flight--;
            finished++;
        } else if (--held == 0 && finished == started) {
            printf("gone last=%lld\n", (long long)now_ns());
        }
        break;
    }
}

static void close_all(void)
{
    int64_t first = now_ns();
    for (int descriptor = 0; descriptor <= highest; descriptor++)
        if (phases[descriptor] != FREE)
            end(descriptor);
    held = 0;
    printf("closed first=%lld last=%lld\n", (long long)first, (long long)now_ns());
}

static void make_connections(long count)
{
    struct epoll_event events[EVENTS];
    int64_t first = now_ns();
    while (finished < count) {
        while (in_flight < IN_FLIGHT && started < count)
            start_one();
        int ready = epoll_wait(epoll, events, EVENTS, finished < count ? -1 : 0);
        check(ready, "epoll_wait");
        for (int index = 0; index < ready; index++)
            serve(events[index].data.fd);
    }
    printf("done first=%lld last=%lld failed=%ld\n", (long long)first, (long long)now_ns(),
           failed);
}

int main(int count, char **arguments)
{
    if (count != 5) {
        fprintf(stderr, "usage: load hold|shed PORT COUNT SOURCES\n");
        return 2;
    }
    is_shedding = strcmp(arguments[1], "shed") == 0;
    server = ipv4(INADDR_LOOPBACK, (uint16_t)atoi(arguments[2]));
    sources = atol(arguments[4]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    descriptor_limit = raise_descriptor_limit();
    phases = calloc((size_t)descriptor_limit, 1);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    check(epoll, "epoll_create1");

    make_connections(atol(arguments[3]));
    if (is_shedding)
        return failed == 0 ? 0 : 1;

    watch(epoll, EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
    struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        check(ready, "epoll_wait");
        for (int index = 0; index < ready; index++) {
            if (events[index].data.fd != STDIN_FILENO) {
                serve(events[index].data.fd);
                continue;
            }
            char line[64];
            if (!read_command(line, sizeof line))
                return 0;
            if (strcmp(line, "close") == 0)
                close_all();
        }
    }
}
