/* SPDX-License-Identifier: Apache-2.0 */
/* Depth Map with the networks, where they are installed: what the disk cache gives back has the
 * bytes of what was computed, and the parameters of the network matter. */
#include "bench.h"
#include "check.h"

static bool open_map(struct bench *bench, const char *folder, const char *settings)
{
    struct fth_engine_options options = {.thread_count = 2, .cache_folder = folder};
    return bench_open(bench, bench_catalogue(), &options) &&
           bench_add(bench, "clip", "test_scene", "kind=photo width=160 height=120", "") &&
           bench_add(bench, "map", "depth_map", settings, "input=clip");
}

FTH_TEST(the_disk_cache_gives_the_same_bytes)
{
    const char *folder = fth_test_path("cache");
    struct bench bench;
    struct fth_image *cold = NULL, *warm = NULL;
    FTH_REQUIRE(open_map(&bench, folder, "mode=faster per_frame=true subject_lift=0.6"));
    cold = bench_render(&bench, "map", 2);
    enum fth_status status = cold ? FTH_OK : bench.error.status;
    bench_close(&bench);
    if (status == FTH_ERR_NOT_FOUND)
        FTH_SKIP("no networks are installed");
    FTH_REQUIRE_OK(status, bench.error);
    FTH_CHECK(bench_not_finite(cold) == NULL);
    FTH_REQUIRE(open_map(&bench, folder, "mode=faster per_frame=true subject_lift=0.6"));
    warm = bench_render(&bench, "map", 2);
    FTH_CHECK_INT(fth_engine_stats(bench.engine).analyses_pushed, 0);
    FTH_CHECK_INT(fth_engine_stats(bench.engine).source_frames, 0);
    FTH_CHECK(warm && bench_equal(cold, warm));
    fth_image_unref(&cold);
    fth_image_unref(&warm);
    bench_close(&bench);
}

/* Every setting of the network has a key of its own; those that only matter with one are hidden
 * and without effect once depth comes from elsewhere. */
FTH_TEST(settings_of_the_network_have_their_keys)
{
    static const char *const settings[] = {"mode=faster", "mode=better",
                                           "mode=faster per_frame=true"};
    struct fth_key keys[3];
    for (int i = 0; i < 3; i++) {
        struct bench bench;
        FTH_REQUIRE(open_map(&bench, "", settings[i]));
        enum fth_status status =
            fth_engine_key(bench.engine, bench.graph, fth_graph_find(bench.graph, "map"), 1,
                           &keys[i], &bench.error);
        bench_close(&bench);
        if (status == FTH_ERR_NOT_FOUND)
            FTH_SKIP("no networks are installed");
        FTH_REQUIRE_OK(status, bench.error);
        for (int k = 0; k < i; k++)
            FTH_CHECK(!fth_key_equal(keys[i], keys[k]));
    }
}

FTH_TEST(an_unknown_network_is_named)
{
    struct bench bench;
    FTH_REQUIRE(open_map(&bench, "", "model=no-such-network"));
    FTH_CHECK(!bench_render(&bench, "map", 1));
    FTH_CHECK(strstr(bench.error.message, "no-such-network") != NULL);
    bench_close(&bench);
}
