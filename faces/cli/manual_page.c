/* SPDX-License-Identifier: Apache-2.0 */
/* fathom(1). Nodes are named here and described in the reference: a page of every parameter would
 * be too long to read. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "describe.h"
#include "help.h"
#include "manual.h"
#include "verbs.h"

/* roff reads a leading '.' or ''' as a request and '\' and '-' as its own. */
static void print_roff(const char *text)
{
    for (const char *c = text; *c; c++) {
        if ((*c == '.' || *c == '\'') && (c == text || c[-1] == '\n'))
            fputs("\\&", stdout);
        if (*c == '\\')
            fputs("\\e", stdout);
        else if (*c == '-')
            fputs("\\-", stdout);
        else
            putchar(*c);
    }
}

static void print_option(const struct fth_cli_option *option)
{
    struct fth_text form = {0}, meaning = {0};
    fth_cli_describe_option(&form, option);
    fth_cli_describe_meaning(&meaning, option);
    printf(".TP\n\\fB");
    print_roff(form.data ? form.data : "");
    printf("\\fR\n");
    print_roff(meaning.data ? meaning.data : "");
    printf("\n");
    fth_text_clear(&form);
    fth_text_clear(&meaning);
}

static void print_verb(const struct fth_cli_verb *verb)
{
    printf(".SS fathom %s\n\\fBfathom %s\\fR ", verb->name, verb->name);
    print_roff(verb->usage);
    printf("\n.PP\n%c", verb->summary[0] - (verb->summary[0] >= 'a' ? 32 : 0));
    print_roff(verb->summary + 1);
    printf(".\n");
    if (verb->details) {
        print_roff(verb->details);
        printf("\n");
    }
    struct fth_cli_options options = {0};
    fth_cli_options_add_rows(&options, verb->rows, "Options");
    for (size_t i = 0; i < options.count; i++)
        print_option(&options.items[i]);
    fth_cli_options_clear(&options);
}

static void print_nodes(void)
{
    printf(".SH NODES\n\\fBfathom help\\fR \\fINODE\\fR describes every control of one.\n");
    for (size_t i = 0; i < fth_node_type_count(); i++) {
        const struct fth_node_type *node = fth_node_type_at(i);
        printf(".TP\n\\fB");
        print_roff(node->id);
        printf("\\fR\n");
        print_roff(node->help);
        printf("\n");
    }
}

static void print_examples(void)
{
    static const char *const lines[][2] = {
        {"Depth of a clip as a grey video, white is near", "fathom depth clip.mp4 -o depth.mp4"},
        {"The people of a clip, with transparency",
         "fathom matte clip.mp4 -o people.mov --subject-lift 1 --adjust-map-levels "
         "--far-limit 0.8 --near-limit 0.86"},
        {"A blur behind them",
         "fathom apply blur clip.mp4 --key people.mov --key-invert --radius 14 -o out.mp4"},
        {"A graph, with another value for this run",
         "fathom render shot.json --set warm.temperature=20 -o out.mov"}};
    printf(".SH EXAMPLES\n");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(lines); i++) {
        printf(".TP\n");
        print_roff(lines[i][0]);
        printf("\n\\fB");
        print_roff(lines[i][1]);
        printf("\\fR\n");
    }
}

static void print_ending(void)
{
    printf(".SH EXIT STATUS\n0 done, 1 failed, 2 wrong usage, 130 cancelled.\n"
           ".SH ENVIRONMENT\n.TP\n\\fBFATHOM_CACHE\\fR\nwhere estimated depth is kept; default "
           "$XDG_CACHE_HOME/fathom or ~/.cache/fathom.\n"
           ".TP\n\\fBFATHOM_CACHE_SIZE\\fR\nhow large that may grow, 500M or 20G (the default): "
           "what was used least recently goes first.\n"
           ".TP\n\\fBFATHOM_MODELS\\fR\nthe folder of networks; default "
           "$XDG_DATA_HOME/fathom/models or ~/.local/share/fathom/models.\n"
           ".TP\n\\fBFTH_CPU\\fR\nv2, v3 or v4: which build of the pixel loops to use. The result "
           "is the same.\n"
           ".SH SEE ALSO\n\\fBfathom help \\-\\-reference\\fR prints every node and control; "
           "share/doc/fathom/html has pages of it, and \\fB./run reference\\fR in the sources "
           "makes them with pictures.\n");
}

void fth_cli_manual_page(void)
{
    const struct fth_cli_verb *verb;
    printf(".TH FATHOM 1 \"\" \"fathom %s\" \"User Commands\"\n", fth_version());
    printf(".SH NAME\nfathom \\- depth out of footage, and mattes out of depth\n"
           ".SH SYNOPSIS\n\\fBfathom\\fR \\fIVERB\\fR ... [\\fIOPTION\\fR]...\n"
           ".SH DESCRIPTION\nFiles go by their names: a video (.mp4 .mov .mkv .webm), a still "
           "(.png .jpg .tif .exr .pfm) or a sequence (shot.####.exr, shot.%%04d.exr); - is a pipe. "
           "The first frame of a video is 1; sequences keep their numbers.\n"
           ".SH VERBS\n");
    for (size_t i = 0; (verb = fth_cli_verb_at(i)); i++)
        if (!verb->is_promised)
            print_verb(verb);
    printf(".SH COMMON OPTIONS\n.TP\n\\fB\\-o OUT\\fR\n"
           "The file to write: a video, a still or a sequence.\n");
    struct fth_cli_options options = {0};
    fth_cli_options_add_rows(&options, fth_cli_common_rows, "Common");
    for (size_t i = 0; i < options.count; i++)
        print_option(&options.items[i]);
    fth_cli_options_clear(&options);
    print_nodes();
    print_examples();
    print_ending();
}
