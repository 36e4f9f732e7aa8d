/* SPDX-License-Identifier: Apache-2.0 */
/* Toy nodes: ramp (source), add and join (point), soften (area), flip (whole), sum (analysis), wait
 * (point, slow), rest (whole, slow at even frames), liar (point, renders too little), collect and
 * count (sinks). */
#include "toys.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

struct toys_counts toys;

#define TEXTS(name) .id = name, .label = name, .tag = "Toy", .group = "Toys", .help = "A toy."
#define ROW .help = "A toy's.", .min = -1000, .max = 1000
#define MOST_KEPT 64

static struct {
    struct fth_key key;
    struct fth_image *image;
} kept[MOST_KEPT];
static int kept_count;

void toys_reset(void)
{
    for (int i = 0; i < kept_count; i++)
        fth_image_unref(&kept[i].image);
    kept_count = 0;
    memset(&toys, 0, sizeof(toys));
}

static const struct fth_port one_port[] = {{"input", "Input", "The picture.", FTH_PORT_PICTURE, 0},
                                           {0}};
static const struct fth_port two_ports[] = {
    {"input", "Input", "The picture.", FTH_PORT_PICTURE, 0},
    {"other", "Other", "Another picture.", FTH_PORT_PICTURE, 1},
    {0}};

/* ---- ramp ---- */

struct ramp {
    int64_t width, height, frames, left;
    const char *text;
    const char *caption; /* changes nothing */
};
static const struct fth_param ramp_params[] = {
    FTH_PARAM(INT, struct ramp, width, .label = "W", .help = "Toy.",
              .min = 1, .max = 4096, .def = {37}),
    FTH_PARAM(INT, struct ramp, height, .label = "H", .help = "Toy.",
              .min = 1, .max = 4096, .def = {29}),
    FTH_PARAM(INT, struct ramp, frames, .label = "F", .help = "Toy.",
              .min = 1, .max = 4096, .def = {8}),
    FTH_PARAM(INT, struct ramp, left, .label = "L", .help = "Overscan.",
              .min = 0, .max = 64, .def = {0}),
    FTH_PARAM(TEXT, struct ramp, text, .label = "T", .help = "Toy.", .def_text = "a"),
    FTH_PARAM(TEXT, struct ramp, caption, .label = "C", .help = "Toy.",
              .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM_TABLE_END};

static enum fth_status ramp_domain(const struct fth_call *call, struct fth_info *out,
                                   struct fth_error *error)
{
    const struct ramp *p = call->params;
    (void)error;
    out->format = (struct fth_format){.width = (int32_t)p->width, .height = (int32_t)p->height};
    out->domain = fth_rect_grow(fth_format_rect(out->format), (int32_t)p->left, (int32_t)p->left);
    out->first_frame = 1;
    out->last_frame = p->frames;
    out->rate_num = 24;
    out->rate_den = 1;
    return FTH_OK;
}

static enum fth_status ramp_render(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    struct fth_image *image = NULL;
    toys.ramps++;
    if (call->frame < 1 || call->frame > ((const struct ramp *)call->params)->frames)
        return FTH_END;
    if (strcmp(((const struct ramp *)call->params)->text, "lost") == 0 && call->frame == 2)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "there is no frame 2");
    if (toys.damaged_at && call->frame == toys.damaged_at)
        return fth_fail(error, FTH_ERR_DATA, "frame %d is damaged", (int)call->frame);
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    for (int c = 0; c < 3 && status == FTH_OK; c++) {
        struct fth_plane *plane;
        status = fth_image_add(image, names[c], call->env->buffers, call->rect, &plane, error);
        for (int y = call->rect.y0; status == FTH_OK && y < call->rect.y1; y++) {
            for (int x = call->rect.x0; x < call->rect.x1; x++)
                *fth_plane_at(plane, x, y) =
                    (float)((x * 7 + y * 13 + c * 5 + call->frame * 11) % 101) / 101;
        }
    }
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static enum fth_status ramp_open(const struct fth_call *call, void **state, struct fth_error *error)
{
    const struct ramp *p = call->params;
    toys.opens++;
    if (strcmp(p->text, "missing") == 0)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "no such ramp");
    *state = fth_alloc(1, 8);
    return *state ? FTH_OK : fth_fail_memory(error, 8, "a ramp");
}

