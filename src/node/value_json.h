/* SPDX-License-Identifier: Apache-2.0 */
/* Values of parameters as JSON: a number, true or false, the id of a choice, a text, [a, b] of a
 * range or point, [r, g, b] or [r, g, b, a] of a colour, a shape as node/shape.h has it. */
#ifndef FTH_NODE_VALUE_JSON_H
#define FTH_NODE_VALUE_JSON_H

#include "base/json.h"
#include "node/param.h"

/* Checked against the row as fth_value_parse checks. On success the value's text or shape is new;
 * clear it with fth_value_clear. */
enum fth_status fth_value_read(const struct fth_param *param, const struct fth_json *json,
                               struct fth_value *value, struct fth_error *error);
/* What fth_value_read reads back. NULL when memory is out. */
struct fth_json *fth_value_write(const struct fth_param *param, const struct fth_value *value);

#endif
