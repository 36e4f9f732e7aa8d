/* SPDX-License-Identifier: Apache-2.0 */
/* Sets are rows of books, bricks, leaves, a wall with pictures or a street; figures are bones of
 * tapering thickness with strands of hair, a wheel with spokes, a chair. Places are in heights of
 * the frame. */
#include "drawn_shots.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SUB = 4, SAMPLES = SUB * SUB, MOST_BONES = 64 };

const struct drawn_kind drawn_kinds[] = {
    {.name = "tripod", .noise = .006f},
    {.name = "grain", .noise = .03f},
    {.name = "drift", .noise = .008f, .exposure = .12f},
    {.name = "flicker", .noise = .006f, .exposure = .04f, .bands = .03f},
    {.name = "shake below 1", .noise = .006f, .shift = {.3f, 1}},
    {.name = "shake to 5", .noise = .006f, .shift = {1, 5}},
    {.name = "turned, zoomed", .noise = .006f, .shift = {1, 4}, .turn = .8f, .zoom = .01f},
    {.name = "rolling shutter", .noise = .006f, .shift = {.5f, 2}, .rolling = 1},
    {.name = "parallax", .noise = .006f, .shift = {1, 3}, .parallax = 1.5f},
    {.name = "shadow", .noise = .006f, .shadow = .45f},
    {.name = "crf 18", .noise = .008f, .crf = 18},
    {.name = "crf 23", .noise = .012f, .crf = 23},
    {.name = "crf 30", .noise = .012f, .crf = 30},
    {.name = "alike", .noise = .008f, .likeness = .7f},
    {.name = "wall", .set = SET_WALL, .noise = .006f, .shift = {.3f, 2}},
    {.name = "bricks", .set = SET_BRICKS, .noise = .006f, .shift = {2, 5}},
    {.name = "half the frame", .noise = .008f, .shift = {.3f, 2}, .size = 2.4f},
    {.name = "at the edge", .noise = .008f, .shift = {.3f, 2}, .size = 1.6f, .at_edge = true},
    {.name = "defocused", .noise = .006f, .blurred = 1.2f},
    {.name = "hair and motion", .figure = FIGURE_BEAST, .noise = .006f, .motion = 4},
    {.name = "spokes", .figure = FIGURE_WHEEL, .noise = .006f, .shift = {.2f, 1}},
    {.name = "light", .noise = .008f, .motion = 2, .light = true},
    {.name = "hand-held", .noise = .012f, .shift = {1, 4}, .turn = .4f, .zoom = .004f,
     .rolling = .3f, .parallax = .4f, .exposure = .05f, .shadow = .25f, .motion = 2, .crf = 23},
    {.name = NULL}};

/* ---- chance */

static uint32_t scramble(uint32_t a)
{
    a = (a ^ 61) ^ a >> 16;
    a *= 9;
    a ^= a >> 4;
    a *= 0x27d4eb2du;
    return a ^ a >> 15;
}

/* 0..1 */
static float chance(uint32_t seed, uint32_t index)
{
    return (float)(scramble(scramble(seed) + 0x9e3779b9u * index) >> 8) / 16777216.0f;
}

static float between(uint32_t seed, uint32_t index, float low, float high)
{
    return low + (high - low) * chance(seed, index);
}

static float either_way(uint32_t seed, uint32_t index, float most)
{
    return between(seed, index, -most, most);
}

static float normal(uint32_t seed, uint32_t index)
{
    float sum = 0;
    for (uint32_t k = 0; k < 4; k++)
        sum += chance(seed, 4 * index + k) - .5f;
    return sum * 1.7320508f;
}

static float at_lattice(uint32_t seed, int32_t x, int32_t y)
{
    return chance(seed, (uint32_t)x * 7919u + (uint32_t)y * 104729u);
}

