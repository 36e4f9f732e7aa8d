/* SPDX-License-Identifier: Apache-2.0 */
/* Pango and Cairo bring thirty libraries, and few graphs have a title: they are loaded when the
 * first is drawn. The calls that text.c makes of them are defined here, each passed on to the
 * library; the compiler holds every one against the library's own header. */
#include "nodes/text_late.h"

#include <dlfcn.h>
#include <pango/pangocairo.h>
#include <pthread.h>

/* SOME: calls that return something; NONE: those that do not. */
#define CALLS(SOME, NONE)                                                                          \
    SOME(cairo_t *, cairo_create, (cairo_surface_t *a), (a))                                       \
    NONE(cairo_destroy, (cairo_t *a), (a))                                                         \
    NONE(cairo_fill, (cairo_t *a), (a))                                                            \
    SOME(cairo_font_options_t *, cairo_font_options_create, (void), ())                            \
    NONE(cairo_font_options_destroy, (cairo_font_options_t *a), (a))                               \
    NONE(cairo_font_options_set_antialias, (cairo_font_options_t *a, cairo_antialias_t b), (a,     \
         b))                                                                                       \
    NONE(cairo_font_options_set_hint_metrics, (cairo_font_options_t *a, cairo_hint_metrics_t b),   \
         (a, b))                                                                                   \
    NONE(cairo_font_options_set_hint_style, (cairo_font_options_t *a, cairo_hint_style_t b), (a,   \
         b))                                                                                       \
    SOME(cairo_surface_t *, cairo_image_surface_create, (cairo_format_t a, int b, int c), (a, b,   \
         c))                                                                                       \
    SOME(unsigned char *, cairo_image_surface_get_data, (cairo_surface_t *a), (a))                 \
    SOME(int, cairo_image_surface_get_stride, (cairo_surface_t *a), (a))                           \
    NONE(cairo_set_antialias, (cairo_t *a, cairo_antialias_t b), (a, b))                           \
    SOME(cairo_status_t, cairo_status, (cairo_t *a), (a))                                          \
    NONE(cairo_surface_destroy, (cairo_surface_t *a), (a))                                         \
    NONE(cairo_surface_flush, (cairo_surface_t *a), (a))                                           \
    NONE(cairo_translate, (cairo_t *a, double b, double c), (a, b, c))                             \
    NONE(g_object_unref, (gpointer a), (a))                                                        \
    SOME(gboolean, g_utf8_validate, (const gchar *a, gssize b, const gchar **c), (a, b, c))        \
    SOME(PangoAttribute *, pango_attr_letter_spacing_new, (int a), (a))                            \
    NONE(pango_attr_list_insert, (PangoAttrList *a, PangoAttribute *b), (a, b))                    \
    SOME(PangoAttrList *, pango_attr_list_new, (void), ())                                         \
    NONE(pango_attr_list_unref, (PangoAttrList *a), (a))                                           \
    NONE(pango_cairo_context_set_font_options, (PangoContext *a, const cairo_font_options_t *b),   \
         (a, b))                                                                                   \
    NONE(pango_cairo_context_set_resolution, (PangoContext *a, double b), (a, b))                  \
    SOME(PangoFontMap *, pango_cairo_font_map_new, (void), ())                                     \
    NONE(pango_cairo_layout_path, (cairo_t *a, PangoLayout *b), (a, b))                            \
    NONE(pango_context_set_round_glyph_positions, (PangoContext *a, gboolean b), (a, b))           \
    NONE(pango_font_description_free, (PangoFontDescription *a), (a))                              \
    SOME(PangoFontDescription *, pango_font_description_from_string, (const char *a), (a))         \
    NONE(pango_font_description_set_absolute_size, (PangoFontDescription *a, double b), (a, b))    \
    SOME(PangoContext *, pango_font_map_create_context, (PangoFontMap *a), (a))                    \
    NONE(pango_layout_get_extents, (PangoLayout *a, PangoRectangle *b, PangoRectangle *c), (a, b,  \
         c))                                                                                       \
    SOME(PangoLayout *, pango_layout_new, (PangoContext *a), (a))                                  \
    NONE(pango_layout_set_alignment, (PangoLayout *a, PangoAlignment b), (a, b))                   \
    NONE(pango_layout_set_attributes, (PangoLayout *a, PangoAttrList *b), (a, b))                  \
    NONE(pango_layout_set_font_description, (PangoLayout *a, const PangoFontDescription *b), (a,   \
         b))                                                                                       \
    NONE(pango_layout_set_line_spacing, (PangoLayout *a, float b), (a, b))                         \
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
