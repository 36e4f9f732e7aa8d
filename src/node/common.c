/* SPDX-License-Identifier: Apache-2.0 */
/* The common controls: their table, the mask they make of their inputs, and the mix of a node's
 * result with its main input (FEATURES 2C, FORMULAS 6.5). */
#include "node/common.h"

#include <math.h>
#include <string.h>

#include "base/log.h"
#include "node/param.h"

static const struct fth_choice MASK_CHANNELS[] = {
    {"auto", "Auto", "Alpha where the mask picture has it, else luminance"},
    {"red", "Red", "The mask's red channel"},
    {"green", "Green", "The mask's green channel"},
    {"blue", "Blue", "The mask's blue channel"},
    {"alpha", "Alpha", "The mask's alpha channel; opaque where it has none"},
    {"luminance", "Luminance", "The mask's brightness"},
    {0}};

static const struct fth_choice OUTSIDE_MASKS[] = {
    {"zero", "Zero", "No matte outside the mask"},
    {"input", "Input", "The input's own alpha stays outside the mask"},
    {0}};

static const struct fth_choice CLIPPING_MODES[] = {
    {"frame", "Frame", "The picture is cut to the frame; what is missing is black and transparent"},
    {"domain", "Domain", "The picture is cut to the input's data window"},
    {"none", "None", "Nothing is cut: the data window grows as the effect needs"},
    {0}};

#define COMMON(kind, field, ...) FTH_PARAM(kind, struct fth_common, field, __VA_ARGS__)
#define LARGEST_ID 4294967295.0 /* ID channels of renderers are 32-bit */

const struct fth_param fth_common_params[] = {
    COMMON(NUMBER, blend, .label = "Blend",
           .help = "Mixes the untouched input (0) with the result (1). At 0 the node is skipped.",
           .min = 0, .max = 1, .def = {1}, .group = "Blend", .flags = FTH_PARAM_ANIMATES),
    COMMON(SWITCH, process_when_blend_is_0, .label = "Process When Blend Is 0.0",
           .help = "Computes the node even when Blend is 0 and its result cannot be seen.",
           .group = "Blend", .flags = FTH_PARAM_NO_PIXELS),
    COMMON(SWITCH, red, .label = "Red", .help = "Off: red stays as it came in.", .def = {1},
           .group = "Channels", .flags = FTH_PARAM_ANIMATES),
    COMMON(SWITCH, green, .label = "Green", .help = "Off: green stays as it came in.", .def = {1},
           .group = "Channels", .flags = FTH_PARAM_ANIMATES),
    COMMON(SWITCH, blue, .label = "Blue", .help = "Off: blue stays as it came in.", .def = {1},
           .group = "Channels", .flags = FTH_PARAM_ANIMATES),
    COMMON(SWITCH, alpha, .label = "Alpha", .help = "Off: alpha stays as it came in.", .def = {1},
           .group = "Channels", .flags = FTH_PARAM_ANIMATES),
    COMMON(SWITCH, effect_mask_invert, .label = "Apply Mask Inverted",
           .help = "Works outside the masks instead of inside: all connected masks together are "
                   "inverted.",
           .group = "Mask", .flags = FTH_PARAM_ANIMATES),
    COMMON(CHOICE, effect_mask_channel, .label = "Mask Channel",
           .help = "Which channel of the mask picture limits the effect.", .choices = MASK_CHANNELS,
           .group = "Mask"),
    COMMON(NUMBER, effect_mask_low, .label = "Mask Low",
           .help = "Mask values at and below this count as black.", .min = -100, .max = 100,
           .ui_min = 0, .ui_max = 1, .def = {0}, .group = "Mask", .flags = FTH_PARAM_ANIMATES),
    COMMON(NUMBER, effect_mask_high, .label = "Mask High",
           .help = "Mask values at and above this count as white.", .min = -100, .max = 100,
           .ui_min = 0, .ui_max = 1, .def = {1}, .group = "Mask", .flags = FTH_PARAM_ANIMATES),
    COMMON(SWITCH, multiply_by_mask, .label = "Multiply By Mask",
           .help = "Multiplies the colours by the mask: outside it the picture is black.",
           .group = "Mask", .flags = FTH_PARAM_ANIMATES),
    COMMON(CHOICE, outside_mask, .label = "Outside Mask",
           .help = "What a node that makes a matte leaves in alpha outside its mask.",
           .choices = OUTSIDE_MASKS, .group = "Mask"),
    COMMON(INT, object_id, .label = "Object ID",
           .help = "Works only on pixels of this number in the picture's object ID channel; -1 "
                   "does not look at it.",
           .min = -1, .max = LARGEST_ID, .ui_min = -1, .ui_max = 255, .step = 1, .def = {-1},
           .group = "Mask", .flags = FTH_PARAM_ANIMATES),
    COMMON(INT, material_id, .label = "Material ID",
           .help = "Works only on pixels of this number in the picture's material ID channel; -1 "
                   "does not look at it.",
           .min = -1, .max = LARGEST_ID, .ui_min = -1, .ui_max = 255, .step = 1, .def = {-1},
           .group = "Mask", .flags = FTH_PARAM_ANIMATES),
    COMMON(SWITCH, correct_edges, .label = "Correct Edges",
           .help = "Softens the edges of an ID mask by the picture's coverage channel.",
           .group = "Mask", .flags = FTH_PARAM_ANIMATES),
    COMMON(CHOICE, clipping_mode, .label = "Clipping Mode",
           .help = "How far the result reaches where the effect spreads pixels.",
           .choices = CLIPPING_MODES, .group = "Picture"),
    FTH_PARAM_TABLE_END};

