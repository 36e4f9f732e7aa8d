/* SPDX-License-Identifier: Apache-2.0 */
/* What goes wrong around a job: no room, footage or folders that vanish, folders that cannot be
 * written, a cache that cannot be kept. One line, status 1, finished frames whole, nothing half
 * made; what is wrong with the cache alone is a warning. */
#include "cli.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

enum { FRAMES = 24, WIDTH = 160, HEIGHT = 120, EVEN = 5, LONG = 700 };

/* Even frames pack to nothing, the later ones to some 40 KB of PNG. */
static float even_then_noise(int x, int y, int frame)
{
    unsigned mixed = ((unsigned)x * 2654435761u) ^ ((unsigned)y * 40503u) ^ (unsigned)frame * 977u;
    return frame <= EVEN ? 0.5f : (float)(mixed >> 8 & 1023) / 1024;
}

static void make_clip(void)
{
    mkdir(fth_test_path("in"), 0777);
    mkdir(fth_test_path("out"), 0777);
    for (int i = 1; i <= FRAMES; i++) {
        char name[32];
        snprintf(name, sizeof(name), "in/%04d.pfm", i);
        cli_write_pfm(name, WIDTH, HEIGHT, i, even_then_noise);
    }
}

/* Whatever the shell does before the program proper. */
#define FIRST "version >.run/version; "
#define FATHOM "\"$FATHOM_BIN\" "
/* A limit on the size of files, in blocks of 512 bytes, stands for a full disk. */
#define NO_ROOM FIRST "ulimit -f 32; " FATHOM
/* Runs a job, does `what` when its second frame is there, and answers for the job. The job gives
 * way to the shell that watches it, so that it is not done before it is stopped. */
#define DURING(job, what)                                                                          \
    FIRST "nice -n 19 " FATHOM job " & p=$!; "                                                     \
          "while [ ! -e out/x.0002.pfm ] && kill -0 $p; do sleep 0.01; done; "                     \
          "kill -STOP $p; " what "; kill -CONT $p; wait $p"

FTH_TEST(no_room_for_a_sequence)
{
    make_clip();
    cli_run(NO_ROOM "apply grade 'in/####.pfm' -o 'out/x.####.png'");
    CLI_CHECK_REFUSED(1, "out/x.0006.png: cannot write: File too large; finished frames stay");
    FTH_CHECK(cli_exists("out/x.0005.png"));
    FTH_CHECK_INT(cli_count_files("out"), EVEN + 1); /* and the journal */
    cli_run("apply grade 'in/####.pfm' -o 'out/x.####.png' --resume");
    CLI_CHECK_DONE();
    FTH_CHECK_INT(cli_count_files("out"), FRAMES);
}

FTH_TEST(no_room_for_a_video)
{
    static const char *const names[] = {"x.mkv", "x.mov", "x.exr", "x.tif"};
    make_clip();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        cli_run(NO_ROOM "apply grade '%s' -o out/%s --frames 6-%d", "in/####.pfm", names[i],
                i < 2 ? FRAMES : 6);
        CLI_CHECK_REFUSED(1, ": File too large");
        FTH_CHECK_INT(cli_count_files("out"), 0);
    }
}

/* So many more that no job on them is done before something happens to it. */
static void make_long_clip(void)
{
    make_clip();
    for (int i = FRAMES + 1; i <= LONG; i++) {
        char name[32];
        snprintf(name, sizeof(name), "in/%04d.pfm", i);
        FTH_REQUIRE(symlink("0024.pfm", fth_test_path(name)) == 0);
    }
}

FTH_TEST(footage_vanishes)
{
    make_long_clip();
    cli_run(DURING("apply blur 'in/####.pfm' --radius 30 -o 'out/x.####.pfm'", "rm in/0700.pfm"));
    CLI_CHECK_REFUSED(1, "in/0700.pfm: cannot open: No such file");
    FTH_CHECK(cli_exists("out/x.0600.pfm") && !cli_exists("out/x.0700.pfm"));
}

FTH_TEST(the_output_folder_vanishes)
{
    make_long_clip();
    cli_run(DURING("apply blur 'in/####.pfm' --radius 30 -o 'out/x.####.pfm'", "rm -r out"));
    /* of a picture that cannot be written, or one that is gone before the journal has read it */
    CLI_CHECK_REFUSED(1, "out/x.");
    CLI_CHECK_REFUSED(1, ": No such file or directory");
    FTH_CHECK(!cli_exists("out"));
}

