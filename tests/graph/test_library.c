/* SPDX-License-Identifier: Apache-2.0 */
/* Groups from files: found from where they are named, within the folder, not within themselves. */
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/mem.h"
#include "check.h"
#include "graph/document.h"
#include "graph/expand.h"
#include "graph/graph.h"
#include "graph/group.h"
#include "toys.h"

static struct fth_graph *graph;
static struct fth_error error;

static void put(const char *name, const char *text)
{
    if (fth_file_write(fth_test_path(name), text, strlen(text), true, &error) != FTH_OK)
        fth_test_fail(__FILE__, __LINE__, "%s", error.message);
}

/* A document whose one node is of `kind`. */
static enum fth_status read_kind(const char *kind, bool allows_outside)
{
    char text[512];
    snprintf(text, sizeof(text), "{\"fathom\": 1, \"nodes\": {\"g\": {\"node\": \"%s\"}}}", kind);
    struct fth_document_text source = {.text = text, .length = strlen(text), .name = "top.json",
                                       .folder = fth_test_path("in"),
                                       .allows_outside = allows_outside};
    fth_graph_destroy(&graph);
    return fth_graph_read(&fth_toys, &source, NULL, &graph, &error);
}

#define CLIP                                                                                       \
    "{\"fathom\": 1, \"nodes\": {\"clip\": {\"node\": \"media_in\", \"params\": "                \
    "{\"file\": \"a.mp4\"}}}, \"publish\": {\"params\": {\"g\": \"clip.gamma\"}}}"
#define USES(kind) "{\"fathom\": 1, \"nodes\": {\"x\": {\"node\": \"" kind "\"}}}"

static void begin(void)
{
    (void)mkdir(fth_test_path("in"), 0777);
    (void)mkdir(fth_test_path("in/sub"), 0777);
    put("in/clip.json", CLIP);
    put("in/sub/clip.json", CLIP);
    put("outside.json", CLIP);
}

FTH_TEST(groups_are_found_from_where_they_are_named)
{
    begin();
    put("in/sub/uses.json", USES("file:clip.json"));
    put("in/sub/up.json", USES("file:../clip.json"));
    FTH_REQUIRE_OK(read_kind("file:sub/uses.json", false), error);
    struct fth_graph *flat = NULL;
    struct fth_toy_params params;
    struct fth_common common;
    FTH_REQUIRE_OK(fth_graph_expand(graph, &flat, NULL, &error), error);
    FTH_CHECK_TEXT(fth_graph_name(flat, 0), "g.x.clip");
    fth_graph_params(flat, 0, 1, &params, &common);
    FTH_CHECK_TEXT(params.file, fth_test_path("in/sub/a.mp4")); /* so are their files */
    fth_graph_destroy(&flat);
    FTH_REQUIRE_OK(read_kind("file:sub/up.json", false), error); /* still in the whole's folder */
    FTH_REQUIRE_OK(read_kind("file:clip.json", false), error);
    FTH_REQUIRE_OK(fth_graph_set(graph, "g", "g", "2", &error), error);
    char *text = NULL;
    FTH_REQUIRE_OK(fth_graph_print(graph, &text, &error), error);
    FTH_CHECK(text && strstr(text, "\"node\": \"file:clip.json\""));
    fth_free(text);
    fth_graph_destroy(&graph);
}

FTH_TEST(nobody_gets_out_of_the_folder)
{
    begin();
    char kind[300], message[600], root[300];
    snprintf(root, sizeof(root), "%s", fth_test_path("in"));
    snprintf(message, sizeof(message),
             "top.json:1:25: node 'g' (file:../outside.json): it lies outside the document's "
             "folder, %s; --allow-outside permits that", root);
    FTH_CHECK_INT(read_kind("file:../outside.json", false), FTH_ERR_DATA);
    FTH_CHECK_TEXT(error.message, message);
    FTH_REQUIRE_OK(read_kind("file:../outside.json", true), error);
    snprintf(kind, sizeof(kind), "file:%s", fth_test_path("outside.json"));
    FTH_CHECK_INT(read_kind(kind, false), FTH_ERR_DATA);
    FTH_CHECK(symlink(fth_test_path("outside.json"), fth_test_path("in/link.json")) == 0);
    FTH_CHECK_INT(read_kind("file:link.json", false), FTH_ERR_DATA); /* nor by a link */
    FTH_REQUIRE_OK(read_kind("file:link.json", true), error);
    snprintf(kind, sizeof(kind), "file:%s", fth_test_path("in/clip.json"));
    FTH_REQUIRE_OK(read_kind(kind, false), error);
    put("in/sub/uses.json", USES("file:../../outside.json")); /* nor from further in */
    FTH_CHECK_INT(read_kind("file:sub/uses.json", false), FTH_ERR_DATA);
    /* a folder whose name goes on is another one */
    (void)mkdir(fth_test_path("inner"), 0777);
    put("inner/clip.json", CLIP);
    FTH_CHECK_INT(read_kind("file:../inner/clip.json", false), FTH_ERR_DATA);
    fth_graph_destroy(&graph);
}

