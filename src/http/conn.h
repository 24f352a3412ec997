/* conn.h - what the library knows of a request, in our types.  Private to src/http. */
#pragma once

#include "http/http.h"

struct MHD_Connection;

enum conn_part { CONN_HEADERS, CONN_QUERY };

/* Calls visit for every header or query parameter, in order and undecoded,
 * until it returns false. */
typedef bool conn_visitor(void *arg, struct slice name, struct slice value);
void conn_each(struct MHD_Connection *conn, enum conn_part part, conn_visitor *visit, void *arg);

/* All values of a header, joined by commas; NULL if absent. */
const char *conn_header_all(struct arena *a, struct MHD_Connection *conn, const char *name);

/* 0, or the status to refuse the request with before any of its body is read:
 * 400 where two readers could disagree about where the body ends (RFC 9112,
 * section 6.3), 413 where it is announced to be over body_max. */
int conn_refusal(struct MHD_Connection *conn, const char *version, size_t body_max);

/* The peer's address; "" if unknown. */
enum { ADDRESS_MAX = 46 };
void conn_peer(struct MHD_Connection *conn, char out[ADDRESS_MAX]);
