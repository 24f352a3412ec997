/* test.c - a connection tried out: each step with what it saw, and what to look at. */
#include "ldapsync/test.h"

#include <string.h>

#include "access.h"
#include "http/json.h"
#include "map.h"
#include "parts.h"

enum { SAMPLE = 20, ANSWER_MS = 15000, WARNINGS_MAX = 20 };

/* A group that somebody of the sample names. */
struct named {
	const char *dn;
	unsigned char key[DIR_KEY_BYTES];
	int people;
};

struct trial {
	struct ctx *c;
	struct ldap_settings s;
	struct dir_config config;
	struct dir_query users, groups;
	struct dir_identity who;
	json_t *out, *warnings, *sample;
	int people, active, stated, bad, with_members;
	struct named named[SAMPLE];
	int nameds;
};

static void warn(struct trial *t, const char *text)
{
	if (json_array_size(t->warnings) < WARNINGS_MAX)
		json_array_append_new(t->warnings, json_string(text));
}

static void put_end(json_t *j, const struct dir_end *end)
{
	static const char *const states[] = { "complete", "partial", "failed" };

	json_put_text(j, "state", states[end->state]);
	if (end->code)
		json_put_int(j, "code", end->code);
	json_put_text(j, "error", end->why);
	json_put_text(j, "said", end->diag);
}

static void put_certificate(struct ctx *c, json_t *j, const struct dir_certificate *x)
{
	json_t *o;

	if (!x->subject)
		return;
	o = json_object();
	json_put_text(o, "subject", x->subject);
	json_put_text(o, "issuer", x->issuer);
	json_put_text(o, "names", x->names);
	json_put_text(o, "sha256", x->sha256);
	json_put_time(c, o, "not_before", x->not_before);
	json_put_time(c, o, "not_after", x->not_after);
	json_object_set_new(j, "certificate", o);
}

/* ---- people ---- */

static void take_named(struct trial *t, const struct dir_attr *groups)
{
	for (int i = 0; i < groups->n; i++) {
		int k = 0;

		while (k < t->nameds && memcmp(t->named[k].key, groups->key[i], DIR_KEY_BYTES) != 0)
			k++;
		if (k == SAMPLE)
			continue;
		if (k == t->nameds) {
			t->named[k] = (struct named){ .dn = arena_strdup(t->c->arena,
									 groups->value[i].p) };
			memcpy(t->named[k].key, groups->key[i], DIR_KEY_BYTES);
			t->nameds++;
		}
		t->named[k].people++;
	}
}

static bool on_person(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct trial *t = arg;
	json_t *o = json_object();
	struct ldap_person p;

	ldap_map_person(c->arena, &t->s, &t->users, e, c->now, &p);
	json_put_text(o, "dn", e->dn);
	json_put_text(o, "id", id_text(c->arena, t->users.id_form, e->id));
	json_put_text(o, "userName", p.user_name);
	json_put_text(o, "email", p.mail);
	json_put_text(o, "first_name", p.first_name);
	json_put_text(o, "last_name", p.last_name);
	json_put_text(o, "displayName", p.display_name);
	json_put_text(o, "state", ldap_state_names[p.state]);
	json_put_bool(o, "active", p.active);
	if (p.expires)
		json_put_time(c, o, "expires", p.expires);
	if (p.member_of) {
		json_put_int(o, "member_of", p.member_of->n);
		take_named(t, p.member_of);
	}
	json_put_text(o, "problem", p.skip ? "a machine or system account: left out" : p.bad);
	json_array_append_new(t->sample, o);
	t->people++;
	t->active += p.active;
	t->stated += p.state_seen;
	t->bad += p.bad != NULL;
	return true;
}

static void judge_people(struct trial *t, const struct dir_listing *l)
{
	if (l->bad)
		warn(t, "Some entries have no usable id: check id.attribute and id.form.");
	if (t->people && t->bad == t->people)
		warn(t, "Nobody has a user name: check attributes.user_name.");
	if (t->people && !t->active)
		warn(t, "Nobody in this sample is active: check state.attributes and deactivate.");
	if (t->people && !t->stated && t->s.ad_state)
		warn(t, "The state of accounts cannot be read: give the bind account the right, or "
			"nobody would be taken in.");
	if (t->people && *t->s.member_of && !t->nameds)
		warn(t, "Nobody in this sample names a group: check groups.member_of, and what the "
			"bind account may see.");
	if (!t->people && l->end.state == DIR_SEALED)
		warn(t, "No people were found: check users.base and users.filter, and what the "
			"bind account may see.");
}

