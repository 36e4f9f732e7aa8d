/* SPDX-License-Identifier: Apache-2.0 */
/* Where conversions are put into a graph, told by its links. */
#include <stdio.h>

#include "base/compiler.h"
#include "base/text.h"
#include "check.h"
#include "graph/graph.h"
#include "graph/manage.h"
#include "graph/settings.h"

struct params {
    int32_t to, colour;
};

static const struct fth_choice spaces[] = {
    {"auto", "A", "A."},
#define COLOUR(name, id, label, primaries, curve, linear, help) {id, label, help},
#include "image/colours.list.h"
#undef COLOUR
    {0}};
static const struct fth_param to_table[] = {
    FTH_PARAM(CHOICE, struct params, to, .label = "To", .help = "To.", .choices = spaces,
              .max = 40),
    FTH_PARAM_TABLE_END};
static const struct fth_param colour_table[] = {
    FTH_PARAM(CHOICE, struct params, colour, .label = "Colour", .help = "Colour.",
              .choices = spaces, .max = 40),
    FTH_PARAM_TABLE_END};
static const struct fth_port ports[] = {{"input", "Input", "Main.", FTH_PORT_PICTURE, 1},
                                        {"other", "Other", "Other.", FTH_PORT_PICTURE, 1},
                                        {"key", "Key", "Key.", FTH_PORT_MASK, 1},
                                        {0}};

static enum fth_status no_render(const struct fth_call *call, struct fth_image **out,
                                 struct fth_error *error)
{
    (void)call, (void)out;
    return fth_fail(error, FTH_ERR_UNSUPPORTED, "a toy");
}

#define TEXTS .label = "L", .tag = "T", .group = "G", .help = "H.", .version = 1
static const struct fth_step source_steps[] = {
    {.id = "s", .kind = FTH_NODE_SOURCE, .render = no_render}, {0}};
static const struct fth_step point_steps[] = {
    {.id = "s", .kind = FTH_NODE_POINT, .ports = 7, .render = no_render}, {0}};
static const struct fth_step sink_steps[] = {{.id = "s", .kind = FTH_NODE_SINK, .ports = 1}, {0}};
#define POINT(name, light)                                                                         \
    static const struct fth_node_desc name = {.id = #name, TEXTS, .inputs = ports,                 \
                                              .works_in = light, .steps = point_steps}
static const struct fth_node_desc media = {.id = "media", TEXTS, .flags = FTH_NODE_NO_COMMON,
                                           .steps = source_steps};
static const struct fth_node_desc map = {.id = "map", TEXTS, .flags = FTH_NODE_NO_COMMON,
                                         .works_in = FTH_WORKS_IN_DATA, .steps = source_steps};
POINT(grade, FTH_WORKS_IN_WORKING);
POINT(lens, FTH_WORKS_IN_LINEAR);
POINT(keyer, FTH_WORKS_IN_DISPLAY);
static const struct fth_node_desc out = {.id = "out", TEXTS, .flags = FTH_NODE_NO_COMMON,
                                         .params = colour_table,
                                         .params_size = sizeof(struct params), .inputs = ports,
                                         .steps = sink_steps};
static const struct fth_node_desc convert = {.id = "convert", TEXTS, .params = to_table,
                                             .params_size = sizeof(struct params),
                                             .inputs = ports, .steps = point_steps};
static const struct fth_node_desc *const nodes[] = {&media, &map, &grade, &lens, &keyer, &out,
                                                    &convert};
static const struct fth_catalogue toys = {nodes, FTH_ARRAY_COUNT(nodes), &convert};

/* "grade:clip out:grade" makes nodes (kind = their name up to a digit) and links; inputs in the
 * order of ports, - for none. Told back the same way, converters by their names. */
