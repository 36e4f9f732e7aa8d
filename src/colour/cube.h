/* SPDX-License-Identifier: Apache-2.0 */
/* Look-up tables of colours as .cube files have them (Adobe's and Iridas' specification 1.0, and
 * Resolve's files that hold a table of one dimension and one of three): curves for each channel,
 * then a cube of colours, either of them alone or both. */
#ifndef FTH_COLOUR_CUBE_H
#define FTH_COLOUR_CUBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

enum { FTH_CUBE_MOST_1D = 65536, FTH_CUBE_MOST_3D = 129, FTH_CUBE_TITLE = 256 };

/* One table: `size` entries, or size^3 with red running fastest, of R, G, B each. What goes in is
 * counted from low to high of each channel; what lies outside counts as the end. */
struct fth_cube_table {
    int32_t size; /* 0: there is none */
    float low[3], high[3];
    float *values;
};

struct fth_cube {
    char title[FTH_CUBE_TITLE];
    struct fth_cube_table curves, colours; /* applied in this order */
};

/* `name` stands in messages, with the line. Returns new tables; sizes are checked before memory is
 * asked for. */
enum fth_status fth_cube_parse(const char *text, size_t length, const char *name,
                               struct fth_cube *cube, struct fth_error *error);
enum fth_status fth_cube_read(const char *path, struct fth_cube *cube, struct fth_error *error);
enum fth_status fth_cube_write(const char *path, const struct fth_cube *cube, bool overwrite,
                               struct fth_error *error);
void fth_cube_clear(struct fth_cube *cube); /* frees and zeroes */

/* Rows in place; between entries curves are straight, and colours are mixed of the four corners of
 * the tetrahedron they lie in, so that greys of a grey cube stay grey. */
void fth_cube_rows(const struct fth_cube *cube, float *const rgb[3], size_t n);

#endif
