/* SPDX-License-Identifier: Apache-2.0 */
/* What only the whole can show: missing inputs and files, circles. */
#include "base/mem.h"
#include "base/text.h"
#include "graph/internal.h"

static enum fth_status check_inputs(const struct fth_graph_member *member, struct fth_error *error)
{
    for (int i = 0; i < fth_node_port_count(member->desc); i++) {
        const struct fth_port *port = fth_node_port_at(member->desc, i);
        if (!port->optional && member->inputs[i] < 0)
            return fth_fail(error, FTH_ERR_USAGE, "node '%s' (%s): its input '%s' is not connected",
                            member->name, member->desc->id, port->id);
    }
    return FTH_OK;
}

static bool names_a_file(const struct fth_graph_member *member, const struct fth_param *row)
{
    const struct fth_setting *setting = fth_graph_setting(member, row);
    const char *text = setting ? setting->value.text : row->def_text;
    return text && text[0];
}

static enum fth_status check_files(const struct fth_graph_member *member, struct fth_error *error)
{
    const struct fth_param *row = member->desc->params;
    for (; row && row->type != FTH_PARAM_END; row++) {
        if (row->flags & FTH_PARAM_NEEDS_FILE && !names_a_file(member, row))
            return fth_fail(error, FTH_ERR_USAGE, "node '%s' (%s): parameter '%s' names no file",
                            member->name, member->desc->id, row->id);
    }
    return FTH_OK;
}

static bool reads(const struct fth_graph_member *member, int from)
{
    for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
        if (member->inputs[p] == from)
            return true;
    }
    return false;
}

/* The first of those who read `at` and wait as well; there is one for whoever waits. */
static int next_waiting(const struct fth_graph *graph, const int *waiting, int at)
{
    int reader = 0;
    while (!waiting[reader] || !reads(&graph->members[reader], at))
        reader++;
    return reader;
}

/* Walking to the readers of those who wait must end on a circle, which is then told in full, or as
 * much of it as anybody reads. */
static enum fth_status tell_circle(const struct fth_graph *graph, const int *waiting,
                                   struct fth_error *error)
{
    enum { MOST_TOLD = 8 };
    struct fth_text text = {0};
    int begin = 0, told = 0;
    while (!waiting[begin])
        begin++;
    for (int step = 0; step < graph->count; step++)
        begin = next_waiting(graph, waiting, begin);
    const struct fth_graph_member *first = &graph->members[begin];
    for (int at = begin; told == 0 || at != begin; at = next_waiting(graph, waiting, at)) {
        if (told++ < MOST_TOLD)
            fth_text_append(&text, "%s -> ", graph->members[at].name);
    }
    enum fth_status status =
        fth_fail(error, FTH_ERR_USAGE, "node '%s' (%s): it feeds itself, by %s%s%s", first->name,
                 first->desc->id, text.data ? text.data : "", told > MOST_TOLD ? "... -> " : "",
                 first->name);
    fth_text_clear(&text);
    return fth_graph_blame(error, first->name, status);
}

/* Counts how many links lead into each node that is not yet ordered; a node nobody can order lies
 * on or behind a cycle (Kahn's algorithm: no recursion, whatever the depth). */
enum fth_status fth_graph_check_circles(const struct fth_graph *graph, struct fth_error *error)
{
    size_t count = (size_t)graph->count;
    int *waiting = fth_alloc(count, sizeof(*waiting)), *ready = fth_alloc(count, sizeof(*ready));
    int ready_count = 0, done = 0;
    enum fth_status status = FTH_OK;
    if (!waiting || !ready) {
        status = fth_fail_memory(error, count * sizeof(*waiting), "a graph's order");
        goto done;
    }
    for (int i = 0; i < graph->count; i++) {
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
            if (graph->members[i].inputs[p] >= 0)
                waiting[graph->members[i].inputs[p]]++;
        }
    }
    for (int i = 0; i < graph->count; i++) {
        if (!waiting[i])
            ready[ready_count++] = i;
    }
    for (; done < ready_count; done++) {
        for (int p = 0; p < FTH_LIMIT_INPUTS; p++) {
            int from = graph->members[ready[done]].inputs[p];
            if (from >= 0 && --waiting[from] == 0)
                ready[ready_count++] = from;
        }
    }
    if (done < graph->count)
        status = tell_circle(graph, waiting, error);
done:
    fth_free(waiting);
    fth_free(ready);
    return status;
}

enum fth_status fth_graph_check_member(const struct fth_graph *graph, int index,
                                       struct fth_error *error)
{
    const struct fth_graph_member *member = &graph->members[index];
    enum fth_status status = check_inputs(member, error);
    if (status == FTH_OK)
        status = check_files(member, error);
    return fth_graph_blame(error, member->name, status);
}

bool fth_graph_awaits_file(const struct fth_graph *graph, int index)
{
    const struct fth_graph_member *member = &graph->members[index];
    return member->desc->steps[0].kind == FTH_NODE_SINK && check_inputs(member, NULL) == FTH_OK &&
           check_files(member, NULL) != FTH_OK;
}

static enum fth_status check_all(const struct fth_graph *graph, bool files_may_wait,
                                 struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (int i = 0; status == FTH_OK && i < graph->count; i++) {
        if (!files_may_wait || !fth_graph_awaits_file(graph, i))
            status = fth_graph_check_member(graph, i, error);
    }
    if (status == FTH_OK)
        status = fth_graph_check_circles(graph, error);
    return status == FTH_OK ? status : fth_origin_blame(graph, status, error);
}

enum fth_status fth_graph_check(const struct fth_graph *graph, struct fth_error *error)
{
    return check_all(graph, false, error);
}

enum fth_status fth_graph_check_unwritten(const struct fth_graph *graph, struct fth_error *error)
{
    return check_all(graph, true, error);
}
