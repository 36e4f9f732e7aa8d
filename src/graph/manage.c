/* SPDX-License-Identifier: Apache-2.0 */
/* Link by link: what the picture comes in, what the reader wants, and a converter between the two
 * when they differ. Readers that want the same share it. */
#include "graph/manage.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "graph/internal.h"
#include "image/colours.h"

#define DISPLAY "rec709_gamma24"

const struct fth_colour_preset fth_colour_presets[] = {
    {"davinci_yrgb_colour_managed", "DaVinci YRGB Colour Managed",
     "HDR DaVinci Wide Gamut Intermediate in, Rec.709 Gamma 2.4 out.", "davinci_intermediate_wg",
     DISPLAY},
    {"davinci_yrgb_color_managed", "DaVinci YRGB Color Managed", "The same, spelled as in Resolve.",
     "davinci_intermediate_wg", DISPLAY},
    {"acescct", "ACEScct", "ACEScct in, Rec.709 Gamma 2.4 out.", "acescct", DISPLAY},
    {"linear", "Linear", "Plain linear light of Rec.709, Rec.709 Gamma 2.4 out.", "linear_rec709",
     DISPLAY},
    {"off", "Off", "Pictures stay in their files' own colours.", "", ""},
    {NULL, NULL, NULL, NULL, NULL},
};

struct plan {
    const char *working, *linear, *output; /* ids; working "": not managed */
};

/* Its own spelling of a space's id; NULL: there is none such. */
static const char *space_id(const char *id)
{
    enum fth_colour_space space;
    return fth_colour_find(id, &space) && fth_colour_is_known(space) ? fth_colour_id(space) : NULL;
}

static enum fth_status unknown(const char *what, const char *id, struct fth_error *error)
{
    enum { MOST = FTH_COLOUR_COUNT + 8 };
    const char *words[MOST], *nearest;
    size_t count = 0;
    for (int i = FTH_COLOUR_DATA + 1; i < FTH_COLOUR_COUNT; i++)
        words[count++] = fth_colour_id((enum fth_colour_space)i);
    for (const struct fth_colour_preset *p = fth_colour_presets; p->id && count < MOST; p++)
        words[count++] = p->id;
    nearest = fth_nearest_word(id, words, count);
    return fth_fail(error, FTH_ERR_USAGE, "settings: colour: %s: there is no colour space called "
                    "'%.80s'%s%s%s", what, id, nearest ? "; did you mean '" : "",
                    nearest ? nearest : "",
                    nearest ? "'?" : "; 'fathom nodes colour_space' lists them");
}

/* What the settings come to. */
static enum fth_status make_plan(const struct fth_settings *settings, struct plan *plan,
                                 struct fth_error *error)
{
    *plan = (struct plan){settings->working, "", settings->output};
    for (const struct fth_colour_preset *p = fth_colour_presets; p->id; p++) {
        if (!fth_id_equal(settings->working, p->id))
            continue;
        plan->working = p->working;
        if (!plan->output[0])
            plan->output = p->output;
    }
    if (plan->working[0] && !(plan->working = space_id(plan->working)))
        return unknown("working", settings->working, error);
    if (plan->output[0] && !(plan->output = space_id(plan->output)))
        return unknown("output", settings->output, error);
    enum fth_colour_space space = FTH_COLOUR_FILE;
    bool is_off = !plan->working[0] && settings->working[0];
    if (!plan->output[0] && plan->working[0])
        plan->output = DISPLAY;
    if (!plan->working[0] && !is_off)
        plan->working = plan->output; /* an output alone: worked in as it is shown */
    if (fth_colour_find(plan->working, &space))
        plan->linear = fth_colour_id(fth_colour_linear(space));
    return FTH_OK;
}

enum fth_status fth_graph_check_colours(const struct fth_settings *settings,
                                        struct fth_error *error)
{
    struct plan plan;
    return make_plan(settings, &plan, error);
}

static bool is_sink(const struct fth_graph_member *member)
{
    return member->desc->steps[0].kind == FTH_NODE_SINK;
}

static bool is_picture_port(const struct fth_graph_member *member, int port)
{
    return port < fth_node_port_count(member->desc) &&
           fth_node_port_at(member->desc, port)->kind == FTH_PORT_PICTURE;
}

/* No picture goes in: one comes in its own colours out. */
static bool is_source(const struct fth_graph_member *member)
{
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        if (member->inputs[p] >= 0 && is_picture_port(member, p))
            return false;
    }
    return true;
}

/* Marks the nodes whose picture is looked at as one, by whatever way; the others make mattes. */
static enum fth_status mark_shown(const struct fth_graph *graph, bool *shown,
                                  struct fth_error *error)
{
    int *stack = fth_alloc((size_t)graph->count + 1, sizeof(*stack)), depth = 0;
    bool *read = fth_alloc((size_t)graph->count + 1, sizeof(*read));
    if (!stack || !read) {
        fth_free(stack);
        fth_free(read);
        return fth_fail_memory(error, (size_t)graph->count * sizeof(*stack), "a graph");
    }
    for (int i = 0; i < graph->count; i++)
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
            if (graph->members[i].inputs[p] >= 0)
                read[graph->members[i].inputs[p]] = true;
        }
    for (int i = 0; i < graph->count; i++) {
        shown[i] = !read[i];
        if (shown[i])
            stack[depth++] = i;
    }
    while (depth) {
        const struct fth_graph_member *member = &graph->members[stack[--depth]];
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
            int from = member->inputs[p];
            if (from < 0 || shown[from] || !is_picture_port(member, p))
                continue;
            shown[from] = true;
            stack[depth++] = from;
        }
    }
    fth_free(stack);
    fth_free(read);
    return FTH_OK;
}

