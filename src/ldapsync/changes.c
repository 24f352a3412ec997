/*
 * changes.c - AD's change feeds, by update number and DirSync: which entries changed; then
 * how they are now.
 *
 * AD's feeds name objects wherever they are and send what changed of them, so they are
 * read again within bases and filter; what is not found there has left.  Renamed containers
 * move everybody below without a word about them: that takes a full listing.
 */
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "reader.h"

enum { ROUNDS_MAX = 100000, DIRSYNC_BYTES = 1024 * 1024 };

#define CONTAINERS "(objectClass=organizationalUnit)(objectClass=container)"
#define OBJECTS    "(|(objectClass=user)(objectClass=group)" CONTAINERS ")"

static bool refuse(struct ending *e, const char *why)
{
	e->full = why;
	end_with(&e->end, DIR_FAILED, DIR_CODE_REFUSED, why);
	return false;
}

/* ---- ids, gathered ---- */

struct ids {
	struct arena *arena;
	struct seen *seen;
	unsigned char (*id)[DIR_ID_BYTES];
	int n, room;
	bool *found;
	int64_t most;
};

bool changed_add(struct ids *s, const unsigned char id[DIR_ID_BYTES])
{
	int room;

	if (!seen_add(s->seen, id))
		return true;
	if (s->n >= s->most)
		return false;
	if (s->n == s->room) {
		room = s->room ? 2 * s->room : 256;
		s->id = arena_grow(s->arena, s->id, (size_t)s->n * DIR_ID_BYTES,
				   (size_t)room * DIR_ID_BYTES);
		s->room = room;
	}
	memcpy(s->id[s->n++], id, DIR_ID_BYTES);
	return true;
}

static struct ids ids_new(struct reader *r)
{
	return (struct ids){ .arena = &r->work,
			     .seen = seen_new(&r->work),
			     .most = r->config.entries_max };
}

struct ids *changed_ids(struct reader *r)
{
	struct ids *s = arena_new(&r->work, struct ids);

	*s = ids_new(r);
	return s;
}

static bool on_id(struct search *s, LDAPMessage *m)
{
	struct ids *all = s->arg;
	struct arena a = { 0 };
	unsigned char id[DIR_ID_BYTES];
	struct slice v = entry_value(&a, s->reader->link.ld, m, "objectGUID");
	bool good = !v.p || !id_parse(DIR_ID_GUID, v, id) || changed_add(all, id);

	if (!good)
		end_with(&s->end, DIR_PARTIAL, DIR_CODE_LIMIT,
			 "there are more changes than entries_max");
	arena_free(&a);
	return good;
}

static char **one_attr(struct reader *r, const char *name)
{
	char **out = arena_array(&r->work, char *, 2);

	out[0] = arena_strdup(&r->work, name);
	return out;
}

/* ---- and read again ---- */

struct again {
	struct ids *ids;
	const struct dir_query *q;
	int from, n;
};

static bool on_again(struct search *s, LDAPMessage *m)
{
	struct again *g = s->arg;
	struct arena a = { 0 };
	struct dir_entry e;
	bool good = true;

	if (entry_read(s->reader, &a, m, g->q, &e))
		for (int i = g->from; i < g->from + g->n; i++)
			if (memcmp(g->ids->id[i], e.id, DIR_ID_BYTES) == 0 && !g->ids->found[i]) {
				g->ids->found[i] = true;
				good = send_change(s->reader, DIR_CHANGED, e.id, &e, g->q);
			}
	arena_free(&a);
	return good;
}

static bool on_container(struct search *s, LDAPMessage *m)
{
	(void)m;
	*(bool *)s->arg = true;
	return true;
}

static char *filter_of(struct reader *r, const struct dir_query *q, const char *with,
		       const struct ids *s, int from, int n, bool lost_only)
{
	struct buf b = buf_in(&r->work, strlen(with) + (size_t)n * 80 + 64);
	int put = 0;

	buf_printf(&b, "(&%s(|", with);
	for (int i = from; i < from + n; i++)
		if (!lost_only || !s->found[i]) {
			id_filter(&b, q->id_attr, q->id_form, s->id[i]);
			put++;
		}
	buf_puts(&b, "))");
	return put ? b.p : NULL;
}

