/* SPDX-License-Identifier: Apache-2.0 */
/* Images are small: everything heavy is in the shared planes. */
#include "image/image.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"
#include "image/origin.h"

enum fth_status fth_image_new(struct fth_format format, struct fth_rect domain,
                              struct fth_image **result, struct fth_error *error)
{
    if (format.width < 1 || format.height < 1 || format.width > FTH_LIMIT_SIDE ||
        format.height > FTH_LIMIT_SIDE)
        return fth_fail(error, FTH_ERR_LIMIT, "a picture of %dx%d, sides must be 1 to %d",
                        format.width, format.height, FTH_LIMIT_SIDE);
    struct fth_image *image = fth_alloc(1, sizeof(*image));
    if (!image)
        return fth_fail_memory(error, sizeof(*image), "an image");
    image->format = format;
    image->domain = fth_rect_empty(domain) ? (struct fth_rect){0} : domain;
    image->premultiplied = true;
    image->refs = 1;
    *result = image;
    return FTH_OK;
}

enum fth_status fth_image_new_like(const struct fth_image *like, struct fth_image **result,
                                   struct fth_error *error)
{
    struct fth_image *image = fth_alloc(1, sizeof(*image));
    if (!image)
        return fth_fail_memory(error, sizeof(*image), "an image");
    /* all but the count, which other threads may be changing */
    memcpy(image, like, offsetof(struct fth_image, refs));
    image->refs = 1;
    for (int i = 0; i < image->channel_count; i++)
        (void)fth_plane_ref(image->channels[i].plane);
    (void)fth_origin_ref(image->origin);
    *result = image;
    return FTH_OK;
}

struct fth_image *fth_image_ref(const struct fth_image *image)
{
    struct fth_image *counted = (struct fth_image *)(uintptr_t)image;
    if (counted)
        __atomic_add_fetch(&counted->refs, 1, __ATOMIC_RELAXED);
    return counted;
}

void fth_image_unref(struct fth_image **pointer)
{
    struct fth_image *image = pointer ? *pointer : NULL;
    if (!image)
        return;
    *pointer = NULL;
    if (__atomic_sub_fetch(&image->refs, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    for (int i = 0; i < image->channel_count; i++)
        fth_plane_unref(&image->channels[i].plane);
    fth_origin_unref(&image->origin);
    fth_free(image);
}

static int find_channel(const struct fth_image *image, const char *name)
{
    for (int i = 0; i < image->channel_count; i++) {
        if (strcmp(image->channels[i].name, name) == 0)
            return i;
    }
    return -1;
}

struct fth_plane *fth_image_plane(const struct fth_image *image, const char *name)
{
    int i = image ? find_channel(image, name) : -1;
    return i < 0 ? NULL : image->channels[i].plane;
}

static void remove_channel(struct fth_image *image, int i)
{
    if (i < 0)
        return;
    fth_plane_unref(&image->channels[i].plane);
    memmove(&image->channels[i], &image->channels[i + 1],
            (size_t)(--image->channel_count - i) * sizeof(image->channels[0]));
    image->channels[image->channel_count].plane = NULL; /* the next channel's slot holds nothing */
}

enum fth_status fth_image_set(struct fth_image *image, const char *name, struct fth_plane *plane,
                              struct fth_error *error)
{
    int i = find_channel(image, name);
    if (i < 0 ? plane != NULL : plane != image->channels[i].plane)
        fth_origin_unref(&image->origin);
    if (!plane) {
        remove_channel(image, i);
        return FTH_OK;
    }
    if (i < 0 && (image->channel_count == FTH_LIMIT_PLANES || strlen(name) >= FTH_LIMIT_NAME)) {
        fth_plane_unref(&plane);
        return fth_fail(error, FTH_ERR_LIMIT,
                        "channel '%.80s' does not fit: at most %d channels with names of at most "
                        "%d bytes",
                        name, FTH_LIMIT_PLANES, FTH_LIMIT_NAME - 1);
    }
    if (i < 0) {
        i = image->channel_count++;
        strcpy(image->channels[i].name, name);
    }
    struct fth_plane *old = image->channels[i].plane;
    image->channels[i].plane = plane;
    fth_plane_unref(&old);
    return FTH_OK;
}

enum fth_status fth_image_add(struct fth_image *image, const char *name,
                              struct fth_buffers *buffers, struct fth_rect rect,
                              struct fth_plane **plane, struct fth_error *error)
{
    struct fth_plane *made = NULL;
    enum fth_status status = fth_plane_new(buffers, rect, &made, error);
    if (status == FTH_OK)
        status = fth_image_set(image, name, made, error);
    if (status == FTH_OK && plane)
        *plane = made;
    return status;
}

void fth_image_copy_depth(struct fth_image *to, const struct fth_image *from)
{
    to->depth = from->depth;
    to->depth_encoding = from->depth_encoding;
    to->near_m = from->near_m;
    to->far_m = from->far_m;
    to->range_is_given = from->range_is_given;
    memcpy(to->depth_model, from->depth_model, sizeof(to->depth_model));
    memcpy(to->depth_licence, from->depth_licence, sizeof(to->depth_licence));
    memcpy(to->depth_meaning, from->depth_meaning, sizeof(to->depth_meaning));
    to->depth_source = from->depth_source;
    to->depth_facts = from->depth_facts;
}

const char *fth_depth_encoding_name(enum fth_depth_encoding encoding)
{
    static const char *const names[] = {"", "disparity", "linear", "inverse", "log"};
    return names[encoding];
}

uint64_t fth_image_size(const struct fth_image *image)
{
    uint64_t size = sizeof(*image);
    if (fth_image_is_bare(image))
        size += fth_origin_size(image->origin);
    for (int i = 0; i < image->channel_count; i++)
        size += image->channels[i].plane->size;
    return size;
}
