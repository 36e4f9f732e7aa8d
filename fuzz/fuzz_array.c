/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the arrays `eval` reads: what begins as a zip as .npz, else as .npy; small ones are
 * measured against themselves too. */
#include <stdlib.h>
#include <string.h>

#include "api/eval_internal.h"
#include "base/arena.h"
#include "fuzz.h"

static void measure(const char *path)
{
    struct fth_eval_depth_options options = {.prediction = path, .truth = path, .threads = 1};
    struct fth_eval_matte_options matte = {.prediction = path, .truth = path, .threads = 1};
    struct fth_figures figures = {0};
    struct fth_error error = {0};
    fuzz_check_refusal(fth_eval_depth(&options, &figures, &error), &error);
    fuzz_check_refusal(fth_eval_matte(&matte, &figures, &error), &error);
}

FUZZ_TARGET(array)
{
    struct fth_eval_picture picture = {0};
    struct fth_grid map;
    struct fth_arena *arena = NULL;
    struct fth_error error = {0};
    bool is_zip = size > 2 && memcmp(data, "PK", 2) == 0;
    const char *path = fuzz_write(is_zip ? "a.npz" : "a.npy", data, size);
    if (fth_arena_create(&arena, &error) != FTH_OK)
        return -1;
    enum fth_status status = fth_eval_read_array(path, arena, &picture, &error);
    if (status == FTH_OK)
        status = fth_eval_map_of(&picture, arena, &map, &error);
    fuzz_check_refusal(status, &error);
    if (status == FTH_OK && (int64_t)map.width * map.height <= 1024)
        measure(path);
    fth_arena_destroy(&arena);
    return 0;
}
