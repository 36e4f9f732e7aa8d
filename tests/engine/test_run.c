/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs: frames in order, overlapping, same results as single pictures, flat memory, and a clean end
 * when any stage fails or somebody cancels. */
#include <unistd.h>

#include "base/mem.h"
#include "check.h"
#include "toys.h"

struct bench {
    struct fth_engine *engine;
    struct fth_graph *graph;
    struct fth_error error;
    int64_t told, last_done;
    struct fth_cancel cancel;
    int64_t cancel_at;
    int slow_us; /* what the sink takes longer for each frame */
};

static void must(struct bench *bench, enum fth_status status, int line)
{
    if (status != FTH_OK)
        fth_test_fail(__FILE__, line, "%s", bench->error.message);
}

/* ramp -> sum -> `kind` -> collect */
static bool begin_with(struct bench *b, const char *kind, uint64_t memory_size, int thread_count)
{
    *b = (struct bench){.engine = NULL};
    toys_reset();
    struct fth_engine_options options = {.thread_count = thread_count, .cache_folder = "",
                                         .band_rows = 8,
                                         .memory_size = memory_size, .poison = true};
    must(b, fth_engine_create(&options, &b->engine, &b->error), __LINE__);
    must(b, fth_graph_create(&toys_catalogue, &b->graph, &b->error), __LINE__);
    if (fth_test_has_failed())
        return false;
    const char *const kinds[] = {"ramp", "sum", kind, "collect"};
    const char *const names[] = {"a", "t", "p", "out"};
    for (int i = 0; i < 4; i++) {
        must(b, fth_graph_add(b->graph, names[i], kinds[i], &b->error), __LINE__);
        if (i)
            must(b, fth_graph_link(b->graph, names[i], "input", names[i - 1], &b->error), __LINE__);
    }
    must(b, fth_graph_set(b->graph, "a", "frames", "40", &b->error), __LINE__);
    return !fth_test_has_failed();
}

static bool begin(struct bench *b, const char *kind, uint64_t memory_size)
{
    return begin_with(b, kind, memory_size, 2);
}

static void end(struct bench *b)
{
    fth_graph_destroy(&b->graph);
    toys_reset();
    fth_engine_destroy(&b->engine);
}

static void hear(void *context, const struct fth_progress *progress)
{
    struct bench *b = context;
    if (strcmp(progress->stage, "rendering") != 0)
        return; /* a machine so slow that an analysis is told of */
    b->told++;
    if (b->slow_us)
        usleep((useconds_t)b->slow_us);
    FTH_CHECK(progress->done == b->last_done + 1 && progress->done <= progress->total);
    b->last_done = progress->done;
    if (progress->frame == b->cancel_at)
        atomic_store(&b->cancel.requested, true);
}

static enum fth_status run(struct bench *b, int64_t first, int64_t last, int64_t step)
{
    struct fth_job job = {.first_frame = first, .last_frame = last, .step = step,
                          .cancel = &b->cancel, .progress = hear, .context = b};
    b->last_done = 0;
    return fth_engine_run(b->engine, b->graph, 3, &job, &b->error);
}

FTH_TEST(a_job_gives_what_single_pictures_give)
{
    struct bench b;
    float sums[41];
    FTH_REQUIRE(begin(&b, "add", 0));
    must(&b, run(&b, 1, 40, 0), __LINE__);
    FTH_CHECK(!toys.out_of_order);
    FTH_CHECK_INT(toys.sunk, 40);
    FTH_CHECK_INT(toys.finished, 1);
    FTH_CHECK_INT(toys.abandoned, 0);
    FTH_CHECK_INT(toys.pushes, 40);
    FTH_CHECK_INT(toys.creates, 1);
    FTH_CHECK_INT(toys.ramps, 40);
    FTH_CHECK_INT(b.told, 40);
    memcpy(sums, toys.sums, sizeof(sums));
    end(&b);
    FTH_REQUIRE(begin(&b, "add", 0));
    must(&b, run(&b, 13, 40, 9), __LINE__); /* 13, 22, 31, 40: the same bytes in another order */
    FTH_CHECK_INT(toys.sunk, 4);
    for (int frame = 13; frame <= 40; frame += 9)
        FTH_CHECK(toys.sums[frame] == sums[frame]);
    struct fth_image *image = NULL;
    double sum = 0;
    must(&b, fth_engine_render(b.engine, b.graph, 2, 17, (struct fth_rect){0}, NULL, &image,
                               &b.error), __LINE__);
    FTH_REQUIRE(image);
    for (int y = 0; y < 29; y++) {
        for (int x = 0; x < 37; x++)
            sum += *fth_plane_at(fth_image_plane(image, "R"), x, y);
    }
    FTH_CHECK((float)sum == sums[17]);
    fth_image_unref(&image);
    end(&b);
}

