/* SPDX-License-Identifier: Apache-2.0 */
#include "ask.h"

#include "check.h"
#include "infer/runtime.h"

enum fth_status open_if_there(const struct fth_estimator_options *options,
                              struct fth_estimator **estimator, struct fth_error *error)
{
    const fth_runtime_call *calls;
    enum fth_status status = fth_runtime_load(&calls, error);
    return status == FTH_OK ? fth_estimator_open(options, estimator, error) : status;
}

struct fth_key key_of_picture(const struct fth_image *picture)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    for (int i = 0; i < picture->channel_count; i++) {
        const struct fth_plane *plane = picture->channels[i].plane;
        for (int y = plane->rect.y0; y < plane->rect.y1; y++)
            fth_hash_bytes(&hasher, fth_plane_at(plane, plane->rect.x0, y),
                           (size_t)fth_rect_width(plane->rect) * sizeof(float));
    }
    return fth_hash_end(&hasher);
}

struct fth_image *ask(struct fth_estimator *estimator, struct clip *clip, int64_t frame)
{
    struct fth_error error = {.message = ""};
    struct fth_image *bundle = NULL, *picture;
    enum fth_status status = FTH_OK;
    int64_t wanted;
    while (status == FTH_OK && fth_estimator_wants(estimator, frame, &wanted)) {
        picture = clip->picture(clip, wanted);
        struct fth_key key = picture ? key_of_picture(picture) : (struct fth_key){0};
        status = fth_estimator_push(estimator, wanted, picture, key, &error);
        clip->pushes++;
        fth_image_unref(&picture);
    }
    picture = clip->picture(clip, frame);
    if (status == FTH_OK)
        status = fth_estimator_result(estimator, frame, picture, &bundle, &error);
    fth_image_unref(&picture);
    if (status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "frame %d: %s", (int)frame, error.message);
    return bundle;
}

struct fth_key key_of_bundle(struct fth_image *bundle)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    for (int i = 0; bundle && i < bundle->channel_count; i++) {
        const struct fth_plane *plane = bundle->channels[i].plane;
        int width = fth_rect_width(plane->rect);
        FTH_CHECK(fth_rect_equal(plane->rect, fth_format_rect(bundle->format)));
        for (int y = 0; y < fth_rect_height(plane->rect); y++) {
            const float *row = fth_plane_at(plane, 0, y);
            for (int x = 0; x < width; x++)
                FTH_CHECK(row[x] - row[x] == 0); /* finite */
            fth_hash_bytes(&hasher, row, (size_t)width * sizeof(*row));
        }
    }
    fth_image_unref(&bundle);
    return fth_hash_end(&hasher);
}
