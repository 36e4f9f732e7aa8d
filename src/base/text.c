/* SPDX-License-Identifier: Apache-2.0 */
/* Text helpers. Numbers go through the C locale whatever the program's locale is. */
#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static _Thread_local bool lost;

void fth_text_lose(void)
{
    lost = true;
}

bool fth_text_take_lost(void)
{
    bool was = lost;
    lost = false;
    return was;
}

size_t fth_utf8_size(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t size = at[0] < 0x80 ? 1 : at[0] < 0xc2 ? 0 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3
                                     : at[0] < 0xf5 ? 4 : 0;
    for (size_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    }
    /* overlong forms, surrogates, beyond the last */
    bool odd = size > 2 && ((at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xed && at[1] > 0x9f) ||
                            (at[0] == 0xf0 && at[1] < 0x90) || (at[0] == 0xf4 && at[1] > 0x8f));
    return odd ? 0 : size;
}

static bool reserve(struct fth_text *text, size_t extra)
{
    if (text->failed || extra > SIZE_MAX / 4 - text->length)
        return false;
    size_t need = text->length + extra + 1;
    if (need <= text->capacity)
        return true;
    size_t capacity = FTH_MAX(need, text->capacity * 2);
    char *data = fth_realloc(text->data, capacity, 1);
    if (!data) {
        text->failed = lost = true;
        return false;
    }
    text->data = data;
    text->capacity = capacity;
    return true;
}

void fth_text_append_bytes(struct fth_text *text, const char *bytes, size_t count)
{
    if (!reserve(text, count))
        return;
    memcpy(text->data + text->length, bytes, count);
    text->length += count;
    text->data[text->length] = '\0';
}

void fth_text_append(struct fth_text *text, const char *format, ...)
{
    va_list list, again;
    va_start(list, format);
    va_copy(again, list);
    int count = vsnprintf(NULL, 0, format, list);
    va_end(list);
    if (count >= 0 && reserve(text, (size_t)count)) {
        vsnprintf(text->data + text->length, (size_t)count + 1, format, again);
        text->length += (size_t)count;
    }
    va_end(again);
}

void fth_text_clear(struct fth_text *text)
{
    fth_free(text->data);
    *text = (struct fth_text){0};
}

/* One locale object for the life of the program: newlocale per number would be slow. */
static locale_t c_locale(void)
{
    static _Atomic(locale_t) kept;
    locale_t now = kept;
    if (now)
        return now;
    locale_t fresh = newlocale(LC_ALL_MASK, "C", (locale_t)0), none = (locale_t)0;
    if (!__atomic_compare_exchange_n((locale_t *)&kept, &none, fresh, false, __ATOMIC_SEQ_CST,
                                     __ATOMIC_SEQ_CST)) {
        freelocale(fresh);
        return none;
    }
    return fresh;
}

bool fth_parse_double(const char *text, double *value)
{
    if (!*text || strspn(text, "0123456789+-.eE") != strlen(text))
        return false;
    char *end;
    errno = 0;
    double number = strtod_l(text, &end, c_locale());
    if (*end || end == text || !isfinite(number))
        return false;
    *value = number;
    return true;
}

bool fth_parse_int(const char *text, int64_t *value)
{
    if (!*text || strspn(text, "0123456789+-") != strlen(text))
        return false;
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (*end || end == text || errno == ERANGE)
        return false;
    *value = number;
    return true;
}

const char *fth_print_double(double value, char *buffer)
{
    locale_t old = uselocale(c_locale());
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(buffer, 32, "%.*g", digits, value);
        if (strtod_l(buffer, NULL, c_locale()) == value || !isfinite(value))
            break;
    }
    /* 100, not 1e+02, which is no shorter for a reader */
    if (strchr(buffer, 'e') && fabs(value) >= 1 && fabs(value) < 1e15)
        snprintf(buffer, 32, "%.0f", value);
    uselocale(old);
    return buffer;
}

double fth_float_as_written(float value)
{
    locale_t old = uselocale(c_locale());
    char text[32];
    double written = (double)value;
    for (int digits = 1; digits <= 9 && isfinite(value); digits++) {
        snprintf(text, sizeof(text), "%.*g", digits, (double)value);
        written = strtod_l(text, NULL, c_locale());
        if ((float)written == value)
            break;
    }
    uselocale(old);
    return written;
}

enum { LONGEST = 64 }; /* word that a spelling is looked for */

int fth_spelling_distance(const char *a, const char *b)
{
    int la = (int)strlen(a), lb = (int)strlen(b);
    if (la > LONGEST || lb > LONGEST)
        return 99;
    int rows[3][LONGEST + 1];
    int *before = rows[0], *last = rows[1], *now = rows[2];
    for (int j = 0; j <= lb; j++)
        last[j] = j;
    for (int i = 1; i <= la; i++) {
        now[0] = i;
        for (int j = 1; j <= lb; j++) {
            int best = FTH_MIN(last[j], now[j - 1]) + 1;
            best = FTH_MIN(best, last[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = FTH_MIN(best, before[j - 2] + 1);
            now[j] = best;
        }
        int *spare = before;
        before = last, last = now, now = spare;
    }
    return last[lb];
}

/* "far" for "far-limit": the first word of several. */
static bool is_first_word(const char *word, const char *words, size_t length)
{
    return length > 1 && strncmp(word, words, length) == 0 && words[length] &&
           strchr("-_.", words[length]);
}

const char *fth_nearest_word(const char *word, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t length = strlen(word);
    if (length > LONGEST)
        return NULL;
    int least = FTH_MAX(2, (int)length / 3) + 1;
    for (size_t i = 0; i < count; i++) {
        bool first = is_first_word(word, words[i], length);
        int distance = first ? 1 : fth_spelling_distance(word, words[i]);
        if (distance < least) {
            least = distance;
            best = words[i];
        }
    }
    return best;
}

bool fth_ends_with(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcasecmp(text + length - tail, suffix) == 0;
}

bool fth_parse_size(const char *text, uint64_t *bytes)
{
    size_t digits = strspn(text, "0123456789.");
    char number[32];
    double value;
    if (!digits || digits >= sizeof(number))
        return false;
    memcpy(number, text, digits);
    number[digits] = '\0';
    if (!fth_parse_double(number, &value))
        return false;
    static const struct {
        const char *name;
        int shift;
    } units[] = {{"", 0},   {"B", 0},   {"K", 10},   {"KB", 10},  {"KiB", 10}, {"M", 20},
                 {"MB", 20}, {"MiB", 20}, {"G", 30}, {"GB", 30}, {"GiB", 30}, {"T", 40}};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(units); i++) {
        if (strcasecmp(text + digits, units[i].name) != 0)
            continue;
        double scaled = value * (double)(1ull << units[i].shift);
        if (scaled >= 9e18)
            return false;
        *bytes = (uint64_t)scaled;
        return true;
    }
    return false;
}
