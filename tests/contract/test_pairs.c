/* SPDX-License-Identifier: Apache-2.0 */
/* Each node of the catalogue after each other, at its main input and at one of its others: no pair
 * fails in any way but in plain words, and the bytes are those of the plain evaluation. A build
 * looks at a sample, another one each day; FATHOM_PAIRS=SEED:COUNT looks at that of another seed,
 * COUNT 0 at every pair there is; FATHOM_PAIRS_FIRST=NODE only at those that begin with it. */
#include <stdlib.h>
#include <time.h>

#include "check.h"
#include "nodes/catalogue.h"
#include "random.h"
#include "trial.h"

enum { PAIRS = 200, FRAMES = 2, DAY_S = 86400, MOST_PIXELS = 1 << 17 };

/* How the pairs of a run are chosen, and what became of them. */
struct run {
    unsigned long long seed, share; /* one of so many is looked at */
    int all, tried, rendered, too_large;
    bool tells; /* each pair */
    const char *first; /* NULL: any */
};

static bool is_source(const struct fth_node_desc *node)
{
    return node->steps[0].kind == FTH_NODE_SOURCE;
}

static void try_pair(struct run *run, const struct random_pair *pair)
{
    char name[192];
    struct trial trial = {.name = name, .seed = pair->seed, .frames = FRAMES,
                          .most_pixels = MOST_PIXELS, .may_spare = true};
    snprintf(name, sizeof(name), "FATHOM_PAIRS=%llu: %s before %s.%s", run->seed, pair->first->id,
             pair->second->id, fth_node_port_at(pair->second, pair->port)->id);
    if (run->tells) /* before it is tried: it may be the one that does not come back */
        fprintf(stderr, "  %s\n", name);
    if (fth_graph_create(bench_catalogue(), &trial.graph, &trial.error) != FTH_OK ||
        !random_pair(trial.graph, pair, &trial.error)) {
        fth_test_fail(__FILE__, __LINE__, "%s: %s", name, trial.error.message);
    } else {
        trial.inner = fth_graph_count(trial.graph) - 2;
        run->rendered += trial_run(&trial);
    }
    run->tried++;
    run->too_large += trial.is_too_large;
    fth_graph_destroy(&trial.graph);
}

/* At the main input, and at one of the others, which the seed chooses. */
static void try_both(struct run *run, const struct fth_node_desc *first,
                     const struct fth_node_desc *second)
{
    int ports = fth_node_port_count(second);
    for (int i = 0; i < 2 && i < ports && !fth_test_has_failed(); i++) {
        struct dice dice = {run->seed + (unsigned)run->all++ * 7919u};
        struct random_pair pair = {.first = first, .second = second, .seed = dice_next(&dice)};
        if (i)
            pair.port = 1 + (int)(dice_next(&dice) % (unsigned)(ports - 1));
        if (dice_next(&dice) % run->share == 0 &&
            (!run->first || strcmp(run->first, first->id) == 0))
            try_pair(run, &pair);
    }
}

static void try_all(struct run *run)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t a = 0; a < all->count; a++) {
        for (size_t b = 0; b < all->count && !fth_test_has_failed(); b++) {
            if (!case_is_sink(all->nodes[a]) && !case_is_sink(all->nodes[b]) &&
                !is_source(all->nodes[b]))
                try_both(run, all->nodes[a], all->nodes[b]);
        }
    }
}

FTH_TEST(pairs_of_nodes_are_what_they_plainly_are)
{
    const char *asked = getenv("FATHOM_PAIRS");
    size_t nodes = fth_catalogue_all()->count;
    unsigned long long count = PAIRS;
    struct run run = {.seed = (unsigned long long)time(NULL) / DAY_S};
    if (asked && sscanf(asked, "%llu:%llu", &run.seed, &count) < 1)
        fth_test_fail(__FILE__, __LINE__, "FATHOM_PAIRS is SEED:COUNT, not %s", asked);
    run.tells = getenv("FATHOM_PAIRS_TELL") != NULL;
    run.first = getenv("FATHOM_PAIRS_FIRST");
    run.share = count ? 2 * nodes * nodes / count : 1;
    run.share = run.share ? run.share : 1;
    try_all(&run);
    printf("  %d of %d pairs tried, %d gave pictures, %d were too large to compare; seed %llu\n",
           run.tried, run.all, run.rendered, run.too_large, run.seed);
    FTH_CHECK(run.tried < 50 || run.rendered > run.tried * 2 / 3);
}
