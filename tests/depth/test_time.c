/* SPDX-License-Identifier: Apache-2.0 */
/* Depth over time against the truth: a network that reads depth out of the picture's red, and whose
 * measure changes from frame to frame as networks' measures do; scenes in which something enters,
 * leaves, flashes, whips past or is cut. Skipped where the runtime is not installed. */
#include <stdlib.h>

#include "base/mem.h"
#include "ask.h"
#include "check.h"
#include "depth/steady.h"
#include "onnx.h"

enum { WIDTH = 448, HEIGHT = 252 };

/* ---- the scene: a wall that slopes away, a ball in front of it */

struct scene {
    int ball_from, ball_to;   /* frames in which it is there; it stands still */
    int flash, cut, whip;     /* frames; whip: the first of six that race past */
    bool crosses;             /* the ball runs through the picture over 300 frames */
};
static struct scene scene;

static int pan_of(int frame)
{
    int raced = scene.whip ? frame - scene.whip + 1 : 0;
    raced = raced < 0 ? 0 : raced > 6 ? 6 : raced;
    return frame + 45 * raced;
}

static bool in_ball(int x, int y, int frame)
{
    int cx = scene.crosses ? frame * (WIDTH + 160) / 300 - 80 : WIDTH / 2, cy = HEIGHT / 2;
    return frame >= scene.ball_from && frame <= scene.ball_to &&
           (x - cx) * (x - cx) + (y - cy) * (y - cy) < 52 * 52;
}

/* 0 far .. 1 near */
static double near_at(int x, int y, int frame)
{
    bool other = scene.cut && frame >= scene.cut;
    double wall = other ? 0.65 - 0.5 * y / HEIGHT : 0.1 + 0.45 * y / HEIGHT;
    int p = x + pan_of(frame);
    wall += p / 60 % 2 ? 0.06 : 0; /* buttresses, which move with the wall */
    return in_ball(x, y, frame) ? 0.9 : wall;
}

static unsigned noise_at(int x, int y)
{
    unsigned h = (unsigned)x * 374761393u + (unsigned)y * 668265263u;
    h = (h ^ h >> 13) * 1274126177u;
    return (h ^ h >> 16) & 255;
}

/* Soft noise of eight pixels. */
static double soft_noise_at(int x, int y)
{
    int x0 = x >> 3, y0 = y >> 3;
    double tx = (x & 7) / 8.0, ty = (y & 7) / 8.0;
    double top = noise_at(x0, y0) * (1 - tx) + noise_at(x0 + 1, y0) * tx;
    double bottom = noise_at(x0, y0 + 1) * (1 - tx) + noise_at(x0 + 1, y0 + 1) * tx;
    return (top * (1 - ty) + bottom * ty) / 255;
}

/* Something to follow: it moves with the wall or the ball. */
static double texture_at(int x, int y, int frame)
{
    bool other = scene.cut && frame >= scene.cut;
    int p = in_ball(x, y, frame) ? 5000 + x - (scene.crosses ? frame * (WIDTH + 160) / 300 : 0)
                                 : x + pan_of(frame);
    return soft_noise_at(p + (other ? 9000 : 0), y);
}

/* The network's measure of one frame: scale and shift, within 15 and 6 per cent. */
static double measured(double near, int frame)
{
    double scale = 1 - 0.15 * (noise_at(frame, 1) / 255.0);
    double shift = 0.06 * (noise_at(frame, 2) / 255.0);
    return scale * near + shift;
}

static struct fth_image *picture(const struct clip *clip, int64_t number)
{
    static const char *const names[3] = {"R", "G", "B"};
    struct fth_format format = {clip->width, clip->height, 1};
    struct fth_plane *planes[3] = {NULL};
    struct fth_image *image = NULL;
    int frame = (int)number;
    double flash = scene.flash && frame == scene.flash ? 0.7 : 0;
    if (fth_image_new(format, fth_format_rect(format), &image, NULL) != FTH_OK)
        return NULL;
    for (int i = 0; i < 3; i++) {
        if (fth_image_add(image, names[i], NULL, image->domain, &planes[i], NULL) != FTH_OK)
            return NULL;
    }
    for (int y = 0; y < format.height; y++) {
        for (int x = 0; x < format.width; x++) {
            double texture = texture_at(x, y, frame);
            double blue = texture + flash, red = measured(near_at(x, y, frame), frame);
            *fth_plane_at(planes[0], x, y) = (float)red;
            *fth_plane_at(planes[1], x, y) = (float)(blue < 1 ? blue : 1);
            *fth_plane_at(planes[2], x, y) = (float)(blue < 1 ? blue : 1);
        }
    }
    return image;
}

