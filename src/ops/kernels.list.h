/* SPDX-License-Identifier: Apache-2.0 */
/* Every row kernel: name and arguments, once. From this list come the table's struct, the
 * declarations for each machine level, the tables, and the test that holds all levels to the same
 * bytes. To add one: a line here and its plain C in a *.kernel.c file. */

/* KERNEL(name, (arguments)): dst rows never overlap src rows unless the file's comment says so.
 * n counts floats. */
KERNEL(fill, (float *dst, float value, size_t n))
KERNEL(find_other, (bool *found, const float *src, float value, size_t n))
KERNEL(find_endless, (bool *found, const float *src, size_t n))
KERNEL(extend, (float range[2], const float *src, size_t n))
/* A copy for memory that is not looked at again soon: past the caches. */
KERNEL(stream, (float *dst, const float *src, size_t n))
KERNEL(stream_fetch, (float *dst, const float *src, const float *ahead, size_t n))
KERNEL(lerp, (float *dst, const float *a, const float *b, float t, size_t n))
KERNEL(lerp_mask, (float *dst, const float *a, const float *b, const float *mask, float t,
        size_t n))
KERNEL(add, (float *dst, const float *a, const float *b, size_t n))
KERNEL(multiply, (float *dst, const float *a, const float *b, size_t n)) /* premultiplies, too */
KERNEL(cut, (float *dst, const float *a, const float *alpha, size_t n))
KERNEL(multiply_add, (float *dst, const float *a, const float *b, const float *c, size_t n))
KERNEL(divide, (float *dst, const float *a, const float *b, size_t n))
KERNEL(min, (float *dst, const float *a, const float *b, size_t n))
KERNEL(max, (float *dst, const float *a, const float *b, size_t n))
KERNEL(raise, (float *dst, const float *a, const float *b, size_t n))
KERNEL(absdiff, (float *dst, const float *a, const float *b, size_t n))
KERNEL(add_light, (float *dst, const float *const rgb[3], size_t n))
KERNEL(over, (float *dst, const float *a, const float *b, const float *alpha, size_t n))
KERNEL(over_stream, (float *restrict dst, const float *a, const float *b, const float *alpha,
        size_t n))
KERNEL(unpremultiply, (float *dst, const float *a, const float *alpha, size_t n))
/* morph.kernel.c */
KERNEL(pick_square, (float *const *dst, const float *const *rows, const struct fth_pick *how,
        size_t n))
KERNEL(pick_along, (float *dst, float *line, const float *src, const struct fth_pick *how,
        size_t n))
KERNEL(pick_down, (float *const *dst, float *rows, const struct fth_pick *how, size_t n))
KERNEL(near, (float *dst, const uint16_t *squares, ptrdiff_t reach, float most, size_t n))
/* matte.kernel.c */
KERNEL(clamp, (float *dst, const float *src, float low, float high, size_t n))
KERNEL(invert, (float *dst, const float *src, size_t n))
KERNEL(scale_offset, (float *dst, const float *src, float scale, float offset, size_t n))
KERNEL(scale_offset_three, (float *const dst[3], const float *const src[3], const float scale[3],
        const float offset[3], size_t n))
KERNEL(contrast, (float *dst, const float *src, float pivot, float amount, size_t n))
KERNEL(power_exact, (float *dst, const float *src, float exponent, size_t n))
KERNEL(power, (float *dst, const float *src, float exponent, size_t n))
KERNEL(levels, (float *dst, const float *src, float far, float near, float gamma, size_t n))
KERNEL(isolate, (float *dst, const float *src, float target, float tolerance, float softness,
        size_t n))
KERNEL(subject_lift, (float *dst, const float *d, const float *m, float lift, size_t n))
KERNEL(choke, (float *dst, const float *src, float amount, size_t n))
KERNEL(unmix, (float *dst, const float *p, const float *b, const float *a, float amount,
        size_t n))
KERNEL(clean_edge, (float *dst, const float *const rows[5], float amount, size_t n))
/* rank.kernel.c */
KERNEL(rank, (float *const *rows, uint8_t *const *order, int count, size_t n))
/* key.kernel.c: front and back are R, G, B; range: low, high */
KERNEL(key_max_abs, (float *restrict dst, const float *const front[3], const float *const back[3],
        const float range[2], size_t n))
KERNEL(key_mean_abs, (float *restrict dst, const float *const front[3],
        const float *const back[3], const float range[2], size_t n))
KERNEL(key_luma_abs, (float *restrict dst, const float *const front[3],
        const float *const back[3], const float range[2], size_t n))
KERNEL(key_euclid, (float *restrict dst, const float *const front[3], const float *const back[3],
        const float range[2], size_t n))
KERNEL(key_chroma, (float *restrict dst, const float *const front[3], const float *const back[3],
        const float range[2], size_t n))
