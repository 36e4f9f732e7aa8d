/* SPDX-License-Identifier: Apache-2.0 */
/* Values of parameters: text and numbers in, checked against the row; text out; fields of the
 * node's struct. What is wrong with a whole table is table.c's business. */
#include "node/param.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "node/shape.h"

/* doubles hold every integer up to here */
static const double EXACT_INT = 9007199254740992.0;

int fth_param_component_count(enum fth_param_type type)
{
    switch (type) {
    case FTH_PARAM_NUMBER:
    case FTH_PARAM_INT:
    case FTH_PARAM_SWITCH:
    case FTH_PARAM_CHOICE:
        return 1;
    case FTH_PARAM_RANGE:
    case FTH_PARAM_POINT:
        return 2;
    case FTH_PARAM_COLOUR:
        return 4;
    default:
        return 0;
    }
}

static bool is_text(const struct fth_param *param)
{
    return param->type == FTH_PARAM_TEXT || param->type == FTH_PARAM_FILE;
}

bool fth_id_equal(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b))
            return false;
    }
    return *a == *b;
}

const struct fth_param *fth_param_find(const struct fth_param *table, const char *id)
{
    for (; table && table->type != FTH_PARAM_END; table++) {
        if (fth_id_equal(table->id, id))
            return table;
    }
    return NULL;
}

static int choice_count(const struct fth_param *param)
{
    int count = 0;
    while (param->choices && param->choices[count].id)
        count++;
    return count;
}

static enum fth_status check_number(const struct fth_param *param, double number,
                                    struct fth_error *error)
{
    char text[3][32];
    bool low = param->flags & FTH_PARAM_OPEN_MIN ? number <= param->min : number < param->min;
    bool high = param->flags & FTH_PARAM_OPEN_MAX ? number >= param->max : number > param->max;
    if (isfinite(number) && !low && !high)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': %s is outside %s..%s%s%s", param->id,
                    fth_print_double(number, text[0]), fth_print_double(param->min, text[1]),
                    fth_print_double(param->max, text[2]),
                    param->flags & FTH_PARAM_OPEN_MIN ? ", the low end excluded" : "",
                    param->flags & FTH_PARAM_OPEN_MAX ? ", the high end excluded" : "");
}

/* The rules of one row, whatever the numbers came from. A colour may leave out its alpha. */
static enum fth_status check_numbers(const struct fth_param *param, const double *numbers,
                                     struct fth_error *error)
{
    double first = numbers[0];
    if (param->type == FTH_PARAM_SWITCH) {
        if (first != 0 && first != 1)
            return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': a switch is true or false",
                            param->id);
        return FTH_OK;
    }
    if (param->type == FTH_PARAM_CHOICE) {
        if (!(first >= 0 && first < choice_count(param)) || first != floor(first))
            return fth_fail(error, FTH_ERR_USAGE, "parameter '%s' has no such choice", param->id);
        return FTH_OK;
    }
    for (int i = 0; i < fth_param_component_count(param->type); i++) {
        enum fth_status status = check_number(param, numbers[i], error);
        if (status != FTH_OK)
            return status;
    }
    char text[2][32];
    if (param->type == FTH_PARAM_INT && (first != floor(first) || fabs(first) > EXACT_INT))
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': %s is not a whole number",
                        param->id, fth_print_double(first, text[0]));
    if (param->type == FTH_PARAM_RANGE && first > numbers[1])
        return fth_fail(error, FTH_ERR_USAGE,
                        "parameter '%s': the low end %s is above the high end %s", param->id,
                        fth_print_double(first, text[0]),
                        fth_print_double(numbers[1], text[1]));
    return FTH_OK;
}

static const char *numbers_wanted(enum fth_param_type type)
{
    switch (type) {
    case FTH_PARAM_RANGE:
        return "two numbers, LOW,HIGH";
    case FTH_PARAM_POINT:
        return "two numbers, X,Y";
    case FTH_PARAM_COLOUR:
        return "three or four numbers, R,G,B or R,G,B,A";
    default:
        return "a number";
    }
}

