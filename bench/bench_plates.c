/* SPDX-License-Identifier: Apache-2.0 */
/* Mattes of shots before a clean plate, drawn ones and those of a folder: what the Difference Keyer
 * makes with `auto`, one setting for all, beside the plain difference with the threshold and ramp
 * that suit each frame best, found by trying against the truth. Mean IoU, SAD and Grad.
 *
 *     bench_plates [--pictures FOLDER] [--seed N] [--kinds NAMES] [FOLDER]
 *
 * FOLDER: inNNNNNN.png, gtNNNNNN.png (255 subject, 0 set, else not judged), clean_000000.png.
 * After the shots that settings were chosen on come others, drawn by other rules: with the seed
 * that development looks at and with one that it does not; or with --seed N, with that alone, and
 * of its kinds only those in NAMES (a comma between two). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/depth/plates.h"
#include "base/mem.h"
#include "base/thread.h"
#include "depth/plate.h"
#include "drawn_shots.h"
#include "io/media.h"
#include "ops/blur.h"

enum { WIDTH = 640, HEIGHT = 360, FRAMES = 2 };
enum { SEED_SEEN = 11, SEED_HELD_OUT = 880421 };

struct score {
    double iou, sad, grad;
};

struct frame {
    struct fth_work work;
    struct fth_grid shot[3], plate[3], truth; /* truth below 0: not judged */
    struct fth_grid alpha, scratch[3];
};

/* ---- scores */

static double slope(const struct fth_grid *g, int32_t x, int32_t y)
{
    const float *row = fth_grid_row(g, y);
    double across = 0.5 * (row[x + 1] - row[x - 1]);
    double down = 0.5 * (fth_grid_row(g, y + 1)[x] - fth_grid_row(g, y - 1)[x]);
    return sqrt(across * across + down * down);
}

/* Of gradients after a Gaussian of 1.4 pixels (Rhemann et al. 2009). */
static double grad_of(struct frame *f, const struct fth_grid *alpha)
{
    double sum = 0;
    if (fth_blur_gaussian(&f->work, alpha, &f->scratch[1], 1.4, 1.4, FTH_BORDER_REPEAT, NULL) ||
        fth_blur_gaussian(&f->work, &f->truth, &f->scratch[2], 1.4, 1.4, FTH_BORDER_REPEAT, NULL))
        return -1;
    for (int32_t y = 1; y < alpha->height - 1; y++)
        for (int32_t x = 1; x < alpha->width - 1; x++) {
            double d = slope(&f->scratch[1], x, y) - slope(&f->scratch[2], x, y);
            sum += fth_grid_row(&f->truth, y)[x] < 0 ? 0 : d * d;
        }
    return sum;
}

static struct score score_of(struct frame *f, const struct fth_grid *alpha, bool with_grad)
{
    double both = 0, either = 0, sad = 0;
    for (int32_t y = 0; y < alpha->height; y++) {
        const float *a = fth_grid_row(alpha, y), *t = fth_grid_row(&f->truth, y);
        for (int32_t x = 0; x < alpha->width; x++) {
            if (t[x] < 0)
                continue;
            both += a[x] > .5f && t[x] > .5f;
            either += a[x] > .5f || t[x] > .5f;
            sad += fabsf(a[x] - t[x]);
        }
    }
    return (struct score){either > 0 ? both / either : 1, sad, with_grad ? grad_of(f, alpha) : 0};
}

/* ---- the plain difference */

static void ramp(const struct frame *f, const struct fth_grid *difference, float low, float width)
{
    for (int32_t y = 0; y < difference->height; y++) {
        const float *d = fth_grid_row(difference, y);
        float *a = fth_grid_row(&f->scratch[1], y);
        for (int32_t x = 0; x < difference->width; x++)
            a[x] = fminf(fmaxf((d[x] - low) / width, 0), 1);
    }
}

