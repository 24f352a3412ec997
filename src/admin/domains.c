/* domains.c - /domains and /requests: mail domains, and recent exchanges. */
#include "admin.h"

#include <string.h>

#include "change/change.h"
#include "roster/domain.h"
#include "roster/exchange.h"
#include "saml/dns.h"

enum { DOMAIN_BYTES_MAX = 253 };

static json_t *show(struct ctx *c, const struct domain *d)
{
	json_t *j = json_object();

	json_put_text(j, "domain", d->name);
	json_put_text(j, "state", domain_state_names[d->state]);
	json_put_text(j, "txt_name", d->name);
	json_put_text(j, "txt_value", d->proof);
	json_put_time(c, j, "checked", d->checked);
	json_put_time(c, j, "created", d->created);
	return j;
}

static void note(struct ctx *c, const char *action, const struct domain *d)
{
	audit_note(c, (struct audit_note){
			      .action = action, .target_kind = "domain", .target_id = d->name });
}

bool admin_domains_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	json_t *items = json_own(c, json_array());
	struct domain *d;
	int n;

	(void)q;
	if (!domain_list(c, &d, &n))
		return false;
	for (int i = 0; i < n; i++)
		json_append(items, show(c, &d[i]));
	page_respond(c, p, json_incref(items), NULL, n);
	return true;
}

bool admin_domain_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *name = NULL;
	struct domain *d;
	json_t *j;

	if (!body_read(c, q, "domain", &j) || !body_needs(c, j, "domain") ||
	    !body_text(c, j, "domain", DOMAIN_BYTES_MAX, &name) || !domain_add(c, name, &d))
		return false;
	note(c, "domain.added", d);
	json_respond(c, p, 201, show(c, d));
	return true;
}

bool admin_domain_read(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct domain *d;

	if (!domain_get(c, q->param[0], &d))
		return false;
	json_respond(c, p, 200, show(c, d));
	return true;
}

/* A name server that is silent says nothing about the domain: then all stays as it is. */
static bool take_finding(struct ctx *c, struct domain *d, enum dns_finding found)
{
	if (d->state == DOMAIN_OPERATOR || found == DNS_NO_ANSWER)
		return true;
	if (!domain_set_state(c, d, found == DNS_PROVED ? DOMAIN_VERIFIED : DOMAIN_PENDING))
		return false;
	if (found == DNS_PROVED)
		note(c, "domain.verified", d);
	return true;
}

/* Asks DNS first and changes afterwards: no lock waits for a name server. */
bool admin_domain_verify(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	SCOPED_CHANGE ch = { 0 };
	enum dns_finding found;
	struct domain *asked, *d;
	json_t *j;

	if (!domain_get(c, q->param[0], &asked) ||
	    !saml_domain_ask(c, asked->name, asked->proof, &found) || !change_begin(c, &ch) ||
	    !domain_get(c, q->param[0], &d))
		return false;
	if (strcmp(d->proof, asked->proof) != 0)
		return error(c, ERR_CONFLICT, "the domain was given up and named again meanwhile");
	if (!take_finding(c, d, found) || !change_commit(&ch))
		return false;
	j = show(c, d);
	json_put_text(j, "found", dns_finding_names[found]);
	json_respond(c, p, 200, j);
	return true;
}

bool admin_domain_drop(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct domain *d;

	if (!domain_get(c, q->param[0], &d) || !domain_delete(c, d))
		return false;
	note(c, "domain.deleted", d);
	p->status = 204;
	return true;
}

/* ---- /requests ---- */

static json_t *show_exchange(struct ctx *c, const struct exchange *e)
{
	json_t *j = json_object();

	json_put_text(j, "id", e->id);
	json_put_time(c, j, "at", e->at);
	json_put_text(j, "kind", e->kind);
	json_put_null(j, "connection", e->source_id);
	json_put_text(j, "outcome", e->outcome);
	json_put_null(j, "code", e->code);
	json_put_null(j, "reason", e->reason);
	json_put(j, "detail", json_parsed(e->detail));
	json_put_null(j, "reference", e->trace);
	return j;
}

bool admin_requests_list(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct exchange_query query = { 0 };
	json_t *items = json_own(c, json_array());
	struct exchange *e;
	struct page page;
	int64_t total;
	int n;

	if (!page_read(c, q, &page) || !http_query(c, q, "kind", &query.kind) ||
	    !http_query(c, q, "outcome", &query.outcome) ||
	    !http_query(c, q, "connection", &query.source_id) ||
	    !http_query(c, q, "code", &query.code) || !http_query(c, q, "reference", &query.trace))
		return false;
	query.limit = page.limit;
	query.before = *page.after ? page.after : NULL;
	if (!exchange_list(c, &query, &e, &n, &total))
		return false;
	for (int i = 0; i < n; i++)
		json_append(items, show_exchange(c, &e[i]));
	page_respond(c, p, json_incref(items), n == page.limit ? e[n - 1].id : NULL, total);
	return true;
}
