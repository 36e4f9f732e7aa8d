/* SPDX-License-Identifier: Apache-2.0 */
/* fathom example: listed, told of, run on a clip, written to be changed; and that every workflow of
 * the sources has an example with words, a picture and a place in the gallery. */
#include "cli.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { MOST_PICTURE_SIZE = 90000, MOST_WORDS = 220 };

/* FEATURES' numbers of the workflows that are no Z pass and no deep pixels. */
static const int workflows[] = {2,  3,  4,  54, 55, 56, 57, 63, 69, 70, 71, 72, 73, 74, 75, 76,
                                78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93};

static bool has_networks(void)
{
    return access(fth_test_source(".fathom/models/fastdepth_7.onnx"), R_OK) == 0 &&
           access(fth_test_source(".fathom/models/modnet.onnx"), R_OK) == 0;
}

static const char *word_of(const struct fth_json *example, const char *key)
{
    return fth_json_text(fth_json_get(example, key), "");
}

static void check_picture(const char *name, const char *gallery)
{
    char path[256], line[256];
    struct stat facts;
    snprintf(path, sizeof(path), "docs/pictures/gallery/%s.jpg", name);
    if (stat(fth_test_source(path), &facts) != 0)
        fth_test_fail(__FILE__, __LINE__, "%s is not there: ./run gallery makes it", path);
    else if (facts.st_size > MOST_PICTURE_SIZE || facts.st_size < 5000)
        fth_test_fail(__FILE__, __LINE__, "%s has %lld bytes", path, (long long)facts.st_size);
    snprintf(line, sizeof(line), "\nfathom example %s IN -o OUT.mov\n", name);
    if (!strstr(gallery, path + strlen("docs/")) || !strstr(gallery, line))
        fth_test_fail(__FILE__, __LINE__, "docs/gallery.md lacks %s: ./run gallery", name);
}

/* Three lines that can be read at a glance, footage that is there. */
static void check_words(const struct fth_json *example)
{
    static const char *const keys[] = {"title", "does", "sliders", "wrong"};
    const char *name = word_of(example, "name"), *footage = word_of(example, "footage");
    char path[256];
    for (size_t i = 0; i < FTH_ARRAY_COUNT(keys); i++) {
        size_t length = strlen(word_of(example, keys[i]));
        if (length < 5 || length > MOST_WORDS)
            fth_test_fail(__FILE__, __LINE__, "%s: '%s' has %zu bytes", name, keys[i], length);
    }
    snprintf(path, sizeof(path), "examples/%s/%s",
             fth_ends_with(footage, ".json") ? "scenes" : "footage", footage);
    if (!fth_file_exists(fth_test_source(path)))
        fth_test_fail(__FILE__, __LINE__, "%s: %s is not there", name, path);
    FTH_CHECK(fth_json_int(fth_json_get(example, "frame"), 0) > 0);
    FTH_CHECK_TEXT(word_of(fth_json_at(fth_json_get(example, "inputs"), 0), "id"), "clip");
    FTH_CHECK(fth_json_count(fth_json_get(example, "params")) >= 3);
}

static bool lists_item(const struct fth_json *examples, int item)
{
    for (size_t i = 0; i < fth_json_count(examples); i++) {
        const struct fth_json *items = fth_json_get(fth_json_at(examples, i), "items");
        for (size_t j = 0; j < fth_json_count(items); j++)
            if (fth_json_int(fth_json_at(items, j), 0) == item)
                return true;
    }
    return false;
}

