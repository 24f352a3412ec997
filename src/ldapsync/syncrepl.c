/*
 * syncrepl.c - content synchronization (RFC 4533), refreshOnly.
 *
 * libldap's own helper loses messages when more than one waits, so the control is made
 * here.  What a server does not mention is never taken as deleted: a present phase, whose
 * lists some servers have sent cut, only asks for a full listing.
 */
#include <string.h>
#include <sys/time.h>

#include "reader.h"

enum { REFRESH_ONLY = 1, STATE_PRESENT = 0, STATE_DELETE = 3 };

struct refresh {
	struct reader *r;
	const struct task *t;
	struct ending *e;
	bool done, refresh_deletes, present;
	int64_t seen;
	struct ids *again; /* entries that are to be read again: 389-DS leaves out nsUniqueId and
			    * nsAccountLock */
};

static LDAPControl *make_control(struct slice cookie)
{
	BerElement *b = ber_alloc_t(LBER_USE_DER);
	struct berval value = { 0 }, given = { cookie.n, (char *)(uintptr_t)cookie.p };
	LDAPControl *out = NULL;
	int rc;

	if (!b)
		return NULL;
	rc = cookie.p ? ber_printf(b, "{eOb}", REFRESH_ONLY, &given, 0)
		      : ber_printf(b, "{eb}", REFRESH_ONLY, 0);
	if (rc >= 0 && ber_flatten2(b, &value, 0) == 0 &&
	    ldap_control_create(LDAP_CONTROL_SYNC, 1, &value, 1, &out) != LDAP_SUCCESS)
		out = NULL;
	ber_free(b, 1);
	return out;
}

static void keep_cookie(struct refresh *f, const struct berval *cookie)
{
	f->e->mark = (struct slice){ arena_strndup(&f->r->work, cookie->bv_val, cookie->bv_len),
				     cookie->bv_len };
}

static bool wants_full(struct refresh *f, const char *why)
{
	f->e->full = why;
	end_with(&f->e->end, DIR_FAILED, DIR_CODE_REFUSED, why);
	return false;
}

/* Which entry, and what has become of it. */
static bool read_state(struct refresh *f, LDAPMessage *m, ber_int_t *state,
		       unsigned char id[DIR_ID_BYTES])
{
	LDAPControl **all = NULL, *found;
	struct berval uuid = { 0 };
	BerElement *b;
	bool good = false;

	if (ldap_get_entry_controls(f->r->link.ld, m, &all) != LDAP_SUCCESS)
		return false;
	found = ldap_control_find(LDAP_CONTROL_SYNC_STATE, all, NULL);
	b = found ? ber_init(&found->ldctl_value) : NULL;
	if (b && ber_scanf(b, "{em", state, &uuid) != LBER_ERROR && uuid.bv_len == DIR_ID_BYTES) {
		memcpy(id, uuid.bv_val, DIR_ID_BYTES);
		good = true;
	}
	if (b)
		ber_free(b, 1);
	ldap_controls_free(all);
	return good;
}

static const char other_id[] = "the change feed knows entries by another id than id.attribute; use "
			       "entryUUID, with 389-DS nsUniqueId";

static bool send_modified(struct refresh *f, LDAPMessage *m, const unsigned char id[DIR_ID_BYTES])
{
	const struct dir_query *q = &f->t->query;
	struct arena a = { 0 };
	struct dir_entry e;
	bool good = true;

	if (!entry_read(f->r, &a, m, q, &e))
		f->e->bad++;
	else if (memcmp(e.id, id, DIR_ID_BYTES) != 0)
		good = wants_full(f, other_id);
	else
		good = send_change(f->r, DIR_CHANGED, id, &e, q);
	arena_free(&a);
	return good;
}

