/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing a command line against its options. getopt_long does the splitting; what it is too kind
 * about (abbreviations, repetitions, an option swallowed as a value) is refused here, and what it
 * is too short about (the nearest spelling) is said here. */
#include <getopt.h>
#include <string.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"
#include "options.h"

enum { FIRST_VALUE = 1000 }; /* getopt codes of our options, above any character */

struct parse {
    struct fth_cli_options *options;
    const char *command;
    struct option *table;
    struct fth_error *error;
};

static enum fth_status fail_unknown(const struct parse *parse, const char *given)
{
    const struct fth_cli_options *options = parse->options;
    const char *name = given + strspn(given, "-"), *nearest = NULL;
    size_t length = strcspn(name, "=");
    char word[72] = "";
    if (length < sizeof(word))
        memcpy(word, name, length);
    const char **names = fth_alloc(options->count + 1, sizeof(*names));
    for (size_t i = 0; names && i < options->count; i++)
        names[i] = options->items[i].name;
    if (names && strncmp(given, "--", 2) == 0)
        nearest = fth_nearest_word(word, names, options->count);
    for (size_t i = 0; !nearest && word[0] && i < options->count; i++)
        if (strncmp(options->items[i].name, word, strlen(word)) == 0)
            nearest = options->items[i].name;
    fth_free(names);
    int shown = (int)strcspn(given, "=");
    if (nearest)
        return fth_fail(parse->error, FTH_ERR_USAGE, "unknown option %.*s; did you mean --%s?",
                        shown, given, nearest);
    return fth_fail(parse->error, FTH_ERR_USAGE, "unknown option %.*s; '%s --help' lists them",
                    shown, given, parse->command);
}

/* The option spelled out in full by `given` ("--name" or "--name=value"), or NULL. */
static struct fth_cli_option *find_exact(const struct fth_cli_options *options, const char *given)
{
    if (strncmp(given, "--", 2) != 0)
        return NULL;
    size_t length = strcspn(given + 2, "=");
    for (size_t i = 0; i < options->count; i++) {
        struct fth_cli_option *option = &options->items[i];
        if (strlen(option->name) == length && memcmp(option->name, given + 2, length) == 0)
            return option;
    }
    return NULL;
}

/* "--gamma --invert": the second is meant as an option, not as a value. */
static bool swallows(const struct parse *parse, const char *given, const char *value)
{
    return !strchr(given, '=') && find_exact(parse->options, value);
}

static struct fth_cli_option *opposite(const struct parse *parse, const struct fth_cli_option *one)
{
    for (size_t i = 0; i < parse->options->count; i++) {
        struct fth_cli_option *other = &parse->options->items[i];
        if (other != one && other->param == one->param && other->target == one->target)
            return other;
    }
    return NULL;
}

static enum fth_status check_value(const struct parse *parse, const struct fth_cli_option *option)
{
    if (!option->param || !option->takes_value)
        return FTH_OK;
    enum fth_status status = fth_param_check(option->param, option->value, parse->error);
    if (status != FTH_OK)
        fth_error_prefix(parse->error, "--%s", option->name);
    return status == FTH_OK || status == FTH_ERR_MEMORY ? status : FTH_ERR_USAGE;
}

static enum fth_status take_again(const struct parse *parse, struct fth_cli_option *option,
                                  const char *value)
{
    struct fth_cli_options *options = parse->options;
    if (options->given_count == FTH_CLI_REPEATS)
        return fth_fail(parse->error, FTH_ERR_USAGE, "--%s is given more than %d times",
                        option->name, FTH_CLI_REPEATS);
    option->value = value;
    options->given[options->given_count++] = (struct fth_cli_given){option->row, value};
    return FTH_OK;
}

static enum fth_status take_option(const struct parse *parse, const char *given, const char *value)
{
    struct fth_cli_option *option = find_exact(parse->options, given);
    if (!option)
        return fail_unknown(parse, given);
    if (option->takes_value && swallows(parse, given, value))
        return fth_fail(parse->error, FTH_ERR_USAGE, "--%s needs a value, and %s is an option",
                        option->name, value);
    if (option->row && option->row->repeats)
        return take_again(parse, option, value);
    if (option->value)
        return fth_fail(parse->error, FTH_ERR_USAGE, "--%s is given twice", option->name);
    struct fth_cli_option *other = option->param && !option->takes_value ? opposite(parse, option)
                                                                          : NULL;
    if (other && other->value)
        return fth_fail(parse->error, FTH_ERR_USAGE, "--%s and --%s contradict each other",
                        other->name, option->name);
    option->value = option->takes_value ? value : option->negates ? "false" : "true";
    return check_value(parse, option);
}

