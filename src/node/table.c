/* SPDX-License-Identifier: Apache-2.0 */
/* Parameter tables as wholes: which rows are shown, their hash, and what is wrong with a table. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "node/param.h"
#include "node/shape.h"

bool fth_param_shown(const struct fth_param *table, const struct fth_param *param,
                     const void *params)
{
    enum { MOST_ABOVE = 8 }; /* a row that hides itself in the end is no reason to hang */
    for (int i = 0; i < MOST_ABOVE && param && param->when.id; i++) {
        const struct fth_param *other = fth_param_find(table, param->when.id);
        int at = other ? (int)fth_value_load(other, params).numbers[0] : 0;
        if (other && !(at >= 0 && at < 32 && (param->when.values >> at & 1)))
            return false;
        param = other;
    }
    return true;
}

void fth_params_hash(const struct fth_param *table, const void *params, uint8_t steps,
                     struct fth_hasher *hasher)
{
    for (const struct fth_param *row = table; row && row->type != FTH_PARAM_END; row++) {
        uint8_t affects = row->affects ? row->affects : 1;
        if (row->flags & FTH_PARAM_NO_PIXELS || !(affects & steps) ||
            !fth_param_shown(table, row, params))
            continue;
        struct fth_value value = fth_value_load(row, params);
        fth_hash_text(hasher, row->id);
        fth_value_hash(&value, hasher);
    }
}

static bool is_id(const char *id)
{
    return id && id[0] >= 'a' && id[0] <= 'z' && strlen(id) < FTH_LIMIT_NAME &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(id);
}

static bool is_said(const char *text)
{
    return text && text[0];
}

/* A choice may begin with a digit: "16". */
static bool is_choice_id(const char *id)
{
    return is_said(id) && strlen(id) < FTH_LIMIT_NAME &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(id);
}

static size_t field_size(enum fth_param_type type)
{
    switch (type) {
    case FTH_PARAM_INT:
        return sizeof(int64_t);
    case FTH_PARAM_SWITCH:
        return sizeof(bool);
    case FTH_PARAM_CHOICE:
        return sizeof(int32_t);
    case FTH_PARAM_TEXT:
    case FTH_PARAM_FILE:
        return sizeof(const char *);
    case FTH_PARAM_SHAPE:
        return sizeof(struct fth_shape_at);
    default:
        return (size_t)fth_param_component_count(type) * sizeof(double);
    }
}

static const char *choices_complaint(const struct fth_param *row)
{
    int count = 0;
    if (row->type != FTH_PARAM_CHOICE)
        return row->choices ? "has choices and is none" : NULL;
    for (const struct fth_choice *c = row->choices; c && c->id; c++, count++) {
        if (!is_choice_id(c->id) || !is_said(c->label))
            return "has a choice without a proper id and label";
        for (const struct fth_choice *before = row->choices; before < c; before++) {
            if (strcmp(before->id, c->id) == 0)
                return "has two choices of one id";
        }
    }
    return count < 2 || count > 32 ? "must have 2 to 32 choices" : NULL;
}

static const char *range_complaint(const struct fth_param *row)
{
    if (!isfinite(row->min) || !isfinite(row->max) || row->min >= row->max)
        return "has no range (min below max)";
    bool has_ui = row->ui_min != 0 || row->ui_max != 0;
    if (has_ui && (row->ui_min >= row->ui_max || row->ui_min < row->min || row->ui_max > row->max))
        return "has a slider range that leaves its range";
    return row->step < 0 ? "has a negative step" : NULL;
}

static const char *numbers_complaint(const struct fth_param *row)
{
    struct fth_value value;
    if (fth_value_from_numbers(row, row->def, fth_param_component_count(row->type), &value, NULL) !=
        FTH_OK)
        return "has a default it does not accept";
    if (row->type == FTH_PARAM_SWITCH || row->type == FTH_PARAM_CHOICE)
        return NULL;
    return range_complaint(row);
}

