/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a document. One that is taken keeps its bytes, and has one form that means the same
 * and is its own form; it can be drawn, compared and changed. One that is refused says where. */
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "fuzz.h"
#include "graph/diff.h"
#include "graph/document.h"
#include "graph/draw.h"
#include "graph/graph.h"
#include "nodes/catalogue.h"

static void count(void *context, const struct fth_problem *problem)
{
    bool told = problem->message[0] && problem->words[0] && problem->line >= 0;
    if (!told || strpbrk(problem->message, "\n\r"))
        abort();
    ++*(int *)context;
}

static struct fth_graph *read_again(const char *text)
{
    struct fth_graph *graph = NULL;
    struct fth_document_text source = {text, strlen(text), "again", ""};
    if (fth_graph_read(fth_catalogue_all(), &source, NULL, &graph, NULL) != FTH_OK)
        abort();
    return graph;
}

/* The form of a document is a document, says the same, and is its own form. */
static void check_form(const struct fth_graph *graph)
{
    char *form = NULL, *again = NULL;
    struct fth_json *changes = NULL;
    struct fth_error error;
    if (fth_graph_format(graph, &form, &error) != FTH_OK)
        abort();
    struct fth_graph *same = read_again(form);
    if (fth_graph_format(same, &again, &error) != FTH_OK || strcmp(form, again) != 0 ||
        fth_graph_diff(graph, same, &changes, &error) != FTH_OK || fth_json_count(changes) != 0)
        abort();
    fth_json_destroy(&changes);
    fth_graph_destroy(&same);
    fth_free(form);
    fth_free(again);
}

static void draw(const struct fth_graph *graph)
{
    char *text = NULL;
    struct fth_error error;
    if (fth_graph_draw_tree(graph, false, 80, &text, &error) != FTH_OK)
        abort();
    fth_free(text);
    if (fth_graph_draw_dot(graph, &text, &error) != FTH_OK)
        abort();
    fth_free(text);
}

/* After a change it prints as something that reads back to the same. */
static void change(struct fth_graph *graph)
{
    char *text = NULL;
    struct fth_json *changes = NULL;
    struct fth_error error;
    if (fth_graph_add(graph, "fuzz.node", "grade", &error) != FTH_OK)
        return; /* there may be one, or too many */
    if (fth_graph_print(graph, &text, &error) != FTH_OK)
        abort();
    struct fth_graph *same = read_again(text);
    if (fth_graph_diff(graph, same, &changes, &error) != FTH_OK || fth_json_count(changes) != 0)
        abort();
    fth_json_destroy(&changes);
    fth_graph_destroy(&same);
    fth_free(text);
}

FUZZ_TARGET(document)
{
    struct fth_document_text source = {(const char *)data, size, "fuzz", ""};
    struct fth_graph *graph = NULL, *other = NULL;
    struct fth_error error = {0};
    int told = 0;
    const struct fth_listener listener = {count, &told};
    enum fth_status status = fth_graph_read(fth_catalogue_all(), &source, NULL, &graph, &error);
    fuzz_check_refusal(status, &error);
    enum fth_status all = fth_graph_read(fth_catalogue_all(), &source, &listener, &other, NULL);
    if ((status != FTH_OK && all == FTH_OK) || (all != FTH_OK && told == 0))
        abort();
    fth_graph_destroy(&other);
    if (status == FTH_OK) {
        char *text = NULL;
        if (fth_graph_print(graph, &text, &error) != FTH_OK || strlen(text) != size ||
            memcmp(text, data, size) != 0)
            abort();
        fth_free(text);
        check_form(graph);
        draw(graph);
        change(graph);
    }
    fth_graph_destroy(&graph);
    return 0;
}
