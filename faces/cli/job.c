/* SPDX-License-Identifier: Apache-2.0 */
/* What the verbs share that run something between files: options given to it, and the sink. */
#include "job.h"

#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "base/pipe.h"
#include "base/status.h"
#include "base/text.h"
#include "say.h"

static const char *main_port(const struct fth_node_type *node)
{
    return node->inputs ? node->inputs[0].id : NULL;
}

/* Was parameter `id` (NULL: any) of that target given? */
bool fth_cli_job_is_given(const struct fth_cli_call *call, enum fth_cli_target target,
                          const char *id)
{
    for (size_t i = 0; i < call->options->count; i++) {
        const struct fth_cli_option *option = &call->options->items[i];
        if (option->target == target && option->value &&
            (!id || strcmp(option->param->id, id) == 0))
            return true;
    }
    return false;
}

enum fth_status fth_cli_job_set_presets(const struct fth_cli_job *job,
                                        const struct fth_cli_preset *preset,
                                        enum fth_cli_target target, const char *name,
                                        struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    for (; status == FTH_OK && preset && preset->param; preset++)
        if (!fth_cli_job_is_given(job->call, target, preset->param))
            status = fth_document_set(job->document, name, preset->param, preset->value, error);
    return status;
}

enum fth_status fth_cli_job_set_given(const struct fth_cli_job *job, enum fth_cli_target target,
                                 const char *name, struct fth_error *error)
{
    const struct fth_cli_options *options = job->call->options;
    enum fth_status status = FTH_OK;
    for (size_t i = 0; status == FTH_OK && i < options->count; i++) {
        const struct fth_cli_option *option = &options->items[i];
        if (option->target == target && option->value)
            status = fth_document_set(job->document, name, option->param->id, option->value, error);
    }
    return status;
}

/* Not a sequence, whose name is no file's. */
static bool is_file(const char *path)
{
    return fth_pipe_is_named(path) || (fth_file_exists(path) && !fth_file_is_folder(path));
}

/* Sound was asked for where there is none: in a clip without, in what nothing can be read from. A
 * file of sound alone is none that a probe takes. */
static void remark_on_silence(const struct fth_cli_call *call, enum fth_cli_target target)
{
    char *text = NULL;
    struct fth_json *root = NULL;
    struct fth_text line = {0};
    const char *file = NULL;
    for (size_t i = 0; i < call->options->count; i++) {
        const struct fth_cli_option *option = &call->options->items[i];
        if (option->target == target && option->value && strcmp(option->param->id, "audio") == 0)
            file = option->value;
    }
    if (!file || !file[0] || fth_pipe_is_named(file))
        return;
    enum fth_status status = fth_probe(file, &text, NULL);
    if (status == FTH_ERR_DATA ||
        (status == FTH_OK && fth_json_parse(text, strlen(text), file, &root, NULL) == FTH_OK &&
         !fth_json_bool(fth_json_get(root, "has_audio"), false)))
        fth_text_append(&line, "--audio %s: there is no sound in it", file);
    if (line.data)
        fth_cli_say_remark(FTH_REMARK_WARNING, line.data);
    fth_text_clear(&line);
    fth_json_destroy(&root);
    fth_text_free(text);
}

/* Sound travels with the picture unless the user says otherwise. */
static enum fth_status set_sound(const struct fth_cli_job *job, struct fth_error *error)
{
    enum fth_cli_target target = job->call->node->is_sink ? FTH_CLI_TO_NODE : FTH_CLI_TO_SINK;
    if (fth_cli_job_is_given(job->call, target, "audio"))
        remark_on_silence(job->call, target);
    if (!job->in || !is_file(job->in) || fth_cli_job_is_given(job->call, target, "audio"))
        return FTH_OK;
    return fth_document_set(job->document, job->sink_name, "audio", job->in, error);
}

enum fth_status fth_cli_job_add_sink(const struct fth_cli_job *job, const char *last,
                                struct fth_error *error)
{
    const struct fth_cli_call *call = job->call;
    const struct fth_node_type *sink = fth_node_type_find("media_out");
    enum fth_status status = FTH_OK;
    if (!call->node->is_sink) {
        status = fth_document_add(job->document, job->sink_name, "media_out", error);
        if (status == FTH_OK)
            status = fth_document_link(job->document, job->sink_name, main_port(sink), last, error);
        if (status == FTH_OK)
            status = fth_cli_job_set_presets(job, call->verb->sink_presets, FTH_CLI_TO_SINK,
                                             job->sink_name, error);
        if (status == FTH_OK)
            status = fth_cli_job_set_given(job, FTH_CLI_TO_SINK, job->sink_name, error);
    }
    if (status == FTH_OK)
        status = set_sound(job, error);
    if (status == FTH_OK)
        status = fth_document_set(job->document, job->sink_name, "file", call->options->out, error);
    if (status == FTH_OK && call->common.overwrite)
        status = fth_document_set(job->document, job->sink_name, "overwrite", "true", error);
    return status;
}
