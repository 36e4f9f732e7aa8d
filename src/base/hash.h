/* SPDX-License-Identifier: Apache-2.0 */
/* Content keys: a 128-bit hash of bytes (xxHash's XXH3), fed piece by piece. Not for secrets. */
#ifndef FTH_BASE_HASH_H
#define FTH_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A finished key; all zero means "none". Plain value, compare with fth_key_equal. */
struct fth_key {
    uint64_t low, high;
};

/* A hash being fed. Lives on the stack; no clean-up. */
struct fth_hasher {
    _Alignas(64) unsigned char state[640];
};

void fth_hash_begin(struct fth_hasher *hasher);
void fth_hash_bytes(struct fth_hasher *hasher, const void *bytes, size_t size);
void fth_hash_text(struct fth_hasher *hasher, const char *text); /* length included; NULL allowed */
void fth_hash_int(struct fth_hasher *hasher, int64_t value);
void fth_hash_double(struct fth_hasher *hasher, double value); /* -0 counts as 0 */
void fth_hash_key(struct fth_hasher *hasher, struct fth_key key);
struct fth_key fth_hash_end(const struct fth_hasher *hasher);

static inline bool fth_key_equal(struct fth_key a, struct fth_key b)
{
    return a.low == b.low && a.high == b.high;
}

/* 32 hexadecimal digits and a zero byte. Returns `buffer`. */
const char *fth_key_print(struct fth_key key, char buffer[33]);
bool fth_key_parse(const char *text, struct fth_key *key);

#endif
