/*
 * poll.c - change feeds by change number of OpenLDAP, and by time: what was written since.
 *
 * Each base has a position of its own, the largest number or time seen there.  With one for
 * all of them, a change at the first base while the second is read would be passed over.
 */
#include <string.h>

#include "base/time.h"
#include "parts.h"
#include "reader.h"

enum { OVERLAP_MS = 60 * 1000 };

static const char never[] = "19700101000000Z";

struct poll {
	const struct dir_query *q;
	const char *attr; /* what is compared; its largest value is the next mark */
	const char *largest;
	bool mark_only;
	struct ending *e;
};

static void refuse(struct ending *e, const char *why)
{
	e->full = why;
	end_with(&e->end, DIR_FAILED, DIR_CODE_REFUSED, why);
}

static bool on_poll(struct search *s, LDAPMessage *m)
{
	struct poll *p = s->arg;
	struct reader *r = s->reader;
	struct arena a = { 0 };
	struct slice stamp = entry_value(&a, r->link.ld, m, p->attr);
	struct dir_entry e;
	bool good = true;

	if (stamp.p && (!p->largest || strcmp(stamp.p, p->largest) > 0))
		p->largest = arena_strdup(&r->work, stamp.p);
	if (!p->mark_only) {
		if (entry_read(r, &a, m, p->q, &e))
			good = send_change(r, DIR_CHANGED, e.id, &e, p->q);
		else
			p->e->bad++;
	}
	arena_free(&a);
	return good;
}

/* Times have seconds, and clocks of servers differ: the last minute is asked for again. */
static const char *with_overlap(struct arena *a, enum dir_strategy how, const char *stamp)
{
	int64_t ms;
	const char *t;

	if (how == DIR_CSN || !gentime_parse(stamp, &ms))
		return stamp;
	t = time_text(a, ms - OVERLAP_MS);
	return arena_printf(a, "%.4s%.2s%.2s%.2s%.2s%.2sZ", t, t + 5, t + 8, t + 11, t + 14,
			    t + 17);
}

static char **poll_attrs(struct reader *r, const struct task *t, const char *attr)
{
	char **asked = t->kind == TASK_MARK ? NULL : entry_attrs(&r->work, &t->query);
	char **out = arena_array(&r->work, char *, (size_t)t->query.wants + 3);
	int n = 0;

	for (; asked && asked[n]; n++)
		out[n] = asked[n];
	out[n] = arena_strdup(&r->work, attr);
	return out;
}

/* A position for each base, a blank between; false if there are more or fewer. */
static bool split(struct arena *a, struct slice since, const char *at[], int n)
{
	const char *p = arena_strndup(a, since.p, since.n), *end;

	for (int i = 0; i < n; i++, p = end + (*end == ' ')) {
		end = strchrnul(p, ' ');
		if (end == p || (*end == ' ') != (i + 1 < n))
			return false;
		at[i] = arena_strndup(a, p, (size_t)(end - p));
	}
	return true;
}

/* Where nothing was seen the largest of the others counts: it is one server's clock. */
static struct slice together(struct arena *a, const char *const at[], int n)
{
	const char *largest = NULL;
	struct buf b = buf_in(a, 64 * 1024);

	for (int i = 0; i < n; i++)
		if (at[i] && (!largest || strcmp(at[i], largest) > 0))
			largest = at[i];
	for (int i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", at[i] ? at[i] : largest ? largest : never);
	if (b.over)
		return (struct slice){ 0 };
	return (struct slice){ b.p, b.n };
}

/* *at is the position at this base, before and after. */
static void poll_base(struct reader *r, const struct task *t, const char *base, const char **at,
		      struct ending *e)
{
	struct dir_query q = t->query;
	const char *const alone[] = { base, NULL };
	struct poll p = { .q = &t->query,
			  .attr = t->how == DIR_CSN ? "entryCSN" : "modifyTimestamp",
			  .mark_only = t->kind == TASK_MARK,
			  .e = e };
	struct search s = { .filter = q.filter,
			    .attrs = poll_attrs(r, t, p.attr),
			    .page_size = r->config.page_size,
			    .fn = on_poll,
			    .reader = r,
			    .fresh = -1,
			    .arg = &p };

	if (*at)
		s.filter = arena_printf(&r->work, "(&%s(%s>=%s))", q.filter, p.attr,
					dir_filter_text(&r->work,
							with_overlap(&r->work, t->how, *at)));
	q.bases = alone;
	search_bases(&s, &q);
	e->end = s.end;
	if (!p.largest && p.mark_only && s.seen)
		refuse(e, "the bind account may not read when entries were changed");
	if (p.largest)
		*at = p.largest;
}

void poll_changes(struct reader *r, const struct task *t, struct ending *e)
{
	const char *at[DIR_BASES_MAX] = { 0 };
	int n = dir_bases(&t->query);

	if (t->since.n && !split(&r->work, t->since, at, n)) {
		refuse(e, "the stored position of the change feed is damaged");
		return;
	}
	end_good(&e->end);
	for (int i = 0; i < n && e->end.state == DIR_SEALED; i++)
		poll_base(r, t, t->query.bases[i], &at[i], e);
	if (e->end.state == DIR_SEALED)
		e->mark = together(&r->work, at, n);
}
