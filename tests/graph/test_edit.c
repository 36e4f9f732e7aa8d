/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to a document in memory: nodes removed, renamed, published, unknown; its settings. */
#include "check.h"
#include "graph/graph.h"
#include "graph/placeholder.h"
#include "graph/settings.h"
#include "toys.h"

static struct fth_graph *graph;
static struct fth_error error;

static void begin(void)
{
    if (fth_graph_create(&fth_toys, &graph, &error) != FTH_OK ||
        fth_graph_add(graph, "clip", "media_in", &error) != FTH_OK ||
        fth_graph_add(graph, "warm", "grade", &error) != FTH_OK ||
        fth_graph_add(graph, "soft.1", "grade", &error) != FTH_OK ||
        fth_graph_add(graph, "out", "media_out", &error) != FTH_OK ||
        fth_graph_link(graph, "warm", "input", "clip", &error) != FTH_OK ||
        fth_graph_link(graph, "soft.1", "input", "warm", &error) != FTH_OK ||
        fth_graph_link(graph, "soft.1", "key", "clip", &error) != FTH_OK ||
        fth_graph_link(graph, "out", "input", "soft.1", &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

#define REFUSED(call, text)                                                                        \
    do {                                                                                           \
        uint64_t revision = fth_graph_revision(graph);                                             \
        FTH_CHECK_INT(call, FTH_ERR_USAGE);                                                        \
        FTH_CHECK_TEXT(error.message, text);                                                       \
        FTH_CHECK(fth_graph_revision(graph) == revision);                                          \
    } while (0)

FTH_TEST(a_node_that_goes_takes_its_links_with_it)
{
    begin();
    FTH_REQUIRE_OK(fth_graph_publish(graph, false, "gain", "warm.gamma", &error), error);
    FTH_REQUIRE_OK(fth_graph_publish(graph, true, "matte", "soft.1.key", &error), error);
    REFUSED(fth_graph_remove(graph, "wrm", &error),
            "there is no node called 'wrm'; did you mean 'warm'?");
    uint64_t revision = fth_graph_revision(graph);
    FTH_REQUIRE_OK(fth_graph_remove(graph, "warm", &error), error);
    FTH_CHECK(fth_graph_revision(graph) != revision);
    FTH_CHECK_INT(fth_graph_count(graph), 3);
    FTH_CHECK_INT(fth_graph_find(graph, "warm"), -1);
    FTH_CHECK_INT(fth_graph_find(graph, "clip"), 0);
    FTH_CHECK_INT(fth_graph_find(graph, "soft.1"), 1);
    FTH_CHECK_INT(fth_graph_find(graph, "out"), 2);
    FTH_CHECK_INT(fth_graph_input(graph, 1, 0), -1); /* it was fed by the one that went */
    FTH_CHECK_INT(fth_graph_input(graph, 1, 1), 0);
    FTH_CHECK_INT(fth_graph_input(graph, 2, 0), 1);
    FTH_CHECK_INT(fth_graph_published_count(graph), 1);
    FTH_CHECK_TEXT(fth_graph_published(graph, 0)->name, "matte");
    FTH_CHECK_INT(fth_graph_published(graph, 0)->node, 1);
    FTH_REQUIRE_OK(fth_graph_add(graph, "warm", "grade", &error), error); /* the name is free */
    fth_graph_destroy(&graph);
}

FTH_TEST(a_new_name_keeps_links)
{
    begin();
    REFUSED(fth_graph_rename(graph, "warm", "clip", &error), "there are two nodes called 'clip'");
    REFUSED(fth_graph_rename(graph, "warm", "a b", &error),
            "'a b' cannot name a node: 1 to 63 letters, digits, '_', '-' and '.'");
    FTH_REQUIRE_OK(fth_graph_rename(graph, "warm", "cold", &error), error);
    FTH_CHECK_INT(fth_graph_find(graph, "warm"), -1);
    FTH_CHECK_INT(fth_graph_find(graph, "cold"), 1);
    FTH_CHECK_INT(fth_graph_input(graph, 2, 0), 1);
    FTH_REQUIRE_OK(fth_graph_rename(graph, "cold", "cold", &error), error);
    fth_graph_destroy(&graph);
}

FTH_TEST(what_is_published_is_found)
{
    begin();
    FTH_REQUIRE_OK(fth_graph_publish(graph, true, "clip", "clip", &error), error);
    FTH_REQUIRE_OK(fth_graph_publish(graph, true, "whole", "soft.1", &error), error);
    FTH_REQUIRE_OK(fth_graph_publish(graph, false, "clip", "soft.1.blend", &error), error);
    FTH_CHECK_INT(fth_graph_published(graph, 1)->node, 2);
    FTH_CHECK_TEXT(fth_graph_published(graph, 1)->id, "");
    FTH_CHECK_INT(fth_graph_published(graph, 2)->node, 2);
    FTH_CHECK_TEXT(fth_graph_published(graph, 2)->id, "blend");
    REFUSED(fth_graph_publish(graph, true, "clip", "warm", &error), "'clip' is published twice");
    REFUSED(fth_graph_publish(graph, true, "a-b", "warm", &error),
            "'a-b' cannot be published: 1 to 63 letters, digits and '_'");
    REFUSED(fth_graph_publish(graph, false, "g", "gamma", &error), "'gamma' is not NODE.PARAMETER");
    REFUSED(fth_graph_publish(graph, false, "g", "warm.gama", &error),
            "node \'warm\' (grade): there is no parameter 'gama'; did you mean 'gamma'?");
    REFUSED(fth_graph_publish(graph, true, "k", "warm.kee", &error),
            "node \'warm\' (grade): there is no input 'kee'; did you mean 'key'?");
    REFUSED(fth_graph_publish(graph, true, "k", "wrm", &error),
            "there is no node called 'wrm'; did you mean 'warm'?");
    fth_graph_destroy(&graph);
}

FTH_TEST(unknown_kinds_take_part)
{
    begin();
    const char *const ports[] = {"plate", "", "key"};
    REFUSED(fth_graph_add_placeholder(graph, "warm", "rays", ports, 3, &error),
            "there are two nodes called 'warm'");
    FTH_REQUIRE_OK(fth_graph_add_placeholder(graph, "x", "rays", ports, 3, &error), error);
    int at = fth_graph_find(graph, "x");
    FTH_CHECK(fth_graph_is_placeholder(graph, at) && !fth_graph_is_placeholder(graph, 0));
    FTH_CHECK_TEXT(fth_graph_desc(graph, at)->id, "rays");
    FTH_CHECK(!fth_node_complaint(fth_graph_desc(graph, at)));
    FTH_REQUIRE_OK(fth_graph_link(graph, "x", "key", "clip", &error), error);
    FTH_REQUIRE_OK(fth_graph_link(graph, "warm", "input", "x", &error), error);
    FTH_CHECK_INT(fth_graph_input(graph, at, 1), 0);
    REFUSED(fth_graph_set(graph, "x", "blend", "1", &error),
            "node \'x\' (rays): there is no parameter 'blend'");
    FTH_REQUIRE_OK(fth_graph_add_placeholder(graph, "y", "rays", NULL, 0, &error), error);
    FTH_CHECK(fth_graph_desc(graph, at + 1)->steps[0].kind == FTH_NODE_SOURCE);
    FTH_REQUIRE_OK(fth_graph_remove(graph, "x", &error), error);
    fth_graph_destroy(&graph);
}

FTH_TEST(settings_are_checked)
{
    begin();
    FTH_CHECK_INT(fth_graph_settings(graph)->width, 0);
    struct fth_settings good = {.width = 1920, .height = 1080, .rate_num = 24000,
                                .rate_den = 1001, .has_frames = true, .first_frame = -3,
                                .last_frame = 7, .working = "acescct"};
    FTH_REQUIRE_OK(fth_graph_set_settings(graph, &good, &error), error);
    FTH_CHECK_TEXT(fth_graph_settings(graph)->working, "acescct");
    struct fth_settings bad = good;
    bad.width = 0;
    REFUSED(fth_graph_set_settings(graph, &bad, &error),
            "settings: size 0 x 1080 is no picture");
    bad.width = 65537;
    FTH_CHECK_INT(fth_graph_set_settings(graph, &bad, &error), FTH_ERR_LIMIT);
    bad.width = bad.height = 65536; /* each side alone would do */
    FTH_CHECK_INT(fth_graph_set_settings(graph, &bad, &error), FTH_ERR_LIMIT);
    bad = good, bad.rate_den = 0;
    REFUSED(fth_graph_set_settings(graph, &bad, &error),
            "settings: rate 24000/0 is not above 0 and up to 1000 frames a second");
    bad = good, bad.first_frame = 8;
    REFUSED(fth_graph_set_settings(graph, &bad, &error), "settings: frames 8 to 7 are no range");
    bad = good, bad.last_frame = INT64_MAX;
    FTH_CHECK_INT(fth_graph_set_settings(graph, &bad, &error), FTH_ERR_LIMIT);
    FTH_CHECK_INT(fth_graph_settings(graph)->width, 1920);
    fth_graph_destroy(&graph);
}

/* Names are found by a table that grows and is filled anew: each of them, and no other. */
FTH_TEST(many_names_are_told_apart)
{
    begin();
    char name[16];
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        FTH_REQUIRE_OK(fth_graph_add(graph, name, "grade", &error), error);
    }
    for (int i = 0; i < 500; i += 2) {
        snprintf(name, sizeof(name), "n%d", i);
        FTH_REQUIRE_OK(fth_graph_remove(graph, name, &error), error);
    }
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        int at = fth_graph_find(graph, name);
        FTH_CHECK_INT(at, i % 2 ? 4 + i / 2 : -1);
        FTH_CHECK(at < 0 || strcmp(fth_graph_name(graph, at), name) == 0);
    }
    fth_graph_destroy(&graph);
}
