/* SPDX-License-Identifier: Apache-2.0 */
/* EXR files as the media reader and the depth bundle take them: with the words of their headers. */
#include "io/exr.h"

#include <string.h>

#include "base/mem.h"
#include "io/depth_tags.h"
#include "io/internal.h"

void fth_exr_attributes_clear(struct fth_exr_attributes *attributes)
{
    for (int i = 0; i < attributes->count; i++)
        fth_free(attributes->items[i].value);
    *attributes = (struct fth_exr_attributes){0};
}

const char *fth_exr_attribute(const struct fth_exr_attributes *attributes, const char *name)
{
    for (int i = 0; i < attributes->count; i++)
        if (strcmp(attributes->items[i].name, name) == 0)
            return attributes->items[i].value;
    return NULL;
}

static enum fth_status read_as(const struct fth_decode *how, struct fth_image **image,
                               struct fth_exr_attributes *attributes, struct fth_error *error)
{
    struct fth_exr_attributes found = {0};
    enum fth_status status = fth_exr_decode(how, image, &found, NULL, error);
    if (status == FTH_OK && attributes)
        *attributes = found;
    else
        fth_exr_attributes_clear(&found);
    return status;
}

enum fth_status fth_exr_read(const char *path, struct fth_pool *pool, struct fth_buffers *buffers,
                             struct fth_image **image, struct fth_exr_attributes *attributes,
                             struct fth_error *error)
{
    struct fth_decode how = {.path = path, .pool = pool, .buffers = buffers};
    return read_as(&how, image, attributes, error);
}

enum fth_status fth_exr_read_sealed(const char *path, struct fth_pool *pool,
                                    struct fth_buffers *buffers, struct fth_image **image,
                                    struct fth_exr_attributes *attributes,
                                    struct fth_error *error)
{
    struct fth_decode how = {.path = path, .pool = pool, .buffers = buffers, .sealed = true};
    return read_as(&how, image, attributes, error);
}

enum fth_status fth_exr_still_read(const struct fth_decode *decode, struct fth_media_info *info,
                                   struct fth_image **image, struct fth_error *error)
{
    static const char *const rgb[] = {"R", "G", "B"};
    struct fth_image *made = NULL;
    struct fth_exr_attributes found = {0};
    enum fth_status status = fth_exr_decode(decode, &made, &found, info, error);
    if (status != FTH_OK)
        return status;
    struct fth_depth_tags tags = {0};
    for (int i = 0; i < found.count; i++)
        fth_depth_tags_take(&tags, found.items[i].name, found.items[i].value);
    fth_depth_tags_apply(&tags, made);
    for (int i = 0; i < found.count && info; i++)
        fth_colour_words_take(&info->footage, found.items[i].name, found.items[i].value);
    fth_exr_attributes_clear(&found);
    struct fth_plane *grey = fth_image_plane(made, "Y");
    if (grey && !fth_image_plane(made, "R")) {
        fth_plane_ref(grey);
        fth_image_set(made, "Y", NULL, NULL);
        for (int i = 0; i < 3 && status == FTH_OK; i++)
            status = fth_image_set(made, rgb[i], fth_plane_ref(grey), error);
        fth_plane_unref(&grey);
    }
    if (status == FTH_OK)
        *image = made;
    else
        fth_image_unref(&made);
    return status;
}
