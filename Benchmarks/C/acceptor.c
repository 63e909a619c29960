/* acceptor: the peers that are dialled, at every address of 127.0.0.0/8 and one port.

       acceptor PORT COUNT

   Prints "ready" once it listens, and "held first=NS last=NS" when it holds COUNT connections.
   Commands, a line each: "replace ROUNDS" closes one connection after the other, the oldest first,
   waits for the connection that comes in its stead, and prints "replaced NS" for each round, the
   time from the close to the accept; the end of input ends it. */
#include "bench.h"

/* Between two rounds, so that each starts with everybody asleep. */
enum { PAUSE_MS = 20 };

static int epoll, listener;
static int *held; /* in the order of their arrival; those before `oldest` are gone */
static long count, oldest;

static int accept_one(void)
{
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0 && errno == EAGAIN)
        return 0;
    check(descriptor, "accept4");
    held[count++] = descriptor;
    return 1;
}

static void replace(long rounds)
{
    struct epoll_event event;
    for (long round = 0; round < rounds; round++) {
        if (epoll_wait(epoll, &event, 1, PAUSE_MS) != 0) {
            fprintf(stderr, "something came while nothing was missing\n");
            exit(1);
        }
        int64_t closed = now_ns();
        close(held[oldest++]);
        int ready = epoll_wait(epoll, &event, 1, 10000);
        int64_t came = now_ns();
        if (ready != 1 || !accept_one()) {
            fprintf(stderr, "round %ld: nothing came within 10 s\n", round);
            exit(1);
        }
        printf("replaced %lld\n", (long long)(came - closed));
    }
}

int main(int argument_count, char **arguments)
{
    if (argument_count != 3) {
        fprintf(stderr, "usage: acceptor PORT COUNT\n");
        return 2;
    }
    long wanted = atol(arguments[2]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    held = calloc(2 * (size_t)raise_descriptor_limit(), sizeof *held);
    listener = listen_at(INADDR_ANY, (uint16_t)atoi(arguments[1]), "lo");
    epoll = epoll_create1(EPOLL_CLOEXEC);
    check(epoll, "epoll_create1");
    watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
    printf("ready\n");

    int64_t first = 0;
    while (count < wanted) {
        struct epoll_event event;
        check(epoll_wait(epoll, &event, 1, -1), "epoll_wait");
        if (first == 0)
            first = now_ns();
        while (accept_one())
            ;
    }
    printf("held first=%lld last=%lld\n", (long long)first, (long long)now_ns());

    char line[64];
    while (read_command(line, sizeof line)) {
        long rounds;
        if (sscanf(line, "replace %ld", &rounds) == 1)
            replace(rounds);
    }
    return 0;
}
