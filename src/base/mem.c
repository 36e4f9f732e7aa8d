/* SPDX-License-Identifier: Apache-2.0 */
/* Checked allocation over the C library, with a switch for failure injection. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_SIZE = 2 << 20, LARGE_SIZE = 2 * HUGE_SIZE };

static atomic_int_fast64_t failures_in = -1;
static atomic_uint_fast64_t alloc_count;

void fth_mem_fail_after(int64_t count)
{
    atomic_store(&failures_in, count);
}

uint64_t fth_mem_alloc_count(void)
{
    return atomic_load(&alloc_count);
}

static bool must_fail(void)
{
    atomic_fetch_add_explicit(&alloc_count, 1, memory_order_relaxed);
    if (atomic_load_explicit(&failures_in, memory_order_relaxed) < 0)
        return false;
    return atomic_fetch_sub(&failures_in, 1) == 0;
}

bool fth_multiply_size(size_t a, size_t b, size_t *result)
{
    size_t product;
    if (__builtin_mul_overflow(a, b, &product))
        return false;
    *result = product;
    return true;
}

void *fth_alloc(size_t count, size_t size)
{
    size_t total;
    if (!fth_multiply_size(count, size, &total) || must_fail())
        return NULL;
    return calloc(1, total ? total : 1);
}

void *fth_realloc(void *block, size_t count, size_t size)
{
    size_t total;
    if (!fth_multiply_size(count, size, &total) || must_fail())
        return NULL;
    return realloc(block, total ? total : 1);
}

/* Large blocks lie in whole huge pages: fresh ones cost a fifth, and they are looked up sooner. A
 * plane of 1920x1080 fills four of them, one of 3840x2160 sixteen. Where the last would be filled
 * badly, the block ends in small ones. */
void *fth_alloc_aligned(size_t size)
{
    if (size > SIZE_MAX - HUGE_SIZE || must_fail())
        return NULL;
    size_t align = size < LARGE_SIZE ? FTH_ALIGN : HUGE_SIZE;
    size_t rounded = (FTH_MAX(size, FTH_ALIGN) + FTH_ALIGN - 1) / FTH_ALIGN * FTH_ALIGN;
    size_t whole = (rounded + HUGE_SIZE - 1) / HUGE_SIZE * HUGE_SIZE;
    if (align == HUGE_SIZE && whole - rounded <= rounded / 16)
        rounded = whole;
    void *block = NULL; /* posix_memalign: aligned_alloc wants sizes that are multiples */
    if (posix_memalign(&block, align, rounded) != 0)
        return NULL;
    if (align == HUGE_SIZE)
        (void)madvise(block, rounded, MADV_HUGEPAGE);
    return block;
}

char *fth_strdup(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = fth_alloc(1, size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void fth_free(void *block)
{
    free(block);
}