const struct fth_port fth_effect_mask_port = {
    "effect_mask", "Effect Mask", "Limits the effect to where this picture is white or opaque.",
    FTH_PORT_MASK, 1};

bool fth_common_skips(const struct fth_common *common)
{
    return common->blend == 0 && !common->process_when_blend_is_0;
}

bool fth_common_is_neutral(const struct fth_common *common, bool has_mask)
{
    return common->blend == 1 && common->red && common->green && common->blue && common->alpha &&
           !has_mask && common->object_id < 0 && common->material_id < 0;
}

/* `count` values of a row of a plane from x on; 0 where plane or data window have none. */
static void read_row(const struct fth_image *image, const struct fth_plane *plane, int32_t x,
                     int32_t y, size_t count, float *row)
{
    struct fth_rect want = {x, y, x + (int32_t)count, y + 1};
    struct fth_rect both = {0};
    memset(row, 0, count * sizeof(*row));
    if (plane)
        both = fth_rect_intersect(fth_rect_intersect(plane->rect, image->domain), want);
    if (!fth_rect_empty(both))
        memcpy(row + (both.x0 - x), fth_plane_at(plane, both.x0, y),
               (size_t)fth_rect_width(both) * sizeof(*row));
}

/* The planes a mask is read from: one, or three to be weighed to luminance. */
static void choose_planes(const struct fth_image *mask, int32_t channel,
                          const struct fth_plane *planes[3])
{
    static const char *const names[] = {[FTH_MASK_RED] = "R", [FTH_MASK_GREEN] = "G",
                                        [FTH_MASK_BLUE] = "B", [FTH_MASK_ALPHA] = "A"};
    const struct fth_plane *alpha = fth_image_plane(mask, "A");
    planes[0] = planes[1] = planes[2] = NULL;
    if (channel == FTH_MASK_AUTO && alpha) {
        planes[0] = alpha;
    } else if (channel >= FTH_MASK_RED && channel <= FTH_MASK_ALPHA) {
        planes[0] = fth_image_plane(mask, names[channel]);
    } else if (fth_image_plane(mask, "R")) {
        planes[0] = fth_image_plane(mask, "R");
        planes[1] = fth_image_plane(mask, "G");
        planes[2] = fth_image_plane(mask, "B");
    } else if (mask->channel_count) { /* a depth map or a single named channel */
        planes[0] = mask->channels[0].plane;
    }
}

/* `src` may be `row`. */
static void stretch_row(float *row, const float *src, size_t count, double low, double high)
{
    float from = (float)low, scale = high > low ? (float)(1 / (high - low)) : 0;
    for (size_t i = 0; i < count && scale > 0; i++) {
        float value = (src[i] - from) * scale;
        row[i] = value > 0 ? (value < 1 ? value : 1) : 0;
    }
    for (size_t i = 0; i < count && !(scale > 0); i++)
        row[i] = src[i] > from ? 1.0f : 0.0f;
}

static void invert_row(float *row, size_t count)
{
    for (size_t i = 0; i < count; i++)
        row[i] = 1 - row[i];
}

