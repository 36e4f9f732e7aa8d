/* SPDX-License-Identifier: Apache-2.0 */
/* The document in memory: what may be put in, what is said about the rest. */
#include "check.h"
#include "graph/graph.h"
#include "toys.h"

static struct fth_graph *graph;
static struct fth_error error;

static void begin(void)
{
    if (fth_graph_create(&fth_toys, &graph, &error) != FTH_OK ||
        fth_graph_add(graph, "clip", "media_in", &error) != FTH_OK ||
        fth_graph_add(graph, "warm", "grade", &error) != FTH_OK ||
        fth_graph_add(graph, "out", "media-out", &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

#define REFUSED(call, text)                                                                        \
    do {                                                                                           \
        uint64_t revision = fth_graph_revision(graph);                                             \
        FTH_CHECK_INT(call, FTH_ERR_USAGE);                                                        \
        FTH_CHECK_TEXT(error.message, text);                                                       \
        FTH_CHECK(fth_graph_revision(graph) == revision);                                          \
    } while (0)

FTH_TEST(what_makes_no_sense_is_refused)
{
    begin();
    REFUSED(fth_graph_add(graph, "x", "grad", &error),
            "there is no kind of node called 'grad'; did you mean 'grade'?");
    REFUSED(fth_graph_add(graph, "clip", "grade", &error), "there are two nodes called 'clip'");
    REFUSED(fth_graph_add(graph, "a b", "grade", &error),
            "'a b' cannot name a node: 1 to 63 letters, digits, '_', '-' and '.'");
    REFUSED(fth_graph_set(graph, "wrm", "gamma", "1", &error),
            "there is no node called 'wrm'; did you mean 'warm'?");
    REFUSED(fth_graph_set(graph, "warm", "gama", "1", &error),
            "node \'warm\' (grade): there is no parameter 'gama'; did you mean 'gamma'?");
    REFUSED(fth_graph_set(graph, "clip", "blend", "1", &error),
            "node \'clip\' (media_in): there is no parameter 'blend'");
    REFUSED(fth_graph_set(graph, "warm", "gamma", "7", &error),
            "node \'warm\' (grade): parameter 'gamma': 7 is outside 0.1..5");
    FTH_CHECK_TEXT(error.node, "warm");
    REFUSED(fth_graph_link(graph, "warm", "kee", "clip", &error),
            "node \'warm\' (grade): there is no input 'kee'; did you mean 'key'?");
    REFUSED(fth_graph_link(graph, "clip", "input", "warm", &error),
            "node 'clip' (media_in): it has no inputs");
    REFUSED(fth_graph_link(graph, "warm", "key", "out", &error),
            "node 'warm' (grade): 'out' (media_out) puts out no picture");
    fth_graph_destroy(&graph);
}

FTH_TEST(the_whole_is_checked)
{
    begin();
    REFUSED(fth_graph_check(graph, &error),
            "node \'clip\' (media_in): parameter 'file' names no file");
    FTH_CHECK(fth_graph_set(graph, "clip", "file", "a.mp4", &error) == FTH_OK);
    REFUSED(fth_graph_check(graph, &error),
            "node \'warm\' (grade): its input 'input' is not connected");
    FTH_CHECK(fth_graph_set(graph, "warm", "file", "b", &error) == FTH_OK);
    FTH_CHECK(fth_graph_link(graph, "warm", "input", "clip", &error) == FTH_OK);
    FTH_CHECK(fth_graph_link(graph, "out", "input", "warm", &error) == FTH_OK);
    FTH_REQUIRE_OK(fth_graph_check(graph, &error), error);
    FTH_CHECK(fth_graph_add(graph, "b", "grade", &error) == FTH_OK);
    FTH_CHECK(fth_graph_set(graph, "b", "file", "b", &error) == FTH_OK);
    FTH_CHECK(fth_graph_link(graph, "b", "input", "clip", &error) == FTH_OK);
    FTH_CHECK(fth_graph_link(graph, "b", "effect_mask", "warm", &error) == FTH_OK);
    FTH_REQUIRE_OK(fth_graph_check(graph, &error), error); /* a fork that joins is no circle */
    FTH_CHECK(fth_graph_link(graph, "warm", "effect-mask", "b", &error) == FTH_OK);
    FTH_CHECK_INT(fth_graph_check(graph, &error), FTH_ERR_USAGE);
    bool from_b = strcmp(error.node, "b") == 0;
    FTH_CHECK_TEXT(error.message,
                   from_b ? "node 'b' (grade): it feeds itself, by b -> warm -> b"
                          : "node 'warm' (grade): it feeds itself, by warm -> b -> warm");
    FTH_CHECK(fth_graph_link(graph, "warm", "effect_mask", NULL, &error) == FTH_OK);
    FTH_REQUIRE_OK(fth_graph_check(graph, &error), error);
    fth_graph_destroy(&graph);
}

FTH_TEST(values_read_back)
{
    begin();
    struct fth_toy_params params;
    struct fth_common common;
    FTH_CHECK(fth_graph_value(graph, 1, "gamma") == NULL);
    FTH_CHECK(fth_graph_set(graph, "warm", "gamma", "2", &error) == FTH_OK);
    FTH_CHECK(fth_graph_set(graph, "warm", "blend", "0.5", &error) == FTH_OK);
    FTH_CHECK(fth_graph_set(graph, "warm", "file", "x.cube", &error) == FTH_OK);
    fth_graph_params(graph, 1, 1, &params, &common);
    FTH_CHECK_NEAR(params.gamma, 2, 0);
    FTH_CHECK_NEAR(common.blend, 0.5, 0);
    FTH_CHECK_TEXT(params.file, "x.cube");
    const struct fth_value *value = fth_graph_value(graph, 1, "gamma");
    FTH_CHECK(value && value->numbers[0] == 2);
    uint64_t revision = fth_graph_revision(graph);
    FTH_CHECK(fth_graph_set(graph, "warm", "gamma", "1", &error) == FTH_OK);
    FTH_CHECK(fth_graph_revision(graph) != revision);
    FTH_CHECK(fth_graph_value(graph, 1, "gamma") == NULL); /* the default again */
    FTH_CHECK_INT(fth_graph_find(graph, "warm"), 1);
    FTH_CHECK_INT(fth_graph_input(graph, 1, 0), -1);
    fth_graph_destroy(&graph);
}

static enum fth_status set_keys(const char *param, const char *text)
{
    struct fth_json *keys = NULL;
    enum fth_status status = fth_json_parse(text, strlen(text), "keys", &keys, &error);
    if (status == FTH_OK)
        status = fth_graph_set_keys(graph, "warm", param, keys, &error);
    fth_json_destroy(&keys);
    return status;
}

static struct fth_key hash_of_warm(void)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_graph_hash(graph, 1, 1, true, &hasher);
    return fth_hash_end(&hasher);
}

FTH_TEST(keys_stand_in_for_a_value)
{
    begin();
    struct fth_toy_params params;
    struct fth_common common;
    FTH_CHECK(fth_graph_curve(graph, 1, "gamma") == NULL);
    FTH_REQUIRE_OK(set_keys("gamma", "[[1, 1], [3, 2], [4, 2]]"), error);
    FTH_REQUIRE_OK(set_keys("blend", "[[-1, 0.5, \"smooth\"], [1, 0]]"), error);
    fth_graph_params(graph, 1, 1.5, &params, &common);
    FTH_CHECK_NEAR(params.gamma, 1.25, 0);
    FTH_CHECK_NEAR(common.blend, 0, 0);
    fth_graph_params(graph, 1, 0, &params, &common);
    FTH_CHECK_NEAR(params.gamma, 1, 0);
    FTH_CHECK_NEAR(common.blend, 0.25, 0);
    const struct fth_value *value = fth_graph_value(graph, 1, "gamma");
    FTH_CHECK(value && value->numbers[0] == 1); /* the default, but not at every frame */
    FTH_CHECK_INT(fth_curve_count(fth_graph_curve(graph, 1, "gamma")), 3);
    struct fth_key before = hash_of_warm();
    FTH_REQUIRE_OK(set_keys("gamma", "[[1, 1], [3, 2.5], [4, 2]]"), error);
    FTH_CHECK(!fth_key_equal(before, hash_of_warm()));
    FTH_REQUIRE_OK(set_keys("gamma", "[[1, 1], [3, 2], [4, 2]]"), error);
    FTH_CHECK(fth_key_equal(before, hash_of_warm()));
    FTH_REQUIRE_OK(fth_graph_set(graph, "warm", "gamma", "1", &error), error);
    FTH_CHECK(fth_graph_curve(graph, 1, "gamma") == NULL); /* a value ends them */
    FTH_CHECK(fth_graph_value(graph, 1, "gamma") == NULL);
    REFUSED(set_keys("gama", "[]"),
            "node 'warm' (grade): there is no parameter 'gama'; did you mean 'gamma'?");
    REFUSED(set_keys("file", "[[1, \"a\"]]"),
            "node 'warm' (grade): parameter 'file' takes no keyframes: it is the same at every "
            "frame");
    FTH_CHECK_TEXT(error.node, "warm");
    REFUSED(set_keys("gamma", "[[1, 9]]"),
            "node 'warm' (grade): key 1: parameter 'gamma': 9 is outside 0.1..5");
    fth_graph_destroy(&graph);
}

FTH_TEST(long_chains_are_no_trouble)
{
    begin();
    char name[16], before[16] = "clip";
    FTH_CHECK(fth_graph_set(graph, "clip", "file", "a", &error) == FTH_OK);
    FTH_CHECK(fth_graph_set(graph, "warm", "file", "a", &error) == FTH_OK);
    for (int i = 0; i < 1500; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        FTH_REQUIRE_OK(fth_graph_add(graph, name, "grade", &error), error);
        FTH_REQUIRE_OK(fth_graph_set(graph, name, "file", "a", &error), error);
        FTH_REQUIRE_OK(fth_graph_link(graph, name, "input", before, &error), error);
        strcpy(before, name);
    }
    FTH_REQUIRE_OK(fth_graph_link(graph, "warm", "input", before, &error), error);
    FTH_REQUIRE_OK(fth_graph_link(graph, "out", "input", "warm", &error), error);
    FTH_REQUIRE_OK(fth_graph_check(graph, &error), error);
    FTH_REQUIRE_OK(fth_graph_link(graph, "n0", "input", "n1499", &error), error);
    FTH_CHECK_INT(fth_graph_check(graph, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.node[0] == 'n' ? "n" : error.node, "n"); /* one of the circle's own */
    FTH_CHECK(strstr(error.message, "-> ... -> n")); /* which is too long to be told */
    fth_graph_destroy(&graph);
}
