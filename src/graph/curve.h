/* SPDX-License-Identifier: Apache-2.0 */
/* Keyframes: the values of one parameter over time (docs/keyframes.md has the rules). A curve is
 * made whole, and not changed afterwards; any thread may read it. Frames are fractions too, and may
 * be negative; before the first key its value holds, after the last key that one's. */
#ifndef FTH_GRAPH_CURVE_H
#define FTH_GRAPH_CURVE_H

#include <stddef.h>

#include "base/hash.h"
#include "base/json.h"
#include "node/param.h"

/* How the value goes from a key to the next one. */
enum fth_key_kind { FTH_KEY_HOLD, FTH_KEY_LINEAR, FTH_KEY_SMOOTH, FTH_KEY_BEZIER };

/* BEZIER: one handle in and one out, each (frames, value) from the key; a value of more components
 * has one number for each: handles[side][1 + component]. */
enum { FTH_KEY_IN, FTH_KEY_OUT, FTH_KEY_HANDLE = 5 };

struct fth_key_frame {
    double frame;
    enum fth_key_kind kind;
    struct fth_value value;
    double handles[2][FTH_KEY_HANDLE];
};

struct fth_curve;

/* Reads [[frame, value, kind, handles], ...]; frames ascend. Values are checked against `row`,
 * which lives as long as the program and must allow keyframes. At most FTH_LIMIT_KEYS. */
enum fth_status fth_curve_read(const struct fth_param *row, const struct fth_json *keys,
                               struct fth_curve **curve, struct fth_error *error);
/* Keyframes in the place of a value's text: "@[[1, 0], [24, 1]]". Texts and names of files that do
 * not animate may begin so; for a text that does, "@@[" stands for "@[". */
bool fth_curve_is_written(const struct fth_param *row, const char *text);
/* The same from such a text. */
enum fth_status fth_curve_parse(const struct fth_param *row, const char *text,
                                struct fth_curve **curve, struct fth_error *error);
/* The same from the text of such a list, without a tree of it: for a million of keys. Text that is
 * no JSON is refused; positions in messages are those of the text. */
enum fth_status fth_curve_read_text(const struct fth_param *row, const char *text, size_t length,
                                    struct fth_curve **curve, struct fth_error *error);
/* The same from keys, whose values are copied. */
enum fth_status fth_curve_create(const struct fth_param *row, const struct fth_key_frame *keys,
                                 size_t count, struct fth_curve **curve, struct fth_error *error);
/* One more owner of it. */
struct fth_curve *fth_curve_ref(struct fth_curve *curve);
void fth_curve_destroy(struct fth_curve **curve); /* one less; accepts NULL */

const struct fth_param *fth_curve_row(const struct fth_curve *curve);
size_t fth_curve_count(const struct fth_curve *curve);
/* One key; its text (if any) is lent by the curve. */
struct fth_key_frame fth_curve_key(const struct fth_curve *curve, size_t index);
/* The value at `frame`, inside the row's limits; its text (if any) is lent by the curve. */
struct fth_value fth_curve_at(const struct fth_curve *curve, double frame);
/* Keys as fth_curve_read takes them. NULL when memory is out. */
struct fth_json *fth_curve_write(const struct fth_curve *curve);
void fth_curve_hash(const struct fth_curve *curve, struct fth_hasher *hasher);

/* "hold", "linear", "smooth", "bezier". */
const char *fth_key_kind_name(enum fth_key_kind kind);

#endif
