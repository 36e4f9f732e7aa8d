/* SPDX-License-Identifier: Apache-2.0 */
/* Splines of Fusion's as keyframes. There a key is "[frame] = { value, RH = { frame, value }, LH =
 * { frame, value }, Flags = { Linear = true } }": handles are places, not distances, and StepIn on
 * a key means that the value before it holds until it. Splines of one parameter that do not go
 * together are sampled at every frame. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "graph/fusion_reader.h"

enum { MOST_SAMPLES = 100000 };

#define STEP_FRAMES (1.0 / 1024) /* behind a key whose value is left at once */

/* Any number, for curves that are only looked at. */
static const struct fth_param any_number = {.id = "value", .label = "", .help = "",
                                            .type = FTH_PARAM_NUMBER, .min = -1e300, .max = 1e300,
                                            .flags = FTH_PARAM_ANIMATES};

/* ---- one spline ------------------------------------------------------------------------------ */

static bool read_handle(const struct fth_fusion_reader *reader, int32_t key, const char *name,
                        double handle[2])
{
    int32_t table = fth_fusion_get(reader->tree, key, name);
    return fth_fusion_number(reader->tree, fth_fusion_item(reader->tree, table, 0), &handle[0]) &&
           fth_fusion_number(reader->tree, fth_fusion_item(reader->tree, table, 1), &handle[1]);
}

static bool read_flag(const struct fth_fusion_reader *reader, int32_t flags, const char *name)
{
    double on = 0;
    return fth_fusion_number(reader->tree, fth_fusion_get(reader->tree, flags, name), &on) &&
           on != 0;
}

static bool read_key(const struct fth_fusion_reader *reader, int32_t entry,
                     struct fth_fusion_key *key, bool *loops)
{
    static const char *const round[] = {"Loop", "PreLoop", "PingPong", "PrePingPong", "LoopRel",
                                        "PreLoopRel", "Extrapolate", "PreExtrapolate"};
    const struct fth_fusion_value *value = fth_fusion_at(reader->tree, entry);
    int32_t number = value->kind == FTH_FUSION_TABLE ? fth_fusion_item(reader->tree, entry, 0)
                                                     : entry;
    if (value->key_kind != FTH_FUSION_KEY_NUMBER)
        return false;
    *key = (struct fth_fusion_key){.frame = value->key_number, .text = FTH_FUSION_NONE};
    bool has_number = fth_fusion_number(reader->tree, number, &key->value);
    key->text = fth_fusion_get(reader->tree, fth_fusion_get(reader->tree, entry, "Value"), "Value");
    key->has_in = read_handle(reader, entry, "LH", key->in);
    key->has_out = read_handle(reader, entry, "RH", key->out);
    for (int i = 0; i < 2; i++) {
        key->in[i] -= i ? key->value : key->frame;
        key->out[i] -= i ? key->value : key->frame;
    }
    int32_t flags = fth_fusion_get(reader->tree, entry, "Flags");
    key->is_linear = read_flag(reader, flags, "Linear");
    key->steps_in = read_flag(reader, flags, "StepIn");
    key->steps_out = read_flag(reader, flags, "StepOut");
    for (size_t i = 0; i < sizeof(round) / sizeof(*round); i++)
        *loops = *loops || read_flag(reader, flags, round[i]);
    return has_number || key->text != FTH_FUSION_NONE;
}

static int by_frame(const void *a, const void *b)
{
    const struct fth_fusion_key *first = a, *second = b;
    return (first->frame > second->frame) - (first->frame < second->frame);
}

