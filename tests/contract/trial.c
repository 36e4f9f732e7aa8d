/* SPDX-License-Identifier: Apache-2.0 */
/* One graph against the plain evaluation, in every way there is to have its pictures. */
#include "trial.h"

#include "check.h"
#include "random.h"

/* The first difference in words; NULL: none. */
static const char *difference(const struct fth_image *a, const struct fth_image *b)
{
    static _Thread_local char words[160];
    if (!fth_rect_equal(a->domain, b->domain))
        snprintf(words, sizeof(words), "data windows %d,%d..%d,%d and %d,%d..%d,%d", a->domain.x0,
                 a->domain.y0, a->domain.x1, a->domain.y1, b->domain.x0, b->domain.y0,
                 b->domain.x1, b->domain.y1);
    else if (a->premultiplied != b->premultiplied || a->channel_count != b->channel_count)
        snprintf(words, sizeof(words), "%d and %d channels, premultiplied %d and %d",
                 a->channel_count, b->channel_count, a->premultiplied, b->premultiplied);
    else
        return NULL;
    return words;
}

/* The first pixel over `rect` that has other bytes, in words. */
static const char *other_pixel(const char *name, const struct fth_plane *a,
                               const struct fth_plane *b, struct fth_rect rect)
{
    static _Thread_local char words[160];
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            const float *is = fth_plane_at(a, x, y), *should = fth_plane_at(b, x, y);
            if (memcmp(is, should, sizeof(*is)) == 0)
                continue;
            snprintf(words, sizeof(words), "%s at %d, %d is %.9g, not %.9g", name, x, y,
                     (double)*is, (double)*should);
            return words;
        }
    }
    return NULL;
}

/* What is not the same over `rect`; NULL: nothing. */
static const char *other_part(const struct fth_image *a, const struct fth_image *b,
                              struct fth_rect rect)
{
    const char *words = a->channel_count == b->channel_count ? NULL : "other channels";
    for (int i = 0; i < a->channel_count && !words && !fth_rect_empty(rect); i++) {
        const struct fth_plane *is = a->channels[i].plane;
        const struct fth_plane *should = fth_image_plane(b, a->channels[i].name);
        if (!should)
            words = "other channels";
        else if (!fth_rect_contains(is->rect, rect) || !fth_rect_contains(should->rect, rect))
            words = "a plane is too small";
        else
            words = other_pixel(a->channels[i].name, is, should, rect);
    }
    return words;
}

static const char *difference_whole(const struct fth_image *a, const struct fth_image *b)
{
    const char *what = difference(a, b);
    return what ? what : other_part(a, b, b->domain);
}

/* The first node whose own picture is another one, for whoever mends it. */
static void blame(const struct trial *trial, int64_t frame)
{
    struct fth_engine_options options = {.thread_count = 1, .cache_folder = ""};
    struct fth_engine *engine = NULL;
    struct fth_error error = {0};
    bool found = fth_engine_create(&options, &engine, &error) != FTH_OK;
    for (int i = 0; i <= trial->root && !found; i++) {
        const struct fth_image *expected = NULL;
        struct fth_image *image = NULL;
        if (plain_picture(trial->plain, i, frame, &expected, &error) == FTH_OK &&
            fth_engine_render(engine, trial->graph, i, frame, (struct fth_rect){0}, NULL, &image,
                              &error) == FTH_OK) {
            const char *what = difference_whole(image, expected);
            found = what != NULL;
            if (found)
                printf("    it begins with %s: %s\n", fth_graph_name(trial->graph, i), what);
        }
        fth_image_unref(&image);
    }
    fth_engine_destroy(&engine);
}

static void complain(const struct trial *trial, const char *what, int64_t frame)
{
    fth_test_fail(__FILE__, __LINE__, "%s, frame %d: %s", trial->name, (int)frame, what);
    blame(trial, frame);
    random_describe(trial->graph);
}

static void compare(const struct trial *trial, const struct fth_image *image,
                    const struct fth_image *expected, const char *how, int64_t frame)
{
    char words[320];
    const char *what = difference_whole(image, expected);
    if (!what)
        return;
    snprintf(words, sizeof(words), "%s: %s", how, what);
    complain(trial, words, frame);
}

