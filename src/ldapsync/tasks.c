/* tasks.c - listing a tree, and looking entries up by id or by DN. */
#include <string.h>

#include "parts.h"
#include "reader.h"

struct listing {
	const struct dir_query *q;
	struct seen *seen;
	struct ending *e;
};

/* Too many, too large, or the server's side has gone. */
static bool end_here(struct search *s, int code, const char *why)
{
	end_with(&s->end, s->seen > 1 ? DIR_PARTIAL : DIR_FAILED, code, why);
	return false;
}

static bool on_entry(struct search *s, LDAPMessage *m)
{
	struct listing *l = s->arg;
	struct reader *r = s->reader;
	struct arena a = { 0 };
	struct dir_entry e;
	bool good = true;

	if (l->e->entries >= r->config.entries_max)
		return end_here(s, DIR_CODE_LIMIT,
				"there are more entries than entries_max; narrow base or filter, "
				"or raise it");
	if (!entry_read(r, &a, m, l->q, &e) || !seen_add(l->seen, e.id)) {
		l->e->bad++;
	} else {
		l->e->entries++;
		s->fresh++;
		good = send_entry(r, &e, l->q) ||
		       end_here(s, DIR_CODE_LIMIT,
				"an entry is larger than what is taken in; narrow the filter");
	}
	arena_free(&a);
	return good;
}

/* What was left out makes absence mean nothing. */
static void conclude(struct ending *e, const struct search *s)
{
	e->pages += s->pages;
	e->refs += s->refs;
	e->end = s->end;
	if (e->end.state == DIR_SEALED && e->bad)
		end_with(&e->end, DIR_PARTIAL, DIR_CODE_ENTRIES,
			 "some entries have no id, one that came twice, or cannot be read; check "
			 "id.attribute");
}

void task_list(struct reader *r, const struct task *t, struct ending *e)
{
	const struct dir_query *q = &t->query;
	struct listing l = { q, seen_new(&r->work), e };
	struct search s = { .filter = q->filter,
			    .attrs = entry_attrs(&r->work, q),
			    .page_size = q->size_limit ? 0 : r->config.page_size,
			    .size_limit = q->size_limit,
			    .fn = on_entry,
			    .reader = r,
			    .arg = &l };

	search_bases(&s, q);
	conclude(e, &s);
}

static char *filter_of(struct arena *a, const struct dir_query *q,
		       const unsigned char (*id)[DIR_ID_BYTES], int n)
{
	struct buf b = buf_in(a, strlen(q->filter) + (size_t)n * (strlen(q->id_attr) + 64) + 64);

	buf_printf(&b, "(&%s(|", q->filter);
	for (int i = 0; i < n; i++)
		id_filter(&b, q->id_attr, q->id_form, id[i]);
	buf_puts(&b, "))");
	return b.p;
}

void task_find(struct reader *r, const struct task *t, struct ending *e)
{
	const struct dir_query *q = &t->query;
	struct listing l = { q, seen_new(&r->work), e };

	end_good(&e->end);
	for (int at = 0; at < t->ids && e->end.state == DIR_SEALED; at += DIR_FIND_BATCH) {
		int n = t->ids - at < DIR_FIND_BATCH ? t->ids - at : DIR_FIND_BATCH;
		struct search s = {
			.attrs = entry_attrs(&r->work, q),
			.fn = on_entry,
			.reader = r,
			.arg = &l,
			.filter = filter_of(&r->work, q,
					    (const unsigned char(*)[DIR_ID_BYTES])(uintptr_t)t->id +
						    at,
					    n),
		};

		search_bases(&s, q);
		conclude(e, &s);
	}
}

void task_find_dn(struct reader *r, const struct task *t, struct ending *e)
{
	struct listing l = { &t->query, seen_new(&r->work), e };
	struct search s = { .base = t->dn ? t->dn : "",
			    .filter = "(objectClass=*)",
			    .scope = LDAP_SCOPE_BASE,
			    .attrs = entry_attrs(&r->work, &t->query),
			    .fn = on_entry,
			    .reader = r,
			    .arg = &l };

	search_run(&s);
	conclude(e, &s);
	/* nothing there is an answer, and so is what cannot be a DN */
	if (e->end.code == LDAP_NO_SUCH_OBJECT || e->end.code == LDAP_INVALID_DN_SYNTAX)
		end_good(&e->end);
}