enum fth_status fth_fusion_spline_read(const struct fth_fusion_reader *reader,
                                       const struct fth_fusion_tool *tool,
                                       struct fth_fusion_spline *spline)
{
    int32_t index = fth_fusion_get(reader->tree, tool->value, "KeyFrames");
    const struct fth_fusion_value *table = fth_fusion_at(reader->tree, index);
    *spline = (struct fth_fusion_spline){0};
    if (!table || table->count == 0)
        return FTH_OK;
    spline->keys = fth_alloc((size_t)table->count, sizeof(*spline->keys));
    if (!spline->keys)
        return fth_fail_memory(reader->error, (size_t)table->count * sizeof(*spline->keys),
                               "keyframes");
    for (int32_t at = table->first; at != FTH_FUSION_NONE;
         at = fth_fusion_at(reader->tree, at)->next) {
        if (read_key(reader, at, &spline->keys[spline->count], &spline->loops))
            spline->count++;
    }
    qsort(spline->keys, spline->count, sizeof(*spline->keys), by_frame);
    size_t kept = 0;
    for (size_t i = 0; i < spline->count; i++) { /* of two at one frame the first one stays */
        if (kept && spline->keys[i].frame - spline->keys[kept - 1].frame < 1e-5)
            continue;
        spline->keys[kept++] = spline->keys[i];
    }
    spline->count = kept;
    return FTH_OK;
}

void fth_fusion_spline_clear(struct fth_fusion_spline *spline)
{
    fth_free(spline->keys);
    *spline = (struct fth_fusion_spline){0};
}

/* How the value goes from key `at` to the next one. */
static enum fth_key_kind kind_of(const struct fth_fusion_spline *spline, size_t at)
{
    if (at + 1 >= spline->count)
        return FTH_KEY_LINEAR;
    const struct fth_fusion_key *key = &spline->keys[at], *next = key + 1;
    if (next->steps_in || key->steps_out)
        return FTH_KEY_HOLD;
    if ((key->is_linear && next->is_linear) || (!key->has_out && !next->has_in))
        return FTH_KEY_LINEAR;
    return FTH_KEY_BEZIER;
}

/* The handle of key `at` to the key before (-1) or behind (1), a third of the way along the line
 * where it has none. */
static void handle_of(const struct fth_fusion_spline *spline, size_t at, int side, double handle[2])
{
    const struct fth_fusion_key *key = &spline->keys[at];
    bool exists = side < 0 ? key->has_in : key->has_out;
    bool is_curved = side < 0 ? at > 0 && kind_of(spline, at - 1) == FTH_KEY_BEZIER
                              : kind_of(spline, at) == FTH_KEY_BEZIER;
    handle[0] = handle[1] = 0;
    if (exists && is_curved)
        memcpy(handle, side < 0 ? key->in : key->out, 2 * sizeof(*handle));
    else if (side < 0 ? at > 0 : at + 1 < spline->count) {
        handle[0] = (key[side].frame - key->frame) / 3;
        handle[1] = (key[side].value - key->value) / 3;
    }
}

/* ---- several together ------------------------------------------------------------------------ */

struct weave {
    struct fth_fusion_reader *reader;
    const struct fth_fusion_tool *tool;
    const struct fth_fusion_said *said;
    struct fth_fusion_spline splines[4];
    const struct fth_fusion_spline *main; /* the first of them */
    int components;
    bool changed;
    struct fth_key_frame *keys;
    size_t count;
};

static bool near(double a, double b)
{
    return fabs(a - b) <= 1e-6 * (1 + fabs(a));
}

/* Do all of them have the same frames, and go from one to the next in the same way? */
static bool go_together(const struct weave *weave)
{
    for (int c = 0; c < weave->components; c++) {
        const struct fth_fusion_spline *spline = &weave->splines[c], *main = weave->main;
        if (!spline->count || spline == main)
            continue;
        if (spline->count != main->count)
            return false;
        for (size_t i = 0; i < main->count; i++) {
            double a[2], b[2], c_in[2], d_in[2];
            handle_of(spline, i, 1, a);
            handle_of(main, i, 1, b);
            handle_of(spline, i, -1, c_in);
            handle_of(main, i, -1, d_in);
            if (!near(spline->keys[i].frame, main->keys[i].frame) ||
                kind_of(spline, i) != kind_of(main, i) || !near(a[0], b[0]) ||
                !near(c_in[0], d_in[0]))
                return false;
        }
    }
    return true;
}

