/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Difference Keyer share: its parameters, its inputs, and its pictures as
 * they are compared. */
#ifndef FTH_NODES_DIFFERENCE_KEYER_H
#define FTH_NODES_DIFFERENCE_KEYER_H

#include "depth/plate.h"
#include "nodes/matte.h"

enum {
    FTH_KEYER_FRONT, FTH_KEYER_BACK, FTH_KEYER_GARBAGE, FTH_KEYER_SOLID, FTH_KEYER_DEPTH
};
enum {
    FTH_KEYER_MAX_ABS, FTH_KEYER_MEAN_ABS, FTH_KEYER_LUMA_ABS, FTH_KEYER_EUCLID,
    FTH_KEYER_CHROMA_ONLY, FTH_KEYER_DELTA_E_ITP
};

struct fth_keyer_params {
    FTH_MATTE_FIELDS /* first: as struct fth_matte_params */
    double threshold[2];
    int32_t metric, view, register_plate;
    bool automatic, match_exposure;
    double noise_sigmas[2], shadow, despill;
};

/* What the parameters come to. */
struct fth_keyer_how {
    int32_t lies; /* enum fth_plate_register */
    bool exposes, models;
    double despills;
    struct fth_plate_options matte;
};

struct fth_keyer_how fth_keyer_how(const struct fth_keyer_params *params);

/* R, G and B of the picture at a port over `rect` as an ordinary display shows them, so that a
 * threshold means the same in every working space. References. */
enum fth_status fth_keyer_shown(const struct fth_call *call, int port, struct fth_rect rect,
                                struct fth_plane *planes[4], struct fth_error *error);

/* Step "plate": the clean plate over the node's data window, in the foreground's frame and as a
 * display shows it. A picture with R, G and B. */
enum fth_status fth_keyer_plate(const struct fth_call *call, struct fth_image **out,
                                struct fth_error *error);
/* Step "details": the plate, and beside it what registering needs of it, in planes that are no
 * pictures. Spared where the plate stays where it lies. */
bool fth_keyer_lies(const struct fth_call *call);
enum fth_status fth_keyer_details(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error);
/* Step "match": the plate registered and exposed as the shot is. With a noise model the picture has
 * the finished difference too, under the name FTH_KEYER_MATTE. */
#define FTH_KEYER_MATTE "key"
bool fth_keyer_as_it_lies(const struct fth_call *call);
enum fth_status fth_keyer_match(const struct fth_call *call, struct fth_image **out,
                                struct fth_error *error);
/* Whether the subject's edge is to be cleaned; the foreground so, by A, R, G and B (matte and
 * plate) of call->previous, over call->rect. Returns new. */
bool fth_keyer_despills(const struct fth_call *call);
enum fth_status fth_keyer_despill(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error);
/* Says what is unusual about the two inputs, once. */
void fth_keyer_remark(const struct fth_call *call);

#endif