/* A second and a third output: the same node as the first, and one of the nodes before it. */
static void add_outputs(struct bench *b)
{
    static const char *const names[] = {"out1", "out2"}, *const from[] = {"p", "t"};
    static const char *const places[] = {"1", "2"};
    for (int i = 0; i < 2; i++) {
        must(b, fth_graph_add(b->graph, names[i], "collect", &b->error), __LINE__);
        must(b, fth_graph_link(b->graph, names[i], "input", from[i], &b->error), __LINE__);
        must(b, fth_graph_set(b->graph, names[i], "place", places[i], &b->error), __LINE__);
    }
}

FTH_TEST(outputs_of_one_job_share_what_they_show)
{
    struct bench b;
    float sums[41];
    FTH_REQUIRE(begin(&b, "add", 0));
    add_outputs(&b);
    must(&b, run(&b, 1, 40, 1), __LINE__);
    memcpy(sums, toys.sums, sizeof(sums));
    end(&b);
    FTH_REQUIRE(begin(&b, "add", 0));
    add_outputs(&b);
    struct fth_job job = {.first_frame = 1, .last_frame = 40, .progress = hear, .context = &b};
    struct fth_output outputs[] = {{3, 1, 40}, {4, 11, 30}, {5, 21, 45}};
    must(&b, fth_engine_run_all(b.engine, b.graph, outputs, 3, &job, &b.error), __LINE__);
    FTH_CHECK(!toys.out_of_order);
    FTH_CHECK_INT(toys.sunk, 40);
    FTH_CHECK_INT(toys.others_sunk[0], 20);
    FTH_CHECK_INT(toys.others_sunk[1], 20); /* frames 41 to 45 are none of the job's */
    FTH_CHECK_INT(toys.finished, 3);
    FTH_CHECK_INT(toys.settled, 3);
    FTH_CHECK_INT(toys.abandoned, 0);
    FTH_CHECK_INT(b.told, 40);
    FTH_CHECK_INT(toys.ramps, 40); /* once, whoever shows it */
    FTH_CHECK_INT(toys.pushes, 40);
    FTH_CHECK_INT(toys.adds, 40 * 4); /* four bands */
    FTH_CHECK(memcmp(sums, toys.sums, sizeof(sums)) == 0);
    for (int frame = 11; frame <= 30; frame++)
        FTH_CHECK(toys.others[0][frame] == sums[frame]);
    for (int frame = 21; frame <= 40; frame++) /* "p" adds one to every pixel of "t" */
        FTH_CHECK_NEAR(toys.others[1][frame] + 37 * 29, sums[frame], .05); /* sums of 1073 floats */
    end(&b);
}

FTH_TEST(one_failed_output_ends_all)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "add", 0));
    add_outputs(&b);
    toys.fail_at = 7;
    struct fth_job job = {.first_frame = 1, .last_frame = 40};
    struct fth_output outputs[] = {{3, 10, 20}, {4, 1, 40}, {5, 1, 40}};
    FTH_CHECK_INT(fth_engine_run_all(b.engine, b.graph, outputs, 3, &job, &b.error), FTH_ERR_IO);
    FTH_CHECK_TEXT(b.error.node, "out1");
    FTH_CHECK_INT(toys.finished, 0);
    FTH_CHECK_INT(toys.abandoned, 3);
    toys.fail_at = 0;
    toys.fail_finish = 1; /* the first has finished by then: all can still be gone on with */
    FTH_CHECK_INT(fth_engine_run_all(b.engine, b.graph, outputs, 3, &job, &b.error), FTH_ERR_IO);
    FTH_CHECK_INT(toys.finished, 1);
    FTH_CHECK_INT(toys.settled, 0);
    FTH_CHECK_INT(fth_engine_run_all(b.engine, b.graph, outputs, 0, &job, &b.error),
                  FTH_ERR_USAGE);
    outputs[2].node = 2;
    FTH_CHECK_INT(fth_engine_run_all(b.engine, b.graph, outputs, 3, &job, &b.error),
                  FTH_ERR_USAGE);
    FTH_CHECK_TEXT(b.error.message, "p (add) writes no files");
    end(&b);
}