FTH_TEST(what_cannot_be_read_is_said)
{
    begin();
    FTH_CHECK_INT(read_kind("file:absent.json", false), FTH_ERR_NOT_FOUND);
    FTH_CHECK_INT(read_kind("file:", false), FTH_ERR_DATA);
    FTH_CHECK_INT(read_kind("file:sub", false), FTH_ERR_IO);
    FTH_CHECK(read_kind("file:/dev/zero", true) != FTH_OK);
    put("in/bad.json", "{\"fathom\": 1,\n \"nodes\": {\"x\": {\"node\": \"grade\", \"params\": "
                       "{\"gamma\": 9}}}}");
    FTH_CHECK_INT(read_kind("file:bad.json", false), FTH_ERR_DATA);
    char wanted[700];
    snprintf(wanted, sizeof(wanted), "top.json:1:25: node 'g' (file:bad.json): %s:2:",
             fth_test_path("in/bad.json"));
    FTH_CHECK(strncmp(error.message, wanted, strlen(wanted)) == 0);
    put("in/empty.json", "{\"fathom\": 1, \"nodes\": {}}");
    FTH_CHECK_INT(read_kind("file:empty.json", false), FTH_ERR_DATA);
    put("in/round.json", "{\"fathom\": 1, \"nodes\": {\"a\": {\"node\": \"grade\", \"inputs\": "
                         "{\"input\": \"b\"}}, \"b\": {\"node\": \"grade\", \"inputs\": "
                         "{\"input\": \"a\"}}}, \"publish\": {\"output\": \"a\"}}");
    FTH_CHECK_INT(read_kind("file:round.json", false), FTH_ERR_DATA);
    FTH_CHECK(!graph);
}

FTH_TEST(no_group_is_within_itself)
{
    begin();
    put("in/self.json", USES("file:self.json"));
    FTH_CHECK_INT(read_kind("file:self.json", false), FTH_ERR_DATA);
    FTH_CHECK(strstr(error.message, "a group within itself: self.json -> self.json"));
    put("in/a.json", USES("file:sub/b.json"));
    put("in/sub/b.json", USES("file:../sub/../a.json"));
    FTH_CHECK_INT(read_kind("file:a.json", false), FTH_ERR_DATA);
    FTH_CHECK(strstr(error.message, "a group within itself: a.json -> b.json -> a.json"));
    /* one file twice is no circle */
    put("in/two.json", "{\"fathom\": 1, \"nodes\": {\"a\": {\"node\": \"file:clip.json\"}, \"b\": "
                       "{\"node\": \"file:clip.json\"}}, \"publish\": {\"output\": \"a\"}}");
    FTH_REQUIRE_OK(read_kind("file:two.json", false), error);
    fth_graph_destroy(&graph);
}

/* Down to the eighth; and not by the back door of a file that was read before. */
FTH_TEST(nesting_has_a_limit)
{
    begin();
    char name[32], text[300];
    for (int i = 1; i <= FTH_LIMIT_NESTING; i++) {
        snprintf(name, sizeof(name), "in/%d.json", i);
        if (i == 1)
            snprintf(text, sizeof(text), "%s", CLIP);
        else
            snprintf(text, sizeof(text),
                     "{\"fathom\": 1, \"nodes\": {\"x\": {\"node\": \"file:%d.json\"}}}", i - 1);
        put(name, text);
    }
    FTH_REQUIRE_OK(read_kind("file:8.json", false), error);
    put("in/9.json", USES("file:8.json"));
    FTH_CHECK_INT(read_kind("file:9.json", false), FTH_ERR_LIMIT);
    FTH_CHECK(strstr(error.message, "groups within groups more than 8 deep"));
    put("in/late.json", USES("file:8.json")); /* which was read by then */
    FTH_CHECK_INT(read_kind("file:8.json\"}, \"h\": {\"node\": \"file:late.json", false),
                  FTH_ERR_LIMIT);
    put("in/both.json", "{\"fathom\": 1, \"nodes\": {\"a\": {\"node\": \"file:8.json\"}, \"b\": "
                        "{\"node\": \"file:8.json\"}}}");
    FTH_CHECK_INT(read_kind("file:both.json", false), FTH_ERR_LIMIT);
    fth_graph_destroy(&graph);
}

FTH_TEST(groups_without_memory)
{
    begin();
    put("in/sub/uses.json", USES("file:clip.json"));
    enum fth_status status = FTH_ERR_MEMORY;
    int64_t n = 0;
    for (; n < 500 && status != FTH_OK; n++) {
        fth_mem_fail_after(n);
        status = read_kind("file:sub/uses.json", false);
        fth_mem_fail_after(-1);
        FTH_CHECK(status == FTH_OK || (status == FTH_ERR_MEMORY && !graph));
    }
    FTH_CHECK(status == FTH_OK && n > 30);
    fth_graph_destroy(&graph);
}