FTH_TEST(example_of_every_workflow_with_words_and_a_picture)
{
    void *gallery = NULL;
    size_t size = 0;
    struct fth_error error;
    FTH_REQUIRE_OK(fth_file_read(fth_test_source("docs/gallery.md"), 1 << 20, &gallery, &size,
                                 &error), error);
    cli_run("example --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *examples = fth_json_get(root, "examples");
    for (size_t i = 0; i < fth_json_count(examples); i++) {
        check_words(fth_json_at(examples, i));
        check_picture(word_of(fth_json_at(examples, i), "name"), gallery);
    }
    for (size_t i = 0; i < FTH_ARRAY_COUNT(workflows); i++)
        if (!lists_item(examples, workflows[i]))
            fth_test_fail(__FILE__, __LINE__, "no example is of item %d", workflows[i]);
    fth_json_destroy(&root);
    fth_free(gallery);
}

/* examples/meson.build and the folder name the same files, and each is sound. */
FTH_TEST(example_documents_are_all_built_in_and_sound)
{
    DIR *folder = opendir(fth_test_source("examples"));
    struct dirent *entry;
    int files = 0, lines = 0;
    FTH_REQUIRE(folder);
    cli_run("example");
    CLI_CHECK_DONE();
    char *list = fth_strdup(cli.out);
    for (const char *c = list; (c = strstr(c, ": ")); c += 2)
        lines++;
    while ((entry = readdir(folder))) {
        char line[300];
        if (!fth_ends_with(entry->d_name, ".json"))
            continue;
        files++;
        snprintf(line, sizeof(line), "%.*s: ", (int)strlen(entry->d_name) - 5, entry->d_name);
        if (!strstr(list, line))
            fth_test_fail(__FILE__, __LINE__, "%s is not in examples/meson.build", entry->d_name);
        cli_run("graph check '%s/%s'", fth_test_source("examples"), entry->d_name);
        CLI_CHECK_DONE();
        FTH_CHECK(!strstr(cli.out, "warning"));
    }
    FTH_CHECK(lines >= files && files > 10);
    closedir(folder);
    fth_free(list);
}

FTH_TEST(example_tells_of_one)
{
    cli_run("example cool-background");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "cool_background: ") && strstr(cli.out, "\nWhat goes wrong:\n") &&
              strstr(cli.out, "\n  --temperature X") && strstr(cli.out, "default -45") &&
              strstr(cli.out, "\n  fathom example cool_background IN -o OUT.mov\n"));
    cli_run("example cool_background --help");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "usage: fathom example cool_background IN -o OUT"));
    FTH_CHECK(strstr(cli.out, "--temperature X") && strstr(cli.out, "--write FILE"));
}

FTH_TEST(example_is_refused)
{
    cli_run("example cool_backgroud");
    CLI_CHECK_REFUSED(2, "unknown example 'cool_backgroud'; did you mean 'cool_background'?");
    cli_run("example -o x.png");
    CLI_CHECK_REFUSED(2, "name the example first");
    cli_run("example cool_background -o x.png");
    CLI_CHECK_REFUSED(2, "cool_background needs footage for 'clip'");
    cli_run("example cool_background in.mp4");
    CLI_CHECK_REFUSED(2, "-o");
    cli_run("example cool_background in.mp4 -o x.png --temperature 200");
    CLI_CHECK_REFUSED(2, "--temperature: parameter 'temperature': 200 is outside -100..100");
    cli_run("example cool_background in.mp4 -o x.png --temprature 20");
    CLI_CHECK_REFUSED(2, "did you mean --temperature?");
    cli_run("example cool_background in.mp4 -o x.png --write y.json");
    CLI_CHECK_REFUSED(2, "give one of them");
    cli_run("example cool_background missing.mp4 -o x.png");
    CLI_CHECK_REFUSED(1, "missing.mp4");
    FTH_CHECK(!cli_exists("x.png"));
}

FTH_TEST(example_is_written_to_be_changed)
{
    mkdir(fth_test_path("deep"), 0777);
    cli_run("apply background -o deep/clip.png --width 64 --height 48 --frames 1");
    CLI_CHECK_DONE();
    cli_run("example mosaic_background deep/clip.png --size 7 --write deep/my.json");
    CLI_CHECK_DONE();
    void *bytes = NULL;
    size_t size = 0;
    struct fth_error error;
    FTH_REQUIRE_OK(fth_file_read(fth_test_path("deep/my.json"), 1 << 20, &bytes, &size, &error),
                   error);
    /* its footage is found from where it lies */
    FTH_CHECK(strstr(bytes, "\"file\": \"clip.png\"") && strstr(bytes, "\"size\": 7"));
    fth_free(bytes);
    cli_run("graph check deep/my.json");
    CLI_CHECK_DONE();
    cli_run("example mosaic_background --write deep/my.json");
    CLI_CHECK_REFUSED(1, "deep/my.json");
    cli_run("example mosaic_background --write deep/open.json --overwrite");
    CLI_CHECK_DONE();
    cli_run("render deep/open.json -o x.png");
    CLI_CHECK_REFUSED(2, "clip");
    cli_run("example mosaic_background --write open.json");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "names no footage yet"));
    cli_run("render open.json -o x.png");
    CLI_CHECK_REFUSED(2, "clip");
}

FTH_TEST(example_runs_on_a_clip)
{
    if (!has_networks())
        FTH_SKIP("the networks are not installed: ./run setup");
    cli_run("apply resize '%s' -o small.mkv --width 320 --height 180 --frames 1-3",
            fth_test_source("examples/footage/juggle.mp4"));
    CLI_CHECK_DONE();
    cli_run("example teal_and_orange small.mkv -o out.mkv --mode faster --frames 2-3 --quiet");
    CLI_CHECK_DONE();
    cli_run("probe out.mkv");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "last_frame         2") && strstr(cli.out, "width              320"));
    cli_run("example teal_and_orange small.mkv -o out.mkv");
    CLI_CHECK_REFUSED(1, "out.mkv");
    cli_run("example teal_and_orange small.mkv --mode faster --explain --frames 2-3");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "teal"));
}
