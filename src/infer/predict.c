/* SPDX-License-Identifier: Apache-2.0 */
/* Size rule, filter, colour order and normalisation before the network; validity limits and
 * resampling after it. All of it comes from the manifest. */
#include "infer/predict.h"

#include "base/limits.h"
#include "ops/regions.h"
#include "ops/resize.h"

#include <math.h>
#include <string.h>

static int32_t round_to(double side, int multiple)
{
    double whole = floor(side / multiple + 0.5) * multiple;
    return (int32_t)FTH_MIN(FTH_MAX(whole, multiple), 65536);
}

void fth_view_size(const struct fth_network *network, int32_t width, int32_t height, int side,
                   int32_t *view_width, int32_t *view_height)
{
    if (network->size_rule == FTH_SIZE_FIXED) {
        *view_width = network->width;
        *view_height = network->height;
        return;
    }
    double wanted = side > 0 ? side : network->side;
    double by_width = wanted / width, by_height = wanted / height;
    double scale;
    if (network->size_rule == FTH_SIZE_LONG_SIDE)
        scale = FTH_MIN(by_width, by_height);
    else if (network->size_rule == FTH_SIZE_SHORT_SIDE)
        scale = FTH_MAX(by_width, by_height);
    else
        scale = fabs(1 - by_width) < fabs(1 - by_height) ? by_width : by_height;
    *view_width = round_to(width * scale, network->multiple);
    *view_height = round_to(height * scale, network->multiple);
}

/* The whole pixels whose centres lie under pixel `i` of `to` when `from` become `to`; one at
 * least. */
static void box_span(int32_t i, int32_t from, int32_t to, int32_t *first, int32_t *end)
{
    double scale = (double)from / to, half = 0.5 * fmax(scale, 1), centre = (i + 0.5) * scale;
    *first = FTH_MAX((int32_t)(centre - half + 0.5), 0);
    *end = FTH_MIN((int32_t)(centre + half + 0.5), from);
    *first = FTH_MIN(*first, from - 1);
    *end = FTH_MAX(*end, *first + 1);
}

/* One axis or both; networks are asked about one axis at a time. */
static void resize_box(const struct fth_grid *src, const struct fth_grid *dst)
{
    for (int32_t y = 0; y < dst->height; y++) {
        int32_t y0, y1, x0, x1;
        box_span(y, src->height, dst->height, &y0, &y1);
        for (int32_t x = 0; x < dst->width; x++) {
            box_span(x, src->width, dst->width, &x0, &x1);
            float sum = 0;
            for (int32_t i = y0; i < y1; i++) {
                for (int32_t j = x0; j < x1; j++)
                    sum += fth_grid_row(src, i)[j];
            }
            fth_grid_row(dst, y)[x] = sum / (float)((y1 - y0) * (x1 - x0));
        }
    }
}

enum fth_status fth_network_resample(const struct fth_work *work, enum fth_network_filter filter,
                                     const struct fth_grid *src, const struct fth_grid *dst,
                                     struct fth_error *error)
{
    switch (filter) {
    case FTH_FILTER_BILINEAR:
        return fth_resize_bilinear(work, src, dst, error);
    case FTH_FILTER_BICUBIC:
        return fth_resize_bicubic(work, src, dst, error);
    case FTH_FILTER_BICUBIC_ANTIALIAS:
        return fth_resize_bicubic_antialias(work, src, dst, error);
    case FTH_FILTER_BOX:
        resize_box(src, dst);
        return FTH_OK;
    case FTH_FILTER_AREA:
        break;
    }
    return fth_resize_area(work, src, dst, error);
}

/* To 0..1, in steps of 1/255 if wanted. Written so that NaN becomes 0. */
static void cut_to_unit(const struct fth_grid *grid, bool bytes)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++) {
            float value = row[x] > 0 ? row[x] : 0;
            value = value < 1 ? value : 1;
            row[x] = bytes ? (float)(int32_t)(value * 255 + 0.5f) / 255 : value;
        }
    }
}

/* Pillow, which the filters box and bicubic_antialias are from, resamples rows first and keeps
 * bytes between: without that the answers differ by more than a hundredth of their spread. */
