/* ctl_token.c - tokens of machines, on the database and over the API. */
#include "ctl.h"

#include <string.h>

#include "change/change.h"
#include "http/json.h"
#include "roster/source.h"
#include "roster/token.h"

static const char *const kinds[] = { "scim", "admin", "platform" };

static bool read_kind(struct ctl *k, const char **out)
{
	const char *kind = ctl_option(k, "kind");

	for (int i = 0; kind && i < 3; i++)
		if (strcmp(kind, kinds[i]) == 0) {
			*out = kind;
			return true;
		}
	return ctl_misuse(k,
			  kind ? "--kind is scim, admin or platform, not '%s'"
			       : "--kind is missing: scim, admin or platform%s",
			  kind ? kind : "");
}

/* 0 unless --expires is given. */
static bool read_expires(struct ctl *k, int64_t *out)
{
	const char *text = ctl_option(k, "expires");

	*out = 0;
	if (!text)
		return true;
	if (!ctl_time(k, text, out))
		return false;
	return *out > k->c->now || ctl_misuse(k, "--expires %s is in the past", text);
}

/* The SCIM connection of this name; the first one, "scim", is made on demand. */
static bool connection(struct ctl *k, const char *name, const char **id)
{
	struct source made = { .kind = "scim", .name = "scim", .preset = "generic" }, *s;

	if (!source_find_by_name(k->c, name ? name : "scim", &s))
		return false;
	if (s && strcmp(s->kind, "scim") != 0)
		return error(k->c, ERR_VALUE,
			     "\"%s\" is a %s connection; SCIM tokens need a scim one", s->name,
			     s->kind);
	if (!s && name && strcmp(name, "scim") != 0)
		return error(k->c, ERR_NOT_FOUND,
			     "there is no connection \"%s\"; rosterctl connections create makes "
			     "one",
			     name);
	*id = s ? s->id : NULL;
	if (s)
		return true;
	/* another rosterctl may be making it at this moment: then look again */
	if (!source_create(k->c, &made))
		return err_take(&k->c->err, ERR_UNIQUE) &&
		       error(k->c, ERR_RETRY, "the connection \"%s\" was just made", made.name);
	audit_note(k->c, (struct audit_note){ .action = "connection.created",
					      .target_kind = "connection",
					      .target_id = made.id });
	*id = made.id;
	return true;
}

static void note_created(struct ctl *k, const struct token *t)
{
	struct buf b = buf_in(k->c->arena, 4096);

	buf_puts(&b, "{\"kind\":");
	buf_json(&b, t->kind);
	buf_puts(&b, ",\"name\":");
	buf_json(&b, t->name);
	buf_puts(&b, "}");
	audit_note(k->c, (struct audit_note){ .action = "token.created",
					      .target_kind = "token",
					      .target_id = t->id,
					      .after = b.p });
}

bool local_token_create(struct ctl *k)
{
	json_t *j = json_own(k->c, json_object());
	struct token t = { .kind = "", .name = ctl_option(k, "name") };
	const char *secret, *name = ctl_option(k, "connection");
	SCOPED_CHANGE ch = { 0 };

	if (!read_kind(k, &t.kind) || !read_expires(k, &t.expires) || !local_enter_org(k))
		return false;
	if (name && strcmp(t.kind, "scim") != 0)
		return ctl_misuse(k, "--connection is for scim tokens only");
	if (!change_begin(k->c, &ch) ||
	    (strcmp(t.kind, "scim") == 0 && !connection(k, name, &t.source_id)) ||
	    !token_create(k->c, &t, &secret))
		return false;
	note_created(k, &t);
	if (!change_commit(&ch))
		return false;
	json_put_text(j, "id", t.id);
	json_put_text(j, "kind", t.kind);
	json_put_text(j, "token", secret);
	ctl_print_word(k, j, "token");
	return true;
}

static const struct column columns[] = {
	{ "ID", "id" },
	{ "KIND", "kind" },
	{ "NAME", "name" },
	{ "CREATED", "created" },
	{ "LAST USED", "last_used" },
	{ "EXPIRES", "expires" },
	{ "REVOKED", "revoked" },
	{ NULL, NULL },
};

bool local_token_list(struct ctl *k)
{
	json_t *items = json_own(k->c, json_array());
	struct token *list;
	int n;

	if (!local_enter_org(k) || !token_list(k->c, &list, &n))
		return false;
	for (int i = 0; i < n; i++) {
		json_t *j = json_object();

		json_put_text(j, "id", list[i].id);
		json_put_text(j, "kind", list[i].kind);
		json_put_null(j, "name", list[i].name);
		json_put_null(j, "connection", list[i].source_id);
		json_put_text(j, "created_by", list[i].created_by);
		json_put_time(k->c, j, "created", list[i].created);
		json_put_time(k->c, j, "expires", list[i].expires);
		json_put_time(k->c, j, "revoked", list[i].revoked);
		json_put_time(k->c, j, "last_used", list[i].last_used);
		json_array_append_new(items, j);
	}
	ctl_print_items(k, items, columns);
	return true;
}

bool local_token_revoke(struct ctl *k)
{
	SCOPED_CHANGE ch = { 0 };

	if (!local_enter_org(k) || !change_begin(k->c, &ch) || !token_revoke(k->c, k->arg[0]))
		return false;
	audit_note(k->c, (struct audit_note){ .action = "token.revoked",
					      .target_kind = "token",
					      .target_id = k->arg[0] });
	if (!change_commit(&ch))
		return false;
	ctl_print_done(k, NULL, "revoked %s", k->arg[0]);
	return true;
}

bool ctl_tokens_list(struct ctl *k)
{
	json_t *items;

	if (!api_list(k, "/tokens", &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

/* Id of a SCIM connection by id or name; name NULL: "scim", or the only one. */
static bool connection_id(struct ctl *k, const char *name, const char **id)
{
	json_t *items, *one;
	size_t i;

	if (!api_list(k, "/connections/scim", &items))
		return false;
	json_array_foreach(items, i, one)
	{
		const char *this_id = json_string_value(json_object_get(one, "id"));
		const char *this_name = json_string_value(json_object_get(one, "name"));

		if (!this_id || !this_name)
			continue;
		if ((!name && json_array_size(items) == 1) ||
		    strcmp(this_id, name ? name : "") == 0 ||
		    text_same(this_name, name ? name : "scim")) {
			*id = this_id;
			return true;
		}
	}
	return error(k->c, ERR_NOT_FOUND,
		     name ? "there is no SCIM connection \"%s\"; see rosterctl connections list"
			  : "say which connection with --connection; see rosterctl connections "
			    "list%s",
		     name ? name : "");
}

bool ctl_tokens_create(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *out;
	const char *kind = "", *id = NULL, *expires = ctl_option(k, "expires");
	int64_t at;

	if (!read_kind(k, &kind) || !read_expires(k, &at))
		return false;
	if (strcmp(kind, "scim") == 0 && !connection_id(k, ctl_option(k, "connection"), &id))
		return false;
	json_put_text(body, "kind", kind);
	json_put_text(body, "connection", id);
	json_put_text(body, "name", ctl_option(k, "name"));
	if (expires)
		json_put_time(k->c, body, "expires", at);
	if (!api_call(k, "POST", "/tokens", body, &out))
		return false;
	ctl_print_word(k, out, "token");
	return true;
}

bool ctl_tokens_revoke(struct ctl *k)
{
	json_t *out;

	if (!api_call(k, "DELETE", api_path(k, "/tokens/", k->arg[0], ""), NULL, &out))
		return false;
	ctl_print_done(k, out, "revoked %s", k->arg[0]);
	return true;
}
