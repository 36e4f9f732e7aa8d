/* SPDX-License-Identifier: Apache-2.0 */
/* fathom: depth out of ordinary footage and rendered passes, and mattes out of depth.
 *
 * A program builds a graph of nodes, asks for pictures or runs a job that writes files:
 *
 *     struct fth_session *session; struct fth_document *document; struct fth_error error;
 *     fth_session_open(NULL, &session, &error);
 *     fth_document_new(session, &document, &error);
 *     fth_document_add(document, "clip", "media_in", &error);
 *     fth_document_set(document, "clip", "file", "walk.mp4", &error);
 *     ...
 *
 * Calls return FTH_OK or a failure with one line in the caller's struct fth_error (may be NULL);
 * results come through out-parameters and are written only on success. Handles are closed by the
 * matching close/free, which accept NULL. A session may be used by one thread at a time, except
 * fth_session_cancel, which any thread and any signal handler may call. Pixels are 32-bit floats,
 * rows from top to bottom, x to the right.
 */
#ifndef FATHOM_FATHOM_H
#define FATHOM_FATHOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fathom/eval.h"
#include "fathom/param.h"
#include "fathom/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "0.1.0" */
FTH_API const char *fth_version(void);

/* ---- session: threads, memory, caches -------------------------------------------------------- */

struct fth_session;

struct fth_session_options {
    int thread_count;         /* 0: one a core */
    uint64_t memory_size;     /* bytes for cached results and buffers; 0: 1 GiB */
    const char *cache_folder; /* NULL: $FATHOM_CACHE or the user's cache folder; "": none on disk */
    const char *model;        /* NULL: the best network installed */
    const char *device;       /* networks run on it: "cpu", "cuda", ...; NULL or "auto": chosen */
    int scale_denominator;    /* 0 or 1: full size; 2, 4: previews of that fraction */
    bool allow_outside;       /* documents used as groups may lie outside the folder of the one
                                 that is opened */
};

/* `options` may be NULL. */
FTH_API enum fth_status fth_session_open(const struct fth_session_options *options,
                                         struct fth_session **session, struct fth_error *error);
FTH_API void fth_session_close(struct fth_session **session);
/* Makes the call that is running end soon with FTH_CANCELLED; the next call starts afresh. */
FTH_API void fth_session_cancel(struct fth_session *session);

enum fth_remark_level { FTH_REMARK_WARNING, FTH_REMARK_INFO, FTH_REMARK_DEBUG };
/* Where the library's remarks go, for the whole process; NULL: nowhere. Called from any thread, one
 * at a time; `line` has no newline. */
FTH_API void fth_set_remarks(void (*sink)(void *context, enum fth_remark_level level,
                                          const char *line),
                             void *context);

struct fth_session_stats {
    uint64_t networks_loaded, networks_run; /* sessions created, runs, in this process */
    uint64_t source_frames;                 /* frames decoded or read */
    uint64_t steps_rendered, cache_hits;
    uint64_t memory_peak_size;
};
FTH_API struct fth_session_stats fth_session_stats(const struct fth_session *session);

/* ---- catalogue: what nodes there are --------------------------------------------------------- */

/* A node as faces see it: constant data with the life of the program. */
struct fth_node_type {
    const char *id, *label, *tag, *group, *help;
    uint32_t version;
    const struct fth_param *params;        /* its own; ends with FTH_PARAM_END */
    const struct fth_param *common_params; /* the Settings every node has, or NULL */
    const struct fth_port *inputs;         /* its own; ends with id == NULL; NULL: none */
    const struct fth_port *effect_mask;    /* the common mask input, or NULL */
    bool is_source, is_sink;
};

FTH_API size_t fth_node_type_count(void);
FTH_API const struct fth_node_type *fth_node_type_at(size_t index); /* NULL past the end */
FTH_API const struct fth_node_type *fth_node_type_find(const char *id);
/* Default of a row as text that parses back. Free with fth_text_free. */
FTH_API char *fth_param_default_text(const struct fth_param *param);
/* Is `text` a value this row accepts, or keyframes of it? Nothing is set. */
FTH_API enum fth_status fth_param_check(const struct fth_param *param, const char *text,
                                        struct fth_error *error);
