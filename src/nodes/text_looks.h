/* SPDX-License-Identifier: Apache-2.0 */
/* What glyphs look like, kept by font and number: an outline, or the picture that a colour font has
 * in its place. */
#ifndef FTH_NODES_TEXT_LOOKS_H
#define FTH_NODES_TEXT_LOOKS_H

#include "nodes/text_fonts.h"

/* Fonts are opened at this size, whatever the title's is. */
#define FTH_TEXT_EM_PX 256

struct fth_text_looks;

enum fth_status fth_text_looks_open(struct fth_text_looks **looks, struct fth_error *error);
void fth_text_looks_close(struct fth_text_looks **looks); /* accepts NULL */

/* Whether the PangoFont has pictures in place of outlines. */
bool fth_text_looks_has_pictures(void *pango);

/* `pango` is the PangoFont whose number is `font`. NULL when memory is out. */
const struct fth_text_look *fth_text_looks_find(struct fth_text_looks *looks, void *pango,
                                                uint32_t font, uint32_t code);

#endif