static enum fth_status shrink(const struct fth_work *work, const struct fth_network *network,
                              const struct fth_grid *src, const struct fth_grid *dst,
                              struct fth_error *error)
{
    enum fth_network_filter filter = network->filter;
    bool by_axis = network->bytes && (filter == FTH_FILTER_BOX ||
                                      filter == FTH_FILTER_BICUBIC_ANTIALIAS);
    struct fth_grid middle = *src;
    size_t mark = fth_arena_mark(work->arena);
    enum fth_status status = FTH_OK;
    if (by_axis && src->width != dst->width) {
        status = fth_grid_new(work->arena, dst->width, src->height, &middle, error);
        if (status == FTH_OK)
            status = fth_network_resample(work, filter, src, &middle, error);
        if (status == FTH_OK)
            cut_to_unit(&middle, true);
    }
    if (status == FTH_OK)
        status = fth_network_resample(work, filter, &middle, dst, error);
    if (status == FTH_OK)
        cut_to_unit(dst, network->bytes);
    fth_arena_return(work->arena, mark);
    return status;
}

enum fth_status fth_view_make(const struct fth_work *work, const struct fth_network *network,
                              const struct fth_grid picture[3], int32_t view_width,
                              int32_t view_height, struct fth_view *view, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        status = fth_grid_new(work->arena, view_width, view_height, &view->rgb[i], error);
        if (status == FTH_OK)
            status = shrink(work, network, &picture[i], &view->rgb[i], error);
    }
    return status;
}

/* `step` is from one pixel to the next in dst. */
static void fill_channel(float *dst, ptrdiff_t step, const struct fth_grid *src, bool mirrored,
                         float mean, float deviation)
{
    for (int32_t y = 0; y < src->height; y++) {
        const float *row = fth_grid_row(src, y);
        float *out = dst + (ptrdiff_t)y * src->width * step;
        for (int32_t x = 0; x < src->width; x++)
            out[x * step] = (row[mirrored ? src->width - 1 - x : x] - mean) / deviation;
    }
}

void fth_view_fill(const struct fth_network *network, const struct fth_view *view, bool mirrored,
                   float *values)
{
    ptrdiff_t plane = (ptrdiff_t)view->rgb[0].width * view->rgb[0].height;
    bool last = network->layout == FTH_LAYOUT_NHWC;
    for (int i = 0; i < 3; i++)
        fill_channel(values + (last ? i : i * plane), last ? 3 : 1,
                     &view->rgb[network->bgr ? 2 - i : i], mirrored, network->mean[i],
                     network->deviation[i]);
}

enum fth_status fth_view_tensor(const struct fth_work *work, const struct fth_network *network,
                                const struct fth_view *view, bool mirrored,
                                struct fth_tensor *tensor, struct fth_error *error)
{
    int32_t width = view->rgb[0].width, height = view->rgb[0].height;
    size_t plane = (size_t)width * (size_t)height;
    size_t copies = network->layout == FTH_LAYOUT_NFCHW ? (size_t)network->window : 1;
    float *data = fth_arena_take(work->arena, 3 * plane * copies, sizeof(*data));
    if (!data)
        return fth_fail_memory(error, 3 * plane * copies * sizeof(*data), "a network's input");
    fth_view_fill(network, view, mirrored, data);
    for (size_t i = 1; i < copies; i++)
        memcpy(data + 3 * plane * i, data, 3 * plane * sizeof(*data));
    if (network->layout == FTH_LAYOUT_NFCHW)
        *tensor = (struct fth_tensor){data, 5, {1, network->window, 3, height, width}};
    else if (network->layout == FTH_LAYOUT_NHWC)
        *tensor = (struct fth_tensor){data, 4, {1, height, width, 3}};
    else
        *tensor = (struct fth_tensor){data, 4, {1, 3, height, width}};
    return FTH_OK;
}

/* Copies the last two dimensions of the tensor (of the first map in it), mirrored back. */
static enum fth_status take_values(const struct fth_work *work, const struct fth_tensor *tensor,
                                   bool mirrored, struct fth_grid *values,
                                   struct fth_error *error)
{
    int64_t height = tensor->dims[tensor->rank - 2], width = tensor->dims[tensor->rank - 1];
    if (width > FTH_LIMIT_SIDE || height > FTH_LIMIT_SIDE)
        return fth_fail(error, FTH_ERR_LIMIT, "a network's answer is %lldx%lld, limit is %d",
                        (long long)width, (long long)height, FTH_LIMIT_SIDE);
    enum fth_status status =
        fth_grid_new(work->arena, (int32_t)width, (int32_t)height, values, error);
    for (int32_t y = 0; status == FTH_OK && y < values->height; y++) {
        const float *row = tensor->data + (ptrdiff_t)y * width;
        float *out = fth_grid_row(values, y);
        for (int32_t x = 0; x < values->width; x++)
            out[x] = row[mirrored ? values->width - 1 - x : x];
    }
    return status;
}

