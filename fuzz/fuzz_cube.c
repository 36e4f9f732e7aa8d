/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a .cube file. */
#include <math.h>
#include <stdlib.h>

#include "colour/cube.h"
#include "fuzz.h"

FUZZ_TARGET(cube)
{
    struct fth_cube cube;
    struct fth_error error = {0};
    enum fth_status status = fth_cube_parse((const char *)data, size, "any.cube", &cube, &error);
    if (status != FTH_OK) {
        fuzz_check_refusal(status, &error);
        return 0;
    }
    float rgb[3] = {0.3f, -7, 1e30f};
    fth_cube_rows(&cube, (float *[3]){&rgb[0], &rgb[1], &rgb[2]}, 1);
    fth_cube_clear(&cube);
    return 0;
}
