/* SPDX-License-Identifier: Apache-2.0 */
/* Journals of jobs. Lines are only ever appended, in one write each: whatever moment a process is
 * killed at, what stands in whole lines is true, because a frame is listed after its file has got
 * its name. A frame that has its name and no line yet is made again and must come out the same
 * (fth_file_publish compares). */
#include "io/journal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "io/internal.h"

static const char MAGIC[] = "fathom job 1\n";
static const char MARK[] = ".fathom-job.";
enum { MOST_OLD = 256, MOST_BYTES = 256 << 20, STEM = 150, LINE = 160 };

struct line {
    int64_t frame, order;
    struct fth_key key, content;
};

/* The file of a run before, locked. */
struct old {
    char *path;
    int fd;
    bool inside;  /* its frames are all of ours: it goes when we begin */
    int64_t size; /* of its whole lines; 0: it says nothing that counts */
};

struct fth_journal {
    char *path, *folder, *stem, *file, *settings;
    bool sequence, resume, overwrite, found, resumes, begun;
    int64_t first, last;
    int fd; /* our file */
    struct old olds[MOST_OLD];
    int old_count;
    int64_t processes[MOST_OLD]; /* of runs before */
    int process_count;
    struct line *lines; /* ascending; constant once open */
    size_t count, capacity;
    int64_t added;
};

/* ---- names */

/* "x.####.exr" for every way to write that pattern; the name of a video is its own. */
static enum fth_status name_files(struct fth_journal *j, struct fth_error *error)
{
    struct fth_text folder = {0}, stem = {0}, file = {0};
    struct fth_pattern pattern;
    const char *slash = strrchr(j->path, '/'), *name = slash ? slash + 1 : j->path;
    fth_text_append(&folder, "%.*s", (int)(name - j->path), j->path);
    fth_text_append_bytes(&stem, ".", 1);
    if (j->sequence && fth_pattern_parse(j->path, &pattern)) {
        const char *prefix_end = j->path + pattern.prefix_length;
        fth_text_append(&stem, "%.*s%.*s%s", (int)(prefix_end - name), name, pattern.digit_count,
                        "############", pattern.suffix);
    } else {
        fth_text_append(&stem, "%s", name);
    }
    if (stem.data && stem.length > STEM) { /* a name may have 255 bytes: told apart by a hash */
        struct fth_hasher hasher;
        char digits[33];
        fth_hash_begin(&hasher);
        fth_hash_text(&hasher, stem.data);
        fth_key_print(fth_hash_end(&hasher), digits);
        stem.length = STEM;
        fth_text_append(&stem, "-%.8s", digits);
    }
    fth_text_append_bytes(&stem, MARK, sizeof(MARK) - 1);
    fth_text_append(&file, "%s%s%lld-%lld", folder.data ? folder.data : "",
                    stem.data ? stem.data : "", (long long)j->first, (long long)j->last);
    j->folder = folder.data;
    j->stem = stem.data;
    j->file = file.data;
    if (folder.failed || stem.failed || file.failed)
        return fth_fail_memory(error, strlen(j->path), j->path);
    return FTH_OK;
}

static DIR *open_folder(const struct fth_journal *j, enum fth_status *status,
                        struct fth_error *error)
{
    DIR *folder = opendir(j->folder && j->folder[0] ? j->folder : ".");
    /* the writer says the first two better; a folder may be written that cannot be read */
    if (!folder && errno != ENOENT && errno != ENOTDIR && errno != EACCES)
        *status = fth_fail(error, FTH_ERR_IO, "%s: cannot read the folder: %s", j->path,
                           strerror(errno));
    return folder;
}

/* The frames a journal's name says it is for. */
static bool parse_name(const struct fth_journal *j, const char *name, int64_t *first, int64_t *last)
{
    size_t length = strlen(j->stem);
    char numbers[64];
    if (strncmp(name, j->stem, length) != 0 || strlen(name + length) >= sizeof(numbers))
        return false;
    strcpy(numbers, name + length);
    char *dash = numbers[0] ? strchr(numbers + 1, '-') : NULL;
    if (!dash)
        return false;
    *dash = '\0';
    return fth_parse_int(numbers, first) && fth_parse_int(dash + 1, last);
}

