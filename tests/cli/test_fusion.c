/* SPDX-License-Identifier: Apache-2.0 */
/* fathom graph import and export: what a user who copied a node gets. */
#include "cli.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"

static const char copied[] =
    "{\n\tTools = ordered() {\n\t\tSoft = Blur {\n\t\t\tCtrlWZoom = false,\n\t\t\tInputs = {\n"
    "\t\t\t\tXBlurSize = Input { Value = 4.0, },\n\t\t\t\tGlimmer = Input { Value = 2, },\n"
    "\t\t\t\tInput = Input { SourceOp = \"In\", Source = \"Output\", },\n\t\t\t},\n\t\t},\n"
    "\t\tIn = Loader { Clips = { Clip { Filename = \"a.pfm\", Length = 1 } } },\n"
    "\t\tOut = Saver { Inputs = { Clip = Input { Value = Clip { Filename = \"o.mov\" } },\n"
    "\t\t\tInput = Input { SourceOp = \"Soft\", Source = \"Output\" } } }\n\t},\n"
    "\tActiveTool = \"Soft\"\n}\n";

static void write_text(const char *name, const char *text)
{
    struct fth_error error;
    FTH_REQUIRE_OK(fth_file_write(fth_test_path(name), text, strlen(text), true, &error), error);
}

static char *read_file(const char *name)
{
    void *bytes = NULL;
    size_t size = 0;
    return fth_file_read(fth_test_path(name), 1 << 20, &bytes, &size, NULL) == FTH_OK ? bytes
                                                                                       : NULL;
}

FTH_TEST(fusion_a_pasted_node_is_a_document)
{
    write_text("c.setting", copied);
    cli_run("graph import - -o g.json < c.setting");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_is_one_line(cli.err, "Soft.Glimmer: nothing in 'blur' is known for it"));
    cli_run("graph check g.json");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.out, "g.json: sound, 3 nodes\n");
    cli_run("graph show g.json");
    FTH_CHECK(strstr(cli.out, "Soft") && strstr(cli.out, "radius 4"));
    cli_run("graph check c.setting"); /* without the way round */
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.out, "c.setting: sound, 3 nodes\n");
}

FTH_TEST(fusion_comes_back_byte_for_byte)
{
    write_text("c.setting", copied);
    cli_run("graph import c.setting --quiet -o g.json");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.err, "");
    cli_run("graph export g.json -o d.setting");
    CLI_CHECK_DONE();
    char *back = read_file("d.setting");
    FTH_CHECK_TEXT(back, copied);
    fth_free(back);
    cli_run("graph fmt g.json | $FATHOM_BIN graph export -"); /* in another form */
    FTH_CHECK_TEXT(cli.out, copied);
    cli_run("graph import c.setting --quiet");
    char *whole = read_file("g.json");
    FTH_CHECK_TEXT(cli.out, whole);
    fth_free(whole);
}

FTH_TEST(fusion_reports_are_json)
{
    write_text("c.setting", copied);
    cli_run("graph import c.setting --json -o g.json");
    CLI_CHECK_DONE();
    struct fth_json *report = cli_json(__FILE__, __LINE__);
    FTH_CHECK_INT(fth_json_int(fth_json_get(report, "nodes"), 0), 3);
    FTH_CHECK_INT(fth_json_count(fth_json_get(report, "notes")), 1);
    fth_json_destroy(&report);
    cli_run("graph import c.setting --json");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "\"kind\": \"input\"") && !strchr(strchr(cli.err, '\n'), '{'));
}

FTH_TEST(fusion_what_is_wrong_is_one_line)
{
    write_text("c.setting", copied);
    write_text("w.setting", "{ Tools = {\n B = Blur { Inputs = { }");
    write_text("w.json", "{\"fathom\": 1}");
    cli_run("graph import w.setting -o g.json");
    CLI_CHECK_REFUSED(1, "w.setting:2:11: this table is not closed: its '}' is missing");
    FTH_CHECK(!cli_exists("g.json"));
    cli_run("graph check w.setting");
    CLI_CHECK_REFUSED(1, "w.setting:2:11: this table is not closed");
    cli_run("graph import none.setting");
    CLI_CHECK_REFUSED(1, "none.setting");
    cli_run("graph export w.json");
    CLI_CHECK_REFUSED(1, "w.json: no document of fathom");
    cli_run("graph export c.setting");
    CLI_CHECK_REFUSED(1, "c.setting");
    cli_run("graph import c.setting -o c.setting");
    CLI_CHECK_REFUSED(2, "would be read and written at once");
    cli_run("graph import c.setting -o w.json");
    CLI_CHECK_REFUSED(1, "exists; --overwrite replaces it");
    cli_run("graph import");
    CLI_CHECK_REFUSED(2, "graph import: name the document");
}

FTH_TEST(fusion_table_is_the_one_in_docs)
{
    void *kept = NULL;
    size_t size = 0;
    struct fth_error error = {0};
    cli_run("help --fusion");
    CLI_CHECK_DONE();
    FTH_REQUIRE_OK(fth_file_read(fth_test_source("docs/fusion.md"), 1 << 20, &kept, &size, &error),
                   error);
    const char *table = strstr(kept, "\n- **dump**");
    if (!table || strcmp(table + 1, cli.out) != 0)
        fth_test_fail(__FILE__, __LINE__, "docs/fusion.md is out of date: from '- **dump**' on it "
                      "is what build/fathom help --fusion prints");
    fth_free(kept);
}