/* A few are enough: the server is told to stop, which it calls a size limit. */
static bool sample_ended(const struct dir_listing *l)
{
	return l->end.state == DIR_SEALED || (l->end.code == DIR_CODE_SIZE_LIMIT && l->entries > 0);
}

static json_t *sampled(struct trial *t, const char *name, const struct dir_listing *l)
{
	json_t *o = json_object();

	if (sample_ended(l))
		json_put_text(o, "state", "complete");
	else
		put_end(o, &l->end);
	json_object_set(o, "sample", t->sample);
	json_object_set_new(t->out, name, o);
	return o;
}

static bool sample_people(struct trial *t, struct dir *d)
{
	struct dir_listing l;

	t->sample = json_own(t->c, json_array());
	t->users.size_limit = SAMPLE / dir_bases(&t->users);
	if (!dir_list(t->c, d, &t->users, on_person, t, &l))
		return false;
	sampled(t, "users", &l);
	judge_people(t, &l);
	return true;
}

/* ---- groups ---- */

static bool on_group(struct ctx *c, void *arg, const struct dir_entry *e)
{
	struct trial *t = arg;
	json_t *o = json_object();
	struct ldap_group g;
	int n;

	ldap_map_group(c->arena, &t->s, &t->groups, e, &g);
	n = (g.members ? g.members->n : 0) + (g.member_uids ? g.member_uids->n : 0);
	json_put_text(o, "dn", e->dn);
	json_put_text(o, "id", id_text(c->arena, t->groups.id_form, e->id));
	json_put_text(o, "name", g.name);
	json_put_int(o, "members", n);
	if (g.incomplete)
		json_put_bool(o, "incomplete", true);
	json_put_text(o, "problem", g.bad);
	json_array_append_new(t->sample, o);
	t->with_members += n > 0;
	return true;
}

/* No groups are listed: what people name is what there would be. */
static void show_named(struct trial *t)
{
	json_t *part = json_object(), *list = json_array();

	for (int i = 0; i < t->nameds; i++) {
		const char *dn = t->named[i].dn;
		json_t *o = json_object();

		json_put_text(o, "dn", dn);
		json_put_text(o, "name",
			      dn_first_value(t->c->arena, (struct slice){ dn, strlen(dn) }));
		json_put_int(o, "members", t->named[i].people);
		json_array_append_new(list, o);
	}
	json_put_text(part, "state", "complete");
	json_object_set_new(part, "sample", list);
	if (*t->s.member_of)
		json_object_set_new(t->out, "groups", part);
	else
		json_decref(part);
}

static bool was_found(struct ctx *c, void *arg, const struct dir_entry *e)
{
	bool *found = arg;

	(void)c;
	(void)e;
	*found = true;
	return true;
}

/* Whether a listing of groups would hold it: it is below the base, and the filter is true of it. */
static bool is_listed(struct trial *t, struct dir *d, const char *dn, bool *out)
{
	const char *const itself[] = { dn, NULL };
	struct dir_query q = t->groups;
	struct dir_listing l;

	*out = false;
	if (!dn_in_scope(t->c->arena, dn, &q))
		return true;
	q.bases = itself;
	q.scope = DIR_BASE;
	q.wants = 0;
	return dir_list(t->c, d, &q, was_found, out, &l);
}

static bool judge_named(struct trial *t, struct dir *d)
{
	const char *first = NULL;
	bool listed;
	int n = 0;

	for (int i = 0; i < t->nameds; i++) {
		if (!is_listed(t, d, t->named[i].dn, &listed))
			return false;
		first = first || listed ? first : t->named[i].dn;
		n += !listed;
	}
	if (n)
		warn(t, arena_printf(t->c->arena,
				     "%d of %d groups that people name in %s are not among those "
				     "of groups.base and groups.filter, and are ignored: %s",
				     n, t->nameds, t->s.member_of, first));
	return true;
}

