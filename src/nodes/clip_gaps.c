/* SPDX-License-Identifier: Apache-2.0 */
/* What is shown for a frame that is missing or damaged: found by looking at the file alone, so that
 * it is the same whatever was read before. */
#include "nodes/clip_gaps.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"

/* So many frames are tried on either side: where more than those are damaged in a row, something
 * else is wrong. Missing ones do not count. */
enum { TRIES = 8, WORDS_LIMIT = 8, BAD_LIMIT = 1 << 20 };

/* The frame as the file has it. */
static enum fth_status read_own(const struct fth_clip *clip, int64_t frame,
                                struct fth_image **image, struct fth_error *error)
{
    struct fth_image *read = NULL;
    const struct fth_format *format = &clip->info->format;
    enum fth_status status = fth_reader_frame(clip->reader, frame, &read, error);
    if (status == FTH_END)
        return fth_fail(error, FTH_ERR_DATA, "the file ends before frame %lld", (long long)frame);
    if (status == FTH_OK && (read->format.width != format->width ||
                             read->format.height != format->height)) {
        status = fth_fail(error, FTH_ERR_DATA,
                          "%s: frame %lld is %d x %d, the first one %d x %d; the frames of a "
                          "sequence must have one size", clip->path, (long long)frame,
                          read->format.width, read->format.height, format->width, format->height);
        fth_image_unref(&read);
    }
    if (status == FTH_OK)
        *image = read;
    return status;
}

/* Does the failure lie in the frame? */
static bool is_bad(enum fth_status status)
{
    return status == FTH_ERR_NOT_FOUND || status == FTH_ERR_DATA || status == FTH_ERR_IO ||
           status == FTH_ERR_UNSUPPORTED || status == FTH_ERR_LIMIT;
}

/* The nearest good frame before or (step 1) after. */
static bool find_good(const struct fth_clip *clip, int64_t frame, int step,
                      struct fth_image **image, int64_t *shown)
{
    for (int i = 0; i < TRIES && fth_reader_neighbour(clip->reader, frame, step, &frame); i++)
        if (read_own(clip, frame, image, NULL) == FTH_OK) {
            *shown = frame;
            return true;
        }
    return false;
}

/* False: it is known already. */
static bool note_bad(struct fth_clip *clip, int64_t frame)
{
    size_t at = clip->bad_count;
    while (at > 0 && clip->bad[at - 1] > frame)
        at--;
    if ((at > 0 && clip->bad[at - 1] == frame) || clip->bad_count == BAD_LIMIT)
        return false;
    if (clip->bad_count == clip->bad_capacity) {
        size_t capacity = FTH_MAX(2 * clip->bad_capacity, (size_t)16);
        int64_t *more = fth_realloc(clip->bad, capacity, sizeof(*more));
        if (!more)
            return false;
        clip->bad = more;
        clip->bad_capacity = capacity;
    }
    memmove(clip->bad + at + 1, clip->bad + at, (clip->bad_count - at) * sizeof(*clip->bad));
    clip->bad[at] = frame;
    clip->bad_count++;
    return true;
}

static const char *deed(const struct fth_clip *clip)
{
    return clip->on_error == FTH_ON_ERROR_SKIP ? "left out" : "held";
}

/* A line for each of the first few. */
static void warn_of(struct fth_clip *clip, int64_t frame, int64_t shown, const char *words)
{
    if (!note_bad(clip, frame) || clip->bad_count > WORDS_LIMIT)
        return;
    if (clip->on_error == FTH_ON_ERROR_SKIP)
        fth_log(FTH_LOG_WARNING, "frame %lld is left out: %s", (long long)frame, words);
    else
        fth_log(FTH_LOG_WARNING, "frame %lld is shown as frame %lld: %s", (long long)frame,
                (long long)shown, words);
}

static enum fth_status look(struct fth_clip *clip, int64_t frame, struct fth_clip_frame *found,
                            struct fth_error *error)
{
    struct fth_error own = {0};
    *found = (struct fth_clip_frame){NULL, frame, frame};
    enum fth_status status = read_own(clip, frame, &found->image, &own);
    if (status != FTH_OK && is_bad(status) && clip->on_error != FTH_ON_ERROR_STOP &&
        (find_good(clip, frame, -1, &found->image, &found->shown) ||
         find_good(clip, frame, 1, &found->image, &found->shown))) {
        warn_of(clip, frame, found->shown, own.message);
        return FTH_OK;
    }
    if (status != FTH_OK && error)
        *error = own;
    return status;
}

enum fth_status fth_clip_shown(struct fth_clip *clip, int64_t frame, struct fth_image **image,
                               int64_t *shown, struct fth_error *error)
{
    struct fth_clip_frame *first = &clip->recent[0], *second = &clip->recent[1], found;
    enum fth_status status = FTH_OK;
    if (first->image && first->frame == frame)
        found = (struct fth_clip_frame){fth_image_ref(first->image), frame, first->shown};
    else if (second->image && second->frame == frame)
        found = (struct fth_clip_frame){fth_image_ref(second->image), frame, second->shown};
    else
        status = look(clip, frame, &found, error);
    if (status != FTH_OK)
        return status;
    if (clip->on_error != FTH_ON_ERROR_STOP && first->frame != frame) {
        fth_image_unref(&second->image);
        *second = *first;
        *first = (struct fth_clip_frame){fth_image_ref(found.image), frame, found.shown};
    }
    *shown = found.shown;
    if (image)
        *image = found.image;
    else
        fth_image_unref(&found.image);
    return FTH_OK;
}

void fth_clip_tell_bad(const struct fth_clip *clip)
{
    struct fth_text list = {0};
    for (size_t i = 0, end; i < clip->bad_count && list.length < 200; i = end) {
        for (end = i + 1; end < clip->bad_count && clip->bad[end] == clip->bad[end - 1] + 1;)
            end++;
        fth_text_append(&list, "%s%lld", i ? ", " : "", (long long)clip->bad[i]);
        if (end > i + 1)
            fth_text_append(&list, "-%lld", (long long)clip->bad[end - 1]);
        if (end < clip->bad_count && list.length >= 200)
            fth_text_append(&list, " ...");
    }
    if (clip->bad_count > 1)
        fth_log(FTH_LOG_WARNING, "%s: %zu frames are missing or damaged and were %s: %s",
                clip->path, clip->bad_count, deed(clip), list.data ? list.data : "");
    fth_text_clear(&list);
}
