/* refuse.c - sign-ins that are refused: why, what to change where, and the one page. */
#include <string.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/time.h"
#include "http/json.h"
#include "http/page.h"
#include "http/tries.h"
#include "login.h"
#include "record/history.h"
#include "roster/exchange.h"
#include "saml/saml.h"

/* clang-format off */
static const struct {
	const char *code, *reason, *remedy, *page;
} table[LOGIN_REFUSALS] = {
	[LOGIN_GOOD] = { "accepted", "", "", "" },
	[LOGIN_NO_SUCH] = { "no_connection",
		"no SAML connection has this address",
		"use the ACS URL that the connection shows; in the identity provider correct the old one", "refused" },
	[LOGIN_DISABLED] = { "disabled",
		"the connection is switched off",
		"set enabled to true on the connection", "refused" },
	[LOGIN_NO_METADATA] = { "no_metadata",
		"the connection has no metadata of the identity provider, or it is out of date",
		"give the connection the metadata of the identity provider, as XML or by URL", "refused" },
	[LOGIN_FORM] = { "form",
		"the request is not a SAML response by the POST or artifact binding",
		"in the identity provider choose HTTP-POST for the ACS URL", "refused" },
	[LOGIN_UNSOLICITED] = { "unsolicited",
		"the identity provider began this sign-in, and the connection does not allow that",
		"start at the login URL of the connection, or set allow_idp_initiated", "refused" },
	[LOGIN_REQUEST] = { "request",
		"the response answers a request that is not waiting: it was used, is older than 15 minutes, or is another connection's",
		"start the sign-in anew; if it happens to everybody, check the clock and that the ACS URL is this connection's", "expired" },
	[LOGIN_BROWSER] = { "browser",
		"the response came from another browser than the request, or cookies were not kept",
		"start the sign-in anew in one browser that keeps cookies; somebody may have been sent another's response", "expired" },
	[LOGIN_REPLAY] = { "replay",
		"this response or assertion was used before",
		"start the sign-in anew; if nobody reloaded the page, somebody sent a copied response", "expired" },
	[LOGIN_RELAY] = { "relay_state",
		"the identity provider asks to go to a place that is not allowed",
		"add it to relay_targets of the connection, or clear the default RelayState in the identity provider", "refused" },
	[LOGIN_ARTIFACT] = { "artifact",
		"the artifact could not be resolved at the identity provider",
		"check its ArtifactResolutionService and that this server may reach it; or use the POST binding", "refused" },
	[LOGIN_NO_ID] = { "no_id",
		"the assertion names nobody in a lasting way: no attribute of the setting id, and the NameID is missing or transient",
		"send a persistent NameID or an attribute with a stable id, and name it in attributes.id", "refused" },
	[LOGIN_NO_MAIL] = { "no_mail",
		"the assertion has no address, and this person is not known yet",
		"send the address as an attribute, and name it in attributes.email", "unknown" },
	[LOGIN_AMBIGUOUS] = { "ambiguous",
		"an attribute that identifies a person has two different values",
		"send one value, or name another attribute in attributes.email or attributes.id", "refused" },
	[LOGIN_NO_ACCOUNT] = { "no_account",
		"there is no account for this person, and the connection makes none",
		"provision the person first, or set jit on the connection", "unknown" },
	[LOGIN_LINK] = { "link",
		"there is an account with this address that may not be linked by address",
		"verify the domain of the address at /domains, or turn link on for the connection", "unknown" },
	[LOGIN_GUARDED] = { "guarded",
		"the address is that of an Owner or break-glass account, which no sign-in is linked to by address",
		"its holder signs in with the password; give the person at the identity provider another address", "unknown" },
	[LOGIN_REMOVED] = { "removed",
		"a SCIM or LDAP connection has removed this person; a sign-in does not bring anybody back",
		"provision the person again through that connection", "unknown" },
	[LOGIN_SEATS] = { "seats",
		"all seats are taken, and the organization refuses new people then",
		"free a seat, raise the limit, or let the organization queue people", "no_seat" },
};
/* clang-format on */

struct refused refused_login(enum login_refusal r, const char *detail)
{
	return (struct refused){ .code = table[r].code,
				 .reason = table[r].reason,
				 .remedy = table[r].remedy,
				 .page = table[r].page,
				 .detail = detail };
}

struct refused refused_message(enum saml_refusal r, const char *detail)
{
	return (struct refused){ .code = saml_refusal_code(r),
				 .reason = saml_refusal_sentence(r),
				 .remedy = saml_refusal_remedy(r),
				 .page = "refused",
				 .detail = detail };
}

static const char *detail_text(struct ctx *c, const struct refused *why)
{
	json_t *j = json_own(c, json_object());

	json_put_text(j, "remedy", why->remedy);
	json_put_text(j, "found", why->detail);
	return arena_adopt(c->arena, json_dumps(j, JSON_COMPACT));
}

/* Records that cannot be written change nothing about the refusal. */
static void record(struct ctx *c, const struct saml_connection *s, const char *kind,
		   const struct refused *why)
{
	struct exchange e = { .source_id = s->source->id,
			      .kind = kind,
			      .outcome = "refused",
			      .code = why->code,
			      .reason = why->reason,
			      .detail = detail_text(c, why) };
	struct err before = c->err;

	c->err = (struct err){ 0 };
	IGNORE(exchange_put_now(c, &e));
	c->err = (struct err){ 0 };
	IGNORE(audit_write_now(c, (struct audit_note){ .action = "signin.refused",
						       .target_kind = "connection",
						       .target_id = s->source->id,
						       .reason = why->reason }));
	c->err = before;
}

static const char refused_place[] = "saml", begun_place[] = "saml-begin";

static const char *at_connection(struct ctx *c, const char *place, const struct http_req *q)
{
	return arena_printf(c->arena, "%s:%s", place, q->param[0]);
}

bool login_few(struct ctx *c, const struct http_req *q, bool begins)
{
	const char *at = at_connection(c, refused_place, q);
	const char *begun = at_connection(c, begun_place, q);
	int64_t now = time_monotonic();

	if (!tries_within(q->address, refused_place, TRIES_SAML_ADDRESS, now) ||
	    !tries_within(q->address, at, TRIES_SAML, now) ||
	    (begins && !tries_within(q->address, begun, TRIES_SAML_BEGUN, now)))
		return error(c, ERR_BUSY,
			     "too many sign-ins were refused or begun from this address; try again "
			     "in a minute");
	if (begins)
		tries_count(q->address, begun, now);
	return true;
}

static void count(struct ctx *c, const struct http_req *q, const char *code)
{
	int64_t now = time_monotonic();

	metric_add(METRIC_SAML_REFUSED, code, NULL, 0, 1);
	tries_count(q->address, refused_place, now);
	tries_count(q->address, at_connection(c, refused_place, q), now);
}

bool login_refuse(struct ctx *c, const struct http_req *q, struct http_resp *p,
		  const struct saml_connection *s, const char *kind, const struct refused *why)
{
	count(c, q, why->code);
	log_event(c, LOG_WARNING, "saml_refused", F("kind", kind), F("code", why->code),
		  F("connection", s ? s->source->id : NULL));
	if (s)
		record(c, s, kind, why);
	return page_say(c, p, 403, why->page);
}

void saml_error(struct ctx *c, struct http_resp *p)
{
	page_error(c, p);
}
