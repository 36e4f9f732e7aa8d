/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 1951: a block is a table of code lengths, then a code for every literal byte or run of the
 * byte before (a match of distance 1). Both passes, counting and writing, find the same runs. */
#include "io/deflate.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"

enum {
    LITERALS = 286, END = 256, LENGTHS = 257, LONGEST_RUN = 258,
    LIMIT = 14,      /* bits of a code: four of them and 7 more fit into a word */
    KINDS = 19,      /* of words that tell code lengths */
    KIND_LIMIT = 7,
    SLACK = 8,       /* a word is written where a byte may be meant */
    STORED_MOST = 65535
};

struct code {
    uint32_t words[LITERALS]; /* bits, the first one lowest, above the length in 8 bits */
};

/* ---- codes */

struct leaf {
    uint32_t count;
    uint16_t symbol;
};

static int by_count(const void *a, const void *b)
{
    const struct leaf *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    return (int)x->symbol - (int)y->symbol;
}

/* How many of the `leaf_count` leaves, sorted, at least 2, lie how deep in Huffman's tree: leaves
 * and the inner nodes made of them are two queues, both sorted. */
static void count_depths(const struct leaf *leaves, int leaf_count, uint32_t depths[64])
{
    uint32_t weights[LITERALS];
    int16_t parents[2 * LITERALS]; /* leaves, then nodes */
    uint8_t deep[2 * LITERALS];
    int leaf = 0, node = 0, made = 0;
    for (; made < leaf_count - 1; made++) {
        weights[made] = 0;
        for (int k = 0; k < 2; k++) {
            bool take_leaf = leaf < leaf_count &&
                             (node == made || leaves[leaf].count <= weights[node]);
            weights[made] += take_leaf ? leaves[leaf].count : weights[node];
            parents[take_leaf ? leaf++ : leaf_count + node++] = (int16_t)(leaf_count + made);
        }
    }
    memset(depths, 0, 64 * sizeof(*depths));
    deep[leaf_count + made - 1] = 0;
    for (int i = leaf_count + made - 2; i >= 0; i--) {
        deep[i] = (uint8_t)(deep[parents[i]] + 1); /* < 48: counts would need 2^32 bytes */
        if (i < leaf_count)
            depths[deep[i]]++;
    }
}

/* Codes longer than `limit` are cut to it, and others made longer until all fit (Kraft). */
static void limit_depths(uint32_t depths[64], unsigned limit)
{
    uint32_t taken = 0;
    for (unsigned i = limit + 1; i < 64; i++)
        depths[limit] += depths[i];
    for (unsigned i = limit; i > 0; i--)
        taken += depths[i] << (limit - i);
    for (; taken > 1u << limit; taken--) {
        unsigned i = limit - 1;
        while (depths[i] == 0)
            i--;
        depths[limit]--;
        depths[i]--;
        depths[i + 1] += 2;
    }
}

/* Lengths of codes for `count` symbols that occur so often; 0: not at all. Two symbols or more. */
static void find_lengths(const uint32_t *counts, int count, unsigned limit, uint8_t *lengths)
{
    struct leaf leaves[LITERALS];
    uint32_t depths[64];
    int leaf_count = 0, at = 0;
    for (int i = 0; i < count; i++) {
        lengths[i] = 0;
        if (counts[i])
            leaves[leaf_count++] = (struct leaf){counts[i], (uint16_t)i};
    }
    qsort(leaves, (size_t)leaf_count, sizeof(*leaves), by_count);
    count_depths(leaves, leaf_count, depths);
    limit_depths(depths, limit);
    for (unsigned length = limit; length > 0; length--)
        for (uint32_t k = 0; k < depths[length]; k++)
            lengths[leaves[at++].symbol] = (uint8_t)length;
}

/* Codes of one length follow each other; they are sent from the highest bit on. */
static void find_codes(const uint8_t *lengths, int count, struct code *code)
{
    uint32_t next[16] = {0}, of_length[16] = {0};
    for (int i = 0; i < count; i++)
        of_length[lengths[i]]++;
    of_length[0] = 0;
    for (int i = 1; i < 16; i++)
        next[i] = (next[i - 1] + of_length[i - 1]) << 1;
    for (int i = 0; i < count; i++) {
        uint32_t word = lengths[i] ? next[lengths[i]]++ : 0, turned = 0;
        for (int k = 0; k < lengths[i]; k++)
            turned |= (word >> k & 1) << (lengths[i] - 1 - k);
        code->words[i] = turned << 8 | lengths[i];
    }
}