/* ---- reading */

static enum fth_status list(struct fth_journal *j, struct line line, struct fth_error *error)
{
    if (j->count == j->capacity) {
        size_t capacity = FTH_MAX(2 * j->capacity, 256);
        struct line *grown = fth_realloc(j->lines, capacity, sizeof(*grown));
        if (!grown)
            return fth_fail_memory(error, capacity * sizeof(*grown), j->path);
        j->lines = grown;
        j->capacity = capacity;
    }
    line.order = (int64_t)j->count;
    j->lines[j->count++] = line;
    return FTH_OK;
}

/* One line of the journal's second part. What is not understood is nothing. */
static enum fth_status take_line(struct fth_journal *j, const char *text, struct fth_error *error)
{
    struct line line = {0};
    char key[40], content[40], rest;
    long long number = 0;
    if (sscanf(text, "run %lld%c", &number, &rest) == 1 && j->process_count < MOST_OLD)
        j->processes[j->process_count++] = number;
    if (!j->resume ||
        sscanf(text, "frame %lld %39s %39s%c", &number, key, content, &rest) != 3)
        return FTH_OK;
    line.frame = number;
    if (!fth_key_parse(key, &line.key) || !fth_key_parse(content, &line.content))
        return FTH_OK;
    return list(j, line, error);
}

/* A line of `a` that is not in `b`, into `line`. */
static bool find_other(const char *a, const char *b, char line[LINE])
{
    for (const char *end; (end = strchr(a, '\n')); a = end + 1) {
        size_t length = (size_t)(end - a + 1);
        const char *at = b;
        while (at && strncmp(at, a, length) != 0) {
            at = strchr(at, '\n');
            at = at && at[1] ? at + 1 : NULL;
        }
        if (!at) {
            snprintf(line, LINE, "%.*s", (int)FTH_MIN(length - 1, LINE - 1), a);
            return true;
        }
    }
    return false;
}

static enum fth_status compare_settings(const struct fth_journal *j, const char *then,
                                        struct fth_error *error)
{
    char had[LINE], has[LINE];
    bool lost = find_other(then, j->settings, had), won = find_other(j->settings, then, has);
    if (!lost && !won)
        return FTH_OK;
    return fth_fail(error, FTH_ERR_EXISTS,
                    "%s: the job that was cut off was another one (then %s%s, now %s%s); give the "
                    "same options, another name, or begin anew with --overwrite",
                    j->path, lost ? "" : "without ", lost ? had : has, won ? "" : "without ",
                    won ? has : had);
}

/* Settings, a line "end", then what happened. Only whole lines count; no "end", no journal. */
static enum fth_status take_text(struct fth_journal *j, char *text, int64_t *whole_size,
                                 struct fth_error *error)
{
    char *end = strstr(text, "\nend\n");
    if (strncmp(text, MAGIC, sizeof(MAGIC) - 1) != 0 || !end)
        return FTH_OK;
    char *settings = text + sizeof(MAGIC) - 1;
    enum fth_status status = FTH_OK;
    size_t before = j->count;
    char *at = end + 5;
    for (char *stop; status == FTH_OK && (stop = strchr(at, '\n')); at = stop + 1) {
        *stop = '\0';
        status = take_line(j, at, error);
    }
    end[1] = '\0';
    *whole_size = at - text;
    j->found = true;
    if (status != FTH_OK || !j->resume || (j->sequence && j->count == before))
        return status;
    j->resumes = true;
    return compare_settings(j, settings, error);
}

