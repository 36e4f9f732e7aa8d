/* SPDX-License-Identifier: Apache-2.0 */
/* fathom graph: what it says of documents, and what its exit status is. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

static void write_text(const char *name, const char *text)
{
    struct fth_error error;
    FTH_REQUIRE_OK(fth_file_write(fth_test_path(name), text, strlen(text), true, &error), error);
}

static bool holds(const char *name, const char *text)
{
    void *bytes = NULL;
    size_t size = 0;
    bool same = fth_file_read(fth_test_path(name), 1 << 20, &bytes, &size, NULL) == FTH_OK &&
                strcmp(bytes, text) == 0;
    fth_free(bytes);
    return same;
}

static const char plain[] =
    "{\"fathom\":1,\"nodes\":{\"clip\":{\"node\":\"media_in\",\"params\":{\"file\":\"a.mp4\"}},\n"
    "\"warm\":{\"node\":\"grade\",\"inputs\":{\"key\":\"clip\",\"input\":\"clip\"},\n"
    "\"params\":{\"temperature\":15,\"blend\":1}},\n"
    "\"out\":{\"node\":\"media_out\",\"inputs\":{\"input\":\"warm\"},\"params\":{\"file\":"
    "\"o.mov\"}}}}";

static const char wrong[] = "{\"fathom\":1,\"nodes\":{\n"
                            "\"warm\":{\"node\":\"grade\",\"params\":{\"temprature\":15}},\n"
                            "\"cold\":{\"node\":\"grade\",\"params\":{\"temperature\":\"low\"}}}}";

/* What render -o may say later is no fault of the document. */
FTH_TEST(an_output_may_wait_for_its_file)
{
    write_text("o.json", "{\"fathom\":1,\"nodes\":{\"t\":{\"node\":\"text\"},\n"
                         "\"out\":{\"node\":\"media_out\",\"inputs\":{\"input\":\"t\"}}}}");
    cli_run("graph check o.json");
    FTH_CHECK_INT(cli.status, 0);
    FTH_CHECK_TEXT(cli.out,
                   "o.json:2:1: warning: node 'out' (media_out): parameter 'file' names no file; "
                   "render -o out=FILE gives it one\no.json: sound, 2 nodes\n");
    cli_run("render o.json --frames 1");
    CLI_CHECK_REFUSED(1, "names no file");
    cli_run("render o.json --frames 1 -o out=o.png");
    FTH_CHECK_INT(cli.status, 0);
}

FTH_TEST(graph_check_tells_all)
{
    write_text("g.json", plain);
    write_text("w.json", wrong);
    cli_run("graph check g.json");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.out, "g.json: sound, 3 nodes\n");
    cli_run("graph check g.json w.json");
    FTH_CHECK_INT(cli.status, 1);
    FTH_CHECK_TEXT(cli.out,
                   "g.json: sound, 3 nodes\n"
                   "w.json:2:34: warning: node 'warm' (grade): parameter 'temprature' is not "
                   "known; "
                   "did you mean 'temperature'? It is kept, and has no effect\n"
                   "w.json:3:48: node 'cold' (grade): parameter 'temperature' takes a number, not "
                   "a "
                   "text\n"
                   "w.json:2:1: node 'warm' (grade): its input 'input' is not connected\n");
    cli_run("graph check none.json");
    CLI_CHECK_REFUSED(1, "none.json");
    cli_run("graph check --json w.json");
    FTH_CHECK_INT(cli.status, 1);
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *file = fth_json_at(fth_json_get(root, "files"), 0);
    FTH_CHECK(!fth_json_bool(fth_json_get(root, "sound"), true));
    FTH_CHECK_INT(fth_json_count(fth_json_get(file, "problems")), 3);
    fth_json_destroy(&root);
}

FTH_TEST(graph_fmt_has_one_form)
{
    static const char form[] =
        "{\n"
        "  \"fathom\": 1,\n"
        "  \"nodes\": {\n"
        "    \"clip\": { \"node\": \"media_in\", \"params\": { \"file\": \"a.mp4\" } },\n"
        "    \"warm\": {\n"
        "      \"node\": \"grade\",\n"
        "      \"version\": 9,\n"
        "      \"inputs\": { \"input\": \"clip\", \"key\": \"clip\" },\n"
        "      \"params\": { \"temperature\": 15 }\n"
        "    },\n"
        "    \"out\": { \"node\": \"media_out\", \"inputs\": { \"input\": \"warm\" }, \"params\": "
        "{ "
        "\"file\": \"o.mov\" } }\n"
        "  }\n"
        "}\n";
    write_text("g.json", plain);
    cli_run("graph fmt g.json");
    CLI_CHECK_DONE();
    char *version = strstr(cli.out, "\"version\": ");
    FTH_REQUIRE(version); /* whatever grade is at by now */
    version[strlen("\"version\": ")] = '9';
    FTH_CHECK_TEXT(cli.out, form);
    FTH_CHECK(holds("g.json", plain));
    cli_run("graph fmt --check g.json");
    FTH_CHECK_INT(cli.status, 1);
    FTH_CHECK(strstr(cli.out, "g.json: not in the form"));
    FTH_CHECK(holds("g.json", plain));
    cli_run("graph fmt --overwrite g.json");
    CLI_CHECK_DONE();
    FTH_CHECK(!holds("g.json", plain));
    cli_run("graph fmt --check g.json");
    CLI_CHECK_DONE();
    write_text("w.json", wrong);
    cli_run("graph fmt --overwrite w.json");
    FTH_CHECK_INT(cli.status, 1);
    FTH_CHECK(strstr(cli.err, "w.json:3:48: node 'cold' (grade): parameter 'temperature' takes"));
    FTH_CHECK(holds("w.json", wrong));
    cli_run("graph fmt g.json w.json");
    CLI_CHECK_REFUSED(2, "fmt prints one document");
}

