/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue as JSON (docs/json.md, "nodes"). */
#ifndef FTH_CLI_NODES_JSON_H
#define FTH_CLI_NODES_JSON_H

#include "base/json.h"
#include "fathom/fathom.h"

/* They return new. `node` NULL: all of them. */
struct fth_json *fth_cli_nodes_json(const struct fth_node_type *node);
struct fth_json *fth_cli_ports_json(const struct fth_port *ports);
struct fth_json *fth_cli_params_json(const struct fth_param *table);

#endif