/* Smooth noise, -1..1 */
static float cloud(uint32_t seed, float x, float y)
{
    int32_t ix = (int32_t)floorf(x), iy = (int32_t)floorf(y);
    float u = x - (float)ix, v = y - (float)iy;
    u = u * u * (3 - 2 * u);
    v = v * v * (3 - 2 * v);
    float top = at_lattice(seed, ix, iy) * (1 - u) + at_lattice(seed, ix + 1, iy) * u;
    float low = at_lattice(seed, ix, iy + 1) * (1 - u) + at_lattice(seed, ix + 1, iy + 1) * u;
    return 2 * (top * (1 - v) + low * v) - 1;
}

/* ---- sets: rgb, and how near it is, 0..1 */

static void tint(float rgb[3], uint32_t seed, uint32_t index, float amount)
{
    for (uint32_t c = 0; c < 3; c++)
        rgb[c] *= 1 + either_way(seed, 3 * index + c, amount);
}

static float shelves(uint32_t s, float x, float y, float rgb[3])
{
    float pitch = between(s, 900, .16f, .24f), row = floorf(y / pitch), in = y / pitch - row;
    float wide = between(s, 901, .018f, .035f);
    float at = x / wide + 7 * chance(s, (uint32_t)(row + 20)), book = floorf(at);
    uint32_t id = (uint32_t)(int32_t)book * 31u + (uint32_t)(int32_t)row * 977u + 5000u;
    float tall = .72f + .2f * chance(s, id), level = between(s, id + 1, .08f, .8f);
    bool board = in > .93f, gap = !board && in < 1 - tall;
    for (int c = 0; c < 3; c++)
        rgb[c] = board ? .35f : gap ? .12f : level;
    if (!board && !gap)
        tint(rgb, s, id, .45f);
    if (!board && !gap && fabsf(in - .6f) < .05f && at - book > .25f && at - book < .75f)
        for (int c = 0; c < 3; c++)
            rgb[c] = 1 - rgb[c];
    return board ? .6f : gap ? 0 : .5f;
}

static float bricks(uint32_t s, float x, float y, float rgb[3])
{
    float tall = between(s, 900, .035f, .06f), row = floorf(y / tall), in = y / tall - row;
    float at = x / (2.2f * tall) + .5f * fmodf(row + 100, 2), brick = floorf(at);
    bool mortar = in < .12f || at - brick < .05f;
    uint32_t id = (uint32_t)(int32_t)brick * 13u + (uint32_t)(int32_t)row * 101u;
    float level = mortar ? .62f : .38f + .04f * chance(s, id) + .02f * cloud(s, x * 90, y * 90);
    rgb[0] = level * (mortar ? 1 : 1.35f);
    rgb[1] = level * (mortar ? .98f : .85f);
    rgb[2] = level * (mortar ? .94f : .7f);
    return .5f;
}

static float leaves(uint32_t s, float x, float y, float rgb[3])
{
    float near = 0, level = .25f + .1f * cloud(s, x * 2, y * 2);
    float hue = 0;
    for (uint32_t k = 1; k < 5; k++) {
        float f = 6 * (float)(1u << k), leaf = cloud(s + k, x * f, y * f * .7f);
        if (leaf > .15f) {
            level = .3f + .12f * (float)k * leaf;
            hue = cloud(s + 9 * k, x * f * .5f, y * f * .5f);
            near = .2f * (float)k;
        }
    }
    rgb[0] = level * (.85f + .3f * hue);
    rgb[1] = level * 1.1f;
    rgb[2] = level * (.45f + .1f * hue);
    return near;
}

