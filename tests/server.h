/* SPDX-License-Identifier: Apache-2.0 */
/* The lying server of the tests of downloads (infer/lying_server.py), started and stopped. */
#ifndef FTH_TESTS_SERVER_H
#define FTH_TESTS_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

struct server {
    pid_t child;
    int alive; /* closing it ends the server */
    int port;
};

/* False when there is no Python to run it. `certificate` and `key` NULL: plain http. */
bool server_start(struct server *server, const char *certificate, const char *key);
void server_stop(struct server *server);

#endif