/* Root writes anywhere but on what is mounted so; others are kept out by the folder's mode. */
FTH_TEST(the_output_folder_cannot_be_written)
{
    static const char *const names[] = {"x.####.png", "x.mov", "x.png"};
    make_clip();
    bool root = geteuid() == 0;
    cli_run("version; unshare -m true");
    if (root && cli.status != 0)
        FTH_SKIP("root, and may not mount");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        if (root)
            cli_run(FIRST "unshare -m sh -c \"mount -t tmpfs -o ro none out && exec $FATHOM_BIN "
                    "apply grade in/0001.pfm -o 'out/%s'\"", names[i]);
        else
            cli_run(FIRST "chmod 555 out; " FATHOM "apply grade in/0001.pfm -o 'out/%s'", names[i]);
        CLI_CHECK_REFUSED(1, "the folder out cannot be written");
    }
    chmod(fth_test_path("out"), 0777);
    FTH_CHECK_INT(cli_count_files("out"), 0);
}

/* ---- the cache: what is wrong with it is one warning, and the same files come out */

static bool has_networks(void)
{
    return access(fth_test_source(".fathom/models/fastdepth_7.onnx"), R_OK) == 0 &&
           access(fth_test_source(".fathom/models/modnet.onnx"), R_OK) == 0;
}

#define DEPTH                                                                                      \
    "depth 'in/####.pfm' --mode faster --bits 8 -o '%s/x.####.png' --overwrite --frames 1-6"

static void check_same(const char *folder)
{
    char command[2048];
    snprintf(command, sizeof(command), "cd '%s' && diff -r out '%s' >.run/diff 2>&1",
             fth_test_folder(), folder);
    if (system(command) != 0)
        fth_test_fail(__FILE__, __LINE__, "%s: other pictures", folder);
}

/* About the cache; NULL: none. */
static bool one_warning(const char *words)
{
    const char *first = strstr(cli.err, "fathom: warning: depth cache: ");
    if (!words || !first)
        return !words && !first;
    return strstr(first, words) && !strstr(first + 1, "fathom: warning: depth cache: ");
}

FTH_TEST(a_cache_that_cannot_be_kept)
{
    if (!has_networks())
        FTH_SKIP("the networks are not installed: ./run setup");
    make_clip();
    mkdir(fth_test_path("other"), 0777);
    cli_run(DEPTH, "out");
    CLI_CHECK_DONE();
    FTH_CHECK(one_warning(NULL));
    cli_run(FIRST "unset FATHOM_CACHE XDG_CACHE_HOME; HOME=/proc/none " FATHOM DEPTH, "other");
    CLI_CHECK_DONE();
    FTH_CHECK(one_warning("cannot be kept in /proc/none/.cache/fathom"));
    check_same("other");
    /* bundles are larger than the pictures of 8 bits: 64 KB are too few for them alone */
    cli_run(FIRST "export FATHOM_CACHE=$PWD/.run/full; ulimit -f 128; " FATHOM DEPTH, "other");
    CLI_CHECK_DONE();
    if (!one_warning(".run/full (input/output error); going on without"))
        fth_test_fail(__FILE__, __LINE__, "stderr is %s", cli.err);
    check_same("other");
    cli_run("cache show");
    cli_run(FIRST "find .run/full -type f | wc -l");
    FTH_CHECK_TEXT(cli.out, "0\n"); /* no half of one */
}

FTH_TEST(damaged_entries_are_made_anew)
{
    if (!has_networks())
        FTH_SKIP("the networks are not installed: ./run setup");
    make_clip();
    mkdir(fth_test_path("other"), 0777);
    cli_run(DEPTH, "out");
    CLI_CHECK_DONE();
    cli_run(FIRST "for f in $(find .run/cache -name '*.exr' | sort | head -3); do "
            "printf X | dd of=$f bs=1 seek=20000 conv=notrunc 2>/dev/null; done; " FATHOM DEPTH,
            "other");
    CLI_CHECK_DONE();
    FTH_CHECK(one_warning("is made anew"));
    check_same("other");
    cli_run(DEPTH " --verbose", "other");
    FTH_CHECK(strstr(cli.err, " 0 network runs"));
}

/* Two jobs at a time on a cache that has room for some two bundles of six, of some 90 KB each. */
FTH_TEST(two_jobs_share_a_small_cache)
{
    if (!has_networks())
        FTH_SKIP("the networks are not installed: ./run setup");
    make_clip();
    mkdir(fth_test_path("a"), 0777);
    mkdir(fth_test_path("b"), 0777);
    cli_run(DEPTH, "out");
    CLI_CHECK_DONE();
    cli_run(FIRST "export FATHOM_CACHE=$PWD/.run/small FATHOM_CACHE_SIZE=200K; " FATHOM DEPTH
            " & " FATHOM DEPTH " && wait $!", "a", "b");
    CLI_CHECK_DONE();
    FTH_CHECK(one_warning(NULL));
    check_same("a");
    check_same("b");
    cli_run(FIRST "FATHOM_CACHE=$PWD/.run/small " FATHOM "cache show --json");
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    /* the limit, and what each process may add before it looks again: an entry; all six have 530 */
    FTH_CHECK(fth_json_int(fth_json_get(root, "bytes"), 1 << 30) < 450 << 10);
    FTH_CHECK(fth_json_int(fth_json_get(root, "bytes"), 0) > 0);
    fth_json_destroy(&root);
}
