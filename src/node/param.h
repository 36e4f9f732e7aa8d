/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter tables at work: rows that check their field's C type, values, text in and out. */
#ifndef FTH_NODE_PARAM_H
#define FTH_NODE_PARAM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/hash.h"
#include "base/status.h"
#include "fathom/param.h"

/* A row of a table: FTH_PARAM(NUMBER, struct params, gamma, .label = "Gamma", .min = 0.1, ...).
 * The id is the field's name; a field of the wrong C type does not compile. */
#define FTH_FIELD_NUMBER(field) _Generic(&(field), double *: 1)
#define FTH_FIELD_INT(field) _Generic(&(field), int64_t *: 1)
#define FTH_FIELD_SWITCH(field) _Generic(&(field), bool *: 1)
#define FTH_FIELD_CHOICE(field) _Generic(&(field), int32_t *: 1)
#define FTH_FIELD_TEXT(field) _Generic(&(field), const char **: 1)
#define FTH_FIELD_FILE(field) _Generic(&(field), const char **: 1)
#define FTH_FIELD_RANGE(field) _Generic(&(field), double(*)[2]: 1)
#define FTH_FIELD_POINT(field) _Generic(&(field), double(*)[2]: 1)
#define FTH_FIELD_COLOUR(field) _Generic(&(field), double(*)[4]: 1)
#define FTH_FIELD_SHAPE(field) _Generic(&(field), struct fth_shape_at *: 1)

#define FTH_PARAM(kind, strukt, field, ...)                                                        \
    {                                                                                              \
        .id = #field, .type = FTH_PARAM_##kind,                                                    \
        .offset = (uint16_t)(offsetof(strukt, field) +                                             \
                             0 * sizeof(char[FTH_FIELD_##kind(((strukt *)0)->field)])),            \
        .size = (uint16_t)sizeof(((strukt *)0)->field), __VA_ARGS__                                \
    }
#define FTH_PARAM_TABLE_END                                                                        \
    {                                                                                              \
        .type = FTH_PARAM_END                                                                      \
    }

/* One value of any type. `text` and `shape` are owned by whoever owns the value; `towards`, the
 * shape a curve is on the way to, is always lent. */
struct fth_value {
    enum fth_param_type type;
    double numbers[4]; /* number, int (exact to 2^53), switch, choice index, components; of a SHAPE
                          the share of `towards` */
    char *text;        /* TEXT and FILE only */
    struct fth_shape *shape; /* SHAPE only; NULL: no path */
    const struct fth_shape *towards;
};

/* How many of numbers[] a type uses (0 for texts and shapes). */
int fth_param_component_count(enum fth_param_type type);

/* True for one id in two spellings: underscores and dashes count alike. */
bool fth_id_equal(const char *a, const char *b);

/* The row called `id` (underscores and dashes alike), or NULL. */
const struct fth_param *fth_param_find(const struct fth_param *table, const char *id);

/* Text to value, checked against the row: "parameter 'gamma': 7 is outside 0.1..5". On success the
 * value's text or shape is new; clear it with fth_value_clear. */
enum fth_status fth_value_parse(const struct fth_param *param, const char *text,
                                struct fth_value *value, struct fth_error *error);
/* Numbers to value, checked the same way. */
enum fth_status fth_value_from_numbers(const struct fth_param *param, const double *numbers,
                                       int count, struct fth_value *value, struct fth_error *error);
/* The text that parses back to the value. New string (fth_free), NULL when memory is out. */
char *fth_value_print(const struct fth_param *param, const struct fth_value *value);
enum fth_status fth_value_default(const struct fth_param *param, struct fth_value *value,
                                  struct fth_error *error);
bool fth_value_equal(const struct fth_value *a, const struct fth_value *b);
void fth_value_clear(struct fth_value *value);
/* A value that owns all it has. */
enum fth_status fth_value_copy(const struct fth_value *value, struct fth_value *copy,
                               struct fth_error *error);
void fth_value_hash(const struct fth_value *value, struct fth_hasher *hasher);

/* Writes the value into the field of `params`; texts and shapes are lent, not copied. */
void fth_value_store(const struct fth_param *param, const struct fth_value *value, void *params);
/* Every row's default into `params`. */
void fth_params_default(const struct fth_param *table, void *params);
/* The field of `params` as a value whose text or shape is lent (do not clear). */
struct fth_value fth_value_load(const struct fth_param *param, const void *params);

/* False when the row's `when` does not hold in `params`, or that of the row it depends on. */
bool fth_param_shown(const struct fth_param *table, const struct fth_param *param,
                     const void *params);

/* Feeds id and value of every row that affects pixels, is shown, and affects a step of `steps`. */
void fth_params_hash(const struct fth_param *table, const void *params, uint8_t steps,
                     struct fth_hasher *hasher);

/* Checks a table: ids, labels, helps, ranges around defaults, choices, conditions, offsets inside
 * `params_size`. NULL when sane, else a sentence (static buffer per thread). */
const char *fth_params_complaint(const struct fth_param *table, size_t params_size);

#endif