static void ramp_close(void **state)
{
    toys.closes++;
    fth_free(*state);
    *state = NULL;
}

/* A file that "lost" frame 2, as is known before anything is read. */
static enum fth_status ramp_hash(const struct fth_call *call, struct fth_hasher *hasher,
                                 struct fth_error *error)
{
    const struct ramp *p = call->params;
    if (strcmp(p->text, "lost") == 0 && call->frame == 2)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "there is no frame 2");
    fth_hash_int(hasher, call->frame);
    return FTH_OK;
}

static const struct fth_step ramp_steps[] = {
    {.id = "ramp", .kind = FTH_NODE_SOURCE, .render = ramp_render}, {0}};
static const struct fth_node_desc ramp = {
    TEXTS("ramp"), .version = 1, .flags = FTH_NODE_NO_COMMON | FTH_NODE_TIMED,
    .params = ramp_params, .params_size = sizeof(struct ramp), .steps = ramp_steps,
    .domain = ramp_domain, .hash_extra = ramp_hash,
    .open = ramp_open, .close = ramp_close};

/* ---- add, join, wait, liar: point nodes on R ---- */

struct add {
    double amount, later;
    bool use_other;
};
static const struct fth_param add_params[] = {
    FTH_PARAM(NUMBER, struct add, amount, .label = "A", ROW, .def = {1}),
    FTH_PARAM(SWITCH, struct add, use_other, .label = "O", .help = "Toy.", .def = {1}),
    FTH_PARAM(NUMBER, struct add, later, .label = "L", ROW, .def = {0}, .affects = 2),
    FTH_PARAM_TABLE_END};

