/* SPDX-License-Identifier: Apache-2.0 */
/* docs/json.md says what is printed: no member that is not in its table, no row that does not
 * occur. */
#include "cli.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

/* Paths, one a line, each with a newline before and behind. */
struct paths {
    struct fth_text text;
};

static bool has_path(const struct paths *paths, const char *path)
{
    char line[512];
    snprintf(line, sizeof(line), "\n%s\n", path);
    return paths->text.data && strstr(paths->text.data, line);
}

static void add_path(struct paths *paths, const char *path)
{
    if (!paths->text.data)
        fth_text_append(&paths->text, "\n");
    if (!has_path(paths, path))
        fth_text_append(&paths->text, "%s\n", path);
}

/* The paths of every leaf of `value`. */
static void collect(const struct fth_json *value, const char *prefix, struct paths *paths)
{
    char path[480];
    enum fth_json_kind kind = fth_json_kind(value);
    if (kind == FTH_JSON_ARRAY) {
        snprintf(path, sizeof(path), "%s[]", prefix);
        for (size_t i = 0; i < fth_json_count(value); i++)
            collect(fth_json_at(value, i), path, paths);
    } else if (kind == FTH_JSON_OBJECT) {
        const char *key;
        for (size_t i = 0; (key = fth_json_key_at(value, i)); i++) {
            snprintf(path, sizeof(path), "%s%s%s", prefix, prefix[0] ? "." : "", key);
            collect(fth_json_get(value, key), path, paths);
        }
    } else {
        add_path(paths, prefix);
    }
}

/* The first column of the table under "## TITLE". */
static void read_table(const char *title, struct paths *paths)
{
    char heading[128];
    void *bytes = NULL;
    size_t size = 0;
    snprintf(heading, sizeof(heading), "\n## %s\n", title);
    if (fth_file_read(fth_test_source("docs/json.md"), 1 << 20, &bytes, &size, NULL) != FTH_OK)
        return;
    const char *line = strstr(bytes, heading);
    line = line ? line + strlen(heading) : "";
    while (*line && strncmp(line, "## ", 3) != 0) {
        char path[256] = "";
        if (strncmp(line, "| `", 3) == 0) {
            memcpy(path, line + 3, FTH_MIN(strcspn(line + 3, "`"), sizeof(path) - 1));
            add_path(paths, path);
        }
        line += strcspn(line, "\n");
        line += *line != '\0';
    }
    fth_free(bytes);
}

/* Every line of `some` that is not in `all`. */
static void check_within(const struct paths *some, const struct paths *all, const char *what)
{
    const char *line = some->text.data ? some->text.data + 1 : "";
    for (; *line; line += strcspn(line, "\n") + 1) {
        char path[512] = "";
        memcpy(path, line, FTH_MIN(strcspn(line, "\n"), sizeof(path) - 1));
        if (!has_path(all, path))
            fth_test_fail(__FILE__, __LINE__, "%s: %s", what, path);
    }
}

static void check_schema(const char *title, const struct fth_json *root, bool all_occur)
{
    struct paths printed = {{0}}, documented = {{0}};
    collect(root, "", &printed);
    read_table(title, &documented);
    FTH_CHECK(documented.text.length > 0);
    check_within(&printed, &documented, "printed and not in docs/json.md");
    if (all_occur)
        check_within(&documented, &printed, "in docs/json.md and not printed");
    fth_text_clear(&printed.text);
    fth_text_clear(&documented.text);
}

static void check_verb(const char *title, const char *words, bool all_occur)
{
    cli_run("%s", words);
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    check_schema(title, root, all_occur);
    fth_json_destroy(&root);
}

