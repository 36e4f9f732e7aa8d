/* SPDX-License-Identifier: Apache-2.0 */
/* One table of kernels for this level. */
#include "ops/kernel.h"

#define FTH_TEXT_(x) #x
#define FTH_TEXT(x) FTH_TEXT_(x)

extern const struct fth_kernels FTH_KERNEL(table);

const struct fth_kernels FTH_KERNEL(table) = {
    .level = FTH_TEXT(FTH_LEVEL),
#define KERNEL(name, arguments) .name = FTH_KERNEL(name),
#include "ops/kernels.list.h"
#undef KERNEL
};
