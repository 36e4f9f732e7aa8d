/* SPDX-License-Identifier: Apache-2.0 */
/* Colour management: conversions put into the flat graph. Pictures are brought to the colours the
 * document works in where they come from, to what a node's mathematics wants before it and back
 * after it, and to the output's where they are written. What is only read as a mask or as depth is
 * never converted. */
#ifndef FTH_GRAPH_MANAGE_H
#define FTH_GRAPH_MANAGE_H

#include "base/status.h"

struct fth_graph;
struct fth_settings;

/* Colour settings by the names people know; ends with id NULL. */
struct fth_colour_preset {
    const char *id, *label, *help;
    const char *working, *output; /* ids of spaces; "": pictures stay as they are */
};
extern const struct fth_colour_preset fth_colour_presets[];

/* Refuses what is neither a space nor a preset; the message has the nearest right spelling. */
enum fth_status fth_graph_check_colours(const struct fth_settings *settings,
                                        struct fth_error *error);

/* Puts nodes into `flat`, whose own settings say which, behind those that are there. Without colour
 * settings only sinks that name colours of their own get one. */
enum fth_status fth_graph_manage(struct fth_graph *flat, struct fth_error *error);

#endif
