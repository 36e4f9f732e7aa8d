/* SPDX-License-Identifier: Apache-2.0 */
/* Bad luck for a program that is run with this library preloaded: the Nth call of a kind fails, or
 * every one from the Nth on; reads and writes do less than asked; threads sleep at random before
 * they lock and wait. What is asked for stands in the environment, and what was called is counted
 * in a file that outlives a crash:
 *   UNLUCKY=write:7        the 7th write fails, once
 *   UNLUCKY=write:7+       so do all after it
 *   UNLUCKY=short:1        every read and write does half of what it was asked
 *   UNLUCKY=delay:SEED     threads sleep up to a millisecond where they lock, wait and wake
 *   UNLUCKY_COUNTS=FILE    counts, an uint64_t a kind, in the order of `enum kind`
 *   UNLUCKY_PATHS=FILE     by which way through the program each call came: kind, which of its kind
 *                          and a hash of the stack, an uint64_t each
 * Only what fathom asks itself is counted, or a library asks about the job's own files: what
 * others do with their own (fonts, settings) is not ours to survive, and an allocation that fails
 * inside them is reported in ways of their own. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#define SEEN __attribute__((visibility("default")))

enum kind { ALLOC, OPEN, READ, WRITE, NAME, SYNC, MAKE, UNLINK, MAP, THREAD, CLOSE, LIST, STAT,
            SEEK, LOAD, KINDS };
static const char *const kind_names[KINDS] = {"alloc", "open", "read", "write", "name", "sync",
                                              "make", "unlink", "map", "thread", "close", "list",
                                              "stat", "seek", "load"};
static const int kind_errors[KINDS] = {ENOMEM, EMFILE, EIO, ENOSPC, EIO, EIO, ENOSPC, EACCES,
                                       ENOMEM, EAGAIN, EIO, EIO, EACCES, EIO, EMFILE};

enum { MOST_PATHS = 1 << 20, MOST_DEPTH = 64 };
struct path {
    uint64_t kind, nth, stack; /* the kind counts from 1: a row of zeros is none */
};

static struct {
    atomic_uint_fast64_t own[KINDS];
    atomic_uint_fast64_t *counts;
    struct path *paths; /* MOST_PATHS, or NULL */
    atomic_uint_fast64_t path_count;
    int kind; /* that fails, or -1 */
    uint64_t nth;
    bool ever_after, halves;
    atomic_uint_fast64_t chance; /* 0: nobody sleeps */
} luck = {.counts = NULL, .kind = -1};

/* ---- whose call it is */

enum { MOST_RANGES = 64 };
static struct range {
    uintptr_t begin, end;
    bool ours; /* fathom's own code, not a library it stands on */
} ranges[MOST_RANGES];
static atomic_int range_count;

static bool is_named(const char *path, const char *const *names)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    for (; *names; names++)
        if (strncmp(name, *names, strlen(*names)) == 0)
            return true;
    return false;
}

/* Adds those that are not known yet. One thread at a time. */
static int add_range(struct dl_phdr_info *info, size_t size, void *is_first)
{
    static const char *const own[] = {"fathom", "libfathom", "libjansson", NULL};
    static const char *const helpers[] = {"libav", "libOpenEXR", "libtiff", "libonnxruntime", NULL};
    (void)size;
    bool first = *(bool *)is_first; /* the program itself has no name */
    *(bool *)is_first = false;
    bool ours = first || is_named(info->dlpi_name, own);
    if (!ours && !is_named(info->dlpi_name, helpers))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t begin = info->dlpi_addr + part->p_vaddr;
        int count = atomic_load(&range_count), at = 0;
        while (at < count && ranges[at].begin != begin)
            at++;
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X) || at < count || at == MOST_RANGES)
            continue;
        ranges[at] = (struct range){begin, begin + part->p_memsz, ours};
        atomic_store(&range_count, at + 1);
    }
    return 0;
}

static void find_ranges(void)
{
    static atomic_flag busy = ATOMIC_FLAG_INIT;
    bool is_first = true;
    while (atomic_flag_test_and_set(&busy))
        sched_yield();
    dl_iterate_phdr(add_range, &is_first);
    atomic_flag_clear(&busy);
}

static const struct range *range_of(const void *caller)
{
    uintptr_t at = (uintptr_t)caller;
    int count = atomic_load_explicit(&range_count, memory_order_acquire);
    for (int i = 0; i < count; i++)
        if (at >= ranges[i].begin && at < ranges[i].end)
            return &ranges[i];
    return NULL;
}

static bool is_from(const void *caller, bool only_ours)
{
    const struct range *range = range_of(caller);
    return range && (range->ours || !only_ours);
}

