/* schemas.h - JSON schemas of bodies and answers.  Private to src/admin. */
#pragma once

struct schema {
	const char *name, *text; /* text: JSON */
};

extern const struct schema admin_schemas[]; /* ends with a NULL name */

/* Query parameters: name, schema and what they mean. */
struct parameter {
	const char *name, *text, *description;
};
extern const struct parameter admin_parameters[]; /* ends with a NULL name */
