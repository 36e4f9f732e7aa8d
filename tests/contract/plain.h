/* SPDX-License-Identifier: Apache-2.0 */
/* A graph evaluated as simply as can be: every node over its whole data window from whole inputs,
 * one after another; no bands, threads, regions, caches or keys, nothing skipped but what the
 * common controls say is skipped. What the engine makes of a graph must have the same bytes. */
#ifndef FTH_TESTS_PLAIN_H
#define FTH_TESTS_PLAIN_H

#include "graph/graph.h"

struct plain;

struct plain *plain_open(const struct fth_graph *graph);
void plain_close(struct plain **plain);

/* Borrowed until plain_close. */
enum fth_status plain_picture(struct plain *plain, int node, int64_t frame,
                              const struct fth_image **image, struct fth_error *error);
enum fth_status plain_info(struct plain *plain, int node, int64_t frame, struct fth_info *info,
                           struct fth_error *error);

/* plain_common.c: the common controls, pixel by pixel. `after` NULL: the mask is black everywhere,
 * and the node has not been run; `said` is what it says of its picture. */
enum fth_status plain_common(const struct fth_common *common, bool matte,
                             const struct fth_image *before, const struct fth_image *after,
                             const struct fth_image *mask, const struct fth_info *said,
                             const struct fth_info *result, struct fth_image **out,
                             struct fth_error *error);
bool plain_mask_is_black(const struct fth_common *common, const struct fth_image *mask);

#endif