/* volatile: the compiler takes it that what we call calls nothing of ours */
static _Thread_local volatile bool looking __attribute__((tls_model("initial-exec")));

/* The way to a call: where in fathom and its helpers it stands, wherever they were loaded. */
static void keep_path(enum kind kind, uint64_t nth)
{
    void *frames[MOST_DEPTH];
    uint64_t hash = 14695981039346656037u, place = atomic_fetch_add(&luck.path_count, 1);
    if (place >= MOST_PATHS)
        return;
    looking = true;
    int count = backtrace(frames, MOST_DEPTH);
    looking = false;
    for (int i = 0; i < count; i++) {
        const struct range *range = range_of(frames[i]);
        if (range)
            hash = (hash ^ ((uintptr_t)frames[i] - range->begin)) * 1099511628211u;
    }
    luck.paths[place] = (struct path){(uint64_t)kind + 1, nth, hash};
}

/* ---- what is asked for */

static void read_wish(const char *wish)
{
    char name[16] = "";
    unsigned long long number = 0;
    char after = '\0';
    if (!wish || sscanf(wish, "%15[a-z]:%llu%c", name, &number, &after) < 2)
        return;
    for (int i = 0; i < KINDS; i++)
        if (strcmp(name, kind_names[i]) == 0)
            luck.kind = i;
    luck.nth = number;
    luck.ever_after = after == '+';
    luck.halves = strcmp(name, "short") == 0;
    if (strcmp(name, "delay") == 0)
        atomic_store(&luck.chance, number * 2654435761u + 1);
}

/* The file the variable names, as memory; NULL if there is none. */
static void *file_of(const char *variable, size_t size)
{
    const char *file = getenv(variable);
    int fd = file ? open(file, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    void *map = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, (off_t)size) == 0)
        map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    return map == MAP_FAILED ? NULL : map;
}

__attribute__((constructor)) static void begin(void)
{
    void *frame = NULL, *counts = file_of("UNLUCKY_COUNTS", sizeof(luck.own));
    backtrace(&frame, 1); /* which loads what it needs */
    luck.paths = file_of("UNLUCKY_PATHS", MOST_PATHS * sizeof(*luck.paths));
    luck.counts = counts ? counts : luck.own;
    find_ranges();
    read_wish(getenv("UNLUCKY"));
}

static bool must_fail(enum kind kind, const void *caller, bool only_ours)
{
    if (!luck.counts || !is_from(caller, only_ours))
        return false;
    uint64_t now = atomic_fetch_add(&luck.counts[kind], 1) + 1;
    if (luck.paths && !looking)
        keep_path(kind, now);
    if (luck.kind != (int)kind || now < luck.nth || (now > luck.nth && !luck.ever_after))
        return false;
    errno = kind_errors[kind];
    return true;
}

#define MUST_FAIL(kind, only_ours) must_fail(kind, __builtin_return_address(0), only_ours)

/* What the system says of itself is no file of the job's: ONNX Runtime does not survive that it
 * cannot read /proc/cpuinfo. */
static bool reads_system(int fd)
{
    enum { PROC = 0x9fa0, SYS = 0x62656572 }; /* linux/magic.h */
    struct statfs info;
    return fstatfs(fd, &info) == 0 && (info.f_type == PROC || info.f_type == SYS);
}

#define READ_FAILS(fd) (!reads_system(fd) && MUST_FAIL(READ, false))

/* ---- the real ones */

/* What dlsym asks for while it looks for malloc itself. */
static char early[1 << 16];
static size_t early_size;

static void *early_alloc(size_t size)
{
    size_t at = (early_size + 15) & ~(size_t)15;
    if (size > sizeof(early) - at)
        abort();
    early_size = at + size;
    return early + at;
}

static bool is_early(const void *block)
{
    return (const char *)block >= early && (const char *)block < early + sizeof(early);
}

static void *volatile to_free; /* what dlsym frees while it looks for free itself */

static void *find(const char *name)
{
    looking = true;
    void *found = dlsym(RTLD_NEXT, name);
    looking = false;
    void *block = to_free;
    to_free = NULL;
    if (block)
        free(block);
    return found;
}

