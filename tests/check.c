/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the registered tests in the order of their names. */
#include "check.h"

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

static struct fth_test *tests;
static bool failed, skipped;
static char folder[256];

void fth_test_register(struct fth_test *test)
{
    struct fth_test **link = &tests;
    while (*link && strcmp((*link)->name, test->name) < 0)
        link = &(*link)->next;
    test->next = *link;
    *link = test;
}

void fth_test_fail(const char *file, int line, const char *format, ...)
{
    failed = true;
    printf("  %s:%d: ", file, line);
    va_list list;
    va_start(list, format);
    vprintf(format, list);
    va_end(list);
    putchar('\n');
}

void fth_test_skip(const char *why)
{
    skipped = true;
    printf("  skipped: %s\n", why);
}

bool fth_test_has_failed(void)
{
    return failed;
}

const char *fth_test_folder(void)
{
    if (!folder[0]) {
        const char *base = getenv("TMPDIR");
        snprintf(folder, sizeof(folder), "%s/fathom-test-XXXXXX", base ? base : "/tmp");
        if (!mkdtemp(folder)) {
            perror(folder);
            exit(2);
        }
    }
    return folder;
}

static char *next_buffer(void)
{
    static char buffers[8][1024];
    static unsigned turn;
    return buffers[turn++ % 8];
}

const char *fth_test_path(const char *name)
{
    char *path = next_buffer();
    snprintf(path, 1024, "%s/%s", fth_test_folder(), name);
    return path;
}

const char *fth_test_source(const char *name)
{
    char *path = next_buffer();
    snprintf(path, 1024, "%s/%s", FTH_SOURCE_ROOT, name);
    return path;
}

const char *fth_test_material(const char *name)
{
    const char *set = getenv("FATHOM_MATERIAL");
    char *path = next_buffer();
    snprintf(path, 1024, "%s/%s", set ? set : FTH_SOURCE_ROOT "/../shared/material", name);
    return access(path, R_OK) == 0 ? path : NULL;
}

static void remove_folder(void)
{
    if (!folder[0])
        return;
    char command[512];
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    if (system(command) != 0)
        printf("  cannot remove %s\n", folder);
    folder[0] = '\0';
}

int main(int argc, char **argv)
{
    int counts[3] = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (struct fth_test *test = tests; test; test = test->next) {
        if (argc > 1 && !strstr(test->name, argv[1]))
            continue;
        failed = skipped = false;
        printf("%s\n", test->name);
        test->body();
        remove_folder();
        int outcome = failed ? 1 : skipped ? 2 : 0;
        counts[outcome]++;
        if (failed)
            printf("FAILED %s\n", test->name);
    }
    printf("%d passed, %d failed, %d skipped\n", counts[0], counts[1], counts[2]);
    return counts[1] || counts[0] + counts[2] == 0;
}