static bool is_continuous(const struct fth_param *param)
{
    return param->type != FTH_PARAM_SWITCH && !param->choices && param->type != FTH_PARAM_TEXT;
}

/* Ours for Fusion's value in a key of component `c`. */
static double number_at(struct weave *weave, int c, double fusion)
{
    const struct fth_fusion_said *said = weave->said;
    char text[32];
    if (!said->param->choices)
        return fth_fusion_convert(said->param, said->rows[c], fusion, &weave->changed);
    const char *id = fth_json_text(
        fth_json_get(said->rows[c]->choices, fth_print_double(fusion, text)), "");
    for (int i = 0; said->param->choices[i].id; i++) {
        if (strcmp(said->param->choices[i].id, id) == 0)
            return i;
    }
    weave->changed = true;
    return said->numbers[0];
}

static struct fth_key_frame *add_key(struct weave *weave, double frame, enum fth_key_kind kind)
{
    struct fth_key_frame *key = &weave->keys[weave->count++];
    *key = (struct fth_key_frame){.frame = frame + weave->reader->shift, .kind = kind,
                                  .value.type = weave->said->param->type};
    memcpy(key->value.numbers, weave->said->numbers, sizeof(key->value.numbers));
    return key;
}

static void set_handles(struct weave *weave, struct fth_key_frame *key, size_t at)
{
    for (int c = 0; c < weave->components; c++) {
        const struct fth_fusion_spline *spline = &weave->splines[c];
        double in[2], out[2];
        handle_of(spline->count ? spline : weave->main, at, -1, in);
        handle_of(spline->count ? spline : weave->main, at, 1, out);
        double scale = spline->count ? weave->said->rows[c]->scale : 0;
        key->handles[FTH_KEY_IN][0] = in[0];
        key->handles[FTH_KEY_OUT][0] = out[0];
        key->handles[FTH_KEY_IN][1 + c] = in[1] * scale;
        key->handles[FTH_KEY_OUT][1 + c] = out[1] * scale;
    }
}

/* A key that is left for another value in no time, or that a cubic leads to and that then holds:
 * one more key right behind it, with what the splines are `ahead` keys on. */
static void add_step(struct weave *weave, size_t at, size_t ahead)
{
    struct fth_key_frame *key =
        add_key(weave, weave->main->keys[at].frame + STEP_FRAMES, FTH_KEY_HOLD);
    for (int c = 0; c < weave->components; c++) {
        if (weave->splines[c].count)
            key->value.numbers[c] = number_at(weave, c, weave->splines[c].keys[at + ahead].value);
    }
}

/* Key for key. */
static void join_keys(struct weave *weave)
{
    const struct fth_fusion_spline *main = weave->main;
    bool is_curved = false, can_curve = is_continuous(weave->said->param);
    for (size_t i = 0; i < main->count; i++)
        is_curved = is_curved || (can_curve && kind_of(main, i) == FTH_KEY_BEZIER);
    for (size_t i = 0; i < main->count; i++) {
        const struct fth_fusion_key *from = &main->keys[i];
        enum fth_key_kind kind = can_curve ? kind_of(main, i) : FTH_KEY_HOLD;
        bool ends_cubic = is_curved && i > 0 && kind_of(main, i - 1) == FTH_KEY_BEZIER;
        bool steps = can_curve && kind == FTH_KEY_HOLD && i + 1 < main->count &&
                     main->keys[i + 1].frame - from->frame > 2 * STEP_FRAMES &&
                     (from->steps_out || ends_cubic);
        if (is_curved && (kind != FTH_KEY_HOLD || (steps && ends_cubic)))
            kind = FTH_KEY_BEZIER; /* for its handle in; lines have handles along them */
        struct fth_key_frame *key = add_key(weave, from->frame, kind);
        for (int c = 0; c < weave->components; c++) {
            if (weave->splines[c].count)
                key->value.numbers[c] = number_at(weave, c, weave->splines[c].keys[i].value);
        }
        if (kind == FTH_KEY_BEZIER)
            set_handles(weave, key, i);
        if (steps && kind == FTH_KEY_BEZIER)
            memset(key->handles[FTH_KEY_OUT], 0, sizeof(key->handles[FTH_KEY_OUT]));
        if (steps)
            add_step(weave, i, from->steps_out ? 1 : 0);
    }
}

