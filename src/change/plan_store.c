/* plan_store.c - plans as they are kept, with their items in pages of JSON. */
#include <stdlib.h>

#include "base/id.h"
#include "base/secret.h"
#include "base/text.h"
#include "change/plan.h"

enum { PAGE_BYTES_MAX = 8 * 1024 * 1024, DAY_MS = 86400000 };

#define COLS                                                                                       \
	"p.id, p.hash, p.digest, p.document, p.summary, p.author, p.base_revision, p.items,"       \
	" p.created, p.expires, p.applied"

const char *plan_item_kind(const struct plan_item *i)
{
	if (i->waits && i->after == i->before)
		return "waits";
	if (i->waited && i->after == i->before)
		return plan_kind_names[PLAN_LOST];
	if (!i->had || !i->has)
		return plan_kind_names[i->has ? PLAN_GAINED : PLAN_LOST];
	if (i->scope == SCOPE_ORG && i->after == ROLE_DI)
		return plan_kind_names[PLAN_DEACTIVATED];
	if (i->scope == SCOPE_ORG && role_works(i->before) != role_works(i->after) &&
	    (role_works(i->after) || i->before != ROLE_DI))
		return plan_kind_names[role_works(i->after) ? PLAN_GAINED : PLAN_LOST];
	return plan_kind_names[i->after > i->before ? PLAN_RAISED : PLAN_LOWERED];
}

static void put_member(struct buf *b, const char *name, const char *text)
{
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, text);
}

static void put_item(struct buf *b, const struct plan_item *i)
{
	buf_puts(b, "{\"user\":");
	buf_json(b, i->user);
	put_member(b, "userName", i->name);
	put_member(b, "change", plan_item_kind(i));
	put_member(b, "scope", scope_names[i->scope]);
	put_member(b, "target", i->scope == SCOPE_ORG ? NULL : i->target);
	put_member(b, "before", i->had ? scope_role(i->scope, i->before) : NULL);
	put_member(b, "after", i->has ? scope_role(i->scope, i->after) : NULL);
	put_member(b, "because", i->waits ? "waiting for a seat" : i->rule ? i->rule : i->why);
	put_member(b, "group", i->group);
	buf_puts(b, "}");
}

static const struct plan_item *next_item(struct plan_reader *r)
{
	while (r->block) {
		while (r->at < r->block->n)
			if (!r->block->item[r->at++].none)
				return &r->block->item[r->at - 1];
		r->block = r->block->next;
		r->at = 0;
	}
	return NULL;
}

int64_t plan_shown(const struct plan *p)
{
	struct plan_reader r = { .block = p->first };
	int64_t n = 0;

	while (next_item(&r))
		n++;
	return n;
}

const char *plan_next_page(struct arena *a, struct plan_reader *r, int *n)
{
	struct buf b = buf_in(a, PAGE_BYTES_MAX);
	const struct plan_item *i;

	*n = 0;
	buf_puts(&b, "[");
	while (*n < PLAN_PAGE && (i = next_item(r))) {
		buf_puts(&b, (*n)++ ? "," : "");
		put_item(&b, i);
	}
	buf_puts(&b, "]");
	return b.over ? "[]" : b.p;
}

/* Each in an arena of its own: the pages together are large. */
static bool store_pages(struct ctx *c, const struct plan_result *r, const char *id)
{
	struct plan_reader at = { .block = r->plan.first };
	int n = PLAN_PAGE;

	for (int64_t page = 0; n == PLAN_PAGE; page++) {
		struct arena mine = { 0 };
		const char *items = plan_next_page(&mine, &at, &n);
		bool good = !n || db_run(c, NULL,
					 "INSERT INTO plan_pages (org_id, plan_id, n, items)"
					 " VALUES ($1, $2, $3, $4)",
					 DB_ARGS(db_text(c->org->id), db_text(id), db_int(page),
						 db_text(items)));

		arena_free(&mine);
		if (!good)
			return false;
	}
	return true;
}

