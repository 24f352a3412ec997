/* revision.c - rule sets as they are stored, and the compiled ones in a shared cache. */
#include <pthread.h>
#include <string.h>

#include "access/rule.h"

/* A compiled revision, shared by threads; its arena owns everything in it. */
struct cached {
	char org_id[40];
	int64_t revision, used;
	int borrowed;
	struct arena arena;
	const struct rule_set *set;
};

enum { CACHE_SIZE = 256 };

static struct cached cache[CACHE_SIZE];
static int64_t clock_of_use;
static pthread_mutex_t cache_lock = PTHREAD_MUTEX_INITIALIZER;

bool rule_clock_move(struct ctx *c, const struct rule_set *set)
{
	/* clocks of several processes differ a little: time does not go back */
	int64_t at = c->now > c->org->rules_at ? c->now : c->org->rules_at;

	return db_push(c,
		       "UPDATE orgs SET rules_at = $2, rules_next = $3, stamp = stamp + 1"
		       " WHERE id = $1",
		       DB_ARGS(db_text(c->org->id), db_int(at), db_int(rule_set_next(set, at))));
}

/* Workspaces and groups that are gone are looked for anew under new rules, but for groups
 * that a hold lets people count in; the day's count of those made stays right, for it is about what
 * is there. */
static bool forget_places(struct ctx *c)
{
	return db_push(c,
		       "DELETE FROM rule_places WHERE org_id = $1 AND (workspace_id NOT IN"
		       " (SELECT w.id FROM workspaces w WHERE w.org_id = $1) OR group_id NOT IN"
		       " (SELECT g.id FROM groups g WHERE g.org_id = $1 UNION SELECT k.group_id"
		       " FROM held_groups k WHERE k.org_id = $1))",
		       DB_ARGS(db_text(c->org->id)));
}

bool rule_set_store(struct ctx *c, const char *document, const struct rule_set *set,
		    int64_t *revision)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT COALESCE(MAX(revision), 0) + 1 FROM rule_sets WHERE org_id = $1",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	*revision = row_int(&r, 0, 0);
	return db_push(c,
		       "INSERT INTO rule_sets (org_id, revision, document, rules, author, created)"
		       " VALUES ($1, $2, $3, $4, $5, $6)",
		       DB_ARGS(db_text(c->org->id), db_int(*revision), db_text(document),
			       db_int(set->count), db_text(c->actor->name), db_int(c->now))) &&
	       db_push(c, "UPDATE orgs SET rules_revision = $2, stamp = stamp + 1 WHERE id = $1",
		       DB_ARGS(db_text(c->org->id), db_int(*revision))) &&
	       rule_clock_move(c, set) && forget_places(c);
}

#define COLS "s.revision, s.created, s.author, s.rules"

static void fill(struct revision *out, const struct rows *r, int row)
{
	*out = (struct revision){ .number = row_int(r, row, 0),
				  .created = row_int(r, row, 1),
				  .author = row_text(r, row, 2),
				  .rules = (int)row_int(r, row, 3) };
}

bool rule_set_find(struct ctx *c, int64_t number, struct revision **out)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS ", s.document FROM rule_sets s WHERE s.org_id = $1"
		    " AND s.revision = CASE WHEN CAST($2 AS BIGINT) > 0 THEN $2 ELSE"
		    " (SELECT o.rules_revision FROM orgs o WHERE o.id = $1) END",
		    DB_ARGS(db_text(c->org->id), db_int(number))))
		return false;
	*out = NULL;
	if (r.count) {
		*out = arena_new(c->arena, struct revision);
		fill(*out, &r, 0);
		(*out)->document = row_text(&r, 0, 4);
	}
	return true;
}

