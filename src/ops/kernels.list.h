/* SPDX-License-Identifier: Apache-2.0 */
/* Every row kernel: name and arguments, once. From this list come the table's struct, the
 * declarations for each machine level, the tables, and the test that holds all levels to the same
 * bytes. To add one: a line here and its plain C in a *.kernel.c file. */

/* KERNEL(name, (arguments)): dst rows never overlap src rows unless the comment in the file says so.
 * n counts floats. */
KERNEL(fill, (float *dst, float value, size_t n))
KERNEL(lerp, (float *dst, const float *a, const float *b, float t, size_t n))
KERNEL(lerp_mask, (float *dst, const float *a, const float *b, const float *mask, float t, size_t n))
KERNEL(gather_taps, (float *dst, const float *src, const struct fth_taps *taps, size_t n))
KERNEL(weigh_rows, (float *dst, const float *rows, ptrdiff_t row_stride, const struct fth_taps *taps, size_t n))
KERNEL(box_lanes, (float *dst, const float *src, const struct fth_box *box, size_t n))
/* smooth.kernel.c */
KERNEL(edge_weight, (float *restrict dst, const float *const a[3], const float *const b[3], float scale, size_t n))
KERNEL(sweep_down, (float *restrict f, float *restrict c, const float *const last[3], const float *restrict w_next, float lambda, size_t n))
KERNEL(sweep_up, (float *restrict d, const float *restrict c, const float *restrict u_next, size_t n))
KERNEL(symmetric_lanes, (float *dst, const float *src, const double *weights, size_t radius, size_t n))
KERNEL(recursive_lanes, (float *dst, const float *src, double *sums, const struct fth_recursion *r, size_t n))
/* flow.kernel.c */
KERNEL(patch_step, (float sums[4], const float *const from[3], ptrdiff_t stride, const float *to, ptrdiff_t to_stride, const float weights[4]))
KERNEL(patch_difference, (float sums[2], const float *from, ptrdiff_t stride, const float *to, ptrdiff_t to_stride, const float weights[4]))
KERNEL(patch_tensor, (float sums[5], const float *gx, const float *gy, ptrdiff_t stride))
KERNEL(patch_spread, (float *const sums[3], const float *from, ptrdiff_t stride, const float *to, ptrdiff_t to_stride, const float weights[4], const float flow[2], int rows))
KERNEL(divide_two, (float *restrict a, float *restrict b, const float *restrict weight, size_t n))
KERNEL(remap, (float *restrict dst, const float *restrict mx, const float *restrict my, const float *restrict src, ptrdiff_t stride, const int32_t size[2], size_t n))
KERNEL(difference, (float *dst, const float *a, const float *b, float scale, size_t n))
KERNEL(refine_normalise, (float *restrict p, float *restrict q, float *restrict r, float zeta2, size_t n))
KERNEL(refine_weight, (float *restrict weight, const float *const flow[6], float alpha2, float eps2, size_t n))
KERNEL(refine_system, (float *const out[5], const float *const in[16], const float constants[5], size_t n))
KERNEL(refine_relax, (float *restrict u, float *restrict v, const float *const around[6], const float *const weights[3], float *const system[5], size_t n))
