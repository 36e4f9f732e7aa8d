/* SPDX-License-Identifier: Apache-2.0 */
/* eval: hands files and options to the library's measures, prints the figures they return. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/status.h"
#include "base/text.h"
#include "say.h"
#include "verbs.h"

typedef enum fth_status measure_fn(const struct fth_cli_call *call, struct fth_figures *figures,
                                   struct fth_error *error);

static enum fth_status read_number(const struct fth_cli_options *options, const char *name,
                                   double *value, struct fth_error *error)
{
    const char *text = fth_cli_options_value(options, name);
    if (!text || fth_parse_double(text, value))
        return FTH_OK;
    return fth_fail(error, FTH_ERR_USAGE, "--%s: '%s' is no number", name, text);
}

/* The place of what was given for `name` among `words`; *index stays when nothing was given. */
static enum fth_status read_choice(const struct fth_cli_options *options, const char *name,
                                   const char *const *words, int *index, struct fth_error *error)
{
    const char *text = fth_cli_options_value(options, name);
    struct fth_text list = {0};
    if (!text)
        return FTH_OK;
    for (int i = 0; words[i]; i++) {
        fth_text_append(&list, "%s%s", i ? ", " : "", words[i]);
        if (strcmp(text, words[i]) == 0) {
            *index = i;
            fth_text_clear(&list);
            return FTH_OK;
        }
    }
    enum fth_status status = fth_fail(error, FTH_ERR_USAGE, "--%s: '%s' is not one of %s", name,
                                      text, list.data ? list.data : "");
    fth_text_clear(&list);
    return status;
}

static enum fth_status measure_depth(const struct fth_cli_call *call, struct fth_figures *figures,
                                     struct fth_error *error)
{
    static const char *const kinds[] = {"depth", "disparity", "relative", "soft", NULL};
    static const char *const bits[] = {"plain", "shr3", "rotr3", NULL};
    const struct fth_cli_options *options = call->options;
    int kind = FTH_TRUTH_DEPTH, packing = FTH_TRUTH_BITS_PLAIN;
    struct fth_eval_depth_options eval = {.prediction = options->words[0],
                                          .truth = options->words[1],
                                          .far = fth_cli_options_given(options, "far-is-large"),
                                          .sparse = fth_cli_options_given(options, "sparse"),
                                          .threads = call->common.session.thread_count};
    enum fth_status status = fth_cli_expect_words(call, 2, 2, error);
    if (status == FTH_OK)
        status = read_choice(options, "truth-kind", kinds, &kind, error);
    if (status == FTH_OK)
        status = read_choice(options, "truth-bits", bits, &packing, error);
    if (status == FTH_OK)
        status = read_number(options, "truth-scale", &eval.truth_scale, error);
    if (status == FTH_OK)
        status = read_number(options, "truth-offset", &eval.truth_offset, error);
    if (status == FTH_OK)
        status = read_number(options, "truth-none", &eval.truth_none, error);
    if (status == FTH_OK)
        status = read_number(options, "cap", &eval.cap_m, error);
    eval.truth_kind = (enum fth_truth_kind)kind;
    eval.truth_bits = (enum fth_truth_bits)packing;
    return status == FTH_OK ? fth_eval_depth(&eval, figures, error) : status;
}

static enum fth_status measure_matte(const struct fth_cli_call *call, struct fth_figures *figures,
                                     struct fth_error *error)
{
    const struct fth_cli_options *options = call->options;
    struct fth_eval_matte_options eval = {.prediction = options->words[0],
                                          .truth = options->words[1],
                                          .trimap = fth_cli_options_value(options, "trimap"),
                                          .levels = fth_cli_options_given(options, "levels"),
                                          .threads = call->common.session.thread_count};
    enum fth_status status = fth_cli_expect_words(call, 2, 2, error);
    return status == FTH_OK ? fth_eval_matte(&eval, figures, error) : status;
}

static enum fth_status measure_flicker(const struct fth_cli_call *call, struct fth_figures *figures,
                                       struct fth_error *error)
{
    const struct fth_cli_options *options = call->options;
    double width = 0;
    struct fth_eval_flicker_options eval = {.footage = options->words[0], .maps = options->words[1],
                                            .reference = options->words[2],
                                            .threads = call->common.session.thread_count};
    enum fth_status status = fth_cli_expect_words(call, 2, 3, error);
    if (status == FTH_OK)
        status = read_number(options, "width", &width, error);
    if (status == FTH_OK && !(width >= 0 && width <= 65536))
        status = fth_fail(error, FTH_ERR_USAGE, "--width: %g is outside 1..65536", width);
    if (status != FTH_OK)
        return status;
    eval.width = (int32_t)width;
    return fth_eval_flicker(&eval, figures, error);
}

static enum fth_status measure_sequence(const struct fth_cli_call *call,
                                        struct fth_figures *figures, struct fth_error *error)
{
    const struct fth_cli_options *options = call->options;
    struct fth_eval_sequence_options eval = {.truths = options->words[0],
                                             .maps = options->words[1],
                                             .threads = call->common.session.thread_count};
    enum fth_status status = fth_cli_expect_words(call, 2, 2, error);
    if (status == FTH_OK)
        status = read_number(options, "truth-scale", &eval.truth_scale, error);
    if (status == FTH_OK)
        status = read_number(options, "truth-none", &eval.truth_none, error);
    if (status == FTH_OK)
        status = read_number(options, "cap", &eval.cap_m, error);
    return status == FTH_OK ? fth_eval_sequence(&eval, figures, error) : status;
}

static const struct {
    const char *name;
    measure_fn *measure;
} kinds[] = {{"depth", measure_depth},
             {"matte", measure_matte},
             {"flicker", measure_flicker},
             {"sequence", measure_sequence}};

static int print_figures(const struct fth_cli_call *call, const char *kind,
                         const struct fth_figures *figures)
{
    if (!fth_cli_options_given(call->options, "json")) {
        for (int i = 0; i < figures->count; i++)
            printf("%-12s %.6g\n", figures->items[i].name, figures->items[i].value);
        return FTH_CLI_DONE;
    }
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *values = fth_json_new(FTH_JSON_OBJECT);
    for (int i = 0; i < figures->count; i++)
        fth_json_set(values, figures->items[i].name,
                     fth_json_new_number(figures->items[i].value));
    fth_json_set(root, "kind", fth_json_new_text(kind));
    fth_json_set(root, "figures", values);
    return fth_cli_print_json(root);
}

int fth_cli_run_eval(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    struct fth_figures figures = {0};
    int chosen = -1, given = 0;
    for (int i = 0; i < (int)FTH_ARRAY_COUNT(kinds); i++) {
        if (!fth_cli_options_given(call->options, kinds[i].name))
            continue;
        chosen = i;
        given++;
    }
    enum fth_status status = FTH_OK;
    if (given != 1)
        status = fth_fail(&error, FTH_ERR_USAGE,
                          "say what to measure: one of --depth, --matte, --flicker, --sequence");
    if (status == FTH_OK)
        status = kinds[chosen].measure(call, &figures, &error);
    return status == FTH_OK ? print_figures(call, kinds[chosen].name, &figures)
                            : fth_cli_say_status(status, &error);
}
