/* identify.c - what a directory is: its root DSE, and the entries at the bases. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "parts.h"
#include "reader.h"

struct look {
	bool (*fn)(struct reader *r, LDAPMessage *m, void *arg);
	void *arg;
};

static bool on_look(struct search *s, LDAPMessage *m)
{
	const struct look *k = s->arg;

	return s->seen <= 1 && k->fn(s->reader, m, k->arg);
}

/* One entry by its DN; false if it could not be read. */
static bool look(struct reader *r, const char *dn, char **attrs, struct look k, struct dir_end *end)
{
	struct search s = { .base = dn,
			    .filter = "(objectClass=*)",
			    .scope = LDAP_SCOPE_BASE,
			    .attrs = attrs,
			    .fn = on_look,
			    .reader = r,
			    .fresh = -1,
			    .arg = &k };

	search_run(&s);
	*end = s.end;
	return s.seen == 1;
}

static const char *text_of(struct reader *r, LDAPMessage *m, const char *name)
{
	struct slice v = entry_value(&r->work, r->link.ld, m, name);

	return v.p ? dn_shown(&r->work, v) : NULL;
}

static const char **texts_of(struct reader *r, LDAPMessage *m, const char *name)
{
	struct berval **v = ldap_get_values_len(r->link.ld, m, name);
	int n = v ? ldap_count_values_len(v) : 0;
	const char **out;

	n = n > LIST_MAX ? LIST_MAX : n;
	out = arena_array(&r->work, const char *, (size_t)n + 1);
	for (int i = 0; i < n; i++)
		out[i] = dn_shown(&r->work, (struct slice){ v[i]->bv_val, v[i]->bv_len });
	ldap_value_free_len(v);
	return out;
}

static bool is_among(const char *const *list, const char *text)
{
	for (; *list; list++)
		if (strcasecmp(*list, text) == 0)
			return true;
	return false;
}

static unsigned abilities(struct reader *r, LDAPMessage *m)
{
	static const struct {
		const char *oid;
		unsigned has;
	} controls[] = {
		{ LDAP_CONTROL_PAGEDRESULTS, DIR_HAS_PAGES },
		{ LDAP_CONTROL_SYNC, DIR_HAS_SYNCREPL },
		{ LDAP_CONTROL_X_DIRSYNC, DIR_HAS_DIRSYNC },
		{ LDAP_CONTROL_X_SHOW_DELETED, DIR_HAS_SHOW_DELETED },
		{ LDAP_CONTROL_PASSWORDPOLICYREQUEST, DIR_HAS_PASSWORD_POLICY },
	};
	const char **list = texts_of(r, m, "supportedControl");
	unsigned has = 0;

	for (size_t i = 0; i < sizeof(controls) / sizeof(controls[0]); i++)
		if (is_among(list, controls[i].oid))
			has |= controls[i].has;
	if (is_among(texts_of(r, m, "supportedExtension"), LDAP_EXOP_WHO_AM_I))
		has |= DIR_HAS_WHOAMI;
	return has;
}

static bool on_root(struct reader *r, LDAPMessage *m, void *arg)
{
	struct dir_identity *i = arg;
	const char *usn = text_of(r, m, "highestCommittedUSN"), *vendor;
	bool openldap = is_among(texts_of(r, m, "objectClass"), "OpenLDAProotDSE");

	vendor = text_of(r, m, "vendorName");
	i->vendor = text_of(r, m, "vendorVersion");
	if (!i->vendor)
		i->vendor = vendor ? vendor : openldap ? "OpenLDAP" : NULL;
	i->contexts = texts_of(r, m, "namingContexts");
	i->has = abilities(r, m);
	i->host = text_of(r, m, "dnsHostName");
	i->service = text_of(r, m, "dsServiceName");
	if (!usn || !text_int(usn, 0, INT64_MAX, &i->usn))
		i->usn = 0;
	if (i->service && usn)
		i->kind = DIR_AD;
	else if ((vendor && strstr(vendor, "389")) || (i->vendor && strstr(i->vendor, "389")))
		i->kind = DIR_389;
	else if (openldap)
		i->kind = DIR_OPENLDAP;
	return true;
}

static bool on_service(struct reader *r, LDAPMessage *m, void *arg)
{
	struct dir_identity *i = arg;
	struct slice v = entry_value(&r->work, r->link.ld, m, "invocationId");
	unsigned char id[DIR_ID_BYTES];

	if (v.p && id_parse(DIR_ID_GUID, v, id))
		i->invocation = id_text(&r->work, DIR_ID_GUID, id);
	return true;
}

struct base {
	struct dir_identity *i;
	const struct dir_query *q;
	int at; /* in q->bases */
};

static bool on_base(struct reader *r, LDAPMessage *m, void *arg)
{
	struct base *b = arg;
	struct slice id = entry_value(&r->work, r->link.ld, m, b->q->id_attr);

	b->i->bases_found |= 1U << b->at;
	if (id.p)
		IGNORE(id_parse(b->q->id_form, id, b->i->base_id[b->at]));
	if (entry_value(&r->work, r->link.ld, m, "entryCSN").p ||
	    entry_value(&r->work, r->link.ld, m, "contextCSN").p)
		b->i->has |= DIR_HAS_CSN;
	return true;
}

/* A base that is not there is for the listing to find out, and so is one that cannot be read
 * where others can. */
static void look_at_bases(struct reader *r, const struct dir_query *q, struct ending *e)
{
	const char *attrs[] = { q->id_attr, "entryCSN", "contextCSN", NULL };
	struct base b = { &e->identity, q, 0 };
	struct dir_end end, failed = e->end;

	for (; b.at < dir_bases(q); b.at++)
		if (!look(r, q->bases[b.at], (char **)(uintptr_t)attrs,
			  (struct look){ on_base, &b }, &end) &&
		    end.code != LDAP_NO_SUCH_OBJECT)
			failed = end;
	if (e->identity.bases_found)
		end_good(&e->end);
	else
		e->end = failed;
}

void task_identify(struct reader *r, const struct task *t, struct ending *e)
{
	static const char *const root[] = { "objectClass",         "vendorName",
					    "vendorVersion",       "namingContexts",
					    "supportedControl",    "supportedExtension",
					    "highestCommittedUSN", "dnsHostName",
					    "dsServiceName",       NULL };
	static const char *const service[] = { "invocationId", NULL };
	struct dir_identity *i = &e->identity;
	struct dir_end unused;

	if (!look(r, "", (char **)(uintptr_t)root, (struct look){ on_root, i }, &e->end))
		return;
	if (i->kind == DIR_AD)
		IGNORE(look(r, i->service, (char **)(uintptr_t)service,
			    (struct look){ on_service, i }, &unused));
	look_at_bases(r, &t->query, e);
}
