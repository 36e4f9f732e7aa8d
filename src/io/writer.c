/* SPDX-License-Identifier: Apache-2.0 */
/* The one writer: a video, a still, or the files of a sequence, by the name it is given. */
#include "io/media.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/pipe.h"
#include "io/internal.h"
#include "io/journal.h"

struct fth_writer {
    char *path;
    struct fth_writer_spec spec;
    bool sequence;
    struct fth_video_writer *video;
    struct fth_stream *stream;
    int64_t last_frame;
    bool written;
    const char *remark;
};

enum fth_status fth_folder_check(const char *path, struct fth_error *error)
{
    char folder[FTH_LIMIT_PATH];
    const char *slash = strrchr(path, '/');
    size_t length = slash ? (size_t)(slash - path) : 0;
    if (strlen(path) >= sizeof(folder))
        return fth_fail(error, FTH_ERR_LIMIT, "%.100s...: path too long, the limit is %d bytes",
                        path, FTH_LIMIT_PATH - 1);
    memcpy(folder, path, length);
    strcpy(folder + length, !slash ? "." : length ? "" : "/");
    if (!fth_file_is_folder(folder))
        return fth_fail(error, FTH_ERR_NOT_FOUND, "%s: the folder %s does not exist; make it first",
                        path, folder);
    if (access(folder, W_OK) != 0)
        return fth_fail(error, FTH_ERR_IO, "%s: the folder %s cannot be written: %s", path, folder,
                        strerror(errno));
    return FTH_OK;
}

static enum fth_status check_free(const struct fth_writer *w, const char *path,
                                  struct fth_error *error)
{
    if (fth_file_is_folder(path))
        return fth_fail(error, FTH_ERR_USAGE, "%s: is a folder; name a file or a pattern in it",
                        path);
    if (!fth_file_exists(path))
        return FTH_OK;
    if (fth_file_is_special(path))
        return fth_fail(error, FTH_ERR_USAGE, "%s: is a device or a pipe, not a file; name a file, "
                        "or write to - and send that there", path);
    return fth_fail(error, FTH_ERR_EXISTS,
                    "%s: exists already%s; choose another name or allow it with --overwrite", path,
                    fth_journal_words(w->spec.journal));
}

/* No file of the sequence that the job will write may be there, but for what a job that is gone on
 * with has finished: the frames it listed, and the one it may have been killed before listing,
 * which is made again and compared. */
static enum fth_status check_sequence(const struct fth_writer *w, struct fth_error *error)
{
    struct fth_file_list list = {0};
    enum fth_status status = fth_file_list_pattern(w->path, &list, error);
    bool ranged = w->spec.first_frame != 0 || w->spec.last_frame != 0;
    bool spare = fth_journal_resumes(w->spec.journal);
    status = status == FTH_ERR_NOT_FOUND ? FTH_OK : status;
    for (size_t i = 0; i < list.count && status == FTH_OK; i++) {
        int64_t frame = list.items[i].frame;
        bool ours = !ranged || (frame >= w->spec.first_frame && frame <= w->spec.last_frame);
        if (!ours || fth_journal_lists(w->spec.journal, frame))
            continue;
        if (!spare)
            status = check_free(w, list.items[i].path, error);
        spare = false;
    }
    fth_file_list_clear(&list);
    return status;
}

static enum fth_status refuse_second(const struct fth_writer *w, struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_USAGE,
                    "%s: holds one picture; for several name a pattern (NAME.####.png) or a video, "
                    "for one of them its frame (--frames 1)", w->path);
}

