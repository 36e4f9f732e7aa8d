/* SPDX-License-Identifier: Apache-2.0 */
/* fathom, the command line: finds the verb and the node, gathers the options they have, parses, and
 * lets the verb run. A face translates; it does not compute. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/status.h"
#include "base/text.h"
#include "help.h"
#include "say.h"
#include "signals.h"
#include "verbs.h"

/* Said before the options are known, because it decides how their errors look. */
static void find_voice(int argc, char **argv)
{
    struct fth_cli_voice voice = {0};
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        voice.quiet = voice.quiet || strcmp(argv[i], "--quiet") == 0;
        voice.verbose = voice.verbose || strcmp(argv[i], "--verbose") == 0;
        voice.log_json = voice.log_json || strcmp(argv[i], "--log-json") == 0;
    }
    fth_cli_say_setup(voice);
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static enum fth_status find_verb(const char *name, const struct fth_cli_verb **verb,
                                 struct fth_error *error)
{
    const char *words[64];
    size_t count = 0;
    const struct fth_cli_verb *found = fth_cli_verb_find(name);
    if (found && found->is_promised)
        return fth_fail(error, FTH_ERR_USAGE, "%s: not in this version yet", name);
    if (found) {
        *verb = found;
        return FTH_OK;
    }
    for (const struct fth_cli_verb *row; (row = fth_cli_verb_at(count)) && count < 64;)
        words[count++] = row->name;
    const char *nearest = fth_nearest_word(name, words, count);
    if (nearest)
        return fth_fail(error, FTH_ERR_USAGE, "unknown verb '%s'; did you mean '%s'?", name,
                        nearest);
    return fth_fail(error, FTH_ERR_USAGE, "unknown verb '%s'; 'fathom help' lists them", name);
}

/* Common options mean the same everywhere, but not everywhere something. */
static void remark_on_idle(const struct fth_cli_call *call)
{
    static const struct {
        const char *name;
        bool of_writing; /* else of a verb that runs nodes */
    } rows[] = {{"frames", true}, {"resume", false}, {"proxy", false}, {"model", false},
                {"device", false}};
    const struct fth_cli_verb *verb = call->verb;
    for (size_t i = 0; i < FTH_ARRAY_COUNT(rows); i++) {
        char line[120];
        const char *name = rows[i].name;
        if (!fth_cli_options_given(call->options, name) ||
            (rows[i].of_writing ? verb->writes : verb->node || verb->renders))
            continue;
        snprintf(line, sizeof(line), "--%s has no effect on 'fathom %s'", name, verb->name);
        fth_cli_say_remark(FTH_REMARK_WARNING, line);
    }
}

/* Runs the verb over argv, which begins behind the words that named verb and node. */
static int run(const struct fth_cli_verb *verb, const struct fth_node_type *node, int argc,
               char **argv)
{
    char command[128];
    struct fth_error error = {0};
    struct fth_cli_options options;
    struct fth_cli_call call = {.verb = verb, .node = node, .options = &options};
    if (wants_help(argc, argv))
        return fth_cli_help_print(verb, node);
    fth_cli_verb_options(verb, node, &options);
    fth_cli_verb_command(verb, node, command, sizeof(command));
    enum fth_status status = fth_cli_options_parse(&options, argc, argv, command, &error);
    if (status == FTH_OK)
        status = fth_cli_common_read(&options, &call.common, &error);
    if (status == FTH_OK)
        remark_on_idle(&call);
    int exit_status = status == FTH_OK ? verb->run(&call) : fth_cli_say_status(status, &error);
    if (exit_status == FTH_CLI_DONE && !verb->writes)
        exit_status = fth_cli_say_printed();
    fth_cli_options_clear(&options);
    return exit_status;
}

/* The node or example that stands behind the verb. */
static enum fth_status find_named(const struct fth_cli_verb *verb, int argc, char **argv, int *used,
                                  const struct fth_node_type **node, struct fth_error *error)
{
    if (argc > *used && argv[*used][0] != '-')
        return fth_cli_verb_find_type(verb, argv[(*used)++], node, error);
    return verb->has_examples ? FTH_OK
                              : fth_fail(error, FTH_ERR_USAGE,
                                         "name the node first: fathom %s %s", verb->name,
                                         verb->usage);
}

static int dispatch(int argc, char **argv)
{
    struct fth_error error = {0};
    const struct fth_cli_verb *verb = NULL;
    const struct fth_node_type *node = NULL;
    const char *first = argc > 1 ? argv[1] : "--help";
    if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        fth_cli_help_overview();
        return argc > 1 ? FTH_CLI_DONE : FTH_CLI_USAGE;
    }
    enum fth_status status = find_verb(strcmp(first, "--version") == 0 ? "version" : first, &verb,
                                       &error);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    int used = 2;
    if (verb->node && verb->node[0]) {
        status = fth_cli_find_node(verb->node, &node, &error);
    } else if (verb->node && !(argc > 2 && argv[2][0] == '-' && wants_help(argc - 2, argv + 2))) {
        status = find_named(verb, argc, argv, &used, &node, &error);
    }
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    return run(verb, node, argc - used, argv + used);
}

/* Whoever closed a standard stream must not have what we say written into the next file we open. In
 * its place stands one that fails when it is used. */
static void fill_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY); /* the least free */
    }
}

/* glibc takes a large block that is freed for a sign that such blocks had better come out of its
 * heap; there the holes between pictures stay, and a job with little memory held three times what
 * it used. Larger blocks than this are the system's, and go back to it. */
static void settle_memory(void)
{
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
#endif
}

int main(int argc, char **argv)
{
    fill_streams();
    settle_memory();
    setlocale(LC_CTYPE, "");
    fth_cli_signals_watch();
    find_voice(argc, argv);
    return fth_cli_say_goodbye(dispatch(argc, argv));
}
