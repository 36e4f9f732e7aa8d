/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of a document, checked as they come in. */
#include "graph/settings.h"

#include "graph/internal.h"

enum { FASTEST_RATE = 1000 };       /* frames a second */
static const int64_t MOST_FRAME = 1ll << 53; /* JSON numbers are exact up to here */

static enum fth_status check_size(const struct fth_settings *settings, struct fth_error *error)
{
    int64_t width = settings->width, height = settings->height;
    if (width == 0 && height == 0)
        return FTH_OK;
    if (width < 1 || height < 1)
        return fth_fail(error, FTH_ERR_USAGE, "settings: size %lld x %lld is no picture",
                        (long long)width, (long long)height);
    if (width > FTH_LIMIT_SIDE || height > FTH_LIMIT_SIDE || width * height > FTH_LIMIT_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT,
                        "settings: size %lld x %lld, the limit is %d a side and %d pixels",
                        (long long)width, (long long)height, FTH_LIMIT_SIDE, FTH_LIMIT_PIXELS);
    return FTH_OK;
}

static enum fth_status check_time(const struct fth_settings *settings, struct fth_error *error)
{
    int64_t num = settings->rate_num, den = settings->rate_den;
    bool has_rate = num != 0 || den != 0;
    /* Nobody needs more digits than that, and products of two rates must not overflow. */
    if (has_rate && (num < 1 || den < 1 || num > INT32_MAX || den > INT32_MAX ||
                     num > FASTEST_RATE * den))
        return fth_fail(error, FTH_ERR_USAGE, "settings: rate %lld/%lld is not above 0 and up to "
                        "%d frames a second", (long long)num, (long long)den, FASTEST_RATE);
    if (!settings->has_frames)
        return FTH_OK;
    int64_t first = settings->first_frame, last = settings->last_frame;
    if (first < -MOST_FRAME || first > MOST_FRAME || last < -MOST_FRAME || last > MOST_FRAME)
        return fth_fail(error, FTH_ERR_LIMIT, "settings: frames beyond +-2^53");
    if (first > last)
        return fth_fail(error, FTH_ERR_USAGE, "settings: frames %lld to %lld are no range",
                        (long long)first, (long long)last);
    return FTH_OK;
}

const struct fth_settings *fth_graph_settings(const struct fth_graph *graph)
{
    return &graph->settings;
}

enum fth_status fth_graph_set_settings(struct fth_graph *graph,
                                       const struct fth_settings *settings,
                                       struct fth_error *error)
{
    enum fth_status status = check_size(settings, error);
    if (status == FTH_OK)
        status = check_time(settings, error);
    if (status != FTH_OK)
        return status;
    graph->settings = *settings;
    fth_graph_touch(graph);
    return FTH_OK;
}
