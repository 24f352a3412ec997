/* ctl_saml.c - one SAML message verified offline, as the server does it. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "http/http.h"
#include "http/json.h"
#include "saml/connection.h"
#include "saml/verify.h"

enum { FILE_MAX = 4 << 20, KEYS_MAX = 16 };

/* What verification works with, from the command line. */
struct offline {
	struct saml_policy policy;
	struct saml_keys keys;
	struct saml_input input;
	struct slice signing[KEYS_MAX], decryption[1];
	const char *contexts[2];
};

static bool read_metadata(struct ctl *k, struct offline *o)
{
	const char *path = ctl_option(k, "metadata");
	struct saml_idp *idp = arena_new(k->c->arena, struct saml_idp);
	struct slice xml;

	if (!path)
		return ctl_misuse(k, "say which identity provider: --metadata IDP.xml");
	if (!ctl_read(k, path, FILE_MAX, &xml) || !saml_metadata_read(k->c, xml, NULL, idp))
		return false;
	o->policy.idp_entity_id = idp->entity_id;
	for (int i = 0; i < idp->n_keys && i < KEYS_MAX; i++)
		o->signing[o->keys.n_signing++] =
			(struct slice){ idp->key[i], strlen(idp->key[i]) };
	o->keys.signing = o->signing;
	return true;
}

static bool read_key(struct ctl *k, struct offline *o)
{
	const char *path = ctl_option(k, "key");

	if (!path)
		return true;
	o->keys.decryption = o->decryption;
	o->keys.n_decryption = 1;
	return ctl_read(k, path, FILE_MAX, &o->decryption[0]);
}

static bool read_allowed(struct ctl *k, struct saml_policy *p)
{
	const struct {
		const char *word;
		bool *place;
	} words[] = {
		{ "sha1", &p->allow_sha1 },
		{ "cbc", &p->allow_cbc },
		{ "inclusive-c14n", &p->allow_inclusive_c14n },
	};
	const char *list = ctl_option(k, "allow");

	while (list && *list) {
		size_t n = strcspn(list, ",");
		bool known = false;

		for (int i = 0; i < 3; i++)
			if (strlen(words[i].word) == n && strncmp(list, words[i].word, n) == 0)
				known = *words[i].place = true;
		if (!known)
			return ctl_misuse(k, "--allow knows sha1, cbc and inclusive-c14n");
		list += n + (list[n] == ',');
	}
	return true;
}

static bool read_want(struct ctl *k, struct saml_policy *p)
{
	const char *word = ctl_option(k, "want");

	if (word && strcmp(word, "encrypted") == 0) {
		p->want_encrypted = true;
		return true;
	}
	for (int i = 0; word && i < SAML_WANTS; i++)
		if (strcmp(saml_want_names[i], word) == 0) {
			p->want = (enum saml_want)i;
			return true;
		}
	return !word || ctl_misuse(k, "--want is any, response, assertion, both or encrypted");
}

static bool read_time_option(struct ctl *k, const char *name, int64_t unset, int64_t *out)
{
	const char *text = ctl_option(k, name);

	*out = unset;
	return !text || ctl_time(k, text, out);
}

static bool read_policy(struct ctl *k, struct offline *o)
{
	struct saml_policy *p = &o->policy;

	p->entity_id = ctl_option(k, "entity-id");
	p->acs_url = ctl_option(k, "acs");
	p->slo_url = ctl_option(k, "slo");
	p->request_id = ctl_option(k, "request-id");
	p->artifact_request_id = ctl_option(k, "artifact-request");
	o->contexts[0] = ctl_option(k, "authn-context");
	p->authn_contexts = o->contexts;
	if (!p->entity_id || (!p->acs_url && !p->slo_url))
		return ctl_misuse(k, "say who we are: --entity-id URI and --acs URL, as the "
				     "connection shows them");
	return read_allowed(k, p) && read_want(k, p) &&
	       read_time_option(k, "force-authn", 0, &p->force_authn_since) &&
	       read_time_option(k, "now", k->c->now, &o->input.now);
}

/* "SAMLResponse=..." of a captured form body. */
static bool read_form(struct ctl *k, const char *at, struct saml_input *in)
{
	struct slice value = { at, strcspn(at, "&\r\n") };
	const char *text = http_decode_query(k->c->arena, value);

	if (!text)
		return error(k->c, ERR_SYNTAX, "the form body is not well percent-encoded");
	in->form = SAML_FORM_POST;
	in->bytes = (struct slice){ text, strlen(text) };
	return true;
}

/* The first tag is a SOAP envelope's. */
static bool is_envelope(const char *text)
{
	return *text == '<' && memmem(text, strcspn(text, ">"), "Envelope", 8);
}

/* XML, base64, a form body, and for logout a query: as they come out of a browser's
 * tools. */
static bool read_message(struct ctl *k, struct offline *o)
{
	struct saml_input *in = &o->input;
	const char *text, *field;

	if (!ctl_read(k, k->arg[0], FILE_MAX, &in->bytes))
		return false;
	text = arena_strndup(k->c->arena, in->bytes.p, in->bytes.n);
	text += strspn(text, " \t\r\n");
	field = strstr(text, "SAMLResponse=");
	field = field ? field : strstr(text, "SAMLRequest=");
	in->form = *text == '<' || (unsigned char)*text == 0xef ? SAML_FORM_XML : SAML_FORM_POST;
	if (o->policy.artifact_request_id || is_envelope(text))
		in->form = SAML_FORM_SOAP;
	if (in->form != SAML_FORM_POST || !field)
		return true;
	if (!strstr(text, "Signature="))
		return read_form(k, field + strcspn(field, "=") + 1, in);
	in->form = SAML_FORM_REDIRECT;
	in->bytes = (struct slice){ text, strcspn(text, "\r\n") };
	return true;
}

