/* blake256 BYTES ROUNDS: hashes a message of so many bytes so many times, and prints the megabytes
   hashed in a second of CPU time, then the last digest's first word.

   What peerd's own is compared with. */
#include "bench.h"
#include "blake256.h"

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: blake256 BYTES ROUNDS\n");
        return 64;
    }
    size_t length = strtoul(argv[1], NULL, 10);
    long rounds = strtol(argv[2], NULL, 10);
    uint8_t *message = malloc(length);
    if (!message)
        die("malloc");
    for (size_t i = 0; i < length; i++)
        message[i] = (uint8_t)i;
    struct timespec before, after;
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before), "clock_gettime");
    uint32_t word = 0;
    for (long round = 0; round < rounds; round++) {
        word = hash(message, length);
        /* Nothing is taken out of the loop. */
        message[0] ^= (uint8_t)word;
    }
    check(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after), "clock_gettime");
    double seconds =
        (double)(after.tv_sec - before.tv_sec) + (double)(after.tv_nsec - before.tv_nsec) / 1e9;
    printf("%.1f %08x\n", (double)length * (double)rounds / seconds / 1e6, word);
    free(message);
    return 0;
}