static const float luma_weights[3] = {0.2126f, 0.7152f, 0.0722f}; /* Rec. 709 */

void fth_mask_luminance(float *row, const float *const rgb[3], size_t count)
{
    for (size_t i = 0; i < count; i++)
        row[i] = luma_weights[0] * rgb[0][i] + luma_weights[1] * rgb[1][i] +
                 luma_weights[2] * rgb[2][i];
}

/* One row of a mask that has all of it: where its only channel stands, or `row`, weighed. NULL:
 * some of it is missing. */
static const float *whole_row(const struct fth_image *mask, const struct fth_plane *const planes[3],
                              float *row, struct fth_rect where)
{
    size_t count = (size_t)fth_rect_width(where);
    const float *src[3];
    int used = planes[0] && planes[1] && planes[2] ? 3 : 1;
    if (!fth_rect_contains(mask->domain, where))
        return NULL;
    for (int p = 0; p < used; p++) {
        if (!planes[p] || !fth_rect_contains(planes[p]->rect, where))
            return NULL;
        src[p] = fth_plane_at(planes[p], where.x0, where.y0);
    }
    if (used == 1)
        return src[0];
    fth_mask_luminance(row, src, count);
    return row;
}

/* One row of the mask's channel; a picture without alpha is opaque inside its window. */
static void mask_row(const struct fth_image *mask, int32_t channel,
                     const struct fth_plane *const planes[3], float *row, float *scratch,
                     struct fth_rect where)
{
    size_t count = (size_t)fth_rect_width(where);
    read_row(mask, planes[0], where.x0, where.y0, count, row);
    if (!planes[0] && channel == FTH_MASK_ALPHA) {
        struct fth_rect opaque = fth_rect_intersect(mask->domain, where);
        for (int32_t x = opaque.x0; x < opaque.x1; x++)
            row[x - where.x0] = 1;
    }
    if (!planes[1] || !planes[2])
        return;
    for (size_t i = 0; i < count; i++)
        row[i] *= luma_weights[0];
    for (int p = 1; p < 3; p++) {
        read_row(mask, planes[p], where.x0, where.y0, count, scratch);
        for (size_t i = 0; i < count; i++)
            row[i] += luma_weights[p] * scratch[i];
    }
}

enum fth_status fth_mask_values(const struct fth_image *mask, int32_t channel, double low,
                                double high, bool invert, struct fth_rect rect,
                                struct fth_buffers *buffers, struct fth_plane **values,
                                struct fth_error *error)
{
    const struct fth_plane *planes[3];
    struct fth_plane *made = NULL, *scratch = NULL;
    struct fth_rect line = {rect.x0, rect.y0, rect.x1, rect.y0 + 1};
    choose_planes(mask, channel, planes);
    enum fth_status status = fth_plane_new(buffers, rect, &made, error);
    if (status == FTH_OK)
        status = fth_plane_new(buffers, line, &scratch, error);
    if (status != FTH_OK)
        goto done;
    for (int32_t y = rect.y0; y < rect.y1 && rect.x0 < rect.x1; y++) {
        float *row = fth_plane_at(made, rect.x0, y);
        line.y0 = y;
        line.y1 = y + 1;
        const float *src = whole_row(mask, planes, row, line);
        if (!src) {
            mask_row(mask, channel, planes, row, scratch->data, line);
            src = row;
        }
        stretch_row(row, src, (size_t)fth_rect_width(rect), low, high);
        if (invert)
            invert_row(row, (size_t)fth_rect_width(rect));
    }
    *values = made;
    made = NULL;
done:
    fth_plane_unref(&made);
    fth_plane_unref(&scratch);
    return status;
}

enum fth_mask_source fth_mask_source(const struct fth_image *mask, int32_t channel)
{
    static const char *const names[] = {"R", "G", "B", "A"};
    const struct fth_plane *planes[3];
    choose_planes(mask, channel, planes);
    if (planes[0] && planes[1] && planes[2])
        return FTH_MASK_OF_LUMINANCE;
    for (int c = 0; c < 4 && planes[0]; c++)
        if (fth_image_plane(mask, names[c]) == planes[0])
            return (enum fth_mask_source)(FTH_MASK_OF_CHANNEL + c);
    return FTH_MASK_OF_OTHERS;
}

bool fth_common_mask_can_spare(const struct fth_common *common)
{
    return !common->effect_mask_invert && common->effect_mask_low >= 0;
}

