/* SPDX-License-Identifier: Apache-2.0 */
/* The room is octaves of smooth noise, boards, panels and lettering; the subject has a head, a
 * body, legs, an arm held out and hair of a pixel's width. A pixel is the mean of SUB x SUB
 * samples. */
#include "plates.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SUB = 4, BLOCK = 8, HAIRS = 9 };

const struct fth_plate_shot fth_plate_shots[] = {
    {.name = "quiet", .noise = .004f},
    {.name = "noise", .noise = .02f},
    {.name = "exposure", .noise = .006f, .gain = {1.1f, 1.08f, 1.06f}, .offset = {.01f, .01f, .0f},
     .fall = .06f},
    {.name = "shake 0.3", .noise = .006f, .shift_x = .3f, .shift_y = -.2f},
    {.name = "shake 2", .noise = .006f, .shift_x = -1.7f, .shift_y = 1.2f},
    {.name = "shake 5, turned", .noise = .006f, .shift_x = 4.4f, .shift_y = -2.6f, .turn = .6f,
     .zoom = 1.006f},
    {.name = "shadow", .noise = .006f, .shadow = .4f},
    {.name = "compression", .noise = .006f, .crush = 22},
    {.name = "alike", .noise = .008f, .likeness = .75f},
    {.name = "hand-held", .noise = .01f, .gain = {.94f, .95f, .97f}, .offset = {.0f, .0f, .01f},
     .fall = -.05f, .shift_x = 2.6f, .shift_y = 3.3f, .turn = -.4f, .shadow = .3f, .crush = 14},
    {.name = NULL}};

/* ---- chance */

static uint32_t scramble(uint32_t a)
{
    a ^= a >> 16;
    a *= 0x7feb352du;
    a ^= a >> 15;
    a *= 0x846ca68bu;
    return a ^ a >> 16;
}

/* -1..1 */
static float chance(uint32_t x, uint32_t y, uint32_t seed)
{
    return (float)(scramble(x + scramble(y + scramble(seed))) >> 8) / 8388608.0f - 1;
}

static float normal(uint32_t index, uint32_t seed)
{
    float sum = 0;
    for (uint32_t k = 0; k < 6; k++)
        sum += chance(index, k, seed);
    return sum * .7071068f; /* the variance of one is 1/3 */
}

static float wave(float x, float y, uint32_t seed)
{
    float fx = floorf(x), fy = floorf(y), u = x - fx, v = y - fy;
    uint32_t ix = (uint32_t)(int32_t)fx, iy = (uint32_t)(int32_t)fy;
    u = u * u * (3 - 2 * u);
    v = v * v * (3 - 2 * v);
    float top = chance(ix, iy, seed) * (1 - u) + chance(ix + 1, iy, seed) * u;
    float low = chance(ix, iy + 1, seed) * (1 - u) + chance(ix + 1, iy + 1, seed) * u;
    return top * (1 - v) + low * v;
}

/* ---- the room; x, y in heights of the frame */

/* 0 below, 1 above, a ramp between: the samples of a pixel see where within it an edge lies. */
static float edge(float above)
{
    return fminf(fmaxf(above / .005f + .5f, 0), 1);
}

static float within(float x, float from, float to)
{
    return edge(x - from) * edge(to - x);
}

static void room(float x, float y, float colour[3])
{
    float light = .55f + .25f * wave(x * 1.3f, y * 1.3f, 1) + .05f * wave(x * 9, y * 9, 2);
    float warm = .06f * wave(x * 2, y * 2, 3), grain = .03f * wave(x * 60, y * 60, 4);
    float low = edge(y - .72f), seam = fmodf(x + 4 + .3f * y, .22f);
    float panel = within(fmodf(x + 4, .45f), .1f, .3f) * within(fmodf(y + 4, .31f), .04f, .27f);
    uint32_t which = (uint32_t)((x + 4) / .45f) + 7 * (uint32_t)((y + 4) / .31f);
    float letters = fminf(fmaxf(3 * wave(x * 70, y * 50, 6), 0), 1) * within(y, .3f, .4f);
    light += (1 - low) * panel * .22f * chance(which, 0, 5);
    warm += (1 - low) * panel * .12f * chance(which, 1, 5);
    light += grain - low * (.12f + .2f * within(seam, .1f, .112f)) - .35f * letters;
    colour[0] = light + warm;
    colour[1] = light;
    colour[2] = light - warm;
    for (int c = 0; c < 3; c++)
        colour[c] = fminf(fmaxf(colour[c], .03f), .97f);
}

/* ---- the subject */

static float capsule(float x, float y, const float ends[4])
{
    float dx = ends[2] - ends[0], dy = ends[3] - ends[1];
    float t = ((x - ends[0]) * dx + (y - ends[1]) * dy) / (dx * dx + dy * dy);
    t = fminf(fmaxf(t, 0), 1);
    return hypotf(x - ends[0] - t * dx, y - ends[1] - t * dy);
}

