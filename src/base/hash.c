/* SPDX-License-Identifier: Apache-2.0 */
/* xxHash's only home. */
#include "base/hash.h"

#define XXH_INLINE_ALL
#include <stdio.h>
#include <xxhash.h>

_Static_assert(sizeof(XXH3_state_t) <= sizeof(struct fth_hasher), "hasher too small");
_Static_assert(_Alignof(XXH3_state_t) <= _Alignof(struct fth_hasher), "hasher misaligned");

static XXH3_state_t *state_of(struct fth_hasher *hasher)
{
    return (XXH3_state_t *)(void *)hasher->state;
}

void fth_hash_begin(struct fth_hasher *hasher)
{
    memset(hasher, 0, sizeof(*hasher));
    XXH3_128bits_reset(state_of(hasher));
}

void fth_hash_bytes(struct fth_hasher *hasher, const void *bytes, size_t size)
{
    if (size)
        XXH3_128bits_update(state_of(hasher), bytes, size);
}

void fth_hash_text(struct fth_hasher *hasher, const char *text)
{
    fth_hash_int(hasher, text ? (int64_t)strlen(text) : -1);
    if (text)
        fth_hash_bytes(hasher, text, strlen(text));
}

void fth_hash_int(struct fth_hasher *hasher, int64_t value)
{
    fth_hash_bytes(hasher, &value, sizeof(value));
}

void fth_hash_double(struct fth_hasher *hasher, double value)
{
    if (value == 0)
        value = 0;
    fth_hash_bytes(hasher, &value, sizeof(value));
}

void fth_hash_key(struct fth_hasher *hasher, struct fth_key key)
{
    fth_hash_bytes(hasher, &key, sizeof(key));
}

struct fth_key fth_hash_end(const struct fth_hasher *hasher)
{
    XXH128_hash_t hash = XXH3_128bits_digest((const XXH3_state_t *)(const void *)hasher->state);
    return (struct fth_key){.low = hash.low64, .high = hash.high64};
}

const char *fth_key_print(struct fth_key key, char buffer[33])
{
    snprintf(buffer, 33, "%016llx%016llx", (unsigned long long)key.high,
             (unsigned long long)key.low);
    return buffer;
}

bool fth_key_parse(const char *text, struct fth_key *key)
{
    if (strlen(text) != 32 || strspn(text, "0123456789abcdef") != 32)
        return false;
    unsigned long long high, low;
    if (sscanf(text, "%16llx%16llx", &high, &low) != 2)
        return false;
    *key = (struct fth_key){.low = low, .high = high};
    return true;
}
