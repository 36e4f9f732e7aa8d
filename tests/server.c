/* SPDX-License-Identifier: Apache-2.0 */
/* The server lives as long as its standard input, so that no test can leave one behind. */
#include "server.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

static void run_child(int in, int out, const char *certificate, const char *key)
{
    const char *script = fth_test_source("tests/infer/lying_server.py");
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    for (int fd = 3; fd < 256; fd++)
        close(fd);
    execlp("python3", "python3", script, certificate, key, (char *)NULL);
    _exit(127);
}

bool server_start(struct server *server, const char *certificate, const char *key)
{
    int to[2], from[2];
    *server = (struct server){-1, -1, 0};
    if (pipe(to) != 0 || pipe(from) != 0)
        return false;
    fflush(NULL);
    server->child = fork();
    if (server->child == 0)
        run_child(to[0], from[1], certificate, key);
    close(to[0]);
    close(from[1]);
    server->alive = to[1];
    FILE *answer = fdopen(from[0], "r");
    bool started = answer && server->child > 0 && fscanf(answer, "%d", &server->port) == 1;
    if (answer)
        fclose(answer);
    if (!started)
        server_stop(server);
    return started;
}

void server_stop(struct server *server)
{
    if (server->alive >= 0)
        close(server->alive);
    if (server->child > 0)
        waitpid(server->child, NULL, 0);
    *server = (struct server){-1, -1, 0};
}