static enum fth_status open_any(struct fth_writer *w, struct fth_error *error)
{
    const struct fth_format *f = &w->spec.format;
    if (f->width < 1 || f->height < 1 || f->width > FTH_LIMIT_SIDE || f->height > FTH_LIMIT_SIDE ||
        (int64_t)f->width * f->height > FTH_LIMIT_PIXELS)
        return fth_fail(error, FTH_ERR_LIMIT, "%s: %d x %d pixels, the limit is %d a side", w->path,
                        f->width, f->height, FTH_LIMIT_SIDE);
    if (fth_pipe_is_named(w->path))
        return fth_stream_open(w->path, &w->spec, &w->stream, &w->remark, error);
    w->sequence = fth_sequence_is_pattern(w->path);
    enum fth_status status = fth_folder_check(w->path, error);
    bool done = fth_journal_resumes(w->spec.journal); /* a video made again, and compared */
    bool replaces = w->spec.overwrite || (!w->sequence && done);
    if (status == FTH_OK && !replaces)
        status = w->sequence ? check_sequence(w, error) : check_free(w, w->path, error);
    if (status == FTH_OK && replaces && fth_file_is_special(w->path))
        status = check_free(w, w->path, error);
    if (status != FTH_OK)
        return status;
    if (!w->sequence && fth_name_is_still(w->path) && w->spec.last_frame > w->spec.first_frame)
        return refuse_second(w, error);
    if (w->sequence || fth_name_is_still(w->path))
        return fth_still_check(w->path, &w->spec, &w->remark, error);
    if (fth_stream_is_named(w->path, &w->spec))
        return fth_stream_open(w->path, &w->spec, &w->stream, &w->remark, error);
    return fth_video_writer_open(w->path, &w->spec, &w->video, &w->remark, error);
}

enum fth_status fth_writer_open(const char *path, const struct fth_writer_spec *spec,
                                struct fth_writer **writer, struct fth_error *error)
{
    struct fth_writer *w = fth_alloc(1, sizeof(*w));
    if (!w || !(w->path = fth_strdup(path))) {
        fth_free(w);
        return fth_fail_memory(error, sizeof(*w), path);
    }
    w->spec = *spec;
    enum fth_status status = open_any(w, error);
    if (status == FTH_OK)
        *writer = w;
    else
        fth_writer_abort(&w);
    return status;
}

enum fth_status fth_writer_frame(struct fth_writer *writer, int64_t frame,
                                 const struct fth_image *image, struct fth_error *error)
{
    if (writer->written && frame <= writer->last_frame)
        return fth_fail(error, FTH_ERR_USAGE, "%s: frame %lld after frame %lld", writer->path,
                        (long long)frame, (long long)writer->last_frame);
    if (writer->written && !writer->video && !writer->stream && !writer->sequence)
        return refuse_second(writer, error);
    if (image->format.width != writer->spec.format.width ||
        image->format.height != writer->spec.format.height)
        return fth_fail(error, FTH_ERR_USAGE, "%s: frame %lld is %d x %d, the file %d x %d",
                        writer->path, (long long)frame, image->format.width, image->format.height,
                        writer->spec.format.width, writer->spec.format.height);
    enum fth_status status = FTH_OK;
    char file[FTH_LIMIT_PATH];
    if (writer->video) {
        status = fth_video_writer_frame(writer->video, frame, image, error);
    } else if (writer->stream) {
        status = fth_stream_frame(writer->stream, image, error);
    } else if (writer->sequence) {
        status = fth_sequence_file(writer->path, frame, file, sizeof(file), error);
        if (status == FTH_OK)
            status = fth_still_write(file, image, &writer->spec, error);
    } else {
        status = fth_still_write(writer->path, image, &writer->spec, error);
    }
    if (status == FTH_OK) {
        writer->written = true;
        writer->last_frame = frame;
    }
    return status;
}

enum fth_status fth_writer_finish(struct fth_writer **writer, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    struct fth_writer *w = *writer;
    if (!w->written)
        status = fth_fail(error, FTH_ERR_USAGE, "%s: no frame was written", w->path);
    else if (w->video)
        status = fth_video_writer_finish(&w->video, error);
    else if (w->stream)
        status = fth_stream_finish(&w->stream, error);
    fth_writer_abort(writer);
    return status;
}

void fth_writer_abort(struct fth_writer **writer)
{
    struct fth_writer *w = writer ? *writer : NULL;
    if (!w)
        return;
    *writer = NULL;
    fth_video_writer_abort(&w->video);
    fth_stream_abort(&w->stream);
    fth_free(w->path);
    fth_free(w);
}

const char *fth_writer_remark(const struct fth_writer *writer)
{
    return writer->remark;
}
