/* refresh.c - metadata that is due is fetched again; what goes wrong leaves it as it was. */
#include <string.h>

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "change/change.h"
#include "record/history.h"
#include "roster/org.h"
#include "saml/connection.h"
#include "saml/saml.h"

enum { DUE_MAX = 20, AGAIN_AFTER_FAILURE_MS = 60 * 60 * 1000 };

void saml_row_apply(struct ctx *c, struct saml_row *row, const struct saml_idp *idp,
		    struct slice xml, bool *changed)
{
	struct saml_idp old = { 0 };

	*changed = row->idp == NULL;
	if (row->idp && saml_idp_read(c, row->idp, &old)) {
		*changed = old.n_keys != idp->n_keys;
		for (int i = 0; !*changed && i < idp->n_keys; i++)
			*changed = strcmp(old.key[i], idp->key[i]) != 0;
	}
	row->idp_entity_id = idp->entity_id;
	row->idp = saml_idp_text(c, idp);
	row->idp_xml = arena_strndup(c->arena, xml.p, xml.n);
	row->idp_error = NULL;
	row->fetched = c->now;
	row->valid_until = idp->valid_until;
	row->again = row->idp_url ? saml_again(c, idp) : 0;
}

static bool save(struct ctx *c, const struct saml_row *row, bool changed)
{
	SCOPED_CHANGE ch = { 0 };

	if (!change_begin(c, &ch) || !saml_row_save(c, row))
		return false;
	if (changed)
		audit_note(c, (struct audit_note){ .action = "connection.keys_changed",
						   .target_kind = "connection",
						   .target_id = row->source_id,
						   .reason = "the metadata at its URL has other "
							     "signing keys" });
	return change_commit(&ch);
}

static bool fetch_again(struct ctx *c, const char *source_id)
{
	struct saml_row *row;
	struct saml_idp idp;
	struct slice xml;
	bool changed = false;

	if (!saml_row_find(c, source_id, &row) || !row || !row->idp_url)
		return c->err.kind == ERR_NONE;
	if (saml_fetch(c, row->idp_url, &xml) &&
	    saml_metadata_read(c, xml, row->idp_entity_id, &idp)) {
		saml_row_apply(c, row, &idp, xml, &changed);
	} else {
		row->idp_error = arena_strdup(c->arena, c->err.msg);
		row->again = c->now + AGAIN_AFTER_FAILURE_MS;
		log_event(c, LOG_WARNING, "saml_metadata", F("connection", source_id),
			  F("msg", c->err.msg));
		c->err = (struct err){ 0 };
	}
	return save(c, row, changed);
}

static void look_after(struct ctx *c, const struct org *org)
{
	struct saml_due *due;
	SCOPED_TX tx = { 0 };
	int n = 0;

	c->org = org;
	if (!db_enter_org(c, org->id) || !tx_begin(c, &tx) || !saml_sweep(c) || !tx_commit(&tx) ||
	    !saml_rows_due(c, DUE_MAX, &due, &n))
		return;
	for (int i = 0; i < n; i++)
		if (!fetch_again(c, due[i].source_id))
			return;
}

void saml_round(struct ctx *c)
{
	struct org *orgs;
	int n = 0;

	if (!org_list(c, &orgs, &n))
		n = 0;
	for (int i = 0; i < n; i++) {
		look_after(c, &orgs[i]);
		if (c->err.kind && c->err.kind != ERR_RETRY)
			log_event(c, LOG_WARNING, "saml_round", F("err", err_name(c->err.kind)),
				  F("msg", c->err.msg));
		c->err = (struct err){ 0 };
		if (!c->db || db_broken(c->db))
			return;
	}
}