static struct fth_graph *build(const char *text, struct fth_error *error)
{
    struct fth_graph *graph = NULL;
    char buffer[512], *rest = buffer, *word;
    fth_graph_create(&toys, &graph, error);
    snprintf(buffer, sizeof(buffer), "%s", text);
    while ((word = strtok_r(rest, " ", &rest))) {
        char kind[32], *from = strchr(word, ':');
        if (from)
            *from++ = '\0';
        snprintf(kind, sizeof(kind), "%.*s", (int)strcspn(word, "0123456789"), word);
        if (fth_graph_add(graph, word, kind, error) != FTH_OK)
            fth_test_fail(__FILE__, __LINE__, "%s", error->message);
        for (int p = 0; from && *from; p++) {
            char name[64];
            size_t length = strcspn(from, ",");
            snprintf(name, sizeof(name), "%.*s", (int)length, from);
            if (strcmp(name, "-") != 0 &&
                fth_graph_link(graph, word, ports[p].id, name, error) != FTH_OK)
                fth_test_fail(__FILE__, __LINE__, "%s", error->message);
            from += length + (from[length] == ',');
        }
    }
    return graph;
}

static void tell(const struct fth_graph *graph, struct fth_text *text)
{
    for (int i = 0; i < fth_graph_count(graph); i++) {
        bool told = false;
        for (int p = 0; p < 3; p++) {
            int from = fth_graph_input(graph, i, p);
            if (from < 0)
                continue;
            if (!told)
                fth_text_append(text, " %s", fth_graph_name(graph, i));
            fth_text_append(text, "%s%s", told ? "," : ":", fth_graph_name(graph, from));
            told = true;
        }
    }
}