static struct score best_plain(struct frame *f)
{
    static const float ramps[] = {.001f, .01f, .02f, .04f, .08f, .15f, .25f, .4f};
    float best_low = 0, best_ramp = 1;
    double best = 1e30;
    for (int32_t y = 0; y < f->truth.height; y++) {
        float *d = fth_grid_row(&f->scratch[0], y);
        for (int32_t x = 0; x < f->truth.width; x++) {
            d[x] = 0;
            for (int c = 0; c < 3; c++)
                d[x] = fmaxf(d[x], fabsf(fth_grid_row(&f->shot[c], y)[x] -
                                         fth_grid_row(&f->plate[c], y)[x]));
        }
    }
    for (int i = 0; i <= 24; i++)
        for (size_t k = 0; k < FTH_ARRAY_COUNT(ramps); k++) {
            ramp(f, &f->scratch[0], (float)i / 80, ramps[k]);
            double sad = score_of(f, &f->scratch[1], false).sad;
            if (sad < best) {
                best = sad;
                best_low = (float)i / 80;
                best_ramp = ramps[k];
            }
        }
    ramp(f, &f->scratch[0], best_low, best_ramp);
    fth_grid_copy(&f->alpha, &f->scratch[1]);
    return score_of(f, &f->alpha, true);
}

/* ---- ours */

static enum fth_status key(struct frame *f, struct fth_error *error)
{
    struct fth_plate_motion motion;
    struct fth_grid moved[3], seen;
    size_t mark = fth_arena_mark(f->work.arena);
    enum fth_status status = fth_grid_new(f->work.arena, f->truth.width, f->truth.height, &seen,
                                          error);
    for (int c = 0; c < 3 && status == FTH_OK; c++)
        status = fth_grid_new(f->work.arena, f->truth.width, f->truth.height, &moved[c], error);
    if (status == FTH_OK)
        status = fth_plate_register(&f->work, f->shot, f->plate, FTH_PLATE_HOMOGRAPHY, &motion,
                                    error);
    if (status == FTH_OK)
        status = fth_plate_warp(&f->work, f->plate, &motion, moved, &seen, error);
    if (status == FTH_OK)
        status = fth_plate_expose(&f->work, f->shot, &seen, moved, NULL, NULL, error);
    if (status == FTH_OK)
        status = fth_plate_matte(&f->work, f->shot, moved, &seen, NULL, &fth_plate_auto, &f->alpha,
                                 NULL, error);
    fth_arena_return(f->work.arena, mark);
    return status;
}

/* ---- the table */

struct row {
    struct score plain, ours;
    double worst, frames, shares, shots; /* shares: the sum of those of `shots` shots */
};

static void keep_picture(const char *folder, const char *name, int frame,
                         const struct fth_grid *alpha)
{
    char path[1024];
    snprintf(path, sizeof(path), "%s/%s %d.pgm", folder, name, frame);
    FILE *file = folder ? fopen(path, "wb") : NULL;
    if (!file)
        return;
    fprintf(file, "P5 %d %d 255\n", alpha->width, alpha->height);
    for (int32_t y = 0; y < alpha->height; y++)
        for (int32_t x = 0; x < alpha->width; x++)
            fputc((int)(fminf(fmaxf(fth_grid_row(alpha, y)[x], 0), 1) * 255 + .5f), file);
    fclose(file);
}

static void add(struct score *sum, const struct score *more)
{
    sum->iou += more->iou;
    sum->sad += more->sad;
    sum->grad += more->grad;
}

static enum fth_status take(struct frame *f, struct row *row, struct fth_error *error)
{
    struct score plain = best_plain(f);
    enum fth_status status = key(f, error);
    if (status != FTH_OK)
        return status;
    struct score ours = score_of(f, &f->alpha, true);
    add(&row->plain, &plain);
    add(&row->ours, &ours);
    row->worst = fmax(row->worst, ours.sad / plain.sad);
    row->frames++;
    return FTH_OK;
}

static void print_row(const char *name, const struct row *r)
{
    double n = r->frames;
    printf("| %-16s | %.3f | %7.0f | %6.1f | %.3f | %7.0f | %6.1f | %.2f | %.2f |\n", name,
           r->plain.iou / n, r->plain.sad / n, r->plain.grad / n, r->ours.iou / n,
           r->ours.sad / n, r->ours.grad / n,
           r->shots > 0 ? r->shares / r->shots : r->ours.sad / r->plain.sad, r->worst);
    fflush(stdout);
}

