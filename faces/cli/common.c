/* SPDX-License-Identifier: Apache-2.0 */
/* The common options: one table, one reader. */
#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "base/text.h"

const struct fth_cli_row fth_cli_common_rows[] = {
    {"frames", "A-B[xSTEP]", "Only these frames, both ends included; a video's first is 1. 'A' is "
                             "one frame, x2 every second one."},
    {"overwrite", NULL, "Replace files that exist."},
    {"resume", NULL, "Go on with the same job where it was cut off, to the same bytes; frames that "
                     "are finished are not made again."},
    {"proxy", "N", "Work at 1/N of the size, for a quick look: 1, 2, 4 or 8."},
    {"model", "NAME", "The network that estimates depth; 'fathom models list' names them."},
    {"device", "NAME", "What networks run on: auto, cpu, cuda, ...; 'fathom models list --devices' "
                       "names what there is."},
    {"threads", "N", "Threads to work with, 0 is one a core. The result does not depend on it."},
    {"memory", "SIZE", "Memory for pictures and cached results: 512M, 2G. Default 1G."},
    {"progress", "MODE", "auto: a line on a terminal, nothing in a pipe. bar, json or none."},
    {"quiet", NULL, "Only errors."},
    {"verbose", NULL, "Say more about what is done."},
    {"log-json", NULL, "Errors and remarks as lines of JSON."},
    {"help", NULL, "Describe this command and its options."},
    {0}};

static enum fth_status read_count(const struct fth_cli_options *options, const char *name,
                                  int64_t limit, int *count, struct fth_error *error)
{
    const char *text = fth_cli_options_value(options, name);
    int64_t value = 0;
    if (!text)
        return FTH_OK;
    if (!fth_parse_int(text, &value) || value < 0 || value > limit)
        return fth_fail(error, FTH_ERR_USAGE, "--%s: '%s' is no whole number from 0 to %d", name,
                        text, (int)limit);
    *count = (int)value;
    return FTH_OK;
}

static bool read_number(const char **text, int64_t *value)
{
    char digits[20];
    size_t sign = **text == '-', length = sign + strspn(*text + sign, "0123456789");
    if (length == sign || length >= sizeof(digits))
        return false;
    memcpy(digits, *text, length);
    digits[length] = '\0';
    *text += length;
    return fth_parse_int(digits, value);
}

static bool parse_frames(const char *text, struct fth_cli_common *common)
{
    int64_t first = 0, last = 0, step = 1;
    if (!read_number(&text, &first))
        return false;
    last = first;
    if (*text == '-' && (text++, !read_number(&text, &last)))
        return false;
    if (*text == 'x' && (text++, !read_number(&text, &step)))
        return false;
    if (*text || last < first || step < 1)
        return false;
    common->first_frame = first;
    common->last_frame = last;
    common->frame_step = step;
    return true;
}

static enum fth_status read_sizes(const struct fth_cli_options *options,
                                  struct fth_cli_common *common, struct fth_error *error)
{
    const char *memory = fth_cli_options_value(options, "memory");
    const char *proxy = fth_cli_options_value(options, "proxy");
    if (memory && (!fth_parse_size(memory, &common->session.memory_size) ||
                   common->session.memory_size == 0))
        return fth_fail(error, FTH_ERR_USAGE, "--memory: '%s' is no size; write 512M or 2G",
                        memory);
    if (proxy && (strlen(proxy) != 1 || !strchr("1248", proxy[0])))
        return fth_fail(error, FTH_ERR_USAGE, "--proxy: '%s' is not 1, 2, 4 or 8", proxy);
    common->session.scale_denominator = proxy ? proxy[0] - '0' : 1;
    return read_count(options, "threads", 256, &common->session.thread_count, error);
}

enum fth_status fth_cli_common_read(const struct fth_cli_options *options,
                                    struct fth_cli_common *common, struct fth_error *error)
{
    struct fth_cli_common read = {.session.model = fth_cli_options_value(options, "model"),
                                  .session.device = fth_cli_options_value(options, "device")};
    const char *frames = fth_cli_options_value(options, "frames");
    const char *progress = fth_cli_options_value(options, "progress");
    read.session.allow_outside = fth_cli_options_given(options, "allow-outside");
    read.overwrite = fth_cli_options_given(options, "overwrite");
    read.resume = fth_cli_options_given(options, "resume");
    read.quiet = fth_cli_options_given(options, "quiet");
    read.verbose = fth_cli_options_given(options, "verbose");
    read.log_json = fth_cli_options_given(options, "log-json");
    if (read.quiet && read.verbose)
        return fth_fail(error, FTH_ERR_USAGE, "--quiet and --verbose contradict each other");
    if (frames && !parse_frames(frames, &read))
        return fth_fail(error, FTH_ERR_USAGE,
                        "--frames: '%s' is no range of frames; write 12, 1-48 or 1-48x2", frames);
    if (progress && !fth_cli_progress_parse(progress, &read.progress))
        return fth_fail(error, FTH_ERR_USAGE,
                        "--progress: '%s' is not auto, bar, json or none", progress);
    enum fth_status status = read_sizes(options, &read, error);
    if (status == FTH_OK)
        *common = read;
    return status;
}
