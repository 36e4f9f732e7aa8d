/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs: one row each says how it is called, what it is for, which options it takes and which
 * function runs it. */
#ifndef FTH_CLI_VERBS_H
#define FTH_CLI_VERBS_H

#include "common.h"
#include "options.h"

/* A value the verb gives to a parameter unless the user gives another. */
struct fth_cli_preset {
    const char *param, *value;
};

struct fth_cli_call;

struct fth_cli_verb {
    const char *name;
    const char *usage;   /* what follows the name: "IN -o OUT [OPTION]..." */
    const char *summary; /* one line of the overview */
    const char *details; /* sentences for its own help, or NULL */
    const struct fth_cli_row *rows; /* its own options, or NULL */
    const char *node;    /* id of the node it drives, "" when the user names it, or NULL */
    const char *next;    /* id of a node behind it that works when its options are given; or NULL */
    const struct fth_cli_alias *next_options;
    const struct fth_cli_alias *inputs; /* what inputs of the node are called; or NULL */
    const struct fth_cli_preset *node_presets, *sink_presets; /* end with param NULL; or NULL */
    const struct fth_cli_preset *input_presets; /* of what reads the inputs that options name */
    bool writes;         /* takes -o OUT and the options of writing */
    bool renders;        /* runs a document: its outputs may be several */
    bool has_examples;   /* what the user names is an example, or nothing; `node` is "" */
    bool is_promised;    /* a known name that is not in this version */
    int (*run)(const struct fth_cli_call *call);
};

/* A command line that has been understood. Everything is borrowed. */
struct fth_cli_call {
    const struct fth_cli_verb *verb;
    const struct fth_node_type *node; /* what the verb drives, or NULL */
    const struct fth_cli_options *options;
    struct fth_cli_common common;
};

/* NULL past the end. */
const struct fth_cli_verb *fth_cli_verb_at(size_t index);
const struct fth_cli_verb *fth_cli_verb_find(const char *name);

/* What may be named behind a verb whose `node` is "": nodes, or examples. NULL past the end. */
const struct fth_node_type *fth_cli_verb_type_at(const struct fth_cli_verb *verb, size_t index);
/* The one called `id` (dashes count as underscores); FTH_ERR_USAGE with the nearest spelling. */
enum fth_status fth_cli_verb_find_type(const struct fth_cli_verb *verb, const char *id,
                                       const struct fth_node_type **type, struct fth_error *error);

/* All options of `verb` when it drives `node` (may be NULL). Clear them afterwards. */
void fth_cli_verb_options(const struct fth_cli_verb *verb, const struct fth_node_type *node,
                          struct fth_cli_options *options);
/* "fathom apply blur", for messages. */
void fth_cli_verb_command(const struct fth_cli_verb *verb, const struct fth_node_type *node,
                          char *text, size_t size);

/* FTH_ERR_USAGE unless there are `least` to `most` words. */
enum fth_status fth_cli_expect_words(const struct fth_cli_call *call, int least, int most,
                                     struct fth_error *error);

/* The verbs, each in its verb_NAME.c. They return the exit status. */
int fth_cli_run_job(const struct fth_cli_call *call);
int fth_cli_run_plate(const struct fth_cli_call *call);
int fth_cli_run_example(const struct fth_cli_call *call);
int fth_cli_run_eval(const struct fth_cli_call *call);
int fth_cli_run_nodes(const struct fth_cli_call *call);
int fth_cli_run_probe(const struct fth_cli_call *call);
int fth_cli_run_models(const struct fth_cli_call *call);
int fth_cli_run_cache(const struct fth_cli_call *call);
int fth_cli_run_render(const struct fth_cli_call *call);
int fth_cli_run_sheet(const struct fth_cli_call *call);
int fth_cli_run_graph(const struct fth_cli_call *call);
int fth_cli_run_help(const struct fth_cli_call *call);
int fth_cli_run_version(const struct fth_cli_call *call);

#endif