/* R of `from` through a function of (value, other's value). */
static enum fth_status map_red(const struct fth_call *call, const struct fth_image *from,
                               double amount, struct fth_image **out, struct fth_error *error)
{
    struct fth_image *image = NULL;
    struct fth_plane *to = NULL, *red = fth_image_plane(from, "R");
    const struct fth_image *other = call->inputs[1];
    const struct fth_plane *more = other ? fth_image_plane(other, "R") : NULL;
    enum fth_status status = fth_image_new_like(from, &image, error);
    red = fth_plane_ref(red); /* R is about to be replaced */
    if (status == FTH_OK)
        status = fth_image_add(image, "R", call->env->buffers, call->rect, &to, error);
    for (int y = call->rect.y0; status == FTH_OK && y < call->rect.y1; y++) {
        for (int x = call->rect.x0; x < call->rect.x1; x++)
            *fth_plane_at(to, x, y) = *fth_plane_at(red, x, y) + (float)amount +
                                      (more ? *fth_plane_at(more, x, y) : 0);
    }
    fth_plane_unref(&red);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static enum fth_status add_render(const struct fth_call *call, struct fth_image **out,
                                  struct fth_error *error)
{
    toys.adds++;
    return map_red(call, call->inputs[0], ((const struct add *)call->params)->amount, out, error);
}

static enum fth_status later_render(const struct fth_call *call, struct fth_image **out,
                                    struct fth_error *error)
{
    if (call->state)
        return fth_fail(error, FTH_ERR_DATA, "bands run at once and were given a state");
    return map_red(call, call->previous, ((const struct add *)call->params)->later, out, error);
}

static bool add_is_identity(const struct fth_call *call)
{
    return ((const struct add *)call->params)->amount == 0;
}

static bool join_ignores(const struct fth_call *call, int port)
{
    return port == 1 && !((const struct add *)call->params)->use_other;
}

static const struct fth_step add_steps[] = {{.id = "add", .kind = FTH_NODE_POINT, .ports = 1,
                                             .render = add_render,
                                             .is_identity = add_is_identity},
                                            {0}};
static const struct fth_node_desc add = {TEXTS("add"), .version = 1, .flags = FTH_NODE_SAME_PLANES,
                                         .params = add_params,
                                         .params_size = sizeof(struct add), .inputs = one_port,
                                         .steps = add_steps};

static const struct fth_step join_steps[] = {{.id = "join", .kind = FTH_NODE_POINT, .ports = 3,
                                              .render = add_render, .ignores_port = join_ignores},
                                             {0}};
static const struct fth_node_desc join = {TEXTS("join"), .version = 1,
                                          .flags = FTH_NODE_SAME_PLANES, .params = add_params,
                                          .params_size = sizeof(struct add), .inputs = two_ports,
                                          .steps = join_steps};

static enum fth_status wait_render(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    for (int i = 0; i < 10 && !fth_cancelled(call->env->cancel); i++)
        usleep(1000);
    return fth_cancelled(call->env->cancel) ? FTH_CANCELLED : add_render(call, out, error);
}

static const struct fth_step wait_steps[] = {
    {.id = "wait", .kind = FTH_NODE_POINT, .ports = 1, .render = wait_render}, {0}};
static const struct fth_node_desc wait_node = {TEXTS("wait"), .version = 1, .params = add_params,
                                               .params_size = sizeof(struct add),
                                               .inputs = one_port, .steps = wait_steps};

static enum fth_status rest_render(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    if (!fth_arena_take(call->arena, 1, TOYS_REST_SCRATCH))
        return fth_fail_memory(error, TOYS_REST_SCRATCH, "a rest");
    int at_once = atomic_fetch_add(&toys.resting, 1) + 1;
    int most = atomic_load(&toys.rest_most);
    while (at_once > most && !atomic_compare_exchange_weak(&toys.rest_most, &most, at_once))
        ;
    bool waits = toys.rest_waits && call->frame > 4; /* the first is made alone */
    for (int i = 0; call->frame % 2 == 0 && (i < 10 || (waits && i < 2000)); i++) {
        usleep(1000);
        waits = waits && atomic_load(&toys.rest_most) < 2;
    }
    atomic_fetch_sub(&toys.resting, 1);
    if (toys.tired_from && call->frame >= toys.tired_from)
        return fth_fail(error, FTH_ERR_DATA, "frame %d is too much", (int)call->frame);
    return map_red(call, call->inputs[0], 0, out, error);
}

static const struct fth_step rest_steps[] = {
    {.id = "rest", .kind = FTH_NODE_WHOLE, .ports = 1, .render = rest_render}, {0}};
static const struct fth_node_desc rest = {TEXTS("rest"), .version = 1, .params = add_params,
                                          .params_size = sizeof(struct add), .inputs = one_port,
                                          .steps = rest_steps};

static enum fth_status liar_render(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    struct fth_call less = *call;
    less.rect.x1--;
    return map_red(&less, call->inputs[0], 0, out, error);
}

static const struct fth_step liar_steps[] = {
    {.id = "liar", .kind = FTH_NODE_POINT, .ports = 1, .render = liar_render}, {0}};
static const struct fth_node_desc liar = {TEXTS("liar"), .version = 1, .params = add_params,
                                          .params_size = sizeof(struct add), .inputs = one_port,
                                          .steps = liar_steps};

/* ---- soften: 3x3 sums over R; flip: upside down ---- */

static struct fth_rect soften_region(const struct fth_call *call, int port, struct fth_rect rect)
{
    (void)call;
    (void)port;
    return fth_rect_grow(rect, 1, 1);
}

static enum fth_status soften_domain(const struct fth_call *call, struct fth_info *out,
                                     struct fth_error *error)
{
    (void)call;
    (void)error;
    out->domain = fth_rect_grow(out->domain, 1, 1);
    return FTH_OK;
}

static float at(const struct fth_plane *plane, struct fth_rect domain, int x, int y)
{
    bool inside = x >= domain.x0 && x < domain.x1 && y >= domain.y0 && y < domain.y1;
    return inside ? *fth_plane_at(plane, x, y) : 0;
}

static enum fth_status copy_red(const struct fth_call *call, const struct fth_image *from,
                                float (*value)(const struct fth_plane *, struct fth_rect, int, int),
                                struct fth_image **out, struct fth_error *error)
{
    struct fth_image *image = NULL;
    struct fth_plane *to = NULL;
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status == FTH_OK)
        status = fth_image_add(image, "R", call->env->buffers, call->rect, &to, error);
    for (int y = call->rect.y0; status == FTH_OK && y < call->rect.y1; y++) {
        for (int x = call->rect.x0; x < call->rect.x1; x++)
            *fth_plane_at(to, x, y) =
                value(fth_image_plane(from, "R"), call->input_infos[0]->domain, x, y);
    }
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static float softened(const struct fth_plane *plane, struct fth_rect domain, int x, int y)
{
    float sum = 0;
    for (int i = 0; i < 9; i++)
        sum += at(plane, domain, x - 1 + i % 3, y - 1 + i / 3);
    return sum;
}

static float flipped(const struct fth_plane *plane, struct fth_rect domain, int x, int y)
{
    return *fth_plane_at(plane, x, domain.y0 + domain.y1 - 1 - y);
}

static enum fth_status soften_render(const struct fth_call *call, struct fth_image **out,
                                     struct fth_error *error)
{
    return copy_red(call, call->inputs[0], softened, out, error);
}

static enum fth_status flip_render(const struct fth_call *call, struct fth_image **out,
                                   struct fth_error *error)
{
    toys.flips++;
    return copy_red(call, call->inputs[0], flipped, out, error);
}

static const struct fth_step soften_steps[] = {{.id = "soften", .kind = FTH_NODE_AREA, .ports = 1,
                                                .region_in = soften_region,
                                                .render = soften_render},
                                               {0}};
static const struct fth_node_desc soften = {TEXTS("soften"), .version = 1, .inputs = one_port,
                                            .steps = soften_steps, .domain = soften_domain};
static const struct fth_step flip_steps[] = {
    {.id = "flip", .kind = FTH_NODE_WHOLE, .ports = 1, .render = flip_render}, {0}};
static const struct fth_node_desc flip = {TEXTS("flip"), .version = 1, .inputs = one_port,
                                          .steps = flip_steps};

/* ---- sum: R of all frames so far, then "later" added by a second step ---- */

struct running {
    struct fth_image *sum;
    int64_t first, last;
};

static enum fth_status sum_create(const struct fth_call *call, void **analysis,
                                  struct fth_error *error)
{
    (void)call;
    toys.creates++;
    *analysis = fth_alloc(1, sizeof(struct running));
    return *analysis ? FTH_OK : fth_fail_memory(error, 0, "a sum");
}

static void sum_destroy(void **analysis)
{
    struct running *running = *analysis;
    fth_image_unref(&running->sum);
    fth_free(running);
    *analysis = NULL;
}

/* Says that it has come, and waits for the other; 5 s if that never comes. */
static void meet(atomic_bool *own, atomic_bool *other)
{
    atomic_store(own, true);
    for (int i = 0; i < 5000 && !atomic_load(other); i++)
        usleep(1000);
    toys.missed += !atomic_load(other);
}

static struct fth_span sum_span(const struct fth_call *call)
{
    struct fth_span span = {call->exists.first, call->frame};
    if (toys.meets_at && call->state && call->frame == toys.meets_at + 4)
        meet(&toys.planned, &toys.pushed);
    int64_t start = toys.block ? call->frame - call->frame % toys.block - 2 : span.first;
    if (toys.both_sides) /* R of the frames before it and of the two behind it */
        span.last += 2;
    span.first = FTH_MAX(start, span.first);
    return span;
}

static bool sum_wants(void *analysis, const struct fth_call *call, int64_t *frame)
{
    const struct running *running = analysis;
    struct fth_span span = sum_span(call);
    span.last = FTH_MIN(span.last, call->exists.last);
    bool fits = running->sum && running->first == span.first && running->last <= span.last;
    *frame = fits ? running->last + 1 : span.first;
    return !fits || running->last < span.last;
}

static enum fth_status sum_push(void *analysis, const struct fth_call *call,
                                struct fth_error *error)
{
    struct running *running = analysis;
    struct fth_image *next = NULL;
    toys.pushes++;
    if (call->state)
        return fth_fail(error, FTH_ERR_DATA, "plans are made beside pushes, which got a state");
    if (toys.meets_at && call->frame == toys.meets_at)
        meet(&toys.pushed, &toys.planned);
    bool goes_on = running->sum && call->frame == running->last + 1;
    if (call->is_absent) {
        toys.gaps++;
        running->last = call->frame;
        return FTH_OK;
    }
    if (!goes_on)
        running->first = call->frame;
    const struct fth_image *more[2] = {call->inputs[0], goes_on ? running->sum : NULL};
    struct fth_call sum = *call;
    sum.inputs = more;
    enum fth_status status =
        map_red(&sum, call->inputs[0], ((const struct add *)call->params)->amount, &next, error);
    if (status != FTH_OK)
        return status;
    fth_image_unref(&running->sum);
    running->sum = next;
    running->last = call->frame;
    return FTH_OK;
}

static enum fth_status sum_result(void *analysis, const struct fth_call *call,
                                  struct fth_image **out, struct fth_error *error)
{
    struct running *running = analysis;
    if (!call->inputs[0])
        return fth_fail(error, FTH_ERR_DATA, "a result was asked for without its picture");
    *out = fth_image_ref(running->sum);
    return FTH_OK;
}

/* What is shown is the frame's own picture: "ramp" at its first pixel. */
static void sum_look_ahead(void *analysis, const struct fth_call *call)
{
    const struct fth_image *image = call->inputs[0];
    const struct fth_plane *red = image ? fth_image_plane(image, "R") : NULL;
    double due = (double)(call->frame * 11 % 101) / 101.0;
    bool right = analysis && red && !call->state &&
                 fabs((double)*fth_plane_at(red, 0, 0) - due) < 1e-4;
    toys.looked++;
    toys.looked_wrong += !right;
}

static enum fth_status sum_recall(const struct fth_call *call, struct fth_key key,
                                  struct fth_image **out)
{
    (void)call;
    for (int i = 0; i < kept_count; i++) {
        if (fth_key_equal(kept[i].key, key)) {
            toys.recalls++;
            *out = fth_image_ref(kept[i].image);
            return FTH_OK;
        }
    }
    return FTH_END;
}

static void sum_keep(const struct fth_call *call, struct fth_key key, const struct fth_image *out)
{
    (void)call;
    toys.keeps++;
    if (kept_count == MOST_KEPT)
        return;
    kept[kept_count].key = key;
    kept[kept_count++].image = fth_image_ref(out);
}

static const struct fth_analysis sum_analysis = {.create = sum_create, .destroy = sum_destroy,
                                                 .span = sum_span, .wants = sum_wants,
                                                 .push = sum_push, .result = sum_result,
                                                 .look_ahead = sum_look_ahead,
                                                 .recall = sum_recall, .keep = sum_keep};
static enum fth_status sum_open(const struct fth_call *call, void **state, struct fth_error *error)
{
    (void)call;
    *state = fth_alloc(1, 8);
    return *state ? FTH_OK : fth_fail_memory(error, 8, "a sum's state");
}

static void sum_close(void **state)
{
    fth_free(*state);
    *state = NULL;
}

static const struct fth_step sum_steps[] = {
    {.id = "sum", .kind = FTH_NODE_ANALYSIS, .ports = 1, .analysis = &sum_analysis},
    {.id = "later", .kind = FTH_NODE_POINT, .render = later_render},
    {0}};
static const struct fth_node_desc sum = {TEXTS("sum"), .version = 1, .params = add_params,
                                         .params_size = sizeof(struct add), .inputs = one_port,
                                         .steps = sum_steps, .open = sum_open,
                                         .close = sum_close};

/* ---- at: the input at another frame; around: R of several frames of both inputs, added ---- */

struct frames {
    int64_t frame, before, after;
    bool relative, none;
};
static const struct fth_param frames_params[] = {
    FTH_PARAM(INT, struct frames, frame, .label = "F", ROW, .def = {1},
              .flags = FTH_PARAM_ANIMATES),
    FTH_PARAM(SWITCH, struct frames, relative, .label = "R", .help = "Toy."),
    FTH_PARAM(SWITCH, struct frames, none, .label = "N", .help = "Toy."),
    FTH_PARAM(INT, struct frames, before, .label = "B", ROW, .def = {1}),
    FTH_PARAM(INT, struct frames, after, .label = "A", ROW, .def = {1}),
    FTH_PARAM_TABLE_END};

static int at_frames(const struct fth_call *call, int port, int64_t frames[FTH_LIMIT_MOMENTS])
{
    const struct frames *p = call->params;
    (void)port;
    frames[0] = p->frame + (p->relative ? call->frame : 0);
    return !p->none;
}

static bool at_is_identity(const struct fth_call *call)
{
    return call->moments[0].count == 1;
}

static enum fth_status at_render(const struct fth_call *call, struct fth_image **out,
                                 struct fth_error *error)
{
    struct fth_image *image = NULL;
    struct fth_plane *plane = NULL;
    if (call->inputs[0] || call->moments[0].count)
        return fth_fail(error, FTH_ERR_DATA, "no frame was asked for, and there is one");
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status == FTH_OK)
        status = fth_image_add(image, "R", call->env->buffers, call->rect, &plane, error);
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static enum fth_status at_domain(const struct fth_call *call, struct fth_info *out,
                                 struct fth_error *error)
{
    const struct frames *p = call->params;
    (void)error;
    if (p->relative) {
        out->first_frame -= p->frame;
        out->last_frame -= p->frame;
    } else {
        out->first_frame = -1000;
        out->last_frame = 1000;
    }
    return FTH_OK;
}

static int around_frames(const struct fth_call *call, int port, int64_t frames[FTH_LIMIT_MOMENTS])
{
    const struct frames *p = call->params;
    const struct fth_info *info = call->input_infos[port];
    int count = 0;
    for (int64_t at = call->frame - p->before; at <= call->frame + (port ? 0 : p->after); at++) {
        if (at >= info->first_frame && at <= info->last_frame)
            frames[count++] = at;
    }
    return count;
}

static enum fth_status around_render(const struct fth_call *call, struct fth_image **out,
                                     struct fth_error *error)
{
    struct fth_image *image = NULL;
    struct fth_plane *plane = NULL;
    toys.arounds++;
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, &image, error);
    if (status == FTH_OK)
        status = fth_image_add(image, "R", call->env->buffers, call->rect, &plane, error);
    if (status == FTH_OK)
        fth_plane_fill(plane, 0);
    for (int p = 0; status == FTH_OK && p < 2; p++) {
        const struct fth_moments *moments = &call->moments[p];
        for (int i = 0; call->input_infos[p] && i < moments->count; i++) {
            const struct fth_plane *red = fth_image_plane(moments->images[i], "R");
            for (int y = call->rect.y0; y < call->rect.y1; y++)
                for (int x = call->rect.x0; x < call->rect.x1; x++)
                    *fth_plane_at(plane, x, y) += *fth_plane_at(red, x, y);
        }
    }
    if (status == FTH_OK)
        *out = image;
    else
        fth_image_unref(&image);
    return status;
}