static enum fth_status take_out(const struct parse *parse, const char *value)
{
    struct fth_cli_options *options = parse->options;
    if (!options->has_out)
        return fail_unknown(parse, "-o");
    if (find_exact(options, value))
        return fth_fail(parse->error, FTH_ERR_USAGE, "-o needs a file name, and %s is an option",
                        value);
    if (options->out && !options->has_outs)
        return fth_fail(parse->error, FTH_ERR_USAGE, "-o is given twice: %s and %s", options->out,
                        value);
    if (options->out_count == FTH_CLI_OUTS)
        return fth_fail(parse->error, FTH_ERR_USAGE, "-o is given more than %d times",
                        FTH_CLI_OUTS);
    options->outs[options->out_count++] = value;
    options->out = options->outs[0];
    return FTH_OK;
}

static enum fth_status take_word(const struct parse *parse, const char *word)
{
    struct fth_cli_options *options = parse->options;
    if (options->word_count == FTH_CLI_WORDS)
        return fth_fail(parse->error, FTH_ERR_USAGE, "too many arguments, from '%s' on", word);
    options->words[options->word_count++] = word;
    return FTH_OK;
}

/* getopt could not make sense of `given`: say why. */
static enum fth_status fail_at(const struct parse *parse, const char *given, bool lacks_value)
{
    const struct fth_cli_option *option = find_exact(parse->options, given);
    if (option && option->takes_value)
        return fth_fail(parse->error, FTH_ERR_USAGE, "--%s needs a value", option->name);
    if (option)
        return fth_fail(parse->error, FTH_ERR_USAGE, "--%s takes no value", option->name);
    if (lacks_value && strcmp(given, "-o") == 0 && parse->options->has_out)
        return fth_fail(parse->error, FTH_ERR_USAGE, "-o needs a file name");
    return fail_unknown(parse, given);
}

static struct option *make_table(const struct fth_cli_options *options)
{
    struct option *table = fth_alloc(options->count + 1, sizeof(*table));
    for (size_t i = 0; table && i < options->count; i++) {
        const struct fth_cli_option *item = &options->items[i];
        table[i] = (struct option){item->name, item->takes_value ? required_argument : no_argument,
                                   NULL, FIRST_VALUE + (int)i};
    }
    return table;
}

static enum fth_status walk(const struct parse *parse, int argc, char **argv)
{
    /* The leading '-' hands words out in their order whatever POSIXLY_CORRECT says; argv is never
     * permuted, so argv[at] is what getopt looks at next. */
    enum fth_status status = FTH_OK;
    optind = 0;
    opterr = 0;
    for (int at = 1; status == FTH_OK; at = optind) {
        int code = getopt_long(argc, argv, "-:o:", parse->table, NULL);
        if (code == -1)
            break;
        if (code == 1)
            status = take_word(parse, optarg);
        else if (code == 'o')
            status = take_out(parse, optarg);
        else if (code == '?' || code == ':')
            status = fail_at(parse, argv[at], code == ':');
        else
            status = take_option(parse, argv[at], optarg);
    }
    for (; status == FTH_OK && optind < argc; optind++)
        status = take_word(parse, argv[optind]);
    return status;
}

enum fth_status fth_cli_options_parse(struct fth_cli_options *options, int argc, char **argv,
                                      const char *command, struct fth_error *error)
{
    struct parse parse = {options, command, NULL, error};
    char **shifted = fth_alloc((size_t)argc + 2, sizeof(*shifted)); /* getopt skips the first */
    parse.table = options->failed ? NULL : make_table(options);
    enum fth_status status = FTH_OK;
    if (!shifted || !parse.table) {
        status = fth_fail_memory(error, (unsigned long long)argc, "the command line");
        goto done;
    }
    shifted[0] = (char *)(size_t)command;
    for (int i = 0; i < argc; i++)
        shifted[i + 1] = argv[i];
    status = walk(&parse, argc + 1, shifted);
done:
    fth_free(shifted);
    fth_free(parse.table);
    return status;
}
