/* SPDX-License-Identifier: Apache-2.0 */
/* Titles by laws: what is twice as large has twice the measures, what is moved by a part of a pixel
 * moves by just that, what lies around letters has the area geometry gives it. The fonts are
 * DejaVu's, which the project needs anyway; they have Hebrew and Arabic. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/mem.h"
#include "bench.h"
#include "check.h"
#include "graph/settings.h"

enum { WIDTH = 480, HEIGHT = 240 };

/* One title alone on 480 x 240; NULL (and a failed test) when there is none. */
static struct fth_image *title(const char *text, const char *settings)
{
    struct bench bench;
    struct fth_image *image = NULL;
    char all[512];
    snprintf(all, sizeof(all), "width=%d height=%d %s", WIDTH, HEIGHT, settings);
    if (bench_open(&bench, bench_catalogue(), NULL) && bench_add(&bench, "t", "text", all, "") &&
        bench_set(&bench, "t", "text", text))
        image = bench_render(&bench, "t", 1);
    if (!image)
        fth_test_fail(__FILE__, __LINE__, "%s: %s", settings, bench.error.message);
    bench_close(&bench);
    return image;
}

struct ink {
    double area, x, y, wide, high; /* all of it, its middle, its standard deviations */
    double x0, x1, y0, y1;         /* pixels that are more than half covered */
};

static struct ink ink_of(const struct fth_image *image, const char *channel)
{
    struct ink ink = {.x0 = 1e9, .y0 = 1e9, .x1 = -1e9, .y1 = -1e9};
    struct fth_rect rect = image->domain;
    double xx = 0, yy = 0;
    for (int32_t y = rect.y0; y < rect.y1; y++) {
        for (int32_t x = rect.x0; x < rect.x1; x++) {
            double a = bench_pixel(image, channel, x, y);
            ink.area += a;
            ink.x += a * (x + 0.5);
            ink.y += a * (y + 0.5);
            xx += a * (x + 0.5) * (x + 0.5);
            yy += a * (y + 0.5) * (y + 0.5);
            if (a <= 0.5)
                continue;
            ink.x0 = fmin(ink.x0, x);
            ink.x1 = fmax(ink.x1, x + 1);
            ink.y0 = fmin(ink.y0, y);
            ink.y1 = fmax(ink.y1, y + 1);
        }
    }
    ink.x /= ink.area;
    ink.y /= ink.area;
    /* a pixel is a square: it spreads what lies in it by 1/12 */
    ink.wide = sqrt(fmax(xx / ink.area - ink.x * ink.x - 1 / 12.0, 0));
    ink.high = sqrt(fmax(yy / ink.area - ink.y * ink.y - 1 / 12.0, 0));
    return ink;
}

static struct ink ink_of_title(const char *text, const char *settings)
{
    struct fth_image *image = title(text, settings);
    struct ink ink = {0};
    if (image)
        ink = ink_of(image, "A");
    fth_image_unref(&image);
    return ink;
}

/* ---- measures -------------------------------------------------------------------------------- */

FTH_TEST(a_title_twice_as_large_has_twice_the_measures)
{
    static const char *const ways[] = {"size_px=50", "size_px=100", "size_px=50 scale=2"};
    struct ink once = ink_of_title("Ag, Wo", ways[0]);
    for (int i = 1; i < 3; i++) {
        struct ink twice = ink_of_title("Ag, Wo", ways[i]);
        /* curves are cut to chords 1/200 of a pixel away: a few parts in 10 000 of thin letters */
        FTH_CHECK_NEAR(twice.area / once.area, 4, 2e-3);
        FTH_CHECK_NEAR(twice.wide / once.wide, 2, 1e-3);
        FTH_CHECK_NEAR(twice.high / once.high, 2, 1e-3);
    }
    struct ink stretched = ink_of_title("Ag, Wo", "size_px=50 stretch=2");
    FTH_CHECK_NEAR(stretched.wide / once.wide, 2, 1e-3);
    FTH_CHECK_NEAR(stretched.high / once.high, 1, 1e-3);
}