/* ---- bits */

static void put(struct fth_deflate *d, uint64_t value, unsigned count)
{
    d->bits |= value << d->bit_count;
    d->bit_count += count;
    for (; d->bit_count >= 8; d->bit_count -= 8) {
        *d->at++ = (unsigned char)d->bits;
        d->bits >>= 8;
    }
}

static void put_code(struct fth_deflate *d, const struct code *code, int symbol)
{
    put(d, code->words[symbol] >> 8, code->words[symbol] & 0xff);
}

static void put_literals(struct fth_deflate *d, const struct code *code,
                         const unsigned char *bytes, size_t size)
{
    uint64_t bits = d->bits;
    unsigned count = d->bit_count;
    unsigned char *at = d->at;
    size_t i = 0;
    for (; i + 4 <= size; i += 4) {
        uint32_t w0 = code->words[bytes[i]], w1 = code->words[bytes[i + 1]];
        uint32_t w2 = code->words[bytes[i + 2]], w3 = code->words[bytes[i + 3]];
        uint64_t low = w0 >> 8 | (uint64_t)(w1 >> 8) << (w0 & 0xff);
        uint64_t high = w2 >> 8 | (uint64_t)(w3 >> 8) << (w2 & 0xff);
        unsigned low_count = (w0 & 0xff) + (w1 & 0xff);
        bits |= (low | high << low_count) << count;
        count += low_count + (w2 & 0xff) + (w3 & 0xff);
        uint64_t word = htole64(bits);
        memcpy(at, &word, sizeof(word));
        at += count >> 3;
        bits >>= count & ~7u;
        count &= 7;
    }
    d->at = at;
    d->bits = bits;
    d->bit_count = count;
    for (; i < size; i++)
        put_code(d, code, bytes[i]);
}

/* ---- runs */

