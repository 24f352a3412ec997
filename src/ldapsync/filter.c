/* filter.c - what settings must be together, and the questions they make. */
#include "filter.h"

#include <string.h>
#include <strings.h>

#include "bases.h"

/* What is asked for about everybody whose state is asked for. */
static const char *const known_states[] = {
	"userAccountControl", "accountExpires",         "isCriticalSystemObject",
	"nsAccountLock",      "krbPrincipalExpiration", "pwdAccountLockedTime",
	"pwdEndTime",         "loginDisabled",          "loginExpirationTime",
	"shadowExpire",
};

/* ---- URIs ---- */

static bool has_scheme(const char *uri, const char *scheme)
{
	return strncasecmp(uri, scheme, strlen(scheme)) == 0;
}

/* The host between scheme and port. */
static struct slice host_of(const char *uri)
{
	const char *p = strstr(uri, "://"), *end;

	if (!p)
		return (struct slice){ 0 };
	p += 3;
	if (*p == '[') {
		end = strchrnul(p, ']');
		return (struct slice){ p + 1, (size_t)(end - p - 1) };
	}
	return (struct slice){ p, strcspn(p, ":/") };
}

static bool is_this_machine(const char *uri)
{
	struct slice host = host_of(uri);

	return slice_is(host, "localhost") || slice_is(host, "::1") ||
	       (host.n >= 4 && strncmp(host.p, "127.", 4) == 0 &&
		strspn(host.p, "0123456789.") >= host.n);
}

static bool check_uri(struct ctx *c, const struct ldap_settings *s, const char *uri)
{
	struct slice host = host_of(uri);
	size_t rest = host.p ? strspn(host.p + host.n, "]:0123456789") : 0;

	if (!has_scheme(uri, "ldap://") && !has_scheme(uri, "ldaps://"))
		return error(c, ERR_VALUE, "uris must begin with ldaps:// or ldap://");
	if (!host.n || strpbrk(uri, " \t?#") ||
	    (host.p[host.n + rest] && strcmp(host.p + host.n + rest, "/") != 0))
		return error(c, ERR_VALUE,
			     "\"%.100s\" must be scheme, host and port alone: "
			     "ldaps://dc1.acme.example:636",
			     uri);
	if (s->tls == DIR_LDAPS && !has_scheme(uri, "ldaps:"))
		return error(c, ERR_VALUE,
			     "\"%.100s\" is not ldaps://, as tls.mode \"ldaps\" "
			     "wants; change it or tls.mode",
			     uri);
	if (s->tls != DIR_LDAPS && has_scheme(uri, "ldaps:"))
		return error(c, ERR_VALUE, "\"%.100s\" needs tls.mode \"ldaps\"", uri);
	if (s->tls == DIR_NO_TLS && !is_this_machine(uri))
		return error(c, ERR_VALUE,
			     "without TLS, passwords and people can be read and "
			     "changed on the way: use tls.mode \"ldaps\" or "
			     "\"starttls\" for any machine but this one");
	return true;
}

static bool check_uris(struct ctx *c, const struct ldap_settings *s)
{
	int n = 0;

	for (; s->uris[n]; n++)
		if (!check_uri(c, s, s->uris[n]))
			return false;
	if (n == 0)
		return error(c, ERR_VALUE, "uris must name at least one server");
	return n <= DIR_URIS_MAX || error(c, ERR_VALUE, "uris may name %d servers", DIR_URIS_MAX);
}

/* ---- TLS and binds ---- */

static bool is_pem(const char *text)
{
	return !*text || strstr(text, "-----BEGIN CERTIFICATE-----");
}

static bool check_tls(struct ctx *c, const struct ldap_settings *s)
{
	if (!is_pem(s->ca_pem))
		return error(c, ERR_VALUE, "tls.ca_pem must be certificates in PEM");
	if (!is_pem(s->client_cert_pem))
		return error(c, ERR_VALUE, "tls.client_cert_pem must be a certificate in PEM");
	if (*s->pin && (strlen(s->pin) != 64 || strspn(s->pin, "0123456789abcdefABCDEF") != 64))
		return error(c, ERR_VALUE,
			     "tls.pin must be the SHA-256 of the server's "
			     "certificate, 64 hexadecimal digits");
	if (s->bind_method == DIR_EXTERNAL && !*s->client_cert_pem)
		return error(c, ERR_VALUE,
			     "bind.method \"external\" needs tls.client_cert_pem "
			     "and tls.client_key_pem");
	return true;
}

/* ---- filters ---- */

/* One pair of parentheses around all of it, so that it stays one when it stands in another;
 * the rest is for the server to say. */
static bool is_filter(const char *f)
{
	int depth = 0;

	for (const char *p = f; *p; p++) {
		if (*p == '\\' && !(p[1] && p[2]))
			return false;
		depth += (*p == '(') - (*p == ')');
		if (depth <= 0 && p[1])
			return false;
	}
	return depth == 0 && f[0] == '(' && f[1] != ')';
}

