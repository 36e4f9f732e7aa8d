/* SPDX-License-Identifier: Apache-2.0 */
/* What is remembered of each frame: how it differs from the one before, and a thumbnail and a
 * histogram by which frames further apart can be compared. */
#include "depth/cuts.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    BINS = 64,
    THUMB_WIDTH = 16, THUMB_HEIGHT = 9,
    PAGE = 256,               /* frames are remembered in pages, which come as they are needed */
    BEHIND = 24, AHEAD = 6,   /* pairs that a pair is compared with */
    FLASH = 3                 /* frames a flash lasts at most */
};

/* Differences are of histograms (0..1) plus grey levels after motion over `levels`. */
static const double levels = 32;
/* A cut differs at least so much, and the motion over it is believed at most so far. */
static const double least_score = 0.35, most_sure = 0.7;
/* Median absolute deviations above the median, and how often the median besides: grain differs much
 * and always the same. */
static const double spread_factor = 6, middle_factor = 1.5;
/* The same scene before and behind a flash: histograms and thumbnails differ less than that. */
static const double same_histogram = 0.15, same_thumb = 14;

struct frame {
    bool seen;    /* thumbnail and histogram are there */
    bool related; /* score and sure are */
    bool is_gap;
    float score, sure;
    uint16_t histogram[BINS]; /* of 65535 */
    uint8_t thumb[THUMB_WIDTH * THUMB_HEIGHT];
};

struct fth_cuts {
    int64_t first, last;
    size_t page_count;
    struct frame **pages;
};

enum fth_status fth_cuts_create(int64_t first, int64_t last, struct fth_cuts **result,
                                struct fth_error *error)
{
    struct fth_cuts *cuts = fth_alloc(1, sizeof(*cuts));
    size_t count = (size_t)((last - first) / PAGE + 1);
    if (cuts)
        cuts->pages = fth_alloc(count, sizeof(*cuts->pages));
    if (!cuts || !cuts->pages) {
        fth_free(cuts);
        return fth_fail_memory(error, count * sizeof(*cuts->pages), "the cuts of a clip");
    }
    cuts->first = first;
    cuts->last = last;
    cuts->page_count = count;
    *result = cuts;
    return FTH_OK;
}

void fth_cuts_destroy(struct fth_cuts **pointer)
{
    struct fth_cuts *cuts = pointer ? *pointer : NULL;
    if (!cuts)
        return;
    for (size_t i = 0; i < cuts->page_count; i++)
        fth_free(cuts->pages[i]);
    fth_free(cuts->pages);
    fth_free(cuts);
    *pointer = NULL;
}

/* NULL where nothing is remembered. */
static const struct frame *recall(const struct fth_cuts *cuts, int64_t frame)
{
    if (frame < cuts->first || frame > cuts->last)
        return NULL;
    size_t at = (size_t)(frame - cuts->first);
    const struct frame *page = cuts->pages[at / PAGE];
    return page ? &page[at % PAGE] : NULL;
}

static struct frame *remember(struct fth_cuts *cuts, int64_t frame)
{
    size_t at = (size_t)(frame - cuts->first);
    struct frame **page = &cuts->pages[at / PAGE];
    if (!*page)
        *page = fth_alloc(PAGE, sizeof(**page));
    return *page ? &(*page)[at % PAGE] : NULL;
}

/* ---- measuring */

static void take_histogram(const struct fth_grid *grey, uint16_t histogram[BINS])
{
    uint32_t counts[BINS] = {0};
    double all = (double)grey->width * grey->height;
    for (int32_t y = 0; y < grey->height; y++) {
        const float *row = fth_grid_row(grey, y);
        for (int32_t x = 0; x < grey->width; x++)
            counts[FTH_MIN((uint32_t)row[x] / (256 / BINS), BINS - 1u)]++;
    }
    for (int i = 0; i < BINS; i++)
        histogram[i] = (uint16_t)(counts[i] / all * 65535 + 0.5);
}

static void take_thumb(const struct fth_grid *grey, uint8_t *thumb)
{
    for (int32_t j = 0; j < THUMB_HEIGHT; j++) {
        int32_t y0 = grey->height * j / THUMB_HEIGHT, y1 = grey->height * (j + 1) / THUMB_HEIGHT;
        for (int32_t i = 0; i < THUMB_WIDTH; i++) {
            int32_t x0 = grey->width * i / THUMB_WIDTH, x1 = grey->width * (i + 1) / THUMB_WIDTH;
            double sum = 0, count = 0;
            for (int32_t y = y0; y < FTH_MAX(y1, y0 + 1); y++) {
                for (int32_t x = x0; x < FTH_MAX(x1, x0 + 1); x++, count++)
                    sum += fth_grid_row(grey, FTH_MIN(y, grey->height - 1))
                        [FTH_MIN(x, grey->width - 1)];
            }
            *thumb++ = (uint8_t)(sum / count);
        }
    }
}

/* Chi-square distance of two histograms, 0..1. */
static double histogram_distance(const struct frame *a, const struct frame *b)
{
    double sum = 0;
    for (int i = 0; i < BINS; i++) {
        double p = a->histogram[i], q = b->histogram[i];
        if (p + q > 0)
            sum += (p - q) * (p - q) / (p + q);
    }
    return sum / (2 * 65535.0);
}

static double thumb_distance(const struct frame *a, const struct frame *b)
{
    double sum = 0;
    for (int i = 0; i < THUMB_WIDTH * THUMB_HEIGHT; i++)
        sum += abs(a->thumb[i] - b->thumb[i]);
    return sum / (THUMB_WIDTH * THUMB_HEIGHT);
}

