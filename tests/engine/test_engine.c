/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's promises, on toy nodes: the same bytes at any band size and thread count, nothing
 * computed twice, nothing asked that is not needed, exact regions, errors that say where. */
#include "base/mem.h"
#include "check.h"
#include "toys.h"

struct bench {
    struct fth_engine *engine;
    struct fth_graph *graph;
    struct fth_error error;
};

static bool begin(struct bench *bench, struct fth_engine_options options)
{
    *bench = (struct bench){.engine = NULL};
    toys_reset();
    options.poison = true;
    if (!options.cache_folder)
        options.cache_folder = "";
    bool sound = fth_engine_create(&options, &bench->engine, &bench->error) == FTH_OK &&
                 fth_graph_create(&toys_catalogue, &bench->graph, &bench->error) == FTH_OK;
    if (!sound)
        fth_test_fail(__FILE__, __LINE__, "begin: %s", bench->error.message);
    return sound;
}

static void end(struct bench *bench)
{
    fth_graph_destroy(&bench->graph);
    toys_reset(); /* kept results hold buffers of the engine */
    fth_engine_destroy(&bench->engine);
}

static void must(struct bench *bench, enum fth_status status, int line)
{
    if (status != FTH_OK)
        fth_test_fail(__FILE__, line, "%s", bench->error.message);
}

#define ADD(name, kind) must(&b, fth_graph_add(b.graph, name, kind, &b.error), __LINE__)
#define SET(name, param, text) \
    must(&b, fth_graph_set(b.graph, name, param, text, &b.error), __LINE__)
#define LINK(name, port, from) \
    must(&b, fth_graph_link(b.graph, name, port, from, &b.error), __LINE__)
#define CHAIN(name, kind, from) \
    do { \
        ADD(name, kind); \
        LINK(name, "input", from); \
    } while (0)

static enum fth_status render_rect(struct bench *b, const char *name, int64_t frame,
                                   struct fth_rect rect, struct fth_image **image)
{
    return fth_engine_render(b->engine, b->graph, fth_graph_find(b->graph, name), frame, rect, NULL,
                             image, &b->error);
}

static enum fth_status render(struct bench *b, const char *name, int64_t frame,
                              struct fth_image **image)
{
    return render_rect(b, name, frame, (struct fth_rect){0}, image);
}

/* Key of the bytes over `rect`, channel by channel. */
static struct fth_key bytes_of(const struct fth_image *image, struct fth_rect rect)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    for (int c = 0; c < image->channel_count; c++) {
        fth_hash_text(&hasher, image->channels[c].name);
        for (int y = rect.y0; y < rect.y1; y++)
            fth_hash_bytes(&hasher, fth_plane_at(image->channels[c].plane, rect.x0, y),
                           (size_t)fth_rect_width(rect) * sizeof(float));
    }
    return fth_hash_end(&hasher);
}

/* A graph with every kind of stage, two readers of one node, blend and an effect mask. */
static void build_everything(struct bench *bench)
{
    struct bench b = *bench;
    ADD("a", "ramp");
    SET("a", "left", "3");
    CHAIN("p", "add", "a");
    CHAIN("q", "add", "p");
    SET("q", "amount", "0.25");
    SET("q", "blend", "0.5");
    CHAIN("s", "soften", "q");
    CHAIN("s2", "soften", "s");
    SET("s2", "clipping_mode", "none");
    CHAIN("f", "flip", "s2");
    CHAIN("j", "join", "f");
    LINK("j", "other", "q");
    LINK("j", "effect_mask", "p");
    SET("j", "effect_mask_high", "3");
    CHAIN("t", "sum", "j");
    SET("t", "later", "2");
    SET("t", "green", "false");
    CHAIN("end", "add", "t");
}

