/* SPDX-License-Identifier: Apache-2.0 */
/* Keys taken in, checked, and given out again. What lies between them is curve_at.c. */
#include "graph/curve.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "base/mem.h"
#include "base/text.h"
#include "graph/curve_parts.h"
#include "node/shape.h"
#include "node/value_json.h"

/* Frames beyond this are a mistake, and a millionth of a frame can be told apart up to here. */
static const double FURTHEST_FRAME = 1e9;
/* Nearer keys cannot be meant, and slopes between them would leave what a double holds. */
static const double NEAREST_FRAMES = 1e-6;
/* Of a handle: far beyond any row's range. */
static const double LONGEST_HANDLE = 1e12;

static const char *const kind_names[] = {[FTH_KEY_HOLD] = "hold", [FTH_KEY_LINEAR] = "linear",
                                         [FTH_KEY_SMOOTH] = "smooth",
                                         [FTH_KEY_BEZIER] = "bezier"};

const char *fth_key_kind_name(enum fth_key_kind kind)
{
    return kind_names[kind];
}

static int count_components(const struct fth_param *row)
{
    return row->type == FTH_PARAM_SHAPE ? 1 : fth_param_component_count(row->type);
}

/* What lies between two values of this type. */
static bool is_continuous(const struct fth_param *row)
{
    return row->type == FTH_PARAM_NUMBER || row->type == FTH_PARAM_INT ||
           row->type == FTH_PARAM_RANGE || row->type == FTH_PARAM_POINT ||
           row->type == FTH_PARAM_COLOUR || row->type == FTH_PARAM_SHAPE;
}

void fth_curve_destroy(struct fth_curve **pointer)
{
    struct fth_curve *curve = pointer ? *pointer : NULL;
    if (!curve)
        return;
    *pointer = NULL;
    if (atomic_fetch_sub(&curve->references, 1) > 1)
        return;
    for (size_t i = 0; curve->texts && i < curve->count; i++)
        fth_free(curve->texts[i]);
    for (size_t i = 0; curve->shapes && i < curve->count; i++)
        fth_shape_destroy(&curve->shapes[i]);
    fth_free(curve->texts);
    fth_free(curve->shapes);
    fth_free(curve->handles);
    fth_free(curve->numbers);
    fth_free(curve->kinds);
    fth_free(curve->frames);
    fth_free(curve);
}

enum fth_status fth_curve_begin(const struct fth_param *row, size_t count, bool has_handles,
                                struct fth_curve **result, struct fth_error *error)
{
    if (!(row->flags & FTH_PARAM_ANIMATES))
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s' takes no keyframes: it is the same "
                        "at every frame", row->id);
    if (count == 0)
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': there is no key in its list",
                        row->id);
    if (count > FTH_LIMIT_KEYS)
        return fth_fail(error, FTH_ERR_LIMIT, "parameter '%s': more than %d keys", row->id,
                        FTH_LIMIT_KEYS);
    struct fth_curve *curve = fth_alloc(1, sizeof(*curve));
    if (!curve)
        return fth_fail_memory(error, sizeof(*curve), "keyframes");
    size_t components = (size_t)count_components(row);
    atomic_init(&curve->references, 1);
    curve->row = row;
    curve->count = count;
    curve->components = (int)components;
    curve->frames = fth_alloc(count, sizeof(*curve->frames));
    curve->kinds = fth_alloc(count, sizeof(*curve->kinds));
    if (components)
        curve->numbers = fth_alloc(count, components * sizeof(*curve->numbers));
    else
        curve->texts = fth_alloc(count, sizeof(*curve->texts));
    if (row->type == FTH_PARAM_SHAPE)
        curve->shapes = fth_alloc(count, sizeof(*curve->shapes));
    if (has_handles)
        curve->handles = fth_alloc(count, 2 * (1 + components) * sizeof(*curve->handles));
    *result = curve;
    if (!curve->frames || !curve->kinds || !(curve->numbers || curve->texts) ||
        (has_handles && !curve->handles) ||
        (row->type == FTH_PARAM_SHAPE && !curve->shapes)) {
        fth_curve_destroy(result);
        return fth_fail_memory(error, count * (2 + components) * sizeof(double), "keyframes");
    }
    return FTH_OK;
}