static const struct fth_step at_steps[] = {{.id = "at", .kind = FTH_NODE_POINT, .ports = 1,
                                            .render = at_render, .is_identity = at_is_identity},
                                           {0}};
static const struct fth_node_desc at_node = {
    TEXTS("at"), .version = 1, .params = frames_params, .params_size = sizeof(struct frames),
    .inputs = one_port, .steps = at_steps, .domain = at_domain, .frames_in = at_frames};
static const struct fth_step around_steps[] = {
    {.id = "around", .kind = FTH_NODE_POINT, .ports = 3, .render = around_render}, {0}};
static const struct fth_node_desc around = {
    TEXTS("around"), .version = 1, .params = frames_params, .params_size = sizeof(struct frames),
    .inputs = two_ports, .steps = around_steps, .frames_in = around_frames};

/* ---- collect ---- */

struct collect {
    int64_t place;
};
static const struct fth_param collect_params[] = {
    FTH_PARAM(INT, struct collect, place, .label = "P", .help = "Toy.", .max = 2),
    FTH_PARAM_TABLE_END};

struct collection {
    int64_t last_sunk, place;
    bool finished;
};

static enum fth_status collect_open(const struct fth_call *call, void **state,
                                    struct fth_error *error)
{
    struct collection *made = fth_alloc(1, sizeof(*made));
    (void)call;
    if (!made)
        return fth_fail_memory(error, sizeof(*made), "a collection");
    made->last_sunk = INT64_MIN;
    *state = made;
    return FTH_OK;
}

