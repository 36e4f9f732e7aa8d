/* SPDX-License-Identifier: Apache-2.0 */
/* OpenColorIO's answers, to hold ours against. Pixels are R, G, B, A, changed in place. */
#ifndef FTH_TESTS_OCIO_PEER_H
#define FTH_TESTS_OCIO_PEER_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Built-in transforms by name, one after the other; "-NAME" goes back. The second may be NULL. */
bool ocio_peer_builtin(const char *first, const char *second, float *rgba, size_t pixels);
/* Light to code by a log of base 2: log side slope and offset, linear side slope and offset, cut,
 * slope of the line. */
bool ocio_peer_log(const double parameters[6], float *rgba, size_t pixels);
/* Light to code by a power with a line, and without one (offset 0). */
bool ocio_peer_gamma(double gamma, double offset, float *rgba, size_t pixels);

#ifdef __cplusplus
}
#endif
#endif