/* ---- the network */

/* Depth Anything's input and output; the answer is the red channel. */
static bool make_network(void)
{
    struct onnx net = {0};
    onnx_input(&net, "pixel_values", ONNX_FLOAT, "n,3,h,w");
    onnx_output(&net, "predicted_depth", ONNX_FLOAT, "n,h,w");
    onnx_node(&net, "Split", "pixel_values", "red green blue", "axis=1");
    onnx_node(&net, "Squeeze", "red", "predicted_depth", "axes=[1]");
    return onnx_write(&net, "depth-anything-v2-small.onnx", 11) &&
           setenv("FATHOM_MODELS", fth_test_folder(), 1) == 0;
}

static struct fth_estimator *open_estimator(int last, bool per_frame)
{
    struct fth_estimator_options options = {.mode = FTH_DEPTH_BETTER, .per_frame = per_frame,
                                            .model = "depth-anything-v2-small",
                                            .first = 1, .last = last};
    struct fth_estimator *estimator = NULL;
    struct fth_error error = {.message = ""};
    enum fth_status status = make_network() ? open_if_there(&options, &estimator, &error)
                                            : FTH_ERR_NOT_FOUND;
    unsetenv("FATHOM_MODELS");
    if (status != FTH_OK && status != FTH_ERR_NOT_FOUND)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
    return estimator;
}

/* ---- measuring */

struct figures {
    double scale, shift; /* disparity = scale * truth + shift */
    double wrong;        /* mean absolute error of the truth after it, over the picture ... */
    double wrong_ball;   /* ... and where the ball stands, or stood */
    double drift;        /* as it is told */
};

static struct figures measure(const struct fth_plane *plane, int frame)
{
    double n = 0, t = 0, d = 0, tt = 0, td = 0, ball = 0, ball_count = 0, wrong = 0;
    for (int y = 2; y < HEIGHT - 2; y++) {
        for (int x = 2; x < WIDTH - 2; x++) {
            double truth = near_at(x, y, frame), value = *fth_plane_at(plane, x, y);
            n++, t += truth, d += value, tt += truth * truth, td += truth * value;
        }
    }
    struct figures f;
    f.scale = (td - t * d / n) / (tt - t * t / n);
    f.shift = (d - f.scale * t) / n;
    for (int y = 2; y < HEIGHT - 2; y++) {
        for (int x = 2; x < WIDTH - 2; x++) {
            double truth = near_at(x, y, frame);
            double off = fabs((*fth_plane_at(plane, x, y) - f.shift) / f.scale - truth);
            int dx = x - WIDTH / 2, dy = y - HEIGHT / 2;
            bool there = dx * dx + dy * dy < 48 * 48;
            wrong += off / n;
            ball += there ? off : 0;
            ball_count += there;
        }
    }
    f.wrong = wrong;
    f.wrong_ball = ball / ball_count;
    return f;
}

static struct figures figures_of(struct fth_estimator *estimator, struct clip *clip, int frame)
{
    struct fth_image *bundle = ask(estimator, clip, frame);
    struct figures figures = {0};
    if (bundle) {
        figures = measure(fth_image_plane(bundle, "disparity"), frame);
        figures.drift = bundle->depth_facts.drift;
    }
    fth_image_unref(&bundle);
    return figures;
}

/* What others say of the frame must not make it worse than it is by itself: 2 per cent, and what
 * half floats and flows of 1/32 pixel leave, a thousandth of the depth there is. */
