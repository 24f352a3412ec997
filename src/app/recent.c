/* recent.c - exchanges in memory, and what of them is stored. */
#include "recent.h"

#include <jansson.h>
#include <pthread.h>
#include <string.h>

#include "base/id.h"
#include "base/org.h"
#include "http/json.h"
#include "roster/exchange.h"
#include "roster/org.h"
#include "roster/source.h"

enum { RINGS = 32, PLACES = 64, ID_MAX = 40, FILTER_MAX = 64, BODY_MAX = 4096 };
enum { NAMES_MAX = 30, NAME_MAX_BYTES = 120 };

struct entry {
	char org[ID_MAX], source[ID_MAX], id[ID_MAX], trace[ID_MAX]; /* source "": none */
	const char *method, *route, *code; /* live as long as the process              */
	int64_t at, us;
	int status;
	char filter[FILTER_MAX]; /* what a filter begins with: an attribute          */
	size_t n;                /* bytes of body; more than BODY_MAX: it is not here */
	char body[BODY_MAX];
};

/* One for the connections that share it, so that a busy one does not push out others. */
struct ring {
	struct entry *place; /* PLACES; NULL until needed */
	int first, count;
};

static struct {
	pthread_mutex_t lock;
	struct ring ring[RINGS];
	int count;           /* in all rings  */
	struct arena memory; /* of the places */
} self = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* ---- on a worker ---- */

static void copy(char *to, size_t max, const char *from)
{
	size_t n = from ? strnlen(from, max - 1) : 0;

	if (n)
		memcpy(to, from, n);
	to[n] = '\0';
}

static struct ring *ring_of(const char *org, const char *source)
{
	unsigned h = 2166136261U;

	for (; *org; org++)
		h = (h ^ (unsigned char)*org) * 16777619U;
	for (; source && *source; source++)
		h = (h ^ (unsigned char)*source) * 16777619U;
	return &self.ring[(h ^ h >> 16) % RINGS];
}

/* The lock is held. */
static struct entry *place_in(struct ring *r)
{
	if (!r->place)
		r->place = arena_array(&self.memory, struct entry, PLACES);
	if (r->count == PLACES) {
		r->first = (r->first + 1) % PLACES;
		r->count--;
		self.count--;
	}
	self.count++;
	return &r->place[(r->first + r->count++) % PLACES];
}

/* The attribute that a filter begins with; "" if there is none. */
static const char *filter_of(const struct ctx *c, const struct http_req *q)
{
	struct ctx own = { .arena = c->arena };
	const char *filter;

	if (q->method != GET || !http_query(&own, q, "filter", &filter) || !filter)
		return "";
	return arena_strndup(c->arena, filter, strcspn(filter, " (["));
}

static void copy_body(struct entry *e, const struct http_req *q)
{
	e->n = q->body.n;
	if (e->n && e->n <= BODY_MAX)
		memcpy(e->body, q->body.p, e->n);
}

void recent_note(const struct ctx *c, const struct http_req *q, const char *method, int status,
		 int64_t us)
{
	const char *source = c->actor->source ? c->actor->source->id : NULL;
	const char *id = id_new(c->arena), *filter = filter_of(c, q);
	struct ring *r = ring_of(c->org->id, source);
	struct entry *e;

	pthread_mutex_lock(&self.lock);
	e = place_in(r);
	copy(e->org, ID_MAX, c->org->id);
	copy(e->source, ID_MAX, source);
	copy(e->id, ID_MAX, id);
	copy(e->trace, ID_MAX, c->trace);
	e->method = method;
	e->route = q->route;
	e->code = c->err.kind ? err_name(c->err.kind) : NULL;
	e->at = c->now;
	e->us = us;
	e->status = status;
	copy(e->filter, FILTER_MAX, filter);
	copy_body(e, q);
	pthread_mutex_unlock(&self.lock);
}

/* ---- in the background: names out of bodies ---- */

struct names {
	struct ctx *c;
	json_t *list;
};

/* "emails[type eq \"work\"].value" is "emails[].value": what stands in brackets is a value. */
static void add_name(struct names *to, const char *prefix, const char *name)
{
	struct buf b = buf_in(to->c->arena, NAME_MAX_BYTES);
	const char *open = strchr(name, '['), *close = open ? strrchr(open, ']') : NULL;
	json_t *made;

	buf_printf(&b, "%s%s%.*s", prefix ? prefix : "", prefix ? ":" : "",
		   (int)(open ? open + 1 - name : (long)strlen(name)), name);
	if (close)
		buf_puts(&b, close);
	if (b.over || json_array_size(to->list) >= NAMES_MAX)
		return;
	made = json_string(b.p);
	for (size_t i = 0; made && i < json_array_size(to->list); i++)
		if (json_equal(json_array_get(to->list, i), made)) {
			json_decref(made);
			return;
		}
	json_array_append_new(to->list, made);
}

