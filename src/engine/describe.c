/* SPDX-License-Identifier: Apache-2.0 */
/* A job in words: the version, the nodes that are reached, what they are set to and how they hang
 * together. Keys say whether two jobs are the same; this says in what they are not. */
#include "base/mem.h"
#include "base/text.h"
#include "engine/plan.h"

enum { MOST_NODES = 1024 };

/* Keys as --set takes them; of very many only what tells them from others. */
static char *print_keys(const struct fth_curve *curve)
{
    enum { MOST_SHOWN = 64 };
    struct fth_text text = {0};
    char hex[33];
    if (fth_curve_count(curve) > MOST_SHOWN) {
        struct fth_hasher hasher;
        fth_hash_begin(&hasher);
        fth_curve_hash(curve, &hasher);
        fth_text_append(&text, "%zu keys %s", fth_curve_count(curve),
                        fth_key_print(fth_hash_end(&hasher), hex));
    } else {
        struct fth_json *keys = fth_curve_write(curve);
        char *printed = keys ? fth_json_print(keys) : NULL;
        fth_text_append(&text, "@%s", printed ? printed : "");
        text.failed |= !printed;
        fth_free(printed);
        fth_json_destroy(&keys);
    }
    if (text.failed)
        fth_text_clear(&text);
    return text.data;
}

/* Values that differ from the default. Which file is read is no setting: its content is keyed. */
static void describe_params(const struct fth_graph *graph, int node, const struct fth_param *table,
                            struct fth_text *text)
{
    for (const struct fth_param *row = table; row && row->type != FTH_PARAM_END; row++) {
        const struct fth_value *value = fth_graph_value(graph, node, row->id);
        if (!value || row->type == FTH_PARAM_FILE)
            continue;
        const struct fth_curve *curve = fth_graph_curve(graph, node, row->id);
        char *words = curve ? print_keys(curve) : fth_value_print(row, value);
        for (char *at = words; at && *at; at++) {
            if (*at == '\n')
                *at = ' ';
        }
        fth_text_append(text, "%s.%s=%s\n", fth_graph_name(graph, node), row->id,
                        words ? words : "");
        text->failed |= !words;
        fth_free(words);
    }
}

static void describe_node(const struct fth_graph *graph, int node, struct fth_text *text)
{
    const struct fth_node_desc *desc = fth_graph_desc(graph, node);
    fth_text_append(text, "%s is %s %u\n", fth_graph_name(graph, node), desc->id,
                    (unsigned)desc->version);
    for (int port = 0; port < fth_node_port_count(desc); port++) {
        int from = fth_graph_input(graph, node, port);
        if (from >= 0)
            fth_text_append(text, "%s.%s from %s\n", fth_graph_name(graph, node),
                            fth_node_port_at(desc, port)->id, fth_graph_name(graph, from));
    }
    describe_params(graph, node, desc->params, text);
    if (!(desc->flags & FTH_NODE_NO_COMMON))
        describe_params(graph, node, fth_common_params, text);
}

/* Marks what `node` is made from. */
static void reach(const struct fth_graph *graph, int node, bool *reached)
{
    int ports = fth_node_port_count(fth_graph_desc(graph, node));
    for (int port = 0; port < ports; port++) {
        int from = fth_graph_input(graph, node, port);
        if (from >= 0 && from < MOST_NODES && !reached[from]) {
            reached[from] = true;
            reach(graph, from, reached);
        }
    }
}

char *fth_engine_describe(const struct fth_engine *engine, const struct fth_graph *graph, int sink)
{
    bool reached[MOST_NODES] = {false};
    struct fth_text text = {0};
    fth_text_append(&text, "fathom %s\n", FTH_VERSION);
    if (engine->model[0])
        fth_text_append(&text, "model=%s\n", engine->model);
    if (engine->device[0])
        fth_text_append(&text, "device=%s\n", engine->device);
    if (engine->scale_denominator > 1)
        fth_text_append(&text, "proxy=%d\n", engine->scale_denominator);
    reach(graph, sink, reached);
    for (int i = 0; i < FTH_MIN(fth_graph_count(graph), MOST_NODES); i++) {
        if (reached[i])
            describe_node(graph, i, &text);
    }
    if (!text.failed)
        return text.data;
    fth_text_clear(&text);
    return NULL;
}
