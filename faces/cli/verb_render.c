/* SPDX-License-Identifier: Apache-2.0 */
/* render: a document as it stands, with values and files of this run's own. */
#include <string.h>

#include "base/limits.h"
#include "base/status.h"
#include "base/text.h"
#include "output.h"
#include "running.h"
#include "say.h"
#include "signals.h"
#include "verbs.h"

struct render {
    const struct fth_cli_call *call;
    struct fth_document *document;
    const char *sinks[FTH_LIMIT_OUTPUTS];
    const char *files[FTH_LIMIT_OUTPUTS]; /* of this run's own, or NULL */
    size_t count;
};

/* What stands before the last full stop is the node: names have full stops too. */
static enum fth_status set_value(struct render *render, const char *text, struct fth_error *error)
{
    char name[FTH_LIMIT_NAME], param[FTH_LIMIT_NAME];
    const char *equals = strchr(text, '='), *stop = NULL;
    for (const char *at = text; equals && at < equals; at++)
        stop = *at == '.' ? at : stop;
    size_t lengths[2] = {stop ? (size_t)(stop - text) : 0,
                         stop ? (size_t)(equals - stop) - 1 : 0};
    if (!lengths[0] || !lengths[1] || lengths[0] >= sizeof(name) || lengths[1] >= sizeof(param))
        return fth_fail(error, FTH_ERR_USAGE, "--set: '%.80s' is not NODE.PARAMETER=VALUE", text);
    memcpy(name, text, lengths[0]);
    memcpy(param, stop + 1, lengths[1]);
    name[lengths[0]] = param[lengths[1]] = '\0';
    enum fth_status status = fth_document_set(render->document, name, param, equals + 1, error);
    if (status != FTH_OK)
        fth_error_prefix(error, "--set");
    return status;
}

static enum fth_status set_values(struct render *render, struct fth_error *error)
{
    const struct fth_cli_options *options = render->call->options;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < options->given_count && status == FTH_OK; i++) {
        if (strcmp(options->given[i].row->name, "set") == 0)
            status = set_value(render, options->given[i].value, error);
    }
    return status;
}

/* A document that writes nothing gets what writes the picture it puts out. */
static enum fth_status add_sink(struct render *render, struct fth_error *error)
{
    static const char *const names[] = {"out", "output", "written", "written_file"};
    const char *from = NULL;
    enum fth_status status = fth_document_output(render->document, &from, error);
    if (status != FTH_OK)
        return status;
    status = FTH_ERR_USAGE;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names) && status == FTH_ERR_USAGE; i++) {
        status = fth_document_add(render->document, names[i], "media_out", error);
        if (status == FTH_OK)
            status = fth_document_link(render->document, names[i], "input", from, error);
    }
    return status;
}

static enum fth_status find_sinks(struct render *render, struct fth_error *error)
{
    const char *name;
    enum fth_status status = FTH_OK;
    if (!fth_document_sink_at(render->document, 0) && render->call->options->out)
        status = add_sink(render, error);
    while (status == FTH_OK && (name = fth_document_sink_at(render->document, render->count))) {
        if (render->count == FTH_LIMIT_OUTPUTS)
            return fth_fail(error, FTH_ERR_LIMIT, "the document has more than %d outputs",
                            FTH_LIMIT_OUTPUTS);
        render->sinks[render->count++] = name;
    }
    return status;
}

/* The sink that "NODE=FILE" names, and where its FILE begins; -1: it names none. */
static int named_sink(const struct render *render, const char *out, const char **file)
{
    size_t length = strcspn(out, "=");
    for (size_t i = 0; i < render->count && out[length]; i++) {
        if (strlen(render->sinks[i]) == length && memcmp(render->sinks[i], out, length) == 0) {
            *file = out + length + 1;
            return (int)i;
        }
    }
    return -1;
}

static enum fth_status fail_unnamed(const struct render *render, const char *out,
                                    struct fth_error *error)
{
    char word[FTH_LIMIT_NAME] = "";
    size_t length = strcspn(out, "=");
    memcpy(word, out, FTH_MIN(length, sizeof(word) - 1));
    const char *nearest =
        out[length] ? fth_nearest_word(word, render->sinks, render->count) : NULL;
    return fth_fail(error, FTH_ERR_USAGE,
                    "-o %s: the document has %zu outputs; say whose file it is: -o %s=FILE", out,
                    render->count, nearest ? nearest : render->sinks[0]);
}

static enum fth_status take_outs(struct render *render, struct fth_error *error)
{
    const struct fth_cli_options *options = render->call->options;
    for (int i = 0; i < options->out_count; i++) {
        const char *file = options->outs[i];
        int sink = named_sink(render, options->outs[i], &file);
        if (sink < 0 && render->count > 1)
            return fail_unnamed(render, options->outs[i], error);
        sink = FTH_MAX(sink, 0);
        if (render->files[sink])
            return fth_fail(error, FTH_ERR_USAGE, "-o is given twice for '%s': %s and %s",
                            render->sinks[sink], render->files[sink], file);
        render->files[sink] = file;
        enum fth_status status =
            fth_cli_output_check(render->call, file, options->words, options->word_count, error);
        if (status == FTH_OK)
            status = fth_document_set(render->document, render->sinks[sink], "file", file, error);
        if (status != FTH_OK)
            return status;
    }
    return FTH_OK;
}

/* --overwrite is for all that is written. */
static enum fth_status set_sinks(struct render *render, struct fth_error *error)
{
    enum fth_status status = find_sinks(render, error);
    if (status == FTH_OK)
        status = take_outs(render, error);
    for (size_t i = 0; i < render->count && status == FTH_OK; i++) {
        if (render->call->common.overwrite)
            status = fth_document_set(render->document, render->sinks[i], "overwrite", "true",
                                      error);
    }
    return status;
}

static enum fth_status run(struct render *render, struct fth_session *session,
                           struct fth_error *error)
{
    const struct fth_cli_options *options = render->call->options;
    bool tells_only = fth_cli_options_given(options, "dry-run");
    bool explains = tells_only || fth_cli_options_given(options, "explain");
    struct fth_cli_running running = {.call = render->call, .session = session,
                                      .document = render->document, .names = render->sinks,
                                      .count = render->count,
                                      .makes = render->count && !tells_only};
    const char *shown = NULL;
    enum fth_status status = FTH_OK;
    if (!render->count && !explains)
        return fth_fail(error, FTH_ERR_USAGE,
                        "the document has no node that writes a file; name one: -o OUT");
    if (!render->count) {
        status = fth_document_output(render->document, &shown, error);
        running.names = &shown;
        running.count = 1;
    }
    if (status == FTH_OK)
        status = fth_document_check(render->document, error);
    return status == FTH_OK ? fth_cli_running_run(&running, error) : status;
}

int fth_cli_run_render(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    struct fth_session *session = NULL;
    struct render render = {.call = call};
    enum fth_status status = fth_cli_expect_words(call, 1, 1, &error);
    if (status == FTH_OK)
        status = fth_session_open(&call->common.session, &session, &error);
    if (status != FTH_OK)
        goto done;
    fth_cli_signals_session(session);
    status = fth_document_read(session, call->options->words[0], &render.document, &error);
    if (status == FTH_OK)
        status = set_values(&render, &error);
    if (status == FTH_OK)
        status = set_sinks(&render, &error);
    if (status == FTH_OK)
        status = run(&render, session, &error);
done:
    fth_cli_signals_session(NULL);
    fth_document_free(&render.document);
    fth_session_close(&session);
    return fth_cli_say_status(status, &error);
}
