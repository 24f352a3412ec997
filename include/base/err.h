/*
 * err.h - one error, from the line that found it to the edge that answers it.
 *
 * Every function that can fail returns bool and is marked MUST.  On false the
 * reason is in ctx->err; the caller returns false too, and adds nothing.  Only
 * an edge (SCIM, SAML, UI, sync) turns a kind into a status, a page or a log
 * line.  Nothing below an edge writes to the log.
 */
#pragma once

#include <stdbool.h>

#define MUST __attribute__((warn_unused_result))

/* For the rare call whose failure changes nothing; say why in a comment. */
#define IGNORE(call) ((void)!(call))

enum err_kind {
	ERR_NONE,

	/* the caller's doing: msg is for the caller to read */
	ERR_SYNTAX,     /* not JSON, not XML, not a form               */
	ERR_VALUE,      /* a value of the wrong type, size or meaning  */
	ERR_FILTER,     /* a SCIM filter that does not parse           */
	ERR_PATH,       /* a SCIM path that names nothing              */
	ERR_NO_TARGET,  /* a PATCH path that matches no value          */
	ERR_MUTABILITY, /* a read-only or immutable attribute          */
	ERR_TOO_MANY,   /* more results than we are willing to build   */
	ERR_TOO_LARGE,  /* a body over the limit                       */
	ERR_MEDIA,      /* a body of a type we do not read             */
	ERR_UNAUTHENTICATED,
	ERR_FORBIDDEN,
	ERR_STEP_UP, /* allowed, after showing anew who it is       */
	ERR_BUSY,    /* too many attempts: later                  */
	ERR_SEATS,   /* the licence has no free seat, policy "refuse" */
	ERR_NOT_FOUND,
	ERR_GONE,          /* it was there, and is not kept any more      */
	ERR_METHOD,        /* the path exists, the method does not        */
	ERR_UNIQUE,        /* the name is taken                           */
	ERR_CONFLICT,      /* the state of things forbids it              */
	ERR_VERSION,       /* If-Match does not match                     */
	ERR_UNIMPLEMENTED, /* the RFC names it, we do not offer it        */

	/* ours: msg is for the log, the caller learns only that it failed */
	ERR_RETRY,       /* the database asks to run the work again     */
	ERR_UNAVAILABLE, /* database, directory or IdP out of reach     */
	ERR_FULL,        /* no room left on the database's disk         */
	ERR_INTERNAL,

	ERR_KINDS
};

struct err {
	enum err_kind kind;
	const char *file;
	int line;
	char msg[256]; /* UTF-8, one line, truncated */
};

/* Records the first error only; returns false, so: return error(c, ...); */
bool err_set(struct err *e, const char *file, int line, enum err_kind kind, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));

#define error(c, kind, ...) err_set(&(c)->err, __FILE__, __LINE__, (kind), __VA_ARGS__)

/* True, and the error is forgotten, if it is of this kind: for the few places
 * that can go on after a failure. */
bool err_take(struct err *e, enum err_kind kind);

/* "not_found"; for logs and metrics. */
const char *err_name(enum err_kind kind);
