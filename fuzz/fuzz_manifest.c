/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a list of networks. One that is taken can be asked for everything in it. */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "infer/manifest.h"

static void look_at(const struct fth_manifest *manifest)
{
    for (size_t i = 0; i < fth_manifest_count(manifest); i++) {
        const struct fth_network *n = fth_manifest_at(manifest, i);
        const char *texts[] = {n->id, n->title, n->file, n->licence, n->url, n->package,
                               n->package_version, n->package_file, n->package_sha256, n->sha256,
                               n->input_name, n->output_name};
        for (size_t t = 0; t < sizeof(texts) / sizeof(*texts); t++) {
            if (!texts[t])
                abort();
        }
        /* names of files stay below our folders */
        if (!n->id[0] || strchr(n->file, '/') || n->window < 1 || n->overlap >= n->window ||
            n->multiple < 1 || n->state_count > FTH_NETWORK_STATES ||
            n->constant_count > FTH_NETWORK_CONSTANTS)
            abort();
        if (!fth_manifest_find(manifest, n->id))
            abort();
    }
}

FUZZ_TARGET(manifest)
{
    struct fth_manifest *manifest = NULL;
    struct fth_error error = {0};
    const char *path = fuzz_write("manifest.json", data, size);
    enum fth_status status = fth_manifest_read(path, &manifest, &error);
    fuzz_check_refusal(status, &error);
    if (status == FTH_OK)
        look_at(manifest);
    fth_manifest_close(&manifest);
    return 0;
}
