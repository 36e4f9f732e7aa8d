/* SPDX-License-Identifier: Apache-2.0 */
/* kill -9 at some moments, then --resume: the bytes of an uninterrupted run, nothing made twice,
 * nothing of another job touched, no hidden file left. */
#include "cli.h"

#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

enum { FRAMES = 24, WIDTH = 160, HEIGHT = 120 };

static float texture(int x, int y, int frame)
{
    unsigned mixed = ((unsigned)x * 2654435761u) ^ ((unsigned)y * 40503u) ^ (unsigned)frame * 977u;
    return (float)(mixed >> 8 & 1023) / 1024;
}

static float ramp(int x, int y, int frame)
{
    return (float)(x + y + 5 * frame) / 512;
}

static void make_clip(void)
{
    mkdir(fth_test_path("in"), 0777);
    for (int i = 1; i <= FRAMES; i++) {
        char name[32];
        snprintf(name, sizeof(name), "in/%04d.pfm", i);
        cli_write_pfm(name, WIDTH, HEIGHT, i, texture);
    }
    cli_write_pfm("map.pfm", WIDTH, HEIGHT, 1, ramp);
    mkdir(fth_test_path("want"), 0777);
    mkdir(fth_test_path("got"), 0777);
}

static pid_t start(const char *words, int *from)
{
    char command[2048];
    int ends[2];
    if (pipe(ends) != 0)
        return -1;
    snprintf(command, sizeof(command), "cd '%s' && exec \"$FATHOM_BIN\" %s --progress json",
             fth_test_folder(), words);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        close(ends[0]);
        close(ends[1]);
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(99);
    }
    close(ends[1]);
    *from = ends[0];
    return child;
}

/* Runs until `done` frames are told and `delay_us` more, then sends the signal. The rest of what it
 * said is in `said`. Returns waitpid's status; -1: it ended before. */
static int stop_job(const char *words, int done, int delay_us, int with, char said[65536])
{
    char wanted[40];
    size_t length = 0;
    int from = -1, state = -1;
    bool asked = false;
    pid_t child = start(words, &from);
    if (child < 0)
        return -1;
    snprintf(wanted, sizeof(wanted), "\"done\": %d,", done);
    for (ssize_t n; length < 65000 && (n = read(from, said + length, 65535 - length)) > 0;) {
        length += (size_t)n;
        said[length] = '\0';
        if (asked || (done > 0 && !strstr(said, wanted)))
            continue;
        usleep((useconds_t)delay_us);
        kill(child, with);
        asked = true;
    }
    close(from);
    waitpid(child, &state, 0);
    return asked ? state : -1;
}

/* Every file of "want" and "got" (hidden ones too), byte for byte. */
static void check_same(const char *what)
{
    char command[2048];
    snprintf(command, sizeof(command), "cd '%s' && diff -r want got >.run/diff 2>&1",
             fth_test_folder());
    if (system(command) != 0)
        fth_test_fail(__FILE__, __LINE__, "%s: the resumed run gave other files", what);
}

static void empty_got(void)
{
    char command[2048];
    snprintf(command, sizeof(command), "rm -rf '%s/got' && mkdir '%s/got'", fth_test_folder(),
             fth_test_folder());
    FTH_CHECK(system(command) == 0);
}

/* Kills the job several times on its way; one --resume after each, the last to its end. */
static void kill_and_resume(const char *job, const char *out, unsigned seed)
{
    static char said[65536];
    char words[1024];
    int killed = 0;
    make_clip();
    cli_run("%s -o 'want/%s'", job, out);
    CLI_CHECK_DONE();
    int done = 0;
    for (int round = 0; round < 3; round++) {
        seed = seed * 1103515245u + 12345u;
        done += 1 + (int)(seed >> 16) % 7;
        snprintf(words, sizeof(words), "%s -o 'got/%s'%s", job, out, round ? " --resume" : "");
        /* a video begins again from its first frame, so its later rounds may count on */
        int state = stop_job(words, done, (int)(seed >> 8) % 4000, SIGKILL, said);
        killed += state >= 0 && WIFSIGNALED(state);
    }
    FTH_CHECK(killed >= 1); /* on a very busy machine a late kill may find the job done */
    FTH_CHECK(cli_count_files("got") >= 1);
    cli_run("%s -o 'got/%s' --resume", job, out);
    if (killed == 3)
        CLI_CHECK_DONE();
    check_same(out);
    empty_got();
}

FTH_TEST(resume_png_sequence)
{
    kill_and_resume("apply blur 'in/####.pfm' --radius 30", "x.####.png", 1);
}

