/* SPDX-License-Identifier: Apache-2.0 */
/* Files are known by their real path, so that links and dots hide neither a circle nor a way out.
 * While a file is read it stands in the list without a graph: who asks for it then is within it. */
#include "graph/library.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "graph/document.h"
#include "graph/group.h"
#include "graph/internal.h"

enum { MOST_SIZE = 64 << 20 }; /* bytes, as of any document */

/* One file. */
struct entry {
    struct entry *next;      /* which was read, or begun, before it */
    char *path;
    struct fth_graph *graph; /* NULL: being read */
};

struct fth_library {
    char *root; /* the real folder of the outermost document */
    struct entry *last;
    int reading; /* files that are being read */
};

void fth_library_destroy(struct fth_library **pointer)
{
    struct fth_library *library = pointer ? *pointer : NULL;
    if (!library)
        return;
    while (library->last) { /* later ones first: they may hold earlier ones as groups */
        struct entry *entry = library->last;
        library->last = entry->next;
        fth_graph_destroy(&entry->graph);
        fth_free(entry->path);
        fth_free(entry);
    }
    fth_free(library->root);
    fth_free(library);
    *pointer = NULL;
}

void fth_graph_allow_outside(struct fth_graph *graph, bool allowed)
{
    graph->allows_outside = allowed;
}

/* The path without links and dots; new string (fth_free). */
static enum fth_status real_path(const char *path, char **real, struct fth_error *error)
{
    char *found = realpath(path, NULL);
    if (!found)
        return fth_fail(error, FTH_ERR_NOT_FOUND, "%s: %s", path, strerror(errno));
    *real = fth_strdup(found);
    free(found);
    return *real ? FTH_OK : fth_fail_memory(error, FTH_LIMIT_PATH, "a path");
}

static enum fth_status provide_library(struct fth_graph *graph, struct fth_error *error)
{
    if (graph->library)
        return FTH_OK;
    struct fth_library *library = fth_alloc(1, sizeof(*library));
    if (!library)
        return fth_fail_memory(error, sizeof(*library), "groups");
    const char *folder = graph->folder && graph->folder[0] ? graph->folder : ".";
    enum fth_status status = real_path(folder, &library->root, error);
    if (status != FTH_OK) {
        fth_library_destroy(&library);
        return status;
    }
    graph->library = library;
    graph->owns_library = true;
    return FTH_OK;
}

static bool is_within(const char *folder, const char *path)
{
    size_t length = strlen(folder);
    return strncmp(path, folder, length) == 0 &&
           (path[length] == '/' || (length && folder[length - 1] == '/'));
}

/* "a.json -> b.json -> a.json", from the file that is asked for again. */
static enum fth_status fail_circle(const struct fth_library *library, const struct entry *again,
                                   struct fth_error *error)
{
    struct fth_text text = {0};
    const struct entry *chain[FTH_LIMIT_NESTING + 1];
    int count = 0;
    for (const struct entry *entry = library->last; entry; entry = entry->next) {
        if (!entry->graph && count <= FTH_LIMIT_NESTING)
            chain[count++] = entry;
        if (entry == again)
            break;
    }
    while (count-- > 0) {
        const char *slash = strrchr(chain[count]->path, '/');
        fth_text_append(&text, "%s -> ", slash + 1);
    }
    const char *slash = strrchr(again->path, '/');
    enum fth_status status = fth_fail(error, FTH_ERR_USAGE, "a group within itself: %s%s",
                                      text.data ? text.data : "", slash + 1);
    fth_text_clear(&text);
    return status;
}

static enum fth_status begin_entry(struct fth_library *library, const char *path,
                                   struct entry **result, struct fth_error *error)
{
    struct entry *entry = fth_alloc(1, sizeof(*entry));
    if (!entry || !(entry->path = fth_strdup(path))) {
        fth_free(entry);
        return fth_fail_memory(error, strlen(path), "a group");
    }
    entry->next = library->last;
    library->last = entry;
    *result = entry;
    return FTH_OK;
}

