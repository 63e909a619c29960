/* floor: the least that holding connections costs, as a plain C program on one epoll.

       floor listen PORT MAX           holds up to MAX inbound connections, closes further ones
       floor dial ADDRESSES TARGET     holds TARGET outbound ones to the addresses of a file

   It does what peerd must do (accept or dial, know each connection by its address, notice its end,
   dial another one) and nothing that peerd does beyond: no rules, no options on sockets, no log.
   SIGTERM closes everything and ends it. It says READY=1 at NOTIFY_SOCKET, like a service. */
#include "bench.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <sys/un.h>

enum phase { FREE, CONNECTING, ESTABLISHED };

/* One connection, found by its descriptor. */
struct peer {
    uint64_t address; /* and port: the key of the set below */
    uint64_t id;
    int64_t since;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t reserved[2]; /* a real program would have more: 64 bytes in all */
    enum phase phase;
    int is_outbound;
};
_Static_assert(sizeof(struct peer) == 64, "one cache line");

static struct peer *peers;
static int peer_limit;
static long held;
static uint64_t last_id;
static int epoll;
static int64_t turn_time;

/* The set of addresses in use: open addressing, at most a third full with 20,000 descriptors, and
   deletion without tombstones. 0 is free: no peer has address 0. */
enum { BUCKETS = 1 << 16 };
static uint64_t *buckets;

static uint64_t key_of(const struct sockaddr_in *address)
{
    return (uint64_t)ntohl(address->sin_addr.s_addr) << 16 | ntohs(address->sin_port);
}

static uint32_t home_of(uint64_t key)
{
    return (uint32_t)(key * 0x9e3779b97f4a7c15ULL >> 48) & (BUCKETS - 1);
}

static uint32_t find(uint64_t key)
{
    uint32_t bucket = home_of(key);
    while (buckets[bucket] != 0 && buckets[bucket] != key)
        bucket = (bucket + 1) & (BUCKETS - 1);
    return bucket;
}

static void forget(uint64_t key)
{
    uint32_t gap = find(key);
    for (uint32_t next = (gap + 1) & (BUCKETS - 1); buckets[next] != 0;
         next = (next + 1) & (BUCKETS - 1)) {
        uint32_t from_home = (next - home_of(buckets[next])) & (BUCKETS - 1);
        uint32_t from_gap = (next - gap) & (BUCKETS - 1);
        if (from_home < from_gap)
            continue;
        buckets[gap] = buckets[next];
        gap = next;
    }
    buckets[gap] = 0;
}

static void remember(int descriptor, uint64_t key, enum phase phase, int is_outbound)
{
    if (descriptor >= peer_limit) {
        fprintf(stderr, "descriptor %d is beyond the limit\n", descriptor);
        exit(1);
    }
    peers[descriptor] = (struct peer){
        .address = key,
        .id = ++last_id,
        .since = turn_time,
        .phase = phase,
        .is_outbound = is_outbound,
    };
    held++;
}

static void drop(int descriptor)
{
    forget(peers[descriptor].address);
    peers[descriptor].phase = FREE;
    close(descriptor);
    held--;
}

/* Inbound. */

static void accept_all(int listener, long most)
{
    for (;;) {
        struct sockaddr_in remote;
        socklen_t length = sizeof remote;
        int descriptor = accept4(listener, (struct sockaddr *)&remote, &length,
                                 SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0 && errno == EAGAIN)
            return;
        check(descriptor, "accept4");
        uint64_t key = key_of(&remote);
        uint32_t bucket = find(key);
        if (held >= most || buckets[bucket] == key) {
            close(descriptor);
            continue;
        }
        buckets[bucket] = key;
        remember(descriptor, key, ESTABLISHED, 0);
        watch(epoll, EPOLL_CTL_ADD, descriptor, EPOLLIN);
    }
}

/* Outbound. */

static struct sockaddr_in *addresses;
static long address_count, next_address;

static void read_addresses(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        die(path);
    unsigned a, b, c, d, port;
    while (fscanf(file, "%u.%u.%u.%u:%u", &a, &b, &c, &d, &port) == 5) {
        if ((address_count & (address_count - 1)) == 0) {
            size_t room = address_count ? 2 * (size_t)address_count : 1;
            addresses = realloc(addresses, room * sizeof *addresses);
        }
        addresses[address_count++] = ipv4(a << 24 | b << 16 | c << 8 | d, (uint16_t)port);
    }
    fclose(file);
}

