/* SPDX-License-Identifier: Apache-2.0 */
/* The few compiler extensions we use, each behind one macro. */
#ifndef FTH_BASE_COMPILER_H
#define FTH_BASE_COMPILER_H

#define FTH_PRINTF(format_index, first_argument) \
    __attribute__((format(printf, format_index, first_argument)))
#define FTH_MUST_USE __attribute__((warn_unused_result))
#define FTH_UNUSED __attribute__((unused))
/* A type of `size` bytes whose elements are computed with at once; less than the machine's is put
 * together from several. Keep such values within a function: how they are passed differs. */
#define FTH_VECTOR(size) __attribute__((vector_size(size)))

#define FTH_ARRAY_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define FTH_MIN(a, b) ((a) < (b) ? (a) : (b))
#define FTH_MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