FTH_TEST(bands_and_threads_change_no_byte)
{
    struct fth_key first = {0};
    static const struct {
        int rows, threads;
    } ways[] = {{0, 1}, {1, 1}, {5, 2}, {7, 3}, {1000, 2}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(ways); i++) {
        struct bench b;
        struct fth_image *image = NULL;
        FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = ways[i].threads,
                                                          .band_rows = ways[i].rows}));
        build_everything(&b);
        must(&b, render(&b, "end", 3, &image), __LINE__);
        FTH_REQUIRE(image);
        struct fth_key key = bytes_of(image, image->domain);
        first = i ? first : key;
        FTH_CHECK(fth_key_equal(key, first));
        const struct fth_plane *red = fth_image_plane(image, "R");
        for (int y = image->domain.y0; y < image->domain.y1; y++) {
            for (int x = image->domain.x0; x < image->domain.x1; x++)
                FTH_REQUIRE(isfinite(*fth_plane_at(red, x, y))); /* fresh planes were NaN */
        }
        fth_image_unref(&image);
        end(&b);
    }
}

FTH_TEST(values_are_right)
{
    struct bench b;
    struct fth_image *image = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.band_rows = 4}));
    ADD("a", "ramp");
    CHAIN("p", "add", "a");
    CHAIN("s", "soften", "p");
    CHAIN("f", "flip", "s");
    must(&b, render(&b, "f", 2, &image), __LINE__);
    FTH_REQUIRE(image);
    /* corner (0, 0) of the flip is the bottom left of the 3x3 sums: four pixels */
    double sum = 0;
    for (int y = 27; y <= 28; y++) {
        for (int x = 0; x <= 1; x++)
            sum += (x * 7 + y * 13 + 22) % 101 / 101.0 + 1;
    }
    FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(image, "R"), 0, 0), sum, 1e-5); /* float sums */
    fth_image_unref(&image);
    end(&b);
}

FTH_TEST(a_part_has_the_bytes_of_the_whole)
{
    struct fth_rect part = {5, 9, 20, 17};
    struct fth_key keys[2];
    for (int i = 0; i < 2; i++) {
        struct bench b;
        struct fth_image *image = NULL;
        FTH_REQUIRE(begin(&b, (struct fth_engine_options){.band_rows = 3}));
        build_everything(&b);
        must(&b, render_rect(&b, "end", 2, i ? part : (struct fth_rect){0}, &image), __LINE__);
        FTH_REQUIRE(image);
        keys[i] = bytes_of(image, part);
        fth_image_unref(&image);
        end(&b);
    }
    FTH_CHECK(fth_key_equal(keys[0], keys[1]));
}

FTH_TEST(regions_are_exact)
{
    struct bench b;
    struct fth_rect part = {5, 9, 20, 17};
    struct fth_image *cut = NULL, *whole = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.band_rows = 3}));
    ADD("a", "ramp");
    CHAIN("p", "add", "a");
    CHAIN("s", "soften", "p");
    CHAIN("s2", "soften", "s");
    must(&b, render_rect(&b, "s2", 1, part, &cut), __LINE__);
    must(&b, render(&b, "s2", 1, &whole), __LINE__); /* the kept part does not stand for it */
    FTH_REQUIRE(cut && whole &&
                fth_rect_contains(fth_image_plane(whole, "R")->rect, whole->domain));
    FTH_CHECK(fth_rect_equal(fth_image_plane(cut, "R")->rect, part));
    FTH_CHECK(fth_key_equal(bytes_of(cut, part), bytes_of(whole, part)));
    FTH_CHECK(isfinite(*fth_plane_at(fth_image_plane(whole, "R"), 36, 28)));
    FTH_CHECK_INT(toys.ramps, 1);
    fth_image_unref(&cut);
    fth_image_unref(&whole);
    end(&b);
}

/* R of `name` at (0, 0), NaN when it could not be had. */
static float corner(struct bench *b, const char *name, int64_t frame)
{
    struct fth_image *image = NULL;
    float value = NAN;
    must(b, render(b, name, frame, &image), __LINE__);
    if (image)
        value = *fth_plane_at(fth_image_plane(image, "R"), 0, 0);
    fth_image_unref(&image);
    return value;
}