static void check(const char *working, const char *output, const char *before, const char *after)
{
    struct fth_error error = {0};
    struct fth_settings settings = {0};
    struct fth_text text = {0};
    struct fth_graph *graph = build(before, &error);
    snprintf(settings.working, sizeof(settings.working), "%s", working);
    snprintf(settings.output, sizeof(settings.output), "%s", output);
    if (fth_graph_set_settings(graph, &settings, &error) != FTH_OK ||
        fth_graph_manage(graph, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", before, error.message);
    tell(graph, &text);
    FTH_CHECK_TEXT(text.data ? text.data : "", after);
    fth_text_clear(&text);
    fth_graph_destroy(&graph);
}

#define WG "davinci_intermediate_wg"
#define D "rec709_gamma24"

FTH_TEST(conversions_stand_where_colours_change)
{
    const char *chain = "media grade:media out:grade";
    check("", "", chain, " grade:media out:grade");
    check("off", D, chain, " grade:media out:grade");
    check(WG, D, chain, " grade:media.to-" WG " out:grade.to-" D " media.to-" WG ":media"
                        " grade.to-" D ":grade");
    /* an untouched clip is converted once; one that is read twice, once for both */
    check(WG, "", "media out:media", " out:media.to-" D " media.to-" D ":media");
    check(WG, "srgb", "media grade1:media grade2:media,grade1 out:grade2",
          " grade1:media.to-" WG " grade2:media.to-" WG ",grade1 out:grade2.to-srgb media.to-" WG
          ":media grade2.to-srgb:grade2");
    /* what comes out as it is worked in */
    check(D, D, chain, " grade:media.to-" D " out:grade media.to-" D ":media");
    check("", D, chain, " grade:media.to-" D " out:grade media.to-" D ":media");
}

FTH_TEST(nodes_get_the_light_they_work_in)
{
    check("acescct", "", "media grade:media lens:grade out:lens",
          " grade:media.to-acescct lens:grade.to-acescg out:lens.to-" D " media.to-acescct:media"
          " grade.to-acescg:grade lens.to-" D ":lens");
    check("acescct", "", "media lens1:media lens2:lens1 grade:lens2 out:grade",
          " lens1:media.to-acescg lens2:lens1 grade:lens2.to-acescct out:grade.to-" D
          " media.to-acescg:media lens2.to-acescct:lens2 grade.to-" D ":grade");
    check("acescct", "", "media keyer:media grade:keyer out:grade",
          " keyer:media.to-" D " grade:keyer.to-acescct out:grade.to-" D " media.to-" D ":media"
          " keyer.to-acescct:keyer grade.to-" D ":grade");
    check("", "", "media lens:media keyer:lens out:keyer", " lens:media keyer:lens out:keyer");
}

FTH_TEST(masks_and_maps_are_left_alone)
{
    /* one clip as picture and as key; a matte that is worked on before it is read */
    check(WG, D, "media grade:media,-,media out:grade",
          " grade:media.to-" WG ",media out:grade.to-" D " media.to-" WG ":media grade.to-" D
          ":grade");
    check(WG, D, "media1 media2 grade1:media2 grade2:media1,-,grade1 out:grade2",
          " grade1:media2 grade2:media1.to-" WG ",grade1 out:grade2.to-" D " media1.to-" WG
          ":media1 grade2.to-" D ":grade2");
    check(WG, D, "map grade:map out:map", " grade:map out:map");
}

FTH_TEST(a_sink_may_name_its_colours)
{
    struct fth_error error = {0};
    for (int managed = 0; managed < 2; managed++) {
        struct fth_settings settings = {0};
        struct fth_text text = {0};
        struct fth_graph *graph = build("media out1:media out2:media", &error);
        FTH_REQUIRE_OK(fth_graph_set(graph, "out1", "colour", "acescg", &error), error);
        snprintf(settings.working, sizeof(settings.working), "%s", managed ? WG : "");
        FTH_REQUIRE_OK(fth_graph_set_settings(graph, &settings, &error), error);
        FTH_REQUIRE_OK(fth_graph_manage(graph, &error), error);
        tell(graph, &text);
        FTH_CHECK_TEXT(text.data, managed ? " out1:media.to-acescg out2:media.to-" D
                                            " media.to-acescg:media media.to-" D ":media"
                                          : " out1:media.to-acescg out2:media"
                                            " media.to-acescg:media");
        fth_text_clear(&text);
        fth_graph_destroy(&graph);
    }
}

FTH_TEST(names_of_others_are_not_taken)
{
    struct fth_error error = {0};
    struct fth_settings settings = {.working = WG};
    struct fth_graph *graph = build("media out:media grade1:media out2:grade1", &error);
    FTH_REQUIRE_OK(fth_graph_add(graph, "media.to-" D, "media", &error), error);
    FTH_REQUIRE_OK(fth_graph_set_settings(graph, &settings, &error), error);
    FTH_REQUIRE_OK(fth_graph_manage(graph, &error), error);
    int from = fth_graph_input(graph, fth_graph_find(graph, "out"), 0);
    FTH_CHECK_TEXT(fth_graph_name(graph, from), "media.to-" D "-1");
    FTH_CHECK_TEXT(fth_graph_name(graph, fth_graph_input(graph, from, 0)), "media");
    fth_graph_destroy(&graph);
}

FTH_TEST(presets_have_their_names_and_others_are_refused)
{
    struct fth_error error = {0};
    struct fth_settings settings = {0};
    check("davinci-yrgb-colour-managed", "", "media grade:media out:grade",
          " grade:media.to-" WG " out:grade.to-" D " media.to-" WG ":media grade.to-" D ":grade");
    check("linear", "", "media grade:media out:grade",
          " grade:media.to-linear_rec709 out:grade.to-" D " media.to-linear_rec709:media"
          " grade.to-" D ":grade");
    for (const struct fth_colour_preset *p = fth_colour_presets; p->id; p++) {
        snprintf(settings.working, sizeof(settings.working), "%s", p->id);
        FTH_CHECK(fth_graph_check_colours(&settings, &error) == FTH_OK);
    }
    check("ACEScct", "", "media grade:media out:grade",
          " grade:media.to-acescct out:grade.to-" D " media.to-acescct:media grade.to-" D ":grade");
    snprintf(settings.working, sizeof(settings.working), "davinci_intermediate");
    FTH_CHECK(fth_graph_check_colours(&settings, &error) == FTH_ERR_USAGE);
    FTH_CHECK(strstr(error.message, "working") && strstr(error.message, "did you mean"));
    snprintf(settings.working, sizeof(settings.working), "data");
    FTH_CHECK(fth_graph_check_colours(&settings, &error) == FTH_ERR_USAGE);
    settings = (struct fth_settings){.output = "rec709"};
    FTH_CHECK(fth_graph_check_colours(&settings, &error) == FTH_ERR_USAGE);
}