/* The mask's values in one row; nothing is where the mask has no pixel. */
static bool row_is_empty(const struct fth_image *mask, const struct fth_common *common,
                         const struct fth_plane *const planes[3], struct fth_rect line, float *rows)
{
    size_t count = (size_t)fth_rect_width(line);
    mask_row(mask, common->effect_mask_channel, planes, rows, rows + count, line);
    stretch_row(rows, rows, count, common->effect_mask_low, common->effect_mask_high);
    float most = 0;
    for (size_t i = 0; i < count; i++)
        most = rows[i] > most ? rows[i] : most;
    return !(most > 0);
}

enum fth_status fth_mask_is_empty(const struct fth_image *mask, const struct fth_common *common,
                                  struct fth_rect rect, struct fth_buffers *buffers, bool *empty,
                                  struct fth_error *error)
{
    const struct fth_plane *planes[3];
    struct fth_plane *rows = NULL;
    struct fth_rect part = fth_rect_intersect(rect, mask->domain);
    *empty = true;
    if (!fth_common_mask_can_spare(common) || fth_rect_empty(part)) {
        *empty = fth_common_mask_can_spare(common);
        return FTH_OK;
    }
    choose_planes(mask, common->effect_mask_channel, planes);
    enum fth_status status =
        fth_plane_new(buffers, (struct fth_rect){0, 0, fth_rect_width(part), 2}, &rows, error);
    if (status != FTH_OK)
        return status;
    float *scratch = rows->data; /* two rows without a gap */
    struct fth_rect line = part;
    for (int32_t y = part.y0; y < part.y1 && *empty; y++) {
        line.y0 = y;
        line.y1 = y + 1;
        *empty = row_is_empty(mask, common, planes, line, scratch);
    }
    fth_plane_unref(&rows);
    return FTH_OK;
}

void fth_mask_check(const struct fth_image *mask, int32_t channel)
{
    const struct fth_plane *alpha = fth_image_plane(mask, "A");
    if (channel != FTH_MASK_AUTO || !alpha || !fth_rect_contains(alpha->rect, mask->domain))
        return;
    struct fth_rect all = mask->domain;
    for (int32_t y = all.y0; y < all.y1; y++) {
        const float *row = fth_plane_at(alpha, all.x0, y);
        for (int32_t x = 0; x < fth_rect_width(all); x++) {
            if (row[x] != 1)
                return;
        }
    }
    if (!fth_rect_empty(all))
        fth_log_once(FTH_LOG_WARNING,
                     "mask: its alpha is 1 everywhere, so it limits nothing; choose "
                     "effect_mask_channel (of a key: key_channel) luminance if its colours are "
                     "meant");
}

static const struct fth_plane *find_plane(const struct fth_image *image, const char *const *names)
{
    const struct fth_plane *found = NULL;
    for (; *names && !found; names++)
        found = fth_image_plane(image, *names);
    return found;
}

/* Multiplies `values` by 1 where the plane holds `id` and 0 elsewhere. */
static void apply_id(const struct fth_image *image, const struct fth_plane *plane, int64_t id,
                     struct fth_plane *values, float *scratch)
{
    struct fth_rect rect = values->rect;
    size_t count = (size_t)fth_rect_width(rect);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(values, rect.x0, y);
        read_row(image, plane, rect.x0, y, count, scratch);
        for (size_t i = 0; i < count; i++)
            row[i] *= plane && fabs((double)scratch[i] - (double)id) < 0.5 ? 1.0f : 0.0f;
    }
}

static void apply_coverage(const struct fth_image *image, struct fth_plane *values, float *scratch)
{
    static const char *const names[] = {"Coverage", "coverage", "Z.Coverage", NULL};
    const struct fth_plane *plane = find_plane(image, names);
    struct fth_rect rect = values->rect;
    for (int32_t y = rect.y0; plane && y < rect.y1; y++) {
        float *row = fth_plane_at(values, rect.x0, y);
        read_row(image, plane, rect.x0, y, (size_t)fth_rect_width(rect), scratch);
        for (int32_t x = 0; x < fth_rect_width(rect); x++)
            row[x] *= scratch[x] > 0 ? (scratch[x] < 1 ? scratch[x] : 1) : 0;
    }
}

