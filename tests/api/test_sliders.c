/* SPDX-License-Identifier: Apache-2.0 */
/* Once the depth is known, a slider runs neither the network nor the decoder again: counted, with
 * the real networks, and the bytes are those of a session that began with the slider there. */
#include "base/mem.h"
#include "check.h"
#include "fathom/fathom.h"

static struct fth_error error;

enum { FRAME = 7 };

static const char *const sliders[][2] = {
    {"far_limit", "0.35"}, {"subject_lift", "0.8"}, {"gamma", "1.7"}, {"post_processing", "on"},
    {"adjust_map_levels", "on"}, {"post_filter", "0.9"}, {"invert", "on"}, {"softness", "0.2"},
    {"preview", "off"},
};
enum { SLIDERS = sizeof(sliders) / sizeof(sliders[0]) };

struct bench {
    struct fth_session *session;
    struct fth_document *document;
};

static void set(struct bench *b, const char *const row[2])
{
    if (fth_document_set(b->document, "map", row[0], row[1], &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

/* room.mp4 -> its depth map, the first `moved` sliders already where they will be. */
static bool begin(struct bench *b, const char *cache_folder, int moved)
{
    struct fth_session_options options = {.thread_count = 2, .cache_folder = cache_folder};
    *b = (struct bench){.session = NULL};
    enum fth_status status = fth_session_open(&options, &b->session, &error);
    if (status == FTH_OK)
        status = fth_document_new(b->session, &b->document, &error);
    if (status == FTH_OK)
        status = fth_document_add(b->document, "clip", "media_in", &error);
    if (status == FTH_OK)
        status = fth_document_set(b->document, "clip", "file",
                                  fth_test_source("examples/footage/room.mp4"), &error);
    if (status == FTH_OK)
        status = fth_document_add(b->document, "map", "depth_map", &error);
    if (status == FTH_OK)
        status = fth_document_link(b->document, "map", "input", "clip", &error);
    if (status == FTH_OK)
        status = fth_document_set(b->document, "map", "per_frame", "on", &error);
    for (int i = 0; i < moved && status == FTH_OK; i++)
        set(b, sliders[i]);
    if (status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return status == FTH_OK;
}

static void end(struct bench *b)
{
    fth_document_free(&b->document);
    fth_session_close(&b->session);
}

/* Disk gives channels back in an order of its own. */
static const char *const channels[] = {"R", "G", "B", "A", "disparity", "confidence", "subject",
                                       "sky"};
enum { CHANNELS = sizeof(channels) / sizeof(channels[0]) };

/* All channels one after another, or NULL with *absent when the networks are not installed. */
static float *render(struct bench *b, size_t *count, bool *absent)
{
    struct fth_picture *picture = NULL;
    enum fth_status status = fth_picture_render(b->document, "map", FRAME, &picture, &error);
    *absent = status == FTH_ERR_NOT_FOUND;
    if (status != FTH_OK) {
        if (!*absent)
            fth_test_fail(__FILE__, __LINE__, "%s", error.message);
        return NULL;
    }
    size_t area = (size_t)fth_picture_width(picture) * (size_t)fth_picture_height(picture);
    size_t held = (size_t)fth_picture_channel_count(picture), found = 0;
    float *pixels = fth_alloc(area * held, sizeof(*pixels));
    for (size_t c = 0; c < CHANNELS && pixels && found < held; c++) {
        float *to = pixels + area * found;
        found += fth_picture_read(picture, channels[c], to, &error) == FTH_OK;
    }
    FTH_CHECK_INT(found, held);
    *count = area * found;
    fth_picture_free(&picture);
    return pixels;
}

static bool same(const float *a, size_t a_count, const float *b, size_t b_count)
{
    return a && b && a_count == b_count && memcmp(a, b, a_count * sizeof(*a)) == 0;
}

/* What a session that never saw another setting makes of the first `moved` sliders. Its depth is
 * recalled from `cache_folder`, or estimated. */
static bool is_as_fresh(const char *cache_folder, int moved, const float *pixels, size_t count)
{
    struct bench fresh;
    size_t fresh_count = 0;
    bool absent, equal = false;
    if (begin(&fresh, cache_folder, moved)) {
        float *expected = render(&fresh, &fresh_count, &absent);
        equal = same(pixels, count, expected, fresh_count);
        fth_free(expected);
    }
    end(&fresh);
    return equal;
}

FTH_TEST(sliders_run_neither_network_nor_decoder)
{
    struct bench b;
    bool absent = false;
    size_t count = 0, first_count = 0;
    char *folder = fth_strdup(fth_test_path("fresh")); /* fresh sessions estimate once */
    FTH_REQUIRE(folder && begin(&b, "", 0));
    float *first = render(&b, &first_count, &absent);
    if (absent) {
        end(&b);
        fth_free(folder);
        FTH_SKIP("networks or runtime are not installed");
    }
    struct fth_session_stats known = fth_session_stats(b.session);
    FTH_CHECK(known.networks_loaded > 0 && known.networks_run > 0);
    FTH_CHECK_INT(known.source_frames, 1);
    bool moves = false;
    for (int i = 0; i < SLIDERS; i++) {
        known = fth_session_stats(b.session); /* networks are counted for all sessions together */
        set(&b, sliders[i]);
        float *pixels = render(&b, &count, &absent);
        struct fth_session_stats now = fth_session_stats(b.session);
        FTH_CHECK_INT(now.networks_loaded, known.networks_loaded);
        FTH_CHECK_INT(now.networks_run, known.networks_run);
        FTH_CHECK_INT(now.source_frames, 1);
        moves = moves || !same(pixels, count, first, first_count);
        FTH_CHECK(is_as_fresh(folder, i + 1, pixels, count));
        fth_free(pixels);
    }
    FTH_CHECK(moves);
    fth_free(first);
    fth_free(folder);
    end(&b);
}

FTH_TEST(sliders_after_a_restart_take_depth_from_disk)
{
    struct bench b;
    bool absent = false;
    size_t count = 0;
    char *folder = fth_strdup(fth_test_path("depth"));
    FTH_REQUIRE(folder && begin(&b, folder, 0));
    float *estimated = render(&b, &count, &absent);
    end(&b);
    if (absent) {
        fth_free(folder);
        FTH_SKIP("networks or runtime are not installed");
    }
    FTH_REQUIRE(begin(&b, folder, 0));
    FTH_CHECK(is_as_fresh(folder, 0, estimated, count));
    fth_free(estimated);
    uint64_t run_before = fth_session_stats(b.session).networks_run;
    uint64_t loaded_before = fth_session_stats(b.session).networks_loaded;
    for (int i = 0; i < SLIDERS; i++) {
        set(&b, sliders[i]);
        float *pixels = render(&b, &count, &absent);
        struct fth_session_stats now = fth_session_stats(b.session);
        FTH_CHECK_INT(now.networks_run, run_before);
        FTH_CHECK_INT(now.networks_loaded, loaded_before);
        FTH_CHECK(now.source_frames <= 1); /* for the picture itself, not for its depth */
        FTH_CHECK(is_as_fresh(folder, i + 1, pixels, count));
        fth_free(pixels);
    }
    end(&b);
    fth_free(folder);
}
