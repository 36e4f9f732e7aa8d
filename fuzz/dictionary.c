/* SPDX-License-Identifier: Apache-2.0 */
/* The words of our formats as a dictionary of libFuzzer's, read from the tables that define them:
 * dictionary [MANIFEST...]. One for all targets: a foreign word costs a try, a missing one a door.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "depth/bundle.h"
#include "graph/fusion_alias.h"
#include "infer/manifest.h"
#include "node/param.h"
#include "nodes/catalogue.h"

enum { MOST_WORD = 60 };

static void print_bytes(const char *bytes, size_t count)
{
    if (count == 0 || count > MOST_WORD)
        return;
    putchar('"');
    for (size_t i = 0; i < count; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (isalnum(c) || (ispunct(c) && c != '"' && c != '\\'))
            putchar(c);
        else
            printf("\\x%02X", c);
    }
    puts("\"");
}

static void print_word(const char *word)
{
    if (word)
        print_bytes(word, strlen(word));
}

static void print_table(const struct fth_param *table)
{
    for (size_t i = 0; table && table[i].type != FTH_PARAM_END; i++) {
        print_word(table[i].id);
        for (const struct fth_choice *c = table[i].choices; c && c->id; c++)
            print_word(c->id);
    }
}

static void print_ports(const struct fth_node_desc *node)
{
    for (int i = 0; i < fth_node_port_count(node); i++)
        print_word(fth_node_port_at(node, i)->id);
}

static void print_bundle(void)
{
    struct fth_bundle_header header;
    struct fth_bundle_info info = {.model = "m", .units = "relative", .encoding = "disparity"};
    struct fth_image image = {0};
    fth_bundle_header_fill(&header, &info, &image);
    for (int i = 0; header.list[i]; i++)
        print_word(header.list[i]);
    for (int i = 0; fth_bundle_half_channels[i]; i++)
        print_word(fth_bundle_half_channels[i]);
}

/* Keys and short texts of a JSON file, at whatever depth. */
static void print_json(const struct fth_json *value)
{
    enum fth_json_kind kind = fth_json_kind(value);
    if (kind == FTH_JSON_TEXT)
        print_word(fth_json_text(value, NULL));
    for (size_t i = 0; kind == FTH_JSON_ARRAY && i < fth_json_count(value); i++)
        print_json(fth_json_at(value, i));
    for (size_t i = 0; kind == FTH_JSON_OBJECT && i < fth_json_count(value); i++) {
        const char *key = fth_json_key_at(value, i);
        print_word(key);
        print_json(fth_json_get(value, key));
    }
}

/* Formats of others, that no table of ours holds: magic numbers and what their headers call
 * things, with the zero that ends it there. */
