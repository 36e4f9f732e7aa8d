/* SPDX-License-Identifier: Apache-2.0 */
/* Documents: what is read, what is said about the rest and where, what is written. */
#include "base/json.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "check.h"
#include "graph/document.h"
#include "graph/graph.h"
#include "graph/placeholder.h"
#include "graph/settings.h"
#include "toys.h"

static struct fth_graph *graph;
static struct fth_error error;
static char warned[4096]; /* what went to the log, a line each */

static void hear(void *context, enum fth_log_level level, const char *line)
{
    (void)context;
    (void)level;
    size_t used = strlen(warned);
    snprintf(warned + used, sizeof(warned) - used, "%s\n", line);
}

static enum fth_status read_in(const char *text, const char *folder)
{
    struct fth_document_text source = {text, strlen(text), "g.json", folder};
    fth_graph_destroy(&graph);
    warned[0] = '\0';
    error = (struct fth_error){0};
    fth_log_set(hear, NULL);
    enum fth_status status = fth_graph_read(&fth_toys, &source, NULL, &graph, &error);
    fth_log_set(NULL, NULL);
    return status;
}

static enum fth_status read_text(const char *text)
{
    return read_in(text, "");
}

static void print_is(const char *wanted)
{
    char *text = NULL;
    FTH_REQUIRE_OK(fth_graph_print(graph, &text, &error), error);
    FTH_CHECK_TEXT(text, wanted);
    fth_free(text);
}

static const char whole[] =
    "{ \"fathom\": 1,\n"
    "  \"view\": {\"zoom\": 1.50},\n"
    "  \"settings\": {\"size\": [1920, 1080], \"rate\": \"24000/1001\", \"frames\": [-3, 100],\n"
    "     \"colour\": {\"working\": \"acescct\", \"output\": \"rec709_gamma24\"}, \"mood\": 1},\n"
    "  \"nodes\": {\n"
    "    \"out\":  {\"node\": \"media_out\", \"inputs\": {\"input\": \"warm\"}},\n"
    "    \"warm\": {\"params\": {\"gama\": [1.10], \"gamma\": {\"keys\": [[1, 1], [9, 2]]},\n"
    "       \"file\": \"./l.cube\", \"blend\": 0.50}, \"inputs\": {\"input\": \"clip\",\n"
    "       \"effect-mask\": \"rays\"}, \"node\": \"grade\"},\n"
    "    \"clip\": {\"node\": \"media_in\", \"params\": {\"file\": \"walk.mp4\"}},\n"
    "    \"rays\": {\"node\": \"god_rays\", \"inputs\": {\"plate\": \"clip\"}, \"params\": "
    "{\"a\": 1e3}}\n"
    "  },\n"
    "  \"publish\": {\"params\": {\"g\": \"warm.gamma\"}, \"inputs\": {\"c\": \"clip\"}}\n"
    "}";

FTH_TEST(a_document_is_read_and_keeps_its_bytes)
{
    FTH_REQUIRE_OK(read_in(whole, "shots"), error);
    FTH_CHECK_INT(fth_graph_count(graph), 4);
    int warm = fth_graph_find(graph, "warm"), clip = fth_graph_find(graph, "clip");
    int rays = fth_graph_find(graph, "rays");
    FTH_CHECK_INT(fth_graph_input(graph, warm, 0), clip);
    FTH_CHECK_INT(fth_graph_input(graph, warm, 2), rays);
    FTH_CHECK_INT(fth_graph_input(graph, rays, 0), clip);
    FTH_CHECK(fth_graph_is_placeholder(graph, rays));
    FTH_CHECK_TEXT(fth_graph_value(graph, clip, "file")->text, "shots/walk.mp4");
    FTH_CHECK_NEAR(fth_graph_value(graph, warm, "blend")->numbers[0], 0.5, 0);
    const struct fth_settings *settings = fth_graph_settings(graph);
    FTH_CHECK_INT(settings->width, 1920);
    FTH_CHECK_INT(settings->rate_num, 24000);
    FTH_CHECK_INT(settings->first_frame, -3);
    FTH_CHECK_TEXT(settings->output, "rec709_gamma24");
    FTH_CHECK_INT(fth_graph_published_count(graph), 2);
    FTH_CHECK_TEXT(warned,
                   "g.json:4:68: settings: 'mood' is not known; it is kept\n"
                   "g.json:11:22: node 'rays': there is no kind of node called 'god_rays'; it is "
                   "kept, and passes its first input through\n"
                   "g.json:7:25: node 'warm' (grade): parameter 'gama' is not known; did you mean "
                   "'gamma'? It is kept, and has no effect\n");
    FTH_REQUIRE_OK(fth_graph_check(graph, &error), error);
    print_is(whole);
}

