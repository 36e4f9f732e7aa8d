/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as footage: what the reader makes of a container, its first frames, and a jump back. */
#include <stdlib.h>

#include "fuzz.h"
#include "io/media.h"

static enum fth_status read_frame(struct fth_reader *reader, int64_t frame)
{
    struct fth_image *image = NULL;
    struct fth_error error = {0};
    enum fth_status status = fth_reader_frame(reader, frame, &image, &error);
    fuzz_check_refusal(status, &error);
    if (status == FTH_OK && image->channel_count < 1)
        abort();
    if (status == FTH_OK)
        fuzz_check_origin(image);
    fth_image_unref(&image);
    return status;
}

FUZZ_TARGET(video)
{
    struct fth_reader *reader = NULL;
    struct fth_error error = {0};
    struct fth_reader_options options = {.decode_threads = 1, .buffers = fuzz_buffers()};
    const char *path = fuzz_write("any.mkv", data, size);
    enum fth_status status = fth_reader_open(path, &options, &reader, &error);
    fuzz_check_refusal(status, &error);
    if (status != FTH_OK)
        return 0;
    int64_t first = fth_reader_info(reader)->first_frame;
    for (int64_t frame = first; status == FTH_OK && frame < first + 3; frame++)
        status = read_frame(reader, frame);
    if (status == FTH_OK)
        read_frame(reader, first);
    fth_reader_close(&reader);
    return 0;
}
