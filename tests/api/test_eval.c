/* SPDX-License-Identifier: Apache-2.0 */
/* The measures: laws they must keep, and the figures of the reference scorer (the draft's score.py
 * with NumPy 2 and OpenCV 5) on the same synthetic maps, to more digits than the three they must
 * share. */
#include "fathom/eval.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "check.h"

/* ---- arrays as files */

struct array {
    const char *type; /* "<f4", "<u2" or "|u1" */
    int width, height, channels;
    void *numbers;
};

static size_t array_size(const struct array *a)
{
    size_t item = (size_t)(a->type[2] - '0');
    return item * (size_t)(a->width * a->height * a->channels);
}

/* A NumPy file in memory; free with fth_free. */
static uint8_t *encode_array(const struct array *a, size_t *size)
{
    enum { HEADER = 128 };
    uint8_t *bytes = fth_alloc(1, HEADER + array_size(a));
    char shape[64], text[HEADER];
    if (!bytes)
        return NULL;
    snprintf(shape, sizeof(shape), a->channels > 1 ? "%d, %d, %d" : "%d, %d", a->height, a->width,
             a->channels);
    snprintf(text, sizeof(text), "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }",
             a->type, shape);
    memset(bytes, ' ', HEADER);
    memcpy(bytes, "\x93NUMPY\x01\x00\x76\x00", 10);
    memcpy(bytes + 10, text, strlen(text));
    bytes[HEADER - 1] = '\n';
    memcpy(bytes + HEADER, a->numbers, array_size(a));
    *size = HEADER + array_size(a);
    return bytes;
}

static const char *write_array(const char *name, const struct array *a)
{
    struct fth_error error;
    size_t size = 0;
    const char *path = fth_test_path(name);
    uint8_t *bytes = encode_array(a, &size);
    FTH_CHECK(bytes && fth_file_write(path, bytes, size, true, &error) == FTH_OK);
    fth_free(bytes);
    return path;
}

static const char *write_floats(const char *name, const float *numbers, int width, int height)
{
    struct array a = {"<f4", width, height, 1, (void *)numbers};
    return write_array(name, &a);
}

static double figure(const struct fth_figures *figures, const char *name)
{
    for (int i = 0; i < figures->count; i++)
        if (strcmp(figures->items[i].name, name) == 0)
            return figures->items[i].value;
    return NAN;
}

struct expected {
    const char *name;
    double value;
};

static void check_figures(const struct fth_figures *figures, const struct expected *expected)
{
    for (; expected->name; expected++) {
        double value = figure(figures, expected->name);
        /* sums in another order, and flows to 1e-4 of a pixel: far below the third digit */
        if (!(fabs(value - expected->value) <= 2e-5 * fmax(1, fabs(expected->value))))
            fth_test_fail(__FILE__, __LINE__, "%s is %.9g, the scorer says %.9g", expected->name,
                          value, expected->value);
    }
}

/* ---- scenes; whole numbers only, so that every machine makes the same */

enum { W = 96, H = 64 };

static uint16_t true_mm(int x, int y, bool holes)
{
    if (holes && (x * 7 + y * 13) % 29 == 0)
        return 0;
    return (uint16_t)(x >= 30 && x < 60 && y >= 20 && y < 45 ? 1000 : 1500 + 20 * x + 10 * y);
}

static const char *write_truth(const char *name, bool holes)
{
    static uint16_t mm[W * H];
    for (int i = 0; i < W * H; i++)
        mm[i] = true_mm(i % W, i / W, holes);
    struct array a = {"<u2", W, H, 1, mm};
    return write_array(name, &a);
}

/* True inverse depth of the scene without its holes, seen `shift` pixels to the right. */
static void fill_inverse(float *map, int shift)
{
    for (int i = 0; i < W * H; i++) {
        int x = i % W - shift, y = i / W;
        bool box = x >= 30 && x < 60 && y >= 20 && y < 45;
        map[i] = box ? 1.0f : 1000.0f / (float)(1500 + 20 * x + 10 * y);
    }
}