FTH_TEST(clipping_modes_say_what_exists)
{
    struct bench b;
    struct fth_info info;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 1}));
    ADD("a", "ramp");
    SET("a", "left", "3");
    CHAIN("s", "soften", "a");
    double inside = 0, all = 0;
    for (int y = -1; y <= 1; y++) {
        for (int x = -1; x <= 1; x++) {
            double value = (float)((x * 7 + y * 13 + 11) % 101) / 101.0;
            all += value;
            inside += x >= 0 && y >= 0 ? value : 0;
        }
    }
    must(&b, fth_engine_info(b.engine, b.graph, 1, 1, &info, &b.error), __LINE__);
    FTH_CHECK(fth_rect_equal(info.domain, fth_format_rect(info.format)));
    FTH_CHECK_NEAR(corner(&b, "s", 1), inside, 1e-5); /* float sums */
    SET("s", "clipping_mode", "none");
    must(&b, fth_engine_info(b.engine, b.graph, 1, 1, &info, &b.error), __LINE__);
    FTH_CHECK_INT(info.domain.x0, -4);
    SET("s", "clipping_mode", "domain");
    must(&b, fth_engine_info(b.engine, b.graph, 1, 1, &info, &b.error), __LINE__);
    FTH_CHECK_INT(info.domain.x0, -3);
    FTH_CHECK_NEAR(corner(&b, "s", 1), all, 1e-5);
    end(&b);
}

FTH_TEST(a_live_analysis_goes_on_only_where_it_fits)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 1}));
    ADD("a", "ramp");
    CHAIN("p", "add", "a");
    CHAIN("t", "sum", "p");
    double sum = 0;
    for (int frame = 1; frame <= 4; frame++)
        sum += frame * 11 / 101.0;
    FTH_CHECK_NEAR(corner(&b, "t", 3), sum - 44 / 101.0 + 3 * 2, 1e-5);
    SET("p", "amount", "2"); /* another clip, as far as the sum can see */
    FTH_CHECK_NEAR(corner(&b, "t", 4), sum + 4 * 3, 1e-5);
    FTH_CHECK_INT(toys.creates, 2);
    SET("p", "amount", "1");
    FTH_CHECK_NEAR(corner(&b, "t", 4), sum + 4 * 2, 1e-5);
    end(&b);
}

FTH_TEST(nothing_is_computed_twice)
{
    struct bench b;
    struct fth_image *image = NULL, *again = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 2}));
    build_everything(&b);
    must(&b, render(&b, "end", 1, &image), __LINE__);
    FTH_CHECK_INT(toys.ramps, 1);
    FTH_CHECK_INT(toys.flips, 1);
    uint64_t rendered = fth_engine_stats(b.engine).steps_rendered;
    must(&b, render(&b, "end", 1, &again), __LINE__);
    FTH_CHECK_INT(fth_engine_stats(b.engine).steps_rendered, rendered);
    FTH_REQUIRE(image && again);
    FTH_CHECK(fth_image_plane(image, "R") == fth_image_plane(again, "R"));
    fth_image_unref(&again);
    SET("t", "later", "5"); /* a late step's parameter: neither decoder nor analysis run again */
    must(&b, render(&b, "end", 1, &again), __LINE__);
    FTH_CHECK_INT(toys.ramps, 1);
    FTH_CHECK_INT(toys.pushes, 1);
    SET("t", "amount", "5"); /* an early one's does */
    fth_image_unref(&again);
    must(&b, render(&b, "end", 1, &again), __LINE__);
    FTH_CHECK_INT(toys.ramps, 1);
    FTH_CHECK_INT(toys.pushes, 2);
    fth_image_unref(&image);
    fth_image_unref(&again);
    end(&b);
}

