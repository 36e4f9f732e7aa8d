/* SPDX-License-Identifier: Apache-2.0 */
/* Depth Map in several files: the node with its table, the map and the output (depth_map.c), where
 * depth comes from (depth_map_source.c), what is done to the edges of the map (depth_map_finesse.c,
 * and of the picture for it depth_map_guide.c) and of what it cuts out (depth_map_edge.c). Here is
 * what they share. */
#ifndef FTH_NODES_DEPTH_MAP_H
#define FTH_NODES_DEPTH_MAP_H

#include "nodes/edge.h"
#include "ops/guided.h"

enum { PORT_INPUT, PORT_DEPTH };
enum { MODE_FASTER, MODE_BETTER };
enum { FROM_PICTURE, FROM_CHANNEL };
enum { OUTPUT_TRANSPARENCY, OUTPUT_KEY };

struct fth_depth_map {
    int32_t mode, depth_from, output;
    const char *model;
    bool per_frame, preview, keep_map, invert, adjust_map_levels, isolation, post_processing;
    double far_limit, near_limit, gamma, target_depth, tolerance, softness;
    double post_filter, contract_expand, blur, subject_lift;
    FTH_EDGE_FIELDS
};

/* Step "estimate": a bundle of the node's size, from a network, the depth input or a channel. */
extern const struct fth_analysis fth_depth_map_analysis;
bool fth_depth_map_source_ignores(const struct fth_call *call, int port);
enum fth_status fth_depth_map_open(const struct fth_call *call, void **state,
                                   struct fth_error *error);
void fth_depth_map_close(void **state);
enum fth_status fth_depth_map_hash(const struct fth_call *call, struct fth_hasher *hasher,
                                   struct fth_error *error);

/* Step "guide": what the post-filter takes from the picture and the depth's confidence, packed in
 * planes beside the map; nothing where there is no picture. */
bool fth_depth_map_guide_is_identity(const struct fth_call *call);
enum fth_status fth_depth_map_guide(const struct fth_call *call, struct fth_image **out,
                                    struct fth_error *error);
/* These, borrowed from what the steps hand on. False: there are none. */
bool fth_depth_map_find_guide(const struct fth_call *call, struct fth_guide *guide);
/* And taken off `image`. */
enum fth_status fth_depth_map_drop_guide(struct fth_image *image, struct fth_error *error);

/* Step "finesse": post-filter, contract/expand, blur. */
bool fth_depth_map_finesse_is_identity(const struct fth_call *call);
bool fth_depth_map_finesse_ignores(const struct fth_call *call, int port);
enum fth_status fth_depth_map_finesse(const struct fth_call *call, struct fth_image **out,
                                      struct fth_error *error);

/* Step "edge": the bundle with clean colours beside the map, R, G and B, not multiplied. */
bool fth_depth_map_edge_is_identity(const struct fth_call *call);
bool fth_depth_map_edge_ignores(const struct fth_call *call, int port);
enum fth_status fth_depth_map_edge(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error);

/* The matte over to->rect: the map, limited, times `alpha` (NULL: opaque). */
void fth_depth_map_matte(const struct fth_plane *map, const struct fth_plane *alpha,
                         const struct fth_plane *to);

/* Says so once when nothing of the map, or all of an inverted one, is left: a picture that is all
 * background looks like a fault of the tool. For steps that see whole pictures. */
void fth_depth_map_remark_empty(const struct fth_call *call);

/* A new bundle with the map `made` in the place of `before`'s; takes `made` over. */
enum fth_status fth_depth_map_replace(const struct fth_image *before, struct fth_plane *made,
                                      struct fth_image **out, struct fth_error *error);

#endif
