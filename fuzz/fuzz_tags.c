/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as what a video or picture says of its depth, and as the sidecar beside it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/depth_tags.h"

static void check(const struct fth_image *image)
{
    if (!isfinite(image->near_m) || !isfinite(image->far_m) || image->near_m < 0 ||
        !memchr(image->depth_model, 0, sizeof(image->depth_model)))
        abort();
}

FUZZ_TARGET(tags)
{
    char text[8192];
    struct fth_format format = {2, 2, 1};
    struct fth_image *image = NULL, *other = NULL;
    if (size >= sizeof(text))
        return -1;
    memcpy(text, data, size);
    text[size] = '\0';
    fuzz_write("any.png.json", data, size);
    if (fth_image_new(format, fth_format_rect(format), &image, NULL) == FTH_OK &&
        fth_image_new(format, fth_format_rect(format), &other, NULL) == FTH_OK) {
        fth_depth_tags_take_text(image, text);
        check(image);
        fth_depth_sidecar_read(fuzz_path("any.png"), other, NULL);
        check(other);
    }
    fth_image_unref(&image);
    fth_image_unref(&other);
    return 0;
}
