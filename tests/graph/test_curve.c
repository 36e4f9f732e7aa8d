/* SPDX-License-Identifier: Apache-2.0 */
/* Keyframes: what is taken and what is refused, the value at any frame against numbers worked out
 * elsewhere, and the laws that hold whatever the keys are. */
#include <stdlib.h>
#include <time.h>

#include "base/limits.h"
#include "base/mem.h"
#include "check.h"
#include "graph/curve.h"
#include "node/shape.h"

struct params {
    double amount, gamma, range[2], point[2], colour[4];
    int64_t count;
    int32_t filter;
    bool on, fixed;
    const char *title, *file;
    struct fth_shape_at outline;
};
#define ROW(kind, field, ...)                                                                      \
    FTH_PARAM(kind, struct params, field, .label = "L", .help = "H.",                              \
              .flags = FTH_PARAM_ANIMATES, __VA_ARGS__)
static const struct fth_choice choices[] = {{"box", "Box", ""}, {"gauss", "Gauss", ""}, {0}};
static const struct fth_param amount = ROW(NUMBER, amount, .min = -10, .max = 10);
static const struct fth_param gamma_row =
    FTH_PARAM(NUMBER, struct params, gamma, .label = "L", .help = "H.", .max = 5,
              .flags = FTH_PARAM_ANIMATES | FTH_PARAM_OPEN_MIN);
static const struct fth_param range = ROW(RANGE, range, .max = 1);
static const struct fth_param point = ROW(POINT, point, .min = -2, .max = 2);
static const struct fth_param colour = ROW(COLOUR, colour, .max = 4);
static const struct fth_param whole = ROW(INT, count, .min = -100, .max = 100);
static const struct fth_param filter = ROW(CHOICE, filter, .choices = choices);
static const struct fth_param on = ROW(SWITCH, on);
static const struct fth_param title = ROW(TEXT, title);
static const struct fth_param file = ROW(FILE, file);
static const struct fth_param outline = ROW(SHAPE, outline, .min = -1, .max = 2);
static const struct fth_param fixed =
    FTH_PARAM(SWITCH, struct params, fixed, .label = "L", .help = "H.");

static struct fth_error error;