static struct fth_eval_depth_options depth_options(const char *prediction, const char *truth)
{
    return (struct fth_eval_depth_options){
        .prediction = prediction, .truth = truth, .truth_scale = 0.001, .cap_m = 10};
}

FTH_TEST(depth_figures_are_the_scorers)
{
    static const struct expected expected[] = {
        {"absrel", 0.0501674461}, {"d1", 0.991739717}, {"rmselog", 0.103266909},
        {"rabsrel", 0.0505116926}, {"rd1", 0.991739717}, {"rrmselog", 0.104219777},
        {"nrmse", 0.080957268}, {"ord", 0.0164}, {"slope", 1}, {"bf", 0.178747875},
        {"bp", 0.14625167}, {"br", 0.609909133}, {NULL, 0}};
    static float map[W * H];
    struct fth_error error;
    struct fth_figures figures;
    fill_inverse(map, 1);
    for (int i = 0; i < W * H; i++)
        map[i] = 0.2f + 3 * (map[i] + (float)((i % W * 37 + i / W * 61) % 17) / 256);
    struct fth_eval_depth_options options =
        depth_options(write_floats("p.npy", map, W, H), write_truth("t.npy", true));
    FTH_REQUIRE_OK(fth_eval_depth(&options, &figures, &error), error);
    check_figures(&figures, expected);
}

FTH_TEST(depth_of_the_truth_itself_has_no_error)
{
    static float map[W * H];
    struct fth_error error;
    struct fth_figures f;
    fill_inverse(map, 0);
    struct fth_eval_depth_options options =
        depth_options(write_floats("p.npy", map, W, H), write_truth("t.npy", false));
    FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
    FTH_CHECK_NEAR(figure(&f, "absrel"), 0, 1e-6); /* the map is in floats */
    FTH_CHECK(figure(&f, "d1") == 1 && figure(&f, "ord") == 0 && figure(&f, "slope") == 1);
    FTH_CHECK(figure(&f, "bf") > 0.999);
    for (int i = 0; i < W * H; i++) /* metres: the other way round */
        map[i] = 1 / map[i];
    write_floats("p.npy", map, W, H);
    FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "ord") == 1 && figure(&f, "slope") == -1);
    options.far = true;
    FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "ord") == 0);
    FTH_CHECK_NEAR(figure(&f, "absrel"), 0, 1e-6);
    fill_inverse(map, 20);
    write_floats("p.npy", map, W, H);
    options.far = false;
    FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "bf") < 0.6);
    for (int i = 0; i < W * H; i++)
        map[i] = 1;
    write_floats("p.npy", map, W, H);
    FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "ord") == 0.5 && figure(&f, "slope") == 0);
}

FTH_TEST(coded_truths_are_decoded)
{
    static float map[W * H];
    static uint16_t coded[W * H];
    struct fth_error error;
    struct fth_figures f;
    fill_inverse(map, 0);
    struct array a = {"<u2", W, H, 1, coded};
    for (int bits = FTH_TRUTH_BITS_SHR3; bits <= FTH_TRUTH_BITS_ROTR3; bits++) {
        for (int i = 0; i < W * H; i++) {
            uint16_t v = true_mm(i % W, i / W, true);
            v = v ? v : 7777; /* another mark for "not measured" */
            coded[i] = (uint16_t)(v << 3 | (bits == FTH_TRUTH_BITS_ROTR3 ? v >> 13 : 5));
        }
        struct fth_eval_depth_options options =
            depth_options(write_floats("p.npy", map, W, H), write_array("t.npy", &a));
        options.truth_bits = (enum fth_truth_bits)bits;
        options.truth_none = 7777;
        FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
        FTH_CHECK_NEAR(figure(&f, "absrel"), 0, 1e-6);
    }
    /* the map as a disparity whose offset is known, and not */
    struct fth_eval_depth_options options =
        depth_options(fth_test_path("p.npy"), write_floats("d.npy", map, W, H));
    options.truth_kind = FTH_TRUTH_DISPARITY;
    options.truth_offset = 0.25;
    FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
    FTH_CHECK_NEAR(figure(&f, "nrmse"), 0, 1e-6);
    FTH_CHECK(isfinite(figure(&f, "absrel")));
    options.truth_kind = FTH_TRUTH_RELATIVE;
    FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
    FTH_CHECK_NEAR(figure(&f, "nrmse"), 0, 1e-6);
    FTH_CHECK(isnan(figure(&f, "absrel")));
}