static uint64_t word_at(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* The next place at or after `from` from which on 8 bytes or more are like the one before; `size`:
 * there is none. */
static size_t find_run(const unsigned char *bytes, size_t from, size_t size, size_t *end)
{
    size_t i = from > 0 ? from : 1;
    for (; i + 8 <= size; i += 8) {
        if (word_at(bytes + i) != word_at(bytes + i - 1))
            continue;
        size_t begin = i;
        while (begin > from && begin > 1 && bytes[begin - 1] == bytes[begin - 2])
            begin--;
        i += 8;
        while (i + 8 <= size && word_at(bytes + i) == word_at(bytes + i - 1))
            i += 8;
        while (i < size && bytes[i] == bytes[i - 1])
            i++;
        *end = i;
        return begin;
    }
    *end = size;
    return size;
}

/* Which symbol says a length, and how many bits more: RFC 1951, 3.2.5, as arithmetic. */
static int length_symbol(size_t length, unsigned *extra)
{
    unsigned x = (unsigned)length - 3;
    *extra = x >= 8 && length < LONGEST_RUN ? 29 - (unsigned)__builtin_clz(x) : 0;
    return length == LONGEST_RUN ? 285 : LENGTHS + (int)(4 * *extra + (x >> *extra));
}

/* Of `left` bytes of a run, how many the next code says; under 3 are literals. */
static size_t piece_of_run(size_t left)
{
    return left < LONGEST_RUN ? left : LONGEST_RUN;
}

static void count_literals(uint32_t counts[4][LITERALS], const unsigned char *bytes, size_t size)
{
    size_t i = 0;
    for (; i + 4 <= size; i += 4) /* four tables: like bytes in a row need not wait */
        for (int k = 0; k < 4; k++)
            counts[k][bytes[i + (size_t)k]]++;
    for (; i < size; i++)
        counts[0][bytes[i]]++;
}

/* How often each symbol occurs, into counts[0]; the bits beside the codes. */
static uint64_t count_symbols(const unsigned char *bytes, size_t size,
                              uint32_t counts[4][LITERALS])
{
    uint64_t bits = 0;
    for (size_t at = 0, end; at < size; at = end) {
        size_t run = find_run(bytes, at, size, &end), left = end - run;
        unsigned extra;
        count_literals(counts, bytes + at, run - at);
        for (; left >= 3; left -= piece_of_run(left)) {
            counts[0][length_symbol(piece_of_run(left), &extra)]++;
            bits += extra + 1;
        }
        counts[0][bytes[end - 1]] += (uint32_t)left;
    }
    counts[0][END]++;
    for (int i = 0; i < LITERALS; i++)
        counts[0][i] += counts[1][i] + counts[2][i] + counts[3][i];
    return bits;
}

static void put_symbols(struct fth_deflate *d, const unsigned char *bytes, size_t size,
                        const struct code *code)
{
    for (size_t at = 0, end; at < size; at = end) {
        size_t run = find_run(bytes, at, size, &end), left = end - run;
        unsigned extra;
        put_literals(d, code, bytes + at, run - at);
        for (; left >= 3; left -= piece_of_run(left)) {
            size_t piece = piece_of_run(left);
            put_code(d, code, length_symbol(piece, &extra));
            put(d, extra ? (piece - 3) & ((1u << extra) - 1) : 0, extra + 1); /* distance: a 0 */
        }
        put_literals(d, code, bytes + end - left, left);
    }
    put_code(d, code, END);
}

/* ---- blocks */

/* The lengths of both codes as words: a length, or a run of lengths with bits that say how many. */
struct header {
    uint8_t kinds[LITERALS + 1], values[LITERALS + 1];
    int count;
    uint32_t counts[KINDS];
    uint8_t lengths[KINDS];
    int length_count; /* of `lengths`, in the order below, that are sent */
    uint64_t bits;    /* of all this */
};

static const uint8_t kind_order[KINDS] = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
static const uint8_t kind_extra[KINDS] = {[16] = 2, [17] = 3, [18] = 7};

static void find_header(const uint8_t lengths[LITERALS + 1], struct header *h)
{
    for (int i = 0, run; i <= LITERALS; i += run) {
        int same = 1, kind = lengths[i], most = 1, least = 0;
        while (i + same <= LITERALS && lengths[i + same] == lengths[i])
            same++;
        if (kind == 0 && same >= 3) {
            kind = same >= 11 ? 18 : 17;
            least = same >= 11 ? 11 : 3;
            most = same >= 11 ? 138 : 10;
        } else if (i > 0 && same >= 3 && lengths[i - 1] == lengths[i]) {
            kind = 16;
            least = 3;
            most = 6;
        }
        run = FTH_MIN(same, most);
        h->kinds[h->count] = (uint8_t)kind;
        h->values[h->count++] = (uint8_t)(least ? run - least : 0);
        h->counts[kind]++;
        h->bits += kind_extra[kind];
    }
    find_lengths(h->counts, KINDS, KIND_LIMIT, h->lengths);
    h->length_count = KINDS;
    while (h->length_count > 4 && h->lengths[kind_order[h->length_count - 1]] == 0)
        h->length_count--;
    for (int i = 0; i < KINDS; i++)
        h->bits += (uint64_t)h->counts[i] * h->lengths[i];
    h->bits += 14 + 3 * (uint64_t)h->length_count;
}

static void put_header(struct fth_deflate *d, const struct header *h)
{
    struct code code;
    find_codes(h->lengths, KINDS, &code);
    put(d, LITERALS - 257, 5);
    put(d, 0, 5); /* one distance */
    put(d, (uint64_t)h->length_count - 4, 4);
    for (int i = 0; i < h->length_count; i++)
        put(d, h->lengths[kind_order[i]], 3);
    for (int i = 0; i < h->count; i++) {
        put_code(d, &code, h->kinds[i]);
        put(d, h->values[i], kind_extra[h->kinds[i]]);
    }
}

void fth_deflate_store(struct fth_deflate *d, const unsigned char *bytes, size_t size, bool last)
{
    size_t blocks = size / STORED_MOST + 1;
    bool more = true;
    d->full = d->full || (size_t)(d->end - d->at) < size + 5 * blocks + 1;
    for (size_t length; more && !d->full; size -= length) {
        length = FTH_MIN(size, (size_t)STORED_MOST);
        more = length < size;
        put(d, last && !more, 3);
        put(d, 0, (8 - d->bit_count) & 7);
        put(d, length | (~length & 0xffff) << 16, 32);
        if (length > 0)
            memcpy(d->at, bytes, length);
        d->at += length;
        bytes = more ? bytes + length : bytes;
    }
}

void fth_deflate_block(struct fth_deflate *d, const unsigned char *bytes, size_t size, bool last)
{
    uint32_t counts[4][LITERALS] = {{0}};
    uint8_t lengths[LITERALS + 1];
    struct header header = {.count = 0};
    struct code code;
    uint64_t bits = count_symbols(bytes, size, counts);
    find_lengths(counts[0], LITERALS, LIMIT, lengths);
    lengths[LITERALS] = 1; /* the one distance */
    find_header(lengths, &header);
    bits += 3 + header.bits;
    for (int i = 0; i < LITERALS; i++)
        bits += (uint64_t)counts[0][i] * lengths[i];
    size_t needed = (size_t)((bits + d->bit_count + 7) / 8) + SLACK;
    if (needed >= size) {
        fth_deflate_store(d, bytes, size, last);
        return;
    }
    d->full = d->full || (size_t)(d->end - d->at) < needed;
    if (d->full)
        return;
    find_codes(lengths, LITERALS, &code);
    put(d, (unsigned)last | 2u << 1, 3);
    put_header(d, &header);
    put_symbols(d, bytes, size, &code);
}

/* RFC 1951, 3.2.6 */
static void fixed_codes(struct code *code)
{
    for (uint32_t i = 0; i < LITERALS; i++) {
        uint32_t length = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8, turned = 0;
        uint32_t word = i < 144   ? 0x30 + i
                        : i < 256 ? 0x190 + i - 144
                        : i < 280 ? i - 256
                                  : 0xc0 + i - 280;
        for (uint32_t k = 0; k < length; k++)
            turned |= (word >> k & 1) << (length - 1 - k);
        code->words[i] = turned << 8 | length;
    }
}

static bool has_room(struct fth_deflate *d, size_t size)
{
    d->full = d->full || (size_t)(d->end - d->at) < size;
    return !d->full;
}

/* A run, and the few bytes before it, in the block that is open. */
static void put_run(struct fth_deflate *d, const struct code *code, const unsigned char *bytes,
                    size_t few, size_t left)
{
    enum { DISTANCE_BITS = 5 }; /* a distance of 1: zeros */
    if (!has_room(d, few + few / 8 + 3 * (left / LONGEST_RUN) + 4 * SLACK))
        return;
    put_literals(d, code, bytes, few);
    for (bytes += few + left; left >= 3; left -= piece_of_run(left)) {
        size_t piece = piece_of_run(left);
        unsigned extra;
        put_code(d, code, length_symbol(piece, &extra));
        put(d, extra ? (piece - 3) & ((1u << extra) - 1) : 0, extra + DISTANCE_BITS);
    }
    put_literals(d, code, bytes - left, left);
}

void fth_deflate_runs(struct fth_deflate *d, const unsigned char *bytes, size_t size, bool last)
{
    enum { OPENED = 1 << 1, LEAST_STORED = 128 }; /* under it the codes are as short */
    struct code code;
    bool open = false;
    fixed_codes(&code);
    for (size_t at = 0, end; at < size && !d->full; at = end) {
        size_t run = find_run(bytes, at, size, &end);
        bool stored = run - at >= LEAST_STORED;
        if (stored) {
            if (open && has_room(d, SLACK))
                put_code(d, &code, END);
            fth_deflate_store(d, bytes + at, run - at, false);
            open = false;
        }
        if ((stored && run == end) || !has_room(d, SLACK))
            continue;
        if (!open)
            put(d, OPENED, 3);
        open = true;
        put_run(d, &code, bytes + (stored ? run : at), stored ? 0 : run - at, end - run);
    }
    if (!has_room(d, 2 * SLACK))
        return;
    if (open)
        put_code(d, &code, END);
    if (last) {
        put(d, OPENED | 1, 3);
        put_code(d, &code, END);
    }
}

size_t fth_deflate_end(struct fth_deflate *d)
{
    if (d->full || (d->bit_count > 0 && d->at == d->end))
        return 0;
    put(d, 0, (8 - d->bit_count) & 7);
    return (size_t)(d->at - d->from);
}
