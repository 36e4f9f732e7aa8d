/* SPDX-License-Identifier: Apache-2.0 */
/* The table of the bench. Each row is run by turns with its peer, and with a unit (a copy, or some
 * arithmetic) that tells how fast the machine is at that moment; medians of the ratios within a
 * turn are what is printed, kept and compared, for milliseconds mean nothing on another machine.
 * "memory" is how long reading and writing the row's planes once takes at the speed of a copy in
 * the same turns: a goal below that is out of this machine's reach. What is counted in units is
 * compared with what is kept only on a machine whose copies and arithmetic are as fast, the one
 * beside the other, as those of the machine that it was kept on.
 *
 * bench_ops [--store] [--cpu] [--only WORD] [RATIOS]: compares with the file; what is new is added
 * to it, with --store what was measured is replaced. --cpu counts the processors' time and not the
 * clock's: for rows of one thread, on a machine that others use. */
#include "bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/json.h"
#include "base/mem.h"
#include "ops/kernels.h"

enum { TURNS = 7, MOST_TURNS = 25, UNIT_WIDTH = 3840, UNIT_HEIGHT = 2160, TRIES = 3 };

struct result {
    double ours_ms, peer_ms, ratio, unit_ratio; /* NAN where there is no peer */
    double error, peer_error;                   /* NAN where not looked at */
    double memory_ms; /* to read and write the row's planes once; NAN: not told */
};

static float *unit_memory[2];
static bool by_cpu; /* time is what all threads have worked */
static bool other_machine; /* than the one whose units are kept */

static double now_s(void)
{
    struct timespec time;
    if (!by_cpu || clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) != 0)
        return fth_clock_s();
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, int count)
{
    double sorted[MOST_TURNS];
    memcpy(sorted, values, (size_t)count * sizeof(*values));
    qsort(sorted, (size_t)count, sizeof(*sorted), by_value);
    return count ? sorted[count / 2] : (double)NAN;
}

/* Values as pictures have them: memory that was never written is one page of zeros, which stays in
 * a cache, and zeros are written faster than anything else. */
static enum fth_status make_unit(void)
{
    const size_t count = (size_t)UNIT_WIDTH * UNIT_HEIGHT;
    for (int i = 0; i < 2; i++) {
        uint32_t state = (uint32_t)i;
        unit_memory[i] = fth_alloc_aligned(count * sizeof(float));
        if (!unit_memory[i])
            return FTH_ERR_MEMORY;
        for (size_t k = 0; k < count; k++) {
            state = state * 1664525u + 1013904223u;
            unit_memory[i][k] = (float)(state >> 8) / (1 << 24);
        }
    }
    return FTH_OK;
}

/* A copy as fast as one core makes it: past the caches. */
static double unit_s(enum bench_unit unit)
{
    size_t size = (size_t)UNIT_WIDTH * UNIT_HEIGHT * sizeof(float);
    double start = now_s();
    if (unit == BENCH_MEMORY) {
        fth_kernels()->stream(unit_memory[0], unit_memory[1], size / sizeof(float));
    } else {
        float row[256];
        memcpy(row, unit_memory[1], sizeof(row));
        for (int turn = 0; turn < 20000; turn++)
            for (int i = 0; i < 256; i++)
                row[i] = row[i] * (1.5f - 0.5f * row[i] * row[i]) + 1e-3f;
        memcpy(unit_memory[0], row, sizeof(row));
    }
    return now_s() - start;
}

static const struct bench_peer *peer_of(const struct bench_row *row)
{
#ifdef BENCH_PEERS
    static const struct bench_peer *const tables[] = {bench_opencolorio, bench_opencv,
                                                     bench_openexr};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(tables); i++)
        for (const struct bench_peer *peer = tables[i]; peer->kind; peer++)
            if (strcmp(peer->kind, row->kind->name) == 0)
                return peer;
#endif
    (void)row;
    return NULL;
}