KERNEL(key_delta_e, (float *restrict dst, const float *const front[3], const float *const back[3],
        const float range[2], size_t n))
/* depth.kernel.c */
KERNEL(depth_linear, (float *dst, const float *d, float far_inverse, float span, float near,
        float far, size_t n))
KERNEL(depth_log, (float *dst, const float *d, float far_inverse, float span, float near,
        float far, size_t n))
/* colour.kernel.c; saturation is lerp from the luma */
KERNEL(luma, (float *dst, const float *r, const float *g, const float *b, size_t n))
KERNEL(matrix, (float *r, float *g, float *b, const float *matrix, size_t n))
/* curves.kernel.c */
KERNEL(log_decode, (float *dst, const float *src, const struct fth_log_curve *curve, size_t n))
KERNEL(log_encode, (float *dst, const float *src, const struct fth_log_curve *curve, size_t n))
KERNEL(gamma_decode, (float *dst, const float *src, const struct fth_gamma_curve *curve,
        size_t n))
KERNEL(gamma_encode, (float *dst, const float *src, const struct fth_gamma_curve *curve,
        size_t n))
KERNEL(draw_in, (float *r, float *g, float *b, const float *weights, size_t n))
KERNEL(shoulder, (float *r, float *g, float *b, const struct fth_shoulder *shoulder, size_t n))
/* hdr.kernel.c */
KERNEL(pq_decode, (float *dst, const float *src, size_t n))
KERNEL(pq_encode, (float *dst, const float *src, size_t n))
KERNEL(hlg_decode, (float *dst, const float *src, size_t n))
KERNEL(hlg_encode, (float *dst, const float *src, size_t n))
/* tones.kernel.c */
KERNEL(zones, (float *dst, const float *src, const struct fth_zones *zones, size_t n))
KERNEL(tones, (float *dst, const float *src, const struct fth_tones *tones, size_t n))
KERNEL(look_up, (float *dst, const float *src, const struct fth_lookup *table, size_t n))
/* hue.kernel.c */
KERNEL(hue, (float *hue, float *chroma, const float *const rgb[3], size_t n))
KERNEL(turn_hue, (float *const rgb[3], const float *hue, const float *chroma, const float *turn,
        size_t n))
KERNEL(saturate, (float *dst, const float *src, const float *luma, const float *factor, size_t n))
KERNEL(weigh_hue, (float *dst, const float *change, const float *chroma, size_t n))
/* convert.kernel.c */
KERNEL(from_u8, (float *dst, const uint8_t *src, float scale, size_t n))
KERNEL(from_u16, (float *dst, const uint16_t *src, float scale, size_t n))
/* (code - how[0]) / how[1]; chroma beside each luma, `how`: see the file; U and V to R, G, B */
KERNEL(scale_u8, (float *dst, const uint8_t *src, const float how[2], size_t n))
KERNEL(scale_u16, (float *dst, const uint16_t *src, const float how[2], size_t n))
KERNEL(widen_chroma, (float *dst, const float *src, const float how[2], size_t n)) /* dst: 2 n */
KERNEL(from_yuv, (float *const rgb[3], const float weights[6], size_t n))
KERNEL(to_u8, (uint8_t *dst, const float *src, float max, size_t n))
KERNEL(to_u16, (uint16_t *dst, const float *src, float max, size_t n))
KERNEL(to_yuv, (float *const yuv[3], const float *const rgb[3], const float weights[8], size_t n))
KERNEL(halve_chroma, (float *dst, const float *a, const float *b, size_t n)) /* n: of dst */
/* half.kernel.c, bytes.kernel.c */
KERNEL(to_half, (uint16_t *dst, const float *src, size_t n))
KERNEL(from_half, (float *dst, const uint16_t *src, size_t n))
KERNEL(sum_bytes, (uint8_t *bytes, uint8_t bias, size_t n))
KERNEL(weave_four, (uint8_t *dst, const uint8_t *const rows[4], size_t n)) /* dst: 4 n */
KERNEL(weave_bytes, (uint8_t *dst, const uint8_t *a, const uint8_t *b, size_t n)) /* dst: 2 n */
/* resample.kernel.c, lanes.kernel.c */
KERNEL(gather_taps, (float *dst, const float *src, const struct fth_taps *taps, size_t n))
KERNEL(gather_rows, (float *const *dst, const float *const *src, const struct fth_taps *taps,
        size_t rows, size_t n))
KERNEL(sum_groups, (float *dst, const float *src, float weight, size_t group,
        size_t n)) /* n: of dst */
KERNEL(sum_quads, (float *dst, const float *const rows[2], const float weights[2],
        size_t n)) /* n: of dst */
