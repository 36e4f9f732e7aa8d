/* SPDX-License-Identifier: Apache-2.0 */
/* Groups as nodes, and what expansion makes of them: the same graph as one written out by hand. */
#include <stdarg.h>

#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "graph/expand.h"
#include "graph/graph.h"
#include "graph/group.h"
#include "graph/placeholder.h"
#include "toys.h"

static struct fth_error error;

static void must(enum fth_status status)
{
    if (status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

static struct fth_graph *fresh(void)
{
    struct fth_graph *graph = NULL;
    must(fth_graph_create(&fth_toys, &graph, &error));
    return graph;
}

static void add(struct fth_graph *graph, const char *name, const char *kind)
{
    must(fth_graph_add(graph, name, kind, &error));
}

static void set(struct fth_graph *graph, const char *name, const char *param, const char *value)
{
    must(fth_graph_set(graph, name, param, value, &error));
}

static void feed(struct fth_graph *graph, const char *name, const char *port, const char *from)
{
    must(fth_graph_link(graph, name, port, from, &error));
}

static void set_keys(struct fth_graph *graph, const char *name, const char *param,
                     const char *text)
{
    struct fth_json *keys = NULL;
    must(fth_json_parse(text, strlen(text), "keys", &keys, &error));
    must(fth_graph_set_keys(graph, name, param, keys, &error));
    fth_json_destroy(&keys);
}

/* Nodes, links and gammas at frame 2 as a text. */
static void tell(const struct fth_graph *graph, struct fth_text *text)
{
    for (int i = 0; i < fth_graph_count(graph); i++) {
        const struct fth_node_desc *desc = fth_graph_desc(graph, i);
        struct fth_toy_params params = {.file = ""};
        struct fth_common common;
        fth_text_append(text, "%s=%s", fth_graph_name(graph, i), desc->id);
        if (desc->params) {
            char number[32];
            fth_graph_params(graph, i, 2, &params, &common);
            fth_text_append(text, "(%s,%s)", fth_print_double(params.gamma, number), params.file);
        }
        for (int p = 0; p < fth_node_port_count(desc); p++) {
            int from = fth_graph_input(graph, i, p);
            if (from >= 0)
                fth_text_append(text, " %s<%s", fth_node_port_at(desc, p)->id,
                                fth_graph_name(graph, from));
        }
        fth_text_append(text, "\n");
    }
}

static void check_flat(const struct fth_graph *graph, const char *expected)
{
    struct fth_graph *flat = NULL;
    struct fth_text text = {0};
    FTH_REQUIRE_OK(fth_graph_expand(graph, &flat, NULL, &error), error);
    tell(flat, &text);
    FTH_CHECK_TEXT(text.data, expected);
    fth_text_clear(&text);
    fth_graph_destroy(&flat);
}

/* clip -> warm -> soft -> out; shows the clip, warm's gamma and key, soft's gamma. */
static struct fth_graph *make_inner(void)
{
    struct fth_graph *inner = fresh();
    add(inner, "clip", "media_in");
    add(inner, "warm", "grade");
    add(inner, "soft", "grade");
    add(inner, "unused", "grade");
    add(inner, "out", "media_out");
    set(inner, "clip", "file", "own.mp4");
    set(inner, "warm", "file", "w");
    set(inner, "warm", "gamma", "3");
    set(inner, "soft", "file", "s");
    feed(inner, "warm", "input", "clip");
    feed(inner, "soft", "input", "warm");
    feed(inner, "out", "input", "soft");
    must(fth_graph_publish(inner, true, "clip", "clip", &error));
    must(fth_graph_publish(inner, false, "amount", "warm.gamma", &error));
    must(fth_graph_publish(inner, true, "key", "warm.key", &error));
    must(fth_graph_publish(inner, false, "softness", "soft.gamma", &error));
    must(fth_graph_publish(inner, false, "mixed", "warm.blend", &error));
    return inner;
}

FTH_TEST(an_ordinary_graph_stays_as_it_is)
{
    struct fth_graph *inner = make_inner();
    set_keys(inner, "soft", "gamma", "[[1, 1], [3, 2]]");
    check_flat(inner, "clip=media_in(1,own.mp4)\n"
                      "warm=grade(3,w) input<clip\n"
                      "soft=grade(1.5,s) input<warm\n"
                      "unused=grade(1,)\n"
                      "out=media_out input<soft\n");
    fth_graph_destroy(&inner);
}

FTH_TEST(a_group_is_a_node_like_any_other)
{
    struct fth_graph *inner = make_inner(), *graph = fresh();
    must(fth_graph_add_group(graph, "title", "file:a/title.json", inner, &error));
    const struct fth_node_desc *desc = fth_graph_desc(graph, 0);
    FTH_CHECK_TEXT(desc->label, "title.json");
    FTH_CHECK_INT(fth_node_port_count(desc), 2);
    FTH_CHECK_TEXT(fth_node_port_at(desc, 0)->id, "clip");
    FTH_CHECK_TEXT(fth_node_port_at(desc, 1)->label, "Key");
    FTH_CHECK(fth_graph_group(graph, 0) == inner);
    FTH_CHECK_INT(fth_graph_set(graph, "title", "ammount", "1", &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message, "node 'title' (file:a/title.json): there is no parameter "
                                  "'ammount'; did you mean 'amount'?");
    FTH_CHECK_INT(fth_graph_set(graph, "title", "amount", "9", &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message,
                   "node 'title' (file:a/title.json): parameter 'amount': 9 is outside 0.1..5");
    FTH_CHECK_INT(fth_graph_link(graph, "title", "kee", NULL, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message, "node 'title' (file:a/title.json): there is no input 'kee'; "
                                  "did you mean 'key'?");
    struct { /* as its table lays it out */
        double amount, softness, mixed;
    } params;
    struct fth_common common;
    FTH_CHECK_INT(desc->params_size, sizeof(params));
    fth_graph_params(graph, 0, 1, &params, &common);
    FTH_CHECK(params.amount == 3 && params.softness == 1 && params.mixed == 1);
    set_keys(graph, "title", "amount", "[[1, 1], [3, 2]]");
    fth_graph_params(graph, 0, 2, &params, &common);
    FTH_CHECK_NEAR(params.amount, 1.5, 0);
    FTH_REQUIRE_OK(fth_graph_check(graph, &error), error); /* the clip is its own */
    fth_graph_destroy(&graph);
    fth_graph_destroy(&inner);
}

FTH_TEST(groups_are_replaced_by_what_is_in_them)
{
    struct fth_graph *inner = make_inner(), *graph = fresh();
    add(graph, "mine", "media_in");
    set(graph, "mine", "file", "mine.mp4");
    must(fth_graph_add_group(graph, "a", "file:title.json", inner, &error));
    must(fth_graph_add_group(graph, "b", "file:title.json", inner, &error));
    add(graph, "end", "media_out");
    feed(graph, "a", "clip", "mine");
    set(graph, "a", "amount", "2");
    feed(graph, "b", "key", "a");
    set_keys(graph, "b", "softness", "[[1, 1], [3, 2]]");
    feed(graph, "end", "input", "b");
    check_flat(graph, "mine=media_in(1,mine.mp4)\n"
                      "a.soft=grade(1,s) input<a.warm\n"
                      "b.soft=grade(1.5,s) input<b.warm\n"
                      "end=media_out input<b.soft\n"
                      "a.warm=grade(2,w) input<mine\n"
                      "b.warm=grade(3,w) input<b.clip key<a.soft\n"
                      "b.clip=media_in(1,own.mp4)\n");
    int outputs[4];
    struct fth_graph *flat = NULL;
    FTH_REQUIRE_OK(fth_graph_expand(graph, &flat, outputs, &error), error);
    FTH_CHECK(outputs[0] == 0 && outputs[1] == 1 && outputs[2] == 2 && outputs[3] == 3);
    fth_graph_destroy(&flat);
    fth_graph_destroy(&graph);
    fth_graph_destroy(&inner);
}

/* What the innermost shows is shown by the ones around it under other names. */
FTH_TEST(groups_within_groups)
{
    struct fth_graph *inner = make_inner(), *middle = fresh(), *graph = fresh();
    add(middle, "in", "media_in");
    must(fth_graph_add_group(middle, "t", "file:title.json", inner, &error));
    feed(middle, "t", "clip", "in");
    must(fth_graph_publish(middle, true, "picture", "in", &error));
    must(fth_graph_publish(middle, true, "where", "t.key", &error));
    must(fth_graph_publish(middle, false, "much", "t.amount", &error));
    must(fth_graph_publish(middle, false, "mix", "t.mixed", &error));
    set(middle, "t", "softness", "4");
    add(graph, "c", "media_in");
    set(graph, "c", "file", "c.mp4");
    must(fth_graph_add_group(graph, "g", "file:middle.json", middle, &error));
    feed(graph, "g", "picture", "c");
    feed(graph, "g", "where", "c");
    set_keys(graph, "g", "much", "[[1, 1], [3, 2]]");
    check_flat(graph, "c=media_in(1,c.mp4)\n"
                      "g.t.soft=grade(4,s) input<g.t.warm\n"
                      "g.t.warm=grade(1.5,w) input<c key<c\n");
    FTH_CHECK_INT(fth_graph_set(graph, "g", "much", "0", &error), FTH_ERR_USAGE);
    set(graph, "g", "mix", "0.25");
    struct fth_graph *flat = NULL;
    FTH_REQUIRE_OK(fth_graph_expand(graph, &flat, NULL, &error), error);
    struct fth_toy_params params;
    struct fth_common common;
    fth_graph_params(flat, fth_graph_find(flat, "g.t.warm"), 1, &params, &common);
    FTH_CHECK_NEAR(common.blend, 0.25, 0);
    fth_graph_destroy(&flat);
    fth_graph_link(graph, "g", "picture", NULL, &error);
    FTH_CHECK_INT(fth_graph_check(graph, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message,
                   "node 'g' (file:middle.json): its input 'picture' is not connected");
    fth_graph_destroy(&graph);
    fth_graph_destroy(&middle);
    fth_graph_destroy(&inner);
}

FTH_TEST(placeholders_pass_their_first_input)
{
    static const char *const ports[] = {"input", "other"};
    struct fth_graph *graph = fresh();
    add(graph, "clip", "media_in");
    must(fth_graph_add_placeholder(graph, "x", "sparkle", ports, 2, &error));
    must(fth_graph_add_placeholder(graph, "y", "shine", ports, 1, &error));
    must(fth_graph_add_placeholder(graph, "z", "rain", NULL, 0, &error));
    add(graph, "warm", "grade");
    feed(graph, "x", "input", "clip");
    feed(graph, "x", "other", "z");
    feed(graph, "y", "input", "x");
    feed(graph, "warm", "input", "y");
    feed(graph, "warm", "key", "z");
    check_flat(graph, "clip=media_in(1,)\nwarm=grade(1,) input<clip\n");
    int outputs[5];
    struct fth_graph *flat = NULL;
    FTH_REQUIRE_OK(fth_graph_expand(graph, &flat, outputs, &error), error);
    FTH_CHECK(outputs[1] == 0 && outputs[2] == 0 && outputs[3] == -1 && outputs[4] == 1);
    fth_graph_destroy(&flat);
    fth_graph_link(graph, "x", "input", "y", &error);
    FTH_CHECK_INT(fth_graph_expand(graph, &flat, NULL, &error), FTH_ERR_USAGE); /* a circle */
    fth_graph_destroy(&graph);
}

FTH_TEST(the_output_is_found_or_asked_for)
{
    struct fth_graph *graph = fresh();
    int index = -1;
    FTH_CHECK_INT(fth_graph_output(graph, &index, &error), FTH_ERR_USAGE);
    add(graph, "clip", "media_in");
    add(graph, "warm", "grade");
    FTH_CHECK_INT(fth_graph_output(graph, &index, &error), FTH_ERR_USAGE); /* two are not read */
    FTH_CHECK_TEXT(error.message,
                   "which node it puts out is open: it has several that could be it; name one as "
                   "\"publish\": {\"output\": NODE}");
    feed(graph, "warm", "input", "clip");
    FTH_CHECK(fth_graph_output(graph, &index, &error) == FTH_OK && index == 1);
    add(graph, "out", "media_out");
    FTH_CHECK_INT(fth_graph_output(graph, &index, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message, "it puts out nothing: nothing feeds 'out'");
    feed(graph, "out", "input", "clip");
    FTH_CHECK(fth_graph_output(graph, &index, &error) == FTH_OK && index == 0);
    must(fth_graph_publish_output(graph, "warm", &error));
    FTH_CHECK(fth_graph_output(graph, &index, &error) == FTH_OK && index == 1);
    FTH_CHECK_TEXT(fth_graph_published_output(graph), "warm");
    must(fth_graph_remove(graph, "clip", &error));
    FTH_CHECK(fth_graph_output(graph, &index, &error) == FTH_OK && index == 0);
    must(fth_graph_remove(graph, "warm", &error));
    FTH_CHECK(fth_graph_published_output(graph) == NULL);
    fth_graph_destroy(&graph);
}

FTH_TEST(what_grows_too_large_is_refused)
{
    struct fth_graph *levels[6] = {fresh()};
    add(levels[0], "x", "media_in");
    set(levels[0], "x", "file", "x");
    for (int i = 1; i < 6; i++) { /* each of eight groups of eight: 32768 nodes */
        levels[i] = fresh();
        add(levels[i], "j", "grade");
        for (int k = 0; k < 8; k++) {
            char name[8];
            snprintf(name, sizeof(name), "g%d", k);
            must(fth_graph_add_group(levels[i], name, "file:g.json", levels[i - 1], &error));
        }
        must(fth_graph_publish_output(levels[i], "g7", &error));
    }
    struct fth_graph *flat = NULL;
    FTH_REQUIRE_OK(fth_graph_expand(levels[5], &flat, NULL, &error), error);
    FTH_CHECK_INT(fth_graph_count(flat), 9); /* only what is asked for is made */
    fth_graph_destroy(&flat);
    for (int i = 5; i >= 0; i--)
        fth_graph_destroy(&levels[i]);
    struct fth_graph *inner = fresh(), *graph = fresh();
    add(inner, "a_name_of_some_length_that_is_fair", "media_in");
    must(fth_graph_add_group(graph, "another_name_of_some_length_too", "file:a", inner, &error));
    FTH_CHECK_INT(fth_graph_expand(graph, &flat, NULL, &error), FTH_ERR_LIMIT);
    fth_graph_destroy(&graph);
    fth_graph_destroy(&inner);
}

FTH_TEST(expansion_without_memory)
{
    struct fth_graph *inner = make_inner(), *graph = fresh();
    must(fth_graph_add_group(graph, "a", "file:title.json", inner, &error));
    set_keys(graph, "a", "softness", "[[1, 1], [3, 2]]");
    int64_t n = 0;
    enum fth_status status = FTH_ERR_MEMORY;
    for (; n < 200 && status == FTH_ERR_MEMORY; n++) {
        struct fth_graph *flat = NULL;
        fth_mem_fail_after(n);
        status = fth_graph_expand(graph, &flat, NULL, &error);
        fth_mem_fail_after(-1);
        FTH_CHECK((flat != NULL) == (status == FTH_OK));
        fth_graph_destroy(&flat);
    }
    FTH_CHECK(status == FTH_OK && n > 10);
    fth_graph_destroy(&graph);
    fth_graph_destroy(&inner);
}
