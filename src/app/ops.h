/* ops.h - health, readiness and figures, for operators.  Private to src/app. */
#pragma once

#include "app.h"

/* Before the first request. */
void ops_attach(struct app *app);

bool ops_health(struct ctx *c, const struct http_req *q, struct http_resp *p);
bool ops_ready(struct ctx *c, const struct http_req *q, struct http_resp *p);
bool ops_metrics(struct ctx *c, const struct http_req *q, struct http_resp *p);