static float wall(uint32_t s, float x, float y, float rgb[3])
{
    float level = between(s, 900, .45f, .8f) + .12f * cloud(s, x * .8f + 3, y * .8f);
    float near = .4f;
    for (int c = 0; c < 3; c++)
        rgb[c] = level + .004f * cloud(s + 1, x * 120, y * 120);
    tint(rgb, s, 901, .12f);
    for (uint32_t k = 0; k < 3; k++) { /* pictures on it */
        float px = between(s, 910 + k, .1f, 1.7f), py = between(s, 920 + k, .1f, .45f);
        float w = between(s, 930 + k, .05f, .14f), dx = fabsf(x - px), dy = fabsf(y - py);
        if (dx < w && dy < .8f * w) {
            bool rim = dx > w - .012f || dy > .8f * w - .012f;
            float in = rim ? .15f : .5f + .35f * cloud(s + 3 + k, x * 30, y * 30);
            rgb[0] = in;
            rgb[1] = rim ? in : in * between(s, 940 + k, .6f, 1.2f);
            rgb[2] = rim ? in : in * between(s, 950 + k, .5f, 1.2f);
            near = .45f;
        }
    }
    if (y > .83f) { /* the floor */
        float lines = fmodf(x + 10 - .5f * y, .19f) < .006f ? .6f : 1;
        rgb[0] = .42f * lines;
        rgb[1] = .33f * lines;
        rgb[2] = .24f * lines;
        near = .4f + 3 * (y - .83f);
    }
    return near;
}

static float street(uint32_t s, float x, float y, float rgb[3])
{
    float block = floorf(x / .31f), top = between(s, 40 + (uint32_t)(int32_t)block, .12f, .4f);
    float near = .3f + .4f * chance(s, 60 + (uint32_t)(int32_t)block);
    if (y < top) {
        float sky = .72f + .1f * cloud(s, x * 3, y * 5);
        rgb[0] = sky * .88f;
        rgb[1] = sky * .97f;
        rgb[2] = fminf(sky * 1.15f, .97f);
        return 0;
    }
    if (y > .78f) {
        float tar = .3f + .05f * cloud(s, x * 60, y * 120) - .25f * (fabsf(y - .9f) < .006f);
        rgb[0] = rgb[1] = rgb[2] = tar;
        return .3f + 3 * (y - .78f);
    }
    float fx = x / .045f - floorf(x / .045f), fy = (y - top) / .06f;
    bool pane = fx > .3f && fx < .85f && fy - floorf(fy) > .25f && fy > .2f;
    float level = pane ? .16f + .3f * at_lattice(s, (int32_t)(x / .045f), (int32_t)fy)
                       : between(s, 80 + (uint32_t)(int32_t)block, .3f, .7f) +
                             .02f * cloud(s, x * 100, y * 100);
    for (int c = 0; c < 3; c++)
        rgb[c] = level;
    if (!pane)
        tint(rgb, s, 100 + (uint32_t)(int32_t)block, .2f);
    return near;
}

static float set_at(enum drawn_set set, uint32_t s, const float place[2], float rgb[3])
{
    float (*const sets[])(uint32_t, float, float, float *) = {NULL, shelves, bricks, leaves,
                                                             wall, street};
    float near = sets[set](s, place[0], place[1], rgb);
    for (int c = 0; c < 3; c++)
        rgb[c] = fminf(fmaxf(rgb[c], .02f), .98f);
    return near;
}

/* ---- figures */

/* Thick at one end, thin at the other; dressed as `part` says. */
struct bone {
    float x0, y0, x1, y1, thick0, thick1;
    int part;
};

struct figure {
    struct bone bones[MOST_BONES];
    int count;
    uint32_t seed;
    float size, middle[2], motion[2], likeness, behind[3];
    float low[2], high[2]; /* nothing of it is outside */
};

static void add(struct figure *f, const float at[4], float thick0, float thick1, int part)
{
    if (f->count < MOST_BONES)
        f->bones[f->count++] = (struct bone){at[0], at[1], at[2], at[3], thick0, thick1, part};
}

static void add_hair(struct figure *f, const float middle[2], float radius, const float arc[2])
{
    for (uint32_t k = 0; k < 24; k++) {
        float a = arc[0] + (arc[1] - arc[0]) * ((float)k + chance(f->seed, 300 + k)) / 24;
        float b = a + either_way(f->seed, 340 + k, .35f);
        float far = radius * between(f->seed, 380 + k, 1.25f, 1.9f);
        float at[] = {middle[0] + .9f * radius * cosf(a), middle[1] + .9f * radius * sinf(a),
                      middle[0] + far * cosf(b), middle[1] + far * sinf(b)};
        add(f, at, .003f, .0008f, 5);
    }
}

