/* SPDX-License-Identifier: Apache-2.0 */
/* Media In: the frames of a video, a still or a sequence. */
#include <string.h>

#include "base/mem.h"
#include "nodes/clip.h"

struct params {
    const char *file;
};

static const struct fth_param table[] = {
    FTH_PARAM(FILE, struct params, file, .label = "File",
              .help = "The video, still or sequence (shot.####.exr) to read. A still shows the "
                      "same "
                      "picture at every frame.",
              .group = "Media", .flags = FTH_PARAM_NEEDS_FILE),
    FTH_PARAM_TABLE_END,
};

static enum fth_status open_file(const struct fth_call *call, void **state, struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_clip *clip = fth_alloc(1, sizeof(*clip));
    if (!clip)
        return fth_fail_memory(error, sizeof(*clip), "a media file");
    enum fth_status status = fth_clip_open(call, params->file, clip, error);
    if (status == FTH_OK)
        *state = clip;
    else
        fth_free(clip);
    return status;
}

static void close_file(void **state)
{
    struct fth_clip *clip = *state;
    if (clip)
        fth_clip_close(clip);
    fth_free(clip);
    *state = NULL;
}

static enum fth_status tell(const struct fth_call *call, struct fth_info *out,
                            struct fth_error *error)
{
    const struct fth_clip *clip = call->state;
    (void)error;
    fth_clip_info(clip, call, out);
    for (int i = 0; i < clip->info->channel_count; i++) {
        if (fth_clip_is_z(clip->info->channels[i]))
            out->depth = FTH_DEPTH_METRIC_Z;
        else if (strcmp(clip->info->channels[i], "disparity") == 0)
            out->depth = FTH_DEPTH_RELATIVE_INVERSE;
    }
    return FTH_OK;
}

static enum fth_status hash_frame(const struct fth_call *call, struct fth_hasher *hasher,
                                  struct fth_error *error)
{
    return fth_clip_hash(call->state, call, hasher, error);
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    struct fth_image *image = NULL, *told = NULL;
    enum fth_status status = fth_clip_frame(call->state, call, &image, error);
    if (status == FTH_OK)
        status = fth_image_new_like(image, &told, error);
    if (status == FTH_OK) {
        told->depth = call->info.depth;
        *out = told;
    }
    fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "read", .kind = FTH_NODE_SOURCE, .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_media_in = {
    .id = "media_in",
    .label = "Media In",
    .tag = "In",
    .group = "Media",
    .help = "Brings a video, a still or a numbered sequence into the graph, frame by frame.",
    .version = 1,
    .flags = FTH_NODE_NO_COMMON,
    .params = table,
    .params_size = sizeof(struct params),
    .steps = steps,
    .domain = tell,
    .hash_extra = hash_frame,
    .open = open_file,
    .close = close_file,
};
