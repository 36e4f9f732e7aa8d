/* SPDX-License-Identifier: Apache-2.0 */
/* --device against a runtime of the test's that offers CUDA, working or not. */
#include "cli.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static float shade(int x, int y, int frame)
{
    return (float)((x * 7 + y * 3 + frame) % 64) / 64;
}

static bool begin(void)
{
    const char *real = fth_test_source(".fathom/lib/libonnxruntime.so.1");
    const char *fake = getenv("FATHOM_FAKE_ORT");
    char link[1024];
    bool ready = fake && access(real, R_OK) == 0 &&
                 access(fth_test_source(".fathom/models/modnet.onnx"), R_OK) == 0;
    if (!ready)
        return false;
    /* a folder of its own, because a choice by itself looks at what lies beside the runtime */
    snprintf(link, sizeof(link), "%s", fth_test_path("ort/libonnxruntime.so.1"));
    ready = fth_file_make_folder(fth_test_path("ort"), NULL) == FTH_OK && symlink(fake, link) == 0;
    setenv("FATHOM_TEST_ORT", real, 1);
    setenv("FATHOM_ORT", link, 1);
    cli_write_pfm("in.pfm", 64, 48, 1, shade);
    return ready;
}

#define BEGIN()                                                                                    \
    do {                                                                                           \
        if (!begin())                                                                              \
            FTH_SKIP("the runtime or the networks are not there");                                 \
    } while (0)

static void end(void)
{
    unsetenv("FATHOM_TEST_ORT");
    unsetenv("FATHOM_TEST_CUDA");
    unsetenv("FATHOM_ORT");
}

static int64_t cached_count(void)
{
    cli_run("cache show --json");
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    int64_t count = fth_json_int(fth_json_get(root, "files"), -1);
    fth_json_destroy(&root);
    return count;
}

FTH_TEST(device_is_chosen_by_name)
{
    BEGIN();
    setenv("FATHOM_TEST_CUDA", "works", 1);
    cli_run("models list --devices");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "cuda      works\n") != NULL);
    FTH_CHECK(strstr(cli.out, "cpu       works, used when none is named\n") != NULL);
    cli_run("depth in.pfm -o a.pfm --device cpu");
    CLI_CHECK_DONE();
    int64_t with_cpu = cached_count();
    cli_run("depth in.pfm -o b.pfm"); /* the same thing */
    CLI_CHECK_DONE();
    FTH_CHECK_INT(cached_count(), with_cpu);
    cli_run("depth in.pfm -o c.pfm --device cuda"); /* whose bytes may be others */
    CLI_CHECK_DONE();
    FTH_CHECK(!strstr(cli.err, "device"));
    FTH_CHECK_INT(cached_count(), 2 * with_cpu);
    end();
}

FTH_TEST(device_that_works_is_chosen_by_itself)
{
    BEGIN();
    setenv("FATHOM_TEST_CUDA", "works", 1);
    FTH_CHECK_INT(fth_file_write(fth_test_path("ort/libonnxruntime_providers_cuda.so"), "x", 1,
                                 true, NULL),
                  FTH_OK);
    cli_run("models list --devices");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "cuda      works, used when none is named\n") != NULL);
    setenv("FATHOM_TEST_CUDA", "no driver", 1);
    cli_run("models list --devices");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "cuda      broken: no driver\n") != NULL);
    FTH_CHECK(strstr(cli.out, "cpu       works, used when none is named\n") != NULL);
    cli_run("depth in.pfm -o a.pfm"); /* nobody asked for it: no warning */
    CLI_CHECK_DONE();
    FTH_CHECK(!strstr(cli.err, "device"));
    end();
}

FTH_TEST(device_that_does_not_work_gives_way_with_one_line)
{
    BEGIN();
    setenv("FATHOM_TEST_CUDA", "no driver", 1);
    cli_run("depth in.pfm -o a.pfm --device cuda");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "warning: device cuda does not work here (no driver): networks run "
                              "on the cpu\n"));
    FTH_CHECK(strstr(cli.err, "`fathom models get depth-anything-v2-small` installs a stronger"));
    cli_run("depth in.pfm -o b.pfm --device tensorrt");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.err, "warning: device tensorrt is not offered by the ONNX Runtime"));
    cli_run("depth in.pfm -o c.pfm --device tensorrt --quiet");
    CLI_CHECK_DONE();
    FTH_CHECK_TEXT(cli.err, "");
    cli_run("depth in.pfm -o d.pfm --device cudda");
    CLI_CHECK_REFUSED(2, "did you mean \"cuda\"");
    end();
}