static void walker(struct figure *f, int step)
{
    uint32_t s = f->seed;
    float lean = either_way(s, 1, .04f), swing = .1f * sinf((float)step + 6 * chance(s, 2));
    float spine[] = {lean, -.18f, 0, .1f}, neck[] = {lean, -.18f, 1.3f * lean, -.26f};
    float head[] = {1.3f * lean, -.3f, 1.3f * lean + .004f, -.31f};
    add(f, (float[]){-.04f, .08f, -.04f - swing, .28f}, .05f, .038f, 3);
    add(f, (float[]){-.04f - swing, .28f, -.05f - 1.5f * swing, .46f}, .036f, .02f, 3);
    add(f, (float[]){.04f, .08f, .04f + swing, .28f}, .05f, .038f, 3);
    add(f, (float[]){.04f + swing, .28f, .06f + swing, .46f}, .036f, .02f, 3);
    add(f, spine, .105f, .08f, 2);
    add(f, (float[]){-.1f, -.16f, -.17f - .5f * swing, 0}, .03f, .024f, 2);
    add(f, (float[]){-.17f - .5f * swing, 0, -.15f - swing, .13f}, .022f, .013f, 1);
    add(f, (float[]){.1f, -.16f, .2f, -.1f - swing}, .03f, .024f, 2);
    add(f, (float[]){.2f, -.1f - swing, .3f, -.22f - swing}, .02f, .011f, 1);
    add(f, (float[]){.29f, -.38f - swing, .31f, .3f - swing}, .003f, .003f, 4); /* a stick */
    add(f, neck, .03f, .03f, 1);
    add_hair(f, head, .062f, (float[]){2.6f, 6.8f});
    add(f, head, .062f, .06f, chance(s, 3) < .5f ? 1 : 5);
}

static void beast(struct figure *f, int step)
{
    float walk = .05f * sinf(2 * (float)step), middle[] = {0, 0};
    add(f, (float[]){-.18f, .02f, .16f, -.02f}, .11f, .13f, 2);
    for (int k = 0; k < 4; k++) {
        float x = -.22f + .14f * (float)k, go = k % 2 ? walk : -walk;
        add(f, (float[]){x, .05f, x + go, .32f}, .035f, .014f, 3);
    }
    add(f, (float[]){-.27f, -.02f, -.42f, -.16f}, .012f, .003f, 5);
    add(f, (float[]){.2f, -.06f, .32f, -.16f}, .06f, .05f, 2);
    add(f, (float[]){.32f, -.17f, .4f, -.14f}, .05f, .025f, 1);
    for (int side = 0; side < 2; side++)
        add_hair(f, (float[]){middle[0] + (side ? .16f : -.14f), middle[1]}, .13f,
                 (float[]){3.3f, 6.1f});
}

static void wheel(struct figure *f, int step)
{
    enum { SPOKES = 18, RIM = 24 };
    float turn = .2f * (float)step;
    for (int k = 0; k < RIM; k++) {
        float a = 6.2831853f * (float)k / RIM, b = 6.2831853f * (float)(k + 1) / RIM;
        add(f, (float[]){.28f * cosf(a), .28f * sinf(a), .28f * cosf(b), .28f * sinf(b)}, .014f,
            .014f, 3);
    }
    for (int k = 0; k < SPOKES; k++) {
        float a = turn + 6.2831853f * (float)k / SPOKES;
        add(f, (float[]){0, 0, .28f * cosf(a), .28f * sinf(a)}, .002f, .002f, 4);
    }
    add(f, (float[]){0, 0, .22f, -.36f}, .016f, .016f, 2);
    add(f, (float[]){.22f, -.36f, .1f, -.38f}, .012f, .012f, 1);
    add(f, (float[]){0, 0, .01f, 0}, .03f, .03f, 2);
}