static enum fth_status check_frame(const struct fth_curve *curve, size_t index, double frame,
                                   struct fth_error *error)
{
    char text[2][32];
    const char *id = curve->row->id;
    if (!(fabs(frame) <= FURTHEST_FRAME))
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': frame %s is beyond +-1e9", id,
                        fth_print_double(frame, text[0]));
    double before = index ? curve->frames[index - 1] : -INFINITY;
    if (frame == before)
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': there are two keys at frame %s", id,
                        fth_print_double(frame, text[0]));
    if (frame < before)
        return fth_fail(error, FTH_ERR_USAGE,
                        "parameter '%s': frame %s stands behind frame %s; keys go by ascending "
                        "frames", id, fth_print_double(frame, text[0]),
                        fth_print_double(before, text[1]));
    if (frame - before < NEAREST_FRAMES)
        return fth_fail(error, FTH_ERR_USAGE,
                        "parameter '%s': frames %s and %s are nearer to each other than 1e-6", id,
                        fth_print_double(before, text[0]), fth_print_double(frame, text[1]));
    return FTH_OK;
}

static enum fth_status check_kind(const struct fth_param *row, enum fth_key_kind kind,
                                  struct fth_error *error)
{
    if (kind == FTH_KEY_HOLD || is_continuous(row))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE,
                    "parameter '%s' has nothing between two values: its keys are \"hold\", not "
                    "\"%s\"", row->id, kind_names[kind]);
}

static enum fth_status check_handles(const struct fth_param *row, const struct fth_key_frame *key,
                                     struct fth_error *error)
{
    int width = 1 + count_components(row);
    for (int i = 0; key->kind == FTH_KEY_BEZIER && i < 2 * width; i++) {
        if (!(fabs(key->handles[i / width][i % width]) <= LONGEST_HANDLE))
            return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': a handle is longer than 1e12",
                            row->id);
    }
    return FTH_OK;
}

enum fth_status fth_curve_put(struct fth_curve *curve, size_t index,
                              const struct fth_key_frame *key, struct fth_error *error)
{
    enum fth_status status = check_frame(curve, index, key->frame, error);
    if (status == FTH_OK)
        status = check_kind(curve->row, key->kind, error);
    if (status == FTH_OK)
        status = check_handles(curve->row, key, error);
    if (status != FTH_OK)
        return status;
    size_t components = (size_t)curve->components;
    curve->frames[index] = key->frame + 0.0; /* -0 is 0 */
    curve->kinds[index] = (unsigned char)key->kind;
    if (curve->texts)
        curve->texts[index] = key->value.text;
    else if (curve->shapes)
        curve->shapes[index] = key->value.shape;
    if (curve->shapes)
        curve->numbers[index] = (double)index;
    else
        for (size_t i = 0; i < components; i++)
            curve->numbers[index * components + i] = key->value.numbers[i] + 0.0;
    for (size_t i = 0; curve->handles && i < 2 * (1 + components); i++) {
        size_t side = i / (1 + components), part = i % (1 + components);
        fth_curve_handle(curve, index, (int)side)[part] = key->handles[side][part] + 0.0;
    }
    return FTH_OK;
}

/* Everything a value at any frame depends on. */
void fth_curve_seal(struct fth_curve *curve)
{
    size_t count = curve->count, components = (size_t)curve->components;
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_hash_int(&hasher, (int64_t)count);
    fth_hash_bytes(&hasher, curve->frames, count * sizeof(double));
    fth_hash_bytes(&hasher, curve->kinds, count);
    if (curve->numbers)
        fth_hash_bytes(&hasher, curve->numbers, count * components * sizeof(double));
    if (curve->handles)
        fth_hash_bytes(&hasher, curve->handles, count * 2 * (1 + components) * sizeof(double));
    for (size_t i = 0; curve->texts && i < count; i++)
        fth_hash_text(&hasher, curve->texts[i]);
    for (size_t i = 0; curve->shapes && i < count; i++)
        fth_shape_hash(&(struct fth_shape_at){.from = curve->shapes[i]}, &hasher);
    curve->key = fth_hash_end(&hasher);
}

/* ---- from keys ---- */

/* Checked as from anywhere else; shapes were when they were made. */
static enum fth_status take_value(const struct fth_curve *curve, const struct fth_value *value,
                                  struct fth_value *taken, struct fth_error *error)
{
    if (curve->shapes)
        return fth_value_copy(&(struct fth_value){.type = FTH_PARAM_SHAPE, .shape = value->shape},
                              taken, error);
    if (curve->texts)
        return fth_value_parse(curve->row, value->text ? value->text : "", taken, error);
    return fth_value_from_numbers(curve->row, value->numbers, curve->components, taken, error);
}

