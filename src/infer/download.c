/* SPDX-License-Identifier: Apache-2.0 */
/* Downloads by libcurl, its only home. Whatever the server says is doubted: lengths are held
 * against the list's and against the limit as bytes come, ranges must begin where we asked, and the
 * sum decides at the end. A line that is cut is taken up again a few times within one call. */
#include "infer/download.h"

#define CURL_DISABLE_TYPECHECK /* it knows the calls by their plain names */
#include <curl/curl.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/file.h"
#include "base/text.h"
#include "base/thread.h"
#include "infer/part.h"

enum {
    CONNECT_S = 20,
    STALL_S = 30,
    STALL_RATE = 1000,         /* bytes a second */
    LONGEST_S = 24 * 3600,
    MOST_REDIRECTS = 8,
    LARGEST_HEADERS = 1 << 18, /* bytes, of all answers together */
    MOST_VAIN = 5,             /* attempts in a row that brought no byte */
    MOST_ATTEMPTS = 100,
    FIRST_WAIT_MS = 250
};

/* curl brings forty libraries, and few runs of a program download anything: it is loaded late. */
#define CALLS(X)                                                                                   \
    X(curl_global_init) X(curl_easy_init) X(curl_easy_setopt) X(curl_easy_getinfo)                 \
    X(curl_easy_perform) X(curl_easy_strerror) X(curl_easy_cleanup) X(curl_slist_append)           \
    X(curl_slist_free_all)
#undef curl_easy_setopt
#undef curl_easy_getinfo
#define POINTER(name) __typeof__(name) *name##_;
#define LOAD(name)                                                                                 \
    late.name##_ = (__typeof__(name) *)dlsym(library, #name);                                      \
    curl_is_ready = curl_is_ready && late.name##_;

static struct {
    CALLS(POINTER)
} late;

/* What to do after an attempt. */
enum outcome { GOT, AGAIN, AFRESH, FAILED };

struct transfer {
    const struct fth_download *ask;
    struct fth_part part;
    struct fth_error *error;
    enum fth_status status; /* of a callback that ended the attempt */
    bool useless;           /* the part is not the beginning of what the server has */
    int64_t limit;
    double start_s;         /* of this call, and how much was there then */
    int64_t start_size;
    char said[CURL_ERROR_SIZE];

    /* of the answer being read */
    long code;
    int64_t announced, range_start; /* whole size, first byte; -1: not said */
    char etag[FTH_ETAG];
    size_t headers_size;
};

/* ---- which addresses */

/* Does the address name this machine? */
static bool is_loopback(const char *url)
{
    static const char *const hosts[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};
    for (size_t i = 0; i < FTH_ARRAY_COUNT(hosts); i++) {
        size_t length = strlen(hosts[i]);
        if (strncasecmp(url, hosts[i], length) == 0 && strchr(":/", url[length]))
            return true;
    }
    return false;
}

static bool allows_http(const char *url)
{
    const char *allowed = getenv("FATHOM_ALLOW_HTTP");
    return allowed && strcmp(allowed, "1") == 0 && is_loopback(url);
}

bool fth_download_allows(const char *url)
{
    return strncasecmp(url, "https://", 8) == 0 || allows_http(url);
}

/* Under the tests' switch no byte goes to or comes from another machine. */
static int check_peer(void *context, char *peer, char *local, int peer_port, int local_port)
{
    (void)context, (void)local, (void)peer_port, (void)local_port;
    bool here = strncmp(peer, "127.", 4) == 0 || strcmp(peer, "::1") == 0;
    return here ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
}

/* ---- headers */

static void begin_answer(struct transfer *t, const char *line)
{
    const char *space = strchr(line, ' ');
    t->code = space ? strtol(space, NULL, 10) : 0;
    t->announced = t->range_start = -1;
    t->etag[0] = '\0';
}

/* The value of the header `name` in `line`, or NULL. */
static const char *value_of(const char *line, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(line, name, length) != 0 || line[length] != ':')
        return NULL;
    line += length + 1;
    return line + strspn(line, " \t");
}

