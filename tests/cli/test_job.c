/* SPDX-License-Identifier: Apache-2.0 */
/* Real work through the command line on small synthetic pictures whose result is known. Depth is
 * given, so that no network is needed. */
#include "cli.h"

#include <stdlib.h>

enum { WIDTH = 64, HEIGHT = 48, FRAMES = 4 };

static float ramp(int x, int y, int frame)
{
    (void)y;
    return 0.2f + 0.01f * (float)x / WIDTH + 0.1f * (float)frame;
}

/* The left half is far, the right half near. */
static float two_halves(int x, int y, int frame)
{
    (void)y, (void)frame;
    return x < WIDTH / 2 ? 0.2f : 0.8f;
}

static float constant(int x, int y, int frame)
{
    (void)x, (void)y, (void)frame;
    return 0.25f;
}

static float zero(int x, int y, int frame)
{
    (void)x, (void)y, (void)frame;
    return 0;
}

static void make_clip(void)
{
    for (int i = 1; i <= FRAMES; i++) {
        char name[32];
        snprintf(name, sizeof(name), "in.%04d.pfm", i);
        cli_write_pfm(name, WIDTH, HEIGHT, i, ramp);
    }
    cli_write_pfm("map.pfm", WIDTH, HEIGHT, 1, two_halves);
    cli_write_pfm("still.pfm", WIDTH, HEIGHT, 1, constant);
}

/* "depth" with a map that is given shows that map; a still holds for every frame of the clip. */
FTH_TEST(job_depth_of_a_given_map)
{
    make_clip();
    cli_run("depth 'in.####.pfm' --depth map.pfm -o 'out.####.pfm'");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.err, "");
    FTH_CHECK_TEXT(cli.out, "");
    for (int i = 1; i <= FRAMES; i++) {
        char name[32];
        snprintf(name, sizeof(name), "out.%04d.pfm", i);
        /* PFM is float: nothing is rounded but the input's own decimal 0.2f, 0.8f */
        FTH_CHECK_NEAR(cli_read_mean(name, 0, WIDTH / 2), 0.2, 1e-6);
        FTH_CHECK_NEAR(cli_read_mean(name, WIDTH / 2, WIDTH), 0.8, 1e-6);
    }
}

/* Encoded depth is in the colours too, for files without planes: between 1 m and 9 m, nearness 0.2
 * is 1 / (1/9 + 0.2 * 8/9) = 3.4615 m, 0.8 is 1.2162 m; linear is (z - 1) / 8. */
FTH_TEST(job_depth_is_encoded)
{
    make_clip();
    cli_run("depth still.pfm --depth map.pfm --encode linear --near 1 --far 9 -o out.pfm");
    CLI_CHECK_DONE();
    FTH_CHECK_NEAR(cli_read_mean("out.pfm", 0, WIDTH / 2), 0.307692, 1e-5);
    FTH_CHECK_NEAR(cli_read_mean("out.pfm", WIDTH / 2, WIDTH), 0.027027, 1e-5);
    cli_run("depth still.pfm --depth map.pfm --encode linear -o other.pfm");
    CLI_CHECK_REFUSED(2, "--near");
    FTH_CHECK(!cli_exists("other.pfm"));
}

/* The matte of the near half: seen by putting it over another picture. */
FTH_TEST(job_matte_of_a_given_map)
{
    make_clip();
    cli_run("matte in.%%04d.pfm --depth map.pfm -o matte.####.exr --adjust-map-levels "
            "--far-limit 0.4 --near-limit 0.6 --frames 1-2");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("matte.0002.exr") && !cli_exists("matte.0003.exr"));
    cli_run("apply merge 'matte.####.exr' --background still.pfm -o 'over.####.pfm'");
    CLI_CHECK_DONE();
    /* colours went through half floats: 11 bits of 0.25 and 0.3..0.31 */
    FTH_CHECK_NEAR(cli_read_mean("over.0001.pfm", 0, WIDTH / 2), 0.25, 2e-4);
    FTH_CHECK_NEAR(cli_read_mean("over.0001.pfm", WIDTH / 2, WIDTH), 0.3075, 2e-4);
    cli_run("matte 'in.####.pfm' --depth map.pfm -o inverted.exr --adjust-map-levels "
            "--far-limit 0.4 --near-limit 0.6 --invert --frames 1");
    CLI_CHECK_DONE();
    cli_run("apply merge inverted.exr --background still.pfm -o over.pfm");
    CLI_CHECK_DONE();
    FTH_CHECK_NEAR(cli_read_mean("over.pfm", WIDTH / 2, WIDTH), 0.25, 2e-4);
}

