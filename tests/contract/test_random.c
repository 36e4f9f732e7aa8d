/* SPDX-License-Identifier: Apache-2.0 */
/* Random graphs: whatever the bands, threads, order, cache, memory or part asked for, alone or in a
 * job of several outputs, the bytes are those of the plain evaluation. FATHOM_RANDOM=FIRST:COUNT
 * looks at other graphs than those that are looked at in every build. */
#include <stdlib.h>

#include "check.h"
#include "random.h"
#include "trial.h"

enum { GRAPHS = 100, FRAMES = 3 };

/* True when the graph gave pictures to compare. */
static bool try_graph(uint64_t seed)
{
    char name[64];
    struct trial trial = {.name = name, .seed = seed, .frames = FRAMES};
    bool rendered = false;
    snprintf(name, sizeof(name), "graph %llu", (unsigned long long)seed);
    if (fth_graph_create(bench_catalogue(), &trial.graph, &trial.error) == FTH_OK &&
        random_graph(trial.graph, seed, &trial.error))
        rendered = trial_run(&trial);
    else
        fth_test_fail(__FILE__, __LINE__, "%s: %s", name, trial.error.message);
    fth_graph_destroy(&trial.graph);
    return rendered;
}

/* Graphs that once were not: a clean plate's window, a shot's frame whose picture is not there,
 * a frame that a black mask spares and that is not there. */
FTH_TEST(graphs_that_once_differed_do_no_more)
{
    static const uint64_t seeds[] = {77622, 203443, 300592};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(seeds); i++)
        FTH_CHECK(try_graph(seeds[i]));
}

FTH_TEST(random_graphs_are_what_they_plainly_are)
{
    const char *asked = getenv("FATHOM_RANDOM");
    unsigned long long first = 1, count = GRAPHS, rendered = 0;
    if (asked && sscanf(asked, "%llu:%llu", &first, &count) < 1)
        fth_test_fail(__FILE__, __LINE__, "FATHOM_RANDOM is FIRST:COUNT, not %s", asked);
    for (unsigned long long i = 0; i < count && !fth_test_has_failed(); i++) {
        rendered += try_graph(first + i);
        if (asked && i % 100 == 99)
            printf("  %llu graphs\n", i + 1);
    }
    printf("  %llu of %llu graphs gave pictures\n", rendered, count);
    FTH_CHECK(count < 50 || rendered > count / 2);
}
