/* SPDX-License-Identifier: Apache-2.0 */
/* The bench, and looking at what came out. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "check.h"
#include "io/media.h"

bool bench_open(struct bench *bench, const struct fth_catalogue *catalogue,
                const struct fth_engine_options *options)
{
    struct fth_engine_options chosen = {.thread_count = 1, .cache_folder = ""};
    if (options)
        chosen = *options;
    if (!chosen.cache_folder)
        chosen.cache_folder = "";
    memset(bench, 0, sizeof(*bench));
    return fth_engine_create(&chosen, &bench->engine, &bench->error) == FTH_OK &&
           fth_graph_create(catalogue, &bench->graph, &bench->error) == FTH_OK;
}

void bench_close(struct bench *bench)
{
    fth_graph_destroy(&bench->graph);
    fth_engine_destroy(&bench->engine);
}

bool bench_set(struct bench *bench, const char *name, const char *param, const char *text)
{
    return fth_graph_set(bench->graph, name, param, text, &bench->error) == FTH_OK;
}

/* Splits "a=b c=d" at spaces and hands each pair to set or link. */
static bool each_pair(struct bench *bench, const char *name, const char *pairs, bool are_links)
{
    char buffer[2048];
    bool good = true;
    snprintf(buffer, sizeof(buffer), "%s", pairs ? pairs : "");
    char *rest = buffer, *pair;
    while (good && (pair = strtok_r(rest, " ", &rest))) {
        char *value = strchr(pair, '=');
        if (!value)
            return false;
        *value++ = 0;
        if (are_links)
            good = fth_graph_link(bench->graph, name, pair, value, &bench->error) == FTH_OK;
        else
            good = bench_set(bench, name, pair, value);
    }
    return good;
}

bool bench_add(struct bench *bench, const char *name, const char *type, const char *settings,
               const char *inputs)
{
    return fth_graph_add(bench->graph, name, type, &bench->error) == FTH_OK &&
           each_pair(bench, name, settings, false) && each_pair(bench, name, inputs, true);
}

struct fth_image *bench_render(struct bench *bench, const char *name, int64_t frame)
{
    struct fth_image *image = NULL;
    int index = fth_graph_find(bench->graph, name);
    if (fth_engine_render(bench->engine, bench->graph, index, frame, (struct fth_rect){0}, NULL,
                          &image, &bench->error) != FTH_OK)
        return NULL;
    return image;
}

struct fth_image *bench_once(const char *type, const char *settings, const bench_input *inputs)
{
    struct bench bench;
    struct fth_image *image = NULL;
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "node", type, settings, "");
    for (; good && inputs && (*inputs)[0]; inputs++) {
        char name[64];
        snprintf(name, sizeof(name), "scene_%s", (*inputs)[0]);
        good = bench_add(&bench, name, "test_scene", (*inputs)[1], "") &&
               fth_graph_link(bench.graph, "node", (*inputs)[0], name, &bench.error) == FTH_OK;
    }
    if (good)
        image = bench_render(&bench, "node", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s %s: %s", type, settings, bench.error.message);
    bench_close(&bench);
    return image;
}

static bool planes_equal(const struct fth_plane *a, const struct fth_plane *b, struct fth_rect rect)
{
    if (!a || !b || !fth_rect_contains(a->rect, rect) || !fth_rect_contains(b->rect, rect))
        return false;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        if (memcmp(fth_plane_at(a, rect.x0, y), fth_plane_at(b, rect.x0, y),
                   (size_t)fth_rect_width(rect) * sizeof(float)) != 0)
            return false;
    }
    return true;
}

bool bench_equal(const struct fth_image *a, const struct fth_image *b)
{
    if (!a || !b || a->channel_count != b->channel_count || !fth_rect_equal(a->domain, b->domain) ||
        a->premultiplied != b->premultiplied)
        return false;
    for (int i = 0; i < a->channel_count; i++) {
        const char *name = a->channels[i].name;
        if (!planes_equal(a->channels[i].plane, fth_image_plane(b, name), a->domain))
            return false;
    }
    return true;
}

float bench_pixel(const struct fth_image *image, const char *channel, int32_t x, int32_t y)
{
    struct fth_rect at = {x, y, x + 1, y + 1};
    const struct fth_plane *plane = fth_image_plane(image, channel);
    if (!plane)
        return NAN;
    return fth_rect_contains(image->domain, at) ? *fth_plane_at(plane, x, y) : 0;
}

static double compare(const struct fth_image *a, const struct fth_image *b, const char *channel,
                      bool mean)
{
    double most = 0, sum = 0, count = 0;
    if (!a || !b || !fth_rect_equal(a->domain, b->domain) || !fth_image_plane(a, channel) ||
        !fth_image_plane(b, channel))
        return INFINITY;
    for (int32_t y = a->domain.y0; y < a->domain.y1; y++) {
        for (int32_t x = a->domain.x0; x < a->domain.x1; x++) {
            double value = bench_pixel(a, channel, x, y);
            double step = fabs(value - bench_pixel(b, channel, x, y));
            most = step > most || isnan(step) ? step : most;
            sum += step;
            count++;
        }
    }
    return mean ? sum / count : most;
}

double bench_difference(const struct fth_image *a, const struct fth_image *b, const char *channel)
{
    return compare(a, b, channel, false);
}

double bench_mean_difference(const struct fth_image *a, const struct fth_image *b,
                             const char *channel)
{
    return compare(a, b, channel, true);
}

const char *bench_not_finite(const struct fth_image *image)
{
    for (int i = 0; i < image->channel_count; i++) {
        for (int32_t y = image->domain.y0; y < image->domain.y1; y++) {
            for (int32_t x = image->domain.x0; x < image->domain.x1; x++) {
                if (!isfinite(bench_pixel(image, image->channels[i].name, x, y)))
                    return image->channels[i].name;
            }
        }
    }
    return NULL;
}

bool bench_write(struct bench *bench, const char *name, const char *path,
                 const struct fth_writer_spec *spec, int64_t first, int64_t last, int64_t as)
{
    struct fth_writer *writer = NULL;
    bool good = fth_writer_open(path, spec, &writer, &bench->error) == FTH_OK;
    for (int64_t frame = first; frame <= last && good; frame++) {
        struct fth_image *image = bench_render(bench, name, frame);
        good = image &&
               fth_writer_frame(writer, frame - first + as, image, &bench->error) == FTH_OK;
        fth_image_unref(&image);
    }
    good = good && fth_writer_finish(&writer, &bench->error) == FTH_OK;
    fth_writer_abort(&writer);
    return good;
}