static bool is_container_among(struct reader *r, const struct task *t, struct ids *s, int from,
			       int n, struct ending *e)
{
	bool found = false;
	char *filter = filter_of(r, &t->query, "(|" CONTAINERS ")", s, from, n, true);
	struct search q = { .filter = filter,
			    .scope = LDAP_SCOPE_SUBTREE,
			    .attrs = one_attr(r, "objectGUID"),
			    .fn = on_container,
			    .reader = r,
			    .fresh = -1,
			    .arg = &found };

	if (!filter || t->is_389)
		return false;
	for (int i = 0; t->contexts[i] && !found; i++) {
		q.base = t->contexts[i];
		search_run(&q);
	}
	if (found)
		return !refuse(e, "a container was made, moved or renamed, and what is in it may "
				  "have come or gone");
	return false;
}

void changed_read(struct reader *r, const struct task *t, struct ids *s, struct ending *e)
{
	const struct dir_query *q = &t->query;
	struct again g = { .ids = s, .q = q };

	s->found = arena_array(&r->work, bool, (size_t)s->n + 1);
	end_good(&e->end);
	for (g.from = 0; g.from < s->n && e->end.state == DIR_SEALED; g.from += DIR_FIND_BATCH) {
		struct search one = { .attrs = entry_attrs(&r->work, q),
				      .fn = on_again,
				      .reader = r,
				      .fresh = -1,
				      .arg = &g };

		g.n = s->n - g.from < DIR_FIND_BATCH ? s->n - g.from : DIR_FIND_BATCH;
		one.filter = filter_of(r, q, q->filter, s, g.from, g.n, false);
		search_bases(&one, q);
		e->end = one.end;
		if (e->end.state != DIR_SEALED || is_container_among(r, t, s, g.from, g.n, e))
			return;
		for (int i = g.from; i < g.from + g.n; i++)
			if (!s->found[i] && !send_change(r, DIR_GONE, s->id[i], NULL, q))
				end_with(&e->end, DIR_PARTIAL, DIR_CODE_CRASHED, NULL);
	}
}

/* ---- AD by update number ---- */

static bool gather_by_usn(struct reader *r, const struct task *t, const char *filter,
			  LDAPControl *control, struct ids *s, struct ending *e)
{
	end_good(&e->end);
	for (int i = 0; t->contexts[i] && e->end.state == DIR_SEALED; i++) {
		struct search q = { .base = t->contexts[i],
				    .filter = filter,
				    .scope = LDAP_SCOPE_SUBTREE,
				    .attrs = one_attr(r, "objectGUID"),
				    .page_size = r->config.page_size,
				    .control = control,
				    .fn = on_id,
				    .reader = r,
				    .fresh = -1,
				    .arg = s };

		search_run(&q);
		e->end = q.end;
	}
	return e->end.state == DIR_SEALED;
}

static void changes_by_usn(struct reader *r, const struct task *t, struct ending *e)
{
	struct ids s = ids_new(r);
	LDAPControl *deleted = NULL;
	const char *filter;
	int64_t since;

	if (!text_int(t->since.p, 0, INT64_MAX - 1, &since))
		since = 0;
	since++;
	filter = arena_printf(&r->work, "(&" OBJECTS "(uSNChanged>=%lld))", (long long)since);
	if (!gather_by_usn(r, t, filter, NULL, &s, e))
		return;
	/* most accounts may not see what was deleted: then listings have to tell */
	filter = arena_printf(&r->work, "(&(isDeleted=TRUE)(uSNChanged>=%lld))", (long long)since);
	if (ldap_create_show_deleted_control(r->link.ld, &deleted) == LDAP_SUCCESS)
		IGNORE(gather_by_usn(r, t, filter, deleted, &s, e));
	if (deleted)
		ldap_control_free(deleted);
	changed_read(r, t, &s, e);
}

/* ---- AD's DirSync ([MS-ADTS] 3.1.1.3.4.1.3) ---- */

