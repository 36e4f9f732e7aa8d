/* SPDX-License-Identifier: Apache-2.0 */
/* example: the ready documents of the library listed, told of, run on the user's footage, written
 * to be changed. What there is to set is what they publish. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/status.h"
#include "base/text.h"
#include "help.h"
#include "job.h"
#include "nodes_json.h"
#include "output.h"
#include "running.h"
#include "say.h"
#include "signals.h"
#include "wrap.h"

enum { WORDS_COLUMN = 2 };

/* The document as a tree; NULL when memory is out. */
static struct fth_json *tree_of(const struct fth_example *example)
{
    struct fth_json *tree = NULL;
    if (fth_json_parse(example->text, example->length, example->name, &tree, NULL) != FTH_OK)
        fth_text_lose();
    return tree;
}

static const char *word_of(const struct fth_json *tree, const char *key)
{
    return fth_json_text(fth_json_get(fth_json_get(tree, "view"), key), "");
}

/* ---- which there are ------------------------------------------------------------------------- */

static int print_list(void)
{
    struct fth_text text = {0};
    const struct fth_example *example;
    int width = fth_cli_terminal_width(STDOUT_FILENO);
    for (size_t i = 0; (example = fth_example_at(i)); i++) {
        struct fth_json *tree = tree_of(example);
        fth_text_append(&text, "%s: %s\n%*s", example->name, word_of(tree, "title"), WORDS_COLUMN,
                        "");
        fth_cli_wrap(&text, word_of(tree, "does"), WORDS_COLUMN, WORDS_COLUMN, width);
        fth_json_destroy(&tree);
    }
    fth_text_append(&text, "\n'fathom example NAME' tells more of one, and "
                           "'fathom example NAME IN -o OUT' runs it.\n");
    fputs(text.data ? text.data : "", stdout);
    fth_text_clear(&text);
    return fth_cli_say_printed();
}

static void append_lines(struct fth_text *text, const struct fth_json *tree, int width)
{
    static const struct {
        const char *key, *heading;
    } lines[] = {{"does", "What it does"}, {"sliders", "Two sliders matter"},
                 {"wrong", "What goes wrong"}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(lines); i++) {
        fth_text_append(text, "\n%s:\n%*s", lines[i].heading, WORDS_COLUMN, "");
        fth_cli_wrap(text, word_of(tree, lines[i].key), WORDS_COLUMN, WORDS_COLUMN, width);
    }
}

static int print_one(const struct fth_cli_call *call, const struct fth_example *example)
{
    struct fth_text text = {0};
    struct fth_json *tree = tree_of(example);
    int width = fth_cli_terminal_width(STDOUT_FILENO);
    fth_text_append(&text, "%s: %s\n", example->name, word_of(tree, "title"));
    append_lines(&text, tree, width);
    fth_text_append(&text, "\nTo set:\n");
    for (size_t i = 0; i < call->options->count; i++) {
        const struct fth_cli_option *option = &call->options->items[i];
        if (option->target == FTH_CLI_TO_NODE && !option->negates)
            fth_cli_help_option(&text, option, width);
    }
    fth_text_append(&text, "\nRun it:\n%*sfathom example %s IN -o OUT.mov\n", WORDS_COLUMN, "",
                    example->name);
    fputs(text.data ? text.data : "", stdout);
    fth_text_clear(&text);
    fth_json_destroy(&tree);
    return fth_cli_say_printed();
}

static struct fth_json *json_of(const struct fth_example *example, const struct fth_node_type *type)
{
    static const char *const words[] = {"title", "does", "sliders", "wrong", "footage"};
    struct fth_json *tree = tree_of(example), *one = fth_json_new(FTH_JSON_OBJECT);
    const struct fth_json *view = fth_json_get(tree, "view");
    fth_json_set_text(one, "name", example->name);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(words); i++)
        fth_json_set_text(one, words[i], word_of(tree, words[i]));
    fth_json_set_int(one, "frame", fth_json_int(fth_json_get(view, "frame"), 0));
    fth_json_set(one, "items", fth_json_copy(fth_json_get(view, "items")));
    fth_json_set(one, "inputs", fth_cli_ports_json(type->inputs));
    fth_json_set(one, "params", fth_cli_params_json(type->params));
    fth_json_destroy(&tree);
    return one;
}

static int print_json(const struct fth_cli_call *call)
{
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    const struct fth_node_type *type;
    for (size_t i = 0; (type = fth_cli_verb_type_at(call->verb, i)); i++)
        if (!call->node || call->node == type)
            fth_json_add(list, json_of(fth_example_at(i), type));
    fth_json_set(root, "examples", list);
    return fth_cli_print_json(root);
}

/* ---- on the user's footage ------------------------------------------------------------------- */

static enum fth_status set_published(const struct fth_cli_job *job, struct fth_error *error)
{
    const struct fth_cli_options *options = job->call->options;
    enum fth_status status = FTH_OK;
    for (size_t i = 0; status == FTH_OK && i < options->count; i++) {
        const struct fth_cli_option *option = &options->items[i];
        if (option->target == FTH_CLI_TO_NODE && option->value)
            status = fth_document_set_published(job->document, option->param->id, option->value,
                                                error);
    }
    return status;
}

/* The file of an input: the option of its name, or IN for the first. */
static const char *file_of(const struct fth_cli_job *job, const struct fth_port *port)
{
    const struct fth_cli_options *options = job->call->options;
    for (size_t i = 0; i < options->count; i++)
        if (options->items[i].port == port && options->items[i].value)
            return options->items[i].value;
    return port == job->call->node->inputs ? job->in : NULL;
}