static void sitter(struct figure *f, int step)
{
    float nod = .02f * sinf((float)step), head[] = {-.03f + nod, -.31f};
    add(f, (float[]){-.16f, .1f, -.16f, .42f}, .008f, .008f, 4); /* the chair */
    add(f, (float[]){.1f, .1f, .12f, .42f}, .008f, .008f, 4);
    add(f, (float[]){-.17f, .1f, -.2f, -.22f}, .012f, .01f, 4);
    add(f, (float[]){-.18f, .1f, .12f, .1f}, .014f, .014f, 4);
    add(f, (float[]){-.06f, .02f, .2f, .04f}, .06f, .045f, 3);
    add(f, (float[]){.2f, .04f, .2f, .38f}, .042f, .022f, 3);
    add(f, (float[]){.2f, .4f, .28f, .41f}, .02f, .015f, 4);
    add(f, (float[]){-.06f, -.16f, -.08f, .04f}, .1f, .085f, 2);
    add(f, (float[]){-.02f, -.14f, .08f, 0}, .032f, .026f, 2);
    add(f, (float[]){.08f, 0, .22f, -.06f}, .022f, .014f, 1);
    add_hair(f, head, .06f, (float[]){2.2f, 6.2f});
    add(f, (float[]){head[0], head[1], head[0] + .005f, head[1] + .02f}, .062f, .05f, 1);
}

static void find_bounds(struct figure *f)
{
    for (int k = 0; k < 2; k++) {
        f->low[k] = 1e9f;
        f->high[k] = -1e9f;
    }
    for (int i = 0; i < f->count; i++) {
        const struct bone *b = &f->bones[i];
        float thick = fmaxf(b->thick0, b->thick1) + 1e-3f;
        float from[] = {b->x0, b->y0}, to[] = {b->x1, b->y1};
        for (int k = 0; k < 2; k++) {
            f->low[k] = fminf(f->low[k], fminf(from[k], to[k]) - thick);
            f->high[k] = fmaxf(f->high[k], fmaxf(from[k], to[k]) + thick);
        }
    }
}

/* The part there, 0: none. */
static int part_at(const struct figure *f, float x, float y)
{
    if (x < f->low[0] || x > f->high[0] || y < f->low[1] || y > f->high[1])
        return 0;
    for (int i = f->count - 1; i >= 0; i--) {
        const struct bone *b = &f->bones[i];
        float dx = b->x1 - b->x0, dy = b->y1 - b->y0;
        float t = ((x - b->x0) * dx + (y - b->y0) * dy) / (dx * dx + dy * dy + 1e-9f);
        t = fminf(fmaxf(t, 0), 1);
        float thick = b->thick0 + t * (b->thick1 - b->thick0);
        float ox = x - b->x0 - t * dx, oy = y - b->y0 - t * dy;
        if (ox * ox + oy * oy < thick * thick)
            return b->part;
    }
    return 0;
}

static void dress(const struct figure *f, int part, const float at[2], float rgb[3])
{
    uint32_t s = f->seed, id = 600 + 10 * (uint32_t)part;
    float level = part == 1 ? .6f : between(s, id, .1f, .75f), weave = 1;
    int cloth = (int)(4 * chance(s, id + 1));
    float pitch = between(s, id + 2, .012f, .05f);
    if (part == 2 || part == 3) {
        bool across = fmodf(at[1] + 9, pitch) < .5f * pitch, down = fmodf(at[0] + 9, pitch) <
                                                                    .5f * pitch;
        weave = cloth == 0 ? 1 : cloth == 1 ? across ? .7f : 1.2f
                : cloth == 2                ? across != down ? .75f : 1.15f
                                            : 1 + .4f * cloud(s, at[0] * 40, at[1] * 40);
    }
    weave *= 1 + .15f * cloud(s + 5, at[0] * 8, at[1] * 8);
    for (uint32_t c = 0; c < 3; c++) {
        float tinted = level * (part == 1 ? 1.2f - .25f * (float)c
                                          : between(s, id + 3 + c, .6f, 1.4f));
        rgb[c] = (tinted + f->likeness * (f->behind[c] - tinted)) * weave;
        rgb[c] = fminf(fmaxf(rgb[c], .01f), .99f);
    }
}

