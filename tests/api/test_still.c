/* SPDX-License-Identifier: Apache-2.0 */
/* A picture with no other frames about it is looked at as closely as one frame can be: with the
 * real networks, a still has the depth of per_frame, which a clip's first frame has not. */
#include "base/mem.h"
#include "check.h"
#include "fathom/fathom.h"

static struct fth_error error;

/* The depth map of frame 1 of `file`, or NULL: *status tells. */
static float *depth_of(const char *file, const char *per_frame, size_t *count,
                       enum fth_status *status)
{
    struct fth_session_options options = {.thread_count = 2, .cache_folder = ""};
    struct fth_session *session = NULL;
    struct fth_document *document = NULL;
    struct fth_picture *picture = NULL;
    float *pixels = NULL;
    *status = fth_session_open(&options, &session, &error);
    if (*status == FTH_OK)
        *status = fth_document_new(session, &document, &error);
    if (*status == FTH_OK)
        *status = fth_document_add(document, "clip", "media_in", &error);
    if (*status == FTH_OK)
        *status = fth_document_set(document, "clip", "file", file, &error);
    if (*status == FTH_OK)
        *status = fth_document_add(document, "map", "depth_map", &error);
    if (*status == FTH_OK)
        *status = fth_document_link(document, "map", "input", "clip", &error);
    if (*status == FTH_OK)
        *status = fth_document_set(document, "map", "per_frame", per_frame, &error);
    if (*status == FTH_OK)
        *status = fth_picture_render(document, "map", 1, &picture, &error);
    if (*status == FTH_OK) {
        *count = (size_t)fth_picture_width(picture) * (size_t)fth_picture_height(picture);
        pixels = fth_alloc(*count, sizeof(*pixels));
        if (pixels)
            *status = fth_picture_read(picture, "disparity", pixels, &error);
    }
    fth_picture_free(&picture);
    fth_document_free(&document);
    fth_session_close(&session);
    return pixels;
}

/* Is the depth with per_frame off that with per_frame on? -1: no answer. */
static int is_alone(const char *file)
{
    enum fth_status status, again = FTH_OK;
    size_t count = 0, count_alone = 0;
    float *with_time = depth_of(file, "off", &count, &status);
    float *alone = status == FTH_OK ? depth_of(file, "on", &count_alone, &again) : NULL;
    bool have = with_time && alone && status == FTH_OK && again == FTH_OK;
    int answer = !have ? -1
                       : count == count_alone &&
                             memcmp(with_time, alone, count * sizeof(*alone)) == 0;
    fth_free(with_time);
    fth_free(alone);
    return answer;
}

/* Frame `frame` of room.mp4 as a still. */
static void write_frame(struct fth_document *document, int64_t frame, const char *path)
{
    struct fth_picture *picture = NULL;
    FTH_REQUIRE_OK(fth_picture_render(document, "clip", frame, &picture, &error), error);
    if (fth_picture_write(picture, path, false, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    fth_picture_free(&picture);
}

FTH_TEST(a_still_is_looked_at_alone)
{
    char still[1024], clip[1024];
    struct fth_session *session = NULL;
    struct fth_document *document = NULL;
    snprintf(still, sizeof(still), "%s", fth_test_path("still.png"));
    snprintf(clip, sizeof(clip), "%s", fth_test_path("clip.#.png"));
    FTH_REQUIRE_OK(fth_session_open(NULL, &session, &error), error);
    FTH_REQUIRE_OK(fth_document_new(session, &document, &error), error);
    FTH_REQUIRE_OK(fth_document_add(document, "clip", "media_in", &error), error);
    FTH_REQUIRE_OK(fth_document_set(document, "clip", "file",
                                    fth_test_source("examples/footage/room.mp4"), &error),
                   error);
    write_frame(document, 1, still);
    write_frame(document, 40, fth_test_path("clip.1.png"));
    write_frame(document, 42, fth_test_path("clip.2.png"));
    fth_document_free(&document);
    fth_session_close(&session);
    int answer = is_alone(still);
    if (answer < 0 && error.status == FTH_ERR_NOT_FOUND)
        FTH_SKIP("no networks are installed");
    FTH_CHECK_INT(answer, 1);
    FTH_CHECK_INT(is_alone(clip), 0);
}
