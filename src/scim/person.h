/* person.h - a User in JSON -> struct user; PATCH operations on one. */
#pragma once

#include "http/json.h"
#include "roster/user.h"
#include "settings.h"

enum { PATCH_OPERATIONS_MAX = 2000 };

/*
 * Reads the body of a POST or PUT.  Names without case; read-only members,
 * unknown ones and nulls ignored; types checked and coerced ("True", one object
 * for an array, one-element array for a scalar).  Of several values marked primary the
 * first keeps the mark; the same type and value twice are one.  u starts zeroed; *active_given
 * says whether "active" was there.
 */
bool user_from_json(struct ctx *c, const struct scim_settings *set, const json_t *body,
		    struct user *u, bool *active_given) MUST;

/* The PatchOp body applied in order to u (a copy of the stored one; its values
 * are changed in place).  ERR_SYNTAX, ERR_PATH, ERR_NO_TARGET, ERR_VALUE,
 * ERR_MUTABILITY. */
bool user_patch(struct ctx *c, const struct scim_settings *set, const json_t *body,
		struct user *u) MUST;

/* What a PatchOp does to a Group, in order. */
struct group_op {
	enum {
		MEMBERS_ADD,
		MEMBERS_REMOVE,
		MEMBERS_REPLACE,
		MEMBERS_CLEAR,
		SET_NAME,
		SET_EXTERNAL_ID
	} kind;
	const char **refs; /* members */
	int n;
	const char *text; /* SET_*; NULL: unset */
};
struct group_ops {
	struct group_op *op;
	int count;
};
bool group_patch(struct ctx *c, const struct scim_settings *set, const json_t *body,
		 struct group_ops *out) MUST;

/* The body of a POST or PUT of a Group.  members_given: false if absent. */
struct group_body {
	const char *display_name, *external_id;
	const char **refs;
	int n;
	bool members_given, external_id_given;
};
bool group_from_json(struct ctx *c, const struct scim_settings *set, const json_t *body,
		     struct group_body *out) MUST;