static bool sample_groups(struct trial *t, struct dir *d)
{
	struct dir_listing l;

	if (!t->s.groups_bases[0]) {
		show_named(t);
		return true;
	}
	t->sample = json_own(t->c, json_array());
	t->groups.size_limit = SAMPLE / dir_bases(&t->groups);
	if (!dir_list(t->c, d, &t->groups, on_group, t, &l))
		return false;
	sampled(t, "groups", &l);
	if (l.entries && !t->with_members)
		warn(t, "No group in this sample has members: check groups.members, and what the "
			"bind account may see.");
	if (!l.entries && l.end.state == DIR_SEALED)
		warn(t, "No groups were found: check groups.base and groups.filter.");
	return judge_named(t, d);
}

/* ---- the server ---- */

static bool identify(struct trial *t, struct dir *d)
{
	json_t *o = json_object();
	const char *missing;

	json_object_set_new(t->out, "server", o);
	if (!dir_identify(t->c, d, &t->users, &t->who))
		return false;
	missing = dir_base_missing(&t->users, &t->who);
	json_put_text(o, "kind", dir_kind_names[t->who.kind]);
	json_put_text(o, "vendor", t->who.vendor);
	json_put_text(o, "host", t->who.host);
	json_put_text(o, "strategy", dir_strategy_names[ldap_strategy(&t->s, &t->who)]);
	if (t->who.end.state == DIR_FAILED)
		put_end(o, &t->who.end);
	else if (missing)
		warn(t, arena_printf(t->c->arena,
				     "users.base is not there, or the bind account may not see "
				     "it: %s",
				     missing));
	if (!(t->who.has & DIR_HAS_PAGES) && t->s.page_size)
		warn(t, "The server does not offer paged results: set page_size to 0.");
	return true;
}

static void judge_opened(struct trial *t, const struct dir_opened *how)
{
	const int64_t soon = t->c->now + INT64_C(14) * 86400 * 1000;

	if (how->tried)
		warn(t, arena_printf(t->c->arena, "Servers before it failed: %s", how->tried));
	if (how->certificate.not_after && how->certificate.not_after < soon)
		warn(t, "The server's certificate ends within two weeks.");
	if (t->s.tls == DIR_NO_TLS)
		warn(t, "The connection is not encrypted.");
	if (t->s.bind_method == DIR_SIMPLE && !*t->s.bind_dn)
		warn(t, "The bind is anonymous: most directories then show a part of what there "
			"is, which looks as if people had left.");
}

static bool try_out(struct trial *t)
{
	struct dir_opened how;
	struct dir *d;
	bool good;

	if (!dir_open(t->c, DIR_LANE_SYNC, &t->config, &d, &how))
		return false;
	json_put_text(t->out, "uri", how.uri);
	put_certificate(t->c, t->out, &how.certificate);
	json_put_text(t->out, "whoami", how.whoami);
	judge_opened(t, &how);
	if (!d) {
		put_end(t->out, &how.end);
		json_put_text(t->out, "state", "failed");
		return true;
	}
	good = identify(t, d) && sample_people(t, d) && sample_groups(t, d);
	dir_close(d);
	return good;
}

bool ldap_connection_test(struct ctx *c, const struct ldap_connection *l, json_t **out)
{
	struct trial t = { .c = c };
	const char *password, *key;

	*out = t.out = json_own(c, json_object());
	t.warnings = json_own(c, json_array());
	if (!ldap_settings_read(c, l->source->settings, &t.s) ||
	    !access_secrets(c, l->source, &password, &key))
		return false;
	ldap_config(c, &t.s, password, key, &t.config);
	t.config.answer_ms = t.config.answer_ms < ANSWER_MS ? t.config.answer_ms : ANSWER_MS;
	t.config.total_ms = t.config.answer_ms;
	ldap_users_query(c, &t.s, &t.users);
	ldap_groups_query(c, &t.s, &t.groups);
	if (!try_out(&t))
		return false;
	if (!json_object_get(t.out, "state"))
		json_put_text(t.out, "state", json_array_size(t.warnings) ? "warnings" : "good");
	json_object_set(t.out, "warnings", t.warnings);
	return true;
}
