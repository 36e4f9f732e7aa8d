/* SPDX-License-Identifier: Apache-2.0 */
/* Values of parameters as JSON. What a row accepts is param.c's business: this only takes JSON
 * apart, and says which kind of JSON was wanted. */
#include "node/value_json.h"

#include "node/shape.h"

static const char *wanted(enum fth_param_type type)
{
    switch (type) {
    case FTH_PARAM_SWITCH:
        return "true or false";
    case FTH_PARAM_CHOICE:
        return "the id of a choice as a text";
    case FTH_PARAM_TEXT:
        return "a text";
    case FTH_PARAM_FILE:
        return "a text that names a file";
    case FTH_PARAM_INT:
        return "a whole number";
    case FTH_PARAM_SHAPE:
        return "a shape, {\"points\": [[x, y], ...]}";
    case FTH_PARAM_RANGE:
        return "two numbers, [low, high]";
    case FTH_PARAM_POINT:
        return "two numbers, [x, y]";
    case FTH_PARAM_COLOUR:
        return "three or four numbers, [r, g, b] or [r, g, b, a]";
    default:
        return "a number";
    }
}

static const char *kind_name(const struct fth_json *json)
{
    static const char *const names[] = {[FTH_JSON_NULL] = "null",
                                        [FTH_JSON_BOOL] = "true or false",
                                        [FTH_JSON_NUMBER] = "a number",
                                        [FTH_JSON_TEXT] = "a text",
                                        [FTH_JSON_ARRAY] = "a list",
                                        [FTH_JSON_OBJECT] = "an object"};
    return names[fth_json_kind(json)];
}

static enum fth_status refuse(const struct fth_param *param, const struct fth_json *json,
                              struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_USAGE, "parameter '%s' takes %s, not %s", param->id,
                    wanted(param->type), kind_name(json));
}

static enum fth_status read_list(const struct fth_param *param, const struct fth_json *json,
                                 struct fth_value *value, struct fth_error *error)
{
    double numbers[4];
    size_t count = fth_json_count(json);
    if (count > 4)
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s' takes %s, not a list of %zu",
                        param->id, wanted(param->type), count);
    for (size_t i = 0; i < count; i++) {
        const struct fth_json *item = fth_json_at(json, i);
        if (fth_json_kind(item) != FTH_JSON_NUMBER)
            return fth_fail(error, FTH_ERR_USAGE, "parameter '%s' takes %s, not a list with %s",
                            param->id, wanted(param->type), kind_name(item));
        numbers[i] = fth_json_number(item, 0);
    }
    return fth_value_from_numbers(param, numbers, (int)count, value, error);
}

static enum fth_status read_shape(const struct fth_param *param, const struct fth_json *json,
                                  struct fth_value *value, struct fth_error *error)
{
    struct fth_shape *shape = NULL;
    enum fth_status status = fth_shape_read(param, json, &shape, error);
    if (status == FTH_OK)
        *value = (struct fth_value){.type = FTH_PARAM_SHAPE, .shape = shape};
    return status;
}

enum fth_status fth_value_read(const struct fth_param *param, const struct fth_json *json,
                               struct fth_value *value, struct fth_error *error)
{
    enum fth_json_kind kind = fth_json_kind(json);
    bool is_number = param->type == FTH_PARAM_NUMBER || param->type == FTH_PARAM_INT;
    bool is_word = param->type == FTH_PARAM_CHOICE || param->type == FTH_PARAM_TEXT ||
                   param->type == FTH_PARAM_FILE;
    bool is_list = param->type == FTH_PARAM_RANGE || param->type == FTH_PARAM_POINT ||
                   param->type == FTH_PARAM_COLOUR;
    double number = fth_json_number(json, fth_json_bool(json, false));
    if (param->type == FTH_PARAM_SHAPE)
        return read_shape(param, json, value, error);
    if (is_word && kind == FTH_JSON_TEXT)
        return fth_value_parse(param, fth_json_text(json, ""), value, error);
    if (is_list && kind == FTH_JSON_ARRAY)
        return read_list(param, json, value, error);
    if ((is_number && kind == FTH_JSON_NUMBER) ||
        (param->type == FTH_PARAM_SWITCH && (kind == FTH_JSON_BOOL || kind == FTH_JSON_NUMBER)))
        return fth_value_from_numbers(param, &number, 1, value, error);
    return refuse(param, json, error);
}

struct fth_json *fth_value_write(const struct fth_param *param, const struct fth_value *value)
{
    int count = fth_param_component_count(param->type);
    switch (param->type) {
    case FTH_PARAM_SWITCH:
        return fth_json_new_bool(value->numbers[0] != 0);
    case FTH_PARAM_CHOICE:
        return fth_json_new_text(param->choices[(int)value->numbers[0]].id);
    case FTH_PARAM_TEXT:
    case FTH_PARAM_FILE:
        return fth_json_new_text(value->text ? value->text : "");
    case FTH_PARAM_NUMBER:
    case FTH_PARAM_INT:
        return fth_json_new_number(value->numbers[0]);
    case FTH_PARAM_SHAPE:
        return fth_shape_write(
            &(struct fth_shape_at){value->shape, value->towards, value->numbers[0]});
    default:
        break;
    }
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
    if (param->type == FTH_PARAM_COLOUR && value->numbers[3] == 1)
        count = 3;
    for (int i = 0; i < count; i++)
        fth_json_add(list, fth_json_new_number(value->numbers[i]));
    return list;
}
