/*
 * value.h - what is known about a person, one row per value.
 *
 * SCIM forbids nesting below sub-attributes (RFC 7643, section 2.3.8), so a
 * person is a list of (attribute, element, text).  userName, externalId,
 * displayName and active are columns of users and never values here.
 */
#pragma once

#include "base/ctx.h"
#include "roster/attr.h"

enum { VALUES_MAX = 2000, VALUE_BYTES_MAX = 64 * 1024 };

struct value {
	const struct attr *attr; /* a line with a path                                 */
	int n;                   /* element of a multi-valued attribute, from 0; else 0 */
	const char *text;        /* as it was sent; booleans are "true" and "false"    */
};

struct values {
	struct value *v;
	int count, room;
};

void values_add(struct arena *a, struct values *vs, const struct attr *attr, int n,
		const char *text);
/* Text of (attr, n); NULL if there is none. */
const char *values_text(const struct values *vs, const struct attr *attr, int n);
/* First value of a path, e.g. "name.givenName"; NULL if there is none. */
const char *values_first(const struct values *vs, const char *path);
/* The element marked primary, else the first, of e.g. "emails.value". */
const char *values_primary(const struct values *vs, const char *path);
/* A copy that can be changed without touching the original. */
struct values values_copy(struct arena *a, const struct values *vs);
/* Attributes in the order of the table, elements in theirs. */
void values_sort(struct values *vs);