static void read_field(struct transfer *t, const char *line)
{
    const char *value;
    if ((value = value_of(line, "etag")) && strlen(value) < FTH_ETAG && value[0] == '"')
        snprintf(t->etag, sizeof(t->etag), "%s", value); /* weak ones (W/...) vouch for nothing */
    else if ((value = value_of(line, "content-length")) && t->code == 200)
        t->announced = strtoll(value, NULL, 10);
    else if ((value = value_of(line, "content-range")) && strncasecmp(value, "bytes ", 6) == 0) {
        const char *slash = strchr(value, '/'); /* "bytes FIRST-LAST/TOTAL"; TOTAL may be "*" */
        t->range_start = strtoll(value + 6, NULL, 10);
        t->announced = slash && slash[1] != '*' ? strtoll(slash + 1, NULL, 10) : -1;
    }
}

static enum fth_status fail_size(const struct transfer *t, const char *verb, int64_t size)
{
    if (t->ask->size > 0)
        return fth_fail(t->error, FTH_ERR_DATA,
                        "%.400s: the server %s %lld bytes, the list of networks says %lld",
                        t->ask->url, verb, (long long)size, (long long)t->ask->size);
    return fth_fail(t->error, FTH_ERR_LIMIT, "%.400s: the server %s %lld bytes, the limit is %lld",
                    t->ask->url, verb, (long long)size, (long long)t->limit);
}

/* The last header of an answer that has a body we want. */
static enum fth_status begin_body(struct transfer *t)
{
    if (t->code == 206 && t->range_start != t->part.size) {
        t->useless = true;
        return fth_fail(t->error, FTH_ERR_DATA,
                        "%.400s: the server answers with other bytes than it was asked for",
                        t->ask->url);
    }
    if (t->announced > t->limit || (t->ask->size > 0 && t->announced >= 0 &&
                                    t->announced != t->ask->size))
        return fail_size(t, "has", t->announced);
    if (t->code == 200)
        return fth_part_restart(&t->part, t->ask->url, t->etag, t->error);
    return FTH_OK;
}

static size_t on_header(char *bytes, size_t one, size_t count, void *context)
{
    struct transfer *t = context;
    char line[1024];
    (void)one;
    t->headers_size += count;
    if (t->headers_size > LARGEST_HEADERS) {
        t->status = fth_fail(t->error, FTH_ERR_LIMIT, "%.400s: more than %d bytes of headers",
                             t->ask->url, LARGEST_HEADERS);
        return 0;
    }
    snprintf(line, sizeof(line), "%.*s", (int)FTH_MIN(count, sizeof(line) - 1), bytes);
    line[strcspn(line, "\r\n")] = '\0';
    if (strncmp(line, "HTTP/", 5) == 0)
        begin_answer(t, line);
    else if (line[0])
        read_field(t, line);
    else if (t->code == 200 || t->code == 206)
        t->status = begin_body(t);
    return t->status == FTH_OK ? count : 0;
}

/* ---- body */

static size_t on_body(char *bytes, size_t one, size_t count, void *context)
{
    struct transfer *t = context;
    (void)one;
    if (t->code != 200 && t->code != 206)
        return count; /* of a redirect */
    if ((int64_t)count > t->limit - t->part.size) {
        t->status = fail_size(t, "sends more than", t->limit);
        fth_part_discard(&t->part);
    } else {
        t->status = fth_part_append(&t->part, bytes, count, t->error);
    }
    return t->status == FTH_OK ? count : 0;
}

/* True to go on. */
static bool tell_progress(struct transfer *t)
{
    int64_t total = t->ask->size > 0 ? t->ask->size : FTH_MAX(t->announced, 0);
    double spent_s = fth_clock_s() - t->start_s;
    int64_t came = t->part.size - t->start_size;
    double rate = spent_s > 0 && came > 0 ? (double)came / spent_s : 0;
    struct fth_download_progress progress = {
        t->part.size, total, rate,
        rate > 0 && total > 0 ? (double)(total - t->part.size) / rate : -1};
    if (!t->ask->progress || t->ask->progress(t->ask->context, &progress))
        return true;
    t->status = FTH_CANCELLED;
    return false;
}

static int on_progress(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                       curl_off_t up_now)
{
    (void)total, (void)now, (void)up_total, (void)up_now;
    return tell_progress(context) ? 0 : 1;
}

/* ---- an attempt */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static bool curl_is_ready;

static void start_curl(void)
{
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    curl_is_ready = library != NULL;
    if (library) {
        CALLS(LOAD)
    }
    curl_is_ready = curl_is_ready && late.curl_global_init_(CURL_GLOBAL_DEFAULT) == CURLE_OK;
}