/* ---- mattes */

/* A cone: 1 inside, falling to 0 over eight pixels. */
static void fill_matte(float *matte, int cx)
{
    for (int i = 0; i < W * H; i++) {
        int dx = i % W - cx, dy = i / W - 32;
        float v = (float)(600 - dx * dx - dy * dy) / 256;
        matte[i] = v < 0 ? 0 : v > 1 ? 1 : v;
    }
}

FTH_TEST(matte_figures_are_the_scorers)
{
    static const struct expected expected[] = {
        {"iou", 0.777011494}, {"sad", 0.63156799}, {"mad", 0.102794269}, {"mse", 0.0278893231},
        {"grad", 0.72676075}, {"conn", 0.370091011}, {NULL, 0}};
    static float p[W * H], t[W * H];
    struct fth_error error;
    struct fth_figures f;
    fill_matte(p, 43);
    fill_matte(t, 40);
    for (int i = 0; i < W * H; i++) /* a stray part, and a veil over the rest */
        p[i] = i % W > 85 && i / W > 50 ? 0.75f : 0.9f * p[i] + 0.0625f;
    struct fth_eval_matte_options options = {.prediction = write_floats("p.npy", p, W, H),
                                             .truth = write_floats("t.npy", t, W, H)};
    FTH_REQUIRE_OK(fth_eval_matte(&options, &f, &error), error);
    check_figures(&f, expected);
}

FTH_TEST(mattes_keep_the_laws)
{
    static float p[W * H], t[W * H];
    struct fth_error error;
    struct fth_figures f;
    for (int i = 0; i < W * H; i++)
        t[i] = i % W >= 20 && i % W < 50 && i / W >= 10 && i / W < 40;
    struct fth_eval_matte_options options = {.prediction = write_floats("t.npy", t, W, H),
                                             .truth = write_floats("t.npy", t, W, H)};
    FTH_REQUIRE_OK(fth_eval_matte(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "iou") == 1 && figure(&f, "sad") == 0 && figure(&f, "mse") == 0);
    FTH_CHECK(figure(&f, "grad") == 0 && figure(&f, "conn") == 0);
    options.prediction = write_floats("p.npy", p, W, H);
    FTH_REQUIRE_OK(fth_eval_matte(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "iou") == 0);
    FTH_CHECK_NEAR(figure(&f, "sad"), 0.9, 1e-9); /* 30 x 30 pixels, in thousands */
    for (int i = 0; i < W * H; i++)
        p[i] = 0.3f * t[i] + 0.4f;
    write_floats("p.npy", p, W, H);
    options.levels = true;
    FTH_REQUIRE_OK(fth_eval_matte(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "iou") == 1);
    FTH_CHECK(figure(&f, "far") >= 0.4 - 1e-6 && figure(&f, "near") <= 0.7 + 1e-6);
}

/* ---- flicker */

enum { FW = 160, FH = 120, FRAMES = 4 };

/* Waves out of straight lines, 0..period/2. */
static int wave(int v, int period)
{
    v = ((v % period) + period) % period;
    return v < period / 2 ? v : period - v;
}