/* Members of an extension come with its name. */
static void add_members(struct names *to, json_t *object)
{
	const char *key, *inner;
	json_t *value, *under;

	json_object_foreach(object, key, value)
	{
		if (strcasecmp(key, "schemas") == 0)
			continue;
		if (strncasecmp(key, "urn:", 4) != 0 || !json_is_object(value)) {
			add_name(to, NULL, key);
			continue;
		}
		json_object_foreach(value, inner, under)
		{
			add_name(to, key, inner);
		}
	}
}

static json_t *member(json_t *object, const char *name)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (strcasecmp(key, name) == 0)
			return value;
	}
	return NULL;
}

static void add_operations(struct names *to, json_t *list)
{
	json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *path = json_string_value(member(one, "path"));

		if (path)
			add_name(to, NULL, path);
		else
			add_members(to, member(one, "value"));
	}
}

/* NULL: the body was too large to be looked at. */
static json_t *names_of(struct ctx *c, const struct entry *e)
{
	struct names to = { c, json_array() };
	json_t *body, *operations;

	if (e->n > BODY_MAX) {
		json_decref(to.list);
		return NULL;
	}
	if (*e->filter)
		add_name(&to, NULL, e->filter);
	body = e->n ? json_loadb(e->body, e->n, 0, NULL) : NULL;
	operations = member(body, "Operations");
	if (operations)
		add_operations(&to, operations);
	else
		add_members(&to, body);
	json_decref(body);
	return to.list;
}

static const char *detail_of(struct ctx *c, const struct entry *e)
{
	json_t *j = json_own(c, json_object()), *names = names_of(c, e);

	json_put_text(j, "method", e->method);
	json_put_text(j, "path", e->route ? e->route : "unknown");
	json_put_int(j, "status", e->status);
	json_put_int(j, "microseconds", e->us);
	json_object_set_new(j, "attributes", names ? names : json_null());
	return arena_adopt(c->arena, json_dumps(j, JSON_COMPACT));
}

static void describe(struct ctx *c, const struct entry *e, struct exchange *out)
{
	const char *outcome = e->status >= 500   ? "failed"
			      : e->status >= 400 ? "refused"
						 : "accepted";

	*out = (struct exchange){
		.id = e->id,
		.source_id = *e->source ? e->source : NULL,
		.kind = "scim",
		.outcome = outcome,
		.code = e->code,
		.detail = detail_of(c, e),
		.trace = e->trace,
		.at = e->at,
	};
	if (e->status >= 400)
		out->reason = arena_printf(c->arena, "%s %s was %s", e->method,
					   e->route ? e->route : "an unknown address", outcome);
}

/* ---- in the background: storing ---- */

/* What is in the ring, copied, without what was left of it in memory. */
static struct entry *take(struct ctx *c, struct ring *r, int *n)
{
	struct entry *out;

	pthread_mutex_lock(&self.lock);
	*n = r->count;
	out = arena_array(c->arena, struct entry, (size_t)r->count);
	for (int i = 0; i < r->count; i++) {
		struct entry *e = &r->place[(r->first + i) % PLACES];

		out[i] = *e;
		explicit_bzero(e, sizeof(*e));
	}
	self.count -= r->count;
	r->count = 0;
	pthread_mutex_unlock(&self.lock);
	return out;
}

/* Those of one organization, from i on; *next is the first of another. */
static bool store_some(struct ctx *c, const struct entry *e, int n, int i, int *next)
{
	struct exchange *list = arena_array(c->arena, struct exchange, (size_t)n);
	struct org *org;
	int count = 0;

	for (; i < n && (count == 0 || strcmp(e[i].org, e[i - 1].org) == 0); i++)
		describe(c, &e[i], &list[count++]);
	*next = i;
	if (!org_find(c, e[i - 1].org, &org))
		return false;
	c->org = org;
	return !org || (db_enter_org(c, org->id) && exchange_put_all(c, list, count));
}

bool recent_waiting(void)
{
	bool any;

	pthread_mutex_lock(&self.lock);
	any = self.count > 0;
	pthread_mutex_unlock(&self.lock);
	return any;
}

bool recent_store(struct ctx *c)
{
	for (int r = 0; r < RINGS; r++) {
		int n, next = 0;
		const struct entry *e = take(c, &self.ring[r], &n);

		while (next < n)
			if (!store_some(c, e, n, next, &next))
				return false;
	}
	return true;
}