static struct fth_curve *curve_of(const struct fth_param *row, const char *text)
{
    struct fth_json *json = NULL;
    struct fth_curve *curve = NULL;
    if (fth_json_parse(text, strlen(text), "keys", &json, &error) != FTH_OK ||
        fth_curve_read(row, json, &curve, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", text, error.message);
    fth_json_destroy(&json);
    return curve;
}

static double number_at(const struct fth_curve *curve, double frame)
{
    return fth_curve_at(curve, frame).numbers[0];
}

static void refused(const struct fth_param *row, const char *text, const char *message)
{
    struct fth_json *json = NULL;
    struct fth_curve *curve = NULL;
    FTH_REQUIRE_OK(fth_json_parse(text, strlen(text), "keys", &json, &error), error);
    FTH_CHECK_INT(fth_curve_read(row, json, &curve, &error), FTH_ERR_USAGE);
    FTH_CHECK_TEXT(error.message, message);
    FTH_CHECK(!curve);
    fth_json_destroy(&json);
}

FTH_TEST(keys_that_make_no_sense_are_refused)
{
    refused(&amount, "{}", "parameter 'amount': keys are a list of [frame, value]: "
                           "[[1, 0], [24, 1]]");
    refused(&amount, "[]", "parameter 'amount': there is no key in its list");
    refused(&amount, "[[1, 0], 5]", "key 2: parameter 'amount': a key is [frame, value], [frame, "
                                    "value, kind] or [frame, value, \"bezier\", handles]");
    refused(&amount, "[[\"1\", 0]]", "key 1: parameter 'amount': the frame of a key is a number");
    refused(&amount, "[[1, 0], [1, 2]]", "key 2: parameter 'amount': there are two keys at frame "
                                         "1");
    refused(&amount, "[[1, 0], [2, 0], [1.5, 2]]",
            "key 3: parameter 'amount': frame 1.5 stands behind frame 2; keys go by ascending "
            "frames");
    refused(&amount, "[[1, 0], [1.0000001, 2]]",
            "key 2: parameter 'amount': frames 1 and 1.0000001 are nearer to each other than 1e-6");
    refused(&amount, "[[1e300, 0]]", "key 1: parameter 'amount': frame 1e+300 is beyond +-1e9");
    refused(&amount, "[[1, 11]]", "key 1: parameter 'amount': 11 is outside -10..10");
    refused(&amount, "[[1, \"a\"]]", "key 1: parameter 'amount' takes a number, not a text");
    refused(&amount, "[[1, 0, \"linaer\"]]",
            "key 1: parameter 'amount': a key goes on by \"hold\", \"linear\", \"smooth\" or "
            "\"bezier\", not by \"linaer\"; did you mean \"linear\"?");
    refused(&amount, "[[1, 0, 5]]",
            "key 1: parameter 'amount': a key goes on by \"hold\", \"linear\", \"smooth\" or "
            "\"bezier\"");
    refused(&amount, "[[1, 0, \"bezier\"]]",
            "key 1: parameter 'amount': a \"bezier\" key has two handles, in and out, as "
            "[[frames, value], [frames, value]]");
    refused(&amount, "[[1, 0, \"bezier\", [[0, 0], [1e13, 0]]]]",
            "key 1: parameter 'amount': a handle is longer than 1e12");
    refused(&amount, "[[1, 0, \"linear\", [[0, 0], [1, 0]]]]",
            "key 1: parameter 'amount': only a \"bezier\" key has handles");
    refused(&whole, "[[1, 0.5]]", "key 1: parameter 'count': 0.5 is not a whole number");
    refused(&on, "[[1, true], [2, false, \"linear\"]]",
            "key 2: parameter 'on' has nothing between two values: its keys are \"hold\", not "
            "\"linear\"");
    refused(&filter, "[[1, \"gaus\"]]",
            "key 1: parameter 'filter': 'gaus' is not one of box, gauss; did you mean 'gauss'?");
    refused(&point, "[[1, [0, 1, 2]]]", "key 1: parameter 'point' takes two numbers, X,Y");
    refused(&point, "[[1, [0, \"1\"]]]",
            "key 1: parameter 'point' takes two numbers, [x, y], not a list with a text");
    refused(&range, "[[1, [1, 0]]]",
            "key 1: parameter 'range': the low end 1 is above the high end 0");
    refused(&fixed, "[[1, true]]",
            "parameter 'fixed' takes no keyframes: it is the same at every frame");
}

/* Text kinds and switches step; nothing is in between. */
FTH_TEST(what_has_nothing_in_between_steps)
{
    struct fth_curve *words = curve_of(&title, "[[-3.5, \"a\"], [2, \"b\", \"hold\"]]");
    FTH_CHECK_TEXT(fth_curve_at(words, -100).text, "a");
    FTH_CHECK_TEXT(fth_curve_at(words, 1.9999).text, "a");
    FTH_CHECK_TEXT(fth_curve_at(words, 2).text, "b");
    FTH_CHECK_TEXT(fth_curve_at(words, 1e9).text, "b");
    fth_curve_destroy(&words);
    struct fth_curve *switched = curve_of(&on, "[[1, false], [5, true], [9, 0]]");
    FTH_CHECK(number_at(switched, 4.99) == 0 && number_at(switched, 5) == 1);
    FTH_CHECK(number_at(switched, 9) == 0);
    fth_curve_destroy(&switched);
    struct fth_curve *chosen = curve_of(&filter, "[[1, \"gauss\"], [5, \"box\"]]");
    FTH_CHECK(number_at(chosen, 1) == 1 && number_at(chosen, 5) == 0);
    fth_curve_destroy(&chosen);
    struct fth_curve *files = curve_of(&file, "[[1, \"a.png\"], [5, \"b.png\"]]");
    FTH_CHECK_TEXT(fth_curve_at(files, 3).text, "a.png");
    fth_curve_destroy(&files);
}

FTH_TEST(values_hold_outside_and_go_straight_inside)
{
    struct fth_curve *curve = curve_of(&amount, "[[-2, 1, \"hold\"], [1, 0], [3, -1], [4.5, 5]]");
    const double expected[][2] = {{-1e9, 1}, {-2, 1},   {0.999, 1}, {1, 0},
                                  {2, -0.5}, {3, -1},   {3.75, 2},  {4.5, 5},
                                  {100, 5},  {NAN, 1},  {INFINITY, 5}, {-INFINITY, 1}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(expected); i++)
        FTH_CHECK_NEAR(number_at(curve, expected[i][0]), expected[i][1], 0);
    fth_curve_destroy(&curve);
    curve = curve_of(&whole, "[[0, -1], [4, 1]]"); /* halves go up */
    const int rounded[] = {-1, 0, 0, 1, 1};
    for (int i = 0; i < 5; i++)
        FTH_CHECK_NEAR(number_at(curve, i), rounded[i], 0);
    fth_curve_destroy(&curve);
}

struct at {
    double frame, value;
};

static void check_values(const struct fth_param *row, const char *keys, const struct at *expected,
                         size_t count)
{
    struct fth_curve *curve = curve_of(row, keys);
    for (size_t i = 0; curve && i < count; i++) /* double rounding of values up to 10 */
        FTH_CHECK_NEAR(number_at(curve, expected[i].frame), expected[i].value, 4e-15);
    fth_curve_destroy(&curve);
}

/* SciPy 1.16's PchipInterpolator over the same keys and one more on each side, a frame away and of
 * the same value, because the value holds there. */
FTH_TEST(smooth_is_monotone_cubic)
{
    const struct at expected[] = {
        {-2.9, 1.0030344530577089},  {-1.5, 1.4738372093023255}, {0.3, 2.0174460960366858},
        {1.25, 2.0448070204170765},  {2.4, 2.0918394675401242},  {3.0, 3.9080855503390723},
        {3.9, 8.9126263954094931},   {4.5, 8.7442129629629619},  {7.125, 2.0939850983796306},
        {9.75, -3.9341724537036988}, {10.5, -4}};
    check_values(&amount, "[[-3, 1, \"smooth\"], [0, 2, \"smooth\"], [2.5, 2.1, \"smooth\"], "
                          "[4, 9, \"smooth\"], [10, -4, \"smooth\"], [11, -4, \"smooth\"]]",
                 expected, FTH_ARRAY_COUNT(expected));
    const struct at ease[] = {{1, 0}, {3, 0.15625}, {5, 0.5}, {7, 0.84375}, {9, 1}};
    check_values(&amount, "[[1, 0, \"smooth\"], [9, 1]]", ease, FTH_ARRAY_COUNT(ease));
}

/* mpmath, 40 digits, time found by halving; handles too long, too short and the wrong way. */
FTH_TEST(bezier_is_a_cubic_of_frame_and_value)
{
    const struct at expected[] = {
        {1.5, 0.13114276213780257}, {3, 0.59561600241688001},    {8, 2.7132016363016823},
        {12, 4.4719615333701044},   {20, 5.7723628969973852},    {23.5, 5.1436949059333358},
        {24.25, 4.8732281397660384}, {26, 3.8662650310888907},   {29, 1.1347508839461197},
        {31, -0.62890625},          {35, 1.0237694759080154},    {39.5, 1.0196786673239228}};
    check_values(&amount,
                 "[[1, 0, \"bezier\", [[-1, 0], [8, 2]]], "
                 "[24, 5, \"bezier\", [[-10, 3], [40, -20]]], "
                 "[30, -2, \"bezier\", [[3, 1], [2, 2]]], "
                 "[40, 1, \"bezier\", [[-12, 0.5], [0, 0]]]]",
                 expected, FTH_ARRAY_COUNT(expected));
}

/* A key without handles lends a bezier segment a third of its own way, as each kind goes. */
FTH_TEST(kinds_meet)
{
    const struct at straight[] = {{1, 0}, {4, 3}, {7, 6}, {10, 9}}; /* both handles on the line */
    check_values(&amount, "[[1, 0, \"bezier\", [[0, 0], [3, 3]]], [10, 9, \"linear\"]]", straight,
                 FTH_ARRAY_COUNT(straight));
    const struct at level[] = {{1, 0}, {5.5, 4.5}, {10, 9}}; /* the last smooth key is level */
    check_values(&amount, "[[1, 0, \"bezier\", [[0, 0], [3, 0]]], [10, 9, \"smooth\"]]", level,
                 FTH_ARRAY_COUNT(level));
    /* smooth behind a hold starts level; before a line it goes by the lines on both sides: slopes 0
     * and 1 over two frames, 1 - 2/8 in the middle */
    const struct at mixed[] = {{0, -5}, {1.9, -5}, {2, 0}, {3, 0.75}, {4, 2}, {5, 3}};
    check_values(&amount, "[[0, -5, \"hold\"], [2, 0, \"smooth\"], [4, 2, \"linear\"], [6, 4]]",
                 mixed, FTH_ARRAY_COUNT(mixed));
    /* the kind of a key is of what follows: this handle in is not used */
    const struct at unused[] = {{0, 0}, {1, 1}, {2, 2}};
    check_values(&amount, "[[0, 0, \"linear\"], [2, 2, \"bezier\", [[-2, 9], [0, 0]]]]", unused,
                 FTH_ARRAY_COUNT(unused));
}

FTH_TEST(values_stay_within_the_limits)
{
    struct fth_curve *curve =
        curve_of(&amount, "[[0, 9, \"bezier\", [[0, 0], [3, 50]]], [10, 9, \"bezier\", "
                          "[[-3, -90], [0, 0]]]]");
    double least = 99, most = -99;
    for (double frame = 0; frame <= 10; frame += 0.125) {
        least = FTH_MIN(least, number_at(curve, frame));
        most = FTH_MAX(most, number_at(curve, frame));
    }
    FTH_CHECK(least == -10 && most == 10);
    fth_curve_destroy(&curve);
    curve = curve_of(&gamma_row, "[[0, 2, \"bezier\", [[0, 0], [3, -50]]], [10, 1]]");
    least = 99;
    for (double frame = 0; frame <= 10; frame += 0.125)
        least = FTH_MIN(least, number_at(curve, frame));
    FTH_CHECK(least == 1); /* 0 is excluded: the lower key is the limit */
    fth_curve_destroy(&curve);
    curve = curve_of(&range, "[[0, [0, 0.2], \"bezier\", [[0, 0, 0], [3, 1, -1]]], "
                              "[10, [0, 0.2]]]");
    struct fth_value met = fth_curve_at(curve, 2);
    FTH_CHECK(met.numbers[0] == met.numbers[1]); /* handles that would cross meet */
    FTH_CHECK(met.numbers[0] > 0 && met.numbers[0] < 1);
    fth_curve_destroy(&curve);
}

FTH_TEST(every_component_goes_its_own_way)
{
    struct fth_curve *curve =
        curve_of(&point, "[[0, [0, 1], \"bezier\", [[0, 0], [1, 0, 0.5]]], "
                         "[4, [1, -1], \"smooth\"], [8, [0, 0]]]");
    struct fth_curve *x = curve_of(&amount, "[[0, 0, \"bezier\", [[0, 0], [1, 0]]], "
                                            "[4, 1, \"smooth\"], [8, 0]]");
    struct fth_curve *y = curve_of(&amount, "[[0, 1, \"bezier\", [[0, 0], [1, 0.5]]], "
                                            "[4, -1, \"smooth\"], [8, 0]]");
    for (double frame = -1; frame < 9; frame += 0.3) {
        struct fth_value both = fth_curve_at(curve, frame);
        FTH_CHECK_NEAR(both.numbers[0], number_at(x, frame), 0);
        FTH_CHECK_NEAR(both.numbers[1], number_at(y, frame), 0);
    }
    fth_curve_destroy(&y);
    fth_curve_destroy(&x);
    fth_curve_destroy(&curve);
    curve = curve_of(&colour, "[[0, [1, 0, 0]], [2, [0, 1, 0, 0]]]");
    struct fth_value half = fth_curve_at(curve, 1);
    FTH_CHECK(half.numbers[0] == 0.5 && half.numbers[1] == 0.5);
    FTH_CHECK(half.numbers[2] == 0 && half.numbers[3] == 0.5);
    fth_curve_destroy(&curve);
}

/* Shapes that go together move point by point by the share of the next, as a number would that went
 * from key to key by one; others change at the key. */
FTH_TEST(shapes_are_mixed)
{
    struct fth_curve *curve =
        curve_of(&outline, "[[0, {\"points\": [[0, 0], [1, 0]]}], "
                           "[4, {\"points\": [[1, 0], [1, 1]]}, \"smooth\"], "
                           "[8, {\"points\": [[0, 0]]}, \"bezier\", [[0, 0], [1, 5]]], "
                           "[12, {\"points\": [[1, 1]]}]]");
    struct fth_value value = fth_curve_at(curve, 1);
    struct fth_shape_at at = {value.shape, value.towards, value.numbers[0]};
    FTH_CHECK_NEAR(at.share, 0.25, 0);
    FTH_CHECK_NEAR(fth_shape_point(&at, 0).x, 0.25, 0);
    FTH_CHECK_NEAR(fth_shape_point(&at, 1).y, 0.25, 0);
    value = fth_curve_at(curve, 4);
    FTH_CHECK(value.shape && !value.towards);
    value = fth_curve_at(curve, 6);
    at = (struct fth_shape_at){value.shape, value.towards, value.numbers[0]};
    FTH_CHECK_NEAR(at.share, 0.5, 0);
    FTH_CHECK_NEAR(fth_shape_point(&at, 0).x, 1, 0);
    FTH_CHECK_NEAR(fth_curve_at(curve, 10).numbers[0], 1, 0); /* never beyond the next */
    fth_curve_destroy(&curve);
}

static uint64_t seed = 7;

static double any(double low, double high)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return low + (high - low) * (double)(seed >> 11) / 9007199254740992.0;
}

static struct fth_key_frame key_at(double frame, enum fth_key_kind kind, double value)
{
    return (struct fth_key_frame){.frame = frame, .kind = kind, .value.numbers = {value}};
}

/* A cubic whose value is its time is the straight line, whatever its handles: so time is solved. */
FTH_TEST(time_is_solved_exactly)
{
    double worst = 0;
    for (int round = 0; round < 2000; round++) {
        double from = any(-5, 5), to = from + any(0.01, 4), length = to - from;
        double out = any(0, length), in = -any(0, length);
        if (round % 5 == 0) /* both ends upright in the middle: the steepest there is */
            out = length, in = -length;
        struct fth_key_frame keys[2] = {key_at(from, FTH_KEY_BEZIER, from),
                                        key_at(to, FTH_KEY_BEZIER, to)};
        for (int i = 0; i < 2; i++) {
            keys[0].handles[FTH_KEY_OUT][i] = out;
            keys[1].handles[FTH_KEY_IN][i] = in;
        }
        struct fth_curve *curve = NULL;
        FTH_REQUIRE_OK(fth_curve_create(&amount, keys, 2, &curve, &error), error);
        for (int i = 0; i < 16; i++) {
            double frame = any(from, to);
            worst = FTH_MAX(worst, fabs(number_at(curve, frame) - frame));
        }
        fth_curve_destroy(&curve);
    }
    FTH_CHECK_NEAR(worst, 0, 1e-14); /* rounding of numbers up to 10; asked for is 1e-9 */
}

static void check_monotone(const struct fth_curve *curve, size_t index)
{
    struct fth_key_frame from = fth_curve_key(curve, index), to = fth_curve_key(curve, index + 1);
    double a = from.value.numbers[0], b = to.value.numbers[0], last = a;
    FTH_CHECK_NEAR(number_at(curve, from.frame), a, 0);
    for (int k = 1; k <= 32; k++) {
        double value = number_at(curve, from.frame + k * (to.frame - from.frame) / 32);
        FTH_CHECK(b >= a ? value >= last - 1e-14 : value <= last + 1e-14); /* rounding */
        /* nowhere steeper than three lines */
        FTH_CHECK(fabs(value - last) <= fabs(b - a) * 3 / 32 + 1e-14);
        last = value;
    }
}

/* Whatever the keys: no overshoot, no turn but at keys, no jump. */
FTH_TEST(smooth_never_overshoots)
{
    enum { COUNT = 40 };
    struct fth_key_frame keys[COUNT];
    for (int round = 0; round < 50; round++) {
        double frame = any(-100, 100);
        for (int i = 0; i < COUNT; i++) {
            frame += any(0, 1) < 0.3 ? any(1e-3, 0.1) : any(0.5, 30);
            double value = any(0, 1) < 0.2 && i ? keys[i - 1].value.numbers[0] : any(-10, 10);
            keys[i] = key_at(frame, FTH_KEY_SMOOTH, value);
        }
        struct fth_curve *curve = NULL;
        FTH_REQUIRE_OK(fth_curve_create(&amount, keys, COUNT, &curve, &error), error);
        for (size_t i = 0; i + 1 < COUNT; i++)
            check_monotone(curve, i);
        fth_curve_destroy(&curve);
    }
}

static struct fth_key hash_of(const struct fth_curve *curve)
{
    struct fth_hasher hasher;
    fth_hash_begin(&hasher);
    fth_curve_hash(curve, &hasher);
    return fth_hash_end(&hasher);
}

static struct fth_key hash_of_keys(const struct fth_param *row, const char *keys)
{
    struct fth_curve *curve = curve_of(row, keys);
    struct fth_key key = hash_of(curve);
    fth_curve_destroy(&curve);
    return key;
}

FTH_TEST(keys_print_and_read_back)
{
    static const struct {
        const struct fth_param *row;
        const char *keys;
    } cases[] = {
        {&amount, "[[-2.5, 0.1, \"linear\"], [1, 2, \"smooth\"], [3, 1, \"hold\"], [4, 1, "
                  "\"bezier\", [[-0.25, 1], [0.1, -3]]]]"},
        {&whole, "[[1, -3, \"linear\"], [2, 5, \"smooth\"]]"},
        {&on, "[[1, true, \"hold\"], [2, false, \"hold\"]]"},
        {&filter, "[[1, \"gauss\", \"hold\"], [2, \"box\", \"hold\"]]"},
        {&title, "[[1, \"\\\"q\\\" \xc3\xa4\", \"hold\"], [2, \"\", \"hold\"]]"},
        {&point, "[[1, [0, 0.1], \"bezier\", [[-1, 0.5, 0.25], [1, 0.5]]]]"},
        {&range, "[[1, [0, 0.1], \"linear\"]]"},
        {&outline, "[[1, {\n      \"points\": [[0, 0.5], [1, 0]],\n      \"closed\": true\n    }, "
                   "\"linear\"]]"},
        {&colour, "[[1, [0, 0.1, 3], \"linear\"], [2, [0, 0.1, 3, 0.5], \"smooth\"]]"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        struct fth_curve *curve = curve_of(cases[i].row, cases[i].keys);
        FTH_REQUIRE(curve);
        struct fth_json *json = fth_curve_write(curve);
        char *text = fth_json_print(json);
        FTH_CHECK_TEXT(text, cases[i].keys);
        struct fth_key key = hash_of_keys(cases[i].row, text);
        FTH_CHECK(fth_key_equal(key, hash_of(curve)));
        fth_free(text);
        fth_json_destroy(&json);
        fth_curve_destroy(&curve);
    }
}

FTH_TEST(the_hash_is_of_all_that_counts)
{
    static const char *const others[] = {
        "[[1, 0, \"linear\"], [5, 1, \"linear\"]]",
        "[[1, 0, \"smooth\"], [5, 1, \"linear\"]]",
        "[[1, 0, \"linear\"], [5.5, 1, \"linear\"]]",
        "[[1, 0, \"linear\"], [5, 1.5, \"linear\"]]",
        "[[1, 0, \"linear\"]]",
        "[[1, 0, \"bezier\", [[0, 0], [1, 1]]], [5, 1, \"linear\"]]",
        "[[1, 0, \"bezier\", [[0, 0], [1, 2]]], [5, 1, \"linear\"]]"};
    struct fth_key keys[FTH_ARRAY_COUNT(others)];
    for (size_t i = 0; i < FTH_ARRAY_COUNT(others); i++) {
        keys[i] = hash_of_keys(&amount, others[i]);
        for (size_t k = 0; k < i; k++)
            FTH_CHECK(!fth_key_equal(keys[i], keys[k]));
    }
    FTH_CHECK(fth_key_equal(keys[0], hash_of_keys(&amount, "[[1, -0.0], [5.0, 1e0]]")));
    FTH_CHECK(!fth_key_equal(hash_of_keys(&outline, "[[1, {\"points\": [[0, 0]]}]]"),
                             hash_of_keys(&outline, "[[1, {\"points\": [[0, 1]]}]]")));
    FTH_CHECK(!fth_key_equal(hash_of_keys(&title, "[[1, \"a\"], [2, \"b\"]]"),
                             hash_of_keys(&title, "[[1, \"ab\"], [2, \"\"]]")));
}

FTH_TEST(a_million_keys_are_quick_and_ten_are_refused)
{
    enum { MANY = 1000000 };
    struct fth_key_frame *keys = fth_alloc(MANY, sizeof(*keys));
    struct fth_curve *curve = NULL;
    FTH_REQUIRE(keys);
    for (int i = 0; i < MANY; i++)
        keys[i] = key_at(i, (enum fth_key_kind)(i % 3), i % 7);
    clock_t began = clock();
    FTH_REQUIRE_OK(fth_curve_create(&amount, keys, MANY, &curve, &error), error);
    double sum = 0;
    for (int i = 0; i < MANY; i++)
        sum += number_at(curve, any(-10, MANY + 10));
    FTH_CHECK(sum > 0);
    /* measured 0.15 s; a search that walks would take an hour */
    FTH_CHECK((double)(clock() - began) / CLOCKS_PER_SEC < 20);
    FTH_CHECK_NEAR(number_at(curve, MANY), (MANY - 1) % 7, 0);
    fth_curve_destroy(&curve);
    fth_free(keys);
    FTH_CHECK_INT(fth_curve_create(&amount, NULL, 10 * (size_t)MANY, &curve, &error),
                  FTH_ERR_LIMIT);
    FTH_CHECK_TEXT(error.message, "parameter 'amount': more than 1048576 keys");
}

FTH_TEST(memory_that_is_out_is_said)
{
    struct fth_json *json = NULL;
    const char *keys = "[[1, \"a\"], [2, \"b\"], [3, \"c\"]]";
    FTH_REQUIRE_OK(fth_json_parse(keys, strlen(keys), "keys", &json, &error), error);
    int failures = 0;
    for (int64_t n = 0; n < 64; n++) {
        struct fth_curve *curve = NULL;
        fth_mem_fail_after(n);
        enum fth_status status = fth_curve_read(&title, json, &curve, &error);
        fth_mem_fail_after(-1);
        failures += status != FTH_OK;
        FTH_CHECK(status == FTH_OK ? curve != NULL : status == FTH_ERR_MEMORY && !curve);
        fth_curve_destroy(&curve);
        if (status == FTH_OK)
            break;
    }
    FTH_CHECK_INT(failures, 7); /* itself, three lists, three texts */
    fth_json_destroy(&json);
}
