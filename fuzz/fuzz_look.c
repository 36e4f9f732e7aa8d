/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a look out of the depth cache. Those behind the header are given the sum that they
 * have, else nothing would ever be unpacked. */
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/hash.h"
#include "base/seal.h"
#include "depth/look.h"
#include "fuzz.h"

enum { SUM_AT = 72, HEADER = 88 }; /* of struct header in look.c */
/* Beyond which memory is taken for pixels that the bytes cannot hold: a dozen planes of rows of one
 * pixel, 4 MB each, and floats for what deflate packs 1 : 1032. */
enum { MOST_SLACK = 64 << 20, MOST_RATIO = 16384 };

static void unpack(const void *bytes, size_t size)
{
    struct fth_work work = {0};
    struct fth_error error = {0};
    struct fth_draft_seen seen = {0};
    if (fth_arena_create(&work.arena, &error) != FTH_OK)
        return;
    enum fth_status status = fth_look_unpack(&work, bytes, size, FTH_LOOK_ALL, &seen, &error);
    fuzz_check_refusal(status, &error);
    if (status == FTH_OK && (seen.matte_count > FTH_DRAFT_MATTES || seen.near.width < 1))
        abort();
    if (fth_arena_mark(work.arena) > MOST_SLACK + MOST_RATIO * size)
        abort();
    fth_arena_destroy(&work.arena);
}

FUZZ_TARGET(look)
{
    struct fth_error error = {0};
    unpack(data, size);
    fuzz_check_refusal(fth_file_check_seal(fuzz_write("any", data, size), &error), &error);
    uint8_t *own = size > HEADER ? malloc(size) : NULL;
    if (own) {
        struct fth_hasher hasher;
        memcpy(own, data, size);
        fth_hash_begin(&hasher);
        fth_hash_bytes(&hasher, own + HEADER, size - HEADER);
        struct fth_key sum = fth_hash_end(&hasher);
        memcpy(own + SUM_AT, &sum, sizeof(sum));
        unpack(own, size);
    }
    free(own);
    return 0;
}
