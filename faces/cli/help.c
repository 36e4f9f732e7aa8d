/* SPDX-License-Identifier: Apache-2.0 */
/* Help out of the tables: what the options list holds is what is printed. */
#include "help.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/status.h"
#include "describe.h"
#include "say.h"
#include "wrap.h"

enum { OPTION_COLUMN = 2, MEANING_COLUMN = 26, CHOICE_COLUMN = 28, SECTIONS = 64 };

enum fth_status fth_cli_find_node(const char *id, const struct fth_node_type **node,
                                  struct fth_error *error)
{
    char name[72];
    snprintf(name, sizeof(name), "%s", id);
    for (char *c = name; *c; c++)
        *c = *c == '-' ? '_' : *c;
    const struct fth_node_type *found = fth_node_type_find(name);
    if (found) {
        *node = found;
        return FTH_OK;
    }
    const char *words[256], *nearest = NULL;
    size_t count = 0;
    while (count < FTH_ARRAY_COUNT(words) && count < fth_node_type_count()) {
        words[count] = fth_node_type_at(count)->id;
        count++;
    }
    nearest = fth_nearest_word(name, words, count);
    if (nearest)
        return fth_fail(error, FTH_ERR_USAGE, "unknown node '%s'; did you mean '%s'?", id, nearest);
    return fth_fail(error, FTH_ERR_USAGE, "unknown node '%s'; 'fathom nodes' lists them", id);
}

bool fth_cli_in_section(const struct fth_cli_option *option, const char *section)
{
    return strcmp(option->section, section) == 0;
}

const char *fth_cli_section_at(const struct fth_cli_options *options, size_t index)
{
    const char *sections[SECTIONS];
    size_t count = 0;
    bool has_common = false;
    for (size_t i = 0; i < options->count; i++) {
        const struct fth_cli_option *option = &options->items[i];
        bool seen = fth_cli_in_section(option, "Common");
        has_common = has_common || seen;
        for (size_t j = 0; j < count; j++)
            seen = seen || fth_cli_in_section(option, sections[j]);
        if (!seen && count < SECTIONS)
            sections[count++] = option->section;
    }
    if (index == count && has_common)
        return "Common";
    return index < count ? sections[index] : NULL;
}

static void append_choices(struct fth_text *text, const struct fth_choice *choice, int width)
{
    for (; choice && choice->id; choice++) {
        struct fth_text line = {0};
        const char *help = choice->help && choice->help[0] ? choice->help : choice->label;
        fth_text_append(&line, "%s: %s", choice->id, help ? help : "");
        fth_cli_wrap(text, line.data ? line.data : "", 0, CHOICE_COLUMN, width);
        fth_text_clear(&line);
    }
}

void fth_cli_help_option(struct fth_text *text, const struct fth_cli_option *option, int width)
{
    struct fth_text form = {0}, meaning = {0};
    fth_cli_describe_option(&form, option);
    fth_cli_describe_meaning(&meaning, option);
    fth_text_append(text, "%*s%s", OPTION_COLUMN, "", form.data ? form.data : "");
    int column = OPTION_COLUMN + (int)form.length;
    if (column > MEANING_COLUMN - 2) {
        fth_text_append(text, "\n");
        column = 0;
    }
    fth_cli_wrap(text, meaning.data ? meaning.data : "", column, MEANING_COLUMN, width);
    if (option->param)
        append_choices(text, option->param->choices, width);
    fth_text_clear(&form);
    fth_text_clear(&meaning);
}

static void append_sections(struct fth_text *text, const struct fth_cli_options *options, int width)
{
    const char *section;
    for (size_t i = 0; (section = fth_cli_section_at(options, i)); i++) {
        fth_text_append(text, "\n%s:\n", section);
        if (strcmp(section, "Common") == 0 && options->has_out)
            fth_text_append(text, "  %-22s  The file to write: a video, a still or a sequence.\n",
                            "-o OUT");
        for (size_t j = 0; j < options->count; j++) {
            const struct fth_cli_option *option = &options->items[j];
            if (fth_cli_in_section(option, section) && !option->negates)
                fth_cli_help_option(text, option, width);
        }
    }
}

static void append_usage(struct fth_text *text, const struct fth_cli_verb *verb,
                         const struct fth_node_type *node)
{
    char command[128];
    bool named = verb->node && !verb->node[0] && node;
    fth_cli_verb_command(verb, node, command, sizeof(command));
    const struct fth_port *main = named ? node->inputs : NULL;
    const char *in = !main || !main->id ? "" : main->optional ? " [IN]" : " IN";
    if (!named)
        fth_text_append(text, "usage: %s %s\n\n", command, verb->usage);
    else
        fth_text_append(text, "usage: %s%s -o OUT [OPTION]...\n\n", command, in);
}

int fth_cli_help_print(const struct fth_cli_verb *verb, const struct fth_node_type *node)
{
    struct fth_text text = {0};
    struct fth_cli_options options;
    int width = fth_cli_terminal_width(STDOUT_FILENO);
    bool named = verb->node && !verb->node[0] && node;
    fth_cli_verb_options(verb, node, &options);
    append_usage(&text, verb, node);
    if (named) {
        if (verb->has_examples)
            fth_text_append(&text, "%s\n", node->label);
        else
            fth_text_append(&text, "%s [%s], %s\n", node->label, node->tag, node->group);
        fth_cli_wrap(&text, node->help, 0, 0, width);
        if (node->inputs && node->inputs[0].id)
            fth_text_append(&text, "\nIN is --%s, or the first input that no option names.\n",
                            node->inputs[0].id);
    } else {
        fth_text_append(&text, "%s:", verb->name);
        fth_cli_wrap(&text, verb->summary, (int)strlen(verb->name) + 1, 0, width);
        if (verb->details)
            fth_cli_wrap(&text, verb->details, 0, 0, width);
    }
    append_sections(&text, &options, width);
    fputs(text.data ? text.data : "", stdout);
    fth_text_clear(&text);
    fth_cli_options_clear(&options);
    return fth_cli_say_printed();
}

void fth_cli_help_overview(void)
{
    printf("fathom %s: depth out of footage, and mattes out of depth\n\n", fth_version());
    printf("usage: fathom VERB ... [OPTION]...\n\n");
    const struct fth_cli_verb *verb;
    for (size_t i = 0; (verb = fth_cli_verb_at(i)); i++)
        if (!verb->is_promised)
            printf("  %-9s %s\n", verb->name, verb->summary);
    printf("\n'fathom VERB --help' describes a verb, 'fathom apply NODE --help' a node.\n"
           "Files go by name: video (.mp4 .mov .mkv .webm), still (.png .jpg .tif .exr .pfm),\n"
           "sequence (shot.####.exr); - is a pipe.\n"
           "Exit status: 0 done, 1 failed, 2 wrong usage, 130 cancelled.\n");
}
