/* SPDX-License-Identifier: Apache-2.0 */
/* The key block at work. */
#include "nodes/key.h"

#include <string.h>

#include "nodes/pixels.h"
#include "ops/blur.h"
#include "ops/kernels.h"

enum { MATTE, MASK };

const struct fth_choice fth_key_modes[] = {
    [MATTE] = {"matte", "Matte", "Intersects: grades where both the key and the window are white."},
    [MASK] = {"mask", "Mask", "Adds: grades where the key or the window is white."},
    {NULL},
};

bool fth_key_is_sharp(const struct fth_call *call)
{
    const struct fth_key_params *params = call->params;
    return params->key_blur == 0 || !call->input_infos[FTH_KEY_PORT_KEY];
}

bool fth_key_first_ignores(const struct fth_call *call, int port)
{
    return port == (fth_key_is_sharp(call) ? FTH_KEY_PORT_KEY : FTH_KEY_PORT_INPUT);
}

/* Of a sharp key the step before has the picture: read twice it could not be given back as soon. */
bool fth_key_second_ignores(const struct fth_call *call, int port)
{
    return port == (fth_key_is_sharp(call) ? FTH_KEY_PORT_INPUT : FTH_KEY_PORT_KEY);
}

const struct fth_image *fth_key_input(const struct fth_call *call)
{
    return fth_key_is_sharp(call) ? call->previous : call->inputs[FTH_KEY_PORT_INPUT];
}

/* The key from outside, turned and scaled. Returns new. */
static enum fth_status take_key(const struct fth_call *call, struct fth_rect rect,
                                struct fth_plane **values, struct fth_error *error)
{
    const struct fth_kernels *k = fth_kernels();
    const struct fth_key_params *params = call->params;
    struct fth_key_view view = {call->inputs[FTH_KEY_PORT_KEY], params->key_channel,
                                params->key_invert};
    enum fth_status status = fth_pixels_key(call, &view, rect, values, error);
    if (status != FTH_OK || (params->key_gain == 1 && params->key_offset == 0))
        return status;
    size_t n = (size_t)fth_rect_width(rect);
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        float *row = fth_plane_at(*values, rect.x0, y);
        k->scale_offset(row, row, (float)params->key_gain, (float)params->key_offset, n);
        k->clamp(row, row, 0, 1, n);
    }
    return FTH_OK;
}

/* As in the node `blur`: a ratio of .5 is both ways alike. Beyond the picture the key is mirrored,
 * so that it does not darken towards the border. */
static enum fth_status soften(const struct fth_call *call, const struct fth_plane *plane,
                              struct fth_error *error)
{
    const struct fth_key_params *params = call->params;
    struct fth_work work = fth_pixels_work(call);
    struct fth_grid grid = fth_grid_of_plane(plane, plane->rect);
    double radius = fth_pixels_scaled(call, params->key_blur);
    return fth_blur(&work, &grid, &grid, FTH_BLUR_GAUSSIAN, 0,
                    radius * FTH_MIN(1, 2 * (1 - params->key_ratio)),
                    radius * FTH_MIN(1, 2 * params->key_ratio), FTH_BORDER_REFLECT, error);
}

