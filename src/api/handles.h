/* SPDX-License-Identifier: Apache-2.0 */
/* Private to the api floor: what its handles hold, and how a session's calls begin. */
#ifndef FTH_API_HANDLES_H
#define FTH_API_HANDLES_H

#include "engine/engine.h"
#include "fathom/fathom.h"
#include "graph/graph.h"
#include "io/media.h"

struct fth_session {
    struct fth_engine *engine;
    struct fth_cancel cancel;
    char *model; /* as it was opened with, or NULL */
    bool allows_outside;
};

struct fth_document {
    struct fth_session *session; /* borrowed */
    struct fth_graph *graph;     /* as people write it */
    struct fth_graph *flat;      /* as the engine takes it; NULL: not made yet */
    uint64_t flat_revision;      /* of `graph` when `flat` was made */
    int *outputs;                /* of each node of `graph` the one of `flat`, or -1 */
};

/* A cancel asked for before a call counts for no later one. */
void fth_session_begin(struct fth_session *session);

/* The image behind a picture, borrowed. */
const struct fth_image *fth_picture_image(const struct fth_picture *picture);

/* Writes one still: what fth_picture_write and contact sheets stand on. */
enum fth_status fth_image_write(const struct fth_image *image, enum fth_bits bits,
                                const char *path, bool overwrite, struct fth_error *error);

struct fth_document_text;
/* The document that a text is. */
enum fth_status fth_document_of_text(struct fth_session *session,
                                     const struct fth_document_text *source,
                                     struct fth_document **document, struct fth_error *error);

/* Brings `flat` and `outputs` up to date. */
enum fth_status fth_document_flatten(struct fth_document *document, struct fth_error *error);
/* Index in `flat`, which is brought up to date, of what the node called `name` puts out; names of
 * the document come first, then those of what is within groups, "GROUP.INNER". The message gives
 * the nearest spelling. */
enum fth_status fth_document_find(struct fth_document *document, const char *name, int *index,
                                  struct fth_error *error);

/* Which node `name` is, and of which frames the job is made. */
enum fth_status fth_job_prepare(struct fth_document *document, const char *name,
                                const struct fth_job_options *options, int *index,
                                struct fth_job *job, struct fth_error *error);

/* The two below are asked when `flat` is up to date. */
/* Does the path end as Fusion's files do? */
bool fth_fusion_is_named(const char *path);
/* Puts the document that a file's bytes of Fusion's text make in their place; what is not taken
 * over is remarked. */
enum fth_status fth_fusion_load(const char *path, void **bytes, size_t *size,
                                struct fth_error *error);

/* Refuses what would only fail after a long analysis. */
enum fth_status fth_document_check_early(const struct fth_document *document,
                                         struct fth_error *error);
/* A warning for every value that was given and has no effect. */
void fth_document_remark_idle(const struct fth_document *document);

#endif