FTH_API void fth_text_free(char *text);

/* ---- document: nodes, values, links ---------------------------------------------------------- */

struct fth_document;

FTH_API enum fth_status fth_document_new(struct fth_session *session,
                                         struct fth_document **document, struct fth_error *error);
FTH_API void fth_document_free(struct fth_document **document);
FTH_API enum fth_status fth_document_add(struct fth_document *document, const char *name,
                                         const char *type, struct fth_error *error);
/* Values are texts, as on the command line: "0.5", "true", "better", "0.05,0.2". For a parameter
 * that animates "@" and its keys are keyframes, "@[[1, 0], [24, 1]]" (docs/keyframes.md); a text
 * that is to begin with "@[" then begins with "@@[". */
FTH_API enum fth_status fth_document_set(struct fth_document *document, const char *name,
                                         const char *param, const char *text,
                                         struct fth_error *error);
/* Keyframes in place of a value, as JSON: "[[1, 0], [24, 1, \"smooth\"]]". */
FTH_API enum fth_status fth_document_set_keys(struct fth_document *document, const char *name,
                                              const char *param, const char *keys,
                                              struct fth_error *error);
/* Feeds `from` into input `input` of `name`; from NULL unplugs it. */
FTH_API enum fth_status fth_document_link(struct fth_document *document, const char *name,
                                          const char *input, const char *from,
                                          struct fth_error *error);
FTH_API enum fth_status fth_document_check(const struct fth_document *document,
                                           struct fth_error *error);
/* The names of the nodes that write files, in the document's order; NULL past the last. Borrowed
 * until the document changes. */
FTH_API const char *fth_document_sink_at(const struct fth_document *document, size_t index);
/* The node whose picture the document as a whole puts out: the one it publishes as its "output",
 * else what feeds its only sink, else the only node that nobody reads. Borrowed likewise. */
FTH_API enum fth_status fth_document_output(const struct fth_document *document,
                                            const char **name, struct fth_error *error);

/* A document from a file (docs/document.md), or from text whose relative paths are found from
 * `folder` ("" or NULL: the current one). The message names the place in the text, and remarks go
 * where fth_set_remarks says. */
FTH_API enum fth_status fth_document_read(struct fth_session *session, const char *path,
                                          struct fth_document **document, struct fth_error *error);
FTH_API enum fth_status fth_document_parse(struct fth_session *session, const char *text,
                                           size_t length, const char *folder,
                                           struct fth_document **document,
                                           struct fth_error *error);
/* As text: the very bytes that were read when nothing was changed since. fth_document_format: in
 * one form whatever it was read from. Free with fth_text_free, as all texts below. */
FTH_API enum fth_status fth_document_print(const struct fth_document *document, char **text,
                                           struct fth_error *error);
FTH_API enum fth_status fth_document_format(const struct fth_document *document, char **text,
                                            struct fth_error *error);

/* All that is wrong with a document's file, as JSON text (schema: docs/json.md). A document that is
 * not sound is no failure of the call. `allow_outside` as in struct fth_session_options. */
FTH_API enum fth_status fth_document_examine(const char *path, bool allow_outside, char **json,
                                             struct fth_error *error);
/* What two documents say differently, by node and parameter, as JSON text (docs/json.md). */
FTH_API enum fth_status fth_document_diff(const struct fth_document *before,
                                          const struct fth_document *after, char **json,
                                          struct fth_error *error);
enum fth_document_drawing { FTH_DRAW_TREE, FTH_DRAW_TREE_ASCII, FTH_DRAW_DOT };
/* The graph drawn in letters, for a terminal of `width` columns (0: no limit), or as text for
 * Graphviz. */
