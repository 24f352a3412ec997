/* test.c - a sign-in that shows what arrived and what would come of it, and grants
 * nothing: the work is done in a change that is never committed. */
#include <string.h>

#include "access/grant.h"
#include "base/metric.h"
#include "change/change.h"
#include "change/explain.h"
#include "http/page.h"
#include "login.h"
#include "roster/exchange.h"

enum { SHOWN_BYTES_MAX = 400 };

/* The ids are used up by a test as by any sign-in. */
static bool use_up(struct ctx *c, const struct login *l, bool *mine)
{
	struct saml_pending *taken;
	const char *source = l->s->source->id;
	struct rows used, used2;
	struct exchange e = { .source_id = source,
			      .kind = "saml.login",
			      .outcome = "test",
			      .detail = login_detail(c, l) };
	SCOPED_TX tx = { 0 };

	*mine = false;
	if (!tx_begin(c, &tx) ||
	    !saml_use_once(c, source, l->a.response_id, l->a.not_on_or_after, &used) ||
	    !saml_use_once(c, source, l->a.assertion_id, l->a.not_on_or_after, &used2) ||
	    !saml_pending_take(c, source, l->pending->digest, &taken))
		return false;
	*mine = taken && used.count == 1 && used2.count == 1;
	return !*mine || (exchange_put(c, &e) && tx_commit(&tx));
}

/* Only one that would have let somebody in counts as a success. */
static bool passed(struct ctx *c, const struct login *l)
{
	SCOPED_TX tx = { 0 };

	return tx_begin(c, &tx) && saml_row_tested(c, l->s->source->id) && tx_commit(&tx);
}

static const char *joined(struct ctx *c, const char *const *text, int n)
{
	struct buf b = buf_in(c->arena, SHOWN_BYTES_MAX);

	for (int i = 0; i < n && !b.over; i++)
		buf_printf(&b, "%s%s", i ? ", " : "", text[i]);
	return b.p && *b.p ? b.p : "(empty)";
}

static void show_message(struct ctx *c, struct page *g, const struct login *l)
{
	const struct saml_assertion *a = &l->a;

	page_row_begin(g);
	page_row(g, "Issuer", a->issuer);
	page_row(g, "NameID", a->name_id.value ? a->name_id.value : "(none)");
	page_row(g, "NameID format", a->name_id.format ? a->name_id.format : "(none)");
	page_row(g, "Signed",
		 a->response_signed && a->assertion_signed ? "response and assertion"
		 : a->response_signed                      ? "response"
							   : "assertion");
	page_row(g, "Encrypted", a->encrypted ? "yes" : "no");
	for (int i = 0; i < a->n_attributes; i++)
		page_row(g, arena_printf(c->arena, "Attribute %s", a->attributes[i].name),
			 joined(c, a->attributes[i].values, a->attributes[i].n));
	for (int i = 0; i < SAML_WARNINGS; i++)
		if (a->warnings & 1U << i)
			page_row(g, "Warning", saml_warning_names[i]);
	page_row_end(g);
}

static void show_claims(struct ctx *c, struct page *g, const struct claims *k)
{
	page_row_begin(g);
	page_row(g, "Stable id", k->subject ? k->subject : "(none)");
	page_row(g, "Address", k->mail ? k->mail : "(none)");
	page_row(g, "First name", k->first_name ? k->first_name : "(none)");
	page_row(g, "Last name", k->last_name ? k->last_name : "(none)");
	page_row(g, "Groups claim", groups_state_names[k->groups_state]);
	if (k->groups_state == GROUPS_SENT)
		page_row(g, "Groups", joined(c, k->group, k->groups));
	page_row_end(g);
}

static void show_grants(struct ctx *c, struct page *g, const struct explanation *x)
{
	const struct explained *e;

	page_row_begin(g);
	page_row(g, "Role", x->standing ? role_name(x->standing->role) : "(none)");
	for (int i = 0; i < x->grants; i++) {
		e = &x->grant[i];
		page_row(g,
			 e->grant.manual ? "Given by hand"
					 : arena_printf(c->arena, "Rule %s", e->grant.rule_id),
			 arena_printf(c->arena, "%s %s: %s%s%s", scope_names[e->grant.scope],
				      e->grant.target, role_code(e->grant.role),
				      e->group_name ? ", by group " : "",
				      e->group_name ? e->group_name : ""));
	}
	page_row_end(g);
	if (x->summary)
		page_text(g, x->summary);
}

/* In a change that ends without a commit. */
static bool preview(struct ctx *c, const struct login *l, struct page *g, bool *good)
{
	SCOPED_CHANGE ch = { 0 };
	struct explanation x;
	struct person who;

	if (!change_begin(c, &ch) || !person_find(c, l->s, &l->claims, &who))
		return false;
	if (who.why.code) {
		page_alert(g, arena_printf(c->arena, "Would be refused: %s. What to do: %s",
					   who.why.reason, who.why.remedy));
		return true;
	}
	page_text(g, who.made     ? "A new account would be made."
		     : who.linked ? "An account with this address would be linked."
				  : "The person is known.");
	if (!change_flush(c) || !explain_user(c, who.user_id, &x))
		return false;
	show_grants(c, g, &x);
	*good = true;
	return true;
}

bool test_show(struct ctx *c, struct http_resp *p, struct login *l)
{
	struct refused why;
	struct page g = page_begin(c, "test");
	bool mine, good = false;

	claims_read(c, &l->s->settings, &l->a, &l->claims, &why);
	if (!use_up(c, l, &mine))
		return false;
	if (!mine)
		return page_say(c, p, 403, "expired");
	metric_add(METRIC_SAML_ACCEPTED, "test", NULL, 0, 1);
	show_message(c, &g, l);
	show_claims(c, &g, &l->claims);
	if (why.code)
		page_alert(&g, arena_printf(c->arena, "Would be refused: %s. What to do: %s",
					    why.reason, why.remedy));
	else if (!preview(c, l, &g, &good)) {
		if (!err_take(&c->err, ERR_SEATS))
			return false;
		page_alert(&g, "Would be refused: all seats are taken.");
	}
	if (good && !passed(c, l))
		return false;
	return page_end(&g, p, 200);
}