FTH_TEST(size_in_pixels_is_that_of_the_picture)
{
    struct ink part = ink_of_title("Hx", "size=0.25"), pixels = ink_of_title("Hx", "size_px=60");
    FTH_CHECK(part.area == pixels.area && part.x == pixels.x && part.y == pixels.y);
    /* capitals of DejaVu are 1493 of 2048 units high */
    struct ink capital =
        ink_of_title("H", "size_px=200 anchor_vertical=base_line position=0.5,0.2");
    FTH_CHECK_NEAR(capital.y1 - capital.y0, 200 * 1493 / 2048.0, 1);
    FTH_CHECK_NEAR(capital.y1, HEIGHT * 0.8, 0.5); /* it stands on the base line */
}

/* What moves by a quarter of a pixel moves by that, and its brightness does not flicker. */
FTH_TEST(a_title_moves_by_parts_of_a_pixel)
{
    struct ink first = ink_of_title("Slow", "size_px=40");
    for (int i = 1; i <= 8; i++) {
        char settings[96];
        snprintf(settings, sizeof(settings), "size_px=40 position=%.9f,%.9f",
                 0.5 + i * 0.25 / WIDTH, 0.5 + i * 0.125 / HEIGHT);
        struct ink moved = ink_of_title("Slow", settings);
        /* exact areas: what is left is that chords are not the same at every place */
        FTH_CHECK_NEAR(moved.x - first.x, i * 0.25, 2e-3);
        FTH_CHECK_NEAR(first.y - moved.y, i * 0.125, 2e-3);
        FTH_CHECK_NEAR(moved.area / first.area, 1, 5e-4);
    }
}

FTH_TEST(a_title_turns_about_its_anchor)
{
    struct ink flat = ink_of_title("HHHH", "size_px=40");
    struct ink upright = ink_of_title("HHHH", "size_px=40 angle=90");
    FTH_CHECK_NEAR(upright.high, flat.wide, 0.01);
    FTH_CHECK_NEAR(upright.wide, flat.high, 0.01);
    struct ink left = ink_of_title("HHHH", "size_px=40 anchor=left angle=90 position=0.5,0.1");
    FTH_CHECK(left.y1 < HEIGHT * 0.9 + 1 && left.y0 < HEIGHT * 0.5); /* it runs upwards */
    struct ink half = ink_of_title("F", "size_px=40 angle=180");
    struct ink f = ink_of_title("F", "size_px=40");
    FTH_CHECK_NEAR(half.x - WIDTH / 2.0, WIDTH / 2.0 - f.x, 0.01);
}

FTH_TEST(tracking_opens_letters_and_line_spacing_lines)
{
    struct ink tight = ink_of_title("IIII", "size_px=50");
    struct ink wide = ink_of_title("IIII", "size_px=50 tracking=0.5");
    FTH_CHECK_NEAR((wide.x1 - wide.x0) - (tight.x1 - tight.x0), 3 * 0.5 * 50, 1);
    FTH_CHECK_NEAR(wide.x, tight.x, 0.01);
    struct ink single = ink_of_title("H\nH", "size_px=50");
    struct ink twofold = ink_of_title("H\nH", "size_px=50 line_spacing=2");
    double line = 50 * (1901 + 483) / 2048.0; /* DejaVu's ascent and descent */
    FTH_CHECK_NEAR((twofold.y1 - twofold.y0) - (single.y1 - single.y0), line, 1);
}

FTH_TEST(lines_are_aligned)
{
    static const char *const ways[] = {"left", "centre", "right"};
    for (int i = 0; i < 3; i++) {
        char settings[64];
        snprintf(settings, sizeof(settings), "size_px=40 align=%s", ways[i]);
        struct ink both = ink_of_title("HHHH\nH", settings);
        struct fth_image *image = title("HHHH\nH", settings);
        FTH_REQUIRE(image);
        double x0 = 1e9, x1 = 0;
        for (int32_t x = image->domain.x0; x < image->domain.x1; x++) {
            if (bench_pixel(image, "A", x, (int32_t)both.y1 - 3) <= 0.5)
                continue;
            x0 = fmin(x0, x);
            x1 = fmax(x1, x + 1);
        }
        double left = x0 - both.x0, right = both.x1 - x1;
        double at = i == 0 ? left : i == 2 ? right : (left - right) / 2;
        FTH_CHECK_NEAR(at, 0, 1);
        fth_image_unref(&image);
    }
}