/* A shot whose left half is what the plate is; the plate is a still, which holds. What is missing
 * is named as the verb calls it. */
FTH_TEST(job_key_of_a_clean_plate)
{
    make_clip();
    cli_write_pfm("plate.pfm", WIDTH, HEIGHT, 1, constant);
    cli_write_pfm("shot.0001.pfm", WIDTH, HEIGHT, 1, two_halves);
    cli_write_pfm("shot.0002.pfm", WIDTH, HEIGHT, 1, two_halves);
    cli_run("key 'shot.####.pfm' --clean plate.pfm --threshold 0.1,0.3 --view matte "
            "-o 'key.####.pfm' --no-alpha");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.err, "");
    for (int i = 1; i <= 2; i++) {
        char name[32];
        snprintf(name, sizeof(name), "key.%04d.pfm", i);
        FTH_CHECK(cli_read_mean(name, 0, WIDTH / 2) == 0);         /* .05 apart */
        FTH_CHECK(cli_read_mean(name, WIDTH / 2, WIDTH) == 1);     /* .55 apart */
    }
    cli_run("key 'shot.####.pfm' -o none.mov");
    CLI_CHECK_REFUSED(2, "--clean FILE is missing");
    cli_run("key 'shot.####.pfm' --clean none.png -o none.mov");
    CLI_CHECK_REFUSED(1, "none.png");
}

/* Two frames of five show something; a still needs no --frames, a sequence has a plate for each. */
FTH_TEST(job_plate_out_of_the_clip)
{
    for (int i = 11; i <= 15; i++) {
        char name[32];
        snprintf(name, sizeof(name), "walk.%04d.pfm", i);
        cli_write_pfm(name, WIDTH, HEIGHT, i, i == 12 || i == 13 ? two_halves : constant);
    }
    cli_run("plate 'walk.####.pfm' -o clean.pfm --register-frames off");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_read_mean("clean.pfm", WIDTH / 2, WIDTH) == 0.25);
    cli_run("plate 'walk.####.pfm' -o 'clean.####.pfm' --register-frames off --frames 12-13");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_read_mean("clean.0013.pfm", WIDTH / 2, WIDTH) == 0.25);
    /* made of the two alone, what they show is the set */
    cli_run("plate 'walk.####.pfm' -o two.pfm --register-frames off --made-of 12,13 --frames 12");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_read_mean("two.pfm", WIDTH / 2, WIDTH) > 0.5);
}

/* A plate that ends before the shot does stays as it is; one that is odd is remarked upon. */
FTH_TEST(job_key_of_an_odd_plate)
{
    make_clip();
    cli_write_pfm("plate.0001.pfm", WIDTH, HEIGHT, 1, constant);
    cli_write_pfm("small.pfm", WIDTH / 2, HEIGHT / 2, 1, constant);
    cli_write_pfm("black.pfm", WIDTH, HEIGHT, 1, zero);
    cli_run("key 'in.####.pfm' --clean 'plate.####.pfm' --view matte -o 'key.####.pfm'");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("key.0004.pfm"));
    cli_run("key 'in.####.pfm' --clean small.pfm --view matte -o 'small.####.pfm'");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "the plate is 32x24 and the foreground 64x48"));
    /* even plates are so at any size, within single precision */
    double same = cli_read_mean("key.0004.pfm", 0, WIDTH);
    FTH_CHECK_NEAR(cli_read_mean("small.0004.pfm", 0, WIDTH), same, 1e-6);
    cli_run("key 'in.####.pfm' --clean black.pfm --view matte -o 'black.####.pfm'");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "the plate is black all over"));
    cli_run("apply grade 'in.####.pfm' -o plate.y4m");
    CLI_CHECK_DONE();
    cli_run("version >/dev/null; LC_ALL=C sed '1s/ F[0-9]*:1 / F30:1 /' plate.y4m >shot.y4m");
    cli_run("key shot.y4m --clean plate.y4m --view matte --no-alpha -o 'rate.####.pfm'");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_is_one_line(cli.err, "frames a second and the foreground 30"));
    /* frame by frame: each is its own plate */
    FTH_CHECK(cli_read_mean("rate.0003.pfm", 0, WIDTH) == 0);
}