KERNEL(weigh_rows, (float *dst, const float *rows, ptrdiff_t row_stride,
        const struct fth_taps *taps, size_t n))
KERNEL(lanes_to_rows, (float *const rows[FTH_LANES], const float *src, size_t n))
KERNEL(box_lanes, (float *dst, const float *src, const struct fth_box *box, size_t n))
/* box.kernel.c */
KERNEL(rows_to_lanes, (float *dst, const float *const rows[FTH_LANES], size_t n))
KERNEL(box_along, (float *const rows[FTH_LANES], double *sums, float *products,
        const struct fth_box_along *how, size_t n))
KERNEL(box_add, (double *sums, const float *row, size_t n))
KERNEL(box_down, (float *const *dst, double *sums, const struct fth_box_down *how, size_t n))
/* pyramid.kernel.c */
KERNEL(halve_rows, (float *dst, const float *const rows[4], size_t n))
KERNEL(halve_row, (float *dst, const float *src, size_t n))
KERNEL(halve_both, (float *dst, const float *const rows[4], size_t n)) /* n: of dst */
KERNEL(double_both, (float *const dst[2], const float *const rows[3], bool streams, size_t n))
KERNEL(double_rows, (float *dst, const float *near, const float *middle, const float *far,
        size_t n))
KERNEL(double_row, (float *dst, const float *src, size_t n))
KERNEL(weigh_pairs, (float *dst, const float *const *rows, const float *taps, size_t radius,
        size_t n))
KERNEL(weigh_along, (float *dst, const float *line, const float *taps, size_t radius, bool streams,
        size_t n))
KERNEL(weigh_four, (float *const dst[4], const float *const *rows, const struct fth_weights *how,
        size_t n))
/* sample.kernel.c */
KERNEL(gather_sum, (float *dst, const float *src, const struct fth_taps *taps, size_t n))
KERNEL(shift_sum, (float *dst, const float *src, const struct fth_taps *taps, size_t n))
KERNEL(stack_sum, (float *dst, const float *rows, ptrdiff_t row_stride,
        const struct fth_taps *taps, size_t n))
KERNEL(place_squares, (int32_t *index, float *across, float *down,
        const struct fth_squares *how, size_t n))
KERNEL(cubic_weights, (float *dst, const float *at, size_t n)) /* dst: 4 n */
KERNEL(lanczos_weights, (float *dst, const float *at, size_t n)) /* dst: 6 n */
KERNEL(sample_sixes, (float *dst, const float *src, ptrdiff_t stride, const int32_t *index,
        const float *const weights[2], size_t n))
KERNEL(sample_squares, (float *dst, const float *src, ptrdiff_t stride, const int32_t *index,
        const float *const weights[2], size_t n))
/* varblur.kernel.c */
KERNEL(vary_lend, (float *dst, const float *src, const float *key, float low, float scale,
        size_t n))
KERNEL(vary_gather, (float *dst, const float *blurred, const float *own,
        const float *const rows[2], const struct fth_vary *level, size_t n))
KERNEL(vary_add, (float *dst, const float *blurred, const float *key,
        const struct fth_vary *level, size_t n))
/* smooth.kernel.c */
KERNEL(edge_weight, (float *restrict dst, const float *const a[3], const float *const b[3],
        float scale, size_t n))
KERNEL(sweep, (const struct fth_sweep *sweep))
KERNEL(symmetric_lanes, (float *dst, const float *src, const double *weights, size_t radius,
        size_t n))
KERNEL(recursive_lanes, (float *dst, const float *src, double *sums,
        const struct fth_recursion *r, size_t n))
/* guided.kernel.c */
KERNEL(guided_grey, (float *const rows[4], double eps, size_t n))
KERNEL(guided_colour, (float *const to[4], const float *const rows[13], double eps, size_t n))
KERNEL(guided_apply, (float *dst, const float *const coefficients[4], const float *const guide[3],
        size_t n))
KERNEL(sum_down, (const struct fth_down *how, size_t n))
KERNEL(mean_along, (float *dst, float *src, float *work, size_t width, size_t n))
/* plate.kernel.c */
KERNEL(plate_split, (float *const dst[3], const float *const rgb[3], size_t n))
KERNEL(plate_mean, (float *dst, const float *const rows[3], size_t n))
KERNEL(plate_light, (float *const dst[3], const float *const rows[6], size_t n))
KERNEL(plate_grades, (uint8_t *grades, const float *const planes[9], size_t n))
KERNEL(plate_look, (float *const dst[3], const uint8_t *grades, const float *const tables[3],
        size_t n))
KERNEL(plate_doubt, (float *const dst[2], const float *const rows[13],
        const struct fth_plate_doubt *how, size_t n))
KERNEL(plate_temper, (float *vote, const float *const rows[5], const uint8_t *grades,
        const struct fth_plate_temper *how, size_t n))