static void add_row(struct row *all, const struct row *row)
{
    add(&all->plain, &row->plain);
    add(&all->ours, &row->ours);
    all->worst = fmax(all->worst, row->worst);
    all->frames += row->frames;
    all->shares += row->ours.sad / row->plain.sad;
    all->shots++;
}

static enum fth_status open_frame(struct frame *f, int32_t width, int32_t height,
                                  struct fth_error *error)
{
    struct fth_grid *grids[] = {&f->shot[0], &f->shot[1], &f->shot[2], &f->plate[0], &f->plate[1],
                                &f->plate[2], &f->truth, &f->alpha, &f->scratch[0],
                                &f->scratch[1], &f->scratch[2]};
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(grids) && status == FTH_OK; i++)
        status = fth_grid_new(f->work.arena, width, height, grids[i], error);
    return status;
}

/* ---- drawn shots */

static void unpack(const float *from, const struct fth_grid *to, int count)
{
    for (int c = 0; c < count; c++)
        for (int32_t y = 0; y < to[c].height; y++, from += to[c].width)
            memcpy(fth_grid_row(&to[c], y), from, (size_t)to[c].width * sizeof(float));
}

static enum fth_status drawn(struct frame *f, const char *folder, struct fth_error *error)
{
    size_t n = (size_t)WIDTH * HEIGHT;
    float *pixels = fth_alloc(7 * n, sizeof(float));
    struct fth_plate_pictures pictures = {WIDTH, HEIGHT, pixels, pixels + 3 * n, pixels + 6 * n};
    struct row all = {0};
    enum fth_status status = pixels ? open_frame(f, WIDTH, HEIGHT, error) : FTH_ERR_MEMORY;
    for (const struct fth_plate_shot *s = fth_plate_shots; s->name && status == FTH_OK; s++) {
        struct row row = {0};
        for (int i = 0; i < FRAMES && status == FTH_OK; i++) {
            fth_plate_shot_draw(s, 2 * i, &pictures);
            unpack(pictures.plate, f->plate, 3);
            unpack(pictures.shot, f->shot, 3);
            unpack(pictures.truth, &f->truth, 1);
            status = take(f, &row, error);
            keep_picture(folder, s->name, 2 * i, &f->alpha);
        }
        print_row(s->name, &row);
        add_row(&all, &row);
    }
    print_row("all drawn", &all);
    fth_free(pixels);
    return status;
}

/* ---- shots that nothing was chosen on */

/* One command in, one out: a clip of three frames through ffmpeg's encoder and back. */
static bool through_h264(const char *folder, int crf)
{
    char command[1600];
    snprintf(command, sizeof(command),
             "cd '%s' && ffmpeg -v error -y -f rawvideo -pix_fmt rgb24 -s %dx%d -r 24 -i in.raw "
             "-c:v libx264 -preset fast -crf %d -pix_fmt yuv420p -threads 1 coded.mkv && ffmpeg "
             "-v error -y -i coded.mkv -f rawvideo -pix_fmt rgb24 out.raw",
             folder, WIDTH, HEIGHT, crf);
    return system(command) == 0;
}

static bool write_frame(FILE *file, const float *picture, bool stirred)
{
    size_t n = (size_t)WIDTH * HEIGHT;
    uint32_t state = 7;
    for (size_t i = 0; i < 3 * n; i++) {
        state = state * 1664525u + 1013904223u;
        float more = stirred ? (float)(state >> 28) / 4 - 2 : 0;
        float v = picture[i % 3 * n + i / 3] * 255 + more;
        fputc((int)(fminf(fmaxf(v, 0), 255) + .5f), file);
    }
    return !ferror(file);
}

static bool read_frame(FILE *file, float *picture)
{
    size_t n = (size_t)WIDTH * HEIGHT;
    for (size_t i = 0; i < 3 * n; i++)
        picture[i % 3 * n + i / 3] = (float)fgetc(file) / 255;
    return !feof(file);
}

