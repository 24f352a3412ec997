/*
 * feed.c - what changed since a mark, the server's side: which feed, and whether its
 * answer may be taken for what it says.
 */
#include <string.h>

#include "ask.h"
#include "mark.h"

bool dir_strategy_is_single(enum dir_strategy how)
{
	return how == DIR_SYNCREPL || how == DIR_DIRSYNC;
}

enum dir_strategy dir_strategy_for(const struct dir_identity *i, bool several)
{
	unsigned has = several ? i->has & ~(unsigned)(DIR_HAS_SYNCREPL | DIR_HAS_DIRSYNC) : i->has;

	switch (i->kind) {
	case DIR_AD:
		return has & DIR_HAS_DIRSYNC ? DIR_DIRSYNC : DIR_USN;
	case DIR_OPENLDAP:
		return has & DIR_HAS_SYNCREPL ? DIR_SYNCREPL
		       : has & DIR_HAS_CSN    ? DIR_CSN
					      : DIR_STAMP;
	case DIR_389:
		return has & DIR_HAS_SYNCREPL ? DIR_SYNCREPL : DIR_STAMP;
	case DIR_OTHER:
	case DIR_KINDS:
		break;
	}
	return DIR_STAMP;
}

static bool is_in(const char *const *list, int n, const char *one)
{
	for (int i = 0; i < n; i++)
		if (list[i] == one)
			return true;
	return false;
}

/* Each once; none if a base is in none of them. */
static const char *const *contexts_of(struct arena *a, const struct dir_identity *i,
				      const struct dir_query *q)
{
	const char **out = arena_array(a, const char *, DIR_BASES_MAX + 1), *one;
	int n = 0;

	for (int k = 0; k < dir_bases(q); k++) {
		one = context_of(a, i, q->bases[k]);
		if (!one)
			return NULL;
		if (!is_in(out, n, one))
			out[n++] = one;
	}
	return out;
}

static struct task task_of(struct ctx *c, enum task_kind kind, const struct dir_query *q,
			   const struct dir_identity *i, enum dir_strategy how)
{
	return (struct task){ .kind = kind,
			      .query = *q,
			      .how = how,
			      .contexts = contexts_of(c->arena, i, q),
			      .is_389 = i->kind == DIR_389 };
}

static const char *number(struct ctx *c, int64_t n)
{
	return arena_printf(c->arena, "%lld", (long long)n);
}

bool dir_mark(struct ctx *c, struct dir *d, const struct dir_query *q, const struct dir_identity *i,
	      enum dir_strategy how, const char **mark, struct dir_end *end)
{
	struct task t = task_of(c, TASK_MARK, q, i, how);
	struct mark m = { .how = how };
	struct ending e;

	*mark = NULL;
	*end = (struct dir_end){ .state = DIR_SEALED };
	if (how == DIR_FULL || how >= DIR_STRATEGIES)
		return true;
	if (how == DIR_USN) {
		if (i->usn && i->invocation)
			m.since = (struct slice){ number(c, i->usn), strlen(number(c, i->usn)) };
	} else {
		if (!dir_ask(c, d, &t, NULL, dir_config_of(d)->total_ms, &e))
			return false;
		*end = e.end;
		m.since = e.mark;
	}
	if (m.since.p && end->state == DIR_SEALED)
		*mark = mark_write(c->arena, &m, q, dir_config_of(d), i);
	else if (end->state == DIR_SEALED)
		*end = (struct dir_end){ .state = DIR_FAILED,
					 .code = DIR_CODE_REFUSED,
					 .why = "the server does not say where its change feed "
						"stands" };
	return true;
}

/* The number that the server has reached, not the largest seen: both are its own. */
static bool usn_went_back(const struct mark *m, const struct dir_identity *i)
{
	int64_t since;

	return m->how == DIR_USN && (!text_int(m->since.p, 0, INT64_MAX, &since) || i->usn < since);
}

static bool says_no(struct dir_delta *out, const char *why)
{
	out->full = why;
	out->end = (struct dir_end){ .state = DIR_FAILED, .code = DIR_CODE_REFUSED, .why = why };
	return true;
}

bool dir_changes(struct ctx *c, struct dir *d, const struct dir_query *q,
		 const struct dir_identity *i, const char *mark, dir_on_change *fn, void *arg,
		 struct dir_delta *out)
{
	struct asking k = { .q = q, .change = fn, .arg = arg };
	const struct dir_config *f = dir_config_of(d);
	const char *why;
	struct ending e;
	struct mark m;
	struct task t;

	*out = (struct dir_delta){ 0 };
	if (!mark_read(c->arena, mark, q, f, i, &m, &why))
		return says_no(out, why);
	if (usn_went_back(&m, i))
		return says_no(out, "the server's update number went back: it was restored "
				    "from a snapshot");
	t = task_of(c, TASK_CHANGES, q, i, m.how);
	t.since = m.since;
	if (!dir_ask(c, d, &t, &k, f->total_ms, &e))
		return false;
	*out = (struct dir_delta){ .end = e.end,
				   .full = e.full,
				   .tells_gone = e.tells_gone,
				   .tells_once = m.how == DIR_SYNCREPL,
				   .changed = k.changed,
				   .gone = k.gone };
	if (m.how == DIR_USN)
		e.mark = (struct slice){ number(c, i->usn), strlen(number(c, i->usn)) };
	if (e.mark.p && e.end.state == DIR_SEALED)
		m.since = e.mark;
	if (e.end.state == DIR_SEALED)
		out->mark = mark_write(c->arena, &m, q, f, i);
	return true;
}