static char **dirsync_attrs(struct reader *r, const struct task *t)
{
	/* moves and renames are told only to those who ask for name and parent */
	static const char *const more[] = { "name", "parentGUID", "isDeleted",
					    "userAccountControl" };
	const struct dir_query *q = &t->query;
	char **out = arena_array(&r->work, char *, (size_t)q->wants + 6);
	int n = 0;

	if (t->kind == TASK_MARK)
		return one_attr(r, "objectGUID");
	for (; n < q->wants; n++)
		out[n] = arena_strdup(&r->work, q->want[n].name);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		out[n++] = arena_strdup(&r->work, more[i]);
	out[n] = arena_strdup(&r->work, "objectGUID");
	return out;
}

static bool one_round(struct reader *r, const struct task *t, struct berval *cookie, int *more,
		      struct ids *s, struct ending *e)
{
	LDAPControl *control = NULL, *answer;
	struct search q = { .base = t->contexts[0],
			    .filter = OBJECTS,
			    .scope = LDAP_SCOPE_SUBTREE,
			    .attrs = dirsync_attrs(r, t),
			    .fn = on_id,
			    .reader = r,
			    .fresh = -1,
			    .arg = s };

	if (ldap_create_dirsync_control(r->link.ld, 0, DIRSYNC_BYTES, cookie, &control) !=
	    LDAP_SUCCESS)
		return refuse(e, "libldap on this machine cannot ask for DirSync");
	q.control = control;
	search_run(&q);
	ldap_control_free(control);
	e->end = q.end;
	answer = ldap_control_find(LDAP_CONTROL_X_DIRSYNC, q.controls, NULL);
	if (q.end.code == LDAP_INSUFFICIENT_ACCESS)
		e->end.why = "DirSync needs the right \"Replicating Directory Changes\" on the "
			     "domain; give it to the bind account, or choose strategy usn";
	else if (q.end.code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION && cookie->bv_len)
		return refuse(e, "the server does not know the feed's position any more");
	if (q.end.state != DIR_SEALED)
		return false;
	ber_memfree(cookie->bv_val);
	*cookie = (struct berval){ 0 };
	return (answer && ldap_parse_dirsync_control(r->link.ld, answer, more, cookie) == 0) ||
	       refuse(e, "the server did not say where its change feed stands");
}

static void dirsync(struct reader *r, const struct task *t, struct ending *e)
{
	struct ids s = ids_new(r);
	struct berval cookie = { t->since.n, NULL };
	int more = 1;
	bool good = true;

	if (t->since.n) {
		cookie.bv_val = ber_memalloc(t->since.n);
		memcpy(cookie.bv_val, t->since.p, t->since.n);
	}
	for (int n = 0; good && more && n < ROUNDS_MAX; n++)
		good = one_round(r, t, &cookie, &more, &s, e);
	if (good && more)
		good = refuse(e, "the change feed does not come to an end");
	if (good)
		e->mark = (struct slice){ arena_strndup(&r->work, cookie.bv_val, cookie.bv_len),
					  cookie.bv_len };
	ber_memfree(cookie.bv_val);
	e->tells_gone = true;
	if (good && t->kind == TASK_CHANGES)
		changed_read(r, t, &s, e);
}

/* ---- all of them ---- */

static void run(struct reader *r, const struct task *t, struct ending *e)
{
	bool ad = t->how == DIR_DIRSYNC || t->how == DIR_USN;

	if (ad && (t->query.id_form != DIR_ID_GUID || !t->contexts[0])) {
		IGNORE(refuse(e, "this change feed is Active Directory's: it needs objectGUID as "
				 "id.attribute and a base within the domain"));
		return;
	}
	if (dir_strategy_is_single(t->how) && dir_bases(&t->query) != 1) {
		IGNORE(refuse(e, "this change feed follows one base"));
		return;
	}
	if (t->how == DIR_SYNCREPL)
		syncrepl_run(r, t, e);
	else if (t->how == DIR_DIRSYNC)
		dirsync(r, t, e);
	else if (t->how == DIR_USN)
		changes_by_usn(r, t, e);
	else
		poll_changes(r, t, e);
	if (e->end.state == DIR_SEALED && e->bad)
		IGNORE(refuse(e, "some entries have no id, or cannot be read"));
}

void task_mark(struct reader *r, const struct task *t, struct ending *e)
{
	run(r, t, e);
}

void task_changes(struct reader *r, const struct task *t, struct ending *e)
{
	run(r, t, e);
}
