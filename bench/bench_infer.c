/* SPDX-License-Identifier: Apache-2.0 */
/* What a network costs beside the runtime's own time: every installed one as the list shows it, and
 * the draft's as its recipe does. */
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
    double open_ms, all_ms, run_ms; /* of one look: all of it, and the runtime's part */
    int32_t width, height;
};

static enum fth_status measure(const struct fth_network *network, const char *path, int threads,
                               struct cost *cost, struct fth_error *error)
{
    struct fth_infer_options options = {.thread_count = threads};
    struct fth_infer_session *session = NULL;
    struct fth_arena *arena = NULL;
    struct fth_grid rgb[3], values;
    double start_s = fth_clock_s(), first_s = 0, first_run_s = 0;
    int count = 0;
    fill(rgb);
    enum fth_status status = fth_arena_create(&arena, error);
    struct fth_work work = {.arena = arena};
    fth_view_size(network, WIDTH, HEIGHT, 0, &cost->width, &cost->height);
    if (status == FTH_OK)
        status = fth_grid_new(arena, WIDTH, HEIGHT, &values, error);
    if (status == FTH_OK)
        status = fth_infer_session_open(network, path, &options, &session, error);
    cost->open_ms = (fth_clock_s() - start_s) * 1000;
    for (int i = -2; status == FTH_OK && (i < LEAST_RUNS || fth_clock_s() - first_s < 1.5); i++) {
        if (i == 0) { /* the first two warm up */
            first_s = fth_clock_s();
            first_run_s = fth_infer_run_s();
        }
        status = fth_predict(&work, session, rgb, 0, &values, error);
        count = i + 1;
    }
    cost->all_ms = (fth_clock_s() - first_s) * 1000 / count;
    cost->run_ms = (fth_infer_run_s() - first_run_s) * 1000 / count;
    fth_infer_session_close(&session);
    fth_arena_destroy(&arena);
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
    printf("%-32s %8s %8s %9s %9s %9s %7s\n", "network, a 640x360 picture", "threads", "view",
           "open ms", "look ms", "run ms", "beside");
    for (size_t i = 0; i < fth_manifest_count(manifest); i++) {
        const struct fth_network *network = fth_manifest_at(manifest, i);
        char *path = network->layout == FTH_LAYOUT_NFCHW ? NULL : fth_network_path(network);
        for (int threads = 1; path && threads <= 2; threads++) {
            struct cost cost;
            char view[32];
            if (measure(network, path, threads, &cost, &error) != FTH_OK) {
                printf("%-32s %s\n", network->id, error.message);
                break;
            }
            snprintf(view, sizeof(view), "%dx%d", cost.width, cost.height);
            printf("%-32s %8d %8s %9.0f %9.2f %9.2f %6.1f%%\n", network->id, threads, view,
                   cost.open_ms, cost.all_ms, cost.run_ms,
                   100 * (cost.all_ms / cost.run_ms - 1));
        }
        fth_free(path);
    }
    fth_manifest_close(&manifest);
    return 0;
}
