/* SPDX-License-Identifier: Apache-2.0 */
/* fathom graph import and export with corrections of the ASC. */
#include "cli.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"

#define CORRECTION(id, slope)                                                                      \
    "<ColorCorrection id=\"" id "\"><SOPNode><Slope>" slope "</Slope><Offset>0.02 0.05 0.01"       \
    "</Offset><Power>1.25 0.8 2</Power></SOPNode><SatNode><Saturation>1.3</Saturation></SatNode>"  \
    "</ColorCorrection>"

static void write_text(const char *name, const char *text)
{
    struct fth_error error;
    FTH_REQUIRE_OK(fth_file_write(fth_test_path(name), text, strlen(text), true, &error), error);
}

static bool file_has(const char *name, const char *words)
{
    void *bytes = NULL;
    size_t size = 0;
    bool has = fth_file_read(fth_test_path(name), 1 << 20, &bytes, &size, NULL) == FTH_OK &&
               memmem(bytes, size, words, strlen(words));
    fth_free(bytes);
    return has;
}

/* Numbers come back as they were written, whichever kind of file they go through. */
FTH_TEST(cdl_comes_and_goes)
{
    static const char *const kinds[] = {"b.ccc", "b.cdl", "b.cc"};
    write_text("a.ccc", "<ColorCorrectionCollection>" CORRECTION("shot 12", "1.2 0.9 1.1")
                        "</ColorCorrectionCollection>");
    cli_run("graph import a.ccc -o a.json");
    CLI_CHECK_DONE();
    FTH_CHECK(file_has("a.json", "\"gain_colour\": [1.2, 0.9, 1.1]") &&
              file_has("a.json", "\"gamma_colour\": [0.8, 1.25, 0.5]") &&
              file_has("a.json", "\"shot_12\": \"shot_12.input\""));
    for (size_t i = 0; i < 3; i++) {
        cli_run("graph export a.json -o %s", kinds[i]);
        CLI_CHECK_DONE();
        FTH_CHECK_TEXT(cli.err, "");
        FTH_CHECK(file_has(kinds[i], "id=\"shot_12\"") &&
                  file_has(kinds[i], "<Slope>1.2 0.9 1.1</Slope>") &&
                  file_has(kinds[i], "<Offset>0.02 0.05 0.01</Offset>") &&
                  file_has(kinds[i], "<Power>1.25 0.8 2</Power>") &&
                  file_has(kinds[i], "<Saturation>1.3</Saturation>"));
        cli_run("graph import %s", kinds[i]);
        CLI_CHECK_DONE();
        FTH_CHECK(strstr(cli.out, "[0.8, 1.25, 0.5]"));
    }
    write_text("two.ccc", "<ColorCorrectionCollection>" CORRECTION("a b", "1 1 1")
                          CORRECTION("a_b", "1 1 1") CORRECTION("", "1 1 1")
                          "</ColorCorrectionCollection>");
    cli_run("graph import two.ccc");
    FTH_CHECK(strstr(cli.out, "\"a_b\": {") && strstr(cli.out, "\"a_b_2\": {") &&
              strstr(cli.out, "\"correction\": {"));
}

/* What a correction cannot say is left out and told; nothing left is a failure. */
FTH_TEST(cdl_says_only_what_it_can)
{
    static const struct {
        const char *params, *says;
    } cases[] = {
        {"\"params\": {\"temperature\": 3}", "an ASC CDL cannot say its temperature"},
        {"\"params\": {\"tint\": 3}", "its tint"},
        {"\"params\": {\"log_midtone\": 0.1}", "its log wheels"},
        {"\"params\": {\"shadows\": 0.1}", "its shadows"},
        {"\"params\": {\"highlights\": 0.1}", "its highlights"},
        {"\"params\": {\"gamma\": 2, \"contrast\": 2}", "its contrast after a gamma"},
        {"\"params\": {\"key_output_gain\": 0.5}", "its key output gain"},
        {"\"params\": {\"blend\": 0.5}", "its Settings"},
        {"\"params\": {\"gain\": {\"keys\": [[1, 1], [9, 2]]}}", "the keyframes of its gain"},
        {"\"params\": {\"blend\": {\"keys\": [[1, 1], [9, 0]]}}", "the keyframes of its blend"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        char text[400];
        snprintf(text, sizeof(text),
                 "{\"fathom\": 1, \"nodes\": {\"bad\": {\"node\": \"grade\", %s}}}",
                 cases[i].params);
        write_text("w.json", text);
        cli_run("graph export w.json -o w.cc");
        CLI_CHECK_REFUSED(1, cases[i].says);
        snprintf(text, sizeof(text),
                 "{\"fathom\": 1, \"nodes\": {\"bad\": {\"node\": \"grade\", %s}, "
                 "\"good\": {\"node\": \"grade\", \"params\": {\"gain\": 2}}}}",
                 cases[i].params);
        write_text("g.json", text);
        cli_run("graph export g.json -o g.cc --overwrite");
        CLI_CHECK_DONE();
        FTH_CHECK(cli_is_one_line(cli.err, cases[i].says));
        FTH_CHECK(file_has("g.cc", "id=\"good\"") && file_has("g.cc", "<Slope>2 2 2</Slope>"));
    }
    FTH_CHECK(!file_has("w.cc", ""));
    write_text("m.json", "{\"fathom\": 1, \"nodes\": {\"k\": {\"node\": \"ellipse_mask\"}, "
                         "\"bad\": {\"node\": \"grade\", \"inputs\": {\"window\": \"k\"}}}}");
    cli_run("graph export m.json -o m.cc");
    CLI_CHECK_REFUSED(1, "what its input window limits");
    write_text("n.json", "{\"fathom\": 1, \"nodes\": {\"k\": {\"node\": \"ellipse_mask\"}}}");
    cli_run("graph export n.json -o m.cc");
    CLI_CHECK_REFUSED(1, "there is no grade in it");
    write_text("big.cc", CORRECTION("a", "40 1 1"));
    cli_run("graph import big.cc");
    CLI_CHECK_REFUSED(1, "big.cc: node 'a' (grade): parameter 'gain_colour': 40 is outside 0..16");
    write_text("t.json", "{\"fathom\": 1, \"nodes\": {\"a\": {\"node\": \"grade\"}, \"b\": "
                         "{\"node\": \"grade\"}}}");
    cli_run("graph export t.json -o t.cc");
    CLI_CHECK_REFUSED(2, "a .cc holds one correction, not 2");
}