/* At most two frames wait for the one at hand, and one more is held by either thread: from the
 * sixth on the analysis is there when a frame is decoded. */
FTH_TEST(frames_to_come_are_shown_to_the_analysis)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "wait", 0));
    must(&b, run(&b, 1, 20, 1), __LINE__);
    FTH_CHECK(toys.looked >= 20 - 5 && toys.looked < 20);
    FTH_CHECK_INT(toys.looked_wrong, 0);
    end(&b);
    FTH_REQUIRE(begin(&b, "wait", 0));
    must(&b, fth_graph_link(b.graph, "p", "input", "a", &b.error), __LINE__);
    must(&b, run(&b, 1, 20, 1), __LINE__);
    FTH_CHECK_INT(toys.looked, 0); /* there is no analysis */
    end(&b);
}

/* A push may take long, and the thread that decodes does not wait for it. While frame 2 is pushed
 * two wait, one is held, and that behind it is planned. */
FTH_TEST(frames_are_planned_while_one_is_pushed)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "wait", 0));
    toys.meets_at = 2;
    must(&b, run(&b, 1, 8, 1), __LINE__);
    FTH_CHECK(toys.planned && toys.pushed);
    FTH_CHECK_INT(toys.missed, 0);
    end(&b);
}

FTH_TEST(a_sink_needs_but_to_take_frames)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "add", 0));
    must(&b, fth_graph_add(b.graph, "plain", "count", &b.error), __LINE__);
    must(&b, fth_graph_link(b.graph, "plain", "input", "p", &b.error), __LINE__);
    struct fth_job job = {.first_frame = 1, .last_frame = 5};
    must(&b, fth_engine_run(b.engine, b.graph, 4, &job, &b.error), __LINE__);
    FTH_CHECK_INT(toys.sunk, 5);
    end(&b);
}

FTH_TEST(frames_overlap)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "wait", 0));
    must(&b, run(&b, 1, 12, 1), __LINE__);
    FTH_CHECK(toys.overlap_most >= 2); /* decoded while an earlier one was being rendered */
    FTH_CHECK(toys.overlap_most <= 12);
    end(&b);
}

/* Where several threads work, a step that keeps one of them leaves the others the next frame. */
FTH_TEST(two_frames_are_rendered_at_once)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "rest", 0));
    toys.rest_waits = true;
    must(&b, run(&b, 2, 40, 2), __LINE__);
    FTH_CHECK_INT(toys.rest_most, 2);
    FTH_CHECK(!toys.out_of_order);
    FTH_CHECK_INT(toys.sunk, 20);
    end(&b);
    FTH_REQUIRE(begin_with(&b, "rest", 0, 1));
    must(&b, run(&b, 2, 12, 2), __LINE__);
    FTH_CHECK_INT(toys.rest_most, 1);
    end(&b);
    FTH_REQUIRE(begin(&b, "rest", 2 * (uint64_t)TOYS_REST_SCRATCH - 1)); /* too much beside */
    must(&b, run(&b, 2, 12, 2), __LINE__);
    FTH_CHECK_INT(toys.rest_most, 1);
    end(&b);
    FTH_REQUIRE(begin(&b, "rest", 0));
    toys.tired_from = 6; /* the next one, 7, fails sooner */
    FTH_CHECK_INT(run(&b, 1, 40, 1), FTH_ERR_DATA);
    FTH_CHECK_TEXT(b.error.message, "frame 6 is too much");
    FTH_CHECK(toys.sunk >= 4 && toys.sunk <= 5);
    end(&b);
}

/* Frames are planned before those ahead of them have been made. */
FTH_TEST(what_all_frames_share_is_made_once)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "join", 0));
    must(&b, fth_graph_add(b.graph, "still", "at", &b.error), __LINE__);
    must(&b, fth_graph_add(b.graph, "f", "flip", &b.error), __LINE__);
    must(&b, fth_graph_link(b.graph, "still", "input", "a", &b.error), __LINE__);
    must(&b, fth_graph_link(b.graph, "f", "input", "still", &b.error), __LINE__);
    must(&b, fth_graph_link(b.graph, "p", "other", "f", &b.error), __LINE__);
    must(&b, run(&b, 2, 21, 1), __LINE__);
    FTH_CHECK_INT(toys.flips, 1);
    end(&b);
}

/* A frame under way: what was decoded, analysed and rendered, and bands not yet put together: five
 * planes of 5.5 kB. */
enum { FRAME_SIZE = 5 * 5632 };