enum fth_status fth_key_soften(const struct fth_call *call, struct fth_image **out,
                               struct fth_error *error)
{
    struct fth_rect rect = call->info.domain;
    struct fth_plane *plane = NULL;
    struct fth_image *image = NULL;
    if (fth_key_is_sharp(call)) {
        *out = fth_image_ref(call->inputs[FTH_KEY_PORT_INPUT]);
        return FTH_OK;
    }
    enum fth_status status = take_key(call, rect, &plane, error);
    if (status == FTH_OK)
        status = soften(call, plane, error);
    if (status == FTH_OK)
        status = fth_image_new(call->info.format, rect, &image, error);
    if (status == FTH_OK)
        status = fth_image_set(image, "A", fth_plane_ref(plane), error);
    fth_plane_unref(&plane);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

/* window := window and key, or window or key */
static void join_row(float *window, const float *key, int32_t mode, size_t n)
{
    const struct fth_kernels *k = fth_kernels();
    if (mode == MATTE) {
        k->multiply(window, window, key, n);
        return;
    }
    k->add(window, window, key, n);
    k->clamp(window, window, 0, 1, n);
}

/* Where to grade, over call->rect. Returns a reference; NULL: everywhere alike. */
static enum fth_status make_values(const struct fth_call *call, struct fth_plane **values,
                                   struct fth_error *error)
{
    const struct fth_key_params *params = call->params;
    struct fth_key_view window = {call->inputs[FTH_KEY_PORT_WINDOW], FTH_MASK_AUTO, false};
    struct fth_plane *key = NULL, *joined = NULL;
    enum fth_status status = FTH_OK;
    if (!fth_key_is_sharp(call))
        status = fth_pixels_over(call, call->previous, "A", call->rect, 0, &key, error);
    else if (call->inputs[FTH_KEY_PORT_KEY])
        status = take_key(call, call->rect, &key, error);
    if (status != FTH_OK || !window.image) {
        *values = key;
        return status;
    }
    status = fth_pixels_key(call, &window, call->rect, &joined, error);
    for (int32_t y = call->rect.y0; y < call->rect.y1 && key && status == FTH_OK; y++)
        join_row(fth_plane_at(joined, call->rect.x0, y), fth_plane_at(key, call->rect.x0, y),
                 params->key_mode, (size_t)fth_rect_width(call->rect));
    fth_plane_unref(&key);
    *values = joined;
    return status;
}

/* ---- the second step ------------------------------------------------------------------------- */

/* What all pieces are changed and mixed by. */
struct job {
    const struct fth_key_change *change;
    float output_gain;
    float *scratch;
};

void fth_key_own(struct fth_key_piece *piece)
{
    for (int i = 0; i < 3; i++) {
        if (piece->at[i] != piece->out[i])
            memcpy(piece->out[i], piece->at[i], piece->n * sizeof(float));
        piece->at[i] = piece->out[i];
    }
}

/* alpha NULL: nothing to divide by, as where it is 1 all along; key NULL: 1. */
static void render_piece(const struct job *job, struct fth_key_piece *piece, const float *alpha,
                         const float *key)
{
    const struct fth_kernels *k = fth_kernels();
    const float *in[3] = {piece->at[0], piece->at[1], piece->at[2]};
    for (int i = 0; i < 3 && alpha; i++) {
        k->unpremultiply(piece->out[i], in[i], alpha, piece->n);
        piece->at[i] = piece->out[i];
    }
    job->change->run(job->change->context, piece);
    fth_key_own(piece);
    for (int i = 0; i < 3; i++) {
        float *out = piece->out[i];
        if (alpha)
            k->multiply(out, out, alpha, piece->n);
        if (key)
            k->lerp_mask(out, in[i], out, key, job->output_gain, piece->n);
        else if (job->output_gain != 1)
            k->lerp(out, in[i], out, job->output_gain, piece->n);
    }
}

/* Row y of `out` := the changed row of `in`; alpha and key may be NULL. */
static void render_row(const struct job *job, struct fth_plane *const in[3],
                       const struct fth_plane *alpha, const struct fth_plane *key,
                       struct fth_plane *const out[3], int32_t y)
{
    int32_t x1 = out[0]->rect.x1;
    for (int32_t x = out[0]->rect.x0; x < x1; x += FTH_KEY_PIECE) {
        struct fth_key_piece piece = {.n = (size_t)FTH_MIN(x1 - x, FTH_KEY_PIECE)};
        for (int i = 0; i < 3; i++) {
            piece.at[i] = fth_plane_at(in[i], x, y);
            piece.out[i] = fth_plane_at(out[i], x, y);
        }
        for (int i = 0; i < job->change->scratch_rows; i++)
            piece.scratch[i] = job->scratch + i * FTH_KEY_PIECE;
        const float *by = alpha ? fth_plane_at(alpha, x, y) : NULL;
        bool divides = false;
        if (by)
            fth_kernels()->find_other(&divides, by, 1, piece.n);
        render_piece(job, &piece, divides ? by : NULL, key ? fth_plane_at(key, x, y) : NULL);
    }
}

static enum fth_status render_rows(const struct fth_call *call, const struct job *job,
                                   struct fth_image *image, struct fth_error *error)
{
    const struct fth_image *input = fth_key_input(call);
    struct fth_plane *in[4] = {NULL}, *key = NULL, *to[3];
    enum fth_status status = fth_pixels_rgba(call, input, call->rect, in, error);
    if (status == FTH_OK)
        status = make_values(call, &key, error);
    for (int i = 0; i < 3 && status == FTH_OK; i++)
        status = fth_image_add(image, fth_rgba_names[i], call->env->buffers, call->rect, &to[i],
                               error);
    const struct fth_plane *alpha = input->premultiplied ? in[3] : NULL;
    for (int32_t y = call->rect.y0; y < call->rect.y1 && status == FTH_OK; y++)
        render_row(job, in, alpha, key, to, y);
    fth_pixels_drop(in);
    fth_plane_unref(&key);
    return status;
}

enum fth_status fth_key_render(const struct fth_call *call, const struct fth_key_change *change,
                               struct fth_image **out, struct fth_error *error)
{
    const struct fth_key_params *params = call->params;
    struct job job = {.change = change, .output_gain = (float)params->key_output_gain};
    struct fth_image *image = NULL;
    size_t mark = fth_arena_mark(call->arena);
    size_t count = (size_t)change->scratch_rows * FTH_KEY_PIECE;
    job.scratch = fth_arena_take(call->arena, count, sizeof(float));
    if (!job.scratch)
        return fth_fail_memory(error, count * sizeof(float), "rows");
    enum fth_status status = fth_image_new_like(fth_key_input(call), &image, error);
    if (status == FTH_OK)
        status = render_rows(call, &job, image, error);
    fth_arena_return(call->arena, mark);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

/* ---- pieces ---------------------------------------------------------------------------------- */

struct pieces {
    struct fth_key_change change;
    struct job job;
    bool divides, is_keyed, is_soft; /* soft: the step before has made the key */
    enum fth_mask_source source;     /* else: what it is made of, and how */
    bool inverts;
    float gain, offset;
};

/* Where to grade; NULL: everywhere alike. */
static const float *piece_key(const struct pieces *pieces, const struct fth_piece *piece)
{
    const struct fth_kernels *k = fth_kernels();
    float *values = piece->scratch[FTH_KEY_MOST_SCRATCH];
    if (pieces->is_soft)
        return piece->previous[3];
    if (!pieces->is_keyed)
        return NULL;
    const float *const *rgba = piece->in[FTH_KEY_PORT_KEY], *src = values;
    if (pieces->source == FTH_MASK_OF_LUMINANCE)
        fth_mask_luminance(values, rgba, piece->n);
    else
        src = rgba[pieces->source];
    k->clamp(values, src, 0, 1, piece->n);
    if (pieces->inverts)
        k->invert(values, values, piece->n);
    if (pieces->gain != 1 || pieces->offset != 0) {
        k->scale_offset(values, values, pieces->gain, pieces->offset, piece->n);
        k->clamp(values, values, 0, 1, piece->n);
    }
    return values;
}

static void run_piece(const void *context, const struct fth_piece *piece)
{
    const struct pieces *pieces = context;
    const float *const *in = pieces->is_soft ? piece->in[FTH_KEY_PORT_INPUT] : piece->previous;
    struct fth_key_piece own = {.n = piece->n};
    bool is_opaque = piece->is_opaque;
    for (int i = 0; i < 3; i++) {
        own.at[i] = in[i];
        own.out[i] = piece->out[i];
    }
    for (int i = 0; i < pieces->change.scratch_rows; i++)
        own.scratch[i] = piece->scratch[i];
    if (pieces->divides && pieces->is_soft) {
        bool divides = false;
        fth_kernels()->find_other(&divides, in[3], 1, piece->n);
        is_opaque = !divides;
    }
    render_piece(&pieces->job, &own, pieces->divides && !is_opaque ? in[3] : NULL,
                 piece_key(pieces, piece));
}

void fth_key_pieces(const struct fth_call *call, const struct fth_key_change *change,
                    struct fth_pieces *out)
{
    const struct fth_key_params *params = call->params;
    const struct fth_image *input = fth_key_input(call), *key = call->inputs[FTH_KEY_PORT_KEY];
    struct pieces *pieces = fth_arena_take(call->arena, 1, sizeof(*pieces));
    if (!pieces || call->inputs[FTH_KEY_PORT_WINDOW] || !fth_pixels_has_colours(input))
        return;
    *pieces = (struct pieces){.change = *change, .is_soft = !fth_key_is_sharp(call),
                              .is_keyed = key, .inverts = params->key_invert,
                              .gain = (float)params->key_gain,
                              .offset = (float)params->key_offset};
    pieces->job = (struct job){&pieces->change, (float)params->key_output_gain, NULL};
    pieces->divides = input->premultiplied && fth_image_plane(input, "A");
    if (key)
        pieces->source = fth_mask_source(key, params->key_channel);
    if (key && pieces->source == FTH_MASK_OF_OTHERS)
        return;
    *out = (struct fth_pieces){7, pieces->divides && !pieces->is_soft, pieces, run_piece};
}
