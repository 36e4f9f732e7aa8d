/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs by chance. What a table refuses is left at its default: only what the whole shows wrong is
 * found when it is rendered. */
#include "random.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "graph/curve.h"
#include "graph/settings.h"
#include "nodes/catalogue.h"

enum { MOST_SOURCES = 4, MOST_NODES = 9, MOST_KEYS = 4 };

struct maker {
    struct fth_graph *graph;
    struct dice dice;
    struct fth_error error;
    const char *joined, *joined_to; /* a port that is fed by a certain node, and that node */
};

static bool chance(struct maker *maker, double share)
{
    return dice_roll(&maker->dice, 0, 1) < share;
}

static int64_t number(struct maker *maker, int64_t least, int64_t most)
{
    return least + (int64_t)(dice_next(&maker->dice) % (uint64_t)(most - least + 1));
}

static bool set_number(struct maker *maker, const char *name, const char *param, int64_t value)
{
    char text[32];
    snprintf(text, sizeof(text), "%lld", (long long)value);
    return fth_graph_set(maker->graph, name, param, text, &maker->error) == FTH_OK;
}

/* A scene of any size, its window larger or smaller than its frame, moving or not. */
static bool add_scene(struct maker *maker, const char *name, const char *kind)
{
    bool odd = chance(maker, 0.7);
    return fth_graph_add(maker->graph, name, "test_scene", &maker->error) == FTH_OK &&
           fth_graph_set(maker->graph, name, "kind", kind, &maker->error) == FTH_OK &&
           set_number(maker, name, "width", odd ? number(maker, 13, 61) : 48) &&
           set_number(maker, name, "height", odd ? number(maker, 11, 53) : 40) &&
           set_number(maker, name, "inset", chance(maker, 0.5) ? number(maker, -6, 5) : 0) &&
           set_number(maker, name, "moving", number(maker, 0, 2)) &&
           set_number(maker, name, "seed", number(maker, 0, 99));
}

/* ---- values ---------------------------------------------------------------------------------- */

/* Three keys of random values; what cannot be a key is left out. */
static void give_keys(struct maker *maker, const char *name, const struct fth_param *row)
{
    struct fth_key_frame keys[MOST_KEYS] = {{0}};
    struct fth_curve *curve = NULL;
    size_t count = 0;
    double frame = (double)number(maker, -2, 2);
    for (int i = 0; i < MOST_KEYS; i++) {
        char *text = case_value(row, &maker->dice, -1);
        struct fth_key_frame *key = &keys[count];
        key->frame = frame;
        key->kind = (enum fth_key_kind)number(maker, FTH_KEY_HOLD, FTH_KEY_SMOOTH);
        frame += chance(maker, 0.5) ? 1 : 1.5;
        if (text && fth_value_parse(row, text, &key->value, &maker->error) == FTH_OK)
            count++;
        fth_free(text);
    }
    if (count && fth_curve_create(row, keys, count, &curve, &maker->error) == FTH_OK)
        (void)fth_graph_set_curve(maker->graph, name, row->id, &curve, &maker->error);
    fth_curve_destroy(&curve);
    for (size_t i = 0; i < count; i++)
        fth_value_clear(&keys[i].value);
}

static void give_value(struct maker *maker, const char *name, const struct fth_param *row)
{
    bool file = row->flags & FTH_PARAM_NEEDS_FILE;
    bool keyed = row->flags & FTH_PARAM_ANIMATES && row->type != FTH_PARAM_TEXT &&
                 row->type != FTH_PARAM_FILE && chance(maker, 0.3);
    if (keyed) {
        give_keys(maker, name, row);
        return;
    }
    if (row->flags & FTH_PARAM_OF_FILE && row->type == FTH_PARAM_INT) { /* frames of our files */
        (void)set_number(maker, name, row->id, number(maker, 1, 4));
        return;
    }
    if (row->type == FTH_PARAM_INT &&
        (strcmp(row->id, "width") == 0 || strcmp(row->id, "height") == 0)) { /* a small one */
        (void)set_number(maker, name, row->id, number(maker, 0, 60));
        return;
    }
    /* corners now and then */
    int corner = chance(maker, 0.3) ? (int)number(maker, 0, 3) : -1;
    int which = file ? (int)number(maker, 0, 1) : corner;
    char *text = case_value(row, &maker->dice, which);
    if (text)
        (void)fth_graph_set(maker->graph, name, row->id, text, &maker->error);
    fth_free(text);
}

