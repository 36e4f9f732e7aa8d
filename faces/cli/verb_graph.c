/* SPDX-License-Identifier: Apache-2.0 */
/* graph: documents checked, brought into one form, drawn, told apart; and the schema of them. */
#include <langinfo.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "say.h"
#include "verb_graph.h"
#include "wrap.h"

/* What one of the verb's own words does with the words behind it. */
struct action {
    const char *name;
    int least, most; /* words behind it */
    const char *options; /* that it takes, of the verb's own */
    int (*run)(const struct fth_cli_call *call, struct fth_session *session);
};

static const char *word(const struct fth_cli_call *call, int index)
{
    return call->options->words[index + 1];
}

static int word_count(const struct fth_cli_call *call)
{
    return call->options->word_count - 1;
}

static bool is_given(const struct fth_cli_call *call, const char *name)
{
    return fth_cli_options_given(call->options, name);
}

static int print_text(char *text)
{
    fputs(text, stdout);
    fth_text_free(text);
    return FTH_CLI_DONE;
}

/* ---- check ----------------------------------------------------------------------------------- */

/* "graph.json:3:9: warning: node 'warm' (grade): ..." */
static void print_problem(const char *file, const struct fth_json *problem)
{
    bool is_warning = strcmp(fth_json_text(fth_json_get(problem, "level"), ""), "warning") == 0;
    long long line = fth_json_int(fth_json_get(problem, "line"), 0);
    const char *words = fth_json_text(fth_json_get(problem, "message"), "");
    if (line)
        printf("%s:%lld:%lld: ", file, line,
               (long long)fth_json_int(fth_json_get(problem, "column"), 0));
    else
        printf("%s: ", file);
    printf("%s%s\n", is_warning ? "warning: " : "", words);
}

static void print_report(const struct fth_json *report)
{
    const char *file = fth_json_text(fth_json_get(report, "file"), "");
    const struct fth_json *problems = fth_json_get(report, "problems");
    size_t count = fth_json_count(problems);
    for (size_t i = 0; i < count; i++)
        print_problem(file, fth_json_at(problems, i));
    if (fth_json_bool(fth_json_get(report, "sound"), false))
        printf("%s: sound, %lld nodes\n", file,
               (long long)fth_json_int(fth_json_get(report, "nodes"), 0));
}

static enum fth_status examine(const struct fth_cli_call *call, const char *path,
                               struct fth_json **report, struct fth_error *error)
{
    char *text = NULL;
    enum fth_status status = fth_document_examine(path, call->common.session.allow_outside,
                                                  &text, error);
    if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "report", report, NULL);
    if (text && status != FTH_OK) /* what the library prints is JSON */
        status = fth_fail_memory(error, strlen(text), "JSON");
    fth_text_free(text);
    return status;
}

static int run_check(const struct fth_cli_call *call, struct fth_session *session)
{
    bool as_json = is_given(call, "json"), all_sound = true;
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY), *root = fth_json_new(FTH_JSON_OBJECT);
    enum fth_status status = FTH_OK;
    int failed = FTH_CLI_DONE;
    (void)session;
    for (int i = 0; i < word_count(call); i++) {
        struct fth_error error = {0};
        struct fth_json *report = NULL;
        status = examine(call, word(call, i), &report, &error);
        if (status != FTH_OK)
            failed = fth_cli_say_status(status, &error);
        if (status == FTH_ERR_MEMORY)
            break;
        if (status != FTH_OK)
            continue;
        all_sound = all_sound && fth_json_bool(fth_json_get(report, "sound"), false);
        if (!as_json)
            print_report(report);
        fth_json_add(list, report);
    }
    fth_json_set_bool(root, "sound", all_sound && failed == FTH_CLI_DONE);
    fth_json_set(root, "files", list);
    bool prints = as_json && status != FTH_ERR_MEMORY; /* one line of it is enough */
    int printed = prints ? fth_cli_print_json(root) : FTH_CLI_DONE;
    if (!prints)
        fth_json_destroy(&root);
    return failed ? failed : printed ? printed : all_sound ? FTH_CLI_DONE : FTH_CLI_FAILED;
}

/* ---- fmt ------------------------------------------------------------------------------------- */

static enum fth_status format(struct fth_session *session, const char *path, char **now,
                              char **formatted, struct fth_error *error)
{
    struct fth_document *document = NULL;
    enum fth_status status = fth_document_read(session, path, &document, error);
    if (status == FTH_OK)
        status = fth_document_print(document, now, error);
    if (status == FTH_OK)
        status = fth_document_format(document, formatted, error);
    fth_document_free(&document);
    return status;
}

