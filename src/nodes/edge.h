/* SPDX-License-Identifier: Apache-2.0 */
/* What nodes that cut something out share: controls that take the old background's colours out of
 * its edge, and the work itself. */
#ifndef FTH_NODES_EDGE_H
#define FTH_NODES_EDGE_H

#include "nodes/pixels.h"

/* Fields of a parameter struct, and their rows; `steps` is affected, `...` are further members of
 * the switch's row. */
#define FTH_EDGE_FIELDS                                                                            \
    bool decontaminate;                                                                            \
    double decontaminate_amount, edge_width;

#define FTH_EDGE_ROWS(strukt, steps, ...)                                                          \
    FTH_PARAM(SWITCH, strukt, decontaminate, .label = "Decontaminate Edge",                        \
              .help = "Takes the old background's colours out of the edge of what is cut out, so " \
                      "that it can stand before another one without a rim.",                       \
              .max = 1, .group = "Edge", .affects = steps, .flags = FTH_PARAM_ANIMATES,            \
              __VA_ARGS__),                                                                        \
        FTH_PARAM(NUMBER, strukt, decontaminate_amount, .label = "Decontamination Amount",         \
                  .help = "How much of the old background is taken out: 0 nothing, 1 all.",        \
                  .max = 1, .def = {1}, .group = "Edge", .when = {"decontaminate", 2},             \
                  .affects = steps, .flags = FTH_PARAM_ANIMATES),                                  \
        FTH_PARAM(NUMBER, strukt, edge_width, .label = "Edge Width",                               \
                  .help = "How far into what is opaque the old background still shows: colours "   \
                          "there are taken from further inside. 0 trusts the matte; raise it "     \
                          "until the rim is gone, lower it where detail of the outline goes.",     \
                  .unit = "px", .max = 100, .ui_max = 20, .def = {3}, .group = "Edge",             \
                  .when = {"decontaminate", 2}, .affects = steps,                                  \
                  .flags = FTH_PARAM_ANIMATES | FTH_PARAM_PIXELS)

struct fth_edge_how {
    double amount, width_px; /* of the full-size picture */
};

/* R, G and B of `input` over the whole data window of the call, whole as if they had never been
 * multiplied (`multiplied` says that they are), and clean for the cut-out that `alpha` makes, in
 * planes[0..2]. Returns new; on failure none is held. */
enum fth_status fth_edge_colours(const struct fth_call *call, const struct fth_image *input,
                                 bool multiplied, const struct fth_plane *alpha,
                                 struct fth_edge_how how, struct fth_plane *planes[4],
                                 struct fth_error *error);
#endif
