/* SPDX-License-Identifier: Apache-2.0 */
/* A graph as a tree of lines, and as text for Graphviz. A node is drawn once, where it is met
 * first; trees that grow too deep go on by themselves below. */
#include "graph/draw.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "graph/internal.h"

enum {
    MOST_DEPTH = 24,   /* of a tree that anybody can read */
    MOST_LETTERS = 32  /* of one value */
};

enum state { UNSEEN, DEFERRED, DRAWN };

struct drawing {
    const struct fth_graph *graph;
    struct fth_text *text;
    const char *branch, *last, *rail, *again, *more; /* "├─ ", "└─ ", "│  ", " ↑", "…" */
    int width;
    unsigned char *states;
};

/* Appends at most `most` characters, and `more` in place of the rest. Lines stay lines. */
static void append_cut(struct fth_text *text, const char *word, int most, const char *more)
{
    int count = 0;
    for (size_t size; *word && text && !text->failed; word += size, count++) {
        size = fth_utf8_size(word);
        if (count == most) {
            fth_text_append(text, "%s", more);
            return;
        }
        bool is_plain = size > 1 || (size == 1 && (unsigned char)*word >= 0x20 && *word != 0x7f);
        fth_text_append(text, "%.*s", is_plain ? (int)size : 1, is_plain ? word : "?");
        size += size == 0;
    }
}

static void append_curve(struct fth_text *text, const struct fth_curve *curve)
{
    size_t count = fth_curve_count(curve);
    char first[32], last[32];
    fth_print_double(fth_curve_key(curve, 0).frame, first);
    fth_print_double(fth_curve_key(curve, count - 1).frame, last);
    if (count == 1)
        fth_text_append(text, "1 key at %s", first);
    else
        fth_text_append(text, "%zu keys from %s to %s", count, first, last);
}

/* "gamma 2, file walk.mp4": all that is not as it is anyway. */
static void append_params(struct fth_text *text, const struct fth_graph_member *member,
                          const char *between, const char *more)
{
    bool has_common = !(member->desc->flags & FTH_NODE_NO_COMMON);
    const struct fth_param *const tables[] = {member->desc->params,
                                              has_common ? fth_common_params : NULL};
    bool is_first = true;
    for (size_t t = 0; t < FTH_ARRAY_COUNT(tables); t++) {
        for (const struct fth_param *row = tables[t]; row && row->type != FTH_PARAM_END; row++) {
            const struct fth_setting *setting = fth_graph_worth_saying(member, row);
            if (!setting)
                continue;
            fth_text_append(text, "%s%s ", is_first ? "" : between, row->id);
            is_first = false;
            if (setting->curve) {
                append_curve(text, setting->curve);
                continue;
            }
            char *value = fth_value_print(row, &setting->value);
            text->failed = text->failed || !value;
            append_cut(text, value ? value : "", MOST_LETTERS, more);
            fth_free(value);
        }
    }
}

/* ---- the tree -------------------------------------------------------------------------------- */

