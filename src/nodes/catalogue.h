/* SPDX-License-Identifier: Apache-2.0 */
/* Every node there is. The list itself is made by src/nodes/meson.build from its one list of names:
 * adding a node is one new file and one word there. */
#ifndef FTH_NODES_CATALOGUE_H
#define FTH_NODES_CATALOGUE_H

#include "node/node.h"

const struct fth_catalogue *fth_catalogue_all(void);

#endif
