/* SPDX-License-Identifier: Apache-2.0 */
/* The table of row kernels. The plain C of each is compiled for several machine levels (x86-64 v2,
 * v3, v4; "plain" elsewhere); the best one this machine has is chosen once, FTH_CPU=v2|v3|v4 forces
 * one. All levels give the same bytes: no fused multiply-add, no reordered sums, our own exp/log/pow.
 */
#ifndef FTH_OPS_KERNELS_H
#define FTH_OPS_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct fth_kernels {
    const char *level; /* "v2", "v3", "v4" or "plain" */
#define KERNEL(name, arguments) void(*name) arguments;
#include "ops/kernels.list.h"
#undef KERNEL
};

/* The table in use; never NULL. Thread-safe. */
const struct fth_kernels *fth_kernels(void);

/* The table of a level, or NULL when this machine or build does not have it. */
const struct fth_kernels *fth_kernels_of_level(const char *level);

#endif