/* 0: not of it; else which part */
static int part_at(float x, float y, float pixel)
{
    static const float body[] = {0, -.12f, 0, .12f}, arm[] = {.05f, -.1f, .24f, -.19f};
    static const float legs[2][4] = {{-.03f, .15f, -.06f, .42f}, {.03f, .15f, .09f, .41f}};
    static const float rod[] = {.22f, -.3f, .26f, .25f};
    if (hypotf(x, (y + .27f) * .85f) < .075f)
        return 1;
    if (capsule(x, y, body) < .1f)
        return 2;
    if (capsule(x, y, arm) < .03f)
        return 3;
    if (capsule(x, y, legs[0]) < .042f || capsule(x, y, legs[1]) < .042f)
        return 4;
    if (capsule(x, y, rod) < .8f * pixel)
        return 5;
    for (int i = 0; i < HAIRS; i++) {
        float a = 3.7f + .2f * (float)i;
        float hair[] = {.06f * cosf(a), -.27f + .06f * sinf(a), .115f * cosf(a + .2f),
                        -.27f + .125f * sinf(a + .2f)};
        if (capsule(x, y, hair) < .6f * pixel)
            return 6;
    }
    return 0;
}

static void dress(int part, float x, float y, float likeness, float colour[3])
{
    static const float dresses[7][3] = {{.2f, .3f, .5f}, {.75f, .55f, .45f}, {.2f, .28f, .5f},
                                        {.22f, .3f, .52f}, {.16f, .15f, .15f}, {.85f, .82f, .2f},
                                        {.12f, .08f, .06f}};
    float behind[3], weave = .05f * wave(x * 25, y * 25, 8) + .03f * wave(x * 90, y * 90, 9);
    room(.7f + .3f * x, .35f, behind);
    for (int c = 0; c < 3; c++) {
        float own = dresses[part][c] + weave;
        colour[c] = own + likeness * (.62f + weave - own);
        colour[c] = fminf(fmaxf(colour[c], .02f), .98f);
    }
}

/* ---- the camera */

struct camera {
    float turn_cos, turn_sin, zoom, shift[2], middle[2];
};

static struct camera camera_of(const struct fth_plate_shot *shot, int32_t width, int32_t height)
{
    float angle = shot->turn * 3.14159265f / 180;
    return (struct camera){cosf(angle), sinf(angle), shot->zoom > 0 ? shot->zoom : 1,
                           {shot->shift_x, shot->shift_y},
                           {.5f * (float)width, .5f * (float)height}};
}

void fth_plate_shot_moves(const struct fth_plate_shot *shot, int32_t width, int32_t height,
                          float x, float y, float moved[2])
{
    struct camera c = camera_of(shot, width, height);
    x -= c.middle[0];
    y -= c.middle[1];
    moved[0] = c.zoom * (c.turn_cos * x + c.turn_sin * y) + c.middle[0] + c.shift[0];
    moved[1] = c.zoom * (c.turn_cos * y - c.turn_sin * x) + c.middle[1] + c.shift[1];
}

/* Where a place of the shot is in the plate. */
static void look(const struct camera *c, float x, float y, float place[2])
{
    x = (x - c->middle[0] - c->shift[0]) / c->zoom;
    y = (y - c->middle[1] - c->shift[1]) / c->zoom;
    place[0] = c->turn_cos * x - c->turn_sin * y + c->middle[0];
    place[1] = c->turn_cos * y + c->turn_sin * x + c->middle[1];
}

/* ---- pictures */

struct drawing {
    const struct fth_plate_shot *shot;
    const struct fth_plate_pictures *to;
    struct camera camera;
    float subject[2], size; /* in heights */
};

static void draw_plate(const struct drawing *d, int32_t x, int32_t y)
{
    float height = (float)d->to->height, sum[3] = {0};
    for (int i = 0; i < SUB * SUB; i++) {
        float colour[3];
        room(((float)x + ((float)(i % SUB) + .5f) / SUB) / height,
             ((float)y + ((float)(i / SUB) + .5f) / SUB) / height, colour);
        for (int c = 0; c < 3; c++)
            sum[c] += colour[c] / (SUB * SUB);
    }
    for (int c = 0; c < 3; c++)
        d->to->plate[((ptrdiff_t)c * d->to->height + y) * d->to->width + x] = sum[c];
}

static void sample_shot(const struct drawing *d, float px, float py, float colour[3], int *part)
{
    float height = (float)d->to->height, place[2];
    look(&d->camera, px, py, place);
    room(place[0] / height, place[1] / height, colour);
    float sx = (px / height - d->subject[0]) / d->size;
    float sy = (py / height - d->subject[1]) / d->size;
    float gone = hypotf((sx - .1f) * 2.2f, (sy - .44f) * 7);
    float shade = 1 - d->shot->shadow * fminf(fmaxf(1.5f - gone, 0), 1);
    for (int c = 0; c < 3; c++)
        colour[c] *= shade;
    *part = part_at(sx, sy, 1 / (height * d->size));
    if (*part)
        dress(*part, sx, sy, d->shot->likeness, colour);
}

