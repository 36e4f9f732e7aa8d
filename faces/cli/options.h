/* SPDX-License-Identifier: Apache-2.0 */
/* The options of one command: gathered at run time from the verb's own rows and from the tables of
 * the nodes it drives, then parsed. Help, man page, completion and reference walk the same list, so
 * that nothing is accepted that is not described, and the other way round. */
#ifndef FTH_CLI_OPTIONS_H
#define FTH_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "fathom/fathom.h"

/* An option that no node table describes. A list ends with name == NULL. */
struct fth_cli_row {
    const char *name, *value; /* value NULL: a switch */
    const char *help;
    bool repeats;             /* may be given several times */
};

/* A name of the face's own for a parameter of a table, or for an input. A list ends with name ==
 * NULL. */
struct fth_cli_alias {
    const char *name, *param;
};

enum fth_cli_target {
    FTH_CLI_TO_VERB, /* the face's own */
    FTH_CLI_TO_NODE, /* a parameter of the node, own or common */
    FTH_CLI_TO_PORT, /* an input of the node: a file */
    FTH_CLI_TO_NEXT, /* a parameter of the node behind it */
    FTH_CLI_TO_SOURCE, /* a parameter of the media_in that reads IN */
    FTH_CLI_TO_SINK  /* a parameter of the media_out that writes the result */
};

struct fth_cli_option {
    char name[72];                  /* "far-limit", "no-invert" */
    const char *section;            /* heading in helps; NULL: none */
    enum fth_cli_target target;
    const struct fth_param *param;  /* TO_NODE, TO_NEXT, TO_SINK */
    const struct fth_param *table;  /* the rows its condition names */
    const struct fth_cli_alias *aliases; /* what they are called here, or NULL */
    const struct fth_port *port;    /* TO_PORT */
    const struct fth_cli_row *row;  /* TO_VERB */
    bool takes_value, negates;      /* negates: the --no-x of a switch */
    const char *value;              /* once parsed: what was given ("true" for switches), or NULL */
};

enum { FTH_CLI_WORDS = 64, FTH_CLI_OUTS = 64, FTH_CLI_REPEATS = 512 };

/* One time that an option which repeats was given. */
struct fth_cli_given {
    const struct fth_cli_row *row;
    const char *value;
};

/* Begin with = {0}; end with fth_cli_options_clear. */
struct fth_cli_options {
    struct fth_cli_option *items;
    size_t count, capacity;
    bool failed;                    /* memory ran out */
    bool has_out;                   /* -o OUT belongs to this command */
    bool has_outs;                  /* -o may be given several times */
    const char *out;                /* once parsed: the first */
    const char *outs[FTH_CLI_OUTS];
    int out_count;
    struct fth_cli_given given[FTH_CLI_REPEATS]; /* of those that repeat, in their order */
    int given_count;
    const char *words[FTH_CLI_WORDS]; /* arguments that are no options */
    int word_count;
};

void fth_cli_options_add_rows(struct fth_cli_options *options, const struct fth_cli_row *rows,
                              const char *section);
/* Inputs of `node` under other names; those they have of themselves are then not added. */
void fth_cli_options_add_inputs(struct fth_cli_options *options, const struct fth_node_type *node,
                                const struct fth_cli_alias *aliases);
/* Own and common parameters and the inputs of `node`. Names that are taken stay whose they
 * are: a common option is never shadowed by a node. */
void fth_cli_options_add_node(struct fth_cli_options *options, const struct fth_node_type *node);
/* Parameters of the node behind it, under other names. */
void fth_cli_options_add_next(struct fth_cli_options *options, const struct fth_node_type *next,
                              const struct fth_cli_alias *aliases);
/* Parameters of the source that reads IN, less its file. */
void fth_cli_options_add_source(struct fth_cli_options *options,
                                const struct fth_node_type *source);
/* Parameters of the sink, less those the face sets itself. */
void fth_cli_options_add_sink(struct fth_cli_options *options, const struct fth_node_type *sink);
void fth_cli_options_clear(struct fth_cli_options *options);

/* Parses argv[0..argc-1]. `command` ("fathom apply blur") goes into messages. Values of parameters
 * are checked against their rows; everything wrong is FTH_ERR_USAGE. */
enum fth_status fth_cli_options_parse(struct fth_cli_options *options, int argc, char **argv,
                                      const char *command, struct fth_error *error);

/* What was given for `name`, or NULL. */
const char *fth_cli_options_value(const struct fth_cli_options *options, const char *name);
bool fth_cli_options_given(const struct fth_cli_options *options, const char *name);

#endif
