/* SPDX-License-Identifier: Apache-2.0 */
/* What a peer sees of a row: buffers and a number, in plain types that C++ reads as well. */
#ifndef FTH_BENCH_PEERS_PEER_H
#define FTH_BENCH_PEERS_PEER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BENCH_GRIDS = 12 };

struct bench_buffer {
    float *data; /* NULL: absent */
    ptrdiff_t row_stride; /* floats */
    int32_t width, height;
};

struct bench_view {
    struct bench_buffer in[BENCH_GRIDS], out[BENCH_GRIDS];
    double number;
    int threads, planes;
};

/* Does the kind of row that has its name. */
struct bench_peer {
    const char *kind, *name;
    void (*start)(struct bench_view *v); /* not timed */
    void (*run)(struct bench_view *v);
    void (*finish)(struct bench_view *v); /* brings its results to out[]; not timed; may be NULL */
};

/* Tables end with kind NULL. */
extern const struct bench_peer bench_opencolorio[], bench_opencv[], bench_openexr[];

#ifdef __cplusplus
}
#endif
#endif
