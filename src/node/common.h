/* SPDX-License-Identifier: Apache-2.0 */
/* The controls every node has (FEATURES 2C, the Settings tab), and what they do to its output. No
 * node implements them: the engine applies fth_common_apply after a node's last step. */
#ifndef FTH_NODE_COMMON_H
#define FTH_NODE_COMMON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"
#include "fathom/param.h"
#include "image/image.h"

enum fth_mask_channel {
    FTH_MASK_AUTO, FTH_MASK_RED, FTH_MASK_GREEN, FTH_MASK_BLUE, FTH_MASK_ALPHA, FTH_MASK_LUMINANCE
};
enum fth_outside_mask { FTH_OUTSIDE_ZERO, FTH_OUTSIDE_INPUT };
enum fth_clipping_mode { FTH_CLIP_FRAME, FTH_CLIP_DOMAIN, FTH_CLIP_NONE };

struct fth_common {
    double blend;
    bool process_when_blend_is_0, red, green, blue, alpha;
    bool effect_mask_invert;
    int32_t effect_mask_channel;
    double effect_mask_low, effect_mask_high;
    bool multiply_by_mask;
    int32_t outside_mask;
    int64_t object_id, material_id; /* -1: not used */
    bool correct_edges;
    int32_t clipping_mode;
};

extern const struct fth_param fth_common_params[];
extern const struct fth_port fth_effect_mask_port;

/* True when the node's result cannot matter: blend is 0 and nobody insists. The engine then passes
 * the main input through and reads none of the others. */
bool fth_common_skips(const struct fth_common *common);
/* True when apply would hand `after` on unchanged (no mask, blend 1, all channels on). */
bool fth_common_is_neutral(const struct fth_common *common, bool has_mask);

/* True when a mask that is 0 everywhere leaves nothing of what it limits: then its values are 0
 * after low, high and invert too. */
bool fth_common_mask_can_spare(const struct fth_common *common);

/* The values of a mask picture over `rect` as a grid-like plane: channel chosen, low/high
 * stretched, inverted. Where the mask has no pixels it is 0 before inversion. */
enum fth_status fth_mask_values(const struct fth_image *mask, int32_t channel, double low,
                                double high, bool invert, struct fth_rect rect,
                                struct fth_buffers *buffers, struct fth_plane **values,
                                struct fth_error *error);

/* True when all of these values would be 0. */
enum fth_status fth_mask_is_empty(const struct fth_image *mask, const struct fth_common *common,
                                  struct fth_rect rect, struct fth_buffers *buffers, bool *empty,
                                  struct fth_error *error);

/* What of R, G, B and A a mask's values are made of. */
enum fth_mask_source { FTH_MASK_OF_CHANNEL, FTH_MASK_OF_LUMINANCE = 4, FTH_MASK_OF_OTHERS };

/* Where `channel` of the picture stands: FTH_MASK_OF_CHANNEL + 0..3, all colours, or in none of
 * them. */
enum fth_mask_source fth_mask_source(const struct fth_image *mask, int32_t channel);
/* The luminance of n pixels, before it is cut to 0..1 and inverted. */
void fth_mask_luminance(float *values, const float *const rgb[3], size_t n);

/* Warns once of a mask whose alpha is 1 everywhere and is used (AUTO). Wants the whole picture: a
 * band of ones says nothing. */
void fth_mask_check(const struct fth_image *mask, int32_t channel);

/* out = before + blend * mask * (after - before), channel switches, multiply by mask (6.5).
 * `before` is port 0's picture or NULL (then 0); `mask` the effect mask's picture or NULL.
 * makes_matte: outside the mask alpha is 0 unless outside_mask says input, and so are colours that
 * are premultiplied by that alpha. Colours of `before` are brought to where those of `after` are:
 * multiplied by its alpha, or not. R, G, B, A and what both pictures have is mixed, other planes of
 * `after` pass; without an A plane a picture is opaque inside its data window. The result's planes
 * hold at least `rect`, its data window is that of both pictures. */
enum fth_status fth_common_apply(const struct fth_common *common, bool makes_matte,
                                 const struct fth_image *before, const struct fth_image *after,
                                 const struct fth_image *mask, struct fth_rect rect,
                                 struct fth_buffers *buffers, struct fth_image **out,
                                 struct fth_error *error);

#endif
