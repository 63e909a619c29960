/* BLAKE-256 as a C programmer writes it down from its specification, with the rounds unrolled by
   macros. */
#pragma once

#include <stdint.h>
#include <string.h>

static const uint32_t pi[16] = {
    0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89,
    0x452821e6, 0x38d01377, 0xbe5466cf, 0x34e90c6c, 0xc0ac29b7, 0xc97c50dd, 0x3f84d5b5, 0xb5470917,
};

static const uint8_t order[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static inline uint32_t rotated(uint32_t word, int count)
{
    return word >> count | word << (32 - count);
}

#define MIX(a, b, c, d, r, i) \
    do { \
        a += b + (m[order[r][i]] ^ pi[order[r][i + 1]]); \
        d = rotated(d ^ a, 16); \
        c += d; \
        b = rotated(b ^ c, 12); \
        a += b + (m[order[r][i + 1]] ^ pi[order[r][i]]); \
        d = rotated(d ^ a, 8); \
        c += d; \
        b = rotated(b ^ c, 7); \
    } while (0)

#define ROUND(r) \
    do { \
        MIX(v0, v4, v8, v12, r, 0); \
        MIX(v1, v5, v9, v13, r, 2); \
        MIX(v2, v6, v10, v14, r, 4); \
        MIX(v3, v7, v11, v15, r, 6); \
        MIX(v0, v5, v10, v15, r, 8); \
        MIX(v1, v6, v11, v12, r, 10); \
        MIX(v2, v7, v8, v13, r, 12); \
        MIX(v3, v4, v9, v14, r, 14); \
    } while (0)

static inline void compress(uint32_t h[8], const uint8_t block[64], uint64_t counter)
{
    uint32_t m[16];
    for (int i = 0; i < 16; i++) {
        memcpy(&m[i], block + 4 * i, 4);
        m[i] = __builtin_bswap32(m[i]);
    }
    uint32_t v0 = h[0], v1 = h[1], v2 = h[2], v3 = h[3];
    uint32_t v4 = h[4], v5 = h[5], v6 = h[6], v7 = h[7];
    uint32_t v8 = pi[0], v9 = pi[1], v10 = pi[2], v11 = pi[3];
    uint32_t low = (uint32_t)counter, high = (uint32_t)(counter >> 32);
    uint32_t v12 = pi[4] ^ low, v13 = pi[5] ^ low, v14 = pi[6] ^ high, v15 = pi[7] ^ high;
    ROUND(0); ROUND(1); ROUND(2); ROUND(3); ROUND(4); ROUND(5); ROUND(6);
    ROUND(7); ROUND(8); ROUND(9); ROUND(0); ROUND(1); ROUND(2); ROUND(3);
    h[0] ^= v0 ^ v8;
    h[1] ^= v1 ^ v9;
    h[2] ^= v2 ^ v10;
    h[3] ^= v3 ^ v11;
    h[4] ^= v4 ^ v12;
    h[5] ^= v5 ^ v13;
    h[6] ^= v6 ^ v14;
    h[7] ^= v7 ^ v15;
}

/* The first word of the digest. */
static inline uint32_t hash(const uint8_t *message, size_t length)
{
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    size_t position = 0;
    for (; length - position >= 64; position += 64)
        compress(h, message + position, (position + 64) * 8);
    uint8_t tail[128] = {0};
    size_t left = length - position;
    memcpy(tail, message + position, left);
    size_t padded = left < 56 ? 64 : 128;
    tail[left] = 0x80;
    tail[padded - 9] |= 1;
    for (int i = 0; i < 8; i++)
        tail[padded - 1 - i] = (uint8_t)(length * 8 >> 8 * i);
    compress(h, tail, left > 0 ? length * 8 : 0);
    if (padded == 128)
        compress(h, tail + 64, 0);
    return h[0];
}