/* Seconds of one run, `repeats` of them timed together. */
static double time_ours(struct bench_case *c, bool other, int repeats, enum fth_status *status,
                        struct fth_error *error)
{
    const struct bench_kind *kind = c->row->kind;
    double start = now_s();
    for (int i = 0; i < repeats && *status == FTH_OK; i++)
        *status = other ? kind->other(c, error) : kind->run(c, error);
    return (now_s() - start) / repeats;
}

static double time_peer(struct bench_view *view, const struct bench_peer *peer, int repeats)
{
    double start = now_s();
    for (int i = 0; i < repeats; i++)
        peer->run(view);
    return (now_s() - start) / repeats;
}

static struct bench_view view_of(const struct bench_case *c)
{
    struct bench_view view = {.number = c->row->number, .threads = c->row->threads,
                              .planes = c->row->planes};
    for (int i = 0; i < BENCH_GRIDS; i++) {
        const struct fth_grid *in = &c->in[i], *out = &c->out[i];
        view.in[i] = (struct bench_buffer){in->data, in->row_stride, in->width, in->height};
        view.out[i] = (struct bench_buffer){out->data, out->row_stride, out->width, out->height};
    }
    return view;
}

static enum fth_status measure(struct bench_case *c, struct result *result,
                               struct fth_error *error)
{
    const struct bench_peer *peer = peer_of(c->row);
    double ours[MOST_TURNS], theirs[MOST_TURNS], ratios[MOST_TURNS], units[MOST_TURNS];
    double copies[MOST_TURNS];
    struct bench_view view = view_of(c);
    enum fth_status status = FTH_OK;
    int count = 0, wanted = TURNS;
    *result = (struct result){.error = (double)NAN, .peer_error = (double)NAN};
    bool other = c->row->kind->other;
    if (other)
        time_ours(c, true, 1, &status, error);
    double first = time_ours(c, false, 1, &status, error); /* warms up */
    int repeats = first < 2e-3 ? 1 + (int)(2e-3 / FTH_MAX(first, 1e-6)) : 1;
    if (first * repeats < 0.02)
        wanted = MOST_TURNS;
    if (c->row->kind->error && status == FTH_OK)
        result->error = c->row->kind->error(c);
    if (peer) {
        peer->start(&view);
        peer->run(&view);
        if (peer->finish)
            peer->finish(&view);
        if (c->row->kind->error)
            result->peer_error = c->row->kind->error(c);
    }
    for (; count < wanted && status == FTH_OK; count++) {
        double unit = unit_s(c->row->unit);
        copies[count] = unit;
        if (c->row->moved && c->row->unit != BENCH_MEMORY)
            copies[count] = unit_s(BENCH_MEMORY);
        ours[count] = time_ours(c, false, repeats, &status, error);
        theirs[count] = other  ? time_ours(c, true, repeats, &status, error)
                        : peer ? time_peer(&view, peer, repeats)
                               : (double)NAN;
        ratios[count] = ours[count] / theirs[count];
        units[count] = ours[count] / unit;
    }
    result->ours_ms = 1e3 * median(ours, count);
    result->peer_ms = 1e3 * median(theirs, count);
    result->ratio = median(ratios, count);
    result->unit_ratio = median(units, count);
    double planes = 0.5 * c->row->moved * c->row->width * c->row->height; /* a copy moves two */
    result->memory_ms = c->row->moved ? 1e3 * median(copies, count) * planes /
                                            ((double)UNIT_WIDTH * UNIT_HEIGHT)
                                      : (double)NAN;
    return status;
}

/* ---- what is kept */

static void row_name(const struct bench_row *row, char *name, size_t size)
{
    snprintf(name, size, "%s %s, %d x %d, %d thread%s", row->kind->name, row->label, row->width,
             row->height, row->threads, row->threads == 1 ? "" : "s");
}

/* How many times as long this machine takes for the arithmetic as for a copy. */
static double balance(void)
{
    double values[TURNS];
    for (int i = -1; i < TURNS; i++) { /* the first is cold */
        double copy = unit_s(BENCH_MEMORY), value = unit_s(BENCH_WORK) / copy;
        if (i >= 0)
            values[i] = value;
    }
    return median(values, TURNS);
}

