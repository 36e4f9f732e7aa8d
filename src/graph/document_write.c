/* SPDX-License-Identifier: Apache-2.0 */
/* A graph as a document. What was read and not changed is handed on as it was read; `is_canonical`
 * makes everything anew, in one order. */
#include <string.h>

#include "base/mem.h"
#include "base/path.h"
#include "base/text.h"
#include "graph/document.h"
#include "graph/group.h"
#include "graph/internal.h"
#include "graph/reader.h"
#include "node/value_json.h"

struct writer {
    const struct fth_graph *graph;
    bool is_canonical;
};

/* Marks what could not be made, so that it is not taken for what is to be left out. */
static struct fth_json *sure(struct fth_json *made)
{
    if (!made)
        fth_text_lose();
    return made;
}

/* A part of an object under its key, or NULL when it is to be left out. */
typedef struct fth_json *part_fn(const struct writer *writer, const void *of, const char *key);

static bool is_among(const char *key, const char *const *keys)
{
    while (*keys && strcmp(*keys, key) != 0)
        keys++;
    return *keys != NULL;
}

/* An object of the parts `keys`, and of all that `source` has besides: in the order of the source
 * and then of the keys, or the other way round. */
static struct fth_json *assemble(const struct writer *writer, const struct fth_json *source,
                                 const char *const *keys, part_fn *part, const void *of)
{
    struct fth_json *made = fth_json_new(FTH_JSON_OBJECT);
    const struct fth_json *value;
    for (int pass = 0; pass < 2; pass++) {
        bool by_source = (pass == 0) != writer->is_canonical;
        const char *key = NULL;
        void *place = NULL;
        while (by_source && (value = fth_json_next(source, &place, &key))) {
            bool is_part = is_among(key, keys);
            if (is_part && fth_json_get(made, key))
                continue;
            struct fth_json *known = is_part ? part(writer, of, key) : fth_json_share(value);
            if (known)
                fth_json_set(made, key, known);
        }
        for (size_t i = 0; !by_source && keys[i]; i++) {
            struct fth_json *known = fth_json_get(made, keys[i]) ? NULL : part(writer, of, keys[i]);
            if (known)
                fth_json_set(made, keys[i], known);
        }
    }
    return sure(made);
}

/* NULL in place of an object without members. */
static struct fth_json *unless_empty(struct fth_json *object)
{
    if (sure(object) && fth_json_count(object) == 0)
        fth_json_destroy(&object);
    return object;
}

/* ---- parameters ------------------------------------------------------------------------------ */

static struct fth_json *file_json(const struct writer *writer, const struct fth_setting *setting)
{
    const char *text = setting->value.text ? setting->value.text : "";
    char *path = fth_path_relative(writer->graph->folder, text);
    struct fth_json *made = fth_json_new_text(path ? path : text);
    if (!path)
        fth_text_lose();
    fth_free(path);
    return made;
}

static struct fth_json *setting_json(const struct writer *writer, const struct fth_setting *setting,
                                     const struct fth_json *source)
{
    if (setting->is_read && source && !writer->is_canonical)
        return fth_json_share(source);
    if (setting->curve) {
        struct fth_json *made = fth_json_new(FTH_JSON_OBJECT);
        fth_json_set(made, "keys", fth_curve_write(setting->curve));
        return made;
    }
    if (setting->param->type == FTH_PARAM_FILE)
        return file_json(writer, setting);
    return fth_value_write(setting->param, &setting->value);
}

/* The member of `object` that says `id`, in whichever spelling. */
static const struct fth_json *find_spelt(const struct fth_json *object, const char *id)
{
    const struct fth_json *value = fth_json_get(object, id);
    const char *key = NULL;
    for (void *place = NULL; !value;) {
        const struct fth_json *next = fth_json_next(object, &place, &key);
        if (!next)
            break;
        if (fth_id_equal(key, id))
            value = next;
    }
    return value;
}

static void add_known_params(const struct writer *writer, const struct fth_graph_member *member,
                             const struct fth_json *source, struct fth_json *made)
{
    bool has_common = !(member->desc->flags & FTH_NODE_NO_COMMON);
    const struct fth_param *const tables[] = {member->desc->params,
                                              has_common ? fth_common_params : NULL};
    for (size_t t = 0; t < FTH_ARRAY_COUNT(tables); t++) {
        for (const struct fth_param *row = tables[t]; row && row->type != FTH_PARAM_END; row++) {
            const struct fth_setting *setting = fth_graph_worth_saying(member, row);
            if (setting && !find_spelt(made, row->id))
                fth_json_set(made, row->id,
                             setting_json(writer, setting, find_spelt(source, row->id)));
        }
    }
}