/* Plate and shot as a camera's file has them: a clip of the set twice and then the shot, of which
 * much is copied from frame to frame and what is new is coarse. */
static enum fth_status compress(const struct drawn_pictures *p, int crf, struct fth_error *error)
{
    char folder[] = "/tmp/bench_plates.XXXXXX", path[64];
    bool good = mkdtemp(folder) != NULL;
    snprintf(path, sizeof(path), "%s/in.raw", folder);
    FILE *file = good ? fopen(path, "wb") : NULL;
    good = file && write_frame(file, p->plate, true) && write_frame(file, p->plate, false) &&
           write_frame(file, p->shot, false);
    good = file && fclose(file) == 0 && good && through_h264(folder, crf);
    snprintf(path, sizeof(path), "%s/out.raw", folder);
    file = good ? fopen(path, "rb") : NULL;
    good = file && read_frame(file, p->plate) && read_frame(file, p->plate) &&
           read_frame(file, p->shot);
    if (file)
        fclose(file);
    static const char *const names[] = {"in.raw", "out.raw", "coded.mkv"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        remove(path);
    }
    remove(folder);
    return good ? FTH_OK : fth_fail(error, FTH_ERR_IO, "%s: no clip was coded", folder);
}

/* What --seed, --kinds and --pictures say. */
struct held {
    uint32_t seed;
    const char *kinds, *folder, *title; /* kinds, folder: may be NULL */
};

static bool is_wanted(const char *kinds, const char *name)
{
    size_t n = strlen(name);
    for (const char *at = kinds; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL)
        if (strncmp(at, name, n) == 0 && (at[n] == ',' || !at[n]))
            return true;
    return !kinds;
}

static enum fth_status held_kind(struct frame *f, const struct drawn_kind *kind,
                                 const struct held *h, const struct drawn_pictures *p,
                                 struct row *row)
{
    struct fth_error error = {0};
    enum fth_status status = FTH_OK;
    for (int i = 0; i < FRAMES && status == FTH_OK; i++) {
        drawn_shot(kind, h->seed + 100 * (uint32_t)(kind - drawn_kinds), i, p);
        if (kind->crf)
            status = compress(p, kind->crf, &error);
        unpack(p->plate, f->plate, 3);
        unpack(p->shot, f->shot, 3);
        unpack(p->truth, &f->truth, 1);
        if (status == FTH_OK)
            status = take(f, row, &error);
        keep_picture(h->folder, kind->name, i, &f->alpha);
    }
    if (status != FTH_OK)
        fprintf(stderr, "bench_plates: %s: %s\n", kind->name, error.message);
    return status;
}

static enum fth_status held(struct frame *f, const struct held *h, struct fth_error *error)
{
    size_t n = (size_t)WIDTH * HEIGHT;
    float *pixels = fth_alloc(10 * n, sizeof(float));
    struct drawn_pictures p = {WIDTH, HEIGHT, pixels, pixels + 3 * n, pixels + 6 * n,
                               pixels + 7 * n};
    struct row all = {0};
    enum fth_status status = pixels ? open_frame(f, WIDTH, HEIGHT, error) : FTH_ERR_MEMORY;
    for (const struct drawn_kind *k = drawn_kinds; k->name && status == FTH_OK; k++) {
        struct row row = {0};
        if (!is_wanted(h->kinds, k->name) || held_kind(f, k, h, &p, &row) != FTH_OK)
            continue; /* no ffmpeg: said */
        print_row(k->name, &row);
        add_row(&all, &row);
    }
    print_row(h->title, &all);
    fth_free(pixels);
    return status;
}

/* ---- a folder's */

static enum fth_status read_picture(const char *folder, const char *name, struct fth_image **image,
                                    struct fth_error *error)
{
    char path[1024];
    struct fth_reader *reader = NULL;
    struct fth_reader_options options = {0};
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    enum fth_status status = fth_reader_open(path, &options, &reader, error);
    if (status == FTH_OK)
        status = fth_reader_frame(reader, fth_reader_info(reader)->first_frame, image, error);
    fth_reader_close(&reader);
    return status;
}

