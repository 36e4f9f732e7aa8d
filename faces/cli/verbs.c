/* SPDX-License-Identifier: Apache-2.0 */
/* The table of verbs, and the list of options that follows from a row of it. */
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"
#include "help.h"

static const struct fth_cli_row json_rows[] = {
    {"json", NULL, "Print JSON for programs; docs/json.md describes it."}, {0}};

static const struct fth_cli_row probe_rows[] = {
    {"json", NULL, "Print JSON for programs; docs/json.md describes it."},
    {"shots", NULL, "List the shots of a clip: every frame is looked at."},
    {0}};

#define EXPLAIN_JSON                                                                               \
    {                                                                                              \
        "json", NULL, "Print what --explain tells as JSON for programs, once and in the end; "     \
                      "docs/json.md describes it."                                                 \
    }
#define EXPLAIN_WORDS                                                                              \
    "Tell first how a frame is made: its steps, what runs fused in one pass, how much of the "     \
    "picture each needs, memory and least time; and in the end what each took. Without -o "        \
    "nothing is made."
#define EXPLAIN                                                                                    \
    {"explain", NULL, EXPLAIN_WORDS},                                                              \
        EXPLAIN_JSON

static const struct fth_cli_row apply_rows[] = {EXPLAIN, {0}};

static const struct fth_cli_row render_rows[] = {
    {"set", "NODE.PARAM=VALUE", "Set a parameter of the document, for this run: a value, or "
                                "keyframes as NODE.PARAM=@[[1,0],[24,1]]. May be repeated.", true},
    {"allow-outside", NULL, "Groups may come from outside the document's folder."},
    {"explain", NULL, "Tell first how a frame is made: its steps, what runs fused in one pass, how "
                      "much of the picture each needs, memory and least time; and in the end what "
                      "each took."},
    {"dry-run", NULL, "Tell what --explain tells first, and make nothing."},
    EXPLAIN_JSON,
    {0}};

static const struct fth_cli_row example_rows[] = {
    {"write", "FILE", "Write the document, with the values given here, to be changed and rendered: "
                      "fathom render FILE -o OUT."},
    {"explain", NULL, EXPLAIN_WORDS},
    {"json", NULL, "Print JSON for programs, of what there is or of what --explain tells; "
                   "docs/json.md describes it."},
    {0}};

static const struct fth_cli_row depth_rows[] = {
    {"report", NULL, "Tell of every shot how far depth flickers and drifts."}, EXPLAIN, {0}};

static const struct fth_cli_row eval_rows[] = {
    {"depth", NULL, "Compare a depth map with the truth: PRED TRUTH."},
    {"matte", NULL, "Compare a matte with the truth: PRED TRUTH."},
    {"flicker", NULL, "How much maps flicker where the picture does not: FOOTAGE MAPS "
                      "[REFERENCE]."},
    {"sequence", NULL, "Compare a shot's maps with its truths: TRUTHS MAPS."},
    {"truth-kind", "KIND", "What the truth holds: depth (default), disparity, relative (disparity "
                           "of unknown offset) or soft (a picture whose dark is near)."},
    {"truth-scale", "S", "What the truth is multiplied by. Default 1; for --sequence 0.001."},
    {"truth-offset", "O", "What is then added to it. Default 0."},
    {"truth-none", "V", "The value that means: not measured."},
    {"truth-bits", "HOW", "How 16-bit values are packed: plain (default), shr3 or rotr3."},
    {"cap", "M", "What is farther is counted as this, in metres."},
    {"far-is-large", NULL, "The map's larger values are farther. Otherwise they are nearer."},
    {"sparse", NULL, "The truth has too many holes to look for boundaries in it."},
    {"trimap", "FILE", "For --matte: only where this picture is 128."},
    {"levels", NULL, "For --matte: find the best far limit, near limit and gamma first."},
    {"width", "N", "For --flicker: the width everything is measured at. Default 480."},
    {"json", NULL, "Print JSON for programs; docs/json.md describes it."},
    {0}};