/* REAL(malloc) is the next function of that name, looked for once. */
#define REAL(name)                                                                                 \
    ({                                                                                             \
        static _Atomic(void *) found_;                                                             \
        __typeof__(&name) real_;                                                                   \
        void *there_ = atomic_load(&found_);                                                       \
        if (!there_)                                                                               \
            atomic_store(&found_, there_ = find(#name));                                           \
        memcpy(&real_, &there_, sizeof(real_));                                                    \
        real_;                                                                                     \
    })

/* ---- memory */

SEEN void *malloc(size_t size)
{
    if (looking)
        return early_alloc(size);
    return MUST_FAIL(ALLOC, true) ? NULL : REAL(malloc)(size);
}

SEEN void *calloc(size_t count, size_t size)
{
    if (looking)
        return early_alloc(count * size);
    return MUST_FAIL(ALLOC, true) ? NULL : REAL(calloc)(count, size);
}

SEEN void *realloc(void *block, size_t size)
{
    if (is_early(block)) {
        size_t room = (size_t)(early + sizeof(early) - (char *)block);
        void *copy = malloc(size);
        return copy ? memcpy(copy, block, size < room ? size : room) : NULL;
    }
    return MUST_FAIL(ALLOC, true) ? NULL : REAL(realloc)(block, size);
}

SEEN void *aligned_alloc(size_t alignment, size_t size)
{
    return MUST_FAIL(ALLOC, true) ? NULL : REAL(aligned_alloc)(alignment, size);
}

SEEN int posix_memalign(void **block, size_t alignment, size_t size)
{
    return MUST_FAIL(ALLOC, true) ? ENOMEM : REAL(posix_memalign)(block, alignment, size);
}

SEEN void free(void *block)
{
    if (looking && !is_early(block))
        to_free = block;
    else if (!is_early(block))
        REAL(free)(block);
}

/* ---- files */

static int mode_of(int flags, va_list list)
{
    return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(list, int) : 0;
}

/* What a library of others reads of the machine. */
static bool is_of_system(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/sys/", 5) == 0;
}

#define OPENER(name, ...)                                                                          \
    {                                                                                              \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        int mode = mode_of(flags, list);                                                           \
        va_end(list);                                                                              \
        return MUST_FAIL(OPEN, is_of_system(path)) ? -1 : REAL(name)(__VA_ARGS__, flags, mode); \
    }

SEEN int open(const char *path, int flags, ...) OPENER(open, path)
SEEN int open64(const char *path, int flags, ...) OPENER(open64, path)
SEEN int openat(int folder, const char *path, int flags, ...) OPENER(openat, folder, path)

SEEN int openat64(int folder, const char *path, int flags, ...) OPENER(openat64, folder, path)

#define ONE(type, name, taken, given, kind, only_ours, failed)                                     \
    SEEN type name taken                                                                           \
    {                                                                                              \
        return MUST_FAIL(kind, only_ours) ? failed : REAL(name) given;                             \
    }
/* A call and its form for large files. */
#define BOTH(type, name, taken, given, kind, only_ours, failed)                                    \
    ONE(type, name, taken, given, kind, only_ours, failed)                                         \
    ONE(type, name##64, taken, given, kind, only_ours, failed)

BOTH(FILE *, fopen, (const char *path, const char *how), (path, how), OPEN, false, NULL)
BOTH(int, mkostemp, (char *name, int flags), (name, flags), OPEN, false, -1)

/* Half of what may be done at once, at least a byte. */
static size_t some(size_t size, const void *caller)
{
    return luck.halves && size > 1 && is_from(caller, false) ? size / 2 : size;
}
#define SOME(size) some(size, __builtin_return_address(0))

SEEN ssize_t read(int fd, void *bytes, size_t size)
{
    return READ_FAILS(fd) ? -1 : REAL(read)(fd, bytes, SOME(size));
}

SEEN ssize_t __read_chk(int fd, void *bytes, size_t size, size_t room)
{
    (void)room;
    return READ_FAILS(fd) ? -1 : REAL(read)(fd, bytes, SOME(size));
}

SEEN ssize_t pread(int fd, void *bytes, size_t size, off_t at)
{
    return READ_FAILS(fd) ? -1 : REAL(pread)(fd, bytes, SOME(size), at);
}

SEEN ssize_t pread64(int fd, void *bytes, size_t size, off64_t at)
{
    return READ_FAILS(fd) ? -1 : REAL(pread64)(fd, bytes, SOME(size), at);
}

SEEN ssize_t __pread_chk(int fd, void *bytes, size_t size, off_t at, size_t room)
{
    (void)room;
    return READ_FAILS(fd) ? -1 : REAL(pread)(fd, bytes, SOME(size), at);
}

SEEN ssize_t __pread64_chk(int fd, void *bytes, size_t size, off64_t at, size_t room)
{
    (void)room;
    return READ_FAILS(fd) ? -1 : REAL(pread64)(fd, bytes, SOME(size), at);
}

SEEN ssize_t write(int fd, const void *bytes, size_t size)
{
    return MUST_FAIL(WRITE, false) ? -1 : REAL(write)(fd, bytes, SOME(size));
}

SEEN ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at)
{
    return MUST_FAIL(WRITE, false) ? -1 : REAL(pwrite)(fd, bytes, SOME(size), at);
}

SEEN ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    return MUST_FAIL(WRITE, false) ? -1 : REAL(pwrite64)(fd, bytes, SOME(size), at);
}

/* One that fails is closed all the same, as Linux does. */
SEEN int close(int fd)
{
    bool fails = MUST_FAIL(CLOSE, true);
    int code = REAL(close)(fd);
    if (!fails)
        return code;
    errno = EIO;
    return -1;
}

SEEN int rename(const char *from, const char *to)
{
    return MUST_FAIL(NAME, false) ? -1 : REAL(rename)(from, to);
}

SEEN int link(const char *from, const char *to)
{
    return MUST_FAIL(NAME, false) ? -1 : REAL(link)(from, to);
}

SEEN int fsync(int fd)
{
    return MUST_FAIL(SYNC, false) ? -1 : REAL(fsync)(fd);
}

SEEN int fdatasync(int fd)
{
    return MUST_FAIL(SYNC, false) ? -1 : REAL(fdatasync)(fd);
}

SEEN int mkdir(const char *path, mode_t mode)
{
    return MUST_FAIL(MAKE, false) ? -1 : REAL(mkdir)(path, mode);
}

SEEN int unlink(const char *path)
{
    return MUST_FAIL(UNLINK, false) ? -1 : REAL(unlink)(path);
}

SEEN int unlinkat(int folder, const char *path, int flags)
{
    return MUST_FAIL(UNLINK, false) ? -1 : REAL(unlinkat)(folder, path, flags);
}

SEEN int rmdir(const char *path)
{
    return MUST_FAIL(UNLINK, false) ? -1 : REAL(rmdir)(path);
}

BOTH(off_t, lseek, (int fd, off_t offset, int whence), (fd, offset, whence), SEEK, true, -1)
BOTH(int, ftruncate, (int fd, off_t size), (fd, size), SEEK, true, -1)
#define STATS(name, type)                                                                          \
    ONE(int, f##name, (int fd, struct type *info), (fd, info), STAT, true, -1)                     \
    ONE(int, name, (const char *path, struct type *info), (path, info), STAT, true, -1)            \
    ONE(int, l##name, (const char *path, struct type *info), (path, info), STAT, true, -1)
STATS(stat, stat)
STATS(stat64, stat64)
ONE(int, fstatat, (int folder, const char *path, struct stat *info, int flags),
    (folder, path, info, flags), STAT, true, -1)
ONE(int, fstatat64, (int folder, const char *path, struct stat64 *info, int flags),
    (folder, path, info, flags), STAT, true, -1)

SEEN DIR *opendir(const char *path)
{
    return MUST_FAIL(LIST, true) ? NULL : REAL(opendir)(path);
}

ONE(struct dirent *, readdir, (DIR *folder), (folder), LIST, true, NULL)
ONE(struct dirent64 *, readdir64, (DIR *folder), (folder), LIST, true, NULL)
BOTH(void *, mmap, (void *where, size_t size, int protection, int flags, int fd, off_t offset),
     (where, size, protection, flags, fd, offset), MAP, true, MAP_FAILED)

/* dlerror has nothing to say of one that fails. */
SEEN void *dlopen(const char *name, int how)
{
    void *library = MUST_FAIL(LOAD, true) ? NULL : REAL(dlopen)(name, how);
    find_ranges();
    return library;
}

/* ---- threads */

/* A quarter of the calls sleep, up to a millisecond; which, is the seed's. */
static void dally(const void *caller)
{
    uint64_t state = atomic_load_explicit(&luck.chance, memory_order_relaxed);
    if (state == 0 || !is_from(caller, true))
        return;
    state = state * 6364136223846793005u + 1442695040888963407u;
    atomic_store_explicit(&luck.chance, state | 1, memory_order_relaxed);
    if ((state >> 62) == 0)
        nanosleep(&(struct timespec){.tv_nsec = (long)(state >> 33 & 0xfffff)}, NULL);
}
#define DALLY() dally(__builtin_return_address(0))

SEEN int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*body)(void *),
                        void *context)
{
    DALLY();
    return MUST_FAIL(THREAD, true) ? EAGAIN
                                   : REAL(pthread_create)(thread, attributes, body, context);
}

SEEN int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    DALLY();
    return REAL(pthread_mutex_lock)(mutex);
}

SEEN int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    int code = REAL(pthread_mutex_unlock)(mutex);
    DALLY();
    return code;
}