static void apply_ids(const struct fth_common *common, const struct fth_image *before,
                      struct fth_plane *values, float *scratch)
{
    static const char *const objects[] = {"ObjectID",  "objectid",  "objectID",
                                          "object_id", "ObjectId",  "IndexOB.X",
                                          "ViewLayer.IndexOB.X", NULL};
    static const char *const materials[] = {"MaterialID", "materialid", "materialID", "material_id",
                                            "MaterialId", "IndexMA.X", "ViewLayer.IndexMA.X", NULL};
    const struct fth_plane *object = find_plane(before, objects);
    const struct fth_plane *material = find_plane(before, materials);
    if (common->object_id >= 0)
        apply_id(before, object, common->object_id, values, scratch);
    if (common->material_id >= 0)
        apply_id(before, material, common->material_id, values, scratch);
    if ((common->object_id >= 0 && !object) || (common->material_id >= 0 && !material))
        fth_log_once(FTH_LOG_WARNING, "object_id, material_id: the picture has no such channel, so "
                                      "the mask is empty");
    if (common->correct_edges)
        apply_coverage(before, values, scratch);
}

/* Effect mask and ID masks in one, inverted together; NULL when there is none of them. */
static enum fth_status combined_mask(const struct fth_common *common,
                                     const struct fth_image *before,
                                     const struct fth_image *mask, struct fth_rect rect,
                                     struct fth_buffers *buffers, struct fth_plane **values,
                                     struct fth_error *error)
{
    struct fth_plane *made = NULL, *scratch = NULL;
    bool by_id = common->object_id >= 0 || common->material_id >= 0;
    enum fth_status status = FTH_OK;
    if (!mask && !by_id)
        return FTH_OK;
    if (mask)
        status = fth_mask_values(mask, common->effect_mask_channel, common->effect_mask_low,
                                 common->effect_mask_high, false, rect, buffers, &made, error);
    else
        status = fth_plane_new(buffers, rect, &made, error);
    if (status == FTH_OK && !mask)
        fth_plane_fill(made, 1);
    if (status == FTH_OK && by_id)
        status = fth_plane_new(buffers, (struct fth_rect){rect.x0, rect.y0, rect.x1, rect.y0 + 1},
                               &scratch, error);
    if (status == FTH_OK && by_id)
        apply_ids(common, before, made, scratch->data);
    fth_plane_unref(&scratch);
    if (status != FTH_OK) {
        fth_plane_unref(&made);
        return status;
    }
    for (int32_t y = rect.y0; common->effect_mask_invert && y < rect.y1; y++) {
        float *row = fth_plane_at(made, rect.x0, y);
        stretch_row(row, row, (size_t)fth_rect_width(rect), 0, 1);
        invert_row(row, (size_t)fth_rect_width(rect));
    }
    *values = made;
    return FTH_OK;
}

/* What the mixing of one channel needs. */
struct mix {
    const struct fth_image *before, *after;
    const struct fth_plane *mask; /* NULL: 1 everywhere */
    struct fth_rect rect;
    float blend;
    bool from_zero; /* outside the mask is 0, not the input (mattes) */
    bool multiply;  /* by the mask */
};

/* One row of a channel; the alpha a picture does not have is 1 inside its window. */
static void channel_row(const struct fth_image *image, const char *name, struct fth_rect rect,
                        int32_t y, float *row)
{
    size_t count = (size_t)fth_rect_width(rect);
    const struct fth_plane *plane = fth_image_plane(image, name);
    if (!image) {
        memset(row, 0, count * sizeof(*row));
        return;
    }
    read_row(image, plane, rect.x0, y, count, row);
    struct fth_rect line = fth_rect_intersect(image->domain,
                                              (struct fth_rect){rect.x0, y, rect.x1, y + 1});
    if (!plane && strcmp(name, "A") == 0) {
        for (int32_t x = line.x0; x < line.x1; x++)
            row[x - rect.x0] = 1;
    }
}

/* row = before + blend (masked - before), with masked = base + mask (after - base). Where the mask
 * is 0 the base stays to the bit, whatever the result is: it need not even have been computed. What
 * is equal stays as well, so that a plane both share, which is not mixed, has the same -0. */