static void collect_close(void **state)
{
    struct collection *collection = *state;
    toys.abandoned += !collection->finished;
    fth_free(collection);
    *state = NULL;
}

static enum fth_status collect_sink(const struct fth_call *call, const struct fth_image *image,
                                    struct fth_error *error)
{
    const struct fth_plane *red = fth_image_plane(image, "R");
    double total = 0;
    if (toys.fail_at && call->frame == toys.fail_at)
        return fth_fail(error, FTH_ERR_IO, "the disk is full");
    for (int y = call->rect.y0; y < call->rect.y1; y++) {
        for (int x = call->rect.x0; x < call->rect.x1; x++)
            total += *fth_plane_at(red, x, y);
    }
    struct collection *collection = call->state;
    int64_t place = collection->place = ((const struct collect *)call->params)->place;
    toys.out_of_order = toys.out_of_order || call->frame <= collection->last_sunk;
    collection->last_sunk = call->frame;
    if (place) {
        toys.others[place - 1][call->frame] = (float)total;
        toys.others_sunk[place - 1]++;
        return FTH_OK;
    }
    toys.sums[call->frame] = (float)total;
    /* how far decoding ran ahead of us */
    int ahead = toys.ramps - ++toys.sunk;
    if (ahead > toys.overlap_most)
        toys.overlap_most = ahead;
    return FTH_OK;
}