/* Two chains of equal nodes, joined; `shared`: one chain, joined with itself. */
static struct fth_key join_twins(bool shared, uint64_t *rendered)
{
    struct bench b;
    struct fth_image *image = NULL;
    struct fth_key bytes = {0};
    if (!begin(&b, (struct fth_engine_options){.thread_count = 1}))
        return bytes;
    ADD("a", "ramp");
    CHAIN("t", "sum", "a");
    CHAIN("p", "add", "t");
    ADD("c", "ramp");
    CHAIN("u", "sum", "c");
    CHAIN("q", "add", "u");
    CHAIN("j", "join", "p");
    LINK("j", "other", shared ? "p" : "q");
    must(&b, render(&b, "j", 4, &image), __LINE__);
    FTH_CHECK_INT(toys.ramps, 4);
    FTH_CHECK_INT(toys.pushes, 4);
    FTH_CHECK_INT(toys.creates, 1);
    FTH_CHECK(image);
    if (image)
        bytes = bytes_of(image, image->domain);
    *rendered = fth_engine_stats(b.engine).steps_rendered;
    fth_image_unref(&image);
    SET("q", "amount", "5"); /* the step that is not the same is another, those before it not */
    must(&b, render(&b, "j", 5, &image), __LINE__);
    FTH_CHECK_INT(toys.pushes, 5);
    FTH_CHECK(image && !fth_key_equal(bytes, bytes_of(image, image->domain)));
    fth_image_unref(&image);
    end(&b);
    return bytes;
}

FTH_TEST(what_is_the_same_is_made_once)
{
    uint64_t rendered[2] = {0, 1};
    struct fth_key twins = join_twins(false, &rendered[0]), one = join_twins(true, &rendered[1]);
    FTH_CHECK(fth_key_equal(twins, one));
    FTH_CHECK_INT(rendered[0], rendered[1]);
}

FTH_TEST(what_is_the_same_is_told_of)
{
    struct bench b;
    struct fth_explained told = {.steps = NULL};
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 1}));
    ADD("a", "ramp");
    CHAIN("p", "add", "a");
    CHAIN("q", "add", "a");
    CHAIN("j", "join", "p");
    LINK("j", "other", "q");
    int root = fth_graph_find(b.graph, "j");
    must(&b, fth_engine_explain(b.engine, b.graph, root, 1, &told, &b.error), __LINE__);
    FTH_REQUIRE(told.skip_count == 1 && told.step_count == 3);
    FTH_CHECK_TEXT(told.skips[0].node, "q");
    FTH_CHECK_TEXT(told.skips[0].why, "another node makes the same");
    fth_explained_clear(&told);
    end(&b);
}

FTH_TEST(what_cannot_matter_is_not_asked)
{
    struct bench b;
    struct fth_image *image = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 1}));
    ADD("a", "ramp");
    ADD("c", "ramp");
    SET("c", "text", "c");
    CHAIN("j", "join", "a");
    LINK("j", "other", "c");
    SET("j", "use_other", "false");
    must(&b, render(&b, "j", 1, &image), __LINE__);
    FTH_CHECK_INT(toys.ramps, 1);
    fth_image_unref(&image);
    SET("j", "use_other", "true");
    SET("j", "blend", "0");
    SET("c", "text", "missing"); /* not even opened */
    must(&b, render(&b, "j", 1, &image), __LINE__);
    FTH_CHECK_INT(toys.ramps, 1);
    fth_image_unref(&image);
    SET("j", "process_when_blend_is_0", "true");
    FTH_CHECK_INT(render(&b, "j", 1, &image), FTH_ERR_NOT_FOUND);
    FTH_CHECK_TEXT(b.error.node, "c");
    CHAIN("id", "add", "a");
    SET("id", "amount", "0");
    int adds = toys.adds;
    must(&b, render(&b, "id", 1, &image), __LINE__);
    FTH_CHECK_INT(toys.adds, adds);
    fth_image_unref(&image);
    end(&b);
}

