/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the plate holds something that the shot does not, the subject for one. Along the border
 * of a subject the shot steps and the plate does not; along that of a ghost it is the other way. */
#include "base/compiler.h"
#include "depth/plate.h"

static const float least_step = 0.06f; /* of white: fainter decides nothing */
static const float clearly = 3;        /* times: a step that the other has not */

struct border {
    double shot, plate, x, y; /* points of each kind, sums of the latter's places */
};

static float step_between(const struct fth_grid rgb[3], ptrdiff_t a, ptrdiff_t b)
{
    float most = 0;
    for (int c = 0; c < 3; c++)
        most = FTH_MAX(most, fabsf(rgb[c].data[a] - rgb[c].data[b]));
    return most;
}

/* The border between (x, y) and what is right of it or below; steps are taken over three pixels. */
static void look_at(const struct fth_plate_ghost_view *v, int32_t x, int32_t y, bool down,
                    struct border *border)
{
    const struct fth_grid *shot = &v->shot[0], *plate = &v->plate[0];
    int32_t dx = !down, dy = down, x0 = x - dx, y0 = y - dy, x1 = x + 2 * dx, y1 = y + 2 * dy;
    if (x0 < 0 || y0 < 0 || x1 >= v->alpha->width || y1 >= v->alpha->height)
        return;
    float own = step_between(v->shot, y0 * shot->row_stride + x0, y1 * shot->row_stride + x1);
    float other = step_between(v->plate, y0 * plate->row_stride + x0, y1 * plate->row_stride + x1);
    if (own >= least_step && own > clearly * other)
        border->shot++;
    if (other >= least_step && other > clearly * own) {
        border->plate++;
        border->x += x;
        border->y += y;
    }
}

void fth_plate_find_ghost(const struct fth_plate_ghost_view *view, struct fth_plate_ghost *ghost)
{
    struct border border = {0};
    for (int32_t y = 0; y + 1 < view->alpha->height; y++) {
        const float *row = fth_grid_row(view->alpha, y), *below = fth_grid_row(view->alpha, y + 1);
        for (int32_t x = 0; x + 1 < view->alpha->width; x++) {
            if ((row[x] > 0.5f) != (row[x + 1] > 0.5f))
                look_at(view, x, y, false, &border);
            if ((row[x] > 0.5f) != (below[x] > 0.5f))
                look_at(view, x, y, true, &border);
        }
    }
    double decided = border.shot + border.plate;
    *ghost = (struct fth_plate_ghost){decided, decided > 0 ? border.plate / decided : 0, 0, 0};
    if (border.plate > 0) {
        ghost->x = border.x / border.plate;
        ghost->y = border.y / border.plate;
    }
}