/* Whatever is between the tokens, a mark of Windows before them, a newline or none behind. */
FTH_TEST(bytes_are_kept_however_they_stand)
{
    static const char *const texts[] = {
        "{\"fathom\":1,\"nodes\":{}}", "\xef\xbb\xbf{\"fathom\":1,\"nodes\":{}}\r\n",
        "\t{ \"nodes\" :{ } , \"fathom\":1.0 }\n\n",
        "{\"fathom\":1,\"nodes\":{\"\\u0061\":{\"node\":\"grade\"}}}"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(texts); i++) {
        FTH_REQUIRE_OK(read_text(texts[i]), error);
        print_is(texts[i]);
    }
    FTH_CHECK_INT(fth_graph_find(graph, "a"), 0);
}

FTH_TEST(after_a_change_all_else_stays)
{
    FTH_REQUIRE_OK(read_in(whole, "shots"), error);
    FTH_REQUIRE_OK(fth_graph_set(graph, "clip", "file", "shots/b/run.mp4", &error), error);
    FTH_REQUIRE_OK(fth_graph_set(graph, "warm", "blend", "1", &error), error); /* the default */
    FTH_REQUIRE_OK(fth_graph_add(graph, "soft", "grade", &error), error);
    FTH_REQUIRE_OK(fth_graph_set(graph, "soft", "gamma", "0.1", &error), error);
    FTH_REQUIRE_OK(fth_graph_link(graph, "soft", "input", "warm", &error), error);
    FTH_REQUIRE_OK(fth_graph_link(graph, "out", "input", "soft", &error), error);
    FTH_REQUIRE_OK(fth_graph_rename(graph, "clip", "plate", &error), error);
    print_is("{\n"
             "  \"fathom\": 1,\n"
             "  \"view\": {\n"
             "    \"zoom\": 1.5\n"
             "  },\n"
             "  \"settings\": {\n"
             "    \"size\": [1920, 1080],\n"
             "    \"rate\": \"24000/1001\",\n"
             "    \"frames\": [-3, 100],\n"
             "    \"colour\": { \"working\": \"acescct\", \"output\": \"rec709_gamma24\" },\n"
             "    \"mood\": 1\n"
             "  },\n"
             "  \"nodes\": {\n"
             "    \"out\": { \"node\": \"media_out\", \"inputs\": { \"input\": \"soft\" } },\n"
             "    \"warm\": {\n"
             "      \"params\": { \"gama\": [1.1], \"gamma\": { \"keys\": [[1, 1], [9, 2]] }, "
             "\"file\": "
             "\"./l.cube\" },\n"
             "      \"inputs\": { \"input\": \"plate\", \"effect-mask\": \"rays\" },\n"
             "      \"node\": \"grade\"\n"
             "    },\n"
             "    \"plate\": { \"node\": \"media_in\", \"params\": { \"file\": \"b/run.mp4\" } },\n"
             "    \"rays\": { \"node\": \"god_rays\", \"inputs\": { \"plate\": \"plate\" }, "
             "\"params\": { "
             "\"a\": 1000 } },\n"
             "    \"soft\": { \"node\": \"grade\", \"inputs\": { \"input\": \"warm\" }, "
             "\"params\": { "
             "\"gamma\": 0.1 } }\n"
             "  },\n"
             "  \"publish\": {\n"
             "    \"params\": { \"g\": \"warm.gamma\" },\n"
             "    \"inputs\": { \"c\": \"plate\" }\n"
             "  }\n"
             "}\n");
}

