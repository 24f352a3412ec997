/* saml_keys.c - our keys of a SAML connection, and the test sign-in. */
#include "saml_show.h"

#include <string.h>

#include "change/change.h"

enum { TEST_MINUTES = 10 };

static bool respond_keys(struct ctx *c, struct http_resp *p, const char *id, int status)
{
	json_t *items = json_array(), *j;
	struct saml_key *k;
	int n;

	if (!saml_key_list(c, id, &k, &n))
		return json_decref(items), false;
	for (int i = 0; i < n; i++) {
		j = saml_key_show(c, k[i].certificate);
		json_put_text(j, "id", k[i].id);
		json_put_text(j, "state", k[i].state);
		json_put_time(c, j, "created", k[i].created);
		json_append(items, j);
	}
	page_respond(c, p, items, NULL, n);
	p->status = status;
	return true;
}

bool admin_saml_keys(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct saml_connection *s;

	return saml_get(c, q->param[0], &s) && respond_keys(c, p, s->source->id, 200);
}

static const struct saml_key *key_in(const struct saml_connection *s, const char *state)
{
	for (int i = 0; i < s->keys; i++)
		if (strcmp(s->key[i].state, state) == 0)
			return &s->key[i];
	return NULL;
}

/* The next key takes over; the one before goes on opening what is sent to it. */
static bool activate(struct ctx *c, const struct saml_connection *s, const struct saml_key *next)
{
	const struct saml_key *current = key_in(s, "current"), *previous = key_in(s, "previous");

	saml_note(c, "connection.key_activated", s->source->id, NULL, NULL);
	return (!previous || saml_key_delete(c, previous)) &&
	       (!current || saml_key_set_state(c, current, "previous")) &&
	       saml_key_set_state(c, next, "current");
}

/* First time: a next key, published beside the current one.  Second time, when the
 * identity provider knows it: it becomes the current one. */
bool admin_saml_rotate(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const struct saml_key *next;
	struct saml_key made = { 0 };
	struct saml_connection *s;
	SCOPED_CHANGE ch = { 0 };

	if (!saml_get(c, q->param[0], &s) || (!key_in(s, "next") && !saml_key_make(c, &made)) ||
	    !change_begin(c, &ch) || !saml_get(c, q->param[0], &s))
		return false;
	next = key_in(s, "next");
	if (next ? !activate(c, s, next) : !made.sealed)
		return next ? false : error(c, ERR_RETRY, "the keys have changed meanwhile");
	if (!next) {
		made.source_id = s->source->id;
		made.state = "next";
		if (!saml_key_insert(c, &made))
			return false;
		saml_note(c, "connection.key_made", s->source->id, NULL, NULL);
	}
	return respond_keys(c, p, s->source->id, 200) && change_commit(&ch);
}

bool admin_saml_test(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct saml_connection *s;
	const char *url;
	json_t *j;

	if (!saml_get(c, q->param[0], &s))
		return false;
	if (!s->idp.entity_id)
		return error(c, ERR_CONFLICT,
			     "the connection has no metadata of the identity "
			     "provider yet");
	if (!saml_test_url(c, s, &url))
		return false;
	j = json_object();
	json_put_text(j, "url", url);
	json_put_time(c, j, "expires", c->now + (int64_t)TEST_MINUTES * 60 * 1000);
	json_respond(c, p, 200, j);
	return true;
}