static void mix_row(const struct mix *mix, const float *before, const float *mask, float *row)
{
    size_t count = (size_t)fth_rect_width(mix->rect);
    float blend = mix->blend;
    if (mask && mix->from_zero) {
        for (size_t i = 0; i < count; i++)
            row[i] = mask[i] > 0 ? row[i] * mask[i] : 0;
        mask = NULL;
    }
    if (mask) {
        for (size_t i = 0; i < count; i++) {
            float mixed = before[i] + blend * mask[i] * (row[i] - before[i]);
            mixed = row[i] == before[i] ? row[i] : mixed;
            row[i] = mask[i] > 0 ? mixed : before[i];
        }
    } else if (blend != 1) {
        for (size_t i = 0; i < count; i++) {
            float mixed = before[i] + blend * (row[i] - before[i]);
            row[i] = row[i] == before[i] ? row[i] : mixed;
        }
    }
}

static enum fth_status mix_channel(const struct mix *mix, const char *name,
                                   struct fth_buffers *buffers, struct fth_image *out,
                                   struct fth_error *error)
{
    struct fth_plane *made = NULL, *before = NULL;
    struct fth_rect rect = mix->rect;
    enum fth_status status =
        fth_plane_new(buffers, (struct fth_rect){rect.x0, 0, rect.x1, 1}, &before, error);
    if (status == FTH_OK)
        status = fth_plane_new(buffers, rect, &made, error);
    for (int32_t y = rect.y0; status == FTH_OK && y < rect.y1; y++) {
        float *row = fth_plane_at(made, rect.x0, y);
        const float *mask = mix->mask ? fth_plane_at(mix->mask, rect.x0, y) : NULL;
        channel_row(mix->after, name, rect, y, row);
        channel_row(mix->before, name, rect, y, before->data);
        mix_row(mix, before->data, mask, row);
        for (int32_t x = 0; mask && mix->multiply && x < fth_rect_width(rect); x++)
            row[x] *= mask[x];
    }
    fth_plane_unref(&before);
    if (status != FTH_OK) {
        fth_plane_unref(&made);
        return status;
    }
    return fth_image_set(out, name, made, error);
}

/* Hands on the plane `name` of `from` so that it is sound over `rect` in a wider data window:
 * shared when it holds all of it, copied with 0 around it otherwise. */
static enum fth_status pass_channel(const struct fth_image *from, const char *name,
                                    struct fth_rect rect, struct fth_buffers *buffers,
                                    struct fth_image *out, struct fth_error *error)
{
    struct fth_plane *plane = fth_image_plane(from, name), *made = NULL;
    if (!plane || (fth_rect_contains(plane->rect, rect) && fth_rect_contains(from->domain, rect)))
        return fth_image_set(out, name, fth_plane_ref(plane), error);
    enum fth_status status = fth_plane_new(buffers, rect, &made, error);
    if (status != FTH_OK)
        return status;
    for (int32_t y = rect.y0; y < rect.y1; y++)
        read_row(from, plane, rect.x0, y, (size_t)fth_rect_width(rect),
                 fth_plane_at(made, rect.x0, y));
    return fth_image_set(out, name, made, error);
}

/* The switch of R, G, B or A; other channels are always on. */
static bool channel_is_on(const struct fth_common *common, const char *name)
{
    const bool on[4] = {common->red, common->green, common->blue, common->alpha};
    const char *at = name[0] && !name[1] ? strchr("RGBA", name[0]) : NULL;
    return !at || on[at - "RGBA"];
}

/* True when mixing cannot change the channel of `after`. */
static bool is_unmixed(const struct mix *mix, const char *name)
{
    const struct fth_plane *a = fth_image_plane(mix->after, name);
    const struct fth_plane *b = fth_image_plane(mix->before, name);
    bool colour = strlen(name) == 1 && strchr("RGBA", name[0]);
    if (!colour && !b)
        return true;
    if (mix->mask && (mix->from_zero || mix->multiply))
        return false;
    /* one plane seen through two windows is two channels: a crop */
    struct fth_rect after = fth_rect_intersect(mix->after->domain, mix->rect);
    bool same = a && a == b &&
                fth_rect_equal(after, fth_rect_intersect(mix->before->domain, mix->rect));
    return same || (!mix->mask && mix->blend == 1);
}

static enum fth_status apply_channel(const struct fth_common *common, const struct mix *mix,
                                     const char *name, struct fth_buffers *buffers,
                                     struct fth_image *out, struct fth_error *error)
{
    if (!channel_is_on(common, name))
        return pass_channel(mix->before, name, mix->rect, buffers, out, error);
    if (is_unmixed(mix, name))
        return pass_channel(mix->after, name, mix->rect, buffers, out, error);
    return mix_channel(mix, name, buffers, out, error);
}