KERNEL(plate_sample, (float *const dst[3], const float *const rows[6], const float *seen,
        int32_t stride, size_t n))
KERNEL(plate_bins, (uint8_t *dst, const float *apart, float scale, size_t n))
KERNEL(plate_apart, (float *dst, const float *const rows[6], float most, size_t n))
KERNEL(plate_ask, (double *const said[4], uint8_t *seen, const double *const at[2],
        const float *values, const struct fth_plate_asking *how, size_t n))
KERNEL(plate_edge, (float *dst, const float *const rows[15], float fall, size_t n))
KERNEL(plate_alpha, (float *alpha, const float *const rows[16], const struct fth_plate_mixing *how,
        size_t n))
KERNEL(plate_shade, (float *alpha, const float *const rows[11], const struct fth_plate_doubt *how,
        float amount, size_t n))
/* cells.kernel.c: cells of 2 or 4 pixels; n counts pixels unless said otherwise */
KERNEL(plate_cells, (uint8_t *const dst[2], const float *const rows[4], const int32_t cell[2],
        size_t n))
KERNEL(plate_edgy, (uint8_t *dst, const float *const rows[2], const float limits[2], float cell,
        size_t n)) /* n: cells */
KERNEL(plate_gather, (float *const dst[12], const float *const rows[8],
        const struct fth_plate_gathering *how, size_t n))
KERNEL(plate_enlarge, (float *const dst[5], const float *const lines[6], int32_t cell, size_t n))
KERNEL(plate_open, (uint8_t *open, int32_t counts[2], const float *vote, size_t n))
KERNEL(plate_wide, (uint8_t *dst, const uint8_t *const rows[4], int32_t count, size_t n))
KERNEL(plate_steps, (uint8_t *dst, const float *row, const float *below, size_t n))
KERNEL(plate_shifts, (float sums[16], const float *a, const float *const b[2], float most,
        size_t n)) /* b: n + 15 */
KERNEL(plate_places, (float *dst, const double c[4], size_t n))
KERNEL(plate_taps, (int32_t *index, float *weight, const float *places, const int32_t line[3],
        size_t step, size_t n))
KERNEL(plate_seen, (float *dst, const float *x, const float *y, float last_x, float last_y,
        size_t n))
KERNEL(plate_expose, (float *dst, const float *field, float gain, float offset, size_t n))
/* patch.kernel.c */
KERNEL(patch_search, (float flow[2], const float *const neighbours[2],
        const struct fth_flow_patch *patch, int iterations))
KERNEL(patch_tensor, (float sums[5], const float *gx, const float *gy, ptrdiff_t stride))
KERNEL(patch_spread, (float *const sums[3], ptrdiff_t sum_stride,
        const struct fth_flow_patch *patch, const float flow[2], int rows))
/* flow.kernel.c */
KERNEL(divide_two, (float *restrict a, float *restrict b, const float *restrict weight, size_t n))
KERNEL(remap, (float *restrict dst, const float *restrict mx, const float *restrict my,
        const float *restrict src, ptrdiff_t stride, const int32_t size[2], size_t n))
KERNEL(sobel, (float *restrict gx, float *restrict gy, const float *const rows[3], size_t n))
KERNEL(flow_belief, (float *restrict wrong, const float *restrict mx, const float *restrict my,
                     float scale, const int32_t size[2]))
KERNEL(flow_doubt, (float *restrict sure, const float *restrict miss, float scale, size_t n))
KERNEL(flow_mismatch, (float *restrict dst, const float *restrict u, const float *restrict v,
        int32_t y, const struct fth_flow_field *back, const int32_t size[2]))
KERNEL(difference, (float *dst, const float *a, const float *b, float scale, size_t n))
KERNEL(refine_normalise, (float *restrict p, float *restrict q, float *restrict r, float zeta2,
        size_t n))
KERNEL(refine_weight, (float *restrict weight, const float *const flow[6], float alpha2,
        float eps2, size_t n))
KERNEL(refine_system, (float *const out[5], const float *const in[16], const float constants[5],
        size_t n))
KERNEL(refine_relax, (float *restrict u, float *restrict v, const float *const around[6],
        const float *const weights[3], float *const system[5], size_t n))
/* denoise.kernel.c */
KERNEL(patch_nearest, (float *distance, int32_t at[2], const struct fth_patch_search *search,
        int steps))
KERNEL(patch_excess, (struct fth_patch_excess *excess, const struct fth_patch_group *group))
KERNEL(patch_add, (float *const sums[4], ptrdiff_t stride,
        const struct fth_patch_excess *excess))
/* grain.kernel.c */
KERNEL(white_noise, (float *restrict dst, uint32_t seed, int32_t x, size_t n))
