/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes by name: an open hash table of indices, so that a large document is not read in the square
 * of its nodes. */
#include <string.h>

#include "base/mem.h"
#include "graph/internal.h"

enum { LEAST_SLOTS = 32 };

/* FNV-1a. */
static uint32_t hash(const char *name)
{
    uint32_t value = 2166136261u;
    for (; *name; name++)
        value = (value ^ (unsigned char)*name) * 16777619u;
    return value;
}

/* Where `name` is, or the free slot it would be put into. */
static int *slot_of(const struct fth_graph *graph, const char *name)
{
    uint32_t mask = (uint32_t)graph->slot_count - 1, at = hash(name) & mask;
    while (graph->slots[at] >= 0 &&
           strcmp(graph->members[graph->slots[at]].name, name) != 0)
        at = (at + 1) & mask;
    return &graph->slots[at];
}

bool fth_names_reserve(struct fth_graph *graph, int count)
{
    int wanted = LEAST_SLOTS;
    while (wanted < 2 * count)
        wanted *= 2;
    if (wanted <= graph->slot_count)
        return true;
    int *slots = fth_realloc(graph->slots, (size_t)wanted, sizeof(*slots));
    if (!slots)
        return false;
    graph->slots = slots;
    graph->slot_count = wanted;
    fth_names_refill(graph);
    return true;
}

void fth_names_add(struct fth_graph *graph, int index)
{
    *slot_of(graph, graph->members[index].name) = index;
}

void fth_names_refill(struct fth_graph *graph)
{
    for (int i = 0; i < graph->slot_count; i++)
        graph->slots[i] = -1;
    for (int i = 0; i < graph->count; i++)
        fth_names_add(graph, i);
}

int fth_graph_find(const struct fth_graph *graph, const char *name)
{
    return graph->slot_count ? *slot_of(graph, name) : -1;
}
