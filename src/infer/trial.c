/* SPDX-License-Identifier: Apache-2.0 */
/* The trial's picture is small and smooth: what fails on it, fails on all. */
#include "infer/trial.h"

#include "base/mem.h"
#include "infer/session.h"

/* Small, but a size the network accepts. */
static void trial_size(const struct fth_network *network, int64_t *width, int64_t *height)
{
    enum { LEAST = 96 };
    int64_t side = (LEAST + network->multiple - 1) / network->multiple * network->multiple;
    bool fixed = network->size_rule == FTH_SIZE_FIXED;
    *width = fixed ? network->width : side;
    *height = fixed ? network->height : side;
}

enum { MOST_VALUES = 256 << 20 };

static enum fth_status run_once(struct fth_infer_session *session, struct fth_error *error)
{
    const struct fth_network *network = fth_infer_session_network(session);
    struct fth_tensor input, output;
    int64_t width, height, frames = network->window;
    trial_size(network, &width, &height);
    if (network->layout == FTH_LAYOUT_NFCHW)
        input = (struct fth_tensor){NULL, 5, {1, frames, 3, height, width}};
    else if (network->layout == FTH_LAYOUT_NHWC)
        input = (struct fth_tensor){NULL, 4, {1, height, width, 3}};
    else
        input = (struct fth_tensor){NULL, 4, {1, 3, height, width}};
    size_t count = (size_t)(3 * frames * height * width);
    if (count > MOST_VALUES)
        return fth_fail(error, FTH_ERR_LIMIT,
                        "network %s: its pictures have %zu values, limit is %d", network->id,
                        count, MOST_VALUES);
    input.data = fth_alloc(count, sizeof(float));
    if (!input.data)
        return fth_fail_memory(error, count * sizeof(float), "a trial picture");
    for (size_t i = 0; i < count; i++)
        input.data[i] = (float)(i % (size_t)width) / (float)width - 0.5f;
    enum fth_status status = fth_infer_session_run(session, &input, &output, error);
    fth_free(input.data);
    return status;
}

enum fth_status fth_network_try(const struct fth_network *network, const char *path,
                                struct fth_error *error)
{
    struct fth_infer_session *session = NULL;
    enum fth_status status = fth_infer_session_open(network, path, NULL, &session, error);
    if (status == FTH_OK)
        status = run_once(session, error);
    fth_infer_session_close(&session);
    return status;
}
