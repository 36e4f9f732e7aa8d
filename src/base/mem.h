/* SPDX-License-Identifier: Apache-2.0 */
/* All heap memory of fathom comes from here, so that sizes are checked in one place and tests can
 * make the Nth allocation fail. Every function may be called from any thread. */
#ifndef FTH_BASE_MEM_H
#define FTH_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

#define FTH_ALIGN 64u

/* `count` items of `size` bytes, zeroed. NULL when memory is out or the product overflows.
 * Free with fth_free. */
FTH_MUST_USE void *fth_alloc(size_t count, size_t size);

/* Resizes; new bytes are not zeroed. NULL on failure, the old block is then untouched. */
FTH_MUST_USE void *fth_realloc(void *block, size_t count, size_t size);

/* `size` bytes at a multiple of FTH_ALIGN, not zeroed; huge pages are asked for large blocks.
 * Free with fth_free. */
FTH_MUST_USE void *fth_alloc_aligned(size_t size);

FTH_MUST_USE char *fth_strdup(const char *text);

/* Accepts NULL. */
void fth_free(void *block);

/* *result = a * b; false (and *result untouched) when that overflows. */
bool fth_multiply_size(size_t a, size_t b, size_t *result);

/* Tests only: the allocation after `count` more fails, once; a negative count switches it off. */
void fth_mem_fail_after(int64_t count);

/* Allocations asked for since the program began. */
uint64_t fth_mem_alloc_count(void);

#endif