FTH_TEST(point_chains_run_fused)
{
    struct bench b;
    struct fth_image *image = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.band_rows = 10, .thread_count = 1}));
    ADD("a", "ramp");
    CHAIN("p1", "add", "a");
    CHAIN("p2", "add", "p1");
    CHAIN("p3", "add", "p2");
    CHAIN("j", "join", "p3");
    LINK("j", "other", "p2"); /* two readers in one chain: computed once a band */
    must(&b, render(&b, "j", 1, &image), __LINE__);
    FTH_CHECK_INT(toys.adds, 3 * 4); /* 29 rows in bands of 10, four nodes */
    FTH_CHECK_INT(fth_engine_stats(b.engine).steps_rendered, 2);
    FTH_REQUIRE(image);
    FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(image, "R"), 0, 0), 2 * 11 / 101.0 + 6, 1e-5);
    fth_image_unref(&image);
    end(&b);
}

/* What an explanation says of fusion is what happens, what it measures is what was done. */
/* "j" is at Blend 0, "k"'s mask is empty, "x" is nobody's, and "late" shows another frame. */
FTH_TEST(what_is_not_run_is_explained)
{
    struct bench b;
    struct fth_explained told = {.steps = NULL};
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 1}));
    ADD("a", "ramp");
    ADD("c", "ramp");
    ADD("x", "ramp");
    CHAIN("j", "join", "a");
    LINK("j", "other", "c");
    SET("j", "blend", "0");
    CHAIN("none", "at", "a");
    SET("none", "none", "true");
    CHAIN("k", "add", "j");
    LINK("k", "effect_mask", "none");
    CHAIN("late", "at", "k");
    SET("late", "frame", "3");
    CHAIN("out", "collect", "late");
    int root = fth_graph_find(b.graph, "out");
    must(&b, fth_engine_explain(b.engine, b.graph, root, 1, &told, &b.error), __LINE__);
    static const char *const skipped[][2] = {{"c", "nothing that is run reads it"},
                                             {"x", "no output shows it"},
                                             {"j", "its Blend is 0"},
                                             {"k", "its mask is empty"}};
    FTH_REQUIRE(told.skip_count == 4 && told.step_count == 2);
    for (int i = 0; i < 4; i++) {
        FTH_CHECK_TEXT(told.skips[i].node, skipped[i][0]);
        FTH_CHECK_TEXT(told.skips[i].why, skipped[i][1]);
    }
    FTH_CHECK_TEXT(told.steps[0].node, "a");
    FTH_CHECK_INT(told.steps[0].frame, 3);
    FTH_CHECK_INT(told.steps[1].frame, 1);
    fth_explained_clear(&told);
    end(&b);
}

FTH_TEST(plans_are_explained)
{
    struct bench b;
    struct fth_image *image = NULL;
    struct fth_explained told = {.steps = NULL};
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.band_rows = 10, .thread_count = 1}));
    ADD("a", "ramp");
    CHAIN("p", "add", "a");
    CHAIN("q", "add", "p");
    CHAIN("s", "soften", "q");
    CHAIN("r", "add", "s");
    int root = fth_graph_find(b.graph, "r");
    for (int round = 0; round < 2; round++) {
        must(&b, fth_engine_explain(b.engine, b.graph, root, 1, &told, &b.error), __LINE__);
        FTH_REQUIRE(told.steps && told.step_count == 5);
        FTH_CHECK_INT(told.skip_count, 0);
        const struct fth_explained_step *steps = told.steps;
        static const int with[] = {0, 2, 2, 3, 4}; /* p in q's bands; soften looks around itself */
        static const int kinds[] = {FTH_NODE_SOURCE, FTH_NODE_POINT, FTH_NODE_POINT, FTH_NODE_AREA,
                                    FTH_NODE_POINT};
        static const int bands[] = {1, 3, 3, 3, 3}; /* 29 rows in tens */
        for (int i = 0; i < 5; i++) {
            FTH_CHECK_INT(steps[i].computed_with, with[i]);
            FTH_CHECK_INT(steps[i].kind, kinds[i]);
            FTH_CHECK_INT(steps[i].band_rows, i == 0 || i == 1 ? 0 : 10);
            FTH_CHECK_INT(steps[i].size, i == 1 ? 0 : 37 * 29 * 3 * 4);
            FTH_CHECK_INT(steps[i].calls, round * bands[i]);
            /* the toys change red, the rest is shared */
            FTH_CHECK_INT(steps[i].made_size, round * 37 * 29 * 4 * (i == 0 ? 3 : 1));
            FTH_CHECK(round ? steps[i].spent_s > 0 : steps[i].spent_s == 0);
            FTH_CHECK((steps[i].least_s > 0) == (i > 1));
            FTH_CHECK(!steps[i].is_cached);
        }
        fth_explained_clear(&told);
        if (round == 0)
            must(&b, render(&b, "r", 1, &image), __LINE__);
        fth_image_unref(&image);
    }
    end(&b);
}

