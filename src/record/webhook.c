/* webhook.c - endpoints that get events, as administrators set them. */
#include "record/webhook.h"

#include <ctype.h>
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "base/text.h"

#define COLS                                                                                       \
	"w.id, w.name, w.url, w.events, w.secret, w.old_secret, w.old_until, w.paused, w.place,"   \
	" w.failures, w.failing_since, w.delivered, w.last_error, w.created, w.changed"
#define COUNTS                                                                                     \
	", (SELECT COUNT(*) FROM webhook_deliveries d WHERE d.org_id = $1"                         \
	" AND d.webhook_id = w.id AND d.state = 'waiting')"                                        \
	", (SELECT COUNT(*) FROM webhook_deliveries d WHERE d.org_id = $1"                         \
	" AND d.webhook_id = w.id AND d.state = 'dead')"

static void fill(struct webhook *w, const struct rows *r, int row)
{
	*w = (struct webhook){
		.id = row_text(r, row, 0),
		.name = row_text(r, row, 1),
		.url = row_text(r, row, 2),
		.events = row_text(r, row, 3),
		.secret = row_text(r, row, 4),
		.old_secret = row_text(r, row, 5),
		.old_until = row_int(r, row, 6),
		.paused = row_text(r, row, 7),
		.place = row_int(r, row, 8),
		.failures = row_int(r, row, 9),
		.failing_since = row_int(r, row, 10),
		.delivered = row_int(r, row, 11),
		.last_error = row_text(r, row, 12),
		.created = row_int(r, row, 13),
		.changed = row_int(r, row, 14),
		.waiting = row_int(r, row, 15),
		.dead = row_int(r, row, 16),
	};
}

