/* SPDX-License-Identifier: Apache-2.0 */
/* The handler does two things that are safe in one: set a flag, call fth_session_cancel. */
#include "signals.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

static _Atomic(struct fth_session *) running;
static atomic_bool asked;

static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};
enum { STOPPING_COUNT = sizeof(stopping) / sizeof(stopping[0]) };

static void stop(int number)
{
    (void)number;
    for (int i = 0; i < STOPPING_COUNT; i++)
        signal(stopping[i], SIG_DFL);
    atomic_store(&asked, true);
    struct fth_session *session = atomic_load(&running);
    if (session)
        fth_session_cancel(session);
}

void fth_cli_signals_watch(void)
{
    struct sigaction action = {.sa_handler = stop, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    for (int i = 0; i < STOPPING_COUNT; i++) {
        struct sigaction before;
        /* Whoever started us deaf (nohup, a shell's background job) wants it so. */
        if (sigaction(stopping[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(stopping[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error like a full disk */
}

void fth_cli_signals_session(struct fth_session *session)
{
    atomic_store(&running, session);
    if (session && atomic_load(&asked))
        fth_session_cancel(session);
}

bool fth_cli_signals_asked(void)
{
    return atomic_load(&asked);
}
