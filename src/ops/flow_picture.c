/* SPDX-License-Identifier: Apache-2.0 */
/* The pyramid of a picture of the flow: halved by areas and rounded to whole numbers as an 8-bit
 * picture would be; each layer with its edge going on all round, and its gradients. */
#include <string.h>

#include "base/mem.h"
#include "ops/flow_level.h"
#include "ops/kernels.h"
#include "ops/resize.h"

enum { BORDER = FTH_FLOW_BORDER, PATCH = FTH_FLOW_PATCH };

/* The coarsest level: motions up to a quarter of the longer side (2^n = side / 32, rounded), and no
 * side below a patch. */
static int coarsest_level(int32_t width, int32_t height)
{
    int64_t longer = FTH_MAX(width, height), shorter = FTH_MIN(width, height);
    int level = 0;
    /* the next level n fits while log2(longer / 32) + 1/2 >= n, squared to stay with integers */
    while (2 * longer * longer >= (int64_t)1024 << (2 * (level + 1)) &&
           shorter / PATCH >= (int64_t)1 << (level + 1))
        level++;
    return level;
}

/* 2 x 2 means round half up, others half to even: what cv::resize does to bytes. */
static void round_grid(const struct fth_grid *grid, bool half_up)
{
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t x = 0; x < grid->width; x++) {
            int32_t whole = (int32_t)(row[x] + 0.5f);
            bool tie_up = (float)whole - row[x] == 0.5f && (whole & 1);
            row[x] = (float)(whole - (tie_up && !half_up));
        }
    }
}

static enum fth_status shrink(const struct fth_work *work, const struct fth_grid *src,
                              const struct fth_grid *dst, struct fth_error *error)
{
    if (src->width == dst->width && src->height == dst->height) {
        fth_grid_copy(dst, src);
        return FTH_OK;
    }
    enum fth_status status = fth_resize_area(work, src, dst, error);
    bool halved = src->width == 2 * dst->width && src->height == 2 * dst->height;
    if (status == FTH_OK)
        round_grid(dst, halved);
    return status;
}

/* The edge pixels go on into the border. */
static void extend(const struct fth_grid *grid)
{
    size_t row_size = (size_t)(grid->width + 2 * BORDER) * sizeof(float);
    for (int32_t y = 0; y < grid->height; y++) {
        float *row = fth_grid_row(grid, y);
        for (int32_t i = 1; i <= BORDER; i++) {
            row[-i] = row[0];
            row[grid->width - 1 + i] = row[grid->width - 1];
        }
    }
    for (int32_t i = 1; i <= BORDER; i++) {
        memcpy(fth_grid_row(grid, -i) - BORDER, fth_grid_row(grid, 0) - BORDER, row_size);
        memcpy(fth_grid_row(grid, grid->height - 1 + i) - BORDER,
               fth_grid_row(grid, grid->height - 1) - BORDER, row_size);
    }
}

static int32_t mirrored(int32_t i, int32_t count)
{
    return i < 0 ? -i : i >= count ? 2 * count - 2 - i : i;
}

static void sobel_rows(void *context, int32_t y0, int32_t y1)
{
    const struct fth_flow_layer *layer = context;
    int32_t width = layer->picture.width, height = layer->picture.height;
    for (int32_t y = y0; y < y1; y++) {
        const float *const rows[3] = {fth_grid_row(&layer->picture, mirrored(y - 1, height)),
                                      fth_grid_row(&layer->picture, y),
                                      fth_grid_row(&layer->picture, mirrored(y + 1, height))};
        fth_kernels()->sobel(fth_grid_row(&layer->gx, y), fth_grid_row(&layer->gy, y), rows,
                             (size_t)width);
    }
}

static enum fth_status new_layer(struct fth_arena *arena, int32_t width, int32_t height,
                                 struct fth_flow_layer *layer, struct fth_error *error)
{
    enum fth_status status =
        fth_grid_new(arena, width + 2 * BORDER, height + 2 * BORDER, &layer->picture, error);
    if (status == FTH_OK)
        status = fth_grid_new(arena, width, height, &layer->gx, error);
    if (status == FTH_OK)
        status = fth_grid_new(arena, width, height, &layer->gy, error);
    if (status != FTH_OK)
        return status;
    layer->picture.data += BORDER * layer->picture.row_stride + BORDER;
    layer->picture.width = width;
    layer->picture.height = height;
    return FTH_OK;
}

enum fth_status fth_flow_pyramid_new(struct fth_arena *arena, int32_t width, int32_t height,
                                     int finest, struct fth_flow_pyramid *pyramid,
                                     struct fth_error *error)
{
    int coarsest = coarsest_level(width, height);
    *pyramid = (struct fth_flow_pyramid){.width = width, .height = height};
    if (FTH_MIN(width, height) < PATCH) /* nothing to match */
        return FTH_OK;
    pyramid->finest = FTH_MIN(finest, coarsest);
    pyramid->count = coarsest - pyramid->finest + 1;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < pyramid->count && status == FTH_OK; i++)
        status = new_layer(arena, width >> (pyramid->finest + i), height >> (pyramid->finest + i),
                           &pyramid->layers[i], error);
    return status;
}

enum fth_status fth_flow_pyramid_set(const struct fth_work *work,
                                     const struct fth_flow_pyramid *pyramid,
                                     const struct fth_grid *grey, int use,
                                     struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; i < pyramid->count && status == FTH_OK; i++) {
        struct fth_flow_layer layer = pyramid->layers[i];
        int32_t rows = fth_flow_block_rows(layer.picture.width);
        status = shrink(work, i ? &pyramid->layers[i - 1].picture : grey, &layer.picture, error);
        if (status == FTH_OK && use & FTH_FLOW_AS_TO)
            extend(&layer.picture);
        if (status == FTH_OK && use & FTH_FLOW_AS_FROM)
            status = fth_rows_run(work, layer.picture.height, rows, sobel_rows, &layer);
    }
    return status;
}
