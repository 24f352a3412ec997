/* session.c - sessions: opened, ended, listed. */
#include "session.h"

#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/secret.h"
#include "base/text.h"
#include "roster/signin_settings.h"

enum { RANDOM_BYTES = 32, MINUTE_MS = 60 * 1000 };

#define KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)

/* Between the parts that are sealed together; XML and NameIDs cannot have it. */
static const char between[] = "\x1f";
static const char purpose[] = "session";

void session_fill(struct session *s, const struct rows *r, int row)
{
	*s = (struct session){
		.id = row_text(r, row, 0),
		.user_id = row_text(r, row, 1),
		.method = row_text(r, row, 2),
		.source_id = row_text(r, row, 3),
		.address = row_text(r, row, 4),
		.agent = row_text(r, row, 5),
		.created = row_int(r, row, 6),
		.last_seen = row_int(r, row, 7),
		.expires = row_int(r, row, 8),
		.idle_ms = row_int(r, row, 9),
		.ended = row_int(r, row, 10),
		.ended_reason = row_text(r, row, 11),
		.proved = row_int(r, row, 12),
	};
}

const char *session_secret(struct ctx *c)
{
	struct buf b = buf_in(c->arena, 128);

	for (const char *p = c->org->id; *p; p++)
		if (*p != '-')
			buf_put(&b, p, 1);
	buf_printf(&b, ".%s", secret_random(c->arena, RANDOM_BYTES));
	return b.p;
}

/* A key to find (connection, text) by; NULL for no text. */
static const char *key_of(struct ctx *c, const char *source_id, const char *text)
{
	if (!text)
		return NULL;
	return secret_digest(c->arena,
			     arena_printf(c->arena, "%s\n%s", source_id ? source_id : "", text));
}

static bool seal(struct ctx *c, const struct session_new *n, const char **out)
{
	const char *parts[] = { n->name_id, n->name_id_xml, n->session_index };
	struct buf b = buf_in(c->arena, 64 * 1024);

	*out = NULL;
	if (!n->name_id)
		return true;
	for (int i = 0; i < 3; i++) {
		if (parts[i] && strpbrk(parts[i], between))
			return error(c, ERR_VALUE, "a NameID has a control character");
		buf_puts(&b, i ? between : "");
		buf_puts(&b, parts[i] ? parts[i] : "");
	}
	if (b.over)
		return error(c, ERR_VALUE, "a NameID is too long");
	return secret_seal(c, purpose, b.p, out);
}

/* Shortened to whole characters. */
static const char *short_agent(struct ctx *c, const char *agent)
{
	size_t n = agent ? strlen(agent) : 0;

	if (n <= SESSION_AGENT_MAX)
		return agent && text_is_utf8(agent) ? agent : NULL;
	if (!text_is_utf8(agent))
		return NULL;
	for (n = SESSION_AGENT_MAX; n && ((unsigned char)agent[n] & 0xc0) == 0x80; n--)
		;
	return arena_strndup(c->arena, agent, n);
}

static bool make(struct ctx *c, const struct session_new *n, struct session *s)
{
	struct signin_settings limits;

	if (!signin_settings_get(c, &limits))
		return false;
	*s = (struct session){
		.id = id_new(c->arena),
		.user_id = n->user_id,
		.method = n->method,
		.source_id = n->source_id,
		.address = n->address,
		.agent = short_agent(c, n->agent),
		.created = c->now,
		.last_seen = c->now,
		.proved = n->proved && n->proved < c->now ? n->proved : c->now,
		.expires = c->now + limits.absolute_minutes * MINUTE_MS,
		.idle_ms = limits.idle_minutes * MINUTE_MS,
	};
	if (n->not_after > c->now && n->not_after < s->expires)
		s->expires = n->not_after;
	return true;
}

/* The cookie is about to be overwritten: nobody could end that session any more. */
static bool replace(struct ctx *c, const char *presented)
{
	return !presented ||
	       db_push(c,
		       "UPDATE sessions SET ended = $3, ended_reason = 'signed in again'"
		       " WHERE org_id = $1 AND (digest = $2 OR next_digest = $2) AND ended = 0",
		       DB_ARGS(db_text(c->org->id), db_text(secret_digest(c->arena, presented)),
			       db_int(c->now)));
}

bool session_open(struct ctx *c, const struct session_new *n, struct session **out,
		  const char **secret)
{
	struct session *s = arena_new(c->arena, struct session);
	const char *sealed;

	if (!make(c, n, s) || !seal(c, n, &sealed) || !replace(c, n->replaces))
		return false;
	*out = s;
	*secret = session_secret(c);
	return db_push(c,
		       "INSERT INTO sessions (org_id, id, user_id, method, source_id, digest,"
		       " renewed, confirmed, name_key, index_key, sealed, address, agent, created,"
		       " last_seen, idle_ms, expires, ended, proved) VALUES ($1, $2, $3, $4, $5,"
		       " $6, $7, $7, $8, $9, $10, $11, $12, $7, $7, $13, $14, 0, $15)",
		       DB_ARGS(db_text(c->org->id), db_text(s->id), db_text(s->user_id),
			       db_text(s->method), db_text(s->source_id),
			       db_text(secret_digest(c->arena, *secret)), db_int(c->now),
			       db_text(key_of(c, n->source_id, n->name_id)),
			       db_text(key_of(c, n->source_id, n->session_index)), db_text(sealed),
			       db_text(s->address), db_text(s->agent), db_int(s->idle_ms),
			       db_int(s->expires), db_int(s->proved)));
}