FTH_API enum fth_status fth_document_draw(const struct fth_document *document,
                                          enum fth_document_drawing drawing, int width,
                                          char **text, struct fth_error *error);
/* The JSON Schema of documents, made from the tables of the nodes. */
FTH_API enum fth_status fth_document_schema(char **json, struct fth_error *error);

/* What a document publishes (docs/groups.md), by its published name. */
FTH_API enum fth_status fth_document_set_published(struct fth_document *document, const char *name,
                                                   const char *text, struct fth_error *error);
/* Lets the published input `name` read a video, still or sequence. *node: the node that reads it,
 * borrowed until the document changes. */
FTH_API enum fth_status fth_document_feed(struct fth_document *document, const char *name,
                                          const char *file, const char **node,
                                          struct fth_error *error);

/* ---- examples -------------------------------------------------------------------------------- */

/* A ready document that comes with fathom, a workflow of its own: what it publishes is what there
 * is to set, and its "view" tells in words what it is for (docs/examples.md). Constant data. */
struct fth_example {
    const char *name;
    const char *text; /* the document, for fth_document_parse */
    size_t length;
};

FTH_API size_t fth_example_count(void);
FTH_API const struct fth_example *fth_example_at(size_t index);        /* NULL past the end */
FTH_API const struct fth_example *fth_example_find(const char *name);  /* NULL: there is none */
/* What an example publishes, as a node has it: parameters, and inputs of which the first is the
 * footage. Lives as long as the program. */
FTH_API enum fth_status fth_example_type(size_t index, const struct fth_node_type **type,
                                         struct fth_error *error);

/* ---- Fusion's text --------------------------------------------------------------------------- */

/* Text of Fusion's (.setting, .comp, a copied node) as a document, and a document as such a text
 * (docs/fusion.md). `name` (a file) opens messages. The report, JSON text, tells what was not taken
 * over: {"tools", "nodes", "shift": our frame less Fusion's, "notes": [{"tool", "input", "kind",
 * "why"}]}. Free all with fth_text_free. */
FTH_API enum fth_status fth_fusion_import(const char *text, size_t length, const char *name,
                                          char **document, char **report, struct fth_error *error);
FTH_API enum fth_status fth_fusion_export(const char *document, size_t length, const char *name,
                                          char **text, char **report, struct fth_error *error);
/* Which tool and input of Fusion's is which node and parameter, and what each is known from, as
 * JSON text: the table that both work by. */
FTH_API enum fth_status fth_fusion_names(char **json, struct fth_error *error);

/* ---- the ASC's corrections ------------------------------------------------------------------- */

/* Does the path end as files of the ASC Color Decision List do (.cc .ccc .cdl)? */
FTH_API bool fth_cdl_is_named(const char *path);
/* The corrections of such a text as grades of a document, each with its picture as a published
 * input; and the grades of a document as the text of the file `out`, whose ending says of which
 * kind. A grade that no correction can say is left out, as a note of the report tells (as
 * fth_fusion_export's); it is a failure when none is left. Free all with fth_text_free. */
FTH_API enum fth_status fth_cdl_import(const char *text, size_t length, const char *name,
                                       char **document, char **report, struct fth_error *error);
FTH_API enum fth_status fth_cdl_export(const char *document, size_t length, const char *name,
                                       const char *out, char **text, char **report,
                                       struct fth_error *error);

/* ---- pictures -------------------------------------------------------------------------------- */

struct fth_picture; /* immutable; freed with fth_picture_free */

/* What node `name` puts out at `frame`. */
FTH_API enum fth_status fth_picture_render(struct fth_document *document, const char *name,
                                           int64_t frame, struct fth_picture **picture,
                                           struct fth_error *error);
FTH_API void fth_picture_free(struct fth_picture **picture);
FTH_API int fth_picture_width(const struct fth_picture *picture);
FTH_API int fth_picture_height(const struct fth_picture *picture);
FTH_API int fth_picture_channel_count(const struct fth_picture *picture);
FTH_API const char *fth_picture_channel_name(const struct fth_picture *picture, int index);
FTH_API bool fth_picture_premultiplied(const struct fth_picture *picture);
/* Copies the frame's width x height floats of a channel, rows without gaps, 0 where the picture has
 * no data. `pixels` holds width * height floats. */
