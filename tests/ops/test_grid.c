/* SPDX-License-Identifier: Apache-2.0 */
/* Row blocks, and every kernel table this machine has. */
#include "ops/grid.h"
#include "ops/kernels.h"
#include "check.h"

FTH_TEST(tables_are_complete)
{
    static const char *const levels[] = {"v2", "v3", "v4", "plain"};
    int found = 0;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(levels); i++) {
        const struct fth_kernels *table = fth_kernels_of_level(levels[i]);
        if (!table)
            continue;
        found++;
        FTH_CHECK_TEXT(table->level, levels[i]);
#define KERNEL(name, arguments) FTH_CHECK(table->name != NULL);
#include "ops/kernels.list.h"
#undef KERNEL
    }
    FTH_CHECK(found > 0 && fth_kernels() != NULL);
}

static void count_rows(void *context, int32_t y0, int32_t y1)
{
    int *seen = context;
    for (int32_t y = y0; y < y1; y++)
        __atomic_add_fetch(&seen[y], 1, __ATOMIC_RELAXED);
}

FTH_TEST(rows_run_covers_each_row_once)
{
    struct fth_error error;
    struct fth_pool *pool = NULL;
    FTH_REQUIRE_OK(fth_pool_create(3, &pool, &error), error);
    struct fth_cancel cancel = {false};
    struct fth_work work = {.pool = pool, .cancel = &cancel};
    int seen[101] = {0};
    FTH_CHECK_INT(fth_rows_run(&work, 101, 7, count_rows, seen), FTH_OK);
    for (int y = 0; y < 101; y++)
        FTH_CHECK_INT(seen[y], 1);
    atomic_store(&cancel.requested, true);
    FTH_CHECK_INT(fth_rows_run(&work, 101, 7, count_rows, seen), FTH_CANCELLED);
    fth_pool_destroy(&pool);
}