enum fth_status fth_cuts_take(struct fth_cuts *cuts, int64_t number, const struct fth_grid *grey,
                              const struct fth_motion *motion, struct fth_error *error)
{
    struct frame *frame = remember(cuts, number);
    const struct frame *before = recall(cuts, number - 1);
    if (!frame)
        return fth_fail_memory(error, PAGE * sizeof(*frame), "the cuts of a clip");
    if (!frame->seen && !frame->is_gap) {
        take_histogram(grey, frame->histogram);
        take_thumb(grey, frame->thumb);
        frame->seen = true;
    }
    if (motion && before && before->seen && !frame->related) {
        frame->score = (float)(histogram_distance(before, frame) + motion->difference / levels);
        frame->sure = (float)motion->sure;
        frame->related = true;
    }
    return FTH_OK;
}

enum fth_status fth_cuts_gap(struct fth_cuts *cuts, int64_t number, struct fth_error *error)
{
    struct frame *frame = remember(cuts, number);
    struct frame *next = number < cuts->last ? remember(cuts, number + 1) : frame;
    if (!frame || !next)
        return fth_fail_memory(error, PAGE * sizeof(*frame), "the cuts of a clip");
    frame->is_gap = frame->related = next->related = true;
    return FTH_OK;
}

bool fth_cuts_is_gap(const struct fth_cuts *cuts, int64_t number)
{
    const struct frame *frame = recall(cuts, number);
    return frame && frame->is_gap;
}

bool fth_cuts_knows(const struct fth_cuts *cuts, int64_t number)
{
    const struct frame *frame = recall(cuts, number);
    return number <= cuts->first || (frame && frame->related);
}

/* ---- deciding */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, int count)
{
    qsort(values, (size_t)count, sizeof(*values), by_value);
    return 0.5 * (values[(count - 1) / 2] + values[count / 2]);
}

static bool is_edge_of_gap(const struct fth_cuts *cuts, int64_t number)
{
    const struct frame *frame = recall(cuts, number), *before = recall(cuts, number - 1);
    return (frame && frame->is_gap) || (before && before->is_gap);
}

/* Does the pair stand out from those around it? */
static bool stands_out(const struct fth_cuts *cuts, int64_t number)
{
    double scores[BEHIND + AHEAD + 1], apart[BEHIND + AHEAD + 1];
    const struct frame *frame = recall(cuts, number);
    int count = 0;
    if (number <= cuts->first || number > cuts->last)
        return false;
    if (is_edge_of_gap(cuts, number))
        return true;
    if (frame->score < least_score || frame->sure > most_sure)
        return false;
    for (int64_t i = number - BEHIND; i <= number + AHEAD; i++) {
        if (i > cuts->first && i <= cuts->last && !is_edge_of_gap(cuts, i))
            scores[count++] = recall(cuts, i)->score;
    }
    double middle = median(scores, count);
    for (int i = 0; i < count; i++)
        apart[i] = fabs(scores[i] - middle);
    return frame->score > middle_factor * middle + spread_factor * median(apart, count);
}

static bool is_same_scene(const struct fth_cuts *cuts, int64_t a, int64_t b)
{
    const struct frame *one = recall(cuts, a), *other = recall(cuts, b);
    return one && other && one->seen && other->seen &&
           histogram_distance(one, other) < same_histogram &&
           thumb_distance(one, other) < same_thumb;
}

/* The first or the last edge of a flash: the scene before it is the scene behind it. */
static bool is_flash(const struct fth_cuts *cuts, int64_t number)
{
    for (int64_t i = 1; i <= FLASH; i++) {
        if (stands_out(cuts, number + i) && is_same_scene(cuts, number - 1, number + i))
            return true;
        if (stands_out(cuts, number - i) && is_same_scene(cuts, number - i - 1, number))
            return true;
    }
    return false;
}

/* Of three pairs in a row and more that stand out (a whip pan) only the most different counts. */
static bool is_outdone(const struct fth_cuts *cuts, int64_t number)
{
    int64_t first = number, last = number;
    float score = recall(cuts, number)->score;
    bool outdone = false;
    for (int64_t i = number - 1; i >= number - FLASH && stands_out(cuts, i); i--) {
        outdone = outdone || recall(cuts, i)->score >= score;
        first = i;
    }
    for (int64_t i = number + 1; i <= number + FLASH && stands_out(cuts, i); i++) {
        outdone = outdone || recall(cuts, i)->score > score;
        last = i;
    }
    return last - first >= 2 && outdone;
}

enum fth_cut fth_cuts_at(struct fth_cuts *cuts, int64_t number, int64_t *wanted)
{
    if (number <= cuts->first)
        return FTH_CUT_HERE;
    int64_t from = FTH_MAX(number - FLASH - BEHIND, cuts->first + 1);
    int64_t to = FTH_MIN(number + FLASH + AHEAD, cuts->last);
    for (int64_t i = from; i <= to; i++) {
        if (!fth_cuts_knows(cuts, i)) {
            *wanted = i;
            return FTH_CUT_UNKNOWN;
        }
    }
    if (!stands_out(cuts, number))
        return FTH_CUT_NONE;
    if (is_edge_of_gap(cuts, number))
        return FTH_CUT_HERE;
    return is_flash(cuts, number) || is_outdone(cuts, number) ? FTH_CUT_NONE : FTH_CUT_HERE;
}