static void make_figure(const struct drawn_kind *kind, uint32_t seed, int frame, float aspect,
                        struct figure *f)
{
    void (*const figures[])(struct figure *, int) = {NULL, walker, beast, wheel, sitter};
    enum drawn_figure which = kind->figure ? kind->figure
                                           : (enum drawn_figure)(1 + scramble(seed + 7) % 4);
    *f = (struct figure){.seed = seed, .size = (kind->size > 0 ? kind->size : 1) *
                                               between(seed, 20, .85f, 1.15f),
                         .likeness = kind->likeness};
    if (which == FIGURE_WHEEL && kind->size > 1)
        which = FIGURE_SITTER; /* it cannot hide half a frame */
    f->middle[0] = kind->at_edge ? aspect * (chance(seed, 21) < .5f ? .1f : .92f)
                                 : aspect * between(seed, 21, .3f, .6f) + .05f * (float)frame;
    f->middle[1] = f->size > 1.3f ? .55f + .2f * (f->size - 1.3f) : between(seed, 22, .45f, .55f);
    f->motion[0] = kind->motion * (chance(seed, 23) < .5f ? -1 : 1);
    f->motion[1] = .4f * kind->motion;
    figures[which](f, frame);
    find_bounds(f);
}

/* ---- cameras */

struct view {
    float cosine, sine, zoom, shift[2], middle[2], rolling, parallax, phase;
};

static struct view view_of(const struct drawn_kind *kind, uint32_t seed, int frame,
                           const struct drawn_pictures *to)
{
    uint32_t s = seed + 1000u * (uint32_t)(frame + 1);
    float angle = either_way(s, 1, kind->turn) * 3.14159265f / 180;
    float far = between(s, 2, kind->shift[0], kind->shift[1]), way = 6.2831853f * chance(s, 3);
    return (struct view){cosf(angle), sinf(angle), 1 + either_way(s, 4, kind->zoom),
                         {far * cosf(way), far * sinf(way)},
                         {.5f * (float)to->width, .5f * (float)to->height},
                         kind->rolling, kind->parallax, 6 * chance(s, 5)};
}

/* Where the pixel's place of the shot is in the plate, for what lies at `near`. */
static void looked_at(const struct view *v, const float px[2], float near, float place[2])
{
    float lean = v->rolling * ((px[1] - v->middle[1]) / v->middle[1] +
                               .4f * sinf(px[1] / v->middle[1] * 7 + v->phase));
    float x = (px[0] - v->middle[0] - v->shift[0] - lean - v->parallax * (near - .5f)) / v->zoom;
    float y = (px[1] - v->middle[1] - v->shift[1]) / v->zoom;
    place[0] = v->cosine * x - v->sine * y + v->middle[0];
    place[1] = v->cosine * y + v->sine * x + v->middle[1];
}

/* What is near hides what is far: the nearest that is there when looked for where it would be. */
static void see(const struct view *v, enum drawn_set set, uint32_t seed, const float px[2],
                float height, float rgb[3])
{
    float place[2];
    int steps = v->parallax > 0 ? 6 : 1;
    for (int i = 0; i < steps; i++) {
        float near = steps > 1 ? 1 - (float)i / (float)(steps - 1) : .5f;
        looked_at(v, px, near, place);
        place[0] /= height;
        place[1] /= height;
        if (set_at(set, seed, place, rgb) >= near - .1f)
            return;
    }
}

/* ---- pictures */