/* ---- boxes ----------------------------------------------------------------------------------- */

/* How many lines there are: runs of rows with ink. */
static int lines_of(const struct fth_image *image)
{
    int lines = 0;
    bool was = false;
    for (int32_t y = image->domain.y0; y < image->domain.y1; y++) {
        bool is = false;
        for (int32_t x = image->domain.x0; x < image->domain.x1 && !is; x++)
            is = bench_pixel(image, "A", x, y) > 0.01;
        lines += is && !was;
        was = is;
    }
    return lines;
}

static int lines_of_title(const char *text, const char *settings)
{
    struct fth_image *image = title(text, settings);
    int lines = image ? lines_of(image) : -1;
    fth_image_unref(&image);
    return lines;
}

FTH_TEST(lines_are_wrapped_in_a_box)
{
    const char *text = "HHH HHH HHH";
    FTH_CHECK_INT(lines_of_title(text, "size_px=20 line_spacing=1.2"), 1);
    FTH_CHECK_INT(lines_of_title(text, "size_px=20 line_spacing=1.2 layout_width=0.25"), 2);
    FTH_CHECK_INT(lines_of_title(text, "size_px=20 line_spacing=1.2 layout_width=0.15"), 3);
    /* a box that no word goes into: words are parted, or stick out */
    FTH_CHECK_INT(lines_of_title(text, "size_px=20 line_spacing=1.2 layout_width=0.04"), 9);
    FTH_CHECK_INT(
        lines_of_title(text, "size_px=20 line_spacing=1.2 layout_width=0.04 wrap=whole_words"), 3);
    /* four letters of 16.7 px and a blank of 7 go into 77 px, wherever words begin */
    FTH_CHECK_INT(lines_of_title("HHH HHH HH", "size_px=20 line_spacing=1.2 layout_width=0.16"), 3);
    FTH_CHECK_INT(
        lines_of_title("HHH HHH HH", "size_px=20 line_spacing=1.2 layout_width=0.16 wrap=letters"),
        2);
    struct ink ink = ink_of_title(text, "size_px=20 layout_width=0.25 align=left anchor=left "
                                        "position=0.1,0.5");
    FTH_CHECK(ink.x0 >= 0.1 * WIDTH && ink.x1 <= 0.35 * WIDTH + 1);
}

FTH_TEST(justified_lines_are_as_wide_as_the_box)
{
    static const char *const ways[] = {"justify", "justify_letters"};
    for (int i = 0; i < 2; i++) {
        char settings[96];
        snprintf(settings, sizeof(settings),
                 "size_px=20 layout_width=0.5 align=%s anchor=left position=0.2,0.5", ways[i]);
        struct ink ink = ink_of_title("HHH HHH HHH HHH HHH HHH HHH", settings);
        /* an H has its side bearings, 1.9 px of each side at this size */
        FTH_CHECK_NEAR(ink.x0, 0.2 * WIDTH + 1.9, 1);
        FTH_CHECK_NEAR(ink.x1, 0.7 * WIDTH - 1.9, 1);
    }
}

FTH_TEST(lines_stand_at_the_top_or_the_bottom_of_a_box)
{
    struct ink top = ink_of_title("H", "size_px=20 layout_height=0.8 align_vertical=top");
    struct ink middle = ink_of_title("H", "size_px=20 layout_height=0.8");
    struct ink bottom = ink_of_title("H", "size_px=20 layout_height=0.8 align_vertical=bottom");
    double spare = 0.8 * HEIGHT - 20 * (1901 + 483) / 2048.0;
    FTH_CHECK_NEAR(bottom.y - top.y, spare, 0.01);
    FTH_CHECK_NEAR(middle.y - top.y, spare / 2, 0.01);
}