static int columns_of(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* The rest of the node's line. */
static void draw_node(const struct drawing *drawing, int index, int used)
{
    const struct fth_graph_member *member = &drawing->graph->members[index];
    struct fth_text params = {0}, line = {0};
    append_params(&params, member, ", ", drawing->more);
    fth_text_append(&line, "%s  %s%s%s%s", member->name, member->desc->id,
                    member->placeholder ? " (not known here)" : "", params.length ? "  " : "",
                    params.data ? params.data : "");
    int most = !drawing->width ? 1 << 20 : FTH_MAX(drawing->width - used - 1, 20);
    append_cut(drawing->text, line.data ? line.data : "", most, drawing->more);
    drawing->text->failed = drawing->text->failed || params.failed || line.failed;
    fth_text_clear(&params);
    fth_text_clear(&line);
    fth_text_append(drawing->text, "\n");
}

static int next_input(const struct fth_graph_member *member, int port)
{
    while (port < FTH_LIMIT_INPUTS && member->inputs[port] < 0)
        port++;
    return port;
}

/* One node that is an input of another, and what feeds it. `prefix` stands before its line, with
 * room for more; recursion ends at MOST_DEPTH. */
static void draw_input(struct drawing *drawing, int reader, int port, struct fth_text *prefix,
                       int depth)
{
    const struct fth_graph_member *above = &drawing->graph->members[reader];
    int index = above->inputs[port];
    const struct fth_graph_member *member = &drawing->graph->members[index];
    bool is_last = next_input(above, port + 1) == FTH_LIMIT_INPUTS;
    const char *id = port ? fth_node_port_at(above->desc, port)->id : "";
    size_t length = prefix->length;
    const char *stem = prefix->data ? prefix->data : "";
    fth_text_append(drawing->text, "%s%s%s%s", stem, is_last ? drawing->last : drawing->branch, id,
                    port ? ": " : "");
    int used = columns_of(stem) + columns_of(drawing->last) + (port ? (int)strlen(id) + 2 : 0);
    bool goes_on = next_input(member, 0) < FTH_LIMIT_INPUTS;
    if (drawing->states[index] == DRAWN || (goes_on && depth >= MOST_DEPTH)) {
        bool is_drawn = drawing->states[index] == DRAWN;
        drawing->states[index] = is_drawn ? DRAWN : DEFERRED;
        fth_text_append(drawing->text, "%s%s\n", member->name,
                        is_drawn ? drawing->again : drawing->more);
        return;
    }
    drawing->states[index] = DRAWN;
    draw_node(drawing, index, used);
    fth_text_append(prefix, "%s", is_last ? "   " : drawing->rail);
    for (int p = next_input(member, 0); p < FTH_LIMIT_INPUTS; p = next_input(member, p + 1))
        draw_input(drawing, index, p, prefix, depth + 1);
    if (!prefix->failed)
        prefix->data[prefix->length = length] = '\0';
}

static void draw_root(struct drawing *drawing, int index)
{
    const struct fth_graph_member *member = &drawing->graph->members[index];
    struct fth_text prefix = {0};
    drawing->states[index] = DRAWN;
    draw_node(drawing, index, 0);
    for (int p = next_input(member, 0); p < FTH_LIMIT_INPUTS; p = next_input(member, p + 1))
        draw_input(drawing, index, p, &prefix, 1);
    drawing->text->failed = drawing->text->failed || prefix.failed;
    fth_text_clear(&prefix);
}

static void mark_read(const struct fth_graph *graph, bool *is_read)
{
    for (int i = 0; i < graph->count; i++) {
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
            if (graph->members[i].inputs[p] >= 0)
                is_read[graph->members[i].inputs[p]] = true;
        }
    }
}

/* Roots are what nobody reads; then what was put off; then, should there be circles, the rest. */
static void draw_all(struct drawing *drawing, const bool *is_read)
{
    int count = drawing->graph->count;
    for (int i = 0; i < count; i++) {
        if (!is_read[i])
            draw_root(drawing, i);
    }
    for (bool again = true; again;) {
        again = false;
        for (int i = 0; i < count; i++) {
            if (drawing->states[i] != DEFERRED)
                continue;
            fth_text_append(drawing->text, "\n");
            draw_root(drawing, i);
            again = true;
        }
    }
    for (int i = 0; i < count; i++) {
        if (drawing->states[i] != DRAWN)
            draw_root(drawing, i);
    }
}

static void draw_settings(const struct fth_settings *settings, struct fth_text *text)
{
    size_t before = text->length;
    char rate[32];
    if (settings->width)
        fth_text_append(text, "%d x %d", (int)settings->width, (int)settings->height);
    if (settings->rate_den) {
        double exact = (double)settings->rate_num / (double)settings->rate_den;
        fth_print_double((double)(int64_t)(exact * 1000 + 0.5) / 1000, rate);
        fth_text_append(text, "%s%s frames a second", text->length > before ? ", " : "", rate);
    }
    if (settings->has_frames)
        fth_text_append(text, "%sframes %lld to %lld", text->length > before ? ", " : "",
                        (long long)settings->first_frame, (long long)settings->last_frame);
    if (settings->working[0])
        fth_text_append(text, "%sworks in %s", text->length > before ? ", " : "",
                        settings->working);
    if (settings->output[0])
        fth_text_append(text, "%sputs out %s", text->length > before ? ", " : "",
                        settings->output);
    if (text->length > before)
        fth_text_append(text, "\n\n");
}

