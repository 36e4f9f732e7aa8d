/* SPDX-License-Identifier: Apache-2.0 */
/* LUT: a look out of a file: a .cube table, or a correction of a .cc, .ccc or .cdl. The picture is
 * brought to the space the look expects and back from the one it gives, so that it stays in its
 * own. Colours are taken as they look: alpha is divided out before and multiplied in after. */
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "colour/cdl.h"
#include "colour/convert.h"
#include "colour/cube.h"
#include "nodes/pixels.h"
#include "ops/kernels.h"

struct params {
    const char *file, *correction;
    int32_t expects, gives;
};

static const struct fth_choice spaces[] = {
    {"same", "Same", "Whatever the picture is in."},
#define COLOUR(name, id, label, primaries, curve, linear, help) {id, label, help},
#include "image/colours.list.h"
#undef COLOUR
    {NULL},
};

#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .flags = FTH_PARAM_OF_FILE, __VA_ARGS__)

static const struct fth_param table[] = {
    ROW(FILE, file, .label = "File",
        .help = "The look: .cube (curves, a cube of up to 129 a side, or both), .cc, .ccc or .cdl. "
                "Empty: the picture passes.",
        .group = "Look"),
    ROW(TEXT, correction, .label = "Correction",
        .help = "The id of the correction in a .ccc or .cdl of several. Empty: the first.",
        .group = "Look"),
    ROW(CHOICE, expects, .label = "Expects",
        .help = "The colours the look is made for: the picture is brought there first.",
        .choices = spaces, .max = FTH_COLOUR_COUNT - FTH_COLOUR_DATA - 1, .group = "Colours"),
    ROW(CHOICE, gives, .label = "Gives",
        .help = "The colours the look puts out, from which the picture is brought back to its own. "
                "Same: those it expects.",
        .choices = spaces, .max = FTH_COLOUR_COUNT - FTH_COLOUR_DATA - 1, .group = "Colours"),
    FTH_PARAM_TABLE_END,
};

static const struct fth_port ports[] = {
    {"input", "Input", "The picture to give the look.", FTH_PORT_PICTURE, 0},
    {NULL},
};

struct look {
    struct fth_cube cube;
    struct fth_cdl correction;
};

static void close_look(void **state)
{
    struct look *look = *state;
    if (look)
        fth_cube_clear(&look->cube);
    fth_free(look);
    *state = NULL;
}

static enum fth_status read_correction(const struct params *params, struct fth_cdl *correction,
                                       struct fth_error *error)
{
    struct fth_cdl *list = NULL;
    const struct fth_cdl *found = NULL;
    size_t count = 0;
    enum fth_status status = fth_cdl_read(params->file, &list, &count, error);
    if (status == FTH_OK)
        status = fth_cdl_find(list, count, params->correction, params->file, &found, error);
    if (status == FTH_OK)
        *correction = *found;
    fth_free(list);
    return status;
}

static enum fth_status open_look(const struct fth_call *call, void **state, struct fth_error *error)
{
    const struct params *params = call->params;
    const char *file = params->file;
    struct look *look = fth_alloc(1, sizeof(*look));
    enum fth_status status = FTH_OK;
    if (!look)
        return fth_fail_memory(error, sizeof(*look), "a look");
    look->correction = fth_cdl_neutral;
    if (fth_ends_with(file, ".cube"))
        status = fth_cube_read(file, &look->cube, error);
    else if (fth_ends_with(file, ".cc") || fth_ends_with(file, ".ccc") ||
             fth_ends_with(file, ".cdl"))
        status = read_correction(params, &look->correction, error);
    else if (file[0])
        status = fth_fail(error, FTH_ERR_UNSUPPORTED, "%s: not a .cube, .cc, .ccc or .cdl file",
                          file);
    void *made = look;
    if (status == FTH_OK)
        *state = look;
    else
        close_look(&made);
    return status;
}

static bool is_identity(const struct fth_call *call)
{
    const struct params *params = call->params;
    return !params->file[0];
}

static enum fth_status hash_file(const struct fth_call *call, struct fth_hasher *hasher,
                                 struct fth_error *error)
{
    const struct params *params = call->params;
    struct fth_key key;
    if (!params->file[0])
        return FTH_OK;
    enum fth_status status = fth_file_key(params->file, &key, error);
    if (status == FTH_OK) {
        fth_hash_key(hasher, key);
        fth_hash_int(hasher, call->input_infos[0]->colour);
    }
    return status;
}