FTH_TEST(job_frames_are_chosen)
{
    make_clip();
    cli_run("apply grade 'in.####.pfm' --gain 0.5 -o 'out.####.pfm' --frames 2-4x2");
    CLI_CHECK_DONE();
    FTH_CHECK(!cli_exists("out.0001.pfm") && cli_exists("out.0002.pfm"));
    FTH_CHECK(!cli_exists("out.0003.pfm") && cli_exists("out.0004.pfm"));
    FTH_CHECK_NEAR(cli_read_mean("out.0004.pfm", 0, 1), 0.3, 1e-6);
    cli_run("apply grade 'in.####.pfm' --gain 0.5 -o out.pfm --frames 3");
    CLI_CHECK_DONE();
    FTH_CHECK_NEAR(cli_read_mean("out.pfm", 0, 1), 0.25, 1e-6);
    cli_run("apply grade 'in.####.pfm' -o late.pfm --frames 77");
    CLI_CHECK_REFUSED(2, "1-4");
    FTH_CHECK(!cli_exists("late.pfm"));
}

/* An effect mask limits a node; --no-x and negative numbers are values like others. */
FTH_TEST(job_effect_mask_and_negative_numbers)
{
    make_clip();
    cli_write_pfm("mask.pfm", WIDTH, HEIGHT, 1, two_halves);
    cli_run("apply grade still.pfm --offset -0.1 --no-green --effect-mask mask.pfm "
            "--effect-mask-low 0.4 --effect-mask-high 0.6 -o out.pfm");
    CLI_CHECK_DONE();
    FTH_CHECK_NEAR(cli_read_mean("out.pfm", 0, WIDTH / 2), 0.25, 1e-6);
    FTH_CHECK_NEAR(cli_read_mean("out.pfm", WIDTH / 2, WIDTH), 0.15, 1e-6);
}

FTH_TEST(job_video_out_and_in)
{
    make_clip();
    cli_run("apply media_out 'in.####.pfm' -o clip.mkv");
    CLI_CHECK_DONE();
    cli_run("apply grade clip.mkv -o back.pfm --frames 2");
    CLI_CHECK_DONE();
    FTH_CHECK_NEAR(cli_read_mean("back.pfm", 0, 1), 0.4, 1e-4); /* FFV1 holds 16 bits */
    cli_run("apply blur clip.mkv --radius 2 -o small.png --frames 1 --proxy 2");
    CLI_CHECK_DONE();
    cli_run("probe small.png --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    FTH_CHECK_INT(fth_json_int(fth_json_get(root, "width"), 0), WIDTH / 2);
    fth_json_destroy(&root);
}

FTH_TEST(job_source_without_footage)
{
    cli_run("apply text -o title.png --text HELLO --width 320 --height 180");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("title.png"));
    cli_write_pfm("map.pfm", WIDTH, HEIGHT, 1, two_halves);
    cli_run("apply depth_read map.pfm -o read.exr");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("read.exr"));
}

/* Nothing is overwritten unasked, and what was there is untouched. */
FTH_TEST(job_nothing_is_overwritten)
{
    make_clip();
    FILE *file = fopen(fth_test_path("out.pfm"), "w");
    FTH_REQUIRE(file);
    fputs("precious", file);
    fclose(file);
    cli_run("apply grade still.pfm -o out.pfm");
    CLI_CHECK_REFUSED(1, "--overwrite");
    cli_run("apply grade still.pfm -o out.pfm --gamma 2 ; cat out.pfm");
    FTH_CHECK_TEXT(cli.out, "precious");
    cli_run("apply grade still.pfm -o out.pfm --overwrite");
    CLI_CHECK_DONE();
    FTH_CHECK_NEAR(cli_read_mean("out.pfm", 0, WIDTH), 0.25, 1e-6);
    cli_run("apply grade 'in.####.pfm' -o 'seq.####.pfm' --frames 2");
    CLI_CHECK_DONE();
    cli_run("apply grade 'in.####.pfm' -o 'seq.####.pfm'");
    CLI_CHECK_REFUSED(1, "seq.0002.pfm");
}

/* Four frames do not fit into one picture: said before the first is written. */
FTH_TEST(job_a_still_holds_one_frame)
{
    make_clip();
    cli_run("apply grade 'in.####.pfm' -o one.png");
    CLI_CHECK_REFUSED(2, "NAME.####.png");
    FTH_CHECK(!cli_exists("one.png"));
    cli_run("apply grade 'in.####.pfm' -o one.png --frames 3");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("one.png"));
}

/* A key travels in the alpha and leaves the picture as it is, in formats that multiply too: in the
 * far half, where the key is 0, the colours are those of the picture. */
