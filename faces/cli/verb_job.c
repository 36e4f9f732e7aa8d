/* SPDX-License-Identifier: Apache-2.0 */
/* apply, depth, matte and key: one node between files. A media_in for every file named, the node, a
 * media_out; then the library runs it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/status.h"
#include "job.h"
#include "output.h"
#include "running.h"
#include "say.h"
#include "signals.h"
#include "verbs.h"

static const struct fth_param *find_param(const struct fth_param *table, const char *id)
{
    for (; table && table->type != FTH_PARAM_END; table++)
        if (strcmp(table->id, id) == 0)
            return table;
    return NULL;
}

static const char *main_port(const struct fth_node_type *node)
{
    return node->inputs ? node->inputs[0].id : NULL;
}

/* Adds what reads `file`, called `name`, and feeds it into `port` of `to`: an input for depth wants
 * it read as depth. */
static enum fth_status add_media(const struct fth_cli_job *job, const char *name, const char *file,
                                 const char *to, const struct fth_port *port,
                                 struct fth_error *error)
{
    const char *reader = port->kind == FTH_PORT_DEPTH ? "depth_read" : "media_in";
    enum fth_status status = fth_document_add(job->document, name, reader, error);
    if (status == FTH_OK)
        status = fth_document_set(job->document, name, "file", file, error);
    if (status == FTH_OK)
        status = fth_document_link(job->document, to, port->id, name, error);
    return status;
}

static enum fth_status add_ports(const struct fth_cli_job *job, struct fth_error *error)
{
    const struct fth_cli_options *options = job->call->options;
    enum fth_status status = FTH_OK;
    for (size_t i = 0; status == FTH_OK && i < options->count; i++) {
        const struct fth_cli_option *option = &options->items[i];
        char name[80];
        if (!option->port || !option->value)
            continue;
        snprintf(name, sizeof(name), "%s_in", option->port->id);
        status = add_media(job, name, option->value, job->node_name, option->port, error);
        const struct fth_cli_preset *preset = job->call->verb->input_presets;
        for (; preset && preset->param && option->port->kind != FTH_PORT_DEPTH; preset++)
            if (status == FTH_OK)
                status = fth_document_set(job->document, name, preset->param, preset->value, error);
    }
    return status;
}

static bool is_port_given(const struct fth_cli_call *call, const struct fth_port *port)
{
    for (size_t i = 0; i < call->options->count; i++)
        if (call->options->items[i].port == port && call->options->items[i].value)
            return true;
    return false;
}

/* IN goes into the first input that no option names, so that "merge FRONT --background BACK" and
 * "merge BACK --foreground FRONT" both read well; a source that reads a file takes it as that. */
static enum fth_status add_in(const struct fth_cli_job *job, struct fth_error *error)
{
    const struct fth_node_type *node = job->call->node;
    const struct fth_port *port = node->inputs;
    while (port && port->id && is_port_given(job->call, port))
        port++;
    if (port && !port->id)
        port = NULL;
    if (!job->in && port && !port->optional)
        return fth_fail(error, FTH_ERR_USAGE, "name the footage: fathom %s %s",
                        job->call->verb->name, job->call->verb->usage);
    if (!job->in)
        return FTH_OK;
    if (port) {
        enum fth_status status = add_media(job, "in", job->in, job->node_name, port, error);
        bool footage = port->kind != FTH_PORT_DEPTH;
        if (status == FTH_OK && footage)
            status = fth_cli_job_set_given(job, FTH_CLI_TO_SOURCE, "in", error);
        return status;
    }
    if (find_param(node->params, "file") &&
        !fth_cli_job_is_given(job->call, FTH_CLI_TO_NODE, "file"))
        return fth_document_set(job->document, job->node_name, "file", job->in, error);
    return fth_fail(error, FTH_ERR_USAGE, "%s takes no more footage; what is '%s' for?", node->id,
                    job->in);
}

/* What the node cannot do without, and nothing was named for. */
static enum fth_status check_inputs(const struct fth_cli_job *job, struct fth_error *error)
{
    const struct fth_cli_options *options = job->call->options;
    bool is_in_left = job->in != NULL; /* goes into the first that is free */
    for (const struct fth_port *port = job->call->node->inputs; port && port->id; port++) {
        const char *name = port->id;
        if (is_port_given(job->call, port))
            continue;
        for (size_t i = 0; i < options->count; i++)
            if (options->items[i].port == port)
                name = options->items[i].name;
        if (!is_in_left && !port->optional)
            return fth_fail(error, FTH_ERR_USAGE, "--%s FILE is missing: %s", name, port->help);
        is_in_left = false;
    }
    return FTH_OK;
}

/* The node behind the node, when one of its options was given. *last: what the sink takes. */
static enum fth_status add_next(const struct fth_cli_job *job, const char **last,
                                struct fth_error *error)
{
    const char *id = job->call->verb->next;
    if (!id || job->call->node->is_sink || !fth_cli_job_is_given(job->call, FTH_CLI_TO_NEXT, NULL))
        return FTH_OK;
    enum fth_status status = fth_document_add(job->document, id, id, error);
    if (status == FTH_OK)
        status = fth_document_link(job->document, id, main_port(fth_node_type_find(id)), *last,
                                   error);
    if (status == FTH_OK)
        status = fth_cli_job_set_given(job, FTH_CLI_TO_NEXT, id, error);
    if (status == FTH_OK)
        *last = id;
    return status;
}