enum fth_status fth_value_from_numbers(const struct fth_param *param, const double *numbers,
                                       int count, struct fth_value *value, struct fth_error *error)
{
    int wanted = fth_param_component_count(param->type);
    bool short_colour = param->type == FTH_PARAM_COLOUR && count == 3;
    if (!wanted)
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s' is a %s, not a number", param->id,
                        is_text(param) ? "text" : "shape");
    if (count != wanted && !short_colour)
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s' takes %s", param->id,
                        numbers_wanted(param->type));
    struct fth_value made = {.type = param->type};
    memcpy(made.numbers, numbers, (size_t)count * sizeof(*numbers));
    if (short_colour)
        made.numbers[3] = 1;
    enum fth_status status = check_numbers(param, made.numbers, error);
    if (status == FTH_OK)
        *value = made;
    return status;
}

static enum fth_status parse_numbers(const struct fth_param *param, const char *text,
                                     struct fth_value *value, struct fth_error *error)
{
    double numbers[4];
    int count = 0;
    bool sound = true;
    for (const char *at = text; sound && at; count++) {
        size_t length = strcspn(at, ",");
        char word[64];
        sound = count < 4 && length < sizeof(word);
        if (!sound)
            break;
        memcpy(word, at, length);
        word[length] = '\0';
        sound = fth_parse_double(word, &numbers[count]);
        at = at[length] ? at + length + 1 : NULL;
    }
    if (!sound)
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': '%.200s' is not %s", param->id, text,
                        numbers_wanted(param->type));
    return fth_value_from_numbers(param, numbers, count, value, error);
}

static enum fth_status parse_int(const struct fth_param *param, const char *text,
                                 struct fth_value *value, struct fth_error *error)
{
    int64_t number;
    if (!fth_parse_int(text, &number))
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': '%.200s' is not a whole number",
                        param->id, text);
    double exact = (double)number;
    if (fabs(exact) > EXACT_INT || (int64_t)exact != number)
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': %lld is beyond +-2^53", param->id,
                        (long long)number);
    return fth_value_from_numbers(param, &exact, 1, value, error);
}

static enum fth_status parse_switch(const struct fth_param *param, const char *text,
                                    struct fth_value *value, struct fth_error *error)
{
    static const char *const words[] = {"false", "true", "off", "on", "no", "yes", "0", "1"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(words); i++) {
        if (strcmp(text, words[i]) == 0) {
            *value = (struct fth_value){.type = FTH_PARAM_SWITCH, .numbers = {(double)(i % 2)}};
            return FTH_OK;
        }
    }
    return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': '%.200s' is not true or false",
                    param->id, text);
}

static enum fth_status unknown_choice(const struct fth_param *param, const char *text,
                                      struct fth_error *error)
{
    enum { MOST = 32 };
    const char *ids[MOST];
    int count = FTH_MIN(choice_count(param), MOST);
    struct fth_text all = {0};
    for (int i = 0; i < count; i++) {
        ids[i] = param->choices[i].id;
        fth_text_append(&all, "%s%s", i ? ", " : "", ids[i]);
    }
    const char *nearest = fth_nearest_word(text, ids, (size_t)count);
    enum fth_status status =
        fth_fail(error, FTH_ERR_USAGE, "parameter '%s': '%.200s' is not one of %s%s%s%s", param->id,
                 text, all.data ? all.data : "its choices", nearest ? "; did you mean '" : "",
                 nearest ? nearest : "", nearest ? "'?" : "");
    fth_text_clear(&all);
    return status;
}

static enum fth_status parse_choice(const struct fth_param *param, const char *text,
                                    struct fth_value *value, struct fth_error *error)
{
    int count = choice_count(param);
    for (int i = 0; i < count; i++) {
        if (fth_id_equal(param->choices[i].id, text)) {
            *value = (struct fth_value){.type = FTH_PARAM_CHOICE, .numbers = {i}};
            return FTH_OK;
        }
    }
    return unknown_choice(param, text, error);
}

/* Length of the UTF-8 character at `s`, 0 when it is none (overlong forms and surrogates too). */
static int character_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    int length = s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : 2;
    if (s[0] < 0xc2 || s[0] > 0xf4)
        return 0;
    for (int i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
    }
    bool overlong = (s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xf0 && s[1] < 0x90);
    bool beyond = (s[0] == 0xed && s[1] > 0x9f) || (s[0] == 0xf4 && s[1] > 0x8f);
    return overlong || beyond ? 0 : length;
}

