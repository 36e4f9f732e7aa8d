/* SPDX-License-Identifier: Apache-2.0 */
/* Values and keyframes of ours in Fusion's words. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "graph/curve_parts.h"
#include "graph/fusion_edit.h"

void fth_fusion_print_text(struct fth_text *text, const char *words)
{
    fth_text_append(text, "\"");
    for (; *words; words++) {
        if (*words == '"' || *words == '\\')
            fth_text_append(text, "\\%c", *words);
        else if (*words == '\n')
            fth_text_append(text, "\\n");
        else if (*words == '\r')
            fth_text_append(text, "\\r");
        else
            fth_text_append_bytes(text, words, 1);
    }
    fth_text_append(text, "\"");
}

void fth_fusion_print_number(struct fth_text *text, double number)
{
    char buffer[32];
    fth_text_append(text, "%s", fth_print_double(number, buffer));
}

static double back(const struct fth_fusion_row *row, double number)
{
    double value = (number - row->offset) / row->scale;
    double rounded = floor(value * 1e9 + 0.5) / 1e9; /* 1.2 - 1 is not quite 0.2 */
    return fabs(value - rounded) <= 1e-12 * (1 + fabs(value)) ? rounded : value;
}

/* Fusion's word for our choice; a number's word is one where numbers are asked for. */
static const char *word_of(const struct fth_fusion_row *row, const char *id)
{
    size_t count = fth_json_count(row->choices);
    bool wants_number = strcmp(row->as, "number") == 0;
    for (size_t i = 0; i < count; i++) {
        double number;
        const char *key = fth_json_key_at(row->choices, i);
        if (strcmp(fth_json_text(fth_json_get(row->choices, key), ""), id) == 0 &&
            fth_parse_double(key, &number) == wants_number)
            return key;
    }
    return NULL;
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* Where the style begins in "DejaVu Sans Bold Oblique". */
static size_t style_of(const char *font)
{
    static const char *const styles[] = {
        "Regular", "Bold", "Italic", "Oblique", "Light", "Medium", "Black", "Thin", "Book",
        "Semibold", "SemiBold", "Semi-Bold", "Heavy", "Extrabold", "ExtraBold", "Condensed"};
    size_t end = strlen(font);
    for (;;) {
        size_t begin = end;
        bool is_style = false;
        while (begin > 0 && font[begin - 1] != ' ')
            begin--;
        for (size_t i = 0; i < sizeof(styles) / sizeof(*styles); i++)
            is_style = is_style || (strlen(styles[i]) == end - begin &&
                                    strncmp(font + begin, styles[i], end - begin) == 0);
        if (!is_style || begin == 0)
            return FTH_MIN(end + 1, strlen(font));
        end = begin - 1;
    }
}

static void print_joined(struct fth_text *text, int place, const char *font)
{
    size_t style = style_of(font);
    bool has_style = font[style] != '\0';
    struct fth_text part = {0};
    if (place)
        fth_text_append(&part, "%s", has_style ? font + style : "Regular");
    else
        fth_text_append_bytes(&part, font, has_style ? style - 1 : strlen(font));
    fth_fusion_print_text(text, part.data ? part.data : "");
    text->failed = text->failed || part.failed;
    fth_text_clear(&part);
}

/* "shot.####.exr" by a file of it. */
static void print_path(struct fth_text *text, const struct fth_fusion_row *row, const char *path)
{
    struct fth_text part = {0};
    const char *last = strrchr(path, '#');
    for (const char *at = path; *at; at++) {
        char digit = row->file == FTH_FUSION_FILE_IN && at == last ? '1' : '0';
        fth_text_append_bytes(&part, *at == '#' ? &digit : at, 1);
    }
    fth_fusion_print_text(text, part.data ? part.data : "");
    text->failed = text->failed || part.failed;
    fth_text_clear(&part);
}

bool fth_fusion_print_value(struct fth_text *text, const struct fth_param *param,
                            const struct fth_fusion_row *row, const struct fth_value *value)
{
    int at = row->component < 0 ? 0 : row->component;
    if (param->choices) {
        const char *word = word_of(row, param->choices[(int)value->numbers[0]].id);
        if (word && strcmp(row->as, "number") != 0)
            fth_text_append(text, "FuID { \"%s\" }", word);
        else if (word)
            fth_text_append(text, "%s", word);
        return word != NULL;
    }
    if (param->type == FTH_PARAM_TEXT || param->type == FTH_PARAM_FILE) {
        if (row->join >= 0)
            print_joined(text, row->join, value->text);
        else if (row->file != FTH_FUSION_NO_FILE)
            print_path(text, row, value->text);
        else
            fth_fusion_print_text(text, value->text);
        return true;
    }
    if (param->type == FTH_PARAM_POINT && row->component < 0) {
        fth_text_append(text, "{ ");
        fth_fusion_print_number(text, back(row, value->numbers[0]));
        fth_text_append(text, ", ");
        fth_fusion_print_number(text, back(row, value->numbers[1]));
        fth_text_append(text, " }");
        return true;
    }
    fth_fusion_print_number(text, back(row, value->numbers[at]));
    return true;
}

/* ---- keyframes ------------------------------------------------------------------------------- */

struct printer {
    const struct fth_curve *curve;
    const struct fth_fusion_row *row;
    int component;
    double shift;
};

static bool number_of(const struct printer *printer, size_t key, double *number)
{
    const struct fth_param *param = fth_curve_row(printer->curve);
    double value = fth_curve_key(printer->curve, key).value.numbers[printer->component];
    if (!param->choices) {
        *number = back(printer->row, value);
        return true;
    }
    const char *word = word_of(printer->row, param->choices[(int)value].id);
    return word && fth_parse_double(word, number);
}

/* A handle of key `key` towards its neighbour at `side` (-1, 1), from the key: what our curve does
 * there, as a cubic. */
static void handle_of(const struct printer *printer, size_t key, int side, double handle[2])
{
    struct fth_key_frame at = fth_curve_key(printer->curve, key);
    struct fth_key_frame other = fth_curve_key(printer->curve, side < 0 ? key - 1 : key + 1);
    enum fth_key_kind kind = side < 0 ? other.kind : at.kind;
    int c = printer->component, which = side < 0 ? FTH_KEY_IN : FTH_KEY_OUT;
    double length = other.frame - at.frame;
    if (kind == FTH_KEY_BEZIER && at.kind == FTH_KEY_BEZIER) {
        double reach = at.handles[which][0];
        double scale = fabs(reach) > fabs(length) ? fabs(length / reach) : 1;
        bool is_backward = (reach < 0) != (length < 0);
        handle[0] = is_backward ? 0 : reach * scale;
        handle[1] = at.handles[which][1 + c] * scale;
    } else if (kind == FTH_KEY_SMOOTH || (kind == FTH_KEY_BEZIER && at.kind == FTH_KEY_SMOOTH)) {
        handle[0] = length / 3;
        handle[1] = fth_curve_smooth_slope(printer->curve, key, c) * length / 3;
    } else {
        handle[0] = length / 3;
        handle[1] = (other.value.numbers[c] - at.value.numbers[c]) / 3;
    }
    handle[1] /= printer->row->scale;
}

static void print_handle(struct fth_text *text, const char *name, const double handle[2],
                         double frame, double value)
{
    fth_text_append(text, ", %s = { ", name);
    fth_fusion_print_number(text, frame + handle[0]);
    fth_text_append(text, ", ");
    fth_fusion_print_number(text, value + handle[1]);
    fth_text_append(text, " }");
}

static bool print_key(struct fth_text *text, const struct printer *printer, size_t key)
{
    size_t count = fth_curve_count(printer->curve);
    struct fth_key_frame at = fth_curve_key(printer->curve, key);
    enum fth_key_kind before = key ? fth_curve_key(printer->curve, key - 1).kind : FTH_KEY_LINEAR;
    enum fth_key_kind after = key + 1 < count ? at.kind : FTH_KEY_LINEAR;
    double frame = at.frame - printer->shift, number, handle[2];
    if (!number_of(printer, key, &number))
        return false;
    fth_text_append(text, "\n\t\t\t\t[");
    fth_fusion_print_number(text, frame);
    fth_text_append(text, "] = { ");
    fth_fusion_print_number(text, number);
    if (key && before != FTH_KEY_HOLD) {
        handle_of(printer, key, -1, handle);
        print_handle(text, "LH", handle, frame, number);
    }
    if (key + 1 < count && after != FTH_KEY_HOLD) {
        handle_of(printer, key, 1, handle);
        print_handle(text, "RH", handle, frame, number);
    }
    bool is_step = key && before == FTH_KEY_HOLD;
    bool is_linear = (before == FTH_KEY_LINEAR || is_step) && after == FTH_KEY_LINEAR;
    if (is_linear || is_step)
        fth_text_append(text, ", Flags = { %s%s%s }", is_linear ? "Linear = true" : "",
                        is_linear && is_step ? ", " : "", is_step ? "StepIn = true" : "");
    fth_text_append(text, " }%s", key + 1 < count ? "," : "");
    return true;
}

bool fth_fusion_print_keys(struct fth_text *text, const struct fth_fusion_row *row,
                           const struct fth_curve *curve, int component, double shift)
{
    struct printer printer = {curve, row, component, shift};
    fth_text_append(text, "{");
    for (size_t i = 0; i < fth_curve_count(curve); i++) {
        if (!print_key(text, &printer, i))
            return false;
    }
    fth_text_append(text, "\n\t\t\t}");
    return true;
}