static struct fth_json *params_json(const struct writer *writer,
                                    const struct fth_graph_member *member)
{
    const struct fth_json *source = fth_json_get(member->source, "params"), *value;
    struct fth_json *made = fth_json_new(FTH_JSON_OBJECT);
    const char *key = NULL;
    void *place = NULL;
    if (member->placeholder)
        fth_json_destroy(&made);
    if (member->placeholder)
        return source ? fth_json_share(source) : NULL;
    if (writer->is_canonical)
        add_known_params(writer, member, source, made);
    while ((value = fth_json_next(source, &place, &key))) {
        const struct fth_param *row = fth_node_param(member->desc, key, NULL);
        const struct fth_setting *setting = row ? fth_graph_worth_saying(member, row) : NULL;
        if (!row)
            fth_json_set(made, key, fth_json_share(value));
        else if (setting && !writer->is_canonical)
            fth_json_set(made, key, setting_json(writer, setting, value));
    }
    if (!writer->is_canonical)
        add_known_params(writer, member, source, made);
    return unless_empty(made);
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static struct fth_json *inputs_json(const struct writer *writer,
                                    const struct fth_graph_member *member)
{
    const struct fth_json *source = fth_json_get(member->source, "inputs"), *value;
    struct fth_json *made = fth_json_new(FTH_JSON_OBJECT);
    const char *key = NULL;
    void *place = NULL;
    while (!writer->is_canonical && (value = fth_json_next(source, &place, &key))) {
        int port = fth_node_port(member->desc, key);
        if (port < 0)
            fth_json_set(made, key, fth_json_share(value));
        else if (member->inputs[port] >= 0)
            fth_json_set_text(made, key, writer->graph->members[member->inputs[port]].name);
    }
    for (int port = 0; port < fth_node_port_count(member->desc); port++) {
        const char *id = fth_node_port_at(member->desc, port)->id;
        if (member->inputs[port] >= 0 && !find_spelt(made, id))
            fth_json_set_text(made, id, writer->graph->members[member->inputs[port]].name);
    }
    place = NULL;
    while (writer->is_canonical && (value = fth_json_next(source, &place, &key))) {
        if (fth_node_port(member->desc, key) < 0)
            fth_json_set(made, key, fth_json_share(value));
    }
    return unless_empty(made);
}

/* A node that was written for a later version keeps saying so. */
static struct fth_json *version_json(const struct fth_graph_member *member)
{
    const struct fth_json *source = fth_json_get(member->source, "version");
    if (member->placeholder)
        return source ? fth_json_share(source) : NULL;
    int64_t version = FTH_MAX(fth_json_int(source, 1), (int64_t)member->desc->version);
    return version > 1 ? sure(fth_json_new_int(version)) : NULL;
}

static struct fth_json *node_part(const struct writer *writer, const void *of, const char *key)
{
    const struct fth_graph_member *member = of;
    if (strcmp(key, "inputs") == 0)
        return inputs_json(writer, member);
    if (strcmp(key, "params") == 0)
        return params_json(writer, member);
    if (strcmp(key, "version") == 0)
        return version_json(member);
    const struct fth_json *kind = fth_json_get(member->source, "node");
    bool as_read = kind && (!writer->is_canonical || !fth_id_equal(fth_json_text(kind, ""),
                                                                   member->desc->id));
    return sure(as_read ? fth_json_share(kind) : fth_json_new_text(member->desc->id));
}

static struct fth_json *nodes_json(const struct writer *writer)
{
    static const char *const keys[] = {"node", "version", "inputs", "params", NULL};
    struct fth_json *made = fth_json_new(FTH_JSON_OBJECT);
    for (int i = 0; sure(made) && i < writer->graph->count; i++) {
        const struct fth_graph_member *member = &writer->graph->members[i];
        fth_json_set(made, member->name,
                     assemble(writer, member->source, keys, node_part, member));
    }
    return made;
}

/* ---- the rest -------------------------------------------------------------------------------- */

static struct fth_json *pair_json(int64_t a, int64_t b)
{
    struct fth_json *made = fth_json_new(FTH_JSON_ARRAY);
    fth_json_add(made, fth_json_new_int(a));
    fth_json_add(made, fth_json_new_int(b));
    return sure(made);
}

static struct fth_json *rate_json(const struct fth_settings *settings)
{
    struct fth_text text = {0};
    fth_text_append(&text, "%lld/%lld", (long long)settings->rate_num,
                    (long long)settings->rate_den);
    struct fth_json *made = fth_json_new_text(text.data ? text.data : "");
    fth_text_clear(&text);
    return sure(made);
}

static struct fth_json *colour_part(const struct writer *writer, const void *of, const char *key)
{
    const struct fth_settings *settings = of;
    const char *name = strcmp(key, "working") == 0 ? settings->working : settings->output;
    (void)writer;
    return name[0] ? sure(fth_json_new_text(name)) : NULL;
}

static struct fth_json *setting_part(const struct writer *writer, const void *of, const char *key)
{
    static const char *const names[] = {"working", "output", NULL};
    const struct fth_settings *now = &writer->graph->settings;
    const struct fth_json *source = of;
    struct fth_settings then = fth_settings_read(source, NULL);
    bool is_size = strcmp(key, "size") == 0, is_rate = strcmp(key, "rate") == 0;
    bool is_frames = strcmp(key, "frames") == 0;
    bool is_same = is_size ? now->width == then.width && now->height == then.height
                   : is_rate ? now->rate_num == then.rate_num && now->rate_den == then.rate_den
                   : is_frames ? now->has_frames == then.has_frames &&
                                     now->first_frame == then.first_frame &&
                                     now->last_frame == then.last_frame
                               : strcmp(now->working, then.working) == 0 &&
                                     strcmp(now->output, then.output) == 0;
    const struct fth_json *old = fth_json_get(source, key);
    if (old && is_same && (!writer->is_canonical || !is_rate))
        return fth_json_share(old);
    if (is_size)
        return now->width ? pair_json(now->width, now->height) : NULL;
    if (is_rate)
        return now->rate_num ? rate_json(now) : NULL;
    if (is_frames)
        return now->has_frames ? pair_json(now->first_frame, now->last_frame) : NULL;
    return unless_empty(assemble(writer, old, names, colour_part, now));
}

static struct fth_json *published_json(const struct writer *writer, bool is_input)
{
    struct fth_json *made = fth_json_new(FTH_JSON_OBJECT);
    for (int i = 0; i < writer->graph->published_count; i++) {
        const struct fth_published *row = &writer->graph->published[i];
        struct fth_text target = {0};
        if (row->is_input != is_input)
            continue;
        fth_text_append(&target, "%s%s%s", writer->graph->members[row->node].name,
                        row->id[0] ? "." : "", row->id);
        fth_json_set_grown(made, row->name, &target);
        fth_text_clear(&target);
    }
    return unless_empty(made);
}

static struct fth_json *publish_part(const struct writer *writer, const void *of, const char *key)
{
    const char *output = fth_graph_published_output(writer->graph);
    (void)of;
    if (strcmp(key, "output") == 0)
        return output ? sure(fth_json_new_text(output)) : NULL;
    return published_json(writer, strcmp(key, "inputs") == 0);
}

static struct fth_json *root_part(const struct writer *writer, const void *of, const char *key)
{
    static const char *const settings[] = {"size", "rate", "frames", "colour", NULL};
    static const char *const publish[] = {"params", "inputs", "output", NULL};
    const struct fth_json *source = fth_json_get(of, key);
    if (strcmp(key, "fathom") == 0)
        return sure(fth_json_new_int(1));
    if (strcmp(key, "nodes") == 0)
        return nodes_json(writer);
    if (strcmp(key, "publish") == 0)
        return unless_empty(assemble(writer, source, publish, publish_part, NULL));
    return unless_empty(assemble(writer, source, settings, setting_part, source));
}

struct fth_json *fth_graph_json(const struct fth_graph *graph, bool is_canonical)
{
    static const char *const keys[] = {"fathom", "settings", "nodes", "publish", NULL};
    struct writer writer = {graph, is_canonical};
    (void)fth_text_take_lost();
    struct fth_json *root = assemble(&writer, graph->origin.tree, keys, root_part,
                                     graph->origin.tree);
    if (fth_text_take_lost())
        fth_json_destroy(&root);
    return root;
}

static enum fth_status print_anew(const struct fth_graph *graph, bool is_canonical, char **text,
                                  struct fth_error *error)
{
    struct fth_json *root = fth_graph_json(graph, is_canonical);
    char *printed = root ? fth_json_print_neat(root, 2) : NULL;
    fth_json_destroy(&root);
    if (!printed)
        return fth_fail_memory(error, 0, "a document");
    *text = printed;
    return FTH_OK;
}

enum fth_status fth_graph_format(const struct fth_graph *graph, char **text,
                                 struct fth_error *error)
{
    return print_anew(graph, true, text, error);
}

enum fth_status fth_graph_print(const struct fth_graph *graph, char **text,
                                struct fth_error *error)
{
    static const char mark[] = "\xef\xbb\xbf";
    const struct fth_origin *origin = &graph->origin;
    if (!origin->text || origin->revision != graph->revision)
        return print_anew(graph, false, text, error);
    size_t size = origin->has_mark ? strlen(mark) : 0;
    char *copy = fth_alloc(size + origin->length + 1, 1);
    if (!copy)
        return fth_fail_memory(error, origin->length, "a document");
    memcpy(copy, mark, size);
    memcpy(copy + size, origin->text, origin->length);
    *text = copy;
    return FTH_OK;
}