static bool is_utf8(const char *text)
{
    const unsigned char *s = (const unsigned char *)text;
    while (*s) {
        int length = character_length(s);
        if (!length)
            return false;
        s += length;
    }
    return true;
}

static enum fth_status parse_text(const struct fth_param *param, const char *text,
                                  struct fth_value *value, struct fth_error *error)
{
    size_t limit = param->type == FTH_PARAM_FILE ? FTH_LIMIT_PATH : FTH_LIMIT_TEXT;
    if (strlen(text) >= limit)
        return fth_fail(error, FTH_ERR_LIMIT, "parameter '%s': %zu bytes of text, the limit is %zu",
                        param->id, strlen(text), limit - 1);
    if (param->type == FTH_PARAM_TEXT && !is_utf8(text))
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': the text is not UTF-8", param->id);
    char *copy = fth_strdup(text);
    if (!copy)
        return fth_fail_memory(error, strlen(text) + 1, "a text");
    *value = (struct fth_value){.type = param->type, .text = copy};
    return FTH_OK;
}

static enum fth_status parse_shape(const struct fth_param *param, const char *text,
                                   struct fth_value *value, struct fth_error *error)
{
    struct fth_shape *shape = NULL;
    enum fth_status status = fth_shape_parse(param, text, &shape, error);
    if (status == FTH_OK)
        *value = (struct fth_value){.type = FTH_PARAM_SHAPE, .shape = shape};
    return status;
}

enum fth_status fth_value_parse(const struct fth_param *param, const char *text,
                                struct fth_value *value, struct fth_error *error)
{
    switch (param->type) {
    case FTH_PARAM_INT:
        return parse_int(param, text, value, error);
    case FTH_PARAM_SWITCH:
        return parse_switch(param, text, value, error);
    case FTH_PARAM_CHOICE:
        return parse_choice(param, text, value, error);
    case FTH_PARAM_TEXT:
    case FTH_PARAM_FILE:
        return parse_text(param, text, value, error);
    case FTH_PARAM_SHAPE:
        return parse_shape(param, text, value, error);
    default:
        return parse_numbers(param, text, value, error);
    }
}

static struct fth_shape_at shape_of(const struct fth_value *value)
{
    return (struct fth_shape_at){value->shape, value->towards, value->numbers[0]};
}

char *fth_value_print(const struct fth_param *param, const struct fth_value *value)
{
    if (is_text(param))
        return fth_strdup(value->text ? value->text : "");
    if (param->type == FTH_PARAM_SWITCH)
        return fth_strdup(value->numbers[0] != 0 ? "true" : "false");
    if (param->type == FTH_PARAM_CHOICE)
        return fth_strdup(param->choices[(int)value->numbers[0]].id);
    if (param->type == FTH_PARAM_SHAPE) {
        struct fth_shape_at at = shape_of(value);
        return fth_shape_print(&at);
    }
    struct fth_text text = {0};
    char number[32];
    if (param->type == FTH_PARAM_INT)
        fth_text_append(&text, "%lld", (long long)value->numbers[0]);
    int count = param->type == FTH_PARAM_INT ? 0 : fth_param_component_count(param->type);
    if (param->type == FTH_PARAM_COLOUR && value->numbers[3] == 1)
        count = 3;
    for (int i = 0; i < count; i++)
        fth_text_append(&text, "%s%s", i ? "," : "", fth_print_double(value->numbers[i], number));
    if (text.failed)
        fth_text_clear(&text);
    return text.data;
}

static enum fth_status copy_shape(const struct fth_shape_at *at, struct fth_value *copy,
                                  struct fth_error *error)
{
    struct fth_shape *shape = NULL;
    enum fth_status status = fth_shape_copy(at, &shape, error);
    if (status == FTH_OK)
        *copy = (struct fth_value){.type = FTH_PARAM_SHAPE, .shape = shape};
    return status;
}

enum fth_status fth_value_default(const struct fth_param *param, struct fth_value *value,
                                  struct fth_error *error)
{
    if (is_text(param))
        return parse_text(param, param->def_text ? param->def_text : "", value, error);
    if (param->type == FTH_PARAM_SHAPE)
        return copy_shape(&(struct fth_shape_at){.from = param->def_shape}, value, error);
    return fth_value_from_numbers(param, param->def, fth_param_component_count(param->type), value,
                                  error);
}

