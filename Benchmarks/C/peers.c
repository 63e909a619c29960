/* peers: peers of regnet that introduce themselves, answer pings and send their own.

       peers dial PORT COUNT RATE     COUNT of them connect to 127.0.0.1 from many addresses of
                                      127.0.0.0/8, RATE a second, or as fast as they can if it is 0
       peers accept PORT COUNT        wait at every address of 127.0.0.0/8 for COUNT connections

   At most IN_FLIGHT dials haven't shaken hands at a time. It prints "ready" before the first dial, or
   once it listens, and "held first=NS last=NS" when the last handshake is complete. Then it takes
   commands, a line each: "ping SECONDS" has each peer ping every so many seconds, one after the other
   at equal distances; "count" prints "counted pings=N pongs=N", what has come since the last time; the
   end of input ends it. A peer that is hung up on before its handshake is complete, or that is to ping
   then, ends it with an error.

   Both sides of this are also the least that a program needs for what the daemon does. */
#include "bench.h"
#include "blake256.h"

#include <sys/timerfd.h>

enum { IN_FLIGHT = 256, SOURCES = 1000 };
enum { HEADER = 24, COMMAND = 4, COMMAND_SIZE = 12, LENGTH = 16, CHECKSUM = 20, NONCE = 8 };
enum { REGNET = 0xdab500fa, VERSION = 12, FULL_NODE = 1 };
/* Up to the nonce: version, services, time, both ends. */
enum { VERSION_FIXED = 4 + 8 + 8 + 26 + 26 };
/* A start of so many peers at a time keeps to the rate within a hundredth of a second. */
enum { TICK_MS = 10 };

enum phase { FREE, CONNECTING, OPEN, INTRODUCED, HELD };

struct peer {
    enum phase phase;
    int is_dialled;   /* by us */
    uint32_t to_skip; /* bytes of a payload that isn't looked at */
    uint8_t kept;     /* bytes of `frame` */
    uint8_t frame[HEADER + NONCE];
};

static struct peer *peers;
static int *held; /* descriptors, in the order of their handshakes */
static long wanted, started, in_flight, count, pings, pongs;
static int epoll, listener = -1;
static struct sockaddr_in server;
static int64_t first, last;

/* Frames that are the same for all. */
static uint8_t version_frame[256], verack_frame[HEADER];
static size_t version_size;

static void seal(uint8_t *frame, const char *command, uint32_t length)
{
    uint32_t magic = REGNET;
    memcpy(frame, &magic, sizeof magic);
    memset(frame + COMMAND, 0, COMMAND_SIZE);
    memcpy(frame + COMMAND, command, strlen(command));
    memcpy(frame + LENGTH, &length, sizeof length);
    uint32_t word = __builtin_bswap32(hash(frame + HEADER, length));
    memcpy(frame + CHECKSUM, &word, sizeof word);
}

static void prepare_frames(void)
{
    static const char agent[] = "/dcrwire:1.0.0/dcrd:2.1.0(pre)/";
    uint8_t *field = version_frame + HEADER;
    uint32_t version = VERSION;
    uint64_t services = FULL_NODE, nonce = 0x0123456789abcdef;
    int64_t seconds = time(NULL);
    memcpy(field, &version, 4);
    memcpy(field + 4, &services, 8);
    memcpy(field + 12, &seconds, 8);
    field += VERSION_FIXED;
    memcpy(field, &nonce, NONCE);
    field += NONCE;
    *field++ = sizeof agent - 1;
    memcpy(field, agent, sizeof agent - 1);
    /* The last block and the relay flag behind it are zero. */
    field += sizeof agent - 1 + 5;
    version_size = (size_t)(field - version_frame);
    seal(version_frame, "version", (uint32_t)(version_size - HEADER));
    seal(verack_frame, "verack", 0);
}

/* What is sent is so little that the kernel takes it at once or something is wrong. */
static void say(int descriptor, const void *bytes, size_t size)
{
    ssize_t sent = send(descriptor, bytes, size, MSG_NOSIGNAL);
    if (sent != (ssize_t)size)
        die("send");
}

