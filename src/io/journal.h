/* SPDX-License-Identifier: Apache-2.0 */
/* What a job leaves beside its output so that another run can go on with it: a hidden file that
 * says how the job was set and which frames it has finished, each by the key of its picture and of
 * its file's content. It is locked while the job runs and removed when the job is done. So a frame
 * is taken for finished only when it is proved to be the same job's, and two runs that write the
 * same files are told apart. docs/resume.md describes the file. */
#ifndef FTH_IO_JOURNAL_H
#define FTH_IO_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/status.h"

struct fth_journal;

struct fth_journal_spec {
    const char *path;                /* the output: a video, a still, a pattern */
    int64_t first_frame, last_frame; /* of the job; of a pattern, other ranges are other jobs */
    const char *settings;            /* lines; a job with others is another one */
    bool resume, overwrite;
};

/* Locks what runs before left for these frames, and with `resume` reads it. Changes nothing yet.
 * A single still has none: *journal is NULL, which all below accept.
 * FTH_ERR_EXISTS: another run is writing them, or the job to resume was another one (the message
 * says in what). One thread at a time but for fth_journal_finished. */
enum fth_status fth_journal_open(const struct fth_journal_spec *spec, struct fth_journal **journal,
                                 struct fth_error *error);

/* Whether `frame` is there already and is the picture `key`. FTH_ERR_EXISTS when it is listed, but
 * was made from something else or was changed afterwards. Any thread. */
enum fth_status fth_journal_finished(const struct fth_journal *journal, int64_t frame,
                                     struct fth_key key, bool *finished, struct fth_error *error);
/* Whether the run before has listed the frame as finished. */
bool fth_journal_lists(const struct fth_journal *journal, int64_t frame);
/* Whether this run goes on with one that was cut off. */
bool fth_journal_resumes(const struct fth_journal *journal);

/* What to say after "exists already". Static. */
const char *fth_journal_words(const struct fth_journal *journal);

/* From here on the job is this run's: removes temporary files of the runs before, writes the
 * job's own file. */
enum fth_status fth_journal_begin(struct fth_journal *journal, struct fth_error *error);
/* Lists a frame whose file has just got its name. */
enum fth_status fth_journal_add(struct fth_journal *journal, int64_t frame, struct fth_key key,
                                struct fth_error *error);
/* How to go on when the job fails now: words, or NULL. Static. */
const char *fth_journal_remains(const struct fth_journal *journal);
/* `done`: the job is, and the journal goes. Otherwise it stays if frames are finished. */
void fth_journal_close(struct fth_journal **journal, bool done);

#endif