/* ---- reading from right to left -------------------------------------------------------------- */

#define ALEF "\xd7\x90"
#define HE "\xd7\x94"

FTH_TEST(hebrew_begins_on_the_right)
{
    /* the first letter alone, then the last one */
    struct ink first = ink_of_title(ALEF ALEF ALEF ALEF, "size_px=40 write_on=0,0.25");
    struct ink last = ink_of_title(ALEF ALEF ALEF ALEF, "size_px=40 write_on=0.75,1");
    FTH_CHECK(first.x > WIDTH / 2.0 + 20 && last.x < WIDTH / 2.0 - 20);
    struct ink latin = ink_of_title("HHHH", "size_px=40 write_on=0,0.25");
    FTH_CHECK(latin.x < WIDTH / 2.0 - 20);
    /* a full stop stands where the sentence ends: on the left, unless it is read the other way */
    struct ink stop = ink_of_title(HE HE HE ".", "size_px=40 write_on=0.75,1");
    struct ink forced = ink_of_title(HE HE HE ".", "size_px=40 write_on=0.75,1 direction=ltr");
    FTH_CHECK(stop.x < WIDTH / 2.0 && forced.x > WIDTH / 2.0);
    struct ink reverse = ink_of_title("HHH.", "size_px=40 write_on=0.75,1 direction=rtl");
    FTH_CHECK(reverse.x < WIDTH / 2.0);
}

FTH_TEST(leftward_lines_wrap_in_a_box)
{
    const char *text = ALEF ALEF ALEF " " HE HE HE " " ALEF ALEF ALEF;
    const char *box = "size_px=20 line_spacing=1.2 layout_width=0.12 align=left";
    FTH_CHECK_INT(lines_of_title(text, box), 3);
    /* their beginning is the right edge of the box */
    struct ink ink = ink_of_title(ALEF ALEF "\n" ALEF, "size_px=40 align=left");
    struct ink second = ink_of_title(ALEF ALEF "\n" ALEF, "size_px=40 align=left write_on=0.67,1");
    FTH_CHECK_NEAR(second.x1, ink.x1, 1);
    /* smaller than any letter */
    FTH_CHECK_INT(lines_of_title(ALEF HE ALEF, "size_px=20 line_spacing=1.5 layout_width=0.001"),
                  3);
    /* numbers and other scripts keep their own direction within */
    struct ink digits = ink_of_title(HE " 12", "size_px=40 write_on=0.34,0.66");
    struct ink next = ink_of_title(HE " 12", "size_px=40 write_on=0.67,1");
    FTH_CHECK(digits.x < next.x);
}

/* Letters that are joined overlap a little; what is covered twice is not darker, and no seam is
 * left between them. */
FTH_TEST(joined_arabic_has_no_seams)
{
    struct fth_image *image = title("\xd9\x80\xd9\x80\xd9\x80\xd9\x80", "size_px=80"); /* a line */
    FTH_REQUIRE(image);
    struct ink ink = ink_of(image, "A");
    int32_t middle = (int32_t)ink.y;
    for (int32_t x = (int32_t)ink.x0 + 1; x < (int32_t)ink.x1 - 1; x++)
        FTH_CHECK(bench_pixel(image, "A", x, middle) > 0.999f);
    for (int32_t y = image->domain.y0; y < image->domain.y1; y++) {
        float here = bench_pixel(image, "A", (int32_t)ink.x0 + 4, y);
        for (int32_t x = (int32_t)ink.x0 + 5; x < (int32_t)ink.x1 - 4; x++)
            FTH_CHECK_NEAR(bench_pixel(image, "A", x, y), here, 1e-4);
    }
    fth_image_unref(&image);
}

/* ---- outline, shadow, box -------------------------------------------------------------------- */

