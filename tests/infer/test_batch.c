/* SPDX-License-Identifier: Apache-2.0 */
/* Batches: every question gets its own answer, whichever lane takes it, again and again; of several
 * that fail the first is told; a flag that is up ends all. */
#include <math.h>
#include <string.h>

#include "base/thread.h"
#include "infer/batch.h"
#include "infer/runtime.h"
#include "check.h"
#include "onnx.h"

enum { WIDTH = 48, HEIGHT = 32, QUESTIONS = 24 };

static bool have_runtime(void)
{
    const fth_runtime_call *calls;
    return fth_runtime_load(&calls, NULL) == FTH_OK;
}

/* The mean of the colours (or, `sunk`, its logarithm), of a picture shown as it is. */
static const char *write_net(const char *file, bool sunk)
{
    struct onnx net = {0};
    onnx_input(&net, "in", ONNX_FLOAT, "1,3,h,w");
    onnx_output(&net, "out", ONNX_FLOAT, "1,h,w");
    onnx_node(&net, "ReduceMean", "in", sunk ? "mean" : "out", "axes=[1] keepdims=0");
    if (sunk)
        onnx_node(&net, "Log", "mean", "out", "");
    return onnx_write(&net, file, 13);
}

struct bed {
    struct fth_network network;
    struct fth_arena *arena;
    struct fth_pool *pool;
    struct fth_infer_session *sessions[FTH_BATCH_NETWORKS];
    struct fth_batch *batch;
    struct fth_view views[QUESTIONS];
    struct fth_question questions[QUESTIONS];
};

/* View i is all (i + 1) / 100, but for its first column: 0. */
static enum fth_status fill_view(struct bed *bed, int i, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        status = fth_grid_new(bed->arena, WIDTH, HEIGHT, &bed->views[i].rgb[c], error);
        if (status != FTH_OK)
            return status;
        fth_grid_fill(&bed->views[i].rgb[c], (float)(i + 1) / 100);
        for (int y = 0; y < HEIGHT; y++)
            fth_grid_row(&bed->views[i].rgb[c], y)[0] = 0;
    }
    return status;
}

static enum fth_status make_bed(struct bed *bed, const struct fth_cancel *cancel,
                                struct fth_error *error)
{
    const struct fth_infer_options options = {.thread_count = 1, .cancel = cancel};
    const char *paths[FTH_BATCH_NETWORKS] = {write_net("mean.onnx", false),
                                             write_net("log.onnx", true)};
    memset(bed, 0, sizeof(*bed));
    bed->network = (struct fth_network){
        .id = "net", .title = "Net", .licence = "MIT", .url = "", .package = "", .sha256 = "",
        .input_name = "in", .output_name = "out", .size_rule = FTH_SIZE_LONG_SIDE, .side = WIDTH,
        .multiple = 1, .deviation = {1, 1, 1}, .output_rank = 3, .valid_least = -INFINITY,
        .most = INFINITY, .window = 1};
    enum fth_status status = fth_arena_create(&bed->arena, error);
    if (status == FTH_OK)
        status = fth_pool_create(3, &bed->pool, error);
    for (int i = 0; i < FTH_BATCH_NETWORKS && status == FTH_OK; i++)
        status = fth_infer_session_open(&bed->network, paths[i], &options, &bed->sessions[i],
                                        error);
    if (status == FTH_OK)
        status = fth_batch_create(bed->sessions, 2, cancel, &bed->batch, error);
    for (int i = 0; i < QUESTIONS && status == FTH_OK; i++) {
        status = fill_view(bed, i, error);
        bed->questions[i] = (struct fth_question){.view = &bed->views[i], .mirrored = i & 1};
    }
    return status;
}

static void drop_bed(struct bed *bed)
{
    fth_batch_destroy(&bed->batch);
    for (int i = 0; i < FTH_BATCH_NETWORKS; i++)
        fth_infer_session_close(&bed->sessions[i]);
    fth_pool_destroy(&bed->pool);
    fth_arena_destroy(&bed->arena);
}

/* How many pixels of the answer are not the question's own. Mirroring is undone: the dark column
 * comes back to where it was. */
static int count_wrong(const struct fth_question *question, float value)
{
    int wrong = 0;
    for (int y = 0; y < HEIGHT; y++) {
        const float *row = fth_grid_row(&question->answer.values, y);
        for (int x = 0; x < WIDTH; x++)
            wrong += fabsf(row[x] - (x == 0 ? 0 : value)) > 1e-6f; /* of sums of three */
    }
    return wrong;
}

FTH_TEST(batches_answer_each_question)
{
    struct fth_error error = {.message = ""};
    struct bed bed;
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    FTH_REQUIRE_OK(make_bed(&bed, NULL, &error), error);
    const struct fth_work work = {bed.pool, bed.arena, NULL};
    for (int round = 0; round < 20; round++) {
        FTH_REQUIRE_OK(fth_batch_run(bed.batch, &work, bed.questions, QUESTIONS, &error), error);
        for (int i = 0; i < QUESTIONS; i++)
            FTH_CHECK_INT(count_wrong(&bed.questions[i], (float)(i + 1) / 100), 0);
    }
    drop_bed(&bed);
}

FTH_TEST(batches_tell_of_the_first_that_fails)
{
    struct fth_error error = {.message = ""};
    struct bed bed;
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    FTH_REQUIRE_OK(make_bed(&bed, NULL, &error), error);
    const struct fth_work work = {bed.pool, bed.arena, NULL};
    bed.questions[7].network = 1; /* log 0 */
    FTH_CHECK_INT(fth_batch_run(bed.batch, &work, bed.questions, QUESTIONS, &error),
                  FTH_ERR_NETWORK);
    FTH_CHECK(strstr(error.message, "log.onnx") && strstr(error.message, "infinite"));
    bed.questions[7].network = 0; /* and the next run is as if nothing had been */
    FTH_REQUIRE_OK(fth_batch_run(bed.batch, &work, bed.questions, QUESTIONS, &error), error);
    FTH_CHECK_INT(count_wrong(&bed.questions[7], 8.0f / 100), 0);
    drop_bed(&bed);
}

FTH_TEST(batches_are_cancelled)
{
    struct fth_error error = {.message = ""};
    struct fth_cancel cancel = {true};
    struct bed bed;
    if (!have_runtime())
        FTH_SKIP("the runtime is not there");
    FTH_REQUIRE_OK(make_bed(&bed, &cancel, &error), error);
    const struct fth_work work = {bed.pool, bed.arena, &cancel};
    FTH_CHECK_INT(fth_batch_run(bed.batch, &work, bed.questions, QUESTIONS, &error),
                  FTH_CANCELLED);
    drop_bed(&bed);
}