static const char *shape_complaint(const struct fth_param *row)
{
    const struct fth_shape_at standard = {.from = row->def_shape};
    struct fth_shape *shape = NULL;
    char *text = fth_shape_print(&standard);
    bool accepted = text && fth_shape_parse(row, text, &shape, NULL) == FTH_OK;
    fth_free(text);
    fth_shape_destroy(&shape);
    return accepted ? range_complaint(row) : "has a default it does not accept";
}

static const char *flags_complaint(const struct fth_param *row)
{
    bool is_length = row->type == FTH_PARAM_NUMBER || row->type == FTH_PARAM_INT ||
                     row->type == FTH_PARAM_RANGE;
    if (row->flags & FTH_PARAM_PIXELS && !is_length)
        return "says it is a length in pixels and is no number";
    if (row->flags & FTH_PARAM_NEEDS_FILE && row->type != FTH_PARAM_FILE)
        return "needs a file and is none";
    return NULL;
}

static const char *row_complaint(const struct fth_param *row, size_t params_size)
{
    size_t size = field_size(row->type);
    if (!is_said(row->label))
        return "has no label";
    if (!is_said(row->help))
        return "has no help";
    if (row->type > FTH_PARAM_SHAPE || !size || row->size != size)
        return "has a field that does not fit its type";
    if (row->offset + size > params_size || row->offset % FTH_MIN(size, sizeof(double)))
        return "lies outside the parameter struct";
    const char *complaint = choices_complaint(row);
    if (!complaint)
        complaint = flags_complaint(row);
    if (!complaint && fth_param_component_count(row->type))
        complaint = numbers_complaint(row);
    if (!complaint && row->type == FTH_PARAM_SHAPE)
        complaint = shape_complaint(row);
    return complaint;
}

static const char *condition_complaint(const struct fth_param *table, const struct fth_param *row)
{
    if (!row->when.id)
        return NULL;
    const struct fth_param *other = fth_param_find(table, row->when.id);
    uint64_t all = 3;
    if (!other || other == row ||
        (other->type != FTH_PARAM_SWITCH && other->type != FTH_PARAM_CHOICE))
        return "is shown by something that is no other switch or choice";
    if (other->type == FTH_PARAM_CHOICE) {
        int count = 0;
        while (other->choices && other->choices[count].id)
            count++;
        all = (1ull << count) - 1;
    }
    return !row->when.values || row->when.values & ~all || row->when.values == all
               ? "is shown always, never, or by a value that is not there"
               : NULL;
}

static const char *pair_complaint(const struct fth_param *row, const struct fth_param *before)
{
    if (strcmp(before->id, row->id) == 0)
        return "is there twice";
    if (row->offset < before->offset + before->size && before->offset < row->offset + row->size)
        return "shares its field with another";
    const struct fth_param *pair[2] = {row, before};
    for (int i = 0; i < 2; i++) {
        bool negates = strncmp(pair[i]->id, "no_", 3) == 0;
        if (negates && pair[!i]->type == FTH_PARAM_SWITCH &&
            strcmp(pair[i]->id + 3, pair[!i]->id) == 0)
            return "has the option that switches another off";
    }
    return NULL;
}

const char *fth_params_complaint(const struct fth_param *table, size_t params_size)
{
    static _Thread_local char said[256];
    for (const struct fth_param *row = table; row && row->type != FTH_PARAM_END; row++) {
        const char *complaint = is_id(row->id) ? row_complaint(row, params_size)
                                               : "has an id that is not [a-z][a-z0-9_]*";
        for (const struct fth_param *before = table; !complaint && before < row; before++)
            complaint = pair_complaint(row, before);
        if (!complaint)
            complaint = condition_complaint(table, row);
        if (complaint) {
            snprintf(said, sizeof(said), "parameter '%s' %s", row->id ? row->id : "", complaint);
            return said;
        }
    }
    return NULL;
}
