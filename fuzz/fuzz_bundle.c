/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a depth bundle. One that is taken is finite, written again it says the same. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "depth/bundle.h"
#include "fuzz.h"

static void write_and_read(const struct fth_image *bundle, const struct fth_bundle_info *info)
{
    struct fth_bundle_info said = {0};
    struct fth_image *again = NULL;
    struct fth_error error = {0};
    const char *path = fuzz_path("again.exr");
    enum fth_status status = fth_bundle_write(path, bundle, info, true, NULL, &error);
    fuzz_check_refusal(status, &error);
    if (status != FTH_OK)
        return;
    if (fth_bundle_read(path, NULL, NULL, &again, &said, &error) != FTH_OK)
        abort();
    if (strcmp(said.units, info->units) != 0 || said.scale != info->scale ||
        strcmp(said.model, info->model) != 0 || again->near_m != bundle->near_m)
        abort();
    fth_image_unref(&again);
}

FUZZ_TARGET(bundle)
{
    struct fth_bundle_info info = {0}, described;
    struct fth_image *bundle = NULL;
    struct fth_error error = {0};
    const char *path = fuzz_write("any.exr", data, size);
    enum fth_status status = fth_bundle_read(path, NULL, fuzz_buffers(), &bundle, &info, &error);
    fuzz_check_refusal(status, &error);
    if (status == FTH_OK) {
        if (!fth_bundle_is_one(bundle) || !isfinite(info.scale) || !isfinite(bundle->near_m))
            abort();
        fth_bundle_describe(bundle, &described);
        if (fth_rect_width(bundle->domain) <= 256 && fth_rect_height(bundle->domain) <= 256)
            write_and_read(bundle, &info);
    }
    fth_image_unref(&bundle);
    return 0;
}
