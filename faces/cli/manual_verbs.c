/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs and their own options as JSON, for what draws a manual elsewhere. Parameters of nodes
 * are not repeated here: `fathom nodes --json` has them. */
#include "base/json.h"
#include "base/text.h"
#include "describe.h"
#include "manual.h"
#include "say.h"
#include "verbs.h"

static struct fth_json *options_json(const struct fth_cli_row *rows, const char *section)
{
    struct fth_json *list = fth_json_new(FTH_JSON_ARRAY);
    struct fth_cli_options options = {0};
    fth_cli_options_add_rows(&options, rows, section);
    for (size_t i = 0; i < options.count; i++) {
        struct fth_text form = {0}, meaning = {0};
        struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
        fth_cli_describe_option(&form, &options.items[i]);
        fth_cli_describe_meaning(&meaning, &options.items[i]);
        fth_json_set_grown(object, "form", &form);
        fth_json_set_grown(object, "help", &meaning);
        fth_json_add(list, object);
        fth_text_clear(&form);
        fth_text_clear(&meaning);
    }
    fth_cli_options_clear(&options);
    return list;
}

static struct fth_json *verb_json(const struct fth_cli_verb *verb)
{
    struct fth_json *object = fth_json_new(FTH_JSON_OBJECT);
    fth_json_set_text(object, "name", verb->name);
    fth_json_set_text(object, "usage", verb->usage);
    fth_json_set_text(object, "summary", verb->summary);
    fth_json_set_text(object, "details", verb->details);
    fth_json_set_text(object, "node", verb->node);
    fth_json_set_bool(object, "writes", verb->writes);
    fth_json_set(object, "options", options_json(verb->rows, "Options"));
    return object;
}

int fth_cli_manual_verbs(void)
{
    struct fth_json *root = fth_json_new(FTH_JSON_OBJECT), *list = fth_json_new(FTH_JSON_ARRAY);
    const struct fth_cli_verb *verb;
    for (size_t i = 0; (verb = fth_cli_verb_at(i)); i++)
        if (!verb->is_promised)
            fth_json_add(list, verb_json(verb));
    fth_json_set_text(root, "fathom", fth_version());
    fth_json_set(root, "verbs", list);
    fth_json_set(root, "common", options_json(fth_cli_common_rows, "Common"));
    return fth_cli_print_json(root);
}