int64_t session_fresh_until(const struct session *s)
{
	return s->proved + SESSION_FRESH_MS;
}

bool session_end(struct ctx *c, const char *id, const char *reason, const char **user_id)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE sessions SET ended_reason = CASE WHEN ended = 0 THEN $4"
		    " ELSE ended_reason END, ended = CASE WHEN ended = 0 THEN $3 ELSE ended END"
		    " WHERE org_id = $1 AND id = $2 RETURNING user_id",
		    DB_ARGS(db_text(c->org->id), db_text(id), db_int(c->now), db_text(reason))))
		return false;
	if (r.count != 1)
		return error(c, ERR_NOT_FOUND, "there is no session %.100s", id);
	if (user_id)
		*user_id = row_text(&r, 0, 0);
	return true;
}

bool session_end_all(struct ctx *c, const char *user_id, const char *reason, int64_t *n)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE sessions SET ended = $3, ended_reason = $4 WHERE org_id = $1"
		    " AND user_id = $2 AND ended = 0",
		    DB_ARGS(db_text(c->org->id), db_text(user_id), db_int(c->now),
			    db_text(reason))))
		return false;
	if (n)
		*n = r.changed;
	return true;
}

bool session_end_source(struct ctx *c, const char *source_id, const char *reason)
{
	return db_run(c, NULL,
		      "UPDATE sessions SET ended = $3, ended_reason = $4 WHERE org_id = $1"
		      " AND source_id = $2 AND ended = 0",
		      DB_ARGS(db_text(c->org->id), db_text(source_id), db_int(c->now),
			      db_text(reason)));
}

bool session_end_named(struct ctx *c, const char *source_id, const char *name_id,
		       const char *session_index, const char *reason, int64_t *n,
		       const char **user_id)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE sessions SET ended = $4, ended_reason = $5 WHERE org_id = $1"
		    " AND source_id = $2 AND name_key = $3 AND ended = 0"
		    " AND (CAST($6 AS TEXT) IS NULL OR index_key = $6) RETURNING user_id",
		    DB_ARGS(db_text(c->org->id), db_text(source_id),
			    db_text(key_of(c, source_id, name_id)), db_int(c->now), db_text(reason),
			    db_text(key_of(c, source_id, session_index)))))
		return false;
	if (n)
		*n = r.count;
	if (user_id)
		*user_id = r.count ? row_text(&r, 0, 0) : NULL;
	return true;
}

static const char *part(struct ctx *c, const char **at)
{
	size_t n = strcspn(*at, between);
	const char *out = n ? arena_strndup(c->arena, *at, n) : NULL;

	*at += n + ((*at)[n] != '\0');
	return out;
}

bool session_slo(struct ctx *c, const char *id, struct session_slo *out)
{
	const char *text;
	struct rows r;

	*out = (struct session_slo){ 0 };
	if (!db_run(c, &r, "SELECT source_id, sealed FROM sessions WHERE org_id = $1 AND id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	if (!r.count || !row_text(&r, 0, 1))
		return true;
	if (!secret_unseal(c, purpose, row_text(&r, 0, 1), &text))
		return false;
	out->source_id = row_text(&r, 0, 0);
	out->name_id = part(c, &text);
	out->name_id_xml = part(c, &text);
	out->session_index = part(c, &text);
	return true;
}

#define LIVE                                                                                       \
	" FROM sessions s JOIN users u ON u.org_id = s.org_id AND u.id = s.user_id"                \
	" WHERE s.org_id = $1 AND s.ended = 0 AND s.expires > $2 AND s.last_seen + s.idle_ms > $2" \
	" AND (CAST($3 AS TEXT) IS NULL OR s.user_id = $3)"

bool session_list(struct ctx *c, const char *user_id, const char *before, int64_t limit,
		  struct session_view **out, int *count, int64_t *total)
{
	struct rows r, all;
	struct db_val v[] = { db_text(c->org->id), db_int(c->now), db_text(user_id),
			      db_text(before), db_int(limit) };
	const struct db_stmt stmts[] = {
		{ "SELECT " SESSION_COLUMNS ", u.user_name" LIVE
		  " AND ($4 = '' OR s.id < $4) ORDER BY s.id DESC LIMIT $5",
		  { v, 5 },
		  &r },
		{ "SELECT count(*)" LIVE, { v, 3 }, &all },
	};

	if (!db_run_all(c, stmts, 2))
		return false;
	*out = arena_array(c->arena, struct session_view, (size_t)r.count);
	*count = r.count;
	*total = row_int(&all, 0, 0);
	for (int i = 0; i < r.count; i++) {
		session_fill(&(*out)[i].session, &r, i);
		(*out)[i].user_name = row_text(&r, i, SESSION_COLUMN_COUNT);
	}
	return true;
}

bool session_sweep(struct ctx *c, int64_t limit)
{
	return db_run(c, NULL,
		      "DELETE FROM sessions WHERE org_id = $1 AND id IN (SELECT s.id FROM sessions "
		      "s"
		      " WHERE s.org_id = $1 AND (s.expires < $2 OR s.ended BETWEEN 1 AND $2)"
		      " ORDER BY s.id LIMIT $3)",
		      DB_ARGS(db_text(c->org->id), db_int(c->now - KEPT_MS), db_int(limit))) &&
	       db_run(c, NULL, "DELETE FROM password_links WHERE org_id = $1 AND expires < $2",
		      DB_ARGS(db_text(c->org->id), db_int(c->now - KEPT_MS)));
}
