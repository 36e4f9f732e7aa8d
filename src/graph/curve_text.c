/* SPDX-License-Identifier: Apache-2.0 */
/* Keyframes straight from text. Keys of numbers, as almost all are, are read here; whatever looks
 * different is made a tree and read like any other, so that both ways agree. */
#include <string.h>

#include "base/json_text.h"
#include "base/limits.h"
#include "base/text.h"
#include "graph/curve_parts.h"

struct cursor {
    const char *at, *end;
};

static bool is_one_of(char c, const char *letters)
{
    return c && strchr(letters, c);
}

static void skip_space(struct cursor *cursor)
{
    while (cursor->at < cursor->end && is_one_of(*cursor->at, " \t\r\n"))
        cursor->at++;
}

static bool take(struct cursor *cursor, char wanted)
{
    skip_space(cursor);
    if (cursor->at >= cursor->end || *cursor->at != wanted)
        return false;
    cursor->at++;
    return true;
}

static const char *skip_digits(const char *at, const char *end)
{
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at;
}

/* -12.5: at most 15 digits without an exponent, of which a division makes the nearest double (both
 * sides are exact). Anything else is left to others. */
static bool take_number(struct cursor *cursor, double *number)
{
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    skip_space(cursor);
    const char *at = cursor->at;
    bool is_negative = at < cursor->end && *at == '-';
    at += is_negative;
    const char *point = skip_digits(at, cursor->end), *behind = point;
    if (point < cursor->end && *point == '.')
        behind = skip_digits(point + 1, cursor->end);
    size_t before = (size_t)(point - at), after = behind > point ? (size_t)(behind - point - 1) : 0;
    bool is_odd = before == 0 || (before > 1 && *at == '0') || before + after > 15 ||
                  (behind > point && after == 0) || behind >= cursor->end ||
                  !is_one_of(*behind, " \t\r\n,]");
    if (is_odd)
        return false;
    double mantissa = 0;
    for (; at < behind; at++) {
        if (*at != '.')
            mantissa = mantissa * 10 + (*at - '0');
    }
    *number = (is_negative ? -mantissa : mantissa) / powers[after];
    cursor->at = behind;
    return true;
}

static bool take_value(struct cursor *cursor, const struct fth_param *row,
                       struct fth_value *value)
{
    bool is_list = row->type == FTH_PARAM_RANGE || row->type == FTH_PARAM_POINT;
    if (row->type != FTH_PARAM_NUMBER && row->type != FTH_PARAM_INT && !is_list)
        return false;
    if (!is_list)
        return take_number(cursor, &value->numbers[0]);
    return take(cursor, '[') && take_number(cursor, &value->numbers[0]) && take(cursor, ',') &&
           take_number(cursor, &value->numbers[1]) && take(cursor, ']');
}

static bool take_kind(struct cursor *cursor, enum fth_key_kind *kind)
{
    if (!take(cursor, '"'))
        return false;
    for (int i = FTH_KEY_HOLD; i < FTH_KEY_BEZIER; i++) {
        const char *name = fth_key_kind_name((enum fth_key_kind)i);
        size_t length = strlen(name);
        if ((size_t)(cursor->end - cursor->at) > length &&
            memcmp(cursor->at, name, length) == 0 && cursor->at[length] == '"') {
            *kind = (enum fth_key_kind)i;
            cursor->at += length + 1;
            return true;
        }
    }
    return false;
}

/* [frame, value] or [frame, value, kind] of numbers. */
static bool read_plain(const struct fth_param *row, const char *text, struct fth_json_span span,
                       struct fth_key_frame *key)
{
    struct cursor cursor = {text + span.begin, text + span.end};
    struct fth_value value = {.type = row->type};
    *key = (struct fth_key_frame){.kind = fth_curve_usual_kind(row)};
    bool sound = take(&cursor, '[') && take_number(&cursor, &key->frame) && take(&cursor, ',') &&
                 take_value(&cursor, row, &value);
    if (sound && take(&cursor, ','))
        sound = take_kind(&cursor, &key->kind);
    sound = sound && take(&cursor, ']') && cursor.at == cursor.end;
    return sound && fth_value_from_numbers(row, value.numbers, fth_param_component_count(row->type),
                                           &key->value, NULL) == FTH_OK;
}

static enum fth_status read_one(const struct fth_param *row, const char *text,
                                struct fth_json_span span, struct fth_key_frame *key,
                                struct fth_error *error)
{
    struct fth_json *tree = NULL;
    if (read_plain(row, text, span, key))
        return FTH_OK;
    *key = (struct fth_key_frame){.frame = 0};
    enum fth_status status =
        fth_json_parse(text + span.begin, span.end - span.begin, "it", &tree, error);
    if (status == FTH_OK)
        status = fth_curve_read_key(row, tree, key, error);
    fth_json_destroy(&tree);
    return status;
}

/* How many elements, as far as a curve can have so many, and whether one has a fourth part; false
 * when it is no list. */
static bool look(const char *text, size_t length, size_t *count, bool *has_handles)
{
    struct fth_json_span key, value;
    struct fth_json_walk walk;
    if (!fth_json_walk_begin(&walk, text, length, 0) || walk.is_object)
        return false;
    *count = 0;
    *has_handles = false;
    while (*count <= FTH_LIMIT_KEYS && fth_json_walk_next(&walk, &key, &value)) {
        /* only a bezier key has one, and says so */
        const char *at = text + value.begin;
        size_t size = value.end - value.begin;
        if (!*has_handles && size > 20 && memmem(at, size, "\"bezier\"", 8)) {
            struct fth_json_walk inner;
            struct fth_json_span none, part;
            int parts = 0;
            bool more = fth_json_walk_begin(&inner, text, value.end, value.begin);
            for (; more && fth_json_walk_next(&inner, &none, &part); parts++)
                ;
            *has_handles = parts > 3;
        }
        ++*count;
    }
    return walk.is_sound;
}

enum fth_status fth_curve_read_text(const struct fth_param *row, const char *text, size_t length,
                                    struct fth_curve **result, struct fth_error *error)
{
    struct fth_curve *curve = NULL;
    struct fth_json_span key_span, span;
    struct fth_json_walk walk;
    size_t count = 0, index = 0;
    bool has_handles = false;
    if (!look(text, length, &count, &has_handles) ||
        !fth_json_walk_begin(&walk, text, length, 0))
        return fth_fail(error, FTH_ERR_USAGE,
                        "parameter '%s': keys are a list of [frame, value]: [[1, 0], [24, 1]]",
                        row->id);
    enum fth_status status = fth_curve_begin(row, count, has_handles, &curve, error);
    while (status == FTH_OK && index < count && fth_json_walk_next(&walk, &key_span, &span)) {
        struct fth_key_frame key;
        status = read_one(row, text, span, &key, error);
        if (status == FTH_OK)
            status = fth_curve_put(curve, index, &key, error);
        index++;
        if (status != FTH_OK) {
            fth_value_clear(&key.value);
            fth_error_prefix(error, "key %zu", index);
        }
    }
    if (status == FTH_OK) {
        fth_curve_seal(curve);
        *result = curve;
    } else {
        fth_curve_destroy(&curve);
    }
    return status;
}