/* Says so where it is another machine than that of what is kept; what is to be kept of it. */
static struct fth_json *look_at_machine(const struct fth_json *kept, bool store)
{
    const double most = 1.25;
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    double here = balance();
    double there = fth_json_number(fth_json_get(fth_json_get(kept, "machine"), "balance"),
                                   (double)NAN);
    other_machine = here > there * most || here < there / most;
    if (other_machine)
        printf("kept on another machine, whose copies are %.2f times as fast beside its "
               "arithmetic: units are not compared with what is kept\n", here / there);
    double value = store || !kept ? here : there;
    if (!isnan(value))
        fth_json_set_number(object, "balance", round(value * 1e3) / 1e3);
    return object;
}

/* How much slower than the kept ratio, as a factor; NAN: nothing is kept, or of another machine. */
static double against_kept(const struct fth_json *kept, const struct result *result)
{
    bool peer = !isnan(result->ratio);
    if (!peer && other_machine)
        return (double)NAN;
    double before = fth_json_number(fth_json_get(kept, peer ? "peer" : "unit"), (double)NAN);
    return (peer ? result->ratio : result->unit_ratio) / before;
}

static struct fth_json *to_keep(const struct fth_json *kept, const struct result *result,
                                bool store)
{
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    double unit = fth_json_number(fth_json_get(kept, "unit"), (double)NAN);
    double peer = fth_json_number(fth_json_get(kept, "peer"), (double)NAN);
    if (store || isnan(unit))
        unit = result->unit_ratio;
    if (!isnan(result->ratio) && (store || isnan(peer)))
        peer = result->ratio;
    fth_json_set_number(object, "unit", round(unit * 1e4) / 1e4);
    if (!isnan(peer))
        fth_json_set_number(object, "peer", round(peer * 1e5) / 1e5);
    return object;
}

/* ---- the table */

/* "met", "MISS", or nothing where there is no goal or nothing to hold against it. */
static const char *verdict(double value, double goal)
{
    if (goal == 0 || isnan(value))
        return "";
    return value <= goal ? "met" : "MISS";
}

static void print_row(const struct bench_row *row, const char *name, const struct result *r,
                      double slower)
{
    char peer[40] = "", goal[40] = "", error[80] = "", memory[16] = "";
    bool by_unit = row->goal < 0;
    double value = by_unit ? r->unit_ratio : r->ratio;
    double goal_ms = r->ours_ms * fabs(row->goal) / value;
    bool beyond = value > fabs(row->goal) && goal_ms < r->memory_ms;
    if (!isnan(r->memory_ms))
        snprintf(memory, sizeof(memory), "%.2f", r->memory_ms);
    if (!isnan(r->ratio))
        snprintf(peer, sizeof(peer), "%9.2f %7.4f", r->peer_ms, r->ratio);
    if (row->goal != 0)
        snprintf(goal, sizeof(goal), "%.4g%s %s", fabs(row->goal), by_unit ? " units" : "",
                 beyond ? "memory" : verdict(value, fabs(row->goal)));
    if (!isnan(r->error))
        snprintf(error, sizeof(error), "error %.3g", r->error);
    if (!isnan(r->peer_error))
        snprintf(error + strlen(error), sizeof(error) - strlen(error), " peer's %.3g",
                 r->peer_error);
    double most = row->error_goal < 0 ? -row->error_goal : row->error_goal * r->peer_error;
    printf("%-52s %8.2f %8s %17s  %-17s %7.2f  %s %s", name, r->ours_ms, memory, peer, goal,
           r->unit_ratio, error,
           verdict(r->error - most, row->error_goal == 0 || isnan(most) ? 0 : 1e-9));
    if (slower > 1.1)
        printf("  SLOWER by %.0f %% than kept", 100 * (slower - 1));
    printf("\n");
    fflush(stdout);
}

