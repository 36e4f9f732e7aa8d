/* SPDX-License-Identifier: Apache-2.0 */
/* An engine and a graph of toys to try something with, and short words to put the graph together:
 * these take the rig from a variable called `b`. */
#ifndef TESTS_ENGINE_RIG_H
#define TESTS_ENGINE_RIG_H

#include "check.h"
#include "toys.h"

struct bench {
    struct fth_engine *engine;
    struct fth_graph *graph;
    struct fth_error error;
};

static inline bool begin(struct bench *bench, int32_t band_rows)
{
    struct fth_engine_options options = {.thread_count = 2, .cache_folder = "", .poison = true,
                                         .band_rows = band_rows};
    *bench = (struct bench){.engine = NULL};
    toys_reset();
    bool sound = fth_engine_create(&options, &bench->engine, &bench->error) == FTH_OK &&
                 fth_graph_create(&toys_catalogue, &bench->graph, &bench->error) == FTH_OK;
    if (!sound)
        fth_test_fail(__FILE__, __LINE__, "begin: %s", bench->error.message);
    return sound;
}

static inline void end(struct bench *bench)
{
    fth_graph_destroy(&bench->graph);
    toys_reset(); /* kept results hold buffers of the engine */
    fth_engine_destroy(&bench->engine);
}

static inline void must(struct bench *bench, enum fth_status status, int line)
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

static inline struct fth_image *render(struct bench *b, const char *name, int64_t frame)
{
    struct fth_image *image = NULL;
    must(b, fth_engine_render(b->engine, b->graph, fth_graph_find(b->graph, name), frame,
                              (struct fth_rect){0}, NULL, &image, &b->error), __LINE__);
    return image;
}

#endif