FTH_TEST(one_form_of_all_that_mean_the_same)
{
    FTH_REQUIRE_OK(read_in(whole, "shots"), error);
    char *text = NULL, *again = NULL;
    FTH_REQUIRE_OK(fth_graph_format(graph, &text, &error), error);
    FTH_CHECK(strstr(text, "\"inputs\": { \"input\": \"clip\", \"effect_mask\": \"rays\" },\n"
                           "      \"params\": {\n"
                           "        \"gamma\": { \"keys\": [[1, 1, \"linear\"], [9, 2, "
                           "\"linear\"]] },\n"
                           "        \"file\": \"l.cube\",\n"
                           "        \"blend\": 0.5,\n"
                           "        \"gama\": [1.1]\n"));
    FTH_CHECK(strstr(text, "{\n  \"fathom\": 1,\n  \"settings\": {\n") == text);
    FTH_REQUIRE_OK(read_in(text, "shots"), error);
    FTH_REQUIRE_OK(fth_graph_format(graph, &again, &error), error);
    FTH_CHECK_TEXT(again, text);
    fth_free(text);
    fth_free(again);
    fth_graph_destroy(&graph);
}

#define NODES(inner) "{\"fathom\": 1, \"nodes\": {\n" inner "}}"
#define CLIP "\"clip\": {\"node\": \"media_in\"},\n"
#define WARM(inner) NODES(CLIP " \"warm\": {\"node\": \"grade\", " inner "}")

