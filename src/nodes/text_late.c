/* SPDX-License-Identifier: Apache-2.0 */
/* Pango and Cairo bring thirty libraries, and few graphs have a title: they are loaded when the
 * first is drawn. The calls that text_fonts.c and text_looks.c make of them are defined here, each
 * passed on to the library; the compiler holds every one against the library's own header. */
#include "nodes/text_late.h"

#include <dlfcn.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-font.h>
#include <pthread.h>

#undef g_object_ref /* a macro around the call */

/* SOME: calls that return something; NONE: those that do not. */
#define CALLS(SOME, NONE)                                                                          \
    SOME(FcResult, FcPatternGetBool, (const FcPattern *a, const char *b, int c, FcBool *d),        \
         (a, b, c, d))                                                                             \
    SOME(cairo_path_t *, cairo_copy_path, (cairo_t *a), (a))                                       \
    SOME(cairo_t *, cairo_create, (cairo_surface_t *a), (a))                                       \
    NONE(cairo_destroy, (cairo_t *a), (a))                                                         \
    SOME(cairo_font_options_t *, cairo_font_options_create, (void), ())                            \
    NONE(cairo_font_options_destroy, (cairo_font_options_t *a), (a))                               \
    NONE(cairo_font_options_set_antialias, (cairo_font_options_t *a, cairo_antialias_t b), (a,     \
         b))                                                                                       \
    NONE(cairo_font_options_set_hint_metrics, (cairo_font_options_t *a, cairo_hint_metrics_t       \
         b), (a, b))                                                                               \
    NONE(cairo_font_options_set_hint_style, (cairo_font_options_t *a, cairo_hint_style_t b),       \
         (a, b))                                                                                   \
    NONE(cairo_glyph_extents, (cairo_t *a, const cairo_glyph_t *b, int c, cairo_text_extents_t     \
         *d), (a, b, c, d))                                                                        \
    NONE(cairo_glyph_path, (cairo_t *a, const cairo_glyph_t *b, int c), (a, b, c))                 \
    SOME(cairo_surface_t *, cairo_image_surface_create, (cairo_format_t a, int b, int c), (a,      \
         b, c))                                                                                    \
    SOME(unsigned char *, cairo_image_surface_get_data, (cairo_surface_t *a), (a))                 \
    SOME(int, cairo_image_surface_get_stride, (cairo_surface_t *a), (a))                           \
    NONE(cairo_new_path, (cairo_t *a), (a))                                                        \
    NONE(cairo_path_destroy, (cairo_path_t *a), (a))                                               \
    SOME(cairo_font_face_t *, cairo_scaled_font_get_font_face, (cairo_scaled_font_t *a), (a))      \
    NONE(cairo_scaled_font_get_font_matrix, (cairo_scaled_font_t *a, cairo_matrix_t *b), (a, b))   \
    NONE(cairo_set_font_face, (cairo_t *a, cairo_font_face_t *b), (a, b))                          \
    NONE(cairo_set_font_matrix, (cairo_t *a, const cairo_matrix_t *b), (a, b))                     \
    NONE(cairo_set_scaled_font, (cairo_t *a, const cairo_scaled_font_t *b), (a, b))                \
    NONE(cairo_show_glyphs, (cairo_t *a, const cairo_glyph_t *b, int c), (a, b, c))                \
    SOME(cairo_status_t, cairo_status, (cairo_t *a), (a))                                          \
    NONE(cairo_surface_destroy, (cairo_surface_t *a), (a))                                         \
    NONE(cairo_surface_flush, (cairo_surface_t *a), (a))                                           \
    SOME(gint, g_ascii_strncasecmp, (const gchar *a, const gchar *b, gsize c), (a, b, c))          \
    SOME(gpointer, g_object_ref, (gpointer a), (a))                                                \
    NONE(g_object_unref, (gpointer a), (a))                                                        \
    SOME(gunichar, g_utf8_get_char, (const gchar *a), (a))                                         \
    SOME(gboolean, g_utf8_validate, (const gchar *a, gssize b, const gchar **c), (a, b, c))        \
    SOME(PangoAttribute *, pango_attr_font_features_new, (const char *a), (a))                     \
    NONE(pango_attr_list_insert, (PangoAttrList *a, PangoAttribute *b), (a, b))                    \
    SOME(PangoAttrList *, pango_attr_list_new, (void), ())                                         \
    NONE(pango_attr_list_unref, (PangoAttrList *a), (a))                                           \
    NONE(pango_cairo_context_set_font_options, (PangoContext *a, const cairo_font_options_t        \
         *b), (a, b))                                                                              \
    NONE(pango_cairo_context_set_resolution, (PangoContext *a, double b), (a, b))                  \
    SOME(cairo_scaled_font_t *, pango_cairo_font_get_scaled_font, (PangoCairoFont *a), (a))        \
    SOME(PangoFontMap *, pango_cairo_font_map_new, (void), ())                                     \
    SOME(PangoFont *, pango_context_load_font, (PangoContext *a, const PangoFontDescription        \
         *b), (a, b))                                                                              \
    NONE(pango_context_set_base_dir, (PangoContext *a, PangoDirection b), (a, b))                  \
    NONE(pango_context_set_language, (PangoContext *a, PangoLanguage *b), (a, b))                  \
    NONE(pango_context_set_round_glyph_positions, (PangoContext *a, gboolean b), (a, b))           \
    SOME(FcPattern *, pango_fc_font_get_pattern, (PangoFcFont *a), (a))                            \
    SOME(PangoFontDescription *, pango_font_describe, (PangoFont *a), (a))                         \
    NONE(pango_font_description_free, (PangoFontDescription *a), (a))                              \
    SOME(PangoFontDescription *, pango_font_description_from_string, (const char *a), (a))         \
    SOME(const char *, pango_font_description_get_family, (const PangoFontDescription *a), (a))    \
    NONE(pango_font_description_set_absolute_size, (PangoFontDescription *a, double b), (a, b))    \
    SOME(PangoFontMetrics *, pango_font_get_metrics, (PangoFont *a, PangoLanguage *b), (a, b))     \
    SOME(PangoContext *, pango_font_map_create_context, (PangoFontMap *a), (a))                    \
    SOME(int, pango_font_metrics_get_ascent, (PangoFontMetrics *a), (a))                           \
    SOME(int, pango_font_metrics_get_descent, (PangoFontMetrics *a), (a))                          \
    SOME(int, pango_font_metrics_get_height, (PangoFontMetrics *a), (a))                           \
    NONE(pango_font_metrics_unref, (PangoFontMetrics *a), (a))                                     \
    SOME(PangoLanguage *, pango_language_from_string, (const char *a), (a))                        \
    NONE(pango_layout_context_changed, (PangoLayout *a), (a))                                      \
    SOME(GSList *, pango_layout_get_lines_readonly, (PangoLayout *a), (a))                         \
    SOME(const PangoLogAttr *, pango_layout_get_log_attrs_readonly, (PangoLayout *a, int *b),      \
         (a, b))                                                                                   \
    SOME(PangoLayout *, pango_layout_new, (PangoContext *a), (a))                                  \
    NONE(pango_layout_set_attributes, (PangoLayout *a, PangoAttrList *b), (a, b))                  \
    NONE(pango_layout_set_auto_dir, (PangoLayout *a, gboolean b), (a, b))                          \
    NONE(pango_layout_set_font_description, (PangoLayout *a, const PangoFontDescription *b),       \
         (a, b))                                                                                   \
    NONE(pango_layout_set_text, (PangoLayout *a, const char *b, int c), (a, b, c))

