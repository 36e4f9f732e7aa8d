/* SPDX-License-Identifier: Apache-2.0 */
/* The settings of a document as JSON. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "graph/reader.h"

static void refuse(struct fth_reader *reader, const char *key, const char *wanted)
{
    struct fth_spot spot = {.section = "settings", .key = key, .is_value = true};
    if (reader)
        fth_reader_tell(reader, &spot, FTH_ERR_USAGE, "settings: '%s' takes %s", key, wanted);
}

/* Two whole numbers. */
static bool read_pair(const struct fth_json *value, int64_t pair[2])
{
    if (fth_json_kind(value) != FTH_JSON_ARRAY || fth_json_count(value) != 2)
        return false;
    for (size_t i = 0; i < 2; i++) {
        double number = fth_json_number(fth_json_at(value, i), NAN);
        if (!(fabs(number) < 9e15) || number != floor(number))
            return false;
        pair[i] = (int64_t)number;
    }
    return true;
}

/* 23.976 means 24000/1001, as it does everywhere; what else has decimals means thousandths. */
static bool rate_of_number(double number, struct fth_settings *settings)
{
    if (!(number > 0 && number < 1e6))
        return false;
    double broadcast = round(number * 1.001);
    bool is_broadcast = number != floor(number) && fabs(broadcast / 1.001 - number) < 6e-3;
    settings->rate_num = (int64_t)round(is_broadcast ? broadcast * 1000 : number * 1000);
    settings->rate_den = is_broadcast ? 1001 : 1000;
    for (int64_t by = 2; !is_broadcast && by <= 5; by += 3) {
        while (settings->rate_num % by == 0 && settings->rate_den % by == 0) {
            settings->rate_num /= by;
            settings->rate_den /= by;
        }
    }
    return settings->rate_num > 0;
}

/* "24", "24000/1001", "23.976", 24. */
static bool read_rate(const struct fth_json *value, struct fth_settings *settings)
{
    const char *text = fth_json_text(value, NULL);
    const char *slash = text ? strchr(text, '/') : NULL;
    char num[24];
    double number = NAN;
    if (!text)
        return rate_of_number(fth_json_number(value, NAN), settings);
    if (!slash)
        return fth_parse_double(text, &number) && rate_of_number(number, settings);
    if ((size_t)(slash - text) >= sizeof(num))
        return false;
    memcpy(num, text, (size_t)(slash - text));
    num[slash - text] = '\0';
    return fth_parse_int(num, &settings->rate_num) &&
           fth_parse_int(slash + 1, &settings->rate_den) && settings->rate_num > 0 &&
           settings->rate_den > 0;
}

static bool read_name(const struct fth_json *value, char name[FTH_LIMIT_NAME])
{
    const char *text = fth_json_text(value, NULL);
    if (!text || strlen(text) >= FTH_LIMIT_NAME)
        return false;
    strcpy(name, text);
    return true;
}

static void read_colour(const struct fth_json *colour, struct fth_settings *settings,
                        struct fth_reader *reader)
{
    static const char *const known[] = {"working", "output", "comment", NULL};
    char *const names[] = {settings->working, settings->output};
    if (!colour)
        return;
    if (fth_json_kind(colour) != FTH_JSON_OBJECT) {
        refuse(reader, "colour", "an object, { \"working\": NAME, \"output\": NAME }");
        return;
    }
    for (size_t i = 0; i < FTH_ARRAY_COUNT(names); i++) {
        const struct fth_json *value = fth_json_get(colour, known[i]);
        if (value && !read_name(value, names[i]))
            refuse(reader, "colour", "an object, { \"working\": NAME, \"output\": NAME }");
    }
    struct fth_spot spot = {.section = "settings", .key = "colour"};
    const char *key = NULL;
    for (void *place = NULL; reader && fth_json_next(colour, &place, &key);) {
        size_t i = 0;
        while (known[i] && strcmp(known[i], key) != 0)
            i++;
        char hint[128];
        if (!known[i])
            fth_reader_tell(reader, &spot, FTH_OK, "settings: colour: '%.80s' is not known%s", key,
                            fth_kept_hint(fth_nearest_word(key, known, 2), hint));
    }
}

struct fth_settings fth_settings_read(const struct fth_json *object, struct fth_reader *reader)
{
    struct fth_settings settings = {0};
    int64_t pair[2];
    const struct fth_json *size = fth_json_get(object, "size");
    const struct fth_json *frames = fth_json_get(object, "frames");
    const struct fth_json *rate = fth_json_get(object, "rate");
    if (size && !read_pair(size, pair))
        refuse(reader, "size", "two whole numbers, [WIDTH, HEIGHT]");
    if (size && read_pair(size, pair)) {
        /* What no int32_t holds is far beyond the limit as well; a nought is no size. */
        settings.width = (int32_t)FTH_MAX(FTH_MIN(pair[0], INT32_MAX), -1);
        settings.height = (int32_t)FTH_MAX(FTH_MIN(pair[1], INT32_MAX), -1);
        if (settings.width == 0 && settings.height == 0)
            refuse(reader, "size", "two whole numbers above 0, [WIDTH, HEIGHT]");
    }
    settings.has_frames = frames && read_pair(frames, pair);
    if (settings.has_frames) {
        settings.first_frame = pair[0];
        settings.last_frame = pair[1];
    } else if (frames) {
        refuse(reader, "frames", "two whole numbers, [FIRST, LAST]");
    }
    if (rate && !read_rate(rate, &settings)) {
        settings.rate_num = settings.rate_den = 0;
        refuse(reader, "rate", "frames a second above 0: 24, \"24000/1001\" or 23.976");
    }
    read_colour(fth_json_get(object, "colour"), &settings, reader);
    return settings;
}

void fth_reader_settings(struct fth_reader *reader, const struct fth_json *object)
{
    static const char *const known[] = {"size", "rate", "frames", "colour", "comment", NULL};
    struct fth_spot spot = {.section = "settings"};
    struct fth_error error;
    if (fth_json_kind(object) != FTH_JSON_OBJECT) {
        spot.is_value = true;
        fth_reader_tell(reader, &spot, FTH_ERR_USAGE, "'settings' takes an object");
        return;
    }
    struct fth_settings settings = fth_settings_read(object, reader);
    if (fth_graph_set_settings(reader->graph, &settings, &error) != FTH_OK) {
        static const char *const keys[] = {"size", "rate", "frames"};
        for (size_t i = 0; i < FTH_ARRAY_COUNT(keys); i++) {
            if (strncmp(error.message + strlen("settings: "), keys[i], strlen(keys[i])) == 0)
                spot.key = keys[i];
        }
        spot.is_value = true;
        fth_reader_tell(reader, &spot, error.status, "%s", error.message);
        spot = (struct fth_spot){.section = "settings"};
    }
    fth_reader_unknown(reader, object, known, &spot);
}
