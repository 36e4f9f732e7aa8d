/* SPDX-License-Identifier: Apache-2.0 */
/* What no row takes, whatever the node: numbers next to the ends of its range, and what is no
 * number at all, from a text and from a document. Each is refused in one line that names it. */
#include <string.h>

#include "case.h"
#include "check.h"
#include "graph/document.h"
#include "nodes/catalogue.h"

static bool is_number(const struct fth_param *row)
{
    return row->type == FTH_PARAM_NUMBER || row->type == FTH_PARAM_INT ||
           row->type == FTH_PARAM_POINT || row->type == FTH_PARAM_COLOUR ||
           row->type == FTH_PARAM_RANGE;
}

static void expect_line(const struct fth_node_desc *node, const struct fth_param *row,
                        const char *text, enum fth_status status, const struct fth_error *error)
{
    if (status == FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s.%s takes %s", node->id, row->id, text);
    else if (strchr(error->message, '\n') || !strstr(error->message, row->id))
        fth_test_fail(__FILE__, __LINE__, "%s.%s=%s is refused with \"%s\"", node->id, row->id,
                      text, error->message);
}

/* `text` as often as the row has components. */
static void repeat(const struct fth_param *row, const char *text, char *all, size_t size)
{
    int count = fth_param_component_count(row->type);
    all[0] = 0;
    for (int i = 0; i < count; i++) {
        size_t used = strlen(all);
        snprintf(all + used, size - used, "%s%s", i ? "," : "", text);
    }
}

/* One value from a text, and from a document. */
static void expect_refused(const struct fth_node_desc *node, const struct fth_param *row,
                           const char *text, bool as_text)
{
    char all[200], json[512];
    struct fth_value value;
    struct fth_error error = {0};
    struct fth_graph *graph = NULL;
    repeat(row, text, all, sizeof(all));
    if (as_text)
        expect_line(node, row, all, fth_value_parse(row, all, &value, &error), &error);
    bool many = fth_param_component_count(row->type) > 1;
    snprintf(json, sizeof(json),
             "{\"fathom\":1,\"nodes\":{\"a\":{\"node\":\"%s\",\"params\":{\"%s\":%s%s%s}}}}",
             node->id, row->id, many ? "[" : "", all, many ? "]" : "");
    struct fth_document_text source = {json, strlen(json), "test", "", NULL, false};
    enum fth_status status =
        fth_graph_read(bench_catalogue(), &source, NULL, &graph, &error);
    /* what is no JSON number is refused before anybody knows where it was to go */
    bool no_json = strstr(text, "e999") != NULL;
    if (status == FTH_OK || !no_json)
        expect_line(node, row, json, status, &error);
    else
        FTH_CHECK(error.message[0] && !strchr(error.message, '\n'));
    fth_graph_destroy(&graph);
}

static void check_row(const struct fth_node_desc *node, const struct fth_param *row)
{
    static const char *const nothing[] = {"null", "\"NaN\"", "1e999", "-1e999", "\"inf\""};
    static const char *const words[] = {"nan", "inf", "-inf", "1e999", "null", "0x1p0x", ""};
    bool whole = row->type == FTH_PARAM_INT;
    char text[64];
    struct fth_value value;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(nothing); i++)
        expect_refused(node, row, nothing[i], false);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(words); i++) {
        struct fth_error error = {0};
        char all[200];
        repeat(row, words[i], all, sizeof(all));
        expect_line(node, row, all, fth_value_parse(row, all, &value, &error), &error);
    }
    snprintf(text, sizeof(text), "%.17g", whole ? row->min - 1 : nextafter(row->min, -INFINITY));
    expect_refused(node, row, text, true);
    snprintf(text, sizeof(text), "%.17g", whole ? row->max + 1 : nextafter(row->max, INFINITY));
    expect_refused(node, row, text, true);
}

FTH_TEST(what_is_next_to_a_range_or_no_number_is_refused)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    int checked = 0;
    for (size_t i = 0; i < all->count; i++) {
        for (const struct fth_param *row = all->nodes[i]->params; row && row->type != FTH_PARAM_END;
             row++) {
            if (is_number(row))
                check_row(all->nodes[i], row);
            checked += is_number(row);
        }
    }
    size_t some = 0; /* any node that has the common controls */
    while (all->nodes[some]->flags & FTH_NODE_NO_COMMON)
        some++;
    for (const struct fth_param *row = fth_common_params; row->type != FTH_PARAM_END; row++) {
        if (is_number(row))
            check_row(all->nodes[some], row);
    }
    FTH_CHECK(checked > 100);
}