FTH_TEST(the_outline_lies_outside_the_letters)
{
    struct fth_image *plain = title("aR", "size_px=120");
    struct fth_image *ringed =
        title("aR", "size_px=120 outline=true outline_width=5 outline_colour=1,0,0");
    struct fth_image *hollow = title("aR", "size_px=120 outline=true outline_width=5 "
                                           "fill_opacity=0");
    FTH_REQUIRE(plain && ringed && hollow);
    double inner = 0, ring = 0;
    for (int32_t y = 0; y < HEIGHT; y++) {
        for (int32_t x = 0; x < WIDTH; x++) {
            float fill = bench_pixel(plain, "A", x, y), all = bench_pixel(ringed, "A", x, y);
            inner += fill;
            ring += all - fill;
            FTH_CHECK(all >= fill - 1e-6f && all <= 1 + 1e-6f);
            FTH_CHECK_NEAR(bench_pixel(ringed, "G", x, y), fill, 1e-6); /* white fill, red ring */
            FTH_CHECK_NEAR(bench_pixel(hollow, "A", x, y), all - fill, 1e-6);
        }
    }
    FTH_CHECK(inner > 1000 && ring > 1000);
    fth_image_unref(&plain);
    fth_image_unref(&ringed);
    fth_image_unref(&hollow);
}

/* An I is a rectangle: what the pen adds is its border times the width, and four corners. */
FTH_TEST(corners_are_round_pointed_or_cut)
{
    static const char *const ways[] = {"round", "mitre", "bevel"};
    static const double corners[] = {0.78539816339744831, 1, 0.5};
    struct ink plain = ink_of_title("I", "size_px=100");
    double high = 100 * 1493 / 2048.0, wide = plain.area / high, w = 7;
    FTH_CHECK_NEAR(wide, plain.x1 - plain.x0, 1);
    for (int i = 0; i < 3; i++) {
        char settings[96];
        snprintf(settings, sizeof(settings),
                 "size_px=100 outline=true outline_width=%g outline_join=%s", w, ways[i]);
        struct ink ringed = ink_of_title("I", settings);
        /* chords of 1/200 of a pixel along the arcs */
        FTH_CHECK_NEAR(ringed.area - plain.area, 2 * (wide + high) * w + 4 * corners[i] * w * w,
                       0.5);
    }
}

FTH_TEST(a_shadow_is_the_letters_moved)
{
    const char *way = "size_px=80 fill_opacity=0 shadow=true shadow_x=12 shadow_y=-7 "
                      "shadow_blur=0 shadow_colour=1,0,0,0.5";
    struct fth_image *plain = title("Sa", "size_px=80"), *shadow = title("Sa", way);
    FTH_REQUIRE(plain && shadow);
    for (int32_t y = 0; y < HEIGHT - 7; y++) {
        for (int32_t x = 0; x < WIDTH - 12; x++) {
            float a = bench_pixel(plain, "A", x, y);
            FTH_CHECK_NEAR(bench_pixel(shadow, "A", x + 12, y + 7), a / 2, 1e-6);
            FTH_CHECK_NEAR(bench_pixel(shadow, "R", x + 12, y + 7), a / 2, 1e-6);
        }
    }
    struct ink sharp = ink_of(shadow, "A"), soft = {0};
    fth_image_unref(&shadow);
    shadow = title("Sa", "size_px=80 fill_opacity=0 shadow=true shadow_x=12 shadow_y=-7 "
                         "shadow_blur=10 shadow_colour=1,0,0,0.5");
    FTH_REQUIRE(shadow);
    soft = ink_of(shadow, "A");
    /* a blur keeps the sum, and adds its variance: ((2 r + 1)^2 - 1) / 12 */
    FTH_CHECK_NEAR(soft.area / sharp.area, 1, 1e-3);
    FTH_CHECK_NEAR(soft.wide * soft.wide - sharp.wide * sharp.wide, (21 * 21 - 1) / 12.0, 0.5);
    FTH_CHECK_NEAR(soft.x, sharp.x, 0.01);
    fth_image_unref(&plain);
    fth_image_unref(&shadow);
}