/* Of a document that is written, `folder` is where it will lie; NULL: it is run where we are. */
static enum fth_status feed(const struct fth_cli_job *job, const char *folder,
                            struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    const struct fth_port *port = job->call->node->inputs;
    for (; status == FTH_OK && port && port->id; port++) {
        const char *file = file_of(job, port), *node = NULL;
        if (!file && !folder && !port->optional)
            return fth_fail(error, FTH_ERR_USAGE, "%s needs footage for '%s': --%s FILE",
                            job->call->node->id, port->id, port->id);
        if (!file && port->optional && port != job->call->node->inputs)
            continue; /* it does without */
        file = file ? file : "";
        char *path = folder && file[0] ? fth_path_relative(folder, file) : fth_strdup(file);
        status = path ? fth_document_feed(job->document, port->id, path, &node, error)
                      : fth_fail_memory(error, strlen(file), "a path");
        fth_free(path);
        if (status == FTH_OK && port == job->call->node->inputs)
            status = fth_cli_job_set_given(job, FTH_CLI_TO_SOURCE, node, error);
    }
    return status;
}

static enum fth_status open_document(struct fth_cli_job *job, struct fth_session *session,
                                     const char *folder, struct fth_error *error)
{
    const struct fth_example *example = fth_example_find(job->call->node->id);
    enum fth_status status = fth_document_parse(session, example->text, example->length, NULL,
                                                &job->document, error);
    if (status == FTH_OK)
        status = set_published(job, error);
    if (status == FTH_OK)
        status = feed(job, folder, error);
    return status;
}

static enum fth_status check_output(const struct fth_cli_job *job, struct fth_error *error)
{
    const char *inputs[FTH_CLI_WORDS];
    int count = 0;
    const struct fth_port *port = job->call->node->inputs;
    for (; port && port->id && count < (int)FTH_ARRAY_COUNT(inputs); port++)
        if (file_of(job, port))
            inputs[count++] = file_of(job, port);
    if (!job->call->options->out && fth_cli_options_given(job->call->options, "explain"))
        return FTH_OK;
    return fth_cli_output_check(job->call, job->call->options->out, inputs, count, error);
}

static enum fth_status run(struct fth_cli_job *job, struct fth_session *session,
                           struct fth_error *error)
{
    const struct fth_cli_options *options = job->call->options;
    const char *last = NULL;
    enum fth_status status = check_output(job, error);
    if (status == FTH_OK)
        status = open_document(job, session, NULL, error);
    if (status == FTH_OK)
        status = fth_document_output(job->document, &last, error);
    if (status == FTH_OK && options->out)
        status = fth_cli_job_add_sink(job, last, error);
    else
        job->sink_name = last;
    if (status == FTH_OK)
        status = fth_document_check(job->document, error);
    const struct fth_cli_running running = {.call = job->call, .session = session,
                                            .document = job->document, .names = &job->sink_name,
                                            .count = 1, .makes = options->out != NULL};
    return status == FTH_OK ? fth_cli_running_run(&running, error) : status;
}

static enum fth_status write_document(struct fth_cli_job *job, struct fth_session *session,
                                      struct fth_error *error)
{
    const char *path = fth_cli_options_value(job->call->options, "write");
    char *folder = fth_path_folder(path), *text = NULL;
    if (!folder)
        return fth_fail_memory(error, strlen(path), "a path");
    enum fth_status status = open_document(job, session, folder, error);
    if (status == FTH_OK)
        status = fth_document_print(job->document, &text, error);
    if (status == FTH_OK)
        status = fth_file_write(path, text, strlen(text), job->call->common.overwrite, error);
    if (status == FTH_OK && !job->in)
        fth_cli_say_remark(FTH_REMARK_WARNING, "the document names no footage yet");
    fth_text_free(text);
    fth_free(folder);
    return status;
}

int fth_cli_run_example(const struct fth_cli_call *call)
{
    const struct fth_cli_options *options = call->options;
    bool writes = fth_cli_options_given(options, "write");
    bool makes = options->word_count || options->out || writes ||
                 fth_cli_options_given(options, "explain");
    struct fth_error error = {0};
    struct fth_session *session = NULL;
    struct fth_cli_job job = {.call = call, .in = options->words[0], .sink_name = "written"};
    enum fth_status status = fth_cli_expect_words(call, 0, 1, &error);
    if (status == FTH_OK && makes && !call->node)
        status = fth_fail(&error, FTH_ERR_USAGE, "name the example first: fathom example NAME ...");
    if (status == FTH_OK && writes && options->out)
        status = fth_fail(&error, FTH_ERR_USAGE, "--write writes the document and -o what it "
                          "makes: give one of them");
    if (status == FTH_OK && !makes && fth_cli_options_given(options, "json"))
        return print_json(call);
    if (status == FTH_OK && !makes)
        return call->node ? print_one(call, fth_example_find(call->node->id)) : print_list();
    if (status == FTH_OK)
        status = fth_session_open(&call->common.session, &session, &error);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    fth_cli_signals_session(session);
    status = writes ? write_document(&job, session, &error) : run(&job, session, &error);
    fth_cli_signals_session(NULL);
    fth_document_free(&job.document);
    fth_session_close(&session);
    return fth_cli_say_status(status, &error);
}