static void draw_shot(const struct drawing *d, int32_t x, int32_t y)
{
    float sum[3] = {0}, covered = 0;
    const struct fth_plate_shot *shot = d->shot;
    for (int i = 0; i < SUB * SUB; i++) {
        float colour[3];
        int part;
        sample_shot(d, (float)x + ((float)(i % SUB) + .5f) / SUB,
                    (float)y + ((float)(i / SUB) + .5f) / SUB, colour, &part);
        covered += part != 0;
        for (int c = 0; c < 3; c++)
            sum[c] += colour[c] / (SUB * SUB);
    }
    float across = ((float)x + .5f) / (float)d->to->width - .5f;
    for (int c = 0; c < 3; c++) {
        float gain = (shot->gain[c] > 0 ? shot->gain[c] : 1) * (1 + shot->fall * across);
        d->to->shot[((ptrdiff_t)c * d->to->height + y) * d->to->width + x] =
            sum[c] * gain + shot->offset[c];
    }
    d->to->truth[(ptrdiff_t)y * d->to->width + x] = covered / (SUB * SUB);
}

/* ---- the sensor and the file */

static void spoil(float *picture, size_t n, float noise, uint32_t seed)
{
    for (size_t i = 0; i < n; i++) {
        float level = fmaxf(picture[i], 0);
        float v = picture[i] + noise * sqrtf(.15f + .85f * level) * normal((uint32_t)i, seed);
        picture[i] = floorf(fminf(fmaxf(v, 0), 1) * 255 + .5f) / 255;
    }
}

static void transform(const float table[BLOCK][BLOCK], float block[BLOCK][BLOCK], int back)
{
    float half[BLOCK][BLOCK];
    for (int pass = 0; pass < 2; pass++) {
        for (int i = 0; i < BLOCK; i++) {
            for (int k = 0; k < BLOCK; k++) {
                float sum = 0;
                for (int j = 0; j < BLOCK; j++)
                    sum += block[i][j] * (back ? table[j][k] : table[k][j]);
                half[k][i] = sum;
            }
        }
        memcpy(block, half, sizeof(half));
    }
}

static void crush_block(float *at, ptrdiff_t stride, const float table[BLOCK][BLOCK], float step)
{
    float block[BLOCK][BLOCK];
    for (int y = 0; y < BLOCK; y++)
        memcpy(block[y], at + y * stride, sizeof(block[y]));
    transform(table, block, 0);
    for (int y = 0; y < BLOCK; y++)
        for (int x = 0; x < BLOCK; x++) {
            float q = step * (x + y ? 1 + .18f * (float)(x + y) : .5f);
            block[y][x] = roundf(block[y][x] / q) * q;
        }
    transform(table, block, 1);
    for (int y = 0; y < BLOCK; y++)
        memcpy(at + y * stride, block[y], sizeof(block[y]));
}

/* Blocks of luma, and of colour differences twice as coarse. */
static void compress(float *picture, int32_t width, int32_t height, float step)
{
    float table[BLOCK][BLOCK];
    size_t n = (size_t)width * (size_t)height;
    for (int k = 0; k < BLOCK; k++)
        for (int j = 0; j < BLOCK; j++)
            table[k][j] = (k ? .5f : .35355339f) *
                          cosf(3.14159265f * (float)k * ((float)j + .5f) / 8);
    for (size_t i = 0; i < n; i++) {
        float r = picture[i], g = picture[n + i], b = picture[2 * n + i];
        float luma = .299f * r + .587f * g + .114f * b;
        picture[i] = r - luma;
        picture[n + i] = luma;
        picture[2 * n + i] = b - luma;
    }
    for (int c = 0; c < 3; c++)
        for (int32_t y = 0; y + BLOCK <= height; y += BLOCK)
            for (int32_t x = 0; x + BLOCK <= width; x += BLOCK)
                crush_block(picture + (size_t)c * n + (ptrdiff_t)y * width + x, width, table,
                            (c == 1 ? step : 2 * step) / 255);
    for (size_t i = 0; i < n; i++) {
        float luma = picture[n + i], r = picture[i] + luma, b = picture[2 * n + i] + luma;
        picture[i] = r;
        picture[n + i] = (luma - .299f * r - .114f * b) / .587f;
        picture[2 * n + i] = b;
    }
}

void fth_plate_shot_draw(const struct fth_plate_shot *shot, int frame,
                         const struct fth_plate_pictures *to)
{
    float aspect = (float)to->width / (float)to->height;
    struct drawing d = {shot, to, camera_of(shot, to->width, to->height),
                        {aspect * (.32f + .12f * (float)frame), .5f},
                        shot->cover > 0 ? shot->cover : 1};
    size_t n = 3 * (size_t)to->width * (size_t)to->height;
    for (int32_t y = 0; y < to->height; y++)
        for (int32_t x = 0; x < to->width; x++) {
            draw_plate(&d, x, y);
            draw_shot(&d, x, y);
        }
    spoil(to->plate, n, shot->noise, 101);
    spoil(to->shot, n, shot->noise, 202 + (uint32_t)frame);
    if (shot->crush > 0) {
        compress(to->plate, to->width, to->height, shot->crush);
        compress(to->shot, to->width, to->height, shot->crush);
    }
}