static void check_no_trace(int frame, int last, int line)
{
    struct clip clip = {picture, WIDTH, HEIGHT, 0, 0};
    struct fth_estimator *shot = open_estimator(last, false), *alone = open_estimator(last, true);
    if (!shot || !alone) {
        fth_estimator_close(&shot);
        fth_estimator_close(&alone);
        FTH_SKIP("the runtime is not installed");
    }
    struct figures a = figures_of(shot, &clip, frame), b = figures_of(alone, &clip, frame);
    if (!(a.wrong <= 1.02 * b.wrong + 1e-3 && a.wrong_ball <= 1.02 * b.wrong_ball + 1e-3))
        fth_test_fail(__FILE__, line, "frame %d: off by %.4f (ball %.4f), alone %.4f (%.4f)",
                      frame, a.wrong, a.wrong_ball, b.wrong, b.wrong_ball);
    fth_estimator_close(&shot);
    fth_estimator_close(&alone);
}

FTH_TEST(what_enters_and_leaves_leaves_no_trace)
{
    scene = (struct scene){.ball_from = 8, .ball_to = 14};
    static const int frames[] = {7, 8, 14, 15};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(frames); i++)
        check_no_trace(frames[i], 20, __LINE__);
}

FTH_TEST(a_flash_a_whip_pan_and_a_cut_leave_no_trace)
{
    scene = (struct scene){.flash = 9, .ball_from = 1, .ball_to = 99};
    for (int frame = 8; frame <= 10; frame++)
        check_no_trace(frame, 18, __LINE__);
    scene = (struct scene){.whip = 9, .ball_from = 1, .ball_to = 99};
    check_no_trace(11, 24, __LINE__);
    check_no_trace(15, 24, __LINE__);
    scene = (struct scene){.cut = 12, .ball_from = 1, .ball_to = 11};
    check_no_trace(11, 22, __LINE__);
    check_no_trace(12, 22, __LINE__);
}

/* A flash is no cut: the shot keeps one measure over it. */
FTH_TEST(a_flash_does_not_part_a_shot)
{
    struct clip clip = {picture, WIDTH, HEIGHT, 0, 0};
    scene = (struct scene){.flash = 9, .ball_from = 1, .ball_to = 99};
    struct fth_estimator *shot = open_estimator(18, false);
    if (!shot)
        FTH_SKIP("the runtime is not installed");
    struct fth_image *bundle = ask(shot, &clip, 12);
    FTH_REQUIRE(bundle != NULL);
    FTH_CHECK_INT(bundle->depth_facts.shot_first, 1);
    FTH_CHECK_INT(bundle->depth_facts.shot_last, 18);
    FTH_CHECK(bundle->depth_facts.flicker < 0.5 * bundle->depth_facts.flicker_alone);
    fth_image_unref(&bundle);
    scene = (struct scene){.cut = 12, .ball_from = 1, .ball_to = 11};
    fth_estimator_close(&shot);
    shot = open_estimator(18, false);
    bundle = ask(shot, &clip, 12);
    FTH_REQUIRE(bundle != NULL);
    FTH_CHECK_INT(bundle->depth_facts.shot_first, 12);
    fth_image_unref(&bundle);
    fth_estimator_close(&shot);
}

/* A near ball crosses the picture, so that each frame's own range changes by half, and the
 * network's measure changes with every frame: the shot's scale does not. */
FTH_TEST(a_long_shot_keeps_its_scale)
{
    enum { LAST = 300 };
    struct clip clip = {picture, WIDTH, HEIGHT, 0, 0};
    scene = (struct scene){.ball_from = 1, .ball_to = LAST, .crosses = true};
    struct fth_estimator *shot = open_estimator(LAST, false), *alone = open_estimator(LAST, true);
    double least[2] = {9, 9}, most[2] = {0, 0}, told = 0;
    if (!shot || !alone)
        FTH_SKIP("the runtime is not installed");
    for (int frame = 1; frame <= LAST; frame += frame < 60 ? 1 : 7) {
        bool sparse = frame >= 60 || frame % 7 == 0;
        struct figures figures = figures_of(shot, &clip, frame);
        double scales[2] = {figures.scale,
                            sparse ? figures_of(alone, &clip, frame).scale : figures.scale};
        told += frame > 1 && frame <= 60 ? figures.drift : 0;
        for (int i = 0; i < 2; i++) {
            least[i] = fmin(least[i], scales[i]);
            most[i] = fmax(most[i], scales[i]);
        }
    }
    FTH_CHECK_NEAR(most[0] / least[0] - 1, 0, 0.03); /* what was promised */
    FTH_CHECK(most[1] / least[1] > 1.2);             /* frame by frame it is not so */
    FTH_CHECK_NEAR(told, 0, 0.03); /* the ball has come in by then: that is no drift */
    fth_estimator_close(&shot);
    fth_estimator_close(&alone);
}

