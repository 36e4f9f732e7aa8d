/* SPDX-License-Identifier: Apache-2.0 */
/* What a document says of itself as a whole: its frame, its rate, its frames, the colours it works
 * in. Everything may be left open. */
#ifndef FTH_GRAPH_SETTINGS_H
#define FTH_GRAPH_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/limits.h"
#include "base/status.h"

struct fth_graph;

struct fth_settings {
    int32_t width, height;            /* of the frame in pixels; 0: not given */
    int64_t rate_num, rate_den;       /* frames a second; 0/0: not given */
    bool has_frames;
    int64_t first_frame, last_frame;  /* both of them in it */
    char working[FTH_LIMIT_NAME];     /* "davinci_intermediate_wg"; "": not given */
    char output[FTH_LIMIT_NAME];      /* "rec709_gamma24"; "": not given */
};

/* Lent until the graph is destroyed. */
const struct fth_settings *fth_graph_settings(const struct fth_graph *graph);
/* Refuses sizes, rates and ranges that make no sense. Names of colours are not looked at here. */
enum fth_status fth_graph_set_settings(struct fth_graph *graph,
                                       const struct fth_settings *settings,
                                       struct fth_error *error);

#endif
