/*
 * access.c - search, then bind: whose password it is, and whether it is right.
 *
 * The name is looked up with the connection's own account; exactly one entry must come.
 * The password goes out once, on a connection of its own, and is kept nowhere.
 */
#include "access.h"

#include <string.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/org.h"
#include "base/secret.h"
#include "base/time.h"
#include "filter.h"
#include "http/tries.h"
#include "map.h"
#include "parts.h"
#include "record/history.h"
#include "roster/exchange.h"
#include "roster/ldap_entry.h"
#include "roster/ldap_store.h"

enum {
	LOGIN_BYTES_MAX = 256,
	PASSWORD_BYTES_MAX = 1024,
	CONNECT_MS = 10000,
	/* fewer than directories lock an account after, and forgotten as they forget */
	ACCOUNT_TRIES = 4,
	ACCOUNT_MS = 10 * 60 * 1000,
};

static const char place[] = "ldap";

bool access_possible(const struct access *a)
{
	return a->login && *a->login && strlen(a->login) <= LOGIN_BYTES_MAX && a->password &&
	       *a->password && strlen(a->password) <= PASSWORD_BYTES_MAX;
}

/* ---- limits ---- */

struct limits {
	const char *address, *account;
	int64_t now;
};

static struct limits limits_of(struct ctx *c, const char *address, const struct source *source,
			       const char *login)
{
	return (struct limits){
		address, arena_printf(c->arena, "%s %s", source->id, text_fold(c->arena, login)),
		time_monotonic()
	};
}

static bool few_tries(const struct limits *l)
{
	if (!tries_few(l->address, place, TRIES_SIGNIN, l->now) ||
	    !tries_within(l->account, place, ACCOUNT_TRIES, l->now))
		return false;
	tries_count_for(l->account, place, ACCOUNT_MS, l->now);
	return true;
}

/* ---- the person's entry ---- */

struct hit {
	const struct ldap_settings *s;
	const struct dir_query *q;
	int n;
	const char *dn, *id;
	struct ldap_person person;
};

static bool on_hit(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct hit *h = arg;
	struct buf id = buf_in(c->arena, 2 * DIR_ID_BYTES + 1);

	h->n++;
	h->dn = arena_strdup(c->arena, e->dn);
	for (int i = 0; i < DIR_ID_BYTES; i++)
		buf_printf(&id, "%02x", e->id[i]);
	h->id = id.p;
	ldap_map_person(c->arena, h->s, h->q, e, c->now, &h->person);
	return true;
}

/* What the entry itself says, whatever a run has made of it so far. */
static enum dir_verdict judge(const struct hit *h, enum dir_verdict said)
{
	if (said != DIR_RIGHT)
		return said;
	if (h->person.skip)
		return DIR_WRONG;
	if (h->person.active)
		return DIR_RIGHT;
	return h->person.state == LDAP_EXPIRED ? DIR_OVER : DIR_DISABLED;
}

static bool find_user(struct ctx *c, const struct source *source, const struct hit *h,
		      const char **user_id)
{
	struct ldap_entry *e;
	int n;

	if (!ldap_entry_find(c, source->id, &h->id, 1, &e, &n))
		return false;
	*user_id = n == 1 ? e->user_id : NULL;
	return true;
}

/* Nobody, or more than one: the directory is asked all the same, so that the time it takes
 * tells nothing. */
static const char *nobody(struct ctx *c, const struct ldap_settings *s)
{
	return arena_printf(c->arena, "cn=%s,%s", secret_random(c->arena, 16), s->users_bases[0]);
}

static bool ask(struct ctx *c, struct dir *d, struct hit *h, const char *filter, struct access *a,
		struct dir_end *end)
{
	struct dir_query q = *h->q;
	struct dir_listing l;
	bool known;