static void blur(float *picture, const struct drawn_pictures *to, float sigma)
{
    int32_t w = to->width, h = to->height, reach = (int32_t)(3 * sigma + 1);
    float *row = malloc(sizeof(float) * (size_t)(w > h ? w : h));
    for (int32_t pass = 0; pass < 2 && row; pass++) {
        int32_t lines = pass ? w : h, length = pass ? h : w;
        ptrdiff_t line = pass ? 1 : w, step = pass ? w : 1;
        for (int32_t i = 0; i < lines; i++) {
            for (int32_t k = 0; k < length; k++) {
                float sum = 0, total = 0;
                for (int32_t d = -reach; d <= reach; d++) {
                    int32_t at = k + d < 0 ? 0 : k + d >= length ? length - 1 : k + d;
                    float weight = expf(-.5f * (float)(d * d) / (sigma * sigma));
                    sum += weight * picture[i * line + at * step];
                    total += weight;
                }
                row[k] = sum / total;
            }
            for (int32_t k = 0; k < length; k++)
                picture[i * line + k * step] = row[k];
        }
    }
    free(row);
}

struct drawing {
    const struct drawn_kind *kind;
    const struct drawn_pictures *to;
    enum drawn_set set;
    uint32_t seed;
    struct view view;
    struct figure figure;
};

static void sub_place(int32_t x, int32_t y, int i, float px[2])
{
    px[0] = (float)x + ((float)(i % SUB) + .5f) / SUB;
    px[1] = (float)y + ((float)(i / SUB) + .5f) / SUB;
}

static void draw_set(const struct drawing *d, const struct view *view, float *picture)
{
    const struct drawn_pictures *to = d->to;
    size_t n = (size_t)to->width * (size_t)to->height;
    for (int32_t y = 0; y < to->height; y++)
        for (int32_t x = 0; x < to->width; x++) {
            float sum[3] = {0}, rgb[3], px[2];
            for (int i = 0; i < SAMPLES; i++) {
                sub_place(x, y, i, px);
                see(view, d->set, d->seed, px, (float)to->height, rgb);
                for (int c = 0; c < 3; c++)
                    sum[c] += rgb[c] / SAMPLES;
            }
            for (size_t c = 0; c < 3; c++)
                picture[c * n + (size_t)y * (size_t)to->width + (size_t)x] = sum[c];
        }
}

static void draw_figure(const struct drawing *d)
{
    const struct drawn_pictures *to = d->to;
    const struct figure *f = &d->figure;
    float height = (float)to->height;
    size_t n = (size_t)to->width * (size_t)to->height;
    for (int32_t y = 0; y < to->height; y++)
        for (int32_t x = 0; x < to->width; x++) {
            float sum[3] = {0}, covered = 0, px[2];
            for (int i = 0; i < SAMPLES; i++) {
                float when = (float)((5 * i + 3) % SAMPLES) / SAMPLES - .5f, rgb[3], at[2];
                sub_place(x, y, i, px);
                for (int k = 0; k < 2; k++)
                    at[k] = ((px[k] - when * f->motion[k]) / height - f->middle[k]) / f->size;
                int part = part_at(f, at[0], at[1]);
                if (!part)
                    continue;
                dress(f, part, at, rgb);
                covered += 1.0f / SAMPLES;
                for (int c = 0; c < 3; c++)
                    sum[c] += rgb[c] / SAMPLES;
            }
            size_t at = (size_t)y * (size_t)to->width + (size_t)x;
            to->truth[at] = covered;
            for (size_t c = 0; c < 3; c++)
                to->subject[c * n + at] = sum[c];
        }
}