/* A config or a look of somebody's, which is not here. */
static bool is_of_others(const struct maker *maker, const char *name, const struct fth_param *row)
{
    int node = fth_graph_find(maker->graph, name);
    return row->flags & FTH_PARAM_OF_FILE &&
           fth_graph_desc(maker->graph, node)->steps[0].kind != FTH_NODE_SOURCE;
}

static void give_values(struct maker *maker, const char *name, const struct fth_param *table,
                        double share)
{
    for (const struct fth_param *row = table; row && row->type != FTH_PARAM_END; row++) {
        bool file = row->flags & FTH_PARAM_NEEDS_FILE;
        bool words = row->type == FTH_PARAM_TEXT || (row->type == FTH_PARAM_FILE && !file);
        bool given = file || (chance(maker, share) && !(words && chance(maker, 0.7)));
        if (given && !is_of_others(maker, name, row))
            give_value(maker, name, row);
    }
}

/* Blend is often what it is mostly, 0 or between; the rest by the table. */
static void give_common(struct maker *maker, const char *name)
{
    static const char *const blends[] = {"1", "1", "0", "0.5"};
    give_values(maker, name, fth_common_params, chance(maker, 0.5) ? 0.1 : 0.4);
    if (chance(maker, 0.7))
        (void)fth_graph_set(maker->graph, name, "blend", blends[number(maker, 0, 3)],
                            &maker->error);
    if (chance(maker, 0.7)) /* IDs that are there, or none */
        (void)fth_graph_set(maker->graph, name, "object_id", chance(maker, 0.8) ? "-1" : "1",
                            &maker->error);
    if (chance(maker, 0.7))
        (void)fth_graph_set(maker->graph, name, "material_id", chance(maker, 0.8) ? "-1" : "3",
                            &maker->error);
    if (chance(maker, 0.15)) /* nothing comes through */
        (void)fth_graph_set(maker->graph, name, "effect_mask_low", "90", &maker->error);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

/* What feeds a port: a picture made for it, or any node before. */
static bool feed(struct maker *maker, const char *name, const struct fth_port *port, int before)
{
    static const char *const depths[] = {"depth", "grey", "far", "z"};
    char source[64];
    bool good = true;
    snprintf(source, sizeof(source), "%s.%s", name, port->id);
    if (maker->joined && strcmp(maker->joined, port->id) == 0)
        snprintf(source, sizeof(source), "%s", maker->joined_to);
    else if (port->kind == FTH_PORT_DEPTH)
        good = add_scene(maker, source, depths[number(maker, 0, 3)]);
    else if (port->kind == FTH_PORT_MASK && chance(maker, 0.6))
        good = add_scene(maker, source, "mask");
    else
        snprintf(source, sizeof(source), "%s",
                 fth_graph_name(maker->graph, (int)number(maker, 0, before - 1)));
    return good && fth_graph_link(maker->graph, name, port->id, source, &maker->error) == FTH_OK;
}

static bool add_node(struct maker *maker, int number_of, const struct fth_node_desc *desc)
{
    char name[32];
    bool good = true;
    int before = fth_graph_count(maker->graph);
    snprintf(name, sizeof(name), "%s%d", desc->id, number_of);
    if (fth_graph_add(maker->graph, name, desc->id, &maker->error) != FTH_OK)
        return false;
    for (int p = 0; p < fth_node_port_count(desc) && good; p++) {
        const struct fth_port *port = fth_node_port_at(desc, p);
        /* depth that is not connected would call for networks */
        bool wanted = !port->optional || port->kind == FTH_PORT_DEPTH || chance(maker, 0.4);
        if (wanted || (maker->joined && strcmp(maker->joined, port->id) == 0))
            good = feed(maker, name, port, before);
    }
    give_values(maker, name, desc->params, 0.5);
    if (!(desc->flags & FTH_NODE_NO_COMMON) && chance(maker, 0.6))
        give_common(maker, name);
    return good;
}

static bool is_source(const struct fth_node_desc *desc)
{
    return desc->steps[0].kind == FTH_NODE_SOURCE;
}

/* Any node of the catalogue that is, or is no, source. */
static const struct fth_node_desc *choose(struct maker *maker, bool source)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    const struct fth_node_desc *desc;
    do {
        desc = all->nodes[number(maker, 0, (int64_t)all->count - 1)];
    } while (case_is_sink(desc) || is_source(desc) != source);
    return desc;
}

