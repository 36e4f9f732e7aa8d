/* SPDX-License-Identifier: Apache-2.0 */
/* The test harness: FTH_TEST registers itself, check.c runs all that are linked in and closes with
 * "N passed, N failed, N skipped". A first argument runs only the tests whose name contains it. */
#ifndef FTH_TESTS_CHECK_H
#define FTH_TESTS_CHECK_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct fth_test {
    const char *name;
    void (*body)(void);
    struct fth_test *next;
};

void fth_test_register(struct fth_test *test);
void fth_test_fail(const char *file, int line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void fth_test_skip(const char *why);
/* True once a check of the running test has failed. */
bool fth_test_has_failed(void);
/* A fresh folder for this test's files, removed when the test ends. Borrowed. */
const char *fth_test_folder(void);
/* "FOLDER/NAME", in one of eight rotating buffers. */
const char *fth_test_path(const char *name);
/* A file of the outside test material ("clips/juggle.mp4"); NULL when it is absent: then skip. */
const char *fth_test_material(const char *name);
/* A file of the project's own sources ("examples/footage/juggle.mp4"). */
const char *fth_test_source(const char *name);

/* The next of a row of 24 bits by chance that `state`, any number, begins. */
static inline uint32_t fth_test_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

#define FTH_TEST(name)                                                                             \
    static void test_##name(void);                                                                 \
    __attribute__((constructor)) static void register_##name(void)                                 \
    {                                                                                              \
        static struct fth_test test = {#name, test_##name, NULL};                                  \
        fth_test_register(&test);                                                                  \
    }                                                                                              \
    static void test_##name(void)

/* Every check goes on after a failure; FTH_REQUIRE leaves the test. */
#define FTH_CHECK(condition)                                                                       \
    do {                                                                                           \
        if (!(condition))                                                                          \
            fth_test_fail(__FILE__, __LINE__, "not true: %s", #condition);                         \
    } while (0)
#define FTH_REQUIRE(condition)                                                                     \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fth_test_fail(__FILE__, __LINE__, "not true: %s", #condition);                         \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define FTH_CHECK_INT(actual, expected)                                                            \
    do {                                                                                           \
        long long a_ = (long long)(actual), e_ = (long long)(expected);                            \
        if (a_ != e_)                                                                              \
            fth_test_fail(__FILE__, __LINE__, "%s is %lld, not %lld", #actual, a_, e_);            \
    } while (0)
#define FTH_CHECK_NEAR(actual, expected, tolerance)                                                \
    do {                                                                                           \
        double a_ = (actual), e_ = (expected), t_ = (tolerance);                                   \
        if (!(fabs(a_ - e_) <= t_))                                                                \
            fth_test_fail(__FILE__, __LINE__, "%s is %.9g, not %.9g within %.3g", #actual, a_, e_, \
                          t_);                                                                     \
    } while (0)
#define FTH_CHECK_TEXT(actual, expected)                                                           \
    do {                                                                                           \
        const char *a_ = (actual), *e_ = (expected);                                               \
        if (!a_ || !e_ || strcmp(a_, e_) != 0)                                                     \
            fth_test_fail(__FILE__, __LINE__, "%s is \"%s\", not \"%s\"", #actual,                 \
                          a_ ? a_ : "(null)", e_ ? e_ : "(null)");                                 \
    } while (0)
/* A call that must succeed; prints its error and leaves the test otherwise. `error` is a struct. */
#define FTH_REQUIRE_OK(call, error)                                                                \
    do {                                                                                           \
        if ((call) != FTH_OK) {                                                                    \
            fth_test_fail(__FILE__, __LINE__, "%s: %s", #call, (error).message);                   \
            return;                                                                                \
        }                                                                                          \
    } while (0)
#define FTH_SKIP(why)                                                                              \
    do {                                                                                           \
        fth_test_skip(why);                                                                        \
        return;                                                                                    \
    } while (0)

#endif
