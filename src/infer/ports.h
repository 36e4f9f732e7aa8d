/* SPDX-License-Identifier: Apache-2.0 */
/* What a network's file says of its inputs and outputs, and the numbers that go in and out of them.
 * For this folder's files alone. */
#ifndef FTH_INFER_PORTS_H
#define FTH_INFER_PORTS_H

#include <stdbool.h>

#include "infer/ort.h"
#include "infer/session.h"

/* One input or output. */
struct fth_port {
    char name[128];
    int element; /* enum fth_ort_element, or another number of the library's; 0: not a tensor */
    size_t rank;
    int64_t dims[FTH_TENSOR_RANK]; /* -1 where free; not filled above that rank */
};

enum { FTH_MOST_PORTS = 64 };

struct fth_ports {
    struct fth_port inputs[FTH_MOST_PORTS], outputs[FTH_MOST_PORTS];
    size_t input_count, output_count;
};

/* `path` is for the message. */
enum fth_status fth_ports_read(const OrtSession *session, const char *path,
                               struct fth_ports *ports, struct fth_error *error);
/* NULL when none is called so. */
const struct fth_port *fth_ports_find(const struct fth_port *ports, size_t count,
                                      const char *name);

size_t fth_element_size(int element); /* bytes; 0 for types that are not spoken */
/* Floats as `element`: half, or bytes of 0..1 as 0..255. */
void fth_element_pack(int element, const float *values, size_t count, void *packed);
/* Numbers of `element` as floats. */
void fth_element_unpack(int element, const void *packed, size_t count, float *values);

#endif
