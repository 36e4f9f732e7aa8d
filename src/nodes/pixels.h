/* SPDX-License-Identifier: Apache-2.0 */
/* What several nodes need around their pixels: planes that cover a rectangle, shared where they
 * can be; pictures with their colours multiplied by alpha; one scratch bag for whole pictures. */
#ifndef FTH_NODES_PIXELS_H
#define FTH_NODES_PIXELS_H

#include "node/node.h"
#include "ops/grid.h"

/* R, G, B: the planes a colour operation touches; A follows at index 3. */
extern const char *const fth_rgba_names[4];

/* A plane over call->rect that becomes channel `name` of the result and nothing else: where there
 * is a place for it already, that place. Returns new. */
enum fth_status fth_pixels_made(const struct fth_call *call, const char *name,
                                struct fth_plane **plane, struct fth_error *error);

/* Channel `name` of `image` over `rect`: the image's own plane when that covers it, else a new one
 * with `outside` where the image has no pixels (all of it when there is no such channel or no
 * image). Returns a reference. */
enum fth_status fth_pixels_over(const struct fth_call *call, const struct fth_image *image,
                                const char *name, struct fth_rect rect, float outside,
                                struct fth_plane **plane, struct fth_error *error);

/* The same for R, G, B and A; planes[3] is NULL when the image has no A. On failure none is
 * held. */
enum fth_status fth_pixels_rgba(const struct fth_call *call, const struct fth_image *image,
                                struct fth_rect rect, struct fth_plane *planes[4],
                                struct fth_error *error);
void fth_pixels_drop(struct fth_plane *planes[4]);
/* R, G and B, all three. */
bool fth_pixels_has_colours(const struct fth_image *image);

/* The same of one of the frames that the node looks at, call->moments[port].images[index]. Where it
 * is kept as its file has it, its planes are made now, of the rows of `rect` alone, and are gone
 * with the references. */
enum fth_status fth_pixels_moment(const struct fth_call *call, int port, int index,
                                  struct fth_rect rect, struct fth_plane *planes[4],
                                  struct fth_error *error);

/* Multiplies R, G and B by A over `rect` when the image says they are not yet: planes are replaced
 * by new ones. Does nothing without an A. */
enum fth_status fth_pixels_premultiply(const struct fth_call *call, const struct fth_image *image,
                                       struct fth_rect rect, struct fth_plane *planes[4],
                                       struct fth_error *error);

/* How much of what is behind it the picture hides, over `rect`: its A, or 1 where it has pixels.
 * Returns a reference. */
enum fth_status fth_pixels_opacity(const struct fth_call *call, const struct fth_image *image,
                                   struct fth_rect rect, struct fth_plane **plane,
                                   struct fth_error *error);

/* Shares with `out` every channel of `in` that is not R, G, B or A, over `rect`. */
enum fth_status fth_pixels_share_rest(const struct fth_call *call, const struct fth_image *in,
                                      struct fth_rect rect, struct fth_image *out,
                                      struct fth_error *error);

/* A picture that is `like` in all but R, G, B and A, which are `planes` (NULL: none; the references
 * are taken over), over call->rect and with the data window and multiplication that call->info
 * says. Returns new. */
enum fth_status fth_pixels_with(const struct fth_call *call, const struct fth_image *like,
                                struct fth_plane *planes[4], struct fth_image **image,
                                struct fth_error *error);

/* The frame of a picture that is made of nothing: width_px x height_px at full size, where 0 stands
 * for the document's frame, and where that says nothing for 1920 x 1080. A node whose frame comes
 * from here feeds it to its hash. */
struct fth_format fth_pixels_frame(const struct fth_call *call, int64_t width_px,
                                   int64_t height_px);

/* The values of enum fth_mask_channel as choices, for the key_channel of nodes with a key. */
extern const struct fth_choice fth_key_channels[];

/* Rows for `bool key_invert` and `int32_t key_channel` of nodes with a plain key. `does`: what the
 * node does where the key is white, the first word of a sentence: "Blurs". */
#define FTH_KEY_VIEW_ROWS(strukt, does)                                                            \
    FTH_PARAM(SWITCH, strukt, key_invert, .label = "Invert Key",                                   \
              .help = does " where the key is black instead of white. Of use with a key "          \
                           "connected.",                                                           \
              .max = 1, .group = "Key", .flags = FTH_PARAM_ANIMATES),                              \
        FTH_PARAM(CHOICE, strukt, key_channel, .label = "Key Channel",                             \
                  .help = "Which channel of the key counts. Of use with a key connected.",         \
                  .choices = fth_key_channels, .max = FTH_MASK_LUMINANCE, .group = "Key")

/* How a node reads the picture at its key input. */
struct fth_key_view {
    const struct fth_image *image;
    int32_t channel;
    bool invert;
};

/* The key as values over `rect`. Returns new. */
enum fth_status fth_pixels_key(const struct fth_call *call, const struct fth_key_view *key,
                               struct fth_rect rect, struct fth_plane **values,
                               struct fth_error *error);

static inline float fth_clamp01(float x)
{
    return x > 0 ? (x < 1 ? x : 1) : 0;
}

static inline float fth_smoothstep(float x)
{
    float t = fth_clamp01(x);
    return t * t * (3 - 2 * t);
}

/* A length in pixels of the full-size picture in pixels of this one. */
static inline double fth_pixels_scaled(const struct fth_call *call, double length_px)
{
    return length_px / (call->env->scale_denominator > 1 ? call->env->scale_denominator : 1);
}

static inline struct fth_work fth_pixels_work(const struct fth_call *call)
{
    return (struct fth_work){call->env->pool, call->arena, call->env->cancel};
}

#endif
