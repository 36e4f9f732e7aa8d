/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a flat OpenEXR file. What is read is written again and must come back the same. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/exr.h"

static void compare(const struct fth_image *one, const struct fth_image *other)
{
    if (one->channel_count != other->channel_count || !fth_rect_equal(one->domain, other->domain))
        abort();
    for (int c = 0; c < one->channel_count; c++) {
        const struct fth_plane *a = one->channels[c].plane;
        const struct fth_plane *b = fth_image_plane(other, one->channels[c].name);
        struct fth_rect r = one->domain;
        if (!b)
            abort();
        for (int32_t y = r.y0; y < r.y1; y++) {
            if (memcmp(fth_plane_at(a, r.x0, y), fth_plane_at(b, r.x0, y),
                       (size_t)fth_rect_width(r) * sizeof(float)) != 0)
                abort();
        }
    }
}

/* Every plane as float, packed without loss. */
static void write_and_read(const struct fth_image *image, size_t which)
{
    static const char *const none[] = {NULL};
    static const enum fth_exr_compression packings[] = {FTH_EXR_ZIP, FTH_EXR_ZIPS, FTH_EXR_NONE,
                                                        FTH_EXR_RLE, FTH_EXR_PIZ};
    struct fth_exr_write_options options = {.half_channels = none, .overwrite = true,
                                            .compression = packings[which % 5]};
    struct fth_image *again = NULL;
    struct fth_error error = {0};
    enum fth_status status = fth_exr_write(fuzz_path("again.exr"), image, &options, &error);
    fuzz_check_refusal(status, &error);
    if (status != FTH_OK)
        return;
    if (fth_exr_read(fuzz_path("again.exr"), NULL, NULL, &again, NULL, &error) != FTH_OK)
        abort();
    compare(image, again);
    fth_image_unref(&again);
}

FUZZ_TARGET(exr)
{
    struct fth_exr_attributes attributes = {0};
    struct fth_image *image = NULL;
    struct fth_error error = {0};
    const char *path = fuzz_write("any.exr", data, size);
    enum fth_status status = fth_exr_read(path, NULL, fuzz_buffers(), &image, &attributes, &error);
    fuzz_check_refusal(status, &error);
    if (status == FTH_OK && fth_rect_width(image->domain) <= 256 &&
        fth_rect_height(image->domain) <= 256)
        write_and_read(image, size);
    fth_image_unref(&image);
    fth_exr_attributes_clear(&attributes);
    return 0;
}
