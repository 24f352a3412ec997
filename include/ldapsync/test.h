/* test.h - tries a connection out: what answers, and what would become of it. */
#pragma once

#include "ldapsync/connection.h"

/*
 * Connects, binds, reads a few people and groups and shows them as they would be taken in;
 * writes nothing.  What went wrong is in the answer, not an error.  On a thread that may wait.
 * *out is a JSON object in c's arena.
 */
bool ldap_connection_test(struct ctx *c, const struct ldap_connection *l, json_t **out) MUST;
