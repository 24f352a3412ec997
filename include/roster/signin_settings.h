/* signin_settings.h - how people of an organization sign in, and for how long. */
#pragma once

#include "db/db.h"

enum {
	IDLE_MINUTES_UNSET = 8 * 60,
	ABSOLUTE_MINUTES_UNSET = 24 * 60,
	SESSION_MINUTES_MIN = 5,
	SESSION_MINUTES_MAX = 30 * 24 * 60,
	RETURN_TARGETS_MAX = 20,
	RETURN_TARGET_BYTES_MAX = 500
};

struct signin_settings {
	int64_t idle_minutes, absolute_minutes;
	bool sso_only;              /* local passwords of guarded accounts only          */
	const char **return_target; /* "https://host[:port]/path": also what is below it */
	int return_targets;
};

/* Of c->org; the defaults where nothing was set. */
bool signin_settings_get(struct ctx *c, struct signin_settings *out) MUST;
/* ERR_VALUE for limits and targets that cannot be. */
bool signin_settings_save(struct ctx *c, const struct signin_settings *s) MUST;

/*
 * Where a person may be sent after signing in: a path of this server ("/x", never "//x",
 * "/\x" or anything with control characters), or below one of the targets (which may be
 * NULL: none but paths).  NULL if it is neither.
 */
const char *return_target_allowed(const struct signin_settings *s, const char *target);