static void draw_published(const struct fth_graph *graph, struct fth_text *text)
{
    for (int i = 0; i < graph->published_count; i++) {
        const struct fth_published *row = &graph->published[i];
        fth_text_append(text, "%s%s %s: %s%s%s\n", i ? "" : "\n",
                        row->is_input ? "input" : "parameter", row->name,
                        graph->members[row->node].name, row->id[0] ? "." : "", row->id);
    }
}

/* The text, or what went wrong with it. */
static enum fth_status hand_over(struct fth_text *text, char **result, struct fth_error *error)
{
    if (text->failed) {
        fth_text_clear(text);
        return fth_fail_memory(error, 0, "a drawing");
    }
    fth_text_append(text, "%s", "");
    *result = text->data;
    return FTH_OK;
}

enum fth_status fth_graph_draw_tree(const struct fth_graph *graph, bool is_ascii, int width,
                                    char **result, struct fth_error *error)
{
    struct fth_text text = {0};
    struct drawing drawing = {.graph = graph, .text = &text, .width = width};
    size_t count = (size_t)graph->count + 1;
    bool *is_read = fth_alloc(count, sizeof(*is_read));
    drawing.states = fth_alloc(count, sizeof(*drawing.states));
    drawing.branch = is_ascii ? "|- " : "├─ ";
    drawing.last = is_ascii ? "`- " : "└─ ";
    drawing.rail = is_ascii ? "|  " : "│  ";
    drawing.again = is_ascii ? " (above)" : " ↑";
    drawing.more = is_ascii ? "..." : "…";
    enum fth_status status = FTH_OK;
    if (is_read && drawing.states) {
        mark_read(graph, is_read);
        draw_settings(&graph->settings, &text);
        draw_all(&drawing, is_read);
        draw_published(graph, &text);
        status = hand_over(&text, result, error);
    } else {
        status = fth_fail_memory(error, count, "a drawing");
    }
    fth_free(is_read);
    fth_free(drawing.states);
    return status;
}

/* ---- Graphviz -------------------------------------------------------------------------------- */

/* Inside of a quoted text. */
static void append_quoted(struct fth_text *text, const char *word)
{
    for (; *word; word++) {
        if (*word == '\n')
            fth_text_append(text, "\\n");
        else
            fth_text_append(text, "%s%c", *word == '"' || *word == '\\' ? "\\" : "", *word);
    }
}

static void dot_node(const struct fth_graph_member *member, struct fth_text *text)
{
    struct fth_text params = {0};
    enum fth_node_kind kind = member->desc->steps[0].kind;
    append_params(&params, member, "\n", "…");
    fth_text_append(text, "  \"%s\" [label=\"%s\\n", member->name, member->name);
    append_quoted(text, member->desc->id);
    fth_text_append(text, params.length ? "\\n" : "");
    append_quoted(text, params.data ? params.data : "");
    fth_text_append(text, "\"%s%s];\n",
                    member->placeholder ? ", style=\"rounded,dashed\"" : "",
                    kind == FTH_NODE_SOURCE  ? ", shape=folder"
                    : kind == FTH_NODE_SINK ? ", shape=note"
                                            : "");
    text->failed = text->failed || params.failed;
    fth_text_clear(&params);
}

enum fth_status fth_graph_draw_dot(const struct fth_graph *graph, char **result,
                                   struct fth_error *error)
{
    struct fth_text text = {0};
    fth_text_append(&text, "digraph fathom {\n  rankdir=LR;\n  node [shape=box, style=rounded, "
                           "fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n");
    for (int i = 0; i < graph->count; i++)
        dot_node(&graph->members[i], &text);
    for (int i = 0; i < graph->count; i++) {
        const struct fth_graph_member *member = &graph->members[i];
        for (int p = next_input(member, 0); p < FTH_LIMIT_INPUTS; p = next_input(member, p + 1)) {
            fth_text_append(&text, "  \"%s\" -> \"%s\"", graph->members[member->inputs[p]].name,
                            member->name);
            if (p) {
                fth_text_append(&text, " [label=\"");
                append_quoted(&text, fth_node_port_at(member->desc, p)->id);
                fth_text_append(&text, "\"]");
            }
            fth_text_append(&text, ";\n");
        }
    }
    fth_text_append(&text, "}\n");
    return hand_over(&text, result, error);
}