FTH_TEST(resume_depth_sequence)
{
    kill_and_resume("depth 'in/####.pfm' --depth map.pfm --post-processing --blur 20",
                    "x.####.exr", 2);
}

FTH_TEST(resume_video)
{
    kill_and_resume("apply blur 'in/####.pfm' --radius 30", "x.mkv", 3);
}

/* Two files of one document, one of them animated: the same bytes, and still the same job. */
FTH_TEST(resume_document_of_two_outputs)
{
    static char said[65536];
    static const char job[] = "render g.json";
    static const char document[] =
        "{\"fathom\": 1, \"nodes\": {"
        "\"clip\": {\"node\": \"media_in\", \"params\": {\"file\": \"in/####.pfm\"}},"
        "\"soft\": {\"node\": \"blur\", \"inputs\": {\"input\": \"clip\"}, \"params\": "
        "{\"radius\": {\"keys\": [[1, 10, \"smooth\"], [24, 40]]}}},"
        "\"warm\": {\"node\": \"grade\", \"inputs\": {\"input\": \"soft\"}, \"params\": "
        "{\"gain\": 2}},"
        "\"a\": {\"node\": \"media_out\", \"inputs\": {\"input\": \"soft\"}},"
        "\"b\": {\"node\": \"media_out\", \"inputs\": {\"input\": \"warm\"}}}}";
    char words[256];
    make_clip();
    FTH_CHECK(fth_file_write(fth_test_path("g.json"), document, strlen(document), true, NULL) ==
              FTH_OK);
    cli_run("%s -o 'a=want/a.####.pfm' -o b=want/b.mkv", job);
    CLI_CHECK_DONE();
    int killed = 0;
    for (int round = 0; round < 2; round++) {
        snprintf(words, sizeof(words), "%s -o 'a=got/a.####.pfm' -o b=got/b.mkv%s", job,
                 round ? " --resume" : "");
        int state = stop_job(words, 6 + 5 * round, 500, SIGKILL, said);
        killed += state >= 0 && WIFSIGNALED(state);
    }
    FTH_CHECK(killed >= 1);
    cli_run("%s -o 'a=got/a.####.pfm' -o b=got/b.mkv --resume "
            "--set 'soft.radius=@[[1, 10], [24, 40]]'", job);
    CLI_CHECK_REFUSED(1, "soft.radius");
    cli_run("%s -o 'a=got/a.####.pfm' -o b=got/b.mkv --resume", job);
    CLI_CHECK_DONE();
    check_same("a document");
}

/* A job cut off after some frames, in "got". */
static void cut_off(void)
{
    static char said[65536];
    make_clip();
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'want/x.####.pfm'");
    CLI_CHECK_DONE();
    int state = stop_job("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm'", 5, 0, SIGKILL,
                         said);
    FTH_CHECK(state >= 0 && WIFSIGNALED(state));
}

