/* SPDX-License-Identifier: Apache-2.0 */
/* Chooses the table once. */
#include "ops/kernels.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#ifdef FTH_HAVE_LEVELS
extern const struct fth_kernels fth_k_table_v2, fth_k_table_v3, fth_k_table_v4;

static bool machine_has_v3(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

static bool machine_has_v4(void)
{
    return machine_has_v3() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}

const struct fth_kernels *fth_kernels_of_level(const char *level)
{
    if (strcmp(level, "v2") == 0)
        return &fth_k_table_v2;
    if (strcmp(level, "v3") == 0)
        return machine_has_v3() ? &fth_k_table_v3 : NULL;
    if (strcmp(level, "v4") == 0)
        return machine_has_v4() ? &fth_k_table_v4 : NULL;
    return NULL;
}
#else
extern const struct fth_kernels fth_k_table_plain;

const struct fth_kernels *fth_kernels_of_level(const char *level)
{
    return strcmp(level, "plain") == 0 ? &fth_k_table_plain : NULL;
}
#endif

static const struct fth_kernels *chosen;

static void choose(void)
{
    static const char *const best_first[] = {"v4", "v3", "v2", "plain"};
    const struct fth_kernels *best = NULL;
    const char *wanted = getenv("FTH_CPU");
    if (wanted && *wanted)
        best = fth_kernels_of_level(wanted);
    if (wanted && *wanted && !best)
        fth_log(FTH_LOG_WARNING, "FTH_CPU=%.20s is not a level of this machine; choosing the best",
                wanted);
    for (size_t i = 0; !best; i++)
        best = fth_kernels_of_level(best_first[i]);
    __atomic_store_n(&chosen, best, __ATOMIC_RELEASE);
}

const struct fth_kernels *fth_kernels(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const struct fth_kernels *known = __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
    if (known) /* it is asked for so often that a call more would count */
        return known;
    pthread_once(&once, choose);
    return __atomic_load_n(&chosen, __ATOMIC_ACQUIRE);
}