/* One thing wrong each: the place, and in words what it is. */
static const struct {
    const char *text, *said;
} wrong[] = {
    {"", "g.json: empty, not a document"},
    {"{\"fathom\": 1,\n \"nodes\": {}", "g.json:2:12: '}' expected near end of file"},
    {"{\"fathom\": 1, \"fathom\": 1}", "g.json:1:22: duplicate object key near '\"fathom\"'"},
    {"[1]", "g.json:1:1: no document of fathom: it is not an object, { \"fathom\": 1, ... }"},
    {"{\"nodes\": {}}", "g.json:1:1: no document of fathom: it does not say \"fathom\": 1"},
    {"{\"fathom\": 2}", "g.json:1:12: a document of format 2, and this program reads format 1: a "
                       "newer fathom wrote it"},
    {"{\"fathom\": \"1\"}", "g.json:1:12: \"fathom\" takes 1, the format"},
    {"{\"fathom\": 1}", "g.json:1:1: a document needs \"nodes\""},
    {"{\"fathom\": 1,\n\"nodes\": []}",
     "g.json:2:1: 'nodes' takes an object, { NAME: { \"node\": KIND, ... } }"},
    {NODES("\"a\": 5"), "g.json:2:1: node 'a': takes an object, { \"node\": KIND, ... }"},
    {NODES("\"a\": {\"node\": 5}"),
     "g.json:2:1: node 'a': takes an object, { \"node\": KIND, ... }"},
    {NODES("\"a b\": {\"node\": \"grade\"}"),
     "g.json:2:1: 'a b' cannot name a node: 1 to 63 letters, digits, '_', '-' and '.'"},
    {WARM("\"params\": []"),
     "g.json:3:38: node 'warm' (grade): 'params' takes an object, { PARAMETER: VALUE, ... }"},
    {WARM("\"params\": {\"gamma\":\n  \"1\"}"),
     "g.json:4:3: node 'warm' (grade): parameter 'gamma' takes a number, not a text"},
    {WARM("\"params\": {\"gamma\": [1, 2]}"),
     "g.json:3:48: node 'warm' (grade): parameter 'gamma' takes a number, not a list"},
    {WARM("\"params\": {\"gamma\": 7}"),
     "g.json:3:48: node 'warm' (grade): parameter 'gamma': 7 is outside 0.1..5"},
    {WARM("\"params\": {\"gamma\": 1e308}"),
     "g.json:3:48: node 'warm' (grade): parameter 'gamma': 1e+308 is outside 0.1..5"},
    {WARM("\"params\": {\"gamma\": NaN}"), "g.json:3:50: invalid token near 'NaN'"},
    {WARM("\"params\": {\"gamma\": 1e309}"), "g.json:3:52: real number overflow near '1e309'"},
    {WARM("\"params\": {\"gamma\": {\"keys\": []}}"),
     "g.json:3:48: node 'warm' (grade): parameter 'gamma': there is no key in its list"},
    {WARM("\"params\": {\"blend\": 0.5, \"red\": true, \"no-such\": 1, \"red\": 1}"),
     "g.json:3:84: duplicate object key near '\"red\"'"},
    {WARM("\"params\": {\"effect_mask_low\": 0.5, \"effect-mask-low\": 0.5}"),
     "g.json:3:63: node 'warm' (grade): parameter 'effect_mask_low' is given twice"},
    {WARM("\"params\": {\"file\": 5}"),
     "g.json:3:47: node 'warm' (grade): parameter 'file' takes a text that names a file, not a "
     "number"},
    {WARM("\"inputs\": {\"input\": 5}"),
     "g.json:3:48: node 'warm' (grade): input 'input' takes the name of a node, a text"},
    {WARM("\"inputs\": {\"inptu\": \"clip\"}"),
     "g.json:3:39: node 'warm' (grade): there is no input 'inptu'; did you mean 'input'?"},
    {WARM("\"inputs\": {\"input\": \"clap\"}"),
     "g.json:3:48: node 'warm' (grade): input 'input': there is no node called 'clap'; did you "
     "mean "
     "'clip'?"},
    {WARM("\"inputs\": {\"effect_mask\": \"clip\", \"effect-mask\": \"clip\"}"),
     "g.json:3:62: node 'warm' (grade): input 'effect-mask' is given twice"},
    {NODES(CLIP "\"o\": {\"node\": \"media_out\", \"inputs\": {\"input\": \"o\"}}"),
     "g.json:3:48: node 'o' (media_out): 'o' (media_out) puts out no picture"},
    {WARM("\"version\": 0"),
     "g.json:3:39: node 'warm' (grade): 'version' takes a whole number from 1"},
    {"{\"fathom\": 1, \"settings\": [], \"nodes\": {}}",
     "g.json:1:27: 'settings' takes an object"},
    {"{\"fathom\": 1, \"settings\": {\"size\": [1920]}, \"nodes\": {}}",
     "g.json:1:36: settings: 'size' takes two whole numbers, [WIDTH, HEIGHT]"},
    {"{\"fathom\": 1, \"settings\": {\"size\": [0, 0]}, \"nodes\": {}}",
     "g.json:1:36: settings: 'size' takes two whole numbers above 0, [WIDTH, HEIGHT]"},
    {"{\"fathom\": 1, \"settings\": {\"size\": [1e9, 5]}, \"nodes\": {}}",
     "g.json:1:36: settings: size 1000000000 x 5, the limit is 65536 a side and 536870912 pixels"},
    {"{\"fathom\": 1, \"settings\": {\"frames\": [1.5, 5]}, \"nodes\": {}}",
     "g.json:1:38: settings: 'frames' takes two whole numbers, [FIRST, LAST]"},
    {"{\"fathom\": 1, \"settings\": {\"rate\": \"x\"}, \"nodes\": {}}",
     "g.json:1:36: settings: 'rate' takes frames a second above 0: 24, \"24000/1001\" or 23.976"},
    {NODES(CLIP "\"b\": {\"node\": \"grade\"}") , NULL},
};

