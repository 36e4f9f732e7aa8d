/* SPDX-License-Identifier: Apache-2.0 */
/* Colour spaces by name: which curve and primaries R, G and B are encoded with. What they mean in
 * numbers is the colour floor's. */
#ifndef FTH_IMAGE_COLOURS_H
#define FTH_IMAGE_COLOURS_H

#include <stdbool.h>

/* "File" is whatever came and nobody knows. "Data" are maps and mattes shown as grey: numbers that
 * are no colours and are never converted. */
enum fth_colour_space {
    FTH_COLOUR_FILE,
    FTH_COLOUR_DATA,
#define COLOUR(name, id, label, primaries, curve, linear, help) FTH_COLOUR_##name,
#include "image/colours.list.h"
#undef COLOUR
    FTH_COLOUR_COUNT
};

/* True for a space with primaries and a curve: neither File nor Data. */
static inline bool fth_colour_is_known(enum fth_colour_space space)
{
    return space > FTH_COLOUR_DATA && space < FTH_COLOUR_COUNT;
}

/* "rec709_gamma24", "Rec.709 Gamma 2.4"; "file" and "data" for those. Never NULL. */
const char *fth_colour_id(enum fth_colour_space space);
const char *fth_colour_label(enum fth_colour_space space);
/* Underscores and dashes count alike, and so do cases. False: there is none such. */
bool fth_colour_find(const char *id, enum fth_colour_space *space);
/* The smallest space of the two in which all fits that fits in either; File: nobody knows. */
enum fth_colour_space fth_colour_wider(enum fth_colour_space a, enum fth_colour_space b);
/* The light of a space: its own primaries without a curve. */
enum fth_colour_space fth_colour_linear(enum fth_colour_space space);

#endif
