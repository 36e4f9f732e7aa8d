/* SPDX-License-Identifier: Apache-2.0 */
/* Transform against its definition, written simply in doubles: every tap of a filter, wherever it
 * falls, whichever way the node goes about it. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "check.h"

static struct fth_image *once(const char *node, const char *settings, const char *scene)
{
    return bench_once(node, settings, (const bench_input[]){{"input", scene}, {NULL}});
}

static double sinc(double x)
{
    return x == 0 ? 1 : sin(M_PI * x) / (M_PI * x);
}

static const char *const filters[] = {"nearest", "bilinear", "cubic", "lanczos"};

static double weigh(int filter, double x)
{
    x = fabs(x);
    if (filter == 1)
        return x < 1 ? 1 - x : 0;
    if (filter == 3)
        return x < 3 ? sinc(x) * sinc(x / 3) : 0;
    return x < 1 ? 1.5 * x * x * x - 2.5 * x * x + 1
                 : x < 2 ? -0.5 * x * x * x + 2.5 * x * x - 4 * x + 2 : 0;
}

/* The pixel that stands for `at` of `size`; -1: none. */
static int32_t place(int edges, int32_t at, int32_t size)
{
    if (at >= 0 && at < size)
        return at;
    if (edges == 0)
        return -1;
    if (edges == 1)
        return at < 0 ? 0 : size - 1;
    while (at < 0 || at >= size)
        at = at < 0 ? -1 - at : 2 * size - 1 - at;
    return at;
}

/* The source at (x, y) through a filter that is `stretch` times as wide along either axis. */
static double look(const struct fth_image *image, int filter, int edges, const double at[2],
                   const double stretch[2])
{
    double sum = 0, all = 0;
    for (int32_t j = -110; j <= 110; j++) {
        int32_t row = (int32_t)floor(at[1]) + j, y = place(edges, row, image->format.height);
        double down = weigh(filter, (row + 0.5 - at[1]) / stretch[1]);
        for (int32_t i = -110; i <= 110 && down != 0; i++) {
            int32_t column = (int32_t)floor(at[0]) + i;
            int32_t x = place(edges, column, image->format.width);
            double across = weigh(filter, (column + 0.5 - at[0]) / stretch[0]);
            all += down * across;
            if (x >= 0 && y >= 0)
                sum += down * across * bench_pixel(image, "R", x, y);
        }
    }
    return sum / all;
}

struct move {
    const char *settings;
    double size, aspect, angle, x, y; /* of the pivot, in pixels to the right and down */
};

static const struct move moves[] = {
    {"centre=0.53,0.44", 1, 1, 0, 0.03 * 48, 0.06 * 40},
    {"size=1.37 aspect=0.8", 1.37, 0.8, 0, 0, 0},
    {"size=0.31 centre=0.5,0.6", 0.31, 1, 0, 0, -0.1 * 40},
    {"angle=23", 1, 1, 23, 0, 0},
    {"angle=-61 size=2.3 centre=0.4,0.5", 2.3, 1, -61, -0.1 * 48, 0},
    {"angle=12 size=0.45", 0.45, 1, 12, 0, 0},
};

/* Where of the source the middle of a pixel comes from, and how wide filters are there. */
static void undo(const struct move *move, int32_t x, int32_t y, double at[2], double stretch[2])
{
    double c = cos(move->angle * M_PI / 180), s = sin(move->angle * M_PI / 180);
    double sx = move->size * move->aspect, sy = move->size;
    double dx = x + 0.5 - 24 - move->x, dy = y + 0.5 - 20 - move->y;
    at[0] = 24 + (c * dx - s * dy) / sx;
    at[1] = 20 + (s * dx + c * dy) / sy;
    stretch[0] = fmax(1 / sx, 1);
    stretch[1] = fmax(1 / sy, 1);
}

/* Weights are rounded to floats, up to 20 of them an axis count, colours are below 1. */
FTH_TEST(a_move_is_the_sum_of_its_filter)
{
    static const char *const edges[] = {"transparent", "repeat", "mirror"};
    struct fth_image *clip = once("channels", "", "kind=photo");
    for (int k = 0; k < 6 * 3 * 3; k++) {
        const struct move *move = &moves[k % 6];
        int filter = 1 + k / 6 % 3, edge = k / 18;
        char settings[160];
        double worst = 0;
        snprintf(settings, sizeof(settings), "%s filter=%s edges=%s", move->settings,
                 filters[filter], edges[edge]);
        struct fth_image *made = once("transform", settings, "kind=photo");
        FTH_REQUIRE(clip && made);
        for (int32_t y = 0; y < 40; y += 3) {
            for (int32_t x = 0; x < 48; x++) {
                double at[2], stretch[2];
                undo(move, x, y, at, stretch);
                worst = fmax(worst, fabs(bench_pixel(made, "R", x, y) -
                                         look(clip, filter, edge, at, stretch)));
            }
        }
        if (!(worst < 2e-6))
            fth_test_fail(__FILE__, __LINE__, "%s: off by %g", settings, worst);
        fth_image_unref(&made);
    }
    fth_image_unref(&clip);
}

/* A part of the picture has the bytes it has in the whole. */
FTH_TEST(a_part_is_as_in_the_whole)
{
    static const char *const settings[] = {"centre=0.53,0.44", "size=1.37 filter=lanczos",
                                           "angle=23", "angle=12 size=0.45",
                                           "angle=23 filter=lanczos"};
    for (size_t k = 0; k < FTH_ARRAY_COUNT(settings); k++) {
        struct bench bench;
        struct fth_image *whole = NULL, *part = NULL;
        FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL));
        FTH_REQUIRE(bench_add(&bench, "clip", "test_scene", "kind=photo width=140", "") &&
                    bench_add(&bench, "node", "transform", settings[k], "input=clip"));
        int node = fth_graph_find(bench.graph, "node");
        whole = bench_render(&bench, "node", 1);
        FTH_REQUIRE(whole);
        struct fth_rect rect = fth_rect_intersect((struct fth_rect){37, 11, 91, 30}, whole->domain);
        struct fth_engine *engine = NULL;
        struct fth_engine_options options = {.thread_count = 1, .cache_folder = ""};
        FTH_REQUIRE(fth_engine_create(&options, &engine, NULL) == FTH_OK);
        FTH_REQUIRE(fth_engine_render(engine, bench.graph, node, 1, rect, NULL, &part,
                                      &bench.error) == FTH_OK);
        int other = 0;
        for (int32_t y = rect.y0; y < rect.y1; y++)
            other += memcmp(fth_plane_at(fth_image_plane(part, "G"), rect.x0, y),
                            fth_plane_at(fth_image_plane(whole, "G"), rect.x0, y),
                            (size_t)fth_rect_width(rect) * sizeof(float)) != 0;
        FTH_CHECK_INT(other, 0);
        fth_image_unref(&whole);
        fth_image_unref(&part);
        fth_engine_destroy(&engine);
        bench_close(&bench);
    }
}