/* Letters cover what is below: the same with shadow, under an opaque fill. */
FTH_TEST(a_box_lies_behind_the_text)
{
    struct fth_image *boxed =
        title("HH", "size_px=50 box=true box_padding=10 box_colour=0,0,1,0.5 colour=1,0,0");
    struct ink letters = ink_of_title("HH", "size_px=50");
    FTH_REQUIRE(boxed);
    struct ink all = ink_of(boxed, "A");
    double line = 50 * (1901 + 483) / 2048.0;
    FTH_CHECK_NEAR(ink_of(boxed, "R").area, letters.area, 0.01);
    /* as wide as both advances, 1714 units each, as high as the line, and the padding around */
    double area = (50 * 2 * 1714 / 2048.0 + 20) * (line + 20);
    FTH_CHECK_NEAR(all.area, area / 2 + letters.area / 2, 1);
    fth_image_unref(&boxed);
    struct ink round = ink_of_title("HH", "size_px=50 box=true box_padding=10 box_radius=10 "
                                          "box_colour=0,0,1,0.5 colour=1,0,0");
    FTH_CHECK_NEAR(all.area - round.area, 0.5 * (4 - 3.14159265) * 100, 0.5);
    struct ink layout = ink_of_title("H", "size_px=20 box=true box_padding=0 layout_width=0.5 "
                                          "layout_height=0.5 box_colour=0,0,1");
    FTH_CHECK_NEAR(layout.area, WIDTH * HEIGHT / 4.0, 0.1);
    FTH_CHECK(lines_of_title("", "box=true") == 0);
}

FTH_TEST(opacity_is_of_all_of_it)
{
    const char *all = "size_px=60 outline=true shadow=true box=true";
    struct ink whole = ink_of_title("Op", all);
    struct ink half =
        ink_of_title("Op", "size_px=60 outline=true shadow=true box=true opacity=0.5");
    FTH_CHECK_NEAR(half.area / whole.area, 0.5, 1e-6);
    struct ink none = ink_of_title("Op", "size_px=60 fill_opacity=0");
    FTH_CHECK(none.area == 0);
}

FTH_TEST(a_title_is_written_letter_by_letter)
{
    struct ink all = ink_of_title("IIII", "size_px=40");
    double last = 0;
    for (int i = 1; i <= 8; i++) {
        char settings[64];
        snprintf(settings, sizeof(settings), "size_px=40 write_on=0,%g", i / 8.0);
        struct ink part = ink_of_title("IIII", settings);
        FTH_CHECK_NEAR(part.area / all.area, i / 8.0, 1e-3); /* letters fade in one by one */
        FTH_CHECK(part.x >= last - 1e-3);
        last = part.x;
    }
    /* blanks and line breaks take no time */
    struct ink gaps = ink_of_title("I I\n\nI  I", "size_px=40 write_on=0,0.5");
    FTH_CHECK_NEAR(gaps.area / all.area, 0.5, 1e-3);
}

/* ---- frames and depth ------------------------------------------------------------------------ */

FTH_TEST(a_title_has_the_documents_frame)
{
    struct bench bench;
    struct fth_settings settings = {.width = 320, .height = 100};
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                fth_graph_set_settings(bench.graph, &settings, &bench.error) == FTH_OK &&
                bench_add(&bench, "t", "text", "text=H size=0.5", "") &&
                bench_add(&bench, "own", "text", "text=H width=64", ""));
    struct fth_image *image = bench_render(&bench, "t", 1);
    struct fth_image *own = bench_render(&bench, "own", 1);
    FTH_REQUIRE(image && own);
    FTH_CHECK_INT(image->format.width, 320);
    FTH_CHECK_INT(image->format.height, 100);
    FTH_CHECK_NEAR(ink_of(image, "A").x, 160, 0.5);
    FTH_CHECK_INT(own->format.width, 64);
    FTH_CHECK_INT(own->format.height, 100);
    fth_image_unref(&image);
    fth_image_unref(&own);
    bench_close(&bench);
}