/* False when another process has it. A file system without locks has none. */
static bool lock(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

/* Locks and reads the file of a run before. */
static enum fth_status take_old(struct fth_journal *j, const char *name, bool inside,
                                struct fth_error *error)
{
    struct fth_text path = {0};
    struct stat info;
    void *text = NULL;
    size_t size = 0;
    int64_t whole_size = 0;
    fth_text_append(&path, "%s%s", j->folder ? j->folder : "", name);
    if (path.failed)
        return fth_fail_memory(error, strlen(name), name);
    int fd = open(path.data, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool there = fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_nlink > 0;
    enum fth_status status = FTH_OK;
    if (fd >= 0 && !lock(fd))
        status = fth_fail(error, FTH_ERR_EXISTS,
                          "%s: another run of fathom is writing %s right now; wait for it, or stop "
                          "it first", j->path, j->sequence ? "these frames" : "it");
    else if (there && j->old_count < MOST_OLD)
        status = fth_file_read(path.data, MOST_BYTES, &text, &size, error);
    if (status == FTH_OK && text)
        status = take_text(j, text, &whole_size, error);
    fth_free(text);
    if (status != FTH_OK || !text) {
        if (fd >= 0)
            close(fd);
        fth_text_clear(&path);
        return status;
    }
    j->olds[j->old_count++] = (struct old){path.data, fd, inside, whole_size};
    return FTH_OK;
}

static int by_frame(const void *pointer_a, const void *pointer_b)
{
    const struct line *a = pointer_a, *b = pointer_b;
    return a->frame < b->frame ? -1 : a->frame > b->frame;
}

static int by_frame_and_order(const void *pointer_a, const void *pointer_b)
{
    const struct line *a = pointer_a, *b = pointer_b;
    int frames = by_frame(a, b);
    return frames ? frames : a->order < b->order ? -1 : a->order > b->order;
}

/* A frame that was made again is listed again: the last word counts. */
static void sort_lines(struct fth_journal *j)
{
    size_t kept = 0;
    if (j->count > 0)
        qsort(j->lines, j->count, sizeof(*j->lines), by_frame_and_order);
    for (size_t i = 0; i < j->count; i++) {
        if (i + 1 == j->count || j->lines[i + 1].frame != j->lines[i].frame)
            j->lines[kept++] = j->lines[i];
    }
    j->count = kept;
}

static enum fth_status take_olds(struct fth_journal *j, struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    DIR *folder = open_folder(j, &status, error);
    for (struct dirent *entry;
         folder && status == FTH_OK &&
         (entry = fth_folder_next(folder, j->folder, &status, error));) {
        int64_t first, last;
        if (parse_name(j, entry->d_name, &first, &last) && first <= j->last && last >= j->first)
            status = take_old(j, entry->d_name, first >= j->first && last <= j->last, error);
    }
    if (folder)
        closedir(folder);
    sort_lines(j);
    return status;
}

enum fth_status fth_journal_open(const struct fth_journal_spec *spec, struct fth_journal **journal,
                                 struct fth_error *error)
{
    *journal = NULL;
    if (!fth_sequence_is_pattern(spec->path) &&
        (fth_name_is_still(spec->path) || strcmp(spec->path, "-") == 0))
        return FTH_OK;
    struct fth_journal *j = fth_alloc(1, sizeof(*j));
    if (!j)
        return fth_fail_memory(error, sizeof(*j), spec->path);
    j->fd = -1;
    j->sequence = fth_sequence_is_pattern(spec->path);
    j->resume = spec->resume;
    j->overwrite = spec->overwrite;
    j->first = j->sequence ? spec->first_frame : 0;
    j->last = j->sequence ? spec->last_frame : 0;
    j->path = fth_strdup(spec->path);
    j->settings = fth_strdup(spec->settings);
    enum fth_status status = FTH_OK;
    if (!j->path || !j->settings)
        status = fth_fail_memory(error, strlen(spec->settings), spec->path);
    if (status == FTH_OK)
        status = name_files(j, error);
    if (status == FTH_OK)
        status = take_olds(j, error);
    if (status == FTH_OK)
        *journal = j;
    else
        fth_journal_close(&j, false);
    return status;
}

/* ---- asking */

static const struct line *find_line(const struct fth_journal *j, int64_t frame)
{
    struct line wanted = {.frame = frame};
    return j->count ? bsearch(&wanted, j->lines, j->count, sizeof(wanted), by_frame) : NULL;
}

bool fth_journal_lists(const struct fth_journal *journal, int64_t frame)
{
    return journal && find_line(journal, frame);
}

const char *fth_journal_words(const struct fth_journal *journal)
{
    if (!journal)
        return "";
    if (journal->resumes)
        return " and is not of the job that is gone on with";
    if (journal->resume)
        return " and no job on it was cut off that --resume could go on with";
    return journal->found ? " (of a job that was cut off: --resume goes on with it)" : "";
}

bool fth_journal_resumes(const struct fth_journal *journal)
{
    return journal && journal->resumes;
}

enum fth_status fth_journal_finished(const struct fth_journal *journal, int64_t frame,
                                     struct fth_key key, bool *finished, struct fth_error *error)
{
    char file[FTH_LIMIT_PATH];
    struct fth_key content;
    const struct line *line = journal ? find_line(journal, frame) : NULL;
    *finished = false;
    if (!line)
        return FTH_OK;
    enum fth_status status = fth_sequence_file(journal->path, frame, file, sizeof(file), error);
    if (status != FTH_OK || !fth_file_exists(file))
        return status; /* removed since: it is made again */
    bool same_picture = fth_key_equal(line->key, key);
    if (same_picture)
        status = fth_file_key(file, &content, error);
    *finished = status == FTH_OK && same_picture && fth_key_equal(content, line->content);
    if (status != FTH_OK || *finished || journal->overwrite)
        return status;
    if (!same_picture)
        return fth_fail(error, FTH_ERR_EXISTS,
                        "%s: was made from other footage, or by another network or version, than "
                        "this job would make it; begin anew with --overwrite or another name",
                        file);
    return fth_fail(error, FTH_ERR_EXISTS,
                    "%s: was changed since the job finished it; remove it to have it made again",
                    file);
}

/* ---- writing */

static enum fth_status fail_write(const struct fth_journal *j, struct fth_error *error)
{
    return fth_fail(error, FTH_ERR_IO, "%s: cannot write the job's journal %s: %s", j->path,
                    j->file, strerror(errno));
}

static enum fth_status append(struct fth_journal *j, const char *bytes, size_t size,
                              struct fth_error *error)
{
    while (size > 0) {
        ssize_t n = write(j->fd, bytes, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_write(j, error);
        bytes += n;
        size -= (size_t)n;
    }
    return FTH_OK;
}

static void append_line(struct fth_text *text, const struct line *line)
{
    char key[33], content[33];
    fth_text_append(text, "frame %lld %s %s\n", (long long)line->frame,
                    fth_key_print(line->key, key), fth_key_print(line->content, content));
}

/* Hidden files that runs before were writing when they were killed. A process that lives has no
 * unlocked journal. */
static void remove_temporaries(const struct fth_journal *j)
{
    const char *base = j->path + strlen(j->folder);
    struct fth_pattern pattern;
    size_t length = strcspn(base, ".");
    if (j->sequence && fth_pattern_parse(j->path, &pattern))
        length = pattern.prefix_length - strlen(j->folder);
    enum fth_status status = FTH_OK; /* what cannot be found stays */
    DIR *folder = open_folder(j, &status, NULL);
    for (struct dirent *entry;
         folder && (entry = fth_folder_next(folder, j->folder, &status, NULL));) {
        const char *name = entry->d_name, *mark = strstr(name, ".fathom-");
        if (name[0] != '.' || !mark || strncmp(name + 1, base, FTH_MIN(length, (size_t)STEM)) != 0)
            continue;
        int64_t process = atoll(mark + 8);
        for (int i = 0; i < j->process_count; i++) {
            if (process > 0 && process == j->processes[i])
                unlinkat(dirfd(folder), name, 0);
        }
    }
    if (folder)
        closedir(folder);
}

/* Takes the open file of a run before that had the very same frames, or makes a new one. */
static enum fth_status take_file(struct fth_journal *j, bool *whole, struct fth_error *error)
{
    for (int i = 0; i < j->old_count; i++) {
        struct old *old = &j->olds[i];
        if (strcmp(old->path, j->file) != 0)
            continue;
        j->fd = old->fd;
        old->fd = -1;
        old->inside = false;
        *whole = j->resume && old->size > 0;
        /* what stands after the last whole line is half a line */
        if (ftruncate(j->fd, *whole ? old->size : 0) != 0 || lseek(j->fd, 0, SEEK_END) < 0)
            return fail_write(j, error);
        return FTH_OK;
    }
    j->fd = open(j->file, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    return j->fd >= 0 && lock(j->fd) ? FTH_OK : fail_write(j, error);
}

/* A new file says all that is known in one go; one that is gone on with is only added to. */
static enum fth_status write_head(struct fth_journal *j, bool whole, struct fth_error *error)
{
    struct fth_text text = {0};
    if (!whole)
        fth_text_append(&text, "%s%send\n", MAGIC, j->settings);
    for (int i = 0; i < j->process_count; i++)
        fth_text_append(&text, "run %lld\n", (long long)j->processes[i]);
    fth_text_append(&text, "run %lld\n", (long long)getpid());
    for (size_t i = 0; i < j->count; i++)
        append_line(&text, &j->lines[i]);
    enum fth_status status = text.failed ? fth_fail_memory(error, text.length, j->path)
                                         : append(j, text.data, text.length, error);
    fth_text_clear(&text);
    return status;
}

static void close_olds(struct fth_journal *j, bool begun)
{
    for (int i = 0; i < j->old_count; i++) {
        struct old *old = &j->olds[i];
        if (begun && old->inside)
            unlink(old->path);
        if (old->fd >= 0)
            close(old->fd);
        fth_free(old->path);
    }
    j->old_count = 0;
}

enum fth_status fth_journal_begin(struct fth_journal *j, struct fth_error *error)
{
    bool whole = false;
    if (!j)
        return FTH_OK;
    enum fth_status status = fth_folder_check(j->path, error);
    if (status == FTH_OK)
        status = take_file(j, &whole, error);
    if (status == FTH_OK)
        remove_temporaries(j);
    if (status == FTH_OK)
        status = write_head(j, whole, error);
    j->begun = j->fd >= 0;
    close_olds(j, status == FTH_OK);
    return status;
}

enum fth_status fth_journal_add(struct fth_journal *j, int64_t frame, struct fth_key key,
                                struct fth_error *error)
{
    char file[FTH_LIMIT_PATH];
    struct line line = {.frame = frame, .key = key};
    struct fth_text text = {0};
    if (!j || !j->sequence)
        return FTH_OK;
    enum fth_status status = fth_sequence_file(j->path, frame, file, sizeof(file), error);
    if (status == FTH_OK)
        status = fth_file_key(file, &line.content, error);
    if (status == FTH_OK) {
        append_line(&text, &line);
        status = text.failed ? fth_fail_memory(error, sizeof(file), file)
                             : append(j, text.data, text.length, error);
    }
    fth_text_clear(&text);
    j->added += status == FTH_OK;
    return status;
}

const char *fth_journal_remains(const struct fth_journal *journal)
{
    return journal && journal->added > 0
               ? "finished frames stay, the same command with --resume makes the others"
               : NULL;
}

void fth_journal_close(struct fth_journal **journal, bool done)
{
    struct fth_journal *j = journal ? *journal : NULL;
    if (!j)
        return;
    *journal = NULL;
    int64_t finished = (int64_t)j->count + j->added;
    if (j->begun && (done || finished == 0))
        unlink(j->file);
    close_olds(j, false);
    if (j->fd >= 0)
        close(j->fd);
    fth_free(j->path);
    fth_free(j->folder);
    fth_free(j->stem);
    fth_free(j->file);
    fth_free(j->settings);
    fth_free(j->lines);
    fth_free(j);
}
