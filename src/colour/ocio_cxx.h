/* SPDX-License-Identifier: Apache-2.0 */
/* What ocio.c has done in C++, in a module that it loads when it is wanted. No exception leaves;
 * false: `message` says why. */
#ifndef FTH_COLOUR_OCIO_CXX_H
#define FTH_COLOUR_OCIO_CXX_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { FTH_OCIO_MESSAGE = 400 };

struct fth_ocio_cxx; /* a conversion that is ready */

struct fth_ocio_cxx_request {
    const char *config, *from, *to, *display, *view; /* as in ocio.h, the config never "" */
};

/* The module's one name. */
struct fth_ocio_cxx_calls {
    const char *version;
    struct fth_ocio_cxx *(*make)(const struct fth_ocio_cxx_request *request, char *message);
    void (*drop)(struct fth_ocio_cxx *made);
    const char *(*id)(const struct fth_ocio_cxx *made); /* what it does, as a word */
    bool (*rows)(const struct fth_ocio_cxx *made, float *const rgb[3], size_t n, char *message);
};
__attribute__((visibility("default"))) const struct fth_ocio_cxx_calls *fth_ocio_module(void);

#ifdef __cplusplus
}
#endif
#endif