static void introduce(int descriptor)
{
    say(descriptor, version_frame, version_size);
}

static void start_one(void)
{
    if (first == 0)
        first = now_ns();
    int descriptor = dial_from(started++ % SOURCES, server);
    peers[descriptor] = (struct peer){.phase = CONNECTING, .is_dialled = 1};
    watch(epoll, EPOLL_CTL_ADD, descriptor, EPOLLOUT);
    in_flight++;
}

static void connected(int descriptor)
{
    int error = 0;
    socklen_t length = sizeof error;
    check(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
    if (error != 0) {
        errno = error;
        die("connect");
    }
    peers[descriptor].phase = OPEN;
    watch(epoll, EPOLL_CTL_MOD, descriptor, EPOLLIN);
    introduce(descriptor);
}

static void accept_all(void)
{
    int descriptor;
    while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        if (first == 0)
            first = now_ns();
        peers[descriptor] = (struct peer){.phase = OPEN};
        watch(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN);
    }
    if (errno != EAGAIN)
        die("accept4");
}

static void hold(int descriptor, struct peer *peer)
{
    peer->phase = HELD;
    held[count++] = descriptor;
    in_flight--;
    if (count == wanted)
        last = now_ns();
}

static void refuse(const struct peer *peer)
{
    fprintf(stderr, "%.12s came in phase %d\n", peer->frame + COMMAND, peer->phase);
    exit(1);
}

/* A whole frame, or the header of one whose payload isn't looked at. */
static void take(int descriptor, struct peer *peer)
{
    const char *command = (const char *)peer->frame + COMMAND;
    if (strcmp(command, "version") == 0 && peer->phase == OPEN) {
        peer->phase = INTRODUCED;
        if (peer->is_dialled)
            return;
        uint8_t both[sizeof version_frame + HEADER];
        memcpy(both, version_frame, version_size);
        memcpy(both + version_size, verack_frame, HEADER);
        say(descriptor, both, version_size + HEADER);
    } else if (strcmp(command, "verack") == 0 && peer->phase == INTRODUCED) {
        if (peer->is_dialled)
            say(descriptor, verack_frame, HEADER);
        hold(descriptor, peer);
    } else if (strcmp(command, "ping") == 0 && peer->phase == HELD) {
        pings++;
        /* Its payload is the ping's, and so is its checksum. */
        memcpy(peer->frame + COMMAND, "pong", 4);
        say(descriptor, peer->frame, HEADER + NONCE);
    } else if (strcmp(command, "pong") == 0 && peer->phase == HELD) {
        pongs++;
    } else if (peer->phase != HELD) {
        refuse(peer);
    }
}

static uint32_t frame_size(const struct peer *peer)
{
    uint32_t length;
    memcpy(&length, peer->frame + LENGTH, sizeof length);
    return HEADER + length;
}

static void read_from(int descriptor, struct peer *peer)
{
    uint8_t bytes[4096];
    ssize_t size = recv(descriptor, bytes, sizeof bytes, 0);
    int is_over = size == 0 || (size < 0 && errno != EAGAIN);
    if (is_over && peer->phase == HELD) {
        peer->phase = FREE;
        close(descriptor);
        return;
    }
    if (is_over) {
        fprintf(stderr, "hung up in phase %d: %s\n", peer->phase, size ? strerror(errno) : "");
        exit(1);
    }
    for (ssize_t position = 0; position < size;) {
        size_t left = (size_t)(size - position);
        if (peer->to_skip > 0) {
            uint32_t skipped = left < peer->to_skip ? (uint32_t)left : peer->to_skip;
            peer->to_skip -= skipped;
            position += skipped;
            continue;
        }
        peer->frame[peer->kept++] = bytes[position++];
        if (peer->kept < HEADER)
            continue;
        uint32_t all = frame_size(peer);
        if (all == HEADER + NONCE && peer->kept < all)
            continue;
        take(descriptor, peer);
        peer->to_skip = all - peer->kept;
        peer->kept = 0;
    }
}