bool fth_value_equal(const struct fth_value *a, const struct fth_value *b)
{
    if (a->type != b->type)
        return false;
    for (int i = 0; i < fth_param_component_count(a->type); i++) {
        if (a->numbers[i] != b->numbers[i])
            return false;
    }
    struct fth_shape_at shapes[2] = {shape_of(a), shape_of(b)};
    if (a->type == FTH_PARAM_SHAPE)
        return fth_shape_equal(&shapes[0], &shapes[1]);
    return strcmp(a->text ? a->text : "", b->text ? b->text : "") == 0;
}

void fth_value_clear(struct fth_value *value)
{
    fth_free(value->text);
    fth_shape_destroy(&value->shape);
    *value = (struct fth_value){0};
}

enum fth_status fth_value_copy(const struct fth_value *value, struct fth_value *copy,
                               struct fth_error *error)
{
    if (value->type == FTH_PARAM_SHAPE) {
        struct fth_shape_at at = shape_of(value);
        return copy_shape(&at, copy, error);
    }
    struct fth_value made = *value;
    if (value->text && !(made.text = fth_strdup(value->text)))
        return fth_fail_memory(error, strlen(value->text) + 1, "a text");
    *copy = made;
    return FTH_OK;
}

void fth_value_hash(const struct fth_value *value, struct fth_hasher *hasher)
{
    struct fth_shape_at at = shape_of(value);
    if (value->type == FTH_PARAM_TEXT || value->type == FTH_PARAM_FILE)
        fth_hash_text(hasher, value->text);
    if (value->type == FTH_PARAM_SHAPE)
        fth_shape_hash(&at, hasher);
    for (int i = 0; i < fth_param_component_count(value->type); i++)
        fth_hash_double(hasher, value->numbers[i]);
}

void fth_value_store(const struct fth_param *param, const struct fth_value *value, void *params)
{
    void *field = (char *)params + param->offset;
    switch (param->type) {
    case FTH_PARAM_INT:
        *(int64_t *)field = (int64_t)value->numbers[0];
        break;
    case FTH_PARAM_SWITCH:
        *(bool *)field = value->numbers[0] != 0;
        break;
    case FTH_PARAM_CHOICE:
        *(int32_t *)field = (int32_t)value->numbers[0];
        break;
    case FTH_PARAM_TEXT:
    case FTH_PARAM_FILE:
        *(const char **)field = value->text ? value->text : "";
        break;
    case FTH_PARAM_SHAPE:
        *(struct fth_shape_at *)field = shape_of(value);
        break;
    default:
        memcpy(field, value->numbers,
               (size_t)fth_param_component_count(param->type) * sizeof(double));
    }
}

void fth_params_default(const struct fth_param *table, void *params)
{
    for (; table && table->type != FTH_PARAM_END; table++) {
        struct fth_value value = {.type = table->type};
        memcpy(value.numbers, table->def, sizeof(value.numbers));
        if (is_text(table))
            *(const char **)((char *)params + table->offset) =
                table->def_text ? table->def_text : "";
        else if (table->type == FTH_PARAM_SHAPE)
            *(struct fth_shape_at *)((char *)params + table->offset) =
                (struct fth_shape_at){.from = table->def_shape};
        else
            fth_value_store(table, &value, params);
    }
}

struct fth_value fth_value_load(const struct fth_param *param, const void *params)
{
    const void *field = (const char *)params + param->offset;
    struct fth_value value = {.type = param->type};
    switch (param->type) {
    case FTH_PARAM_INT:
        value.numbers[0] = (double)*(const int64_t *)field;
        break;
    case FTH_PARAM_SWITCH:
        value.numbers[0] = *(const bool *)field;
        break;
    case FTH_PARAM_CHOICE:
        value.numbers[0] = *(const int32_t *)field;
        break;
    case FTH_PARAM_TEXT:
    case FTH_PARAM_FILE:
        value.text = (char *)(uintptr_t)*(const char *const *)field;
        break;
    case FTH_PARAM_SHAPE: {
        const struct fth_shape_at *at = field;
        value.shape = (struct fth_shape *)(uintptr_t)at->from;
        value.towards = at->to;
        value.numbers[0] = at->share;
        break;
    }
    default:
        memcpy(value.numbers, field,
               (size_t)fth_param_component_count(param->type) * sizeof(double));
    }
    return value;
}
