/* SPDX-License-Identifier: Apache-2.0 */
/* What plot_keyframes.py draws: dump_curve FIRST LAST STEP KEYS prints a line "frame value" for
 * each step of a number's keyframes, as fth_curve_at has it. */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "graph/curve.h"

struct params {
    double value;
};
static const struct fth_param row =
    FTH_PARAM(NUMBER, struct params, value, .label = "Value", .help = "Any.", .min = -1, .max = 2,
              .flags = FTH_PARAM_ANIMATES);

int main(int argc, char **argv)
{
    struct fth_json *json = NULL;
    struct fth_curve *curve = NULL;
    struct fth_error error;
    double range[3];
    if (argc != 5 || !fth_parse_double(argv[1], &range[0]) ||
        !fth_parse_double(argv[2], &range[1]) || !fth_parse_double(argv[3], &range[2]))
        return 2;
    if (fth_json_parse(argv[4], strlen(argv[4]), "keys", &json, &error) != FTH_OK ||
        fth_curve_read(&row, json, &curve, &error) != FTH_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    for (int i = 0; range[0] + i * range[2] <= range[1]; i++) {
        double frame = range[0] + i * range[2];
        printf("%.9g %.9g\n", frame, fth_curve_at(curve, frame).numbers[0]);
    }
    fth_curve_destroy(&curve);
    fth_json_destroy(&json);
    return 0;
}