static bool on_entry(struct refresh *f, LDAPMessage *m)
{
	unsigned char id[DIR_ID_BYTES];
	ber_int_t state;

	f->seen++;
	if (!read_state(f, m, &state, id))
		return wants_full(f, "the server does not say what has become of an entry");
	f->present = f->present || state == STATE_PRESENT;
	if (f->t->kind == TASK_MARK || state == STATE_PRESENT)
		return true;
	if (state == STATE_DELETE)
		return send_change(f->r, DIR_GONE, id, NULL, &f->t->query);
	if (f->again)
		return changed_add(f->again, id) ||
		       wants_full(f, "there are more changes than entries_max");
	return send_modified(f, m, id);
}

/* A set of ids: deleted, or of entries that are as they were. */
static bool on_set(struct refresh *f, BerElement *b)
{
	struct berval cookie;
	BerVarray ids = NULL;
	ber_len_t len;
	ber_int_t deletes = 0;
	bool good = true;

	if (ber_peek_tag(b, &len) == LDAP_TAG_SYNC_COOKIE) {
		if (ber_scanf(b, "m", &cookie) == LBER_ERROR)
			return false;
		keep_cookie(f, &cookie);
	}
	if (ber_peek_tag(b, &len) == LDAP_TAG_REFRESHDELETES &&
	    ber_scanf(b, "b", &deletes) == LBER_ERROR)
		return false;
	if (ber_scanf(b, "[W]", &ids) == LBER_ERROR)
		return false;
	/* TRUE is -1 here */
	f->present = f->present || (ids && !deletes);
	for (int i = 0; good && deletes && ids && ids[i].bv_val; i++)
		if (ids[i].bv_len == DIR_ID_BYTES && f->t->kind != TASK_MARK)
			good = send_change(f->r, DIR_GONE, (unsigned char *)ids[i].bv_val, NULL,
					   &f->t->query);
	ber_bvarray_free(ids);
	return good;
}

static bool on_info(struct refresh *f, LDAPMessage *m)
{
	struct berval *data = NULL, cookie;
	char *oid = NULL;
	ber_tag_t tag;
	ber_len_t len;
	BerElement *b = NULL;
	bool good = ldap_parse_intermediate(f->r->link.ld, m, &oid, &data, NULL, 0) == LDAP_SUCCESS;

	if (good && oid && data && strcmp(oid, LDAP_SYNC_INFO) == 0)
		b = ber_init(data);
	if (b) {
		tag = ber_peek_tag(b, &len);
		if (tag == LDAP_TAG_SYNC_NEW_COOKIE) {
			good = ber_scanf(b, "tm", &tag, &cookie) != LBER_ERROR;
			if (good)
				keep_cookie(f, &cookie);
		} else if (tag == LDAP_TAG_SYNC_ID_SET) {
			good = ber_scanf(b, "t{", &tag) != LBER_ERROR && on_set(f, b);
		} else if (tag == LDAP_TAG_SYNC_REFRESH_PRESENT) {
			f->present = true;
		}
		ber_free(b, 1);
	}
	ldap_memfree(oid);
	ber_bvfree(data);
	return good || f->e->full ||
	       wants_full(f, "the server sent what is not content synchronization");
}

static void read_done(struct refresh *f, LDAPControl **controls)
{
	LDAPControl *found = ldap_control_find(LDAP_CONTROL_SYNC_DONE, controls, NULL);
	BerElement *b = found ? ber_init(&found->ldctl_value) : NULL;
	struct berval cookie;
	ber_int_t deletes = 0;
	ber_len_t len;

	if (!b || ber_skip_tag(b, &len) == LBER_ERROR) {
		if (b)
			ber_free(b, 1);
		return;
	}
	f->done = true;
	if (ber_peek_tag(b, &len) == LDAP_TAG_SYNC_COOKIE &&
	    ber_scanf(b, "m", &cookie) != LBER_ERROR)
		keep_cookie(f, &cookie);
	if (ber_peek_tag(b, &len) == LDAP_TAG_REFRESHDELETES)
		IGNORE(ber_scanf(b, "b", &deletes) != LBER_ERROR);
	f->refresh_deletes = deletes != 0;
	ber_free(b, 1);
}