enum fth_status fth_curve_create(const struct fth_param *row, const struct fth_key_frame *keys,
                                 size_t count, struct fth_curve **result, struct fth_error *error)
{
    struct fth_curve *curve = NULL;
    bool has_handles = false;
    for (size_t i = 0; i < count && count <= FTH_LIMIT_KEYS; i++)
        has_handles = has_handles || keys[i].kind == FTH_KEY_BEZIER;
    enum fth_status status = fth_curve_begin(row, count, has_handles, &curve, error);
    for (size_t i = 0; i < count && status == FTH_OK; i++) {
        struct fth_key_frame key = keys[i];
        key.value = (struct fth_value){0};
        status = take_value(curve, &keys[i].value, &key.value, error);
        if (status == FTH_OK)
            status = fth_curve_put(curve, i, &key, error);
        if (status != FTH_OK) {
            fth_value_clear(&key.value);
            fth_error_prefix(error, "key %zu", i + 1);
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

struct fth_key_frame fth_curve_key(const struct fth_curve *curve, size_t index)
{
    size_t components = (size_t)curve->components;
    struct fth_key_frame key = {.frame = curve->frames[index],
                                .kind = (enum fth_key_kind)curve->kinds[index],
                                .value.type = curve->row->type};
    if (curve->texts)
        key.value.text = curve->texts[index];
    else if (curve->shapes)
        key.value.shape = curve->shapes[index];
    else
        memcpy(key.value.numbers, curve->numbers + index * components,
               components * sizeof(double));
    for (int side = 0; curve->handles && side < 2; side++)
        memcpy(key.handles[side], fth_curve_handle(curve, index, side),
               (1 + components) * sizeof(double));
    return key;
}

const struct fth_param *fth_curve_row(const struct fth_curve *curve)
{
    return curve->row;
}

size_t fth_curve_count(const struct fth_curve *curve)
{
    return curve->count;
}

struct fth_curve *fth_curve_ref(struct fth_curve *curve)
{
    atomic_fetch_add(&curve->references, 1);
    return curve;
}

void fth_curve_hash(const struct fth_curve *curve, struct fth_hasher *hasher)
{
    fth_hash_key(hasher, curve->key);
}

/* ---- JSON ---- */

enum fth_key_kind fth_curve_usual_kind(const struct fth_param *row)
{
    return is_continuous(row) ? FTH_KEY_LINEAR : FTH_KEY_HOLD;
}

static enum fth_status read_kind(const struct fth_param *row, const struct fth_json *json,
                                 enum fth_key_kind *kind, struct fth_error *error)
{
    const char *word = fth_json_text(json, NULL);
    *kind = fth_curve_usual_kind(row);
    if (!json)
        return FTH_OK;
    for (size_t i = 0; word && i < FTH_ARRAY_COUNT(kind_names); i++) {
        if (strcmp(word, kind_names[i]) == 0) {
            *kind = (enum fth_key_kind)i;
            return FTH_OK;
        }
    }
    const char *nearest =
        word ? fth_nearest_word(word, kind_names, FTH_ARRAY_COUNT(kind_names)) : NULL;
    return fth_fail(error, FTH_ERR_USAGE,
                    "parameter '%s': a key goes on by \"hold\", \"linear\", \"smooth\" or "
                    "\"bezier\"%s%.40s%s%s%s%s", row->id, word ? ", not by \"" : "",
                    word ? word : "", word ? "\"" : "", nearest ? "; did you mean \"" : "",
                    nearest ? nearest : "", nearest ? "\"?" : "");
}

/* [frames, value], or a value for each component. */
static bool read_handle(const struct fth_json *json, int components, double handle[FTH_KEY_HANDLE])
{
    size_t count = fth_json_count(json), wanted = 1 + (size_t)components;
    if (fth_json_kind(json) != FTH_JSON_ARRAY || (count != 2 && count != wanted))
        return false;
    for (size_t i = 0; i < wanted; i++) {
        const struct fth_json *number = fth_json_at(json, count == 2 ? FTH_MIN(i, 1) : i);
        if (fth_json_kind(number) != FTH_JSON_NUMBER)
            return false;
        handle[i] = fth_json_number(number, 0);
    }
    return true;
}

static enum fth_status read_handles(const struct fth_param *row, const struct fth_json *json,
                                    struct fth_key_frame *key, struct fth_error *error)
{
    int components = count_components(row);
    if (key->kind != FTH_KEY_BEZIER)
        return !json ? FTH_OK
                     : fth_fail(error, FTH_ERR_USAGE,
                                "parameter '%s': only a \"bezier\" key has handles", row->id);
    if (fth_json_count(json) == 2 && fth_json_kind(json) == FTH_JSON_ARRAY &&
        read_handle(fth_json_at(json, 0), components, key->handles[FTH_KEY_IN]) &&
        read_handle(fth_json_at(json, 1), components, key->handles[FTH_KEY_OUT]))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE,
                    "parameter '%s': a \"bezier\" key has two handles, in and out, as "
                    "[[frames, value], [frames, value]]", row->id);
}

enum fth_status fth_curve_read_key(const struct fth_param *row, const struct fth_json *json,
                                   struct fth_key_frame *key, struct fth_error *error)
{
    size_t count = fth_json_count(json);
    const struct fth_json *frame = fth_json_at(json, 0);
    if (fth_json_kind(json) != FTH_JSON_ARRAY || count < 2 || count > 4)
        return fth_fail(error, FTH_ERR_USAGE,
                        "parameter '%s': a key is [frame, value], [frame, value, kind] or "
                        "[frame, value, \"bezier\", handles]", row->id);
    if (fth_json_kind(frame) != FTH_JSON_NUMBER)
        return fth_fail(error, FTH_ERR_USAGE, "parameter '%s': the frame of a key is a number",
                        row->id);
    *key = (struct fth_key_frame){.frame = fth_json_number(frame, 0)};
    enum fth_status status = read_kind(row, fth_json_at(json, 2), &key->kind, error);
    if (status == FTH_OK)
        status = read_handles(row, fth_json_at(json, 3), key, error);
    if (status == FTH_OK)
        status = fth_value_read(row, fth_json_at(json, 1), &key->value, error);
    return status;
}

static bool has_handles(const struct fth_json *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fth_json_count(fth_json_at(keys, i)) > 3)
            return true;
    }
    return false;
}