static const struct fth_cli_row graph_rows[] = {
    {"json", NULL,
     "For check, diff, import, export: print JSON for programs; docs/json.md describes it."},
    {"check", NULL, "For fmt: change nothing, and fail when a document is in another form."},
    {"dot", NULL, "For show: print text for Graphviz: fathom graph show G.json --dot | dot -Tsvg."},
    {"allow-outside", NULL, "Groups may come from outside the document's folder."},
    {0}};

static const struct fth_cli_row sheet_rows[] = {
    {"columns", "N", "Frames a row. Default 6."},
    {"width", "N", "Width of one small frame in pixels. Default 320."},
    {"captions", "A,B,...", "A line above each row, in the order of the files."},
    {0}};

static const struct fth_cli_row models_rows[] = {
    {"like", "NAME", "For add: the network of the list whose input and output it has."},
    {"name", "NAME", "For add: what to call it. Default: after the file."},
    {"input", "NAME", "For add: which of the file's inputs takes the picture, if not the usual."},
    {"output", "NAME", "For add: which of the file's outputs is the answer, if not the usual."},
    {"devices", NULL, "For list: what networks can run on here instead."},
    {"accept-licence", NULL, "For get: the licence may forbid commercial use."},
    {"json", NULL, "Print JSON for programs; docs/json.md describes it."},
    {0}};

static const struct fth_cli_row help_rows[] = {
    {"man", NULL, "Print a manual page (roff)."},
    {"completion", "SHELL", "Print completion for bash, zsh or fish."},
    {"reference", NULL, "Print the reference of all nodes (markdown)."},
    {"fusion", NULL, "Print which tool and input of Fusion's is what here (markdown)."},
    {"json", NULL, "Print the verbs and their options as JSON; docs/json.md describes it."},
    {0}};

static const struct fth_cli_alias encode_options[] = {
    {"encode", "encoding"}, {"near", "near_m"}, {"far", "far_m"}, {0}};

static const struct fth_cli_preset depth_presets[] = {{"preview", "true"}, {0}};
static const struct fth_cli_preset matte_presets[] = {{"preview", "false"}, {0}};
static const struct fth_cli_preset grey_presets[] = {{"grey", "true"}, {"alpha", "false"}, {0}};

static const struct fth_cli_alias key_inputs[] = {{"clean", "background"}, {0}};
static const struct fth_cli_preset held[] = {{"outside", "hold"}, {0}};

