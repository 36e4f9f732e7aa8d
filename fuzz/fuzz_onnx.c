/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an ONNX file that may keep its weights elsewhere. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "infer/external.h"

FUZZ_TARGET(onnx)
{
    char name[256];
    if (fth_external_in(data, size, name) && strlen(name) >= sizeof(name))
        abort();
    return 0;
}
