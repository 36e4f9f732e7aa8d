/* SPDX-License-Identifier: Apache-2.0 */
/* What the quick deflate makes is what libdeflate, a strict reader, understands, and no byte of it
 * is outside the room it was given. */
#include "io/deflate.h"

#include <libdeflate.h>

#include "base/compiler.h"
#include "base/mem.h"
#include "check.h"

enum { MOST = 200000, ROOM = MOST + 64, GUARD = 0x5a };

struct bench {
    unsigned char bytes[MOST], packed[ROOM + MOST / 8 + 1], back[MOST];
};

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

/* Kinds of bytes: the tree is flat, steep (Fibonacci's numbers make codes as long as they can be),
 * or has two leaves; runs are none, all, or of every length around those that codes end at. */
static void fill(unsigned char *bytes, size_t size, int kind)
{
    uint32_t state = (uint32_t)kind;
    for (size_t i = 0, left = 0; i < size; i++) {
        uint32_t random = next_random(&state), low = 0;
        switch (kind) {
        case 0: bytes[i] = (unsigned char)random; break;
        case 1: bytes[i] = 7; break;
        case 2: bytes[i] = (unsigned char)(random & 1); break;
        case 3: /* each value half as often as the one before */
            while (low < 22 && random >> low & 1)
                low++;
            bytes[i] = (unsigned char)low;
            break;
        case 5: /* noise and a run, of some hundred bytes each */
            left = left > 0 ? left - 1 : 600 + (random & 255);
            bytes[i] = left < 300 && i > 0 ? bytes[i - 1] : (unsigned char)random;
            break;
        default:
            left = left > 0 ? left - 1 : (random >> 4) % 7 * 43 + (random >> 16 & 3);
            bytes[i] = left > 0 && i > 0 ? bytes[i - 1] : (unsigned char)(random & 31);
        }
    }
}

static size_t inflate(struct bench *b, size_t packed)
{
    struct libdeflate_decompressor *inflater = libdeflate_alloc_decompressor();
    size_t made = 0;
    if (libdeflate_deflate_decompress(inflater, b->packed, packed, b->back, MOST, &made) !=
        LIBDEFLATE_SUCCESS)
        made = SIZE_MAX;
    libdeflate_free_decompressor(inflater);
    return made;
}

static struct fth_deflate begin(struct bench *b, size_t room)
{
    memset(b->packed, GUARD, sizeof(b->packed));
    return (struct fth_deflate){.from = b->packed, .at = b->packed, .end = b->packed + room};
}

FTH_TEST(blocks_come_back)
{
    static const size_t sizes[] = {1, 2, 3, 8, 9, 17, 258, 259, 270, 4096, 65535, 65536, MOST};
    struct bench *b = fth_alloc(1, sizeof(*b));
    FTH_REQUIRE(b != NULL);
    for (int kind = 0; kind <= 4; kind++)
        for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
            fill(b->bytes, sizes[i], kind);
            struct fth_deflate d = begin(b, ROOM);
            fth_deflate_block(&d, b->bytes, sizes[i], true);
            size_t packed = fth_deflate_end(&d);
            FTH_CHECK(packed > 0 && packed <= sizes[i] + 5 * (sizes[i] / 65535 + 1));
            FTH_CHECK_INT(inflate(b, packed), sizes[i]);
            FTH_CHECK(memcmp(b->bytes, b->back, sizes[i]) == 0);
        }
    fth_free(b);
}

/* Noise is stored and runs are codes, in any order: behind each other, begun by either. */
FTH_TEST(runs_come_back)
{
    static const size_t sizes[] = {1, 2, 3, 9, 127, 128, 129, 270, 4096, 65535, 70000, MOST};
    struct bench *b = fth_alloc(1, sizeof(*b));
    FTH_REQUIRE(b != NULL);
    for (int kind = 0; kind <= 5; kind++)
        for (size_t i = 0; i < FTH_ARRAY_COUNT(sizes); i++) {
            fill(b->bytes, sizes[i], kind);
            struct fth_deflate d = begin(b, ROOM + MOST / 8);
            fth_deflate_runs(&d, b->bytes, sizes[i] / 2, false);
            fth_deflate_runs(&d, b->bytes + sizes[i] / 2, sizes[i] - sizes[i] / 2, true);
            size_t packed = fth_deflate_end(&d);
            /* literals of 9 bits at most, and two ends */
            FTH_CHECK(packed > 0 && packed <= sizes[i] + sizes[i] / 8 + 16);
            FTH_CHECK_INT(inflate(b, packed), sizes[i]);
            FTH_CHECK(memcmp(b->bytes, b->back, sizes[i]) == 0);
        }
    fth_free(b);
}

