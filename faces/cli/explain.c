/* SPDX-License-Identifier: Apache-2.0 */
/* A step a line, in the order in which they run. What is fused names the step in whose bands it is
 * computed; only that one keeps its pixels. */
#include "explain.h"

#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static double number_of(const struct fth_json *step, const char *key)
{
    return fth_json_number(fth_json_get(step, key), 0);
}

static const char *text_of(const struct fth_json *step, const char *key)
{
    return fth_json_text(fth_json_get(step, key), "");
}

/* "depth: map" */
/* With the frame, where it is another than the job's. */
static void name_step(const struct fth_json *step, int64_t job_frame, char *name, size_t size)
{
    const char *node = text_of(step, "node"), *own = text_of(step, "step");
    bool plain = strcmp(node, own) == 0 || strcmp(text_of(step, "type"), own) == 0;
    int64_t frame = fth_json_int(fth_json_get(step, "frame"), job_frame);
    char at[24] = "";
    if (frame != job_frame)
        snprintf(at, sizeof(at), " @%lld", (long long)frame);
    snprintf(name, size, "%s%s%s%s", node, plain ? "" : ": ", plain ? "" : own, at);
}

static void say_how(const struct fth_json *step, size_t place, char *how, size_t size)
{
    size_t with = (size_t)number_of(step, "computed_with");
    const char *kind = text_of(step, "kind");
    if (fth_json_bool(fth_json_get(step, "cached"), false))
        snprintf(how, size, "in the cache");
    else if (strcmp(kind, "sink") == 0)
        snprintf(how, size, "written");
    else if (with != place)
        snprintf(how, size, "%s, fused into %zu", kind, with + 1);
    else if (number_of(step, "band_rows") > 0)
        snprintf(how, size, "%s, bands of %.0f rows", kind, number_of(step, "band_rows"));
    else
        snprintf(how, size, "%s", kind);
}

static void print_region(const struct fth_json *step, FILE *file)
{
    const struct fth_json *region = fth_json_get(step, "region");
    int sides[4];
    for (size_t i = 0; i < 4; i++)
        sides[i] = (int)fth_json_int(fth_json_at(region, i), 0);
    char text[80];
    snprintf(text, sizeof(text), "%dx%d+%d+%d", sides[2] - sides[0], sides[3] - sides[1], sides[0],
             sides[1]);
    fprintf(file, "  %-17s", text);
}

static void print_amount(double amount, const char *unit, FILE *file)
{
    if (amount > 0)
        fprintf(file, "  %8.1f %s", amount, unit);
    else
        fprintf(file, "  %8s %*s", "-", (int)strlen(unit), "");
}

static void print_step(const struct fth_json *step, size_t place, int64_t job_frame,
                       int64_t frames, FILE *file)
{
    const struct fth_json *measured = fth_json_get(step, "measured");
    char name[160], how[80];
    name_step(step, job_frame, name, sizeof(name));
    say_how(step, place, how, sizeof(how));
    fprintf(file, "%3zu  %-24s %-26s", place + 1, name, how);
    print_region(step, file);
    if (frames > 0) {
        print_amount(number_of(measured, "size") / 1e6 / (double)frames, "MB", file);
        print_amount(number_of(measured, "ms") / (double)frames, "ms", file);
    } else {
        print_amount(number_of(step, "size") / 1e6, "MB", file);
        print_amount(number_of(step, "least_ms"), "ms", file);
    }
    fputc('\n', file);
}

/* What the sink got; 0: there is none, or it got nothing. */
static int64_t frames_of(const struct fth_json *steps)
{
    size_t count = fth_json_count(steps);
    const struct fth_json *last = count ? fth_json_at(steps, count - 1) : NULL;
    if (!last || strcmp(text_of(last, "kind"), "sink") != 0)
        return 0;
    return fth_json_int(fth_json_get(fth_json_get(last, "measured"), "calls"), 0);
}

static enum fth_status ask(const struct fth_cli_plan *plan, const char *name,
                           struct fth_json **root, struct fth_error *error)
{
    char *text = NULL;
    enum fth_status status = fth_job_explain(plan->document, name, plan->options, &text, error);
    if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "plan", root, error);
    fth_text_free(text);
    return status;
}

static void print_skips(const struct fth_json *skips, FILE *file)
{
    for (size_t i = 0; i < fth_json_count(skips); i++) {
        const struct fth_json *skip = fth_json_at(skips, i);
        fprintf(file, "     %-24s not run: %s\n", text_of(skip, "node"), text_of(skip, "why"));
    }
}

static void print_plan(const struct fth_json *root, bool measured, FILE *file)
{
    const struct fth_json *steps = fth_json_get(root, "steps");
    int64_t frames = measured ? frames_of(steps) : 0;
    int64_t job_frame = fth_json_int(fth_json_get(root, "frame"), 0);
    fprintf(file, "%3s  %-24s %-26s  %-17s  %11s  %11s\n", "", "step", "how", "pixels",
            frames > 0 ? "made" : "keeps about", frames > 0 ? "took" : "at least");
    for (size_t i = 0; i < fth_json_count(steps); i++)
        print_step(fth_json_at(steps, i), i, job_frame, frames, file);
    print_skips(fth_json_get(root, "skipped"), file);
    if (frames > 0)
        fprintf(file, "a frame, over %lld; the time of all threads in a step's calls\n",
                (long long)frames);
}

enum fth_status fth_cli_explain(const struct fth_cli_plan *plan, bool measured, FILE *file,
                                struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (size_t i = 0; i < plan->count && status == FTH_OK; i++) {
        struct fth_json *root = NULL;
        status = ask(plan, plan->names[i], &root, error);
        if (status != FTH_OK)
            break;
        if (plan->count > 1)
            fprintf(file, "%s%s, frame %lld\n", i ? "\n" : "", plan->names[i],
                    (long long)fth_json_int(fth_json_get(root, "frame"), 0));
        print_plan(root, measured, file);
        fth_json_destroy(&root);
    }
    return status;
}

enum fth_status fth_cli_explain_json(const struct fth_cli_plan *plan, FILE *file,
                                     struct fth_error *error)
{
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    enum fth_status status = FTH_OK;
    char *text = NULL;
    for (size_t i = 0; i < plan->count && status == FTH_OK; i++) {
        struct fth_json *one = NULL;
        status = ask(plan, plan->names[i], &one, error);
        if (status == FTH_OK) {
            fth_json_set_text(one, "name", plan->names[i]);
            fth_json_add(list, one);
        }
    }
    fth_json_set(root, "outputs", list);
    if (status == FTH_OK && file)
        status = fth_json_deliver(root, &text, error);
    else
        fth_json_destroy(&root);
    if (text)
        fprintf(file, "%s\n", text);
    fth_free(text);
    return status;
}