FTH_TEST(graph_show_draws)
{
    write_text("g.json", plain);
    setenv("LC_ALL", "C", 1);
    cli_run("graph show g.json"); /* in letters that every terminal has */
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.out, "out  media_out  file o.mov\n"
                            "`- warm  grade  temperature 15\n"
                            "   |- clip  media_in  file a.mp4\n"
                            "   `- key: clip (above)\n");
    setenv("LC_ALL", "C.UTF-8", 1);
    cli_run("graph show g.json");
    FTH_CHECK(strstr(cli.out, "\n   ├─ clip  media_in  file a.mp4\n   └─ key: clip ↑\n"));
    unsetenv("LC_ALL");
    cli_run("graph show --dot g.json");
    CLI_CHECK_DONE();
    FTH_CHECK(strncmp(cli.out, "digraph fathom {\n", 17) == 0);
    FTH_CHECK(strstr(cli.out, "  \"clip\" -> \"warm\" [label=\"key\"];\n"));
    cli_run("graph show --json g.json");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "--json has no effect on 'fathom graph show'"));
}

FTH_TEST(graph_diff_tells_apart)
{
    write_text("g.json", plain);
    cli_run("graph fmt g.json >h.json");
    CLI_CHECK_DONE();
    cli_run("graph diff g.json h.json"); /* form is no difference */
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.out, "");
    write_text("h.json", "{\"fathom\":1,\"settings\":{\"frames\":[1,2]},\"nodes\":{"
                         "\"clip\":{\"node\":\"media_in\",\"params\":{\"file\":\"b.mp4\"}},"
                         "\"soft\":{\"node\":\"blur\",\"inputs\":{\"input\":\"clip\"}},"
                         "\"warm\":{\"node\":\"grade\",\"inputs\":{\"input\":\"soft\"},"
                         "\"params\":{\"tint\":3}}},"
                         "\"publish\":{\"params\":{\"t\":\"warm.tint\"}}}");
    cli_run("graph diff g.json h.json");
    FTH_CHECK_INT(cli.status, 1);
    FTH_CHECK_TEXT(cli.out, "+ settings.frames: (none) -> [1, 2]\n"
                            "~ clip.file: \"a.mp4\" -> \"b.mp4\"\n"
                            "~ warm.input: \"clip\" -> \"soft\"\n"
                            "- warm.key: \"clip\" -> (none)\n"
                            "- warm.temperature: 15 -> (default)\n"
                            "+ warm.tint: (default) -> 3\n"
                            "- out (media_out)\n"
                            "+ soft (blur)\n"
                            "+ publish.params.t: (none) -> \"warm.tint\"\n");
    cli_run("graph diff --json g.json h.json");
    FTH_CHECK_INT(cli.status, 1);
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    FTH_CHECK_INT(fth_json_count(fth_json_get(root, "changes")), 9);
    fth_json_destroy(&root);
}

FTH_TEST(graph_words_are_checked)
{
    cli_run("graph chek g.json");
    CLI_CHECK_REFUSED(2, "did you mean 'check'?");
    cli_run("graph diff g.json");
    CLI_CHECK_REFUSED(2, "BEFORE AFTER");
    cli_run("graph show a b");
    CLI_CHECK_REFUSED(2, "'b' is one too many");
    cli_run("graph");
    CLI_CHECK_REFUSED(2, "something is missing");
}

FTH_TEST(graph_schema_is_the_file_in_docs)
{
    void *kept = NULL;
    size_t size = 0;
    struct fth_error error;
    cli_run("graph schema");
    CLI_CHECK_DONE();
    FTH_REQUIRE_OK(fth_file_read(fth_test_source("docs/fathom.schema.json"), 16 << 20, &kept, &size,
                                 &error), error);
    if (strcmp(kept, cli.out) != 0)
        fth_test_fail(__FILE__, __LINE__, "docs/fathom.schema.json is out of date: "
                      "build/fathom graph schema >docs/fathom.schema.json");
    fth_free(kept);
}