/* Faster begins anew every 24 frames, leaning on 8 before: what it has forgotten by then (here a
 * range without the ball) must not show as a jump. */
FTH_TEST(no_jump_where_a_block_of_faster_begins)
{
    enum { FROM = 60, EDGE = 72, TO = 80 };
    struct fth_estimator_options options = {.mode = FTH_DEPTH_FASTER, .last = 100, .first = 1,
                                            .model = "depth-anything-v2-small"};
    struct fth_estimator *estimator = NULL;
    struct clip clip = {picture, WIDTH, HEIGHT, 0, 0};
    double before = 0, at_edge = 0, most = 0;
    scene = (struct scene){.ball_from = 1, .ball_to = 100, .crosses = true};
    if (!make_network())
        FTH_SKIP("no network");
    enum fth_status status = open_if_there(&options, &estimator, NULL);
    unsetenv("FATHOM_MODELS");
    if (status != FTH_OK)
        FTH_SKIP("the runtime is not installed");
    for (int frame = FROM; frame <= TO; frame++) {
        double scale = figures_of(estimator, &clip, frame).scale;
        double step = frame > FROM ? fabs(scale - before) : 0;
        before = scale;
        if (frame == EDGE)
            at_edge = step;
        else
            most = fmax(most, step);
    }
    FTH_CHECK(at_edge <= most);
    fth_estimator_close(&estimator);
}

/* A running man's legs cannot be followed; that he is a man is known all the same from the frames
 * beside this one. What his matte and depth are is not. */
FTH_TEST(who_is_a_person_is_known_where_motion_is_not)
{
    enum { SIDE = 8 };
    struct fth_arena *arena = NULL;
    FTH_REQUIRE(fth_arena_create(&arena, NULL) == FTH_OK);
    struct fth_work work = {NULL, arena, NULL};
    struct fth_steady_side side;
    struct fth_steady_frame frame = {.matte_count = 1};
    struct fth_draft_motion motion;
    struct fth_grid *const grids[] = {&frame.near, &frame.mattes[0], &frame.believed,
                                      &motion.mx, &motion.my, &motion.sure};
    FTH_REQUIRE(fth_steady_side_new(arena, SIDE, SIDE, &side, NULL) == FTH_OK);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids); i++) {
        FTH_REQUIRE(fth_grid_new(arena, SIDE, SIDE, grids[i], NULL) == FTH_OK);
        fth_grid_fill(grids[i], 0.25f);
    }
    fth_grid_fill(&frame.believed, 1);
    FTH_CHECK(fth_steady_step(&work, &frame, NULL, &side, NULL) == FTH_OK);
    fth_grid_fill(&frame.believed, 0);
    fth_grid_fill(&frame.near, 0.75f);
    fth_grid_fill(&frame.mattes[0], 0.75f);
    fth_grid_fill(&motion.sure, 0);
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            fth_grid_row(&motion.mx, y)[x] = (float)x;
            fth_grid_row(&motion.my, y)[x] = (float)y;
        }
    }
    FTH_CHECK(fth_steady_step(&work, &frame, &motion, &side, NULL) == FTH_OK);
    FTH_CHECK_NEAR(fth_grid_row(&side.believed, 4)[4], fth_draft_recipe.stay, 1e-6);
    FTH_CHECK(fth_grid_row(&side.near, 4)[4] == 0.75f);
    FTH_CHECK(fth_grid_row(&side.mattes[0], 4)[4] == 0.75f);
    fth_arena_destroy(&arena);
}