/* The plain picture, or NULL and *refused where it cannot be had. */
static const struct fth_image *expected_at(struct trial *trial, int node, int64_t frame,
                                           enum fth_status *status)
{
    const struct fth_image *image = NULL;
    *status = plain_picture(trial->plain, node, frame, &image, &trial->error);
    return *status == FTH_OK ? image : NULL;
}

/* One way to have the picture of a node, whole or in part. */
static void check_way(struct trial *trial, struct fth_engine *engine, int node, int64_t frame,
                      struct fth_rect rect, const char *how)
{
    struct fth_image *image = NULL;
    enum fth_status should, is;
    const struct fth_image *expected = expected_at(trial, node, frame, &should);
    struct fth_error plainly = should == FTH_OK ? (struct fth_error){0} : trial->error;
    is = fth_engine_render(engine, trial->graph, node, frame, rect, NULL, &image, &trial->error);
    /* a part may need less than the whole, and so do without what cannot be had */
    bool spared = (trial->may_spare || !fth_rect_empty(rect)) && is == FTH_OK;
    if ((is == FTH_OK) != (should == FTH_OK) && !spared) {
        char words[700];
        snprintf(words, sizeof(words), "%s: %s of %s is %s where the plain way says %s (%.300s)",
                 how, fth_graph_desc(trial->graph, node)->id, fth_graph_name(trial->graph, node),
                 fth_status_name(is), fth_status_name(should),
                 is == FTH_OK ? plainly.message : trial->error.message);
        complain(trial, words, frame);
    } else if (expected && fth_rect_empty(rect)) {
        compare(trial, image, expected, how, frame);
        trial->rendered++;
    } else if (expected) {
        char words[320];
        const char *what =
            other_part(image, expected, fth_rect_intersect(rect, expected->domain));
        snprintf(words, sizeof(words), "%s: %s", how, what ? what : "");
        if (what)
            complain(trial, words, frame);
    }
    trial->refused += should != FTH_OK;
    fth_image_unref(&image);
}

static void check_info(struct trial *trial, struct fth_engine *engine, int64_t frame)
{
    struct fth_info info, expected;
    enum fth_status status;
    const struct fth_image *image = expected_at(trial, trial->root, frame, &status);
    if (!image)
        return;
    if (fth_engine_info(engine, trial->graph, trial->root, frame, &info, &trial->error) != FTH_OK ||
        plain_info(trial->plain, trial->root, frame, &expected, &trial->error) != FTH_OK) {
        complain(trial, "nothing is known of it", frame);
        return;
    }
    if (!fth_rect_equal(info.domain, expected.domain) || info.has_alpha != expected.has_alpha ||
        info.premultiplied != expected.premultiplied || info.first_frame != expected.first_frame ||
        info.last_frame != expected.last_frame)
        complain(trial, "other things are known of it", frame);
    if (!fth_rect_equal(info.domain, image->domain) ||
        info.has_alpha != (fth_image_plane(image, "A") != NULL) ||
        info.premultiplied != image->premultiplied || info.colour != image->colour)
        complain(trial, "the picture is not what is known of it", frame);
}

/* Alone, in any bands and order, with next to no memory, in part. */
static void check_pictures(struct trial *trial, const struct fth_engine_options *options,
                           const char *how, bool backward)
{
    struct fth_engine *engine = NULL;
    struct dice dice = {trial->seed};
    if (fth_engine_create(options, &engine, &trial->error) != FTH_OK) {
        complain(trial, trial->error.message, 0);
        return;
    }
    for (int64_t i = 1; i <= trial->frames && !fth_test_has_failed(); i++) {
        int64_t frame = backward ? trial->frames + 1 - i : i;
        int32_t x = (int32_t)dice_roll(&dice, -5, 40), y = (int32_t)dice_roll(&dice, -5, 40);
        struct fth_rect part = {x, y, x + (int32_t)dice_roll(&dice, 1, 20),
                                y + (int32_t)dice_roll(&dice, 1, 20)};
        if (backward)
            check_way(trial, engine, trial->inner, frame, part, "a part, first");
        check_way(trial, engine, trial->root, frame, (struct fth_rect){0}, how);
        check_way(trial, engine, trial->root, frame, part, "a part");
        check_way(trial, engine, trial->inner, frame, (struct fth_rect){0}, how);
        check_info(trial, engine, frame);
    }
    fth_engine_destroy(&engine);
}

