/* SPDX-License-Identifier: Apache-2.0 */
/* The ready documents that are part of the library, each with the face it shows as a tool. */
#include <pthread.h>
#include <string.h>

#include "api/handles.h"
#include "base/json.h"
#include "base/mem.h"
#include "graph/document.h"
#include "graph/group.h"
#include "nodes/catalogue.h"

static const struct fth_example examples[] = {
#include "examples.inc"
};

enum { COUNT = FTH_ARRAY_COUNT(examples) };

/* What an example's document publishes, made when somebody first asks. Documents, descriptors and
 * texts stay for the life of the program, as the catalogue does. */
static struct {
    struct fth_node_type type;
    struct fth_port ports[FTH_LIMIT_INPUTS + 1];
    struct fth_group *group; /* whose descriptor and texts `type` borrows, */
    struct fth_json *tree;   /* and this one's words */
    bool is_made;
} kinds[COUNT];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

size_t fth_example_count(void)
{
    return COUNT;
}

const struct fth_example *fth_example_at(size_t index)
{
    return index < COUNT ? &examples[index] : NULL;
}

const struct fth_example *fth_example_find(const char *name)
{
    for (size_t i = 0; i < COUNT; i++) {
        if (fth_id_equal(examples[i].name, name))
            return &examples[i];
    }
    return NULL;
}

/* Its own clips are there to show it: whoever runs it brings footage for each of them. */
static void fill_ports(const struct fth_graph *graph, const struct fth_node_desc *desc,
                       struct fth_port *ports)
{
    for (int i = 0; desc->inputs && desc->inputs[i].id; i++)
        ports[i] = desc->inputs[i];
    for (int i = 0, at = 0; i < fth_graph_published_count(graph); i++) {
        const struct fth_published *row = fth_graph_published(graph, i);
        if (!row->is_input)
            continue;
        ports[at].optional = ports[at].optional && row->id[0];
        ports[at].help = row->id[0] ? ports[at].help : "The footage: a video, still or sequence.";
        at++;
    }
}

/* The words come from the document's view. */
static void fill_type(const struct fth_example *example, const struct fth_node_desc *desc,
                      const struct fth_json *view, struct fth_node_type *type)
{
    *type = (struct fth_node_type){.id = example->name,
                                   .label = fth_json_text(fth_json_get(view, "title"), ""),
                                   .tag = "Ex",
                                   .group = "Examples",
                                   .help = fth_json_text(fth_json_get(view, "does"), ""),
                                   .version = 1,
                                   .params = desc->params,
                                   .inputs = kinds[example - examples].ports};
}

static enum fth_status make_type(const struct fth_example *example, struct fth_error *error)
{
    char kind[FTH_LIMIT_NAME + 16] = "file:";
    struct fth_document_text source = {example->text, example->length, example->name, ""};
    struct fth_graph *graph = NULL;
    struct fth_group *group = NULL;
    struct fth_json *tree = NULL;
    strncat(kind, example->name, FTH_LIMIT_NAME); /* one of ours: it fits */
    enum fth_status status = fth_graph_read(fth_catalogue_all(), &source, NULL, &graph, error);
    if (status == FTH_OK)
        status = fth_json_parse(example->text, example->length, example->name, &tree, error);
    if (status == FTH_OK)
        status = fth_group_create(kind, graph, &group, error);
    if (status == FTH_OK) {
        fill_ports(graph, fth_group_desc(group), kinds[example - examples].ports);
        fill_type(example, fth_group_desc(group), fth_json_get(tree, "view"),
                  &kinds[example - examples].type);
        kinds[example - examples].group = group;
        kinds[example - examples].tree = tree;
        return FTH_OK;
    }
    fth_json_destroy(&tree);
    fth_graph_destroy(&graph);
    return status;
}

enum fth_status fth_example_type(size_t index, const struct fth_node_type **type,
                                 struct fth_error *error)
{
    enum fth_status status = FTH_OK;
    if (index >= COUNT)
        return fth_fail(error, FTH_ERR_USAGE, "there are %d examples", (int)COUNT);
    pthread_mutex_lock(&lock);
    if (!kinds[index].is_made)
        status = make_type(&examples[index], error);
    kinds[index].is_made = kinds[index].is_made || status == FTH_OK;
    pthread_mutex_unlock(&lock);
    if (status == FTH_OK)
        *type = &kinds[index].type;
    return status;
}