/* The colours a node's picture comes in: NULL, nobody knows before it is there; "", none. */
static const char *made_in(const struct plan *plan, const struct fth_graph_member *member)
{
    if (member->desc->works_in == FTH_WORKS_IN_DATA)
        return "";
    if (is_source(member))
        return NULL;
    if (member->desc->works_in == FTH_WORKS_IN_LINEAR)
        return plan->linear;
    return member->desc->works_in == FTH_WORKS_IN_DISPLAY ? DISPLAY : plan->working;
}

/* A sink may name the colours it writes; NULL: it does not. */
static const char *own_colours(const struct fth_graph *graph, int sink)
{
    const struct fth_graph_member *member = &graph->members[sink];
    bool is_common;
    const struct fth_param *row = fth_node_param(member->desc, "colour", &is_common);
    const struct fth_value *value = row ? fth_graph_value(graph, sink, "colour") : NULL;
    if (!value || row->type != FTH_PARAM_CHOICE)
        return NULL;
    return space_id(row->choices[(int)value->numbers[0]].id);
}

/* The colours that a node wants its pictures in; NULL: as they are. */
static const char *wanted_by(const struct plan *plan, const struct fth_graph *graph, int node)
{
    const struct fth_graph_member *member = &graph->members[node];
    const char *wanted = plan->working;
    if (is_sink(member)) {
        const char *own = own_colours(graph, node);
        wanted = own ? own : plan->working[0] ? plan->output : "";
    } else if (member->desc->works_in == FTH_WORKS_IN_DATA) {
        wanted = "";
    } else if (member->desc->works_in == FTH_WORKS_IN_LINEAR) {
        wanted = plan->linear;
    } else if (member->desc->works_in == FTH_WORKS_IN_DISPLAY && plan->working[0]) {
        wanted = DISPLAY;
    }
    return wanted[0] ? wanted : NULL;
}

/* "clip.to-rec709_gamma24"; true when it may be used: as the converter that it is, or anew. */
static bool name_converter(const struct fth_graph *graph, int first, int from, const char *to,
                           int attempt, char name[FTH_LIMIT_NAME])
{
    char suffix[FTH_LIMIT_NAME];
    snprintf(suffix, sizeof(suffix), ".to-%.40s", to);
    if (attempt)
        snprintf(suffix, sizeof(suffix), ".to-%.40s-%d", to, attempt);
    size_t length = strlen(suffix), kept = strlen(graph->members[from].name);
    kept = FTH_MIN(kept, FTH_LIMIT_NAME - 1 - length);
    memcpy(name, graph->members[from].name, kept);
    memcpy(name + kept, suffix, length + 1);
    int found = fth_graph_find(graph, name);
    return found < 0 || (found >= first && graph->members[found].inputs[0] == from);
}

/* The node that hands on `from`'s picture in the colours `to`, made if it is new. */
static enum fth_status convert(struct fth_graph *graph, int first, int from, const char *to,
                               int *index, struct fth_error *error)
{
    char name[FTH_LIMIT_NAME];
    int attempt = 0;
    while (!name_converter(graph, first, from, to, attempt, name))
        attempt++;
    *index = fth_graph_find(graph, name);
    if (*index >= 0)
        return FTH_OK;
    enum fth_status status =
        fth_graph_add_member(graph, name, graph->catalogue->converter, error);
    if (status == FTH_OK)
        status = fth_graph_set(graph, name, "to", to, error);
    if (status != FTH_OK)
        return status;
    *index = graph->count - 1;
    graph->members[*index].inputs[0] = from;
    return FTH_OK;
}

static enum fth_status manage_node(struct fth_graph *graph, const struct plan *plan,
                                   const bool *shown, int first, int node, struct fth_error *error)
{
    const char *wanted = wanted_by(plan, graph, node);
    enum fth_status status = FTH_OK;
    for (int p = 0; wanted && p < FTH_LIMIT_INPUTS && status == FTH_OK; p++) {
        int from = graph->members[node].inputs[p], converter = -1;
        if (from < 0 || !shown[node] || !is_picture_port(&graph->members[node], p))
            continue;
        const char *comes = made_in(plan, &graph->members[from]);
        if (comes && (!comes[0] || strcmp(comes, wanted) == 0))
            continue;
        status = convert(graph, first, from, wanted, &converter, error);
        if (status == FTH_OK)
            graph->members[node].inputs[p] = converter;
    }
    return status;
}

enum fth_status fth_graph_manage(struct fth_graph *flat, struct fth_error *error)
{
    struct plan plan;
    int first = flat->count;
    enum fth_status status = make_plan(&flat->settings, &plan, error);
    if (status != FTH_OK || !flat->catalogue->converter)
        return status;
    bool *shown = fth_alloc((size_t)first + 1, sizeof(*shown));
    if (!shown)
        return fth_fail_memory(error, (size_t)first, "a graph");
    status = mark_shown(flat, shown, error);
    for (int i = 0; i < first && status == FTH_OK; i++)
        status = manage_node(flat, &plan, shown, first, i, error);
    if (status == FTH_OK && flat->count > first)
        fth_graph_touch(flat);
    fth_free(shown);
    return status;
}
