/* SPDX-License-Identifier: Apache-2.0 */
/* Text: growing strings, numbers read and printed the same in every locale, nearest spelling. */
#ifndef FTH_BASE_TEXT_H
#define FTH_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"

/* A string that grows. Begin with = {0}; `data` is NULL or ends with a zero byte.
 * After a failed allocation `failed` is set and further appends do nothing. */
struct fth_text {
    char *data;
    size_t length, capacity;
    bool failed;
};

void fth_text_append(struct fth_text *text, const char *format, ...) FTH_PRINTF(2, 3);
void fth_text_append_bytes(struct fth_text *text, const char *bytes, size_t count);
void fth_text_clear(struct fth_text *text); /* frees and zeroes */

/* Texts are often parts of a longer answer that goes on without one that memory was out for. So
 * that no answer with gaps is taken for a whole one, a thread remembers: true when it has lost a
 * text since it was last asked. fth_text_lose is for those who lose one in other ways. */
bool fth_text_take_lost(void);
void fth_text_lose(void);

/* Bytes of the UTF-8 character at `at`, 0 where there is none (RFC 3629). */
size_t fth_utf8_size(const char *at);

/* The whole of `text` as a number; no spaces, no hex, no infinity, no nan; locale-independent. */
bool fth_parse_double(const char *text, double *value);
bool fth_parse_int(const char *text, int64_t *value);

/* Shortest decimal that reads back as `value`; `buffer` holds at least 32 bytes. Returns it. */
const char *fth_print_double(double value, char *buffer);
/* What somebody wrote who has this float of it: the shortest decimal that reads back as it. */
double fth_float_as_written(float value);

/* Optimal string alignment distance between two words, capped at 99. */
int fth_spelling_distance(const char *a, const char *b);

/* The word of `words` nearest to `word`, or NULL when none is near enough to suggest. */
const char *fth_nearest_word(const char *word, const char *const *words, size_t count);

/* True when `text` ends with `suffix`, letters compared without case. */
bool fth_ends_with(const char *text, const char *suffix);

/* "512M", "2G", "1.5GiB", "4096" -> bytes. */
bool fth_parse_size(const char *text, uint64_t *bytes);

#endif
