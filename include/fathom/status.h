/* SPDX-License-Identifier: Apache-2.0 */
/* How every fallible call of fathom answers: a status, and an error the caller owns. */
#ifndef FATHOM_STATUS_H
#define FATHOM_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

/* What leaves the library. */
#define FTH_API __attribute__((visibility("default")))

/* What became of a call. Zero is success; everything from FTH_ERR_USAGE on is a failure. */
enum fth_status {
    FTH_OK = 0,
    FTH_END,             /* no more of it: end of a stream, a frame past the last one */
    FTH_CANCELLED,       /* the caller asked to stop */
    FTH_ERR_USAGE,       /* the request itself makes no sense: unknown name, value out of range */
    FTH_ERR_MEMORY,      /* memory could not be had */
    FTH_ERR_LIMIT,       /* a stated limit was reached: too large, too many */
    FTH_ERR_NOT_FOUND,   /* a file, network, channel or library that is not there */
    FTH_ERR_EXISTS,      /* it would overwrite something, and nobody allowed that */
    FTH_ERR_IO,          /* the operating system refused to read or write */
    FTH_ERR_DATA,        /* what was read is damaged or is not what it claims to be */
    FTH_ERR_UNSUPPORTED, /* sound, but nothing here can handle it */
    FTH_ERR_NETWORK      /* the inference runtime or a neural network failed */
};

/* An error, on the caller's stack. Calls fill it only when they fail; `error` may be NULL. */
struct fth_error {
    enum fth_status status;
    char node[64];       /* the node of the graph it happened in, or "" */
    char message[1200];  /* one line: what, where, which limit, what to do; no final newline */
};

/* "not found", "limit reached" ... : a short English name, for logs. Never NULL. */
FTH_API const char *fth_status_name(enum fth_status status);

#ifdef __cplusplus
}
#endif
#endif