static bool check_filter(struct ctx *c, const char *name, const char *f)
{
	return is_filter(f) || error(c, ERR_VALUE,
				     "%s must be a filter such as "
				     "(&(objectClass=person)(mail=*))",
				     name);
}

static bool check_filters(struct ctx *c, const struct ldap_settings *s)
{
	if (!strstr(s->signin_filter, "{login}"))
		return error(c, ERR_VALUE, "signin.filter must have {login} in it");
	return check_filter(c, "users.filter", s->users_filter) &&
	       check_filter(c, "groups.filter", s->groups_filter) &&
	       check_filter(c, "signin.filter", s->signin_filter);
}

/* Names go into requests and filters as they are. */
static bool check_names(struct ctx *c, const char *setting, const char *const *name)
{
	static const char chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-.";

	for (; name && *name; name++)
		if (strspn(*name, chars) != strlen(*name) ||
		    strcasecmp(*name, "userPassword") == 0 || strcasecmp(*name, "unicodePwd") == 0)
			return error(c, ERR_VALUE,
				     "%s: \"%.60s\" is not the name of an attribute "
				     "to be read",
				     setting, *name);
	return true;
}

static bool check_states(struct ctx *c, const struct ldap_settings *s)
{
	bool known;

	for (int i = 0; s->state_attributes[i]; i++) {
		known = false;
		for (size_t k = 0; k < sizeof(known_states) / sizeof(known_states[0]); k++)
			known = known || strcasecmp(s->state_attributes[i], known_states[k]) == 0;
		if (!known)
			return error(c, ERR_VALUE,
				     "state.attributes: \"%.60s\" says nothing that "
				     "is understood here",
				     s->state_attributes[i]);
	}
	return true;
}

static bool check_all_names(struct ctx *c, const struct ldap_settings *s)
{
	const char *const id[] = { s->id_attribute, NULL };
	const char *const member_of[] = { *s->member_of ? s->member_of : NULL, NULL };

	return check_names(c, "id.attribute", id) &&
	       check_names(c, "attributes.user_name", s->user_name.name) &&
	       check_names(c, "attributes.email", s->mail.name) &&
	       check_names(c, "attributes.first_name", s->first_name.name) &&
	       check_names(c, "attributes.last_name", s->last_name.name) &&
	       check_names(c, "attributes.display_name", s->display_name.name) &&
	       check_names(c, "attributes.login", s->login.name) &&
	       check_names(c, "groups.name", s->group_name.name) &&
	       check_names(c, "groups.members", s->members.name) &&
	       check_names(c, "groups.member_uids", s->member_uids.name) &&
	       check_names(c, "groups.member_of", member_of) && check_states(c, s);
}

/* Its values are no part of what a person is compared by: those of another setting are. */
static bool check_member_of(struct ctx *c, const struct ldap_settings *s)
{
	struct ldap_settings without = *s;
	struct dir_query q;

	without.member_of = "";
	ldap_users_query(c, &without, &q);
	return !*s->member_of || want_of(&q, s->member_of) < 0 ||
	       error(c, ERR_VALUE,
		     "groups.member_of names an attribute that is read for another "
		     "setting");
}

bool settings_sound(struct ctx *c, const struct ldap_settings *s)
{
	struct dir_query users, groups;

	if (!check_uris(c, s) || !check_tls(c, s) || !bases_sound(c, s) || !check_filters(c, s) ||
	    !check_all_names(c, s) || !check_member_of(c, s))
		return false;
	if (!s->user_name.name[0])
		return error(c, ERR_VALUE, "attributes.user_name must name an attribute");
	ldap_users_query(c, s, &users);
	ldap_groups_query(c, s, &groups);
	return (users.wants < DIR_WANTS_MAX && groups.wants < DIR_WANTS_MAX) ||
	       error(c, ERR_VALUE, "more than %d attributes would be asked for", DIR_WANTS_MAX - 1);
}

/* ---- what a stored password may be used for ---- */

static bool is_among(const char **list, const char *uri)
{
	for (; *list; list++)
		if (strcmp(*list, uri) == 0)
			return true;
	return false;
}

bool ldap_settings_move(const struct ldap_settings *before, const struct ldap_settings *after)
{
	for (int i = 0; after->uris[i]; i++)
		if (!is_among(before->uris, after->uris[i]))
			return true;
	return (before->tls != DIR_NO_TLS && after->tls == DIR_NO_TLS) ||
	       strcmp(before->ca_pem, after->ca_pem) != 0 || strcmp(before->pin, after->pin) != 0;
}

/* ---- questions ---- */

static const char *or_null(const char *s)
{
	return *s ? s : NULL;
}

