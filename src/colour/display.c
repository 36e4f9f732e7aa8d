/* SPDX-License-Identifier: Apache-2.0 */
/* Row by row through the kernels; blocks of rows go over the pool. */
#include "colour/display.h"

#include <string.h>

#include "ops/kernels.h"

enum { BLOCK_ROWS = 16, VERSION = 2 };

#define WHITE_NITS 203.0f
#define PEAK_NITS 1000.0f
#define KNEE 0.9f

/* Linear BT.2020 to linear BT.709 (BT.2087). */
static const float to_709[9] = {1.660491f,  -0.587641f, -0.072850f, -0.124550f, 1.132900f,
                                -0.008349f, -0.018151f, -0.100579f, 1.118730f};

struct shown {
    struct fth_tags tags;
    const struct fth_kernels *kernels;
    struct fth_plane *planes[3];
    const struct fth_plane *from[3];
    struct fth_rect rect;
};

bool fth_display_differs(struct fth_tags tags)
{
    return fth_tags_are_hdr(tags) || tags.transfer == FTH_TRANSFER_LINEAR;
}

void fth_display_hash(struct fth_tags tags, struct fth_hasher *hasher)
{
    if (!fth_display_differs(tags))
        return;
    fth_hash_int(hasher, VERSION);
    fth_hash_int(hasher, tags.transfer);
    fth_hash_int(hasher, tags.primaries);
}

/* rows := light, 1 = reference white; `luma` is scratch */
static void to_light(const struct shown *s, float *const rows[3], float *luma, size_t n)
{
    const struct fth_kernels *k = s->kernels;
    if (s->tags.transfer == FTH_TRANSFER_PQ) {
        for (int c = 0; c < 3; c++) {
            k->pq_decode(rows[c], rows[c], n);
            k->scale_offset(rows[c], rows[c], 10000 / WHITE_NITS, 0, n);
        }
    } else if (s->tags.transfer == FTH_TRANSFER_HLG) {
        for (int c = 0; c < 3; c++)
            k->hlg_decode(rows[c], rows[c], n);
        for (size_t i = 0; i < n; i++)
            luma[i] = 0.2627f * rows[0][i] + 0.6780f * rows[1][i] + 0.0593f * rows[2][i];
        k->power_exact(luma, luma, 0.2f, n);
        k->scale_offset(luma, luma, PEAK_NITS / WHITE_NITS, 0, n);
        for (int c = 0; c < 3; c++)
            k->multiply(rows[c], rows[c], luma, n);
    }
}

static void show_block(void *context, size_t index)
{
    enum { RUN = 1024 }; /* what is worked on at a time stays in the first cache */
    const struct shown *s = context;
    float luma[RUN];
    int32_t y = s->rect.y0 + (int32_t)index * BLOCK_ROWS;
    int32_t end = FTH_MIN(y + BLOCK_ROWS, s->rect.y1);
    for (; y < end; y++)
        for (int32_t x = s->rect.x0; x < s->rect.x1; x += RUN) {
            size_t n = (size_t)FTH_MIN(RUN, s->rect.x1 - x);
            float *rows[3];
            for (int c = 0; c < 3; c++) {
                rows[c] = fth_plane_at(s->planes[c], x, y);
                memcpy(rows[c], fth_plane_at(s->from[c], x, y), n * sizeof(float));
            }
            to_light(s, rows, luma, n);
            if (s->tags.primaries == FTH_PRIMARIES_BT2020)
                s->kernels->matrix(rows[0], rows[1], rows[2], to_709, n);
            s->kernels->roll_off(rows[0], rows[1], rows[2], KNEE, PEAK_NITS / WHITE_NITS, n);
            for (int c = 0; c < 3; c++)
                s->kernels->power_exact(rows[c], rows[c], 1 / 2.4f, n);
        }
}

enum fth_status fth_display_image(struct fth_tags tags, struct fth_pool *pool,
                                  struct fth_buffers *buffers, struct fth_image **image,
                                  struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    if (!fth_display_differs(tags))
        return FTH_OK;
    struct shown shown = {.tags = tags, .kernels = fth_kernels(), .rect = (*image)->domain};
    struct fth_image *made = NULL;
    enum fth_status status = fth_image_new((*image)->format, shown.rect, &made, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        shown.from[c] = fth_image_plane(*image, names[c]);
        status = fth_image_add(made, names[c], buffers, shown.rect, &shown.planes[c], error);
    }
    if (status != FTH_OK) {
        fth_image_unref(&made);
        return status;
    }
    size_t rows = (size_t)fth_rect_height(shown.rect);
    fth_pool_run(pool, (rows + BLOCK_ROWS - 1) / BLOCK_ROWS, show_block, &shown);
    made->premultiplied = (*image)->premultiplied;
    made->colour = FTH_COLOUR_REC709_GAMMA24;
    fth_image_unref(image);
    *image = made;
    return FTH_OK;
}