/* A soft one behind the feet and a darker one where they stand. */
static float shade_at(const struct drawing *d, float x, float y)
{
    const struct figure *f = &d->figure;
    float sx = (x - f->middle[0]) / f->size, sy = (y - f->middle[1]) / f->size;
    float soft = hypotf((sx - .2f - .5f * (sy - .42f)) * 2.5f, (sy - .4f) * 6);
    float foot = hypotf(sx * 4, (sy - .45f) * 12);
    float dark = fminf(fmaxf(1.3f - soft, 0), 1) * .7f + fminf(fmaxf(1.2f - foot, 0), 1) * .5f;
    return 1 - d->kind->shadow * fminf(dark, 1);
}

static float mixed(const struct drawn_kind *kind, float over, float alpha, float under)
{
    if (!kind->light)
        return over + (1 - alpha) * under;
    float own = alpha > 0 ? powf(fmaxf(over / alpha, 0), 2.2f) : 0;
    return powf(alpha * own + (1 - alpha) * powf(fmaxf(under, 0), 2.2f), 1 / 2.2f);
}

static void put_together(const struct drawing *d, int frame)
{
    const struct drawn_pictures *to = d->to;
    const struct drawn_kind *kind = d->kind;
    uint32_t s = d->seed + 77u * (uint32_t)(frame + 1);
    size_t n = (size_t)to->width * (size_t)to->height;
    float common = 1 + either_way(s, 9, kind->exposure);
    for (size_t i = 0; i < 3 * n; i++) {
        size_t c = i / n, at = i % n;
        float x = (float)(at % (size_t)to->width) / (float)to->height;
        float y = (float)(at / (size_t)to->width) / (float)to->height;
        float gain = common * (1 + either_way(s, 10 + (uint32_t)c, .3f * kind->exposure));
        gain *= 1 + kind->bands * sinf(9 * y + 6 * chance(s, 14));
        float under = to->shot[i] * (kind->shadow > 0 ? shade_at(d, x, y) : 1);
        to->shot[i] = gain * mixed(kind, to->subject[i], to->truth[at], under);
    }
}

static void expose(float *picture, size_t n, float noise, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        float sigma = noise * sqrtf(.08f + .92f * fmaxf(picture[i], 0));
        float v = picture[i] + sigma * normal(seed, (uint32_t)i);
        picture[i] = floorf(fminf(fmaxf(v, 0), 1) * 255 + .5f) / 255;
    }
}

static struct drawing prepare(const struct drawn_kind *kind, uint32_t seed, int frame,
                              const struct drawn_pictures *to)
{
    struct drawing d = {.kind = kind, .to = to, .seed = seed,
                        .set = kind->set ? kind->set
                                         : (enum drawn_set)(1 + scramble(seed + 3) % 5),
                        .view = view_of(kind, seed, frame, to)};
    float aspect = (float)to->width / (float)to->height;
    make_figure(kind, seed, frame, aspect, &d.figure);
    for (int k = 0; k < 9; k++) { /* what stands behind it, on average */
        float rgb[3], place[] = {d.figure.middle[0] + .05f * (float)(k % 3 - 1),
                                 d.figure.middle[1] + .1f * (float)(k / 3 - 1)};
        set_at(d.set, seed, place, rgb);
        for (int c = 0; c < 3; c++)
            d.figure.behind[c] += rgb[c] / 9;
    }
    return d;
}

void drawn_shot(const struct drawn_kind *kind, uint32_t seed, int frame,
                const struct drawn_pictures *to)
{
    struct drawing d = prepare(kind, seed, frame, to);
    struct view still = {1, 0, 1, {0, 0}, {d.view.middle[0], d.view.middle[1]}, 0, 0, 0};
    size_t n = (size_t)to->width * (size_t)to->height;
    draw_set(&d, &still, to->plate);
    draw_set(&d, &d.view, to->shot);
    draw_figure(&d);
    for (size_t c = 0; c < 3 && kind->blurred > 0; c++)
        blur(to->shot + c * n, to, kind->blurred);
    put_together(&d, frame);
    expose(to->plate, 3 * n, kind->noise, seed + 17);
    expose(to->shot, 3 * n, kind->noise, seed + 31u * (uint32_t)(frame + 1));
}
