/* place.h - workspaces and the projects in them. */
#pragma once

#include "db/db.h"

struct workspace {
	const char *id, *title; /* title unique without case */
	bool personal;          /* a sandbox: takes no members */
	int64_t created, changed;
};

struct project {
	const char *id, *workspace_id, *title;
	int64_t created, changed;
};

bool workspace_create(struct ctx *c, struct workspace *w) MUST; /* ERR_UNIQUE */
bool workspace_get(struct ctx *c, const char *id, struct workspace **out) MUST;
/* Without regard to case; NULL if there is none. */
bool workspace_find_title(struct ctx *c, const char *title, struct workspace **out) MUST;
bool workspace_save(struct ctx *c, const struct workspace *w) MUST;
/* ERR_CONFLICT while it has projects.  Grants on it go. */
bool workspace_delete(struct ctx *c, const char *id) MUST;
/* After this id ("" from the start), limit at most. */
bool workspace_list(struct ctx *c, const char *after, int64_t limit, struct workspace **out,
		    int *count) MUST;

bool project_create(struct ctx *c, struct project *p) MUST; /* ERR_VALUE: no such workspace */
bool project_get(struct ctx *c, const char *id, struct project **out) MUST;
bool project_save(struct ctx *c, const struct project *p) MUST;
bool project_delete(struct ctx *c, const char *id) MUST;
bool project_list(struct ctx *c, const char *after, int64_t limit, struct project **out,
		  int *count) MUST;
