/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a still picture: EXR, TIFF, PFM or whatever libav decodes. It is refused with one
 * line, or it is a picture within the limits. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "io/internal.h"

/* However little a file holds, a picture of 16 million pixels may be of one colour; a larger one
 * has at least a bit for a thousand of them (still_in.c). */
static bool is_plausible(const struct fth_image *image, size_t size)
{
    const struct fth_plane *plane = image->channel_count ? image->channels[0].plane : NULL;
    return !plane || (uint64_t)fth_rect_width(plane->rect) * (uint64_t)fth_rect_height(plane->rect)
                         <= (16u << 20) + (uint64_t)size * 10000;
}

static void read_still(const char *path, size_t size)
{
    struct fth_decode how = {.path = path, .codec_threads = 1};
    struct fth_media_info info = {0};
    struct fth_image *image = NULL;
    struct fth_error error = {0};
    if (fth_still_read(path, &how, &info, &image, &error) != FTH_OK) {
        if (!error.message[0] || strchr(error.message, '\n'))
            abort();
        return;
    }
    if (image->format.width < 1 || image->format.width > FTH_LIMIT_SIDE ||
        image->format.height < 1 || image->format.height > FTH_LIMIT_SIDE ||
        !is_plausible(image, size))
        abort();
    fth_image_unref(&image);
}

FUZZ_TARGET(still)
{
    char path[64];
    int fd = memfd_create("still", 0);
    if (fd < 0)
        return -1;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (write(fd, data, size) == (ssize_t)size)
        read_still(path, size);
    close(fd);
    return 0;
}
