/* ctl_local.c - rosterctl on the database itself: the first steps of an installation. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "change/change.h"
#include "change/owner.h"
#include "change/schema.h"
#include "db/db.h"
#include "http/json.h"
#include "access/seat.h"
#include "roster/local_account.h"
#include "roster/org.h"

enum { TRIES = 20, SEATS_MAX = 1000000 };

static void close_db(void *db)
{
	db_close(db);
}

bool local_run(struct ctl *k, ctl_run *work)
{
	static const struct actor actor = { .kind = "cli", .name = "rosterctl" };
	struct ctx *c = k->c;

	c->actor = &actor;
	c->db = db_open(ctl_setting(k, "database"), &c->err);
	if (!c->db)
		return false;
	arena_defer(c->arena, close_db, c->db);
	if (!schema_migrate(c))
		return false;
	for (int i = 1; !work(k); i++) {
		if (i == TRIES || !err_take(&c->err, ERR_RETRY))
			return false;
		c->org = NULL;
		c->now = time_now();
	}
	return true;
}

bool local_enter_org(struct ctl *k)
{
	const char *name = ctl_option(k, "org");
	struct org *o;

	if (!name)
		return ctl_misuse(k, "--org NAME is missing; rosterctl org list shows the names");
	if (!org_find_by_name(k->c, name, &o))
		return false;
	if (!o)
		return error(k->c, ERR_NOT_FOUND,
			     "there is no organization \"%s\"; rosterctl org list shows the names",
			     name);
	k->c->org = o;
	return db_enter_org(k->c, o->id);
}

static bool read_seats(struct ctl *k, int64_t *out)
{
	const char *text = ctl_option(k, "seats");

	*out = SEATS_UNLIMITED;
	if (!text)
		return ctl_misuse(k, "--seats is missing: a number, or unlimited");
	if (strcmp(text, "unlimited") == 0 || text_int(text, 0, SEATS_MAX, out))
		return true;
	return ctl_misuse(k, "--seats must be a number from 0 to %d, or unlimited, not '%s'",
			  SEATS_MAX, text);
}

static bool read_policies(struct ctl *k, struct org *o)
{
	const char *policy = ctl_option(k, "policy"), *role = ctl_option(k, "default-role");

	if (policy && strcmp(policy, "queue") != 0 && strcmp(policy, "refuse") != 0)
		return ctl_misuse(k, "--policy is queue or refuse, not '%s'", policy);
	o->refuse_when_full = policy && strcmp(policy, "refuse") == 0;
	if (role && (!role_parse(role, &o->default_role) || o->default_role < ROLE_NO ||
		     o->default_role > ROLE_AD))
		return ctl_misuse(k, "--default-role is AN, RE, MA, AD or NO, not '%s'", role);
	return true;
}

/* The organization with its seats, in one transaction. */
static bool make_org(struct ctl *k, struct org *o, int64_t seats)
{
	struct ctx *c = k->c;
	SCOPED_TX tx = { 0 };

	if (!tx_begin(c, &tx) || !org_create(c, o))
		return false;
	o->seat_limit = seats;
	c->org = o;
	c->alone = true; /* nobody else can see it yet */
	return db_enter_org(c, o->id) && db_gate(c, o->id, true) && seat_set_limit(c, seats) &&
	       tx_commit(&tx);
}

static const char *link_url(struct ctl *k, const char *secret)
{
	const char *base = ctl_setting(k, "public-url");

	if (!base)
		base = "http://127.0.0.1:8080";
	return arena_printf(k->c->arena, "%.*s/password/%s",
			    (int)(strlen(base) - (base[strlen(base) - 1] == '/')), base, secret);
}

/* Not on stdout, which is for the id. */
static void say_owner(const char *mail, const char *url)
{
	fprintf(stderr,
		"rosterctl: %s is Owner now; the password is set here, once, within %d hours: %s\n",
		mail, PASSWORD_LINK_HOURS, url);
}

static bool appoint(struct ctl *k, const char *mail, const char **secret)
{
	struct user *u;

	*secret = NULL;
	if (!mail)
		return true;
	if (!owner_appoint(k->c, mail, &u) || !password_link_make(k->c, u->id, secret))
		return false;
	audit_note(k->c, (struct audit_note){ .action = "password.link",
					      .target_kind = "user",
					      .target_id = u->id });
	return true;
}