FTH_TEST(job_a_key_leaves_the_picture)
{
    make_clip();
    cli_run("matte still.pfm --depth map.pfm -o key.exr --output key --adjust-map-levels "
            "--far-limit 0.4 --near-limit 0.6");
    CLI_CHECK_DONE();
    cli_run("apply grade key.exr -o colours.pfm");
    CLI_CHECK_DONE();
    FTH_CHECK_NEAR(cli_read_mean("colours.pfm", 0, WIDTH / 2), 0.25, 1e-6);
    FTH_CHECK_NEAR(cli_read_mean("colours.pfm", WIDTH / 2, WIDTH), 0.25, 1e-6);
}

FTH_TEST(job_a_mask_of_another_size_is_stretched)
{
    make_clip();
    cli_write_pfm("small.pfm", WIDTH / 2, HEIGHT / 2, 1, constant);
    cli_write_pfm("same.pfm", WIDTH, HEIGHT, 1, constant);
    cli_run("apply grade still.pfm --effect-mask small.pfm -o masked.pfm --gain 2");
    CLI_CHECK_DONE();
    FTH_CHECK(!cli.err[0]);
    cli_run("apply grade still.pfm --effect-mask same.pfm -o plain.pfm --gain 2");
    CLI_CHECK_DONE();
    for (int half = 0; half < 2; half++) {
        int from = half * WIDTH / 2;
        double mean = cli_read_mean("plain.pfm", from, from + WIDTH / 2);
        FTH_CHECK(mean != cli_read_mean("still.pfm", from, from + WIDTH / 2));
        FTH_CHECK_NEAR(cli_read_mean("masked.pfm", from, from + WIDTH / 2), mean, 1e-6);
    }
}

/* What cannot be read is named in one line, and nothing stays behind. */
FTH_TEST(job_bad_inputs)
{
    static const struct {
        const char *make, *in;
    } cases[] = {{"true", "absent.mp4"},
                 {": >empty.mp4", "empty.mp4"},
                 {": >empty.png", "empty.png"},
                 {"echo this is no picture >text.png", "text.png"},
                 {"echo neither >text.exr", "text.exr"},
                 {"head -c 3000 /dev/zero >zero.mov", "zero.mov"},
                 {"mkdir -p void", "void"},
                 {"true", "'absent.####.png'"},
                 {"printf 'PF\\n99999999 99999999\\n-1\\n' >huge.pfm", "huge.pfm"}};
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char command[512];
        snprintf(command, sizeof(command), "cd '%s' && %s", fth_test_folder(), cases[i].make);
        FTH_REQUIRE(system(command) == 0);
        int before = cli_count_files(".");
        cli_run("apply grade %s -o out.png", cases[i].in);
        if (cli.status != 1 || !cli_is_one_line(cli.err, ""))
            fth_test_fail(__FILE__, __LINE__, "%s: status %d, \"%s\"", cases[i].in, cli.status,
                          cli.err);
        FTH_CHECK_INT(cli_count_files("."), before);
    }
    cli_write_pfm("still.pfm", WIDTH, HEIGHT, 1, constant);
    cli_run("apply grade still.pfm -o nowhere/out.png");
    CLI_CHECK_REFUSED(1, "nowhere");
    cli_run("apply grade still.pfm --key absent.png -o out.png");
    CLI_CHECK_REFUSED(1, "absent.png");
    cli_run("apply grade still.pfm -o out.nonsense");
    FTH_CHECK(cli.status == 1 || cli.status == 2);
    FTH_CHECK(cli_is_one_line(cli.err, "nonsense"));
}

/* The same bytes at any number of threads. */
FTH_TEST(job_threads_do_not_show)
{
    make_clip();
    for (int threads = 1; threads <= 3; threads++) {
        cli_run("matte 'in.####.pfm' --depth map.pfm -o t%d.####.exr --post-processing --blur 3 "
                "--threads %d",
                threads, threads);
        CLI_CHECK_DONE();
    }
    cli_run("version && cmp t1.0003.exr t2.0003.exr && cmp t1.0003.exr t3.0003.exr");
    CLI_CHECK_DONE();
}