static void set_limits(CURL *curl, const struct transfer *t)
{
    late.curl_easy_setopt_(curl, CURLOPT_NOSIGNAL, 1L);
    late.curl_easy_setopt_(curl, CURLOPT_FAILONERROR, 1L);
    late.curl_easy_setopt_(curl, CURLOPT_FOLLOWLOCATION, 1L);
    late.curl_easy_setopt_(curl, CURLOPT_MAXREDIRS, (long)MOST_REDIRECTS);
    late.curl_easy_setopt_(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
    late.curl_easy_setopt_(curl, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_RATE);
    late.curl_easy_setopt_(curl, CURLOPT_LOW_SPEED_TIME,
                     (long)(t->ask->stall_s ? t->ask->stall_s : STALL_S));
    late.curl_easy_setopt_(curl, CURLOPT_TIMEOUT, (long)LONGEST_S);
}

/* The schemes that may be spoken, at first and after redirects. */
static CURLcode set_schemes(CURL *curl, const struct transfer *t)
{
    const char *schemes = "https";
    if (allows_http(t->ask->url)) {
        schemes = "https,http";
        late.curl_easy_setopt_(curl, CURLOPT_PREREQFUNCTION, check_peer);
    }
    CURLcode code = late.curl_easy_setopt_(curl, CURLOPT_PROTOCOLS_STR, schemes);
    return code != CURLE_OK
               ? code
               : late.curl_easy_setopt_(curl, CURLOPT_REDIR_PROTOCOLS_STR, schemes);
}

static void set_certificates(CURL *curl)
{
    const char *file = getenv("CURL_CA_BUNDLE");
    if (!file || !*file)
        file = getenv("SSL_CERT_FILE");
    if (file && *file)
        late.curl_easy_setopt_(curl, CURLOPT_CAINFO, file);
}

static void set_callbacks(CURL *curl, struct transfer *t)
{
    late.curl_easy_setopt_(curl, CURLOPT_ERRORBUFFER, t->said);
    late.curl_easy_setopt_(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    late.curl_easy_setopt_(curl, CURLOPT_HEADERFUNCTION, on_header);
    late.curl_easy_setopt_(curl, CURLOPT_HEADERDATA, t);
    late.curl_easy_setopt_(curl, CURLOPT_WRITEFUNCTION, on_body);
    late.curl_easy_setopt_(curl, CURLOPT_WRITEDATA, t);
    late.curl_easy_setopt_(curl, CURLOPT_NOPROGRESS, 0L);
    late.curl_easy_setopt_(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    late.curl_easy_setopt_(curl, CURLOPT_XFERINFODATA, t);
}

/* Asks for what is missing; If-Range: but for all of it when the file has changed. */
static struct curl_slist *set_range(CURL *curl, const struct transfer *t)
{
    char range[32], condition[FTH_ETAG + 16];
    if (t->part.size == 0)
        return NULL;
    snprintf(range, sizeof(range), "%lld-", (long long)t->part.size);
    late.curl_easy_setopt_(curl, CURLOPT_RANGE, range);
    if (!t->part.etag[0])
        return NULL;
    snprintf(condition, sizeof(condition), "If-Range: %s", t->part.etag);
    struct curl_slist *headers = late.curl_slist_append_(NULL, condition);
    late.curl_easy_setopt_(curl, CURLOPT_HTTPHEADER, headers);
    return headers;
}

static enum outcome fail(struct transfer *t, enum fth_status status, const char *what)
{
    fth_fail(t->error, status, "%.400s: %s", t->ask->url, what);
    t->status = status;
    return FAILED;
}

static enum outcome fail_unreachable(struct transfer *t)
{
    t->status = fth_fail(t->error, FTH_ERR_IO,
                         "cannot reach %.400s (%.200s); without a network, fetch it elsewhere and "
                         "copy it to %.400s",
                         t->ask->url, t->said, t->ask->path);
    return FAILED;
}

static enum outcome judge_answer(struct transfer *t, long code)
{
    char what[64];
    snprintf(what, sizeof(what), "the server answers %ld%s", code,
             code == 404 ? ", there is no such file" : "");
    fail(t, code == 404 ? FTH_ERR_NOT_FOUND : FTH_ERR_IO, what);
    if (code == 416 && t->part.size > 0)
        return AFRESH;
    return code == 408 || code == 429 || code >= 500 ? AGAIN : FAILED;
}

static enum outcome fail_timeout(CURL *curl, struct transfer *t)
{
    double connected_s = 0;
    late.curl_easy_getinfo_(curl, CURLINFO_CONNECT_TIME, &connected_s);
    if (connected_s <= 0)
        return fail_unreachable(t);
    return fail(t, FTH_ERR_IO, "the server is too slow or silent; what came is kept, run the "
                               "command again to go on");
}

/* Other failures of curl's own, by its code. */
static enum outcome judge_failure(CURL *curl, struct transfer *t, CURLcode code)
{
    char what[512];
    const char *place = NULL;
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        fail_unreachable(t);
        return t->start_size < t->part.size ? AGAIN : FAILED;
    case CURLE_OPERATION_TIMEDOUT:
        return fail_timeout(curl, t);
    case CURLE_UNSUPPORTED_PROTOCOL:
        late.curl_easy_getinfo_(curl, CURLINFO_EFFECTIVE_URL, &place);
        snprintf(what, sizeof(what),
                 "the server sends us on to %.300s, and only https is followed",
                 place ? place : "another scheme");
        return fail(t, FTH_ERR_DATA, what);
    case CURLE_TOO_MANY_REDIRECTS:
        return fail(t, FTH_ERR_LIMIT, "more than 8 redirects");
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
        snprintf(what, sizeof(what),
                 "the line was cut after %lld bytes; what came is kept, run the command again to "
                 "go on",
                 (long long)t->part.size);
        fail(t, FTH_ERR_IO, what);
        return AGAIN;
    default:
        snprintf(what, sizeof(what), "%.300s",
                 t->said[0] ? t->said : late.curl_easy_strerror_(code));
        return fail(t, FTH_ERR_IO, what);
    }
}

/* The server ended the answer as if it were whole. */
static enum outcome judge_end(struct transfer *t)
{
    char what[160];
    int64_t total = t->ask->size > 0 ? t->ask->size : t->announced;
    if (t->code != 200 && t->code != 206)
        return judge_answer(t, t->code);
    if (total < 0 || t->part.size >= total)
        return GOT;
    snprintf(what, sizeof(what),
             "the server ends after %lld of %lld bytes; what came is kept, run the command again "
             "to go on",
             (long long)t->part.size, (long long)total);
    fail(t, FTH_ERR_IO, what);
    return AGAIN;
}

static enum outcome attempt(struct transfer *t)
{
    CURL *curl = late.curl_easy_init_();
    if (!curl)
        return fail(t, FTH_ERR_MEMORY, "downloads need libcurl.so.4, which cannot be loaded here");
    t->status = FTH_OK;
    t->useless = false;
    t->code = 0;
    t->headers_size = 0;
    t->said[0] = '\0';
    begin_answer(t, "");
    set_callbacks(curl, t);
    set_limits(curl, t);
    set_certificates(curl);
    struct curl_slist *headers = set_range(curl, t);
    late.curl_easy_setopt_(curl, CURLOPT_USERAGENT, "fathom");
    CURLcode code = set_schemes(curl, t);
    if (code == CURLE_OK)
        code = late.curl_easy_setopt_(curl, CURLOPT_URL, t->ask->url);
    if (code == CURLE_OK)
        code = late.curl_easy_perform_(curl);
    enum outcome outcome;
    long answer = 0;
    late.curl_easy_getinfo_(curl, CURLINFO_RESPONSE_CODE, &answer);
    if (t->status != FTH_OK)
        outcome = t->useless ? AFRESH : FAILED;
    else if (code == CURLE_OK)
        outcome = judge_end(t);
    else if (code == CURLE_HTTP_RETURNED_ERROR)
        outcome = judge_answer(t, answer);
    else
        outcome = judge_failure(curl, t, code);
    late.curl_easy_cleanup_(curl);
    late.curl_slist_free_all_(headers);
    return outcome;
}

/* ---- all of it */

/* Waits longer the more attempts were in vain; false when stopped meanwhile. */
static bool wait_a_little(struct transfer *t, int vain_count)
{
    enum { NAP_MS = 50 };
    const struct timespec nap = {0, NAP_MS * 1000000L};
    int first_ms = t->ask->wait_ms > 0 ? t->ask->wait_ms : FIRST_WAIT_MS;
    for (int left_ms = first_ms << FTH_MIN(vain_count, 4); left_ms > 0; left_ms -= NAP_MS) {
        if (!tell_progress(t))
            return false;
        nanosleep(&nap, NULL);
    }
    return true;
}

/* Until it is all there, or there is no hope. */
static enum outcome attempts(struct transfer *t)
{
    enum outcome outcome = AGAIN;
    bool was_fresh = false;
    int vain_count = 0;
    for (int i = 0; i < MOST_ATTEMPTS; i++) {
        int64_t before = t->part.size;
        outcome = attempt(t);
        if (outcome == AFRESH && !was_fresh) {
            was_fresh = true;
            t->status = fth_part_restart(&t->part, t->ask->url, "", t->error);
            if (t->status != FTH_OK)
                return FAILED;
            continue;
        }
        if (outcome != AGAIN)
            return outcome == GOT ? GOT : FAILED;
        vain_count = t->part.size > before ? 0 : vain_count + 1;
        if (vain_count >= MOST_VAIN || !wait_a_little(t, vain_count))
            return FAILED;
    }
    return FAILED;
}

/* GOT when the finished part is the file that was meant. */
static enum outcome check_sum(struct transfer *t, bool was_resumed, char sum[FTH_SHA256_TEXT])
{
    const char *wanted = t->ask->sha256 ? t->ask->sha256 : "";
    t->status = fth_sha256_file(t->part.path, NULL, sum, t->error);
    if (t->status != FTH_OK)
        return FAILED;
    if (!*wanted || strcmp(sum, wanted) == 0)
        return GOT;
    fth_part_discard(&t->part);
    t->status = fth_fail(t->error, FTH_ERR_DATA,
                         "%.400s: what came is not the file that was meant (sha256 %s instead of "
                         "%s); it was removed",
                         t->ask->url, sum, wanted);
    return was_resumed ? AFRESH : FAILED;
}

/* One try from whatever part is there. */
static enum outcome fetch(struct transfer *t, char sum[FTH_SHA256_TEXT])
{
    const struct fth_download *ask = t->ask;
    bool is_summed = ask->sha256 && *ask->sha256;
    t->status = fth_part_open(&t->part, ask->path, ask->url, is_summed, t->error);
    if (t->status == FTH_OK && t->part.size > t->limit)
        t->status = fth_part_restart(&t->part, ask->url, "", t->error);
    if (t->status != FTH_OK)
        return FAILED;
    t->start_size = t->part.size;
    t->start_s = fth_clock_s();
    bool is_whole = ask->size > 0 && t->part.size == ask->size;
    enum outcome outcome = is_whole ? GOT : attempts(t);
    if (outcome == GOT)
        outcome = check_sum(t, t->start_size > 0, sum);
    if (outcome == GOT && ask->check) {
        t->status = ask->check(ask->context, t->part.path, t->error);
        outcome = t->status == FTH_OK ? GOT : FAILED;
        if (outcome == FAILED)
            fth_part_discard(&t->part);
    }
    if (outcome == GOT) {
        t->status = fth_part_publish(&t->part, ask->path, t->error);
        outcome = t->status == FTH_OK ? GOT : FAILED;
    }
    return outcome;
}

enum fth_status fth_download(const struct fth_download *ask, char sha256[FTH_SHA256_TEXT],
                             struct fth_error *error)
{
    char sum[FTH_SHA256_TEXT];
    struct transfer t = {.ask = ask, .part.file = -1, .error = error};
    t.limit = ask->size > 0 ? ask->size : ask->limit > 0 ? ask->limit : FTH_DOWNLOAD_LIMIT;
    pthread_once(&once, start_curl);
    if (!curl_is_ready)
        return fth_fail(error, FTH_ERR_UNSUPPORTED,
                        "downloads need libcurl.so.4, which cannot be loaded here");
    if (!fth_download_allows(ask->url))
        return fth_fail(error, FTH_ERR_USAGE, "%.400s: only https is fetched", ask->url);
    enum outcome outcome = fetch(&t, sum);
    fth_part_close(&t.part);
    if (outcome == AFRESH) { /* an old part had spoiled it */
        outcome = fetch(&t, sum);
        fth_part_close(&t.part);
    }
    if (outcome != GOT)
        return t.status != FTH_OK ? t.status : FTH_ERR_IO;
    memcpy(sha256, sum, sizeof(sum));
    return FTH_OK;
}
