/* net.h - which other machines this server asks by itself, and which it must not. */
#pragma once

#include <sys/socket.h>

#include "base/ctx.h"

/* What the operator allows, of the process, before threads: addresses that are not public,
 * this machine's own included; and http without TLS to others. */
void net_allow(bool private_too, bool plain_too);
bool net_private_allowed(void);

/* False for loopback, private, link-local, reserved and multicast addresses (RFC 6890). */
bool address_is_public(const struct sockaddr *sa);
/* May a connection be made to it? */
bool net_reachable(const struct sockaddr *sa);

/* "localhost", "127.0.0.1", "[::1]", in n bytes. */
bool host_is_loopback(const char *host, size_t n);

/*
 * An https URL with a host and no user, of 2000 bytes at most; http where the host is this
 * machine, or the operator allows it.  Else ERR_VALUE, which calls it what.
 */
bool net_url_check(struct ctx *c, const char *what, const char *url) MUST;
