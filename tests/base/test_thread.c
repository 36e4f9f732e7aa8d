/* SPDX-License-Identifier: Apache-2.0 */
/* The pool: every piece once, nested runs too. */
#include "base/thread.h"
#include "check.h"

#include <stdatomic.h>

struct sums {
    struct fth_pool *pool;
    atomic_int done[1000];
    atomic_int inner;
};

static void inner_piece(void *context, size_t index)
{
    struct sums *sums = context;
    (void)index;
    atomic_fetch_add(&sums->inner, 1);
}

static void outer_piece(void *context, size_t index)
{
    struct sums *sums = context;
    atomic_fetch_add(&sums->done[index], 1);
    fth_pool_run(sums->pool, 3, inner_piece, sums);
}

FTH_TEST(every_piece_runs_once)
{
    for (int threads = 1; threads <= 5; threads += 2) {
        static struct sums sums;
        memset(&sums, 0, sizeof(sums));
        struct fth_error error;
        FTH_REQUIRE_OK(fth_pool_create(threads, &sums.pool, &error), error);
        fth_pool_run(sums.pool, 1000, outer_piece, &sums);
        for (int i = 0; i < 1000; i++)
            FTH_CHECK_INT(sums.done[i], 1);
        FTH_CHECK_INT(sums.inner, 3000);
        fth_pool_destroy(&sums.pool);
        FTH_CHECK(sums.pool == NULL);
    }
}

FTH_TEST(pool_refuses_absurd_counts)
{
    struct fth_pool *pool = NULL;
    struct fth_error error;
    FTH_CHECK_INT(fth_pool_create(-1, &pool, &error), FTH_ERR_USAGE);
    FTH_CHECK_INT(fth_pool_create(100000, &pool, &error), FTH_ERR_USAGE);
    FTH_CHECK(pool == NULL && strstr(error.message, "256"));
}