static json_t *show_name_id(const struct saml_name_id *n)
{
	json_t *j = json_object();

	json_put_text(j, "value", n->value);
	json_put_text(j, "format", n->format);
	json_put_text(j, "name_qualifier", n->name_qualifier);
	json_put_text(j, "sp_name_qualifier", n->sp_name_qualifier);
	json_put_text(j, "sp_provided_id", n->sp_provided_id);
	return j;
}

static void put_time(struct ctl *k, json_t *j, const char *key, int64_t ms)
{
	json_put_text(j, key, ms ? time_text(k->c->arena, ms) : NULL);
}

static json_t *show_attributes(const struct saml_assertion *a)
{
	json_t *all = json_object(), *values;

	for (int i = 0; i < a->n_attributes; i++) {
		values = json_array();
		for (int v = 0; v < a->attributes[i].n; v++)
			json_array_append_new(values, json_string(a->attributes[i].values[v]));
		json_object_set_new(all, a->attributes[i].name, values);
	}
	return all;
}

static json_t *show_warnings(unsigned bits)
{
	json_t *all = json_array();

	for (int i = 0; i < SAML_WARNINGS; i++)
		if (bits & 1U << i)
			json_array_append_new(all, json_string(saml_warning_names[i]));
	return all;
}

static void print_assertion(struct ctl *k, const struct saml_assertion *a)
{
	json_t *j = json_own(k->c, json_object());

	json_put_text(j, "issuer", a->issuer);
	json_object_set_new(j, "name_id", show_name_id(&a->name_id));
	json_object_set_new(j, "attributes", show_attributes(a));
	json_put_text(j, "response_id", a->response_id);
	json_put_text(j, "assertion_id", a->assertion_id);
	json_put_text(j, "in_response_to", a->in_response_to);
	json_put_text(j, "session_index", a->session_index);
	put_time(k, j, "session_not_on_or_after", a->session_not_on_or_after);
	put_time(k, j, "authn_instant", a->authn_instant);
	json_put_text(j, "authn_context", a->authn_context);
	put_time(k, j, "not_on_or_after", a->not_on_or_after);
	json_put_bool(j, "response_signed", a->response_signed);
	json_put_bool(j, "assertion_signed", a->assertion_signed);
	json_put_bool(j, "encrypted", a->encrypted);
	json_put_int(j, "signed_by", a->signed_by);
	json_object_set_new(j, "warnings", show_warnings(a->warnings));
	json_dumpf(j, stdout, JSON_INDENT(2));
	printf("\n");
}

static void print_logout(struct ctl *k, const struct saml_logout *l)
{
	json_t *j = json_own(k->c, json_object()), *indexes = json_array();

	for (int i = 0; i < l->n_session_indexes; i++)
		json_array_append_new(indexes, json_string(l->session_indexes[i]));
	json_put_text(j, "message", l->is_response ? "LogoutResponse" : "LogoutRequest");
	json_put_text(j, "issuer", l->issuer);
	json_put_text(j, "id", l->id);
	json_object_set_new(j, "name_id", show_name_id(&l->name_id));
	json_object_set_new(j, "session_indexes", indexes);
	json_put_text(j, "in_response_to", l->in_response_to);
	json_put_text(j, "status", l->status);
	json_put_text(j, "relay_state", l->relay_state);
	json_put_int(j, "signed_by", l->signed_by);
	json_object_set_new(j, "warnings", show_warnings(l->warnings));
	json_dumpf(j, stdout, JSON_INDENT(2));
	printf("\n");
}

/* One line, for people and for grep. */
static bool refused(struct ctl *k, enum saml_refusal why, const char *detail)
{
	printf("refused: %s %s%s%s%s %s\n", saml_refusal_code(why), saml_refusal_sentence(why),
	       detail && *detail ? " Found: " : "", detail ? detail : "",
	       detail && *detail ? "." : "", saml_refusal_remedy(why));
	k->told = true;
	return false;
}

bool ctl_saml_verify(struct ctl *k)
{
	struct offline *o = arena_new(k->c->arena, struct offline);
	struct saml_assertion assertion;
	struct saml_logout logout;
	enum saml_refusal why;

	if (!saml_verify_init())
		return error(k->c, ERR_INTERNAL, "libxml2 and xmlsec do not start");
	if (!read_policy(k, o) || !read_metadata(k, o) || !read_key(k, o) || !read_message(k, o))
		return false;
	o->input.policy = &o->policy;
	o->input.keys = &o->keys;
	if (o->policy.slo_url) {
		why = saml_verify_logout(k->c->arena, &o->input, &logout);
		if (why)
			return refused(k, why, logout.detail);
		print_logout(k, &logout);
		return true;
	}
	why = saml_verify(k->c->arena, &o->input, &assertion);
	if (why)
		return refused(k, why, assertion.detail);
	print_assertion(k, &assertion);
	return true;
}