FTH_API enum fth_status fth_picture_read(const struct fth_picture *picture, const char *channel,
                                         float *pixels, struct fth_error *error);
/* Writes a still (.png .exr .jpg .tif .pfm). */
FTH_API enum fth_status fth_picture_write(const struct fth_picture *picture, const char *path,
                                          bool overwrite, struct fth_error *error);

/* ---- jobs ------------------------------------------------------------------------------------ */

struct fth_job_progress {
    const char *stage;
    int64_t done, total, frame;
    double rate, left_s; /* frames a second; seconds left, < 0: not known */
};

/* How depth held through one shot of a job; there are none without depth that was analysed. */
struct fth_job_shot {
    int64_t first_frame, last_frame; /* of the shot */
    int64_t frame_count;             /* of it in the job */
    double flicker, flicker_alone;   /* mean difference of a frame's depth, 0..1, to the frame
                                        before along the motion: as it is, and as it would be frame
                                        by frame; -1: there was but one frame */
    double correction;               /* largest over smallest scale that frames were brought
                                        together by */
    double drift;                    /* what is left of it, as a ratio less 1 */
};

struct fth_job_options {
    int64_t first_frame, last_frame, step; /* all 0: what the document's settings say, or else
                                              everything there is */
    bool resume; /* go on with the same job where a run before was cut off */
    void (*progress)(void *context, const struct fth_job_progress *progress);
    void (*shot)(void *context, const struct fth_job_shot *shot); /* for each, when all is done */
    void *context;
};

/* Runs the sink `name` (a media_out node). `options` may be NULL. Finished files stay whatever
 * happens later; unfinished ones never appear under their final name. */
FTH_API enum fth_status fth_job_run(struct fth_document *document, const char *name,
                                    const struct fth_job_options *options, struct fth_error *error);

/* Runs `count` sinks in one pass over the frames: what several of them show is computed once.
 * `names` NULL: every sink of the document. Frames asked for must be there in each of them; without
 * a range each gets all of its own. When one fails, none is finished. */
FTH_API enum fth_status fth_job_run_all(struct fth_document *document, const char *const *names,
                                        size_t count, const struct fth_job_options *options,
                                        struct fth_error *error);

/* How the job's first frame would be made (`name` may be any node), and what the steps have cost
 * so far, as JSON text: {"frame", "steps": [{"node", "type" (of the node), "step", "kind":
 * "source" "point" "area" "whole" "analysis" "sink", "frame" of the node that is made,
 * "computed_with": the place in the list of the step in whose bands this one is computed (its own:
 * alone), "cached": nothing is to be done, "region": [x0, y0, x1, y1] that is needed, "band_rows":
 * 0 in one call, "size": about how many bytes of a frame it keeps, "least_ms": about what moving
 * its pixels takes one thread, 0 not known, "measured": {"calls", "ms" in them, "size" of the
 * planes it made}}], "skipped": [{"node", "type", "why"}]: nodes that are not run}. Steps come
 * after those they read. Time is taken from the first call on, so ask before a job and again when
 * it is done: then all steps are told of, whatever is in the cache by then. Free with
 * fth_text_free. */
FTH_API enum fth_status fth_job_explain(struct fth_document *document, const char *name,
                                        const struct fth_job_options *options, char **json,
                                        struct fth_error *error);

/* ---- probe ----------------------------------------------------------------------------------- */

/* All that is known of a media file, a still, a sequence or a depth bundle, as JSON text (schema:
 * docs/json.md). Free with fth_text_free. */
FTH_API enum fth_status fth_probe(const char *path, char **json, struct fth_error *error);

