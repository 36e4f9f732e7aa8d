/* SPDX-License-Identifier: Apache-2.0 */
/* Small ONNX files for tests, written by hand: nodes, inputs and outputs as lines of text. */
#ifndef FTH_TESTS_ONNX_H
#define FTH_TESTS_ONNX_H

#include <stdbool.h>
#include <stddef.h>

enum { ONNX_FLOAT = 1, ONNX_UINT8 = 2, ONNX_HALF = 10 };

struct onnx_bytes {
    unsigned char *data;
    size_t size;
};

/* Begin with = {0}. */
struct onnx {
    struct onnx_bytes graph;
};

/* `inputs`, `outputs`: "a b". `attributes`: "axis=1 axes=[1,2]", whole numbers. */
void onnx_node(struct onnx *net, const char *kind, const char *inputs, const char *outputs,
               const char *attributes);
/* `dims`: "1,3,h,64"; words are free. */
void onnx_input(struct onnx *net, const char *name, int element, const char *dims);
void onnx_output(struct onnx *net, const char *name, int element, const char *dims);
/* A tensor whose numbers lie in another file. */
void onnx_external(struct onnx *net, const char *name, const char *location);
/* Writes the file into the test's folder and clears `net`; the path, or NULL. */
const char *onnx_write(struct onnx *net, const char *file, int opset);

#endif