/* What becomes of one file: false when --check finds it in another form. */
static enum fth_status format_one(const struct fth_cli_call *call, struct fth_session *session,
                                  const char *path, bool *same, struct fth_error *error)
{
    char *now = NULL, *formatted = NULL;
    enum fth_status status = format(session, path, &now, &formatted, error);
    *same = status == FTH_OK && strcmp(now, formatted) == 0;
    if (status == FTH_OK && is_given(call, "check")) {
        if (!*same)
            printf("%s: not in the form that 'fathom graph fmt' gives it\n", path);
    } else if (status == FTH_OK && call->common.overwrite) {
        if (!*same)
            status = fth_file_write(path, formatted, strlen(formatted), true, error);
    } else if (status == FTH_OK) {
        fputs(formatted, stdout);
    }
    fth_text_free(now);
    fth_text_free(formatted);
    return status;
}

static int run_fmt(const struct fth_cli_call *call, struct fth_session *session)
{
    bool checks = is_given(call, "check"), all_same = true;
    struct fth_error error = {0};
    if (word_count(call) > 1 && !checks && !call->common.overwrite) {
        fth_fail(&error, FTH_ERR_USAGE, "fmt prints one document; with --overwrite it changes "
                 "several where they are, with --check it only looks");
        return fth_cli_say_error(&error);
    }
    for (int i = 0; i < word_count(call); i++) {
        bool same = true;
        enum fth_status status = format_one(call, session, word(call, i), &same, &error);
        if (status != FTH_OK)
            return fth_cli_say_status(status, &error);
        all_same = all_same && same;
    }
    return checks && !all_same ? FTH_CLI_FAILED : FTH_CLI_DONE;
}

/* ---- show ------------------------------------------------------------------------------------ */

static int run_show(const struct fth_cli_call *call, struct fth_session *session)
{
    struct fth_error error = {0};
    struct fth_document *document = NULL;
    char *text = NULL;
    bool is_terminal = isatty(STDOUT_FILENO), is_utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    enum fth_document_drawing drawing = is_given(call, "dot") ? FTH_DRAW_DOT
                                        : is_utf8             ? FTH_DRAW_TREE
                                                              : FTH_DRAW_TREE_ASCII;
    int width = is_terminal ? fth_cli_terminal_width(STDOUT_FILENO) : 0;
    enum fth_status status = fth_document_read(session, word(call, 0), &document, &error);
    if (status == FTH_OK)
        status = fth_document_draw(document, drawing, width, &text, &error);
    fth_document_free(&document);
    return status == FTH_OK ? print_text(text) : fth_cli_say_status(status, &error);
}

/* ---- diff ------------------------------------------------------------------------------------ */

/* One line for a value, cut where nobody reads on. */
static void print_value(const struct fth_json *value, const char *none)
{
    enum { MOST = 60 };
    char *text = fth_json_kind(value) == FTH_JSON_NULL ? NULL : fth_json_print_neat(value, 0);
    size_t length = text ? strcspn(text, "\n") : 0, cut = FTH_MIN(length, (size_t)MOST);
    while (text && cut > 0 && cut < length && ((unsigned char)text[cut] & 0xc0) == 0x80)
        cut--;
    printf("%.*s%s", (int)cut, text ? text : "", length > MOST ? "..." : "");
    if (!text)
        fputs(none, stdout);
    fth_free(text);
}

static void print_change(const struct fth_json *change)
{
    const char *what = fth_json_text(fth_json_get(change, "what"), "");
    const char *node = fth_json_text(fth_json_get(change, "node"), "");
    const char *key = fth_json_text(fth_json_get(change, "key"), "");
    const struct fth_json *before = fth_json_get(change, "before");
    const struct fth_json *after = fth_json_get(change, "after");
    bool is_new = fth_json_kind(before) == FTH_JSON_NULL;
    bool is_gone = fth_json_kind(after) == FTH_JSON_NULL;
    const char *none = strcmp(what, "param") == 0 ? "(default)" : "(none)";
    if (strcmp(what, "node") == 0 && !key[0]) {
        const struct fth_json *kind = fth_json_get(is_gone ? before : after, "node");
        printf("%c %s (%s)\n", is_gone ? '-' : '+', node, fth_json_text(kind, ""));
        return;
    }
    bool is_setting = strcmp(what, "setting") == 0, is_published = strcmp(what, "publish") == 0;
    printf("%c %s%s%s%s: ", is_new ? '+' : is_gone ? '-' : '~',
           is_setting ? "settings." : is_published ? "publish." : "", node, node[0] ? "." : "",
           key);
    print_value(before, none);
    printf(" -> ");
    print_value(after, none);
    printf("\n");
}

