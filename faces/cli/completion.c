/* SPDX-License-Identifier: Apache-2.0 */
/* Completion scripts: verbs, nodes, options and choices as they are in the tables of this build.
 * bash and zsh share one form: a case over "VERB NODE" that sets the words to offer. */
#include "completion.h"

#include <stdio.h>
#include <string.h>

#include "options.h"
#include "verbs.h"

typedef void command_fn(const struct fth_cli_verb *verb, const struct fth_node_type *node);

/* Calls `each` for every verb, and for "apply" once a node, for "example" once an example. */
static void for_each_command(command_fn *each)
{
    const struct fth_cli_verb *verb;
    for (size_t i = 0; (verb = fth_cli_verb_at(i)); i++) {
        if (verb->is_promised)
            continue;
        const char *id = verb->node ? verb->node : "";
        each(verb, id[0] ? fth_node_type_find(id) : NULL);
        const struct fth_node_type *type;
        for (size_t j = 0; verb->node && !id[0] && (type = fth_cli_verb_type_at(verb, j)); j++)
            each(verb, type);
    }
}

static void print_verbs(void)
{
    const struct fth_cli_verb *verb;
    for (size_t i = 0; (verb = fth_cli_verb_at(i)); i++)
        if (!verb->is_promised)
            printf("%s%s", i ? " " : "", verb->name);
}

static void print_types(const char *verb)
{
    const struct fth_node_type *type;
    for (size_t i = 0; (type = fth_cli_verb_type_at(fth_cli_verb_find(verb), i)); i++)
        printf("%s%s", i ? " " : "", type->id);
}

static void print_case(const struct fth_cli_verb *verb, const struct fth_node_type *node)
{
    struct fth_cli_options options;
    bool named = node && !verb->node[0];
    fth_cli_verb_options(verb, node, &options);
    printf("    '%s%s%s') words='", verb->name, named ? " " : "", named ? node->id : "");
    for (size_t i = 0; i < options.count; i++)
        printf("%s--%s", i ? " " : "", options.items[i].name);
    printf("' ;;\n");
    fth_cli_options_clear(&options);
}

static void print_choice_case(const struct fth_cli_verb *verb, const struct fth_node_type *node)
{
    struct fth_cli_options options;
    bool named = node && !verb->node[0];
    fth_cli_verb_options(verb, node, &options);
    for (size_t i = 0; i < options.count; i++) {
        const struct fth_cli_option *option = &options.items[i];
        if (!option->param || !option->param->choices)
            continue;
        printf("    '%s%s%s --%s') words='", verb->name, named ? " " : "", named ? node->id : "",
               option->name);
        for (const struct fth_choice *choice = option->param->choices; choice->id; choice++)
            printf("%s%s", choice == option->param->choices ? "" : " ", choice->id);
        printf("' ;;\n");
    }
    fth_cli_options_clear(&options);
}

/* Sets $words from $verb, $node, $before (the word before the cursor) and $now. */
static void print_words_function(void)
{
    printf("_fathom_words() {\n  local command=\"$verb\"\n  words=''\n"
           "  if [ -z \"$verb\" ]; then words='");
    print_verbs();
    printf("'; return; fi\n  case \"$verb\" in apply|nodes) if [ -z \"$node\" ]; then words='");
    print_types("apply");
    printf("'; return; fi ;;\n  example) if [ -z \"$node\" ]; then words='");
    print_types("example");
    printf("'; return; fi ;; esac\n"
           "  case \"$verb\" in apply|example) command=\"$verb $node\" ;; esac\n"
           "  case \"$command $before\" in\n");
    for_each_command(print_choice_case);
    printf("  esac\n  [ -n \"$words\" ] && return\n  case \"$now\" in -*) ;; *) return ;; esac\n"
           "  case \"$command\" in\n");
    for_each_command(print_case);
    printf("  esac\n}\n");
}