FTH_TEST(analyses_see_frames_in_order_and_are_recalled)
{
    struct bench b;
    struct fth_image *image = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.cache_folder = "toys"}));
    ADD("a", "ramp");
    CHAIN("t", "sum", "a");
    must(&b, render(&b, "t", 4, &image), __LINE__);
    FTH_CHECK_INT(toys.pushes, 4);
    FTH_CHECK_INT(toys.keeps, 1); /* what was asked for */
    FTH_REQUIRE(image);
    double sum = 0;
    for (int frame = 1; frame <= 4; frame++)
        sum += 1 + frame * 11 / 101.0;
    FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(image, "R"), 0, 0), sum, 1e-5);
    struct fth_key bytes = bytes_of(image, image->domain);
    fth_image_unref(&image);
    must(&b, render(&b, "t", 5, &image), __LINE__); /* goes on */
    FTH_CHECK_INT(toys.pushes, 5);
    FTH_CHECK_INT(toys.creates, 1);
    fth_image_unref(&image);
    must(&b, render(&b, "t", 4, &image), __LINE__); /* remembered */
    FTH_CHECK_INT(toys.pushes, 5);
    fth_image_unref(&image);
    struct fth_engine *other = NULL; /* as a later run of the program would */
    struct fth_engine_options options = {.cache_folder = "toys"};
    int ramps = toys.ramps;
    FTH_REQUIRE_OK(fth_engine_create(&options, &other, &b.error), b.error);
    must(&b, fth_engine_render(other, b.graph, 1, 4, (struct fth_rect){0}, NULL, &image, &b.error),
         __LINE__);
    FTH_CHECK_INT(toys.ramps, ramps);
    FTH_CHECK_INT(toys.recalls, 1);
    FTH_CHECK(image && fth_key_equal(bytes_of(image, image->domain), bytes));
    fth_image_unref(&image);
    must(&b, fth_engine_render(other, b.graph, 1, 6, (struct fth_rect){0}, NULL, &image, &b.error),
         __LINE__); /* a new frame: from the start again */
    FTH_CHECK_INT(toys.pushes, 5 + 6);
    FTH_CHECK_INT(toys.keeps, 3);
    fth_image_unref(&image);
    toys_reset();
    fth_engine_destroy(&other);
    end(&b);
}

/* A sum over frame's block of four and the two frames before it: spans overlap. The two cost once a
 * block, not once a frame, and what was seen on the way is no answer for those frames. */
FTH_TEST(runs_of_blocks_overlap)
{
    struct bench b;
    struct fth_image *image = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.cache_folder = "toys"}));
    ADD("a", "ramp");
    CHAIN("t", "sum", "a");
    toys.block = 4;
    static const int64_t frames[] = {5, 3, 4, 5, 6, 7, 8, 3};
    static const int64_t starts[] = {2, 1, 2, 2, 2, 2, 6, 1};
    static const int pushes[] = {4, 7, 10, 10, 12, 13, 16, 16};
    for (int i = 0; i < 8; i++) {
        must(&b, render(&b, "t", frames[i], &image), __LINE__);
        FTH_CHECK_INT(toys.pushes, pushes[i]);
        FTH_REQUIRE(image);
        double sum = 0;
        for (int64_t frame = starts[i]; frame <= frames[i]; frame++)
            sum += 1 + (double)frame * 11 / 101.0;
        FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(image, "R"), 0, 0), sum, 1e-5);
        fth_image_unref(&image);
    }
    toys_reset();
    end(&b);
}