/* The shots of a video or sequence (FORMULAS 6.17), as JSON text: {"shots": [{"first_frame",
 * "last_frame"}]}. Every frame is decoded once, no network is run. `progress` may be NULL; false
 * stops with FTH_CANCELLED. Free with fth_text_free. */
FTH_API enum fth_status fth_probe_shots(const char *path,
                                        bool (*progress)(void *context, int64_t done,
                                                         int64_t total),
                                        void *context, char **json, struct fth_error *error);

/* ---- contact sheets -------------------------------------------------------------------------- */

struct fth_sheet_options {
    const char *const *paths;    /* videos, stills, sequences: a row each */
    const char *const *captions; /* a line above each row; NULL: none */
    int path_count;              /* 1 to 64 */
    int columns;                 /* frames a row, evenly spread; 0: 6 */
    int cell_width;              /* pixels; 0: 320 */
    int64_t first_frame, last_frame; /* 0: from the first / to the last there is */
    bool overwrite;
};

/* Draws small frames of every file into one still: alpha over a checkerboard, depth without colours
 * as grey, HDR footage as an ordinary display shows it. */
FTH_API enum fth_status fth_sheet_write(struct fth_session *session,
                                        const struct fth_sheet_options *options, const char *path,
                                        struct fth_error *error);

/* ---- depth on disk --------------------------------------------------------------------------- */

/* What is in the user's cache of estimated depth, as JSON text (schema: docs/json.md), freed with
 * fth_text_free. `clear`: what was removed from it. Only files that are certainly fathom's are
 * touched. */
FTH_API enum fth_status fth_cache_report(bool clear, char **json, struct fth_error *error);

/* ---- networks -------------------------------------------------------------------------------- */

/* All answers are JSON texts (schema: docs/json.md), freed with fth_text_free. */

/* The list of networks, what of it is installed, and which ones are used when none is named. */
FTH_API enum fth_status fth_models_list(char **json, struct fth_error *error);

/* What networks can run on here: {"runtime": VERSION, "path": FILE, "chosen": NAME, "devices":
 * [{"name", "provider", "state": "works", "absent" or "broken", "why"}]}. Loads ONNX Runtime. */
FTH_API enum fth_status fth_models_devices(char **json, struct fth_error *error);

struct fth_models_progress {
    const char *name;
    int64_t done_size, total_size; /* bytes; total 0: not known */
    double rate, left_s;           /* bytes a second; seconds left, < 0: not known */
};

struct fth_models_options {
    bool accept_licence; /* needed where the licence forbids commercial use */
    bool again;          /* fetch it even when it is there and right */
    /* Called at least once a second; false stops with FTH_CANCELLED. May be NULL. */
    bool (*progress)(void *context, const struct fth_models_progress *progress);
    void *context;
};

/* Fetches a network of the list into the user's models folder, going on where an earlier call was
 * cut. It gets its name only when its sha256 is the list's; where the list has none, when it can be
 * run, and its sum is then the one that later downloads must have. `options` may be NULL. */
FTH_API enum fth_status fth_models_get(const char *name, const struct fth_models_options *options,
                                       char **json, struct fth_error *error);

struct fth_models_add_options {
    const char *like;           /* the network of the list that it is used like */
    const char *name;           /* NULL: after the file */
    const char *input, *output; /* of the file's own; NULL: called as like's, or the only one */
};
/* Copies the ONNX file `path` into the user's models folder, once it was loaded and run. Names and
 * fixed sizes are the file's own. */
FTH_API enum fth_status fth_models_add(const char *path,
                                       const struct fth_models_add_options *options, char **json,
                                       struct fth_error *error);
/* Holds the installed file of a network, or of all (NULL), against its sum. Damaged ones are told
 * in the answer; they are no failure of the call. */
FTH_API enum fth_status fth_models_verify(const char *name, char **json, struct fth_error *error);
/* Removes a network from the user's models folder. */
FTH_API enum fth_status fth_models_remove(const char *name, struct fth_error *error);

#ifdef __cplusplus
}
#endif
#endif
