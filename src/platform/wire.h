/* wire.h - a connection to a syslog server, with TLS or without.  Private to src/platform. */
#pragma once

#include "base/ctx.h"
#include "base/text.h"

/* Where to, and who vouches for it. */
struct wire_target {
	const char *host, *port;
	bool tls;
	const char *ca_file; /* NULL: the system's certificates */
};

struct wire;

/* Connects, and shakes hands; NULL with an error.  Owned by the caller. */
struct wire *wire_open(struct ctx *c, const struct wire_target *to);
void wire_close(struct wire *w); /* NULL: nothing */

/* Writes it all, and waits until the other machine has acknowledged it, and has not hung up
 * a moment later: the server may have gone before it read what its machine had. */
bool wire_send(struct ctx *c, struct wire *w, struct slice bytes) MUST;
/* False once the other side has hung up. */
bool wire_alive(struct wire *w);

/* Do the certificates load? */
bool wire_check(struct ctx *c, const struct wire_target *to) MUST;
