/* SPDX-License-Identifier: Apache-2.0 */
/* Origins, and pictures that are nothing else. */
#include "image/origin.h"

#include <assert.h>

#include "base/mem.h"

struct fth_origin {
    const struct fth_origin_type *type;
    void *source;
    uint64_t size;
    struct fth_rect rect;
    struct fth_buffers *buffers;
    int refs;
};

enum fth_status fth_image_set_origin(struct fth_image *image, const struct fth_origin_spec *spec,
                                     struct fth_error *error)
{
    struct fth_origin *made = fth_alloc(1, sizeof(*made));
    if (!made) {
        spec->type->destroy(spec->source);
        return fth_fail_memory(error, sizeof(*made), "a picture's origin");
    }
    *made = (struct fth_origin){spec->type, spec->source, spec->size, spec->rect, spec->buffers, 1};
    fth_buffers_count(spec->buffers, spec->size);
    fth_origin_unref(&image->origin);
    image->origin = made;
    return FTH_OK;
}

struct fth_origin *fth_origin_ref(struct fth_origin *origin)
{
    if (origin)
        __atomic_add_fetch(&origin->refs, 1, __ATOMIC_RELAXED);
    return origin;
}

void fth_origin_unref(struct fth_origin **pointer)
{
    struct fth_origin *origin = *pointer;
    *pointer = NULL;
    if (!origin || __atomic_sub_fetch(&origin->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    origin->type->destroy(origin->source);
    fth_buffers_discount(origin->buffers, origin->size);
    fth_free(origin);
}

uint64_t fth_origin_size(const struct fth_origin *origin)
{
    return origin->size;
}

bool fth_origin_has_rows(const struct fth_origin *origin)
{
    return origin->type->has_rows;
}

bool fth_image_is_bare(const struct fth_image *image)
{
    return image->origin && !image->channel_count;
}

enum fth_status fth_image_bare(const struct fth_image *image, struct fth_image **bare,
                               struct fth_error *error)
{
    struct fth_image *made = NULL;
    assert(image->origin);
    enum fth_status status = fth_image_new_like(image, &made, error);
    if (status != FTH_OK)
        return status;
    for (int i = 0; i < made->channel_count; i++)
        fth_plane_unref(&made->channels[i].plane);
    made->channel_count = 0;
    *bare = made;
    return FTH_OK;
}

enum fth_status fth_image_unpack(const struct fth_image *bare, struct fth_rect rect,
                                 struct fth_pool *pool, struct fth_buffers *buffers,
                                 struct fth_image **image, struct fth_error *error)
{
    const struct fth_origin *origin = bare->origin;
    struct fth_rect rows = origin->rect;
    struct fth_image *made = NULL;
    assert(fth_image_is_bare(bare));
    rows.y0 = FTH_MIN(FTH_MAX(rows.y0, rect.y0), rows.y1);
    rows.y1 = FTH_MAX(FTH_MIN(rows.y1, rect.y1), rows.y0);
    enum fth_status status = fth_image_new_like(bare, &made, error);
    if (status == FTH_OK)
        status = origin->type->unpack(origin->source, rows, pool, buffers, made, error);
    if (status != FTH_OK) {
        fth_image_unref(&made);
        return status;
    }
    fth_origin_unref(&made->origin);
    if (fth_rect_equal(rows, origin->rect))
        made->origin = fth_origin_ref(bare->origin);
    *image = made;
    return FTH_OK;
}
