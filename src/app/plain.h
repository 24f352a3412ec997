/* plain.h - errors as one line of text, for URLs that belong to no protocol.  Private to src/app.
 */
#pragma once

#include "http/http.h"

void plain_error(struct ctx *c, struct http_resp *p);
void plain_respond(struct http_resp *p, int status, struct slice text);