/* Dials the next address that isn't connected yet. */
static void dial(void)
{
    uint32_t bucket;
    struct sockaddr_in *remote;
    uint64_t key;
    do {
        remote = &addresses[next_address++ % address_count];
        key = key_of(remote);
        bucket = find(key);
    } while (buckets[bucket] == key);
    buckets[bucket] = key;

    int descriptor = tcp_socket();
    check(descriptor, "socket");
    int result = connect(descriptor, (struct sockaddr *)remote, sizeof *remote);
    if (result < 0 && errno != EINPROGRESS)
        die("connect");
    remember(descriptor, key, result < 0 ? CONNECTING : ESTABLISHED, 1);
    watch(epoll, EPOLL_CTL_ADD, descriptor, result < 0 ? EPOLLOUT : EPOLLIN);
}

static void finish_dial(int descriptor)
{
    int error = 0;
    socklen_t length = sizeof error;
    check(getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length), "SO_ERROR");
    if (error != 0) {
        drop(descriptor);
        dial();
        return;
    }
    peers[descriptor].phase = ESTABLISHED;
    peers[descriptor].since = turn_time;
    watch(epoll, EPOLL_CTL_MOD, descriptor, EPOLLIN);
}

/* Both. */

static void read_from(int descriptor)
{
    char bytes[4096];
    ssize_t count = read(descriptor, bytes, sizeof bytes);
    if (count > 0) {
        peers[descriptor].bytes_in += (uint64_t)count;
        return;
    }
    if (count < 0 && errno == EAGAIN)
        return;
    int was_outbound = peers[descriptor].is_outbound;
    drop(descriptor);
    if (was_outbound)
        dial();
}

static void close_all(int listener)
{
    if (listener >= 0)
        close(listener);
    for (int descriptor = 0; descriptor < peer_limit && held > 0; descriptor++)
        if (peers[descriptor].phase != FREE)
            drop(descriptor);
}

static int terminations(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    check(sigprocmask(SIG_BLOCK, &signals, NULL), "sigprocmask");
    int descriptor = signalfd(-1, &signals, SFD_CLOEXEC);
    check(descriptor, "signalfd");
    return descriptor;
}

static void say_ready(void)
{
    const char *path = getenv("NOTIFY_SOCKET");
    if (!path)
        return;
    struct sockaddr_un manager = {.sun_family = AF_UNIX};
    strncpy(manager.sun_path, path, sizeof manager.sun_path - 1);
    int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(descriptor, "socket");
    check((int)sendto(descriptor, "READY=1", 7, 0, (struct sockaddr *)&manager, sizeof manager),
          "NOTIFY_SOCKET");
    close(descriptor);
}

int main(int count, char **arguments)
{
    if (count != 4) {
        fprintf(stderr, "usage: floor listen PORT MAX | floor dial ADDRESSES TARGET\n");
        return 2;
    }
    long most = atol(arguments[3]);
    peer_limit = raise_descriptor_limit();
    /* Pages that nobody touches cost nothing. */
    peers = calloc((size_t)peer_limit, sizeof *peers);
    buckets = calloc(BUCKETS, sizeof *buckets);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    check(epoll, "epoll_create1");
    int signals = terminations();
    watch(epoll, EPOLL_CTL_ADD, signals, EPOLLIN);

    int listener = -1;
    long wanted = 0;
    if (strcmp(arguments[1], "listen") == 0) {
        listener = listen_at(INADDR_LOOPBACK, (uint16_t)atoi(arguments[2]), NULL);
        watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
    } else {
        read_addresses(arguments[2]);
        wanted = most;
    }
    say_ready();
    while (wanted-- > 0)
        dial();

    struct epoll_event events[EVENTS];
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        if (ready < 0 && errno == EINTR)
            continue; /* stopped and continued */
        check(ready, "epoll_wait");
        turn_time = now_ns();
        for (int index = 0; index < ready; index++) {
            int descriptor = events[index].data.fd;
            if (descriptor == signals) {
                close_all(listener);
                return 0;
            } else if (descriptor == listener) {
                accept_all(listener, most);
            } else if (peers[descriptor].phase == CONNECTING) {
                finish_dial(descriptor);
            } else if (peers[descriptor].phase == ESTABLISHED) {
                read_from(descriptor);
            }
        }
    }
}
