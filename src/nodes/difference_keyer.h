/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the Difference Keyer share: its parameters, its inputs, and its pictures as
 * they are compared. */
#ifndef FTH_NODES_DIFFERENCE_KEYER_H
#define FTH_NODES_DIFFERENCE_KEYER_H

#include "nodes/matte.h"

enum {
    FTH_KEYER_FRONT, FTH_KEYER_BACK, FTH_KEYER_GARBAGE, FTH_KEYER_SOLID
};
enum {
    FTH_KEYER_MAX_ABS, FTH_KEYER_MEAN_ABS, FTH_KEYER_LUMA_ABS, FTH_KEYER_EUCLID,
    FTH_KEYER_CHROMA_ONLY, FTH_KEYER_DELTA_E_ITP
};

struct fth_keyer_params {
    FTH_MATTE_FIELDS /* first: as struct fth_matte_params */
    double threshold[2];
    int32_t metric, view;
};

/* R, G and B of the picture at a port over `rect` as an ordinary display shows them, so that a
 * threshold means the same in every working space. References. */
enum fth_status fth_keyer_shown(const struct fth_call *call, int port, struct fth_rect rect,
                                struct fth_plane *planes[4], struct fth_error *error);

/* Step "plate": the clean plate over the node's data window, in the foreground's frame and as a
 * display shows it. A picture with R, G and B. */
enum fth_status fth_keyer_plate(const struct fth_call *call, struct fth_image **out,
                                struct fth_error *error);
/* Says what is unusual about the two inputs, once. */
void fth_keyer_remark(const struct fth_call *call);

#endif