	q.filter = filter;
	q.size_limit = 2;
	if (!dir_list(c, d, &q, on_hit, h, &l))
		return false;
	*end = l.end;
	known = l.end.state == DIR_SEALED && h->n == 1;
	if (!known && l.end.state != DIR_SEALED && l.end.code != DIR_CODE_SIZE_LIMIT)
		return true;
	if (!dir_bind(c, d, known ? h->dn : nobody(c, h->s), a->password, &a->verdict, end))
		return false;
	if (a->verdict != DIR_AWAY)
		a->verdict = known ? judge(h, a->verdict) : DIR_WRONG;
	return true;
}

/* The connection's own account opens; *end says why it did not. */
static bool open_and_ask(struct ctx *c, const struct source *source, const struct ldap_settings *s,
			 struct access *a, struct hit *h, struct dir_end *end)
{
	const char *password, *key;
	struct dir_config config;
	struct dir_opened how;
	struct dir_query q = { 0 };
	struct dir *d;
	bool good;

	if (!access_secrets(c, source, &password, &key))
		return false;
	ldap_config(c, s, password, key, &config);
	config.connect_ms = config.connect_ms < CONNECT_MS ? config.connect_ms : CONNECT_MS;
	config.answer_ms = config.connect_ms;
	config.total_ms = 2 * config.connect_ms;
	ldap_users_query(c, s, &q);
	*h = (struct hit){ .s = s, .q = &q };
	a->verdict = DIR_AWAY;
	if (!dir_open(c, DIR_LANE_SIGNIN, &config, &d, &how))
		return false;
	*end = how.end;
	good = !d || ask(c, d, h, signin_filter(c->arena, s, a->login), a, end);
	dir_close(d);
	return good;
}

bool access_secrets(struct ctx *c, const struct source *source, const char **password,
		    const char **key)
{
	struct ldap_row *row;

	*password = *key = NULL;
	if (!ldap_row_find(c, source->id, &row))
		return false;
	return !row ||
	       ((!row->password || secret_unseal(c, "ldap-bind", row->password, password)) &&
		(!row->client_key || secret_unseal(c, "ldap-key", row->client_key, key)));
}

/* ---- what is kept of it ---- */

static bool write_down(struct ctx *c, const struct source *source, const struct access *a,
		       const struct dir_end *end)
{
	const char *word = dir_verdict_names[a->verdict];
	struct exchange e = { .source_id = source->id,
			      .kind = "ldap.login",
			      .outcome = a->verdict == DIR_RIGHT  ? "accepted"
					 : a->verdict == DIR_AWAY ? "failed"
								  : "refused",
			      .code = a->verdict == DIR_RIGHT ? NULL : word,
			      .reason = end->why };

	if (a->verdict != DIR_RIGHT) {
		metric_add(METRIC_AUTH_REFUSED, "ldap", NULL, 0, 1);
		log_event(c, LOG_WARNING, "signin_refused", F("org", c->org->id),
			  F("connection", source->id), F("why", word), F("peer", c->actor->address),
			  F_INT("code", end->code));
	}
	if (a->verdict != DIR_RIGHT && a->verdict != DIR_AWAY && a->user_id &&
	    !audit_write_now(c, (struct audit_note){ .action = "signin.refused",
						     .target_kind = "user",
						     .target_id = a->user_id,
						     .after = "{\"method\": \"ldap\"}",
						     .reason = word }))
		return false;
	return exchange_put_now(c, &e);
}

bool access_check(struct ctx *c, const char *address, const struct source *source,
		  const struct ldap_settings *s, struct access *a)
{
	struct limits l = limits_of(c, address, source, a->login);
	struct dir_end end = { .why = "too many attempts" };
	struct hit h = { 0 };

	a->verdict = DIR_WRONG;
	if (!few_tries(&l))
		return write_down(c, source, a, &end);
	if (!open_and_ask(c, source, s, a, &h, &end))
		return false;
	if (h.n == 1 && a->verdict != DIR_AWAY && !find_user(c, source, &h, &a->user_id))
		return false;
	if (a->verdict == DIR_RIGHT || a->verdict == DIR_AWAY)
		tries_take_back(l.account, place, l.now);
	else
		tries_failed(l.address, place, l.now);
	return write_down(c, source, a, &end);
}
