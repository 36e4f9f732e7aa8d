/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue, made from the list of names in src/nodes/meson.build. */
#include "nodes/catalogue.h"

#include "base/compiler.h"

#define NODE(name) extern const struct fth_node_desc fth_node_##name;
#include "nodes/catalogue.list.h"
#undef NODE
extern const struct fth_node_desc fth_node_fit; /* in no list */

#define NODE(name) &fth_node_##name,
static const struct fth_node_desc *const all_nodes[] = {
#include "nodes/catalogue.list.h"
};
#undef NODE

const struct fth_catalogue *fth_catalogue_all(void)
{
    static const struct fth_catalogue catalogue = {
        .nodes = all_nodes, .count = FTH_ARRAY_COUNT(all_nodes),
        .converter = &fth_node_colour_space,
        .fitter = &fth_node_fit};
    return &catalogue;
}
