/* SPDX-License-Identifier: Apache-2.0 */
/* What a network costs beside the runtime's own time, every installed one as the list shows it. A
 * look is shrinking, answering and enlarging; "beside" is what answering adds to the run. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/thread.h"
#include "infer/predict.h"

enum { WIDTH = 640, HEIGHT = 360, LEAST_RUNS = 5 };

static float pixels[3][WIDTH * HEIGHT];

static void fill(struct fth_grid rgb[3])
{
    uint32_t state = 1;
    for (int c = 0; c < 3; c++) {
        rgb[c] = (struct fth_grid){pixels[c], WIDTH, WIDTH, HEIGHT};
        for (int i = 0; i < WIDTH * HEIGHT; i++) {
            state = state * 1664525u + 1013904223u;
            pixels[c][i] = (float)(state >> 24) / 255 * 0.2f + (float)(i % WIDTH) / WIDTH * 0.8f;
        }
    }
}

struct cost {
    double open_ms, look_ms, answer_ms, run_ms; /* the best of many looks, its answer, its run */
    int32_t width, height;
};

struct bed {
    struct fth_infer_session *session;
    struct fth_arena *arena;
    struct fth_grid rgb[3], values;
};

/* As fth_predict does, with a clock between. */
static enum fth_status look(struct bed *bed, struct cost *best, struct fth_error *error)
{
    struct fth_work work = {.arena = bed->arena};
    const struct fth_network *network = fth_infer_session_network(bed->session);
    struct fth_view view;
    struct fth_answer answer;
    size_t mark = fth_arena_mark(bed->arena);
    double start_s = fth_clock_s();
    enum fth_status status = fth_view_make(&work, network, bed->rgb, best->width, best->height,
                                           &view, error);
    double run_s = fth_infer_run_s(), answer_s = fth_clock_s();
    if (status == FTH_OK)
        status = fth_view_answer(&work, bed->session, &view, false, &answer, error);
    run_s = fth_infer_run_s() - run_s;
    answer_s = fth_clock_s() - answer_s;
    if (status == FTH_OK)
        status = fth_network_resample(&work, network->back, &answer.values, &bed->values, error);
    double look_s = fth_clock_s() - start_s;
    fth_arena_return(bed->arena, mark);
    if (status == FTH_OK && (best->look_ms == 0 || look_s * 1000 < best->look_ms)) {
        best->look_ms = look_s * 1000;
        best->answer_ms = answer_s * 1000;
        best->run_ms = run_s * 1000;
    }
    return status;
}

static enum fth_status measure(const struct fth_network *network, const char *path, int threads,
                               struct cost *cost, struct fth_error *error)
{
    struct fth_infer_options options = {.thread_count = threads};
    struct bed bed = {0};
    double start_s = fth_clock_s();
    *cost = (struct cost){0};
    fill(bed.rgb);
    enum fth_status status = fth_arena_create(&bed.arena, error);
    fth_view_size(network, WIDTH, HEIGHT, 0, &cost->width, &cost->height);
    if (status == FTH_OK)
        status = fth_grid_new(bed.arena, WIDTH, HEIGHT, &bed.values, error);
    if (status == FTH_OK)
        status = fth_infer_session_open(network, path, &options, &bed.session, error);
    cost->open_ms = (fth_clock_s() - start_s) * 1000;
    start_s = fth_clock_s();
    for (int i = 0; status == FTH_OK && (i < LEAST_RUNS || fth_clock_s() - start_s < 1.5); i++)
        status = look(&bed, cost, error);
    fth_infer_session_close(&bed.session);
    fth_arena_destroy(&bed.arena);
    return status;
}

int main(void)
{
    struct fth_manifest *manifest = NULL;
    struct fth_error error = {.message = ""};
    if (fth_manifest_open(&manifest, &error) != FTH_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    printf("%-28s %7s %8s %8s %8s %9s %8s %7s\n", "network, a 640x360 picture", "threads", "view",
           "open ms", "look ms", "answer ms", "run ms", "beside");
    for (size_t i = 0; i < fth_manifest_count(manifest); i++) {
        const struct fth_network *network = fth_manifest_at(manifest, i);
        char *path = NULL;
        if (network->layout != FTH_LAYOUT_NFCHW &&
            fth_network_path(network, &path, &error) != FTH_OK)
            printf("%-28s %s\n", network->id, error.message);
        for (int threads = 1; path && threads <= 2; threads++) {
            struct cost cost;
            char view[32];
            if (measure(network, path, threads, &cost, &error) != FTH_OK) {
                printf("%-28s %s\n", network->id, error.message);
                break;
            }
            snprintf(view, sizeof(view), "%dx%d", cost.width, cost.height);
            printf("%-28s %7d %8s %8.0f %8.2f %9.2f %8.2f %6.1f%%\n", network->id, threads, view,
                   cost.open_ms, cost.look_ms, cost.answer_ms, cost.run_ms,
                   100 * (cost.answer_ms / cost.run_ms - 1));
        }
        fth_free(path);
    }
    fth_manifest_close(&manifest);
    return 0;
}
