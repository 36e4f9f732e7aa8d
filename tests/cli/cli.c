/* SPDX-License-Identifier: Apache-2.0 */
/* Shells, files and small pictures for the tests of the command line. */
#include "cli.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

struct cli_answer cli;

static char *read_text(const char *name)
{
    void *bytes = NULL;
    size_t size = 0;
    if (fth_file_read(fth_test_path(name), 64 << 20, &bytes, &size, NULL) != FTH_OK)
        return fth_strdup("");
    return bytes;
}

void cli_run(const char *format, ...)
{
    char words[8192], command[16384];
    va_list list;
    va_start(list, format);
    vsnprintf(words, sizeof(words), format, list);
    va_end(list);
    snprintf(command, sizeof(command),
             "cd '%s' && mkdir -p .run && export FATHOM_CACHE=\"$PWD/.run/cache\" && "
             "{ \"$FATHOM_BIN\" %s; } >.run/out 2>.run/err",
             fth_test_folder(), words);
    int status = system(command);
    fth_free(cli.out);
    fth_free(cli.err);
    cli = (struct cli_answer){WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_text(".run/out"),
                              read_text(".run/err")};
}

bool cli_is_one_line(const char *text, const char *words)
{
    const char *end = strchr(text, '\n');
    return end && end[1] == '\0' && strncmp(text, "fathom: ", 8) == 0 &&
           strstr(text, words);
}

struct fth_json *cli_json(const char *file, int line)
{
    struct fth_json *root = NULL;
    struct fth_error error = {0};
    if (fth_json_parse(cli.out, strlen(cli.out), "stdout", &root, &error) != FTH_OK)
        fth_test_fail(file, line, "%s", error.message);
    return root;
}

bool cli_exists(const char *name)
{
    return access(fth_test_path(name), F_OK) == 0;
}

int cli_count_files(const char *name)
{
    int count = 0;
    DIR *folder = opendir(fth_test_path(name));
    for (struct dirent *entry; folder && (entry = readdir(folder));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
                 strcmp(entry->d_name, ".run") != 0;
    if (folder)
        closedir(folder);
    return count;
}

void cli_write_pfm(const char *name, int width, int height, int frame, cli_shade *shade)
{
    FILE *file = fopen(fth_test_path(name), "wb");
    if (!file) {
        fth_test_fail(__FILE__, __LINE__, "cannot write %s", name);
        return;
    }
    fprintf(file, "PF\n%d %d\n-1\n", width, height);
    for (int y = height - 1; y >= 0; y--) { /* PFM begins at the bottom */
        for (int x = 0; x < width; x++) {
            float value = shade(x, y, frame), pixel[3] = {value, value, value};
            fwrite(pixel, sizeof(float), 3, file);
        }
    }
    fclose(file);
}

double cli_read_mean(const char *name, int x0, int x1)
{
    char kind[3] = "";
    int width = 0, height = 0;
    double scale = 0, sum = 0;
    FILE *file = fopen(fth_test_path(name), "rb");
    if (!file || fscanf(file, "%2s %d %d %lf", kind, &width, &height, &scale) != 4 || scale >= 0) {
        if (file)
            fclose(file);
        return NAN;
    }
    fgetc(file);
    int channels = strcmp(kind, "PF") == 0 ? 3 : 1;
    for (int i = 0; i < width * height; i++) {
        float pixel[3] = {NAN};
        if (fread(pixel, sizeof(float), (size_t)channels, file) != (size_t)channels)
            break;
        sum += i % width >= x0 && i % width < x1 ? (double)pixel[0] : 0;
    }
    fclose(file);
    return sum / ((double)(x1 - x0) * height);
}
