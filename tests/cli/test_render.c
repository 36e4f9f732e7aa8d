/* SPDX-License-Identifier: Apache-2.0 */
/* Documents rendered: animated values, groups, several outputs, frames, what is refused. Pictures
 * are even and small, so that every pixel is known. */
#include "cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"

enum { FRAMES = 6 };

/* a quarter on even frames, half of that on odd ones */
static float even(int x, int y, int frame)
{
    (void)x, (void)y;
    return frame % 2 ? 0.125f : 0.25f;
}

static void put(const char *name, const char *text)
{
    struct fth_error error;
    if (fth_file_write(fth_test_path(name), text, strlen(text), true, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

#define CLIP                                                                                       \
    "\"clip\": {\"node\": \"media_in\", \"params\": {\"file\": \"in.####.pfm\"}}, "
#define OUT(name, from, file)                                                                      \
    "\"" name "\": {\"node\": \"media_out\", \"inputs\": {\"input\": \"" from "\"}, \"params\": "  \
    "{\"file\": \"" file "\"}}"

/* proj/g.json: clip -> warm -> out, over frames 2-5 of six */
static void make_project(void)
{
    mkdir(fth_test_path("proj"), 0777);
    for (int i = 1; i <= FRAMES; i++) {
        char name[32];
        snprintf(name, sizeof(name), "proj/in.%04d.pfm", i);
        cli_write_pfm(name, 16, 12, i, even);
    }
    put("proj/g.json",
        "{\"fathom\": 1, \"settings\": {\"frames\": [2, 5]}, \"nodes\": {" CLIP
        "\"warm\": {\"node\": \"grade\", \"inputs\": {\"input\": \"clip\"}, \"params\": {\"gain\": "
        "{\"keys\": [[2, 1], [4, 3, \"hold\"], [5, 0.5]]}}}, " OUT("out", "warm", "o.####.pfm")
        "}}");
}

static void check_mean(const char *name, double expected)
{
    double mean = cli_read_mean(name, 0, 16);
    if (!(fabs(mean - expected) < 1e-6)) /* floats of values below 1 */
        fth_test_fail(__FILE__, __LINE__, "%s is %.7g, not %.7g", name, mean, expected);
}

FTH_TEST(render_follows_the_keys)
{
    make_project();
    cli_run("render proj/g.json"); /* its files are where it is */
    CLI_CHECK_DONE();
    FTH_CHECK(!cli_exists("proj/o.0001.pfm") && !cli_exists("proj/o.0006.pfm"));
    check_mean("proj/o.0002.pfm", 0.25);
    check_mean("proj/o.0003.pfm", 0.25);
    check_mean("proj/o.0004.pfm", 0.75);
    check_mean("proj/o.0005.pfm", 0.0625);
    cli_run("render proj/g.json");
    CLI_CHECK_REFUSED(1, "o.0002.pfm: exists");
    cli_run("render proj/g.json --overwrite --frames 1-6x5 --set 'warm.gain=@[[1,1],[6,2]]'");
    CLI_CHECK_DONE();
    check_mean("proj/o.0001.pfm", 0.125);
    check_mean("proj/o.0006.pfm", 0.5);
    check_mean("proj/o.0004.pfm", 0.75); /* of the run before */
    cli_run("render proj/g.json -o 'here.####.pfm' --frames 4 --set warm.gain=2"); /* here */
    CLI_CHECK_DONE();
    check_mean("here.0004.pfm", 0.5);
    cli_run("apply grade 'proj/in.####.pfm' -o 'a.####.pfm' --gain '@[[1, 0], [4, 3]]'");
    CLI_CHECK_DONE();
    check_mean("a.0003.pfm", 0.25);
}

static void add_group(void)
{
    mkdir(fth_test_path("proj/lib"), 0777);
    put("proj/lib/look.json",
        "{\"fathom\": 1, \"nodes\": {" CLIP
        "\"dim\": {\"node\": \"grade\", \"inputs\": {\"input\": \"clip\"}, \"params\": {\"gain\": "
        "0.5}}, " OUT("out", "dim", "never.pfm")
        "}, \"publish\": {\"params\": {\"amount\": \"dim.gain\"}, \"inputs\": {\"picture\": "
        "\"clip\"}}}");
    put("proj/two.json",
        "{\"fathom\": 1, \"nodes\": {" CLIP
        "\"a\": {\"node\": \"file:lib/look.json\", \"inputs\": {\"picture\": \"clip\"}},"
        "\"b\": {\"node\": \"file:lib/look.json\", \"inputs\": {\"picture\": \"a\"}, \"params\": "
        "{\"amount\": {\"keys\": [[1, 0], [5, 4]]}}}, "
        OUT("first", "a", "a.####.pfm") ", " OUT("second", "b", "b.####.pfm") "}}");
}

FTH_TEST(render_groups_to_several_outputs)
{
    make_project();
    add_group();
    cli_run("render proj/two.json --verbose");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "6 frames read")); /* shared work is done once */
    FTH_CHECK(!cli_exists("proj/lib/never.pfm") && !cli_exists("never.pfm"));
    check_mean("proj/a.0004.pfm", 0.125);
    check_mean("proj/b.0001.pfm", 0);
    check_mean("proj/b.0002.pfm", 0.125);
    check_mean("proj/b.0005.pfm", 0.25);
    cli_run("render proj/two.json -o second=s.pfm -o first=f.pfm --frames 4 --set b.amount=8");
    CLI_CHECK_DONE();
    check_mean("s.pfm", 1);
    check_mean("f.pfm", 0.125);
    cli_run("render proj/two.json -o x.pfm");
    CLI_CHECK_REFUSED(2, "-o x.pfm: the document has 2 outputs; say whose file it is: -o "
                         "first=FILE");
    cli_run("render proj/two.json -o secnd=x.pfm");
    CLI_CHECK_REFUSED(2, "-o second=FILE");
    cli_run("render proj/two.json -o first=x.pfm -o first=y.pfm");
    CLI_CHECK_REFUSED(2, "-o is given twice for 'first': x.pfm and y.pfm");
    cli_run("render proj/two.json --set b.amuont=1");
    CLI_CHECK_REFUSED(2, "--set: node 'b' (file:lib/look.json): there is no parameter 'amuont'; "
                         "did you mean 'amount'?");
    cli_run("render proj/two.json --set b.amount=99");
    CLI_CHECK_REFUSED(2, "parameter 'amount': 99 is outside 0..16");
}

FTH_TEST(render_refuses_what_makes_no_sense)
{
    make_project();
    cli_run("render");
    CLI_CHECK_REFUSED(2, "fathom render GRAPH.json");
    cli_run("render absent.json");
    CLI_CHECK_REFUSED(1, "absent.json");
    cli_run("render proj/g.json --set warm");
    CLI_CHECK_REFUSED(2, "--set: 'warm' is not NODE.PARAMETER=VALUE");
    cli_run("render proj/g.json --set 'warm.gain=@[[1,1],[1,2]]'");
    CLI_CHECK_REFUSED(2, "key 2: parameter 'gain': there are two keys at frame 1");
    cli_run("render proj/g.json --set 'warm.key_channel=@[[1,\"red\"]]'");
    CLI_CHECK_REFUSED(2, "parameter 'key_channel' takes no keyframes");
    cli_run("render proj/g.json --frames 1-9");
    CLI_CHECK_REFUSED(2, "frames 1-9 were asked for, but there are 1-6");
    cli_run("render proj/g.json -o proj/g.json");
    CLI_CHECK_REFUSED(2, "would be read and written at once");
    put("proj/none.json", "{\"fathom\": 1, \"nodes\": {" CLIP
        "\"warm\": {\"node\": \"grade\", \"inputs\": {\"input\": \"clip\"}}}}");
    cli_run("render proj/none.json");
    CLI_CHECK_REFUSED(2, "has no node that writes a file; name one: -o OUT");
    cli_run("render proj/none.json -o 'n.####.pfm' --frames 2");
    CLI_CHECK_DONE();
    check_mean("n.0002.pfm", 0.25);
    put("proj/open.json", "{\"fathom\": 1, \"nodes\": {" CLIP
        "\"a\": {\"node\": \"grade\", \"inputs\": {\"input\": \"clip\"}}, "
        "\"b\": {\"node\": \"grade\", \"inputs\": {\"input\": \"clip\"}}}}");
    cli_run("render proj/open.json -o x.pfm");
    CLI_CHECK_REFUSED(2, "which node it puts out is open");
}

FTH_TEST(render_stays_in_its_folder)
{
    make_project();
    add_group();
    put("proj/lib/up.json", "{\"fathom\": 1, \"nodes\": {\"g\": {\"node\": \"file:../g.json\"}}}");
    cli_run("render proj/lib/up.json -o up.pfm --frames 2");
    CLI_CHECK_REFUSED(1, "--allow-outside permits that");
    FTH_CHECK(strstr(cli.err, "outside the document's folder"));
    cli_run("render proj/lib/up.json -o up.pfm --frames 2 --allow-outside");
    CLI_CHECK_DONE();
    check_mean("up.pfm", 0.25);
}

FTH_TEST(render_is_explained)
{
    make_project();
    add_group();
    cli_run("render proj/two.json --dry-run");
    CLI_CHECK_DONE();
    const char *first = strstr(cli.out, "first, frame 1");
    const char *second = strstr(cli.out, "second, frame 1");
    FTH_CHECK(first && second && first < second && strstr(second, "b.dim"));
    FTH_CHECK(!cli_exists("proj/a.0001.pfm")); /* only told */
    cli_run("render proj/two.json --explain");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "first, frame 1") && strstr(cli.out, "took"));
    FTH_CHECK(cli_exists("proj/a.0006.pfm"));
    cli_run("render proj/two.json --overwrite --explain --json -o 'first=f.####.pfm'");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("f.0006.pfm") && cli_exists("proj/b.0006.pfm"));
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *outputs = fth_json_get(root, "outputs");
    FTH_CHECK_INT(fth_json_count(outputs), 2);
    const struct fth_json *steps = fth_json_get(fth_json_at(outputs, 1), "steps");
    const struct fth_json *last = fth_json_at(steps, fth_json_count(steps) - 1);
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(last, "kind"), ""), "sink");
    FTH_CHECK_INT(fth_json_int(fth_json_get(fth_json_get(last, "measured"), "calls"), 0), 6);
    fth_json_destroy(&root);
}

FTH_TEST(a_mask_alone_is_written_as_grey)
{
    cli_run("apply rectangle_mask --width 8 --height 8 --size 0.5,1 -o mask.pfm");
    CLI_CHECK_DONE();
    FTH_CHECK_NEAR(cli_read_mean("mask.pfm", 0, 8), 0.5, 1e-7);
    cli_run("apply rectangle_mask --width 8 --height 8 --size 0.5,1 -o mask.exr");
    CLI_CHECK_DONE();
    cli_run("probe mask.exr --json");
    FTH_CHECK(strstr(cli.out, "\"A\"") && !strstr(cli.out, "\"R\"")); /* it has names for them */
}
