/* ctl_domains.c - mail domains: named and proved over the API, or set by who runs the server. */
#include "ctl.h"

#include "change/change.h"
#include "http/json.h"
#include "roster/domain.h"

static const struct column columns[] = {
	{ "DOMAIN", "domain" },
	{ "STATE", "state" },
	{ "TXT RECORD", "txt_value" },
	{ NULL, NULL },
};

static const struct column checked_columns[] = {
	{ "DOMAIN", "domain" },        { "STATE", "state" }, { "FOUND", "found" },
	{ "TXT RECORD", "txt_value" }, { NULL, NULL },
};

bool ctl_domains_list(struct ctl *k)
{
	json_t *items;

	if (!api_list(k, "/domains", &items))
		return false;
	ctl_print_items(k, items, columns);
	return true;
}

bool ctl_domains_add(struct ctl *k)
{
	json_t *body = json_own(k->c, json_object()), *made;

	json_put_text(body, "domain", k->arg[0]);
	if (!api_call(k, "POST", "/domains", body, &made))
		return false;
	ctl_print_fields(k, made, columns);
	return true;
}

bool ctl_domains_verify(struct ctl *k)
{
	json_t *domain;

	if (!api_call(k, "POST", api_path(k, "/domains/", k->arg[0], "/verify"), NULL, &domain))
		return false;
	ctl_print_fields(k, domain, checked_columns);
	return true;
}

/* Who runs the server may say whose a domain is. */
bool local_domains_set(struct ctl *k)
{
	struct ctx *c = k->c;
	SCOPED_CHANGE ch = { 0 };
	struct domain *d;

	if (!local_enter_org(k) || !change_begin(c, &ch) || !domain_add(c, k->arg[0], &d) ||
	    !domain_set_state(c, d, DOMAIN_OPERATOR))
		return false;
	audit_note(c, (struct audit_note){ .action = "domain.set",
					   .target_kind = "domain",
					   .target_id = d->name });
	if (!change_commit(&ch))
		return false;
	ctl_print_done(k, NULL, "%s belongs to %s", d->name, ctl_option(k, "org"));
	return true;
}