/* Whatever the budget: frames that are written and asked for no more are not kept. */
static void check_memory(uint64_t memory_size)
{
    struct bench b;
    uint64_t peaks[2];
    FTH_REQUIRE(begin(&b, "add", memory_size));
    must(&b, fth_graph_set(b.graph, "a", "frames", "240", &b.error), __LINE__);
    must(&b, run(&b, 1, 120, 1), __LINE__);
    peaks[0] = fth_engine_stats(b.engine).memory_peak_size;
    must(&b, run(&b, 121, 240, 1), __LINE__);
    peaks[1] = fth_engine_stats(b.engine).memory_peak_size;
    FTH_CHECK(peaks[0] <= 9 * FRAME_SIZE); /* four wait, five are worked on */
    FTH_CHECK(peaks[1] <= peaks[0] + (64 << 10)); /* which frames are in flight varies */
    end(&b);
}

FTH_TEST(memory_is_flat_over_frames)
{
    check_memory(1 << 20);
    check_memory(0);
}

/* With next to no budget one frame is under way, whose bytes are no others. */
FTH_TEST(little_memory_gives_the_same_frames)
{
    struct bench b;
    float sums[41];
    FTH_REQUIRE(begin(&b, "add", 0));
    must(&b, run(&b, 1, 40, 1), __LINE__);
    memcpy(sums, toys.sums, sizeof(sums));
    end(&b);
    FTH_REQUIRE(begin(&b, "add", 4096));
    b.slow_us = 3000; /* so that all others wait for it */
    must(&b, run(&b, 1, 40, 1), __LINE__);
    FTH_CHECK(memcmp(sums, toys.sums, sizeof(sums)) == 0);
    FTH_CHECK(fth_engine_stats(b.engine).memory_peak_size <=
              FRAME_SIZE + 2 * 5632); /* and what the analysis keeps for the next frame */
    end(&b);
}

FTH_TEST(failures_stop_the_job)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "add", 0));
    toys.fail_at = 7; /* the sink's */
    FTH_CHECK_INT(run(&b, 1, 40, 1), FTH_ERR_IO);
    FTH_CHECK_TEXT(b.error.message, "the disk is full");
    FTH_CHECK_TEXT(b.error.node, "out");
    FTH_CHECK_INT(toys.finished, 0);
    FTH_CHECK_INT(toys.abandoned, 1);
    FTH_CHECK_INT(toys.sunk, 6);
    toys.fail_at = 0;
    FTH_CHECK_INT(run(&b, 38, 45, 1), FTH_ERR_NOT_FOUND); /* the decoder's: 40 frames */
    FTH_CHECK_TEXT(b.error.node, "a");
    end(&b);
    FTH_REQUIRE(begin(&b, "liar", 0));
    FTH_CHECK_INT(run(&b, 1, 40, 1), FTH_ERR_DATA); /* the renderer's */
    FTH_CHECK_TEXT(b.error.node, "p");
    FTH_CHECK_INT(run(&b, 9, 3, 1), FTH_ERR_USAGE);
    end(&b);
}

FTH_TEST(a_job_survives_any_failed_allocation)
{
    bool done = false;
    for (int64_t count = 0; !done && count < 5000; count += 3) {
        struct bench b;
        FTH_REQUIRE(begin(&b, "add", 0));
        uint64_t before = fth_mem_alloc_count();
        fth_mem_fail_after(count);
        enum fth_status status = run(&b, 1, 3, 1);
        fth_mem_fail_after(-1);
        done = fth_mem_alloc_count() - before <= (uint64_t)count;
        FTH_CHECK(status == FTH_OK || status == FTH_ERR_MEMORY);
        FTH_CHECK_INT(toys.finished, status == FTH_OK);
        end(&b);
    }
    FTH_CHECK(done);
}

FTH_TEST(a_job_can_be_cancelled)
{
    struct bench b;
    FTH_REQUIRE(begin(&b, "wait", 0));
    b.cancel_at = 3;
    FTH_CHECK_INT(run(&b, 1, 40, 1), FTH_CANCELLED);
    FTH_CHECK_INT(toys.sunk, 3);
    FTH_CHECK_INT(toys.finished, 0);
    FTH_CHECK_INT(toys.abandoned, 1);
    b.cancel_at = 0;
    atomic_store(&b.cancel.requested, false);
    must(&b, run(&b, 1, 6, 1), __LINE__); /* nothing is left behind */
    FTH_CHECK_INT(toys.finished, 1);
    end(&b);
}
