/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that runs out: whichever allocation fails, the answer is one clean error, nothing leaks
 * (the leak checker looks on), and the same graph renders when there is memory again. */
#include "base/mem.h"
#include "case.h"
#include "check.h"
#include "nodes/catalogue.h"

/* One render with the allocation after `count` failing; true when it went through all the same. */
static bool render_failing(struct bench *bench, const struct fth_node_desc *node, int64_t count)
{
    struct fth_image *image = NULL;
    int index = fth_graph_find(bench->graph, "node");
    fth_mem_fail_after(count);
    enum fth_status status = fth_engine_render(bench->engine, bench->graph, index, 2,
                                               (struct fth_rect){0}, NULL, &image, &bench->error);
    fth_mem_fail_after(-1);
    if (status != FTH_OK && status != FTH_ERR_MEMORY)
        fth_test_fail(__FILE__, __LINE__, "%s, allocation %lld: %s (%s)", node->id,
                      (long long)count, fth_status_name(status), bench->error.message);
    if ((status == FTH_OK) != (image != NULL))
        fth_test_fail(__FILE__, __LINE__, "%s, allocation %lld: a picture and an error", node->id,
                      (long long)count);
    fth_image_unref(&image);
    return status == FTH_OK;
}

/* A fresh bench each time: what is cached asks for no memory. */
static bool survives(const struct recipe *recipe, int64_t count)
{
    struct bench bench;
    bool went_through = false;
    if (bench_open(&bench, bench_catalogue(), NULL) && case_build(&bench, recipe)) {
        uint64_t before = fth_mem_alloc_count();
        render_failing(&bench, recipe->node, count);
        went_through = fth_mem_alloc_count() - before <= (uint64_t)count;
        if (!render_failing(&bench, recipe->node, -1))
            fth_test_fail(__FILE__, __LINE__, "%s: broken after allocation %lld failed",
                          recipe->node->id, (long long)count);
    } else {
        fth_test_fail(__FILE__, __LINE__, "%s: %s", recipe->node->id, bench.error.message);
    }
    bench_close(&bench);
    return went_through;
}

/* True when the node takes this case at all. */
static bool takes(const struct recipe *recipe)
{
    struct bench bench;
    struct fth_image *image = NULL;
    if (bench_open(&bench, bench_catalogue(), NULL) && case_build(&bench, recipe))
        image = bench_render(&bench, "node", 2);
    bool taken = image != NULL;
    fth_image_unref(&image);
    bench_close(&bench);
    return taken;
}

FTH_TEST(every_allocation_may_fail)
{
    const struct fth_catalogue *all = fth_catalogue_all();
    for (size_t i = 0; i < all->count && !fth_test_has_failed(); i++) {
        int tried = 0, cases = all->nodes[i]->shutter ? 6 : 2; /* it is open in some of them */
        for (uint64_t seed = 1; seed < 20 && tried < cases; seed++) {
            struct recipe recipe = {.node = all->nodes[i], .seed = seed, .common = seed & 1,
                                    .all_optional = true};
            int64_t count = 0;
            if (!case_can_run(all->nodes[i]) || !takes(&recipe))
                continue;
            while (!fth_test_has_failed() && count < 100000 && !survives(&recipe, count))
                count++;
            FTH_CHECK(count > 3 && count < 100000);
            tried++;
        }
        FTH_CHECK(tried == cases || case_is_sink(all->nodes[i]));
    }
}