static const struct fth_cli_verb verbs[] = {
    {.name = "apply", .usage = "NODE IN -o OUT [--INPUT FILE]... [--PARAM VALUE]...",
     .summary = "run footage through a node",
     .details = "Further inputs of the node are options that name a file: a video, a still (held "
                "for every frame) or a sequence. 'fathom nodes' lists the nodes, "
                "'fathom apply NODE --help' describes one.",
     .node = "", .rows = apply_rows, .writes = true, .run = fth_cli_run_job},
    {.name = "depth", .usage = "IN -o OUT [OPTION]...",
     .summary = "estimate depth: white is near, black is far",
     .details = "An .exr holds the whole bundle: disparity, confidence and subject as well as the "
                "grey picture.",
     .node = "depth_map", .next = "depth_encode", .next_options = encode_options,
     .node_presets = depth_presets, .sink_presets = grey_presets, .rows = depth_rows,
     .writes = true, .run = fth_cli_run_job},
    {.name = "matte", .usage = "IN -o OUT [OPTION]...",
     .summary = "cut a matte out of depth",
     .details = "The Depth Map node with its preview off: the picture with the map as "
                "transparency, or beside it as a key.",
     .node = "depth_map", .node_presets = matte_presets, .rows = depth_rows,
     .writes = true, .run = fth_cli_run_job},
    {.name = "key", .usage = "FG --clean PLATE -o OUT [OPTION]...",
     .summary = "cut out what a shot has and its clean plate has not",
     .details = "The Difference Keyer node. PLATE is the same set without the subject: a still, a "
                "sequence or a video, taken frame by frame; where it ends its last frame stays. "
                "--view matte writes the matte itself.",
     .node = "difference_keyer", .inputs = key_inputs, .input_presets = held, .rows = apply_rows,
     .writes = true, .run = fth_cli_run_job},
    {.name = "plate", .usage = "CLIP -o OUT [OPTION]...",
     .summary = "make a clean plate out of the clip itself",
     .details = "The Clean Plate node: the set without what moves through it. OUT is a still, or "
                "for a moving camera a sequence with a plate for every frame "
                "(clean.####.exr). An EXR has the confidence too.",
     .node = "clean_plate", .rows = apply_rows, .writes = true, .run = fth_cli_run_plate},
    {.name = "render", .usage = "GRAPH.json [-o OUT] [--set NODE.PARAM=VALUE]... [OPTION]...",
     .summary = "render a document: all that it writes",
     .details = "Every node of the document that writes a file is run, in one pass. -o gives the "
                "file of the only one; of several, -o NODE=FILE each; and a document without one "
                "writes what it puts out. Frames are those of the document's settings, or all "
                "there are.",
     .rows = render_rows, .writes = true, .renders = true, .run = fth_cli_run_render},
    {.name = "example",
     .usage = "[NAME [IN -o OUT [--PARAM VALUE]... | [IN] --write FILE.json]]",
     .summary = "run a ready workflow on footage, or tell which there are",
     .details = "Without a NAME it lists the workflows, without footage it tells what one does, "
                "which of its values matter and what goes wrong. 'fathom example NAME --help' "
                "lists what there is to set.",
     .node = "", .has_examples = true, .rows = example_rows, .writes = true,
     .run = fth_cli_run_example},
    {.name = "eval",
     .usage = "--depth PRED TRUTH | --matte PRED TRUTH | --flicker FOOTAGE MAPS [REFERENCE] | "
              "--sequence TRUTHS MAPS [--json]",
     .summary = "measure maps and mattes against the truth",
     .rows = eval_rows, .run = fth_cli_run_eval},
    {.name = "nodes", .usage = "[NODE] [--json]", .summary = "list the nodes, or describe one",
     .rows = json_rows, .run = fth_cli_run_nodes},
    {.name = "probe", .usage = "FILE [--json]",
     .summary = "tell what a video, still, sequence or bundle is",
     .rows = probe_rows, .run = fth_cli_run_probe},
    {.name = "sheet", .usage = "FILE... -o OUT [OPTION]...",
     .summary = "draw frames of several files into one picture",
     .rows = sheet_rows, .writes = true, .run = fth_cli_run_sheet},
    {.name = "models",
     .usage = "list | get NAME | add FILE --like NAME | verify [NAME] | remove NAME",
     .summary = "list, fetch, add, check and remove networks",
     .details = "list: which there are, and which one is used when none is named. get: fetches "
                "one; what was cut goes on at the next call. add: copies an ONNX file of yours "
                "that is fed and read like a network of the list. verify: holds what is "
                "installed against its sha256. They lie in ~/.local/share/fathom/models, or where "
                "$FATHOM_MODELS says.",
     .rows = models_rows, .run = fth_cli_run_models},
    {.name = "cache", .usage = "show|clear", .summary = "show or empty the cache of depth on disk",
     .rows = json_rows, .run = fth_cli_run_cache},
    {.name = "graph",
     .usage = "check FILE... | fmt FILE... | show FILE | diff BEFORE AFTER | schema | "
              "import SETTING|CDL [-o OUT] | export FILE [-o OUT]",
     .summary = "check, tidy, draw and compare documents",
     .details = "check: all that is wrong, with line and column, before anything runs. fmt: prints "
                "the document in one form, --overwrite changes it where it is. show: draws the "
                "graph as a tree. diff: what two documents say differently, by node and parameter; "
                "the exit status is 1 when that is anything. schema: prints a JSON Schema with "
                "which editors complete and check documents. import: makes a document of "
                "Fusion's text (.setting, .comp, a copied node; - is the pipe) or of corrections "
                "of the ASC (.cdl, .cc, .ccc), export: writes such text, and with -o FILE.cdl, "
                ".cc or .ccc the grades as corrections; both tell what could not be taken over. "
                "Without -o they print.",
     .writes = true, .rows = graph_rows, .run = fth_cli_run_graph},
    {.name = "help", .usage = "[VERB [NODE]] [--man | --completion SHELL | --reference | "
                              "--fusion | --json]",
     .summary = "describe the program, a verb or a node",
     .rows = help_rows, .run = fth_cli_run_help},
    {.name = "version", .usage = "", .summary = "print the version", .run = fth_cli_run_version},
    {.name = "defocus", .is_promised = true},
    {.name = "serve", .is_promised = true},
    {.name = "farm", .is_promised = true},
};

