/* SPDX-License-Identifier: Apache-2.0 */
/* The recipes of README.md work as they are printed: in a folder with the two clips they name, one
 * after the other, on a few frames of them. */
#include "cli.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { RECIPES = 10 };

static bool has_networks(void)
{
    return access(fth_test_source(".fathom/models/fastdepth_7.onnx"), R_OK) == 0 &&
           access(fth_test_source(".fathom/models/modnet.onnx"), R_OK) == 0;
}

static void run_recipe(const char *line, size_t length)
{
    char words[1024] = "";
    memcpy(words, line, length < sizeof(words) ? length : sizeof(words) - 1);
    FTH_REQUIRE(strncmp(words, "fathom ", 7) == 0);
    /* a sheet shows what there is of each file */
    bool whole = strstr(words, "--frames") || strncmp(words + 7, "sheet ", 6) == 0;
    cli_run("%s%s", words + 7, whole ? "" : " --frames 1-2");
    if (cli.status != 0)
        fth_test_fail(__FILE__, __LINE__, "%s: status %d, %s", words, cli.status, cli.err);
    const char *out = strstr(words, " -o ");
    char name[256] = "";
    if (!out)
        return;
    out += 4 + (out[4] == '\'');
    memcpy(name, out, strcspn(out, " '"));
    if (!strchr(name, '#'))
        FTH_CHECK(cli_exists(name));
}

FTH_TEST(recipes_of_the_readme)
{
    static const char *const clips[] = {"juggle.mp4", "room.mp4"};
    void *readme = NULL;
    size_t size = 0;
    int count = 0;
    struct fth_error error = {0};
    if (!has_networks())
        FTH_SKIP("the networks are not installed: ./run setup");
    FTH_REQUIRE_OK(
        fth_file_read(fth_test_source("README.md"), 1 << 20, &readme, &size, &error), error);
    for (int i = 0; i < 2; i++) {
        /* three frames of each: depth of one frame is asked of its whole shot */
        cli_run("apply grade '%s/%s' -o %s --frames 1-3", fth_test_source("examples/footage"),
                clips[i], clips[i]);
        CLI_CHECK_DONE();
    }
    const char *line = strstr(readme, "```sh recipes\n");
    FTH_CHECK(line);
    for (line = line ? line + 14 : "```"; strncmp(line, "```", 3) != 0;
         line += strcspn(line, "\n") + 1) {
        size_t length = strcspn(line, "\n");
        if (length == 0 || *line == '#')
            continue;
        run_recipe(line, length);
        count++;
    }
    FTH_CHECK_INT(count, RECIPES);
    fth_free(readme);
}