static void write_frames(bool steady)
{
    static uint8_t rgb[FW * FH * 3];
    static float map[FW * FH];
    struct array a = {"|u1", FW, FH, 3, rgb};
    mkdir(fth_test_path("footage"), 0700);
    mkdir(fth_test_path("maps"), 0700);
    for (int k = 0; k < FRAMES; k++) {
        char name[64];
        for (int i = 0; i < FW * FH; i++) {
            int x = i % FW + 2 * k, y = i / FW + k;
            int v = wave(5 * x + 3 * y, 128) + wave(2 * x - 7 * y, 192) + wave(x * y / 16, 90);
            for (int c = 0; c < 3; c++)
                rgb[3 * i + c] = (uint8_t)(v + 8 * c);
            float moved = (float)(x + 2 * y) / 512;
            map[i] = steady ? 0.5f : moved * (1 + 0.0625f * (float)(k & 1));
        }
        snprintf(name, sizeof(name), "footage/%03d.npy", k);
        write_array(name, &a);
        snprintf(name, sizeof(name), "maps/%03d.npy", k);
        write_floats(name, map, FW, FH);
    }
}

FTH_TEST(flicker_figures_are_the_scorers)
{
    static const struct expected expected[] = {
        {"pairs", 3}, {"flicker", 0.0251738597}, {"rel", 0.0446695145}, {NULL, 0}};
    struct fth_error error;
    struct fth_figures f, again;
    write_frames(false);
    struct fth_eval_flicker_options options = {.footage = fth_test_path("footage"),
                                               .maps = fth_test_path("maps"),
                                               .reference = fth_test_path("maps"),
                                               .threads = 1};
    FTH_REQUIRE_OK(fth_eval_flicker(&options, &f, &error), error);
    check_figures(&f, expected);
    FTH_CHECK(figure(&f, "ratio") == 1 && figure(&f, "moved") == 0);
    options.threads = 3;
    FTH_REQUIRE_OK(fth_eval_flicker(&options, &again, &error), error);
    for (int i = 0; i < f.count; i++)
        FTH_CHECK(f.items[i].value == again.items[i].value);
}

FTH_TEST(steady_maps_do_not_flicker)
{
    struct fth_error error;
    struct fth_figures f;
    write_frames(true);
    struct fth_eval_flicker_options options = {.footage = fth_test_path("footage"),
                                               .maps = fth_test_path("maps")};
    FTH_REQUIRE_OK(fth_eval_flicker(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "flicker") == 0);
}

/* ---- sequences */

FTH_TEST(drift_shows_in_the_common_fit_only)
{
    static float map[W * H];
    struct fth_error error;
    struct fth_figures f;
    mkdir(fth_test_path("truths"), 0700);
    mkdir(fth_test_path("drifting"), 0700);
    for (int k = 0; k < 3; k++) {
        char name[64];
        snprintf(name, sizeof(name), "truths/%d.npy", k);
        write_truth(name, true);
        fill_inverse(map, 0);
        for (int i = 0; i < W * H; i++)
            map[i] = map[i] * (1 + 0.25f * (float)k);
        snprintf(name, sizeof(name), "drifting/%d.npy", k);
        write_floats(name, map, W, H);
    }
    struct fth_eval_sequence_options options = {.truths = fth_test_path("truths"),
                                                .maps = fth_test_path("drifting")};
    FTH_REQUIRE_OK(fth_eval_sequence(&options, &f, &error), error);
    FTH_CHECK(figure(&f, "frames") == 3);
    FTH_CHECK_NEAR(figure(&f, "own_absrel"), 0, 1e-6);
    FTH_CHECK(figure(&f, "absrel") > 0.05);
}

/* ---- archives, and what is not what it claims */