FTH_TEST(what_is_wrong_is_told_with_its_place)
{
    for (size_t i = 0; wrong[i].said; i++) {
        FTH_CHECK(read_text(wrong[i].text) != FTH_OK);
        FTH_CHECK(!graph);
        FTH_CHECK_TEXT(error.message, wrong[i].said);
    }
    FTH_REQUIRE_OK(read_text(wrong[FTH_ARRAY_COUNT(wrong) - 1].text), error);
    fth_graph_destroy(&graph);
}

FTH_TEST(the_place_is_told_when_the_whole_is_checked)
{
    FTH_REQUIRE_OK(read_text(WARM("\"inputs\": {}")), error);
    FTH_CHECK_INT(fth_graph_check(graph, &error), FTH_ERR_DATA);
    FTH_CHECK_TEXT(error.message, "g.json:2:1: node 'clip' (media_in): parameter 'file' names no "
                                  "file");
    FTH_CHECK_TEXT(error.node, "clip");
    FTH_REQUIRE_OK(fth_graph_set(graph, "clip", "file", "a", &error), error); /* other places now */
    FTH_CHECK_INT(fth_graph_check(graph, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message, "node 'warm' (grade): its input 'input' is not connected");
    fth_graph_destroy(&graph);
}

static struct fth_problem told[FTH_ARRAY_COUNT(wrong) + 200];
static char told_texts[FTH_ARRAY_COUNT(told)][200];
static int told_count;

static void collect(void *context, const struct fth_problem *problem)
{
    (void)context;
    if (told_count == FTH_ARRAY_COUNT(told))
        return;
    snprintf(told_texts[told_count], sizeof(told_texts[0]), "%s", problem->message);
    told[told_count++] = *problem;
}

static enum fth_status examine(const char *text)
{
    static const struct fth_listener listener = {collect, NULL};
    struct fth_document_text source = {text, strlen(text), "g.json", ""};
    told_count = 0;
    error = (struct fth_error){0};
    fth_graph_destroy(&graph);
    enum fth_status status = fth_graph_read(&fth_toys, &source, &listener, &graph, &error);
    fth_graph_destroy(&graph);
    return status;
}

FTH_TEST(all_that_is_wrong_is_told_at_once)
{
    FTH_CHECK_INT(examine(NODES("\"a\": {\"node\": \"grade\", \"params\": {\"gamma\": 9, "
                                "\"gama\": 1},\n"
                                " \"inputs\": {\"input\": \"q\"}},\n"
                                "\"b\": {\"node\": \"media_out\", \"inputs\": {}},\n"
                                "\"c\": 7, \"d\": {\"node\": \"grade\"}")),
                  FTH_ERR_DATA);
    static const char *const all[] = {
        "g.json:5:1: node 'c': takes an object, { \"node\": KIND, ... }",
        "g.json:3:22: node 'a' (grade): input 'input': there is no node called 'q'; did you mean "
        "'a'?",
        "g.json:2:44: node 'a' (grade): parameter 'gamma': 9 is outside 0.1..5",
        "g.json:2:47: node 'a' (grade): parameter 'gama' is not known; did you mean 'gamma'? It is "
        "kept, and has no effect",
        "g.json:4:1: node 'b' (media_out): its input 'input' is not connected",
        "g.json:5:9: node 'd' (grade): its input 'input' is not connected"};
    FTH_CHECK_INT(told_count, FTH_ARRAY_COUNT(all));
    for (size_t i = 0; i < FTH_ARRAY_COUNT(all); i++)
        FTH_CHECK_TEXT(told_texts[i], all[i]);
    FTH_CHECK_TEXT(error.message, all[0]);
    FTH_CHECK(told[3].is_warning && !told[2].is_warning);
    for (size_t i = 0; wrong[i].said; i++) { /* and what ends the reading */
        FTH_CHECK(examine(wrong[i].text) != FTH_OK);
        FTH_CHECK(told_count >= 1);
        FTH_CHECK_TEXT(error.message, wrong[i].said);
    }
    FTH_CHECK_INT(examine(NODES("\"a\": {\"node\": \"grade\", \"inputs\": {\"input\": \"b\"}, "
                                "\"params\": {"
                                "\"file\": \"f\"}},\n\"b\": {\"node\": \"grade\", \"inputs\": "
                                "{\"input\": "
                                "\"a\"}, \"params\": {\"file\": \"f\"}}")),
                  FTH_ERR_DATA);
    FTH_CHECK_INT(told_count, 1);
    FTH_CHECK(strstr(error.message, ": it feeds itself, by "));
}

FTH_TEST(a_flood_of_problems_ends)
{
    struct fth_text text = {0};
    fth_text_append(&text, "{\"fathom\": 1, \"nodes\": {\"a\": {\"node\": \"grade\", \"params\": "
                           "{");
    for (int i = 0; i < 500; i++)
        fth_text_append(&text, "%s\"p%d\": 1", i ? "," : "", i);
    fth_text_append(&text, "}}}}");
    (void)examine(text.data);
    FTH_CHECK_INT(told_count, 101);
    FTH_CHECK_TEXT(told_texts[100], "g.json: too much is wrong or odd; no more of it is told");
    FTH_REQUIRE_OK(read_text(text.data), error); /* odd is not wrong */
    fth_text_clear(&text);
    fth_graph_destroy(&graph);
}

/* The toy "old" had "strength" in percent once, and has "gamma" since version 3. */
FTH_TEST(a_node_of_an_old_version_is_brought_up)
{
    FTH_REQUIRE_OK(read_text(NODES("\"a\": {\"node\": \"old\", \"params\": {\"strength\": 150, "
                                   "\"x\": 1}},"
                                   "\"b\": {\"node\": \"old\", \"version\": 2},"
                                   "\"c\": {\"node\": \"old\", \"version\": 3, \"params\": "
                                   "{\"gamma\": "
                                   "2}},"
                                   "\"d\": {\"node\": \"old\", \"version\": 4}")),
                   error);
    FTH_CHECK_TEXT(warned,
                   "g.json:2:6: node 'a' (old): was written for version 1 and is taken as version "
                   "3 means it\n"
                   "g.json:2:50: node 'a' (old): parameter 'x' is not known; it is kept, and has "
                   "no "
                   "effect\n"
                   "g.json:2:185: node 'd' (old): was written for version 4, and this program has "
                   "version 3: it may look different\n");
    FTH_CHECK_NEAR(fth_graph_value(graph, 0, "gamma")->numbers[0], 1.5, 0);
    FTH_CHECK_NEAR(fth_graph_value(graph, 2, "gamma")->numbers[0], 2, 0);
    FTH_REQUIRE_OK(fth_graph_set(graph, "c", "gamma", "3", &error), error);
    print_is("{\n"
             "  \"fathom\": 1,\n"
             "  \"nodes\": {\n"
             "    \"a\": { \"node\": \"old\", \"params\": { \"x\": 1, \"gamma\": 1.5 }, "
             "\"version\": 3 },\n"
             "    \"b\": { \"node\": \"old\", \"version\": 3 },\n"
             "    \"c\": { \"node\": \"old\", \"version\": 3, \"params\": { \"gamma\": 3 } },\n"
             "    \"d\": { \"node\": \"old\", \"version\": 4 }\n"
             "  }\n"
             "}\n");
    FTH_CHECK(read_text(NODES("\"a\": {\"node\": \"old\", \"params\": {\"strength\": "
                              "\"much\"}}")) != FTH_OK);
    FTH_CHECK_TEXT(error.message, "g.json:2:32: node 'a' (old): parameter 'strength' takes a "
                                  "number");
}