bool rule_set_list(struct ctx *c, int64_t before, int64_t limit, struct revision **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r,
		    "SELECT " COLS " FROM rule_sets s WHERE s.org_id = $1 AND s.revision < $2"
		    " ORDER BY s.revision DESC LIMIT $3",
		    DB_ARGS(db_text(c->org->id), db_int(before > 0 ? before : INT64_MAX),
			    db_int(limit))))
		return false;
	*out = arena_array(c->arena, struct revision, (size_t)r.count);
	*count = r.count;
	for (int i = 0; i < r.count; i++)
		fill(&(*out)[i], &r, i);
	return true;
}

static void give_back(void *arg)
{
	struct cached *e = arg;

	pthread_mutex_lock(&cache_lock);
	e->borrowed--;
	pthread_mutex_unlock(&cache_lock);
}

/* Under the lock: the entry, lent to this arena; NULL if it is not there. */
static struct cached *lend(struct ctx *c, int64_t revision)
{
	for (int i = 0; i < CACHE_SIZE; i++)
		if (cache[i].revision == revision && strcmp(cache[i].org_id, c->org->id) == 0) {
			cache[i].borrowed++;
			cache[i].used = ++clock_of_use;
			return &cache[i];
		}
	return NULL;
}

/* Under the lock: the longest unused entry nobody has; NULL if all are lent. */
static struct cached *evict(void)
{
	struct cached *oldest = NULL;

	for (int i = 0; i < CACHE_SIZE; i++)
		if (!cache[i].borrowed && (!oldest || cache[i].used < oldest->used))
			oldest = &cache[i];
	if (oldest) {
		arena_free(&oldest->arena);
		*oldest = (struct cached){ 0 };
	}
	return oldest;
}

static bool compile(struct ctx *c, int64_t number, const char *document, struct rule_set **out)
{
	struct err before = c->err;

	if (!rule_set_parse(c, document, out)) {
		struct err why = c->err;

		/* it was checked before it was stored */
		c->err = before;
		return error(c, ERR_INTERNAL, "rule revision %lld: %.150s", (long long)number,
			     why.msg);
	}
	(*out)->revision = number;
	return true;
}

/* Compiles into an entry's own arena, outside the request's. */
static bool put(struct ctx *c, struct cached *e, const struct revision *rev)
{
	struct arena *mine = c->arena;
	struct rule_set *set = NULL;
	bool good;

	c->arena = &e->arena;
	good = compile(c, rev->number, rev->document, &set);
	c->arena = mine;
	if (!good) {
		arena_free(&e->arena);
		return false;
	}
	memcpy(e->org_id, c->org->id, strnlen(c->org->id, sizeof(e->org_id) - 1));
	e->revision = rev->number;
	e->set = set;
	return true;
}

static bool load(struct ctx *c, int64_t number, const struct rule_set **out)
{
	struct revision *rev;
	struct rule_set *set;
	struct cached *e;
	bool good = true;

	if (!rule_set_find(c, number, &rev))
		return false;
	if (!rev)
		return error(c, ERR_INTERNAL, "rule revision %lld is missing", (long long)number);
	pthread_mutex_lock(&cache_lock);
	e = lend(c, number);
	if (!e) {
		e = evict();
		good = !e || put(c, e, rev);
		if (e && good) {
			e->borrowed = 1;
			e->used = ++clock_of_use;
		}
	}
	pthread_mutex_unlock(&cache_lock);
	if (!good)
		return false;
	if (e) {
		arena_defer(c->arena, give_back, e);
		*out = e->set;
		return true;
	}
	if (!compile(c, number, rev->document, &set))
		return false;
	*out = set;
	return true;
}

bool rule_set_compiled(struct ctx *c, int64_t revision, const struct rule_set **out)
{
	static const struct rule_set none;
	struct cached *e;

	*out = &none;
	if (revision == 0)
		return true;
	pthread_mutex_lock(&cache_lock);
	e = lend(c, revision);
	pthread_mutex_unlock(&cache_lock);
	if (!e)
		return load(c, revision, out);
	arena_defer(c->arena, give_back, e);
	*out = e->set;
	return true;
}