static void drop_entry(struct fth_library *library, struct entry *gone)
{
    struct entry **at = &library->last;
    while (*at != gone)
        at = &(*at)->next;
    *at = gone->next;
    fth_free(gone->path);
    fth_free(gone);
}

/* Reads the file, and with it all that it names. `shown` is how its paths go on. */
static enum fth_status read_file(struct fth_graph *graph, const char *real, const char *shown,
                                 struct entry **result, struct fth_error *error)
{
    struct fth_library *library = graph->library;
    struct entry *entry = NULL;
    void *bytes = NULL;
    char *folder = fth_path_folder(shown);
    struct fth_document_text text = {.name = shown, .folder = folder, .library = library,
                                     .allows_outside = graph->allows_outside};
    enum fth_status status = folder ? fth_file_read(shown, MOST_SIZE, &bytes, &text.length, error)
                                    : fth_fail_memory(error, strlen(shown), "a path");
    if (status == FTH_OK)
        status = begin_entry(library, real, &entry, error);
    if (status == FTH_OK) {
        text.text = bytes;
        library->reading++;
        status = fth_graph_read(graph->catalogue, &text, NULL, &entry->graph, error);
        library->reading--;
        if (status != FTH_OK)
            drop_entry(library, entry);
    }
    fth_free(bytes);
    fth_free(folder);
    *result = entry;
    return status;
}

static enum fth_status find_file(struct fth_graph *graph, const char *real, const char *shown,
                                 struct entry **result, struct fth_error *error)
{
    struct fth_library *library = graph->library;
    if (!graph->allows_outside && !is_within(library->root, real))
        return fth_fail(error, FTH_ERR_USAGE,
                        "it lies outside the document's folder, %s; --allow-outside permits that",
                        library->root);
    for (struct entry *entry = library->last; entry; entry = entry->next) {
        if (strcmp(entry->path, real) != 0)
            continue;
        *result = entry;
        return entry->graph ? FTH_OK : fail_circle(library, entry, error);
    }
    if (library->reading >= FTH_LIMIT_NESTING)
        return fth_fail(error, FTH_ERR_LIMIT, "groups within groups more than %d deep",
                        FTH_LIMIT_NESTING);
    return read_file(graph, real, shown, result, error);
}

static enum fth_status open_group(struct fth_graph *graph, const char *path,
                                  struct entry **entry, struct fth_error *error)
{
    char *shown = NULL, *real = NULL;
    enum fth_status status = provide_library(graph, error);
    if (status == FTH_OK && !path[0])
        status = fth_fail(error, FTH_ERR_USAGE, "it names no document: \"file:NAME.json\"");
    if (status == FTH_OK && !(shown = fth_path_join(graph->folder ? graph->folder : "", path)))
        status = fth_fail_memory(error, strlen(path), "a path");
    if (status == FTH_OK)
        status = real_path(shown, &real, error);
    if (status == FTH_OK)
        status = find_file(graph, real, shown, entry, error);
    if (status == FTH_OK && (*entry)->graph->nesting >= FTH_LIMIT_NESTING)
        status = fth_fail(error, FTH_ERR_LIMIT, "groups within groups more than %d deep",
                          FTH_LIMIT_NESTING);
    fth_free(shown);
    fth_free(real);
    return status;
}

enum fth_status fth_library_add_group(struct fth_graph *graph, const char *name, const char *kind,
                                      struct fth_error *error)
{
    struct entry *entry = NULL;
    enum fth_status status = open_group(graph, strchr(kind, ':') + 1, &entry, error);
    if (status != FTH_OK) {
        fth_error_prefix(error, "node '%s' (%.200s)", name, kind);
        return fth_graph_blame(error, name, status);
    }
    status = fth_graph_add_group(graph, name, kind, entry->graph, error);
    if (status == FTH_OK)
        graph->nesting = FTH_MAX(graph->nesting, entry->graph->nesting + 1);
    return status;
}
