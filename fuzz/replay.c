/* SPDX-License-Identifier: Apache-2.0 */
/* Every file of corpus/TARGET/ and crashes/TARGET/ once through its target, without libFuzzer: what
 * was mended stays mended, in every build. A target runs in a process of its own, so that the file
 * that brings it down is named and the others are still tried. */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

enum { MOST_S = 120 }; /* of all files of a target, in the slowest build on a busy machine */

static struct fuzz_target *targets;
static struct shared {
    int count;
    char name[512]; /* the file at hand */
} *shared;

void fuzz_register(struct fuzz_target *target)
{
    target->next = targets;
    targets = target;
}

static void replay_file(const struct fuzz_target *target, const char *path)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
        if (fd >= 0)
            close(fd);
        return;
    }
    size_t size = (size_t)info.st_size;
    uint8_t *data = malloc(size ? size : 1); /* to the byte: a sanitizer sees one too many */
    snprintf(shared->name, sizeof(shared->name), "%s", path);
    if (!data || read(fd, data, size) != (ssize_t)size)
        abort();
    close(fd);
    target->run(data, size);
    shared->count++;
    free(data);
}

static void replay_folder(const struct fuzz_target *target, const char *folder)
{
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        char path[512];
        if (entry->d_name[0] != '.' && snprintf(path, sizeof(path), "%s/%s", folder,
                                                entry->d_name) < (int)sizeof(path))
            replay_file(target, path);
    }
    if (dir)
        closedir(dir);
}

static void replay_target(const struct fuzz_target *target, const char *root)
{
    static const char *const kinds[] = {"corpus", "crashes"};
    alarm(MOST_S);
    for (int i = 0; i < 2; i++) {
        char folder[512];
        snprintf(folder, sizeof(folder), "%s/%s/%s", root, kinds[i], target->name);
        replay_folder(target, folder);
    }
}

/* True when all went well. */
static int try_target(const struct fuzz_target *target, const char *root)
{
    int code = 0;
    *shared = (struct shared){0};
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        replay_target(target, root);
        exit(0);
    }
    if (child < 0 || waitpid(child, &code, 0) != child)
        return 0;
    if (code == 0 && shared->count > 0) {
        printf("%s: %d files\n", target->name, shared->count);
        return 1;
    }
    if (WIFSIGNALED(code))
        printf("FAILED %s: %s: %s\n", target->name, shared->name, strsignal(WTERMSIG(code)));
    else
        printf("FAILED %s: %s (status %d, %d files)\n", target->name, shared->name,
               WEXITSTATUS(code), shared->count);
    return 0;
}

int main(int argc, char **argv)
{
    int passed = 0, failed = 0;
    if (argc < 2) {
        fprintf(stderr, "usage: %s FOLDER [TARGET]: FOLDER is fuzz/\n", argv[0]);
        return 2;
    }
    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return 1;
    for (const struct fuzz_target *target = targets; target; target = target->next) {
        if (argc > 2 && strcmp(argv[2], target->name) != 0)
            continue;
        if (try_target(target, argv[1]))
            passed++;
        else
            failed++;
    }
    printf("%d passed, %d failed, 0 skipped\n", passed, failed);
    return failed || !passed;
}
