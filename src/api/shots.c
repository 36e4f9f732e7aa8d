/* SPDX-License-Identifier: Apache-2.0 */
/* Where the shots of a file begin: decoded frame by frame, small, without a network. */
#include "base/json.h"
#include "base/mem.h"
#include "depth/shots.h"
#include "fathom/fathom.h"
#include "io/media.h"

struct search {
    struct fth_reader *reader;
    struct fth_shots *shots;
    struct fth_pool *pool;
    struct fth_buffers *buffers;
    int64_t first, last;
};

static enum fth_status open_search(const char *path, struct search *search,
                                   struct fth_error *error)
{
    enum fth_status status = fth_pool_create(0, &search->pool, error);
    if (status == FTH_OK)
        status = fth_buffers_create((uint64_t)128 << 20, &search->buffers, error);
    struct fth_reader_options options = {.pool = search->pool, .buffers = search->buffers};
    if (status == FTH_OK)
        status = fth_reader_open(path, &options, &search->reader, error);
    if (status != FTH_OK)
        return status;
    const struct fth_media_info *info = fth_reader_info(search->reader);
    search->first = info->first_frame;
    search->last = info->last_frame;
    return fth_shots_create(search->first, search->last, search->pool, &search->shots, error);
}

static void close_search(struct search *search)
{
    fth_shots_destroy(&search->shots);
    fth_reader_close(&search->reader);
    fth_buffers_destroy(&search->buffers);
    fth_pool_destroy(&search->pool);
}

/* A frame that cannot be had parts two shots. */
static enum fth_status take(struct search *search, int64_t frame, struct fth_error *error)
{
    struct fth_image *image = NULL;
    enum fth_status status = fth_reader_frame(search->reader, frame, &image, error);
    if (status == FTH_ERR_DATA || status == FTH_ERR_NOT_FOUND || status == FTH_END)
        return fth_shots_push(search->shots, frame, NULL, error);
    if (status == FTH_OK)
        status = fth_shots_push(search->shots, frame, image, error);
    fth_image_unref(&image);
    return status;
}

static struct fth_json *list(const struct search *search)
{
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *array = fth_json_new(FTH_JSON_ARRAY);
    for (int64_t frame = search->first; frame <= search->last;) {
        int64_t last = fth_shots_end(search->shots, frame);
        struct fth_json *shot = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set_int(shot, "first_frame", frame);
        fth_json_set_int(shot, "last_frame", last);
        fth_json_add(array, shot);
        frame = last + 1;
    }
    fth_json_set(root, "shots", array);
    return root;
}

enum fth_status fth_probe_shots(const char *path,
                                bool (*progress)(void *context, int64_t done, int64_t total),
                                void *context, char **json, struct fth_error *error)
{
    struct search search = {0};
    enum fth_status status = open_search(path, &search, error);
    int64_t total = search.last - search.first + 1;
    for (int64_t frame = search.first; frame <= search.last && status == FTH_OK; frame++) {
        status = take(&search, frame, error);
        if (status == FTH_OK && progress && !progress(context, frame - search.first + 1, total))
            status = fth_fail(error, FTH_CANCELLED, "cancelled");
    }
    if (status == FTH_OK)
        status = fth_json_deliver(list(&search), json, error);
    close_search(&search);
    return status;
}
