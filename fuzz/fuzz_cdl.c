/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a color decision list. */
#include <stdlib.h>

#include "base/mem.h"
#include "colour/cdl.h"
#include "fuzz.h"

FUZZ_TARGET(cdl)
{
    struct fth_cdl *list = NULL;
    size_t count = 0;
    struct fth_error error = {0};
    enum fth_status status =
        fth_cdl_parse((const char *)data, size, "any.cdl", &list, &count, &error);
    if (status != FTH_OK) {
        fuzz_check_refusal(status, &error);
        return 0;
    }
    if (count < 1 || !(list[0].power[0] > 0))
        abort();
    float rgb[3] = {0.3f, -7, 1e30f};
    fth_cdl_rows(&list[count - 1], (float *[3]){&rgb[0], &rgb[1], &rgb[2]}, 1);
    fth_free(list);
    return 0;
}
