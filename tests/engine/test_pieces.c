/* SPDX-License-Identifier: Apache-2.0 */
/* Point steps behind each other, done piece by piece: the bytes are those of bands rendered step by
 * step, whichever planes a step makes, whoever reads them, and wherever they lie. */
#include "check.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"
#include "engine/engine.h"

enum { WIDTH = 700, HEIGHT = 41 };

static atomic_int renders, runs;
static const char *const names[] = {"R", "G", "B", "A"};

#define TEXTS(name) .id = name, .label = name, .tag = "Toy", .group = "Toys", .help = "A toy."
#define ROW .help = "A toy's.", .min = 0, .max = 1000

/* ---- a picture with alpha, of which a part may be missing */

struct field {
    int64_t seed, top;
};
static const struct fth_param field_params[] = {
    FTH_PARAM(INT, struct field, seed, .label = "S", ROW),
    FTH_PARAM(INT, struct field, top, .label = "T", ROW), FTH_PARAM_TABLE_END};

static enum fth_status field_domain(const struct fth_call *call, struct fth_info *out,
                                    struct fth_error *error)
{
    (void)error;
    out->format = (struct fth_format){.width = WIDTH, .height = HEIGHT};
    out->domain = fth_format_rect(out->format);
    out->domain.y0 = (int32_t)((const struct field *)call->params)->top;
    out->has_alpha = true;
    return FTH_OK;
}

static enum fth_status field_render(const struct fth_call *call, struct fth_image **out,
                                    struct fth_error *error)
{
    struct fth_plane *plane = NULL;
    uint32_t state = (uint32_t)((const struct field *)call->params)->seed;
    enum fth_status status = fth_image_new(call->info.format, call->info.domain, out, error);
    for (int c = 0; c < 4 && status == FTH_OK; c++) {
        status = fth_image_add(*out, names[c], call->env->buffers, call->rect, &plane, error);
        for (int y = call->rect.y0; status == FTH_OK && y < call->rect.y1; y++)
            for (int x = call->rect.x0; x < call->rect.x1; x++)
                *fth_plane_at(plane, x, y) = (float)(fth_test_random(&state) % 1000) / 1000;
    }
    if (status != FTH_OK)
        fth_image_unref(out);
    return status;
}

static const struct fth_step field_steps[] = {
    {.id = "field", .kind = FTH_NODE_SOURCE, .render = field_render}, {0}};
static const struct fth_node_desc field = {
    TEXTS("field"), .flags = FTH_NODE_NO_COMMON, .params = field_params,
    .params_size = sizeof(struct field), .steps = field_steps, .domain = field_domain};

/* ---- a step that makes some planes of two pictures, and hands the others on */

struct blend {
    double by;
    int64_t makes;
    bool is_slow;
};
static const struct fth_param blend_params[] = {
    FTH_PARAM(NUMBER, struct blend, by, .label = "B", ROW),
    FTH_PARAM(INT, struct blend, makes, .label = "M", ROW, .def = {15}),
    FTH_PARAM(SWITCH, struct blend, is_slow, .label = "S", .help = "A toy's."),
    FTH_PARAM_TABLE_END};
static const struct fth_port blend_ports[] = {
    {"input", "Input", "A toy's.", FTH_PORT_PICTURE, 0},
    {"other", "Other", "A toy's.", FTH_PORT_PICTURE, 1},
    {NULL}};

static void blend_row(const struct blend *blend, float *dst, const float *in, const float *other,
                      size_t n)
{
    for (size_t i = 0; i < n; i++)
        dst[i] = in[i] * 0.75f + (float)blend->by + (other ? other[i] * 0.5f : 0);
}

static enum fth_status blend_render(const struct fth_call *call, struct fth_image **out,
                                    struct fth_error *error)
{
    const struct blend *blend = call->params;
    const struct fth_image *input = call->inputs[0], *other = call->inputs[1];
    struct fth_plane *plane = NULL;
    struct fth_rect rect = call->rect;
    atomic_fetch_add(&renders, 1);
    enum fth_status status = fth_image_new_like(input, out, error);
    for (int c = 0; c < 4 && status == FTH_OK; c++) {
        if (!(blend->makes >> c & 1))
            continue;
        status = fth_image_add(*out, names[c], call->env->buffers, rect, &plane, error);
        for (int y = rect.y0; status == FTH_OK && y < rect.y1; y++)
            blend_row(blend, fth_plane_at(plane, rect.x0, y),
                      fth_plane_at(fth_image_plane(input, names[c]), rect.x0, y),
                      other && y >= other->domain.y0
                          ? fth_plane_at(fth_image_plane(other, names[c]), rect.x0, y)
                          : NULL,
                      (size_t)fth_rect_width(rect));
    }
    if (status != FTH_OK)
        fth_image_unref(out);
    return status;
}