FTH_TEST(job_progress_as_json)
{
    make_clip();
    cli_run("apply grade 'in.####.pfm' -o 'out.####.pfm' --progress json");
    CLI_CHECK_DONE();
    const char *line = cli.err;
    int64_t done = -1;
    FTH_CHECK(*line);
    for (; *line; line += strcspn(line, "\n") + 1) {
        struct fth_json *event = NULL;
        struct fth_error error = {0};
        size_t length = strcspn(line, "\n");
        FTH_REQUIRE_OK(fth_json_parse(line, length, "progress", &event, &error), error);
        FTH_CHECK_TEXT(fth_json_text(fth_json_get(event, "event"), ""), "progress");
        FTH_CHECK(fth_json_int(fth_json_get(event, "done"), -1) >= done);
        done = fth_json_int(fth_json_get(event, "done"), -1);
        FTH_CHECK_INT(fth_json_int(fth_json_get(event, "total"), -1), FRAMES);
        fth_json_destroy(&event);
    }
    FTH_CHECK_INT(done, FRAMES);
}

FTH_TEST(job_sheet)
{
    make_clip();
    cli_run("sheet 'in.####.pfm' map.pfm -o sheet.png --columns 2 --width 64 --captions clip,map");
    CLI_CHECK_DONE();
    FTH_CHECK(cli_exists("sheet.png"));
    cli_run("sheet map.pfm -o sheet.png");
    CLI_CHECK_REFUSED(1, "--overwrite");
    cli_run("sheet map.pfm -o other.png --columns none");
    CLI_CHECK_REFUSED(2, "--columns");
}

FTH_TEST(job_cache_is_shown_and_cleared)
{
    cli_run("cache show --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    FTH_CHECK_INT(fth_json_int(fth_json_get(root, "files"), -1), 0);
    fth_json_destroy(&root);
    const char *entry = "ab0123456789abcdef0123456789abcd";
    char command[1024];
    snprintf(command, sizeof(command),
             "cd '%s/.run' && mkdir -p cache/depth/ab cache/other && "
             "echo 123 >cache/depth/ab/%s.exr && echo mine >cache/depth/ab/notes.txt && "
             "echo mine >cache/depth/ab/abcd.exr && echo mine >cache/other/abcd.exr && "
             "touch -d '3 days ago' cache/depth/ab/%s.exr",
             fth_test_folder(), entry, entry);
    FTH_REQUIRE(system(command) == 0);
    cli_run("cache show --json");
    root = cli_json(__FILE__, __LINE__);
    FTH_CHECK_INT(fth_json_int(fth_json_get(root, "files"), -1), 1);
    FTH_CHECK_INT(fth_json_int(fth_json_get(root, "bytes"), -1), 4);
    const struct fth_json *kind = fth_json_at(fth_json_get(root, "kinds"), 0);
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(kind, "kind"), ""), "depth");
    FTH_CHECK_NEAR(fth_json_number(fth_json_get(kind, "oldest_s"), 0), 3 * 86400, 300);
    FTH_CHECK_INT(fth_json_int(fth_json_get(root, "limit"), 0), 20LL << 30);
    fth_json_destroy(&root);
    cli_run("cache show");
    FTH_CHECK(strstr(cli.out, "depth: 1 entries") && strstr(cli.out, "between 3 days and 3 days"));
    cli_run("cache clear");
    CLI_CHECK_DONE();
    FTH_CHECK(!strstr(cli.out, "last used") && strstr(cli.out, "removed depth: 1 entries"));
    snprintf(command, sizeof(command), ".run/cache/depth/ab/%s.exr", entry);
    FTH_CHECK(!cli_exists(command));
    FTH_CHECK(cli_exists(".run/cache/depth/ab/abcd.exr")); /* no name of ours */
    FTH_CHECK(cli_exists(".run/cache/depth/ab/notes.txt"));
    FTH_CHECK(cli_exists(".run/cache/other/abcd.exr"));
}

/* The plan comes first and what was measured last; without -o there is only the plan. */
FTH_TEST(job_is_explained)
{
    make_clip();
    cli_run("matte 'in.####.pfm' --depth map.pfm --isolation --explain");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "point, fused into") && strstr(cli.out, "depth_map: map"));
    FTH_CHECK(strstr(cli.out, "at least") && !strstr(cli.out, "took"));
    FTH_CHECK(!strstr(cli.out, "written"));
    FTH_CHECK_INT(cli_count_files("."), FRAMES + 2);
    cli_run("matte 'in.####.pfm' --depth map.pfm --isolation --explain -o 'out.####.exr'");
    CLI_CHECK_DONE();
    const char *least = strstr(cli.out, "at least"), *took = strstr(cli.out, "took");
    FTH_CHECK(least && took && least < took && strstr(took, "a frame, over 4;"));
    FTH_CHECK(strstr(least, "written") && cli_exists("out.0004.exr"));
    cli_run("matte 'in.####.pfm' --depth map.pfm");
    CLI_CHECK_REFUSED(2, "-o OUT");
}
