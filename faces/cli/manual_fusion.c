/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of docs/fusion.md: which tool and input of Fusion's is what here, and how that is
 * known. A test holds the file equal to this. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "manual.h"
#include "say.h"

static const char *text_of(const struct fth_json *row, const char *key)
{
    return fth_json_text(fth_json_get(row, key), "");
}

/* What a row comes to on our side. */
static void print_ours(const struct fth_json *row)
{
    const char *param = text_of(row, "param"), *port = text_of(row, "port");
    static const char *const parts[] = {"first", "second", "third", "fourth"};
    int64_t component = fth_json_int(fth_json_get(row, "component"), -1);
    if (port[0])
        printf("input `%s`", port);
    else if (param[0])
        printf("`%s`", param);
    else
        fputs(fth_json_bool(fth_json_get(row, "quiet"), false) ? "kept" : "told of", stdout);
    if (text_of(row, "also")[0])
        printf(", or `%s`", text_of(row, "also"));
    if (component >= 0 && component < 4)
        printf(", %s number", parts[component]);
}

static void print_conversion(const struct fth_json *row)
{
    double scale = fth_json_number(fth_json_get(row, "scale"), 1);
    double offset = fth_json_number(fth_json_get(row, "offset"), 0);
    const struct fth_json *choices = fth_json_get(row, "choices");
    const struct fth_json *standard = fth_json_get(row, "default");
    const char *gap = "", *note = text_of(row, "note");
    if (scale != 1 || offset != 0) {
        printf("x * %g %c %g", scale, offset < 0 ? '-' : '+', offset < 0 ? -offset : offset);
        gap = "; ";
    }
    for (size_t i = 0; i < fth_json_count(choices); i++) {
        const char *key = fth_json_key_at(choices, i);
        printf("%s%s: `%s`", gap, key, text_of(choices, key));
        gap = i + 1 < fth_json_count(choices) ? ", " : "; ";
    }
    if (standard) {
        char *text = fth_json_print(standard);
        printf("%sdefault %s", gap, text ? text : "");
        fth_text_free(text);
        gap = "; ";
    }
    printf("%s%s", note[0] ? gap : "", note);
}

static void print_row(const char *input, const struct fth_json *row)
{
    printf("| `%s` | ", input);
    print_ours(row);
    printf(" | ");
    print_conversion(row);
    printf(" | %s |\n", text_of(row, "known"));
}

static void print_rows(const struct fth_json *rows)
{
    for (size_t i = 0; i < fth_json_count(rows); i++) {
        const char *key = fth_json_key_at(rows, i);
        print_row(key, fth_json_get(rows, key));
    }
}

static void print_head(void)
{
    printf("| Fusion | here | value | known from |\n|---|---|---|---|\n");
}

static void print_tool(const struct fth_json *tool)
{
    const struct fth_json *properties = fth_json_get(tool, "properties");
    const char *note = text_of(tool, "note");
    bool writes = fth_json_bool(fth_json_get(tool, "write"), true);
    printf("\n### %s: `%s`\n\nThe id of the tool is known from: %s.%s", text_of(tool, "tool"),
           text_of(tool, "node"), text_of(tool, "known"),
           writes ? "" : " New nodes are not written as it.");
    printf("%s%s%s\n\n", note[0] ? " Mind: " : "", note, note[0] ? "." : "");
    print_head();
    for (size_t i = 0; i < fth_json_count(properties); i++)
        print_row(text_of(fth_json_at(properties, i), "path"), fth_json_at(properties, i));
    print_rows(fth_json_get(tool, "inputs"));
}

/* "`A` (memory), `B` (guess)" */
static void print_list(const struct fth_json *root, const char *key, const char *head)
{
    const struct fth_json *list = fth_json_get(root, key);
    printf("\n%s", head);
    for (size_t i = 0; i < fth_json_count(list); i++) {
        const char *name = fth_json_key_at(list, i);
        printf("%s `%s` (%s)", i ? "," : "", name, text_of(list, name));
    }
    printf(".\n");
}

int fth_cli_manual_fusion(void)
{
    struct fth_error error = {0};
    struct fth_json *root = NULL;
    char *text = NULL;
    enum fth_status status = fth_fusion_names(&text, &error);
    if (status == FTH_OK)
        status = fth_json_parse(text, strlen(text), "Fusion's names", &root, &error);
    fth_text_free(text);
    if (status != FTH_OK)
        return fth_cli_say_status(status, &error);
    const struct fth_json *known = fth_json_get(root, "known");
    const struct fth_json *tools = fth_json_get(root, "tools");
    for (size_t i = 0; i < fth_json_count(known); i++) {
        const char *key = fth_json_key_at(known, i);
        printf("- **%s**: %s\n", key, text_of(known, key));
    }
    for (size_t i = 0; i < fth_json_count(tools); i++)
        print_tool(fth_json_at(tools, i));
    printf("\n### Inputs of every tool\n\n");
    print_head();
    print_rows(fth_json_get(root, "common"));
    print_list(root, "quiet", "Kept, and of no effect on pictures here:");
    print_list(root, "passes", "Pictures pass through:");
    print_list(root, "groups", "Groups, whose tools become nodes called GROUP.TOOL:");
    print_list(root, "splines", "Keyframes of a number:");
    print_list(root, "paths", "Keyframes of a point:");
    print_list(root, "apart", "Kept, and no pictures:");
    fth_json_destroy(&root);
    return fth_cli_say_printed();
}