bool webhook_list(struct ctx *c, struct webhook **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS COUNTS " FROM webhooks w WHERE w.org_id = $1 ORDER BY w.id",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*count = r.count;
	*out = arena_array(c->arena, struct webhook, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

bool webhook_get(struct ctx *c, const char *id, struct webhook **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS COUNTS " FROM webhooks w WHERE w.org_id = $1 AND w.id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	if (!r.count)
		return error(c, ERR_NOT_FOUND, "there is no webhook %.100s", id);
	*out = arena_new(c->arena, struct webhook);
	fill(*out, &r, 0);
	return true;
}

bool webhook_create(struct ctx *c, struct webhook *w)
{
	struct webhook *others;
	int n;

	if (!webhook_list(c, &others, &n))
		return false;
	if (n >= WEBHOOKS_MAX)
		return error(c, ERR_CONFLICT,
			     "an organization has %d webhooks at most; delete one first",
			     WEBHOOKS_MAX);
	w->id = id_new(c->arena);
	w->created = w->changed = c->now;
	return event_last(c, &w->place) &&
	       db_run(c, NULL,
		      "INSERT INTO webhooks (org_id, id, name, url, events, secret, old_until,"
		      " paused, place, failures, failing_since, delivered, created, changed)"
		      " VALUES ($1, $2, $3, $4, $5, $6, 0, $7, $8, 0, 0, 0, $9, $9)",
		      DB_ARGS(db_text(c->org->id), db_text(w->id), db_text(w->name),
			      db_text(w->url), db_text(w->events), db_text(w->secret),
			      db_text(w->paused), db_int(w->place), db_int(c->now))) &&
	       db_run(c, NULL,
		      "INSERT INTO webhook_turns (org_id, webhook_id, due, rest, calls, lease)"
		      " VALUES ($1, $2, 0, 0, 0, 0)",
		      DB_ARGS(db_text(c->org->id), db_text(w->id)));
}

/* At once, even if it was to be left alone.  Whoever has the endpoint at the moment finds
 * out when he gives it back. */
static bool call(struct ctx *c, const char *id)
{
	return db_run(c, NULL,
		      "UPDATE webhook_turns SET due = 0, rest = 0, calls = calls + 1"
		      " WHERE org_id = $1 AND webhook_id = $2",
		      DB_ARGS(db_text(c->org->id), db_text(id)));
}

bool webhook_save(struct ctx *c, const struct webhook *w)
{
	struct db_args one = DB_ARGS(db_text(c->org->id), db_text(w->id));

	if (!db_run(c, NULL,
		    "UPDATE webhooks SET name = $3, url = $4, events = $5, secret = $6,"
		    " old_secret = $7, old_until = $8, paused = $9, changed = $10, failures = 0,"
		    " failing_since = 0 WHERE org_id = $1 AND id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(w->id), db_text(w->name), db_text(w->url),
			    db_text(w->events), db_text(w->secret), db_text(w->old_secret),
			    db_int(w->old_until), db_text(w->paused), db_int(c->now))))
		return false;
	if (w->paused)
		return true;
	return db_run(c, NULL,
		      "UPDATE webhook_deliveries SET next_at = 0 WHERE org_id = $1"
		      " AND webhook_id = $2 AND state = 'waiting'",
		      one) &&
	       call(c, w->id);
}

bool webhook_delete(struct ctx *c, const char *id)
{
	struct db_args one = DB_ARGS(db_text(c->org->id), db_text(id));
	struct webhook *w;

	return webhook_get(c, id, &w) &&
	       db_run(c, NULL, "DELETE FROM webhook_turns WHERE org_id = $1 AND webhook_id = $2",
		      one) &&
	       db_run(c, NULL,
		      "DELETE FROM webhook_deliveries WHERE org_id = $1 AND webhook_id = $2",
		      one) &&
	       db_run(c, NULL, "DELETE FROM webhooks WHERE org_id = $1 AND id = $2", one);
}

bool delivery_again(struct ctx *c, const char *webhook_id, const char *id, int64_t *n)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE webhook_deliveries SET state = 'waiting', tries = 0, next_at = 0"
		    " WHERE org_id = $1 AND webhook_id = $2 AND state = 'dead'"
		    " AND (CAST($3 AS TEXT) IS NULL OR id = CAST($3 AS TEXT))",
		    DB_ARGS(db_text(c->org->id), db_text(webhook_id), db_text(id))))
		return false;
	*n = r.changed;
	if (id && !*n)
		return error(c, ERR_NOT_FOUND, "there is no dead delivery %.100s", id);
	return call(c, webhook_id);
}

/* One word of a list matches the type; "user.*" all that begin with "user.". */
static bool word_matches(struct slice word, const char *type)
{
	if (word.n && word.p[word.n - 1] == '*')
		return strncmp(word.p, type, word.n - 1) == 0;
	return strlen(type) == word.n && memcmp(word.p, type, word.n) == 0;
}

static bool next_word(const char **at, struct slice *out)
{
	*at += strspn(*at, " ");
	*out = (struct slice){ *at, strcspn(*at, " ") };
	*at += out->n;
	return out->n > 0;
}

bool webhook_wants(const struct webhook *w, const struct event *e)
{
	const char *at = w->events;
	struct slice word;

	if (strcmp(e->type, "webhook.test") == 0)
		return strstr(e->payload, w->id) != NULL;
	while (next_word(&at, &word))
		if (word_matches(word, e->type))
			return true;
	return false;
}

bool webhook_events_check(struct ctx *c, const char *events)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_.";
	const char *at = events;
	struct slice word;
	size_t n;

	if (!next_word(&at, &word))
		return error(c, ERR_VALUE, "events is empty: name some, or \"*\" for all");
	for (at = events; next_word(&at, &word);) {
		n = strspn(word.p, letters);
		if (n == word.n ||
		    (n + 1 == word.n && word.p[n] == '*' && (n == 0 || word.p[n - 1] == '.')))
			continue;
		return error(c, ERR_VALUE,
			     "\"%.*s\" in events is no type such as user.created, user.* or *",
			     (int)(word.n < 60 ? word.n : 60), word.p);
	}
	return true;
}
