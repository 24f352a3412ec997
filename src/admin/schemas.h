/*
 * schemas.h - shapes of bodies and answers, in short.  Private to src/admin.
 *
 * A shape is a list of "name:type" with a blank between.  A type is string, int, bool, time,
 * any, flags (an object of booleans), text (a string, or a number in its place), a word of
 * enumerations below, or the name of another shape.  Behind it: [] a list of them,
 * ? or null, ! must be there.  Where no member has a !, as in answers, all must but those with ~.
 */
#pragma once

#include "http/json.h"

struct shape {
	const char *name;
	bool closed;         /* a body: other members are refused                */
	const char *members; /* or JSON, if it begins with a brace         */
};
extern const struct shape admin_shapes[]; /* ends with a NULL name */

/* Query parameters: name, type and what they mean. */
struct parameter {
	const char *name, *type, *description;
};
extern const struct parameter admin_parameters[]; /* ends with a NULL name */

/* The JSON Schema of a shape, and of a type. */
json_t *schema_of_shape(struct ctx *c, const struct shape *s);
json_t *schema_of_type(struct ctx *c, const char *type);