bool random_graph(struct fth_graph *graph, uint64_t seed, struct fth_error *error)
{
    static const char *const kinds[] = {"photo", "cutout", "straight", "z", "cutout", "grey"};
    struct maker maker = {.graph = graph, .dice = {seed * 0x9e3779b97f4a7c15u + 99}};
    int sources = (int)number(&maker, 1, MOST_SOURCES), nodes = (int)number(&maker, 1, MOST_NODES);
    struct fth_settings frame = {.width = 48, .height = 40};
    bool good = fth_graph_set_settings(graph, &frame, &maker.error) == FTH_OK;
    for (int i = 0; i < sources && good; i++) {
        char name[32];
        snprintf(name, sizeof(name), "scene%d", i);
        if (i && chance(&maker, 0.3))
            good = add_node(&maker, i, choose(&maker, true));
        else
            good = add_scene(&maker, name, kinds[number(&maker, 0, 5)]);
    }
    for (int i = 0; i < nodes && good; i++)
        good = add_node(&maker, sources + i, choose(&maker, false));
    *error = maker.error;
    return good;
}

bool random_pair(struct fth_graph *graph, const struct random_pair *pair, struct fth_error *error)
{
    static const char *const kinds[] = {"photo", "cutout", "straight", "z"};
    struct maker maker = {.graph = graph, .dice = {pair->seed * 0x9e3779b97f4a7c15u + 5}};
    struct fth_settings frame = {.width = 33, .height = 21};
    char name[80];
    bool good = fth_graph_set_settings(graph, &frame, &maker.error) == FTH_OK;
    for (int i = 0; i < 2 && good; i++) {
        snprintf(name, sizeof(name), "scene%d", i);
        good = add_scene(&maker, name, kinds[number(&maker, 0, 3)]) &&
               set_number(&maker, name, "width", 33) && set_number(&maker, name, "height", 21);
    }
    good = good && add_node(&maker, 0, pair->first);
    snprintf(name, sizeof(name), "%s0", pair->first->id);
    maker.joined = fth_node_port_at(pair->second, pair->port)->id;
    maker.joined_to = name;
    good = good && add_node(&maker, 1, pair->second);
    *error = maker.error;
    return good;
}

static void describe_values(const struct fth_graph *graph, int node, const struct fth_param *table)
{
    for (const struct fth_param *row = table; row && row->type != FTH_PARAM_END; row++) {
        const struct fth_value *value = fth_graph_value(graph, node, row->id);
        char *text = value ? fth_value_print(row, value) : NULL;
        if (text)
            printf(" %s=%s", row->id, text);
        fth_free(text);
    }
}

void random_describe(const struct fth_graph *graph)
{
    for (int i = 0; i < fth_graph_count(graph); i++) {
        const struct fth_node_desc *desc = fth_graph_desc(graph, i);
        printf("    %s", fth_graph_name(graph, i));
        for (int p = 0; p < fth_node_port_count(desc); p++) {
            int from = fth_graph_input(graph, i, p);
            if (from >= 0)
                printf(" %s<-%s", fth_node_port_at(desc, p)->id, fth_graph_name(graph, from));
        }
        describe_values(graph, i, desc->params);
        if (!(desc->flags & FTH_NODE_NO_COMMON))
            describe_values(graph, i, fth_common_params);
        printf("\n");
    }
}
