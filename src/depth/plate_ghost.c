/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the plate holds something that the shot does not, the subject for one. Along the border
 * of a subject the shot steps and the plate does not; along that of a ghost it is the other way. */
#include <string.h>

#include "base/compiler.h"
#include "depth/plate.h"
#include "ops/kernels.h"

enum { BLOCK = 64 };

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

struct looking {
    const struct fth_plate_ghost_view *view;
    struct border *blocks;
};

/* Points of row y, of which `marks` says what begins at them. */
static void look_along(const struct fth_plate_ghost_view *v, int32_t y, const uint8_t *marks,
                       struct border *border)
{
    enum { WORD = sizeof(uint64_t) };
    for (int32_t x0 = 0; x0 + 1 < v->alpha->width; x0 += WORD) {
        uint64_t word;
        memcpy(&word, marks + x0, WORD);
        for (int32_t x = x0; word && x < x0 + WORD && x + 1 < v->alpha->width; x++) {
            if (marks[x] & 1)
                look_at(v, x, y, false, border);
            if (marks[x] & 2)
                look_at(v, x, y, true, border);
        }
    }
}

static void look_rows(void *context, int32_t y0, int32_t y1, void *scratch)
{
    const struct looking *l = context;
    const struct fth_grid *alpha = l->view->alpha;
    struct border border = {0};
    memset((uint8_t *)scratch + alpha->width - 1, 0, sizeof(uint64_t));
    for (int32_t y = y0; y < y1; y++) {
        fth_kernels()->plate_steps(scratch, fth_grid_row(alpha, y), fth_grid_row(alpha, y + 1),
                                   (size_t)alpha->width - 1);
        look_along(l->view, y, scratch, &border);
    }
    l->blocks[y0 / BLOCK] = border;
}

enum fth_status fth_plate_find_ghost(const struct fth_work *work,
                                     const struct fth_plate_ghost_view *view,
                                     struct fth_plate_ghost *ghost, struct fth_error *error)
{
    int32_t height = view->alpha->height - 1, width = view->alpha->width;
    size_t blocks = ((size_t)height + BLOCK - 1) / BLOCK, mark = fth_arena_mark(work->arena);
    struct looking looking = {view, fth_arena_take(work->arena, blocks + 1, sizeof(struct border))};
    struct fth_rows rows = {look_rows, &looking, BLOCK, (size_t)width + sizeof(uint64_t)};
    struct border all = {0};
    enum fth_status status = FTH_OK;
    if (!looking.blocks)
        status = fth_fail_memory(error, (blocks + 1) * sizeof(struct border), "a plate's ghosts");
    if (status == FTH_OK && height > 0 && width > 1)
        status = fth_rows_run_scratch(work, height, &rows, error);
    for (size_t i = 0; i < blocks && status == FTH_OK && width > 1; i++) {
        all.shot += looking.blocks[i].shot;
        all.plate += looking.blocks[i].plate;
        all.x += looking.blocks[i].x;
        all.y += looking.blocks[i].y;
    }
    fth_arena_return(work->arena, mark);
    if (status != FTH_OK)
        return status;
    double decided = all.shot + all.plate;
    *ghost = (struct fth_plate_ghost){decided, decided > 0 ? all.plate / decided : 0, 0, 0};
    if (all.plate > 0) {
        ghost->x = all.x / all.plate;
        ghost->y = all.y / all.plate;
    }
    return FTH_OK;
}