/* A frame hangs on two behind it as well: they are pushed before it is answered, and change its
 * key. One of them that cannot be had is a gap, not a failure; asked for itself it fails. */
FTH_TEST(analyses_see_frames_behind_and_pass_over_gaps)
{
    struct bench b;
    struct fth_image *image = NULL;
    struct fth_key keys[2];
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.cache_folder = ""}));
    ADD("a", "ramp");
    CHAIN("t", "sum", "a");
    int index = fth_graph_find(b.graph, "t");
    toys.both_sides = true;
    FTH_CHECK_NEAR(corner(&b, "t", 1), 3 + (1 + 2 + 3) * 11 / 101.0, 1e-5);
    FTH_CHECK_NEAR(corner(&b, "t", 7), 8 + 36 * 11 / 101.0, 1e-5); /* 8 is the last there is */
    FTH_CHECK_INT(toys.pushes, 8);
    must(&b, fth_engine_key(b.engine, b.graph, index, 6, &keys[0], &b.error), __LINE__);
    must(&b, fth_engine_key(b.engine, b.graph, index, 7, &keys[1], &b.error), __LINE__);
    FTH_CHECK(!fth_key_equal(keys[0], keys[1])); /* one span, two frames */
    SET("a", "frames", "7");
    must(&b, fth_engine_key(b.engine, b.graph, index, 6, &keys[1], &b.error), __LINE__);
    FTH_CHECK(!fth_key_equal(keys[0], keys[1])); /* one frame, two spans */
    toys.damaged_at = 3;
    SET("a", "text", "damaged");
    FTH_CHECK_NEAR(corner(&b, "t", 2), 3 + (1 + 2 + 4) * 11 / 101.0, 1e-5);
    FTH_CHECK_INT(toys.gaps, 1);
    FTH_CHECK_INT(render(&b, "t", 3, &image), FTH_ERR_DATA);
    toys_reset();
    end(&b);
}

/* Every third frame costs the frames between once, not the whole run each time; the bytes are those
 * of the frame alone. A value that changed begins a run of its own. */
FTH_TEST(analyses_go_on_over_frames_nobody_asked_for)
{
    struct bench b;
    struct fth_image *image = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.cache_folder = ""}));
    ADD("a", "ramp");
    CHAIN("t", "sum", "a");
    for (int frame = 1; frame <= 7; frame += 3) {
        must(&b, render(&b, "t", frame, &image), __LINE__);
        FTH_CHECK_INT(toys.pushes, frame);
        FTH_REQUIRE(image);
        double sum = 0;
        for (int i = 1; i <= frame; i++)
            sum += 1 + i * 11 / 101.0;
        FTH_CHECK_NEAR(*fth_plane_at(fth_image_plane(image, "R"), 0, 0), sum, 1e-5);
        fth_image_unref(&image);
    }
    FTH_CHECK_INT(toys.creates, 1);
    end(&b);
}

FTH_TEST(keys_tell_results_apart)
{
    struct bench b;
    struct fth_key keys[6];
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 1}));
    build_everything(&b);
    int index = fth_graph_find(b.graph, "end");
    for (int i = 0; i < 6; i++) {
        if (i == 2)
            SET("q", "amount", "0.5");
        if (i == 3)
            SET("j", "effect_mask_invert", "true");
        if (i == 4)
            SET("t", "later", "9");
        if (i == 5)
            SET("a", "text", "b");
        must(&b, fth_engine_key(b.engine, b.graph, index, i ? 2 : 1, &keys[i], &b.error), __LINE__);
        for (int k = 0; k < i; k++)
            FTH_CHECK(!fth_key_equal(keys[i], keys[k]));
    }
    FTH_CHECK_INT(toys.ramps, 0); /* keys decode nothing */
    struct fth_key again;
    must(&b, fth_engine_key(b.engine, b.graph, index, 2, &again, &b.error), __LINE__);
    FTH_CHECK(fth_key_equal(again, keys[5]));
    FTH_CHECK_INT(toys.opens, 2);
    FTH_CHECK_INT(toys.closes, 1); /* another text: another file */
    end(&b);
}