/* `settings` is a list of the same rows: it is checked under their name. */
FTH_TEST(json_nodes)
{
    cli_run("nodes --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    struct paths printed = {{0}}, documented = {{0}};
    collect(fth_json_get(root, "nodes"), "nodes", &printed);
    collect(fth_json_get(root, "settings"), "nodes[].params", &printed);
    FTH_CHECK(fth_json_count(fth_json_get(root, "settings")) > 10);
    add_path(&printed, "fathom");
    add_path(&printed, "settings[]");
    read_table("fathom nodes --json", &documented);
    check_within(&printed, &documented, "printed and not in docs/json.md");
    check_within(&documented, &printed, "in docs/json.md and not printed");
    fth_text_clear(&printed.text);
    fth_text_clear(&documented.text);
    fth_json_destroy(&root);
}

/* Inputs and parameters are rows as those of nodes. */
FTH_TEST(json_example)
{
    cli_run("example --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *examples = fth_json_get(root, "examples");
    struct paths printed = {{0}}, rows = {{0}}, documented = {{0}}, nodes = {{0}};
    for (size_t i = 0; i < fth_json_count(examples); i++) {
        const struct fth_json *one = fth_json_at(examples, i);
        const char *key;
        for (size_t j = 0; (key = fth_json_key_at(one, j)); j++) {
            char path[64];
            bool is_rows = strcmp(key, "inputs") == 0 || strcmp(key, "params") == 0;
            snprintf(path, sizeof(path), "%s[].%s", is_rows ? "nodes" : "examples", key);
            collect(fth_json_get(one, key), path, is_rows ? &rows : &printed);
            snprintf(path, sizeof(path), "examples[].%s[]", key);
            if (is_rows)
                add_path(&printed, path);
        }
    }
    read_table("fathom example --json", &documented);
    read_table("fathom nodes --json", &nodes);
    check_within(&printed, &documented, "printed and not in docs/json.md");
    check_within(&documented, &printed, "in docs/json.md and not printed");
    check_within(&rows, &nodes, "printed and not in docs/json.md");
    fth_text_clear(&printed.text);
    fth_text_clear(&rows.text);
    fth_text_clear(&documented.text);
    fth_text_clear(&nodes.text);
    fth_json_destroy(&root);
}

FTH_TEST(json_one_node)
{
    cli_run("nodes depth-map --json");
    CLI_CHECK_DONE();
    struct fth_json *root = cli_json(__FILE__, __LINE__);
    const struct fth_json *nodes = fth_json_get(root, "nodes");
    FTH_CHECK_INT(fth_json_count(nodes), 1);
    FTH_CHECK_TEXT(fth_json_text(fth_json_get(fth_json_at(nodes, 0), "id"), ""), "depth_map");
    fth_json_destroy(&root);
}

FTH_TEST(json_help)
{
    check_verb("fathom help --json", "help --json", true);
}

FTH_TEST(json_cache)
{
    check_verb("fathom cache show --json", "cache show --json", true);
}

FTH_TEST(json_graph)
{
    static const char before[] = "{\"fathom\":1,\"nodes\":{\"a\":{\"node\":\"grade\",\"odd\":1}}}";
    static const char after[] = "{\"fathom\":1,\"nodes\":{\"a\":{\"node\":\"grade\",\"odd\":2}}}";
    struct fth_error error;
    FTH_REQUIRE_OK(fth_file_write(fth_test_path("b.json"), before, strlen(before), true, &error),
                   error);
    FTH_REQUIRE_OK(fth_file_write(fth_test_path("c.json"), after, strlen(after), true, &error),
                   error);
    static const char *const verbs[] = {"check", "diff"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(verbs); i++) {
        char title[64];
        cli_run("graph %s --json b.json c.json", verbs[i]);
        FTH_CHECK_INT(cli.status, 1);
        snprintf(title, sizeof(title), "fathom graph %s --json", verbs[i]);
        struct fth_json *root = cli_json(__FILE__, __LINE__);
        check_schema(title, root, true);
        fth_json_destroy(&root);
    }
}

FTH_TEST(json_models)
{
    check_verb("fathom models list --json", "models list --json", true);
    check_verb("fathom models verify --json", "models verify --json", false);
    cli_run("models get modnet --json"); /* installed by ./run setup: nothing is fetched */
    if (cli.status == 0)
        check_verb("fathom models get NAME --json", "models get modnet --json", true);
}

static float steps(int x, int y, int frame)
{
    (void)frame;
    return 0.2f + 0.1f * (float)(x / 8) + 0.02f * (float)(y / 8);
}

FTH_TEST(json_probe_and_eval)
{
    cli_write_pfm("map.pfm", 64, 48, 1, steps);
    check_verb("fathom probe FILE --json", "probe map.pfm --json", false);
    check_verb("fathom eval --json",
               "eval --depth map.pfm map.pfm --truth-kind disparity --json", false);
    check_verb("fathom eval --json", "eval --matte map.pfm map.pfm --levels --json", false);
    cli_run("eval --matte map.pfm map.pfm");
    CLI_CHECK_DONE();
    FTH_CHECK(strstr(cli.out, "mad          0\n")); /* a matte is no error away from itself */
    cli_run("eval map.pfm map.pfm");
    CLI_CHECK_REFUSED(2, "--depth");
    cli_run("eval --depth map.pfm absent.pfm");
    CLI_CHECK_REFUSED(1, "absent.pfm");
}

FTH_TEST(json_explain)
{
    cli_write_pfm("in.pfm", 64, 48, 1, steps);
    check_verb("--explain --json", "apply blur in.pfm --blend 0 --explain --json", true);
    check_verb("--explain --json", "matte in.pfm --depth in.pfm -o m.exr --explain --json", false);
    FTH_CHECK(cli_exists("m.exr"));
}

FTH_TEST(json_probe_of_gaps_and_depth)
{
    static const char *const said[] = {"missing            2-3\n", "missing_count      2\n"};
    static const char *const of_depth[] = {"depth.encoding     log\n", "depth.near_m       2\n",
                                           "depth.is_given     yes\n", "compression        piz\n",
                                           "layout             scanlines\n"};
    cli_write_pfm("g.0001.pfm", 8, 8, 1, steps);
    cli_write_pfm("g.0004.pfm", 8, 8, 4, steps);
    cli_run("probe 'g.####.pfm'");
    CLI_CHECK_DONE();
    for (size_t i = 0; i < FTH_ARRAY_COUNT(said); i++)
        FTH_CHECK(strstr(cli.out, said[i]));
    check_verb("fathom probe FILE --json", "probe 'g.####.pfm' --json", false);
    cli_run("apply depth_encode g.0001.pfm -o d.exr --encoding log --near-m 2 --far-m 9 --grey "
            "--compression piz");
    CLI_CHECK_DONE();
    cli_run("probe d.exr");
    for (size_t i = 0; i < FTH_ARRAY_COUNT(of_depth); i++)
        FTH_CHECK(strstr(cli.out, of_depth[i]));
    check_verb("fathom probe FILE --json", "probe d.exr --json", false);
}

static float grey(int x, int y, int frame)
{
    (void)x, (void)y, (void)frame;
    return 0.5f;
}

FTH_TEST(json_progress_and_errors)
{
    cli_write_pfm("in.pfm", 16, 8, 1, grey);
    cli_run("apply grade in.pfm -o out.pfm --progress json");
    CLI_CHECK_DONE();
    struct fth_json *root = NULL;
    FTH_REQUIRE(fth_json_parse(cli.err, strcspn(cli.err, "\n"), "stderr", &root, NULL) == FTH_OK);
    check_schema("--progress json", root, true);
    fth_json_destroy(&root);
    cli_run("apply grade absent.pfm -o out2.pfm --log-json");
    FTH_REQUIRE(fth_json_parse(cli.err, strlen(cli.err), "stderr", &root, NULL) == FTH_OK);
    check_schema("--log-json", root, true);
    fth_json_destroy(&root);
}