static enum fth_status load(const char *folder, const char *name, const struct fth_grid *to,
                            int count, struct fth_error *error)
{
    static const char *const names[] = {"R", "G", "B"};
    struct fth_image *image = NULL;
    enum fth_status status = read_picture(folder, name, &image, error);
    for (int c = 0; c < count && status == FTH_OK; c++) {
        struct fth_grid from = fth_grid_of_plane(fth_image_plane(image, names[c]), image->domain);
        fth_grid_copy(&to[c], &from);
    }
    fth_image_unref(&image);
    return status;
}

static void set_unjudged(const struct fth_grid *truth)
{
    for (int32_t y = 0; y < truth->height; y++) {
        float *row = fth_grid_row(truth, y);
        for (int32_t x = 0; x < truth->width; x++)
            row[x] = row[x] > 0 && row[x] < 1 ? -1 : row[x];
    }
}

static enum fth_status real(struct frame *f, const char *from, const char *folder,
                            struct fth_error *error)
{
    struct fth_image *first = NULL;
    struct row row = {0};
    enum fth_status status = read_picture(from, "clean_000000.png", &first, error);
    if (status == FTH_OK)
        status = open_frame(f, first->format.width, first->format.height, error);
    fth_image_unref(&first);
    for (int i = 0; i < 1000 && status == FTH_OK; i++) {
        char name[32], truth[32], path[1024];
        snprintf(name, sizeof(name), "in%06d.png", i);
        snprintf(truth, sizeof(truth), "gt%06d.png", i);
        snprintf(path, sizeof(path), "%s/%s", from, truth);
        FILE *file = fopen(path, "rb");
        if (!file)
            continue;
        fclose(file);
        status = load(from, name, f->shot, 3, error);
        if (status == FTH_OK)
            status = load(from, "clean_000000.png", f->plate, 3, error);
        if (status == FTH_OK)
            status = load(from, truth, &f->truth, 1, error);
        set_unjudged(&f->truth);
        if (status == FTH_OK)
            status = take(f, &row, error);
        keep_picture(folder, "real", i, &f->alpha);
    }
    if (status == FTH_OK)
        print_row(strrchr(from, '/') ? strrchr(from, '/') + 1 : from, &row);
    return status;
}

int main(int argc, char **argv)
{
    struct frame frame = {0};
    struct fth_error error = {0};
    const char *folder = NULL, *seed = NULL, *kinds = NULL;
    int first = 1;
    for (; first + 1 < argc && strncmp(argv[first], "--", 2) == 0; first += 2) {
        folder = strcmp(argv[first], "--pictures") == 0 ? argv[first + 1] : folder;
        seed = strcmp(argv[first], "--seed") == 0 ? argv[first + 1] : seed;
        kinds = strcmp(argv[first], "--kinds") == 0 ? argv[first + 1] : kinds;
    }
    puts("|                  | plain, best for each frame | | | auto | | | SAD | |\n"
         "| shots            | IoU | SAD | Grad | IoU | SAD | Grad | share | worst |\n"
         "|---|---|---|---|---|---|---|---|---|");
    enum fth_status status = fth_arena_create(&frame.work.arena, &error);
    if (status == FTH_OK && first < argc)
        status = real(&frame, argv[first], folder, &error);
    struct held own = {seed ? (uint32_t)strtoul(seed, NULL, 10) : SEED_SEEN, kinds, folder,
                       seed ? "mean of these" : "mean of seen"};
    struct held out = {SEED_HELD_OUT, kinds, folder, "mean of held out"};
    if (status == FTH_OK && !seed)
        status = drawn(&frame, folder, &error);
    if (status == FTH_OK)
        status = held(&frame, &own, &error);
    if (status == FTH_OK && !seed)
        status = held(&frame, &out, &error);
    if (status != FTH_OK)
        fprintf(stderr, "bench_plates: %s\n", error.message);
    fth_arena_destroy(&frame.work.arena);
    return status != FTH_OK;
}