/* The disc of the scene is at .7 of nearness, the slope behind it at .5 and less. */
FTH_TEST(a_title_in_depth_stands_behind_what_is_nearer)
{
    static const char *const sizes[] = {"kind=depth width=200 height=100",
                                        "kind=depth width=100 height=50"};
    for (int i = 0; i < 2; i++) {
        const bench_input behind[] = {{"input", "kind=photo width=200 height=100"},
                                      {"depth", sizes[i]}, {NULL}};
        struct fth_image *clip = bench_once(
            "grade", "", (const bench_input[]){{"input", "kind=photo width=200 height=100"},
                                               {NULL}});
        struct fth_image *far = bench_once(
            "text", "text=HHHHHH size=0.5 colour=0,0,0 in_depth=true nearness=0.6", behind);
        struct fth_image *near = bench_once(
            "text", "text=HHHHHH size=0.5 colour=0,0,0 in_depth=true nearness=0.8", behind);
        FTH_REQUIRE(clip && far && near);
        double hidden = 0, beside = 0, before = 0;
        for (int32_t x = 0; x < 200; x++) {
            double in = bench_pixel(clip, "R", x, 50);
            double step = fabs(bench_pixel(far, "R", x, 50) - in);
            if (abs(x - 100) < 22)
                hidden += step, before += fabs(bench_pixel(near, "R", x, 50) - in);
            else if (abs(x - 100) > 40)
                beside += step;
        }
        FTH_CHECK(hidden < 1e-6 && beside > 5 && before > 5);
        /* depth of what is seen: the disc's where that hides the title, else the title's */
        FTH_CHECK_NEAR(bench_pixel(far, "disparity", 100, 50), 0.7, 0.02);
        int letters = 0;
        for (int32_t x = 0; x < 200; x++)
            letters += bench_pixel(near, "disparity", x, 50) == 0.8f;
        FTH_CHECK(letters > 50 && letters < 190);
        fth_image_unref(&clip);
        fth_image_unref(&far);
        fth_image_unref(&near);
    }
}

FTH_TEST(a_title_says_where_it_stands)
{
    struct fth_image *alone = title("H", "size_px=80 in_depth=true nearness=0.25");
    FTH_REQUIRE(alone);
    FTH_CHECK_INT(alone->depth, FTH_DEPTH_RELATIVE_INVERSE);
    FTH_CHECK(bench_pixel(alone, "disparity", WIDTH / 2, HEIGHT / 2) == 0.25f);
    fth_image_unref(&alone);
    /* metres, where the depth has them: the scene's disc is nearer than 3 m or farther */
    const bench_input z[] = {{"input", "kind=photo"}, {"depth", "kind=far"}, {NULL}};
    struct fth_image *metres =
        bench_once("text", "text=H size=0.9 in_depth=true distance=0.01", z);
    FTH_REQUIRE(metres);
    FTH_CHECK_INT(metres->depth, FTH_DEPTH_METRIC_Z);
    float nearest = 1e9f;
    for (int32_t x = 0; x < metres->format.width; x++)
        nearest = fminf(nearest, bench_pixel(metres, "Z", x, metres->format.height / 2));
    FTH_CHECK(nearest == 0.01f);
    fth_image_unref(&metres);
}

/* ---- what is asked too much ------------------------------------------------------------------ */

static char remarks[8][256];
static int remark_count;

static void keep_remark(void *context, enum fth_log_level level, const char *line)
{
    (void)context;
    if (level == FTH_LOG_WARNING && remark_count < 8)
        snprintf(remarks[remark_count++], sizeof(remarks[0]), "%s", line);
}

static bool was_said(const char *a, const char *b)
{
    for (int i = 0; i < remark_count; i++)
        if (strstr(remarks[i], a) && strstr(remarks[i], b))
            return true;
    return false;
}