/* Without an OUT (only to be explained) there is no sink. */
static enum fth_status build(struct fth_cli_job *job, struct fth_error *error)
{
    const struct fth_cli_call *call = job->call;
    const char *last = job->node_name;
    enum fth_status status = fth_document_add(job->document, job->node_name, call->node->id, error);
    if (status == FTH_OK)
        status = fth_cli_job_set_presets(job, call->verb->node_presets, FTH_CLI_TO_NODE,
                                         job->node_name, error);
    if (status == FTH_OK)
        status = fth_cli_job_set_given(job, FTH_CLI_TO_NODE, job->node_name, error);
    if (status == FTH_OK)
        status = add_in(job, error);
    if (status == FTH_OK)
        status = check_inputs(job, error);
    if (status == FTH_OK)
        status = add_ports(job, error);
    if (status == FTH_OK)
        status = add_next(job, &last, error);
    if (status == FTH_OK && call->options->out)
        status = fth_cli_job_add_sink(job, last, error);
    else
        job->sink_name = last;
    if (status == FTH_OK)
        status = fth_document_check(job->document, error);
    return status;
}

static enum fth_status run(const struct fth_cli_job *job, struct fth_session *session,
                           struct fth_error *error)
{
    const struct fth_cli_running running = {.call = job->call, .session = session,
                                            .document = job->document, .names = &job->sink_name,
                                            .count = 1, .makes = job->call->options->out != NULL};
    return fth_cli_running_run(&running, error);
}

static enum fth_status check_output(const struct fth_cli_job *job, struct fth_error *error)
{
    const struct fth_cli_options *options = job->call->options;
    const char *inputs[64];
    int count = 0;
    if (!options->out && fth_cli_options_given(options, "explain"))
        return FTH_OK;
    if (job->in)
        inputs[count++] = job->in;
    for (size_t i = 0; i < options->count && count < (int)FTH_ARRAY_COUNT(inputs); i++)
        if (options->items[i].port && options->items[i].value)
            inputs[count++] = options->items[i].value;
    return fth_cli_output_check(job->call, options->out, inputs, count, error);
}

int fth_cli_run_job(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    struct fth_session *session = NULL;
    bool is_sink = call->node->is_sink;
    struct fth_cli_job job = {.call = call, .in = call->options->words[0],
                              .node_name = call->node->id};
    job.sink_name = is_sink ? job.node_name : "out";
    enum fth_status status = fth_cli_expect_words(call, 0, 1, &error);
    if (status == FTH_OK)
        status = check_output(&job, &error);
    if (status == FTH_OK)
        status = fth_session_open(&call->common.session, &session, &error);
    if (status != FTH_OK)
        goto done;
    fth_cli_signals_session(session);
    status = fth_document_new(session, &job.document, &error);
    if (status == FTH_OK)
        status = build(&job, &error);
    if (status == FTH_OK)
        status = run(&job, session, &error);
done:
    fth_cli_signals_session(NULL);
    fth_document_free(&job.document);
    fth_session_close(&session);
    return fth_cli_say_status(status, &error);
}

/* ---- plate: a still is of one frame, whichever ---- */

static bool is_single_picture(const char *out)
{
    static const char *const kinds[] = {".exr", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".pfm"};
    const char *end = out ? strrchr(out, '.') : NULL;
    if (!end || strpbrk(out, "#%["))
        return false;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcasecmp(end, kinds[i]) == 0)
            return true;
    return false;
}

/* An answer without that number is one that memory was out for. */
static enum fth_status first_frame_of(const char *path, int64_t *frame, struct fth_error *error)
{
    char *text = NULL;
    struct fth_json *root = NULL;
    enum fth_status status = fth_probe(path, &text, error);
    if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), path, &root, error);
    const struct fth_json *first = fth_json_get(root, "first_frame");
    if (status == FTH_OK && !first)
        status = fth_fail_memory(error, sizeof(*frame), path);
    *frame = fth_json_int(first, 0);
    fth_json_destroy(&root);
    fth_text_free(text);
    return status;
}

int fth_cli_run_plate(const struct fth_cli_call *call)
{
    struct fth_cli_call one = *call;
    const char *in = call->options->words[0];
    struct fth_cli_common *common = &one.common;
    bool frames_given = fth_cli_options_value(call->options, "frames") != NULL;
    if (in && !frames_given && is_single_picture(call->options->out)) {
        struct fth_error error = {0};
        enum fth_status status = first_frame_of(in, &common->first_frame, &error);
        if (status != FTH_OK)
            return fth_cli_say_status(status, &error);
        common->last_frame = common->first_frame;
        common->frame_step = common->first_frame != 0;
    }
    return fth_cli_run_job(&one);
}