struct work {
    const struct look *look;
    struct fth_conversion before, after;
    bool converts, divides;
    struct fth_plane *in[4], *to[3];
};

/* Maps and mattes have no colours to be brought anywhere. */
static void find_conversions(const struct fth_call *call, struct work *work)
{
    const struct params *params = call->params;
    struct fth_conversion_options none = {0};
    enum fth_colour_space own = call->input_infos[0]->colour;
    if (own == FTH_COLOUR_DATA || (!params->expects && !params->gives))
        return;
    own = own == FTH_COLOUR_FILE ? FTH_COLOUR_REC709_GAMMA24 : own;
    enum fth_colour_space expects =
        params->expects ? (enum fth_colour_space)(FTH_COLOUR_DATA + params->expects) : own;
    enum fth_colour_space gives =
        params->gives ? (enum fth_colour_space)(FTH_COLOUR_DATA + params->gives) : expects;
    fth_conversion_make(own, expects, &none, &work->before);
    fth_conversion_make(gives, own, &none, &work->after);
    work->converts = true;
}

enum { PIECE = 1024 };

static void look_at_piece(const struct work *work, float *const rows[3], size_t n)
{
    if (work->converts)
        fth_conversion_rows(&work->before, rows, n);
    fth_cube_rows(&work->look->cube, rows, n);
    fth_cdl_rows(&work->look->correction, rows, n);
    if (work->converts)
        fth_conversion_rows(&work->after, rows, n);
}

static void look_at_rows(void *context, int32_t y0, int32_t y1)
{
    const struct work *work = context;
    const struct fth_kernels *k = fth_kernels();
    struct fth_rect rect = work->to[0]->rect;
    for (int32_t y = rect.y0 + y0; y < rect.y0 + y1; y++)
        for (int32_t x = rect.x0; x < rect.x1; x += PIECE) {
            size_t n = (size_t)FTH_MIN(rect.x1 - x, PIECE);
            const float *alpha = work->divides ? fth_plane_at(work->in[3], x, y) : NULL;
            float *rows[3];
            for (int c = 0; c < 3; c++) {
                const float *from = fth_plane_at(work->in[c], x, y);
                rows[c] = fth_plane_at(work->to[c], x, y);
                if (alpha)
                    k->unpremultiply(rows[c], from, alpha, n);
                else
                    memcpy(rows[c], from, n * sizeof(float));
            }
            look_at_piece(work, rows, n);
            for (int c = 0; c < 3 && alpha; c++)
                k->multiply(rows[c], rows[c], alpha, n);
        }
}

static enum fth_status render(const struct fth_call *call, struct fth_image **out,
                              struct fth_error *error)
{
    const struct fth_image *input = call->inputs[0];
    struct work work = {.look = call->state};
    struct fth_image *image = NULL;
    struct fth_work rows = fth_pixels_work(call);
    bool passes = is_identity(call);
    find_conversions(call, &work);
    enum fth_status status = fth_image_new_like(input, &image, error);
    if (status == FTH_OK && passes) {
        *out = image;
        return FTH_OK;
    }
    if (status == FTH_OK)
        status = fth_pixels_rgba(call, input, call->rect, work.in, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = fth_image_add(image, fth_rgba_names[c], call->env->buffers, call->rect,
                               &work.to[c], error);
    work.divides = work.in[3] && input->premultiplied && !input->alpha_is_key;
    if (status == FTH_OK)
        status = fth_rows_run(&rows, fth_rect_height(call->rect), 16, look_at_rows, &work);
    fth_pixels_drop(work.in);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static const struct fth_step steps[] = {
    {.id = "look", .kind = FTH_NODE_WHOLE, .ports = 1, .is_identity = is_identity,
     .render = render},
    {NULL},
};

const struct fth_node_desc fth_node_lut = {
    .id = "lut",
    .label = "LUT",
    .tag = "LUT",
    .group = "Colour",
    .help = "Gives the picture a look out of a file: a .cube table, or a correction by the ASC "
            "Color Decision List.",
    .version = 2,
    .params = table,
    .params_size = sizeof(struct params),
    .inputs = ports,
    .steps = steps,
    .hash_extra = hash_file,
    .open = open_look,
    .close = close_look,
};