/* The record of its making, if it is new, and its Owner unless mail is NULL. */
static bool finish_org(struct ctl *k, const char *mail, bool made, const char **secret)
{
	SCOPED_CHANGE ch = { 0 };

	if (!change_begin(k->c, &ch))
		return false;
	if (made)
		audit_note(k->c, (struct audit_note){ .action = "org.created",
						      .target_kind = "org",
						      .target_id = k->c->org->id });
	return appoint(k, mail, secret) && change_commit(&ch);
}

/* Again when the database asks: the organization is there already by then.  *url is NULL
 * without an owner. */
static bool finish_org_surely(struct ctl *k, const char *mail, bool made, const char **url)
{
	const char *secret;

	for (int i = 1; !finish_org(k, mail, made, &secret); i++)
		if (i == TRIES || !err_take(&k->c->err, ERR_RETRY))
			return false;
	*url = secret ? link_url(k, secret) : NULL;
	if (secret)
		say_owner(mail, *url);
	return true;
}

bool local_org_owner(struct ctl *k)
{
	json_t *j = json_own(k->c, json_object());
	const char *url;

	if (!strchr(k->arg[0], '@'))
		return ctl_misuse(k, "an Owner is named by a mail address, not '%s'", k->arg[0]);
	if (!local_enter_org(k) || !finish_org_surely(k, k->arg[0], false, &url))
		return false;
	json_put_text(j, "owner", k->arg[0]);
	json_put_text(j, "password_link", url);
	ctl_print_word(k, j, "password_link");
	return true;
}

bool local_org_create(struct ctl *k)
{
	struct org o = { .name = k->arg[0],
			 .default_role = ROLE_AN,
			 .never_matched = UNMATCHED_DEFAULT_ROLE,
			 .lost_match = UNMATCHED_DEFAULT_ROLE,
			 .hold_people = 10,
			 .hold_percent = 5,
			 .relink_former = true };
	const char *owner = ctl_option(k, "owner"), *url;
	json_t *j = json_own(k->c, json_object());
	int64_t seats;

	if (!read_seats(k, &seats) || !read_policies(k, &o))
		return false;
	if (owner && !strchr(owner, '@'))
		return ctl_misuse(k, "--owner must be a mail address, not '%s'", owner);
	if (!make_org(k, &o, seats) || !finish_org_surely(k, owner, true, &url))
		return false;
	json_put_text(j, "id", o.id);
	json_put_text(j, "name", o.name);
	json_put_text(j, "password_link", url);
	ctl_print_word(k, j, "id");
	return true;
}

static json_t *org_json(struct ctl *k, const struct org *o, const struct seats *s)
{
	json_t *j = json_object();

	json_put_text(j, "id", o->id);
	json_put_text(j, "name", o->name);
	if (s->limit == SEATS_UNLIMITED)
		json_put_null(j, "limit", k->json ? NULL : "unlimited");
	else
		json_put_int(j, "limit", s->limit);
	json_put_int(j, "used", s->used);
	json_put_int(j, "waiting", s->waiting);
	json_put_text(j, "policy", o->refuse_when_full ? "refuse" : "queue");
	json_put_text(j, "default_role", role_code(o->default_role));
	json_put_time(k->c, j, "created", o->created);
	return j;
}

bool local_org_list(struct ctl *k)
{
	static const struct column columns[] = {
		{ "NAME", "name" },       { "SEATS", "limit" },   { "USED", "used" },
		{ "WAITING", "waiting" }, { "POLICY", "policy" }, { "DEFAULT", "default_role" },
		{ "ID", "id" },           { NULL, NULL },
	};
	json_t *items = json_own(k->c, json_array());
	struct seats seats;
	struct org *list;
	int n;

	if (!org_list(k->c, &list, &n))
		return false;
	for (int i = 0; i < n; i++) {
		k->c->org = &list[i];
		if (!db_enter_org(k->c, list[i].id) || !seat_count(k->c, &seats))
			return false;
		json_array_append_new(items, org_json(k, &list[i], &seats));
	}
	ctl_print_items(k, items, columns);
	return true;
}