/* One plane of `image` over `rect`, divided or multiplied by its alpha. */
static enum fth_status match_plane(const struct fth_image *image, const char *name, bool multiply,
                                   struct fth_rect rect, struct fth_buffers *buffers,
                                   struct fth_image *out, struct fth_error *error)
{
    struct fth_plane *made = NULL, *alpha = NULL;
    size_t count = (size_t)fth_rect_width(rect);
    enum fth_status status = fth_plane_new(buffers, rect, &made, error);
    if (status == FTH_OK)
        status = fth_plane_new(buffers, (struct fth_rect){rect.x0, 0, rect.x1, 1}, &alpha, error);
    for (int32_t y = rect.y0; status == FTH_OK && y < rect.y1; y++) {
        float *row = fth_plane_at(made, rect.x0, y), *by = alpha->data;
        channel_row(image, name, rect, y, row);
        channel_row(image, "A", rect, y, by);
        for (size_t i = 0; i < count; i++)
            row[i] = multiply ? row[i] * by[i] : by[i] > 0 ? row[i] / by[i] : 0;
    }
    fth_plane_unref(&alpha);
    if (status == FTH_OK)
        return fth_image_set(out, name, made, error);
    fth_plane_unref(&made);
    return status;
}

/* `before` with colours like those of `after`; a key that travels with a picture multiplies
 * nothing. New reference; NULL stays NULL. */
static enum fth_status match_before(const struct fth_image *before, const struct fth_image *after,
                                    struct fth_rect rect, struct fth_buffers *buffers,
                                    struct fth_image **matched, struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    *matched = fth_image_ref(before);
    if (!before || before->premultiplied == after->premultiplied || before->alpha_is_key ||
        after->alpha_is_key || !fth_image_plane(before, "A"))
        return FTH_OK;
    fth_image_unref(matched);
    struct fth_rect part = fth_rect_intersect(rect, before->domain);
    enum fth_status status = fth_image_new_like(before, matched, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++) {
        if (fth_image_plane(before, names[i]))
            status = match_plane(before, names[i], after->premultiplied, part, buffers, *matched,
                                 error);
    }
    return status;
}

enum fth_status fth_common_apply(const struct fth_common *common, bool makes_matte,
                                 const struct fth_image *input, const struct fth_image *after,
                                 const struct fth_image *mask, struct fth_rect rect,
                                 struct fth_buffers *buffers, struct fth_image **result,
                                 struct fth_error *error)
{
    if (fth_common_is_neutral(common, mask != NULL)) {
        *result = fth_image_ref(after);
        return FTH_OK;
    }
    struct fth_plane *values = NULL;
    struct fth_image *out = NULL, *before = NULL;
    enum fth_status status = match_before(input, after, rect, buffers, &before, error);
    if (status == FTH_OK)
        status = combined_mask(common, before, mask, rect, buffers, &values, error);
    if (status == FTH_OK)
        status = fth_image_new_like(after, &out, error);
    if (status != FTH_OK)
        goto done;
    if (before)
        out->domain = fth_rect_join(before->domain, after->domain);
    bool zero = makes_matte && common->outside_mask == FTH_OUTSIDE_ZERO;
    for (int i = 0; i < 4 + after->channel_count && status == FTH_OK; i++) {
        const char *name = i < 4 ? (const char *[]){"R", "G", "B", "A"}[i]
                                 : after->channels[i - 4].name;
        bool colour = strlen(name) == 1 && strchr("RGBA", name[0]);
        bool absent = !fth_image_plane(before, name) && !fth_image_plane(after, name);
        bool is_alpha = strcmp(name, "A") == 0;
        struct mix mix = {.before = before, .after = after, .mask = values, .rect = rect,
                          .blend = (float)common->blend, .multiply = common->multiply_by_mask};
        mix.from_zero = zero && colour && (is_alpha || after->premultiplied);
        mix.multiply = mix.multiply && colour && !is_alpha && !mix.from_zero;
        if ((colour && i >= 4) || (absent && !(is_alpha && mix.from_zero && values)))
            continue;
        status = apply_channel(common, &mix, name, buffers, out, error);
    }
    if (status == FTH_OK) {
        *result = out;
        out = NULL;
    }
done:
    fth_plane_unref(&values);
    fth_image_unref(&before);
    fth_image_unref(&out);
    return status;
}
