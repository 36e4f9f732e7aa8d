/* SPDX-License-Identifier: Apache-2.0 */
/* What nodes know of the colours of files and of the pictures they hand on. */
#ifndef FTH_NODES_COLOURS_H
#define FTH_NODES_COLOURS_H

#include "io/media.h"
#include "node/node.h"

/* The space a file says its colours are in, or that its kind has by custom: videos Rec.709 of gamma
 * 2.4, stills of whole numbers sRGB, floats linear light. Data: there are no colours in it, or a
 * map. `scene`: the light before the camera is meant, where a camera's curve is tagged. */
enum fth_colour_space fth_colours_of_file(const struct fth_media_info *info, bool scene);

/* Writes the code points of info->colour into its footage's tags; how Y, U and V are made stays
 * where it can. */
void fth_colours_tag(struct fth_info *info);

/* What a file in `path` is to say of colours in `space`: chromaticities into *footage; the id as
 * well when the file's kind and tags would be taken for another. */
void fth_colours_say(enum fth_colour_space space, const char *path, struct fth_footage *footage);

/* A colour that somebody typed, as an ordinary display shows it, in the codes of `space`. */
void fth_colours_typed(enum fth_colour_space space, const double typed[3], float rgb[3]);

#endif