static void judge(struct refresh *f, int code, const char *diag)
{
	end_code(&f->r->work, &f->e->end, code, diag, f->seen > 0);
	if (code == LDAP_SYNC_REFRESH_REQUIRED)
		f->e->full = "the server does not know the feed's position any more";
	else if (code == LDAP_UNWILLING_TO_PERFORM && f->t->since.p)
		f->e->full = "the server is older than the feed's position: it was restored "
			     "from a backup";
	else if (code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION)
		f->e->full = "the server has no content synchronization";
	else if (code == LDAP_SUCCESS && !f->done)
		IGNORE(wants_full(f, "the server did not say that its answer is all"));
	else if (code == LDAP_SUCCESS && f->t->since.p &&
		 (f->present || (!f->refresh_deletes && !f->t->is_389)))
		IGNORE(wants_full(f, "the server has not kept all changes since the last run"));
	else if (code == LDAP_SUCCESS)
		end_good(&f->e->end);
}

static void on_result(struct refresh *f, LDAPMessage *m)
{
	LDAPControl **controls = NULL;
	char *diag = NULL;
	int code = LDAP_OTHER, rc;

	rc = ldap_parse_result(f->r->link.ld, m, &code, NULL, &diag, NULL, &controls, 0);
	read_done(f, controls);
	judge(f, rc == LDAP_SUCCESS ? code : rc, diag);
	ldap_controls_free(controls);
	ldap_memfree(diag);
}

static bool on_message(struct refresh *f, int kind, LDAPMessage *m)
{
	switch (kind) {
	case LDAP_RES_SEARCH_ENTRY:
		return on_entry(f, m);
	case LDAP_RES_INTERMEDIATE:
		return on_info(f, m);
	case LDAP_RES_SEARCH_RESULT:
		on_result(f, m);
		return false;
	default: /* references: other servers' parts have feeds of their own */
		return true;
	}
}

static void read_all_of_it(struct refresh *f, int id)
{
	struct timeval wait = { f->r->config.answer_ms / 1000, 0 };
	LDAP *ld = f->r->link.ld;
	bool more = true;

	while (more) {
		LDAPMessage *m = NULL;
		int kind = ldap_result(ld, id, LDAP_MSG_ONE, &wait, &m);

		if (kind <= 0) {
			end_code(&f->r->work, &f->e->end, kind ? LDAP_SERVER_DOWN : LDAP_TIMEOUT,
				 NULL, f->seen > 0);
			ldap_abandon_ext(ld, id, NULL, NULL);
			return;
		}
		more = on_message(f, kind, m);
		ldap_msgfree(m);
	}
}

void syncrepl_run(struct reader *r, const struct task *t, struct ending *e)
{
	static char nothing[] = LDAP_NO_ATTRS;
	char *ids_alone[] = { nothing, NULL };
	LDAPControl *controls[] = { make_control(t->since), NULL };
	struct refresh f = { .r = r, .t = t, .e = e };
	bool again = t->is_389 && t->kind == TASK_CHANGES;
	int id, code = LDAP_NO_MEMORY;

	end_with(&e->end, DIR_FAILED, DIR_CODE_CRASHED, NULL);
	if (again && t->query.id_form != DIR_ID_NSUID) {
		IGNORE(wants_full(&f, other_id));
		ldap_control_free(controls[0]);
		return;
	}
	f.again = again ? changed_ids(r) : NULL;
	if (controls[0])
		code = ldap_search_ext(r->link.ld, t->query.bases[0], LDAP_SCOPE_SUBTREE,
				       t->query.filter,
				       t->kind == TASK_MARK ? ids_alone
							    : entry_attrs(&r->work, &t->query),
				       0, controls, NULL, NULL, 0, &id);
	if (code == LDAP_SUCCESS)
		read_all_of_it(&f, id);
	else
		end_code(&r->work, &e->end, code, NULL, false);
	if (f.again && e->end.state == DIR_SEALED && !e->full)
		changed_read(r, t, f.again, e);
	/* what left the filter is not told by 389-DS */
	e->tells_gone = !t->is_389;
	ldap_control_free(controls[0]);
}
