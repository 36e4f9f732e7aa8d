/* SPDX-License-Identifier: Apache-2.0 */
/* Keyframes read from text are those that a tree gives, and what a tree refuses is refused. */
#include <stdlib.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "graph/curve.h"
#include "graph/document.h"
#include "graph/graph.h"
#include "toys.h"

static struct fth_error error;

struct params {
    double amount;
    double centre[2];
    int64_t count;
    const char *name;
};
static const struct fth_param table[] = {
    FTH_PARAM(NUMBER, struct params, amount, .label = "L", .help = "H.", .min = -1e6, .max = 1e6,
              .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM(POINT, struct params, centre, .label = "L", .help = "H.", .min = -9, .max = 9,
              .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM(INT, struct params, count, .label = "L", .help = "H.", .min = 0, .max = 99,
              .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM(TEXT, struct params, name, .label = "L", .help = "H.", .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM_TABLE_END};

static struct fth_key key_of(const struct fth_curve *curve)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_curve_hash(curve, &hasher);
    return fth_hash_end(&hasher);
}

/* Both ways; true when they gave keys, which must then be the same ones. */
static bool read_both(const struct fth_param *row, const char *text)
{
    struct fth_json *tree = NULL;
    struct fth_curve *by_tree = NULL, *by_text = NULL;
    struct fth_error said = {0}, other = {0};
    enum fth_status parsed = fth_json_parse(text, strlen(text), "it", &tree, &said);
    enum fth_status one = parsed == FTH_OK ? fth_curve_read(row, tree, &by_tree, &said) : parsed;
    enum fth_status two = fth_curve_read_text(row, text, strlen(text), &by_text, &other);
    if ((one == FTH_OK) != (two == FTH_OK))
        fth_test_fail(__FILE__, __LINE__, "%s: by tree '%s', by text '%s'", text, said.message,
                      other.message);
    else if (one != FTH_OK && parsed == FTH_OK)
        FTH_CHECK_TEXT(other.message, said.message);
    else if (one == FTH_OK)
        FTH_CHECK(fth_key_equal(key_of(by_tree), key_of(by_text)));
    fth_curve_destroy(&by_tree);
    fth_curve_destroy(&by_text);
    fth_json_destroy(&tree);
    return one == FTH_OK;
}

FTH_TEST(text_and_tree_say_the_same)
{
    static const struct {
        int row;
        bool good;
        const char *text;
    } cases[] = {
        {0, true, "[[1,2]]"}, {0, true, " [ [ -1.5 , 2e1 ,\n\"hold\" ] , [2,0.1,\"smooth\"] ] "},
        {0, true, "[[0,0.1],[1,-0],[2,-0.0],[3,123456.789012345],[4,0.30000000000000004]]"},
        {0, true, "[[1,100000.000000001],[2,1E2],[3,1e+2],[4,1.25e-2]]"},
        {0, true, "[[1,2,\"bezier\",[[-1,0],[1,0.5]]],[3,4,\"linear\"]]"},
        {0, true, "[[1,2,\"\\u0068old\"]]"}, {1, true, "[[1,[0.5,0.25]],[2, [ 1 ,2 ],\"hold\"]]"},
        {2, true, "[[1,7],[2,8.0,\"hold\"]]"}, {3, true, "[[1,\"[1,2]\"],[2,\"b]\\\"\"]]"},
        {0, false, "[]"}, {0, false, "{}"}, {0, false, "5"}, {0, false, "[[1,2],]"},
        {0, false, "[[1,2] [3,4]]"}, {0, false, "[,[1,2]]"}, {0, false, "[[1,2]"},
        {0, false, "[[1,2,]]"}, {0, false, "[[1]]"}, {0, false, "[[1,2,\"hold\",5,6]]"},
        {0, false, "[[01,2]]"}, {0, false, "[[1,.5]]"}, {0, false, "[[1,5.]]"},
        {0, false, "[[1,-]]"}, {0, false, "[[+1,2]]"}, {0, false, "[[1,2,\"bent\"]]"},
        {0, false, "[[1,2,\"bezier\"]]"}, {0, false, "[[1,2e6]]"}, {0, false, "[[1,\"2\"]]"},
        {0, false, "[[2,1],[1,1]]"}, {0, false, "[[1,1],[1,1]]"}, {0, false, "[[1e300,1]]"},
        {0, false, "[[1,NaN]]"}, {0, false, "[[1,1e999]]"}, {0, false, "[1,2]"},
        {1, false, "[[1,[0.5]]]"}, {1, false, "[[1,0.5]]"}, {2, false, "[[1,1.5]]"},
        {2, false, "[[1,2,\"bezier\",[[0],[1]]]]"}, {3, false, "[[1,5]]"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        bool good = read_both(&table[cases[i].row], cases[i].text);
        if (good != cases[i].good)
            fth_test_fail(__FILE__, __LINE__, "%s is "
                                              "%s", cases[i].text, good ? "taken" : "refused");
    }
}

/* Numbers of all lengths: read here and by jansson, to the last bit. */
FTH_TEST(numbers_from_text_are_the_nearest)
{
    struct fth_text text = {0};
    srand(7);
    fth_text_append(&text, "[");
    for (int i = 0; i < 20000; i++) {
        int digits = rand() % 18;
        fth_text_append(&text, "%s[%d,%s%d", i ? "," : "", i, rand() % 2 ? "-" : "", rand() % 1000);
        for (int d = 0; d < digits; d++)
            fth_text_append(&text, "%s%d", d ? "" : ".", rand() % 10);
        fth_text_append(&text, "]");
    }
    fth_text_append(&text, "]");
    FTH_CHECK(read_both(&table[0], text.data));
    fth_text_clear(&text);
}

static char *long_document(const char *before, const char *behind)
{
    struct fth_text text = {0};
    fth_text_append(&text, "{\"fathom\": 1, \"nodes\": {\n%s\"warm\": {\"node\": \"grade\", "
                           "\"params\": "
                           "{\"gamma\": {\"keys\": [", before);
    for (int i = 0; i < 40000; i++)
        fth_text_append(&text, "%s[%d, %d]", i ? ",\n" : "", i, 1 + i % 2);
    fth_text_append(&text, "]}}}%s}}", behind);
    return text.data;
}

FTH_TEST(long_lists_are_not_made_a_tree)
{
    struct fth_graph *graph = NULL;
    char *text = long_document("", ""), *printed = NULL;
    FTH_REQUIRE(text);
    struct fth_document_text source = {text, strlen(text), "g.json", ""};
    uint64_t before = fth_mem_alloc_count();
    FTH_REQUIRE_OK(fth_graph_read(&fth_toys, &source, NULL, &graph, &error), error);
    FTH_CHECK(fth_mem_alloc_count() - before < 1000); /* and not several a key */
    FTH_CHECK_INT(fth_curve_count(fth_graph_curve(graph, 0, "gamma")), 40000);
    FTH_REQUIRE_OK(fth_graph_print(graph, &printed, &error), error);
    FTH_CHECK_TEXT(printed, text);
    fth_free(printed);
    /* After a change the keys are written from what was read. */
    FTH_REQUIRE_OK(fth_graph_set(graph, "warm", "blend", "0.5", &error), error);
    FTH_REQUIRE_OK(fth_graph_print(graph, &printed, &error), error);
    FTH_CHECK(strstr(printed, "[39999, 2, \"linear\"]"));
    struct fth_document_text again = {printed, strlen(printed), "h.json", ""};
    fth_graph_destroy(&graph);
    FTH_REQUIRE_OK(fth_graph_read(&fth_toys, &again, NULL, &graph, &error), error);
    FTH_CHECK_INT(fth_curve_count(fth_graph_curve(graph, 0, "gamma")), 40000);
    fth_graph_destroy(&graph);
    fth_free(printed);
    fth_free(text);
}

/* What is left out of the tree moves no line and no column. */
FTH_TEST(places_are_right_behind_a_long_list)
{
    static const struct {
        const char *before, *behind, *said;
    } cases[] = {
        {"", ",\n\"b\": {\"node\": \"grade\", \"params\": {\"gamma\": 9}}",
         "g.json:40002:44: node 'b' (grade): parameter 'gamma': 9 is outside 0.1..5"},
        {"", ",\n \"b\": nothing", "g.json:40002:13: invalid token near 'nothing'"},
        {"", ", \"b\": nothing", "g.json:40001:28: invalid token near 'nothing'"},
        {"\"b\": nothing,", "", "g.json:2:12: invalid token near 'nothing'"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_graph *graph = NULL;
        char *text = long_document(cases[i].before, cases[i].behind);
        FTH_REQUIRE(text);
        struct fth_document_text source = {text, strlen(text), "g.json", ""};
        FTH_CHECK(fth_graph_read(&fth_toys, &source, NULL, &graph, &error) != FTH_OK);
        FTH_CHECK_TEXT(error.message, cases[i].said);
        fth_free(text);
    }
}