/* What it is for: rows that are noise beside rows that are alike. */
FTH_TEST(noise_beside_runs_costs_little_more_than_the_noise)
{
    enum { ROW = 3840 };
    struct bench *b = fth_alloc(1, sizeof(*b));
    FTH_REQUIRE(b != NULL);
    fill(b->bytes, MOST, 0);
    for (size_t at = 0; at + 2 * ROW <= MOST; at += 2 * ROW)
        memset(b->bytes + at, 128, ROW);
    struct fth_deflate d = begin(b, ROOM);
    fth_deflate_runs(&d, b->bytes, MOST, true);
    size_t packed = fth_deflate_end(&d), noise = MOST - MOST / (2 * ROW) * ROW;
    FTH_CHECK(packed > noise && packed < noise + noise / 50);
    fth_free(b);
}

/* A fair coin is a bit and a half a byte, as the end has a code, too; a run is hardly anything. */
FTH_TEST(blocks_are_small)
{
    struct bench *b = fth_alloc(1, sizeof(*b));
    FTH_REQUIRE(b != NULL);
    fill(b->bytes, MOST, 2);
    struct fth_deflate d = begin(b, ROOM);
    fth_deflate_block(&d, b->bytes, MOST, true);
    FTH_CHECK(fth_deflate_end(&d) < MOST / 8 * 155 / 100);
    fill(b->bytes, MOST, 1);
    d = begin(b, ROOM);
    fth_deflate_block(&d, b->bytes, MOST, true);
    FTH_CHECK(fth_deflate_end(&d) < MOST / 258 / 2); /* two bits for 258 bytes, and a table */
    fth_free(b);
}

FTH_TEST(blocks_follow_each_other)
{
    struct bench *b = fth_alloc(1, sizeof(*b));
    FTH_REQUIRE(b != NULL);
    size_t part = MOST / 5;
    for (int kind = 0; kind < 5; kind++)
        fill(b->bytes + (size_t)kind * part, part, kind);
    struct fth_deflate d = begin(b, ROOM);
    for (int kind = 0; kind < 4; kind++)
        fth_deflate_block(&d, b->bytes + (size_t)kind * part, part, false);
    fth_deflate_store(&d, NULL, 0, false); /* to a whole byte: another may go on */
    size_t first = fth_deflate_end(&d);
    struct fth_deflate other = {.from = d.at, .at = d.at, .end = b->packed + ROOM};
    fth_deflate_block(&other, b->bytes + 4 * part, part, true);
    size_t second = fth_deflate_end(&other);
    FTH_CHECK(first > 0 && second > 0);
    FTH_CHECK_INT(inflate(b, first + second), 5 * part);
    FTH_CHECK(memcmp(b->bytes, b->back, 5 * part) == 0);
    fth_free(b);
}

FTH_TEST(room_that_is_too_small_is_said_and_kept_to)
{
    struct bench *b = fth_alloc(1, sizeof(*b));
    FTH_REQUIRE(b != NULL);
    for (int kind = 0; kind <= 5; kind++)
        for (size_t room = 0; room < 1200; room += 7) {
            fill(b->bytes, 1000, kind);
            struct fth_deflate d = begin(b, room);
            fth_deflate_block(&d, b->bytes, 1000, true);
            size_t packed = fth_deflate_end(&d);
            FTH_CHECK(packed <= room && b->packed[room] == GUARD);
            if (packed > 0)
                FTH_CHECK_INT(inflate(b, packed), 1000);
            d = begin(b, room);
            fth_deflate_runs(&d, b->bytes, 1000, true);
            packed = fth_deflate_end(&d);
            FTH_CHECK(packed <= room && b->packed[room] == GUARD);
            if (packed > 0)
                FTH_CHECK_INT(inflate(b, packed), 1000);
        }
    fth_free(b);
}
