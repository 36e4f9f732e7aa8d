/* SPDX-License-Identifier: Apache-2.0 */
/* One place decides how a line looks: "fathom: ..." for people, one JSON object for programs. */
#include "say.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "line.h"

static struct fth_cli_voice voice;

static void remark_sink(void *context, enum fth_remark_level level, const char *line)
{
    (void)context;
    fth_cli_say_remark(level, line);
}

void fth_cli_say_setup(struct fth_cli_voice wanted)
{
    voice = wanted;
    fth_set_remarks(remark_sink, NULL);
}

/* Base prints trees over several lines; raw newlines only ever come from that indentation. */
static void collapse(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from != '\n') {
            *to++ = *from;
            continue;
        }
        while (from[1] == ' ')
            from++;
        if (from[1] != '}' && to[-1] != '{')
            *to++ = ' ';
    }
    *to = '\0';
}

void fth_cli_say_json(struct fth_json *object)
{
    char *text = fth_json_print(object);
    if (text)
        collapse(text);
    flockfile(stderr);
    fprintf(stderr, "%s\n", text ? text : "{\"event\": \"error\", \"message\": \"out of memory\"}");
    funlockfile(stderr);
    fth_free(text);
    fth_json_destroy(&object);
}

static void say_event(const char *level, const struct fth_error *error, const char *line)
{
    struct fth_json *event = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set(event, "event", fth_json_new_text(error ? "error" : "remark"));
    fth_json_set(event, "level", fth_json_new_text(level));
    if (error) {
        fth_json_set(event, "status", fth_json_new_text(fth_status_name(error->status)));
        fth_json_set(event, "node", fth_json_new_text(error->node));
    }
    fth_json_set(event, "message", fth_json_new_text(line));
    fth_cli_say_json(event);
}

static void say_line(const char *kind, const char *line)
{
    flockfile(stderr);
    fth_cli_line_clear();
    fprintf(stderr, "fathom: %s%s\n", kind, line);
    funlockfile(stderr);
}

int fth_cli_say_error(const struct fth_error *error)
{
    if (voice.log_json)
        say_event("error", error, error->message);
    else
        say_line("", error->message);
    if (error->status == FTH_CANCELLED)
        return FTH_CLI_CANCELLED;
    return error->status == FTH_ERR_USAGE ? FTH_CLI_USAGE : FTH_CLI_FAILED;
}

int fth_cli_say_status(enum fth_status status, const struct fth_error *error)
{
    if (status == FTH_OK)
        return FTH_CLI_DONE;
    struct fth_error shown = *error;
    shown.status = status;
    if (status == FTH_CANCELLED && strncmp(shown.message, "cancelled;", 10) != 0)
        fth_fail(&shown, status, "cancelled");
    else if (!shown.message[0])
        fth_fail(&shown, status, "%s", fth_status_name(status));
    return fth_cli_say_error(&shown);
}

void fth_cli_say_remark(enum fth_remark_level level, const char *line)
{
    static const char *const names[] = {"warning", "info", "debug"};
    bool is_warning = level == FTH_REMARK_WARNING;
    if (is_warning ? voice.quiet : !voice.verbose)
        return;
    if (voice.log_json)
        say_event(names[level], NULL, line);
    else
        say_line(is_warning ? "warning: " : "", line);
}

int fth_cli_print_json(struct fth_json *root)
{
    char *text = fth_json_print(root);
    fth_json_destroy(&root);
    if (fth_text_take_lost() || !text) {
        struct fth_error error = {0};
        fth_free(text);
        fth_fail(&error, FTH_ERR_MEMORY, "out of memory while printing JSON");
        return fth_cli_say_error(&error);
    }
    puts(text);
    fth_free(text);
    return FTH_CLI_DONE;
}

int fth_cli_say_printed(void)
{
    struct fth_error error = {0};
    if (!fth_text_take_lost())
        return FTH_CLI_DONE;
    fth_fail(&error, FTH_ERR_MEMORY, "out of memory: what was printed has gaps");
    return fth_cli_say_error(&error);
}

/* Whether nobody reads what goes out any more, which is no reason to complain. */
static bool is_unread(int code)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return code == EPIPE || (poll(&out, 1, 0) == 1 && (out.revents & POLLERR));
}

int fth_cli_say_goodbye(int exit_status)
{
    errno = 0;
    bool bad = fflush(stdout) != 0 || ferror(stdout);
    int code = errno; /* 0 when an earlier write failed */
    if (!bad)
        return exit_status;
    if (!is_unread(code)) {
        struct fth_error error = {0};
        fth_fail(&error, FTH_ERR_IO, "cannot write to standard output%s%s", code ? ": " : "",
                 code ? strerror(code) : "; is the disk full?");
        fth_cli_say_error(&error);
    }
    return exit_status ? exit_status : FTH_CLI_FAILED;
}
