/* tokens.c - /tokens: credentials of machines. */
#include "admin.h"

#include <string.h>

#include "change/change.h"
#include "roster/token.h"

enum { NAME_BYTES_MAX = 200 };

static json_t *show(struct ctx *c, const struct token *t)
{
	json_t *j = json_object();

	json_put_text(j, "id", t->id);
	json_put_text(j, "kind", t->kind);
	json_put_null(j, "name", t->name);
	json_put_null(j, "connection", t->source_id);
	json_put_time(c, j, "created", t->created);
	json_put_text(j, "created_by", t->created_by);
	json_put_time(c, j, "expires", t->expires);
	json_put_time(c, j, "revoked", t->revoked);
	json_put_time(c, j, "last_used", t->last_used);
	return j;
}

/* There are few: they are one page, unless a smaller one is asked for. */
bool admin_tokens_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct token *t;
	struct page page;
	json_t *items;
	int n, i = 0, shown = 0;

	if (!page_read(c, q, &page) || !token_list(c, &t, &n))
		return false;
	items = json_array();
	while (i < n && strcmp(t[i].id, page.after) <= 0)
		i++;
	for (; i < n && shown < page.limit; i++, shown++)
		json_append(items, show(c, &t[i]));
	page_respond(c, p, items, shown && i < n ? t[i - 1].id : NULL, n);
	return true;
}

static bool read_connection(struct ctx *c, const struct token *t)
{
	struct source *s;

	if (strcmp(t->kind, "scim") != 0)
		return !t->source_id ||
		       error(c, ERR_VALUE, "only a token of kind scim belongs to a connection");
	if (!t->source_id)
		return error(c, ERR_VALUE,
			     "connection is missing: the id of the SCIM connection that "
			     "the token is for");
	if (!source_find(c, t->source_id, &s))
		return false;
	return (s && strcmp(s->kind, "scim") == 0) ||
	       error(c, ERR_VALUE, "there is no SCIM connection %.100s", t->source_id);
}

static bool read_token(struct ctx *c, const json_t *j, struct token *out)
{
	static const char *const kinds[] = { "scim", "admin", "platform" };
	int kind = 0;

	if (!body_needs(c, j, "kind") || !body_word(c, j, "kind", kinds, 3, &kind) ||
	    !body_text(c, j, "name", NAME_BYTES_MAX, &out->name) ||
	    !body_text(c, j, "connection", NAME_BYTES_MAX, &out->source_id) ||
	    !body_time(c, j, "expires", &out->expires))
		return false;
	if (out->expires && out->expires <= c->now)
		return error(c, ERR_VALUE, "expires is in the past");
	out->kind = kinds[kind];
	return read_connection(c, out);
}

bool admin_token_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct token t = { 0 };
	const char *secret;
	json_t *j, *shown;

	if (!body_read(c, q, "kind name connection expires", &j) || !read_token(c, j, &t) ||
	    !token_create(c, &t, &secret))
		return false;
	shown = show(c, &t);
	audit_note(c, (struct audit_note){ .action = "token.created",
					   .target_kind = "token",
					   .target_id = t.id,
					   .after = json_line(c, shown) });
	/* after the note: this is the only place where it is ever written */
	json_put_text(shown, "token", secret);
	json_respond(c, p, 201, shown);
	http_add_header(p, "Cache-Control", "no-store");
	return true;
}

static bool is_revoked(struct ctx *c, const char *id, bool *out)
{
	struct token *t;
	int n;

	*out = false;
	if (!token_list(c, &t, &n))
		return false;
	for (int i = 0; i < n; i++)
		if (strcmp(t[i].id, id) == 0)
			*out = t[i].revoked > 0;
	return true;
}

/* Again is no error, and leaves no trace. */
bool admin_token_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	bool before;

	if (!is_revoked(c, q->param[0], &before) || (!before && !token_revoke(c, q->param[0])))
		return false;
	if (!before)
		audit_note(c, (struct audit_note){ .action = "token.revoked",
						   .target_kind = "token",
						   .target_id = q->param[0] });
	p->status = 204;
	return true;
}
