/* SPDX-License-Identifier: Apache-2.0 */
/* One file fetched over https: resumed where it was cut, never larger than was said, compared with
 * its sum, and under its final name only when it is whole and right.
 *
 * Proxies come from the usual variables (https_proxy, all_proxy, no_proxy), a private authority's
 * certificates from $CURL_CA_BUNDLE or $SSL_CERT_FILE. Redirects are followed to https only. */
#ifndef FTH_INFER_DOWNLOAD_H
#define FTH_INFER_DOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sha256.h"
#include "base/status.h"

/* Bytes that are taken at most when the size is not known beforehand: 4 GiB. */
#define FTH_DOWNLOAD_LIMIT ((int64_t)4 << 30)

struct fth_download_progress {
    int64_t done, total; /* bytes; total 0: not known */
    double rate, left_s; /* bytes a second; seconds left, < 0: not known */
};

struct fth_download {
    const char *url;
    const char *path;   /* where it goes; its folder must be there */
    int64_t size;       /* bytes it has; 0: not known */
    int64_t limit;      /* bytes at most when size is 0; 0: FTH_DOWNLOAD_LIMIT */
    const char *sha256; /* sum it has; "" or NULL: not known */
    int stall_s;        /* ends when less than 1000 bytes a second come for that long; 0: 30 */
    int wait_ms;        /* before the first new attempt after a cut, then twice as long; 0: 250 */
    /* Called about once a second and more often while bytes come; false stops with FTH_CANCELLED.
     * May be NULL. */
    bool (*progress)(void *context, const struct fth_download_progress *progress);
    /* Called with the whole and right file before it gets its final name; a failure removes it.
     * May be NULL. */
    enum fth_status (*check)(void *context, const char *path, struct fth_error *error);
    void *context;
};

/* May such an address be fetched? https, and for tests, when $FATHOM_ALLOW_HTTP is 1, http to this
 * very machine. */
bool fth_download_allows(const char *url);

/* Replaces what is at `path`. Fills `sha256` with the file's sum. After a failure what came is kept
 * beside `path` for the next call, unless it is wrong. */
enum fth_status fth_download(const struct fth_download *download, char sha256[FTH_SHA256_TEXT],
                             struct fth_error *error);

#endif