enum fth_status fth_curve_read(const struct fth_param *row, const struct fth_json *keys,
                               struct fth_curve **result, struct fth_error *error)
{
    struct fth_curve *curve = NULL;
    size_t count = fth_json_count(keys);
    if (fth_json_kind(keys) != FTH_JSON_ARRAY)
        return fth_fail(error, FTH_ERR_USAGE,
                        "parameter '%s': keys are a list of [frame, value]: [[1, 0], [24, 1]]",
                        row->id);
    bool handled = count <= FTH_LIMIT_KEYS && has_handles(keys, count);
    enum fth_status status = fth_curve_begin(row, count, handled, &curve, error);
    for (size_t i = 0; i < count && status == FTH_OK; i++) {
        struct fth_key_frame key = {.frame = 0};
        status = fth_curve_read_key(row, fth_json_at(keys, i), &key, error);
        if (status == FTH_OK)
            status = fth_curve_put(curve, i, &key, error);
        if (status != FTH_OK) {
            fth_value_clear(&key.value);
            fth_error_prefix(error, "key %zu", i + 1);
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

bool fth_curve_is_written(const struct fth_param *row, const char *text)
{
    bool is_text = row->type == FTH_PARAM_TEXT || row->type == FTH_PARAM_FILE;
    return strncmp(text, "@[", 2) == 0 && (!is_text || row->flags & FTH_PARAM_ANIMATES);
}

enum fth_status fth_curve_parse(const struct fth_param *row, const char *text,
                                struct fth_curve **curve, struct fth_error *error)
{
    struct fth_json *keys = NULL;
    enum fth_status status = fth_json_parse(text + 1, strlen(text + 1), "its keys", &keys, error);
    if (status != FTH_OK)
        fth_error_prefix(error, "parameter '%s'", row->id);
    else
        status = fth_curve_read(row, keys, curve, error);
    fth_json_destroy(&keys);
    return status;
}

static struct fth_json *write_handle(const struct fth_curve *curve, size_t index, int side)
{
    const double *handle = fth_curve_handle(curve, index, side);
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
    bool same = true;
    for (int c = 1; c < curve->components; c++)
        same = same && handle[1 + c] == handle[1];
    for (int i = 0; i < (same ? 2 : 1 + curve->components); i++)
        fth_json_add(list, fth_json_new_number(handle[i]));
    return list;
}

struct fth_json *fth_curve_write(const struct fth_curve *curve)
{
    struct fth_json *keys = fth_json_new(FTH_JSON_ARRAY);
    for (size_t i = 0; i < curve->count; i++) {
        struct fth_key_frame key = fth_curve_key(curve, i);
        struct fth_json *item = fth_json_new(FTH_JSON_ARRAY);
        fth_json_add(item, fth_json_new_number(key.frame));
        fth_json_add(item, fth_value_write(curve->row, &key.value));
        fth_json_add(item, fth_json_new_text(kind_names[key.kind]));
        if (key.kind == FTH_KEY_BEZIER) {
            struct fth_json *handles = fth_json_new(FTH_JSON_ARRAY);
            fth_json_add(handles, write_handle(curve, i, FTH_KEY_IN));
            fth_json_add(handles, write_handle(curve, i, FTH_KEY_OUT));
            fth_json_add(item, handles);
        }
        fth_json_add(keys, item);
    }
    return keys;
}