void ldap_config(struct ctx *c, const struct ldap_settings *s, const char *password,
		 const char *client_key_pem, struct dir_config *out)
{
	(void)c;
	*out = (struct dir_config){
		.uris = s->uris,
		.tls = (enum dir_tls)s->tls,
		.ca_pem = or_null(s->ca_pem),
		.pin = or_null(s->pin),
		.client_cert_pem = or_null(s->client_cert_pem),
		.client_key_pem = client_key_pem,
		.method = (enum dir_method)s->bind_method,
		.dn = s->bind_dn,
		.password = password,
		.connect_ms = (int)s->connect_s * 1000,
		.answer_ms = (int)s->answer_s * 1000,
		.total_ms = (int)s->run_minutes * 60000,
		.page_size = (int)s->page_size,
		.entries_max = s->entries_max,
		.entry_bytes_max = s->entry_kib_max * 1024,
	};
}

int want_of(const struct dir_query *q, const char *name)
{
	for (int i = 0; i < q->wants; i++)
		if (strcasecmp(q->want[i].name, name) == 0)
			return i;
	return -1;
}

struct asked {
	struct dir_query *q;
	struct dir_want *room;
};

static void ask_for(struct asked *k, const char *const *name, enum dir_value_kind kind)
{
	for (; *name && k->q->wants < DIR_WANTS_MAX; name++)
		if (want_of(k->q, *name) < 0)
			k->room[k->q->wants++] = (struct dir_want){ *name, kind };
}

static struct asked ask_begin(struct ctx *c, const struct ldap_settings *s,
			      const char *const *bases, const char *filter, int64_t scope,
			      struct dir_query *out)
{
	struct asked k = { out, arena_array(c->arena, struct dir_want, DIR_WANTS_MAX) };

	*out = (struct dir_query){ .bases = bases,
				   .filter = filter,
				   .id_attr = s->id_attribute,
				   .id_form = (enum dir_id_form)s->id_form,
				   .want = k.room };
	out->scope = scope == DIR_SUBTREE ? DIR_SUBTREE : scope == DIR_ONE ? DIR_ONE : DIR_BASE;
	return k;
}

void ldap_users_query(struct ctx *c, const struct ldap_settings *s, struct dir_query *out)
{
	static const char *const sid[] = { "objectSid", NULL }, *const primary[] = {
		"primaryGroupID", NULL
	};
	const char *const member_of[] = { *s->member_of ? s->member_of : NULL, NULL };
	struct asked k = ask_begin(c, s, s->users_bases, s->users_filter, s->users_scope, out);

	/* first: what groups somebody is in does not make him another person */
	ask_for(&k, member_of, DIR_DN);
	out->apart = out->wants;
	ask_for(&k, s->user_name.name, DIR_TEXT);
	ask_for(&k, s->mail.name, DIR_TEXT);
	ask_for(&k, s->first_name.name, DIR_TEXT);
	ask_for(&k, s->last_name.name, DIR_TEXT);
	ask_for(&k, s->display_name.name, DIR_TEXT);
	ask_for(&k, s->login.name, DIR_TEXT);
	ask_for(&k, s->state_attributes, DIR_TEXT);
	if (s->primary_groups) {
		ask_for(&k, sid, DIR_BINARY);
		ask_for(&k, primary, DIR_TEXT);
	}
}

void ldap_groups_query(struct ctx *c, const struct ldap_settings *s, struct dir_query *out)
{
	static const char *const sid[] = { "objectSid", NULL };
	struct asked k = ask_begin(c, s, s->groups_bases, s->groups_filter, s->groups_scope, out);

	/* first: another setting may name the same attribute, and members need their keys */
	ask_for(&k, s->members.name, DIR_DN);
	ask_for(&k, s->group_name.name, DIR_TEXT);
	ask_for(&k, s->member_uids.name, DIR_TEXT);
	if (s->primary_groups)
		ask_for(&k, sid, DIR_BINARY);
}

enum dir_strategy ldap_strategy(const struct ldap_settings *s, const struct dir_identity *i)
{
	return s->strategy == LDAP_AUTO ? dir_strategy_for(i, bases_are_several(s))
					: (enum dir_strategy)s->strategy;
}

const char *filter_whole(struct ctx *c, const char *filter)
{
	return *filter == '(' ? filter : arena_printf(c->arena, "(%s)", filter);
}

const char *signin_filter(struct arena *a, const struct ldap_settings *s, const char *login)
{
	static const char place[] = "{login}";
	const char *safe = dir_filter_text(a, login), *at, *from = s->signin_filter;
	struct buf b = buf_in(a, 256 * 1024);

	buf_printf(&b, "(&%s", s->users_filter);
	for (; (at = strstr(from, place)); from = at + sizeof(place) - 1) {
		buf_put(&b, from, (size_t)(at - from));
		buf_puts(&b, safe);
	}
	buf_printf(&b, "%s)", from);
	return b.p;
}
