/* SPDX-License-Identifier: Apache-2.0 */
/* The devices networks can run on: what the loaded ONNX Runtime offers, tried once a process. */
#ifndef FTH_INFER_DEVICE_H
#define FTH_INFER_DEVICE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/* "cpu", "cuda", ... by index: the CPU is 0. NULL behind the last. */
const char *fth_device_name(size_t index);
/* How the runtime calls it: "CUDAExecutionProvider". */
const char *fth_device_provider(size_t index);

/* The device that `wanted` comes to on this machine, as an index: NULL, "" or "auto" is the first
 * graphics processor that works, else the CPU. A named device that the runtime does not offer, or
 * that does not work here, is warned of once and gives way to the CPU. FTH_ERR_USAGE, with the
 * nearest name, for an unknown one. The runtime is loaded only where the answer hangs on it. */
enum fth_status fth_device_choose(const char *wanted, size_t *index, struct fth_error *error);

enum { FTH_DEVICE_WHY = 300 };

enum fth_device_state {
    FTH_DEVICE_ABSENT, /* the runtime was built without it */
    FTH_DEVICE_BROKEN, /* offered, but a network of one step fails on it or answers wrongly */
    FTH_DEVICE_WORKS
};

/* Loads the runtime and tries the device. `why` is filled for broken ones. */
enum fth_device_state fth_device_try(size_t index, char why[FTH_DEVICE_WHY]);

#endif