FTH_TEST(resume_makes_nothing_twice)
{
    struct stat before, after;
    cut_off();
    FTH_REQUIRE(stat(fth_test_path("got/x.0001.pfm"), &before) == 0);
    FTH_CHECK(unlink(fth_test_path("got/x.0002.pfm")) == 0); /* gone since: made again */
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.%%04d.pfm' --resume --verbose");
    CLI_CHECK_DONE();
    FTH_REQUIRE(stat(fth_test_path("got/x.0001.pfm"), &after) == 0);
    FTH_CHECK(before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    int frames = 0; /* read: all but those that were listed */
    const char *at = strstr(cli.err, "fathom: ");
    FTH_CHECK(at && sscanf(at, "fathom: %d frames read", &frames) == 1 && frames >= 1 &&
              frames <= FRAMES - 3);
    check_same("x.####.pfm");
}

FTH_TEST(resume_refuses_another_job)
{
    cut_off();
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm'");
    CLI_CHECK_REFUSED(1, "--resume");
    cli_run("apply blur 'in/####.pfm' --radius 31 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_REFUSED(1, "then blur.radius=30, now blur.radius=31");
    cli_run("apply blur 'in/####.pfm' --radius 30 --bits 8 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_REFUSED(1, "then bits=default, now bits=8");
    cli_run("apply blur 'in/####.pfm' -o 'got/x.####.pfm' --resume");
    CLI_CHECK_REFUSED(1, "then blur.radius=30, now without");

    cli_write_pfm("in/0002.pfm", WIDTH, HEIGHT, 99, texture);
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_REFUSED(1, "x.0002.pfm: was made from other footage");
    cli_write_pfm("in/0002.pfm", WIDTH, HEIGHT, 2, texture);
    FTH_CHECK(!cli_exists("got/x.0024.pfm"));

    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_DONE();
    check_same("x.####.pfm");
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_REFUSED(1, "no job on it was cut off");
}

FTH_TEST(resume_overwrites_no_other_files)
{
    cut_off();
    cli_write_pfm("got/x.0023.pfm", 8, 8, 1, ramp);
    cli_write_pfm("got/x.0024.pfm", 8, 8, 1, ramp);
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_REFUSED(1, "exists already and is not of the job");
    FTH_CHECK(unlink(fth_test_path("got/x.0024.pfm")) == 0);
    /* one may be there unlisted; it is compared when its turn comes, and this one is another */
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume --quiet");
    CLI_CHECK_REFUSED(1, "x.0023.pfm: exists already");
    FTH_CHECK(cli_exists("got/x.0022.pfm") && !cli_exists("got/x.0024.pfm"));
    FTH_CHECK(isfinite(cli_read_mean("got/x.0023.pfm", 0, 8))); /* 8 x 8 still */
    FTH_CHECK(unlink(fth_test_path("got/x.0023.pfm")) == 0);
    cli_write_pfm("got/x.0003.pfm", 8, 8, 1, ramp);
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_REFUSED(1, "x.0003.pfm: was changed since");
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume --overwrite");
    CLI_CHECK_DONE();
    check_same("x.####.pfm");
}

/* Frames are finished one by one, so the range may change: a longer one, a part, a chunk. */
FTH_TEST(resume_with_another_range)
{
    cut_off();
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume --frames 1-8");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("got/x.0008.pfm"));
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --frames 15-16");
    CLI_CHECK_DONE(); /* nothing of it is there: no need to ask */
    FTH_CHECK(unlink(fth_test_path("got/x.0015.pfm")) == 0);
    FTH_CHECK(unlink(fth_test_path("got/x.0016.pfm")) == 0);
    for (int i = 6; i <= 8; i++) {
        char name[32];
        snprintf(name, sizeof(name), "got/x.%04d.pfm", i);
        unlink(fth_test_path(name)); /* the list of the job of 1-24 does not have them all */
    }
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_DONE();
    check_same("x.####.pfm");
}

FTH_TEST(resume_of_nothing_just_starts)
{
    make_clip();
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'want/x.####.pfm'");
    CLI_CHECK_DONE();
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.pfm' --resume");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.err, "");
    check_same("x.####.pfm");
    cli_run("apply blur in/0001.pfm --radius 30 -o got/still.png --resume");
    CLI_CHECK_DONE();
    cli_run("apply blur in/0001.pfm --radius 30 -o got/still.png --resume");
    CLI_CHECK_REFUSED(1, "exists");
}

/* Ctrl-C leaves what is finished, says how to go on, and that is so. */
FTH_TEST(resume_after_a_cancel)
{
    static char said[65536];
    make_clip();
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'want/x.####.png'");
    CLI_CHECK_DONE();
    int state = stop_job("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.png'", 2, 0, SIGINT,
                         said);
    FTH_CHECK(state >= 0 && WIFEXITED(state) && WEXITSTATUS(state) == 130);
    FTH_CHECK(strstr(said, "cancelled; finished frames stay, the same command with --resume"));
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.png' --resume");
    CLI_CHECK_DONE();
    check_same("x.####.png");
}

/* Two runs that write the same files at once are told apart; other frames of one pattern are
 * another job. */
FTH_TEST(resume_waits_for_nobody)
{
    char words[] = "apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.png' --frames 1-20";
    char text[4096];
    int from = -1;
    make_clip();
    pid_t child = start(words, &from);
    FTH_REQUIRE(child > 0);
    bool working = read(from, text, sizeof(text)) > 0;
    FTH_CHECK(working);
    kill(child, SIGSTOP);
    cli_run("%s --resume", words);
    CLI_CHECK_REFUSED(1, "another run of fathom is writing these frames right now");
    cli_run("apply blur 'in/####.pfm' --radius 30 -o 'got/x.####.png' --frames 21-24");
    CLI_CHECK_DONE();
    kill(child, SIGCONT);
    while (read(from, text, sizeof(text)) > 0)
        continue;
    close(from);
    int state = -1;
    waitpid(child, &state, 0);
    FTH_CHECK(WIFEXITED(state) && WEXITSTATUS(state) == 0);
    FTH_CHECK_INT(cli_count_files("got"), FRAMES);
}
