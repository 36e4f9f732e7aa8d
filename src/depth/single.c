/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and meaning of one network's answers; everything about it comes from the manifest. */
#include "depth/single.h"

#include <math.h>

#include "infer/predict.h"
#include "ops/resize.h"

/* Outlines of people need this much whatever the network sees; more than that costs too much. */
static const int32_t least_width = 640, most_width = 1024;
/* Metres that resampling may undershoot to. */
static const float least_distance_m = 1e-3f;

static void view_size(const struct fth_infer_session *session, bool better, int32_t width,
                      int32_t height, int32_t *view_width, int32_t *view_height)
{
    const struct fth_network *network = fth_infer_session_network(session);
    fth_view_size(network, width, height, better ? 0 : network->side_faster, view_width,
                  view_height);
}

int32_t fth_single_work_width(const struct fth_infer_session *session, bool better, int32_t width,
                              int32_t height)
{
    int32_t view_width, view_height;
    view_size(session, better, width, height, &view_width, &view_height);
    return FTH_MIN(width, FTH_MIN(FTH_MAX(view_width, least_width), most_width));
}

double fth_single_pixel(const struct fth_infer_session *session, bool better,
                        const struct fth_grid *grid)
{
    int32_t view_width, view_height;
    view_size(session, better, grid->width, grid->height, &view_width, &view_height);
    return sqrt((double)grid->width / view_width * grid->height / view_height);
}

static void invert(const struct fth_grid *grid, float least)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++)
            row[x] = 1 / FTH_MAX(row[x], least);
    }
}

/* The answer at the size of `near`, as nearness. */
static enum fth_status take_near(const struct fth_work *work, const struct fth_network *network,
                                 const struct fth_answer *answer, const struct fth_grid *near,
                                 const struct fth_grid *invalid, struct fth_error *error)
{
    enum fth_status status =
        fth_network_resample(work, network->back, &answer->values, near, error);
    if (status == FTH_OK && network->meaning == FTH_MEANS_METRIC_Z)
        invert(near, FTH_MAX((float)network->valid_least, least_distance_m));
    fth_grid_fill(invalid, 0);
    if (status == FTH_OK && answer->invalid.data)
        status = fth_resize_bilinear(work, &answer->invalid, invalid, error);
    return status;
}

enum fth_status fth_single_near(struct fth_infer_session *session, bool better,
                                const struct fth_work *work, const struct fth_grid picture[3],
                                const struct fth_grid *near, const struct fth_grid *invalid,
                                struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(session);
    size_t mark = fth_arena_mark(work->arena);
    int32_t width, height;
    struct fth_view view;
    struct fth_answer answer;
    view_size(session, better, picture[0].width, picture[0].height, &width, &height);
    enum fth_status status = fth_view_make(work, network, picture, width, height, &view, error);
    if (status == FTH_OK)
        status = fth_view_answer(work, session, &view, false, &answer, error);
    if (status == FTH_OK)
        status = take_near(work, network, &answer, near, invalid, error);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_single_window_new(struct fth_infer_session *session, bool better, int32_t width,
                                      int32_t height, struct fth_window_run **run,
                                      struct fth_error *error)
{
    int32_t view_width, view_height;
    view_size(session, better, width, height, &view_width, &view_height);
    return fth_window_run_new(session, view_width, view_height, run, error);
}

enum fth_status fth_single_window_push(struct fth_window_run *run,
                                       const struct fth_infer_session *session, bool better,
                                       const struct fth_work *work,
                                       const struct fth_grid picture[3], struct fth_error *error)
{
    size_t mark = fth_arena_mark(work->arena);
    int32_t width, height;
    struct fth_view view;
    view_size(session, better, picture[0].width, picture[0].height, &width, &height);
    enum fth_status status = fth_view_make(work, fth_infer_session_network(session), picture, width,
                                           height, &view, error);
    if (status == FTH_OK)
        status = fth_window_push(run, &view, error);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_single_window_near(const struct fth_infer_session *session,
                                       const struct fth_work *work, const struct fth_tensor *map,
                                       const struct fth_grid *near, const struct fth_grid *invalid,
                                       struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(session);
    size_t mark = fth_arena_mark(work->arena);
    struct fth_answer answer;
    enum fth_status status = fth_map_answer(work, network, map, &answer, error);
    if (status == FTH_OK)
        status = take_near(work, network, &answer, near, invalid, error);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_single_enlarge(const struct fth_infer_session *session,
                                   const struct fth_work *work, const struct fth_grid *src,
                                   const struct fth_grid *dst, struct fth_error *error)
{
    if (src->width != dst->width || src->height != dst->height)
        return fth_network_resample(work, fth_infer_session_network(session)->back, src, dst,
                                    error);
    fth_grid_copy(dst, src);
    return FTH_OK;
}