static void print_bash(void)
{
    printf("# bash completion for fathom; made by 'fathom help --completion bash'\n");
    print_words_function();
    printf("_fathom() {\n  local words verb node before now\n"
           "  now=\"${COMP_WORDS[COMP_CWORD]}\" before=\"${COMP_WORDS[COMP_CWORD-1]}\"\n"
           "  [ \"$COMP_CWORD\" -gt 1 ] && verb=\"${COMP_WORDS[1]}\"\n"
           "  [ \"$COMP_CWORD\" -gt 2 ] && node=\"${COMP_WORDS[2]}\"\n"
           "  _fathom_words\n  COMPREPLY=($(compgen -W \"$words\" -- \"$now\"))\n}\n"
           "complete -o default -F _fathom fathom\n");
}

static void print_zsh(void)
{
    printf("#compdef fathom\n# made by 'fathom help --completion zsh'\n");
    print_words_function();
    printf("_fathom() {\n  local words_typed=(\"${words[@]}\") at=$CURRENT\n"
           "  local words verb node before now\n"
           "  now=\"${words_typed[at]}\" before=\"${words_typed[at-1]}\"\n"
           "  (( at > 2 )) && verb=\"${words_typed[2]}\"\n"
           "  (( at > 3 )) && node=\"${words_typed[3]}\"\n"
           "  _fathom_words\n"
           "  if [ -n \"$words\" ]; then compadd -- ${=words}; else _files; fi\n}\n"
           "if [ \"$funcstack[1]\" = _fathom ]; then _fathom; else compdef _fathom fathom; fi\n");
}

static void print_quoted(const char *text)
{
    for (; text && *text; text++)
        printf(*text == '\'' || *text == '\\' ? "\\%c" : "%c", *text);
}

static void print_fish_option(const struct fth_cli_option *option, const char *condition)
{
    printf("complete -c fathom -n '%s' -l %s", condition, option->name);
    if (option->takes_value)
        printf(" -r");
    if (option->param && option->param->choices) {
        printf(" -f -a '");
        for (const struct fth_choice *choice = option->param->choices; choice->id; choice++)
            printf("%s%s", choice == option->param->choices ? "" : " ", choice->id);
        printf("'");
    }
    printf(" -d '");
    print_quoted(option->row ? option->row->help
                 : option->port ? option->port->label : option->param->label);
    printf("'\n");
}

static void print_fish_command(const struct fth_cli_verb *verb, const struct fth_node_type *node)
{
    char condition[256];
    struct fth_cli_options options;
    bool named = node && !verb->node[0];
    fth_cli_verb_options(verb, node, &options);
    snprintf(condition, sizeof(condition), "__fish_seen_subcommand_from %s%s%s", verb->name,
             named ? "; and __fish_seen_subcommand_from " : "", named ? node->id : "");
    for (size_t i = 0; i < options.count; i++)
        print_fish_option(&options.items[i], condition);
    fth_cli_options_clear(&options);
}

static void print_fish(void)
{
    const struct fth_cli_verb *verb;
    printf("# fish completion for fathom; made by 'fathom help --completion fish'\n");
    for (size_t i = 0; (verb = fth_cli_verb_at(i)); i++) {
        if (verb->is_promised)
            continue;
        printf("complete -c fathom -n __fish_use_subcommand -f -a %s -d '", verb->name);
        print_quoted(verb->summary);
        printf("'\n");
    }
    printf("complete -c fathom -n '__fish_seen_subcommand_from apply nodes' -a '");
    print_types("apply");
    printf("'\ncomplete -c fathom -n '__fish_seen_subcommand_from example' -a '");
    print_types("example");
    printf("'\n");
    for_each_command(print_fish_command);
}

bool fth_cli_completion_print(const char *shell)
{
    static const struct {
        const char *shell;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
        if (strcmp(shell, shells[i].shell) == 0) {
            shells[i].print();
            return true;
        }
    }
    return false;
}
