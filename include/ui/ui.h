/*
 * ui.h - the web console under /console: static files, embedded in the program.
 *
 * The page is the same for everybody and holds nothing; what it shows it asks of /api/v1.
 * Its parts have a digest of them all in their path, and so may be kept for ever.
 */
#pragma once

#include "http/http.h"

bool ui_page(struct ctx *c, const struct http_req *q, struct http_resp *p);
/* /console/assets/{digest}/{name}, and one folder deeper. */
bool ui_asset(struct ctx *c, const struct http_req *q, struct http_resp *p);

/* Made by src/ui/embed.sh; none if the console was left out of the build. */
struct ui_file {
	const char *name, *type; /* "screens/people.js", "text/javascript; charset=utf-8" */
	struct slice plain, gzip;
};
extern const struct ui_file ui_files[];
extern const int ui_file_count;
extern const char ui_digest[]; /* hex, of all files */