/* A zip with one stored entry. */
static const char *write_archive(const char *name, const struct array *a)
{
    static const char entry[] = "depth.npy";
    struct fth_error error;
    size_t size, length = strlen(entry);
    uint8_t *array = encode_array(a, &size);
    uint8_t *zip = fth_alloc(1, 30 + 46 + 22 + 2 * length + size), *at = zip;
    const char *path = fth_test_path(name);
    FTH_CHECK(array && zip);
    if (!array || !zip)
        return path;
    uint32_t packed = (uint32_t)size, start = (uint32_t)(30 + length + size);
    memcpy(at, "PK\3\4", 4);
    at[26] = (uint8_t)length;
    memcpy(at + 30, entry, length);
    memcpy(at + 30 + length, array, size);
    at = zip + start;
    memcpy(at, "PK\1\2", 4);
    memcpy(at + 20, &packed, 4);
    memcpy(at + 24, &packed, 4);
    at[28] = (uint8_t)length;
    memcpy(at + 46, entry, length);
    at += 46 + length;
    memcpy(at, "PK\5\6", 4);
    at[10] = 1;
    memcpy(at + 16, &start, 4);
    FTH_CHECK(fth_file_write(path, zip, (size_t)(at - zip) + 22, true, &error) == FTH_OK);
    fth_free(array);
    fth_free(zip);
    return path;
}

FTH_TEST(archives_and_arrays_read_alike)
{
    static float map[W * H];
    struct fth_error error;
    struct fth_figures a, b;
    fill_inverse(map, 2);
    struct array array = {"<f4", W, H, 1, map};
    struct fth_eval_depth_options options =
        depth_options(write_floats("p.npy", map, W, H), write_truth("t.npy", true));
    FTH_REQUIRE_OK(fth_eval_depth(&options, &a, &error), error);
    options.prediction = write_archive("p.npz", &array);
    FTH_REQUIRE_OK(fth_eval_depth(&options, &b, &error), error);
    FTH_CHECK_INT(a.count, b.count);
    for (int i = 0; i < a.count; i++)
        FTH_CHECK(a.items[i].value == b.items[i].value);
}

/* Every length and every byte changed of a small array and archive: refused or read, never a crash
 * (the sanitizers look on), and never figures beside an error. */
FTH_TEST(damaged_arrays_are_refused)
{
    enum { SIDE = 4 };
    static float map[SIDE * SIDE] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct array a = {"<f4", SIDE, SIDE, 1, map};
    struct fth_error error;
    const char *const names[] = {"good.npy", "good.npz"}, *const bad[] = {"bad.npy", "bad.npz"};
    write_array(names[0], &a);
    write_archive(names[1], &a);
    for (int kind = 0; kind < 2; kind++) {
        void *bytes = NULL;
        size_t size;
        FTH_REQUIRE_OK(fth_file_read(fth_test_path(names[kind]), 1 << 20, &bytes, &size, &error),
                       error);
        uint8_t *data = bytes;
        for (size_t i = 0; i < 2 * size; i++) {
            bool cut = i < size;
            uint8_t old = data[i % size];
            data[i % size] = cut ? old : (uint8_t)(old ^ (i & 1 ? 0xff : 0x11));
            const char *path = fth_test_path(bad[kind]);
            FTH_REQUIRE_OK(fth_file_write(path, data, cut ? i : size, true, &error), error);
            data[i % size] = old;
            struct fth_figures f = {.count = -1};
            struct fth_eval_depth_options options = depth_options(path, fth_test_path(names[0]));
            enum fth_status status = fth_eval_depth(&options, &f, &error);
            FTH_CHECK(status == FTH_OK ? f.count > 0 : f.count == -1);
            if (cut && kind == 0)
                FTH_CHECK(status != FTH_OK);
        }
        fth_free(bytes);
    }
}

FTH_TEST(packed_archives_are_read)
{
    const char *truth = fth_test_material("pairs/mb_motorcycle_disp.npz");
    struct fth_error error;
    struct fth_figures f;
    if (!truth)
        FTH_SKIP("no outside material");
    struct fth_eval_depth_options options = {.prediction = truth,
                                             .truth = truth,
                                             .truth_kind = FTH_TRUTH_DISPARITY,
                                             .truth_offset = 31.086};
    FTH_REQUIRE_OK(fth_eval_depth(&options, &f, &error), error);
    FTH_CHECK_NEAR(figure(&f, "absrel"), 0, 1e-6);
    FTH_CHECK(figure(&f, "ord") == 0);
}