static enum fth_status all_percentile(const struct fth_work *work, const struct fth_grid *grid,
                                      double percent, float *result, struct fth_error *error)
{
    size_t count = (size_t)grid->width * (size_t)grid->height;
    size_t mark = fth_arena_mark(work->arena);
    float *copy = fth_arena_take(work->arena, count, sizeof(*copy));
    if (!copy)
        return fth_fail_memory(error, count * sizeof(*copy), "scratch");
    for (int32_t y = 0; y < grid->height; y++)
        memcpy(copy + (size_t)y * (size_t)grid->width, fth_grid_row(grid, y),
               (size_t)grid->width * sizeof(*copy));
    double value;
    fth_percentiles(copy, count, &percent, &value, 1);
    *result = (float)value;
    fth_arena_return(work->arena, mark);
    return FTH_OK;
}

static void replace_invalid(const struct fth_network *network, const struct fth_answer *answer,
                            float instead)
{
    float least = (float)network->valid_least, most = (float)network->most;
    for (int32_t y = 0; y < answer->values.height; y++) {
        float *row = fth_grid_row(&answer->values, y);
        float *invalid = fth_grid_row(&answer->invalid, y);
        for (int32_t x = 0; x < answer->values.width; x++) {
            invalid[x] = row[x] < least;
            row[x] = invalid[x] > 0 ? instead : FTH_MIN(row[x], most);
        }
    }
}

static enum fth_status clean(const struct fth_work *work, const struct fth_network *network,
                             struct fth_answer *answer, struct fth_error *error)
{
    answer->invalid = (struct fth_grid){0};
    if (!isfinite(network->valid_least) && !isfinite(network->most))
        return FTH_OK;
    float instead = 0;
    enum fth_status status = fth_grid_new(work->arena, answer->values.width,
                                          answer->values.height, &answer->invalid, error);
    if (status == FTH_OK)
        status =
            all_percentile(work, &answer->values, network->invalid_percentile, &instead, error);
    /* a picture of nothing but invalid answers still needs one the network can mean */
    instead = FTH_MAX(instead, (float)network->valid_least);
    if (status == FTH_OK)
        replace_invalid(network, answer, instead);
    return status;
}

enum fth_status fth_map_answer(const struct fth_work *work, const struct fth_network *network,
                               const struct fth_tensor *map, struct fth_answer *answer,
                               struct fth_error *error)
{
    enum fth_status status = take_values(work, map, false, &answer->values, error);
    return status == FTH_OK ? clean(work, network, answer, error) : status;
}

enum fth_status fth_view_answer(const struct fth_work *work, struct fth_infer_session *session,
                                const struct fth_view *view, bool mirrored,
                                struct fth_answer *answer, struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(session);
    struct fth_tensor input, output;
    if (fth_cancelled(work->cancel))
        return FTH_CANCELLED;
    enum fth_status status = fth_view_tensor(work, network, view, mirrored, &input, error);
    if (status == FTH_OK)
        status = fth_infer_session_run(session, &input, &output, error);
    if (status == FTH_OK)
        status = take_values(work, &output, mirrored, &answer->values, error);
    if (status == FTH_OK)
        status = clean(work, network, answer, error);
    return status;
}

enum fth_status fth_predict(const struct fth_work *work, struct fth_infer_session *session,
                            const struct fth_grid picture[3], int side,
                            const struct fth_grid *values, struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(session);
    size_t mark = fth_arena_mark(work->arena);
    int32_t width, height;
    struct fth_view view;
    struct fth_answer answer;
    fth_view_size(network, picture[0].width, picture[0].height, side, &width, &height);
    enum fth_status status = fth_view_make(work, network, picture, width, height, &view, error);
    if (status == FTH_OK)
        status = fth_view_answer(work, session, &view, false, &answer, error);
    if (status == FTH_OK)
        status = fth_network_resample(work, network->back, &answer.values, values, error);
    fth_arena_return(work->arena, mark);
    return status;
}
