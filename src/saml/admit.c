/* admit.c - what an accepted sign-in leaves: the session, the record, the audit trail. */
#include "base/text.h"
#include "http/json.h"
#include "login.h"
#include "record/history.h"
#include "roster/exchange.h"
#include "saml/saml.h"
#include "xml.h"

enum { NAME_ID_XML_MAX = 8192 };

const char *login_detail(struct ctx *c, const struct login *l)
{
	json_t *j = json_own(c, json_object()), *names = json_array(), *warnings = json_array();

	for (int i = 0; i < l->a.n_attributes; i++)
		json_array_append_new(names, json_string(l->a.attributes[i].name));
	for (int i = 0; i < SAML_WARNINGS; i++)
		if (l->a.warnings & 1U << i)
			json_array_append_new(warnings, json_string(saml_warning_names[i]));
	json_object_set_new(j, "attributes", names);
	json_put_text(j, "groups", groups_state_names[l->claims.groups_state]);
	json_put_int(j, "group_count", l->claims.groups);
	json_put_int(j, "groups_left_out", l->claims.groups_left_out);
	json_put_text(j, "name_id_format", l->a.name_id.format);
	json_put_text(j, "authn_context", l->a.authn_context);
	json_put_bool(j, "response_signed", l->a.response_signed);
	json_put_bool(j, "assertion_signed", l->a.assertion_signed);
	json_put_bool(j, "encrypted", l->a.encrypted);
	json_put_bool(j, "idp_initiated", !l->pending);
	json_object_set_new(j, "warnings", warnings);
	return arena_adopt(c->arena, json_dumps(j, JSON_COMPACT));
}

/* All four attributes, so that a LogoutRequest can name the same again. */
static const char *name_id_xml(struct ctx *c, const struct saml_name_id *n)
{
	const struct {
		const char *name, *value;
	} attrs[] = {
		{ "Format", n->format },
		{ "NameQualifier", n->name_qualifier },
		{ "SPNameQualifier", n->sp_name_qualifier },
		{ "SPProvidedID", n->sp_provided_id },
	};
	struct buf b = buf_in(c->arena, NAME_ID_XML_MAX);

	if (!n->value)
		return NULL;
	buf_puts(&b, "<saml:NameID xmlns:saml=\"" NS_ASSERTION "\"");
	for (size_t i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		if (!attrs[i].value)
			continue;
		buf_printf(&b, " %s=\"", attrs[i].name);
		xml_escape(&b, attrs[i].value);
		buf_puts(&b, "\"");
	}
	buf_puts(&b, ">");
	xml_escape(&b, n->value);
	buf_puts(&b, "</saml:NameID>");
	return b.over ? NULL : b.p;
}

static bool admit(struct ctx *c, const struct login *l, const char *user_id, struct admission *out)
{
	const struct session_new how = {
		.user_id = user_id,
		.method = "saml",
		.source_id = l->s->source->id,
		.name_id = l->a.name_id.value,
		.name_id_xml = name_id_xml(c, &l->a.name_id),
		.session_index = l->a.session_index,
		.not_after = l->a.session_not_on_or_after,
		.proved = l->a.authn_instant,
		.address = l->address,
		.agent = l->agent,
	};

	return signin_admit(c, &how, out);
}

static bool note_accepted(struct ctx *c, const struct login *l, const struct admission *in)
{
	struct exchange e = { .source_id = l->s->source->id,
			      .kind = "saml.login",
			      .outcome = "accepted",
			      .code = in->page,
			      .detail = login_detail(c, l) };

	return exchange_put(c, &e);
}

bool login_admit(struct ctx *c, const struct login *l, const char *user_id, struct admission *in)
{
	if (l->a.warnings & SAML_WARN_SHA1)
		audit_note(c,
			   (struct audit_note){ .action = "signin.sha1",
						.target_kind = "connection",
						.target_id = l->s->source->id,
						.reason = "accepted with a SHA-1 signature, as the "
							  "connection allows" });
	return admit(c, l, user_id, in) && note_accepted(c, l, in);
}