static void serve(int descriptor)
{
    if (descriptor == listener)
        accept_all();
    else if (peers[descriptor].phase == CONNECTING)
        connected(descriptor);
    else
        read_from(descriptor, &peers[descriptor]);
}

static void serve_ready(int timeout_ms)
{
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(epoll, events, EVENTS, timeout_ms);
    check(ready, "epoll_wait");
    for (int index = 0; index < ready; index++)
        serve(events[index].data.fd);
}

static void connect_all(long rate)
{
    int64_t begin = now_ns();
    while (count < wanted) {
        int64_t elapsed = now_ns() - begin;
        long due = rate == 0 ? wanted : (long)((double)elapsed / 1e9 * (double)rate) + 1;
        if (due > wanted)
            due = wanted;
        while (in_flight < IN_FLIGHT && started < due)
            start_one();
        serve_ready(rate > 0 && started < wanted ? TICK_MS : -1);
    }
}

/* The next peer's, in the order of their handshakes. */
static void ping_one(void)
{
    static long next;
    static uint64_t nonce;
    uint8_t frame[HEADER + NONCE];
    nonce++;
    memcpy(frame + HEADER, &nonce, NONCE);
    seal(frame, "ping", NONCE);
    say(held[next++ % count], frame, sizeof frame);
}

static void ping_every(int timer, long seconds)
{
    long long gap = seconds * 1000000000LL / count;
    struct timespec time = {.tv_sec = gap / 1000000000, .tv_nsec = gap % 1000000000};
    struct itimerspec period = {.it_interval = time, .it_value = time};
    check(timerfd_settime(timer, 0, &period, NULL), "timerfd_settime");
}

/* Returns 0 at the end of input. */
static int obey(int timer)
{
    char line[64];
    long seconds;
    if (!read_command(line, sizeof line))
        return 0;
    if (sscanf(line, "ping %ld", &seconds) == 1) {
        ping_every(timer, seconds);
    } else if (strcmp(line, "count") == 0) {
        printf("counted pings=%ld pongs=%ld\n", pings, pongs);
        pings = pongs = 0;
    }
    return 1;
}

static void live(void)
{
    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    check(timer, "timerfd_create");
    watch(epoll, EPOLL_CTL_ADD, timer, EPOLLIN);
    watch(epoll, EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
    for (;;) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        check(ready, "epoll_wait");
        for (int index = 0; index < ready; index++) {
            int descriptor = events[index].data.fd;
            uint64_t ticks = 0;
            if (descriptor == STDIN_FILENO) {
                if (!obey(timer))
                    return;
            } else if (descriptor == timer) {
                if (read(timer, &ticks, sizeof ticks) == sizeof ticks)
                    while (ticks-- > 0)
                        ping_one();
            } else {
                serve(descriptor);
            }
        }
    }
}

int main(int argument_count, char **arguments)
{
    int is_dialling = argument_count == 5 && strcmp(arguments[1], "dial") == 0;
    if (!is_dialling && (argument_count != 4 || strcmp(arguments[1], "accept") != 0)) {
        fprintf(stderr, "usage: peers dial PORT COUNT RATE | peers accept PORT COUNT\n");
        return 2;
    }
    uint16_t port = (uint16_t)atoi(arguments[2]);
    wanted = atol(arguments[3]);
    setvbuf(stdout, NULL, _IOLBF, 0);
    size_t limit = (size_t)raise_descriptor_limit();
    peers = calloc(limit, sizeof *peers);
    held = calloc(limit, sizeof *held);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    check(epoll, "epoll_create1");
    prepare_frames();

    if (!is_dialling) {
        listener = listen_at(INADDR_ANY, port, "lo");
        watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
    }
    printf("ready\n");
    if (is_dialling) {
        server = ipv4(INADDR_LOOPBACK, port);
        connect_all(atol(arguments[4]));
    } else {
        while (count < wanted)
            serve_ready(-1);
    }
    printf("held first=%lld last=%lld\n", (long long)first, (long long)last);
    live();
    return 0;
}
