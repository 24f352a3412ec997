/* signin_settings.c - limits of sessions, and where sign-in may lead to. */
#include "roster/signin_settings.h"

#include <string.h>
#include <strings.h>

#include "base/org.h"
#include "base/text.h"

enum { PATH_MAX_BYTES = 2000 };

/* One target to a line; none of them can have a line break in it. */
static void split_targets(struct ctx *c, const char *text, struct signin_settings *s)
{
	s->return_target = arena_array(c->arena, const char *, RETURN_TARGETS_MAX);
	while (*text && s->return_targets < RETURN_TARGETS_MAX) {
		size_t n = strcspn(text, "\n");

		s->return_target[s->return_targets++] = arena_strndup(c->arena, text, n);
		text += n + (text[n] != '\0');
	}
}

bool signin_settings_get(struct ctx *c, struct signin_settings *out)
{
	struct rows r;

	*out = (struct signin_settings){ .idle_minutes = IDLE_MINUTES_UNSET,
					 .absolute_minutes = ABSOLUTE_MINUTES_UNSET };
	if (!db_run(c, &r,
		    "SELECT idle_minutes, absolute_minutes, sso_only, return_targets"
		    " FROM signin_settings WHERE org_id = $1",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	if (!r.count)
		return true;
	out->idle_minutes = row_int(&r, 0, 0);
	out->absolute_minutes = row_int(&r, 0, 1);
	out->sso_only = row_bool(&r, 0, 2);
	split_targets(c, row_text(&r, 0, 3), out);
	return true;
}

/* Nothing that browsers drop, or take for a slash. */
static bool plain(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == '\\' || *s == 0x7f)
			return false;
	return true;
}

/* "https://host" or "http://host", with port and path; nobody's name before the host. */
static bool is_target(const char *s)
{
	size_t scheme = strncasecmp(s, "https://", 8) == 0  ? 8
			: strncasecmp(s, "http://", 7) == 0 ? 7
							    : 0;
	size_t host = scheme ? strcspn(s + scheme, "/?#") : 0;

	return host && strlen(s) <= RETURN_TARGET_BYTES_MAX && plain(s) &&
	       !memchr(s + scheme, '@', host) && !strpbrk(s + scheme + host, "?#");
}

static bool check(struct ctx *c, const struct signin_settings *s)
{
	if (s->idle_minutes < SESSION_MINUTES_MIN || s->idle_minutes > SESSION_MINUTES_MAX ||
	    s->absolute_minutes < SESSION_MINUTES_MIN || s->absolute_minutes > SESSION_MINUTES_MAX)
		return error(c, ERR_VALUE, "a session's limits are %d to %d minutes",
			     SESSION_MINUTES_MIN, SESSION_MINUTES_MAX);
	if (s->return_targets > RETURN_TARGETS_MAX)
		return error(c, ERR_VALUE, "%d return targets are the most", RETURN_TARGETS_MAX);
	for (int i = 0; i < s->return_targets; i++)
		if (!is_target(s->return_target[i]))
			return error(c, ERR_VALUE,
				     "a return target is like https://host or https://host/path, "
				     "not \"%.100s\"",
				     s->return_target[i]);
	return true;
}

bool signin_settings_save(struct ctx *c, const struct signin_settings *s)
{
	struct buf targets = buf_in(c->arena, RETURN_TARGETS_MAX * (RETURN_TARGET_BYTES_MAX + 1));

	if (!check(c, s))
		return false;
	buf_puts(&targets, "");
	for (int i = 0; i < s->return_targets; i++)
		buf_printf(&targets, "%s%s", i ? "\n" : "", s->return_target[i]);
	return db_run(c, NULL,
		      "INSERT INTO signin_settings (org_id, idle_minutes, absolute_minutes,"
		      " sso_only, return_targets, changed) VALUES ($1, $2, $3, $4, $5, $6)"
		      " ON CONFLICT (org_id) DO UPDATE SET idle_minutes = excluded.idle_minutes,"
		      " absolute_minutes = excluded.absolute_minutes,"
		      " sso_only = excluded.sso_only, return_targets = excluded.return_targets,"
		      " changed = excluded.changed",
		      DB_ARGS(db_text(c->org->id), db_int(s->idle_minutes),
			      db_int(s->absolute_minutes), db_bool(s->sso_only),
			      db_text(targets.n ? targets.p : ""), db_int(c->now)));
}

/* Below, as browsers see it: they walk up where a path says "..". */
static bool below(const char *target, const char *top)
{
	size_t n = strlen(top);

	if (strncmp(target, top, n) != 0 || strstr(target, "/..") || strcasestr(target, "%2e"))
		return false;
	return top[n - 1] == '/' || !target[n] || strchr("/?#", target[n]);
}

const char *return_target_allowed(const struct signin_settings *s, const char *target)
{
	if (!target || !*target || strlen(target) > PATH_MAX_BYTES || !plain(target) ||
	    !text_is_utf8(target))
		return NULL;
	if (target[0] == '/')
		return target[1] == '/' ? NULL : target;
	for (int i = 0; s && i < s->return_targets; i++)
		if (below(target, s->return_target[i]))
			return target;
	return NULL;
}
