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
    unsetenv("FATHOM_TEST_RUNS");
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

/* The sessions of a device are one for each size: three, where the CPU's are two. */
static int count_sessions(void)
{
    char sessions[16][64] = {""}, session[64];
    int count = 0, i;
    FILE *file = fopen(fth_test_path("runs"), "r");
    while (file && fscanf(file, "%63s %*s", session) == 1) {
        for (i = 0; i < count && strcmp(sessions[i], session) != 0; i++)
            ;
        if (i == count && count < 16)
            snprintf(sessions[count++], 64, "%s", session);
    }
    if (file)
        fclose(file);
    (void)remove(fth_test_path("runs"));
    return count;
}

FTH_TEST(device_chosen_by_itself_is_for_clips)
{
    BEGIN();
    setenv("FATHOM_TEST_CUDA", "works", 1);
    setenv("FATHOM_TEST_RUNS", fth_test_path("runs"), 1);
    FTH_CHECK_INT(fth_file_write(fth_test_path("ort/libonnxruntime_providers_cuda.so"), "x", 1,
                                 true, NULL),
                  FTH_OK);
    cli_write_pfm("in.1.pfm", 64, 48, 1, shade);
    cli_write_pfm("in.2.pfm", 64, 48, 2, shade);
    cli_run("depth in.pfm -o a.pfm");
    CLI_CHECK_DONE();
    FTH_CHECK_INT(count_sessions(), 2);
    cli_run("depth in.%%d.pfm -o out.%%d.pfm --frames 1"); /* the clip counts */
    CLI_CHECK_DONE();
    FTH_CHECK_INT(count_sessions(), 3);
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

/* The runtime looks for cuDNN only when the first convolution runs, on machines with a device. */
FTH_TEST(device_that_fails_when_it_runs_is_told_before_a_job)
{
    static const struct {
        const char *told, *says;
    } cases[] = {
        {"no cuDNN", "(cuDNN is unavailable or disabled for CUDA Execution Provider: dlopen "
                     "failed): networks run on the cpu\n"},
        {"wrong", "(it answers a convolution with wrong numbers): networks run on the cpu\n"},
        /* as the runtime says it, twice over, with the machine's name */
        {"/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:154 Status "
         "onnxruntime::CudaCall(ERRTYPE, int) [with ERRTYPE = cudaError; bool THRW = true] "
         "/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:146 Status "
         "onnxruntime::CudaCall(ERRTYPE, int) [with ERRTYPE = cudaError; bool THRW = true] CUDA "
         "failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=vm ; "
         "file=/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_execution_provider.cc ; "
         "line=341 ; expr=cudaSetDevice(f(0) ); ",
         "(CUDA failure 100: no CUDA-capable device is detected): networks run on the cpu\n"}};
    BEGIN();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        setenv("FATHOM_TEST_CUDA", cases[i].told, 1);
        cli_run("depth in.pfm -o a.pfm --device cuda --overwrite");
        CLI_CHECK_DONE();
        FTH_CHECK(strstr(cli.err, cases[i].says) != NULL);
    }
    end();
}

/* Devices plan a network anew at each change of size: a second where a run takes milliseconds. */
FTH_TEST(device_gives_every_size_a_session_of_its_own)
{
    BEGIN();
    setenv("FATHOM_TEST_CUDA", "works", 1);
    setenv("FATHOM_TEST_RUNS", fth_test_path("runs"), 1);
    cli_write_pfm("in.1.pfm", 64, 48, 1, shade);
    cli_write_pfm("in.2.pfm", 64, 48, 2, shade);
    cli_write_pfm("in.3.pfm", 64, 48, 3, shade);
    cli_run("depth in.%%d.pfm -o out.%%d.pfm --device cuda");
    CLI_CHECK_DONE();
    FTH_CHECK_INT(count_sessions(), 3); /* fastdepth's, and modnet's at Better's two sizes */
    cli_run("depth in.%%d.pfm -o out.%%d.pfm --device cpu --overwrite");
    CLI_CHECK_DONE();
    FTH_CHECK_INT(count_sessions(), 2);
    end();
}