static void blend_run(const void *context, const struct fth_piece *piece)
{
    const struct blend *blend = context;
    atomic_fetch_add(&runs, 1);
    for (int c = 0; c < 4; c++)
        if (piece->out[c])
            blend_row(blend, piece->out[c], piece->in[0][c], piece->in[1][c], piece->n);
}

static void blend_pieces(const struct fth_call *call, struct fth_pieces *pieces)
{
    const struct blend *blend = call->params;
    if (!blend->is_slow)
        *pieces = (struct fth_pieces){.makes = (uint32_t)blend->makes, .context = blend,
                                      .run = blend_run};
}

static const struct fth_step blend_steps[] = {
    {.id = "blend", .kind = FTH_NODE_POINT, .ports = 3, .render = blend_render,
     .pieces = blend_pieces},
    {0}};
static const struct fth_node_desc blend_node = {
    TEXTS("blend"), .params = blend_params, .params_size = sizeof(struct blend),
    .inputs = blend_ports, .steps = blend_steps};

static const struct fth_node_desc *const all[] = {&field, &blend_node};
static const struct fth_catalogue catalogue = {all, FTH_ARRAY_COUNT(all)};

/* ---- graphs */

struct step {
    const char *name, *input, *other, *makes;
};

static void add_all(struct fth_graph *graph, const struct step *steps, enum fth_status *status,
                    struct fth_error *error)
{
#define DO(call) *status = *status == FTH_OK ? call : *status
    DO(fth_graph_add(graph, "s", "field", error));
    DO(fth_graph_set(graph, "s", "seed", "7", error));
    DO(fth_graph_add(graph, "t", "field", error));
    for (int i = 0; steps[i].name; i++) {
        char by[16];
        snprintf(by, sizeof(by), "%d.25", i);
        DO(fth_graph_add(graph, steps[i].name, "blend", error));
        DO(fth_graph_set(graph, steps[i].name, "by", by, error));
        DO(fth_graph_set(graph, steps[i].name, "makes", steps[i].makes, error));
        DO(fth_graph_link(graph, steps[i].name, "input", steps[i].input, error));
        if (steps[i].other)
            DO(fth_graph_link(graph, steps[i].name, "other", steps[i].other, error));
    }
#undef DO
}

struct rig {
    struct fth_engine *engine;
    struct fth_graph *graph;
    struct fth_error error;
};

static enum fth_status begin(struct rig *rig, const struct step *steps, int32_t rows)
{
    struct fth_engine_options options = {.thread_count = 2, .cache_folder = "", .poison = true,
                                         .band_rows = rows};
    *rig = (struct rig){.engine = NULL};
    renders = runs = 0;
    enum fth_status status = fth_engine_create(&options, &rig->engine, &rig->error);
    if (status == FTH_OK)
        status = fth_graph_create(&catalogue, &rig->graph, &rig->error);
    if (status == FTH_OK)
        add_all(rig->graph, steps, &status, &rig->error);
    return status;
}

static void end(struct rig *rig)
{
    fth_graph_destroy(&rig->graph);
    fth_engine_destroy(&rig->engine);
}

/* The node "end". */
static enum fth_status render(struct rig *rig, struct fth_image **image)
{
    return fth_engine_render(rig->engine, rig->graph, fth_graph_find(rig->graph, "end"), 1,
                             (struct fth_rect){0}, NULL, image, &rig->error);
}

