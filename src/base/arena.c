/* SPDX-License-Identifier: Apache-2.0 */
/* A stack of blocks; a mark is a count of bytes over all of them. Blocks are kept for reuse. */
#include "base/arena.h"

#include "base/mem.h"

enum { BLOCK_SIZE = 8 << 20, MOST_BLOCKS = 4096 };

struct block {
    char *data;
    size_t size;
    size_t start; /* bytes in the blocks before it */
};

struct fth_arena {
    struct block *blocks;
    size_t block_count, block_capacity;
    size_t current; /* the block being filled */
    size_t used;    /* mark: bytes taken, gaps at block ends included */
};

enum fth_status fth_arena_create(struct fth_arena **arena, struct fth_error *error)
{
    *arena = fth_alloc(1, sizeof(**arena));
    return *arena ? FTH_OK : fth_fail_memory(error, sizeof(**arena), "an arena");
}

void fth_arena_destroy(struct fth_arena **pointer)
{
    struct fth_arena *arena = pointer ? *pointer : NULL;
    if (!arena)
        return;
    for (size_t i = 0; i < arena->block_count; i++)
        fth_free(arena->blocks[i].data);
    fth_free(arena->blocks);
    fth_free(arena);
    *pointer = NULL;
}

static size_t block_end(const struct block *block)
{
    return block->start + block->size;
}

/* Makes blocks[index] hold at least `size` bytes; what lies behind it is freed first, because its
 * start would change. */
static struct block *provide_block(struct fth_arena *arena, size_t index, size_t size)
{
    if (index < arena->block_count && arena->blocks[index].size >= size)
        return &arena->blocks[index];
    while (arena->block_count > index)
        fth_free(arena->blocks[--arena->block_count].data);
    if (index == arena->block_capacity) {
        size_t capacity = index ? index * 2 : 8;
        struct block *blocks = fth_realloc(arena->blocks, capacity, sizeof(*blocks));
        if (!blocks)
            return NULL;
        arena->blocks = blocks;
        arena->block_capacity = capacity;
    }
    size_t wanted = FTH_MAX(size, (size_t)BLOCK_SIZE);
    char *data = fth_alloc_aligned(wanted);
    if (!data)
        return NULL;
    size_t start = index ? block_end(&arena->blocks[index - 1]) : 0;
    arena->blocks[index] = (struct block){.data = data, .size = wanted, .start = start};
    arena->block_count = index + 1;
    return &arena->blocks[index];
}

void *fth_arena_take(struct fth_arena *arena, size_t count, size_t size)
{
    size_t total;
    if (!fth_multiply_size(count, size, &total) || total > SIZE_MAX / 4)
        return NULL;
    total = (total + FTH_ALIGN - 1) / FTH_ALIGN * FTH_ALIGN;
    size_t index = arena->current;
    if (arena->block_count && arena->used + total > block_end(&arena->blocks[index]))
        index++;
    struct block *block = provide_block(arena, index, total);
    if (!block)
        return NULL;
    if (index != arena->current || arena->used < block->start)
        arena->used = block->start;
    arena->current = index;
    char *taken = block->data + (arena->used - block->start);
    arena->used += total;
    return taken;
}

size_t fth_arena_mark(const struct fth_arena *arena)
{
    return arena->used;
}

size_t fth_arena_size(const struct fth_arena *arena)
{
    return arena->block_count ? block_end(&arena->blocks[arena->block_count - 1]) : 0;
}

void fth_arena_return(struct fth_arena *arena, size_t mark)
{
    arena->used = mark;
    while (arena->current > 0 && mark < arena->blocks[arena->current].start)
        arena->current--;
}