/* One of them as a curve that can be asked. */
static enum fth_status make_curve(const struct weave *weave, int c, struct fth_curve **curve)
{
    static const struct fth_fusion_row plain = {.scale = 1};
    struct fth_fusion_said said = {.param = &any_number, .rows = {&plain}};
    struct weave one = {weave->reader, weave->tool, &said, .components = 1};
    one.splines[0] = weave->splines[c];
    one.main = &one.splines[0];
    one.keys = fth_alloc(2 * one.main->count, sizeof(*one.keys));
    if (!one.keys)
        return fth_fail_memory(weave->reader->error, one.main->count * 2 * sizeof(*one.keys),
                               "keyframes");
    join_keys(&one);
    enum fth_status status =
        fth_curve_create(&any_number, one.keys, one.count, curve, weave->reader->error);
    fth_free(one.keys);
    return status;
}

/* A key at every frame. */
static enum fth_status sample_keys(struct weave *weave, double first, double last)
{
    struct fth_curve *curves[4] = {NULL};
    enum fth_status status = FTH_OK;
    for (int c = 0; c < weave->components && status == FTH_OK; c++) {
        if (weave->splines[c].count)
            status = make_curve(weave, c, &curves[c]);
    }
    for (double frame = first; frame <= last && status == FTH_OK; frame++) {
        struct fth_key_frame *key =
            add_key(weave, frame, is_continuous(weave->said->param) ? FTH_KEY_LINEAR
                                                                    : FTH_KEY_HOLD);
        for (int c = 0; c < weave->components; c++) {
            if (curves[c])
                key->value.numbers[c] = number_at(
                    weave, c, fth_curve_at(curves[c], frame + weave->reader->shift).numbers[0]);
        }
    }
    for (int c = 0; c < 4; c++)
        fth_curve_destroy(&curves[c]);
    return status;
}

/* Texts that change from key to key. */
static enum fth_status join_texts(struct weave *weave)
{
    for (size_t i = 0; i < weave->main->count; i++) {
        char *text = fth_fusion_text(weave->reader->tree, weave->main->keys[i].text);
        if (!text)
            continue;
        struct fth_key_frame *key = add_key(weave, weave->main->keys[i].frame, FTH_KEY_HOLD);
        key->value.text = text;
    }
    return FTH_OK;
}

/* Is there room for so many more keys? */
static bool take_keys(struct weave *weave, size_t count)
{
    if (count <= FTH_FUSION_MOST_KEYS - weave->reader->key_count) {
        weave->reader->key_count += count;
        return true;
    }
    fth_fusion_note(weave->reader, weave->tool, weave->said->rows[0]->input, "driven",
                    "there are more than %d keyframes in all; its saved value stands",
                    FTH_FUSION_MOST_KEYS);
    return false;
}

static size_t key_count(const struct fth_fusion_reader *reader,
                        const struct fth_fusion_tool *spline)
{
    const struct fth_fusion_value *table =
        fth_fusion_at(reader->tree, fth_fusion_get(reader->tree, spline->value, "KeyFrames"));
    return table ? (size_t)table->count : 0;
}

