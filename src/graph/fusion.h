/* SPDX-License-Identifier: Apache-2.0 */
/* Fusion's text read as a document, and a document written as Fusion's text (docs/fusion.md). The
 * document keeps the text it came from in its view, so that what nobody touched is written back
 * byte for byte. Reports are {"tools", "nodes", "shift", "notes": [{"tool", "input", "kind",
 * "why"}]}; a kind is "unknown" (a tool), "input", "value", "expression", "driven", "link",
 * "guess", "frames", "file", "node" or "parameter". */
#ifndef FTH_GRAPH_FUSION_H
#define FTH_GRAPH_FUSION_H

#include <stddef.h>

#include "base/json.h"
#include "base/status.h"
#include "node/node.h"

struct fth_fusion_result {
    struct fth_json *document, *report; /* new: fth_json_destroy */
};

/* `name` (a file) opens messages. */
enum fth_status fth_fusion_read(const struct fth_catalogue *catalogue, const char *name,
                                const char *text, size_t length,
                                struct fth_fusion_result *result, struct fth_error *error);
/* `text` is begun with = {0}. */
enum fth_status fth_fusion_write(const struct fth_catalogue *catalogue,
                                 const struct fth_json *document, struct fth_text *text,
                                 struct fth_json **report, struct fth_error *error);

#endif
