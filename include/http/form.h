/* form.h - bodies of type application/x-www-form-urlencoded (WHATWG URL, section 5.1). */
#pragma once

#include "http/http.h"

enum { FORM_FIELDS_MAX = 32 };

struct form {
	struct form_field {
		const char *name, *value; /* decoded UTF-8, no NUL */
	} field[FORM_FIELDS_MAX];
	int fields;
};

/* ERR_MEDIA for another type; ERR_SYNTAX for what does not decode, for a field sent
 * twice, for too many of them. */
bool form_body(struct ctx *c, const struct http_req *q, struct form *out) MUST;
/* NULL if absent. */
const char *form_value(const struct form *f, const char *name);

/* The token of a form: bound to a cookie that this browser has (it is set if need be). */
bool form_token(struct ctx *c, const struct http_req *q, struct http_resp *p,
		const char **out) MUST;
/* Reads a form that one of our pages sent from this browser; ERR_FORBIDDEN else. */
bool form_ours(struct ctx *c, const struct http_req *q, struct form *out) MUST;
