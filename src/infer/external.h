/* SPDX-License-Identifier: Apache-2.0 */
/* Does an ONNX file keep weights in other files beside it? */
#ifndef FTH_INFER_EXTERNAL_H
#define FTH_INFER_EXTERNAL_H

#include <stdbool.h>
#include <stddef.h>

/* True when it does; `name` is then the first of those files. False for what is no ONNX file. */
bool fth_external_find(const char *path, char name[256]);
/* The same of a file in memory. */
bool fth_external_in(const void *bytes, size_t size, char name[256]);

#endif