static enum fth_status bench_row(const struct bench_row *row, const struct fth_json *kept,
                                 struct fth_json *new_kept, bool store, struct fth_error *error)
{
    struct bench_case c = {.row = row};
    struct fth_pool *pool = NULL;
    struct result result, again;
    char name[160];
    double slower = (double)NAN;
    row_name(row, name, sizeof(name));
    kept = fth_json_get(kept, name);
    enum fth_status status = fth_pool_create(row->threads, &pool, error);
    if (status == FTH_OK)
        status = fth_arena_create(&c.work.arena, error);
    c.work.pool = pool;
    if (status == FTH_OK)
        status = row->kind->make(&c, error);
    if (status == FTH_OK)
        status = measure(&c, &result, error);
    /* a busy machine is slow by chance: the best of a few tries is what counts */
    for (int i = 1; i < TRIES && status == FTH_OK && against_kept(kept, &result) > 1.1; i++) {
        status = measure(&c, &again, error);
        if (status == FTH_OK && against_kept(kept, &again) < against_kept(kept, &result))
            result = again;
    }
    if (status == FTH_OK) {
        slower = against_kept(kept, &result);
        print_row(row, name, &result, slower);
        fth_json_set(new_kept, name, to_keep(kept, &result, store));
    }
    if (row->kind->drop)
        row->kind->drop(&c);
    fth_arena_destroy(&c.work.arena);
    fth_pool_destroy(&pool);
    return status;
}

static enum fth_status bench_table(const char *only, const struct fth_json *kept,
                                   struct fth_json *new_kept, bool store, struct fth_error *error)
{
    const struct bench_row *const tables[] = {bench_rows_ops, bench_rows_colour,
                                              bench_rows_engine, bench_rows_nodes,
                                              bench_rows_flow, bench_rows_io};
    enum fth_status status = FTH_OK;
    printf("%-52s %8s %8s %9s %7s  %-17s %7s  (kernels %s)\n", "", "ours ms", "memory", "peer ms",
           "ratio", "goal", "units", fth_kernels()->level);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(tables); i++)
        for (const struct bench_row *row = tables[i]; row->kind && status == FTH_OK; row++) {
            char name[160];
            row_name(row, name, sizeof(name));
            if (!only || strstr(name, only))
                status = bench_row(row, kept, new_kept, store, error);
        }
    return status;
}

/* Rows that were not run stay as they were. */
static enum fth_status write_kept(const char *path, const struct fth_json *kept,
                                  struct fth_json *new_kept, struct fth_error *error)
{
    for (size_t i = 0; i < fth_json_count(kept); i++) {
        const char *key = fth_json_key_at(kept, i);
        if (!fth_json_get(new_kept, key))
            fth_json_set(new_kept, key, fth_json_copy(fth_json_get(kept, key)));
    }
    char *text = fth_json_print(new_kept);
    FILE *file = text ? fopen(path, "w") : NULL;
    bool ok = file && fprintf(file, "%s\n", text) > 0;
    if (file && fclose(file) != 0)
        ok = false;
    fth_free(text);
    return ok ? FTH_OK : fth_fail(error, FTH_ERR_IO, "%s: cannot be written", path);
}

int main(int count, char **words)
{
    struct fth_json *kept = NULL, *new_kept = fth_json_new(FTH_JSON_OBJECT);
    struct fth_error error = {0};
    const char *only = NULL, *path = NULL;
    bool store = false;
    for (int i = 1; i < count; i++) {
        if (strcmp(words[i], "--store") == 0)
            store = true;
        else if (strcmp(words[i], "--cpu") == 0)
            by_cpu = true;
        else if (strcmp(words[i], "--only") == 0 && i + 1 < count)
            only = words[++i];
        else
            path = words[i];
    }
    enum fth_status status = make_unit();
    if (path && fth_json_read(path, &kept, &error) != FTH_OK)
        kept = NULL; /* the first time */
    if (status == FTH_OK) {
        fth_json_set(new_kept, "machine", look_at_machine(kept, store && !only));
        status = bench_table(only, kept, new_kept, store, &error);
    }
    if (status == FTH_OK && path)
        status = write_kept(path, kept, new_kept, &error);
    if (status != FTH_OK)
        fprintf(stderr, "%s\n", error.message);
    fth_json_destroy(&kept);
    fth_json_destroy(&new_kept);
    fth_free(unit_memory[0]);
    fth_free(unit_memory[1]);
    return status == FTH_OK ? 0 : 1;
}