static void print_formats(void)
{
    static const struct {
        const char *bytes;
        size_t count;
    } words[] = {
#define WORD(text) {text, sizeof(text) - 1}
        WORD("\x76\x2f\x31\x01\x02\0\0\0"), WORD("channels\0chlist\0"),
        WORD("compression\0compression\0\x01\0\0\0"), WORD("dataWindow\0box2i\0\x10\0\0\0"),
        WORD("displayWindow\0box2i\0\x10\0\0\0"), WORD("lineOrder\0lineOrder\0\x01\0\0\0"),
        WORD("pixelAspectRatio\0float\0\x04\0\0\0"), WORD("screenWindowCenter\0v2f\0\x08\0\0\0"),
        WORD("screenWindowWidth\0float\0\x04\0\0\0"), WORD("tiles\0tiledesc\0\x09\0\0\0"),
        WORD("type\0string\0"), WORD("scanlineimage"), WORD("tiledimage"), WORD("deepscanline"),
        WORD("name\0string\0"), WORD("chunkCount\0int\0\x04\0\0\0"), WORD("chromaticities"),
        WORD("multiView\0stringvector\0"), WORD("preview\0preview\0"), WORD("RY\0"), WORD("BY\0"),
        WORD("II*\0"), WORD("MM\0*"), WORD("II+\0"), WORD("Pf\n"), WORD("PF\n"), WORD("-1.0\n"),
        WORD("\x89PNG\r\n\x1a\n"), WORD("IHDR"), WORD("IDAT"), WORD("tEXt"), WORD("iCCP"),
        WORD("cICP"), WORD("\xff\xd8\xff"), WORD("RIFF"), WORD("WEBPVP8 "), WORD("SDPX"),
        WORD("\x93NUMPY\x01\0"), WORD("'descr': '<f4'"), WORD("'fortran_order': True"),
        WORD("'shape': (4, 4)"), WORD("PK\3\4"), WORD("PK\1\2"), WORD("PK\5\6"),
        WORD("####"), WORD("%04d"), WORD("%d"), WORD("[1-100]"), WORD("fathom job 1\n"),
        WORD("\nend\n"), WORD("run 1\n"), WORD("frame 3 "), WORD("fathom-sum "), WORD("FTLK"),
        WORD("YUV4MPEG2 W4 H4 F25:1\n"), WORD("FRAME\n"), WORD("\x1a\x45\xdf\xa3"), WORD("ftyp"),
        WORD("moov"), WORD("mdat"), WORD("trak"), WORD("{\"points\":[[0,1]]}"),
        WORD("\"points\""), WORD("\"closed\""), WORD("\"softness\""), WORD("\"opacity\""),
        WORD("\"erase\""), WORD("\"fathom\":1"), WORD("\"nodes\":{"), WORD("{\"node\":"),
        WORD("\"inputs\":{"), WORD("\"params\":{"), WORD("{\"keys\":[["), WORD("\"version\":"),
        WORD("\"settings\":{"), WORD("\"publish\":{"), WORD("\"output\""), WORD("\"size\":["),
        WORD("\"rate\":\"24/1\""), WORD("\"frames\":["), WORD("\"colour\":{"),
        WORD("nan"), WORD("-inf"), WORD("1e999"),
        WORD("\x7f\xff\xff\xff"), WORD("\xff\xff\xff\x7f"), WORD("\xff\xff\xff\xff"),
        WORD("\0\0\x01\0"), WORD("4294967296"), WORD("9223372036854775807")};
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        print_bytes(words[i].bytes, words[i].count);
}

/* Fusion's names, and the words between them. */
static void print_fusion(void)
{
    static const char *const words[] = {
        "Tools = ordered() {", "Inputs = {", "Input { Value = ", "SourceOp = \"", "Source = \"",
        "Expression = \"", "FuID { \"", "KeyFrames = {", "[0] = { 0 }", "RH = {", "LH = {",
        "Flags = { Linear = true }", "StepIn = true", "StepOut = true", "Clip {", "Filename = \"",
        "InstanceInput {", "InstanceOutput {", "Outputs = {", "ViewInfo = OperatorInfo {",
        "Pos = {", "ActiveTool = \"", "Composition {", "Prefs = {", "FrameFormat = {", "--[[", "]]",
        "[==[", "]==]", "PassThrough = true", "1.#INF", "return", "GlobalStart = ", "Length = 1"};
    size_t length = 0;
    struct fth_json *root = NULL;
    const char *text = fth_fusion_aliases(&length);
    for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
        print_word(words[i]);
    if (fth_json_parse(text, length, "fusion.json", &root, NULL) == FTH_OK)
        print_json(root);
    fth_json_destroy(&root);
}

int main(int argc, char **argv)
{
    const struct fth_catalogue *catalogue = fth_catalogue_all();
    for (size_t i = 0; i < catalogue->count; i++) {
        print_word(catalogue->nodes[i]->id);
        print_table(catalogue->nodes[i]->params);
        print_ports(catalogue->nodes[i]);
    }
    print_table(fth_common_params);
    print_bundle();
    print_formats();
    print_fusion();
    for (int i = 1; i < argc; i++) {
        struct fth_json *root = NULL;
        struct fth_error error;
        if (fth_json_read(argv[i], &root, &error) != FTH_OK) {
            fprintf(stderr, "dictionary: %s\n", error.message);
            return 1;
        }
        print_json(root);
        fth_json_destroy(&root);
    }
    return 0;
}
