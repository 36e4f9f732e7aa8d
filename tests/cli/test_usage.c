/* SPDX-License-Identifier: Apache-2.0 */
/* Wrong usage: status 2, one line, the nearest right spelling, and nothing done. */
#include "cli.h"

static float grey(int x, int y, int frame)
{
    (void)x, (void)y, (void)frame;
    return 0.5f;
}

struct wrong {
    const char *words, *says;
};

static void check_all(const struct wrong *cases, size_t count)
{
    cli_write_pfm("in.pfm", 16, 8, 1, grey);
    int before = cli_count_files(".");
    for (size_t i = 0; i < count; i++) {
        cli_run("%s", cases[i].words);
        if (cli.status != 2 || !cli_is_one_line(cli.err, cases[i].says) || cli.out[0])
            fth_test_fail(__FILE__, __LINE__, "fathom %s: status %d, \"%s\"", cases[i].words,
                          cli.status, cli.err);
    }
    FTH_CHECK_INT(cli_count_files("."), before);
}

FTH_TEST(usage_words)
{
    static const struct wrong cases[] = {
        {"depht in.pfm -o out.png", "did you mean 'depth'?"},
        {"frobnicate", "'fathom help' lists them"},
        {"apply", "name the node first"},
        {"apply --gamma 2 depth_map in.pfm -o out.png", "name the node first"},
        {"apply blurr in.pfm -o out.png", "did you mean 'blur'?"},
        {"apply zzzzzzzz in.pfm -o out.png", "'fathom nodes' lists them"},
        {"nodes dept_map", "did you mean 'depth_map'?"},
        {"depth in.pfm other.pfm -o out.png", "'other.pfm' is one too many"},
        {"depth -o out.png", "name the footage"},
        {"depth in.pfm", "-o OUT"},
        {"depth in.pfm -o", "-o needs a file name"},
        {"depth in.pfm -o a.png -o b.png", "given twice"},
        {"depth in.pfm -o --overwrite", "--overwrite is an option"},
        {"depth in.pfm -o in.pfm", "read and written at once"},
        {"depth in.pfm -o ./in.pfm --overwrite", "read and written at once"},
        {"depth in.pfm -o .", "a folder"},
        {"probe", "something is missing"},
        {"cache burn", "show or clear"},
        {"version 2", "one too many"},
        {"help nonsense", "neither a verb nor a node"},
        {"help --completion tcsh", "not bash, zsh or fish"},
    };
    check_all(cases, sizeof(cases) / sizeof(cases[0]));
}

FTH_TEST(usage_options)
{
    static const struct wrong cases[] = {
        {"matte in.pfm -o out.png --far-limti 0.2", "did you mean --far-limit?"},
        {"matte in.pfm -o out.png --far_limit 0.2", "did you mean --far-limit?"},
        {"matte in.pfm -o out.png --no-invret", "did you mean --no-invert?"},
        {"apply blur in.pfm -o out.png --radus 3", "did you mean --radius?"},
        {"apply blur in.pfm -o out.png --effectmask in.pfm", "did you mean --effect-mask?"},
        {"apply blur in.pfm -o out.png --ovrwrite", "did you mean --overwrite?"},
        {"matte in.pfm -o out.png --far 0.2", "did you mean --far-limit?"}, /* no abbreviations */
        {"matte in.pfm -o out.png --qqqqqqqq", "'fathom matte --help' lists them"},
        {"matte in.pfm -o out.png -x", "unknown option -x"},
        {"probe in.pfm -o out.png", "unknown option -o"},
        {"matte in.pfm -o out.png --gamma", "--gamma needs a value"},
        {"matte in.pfm -o out.png --gamma --invert", "--invert is an option"},
        {"matte in.pfm -o out.png --gamma 2 --gamma 3", "--gamma is given twice"},
        {"matte in.pfm -o out.png --invert --no-invert", "contradict"},
        {"matte in.pfm -o out.png --invert=1", "--invert takes no value"},
        {"matte in.pfm -o out.png --gamma fish", "--gamma"},
        {"matte in.pfm -o out.png --gamma 1e9", "--gamma"},
        {"matte in.pfm -o out.png --gamma=-1", "--gamma"},
        {"matte in.pfm -o out.png --mode fastre", "faster"},
        {"matte in.pfm -o out.png --frames 5-2", "--frames"},
        {"matte in.pfm -o out.png --frames 1-5x0", "--frames"},
        {"matte in.pfm -o out.png --frames all", "--frames"},
        {"matte in.pfm -o out.png --threads many", "--threads"},
        {"matte in.pfm -o out.png --threads 100000", "--threads"},
        {"matte in.pfm -o out.png --memory lots", "--memory"},
        {"matte in.pfm -o out.png --progress loud", "--progress"},
        {"matte in.pfm -o out.png --proxy 3", "--proxy"},
        {"matte in.pfm -o out.png --quiet --verbose", "contradict"},
    };
    check_all(cases, sizeof(cases) / sizeof(cases[0]));
}

/* Names that later versions will have are known, refused, and not offered. */
FTH_TEST(usage_promised_verbs)
{
    static const char *const names[] = {"defocus", "serve", "farm"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        cli_run("%s x -o y", names[i]);
        CLI_CHECK_REFUSED(2, "not in this version yet");
        char line[32];
        snprintf(line, sizeof(line), "\n  %s ", names[i]);
        cli_run("help");
        CLI_CHECK_DONE();
        FTH_CHECK(!strstr(cli.out, line));
    }
}

FTH_TEST(usage_two_dashes_end_options)
{
    cli_write_pfm("--odd.pfm", 16, 8, 1, grey);
    cli_run("apply grade -o out.pfm -- --odd.pfm");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("out.pfm"));
}

FTH_TEST(usage_no_words_is_help)
{
    cli_run(" ");
    FTH_CHECK_INT(cli.status, 2);
    FTH_CHECK(strstr(cli.out, "usage: fathom"));
    cli_run("--version");
    CLI_CHECK_DONE();
    FTH_CHECK(strncmp(cli.out, "fathom 0.", 9) == 0);
}

FTH_TEST(usage_errors_as_json)
{
    cli_run("matte in.pfm -o out.png --gamma fish --log-json");
    FTH_CHECK_INT(cli.status, 2);
    struct fth_json *line = NULL;
    FTH_CHECK(fth_json_parse(cli.err, strlen(cli.err), "stderr", &line, NULL) == FTH_OK);
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(line, "event"), ""), "error");
    FTH_CHECK(strstr(fth_json_text(fth_json_get(line, "message"), ""), "gamma"));
    fth_json_destroy(&line);
}

/* A reader that goes away is no crash and no noise; a full disk is an error. */
FTH_TEST(usage_broken_output)
{
    cli_run("nodes --json | head -c 1 >/dev/null; true");
    FTH_CHECK_INT(cli.status, 0);
    FTH_CHECK_TEXT(cli.err, "");
    cli_run("nodes --json >/dev/full; s=$?; true; (exit $s)");
    FTH_CHECK_INT(cli.status, 1);
}