static int run_diff(const struct fth_cli_call *call, struct fth_session *session)
{
    struct fth_error error = {0};
    struct fth_document *documents[2] = {NULL, NULL};
    struct fth_json *root = NULL;
    char *text = NULL;
    enum fth_status status = FTH_OK;
    for (int i = 0; i < 2 && status == FTH_OK; i++)
        status = fth_document_read(session, word(call, i), &documents[i], &error);
    if (status == FTH_OK)
        status = fth_document_diff(documents[0], documents[1], &text, &error);
    if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "diff", &root, &error);
    fth_text_free(text);
    fth_document_free(&documents[0]);
    fth_document_free(&documents[1]);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    bool same = fth_json_bool(fth_json_get(root, "same"), false);
    if (is_given(call, "json")) {
        int printed = fth_cli_print_json(root);
        return printed ? printed : same ? FTH_CLI_DONE : FTH_CLI_FAILED;
    }
    const struct fth_json *changes = fth_json_get(root, "changes");
    for (size_t i = 0; i < fth_json_count(changes); i++)
        print_change(fth_json_at(changes, i));
    fth_json_destroy(&root);
    return same ? FTH_CLI_DONE : FTH_CLI_FAILED;
}

/* ---- schema ---------------------------------------------------------------------------------- */

static int run_schema(const struct fth_cli_call *call, struct fth_session *session)
{
    struct fth_error error = {0};
    char *text = NULL;
    (void)call;
    (void)session;
    enum fth_status status = fth_document_schema(&text, &error);
    return status == FTH_OK ? print_text(text) : fth_cli_say_status(status, &error);
}

static const struct action actions[] = {
    {"check", 1, FTH_CLI_WORDS, "json", run_check},
    {"fmt", 1, FTH_CLI_WORDS, "check", run_fmt},
    {"show", 1, 1, "dot", run_show},
    {"diff", 2, 2, "json", run_diff},
    {"schema", 0, 0, "", run_schema},
    {"import", 1, 1, "json", fth_cli_graph_import},
    {"export", 1, 1, "json", fth_cli_graph_export},
};

static enum fth_status find_action(const struct fth_cli_call *call, const struct action **action,
                                   struct fth_error *error)
{
    const char *names[FTH_ARRAY_COUNT(actions)], *name = call->options->words[0];
    for (size_t i = 0; i < FTH_ARRAY_COUNT(actions); i++) {
        names[i] = actions[i].name;
        if (strcmp(name, names[i]) != 0)
            continue;
        *action = &actions[i];
        int count = word_count(call);
        if (count < actions[i].least)
            return fth_fail(error, FTH_ERR_USAGE, "graph %s: name the document%s", name,
                            actions[i].least > 1 ? "s: BEFORE AFTER" : "");
        if (count > actions[i].most)
            return fth_fail(error, FTH_ERR_USAGE, "graph %s: '%s' is one too many", name,
                            word(call, actions[i].most));
        return FTH_OK;
    }
    const char *nearest = fth_nearest_word(name, names, FTH_ARRAY_COUNT(names));
    return fth_fail(error, FTH_ERR_USAGE,
                    "graph: '%s' is not check, fmt, show, diff, schema, import or "
                    "export%s%s%s", name, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                    nearest ? "'?" : "");
}

static void remark_on_idle(const struct fth_cli_call *call, const struct action *action)
{
    bool writes = action->run == fth_cli_graph_import || action->run == fth_cli_graph_export;
    if (call->options->out && !writes)
        fth_cli_say_remark(FTH_REMARK_WARNING, "-o has an effect on import and export only");
    for (const struct fth_cli_row *row = call->verb->rows; row->name; row++) {
        char line[120];
        if (!is_given(call, row->name) || strcmp(action->options, row->name) == 0 ||
            strcmp(row->name, "allow-outside") == 0) /* it is of reading, which all do */
            continue;
        snprintf(line, sizeof(line), "--%s has no effect on 'fathom graph %s'", row->name,
                 action->name);
        fth_cli_say_remark(FTH_REMARK_WARNING, line);
    }
}

int fth_cli_run_graph(const struct fth_cli_call *call)
{
    struct fth_error error = {0};
    struct fth_session *session = NULL;
    const struct action *action = NULL;
    enum fth_status status = fth_cli_expect_words(call, 1, FTH_CLI_WORDS, &error);
    if (status == FTH_OK)
        status = find_action(call, &action, &error);
    if (status == FTH_OK)
        status = fth_session_open(&call->common.session, &session, &error);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    remark_on_idle(call, action);
    int exit_status = action->run(call, session);
    fth_session_close(&session);
    return exit_status;
}
