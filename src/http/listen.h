/* listen.h - the listening socket and the files of TLS.  Private to src/http. */
#pragma once

#include "http/server.h"

/* A listening socket; -1 with err set.  *got is its port. */
int listen_open(const char *address, int port, int *got, struct err *err);

/* All of a PEM file, NUL-terminated, in the arena; NULL with err set. */
char *listen_pem(struct arena *a, const char *path, struct err *err);
