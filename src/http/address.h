/* address.h - who the peer is, through trusted proxies.  Private to src/http. */
#pragma once

#include <sys/socket.h>

#include "conn.h"

struct proxies {
	const char **address; /* in the form of inet_ntop() */
	int n;
};

/* "" for what is neither IPv4 nor IPv6; IPv4 inside IPv6 reads as IPv4. */
void address_text(const struct sockaddr *sa, char out[ADDRESS_MAX]);

/* Text ("::1", "[::1]:80", "192.0.2.1:80") in that same form; false if it is none. */
bool address_parse(struct slice s, char out[ADDRESS_MAX]);

/* A comma-separated list; false if an entry is no address, which *bad then is. */
bool proxies_parse(struct arena *a, const char *list, struct proxies *out, const char **bad);
bool proxies_have(const struct proxies *p, const char *address);

/* The right-most entry of an X-Forwarded-For header that is not a proxy of
 * ours.  Everything to the left of it is hearsay; so is what follows something
 * unreadable, where the search ends with the last address believed. */
const char *address_behind(struct arena *a, const struct proxies *p, const char *peer,
			   const char *forwarded);
