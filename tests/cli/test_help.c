/* SPDX-License-Identifier: Apache-2.0 */
/* Helps, man page, completion and reference hold what the tables hold. */
#include "cli.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"

static const char *const verbs[] = {"apply", "depth",  "matte", "eval", "nodes",  "probe",
                                    "sheet", "models", "cache", "help", "version", "example"};
enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

static void check_width(const char *text, int limit)
{
    for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
        int columns = 0;
        for (const char *c = line; *c && *c != '\n'; c++)
            columns += ((unsigned char)*c & 0xC0) != 0x80;
        /* a usage line is meant to be copied whole */
        if (columns > limit && strncmp(line, "usage:", 6) != 0)
            fth_test_fail(__FILE__, __LINE__, "%d columns: %.*s", columns,
                          (int)strcspn(line, "\n"), line);
        if (!line[strcspn(line, "\n")])
            break;
    }
}

FTH_TEST(help_of_every_verb)
{
    cli_run("help");
    CLI_CHECK_DONE();
    char *overview = fth_strdup(cli.out);
    for (int i = 0; i < VERB_COUNT; i++) {
        char line[64];
        snprintf(line, sizeof(line), "\n  %-9s ", verbs[i]);
        FTH_CHECK(strstr(overview, line));
        cli_run("%s --help", verbs[i]);
        CLI_CHECK_DONE();
        snprintf(line, sizeof(line), "usage: fathom %s", verbs[i]);
        FTH_CHECK(strncmp(cli.out, line, strlen(line)) == 0);
        check_width(cli.out, 80);
    }
    fth_free(overview);
}

/* Conditions name options as they are called here: --encode, though the parameter is "encoding". */
FTH_TEST(help_names_options_by_their_own_names)
{
    cli_run("depth --help");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "  --encode NAME") && strstr(cli.out, "  --near X"));
    FTH_CHECK(!strstr(cli.out, "--encoding"));
}

static void check_param(const struct fth_json *param, const char *help)
{
    const char *id = fth_json_text(fth_json_get(param, "id"), "");
    bool is_switch = strcmp(fth_json_text(fth_json_get(param, "type"), ""), "switch") == 0;
    char option[100];
    snprintf(option, sizeof(option), "  --%s%s", is_switch ? "[no-]" : "", id);
    for (char *c = option; *c; c++)
        *c = *c == '_' ? '-' : *c;
    if (!strstr(help, option))
        fth_test_fail(__FILE__, __LINE__, "help lacks %s", option);
}

static void check_node(const struct fth_json *node, const struct fth_json *settings)
{
    const char *id = fth_json_text(fth_json_get(node, "id"), "?");
    const struct fth_json *params = fth_json_get(node, "params");
    cli_run("apply %s --help", id);
    CLI_CHECK_DONE();
    check_width(cli.out, 80);
    FTH_CHECK(strstr(cli.out, fth_json_text(fth_json_get(node, "label"), "?")));
    for (size_t i = 0; i < fth_json_count(params); i++) {
        const char *name = fth_json_text(fth_json_get(fth_json_at(params, i), "id"), "");
        /* the common --model is the same thing */
        if (strcmp(name, "model") != 0 && strcmp(name, "overwrite") != 0)
            check_param(fth_json_at(params, i), cli.out);
    }
    for (size_t i = 0; i < fth_json_count(settings); i++)
        if (fth_json_bool(fth_json_get(node, "has_settings"), false))
            check_param(fth_json_at(settings, i), cli.out);
}

FTH_TEST(help_of_every_node_holds_every_parameter)
{
    cli_run("nodes --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *nodes = fth_json_get(root, "nodes");
    FTH_CHECK(fth_json_count(nodes) >= 8);
    for (size_t i = 0; i < fth_json_count(nodes); i++)
        check_node(fth_json_at(nodes, i), fth_json_get(root, "settings"));
    fth_json_destroy(&root);
}

/* A name that a common option has would be out of reach on the command line. */
FTH_TEST(help_no_parameter_hides_behind_a_common_option)
{
    static const char *const common[] = {"frames",   "proxy", "threads", "memory",
                                         "progress", "quiet", "verbose", "log_json", "help"};
    cli_run("nodes --json");
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *nodes = fth_json_get(root, "nodes");
    for (size_t i = 0; i < fth_json_count(nodes); i++) {
        const struct fth_json *params = fth_json_get(fth_json_at(nodes, i), "params");
        for (size_t j = 0; j < fth_json_count(params); j++)
            for (size_t k = 0; k < sizeof(common) / sizeof(common[0]); k++)
                FTH_CHECK(strcmp(fth_json_text(fth_json_get(fth_json_at(params, j), "id"), ""),
                                 common[k]) != 0);
    }
    fth_json_destroy(&root);
}

FTH_TEST(help_reference_is_the_file_in_docs)
{
    void *kept = NULL;
    size_t size = 0;
    struct fth_error error = {0};
    cli_run("help --reference");
    CLI_CHECK_DONE();
    FTH_REQUIRE_OK(fth_file_read(fth_test_source("docs/reference.md"), 16 << 20, &kept, &size,
                                 &error),
                   error);
    if (strcmp(kept, cli.out) != 0)
        fth_test_fail(__FILE__, __LINE__, "docs/reference.md is out of date: "
                      "build/fathom help --reference >docs/reference.md");
    fth_free(kept);
}

FTH_TEST(help_man_page)
{
    cli_run("help --man");
    CLI_CHECK_DONE();
    FTH_CHECK(strncmp(cli.out, ".TH FATHOM 1", 12) == 0);
    FTH_CHECK(strstr(cli.out, "fathom depth") && strstr(cli.out, "EXIT STATUS"));
    if (system("command -v groff >/dev/null 2>&1") != 0)
        return;
    cli_run("help --man | groff -man -Tutf8 -ww -z 2>&1");
    FTH_CHECK_TEXT(cli.out, "");
}

FTH_TEST(help_completion)
{
    cli_run("help --completion bash");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "--far-limit"));
    cli_run("help --completion bash >c.bash; bash -c '. ./c.bash; COMP_WORDS=(fathom apply blur "
            "--rad); COMP_CWORD=3; _fathom; echo ${COMPREPLY[@]}; COMP_WORDS=(fathom apply bl); "
            "COMP_CWORD=2; _fathom; echo ${COMPREPLY[@]}; COMP_WORDS=(fathom matte --mode f); "
            "COMP_CWORD=3; _fathom; echo ${COMPREPLY[@]}'");
    FTH_CHECK_TEXT(cli.out, "--radius\nblur\nfaster\n");
    cli_run("help --completion zsh");
    FTH_CHECK(strncmp(cli.out, "#compdef fathom\n", 16) == 0);
    cli_run("help --completion fish");
    FTH_CHECK(strstr(cli.out, "complete -c fathom"));
}
