/* SPDX-License-Identifier: Apache-2.0 */
/* Graphs and values for any node, out of its table and ports. */
#include "case.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "graph/settings.h"
#include "io/media.h"

uint64_t dice_next(struct dice *dice)
{
    /* splitmix64 */
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

double dice_roll(struct dice *dice, double low, double high)
{
    return low + (high - low) * (double)(dice_next(dice) >> 11) / (double)(1ull << 53);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool write_files(const char *pattern, const char *settings)
{
    struct bench bench;
    struct fth_writer *writer = NULL;
    struct fth_writer_spec spec = {.format = {.width = 48, .height = 40}, .alpha = true,
                                   .overwrite = true};
    bool good = bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "scene", "test_scene", settings, "");
    good = good && fth_writer_open(pattern, &spec, &writer, &bench.error) == FTH_OK;
    for (int64_t frame = 1; frame <= 4 && good; frame++) {
        struct fth_image *image = bench_render(&bench, "scene", frame);
        good = image && fth_writer_frame(writer, frame, image, &bench.error) == FTH_OK;
        fth_image_unref(&image);
    }
    if (good)
        good = fth_writer_finish(&writer, &bench.error) == FTH_OK;
    fth_writer_abort(&writer);
    bench_close(&bench);
    return good;
}

const char *case_file(int which)
{
    static char paths[2][4096];
    const char *folder = fth_test_folder();
    snprintf(paths[which], sizeof(paths[which]), "%s/case%d.####.exr", folder, which);
    char first[4096];
    snprintf(first, sizeof(first), "%s/case%d.0001.exr", folder, which);
    FILE *there = fopen(first, "rb");
    if (there)
        fclose(there);
    else if (!write_files(paths[which], which ? "kind=z seed=5 disc=0.2" : "kind=z"))
        return NULL;
    return paths[which];
}

/* ---- values ---------------------------------------------------------------------------------- */

static double component(const struct fth_param *param, struct dice *dice, int which)
{
    bool has_ui = param->ui_min != 0 || param->ui_max != 0;
    double low = has_ui ? param->ui_min : param->min, high = has_ui ? param->ui_max : param->max;
    if (which == 0)
        return param->min;
    if (which == 1)
        return param->max;
    if (which == 2 || which == 3)
        return which == 2 ? low : high;
    return dice_roll(dice, low, high);
}

static char *text_value(const struct fth_param *param, struct dice *dice, int which)
{
    static const char *const texts[] = {"", "A", "one\ntwo lines", "Wide, wide \xc3\xa4\xc3\xb6",
                                        "R", "Z", "Serif Italic", "x=1, \"y\" \\ z"};
    if (param->type == FTH_PARAM_FILE)
        return fth_strdup(case_file(which & 1) ? case_file(which & 1) : "");
    size_t at = which < 0 ? dice_next(dice) % FTH_ARRAY_COUNT(texts)
                          : (size_t)which % FTH_ARRAY_COUNT(texts);
    return fth_strdup(texts[at]);
}

/* A path or two within the row's range: a triangle or more, now and then a point or nothing. */
static char *shape_text(const struct fth_param *param, struct dice *dice, int which)
{
    struct fth_text text = {0};
    int paths = which == 0 ? 0 : 1 + (int)(dice_next(dice) % 2);
    char word[32];
    fth_text_append(&text, "[");
    for (int i = 0; i < paths; i++) {
        int points = which == 1 ? 1 : 3 + (int)(dice_next(dice) % 4);
        fth_text_append(&text, "%s{\"points\": [", i ? ", " : "");
        for (int k = 0; k < points; k++) {
            int numbers = dice_next(dice) & 1 ? 2 : 6;
            for (int n = 0; n < numbers; n++)
                fth_text_append(&text, "%s%s", n ? ", " : k ? ", [" : "[",
                                fth_print_double(n < 2 ? component(param, dice, which - 2)
                                                       : dice_roll(dice, -0.25, 0.25), word));
            fth_text_append(&text, "]");
        }
        fth_text_append(&text, "], \"closed\": %s}", dice_next(dice) & 1 ? "true" : "false");
    }
    fth_text_append(&text, "]");
    return text.data;
}

char *case_value(const struct fth_param *param, struct dice *dice, int which)
{
    double numbers[4] = {0};
    struct fth_value value;
    int count = fth_param_component_count(param->type);
    if (param->type == FTH_PARAM_SHAPE)
        return shape_text(param, dice, which);
    if (count == 0)
        return text_value(param, dice, which);
    for (int i = 0; i < count; i++)
        numbers[i] = component(param, dice, which);
    if (param->type == FTH_PARAM_CHOICE) {
        int choices = 0;
        while (param->choices[choices].id)
            choices++;
        numbers[0] = which >= 0 ? which % choices : (double)(dice_next(dice) % (unsigned)choices);
    } else if (param->type == FTH_PARAM_SWITCH) {
        numbers[0] = which >= 0 ? which & 1 : (double)(dice_next(dice) & 1);
    } else if (param->type == FTH_PARAM_INT) {
        /* small numbers say most: an ID, a count of passes */
        numbers[0] = floor(which < 0 ? fmin(numbers[0], param->min + (double)(dice_next(dice) % 9))
                                     : numbers[0]);
    } else if (param->type == FTH_PARAM_RANGE && numbers[0] > numbers[1]) {
        double low = numbers[1];
        numbers[1] = numbers[0];
        numbers[0] = low;
    }
    if (fth_value_from_numbers(param, numbers, count, &value, NULL) != FTH_OK)
        return NULL;
    return fth_value_print(param, &value);
}

/* ---- graphs ---------------------------------------------------------------------------------- */

/* What to feed a port with: the main input changes with the seed. */
static const char *source_settings(const struct fth_port *port, int index, uint64_t seed)
{
    static const char *const pictures[] = {"kind=photo moving=1", "kind=cutout moving=1",
                                           "kind=straight moving=1", "kind=cutout inset=5",
                                           "kind=straight inset=-4 moving=1"};
    static const char *const depths[] = {"kind=depth", "kind=grey", "kind=far",
                                         "kind=depth width=96 height=80"};
    if (port->kind == FTH_PORT_MASK)
        return seed & 1 ? "kind=mask disc=0.4" : "kind=mask inset=3 disc=0.25";
    if (port->kind == FTH_PORT_DEPTH)
        return depths[seed % FTH_ARRAY_COUNT(depths)];
    if (index == 0)
        return pictures[seed % FTH_ARRAY_COUNT(pictures)];
    return seed & 1 ? "kind=cutout seed=3 width=30 height=52" : "kind=straight seed=3 moving=1";
}

static bool feed(struct bench *bench, const struct recipe *recipe, int index)
{
    const struct fth_port *port = fth_node_port_at(recipe->node, index);
    char name[32], fence[32], link[64];
    snprintf(name, sizeof(name), "source%d", index);
    snprintf(fence, sizeof(fence), "fence%d", index);
    snprintf(link, sizeof(link), "input=%s", name);
    if (!bench_add(bench, name, "test_scene", source_settings(port, index, recipe->seed), ""))
        return false;
    if (recipe->fenced && !bench_add(bench, fence, "test_fence", "", link))
        return false;
    return fth_graph_link(bench->graph, "node", port->id, recipe->fenced ? fence : name,
                          &bench->error) == FTH_OK;
}

/* Values at frames before and after the one that is looked at, for what a shutter sees. */
static char *keyed_value(const struct fth_param *row, struct dice *dice)
{
    struct fth_text text = {0};
    bool point = row->type == FTH_PARAM_POINT;
    for (int i = 0; i < 2; i++) {
        char *value = case_value(row, dice, -1);
        fth_text_append(&text, "%s%d, %s%s%s, \"linear\"]", i ? ", [" : "@[[", 1 + 3 * i,
                        point ? "[" : "", value ? value : "", point ? "]" : "");
        fth_free(value);
    }
    fth_text_append(&text, "]");
    return text.data;
}

static char *some_value(const struct recipe *recipe, const struct fth_param *row,
                        struct dice *dice, bool file)
{
    bool moves = recipe->node->shutter && row->flags & FTH_PARAM_ANIMATES &&
                 (row->type == FTH_PARAM_NUMBER || row->type == FTH_PARAM_POINT);
    if (moves && dice_next(dice) % 2)
        return keyed_value(row, dice);
    return case_value(row, dice, file ? 0 : -1);
}

static bool give_values(struct bench *bench, const struct recipe *recipe,
                        const struct fth_param *table, struct dice *dice)
{
    for (const struct fth_param *row = table; row && row->type != FTH_PARAM_END; row++) {
        bool file = row->flags & FTH_PARAM_NEEDS_FILE;
        /* a config of somebody's, which is not here */
        if (row->flags & FTH_PARAM_OF_FILE && recipe->node->steps[0].kind != FTH_NODE_SOURCE)
            continue;
        if (row->flags & FTH_PARAM_OF_FILE && row->type == FTH_PARAM_INT)
            continue; /* frames that few files have */
        bool text_like = row->type == FTH_PARAM_TEXT || (row->type == FTH_PARAM_FILE && !file);
        if ((text_like && !recipe->texts) || (!file && (recipe->seed == 0 || dice_next(dice) % 2)))
            continue;
        char *text = some_value(recipe, row, dice, file);
        bool good = text && bench_set(bench, "node", row->id, text);
        fth_free(text);
        if (!good)
            return false;
    }
    return true;
}

bool case_build(struct bench *bench, const struct recipe *recipe)
{
    struct dice dice = {recipe->seed * 1000003 + 17};
    const struct fth_node_desc *node = recipe->node;
    /* of nodes that make pictures from nothing: as large as the scenes */
    struct fth_settings settings = {.width = 48, .height = 40};
    if (fth_graph_set_settings(bench->graph, &settings, &bench->error) != FTH_OK)
        return false;
    if (fth_graph_add(bench->graph, "node", node->id, &bench->error) != FTH_OK)
        return false;
    for (int i = 0; i < fth_node_port_count(node); i++) {
        const struct fth_port *port = fth_node_port_at(node, i);
        bool mask = port == &fth_effect_mask_port;
        /* depth that is not connected would call for networks */
        bool wanted = !port->optional || port->kind == FTH_PORT_DEPTH || recipe->all_optional;
        if (mask)
            wanted = recipe->common;
        else if (!wanted)
            wanted = dice_next(&dice) & 1;
        if (wanted && !feed(bench, recipe, i))
            return false;
    }
    if (!give_values(bench, recipe, node->params, &dice))
        return false;
    bool common = recipe->common && !(node->flags & FTH_NODE_NO_COMMON);
    return !common || give_values(bench, recipe, fth_common_params, &dice);
}

bool case_show(struct bench *bench, const struct fth_node_desc *node, const struct fth_param *param)
{
    bool common;
    if (!param->when.id)
        return true;
    const struct fth_param *parent = fth_node_param(node, param->when.id, &common);
    int value = 0;
    while (!(param->when.values >> value & 1))
        value++;
    const char *text = value ? "true" : "false";
    if (parent->type == FTH_PARAM_CHOICE)
        text = parent->choices[value].id;
    return case_show(bench, node, parent) && bench_set(bench, "node", parent->id, text);
}

bool case_is_sink(const struct fth_node_desc *node)
{
    return node->steps[0].kind == FTH_NODE_SINK;
}

bool case_can_run(const struct fth_node_desc *node)
{
    if (case_is_sink(node))
        return false;
    for (const struct fth_param *row = node->params; row && row->type != FTH_PARAM_END; row++) {
        if (row->flags & FTH_PARAM_NEEDS_FILE && !case_file(0))
            fth_test_fail(__FILE__, __LINE__, "no file could be written for %s", node->id);
    }
    return true;
}