FTH_TEST(what_is_missing_is_said_and_replaced)
{
    remark_count = 0;
    fth_log_set(keep_remark, NULL);
    struct bench bench;
    FTH_REQUIRE(bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "t", "text", "width=200 height=100 size=0.5", "") &&
                bench_set(&bench, "t", "font", "No Such Family Bold") &&
                bench_set(&bench, "t", "text", "A\xf4\x8f\xbf\xbd")); /* U+10FFFD */
    struct fth_image *image = bench_render(&bench, "t", 1);
    fth_log_set(NULL, NULL);
    FTH_REQUIRE(image);
    FTH_CHECK(ink_of(image, "A").area > 100);
    FTH_CHECK(was_said("No Such Family Bold", "is used instead"));
    FTH_CHECK(was_said("U+10FFFD", "boxes"));
    FTH_CHECK_INT(remark_count, 2);
    fth_image_unref(&image);
    bench_close(&bench);
    /* fonts that are there, and words for whatever is, are not remarked on */
    remark_count = 0;
    fth_log_set(keep_remark, NULL);
    struct fth_image *known = title("A", "font=Sans size_px=30");
    struct fth_image *list = title("A", "font=Nothing,DejaVu size_px=30");
    fth_log_set(NULL, NULL);
    FTH_CHECK(known && list && remark_count <= 1);
    fth_image_unref(&known);
    fth_image_unref(&list);
}

static char *repeated(const char *text, size_t times)
{
    size_t size = strlen(text);
    char *all = fth_alloc(times * size + 1, 1);
    for (size_t i = 0; i < times && all; i++)
        memcpy(all + i * size, text, size);
    return all;
}

FTH_TEST(much_text_takes_its_time_and_no_more)
{
    static const struct {
        const char *text;
        size_t times;
        const char *settings;
    } cases[] = {
        {"a", 65000, "size_px=10"},
        {"word ", 13000, "size_px=4 layout_width=1"},
        {"a\n", 32000, "size_px=3"},
        {ALEF " ", 21000, "size_px=3 layout_width=0.01"},
        {"\xcc\x81", 32000, "size_px=30"}, /* nothing but accents, on a letter */
        {ALEF "a", 21000, "size_px=0.2"}, /* one way and the other */
        {"W", 60, "size_px=10000"},
        {"W", 1000, "size_px=0.1"},
        {"\x01\x02\x7f\t\v\f", 100, "size_px=10"},
        {"\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\x8f\xe2\x80\xae", 200, "size_px=10"},
    };
    for (size_t i = 0; i < FTH_ARRAY_COUNT(cases); i++) {
        char *text = repeated(cases[i].text, cases[i].times);
        clock_t begun = clock();
        FTH_REQUIRE(text);
        if (text[0] == '\xcc')
            memcpy(text, "ab", 2);
        struct fth_image *image = title(text, cases[i].settings);
        FTH_CHECK(image && !bench_not_finite(image));
        /* Pango alone takes 10 s for the lines and 25 s for the accents, which grow with the
         * square; ours are a tenth of that */
        FTH_CHECK((double)(clock() - begun) / CLOCKS_PER_SEC < 2.5);
        fth_image_unref(&image);
        fth_free(text);
    }
}

FTH_TEST(what_cannot_be_drawn_is_refused_with_its_limit)
{
    struct bench bench;
    char *text = repeated("I", 60000);
    FTH_REQUIRE(text && bench_open(&bench, bench_catalogue(), NULL) &&
                bench_add(&bench, "t", "text",
                          "width=1600 height=1600 size_px=3000 tracking=-0.37207", "") &&
                bench_set(&bench, "t", "text", text));
    struct fth_image *image = bench_render(&bench, "t", 1);
    FTH_CHECK(!image && strstr(bench.error.message, "the limit is"));
    fth_image_unref(&image);
    FTH_CHECK(!bench_set(&bench, "t", "text", "a\xff") || !bench_render(&bench, "t", 1));
    FTH_CHECK(strstr(bench.error.message, "UTF-8"));
    fth_free(text);
    bench_close(&bench);
}