static enum fth_status fill_keys(struct weave *weave)
{
    bool together = go_together(weave);
    double first = weave->main->keys[0].frame, last = first;
    for (int c = 0; c < weave->components; c++) {
        const struct fth_fusion_spline *spline = &weave->splines[c];
        if (!spline->count)
            continue;
        first = FTH_MIN(first, spline->keys[0].frame);
        last = FTH_MAX(last, spline->keys[spline->count - 1].frame);
    }
    first = floor(first);
    last = ceil(last);
    if (!together && !(last - first < MOST_SAMPLES)) {
        fth_fusion_note(weave->reader, weave->tool, weave->said->rows[0]->input, "driven",
                        "its splines have keys at unlike frames, over more than %d of them; its "
                        "saved value stands", MOST_SAMPLES);
        return FTH_OK;
    }
    size_t count = together ? 2 * weave->main->count : (size_t)(last - first) + 1;
    if (!together && !take_keys(weave, count))
        return FTH_OK;
    weave->keys = fth_alloc(count, sizeof(*weave->keys));
    if (!weave->keys)
        return fth_fail_memory(weave->reader->error, count * sizeof(*weave->keys), "keyframes");
    if (weave->said->param->type == FTH_PARAM_TEXT)
        return join_texts(weave);
    if (together) {
        join_keys(weave);
        return FTH_OK;
    }
    fth_fusion_note(weave->reader, weave->tool, weave->said->rows[0]->input, "driven",
                    "its splines have keys at unlike frames, and were sampled at every frame");
    return sample_keys(weave, first, last);
}

static enum fth_status weave_keys(struct weave *weave, struct fth_json **keys)
{
    struct fth_curve *curve = NULL;
    struct fth_error error = {0};
    enum fth_status status = fill_keys(weave);
    if (status != FTH_OK || !weave->count)
        return status;
    if (weave->changed)
        fth_fusion_note(weave->reader, weave->tool, weave->said->rows[0]->input, "value",
                        "keys outside what '%s' takes were brought to the limit",
                        weave->said->param->id);
    status = fth_curve_create(weave->said->param, weave->keys, weave->count, &curve, &error);
    if (status == FTH_OK) {
        *keys = fth_curve_write(curve);
        if (!*keys)
            status = fth_fail_memory(weave->reader->error, weave->count * 64, "keyframes");
    } else if (status == FTH_ERR_MEMORY) {
        status = fth_fail_memory(weave->reader->error, weave->count * 64, "keyframes");
    } else {
        fth_fusion_note(weave->reader, weave->tool, weave->said->rows[0]->input, "driven",
                        "its keyframes are left alone: %.400s", error.message);
        status = FTH_OK;
    }
    fth_curve_destroy(&curve);
    return status;
}

enum fth_status fth_fusion_read_keys(struct fth_fusion_reader *reader,
                                     const struct fth_fusion_tool *tool,
                                     const struct fth_fusion_said *said, struct fth_json **keys)
{
    struct weave weave = {reader, tool, said, .components = 1};
    enum fth_status status = FTH_OK;
    if (said->param->type != FTH_PARAM_TEXT)
        weave.components = fth_param_component_count(said->param->type);
    for (int c = 0; c < weave.components && status == FTH_OK; c++) {
        if (!said->splines[c] || !take_keys(&weave, key_count(reader, said->splines[c])))
            continue;
        status = fth_fusion_spline_read(reader, said->splines[c], &weave.splines[c]);
        if (!weave.main && weave.splines[c].count)
            weave.main = &weave.splines[c];
        if (weave.splines[c].loops)
            fth_fusion_note(reader, tool, said->rows[c]->input, "driven",
                            "its spline goes on beyond its keys in a way of its own; here the "
                            "last value holds");
    }
    if (status == FTH_OK && weave.main)
        status = weave_keys(&weave, keys);
    for (size_t i = 0; weave.keys && said->param->type == FTH_PARAM_TEXT && i < weave.count; i++)
        fth_free(weave.keys[i].value.text);
    fth_free(weave.keys);
    for (int c = 0; c < weave.components; c++)
        fth_fusion_spline_clear(&weave.splines[c]);
    return status;
}
