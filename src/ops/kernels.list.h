/* SPDX-License-Identifier: Apache-2.0 */
/* Every row kernel: name and arguments, once. From this list come the table's struct, the
 * declarations for each machine level, the tables, and the test that holds all levels to the same
 * bytes. To add one: a line here and its plain C in a *.kernel.c file. */

/* KERNEL(name, (arguments)): dst rows never overlap src rows unless the comment in the file says so.
 * n counts floats. */
KERNEL(fill, (float *dst, float value, size_t n))
KERNEL(lerp, (float *dst, const float *a, const float *b, float t, size_t n))
KERNEL(lerp_mask, (float *dst, const float *a, const float *b, const float *mask, float t, size_t n))
