/* SPDX-License-Identifier: Apache-2.0 */
/* Included by *.kernel.c files only, which are compiled once for each level with FTH_LEVEL set. */
#ifndef FTH_OPS_KERNEL_H
#define FTH_OPS_KERNEL_H

#include "ops/kernels.h"

#ifndef FTH_LEVEL
#error "a *.kernel.c file is compiled with FTH_LEVEL set to the machine level"
#endif
#define FTH_JOIN_(a, b) fth_k_##a##_##b
#define FTH_JOIN(a, b) FTH_JOIN_(a, b)
/* The name of kernel `name` at this level. */
#define FTH_KERNEL(name) FTH_JOIN(name, FTH_LEVEL)

/* Before the loop of a kernel whose dst may be one of its sources (the same pointer): positions do
 * not depend on each other, so the compiler need not check for overlap before it vectorises. */
#ifdef __clang__
#define FTH_EACH _Pragma("clang loop vectorize(assume_safety)")
#else
#define FTH_EACH _Pragma("GCC ivdep")
#endif

#define KERNEL(name, arguments) void FTH_KERNEL(name) arguments;
#include "ops/kernels.list.h"
#undef KERNEL

#endif