const struct fth_cli_verb *fth_cli_verb_at(size_t index)
{
    return index < FTH_ARRAY_COUNT(verbs) ? &verbs[index] : NULL;
}

const struct fth_cli_verb *fth_cli_verb_find(const char *name)
{
    for (size_t i = 0; i < FTH_ARRAY_COUNT(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

const struct fth_node_type *fth_cli_verb_type_at(const struct fth_cli_verb *verb, size_t index)
{
    const struct fth_node_type *type = NULL;
    if (!verb->has_examples)
        return fth_node_type_at(index);
    if (fth_example_at(index) && fth_example_type(index, &type, NULL) != FTH_OK)
        fth_text_lose(); /* of those that come now, none is told of */
    return type;
}

enum fth_status fth_cli_verb_find_type(const struct fth_cli_verb *verb, const char *id,
                                       const struct fth_node_type **type, struct fth_error *error)
{
    if (!verb->has_examples)
        return fth_cli_find_node(id, type, error);
    const char *names[64], *nearest;
    size_t count = 0;
    const struct fth_example *wanted = fth_example_find(id), *example;
    for (; count < FTH_ARRAY_COUNT(names) && (example = fth_example_at(count)); count++) {
        if (example == wanted)
            return fth_example_type(count, type, error);
        names[count] = example->name;
    }
    nearest = fth_nearest_word(id, names, count);
    if (nearest)
        return fth_fail(error, FTH_ERR_USAGE, "unknown example '%s'; did you mean '%s'?", id,
                        nearest);
    return fth_fail(error, FTH_ERR_USAGE, "unknown example '%s'; 'fathom example' lists them", id);
}

void fth_cli_verb_options(const struct fth_cli_verb *verb, const struct fth_node_type *node,
                          struct fth_cli_options *options)
{
    const struct fth_node_type *source = fth_node_type_find("media_in");
    const struct fth_node_type *sink = fth_node_type_find("media_out");
    const struct fth_node_type *next = verb->next ? fth_node_type_find(verb->next) : NULL;
    *options = (struct fth_cli_options){.has_out = verb->writes, .has_outs = verb->renders};
    /* The common ones first: their names mean the same everywhere. Helps print them last. */
    fth_cli_options_add_rows(options, fth_cli_common_rows, "Common");
    fth_cli_options_add_rows(options, verb->rows, "Options");
    if (node)
        fth_cli_options_add_inputs(options, node, verb->inputs);
    if (node)
        fth_cli_options_add_node(options, node);
    if (next)
        fth_cli_options_add_next(options, next, verb->next_options);
    if (node && verb->writes && !node->is_source && source)
        fth_cli_options_add_source(options, source);
    if (node && verb->writes && !node->is_sink && sink)
        fth_cli_options_add_sink(options, sink);
}

void fth_cli_verb_command(const struct fth_cli_verb *verb, const struct fth_node_type *node,
                          char *text, size_t size)
{
    bool named = verb->node && !verb->node[0] && node;
    snprintf(text, size, "fathom %s%s%s", verb->name, named ? " " : "", named ? node->id : "");
}

enum fth_status fth_cli_expect_words(const struct fth_cli_call *call, int least, int most,
                                     struct fth_error *error)
{
    int count = call->options->word_count;
    const struct fth_cli_verb *verb = call->verb;
    if (count < least)
        return fth_fail(error, FTH_ERR_USAGE, "something is missing: fathom %s %s", verb->name,
                        verb->usage);
    if (count > most)
        return fth_fail(error, FTH_ERR_USAGE, "'%s' is one too many: fathom %s %s",
                        call->options->words[most], verb->name, verb->usage);
    return FTH_OK;
}
