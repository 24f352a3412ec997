/* dispatch.h - the life of a request.  Private to src/app. */
#pragma once

#include "http/http.h"

/* For http_listen(): arg is the struct app. */
void dispatch(void *arg, struct arena *a, struct http_req *q, struct http_resp *p);
/* Answers what is refused before it gets that far; p->status says how. */
void dispatch_refusal(void *arg, struct arena *a, struct http_req *q, struct http_resp *p);