/* Plans that are over for a day, and open ones beyond the newest. */
static bool clear_out(struct ctx *c)
{
	const struct db_args args =
		DB_ARGS(db_text(c->org->id), db_int(c->now - DAY_MS), db_int(PLANS_KEPT));

	return db_run(c, NULL,
		      "DELETE FROM plans WHERE org_id = $1 AND (expires < $2 OR (applied = 0"
		      " AND id NOT IN (SELECT p.id FROM plans p WHERE p.org_id = $1"
		      " AND p.applied = 0 ORDER BY p.created DESC, p.id DESC LIMIT $3)))",
		      args) &&
	       db_run(c, NULL,
		      "DELETE FROM plan_pages WHERE org_id = $1 AND plan_id NOT IN"
		      " (SELECT p.id FROM plans p WHERE p.org_id = $1)",
		      DB_ARGS(db_text(c->org->id)));
}

static const char *hash_of(struct ctx *c, const struct stored_plan *p)
{
	return secret_digest(c->arena,
			     arena_printf(c->arena, "%s\n%lld\n%s\n%s", p->id,
					  (long long)p->base_revision, p->digest, p->document));
}

bool plan_store(struct ctx *c, const struct plan_result *r, struct stored_plan *p)
{
	SCOPED_TX tx = { 0 };

	p->id = id_new(c->arena);
	p->digest = r->plan.digest;
	p->base_revision = r->policy.rules_revision;
	p->items = plan_shown(&r->plan);
	p->author = c->actor->name;
	p->created = c->now;
	p->expires = c->now + PLAN_LIFE_MS;
	p->hash = hash_of(c, p);
	return tx_begin(c, &tx) && db_enter_org(c, c->org->id) &&
	       db_run(c, NULL,
		      "INSERT INTO plans (org_id, id, hash, digest, base_revision, document,"
		      " summary, items, author, created, expires, applied)"
		      " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)",
		      DB_ARGS(db_text(c->org->id), db_text(p->id), db_text(p->hash),
			      db_text(p->digest), db_int(p->base_revision), db_text(p->document),
			      db_text(p->summary), db_int(p->items), db_text(p->author),
			      db_int(p->created), db_int(p->expires))) &&
	       store_pages(c, r, p->id) && clear_out(c) && tx_commit(&tx);
}

bool plan_get(struct ctx *c, const char *id, struct stored_plan **out)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT " COLS " FROM plans p WHERE p.org_id = $1 AND p.id = $2",
		    DB_ARGS(db_text(c->org->id), db_text(id))))
		return false;
	if (!r.count)
		return error(c, ERR_NOT_FOUND,
			     "there is no plan %.100s, or not any more: make a new one", id);
	*out = arena_new(c->arena, struct stored_plan);
	**out = (struct stored_plan){
		.id = row_text(&r, 0, 0),
		.hash = row_text(&r, 0, 1),
		.digest = row_text(&r, 0, 2),
		.document = row_text(&r, 0, 3),
		.summary = row_text(&r, 0, 4),
		.author = row_text(&r, 0, 5),
		.base_revision = row_int(&r, 0, 6),
		.items = row_int(&r, 0, 7),
		.created = row_int(&r, 0, 8),
		.expires = row_int(&r, 0, 9),
		.applied = row_int(&r, 0, 10),
	};
	return true;
}

bool plan_applied(struct ctx *c, const char *id, int64_t revision)
{
	return db_push(c, "UPDATE plans SET applied = $3 WHERE org_id = $1 AND id = $2",
		       DB_ARGS(db_text(c->org->id), db_text(id), db_int(revision)));
}

bool plan_page(struct ctx *c, const char *id, int64_t n, const char **items)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT g.items FROM plan_pages g WHERE g.org_id = $1 AND g.plan_id = $2"
		    " AND g.n = $3",
		    DB_ARGS(db_text(c->org->id), db_text(id), db_int(n))))
		return false;
	*items = r.count ? row_text(&r, 0, 0) : "[]";
	return true;
}
