/* SPDX-License-Identifier: Apache-2.0 */
/* Every parameter: what says it affects pixels changes key and pixels somewhere in its range; what
 * says it does not, or is not shown, changes neither. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "case.h"
#include "check.h"
#include "nodes/catalogue.h"

enum { BASES = 40, VALUES = 12 };

static enum fth_status key_of(struct bench *bench, struct fth_key *key)
{
    return fth_engine_key(bench->engine, bench->graph, fth_graph_find(bench->graph, "node"), 2, key,
                          &bench->error);
}

/* What became of trying one base setting. */
struct outcome {
    bool ran, changed;
};

/* Gives `row` value after value; keys must follow values, pixels may. */
static struct outcome try_base(const struct recipe *recipe, const struct fth_param *row)
{
    struct outcome outcome = {0};
    struct bench bench;
    struct dice dice = {recipe->seed + 5};
    struct fth_image *first = NULL;
    struct fth_key first_key = {0}, key;
    bool good = bench_open(&bench, bench_catalogue(), NULL) && case_build(&bench, recipe) &&
                case_show(&bench, recipe->node, row);
    for (int i = 0; i < VALUES && good && !outcome.changed; i++) {
        char *text = case_value(row, &dice, i < 8 ? i : -1);
        good = !text || bench_set(&bench, "node", row->id, text);
        /* a value may be one that needs something else: a font, a channel, a network */
        struct fth_image *image = good && text ? bench_render(&bench, "node", 2) : NULL;
        fth_free(text);
        if (!image || key_of(&bench, &key) != FTH_OK) {
            fth_image_unref(&image);
            continue;
        }
        outcome.ran = true;
        if (!first) {
            first = image;
            first_key = key;
            continue;
        }
        outcome.changed = !bench_equal(first, image);
        if (outcome.changed && fth_key_equal(key, first_key))
            fth_test_fail(__FILE__, __LINE__, "%s.%s: other pixels under the same key",
                          recipe->node->id, row->id);
        fth_image_unref(&image);
    }
    fth_image_unref(&first);
    bench_close(&bench);
    return outcome;
}

static void check_row(const struct fth_node_desc *node, const struct fth_param *row, bool common)
{
    bool ran = false;
    for (uint64_t seed = 0; seed < BASES; seed++) {
        struct recipe recipe = {.node = node, .seed = seed, .common = common,
                                .all_optional = seed & 1, .texts = seed % 3 == 2};
        struct outcome outcome = try_base(&recipe, row);
        ran = ran || outcome.ran;
        if (outcome.changed)
            return;
    }
    fth_test_fail(__FILE__, __LINE__, "%s.%s changes nothing%s", node->id, row->id,
                  ran ? "" : " (and never ran)");
}

/* Rows that only choose how a network is run: their pixels need one, which the tests of the
 * estimator have. They are told by their depth not being taken from the depth input. */
static bool needs_network(const struct fth_node_desc *node, const struct fth_param *row)
{
    bool analyses = node->steps[0].kind == FTH_NODE_ANALYSIS;
    uint8_t affects = row->affects ? row->affects : 1;
    return analyses && affects == 1;
}

FTH_TEST(every_parameter_changes_the_picture)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t i = 0; i < all->count; i++) {
        const struct fth_node_desc *node = all->nodes[i];
        if (!case_can_run(node))
            continue;
        for (const struct fth_param *row = node->params; row && row->type != FTH_PARAM_END; row++) {
            /* what only certain files heed is for the tests that have such files */
            bool here = !(row->flags & (FTH_PARAM_NO_PIXELS | FTH_PARAM_OF_FILE));
            if (here && !needs_network(node, row))
                check_row(node, row, false);
        }
    }
}

/* Blend, masks and switches are the contract's, so one node each that makes and does not make a
 * matte stands for all. */
FTH_TEST(every_common_control_changes_the_picture)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    bool seen[2] = {false, false};
    for (size_t i = 0; i < all->count; i++) {
        const struct fth_node_desc *node = all->nodes[i];
        bool matte = node->flags & FTH_NODE_MAKES_MATTE;
        if (node->flags & FTH_NODE_NO_COMMON || seen[matte] || !case_can_run(node))
            continue;
        seen[matte] = true;
        for (const struct fth_param *row = fth_common_params; row->type != FTH_PARAM_END; row++) {
            /* outside_mask is a matter of mattes, clipping one of nodes that spread */
            bool applies = strcmp(row->id, "outside_mask") != 0 || matte;
            applies = applies && strcmp(row->id, "clipping_mode") != 0;
            if (applies && !(row->flags & FTH_PARAM_NO_PIXELS))
                check_row(node, row, true);
        }
    }
    FTH_CHECK(seen[0] && seen[1]);
}

/* Sets `row` to value after value in a graph whose pixels must not care. */
static void expect_same_key(const struct fth_node_desc *node, const struct fth_param *row)
{
    struct recipe recipe = {.node = node, .all_optional = true};
    struct bench bench;
    struct dice dice = {3};
    struct fth_key before, after;
    bool good = bench_open(&bench, bench_catalogue(), NULL) && case_build(&bench, &recipe) &&
                key_of(&bench, &before) == FTH_OK;
    for (int i = 0; i < 4 && good; i++) {
        char *text = case_value(row, &dice, i);
        good = !text || bench_set(&bench, "node", row->id, text);
        fth_free(text);
        good = good && key_of(&bench, &after) == FTH_OK;
        if (good && !fth_key_equal(before, after))
            fth_test_fail(__FILE__, __LINE__, "%s.%s changes the key and no pixel", node->id,
                          row->id);
    }
    if (!good)
        fth_test_fail(__FILE__, __LINE__, "%s.%s: %s", node->id, row->id, bench.error.message);
    bench_close(&bench);
}

/* True when the default of everything hides the row. */
static bool hidden_by_default(const struct fth_node_desc *node, const struct fth_param *row)
{
    void *params = fth_alloc(1, node->params_size);
    fth_params_default(node->params, params);
    bool hidden = !fth_param_shown(node->params, row, params);
    fth_free(params);
    return hidden;
}

FTH_TEST(no_other_parameter_changes_the_key)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    int checked = 0;
    for (size_t i = 0; i < all->count; i++) {
        const struct fth_node_desc *node = all->nodes[i];
        if (!case_can_run(node))
            continue;
        for (const struct fth_param *row = node->params; row && row->type != FTH_PARAM_END; row++) {
            if (!(row->flags & FTH_PARAM_NO_PIXELS) && !hidden_by_default(node, row))
                continue;
            expect_same_key(node, row);
            checked++;
        }
    }
    FTH_CHECK(checked > 5);
}
