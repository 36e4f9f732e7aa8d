/* SPDX-License-Identifier: Apache-2.0 */
/* The program in the middle of a shell's pipeline: frames in by -, frames out by -, nothing else on
 * standard output, and nothing left behind. */
#include "cli.h"

#include <stdlib.h>

enum { WIDTH = 64, HEIGHT = 48, FRAMES = 4 };

static float slope(int x, int y, int frame)
{
    return 0.1f * (float)frame + 0.003f * (float)x + 0.002f * (float)y;
}

static void make_clip(void)
{
    for (int i = 1; i <= FRAMES; i++) {
        char name[32];
        snprintf(name, sizeof(name), "in.%04d.pfm", i);
        cli_write_pfm(name, WIDTH, HEIGHT, i, slope);
    }
}

static void check_clip(const char *pattern, double bound)
{
    for (int i = 1; i <= FRAMES; i++)
        for (int x = 0; x < WIDTH; x += 16) {
            char in[32], out[32];
            snprintf(in, sizeof(in), "in.%04d.pfm", i);
            snprintf(out, sizeof(out), pattern, i);
            FTH_CHECK_NEAR(cli_read_mean(out, x, x + 16), cli_read_mean(in, x, x + 16), bound);
        }
}

FTH_TEST(pipe_carries_y4m_and_raw_video)
{
    make_clip();
    cli_run("apply grade 'in.####.pfm' -o - | \"$FATHOM_BIN\" apply grade - -o 'a.####.pfm'");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.out, "");
    check_clip("a.%04d.pfm", 2e-5); /* 4:4:4 of 16 bits and a matrix there and back */
    cli_run("apply grade 'in.####.pfm' -o - --codec raw --pixels rgb48le | \"$FATHOM_BIN\" apply "
            "grade - --size 64x48 --pixel-format rgb48le --rate 30000/1001 -o 'b.####.pfm'");
    CLI_CHECK_DONE();
    check_clip("b.%04d.pfm", 1e-5); /* 16 bits */
    cli_run("apply grade 'in.####.pfm' -o c.y4m --pixels gray --grey --no-alpha");
    CLI_CHECK_DONE();
    cli_run("apply grade - -o 'd.####.pfm' <c.y4m"); /* a file given by the shell */
    CLI_CHECK_DONE();
    check_clip("d.%04d.pfm", 0.5 / 255);
    cli_run("depth 'in.####.pfm' --depth in.0001.pfm -o - | \"$FATHOM_BIN\" probe - --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(root, "pixel_format"), ""), "gray16le");
    FTH_CHECK_NEAR(fth_json_number(fth_json_get(root, "last_frame"), 0), FRAMES, 0);
    fth_json_destroy(&root);
}

FTH_TEST(pipe_leaves_nothing_behind)
{
    make_clip();
    cli_run("apply grade 'in.####.pfm' -o c.y4m");
    CLI_CHECK_DONE();
    cli_run("version >/dev/null; mkdir spool; cat c.y4m | TMPDIR=$PWD/spool \"$FATHOM_BIN\" apply "
            "grade - -o 'a.####.pfm'; ls -A spool");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.out, "");
    int before = cli_count_files(".");
    cli_run("apply grade 'in.####.pfm' -o - >/dev/null");
    CLI_CHECK_DONE();
    FTH_CHECK_INT(cli_count_files("."), before);
}

FTH_TEST(pipe_ends_with_one_line)
{
    make_clip();
    /* more than a pipe holds, into a program that reads nothing */
    cli_run("apply grade 'in.####.pfm' -o - --codec raw --bits 16 >out.raw; "
            "{ cat out.raw out.raw out.raw out.raw | \"$FATHOM_BIN\" apply grade - --size 64x48 "
            "--pixel-format rgb48le -o -; echo $? >status; } | true; exit $(cat status)");
    CLI_CHECK_REFUSED(1, "has ended after");
    cli_run("apply grade - -o a.mp4 </dev/null");
    FTH_CHECK_INT(cli.status, 1);
    cli_run("version >/dev/null; : | \"$FATHOM_BIN\" apply grade - -o a.mp4");
    CLI_CHECK_REFUSED(1, "nothing came through the pipe");
    cli_run("apply grade 'in.####.pfm' -o - --codec hevc | cat");
    FTH_CHECK(cli_is_one_line(cli.err, "a pipe carries --codec y4m or raw"));
    cli_run("apply grade 'in.####.pfm' -o - --pixels rgb48le | cat");
    FTH_CHECK(cli_is_one_line(cli.err, "y4m has no pixels 'rgb48le'"));
    cli_run("apply grade - --size 64 -o a.mp4 <in.0001.pfm");
    CLI_CHECK_REFUSED(2, "size '64' is not WIDTHxHEIGHT");
    cli_run("apply grade - --rate 25 -o a.mp4 <in.0001.pfm");
    CLI_CHECK_REFUSED(2, "are of raw video");
    cli_run("apply grade - --size 64x48 --pixel-format nonsense -o a.mp4 <in.0001.pfm");
    FTH_CHECK_INT(cli.status, 1);
}