static enum fth_status collect_finish(void **state, struct fth_error *error)
{
    struct collection *collection = *state;
    if (toys.fail_finish && collection->place == toys.fail_finish)
        return fth_fail(error, FTH_ERR_IO, "the disk is full");
    toys.finished++;
    collection->finished = true;
    return FTH_OK;
}

static void collect_settle(void **state)
{
    (void)state;
    toys.settled++;
}

static const struct fth_step collect_steps[] = {
    {.id = "collect", .kind = FTH_NODE_SINK, .ports = 1}, {0}};
static const struct fth_node_desc collect = {
    TEXTS("collect"), .version = 1, .flags = FTH_NODE_NO_COMMON, .params = collect_params,
    .params_size = sizeof(struct collect), .inputs = one_port, .steps = collect_steps,
    .open = collect_open, .close = collect_close, .sink = collect_sink, .finish = collect_finish,
    .settle = collect_settle};

/* ---- count: a sink that has nothing to open nor to finish ---- */

static enum fth_status count_sink(const struct fth_call *call, const struct fth_image *image,
                                  struct fth_error *error)
{
    if (call->state || !image)
        return fth_fail(error, FTH_ERR_DATA, "a sink that opens nothing was given a state");
    toys.sunk++;
    return FTH_OK;
}

static const struct fth_node_desc count_node = {
    TEXTS("count"), .version = 1, .flags = FTH_NODE_NO_COMMON, .inputs = one_port,
    .steps = collect_steps, .sink = count_sink};

static const struct fth_node_desc *const all[] = {&ramp, &add,  &join, &wait_node, &liar,
                                                  &soften, &flip, &sum,  &at_node, &around,
                                                  &collect, &count_node, &rest};
const struct fth_catalogue toys_catalogue = {all, FTH_ARRAY_COUNT(all)};
