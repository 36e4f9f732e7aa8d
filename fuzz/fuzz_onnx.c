/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an ONNX file that may keep its weights elsewhere. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "infer/external.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char name[256];
    if (fth_external_in(data, size, name) && strlen(name) >= sizeof(name))
        abort();
    return 0;
}
