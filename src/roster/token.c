/* token.c - credentials of machines. */
#include "roster/token.h"

#include <string.h>

#include "base/id.h"
#include "base/secret.h"
#include "base/text.h"
#include "roster/org.h"
#include "token_memory.h"

#define COLS                                                                                       \
	"t.id, t.kind, t.name, t.source_id, t.created_by, t.created, t.expires, t.revoked,"        \
	" t.last_used"
enum { COL_COUNT = 9, NOTE_USE_MS = 60 * 60 * 1000 };

static bool known_kind(const char *kind)
{
	return strcmp(kind, "scim") == 0 || strcmp(kind, "admin") == 0 ||
	       strcmp(kind, "platform") == 0;
}

bool token_create(struct ctx *c, struct token *t, const char **secret)
{
	if (!known_kind(t->kind))
		return error(c, ERR_VALUE, "a token's kind is scim, admin or platform");
	if ((strcmp(t->kind, "scim") == 0) != (t->source_id != NULL))
		return error(c, ERR_VALUE, "a scim token, and only that, belongs to a connection");
	*secret = token_new(c->arena, t->kind, c->org->id);
	t->id = id_new(c->arena);
	t->created = c->now;
	t->created_by = c->actor->name;
	return db_run(c, NULL,
		      "INSERT INTO tokens (org_id, id, kind, source_id, name, digest, created,"
		      " created_by, expires, revoked, last_used)"
		      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 0)",
		      DB_ARGS(db_text(c->org->id), db_text(t->id), db_text(t->kind),
			      db_text(t->source_id), db_text(t->name),
			      db_text(secret_digest(c->arena, *secret)), db_int(c->now),
			      db_text(t->created_by), db_int(t->expires)));
}

static void fill(struct token *t, const struct rows *r, int row)
{
	*t = (struct token){
		.id = row_text(r, row, 0),
		.kind = row_text(r, row, 1),
		.name = row_text(r, row, 2),
		.source_id = row_text(r, row, 3),
		.created_by = row_text(r, row, 4),
		.created = row_int(r, row, 5),
		.expires = row_int(r, row, 6),
		.revoked = row_int(r, row, 7),
		.last_used = row_int(r, row, 8),
	};
}

bool token_list(struct ctx *c, struct token **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT " COLS " FROM tokens t WHERE t.org_id = $1 ORDER BY t.id",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*out = arena_array(c->arena, struct token, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

bool token_revoke(struct ctx *c, const char *id)
{
	struct rows r;

	if (!db_run(c, &r,
		    "UPDATE tokens SET revoked = CASE WHEN revoked = 0 THEN $3 ELSE revoked END"
		    " WHERE org_id = $1 AND id = $2 RETURNING id",
		    DB_ARGS(db_text(c->org->id), db_text(id), db_int(c->now))))
		return false;
	if (!r.count)
		return error(c, ERR_NOT_FOUND, "there is no token %s", id);
	return org_moved(c);
}

static struct source *source_of(struct ctx *c, const struct rows *r, int col)
{
	struct source *s;

	if (!row_text(r, 0, col))
		return NULL;
	s = arena_new(c->arena, struct source);
	s->id = row_text(r, 0, col);
	s->kind = row_text(r, 0, col + 1);
	s->name = row_text(r, 0, col + 2);
	s->preset = row_text(r, 0, col + 3);
	s->settings = row_text(r, 0, col + 4);
	s->changed = row_int(r, 0, col + 5);
	return s;
}

/* Only a note for people: a failure must not cost the request. */
static void note_use(struct ctx *c, const struct token *t, const char *org_id)
{
	struct err before = c->err;

	if (c->now - t->last_used < NOTE_USE_MS)
		return;
	IGNORE(db_run(c, NULL,
		      "UPDATE tokens SET last_used = $3 WHERE org_id = $1 AND id = $2"
		      " AND last_used < $3",
		      DB_ARGS(db_text(org_id), db_text(t->id), db_int(c->now))));
	c->err = before;
}

static bool look_up(struct ctx *c, const char *org_id, const char *digest, struct token_holder *out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS ", s.id, s.kind, s.name, s.preset, s.settings,"
		    " s.changed, " ORG_COLUMNS " FROM tokens t JOIN orgs o ON o.id = t.org_id"
		    " LEFT JOIN sources s ON s.org_id = t.org_id AND s.id = t.source_id"
		    " WHERE t.org_id = $1 AND t.digest = $2",
		    DB_ARGS(db_text(org_id), db_text(digest))))
		return false;
	if (r.count)
		fill(&out->token, &r, 0);
	if (!r.count || out->token.revoked)
		return error(c, ERR_UNAUTHENTICATED, "this token is unknown or revoked");
	out->source = source_of(c, &r, COL_COUNT);
	out->org = org_from_row(c, &r, 0, COL_COUNT + 6);
	return true;
}

static void remember_to_ask(struct ctx *c, const char *digest, const struct token_holder *h)
{
	c->recall = arena_new(c->arena, struct recall);
	*c->recall = (struct recall){ .digest = digest, .stamp = h->org->stamp };
}

bool token_open(struct ctx *c, const char *presented, struct token_holder *out)
{
	const char *kind, *org_id, *digest;

	c->recall = NULL;
	if (!presented || !token_parse(c->arena, presented, &kind, &org_id))
		return error(c, ERR_UNAUTHENTICATED, "this is no token of this server");
	digest = secret_digest(c->arena, presented);
	if (!db_enter_org(c, org_id))
		return false;
	if (memory_find(c, digest, out) && c->now - out->token.last_used < NOTE_USE_MS) {
		remember_to_ask(c, digest, out);
	} else {
		if (!look_up(c, org_id, digest, out))
			return false;
		note_use(c, &out->token, org_id);
		out->token.last_used = c->now;
		memory_drop(digest);
		memory_keep(digest, out);
	}
	if (out->token.expires && out->token.expires <= c->now)
		return error(c, ERR_UNAUTHENTICATED, "this token has expired");
	return true;
}

bool token_ask(struct ctx *c)
{
	return !c->recall ||
	       db_ask(c, &c->recall->now, "SELECT o.stamp FROM orgs o WHERE o.id = $1",
		      DB_ARGS(db_text(c->org->id)));
}

bool token_confirm(struct ctx *c)
{
	struct recall *k = c->recall;

	if (!k || (!k->now.cols && !db_fetch(c)))
		return !k;
	if (k->now.count == 1 && row_int(&k->now, 0, 0) == k->stamp)
		return true;
	c->recall = NULL;
	memory_drop(k->digest);
	c->org = NULL;
	c->actor = NULL;
	return error(c, ERR_RETRY, "the organization, a token or a connection has changed");
}