/* The same of these steps; `change` is a node, its parameter and a value. */
static struct fth_image *made(const struct step *steps, const char *const change[3], int32_t rows)
{
    struct rig rig;
    struct fth_image *image = NULL;
    enum fth_status status = begin(&rig, steps, rows);
    if (status == FTH_OK && change)
        status = fth_graph_set(rig.graph, change[0], change[1], change[2], &rig.error);
    if (status == FTH_OK)
        status = render(&rig, &image);
    if (status != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", rig.error.message);
    end(&rig);
    return image;
}

static void expect_same(const struct fth_image *a, const struct fth_image *b)
{
    FTH_REQUIRE(a && b);
    FTH_CHECK_INT(a->channel_count, b->channel_count);
    for (int c = 0; c < 4; c++)
        for (int y = a->domain.y0; y < a->domain.y1; y++) {
            const struct fth_plane *one = fth_image_plane(a, names[c]);
            const struct fth_plane *two = fth_image_plane(b, names[c]);
            size_t size = (size_t)fth_rect_width(a->domain) * sizeof(float);
            FTH_REQUIRE(one && two);
            if (memcmp(fth_plane_at(one, a->domain.x0, y), fth_plane_at(two, a->domain.x0, y),
                       size) != 0) {
                fth_test_fail(__FILE__, __LINE__, "%s differs in row %d", names[c], y);
                return;
            }
        }
}

/* `in_pieces`: whether all but the first band go piece by piece. */
static void compare(const struct step *steps, const char *const change[3], bool in_pieces)
{
    struct fth_image *whole = made(steps, change, 1000);
    FTH_CHECK_INT(runs, 0);
    int steps_count = renders;
    struct fth_image *bands = made(steps, change, 5);
    int pieces = (WIDTH + FTH_PIECE - 1) / FTH_PIECE;
    if (in_pieces) {
        FTH_CHECK_INT(renders, steps_count);
        FTH_CHECK_INT(runs, steps_count * pieces * (HEIGHT - 5));
    } else {
        FTH_CHECK_INT(runs, 0);
    }
    expect_same(whole, bands);
    fth_image_unref(&whole);
    fth_image_unref(&bands);
}

FTH_TEST(a_chain_of_steps)
{
    compare((const struct step[]){{"a", "s", NULL, "7"},
                                  {"b", "a", NULL, "7"},
                                  {"c", "b", NULL, "15"},
                                  {"end", "c", NULL, "7"},
                                  {NULL}},
            NULL, true);
}

/* What one step makes is read much later, or by several, or is the result; scratch that is used
 * again too early shows here. */
FTH_TEST(steps_that_read_what_others_made_before)
{
    compare((const struct step[]){{"a", "s", NULL, "7"},
                                  {"b", "a", "t", "1"},
                                  {"c", "b", "a", "8"},
                                  {"d", "c", "s", "2"},
                                  {"e", "d", "b", "6"},
                                  {"end", "e", "a", "4"},
                                  {NULL}},
            NULL, true);
    compare((const struct step[]){{"a", "s", NULL, "15"},
                                  {"b", "t", NULL, "15"},
                                  {"c", "a", NULL, "15"},
                                  {"d", "b", "a", "15"},
                                  {"e", "c", "d", "15"},
                                  {"end", "b", "e", "7"},
                                  {NULL}},
            NULL, true);
}

FTH_TEST(planes_that_nobody_makes_stay_the_input_s)
{
    static const struct step steps[] = {{"a", "s", NULL, "1"}, {"end", "a", NULL, "1"}, {NULL}};
    struct fth_image *image = made(steps, NULL, 5);
    FTH_REQUIRE(image);
    FTH_CHECK(runs > 0);
    FTH_CHECK(fth_image_plane(image, "A")->rect.y1 == HEIGHT);
    fth_image_unref(&image);
    compare(steps, NULL, true);
}

FTH_TEST(one_step_that_cannot_takes_none_with_it)
{
    static const struct step steps[] = {
        {"a", "s", NULL, "7"}, {"b", "a", "t", "7"}, {"end", "b", NULL, "15"}, {NULL}};
    compare(steps, (const char *const[]){"b", "is_slow", "true"}, false);
    compare(steps, (const char *const[]){"b", "blend", "0.5"}, false); /* common controls */
    compare(steps, NULL, true);
}

FTH_TEST(a_picture_that_lacks_rows_is_read_band_by_band)
{
    static const struct step steps[] = {{"a", "s", "t", "7"}, {"end", "a", NULL, "15"}, {NULL}};
    compare(steps, (const char *const[]){"t", "top", "10"}, false);
    compare(steps, NULL, true);
}

FTH_TEST(every_allocation_of_a_chain_may_fail)
{
    static const struct step steps[] = {{"a", "s", "t", "7"}, {"end", "a", NULL, "15"}, {NULL}};
    struct fth_image *whole = made(steps, NULL, 1000);
    bool done = false;
    int failures = 0;
    for (int64_t count = 0; !done && count < 2000; count++) {
        struct rig rig;
        struct fth_image *image = NULL;
        FTH_REQUIRE(begin(&rig, steps, 5) == FTH_OK);
        uint64_t before = fth_mem_alloc_count();
        fth_mem_fail_after(count);
        enum fth_status status = render(&rig, &image);
        fth_mem_fail_after(-1);
        done = fth_mem_alloc_count() - before <= (uint64_t)count;
        failures += status != FTH_OK;
        FTH_CHECK(status == FTH_OK || status == FTH_ERR_MEMORY);
        FTH_CHECK((status == FTH_OK) == (image != NULL));
        if (image) /* a chain that had no memory went band by band */
            expect_same(whole, image);
        fth_image_unref(&image);
        end(&rig);
    }
    FTH_CHECK(done && failures > 20);
    fth_image_unref(&whole);
}