#define SOME_POINTER(type, name, parameters, arguments) __typeof__(name) *name##_;
#define NONE_POINTER(name, parameters, arguments) __typeof__(name) *name##_;

static struct {
    CALLS(SOME_POINTER, NONE_POINTER)
    bool there;
} late;

/* Pango's library of Cairo stands on all the others and gives their symbols too. */
#define SOME_LOAD(type, name, parameters, arguments) NONE_LOAD(name, parameters, arguments)
#define NONE_LOAD(name, parameters, arguments)                                                     \
    late.name##_ = (__typeof__(name) *)dlsym(library, #name);                                      \
    late.there = late.there && late.name##_;

static void load(void)
{
    void *library = dlopen("libpangocairo-1.0.so.0", RTLD_NOW | RTLD_LOCAL);
    late.there = library != NULL;
    if (library) {
        CALLS(SOME_LOAD, NONE_LOAD)
    }
}

bool fth_text_load(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return late.there;
}

#define SOME_DEFINE(type, name, parameters, arguments)                                             \
    type name parameters                                                                           \
    {                                                                                              \
        return fth_text_load() ? late.name##_ arguments : (type){0};                               \
    }
#define NONE_DEFINE(name, parameters, arguments)                                                   \
    void name parameters                                                                           \
    {                                                                                              \
        if (fth_text_load())                                                                       \
            late.name##_ arguments;                                                                \
    }

CALLS(SOME_DEFINE, NONE_DEFINE)