/* Frames are under way at once: a file that was opened anew for each text of a keyed parameter
 * would be closed while another frame reads it. */
FTH_TEST(what_animates_opens_nothing)
{
    struct bench b;
    struct fth_json *keys = NULL;
    struct fth_key key;
    static const char captions[] = "[[1, \"a\"], [2, \"b\"], [3, \"c\"]]";
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 1}));
    build_everything(&b);
    int index = fth_graph_find(b.graph, "end");
    must(&b, fth_json_parse(captions, strlen(captions), "keys", &keys, &b.error), __LINE__);
    must(&b, fth_graph_set_keys(b.graph, "a", "caption", keys, &b.error), __LINE__);
    for (int frame = 1; frame <= 3; frame++)
        must(&b, fth_engine_key(b.engine, b.graph, index, frame, &key, &b.error), __LINE__);
    FTH_CHECK_INT(toys.opens, 1);
    FTH_CHECK_INT(toys.closes, 0);
    fth_json_destroy(&keys);
    end(&b);
}

FTH_TEST(errors_name_the_node)
{
    struct bench b;
    struct fth_image *image = NULL;
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 2, .band_rows = 4}));
    ADD("a", "ramp");
    CHAIN("l", "liar", "a");
    CHAIN("p", "add", "l");
    FTH_CHECK_INT(render(&b, "p", 1, &image), FTH_ERR_DATA);
    FTH_CHECK_TEXT(b.error.node, "l");
    FTH_CHECK(strstr(b.error.message, "channel R"));
    FTH_CHECK_INT(render(&b, "a", 99, &image), FTH_ERR_NOT_FOUND);
    FTH_CHECK_TEXT(b.error.node, "a");
    FTH_CHECK(image == NULL);
    struct fth_info info;
    must(&b, fth_engine_info(b.engine, b.graph, 2, 1, &info, &b.error), __LINE__);
    FTH_CHECK_INT(info.last_frame, 8);
    FTH_CHECK_INT(info.format.width, 37);
    end(&b);
}

FTH_TEST(every_allocation_may_fail)
{
    bool done = false;
    int failures = 0;
    for (int64_t count = 0; !done && count < 5000; count++) {
        struct bench b;
        struct fth_image *image = NULL;
        FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 1, .band_rows = 16}));
        build_everything(&b);
        uint64_t before = fth_mem_alloc_count();
        fth_mem_fail_after(count);
        enum fth_status status = render(&b, "end", 2, &image);
        fth_mem_fail_after(-1);
        done = fth_mem_alloc_count() - before <= (uint64_t)count;
        failures += status != FTH_OK;
        FTH_CHECK(status == FTH_OK || status == FTH_ERR_MEMORY);
        FTH_CHECK((status == FTH_OK) == (image != NULL));
        fth_image_unref(&image);
        must(&b, render(&b, "end", 2, &image), __LINE__); /* and nothing is spoilt */
        fth_image_unref(&image);
        end(&b);
    }
    FTH_CHECK(done && failures > 50);
}

FTH_TEST(cancel_ends_within_a_frame)
{
    struct bench b;
    struct fth_image *image = NULL;
    struct fth_cancel cancel = {false};
    FTH_REQUIRE(begin(&b, (struct fth_engine_options){.thread_count = 2, .band_rows = 1}));
    ADD("a", "ramp");
    CHAIN("w", "wait", "a");
    atomic_store(&cancel.requested, true);
    FTH_CHECK_INT(fth_engine_render(b.engine, b.graph, 1, 1, (struct fth_rect){0}, &cancel, &image,
                                    &b.error), FTH_CANCELLED);
    FTH_CHECK_TEXT(b.error.message, "cancelled");
    end(&b);
}
