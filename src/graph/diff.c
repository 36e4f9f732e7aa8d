/* SPDX-License-Identifier: Apache-2.0 */
/* Two documents brought into one form, and compared member by member. */
#include "graph/diff.h"

#include <math.h>
#include <string.h>

#include "graph/internal.h"

/* Where the members that are compared belong. */
struct place {
    struct fth_json *changes;
    const char *what, *node;
};

static struct fth_json *or_null(const struct fth_json *value)
{
    return value ? fth_json_share(value) : fth_json_new_number(NAN); /* prints as null */
}

static void add(const struct place *place, const char *key, const struct fth_json *before,
                const struct fth_json *after)
{
    struct fth_json *change = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(change, "what", place->what);
    fth_json_set_text(change, "node", place->node);
    fth_json_set_text(change, "key", key);
    fth_json_set(change, "before", or_null(before));
    fth_json_set(change, "after", or_null(after));
    fth_json_add(place->changes, change);
}

/* Every member that one has and the other has not, or has differently, but for those in `less`. */
static void compare(const struct place *place, const struct fth_json *before,
                    const struct fth_json *after, const char *const *less)
{
    const struct fth_json *value;
    for (int pass = 0; pass < 2; pass++) {
        const char *key = NULL;
        void *at = NULL;
        while ((value = fth_json_next(pass ? after : before, &at, &key))) {
            const struct fth_json *other = fth_json_get(pass ? before : after, key);
            const char *const *skipped = less;
            while (skipped && *skipped && strcmp(*skipped, key) != 0)
                skipped++;
            bool is_new = pass == 0 ? !other || !fth_json_equal(value, other) : !other;
            if (is_new && !(skipped && *skipped))
                add(place, key, pass ? NULL : value, pass ? value : other);
        }
    }
}

static void compare_node(struct fth_json *changes, const char *name, const struct fth_json *before,
                         const struct fth_json *after)
{
    static const char *const parts[] = {"inputs", "params", NULL};
    static const char *const whats[] = {"input", "param"};
    struct place place = {changes, "node", name};
    compare(&place, before, after, parts);
    for (size_t i = 0; i < FTH_ARRAY_COUNT(whats); i++) {
        place.what = whats[i];
        compare(&place, fth_json_get(before, parts[i]), fth_json_get(after, parts[i]), NULL);
    }
}

/* A node that is there once only is told as a whole. */
static void compare_nodes(struct fth_json *changes, const struct fth_json *before,
                          const struct fth_json *after)
{
    const struct fth_json *value;
    for (int pass = 0; pass < 2; pass++) {
        const char *name = NULL;
        void *at = NULL;
        while ((value = fth_json_next(pass ? after : before, &at, &name))) {
            const struct fth_json *other = fth_json_get(pass ? before : after, name);
            struct place place = {changes, "node", name};
            if (!other)
                add(&place, "", pass ? NULL : value, pass ? value : NULL);
            else if (pass == 0 && !fth_json_equal(value, other))
                compare_node(changes, name, value, other);
        }
    }
}

static void compare_publish(struct fth_json *changes, const struct fth_json *before,
                            const struct fth_json *after)
{
    static const char *const parts[] = {"params", "inputs", NULL};
    struct place place = {changes, "publish", ""};
    compare(&place, before, after, parts);
    for (size_t i = 0; parts[i]; i++) {
        place.node = parts[i];
        compare(&place, fth_json_get(before, parts[i]), fth_json_get(after, parts[i]), NULL);
    }
}

enum fth_status fth_graph_diff(const struct fth_graph *before, const struct fth_graph *after,
                               struct fth_json **result, struct fth_error *error)
{
    static const char *const parts[] = {"settings", "nodes", "publish", NULL};
    struct fth_json *a = fth_graph_json(before, true), *b = fth_graph_json(after, true);
    struct fth_json *changes = fth_json_new(FTH_JSON_ARRAY);
    enum fth_status status = FTH_OK;
    if (a && b && changes) {
        struct place place = {changes, "setting", ""};
        compare(&place, fth_json_get(a, "settings"), fth_json_get(b, "settings"), NULL);
        compare_nodes(changes, fth_json_get(a, "nodes"), fth_json_get(b, "nodes"));
        compare_publish(changes, fth_json_get(a, "publish"), fth_json_get(b, "publish"));
        place.what = "other";
        compare(&place, a, b, parts);
        *result = changes;
    } else {
        fth_json_destroy(&changes);
        status = fth_fail_memory(error, 0, "a comparison");
    }
    fth_json_destroy(&a);
    fth_json_destroy(&b);
    return status;
}
