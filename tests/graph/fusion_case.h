/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of Fusion's text share: a text read as a document, and questions to that. */
#ifndef FTH_TESTS_GRAPH_FUSION_CASE_H
#define FTH_TESTS_GRAPH_FUSION_CASE_H

#include "check.h"
#include "graph/fusion.h"

/* Tools in their wrapping; splines, and inputs that ask them. */
#define TOOLS(tools) "{\n\tTools = ordered() {\n" tools "\t}\n}\n"
#define SPLINE(name, keys) "\t\t" name " = BezierSpline { KeyFrames = { " keys " } },\n"
#define FROM(name) "Input { SourceOp = \"" name "\", Source = \"Value\" }"

extern struct fth_fusion_result fusion_result; /* of the last fusion_read */
extern struct fth_error fusion_error;

enum fth_status fusion_read(const char *text);
void fusion_end(void);
#define REQUIRE_READ(text) FTH_REQUIRE_OK(fusion_read(text), fusion_error)

const struct fth_json *fusion_node(const char *name);
const struct fth_json *fusion_param(const char *name, const char *id);
double fusion_number(const char *name, const char *id); /* -12345: there is none */
const char *fusion_fed_by(const char *name, const char *port);
/* The value of a keyed parameter of a node of kind `kind`. */
double fusion_keyed(const char *name, const char *kind, const char *id, double frame,
                    int component);
/* How many notes of the report are of this kind and about this; how many there are. */
int fusion_noted(const char *tool, const char *input, const char *kind);
int fusion_note_count(void);

/* The text that a document becomes (fth_free); its report goes into fusion_result. */
char *fusion_written(const struct fth_json *document);
/* The same of the document that was read last, or NULL. */
char *fusion_written_again(void);

#endif
