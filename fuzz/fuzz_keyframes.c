/* SPDX-License-Identifier: Apache-2.0 */
/* Any text as the keyframes of a parameter of each type: it is refused in a line, or it is taken,
 * writes what reads back as the same, and has a value that its row accepts at every frame. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "fuzz.h"
#include "graph/curve.h"
#include "node/shape.h"

struct params {
    double number, open, range[2], point[2], colour[4];
    int64_t whole;
    int32_t choice;
    bool on;
    const char *text;
    struct fth_shape_at shape;
};
#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .label = "L", .help = "H.", __VA_ARGS__)
#define ANIMATES .flags = FTH_PARAM_ANIMATES
static const struct fth_choice choices[] = {{"box", "Box", ""}, {"gauss", "Gauss", ""}, {0}};
static const struct fth_param table[] = {
    ROW(NUMBER, number, .min = -100, .max = 100, ANIMATES),
    ROW(NUMBER, open, .max = 5, .flags = FTH_PARAM_ANIMATES | FTH_PARAM_OPEN_MIN),
    ROW(RANGE, range, .max = 1, ANIMATES),
    ROW(POINT, point, .min = -1, .max = 2, ANIMATES),
    ROW(COLOUR, colour, .max = 16, ANIMATES),
    ROW(INT, whole, .min = -10, .max = 10, ANIMATES),
    ROW(CHOICE, choice, .choices = choices, ANIMATES),
    ROW(SWITCH, on, ANIMATES),
    ROW(TEXT, text, ANIMATES),
    ROW(SHAPE, shape, .min = -10, .max = 10, ANIMATES)};

static struct fth_key hash_of(const struct fth_curve *curve)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_curve_hash(curve, &hasher);
    return fth_hash_end(&hasher);
}

static void check_value(const struct fth_param *row, const struct fth_curve *curve, double frame)
{
    struct fth_value value = fth_curve_at(curve, frame), taken;
    int count = fth_param_component_count(row->type);
    struct fth_shape_at at = {value.shape, value.towards, value.numbers[0]};
    if (count && fth_value_from_numbers(row, value.numbers, count, &taken, NULL) != FTH_OK)
        abort();
    if (row->type == FTH_PARAM_TEXT && !value.text)
        abort();
    if (row->type == FTH_PARAM_SHAPE && !(at.share >= 0 && at.share <= 1))
        abort();
    for (size_t i = 0; row->type == FTH_PARAM_SHAPE && i < fth_shape_path_count(&at); i++) {
        struct fth_shape_path path = fth_shape_path(&at, i);
        for (size_t k = 0; k < path.count; k++) {
            struct fth_shape_point point = fth_shape_point(&at, path.first + k);
            if (!isfinite(point.x) || !isfinite(point.y))
                abort();
        }
    }
}

static void check_values(const struct fth_param *row, const struct fth_curve *curve)
{
    size_t count = fth_curve_count(curve);
    check_value(row, curve, -INFINITY);
    check_value(row, curve, INFINITY);
    check_value(row, curve, NAN);
    for (size_t i = 0; i < count && i < 64; i++) {
        double from = fth_curve_key(curve, i).frame;
        double to = i + 1 < count ? fth_curve_key(curve, i + 1).frame : from + 1;
        const double parts[] = {-1e-7, 0, 1e-12, 0.1, 0.5, 0.77, 1 - 1e-12};
        for (size_t k = 0; k < sizeof(parts) / sizeof(*parts); k++)
            check_value(row, curve, from + parts[k] * (to - from));
    }
}

static void check_round(const struct fth_param *row, const struct fth_curve *curve)
{
    struct fth_json *json = fth_curve_write(curve), *again = NULL;
    struct fth_curve *other = NULL;
    char *text = json ? fth_json_print(json) : NULL;
    if (!text || fth_json_parse(text, strlen(text), "again", &again, NULL) != FTH_OK ||
        fth_curve_read(row, again, &other, NULL) != FTH_OK ||
        !fth_key_equal(hash_of(curve), hash_of(other)))
        abort();
    fth_curve_destroy(&other);
    fth_json_destroy(&again);
    fth_json_destroy(&json);
    fth_free(text);
}

/* Straight from the text the same is taken, or nothing either. */
static void check_text(const struct fth_param *row, const uint8_t *data, size_t size,
                       const struct fth_curve *curve)
{
    struct fth_curve *other = NULL;
    struct fth_error error;
    enum fth_status status =
        fth_curve_read_text(row, (const char *)data, size, &other, &error);
    fuzz_check_refusal(status, &error);
    if ((status == FTH_OK) != (curve != NULL) ||
        (curve && !fth_key_equal(hash_of(curve), hash_of(other))))
        abort();
    fth_curve_destroy(&other);
}

FUZZ_TARGET(keyframes)
{
    struct fth_json *json = NULL;
    struct fth_error error;
    if (size > 1 << 16)
        return -1;
    enum fth_status status = fth_json_parse((const char *)data, size, "keys", &json, &error);
    fuzz_check_refusal(status, &error);
    if (status != FTH_OK)
        return 0;
    for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
        struct fth_curve *curve = NULL;
        status = fth_curve_read(&table[i], json, &curve, &error);
        fuzz_check_refusal(status, &error);
        if (status == FTH_OK) {
            check_values(&table[i], curve);
            check_round(&table[i], curve);
        }
        check_text(&table[i], data, size, curve);
        fth_curve_destroy(&curve);
    }
    fth_json_destroy(&json);
    return 0;
}
