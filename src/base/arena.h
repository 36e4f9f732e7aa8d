/* SPDX-License-Identifier: Apache-2.0 */
/* Scratch memory that is given back all at once: take what you need, return to the mark.
 * An arena belongs to one thread at a time. */
#ifndef FTH_BASE_ARENA_H
#define FTH_BASE_ARENA_H

#include <stddef.h>

#include "base/status.h"
#include "base/thread.h"

struct fth_arena;

enum fth_status fth_arena_create(struct fth_arena **arena, struct fth_error *error);
void fth_arena_destroy(struct fth_arena **arena); /* accepts NULL */

/* `count` items of `size` bytes at a multiple of 64, not zeroed; NULL when memory is out or the
 * product overflows. Valid until the arena returns to a mark taken before. */
void *fth_arena_take(struct fth_arena *arena, size_t count, size_t size);

/* Everything taken after the mark is given back by the return to it; the memory stays with the
 * arena for the next time. */
size_t fth_arena_mark(const struct fth_arena *arena);
void fth_arena_return(struct fth_arena *arena, size_t mark);
/* Bytes the arena holds, taken or not. */
size_t fth_arena_size(const struct fth_arena *arena);

/* What a longer operation works with; borrowed, passed by pointer. `pool` and `cancel` may be
 * NULL, `arena` may not. */
struct fth_work {
    struct fth_pool *pool;
    struct fth_arena *arena;
    const struct fth_cancel *cancel;
};

#endif
