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

static void read_still(const char *path)
{
    struct fth_decode how = {.path = path, .codec_threads = 1, .buffers = fuzz_buffers()};
    struct fth_media_info info = {0};
    struct fth_image *image = NULL;
    struct fth_error error = {0};
    if (fth_still_read(path, &how, &info, &image, &error) != FTH_OK) {
        if (!error.message[0] || strchr(error.message, '\n'))
            abort();
        return;
    }
    if (image->format.width < 1 || image->format.width > FTH_LIMIT_SIDE ||
        image->format.height < 1 || image->format.height > FTH_LIMIT_SIDE)
        abort();
    fuzz_check_origin(image);
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
        read_still(path);
    close(fd);
    return 0;
}
