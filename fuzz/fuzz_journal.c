/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the journal of a job that was cut off: gone on with, or refused; what it lists can
 * be asked for. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "io/journal.h"

FUZZ_TARGET(journal)
{
    char pattern[512];
    struct fth_journal *journal = NULL;
    struct fth_error error = {0};
    struct fth_key key = {0};
    bool finished;
    strcpy(pattern, fuzz_path("a.####.exr"));
    fuzz_write(".a.####.exr.fathom-job.1-9", data, size);
    fuzz_write("a.0003.exr", data, size);
    struct fth_journal_spec spec = {.path = pattern, .first_frame = 1, .last_frame = 9,
                                    .settings = "mode better\nbits half\n", .resume = true,
                                    .overwrite = size % 2 == 0};
    enum fth_status status = fth_journal_open(&spec, &journal, &error);
    for (int64_t frame = -1; status == FTH_OK && frame < 12; frame++) {
        fth_journal_lists(journal, frame);
        fuzz_check_refusal(fth_journal_finished(journal, frame, key, &finished, &error), &error);
    }
    if (status == FTH_OK)
        status = fth_journal_begin(journal, &error);
    if (status == FTH_OK)
        status = fth_journal_add(journal, 3, key, &error);
    fuzz_check_refusal(status, &error);
    fth_journal_close(&journal, size % 3 == 0);
    fuzz_clean();
    return 0;
}
