/* SPDX-License-Identifier: Apache-2.0 */
/* A catalogue of four toys, under names that the real ones have too: nothing here renders. */
#ifndef FTH_TEST_TOYS_H
#define FTH_TEST_TOYS_H

#include "node/node.h"

struct fth_toy_params {
    double gamma;
    const char *file;
};
extern const struct fth_catalogue fth_toys;

#endif
