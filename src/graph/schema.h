/* SPDX-License-Identifier: Apache-2.0 */
/* The form of a document for editors: a JSON Schema (draft 7) made from the tables. It is stricter
 * than the program in this: what the program keeps and warns of, the schema refuses. */
#ifndef FTH_GRAPH_SCHEMA_H
#define FTH_GRAPH_SCHEMA_H

#include "base/status.h"

struct fth_catalogue;

/* New text (fth_free). */
enum fth_status fth_schema_print(const struct fth_catalogue *catalogue, char **text,
                                 struct fth_error *error);

#endif