/* Two outputs of one job. */
static void check_job(struct trial *trial)
{
    struct fth_engine *engine = NULL;
    struct fth_engine_options options = {.thread_count = 2, .cache_folder = "", .poison = true,
                                         .memory_size = trial->seed & 1 ? 1 << 16 : 0};
    struct fth_job job = {.first_frame = 1, .last_frame = trial->frames};
    int count = fth_graph_count(trial->graph);
    struct fth_output outputs[] = {{count - 2, 1, trial->frames}, {count - 1, 1, trial->frames}};
    enum fth_status status = fth_engine_create(&options, &engine, &trial->error);
    if (status == FTH_OK)
        status = fth_engine_run_all(engine, trial->graph, outputs, 2, &job, &trial->error);
    for (int64_t frame = 1; frame <= trial->frames && !fth_test_has_failed(); frame++) {
        enum fth_status should[2];
        const struct fth_image *first = expected_at(trial, trial->root, frame, &should[0]);
        const struct fth_image *second = expected_at(trial, trial->inner, frame, &should[1]);
        bool whole = should[0] == FTH_OK && should[1] == FTH_OK;
        if (!whole && status == FTH_OK && !trial->may_spare)
            complain(trial, "a job made what cannot be had", frame);
        if (status != FTH_OK)
            continue;
        if (first && bench_kept(0, frame))
            compare(trial, bench_kept(0, frame), first, "in a job", frame);
        if (second && bench_kept(1, frame))
            compare(trial, bench_kept(1, frame), second, "in a job, second", frame);
        if (whole && !(bench_kept(0, frame) && bench_kept(1, frame)))
            complain(trial, "a job left a frame out", frame);
    }
    bench_forget();
    fth_engine_destroy(&engine);
}

static bool add_outputs(struct trial *trial)
{
    struct dice dice = {trial->seed + 7};
    int count = fth_graph_count(trial->graph);
    trial->root = count - 1;
    trial->inner = trial->inner ? trial->inner : (int)(dice_next(&dice) % (uint64_t)count);
    const int from[] = {trial->root, trial->inner};
    for (int i = 0; i < 2; i++) {
        char name[8], place[8], source[64];
        snprintf(name, sizeof(name), "keep%d", i);
        snprintf(place, sizeof(place), "%d", i);
        snprintf(source, sizeof(source), "%s", fth_graph_name(trial->graph, from[i]));
        if (fth_graph_add(trial->graph, name, "test_keep", &trial->error) != FTH_OK ||
            fth_graph_set(trial->graph, name, "place", place, &trial->error) != FTH_OK ||
            fth_graph_link(trial->graph, name, "input", source, &trial->error) != FTH_OK)
            return false;
    }
    return true;
}

/* Does any of the pictures have more pixels than are to be looked at? */
static bool is_too_large(struct trial *trial)
{
    bool large = false;
    for (int64_t frame = 1; frame <= trial->frames && trial->most_pixels; frame++) {
        for (int i = 0; i <= trial->root; i++) {
            struct fth_info info;
            large = large || (plain_info(trial->plain, i, frame, &info, NULL) == FTH_OK &&
                              (int64_t)fth_rect_width(info.domain) * fth_rect_height(info.domain) >
                                  trial->most_pixels);
        }
    }
    return large;
}

bool trial_run(struct trial *trial)
{
    if (!add_outputs(trial) || !(trial->plain = plain_open(trial->graph))) {
        fth_test_fail(__FILE__, __LINE__, "%s: %s", trial->name, trial->error.message);
        return false;
    }
    trial->is_too_large = is_too_large(trial);
    if (trial->is_too_large) {
        plain_close(&trial->plain);
        return false;
    }
    int32_t rows = 1 + (int32_t)(trial->seed % 9);
    struct fth_engine_options one = {.thread_count = 1, .cache_folder = ""};
    struct fth_engine_options few = {.thread_count = 2, .cache_folder = "", .poison = true,
                                     .band_rows = rows, .memory_size = 1 << 16};
    struct fth_engine_options all = {.thread_count = 3, .cache_folder = "", .poison = true,
                                     .band_rows = 1000};
    check_pictures(trial, &one, "as it comes", false);
    if (!fth_test_has_failed())
        check_pictures(trial, &few, "in small bands with little memory", true);
    if (!fth_test_has_failed())
        check_pictures(trial, &all, "in one band, backward", true);
    if (!fth_test_has_failed())
        check_job(trial);
    plain_close(&trial->plain);
    return trial->rendered > 0;
}
