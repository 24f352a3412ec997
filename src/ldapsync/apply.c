/*
 * apply.c - what a run has found is applied: page by page, each page and the place reached
 * in one change, so that whoever goes on after an end of any kind starts at a boundary.
 */
#include "apply.h"

#include <string.h>

#include "base/org.h"
#include "base/time.h"

enum { PAGE = 500, CROWD_PAGE = 1000, NAMES_PAGE = 400 };

/* clang-format off */
static const struct step {
	enum ldap_phase phase, rows; /* rows: where they are staged */
	run_step *page;
	int size;
	bool negative;               /* waits while the run is held */
} steps[] = {
	{ LDAP_LEAVE,      LDAP_LEAVE,      apply_leave,      PAGE,       true  },
	{ LDAP_OUT,        LDAP_OUT,        apply_members,    PAGE,       true  },
	{ LDAP_RENAME,     LDAP_UPDATE,     apply_rename,     NAMES_PAGE, false },
	{ LDAP_GROUP,      LDAP_GROUP,      apply_groups,     PAGE,       false },
	{ LDAP_ARRIVE,     LDAP_ARRIVE,     apply_arrive,     CROWD_PAGE, false },
	{ LDAP_UPDATE,     LDAP_UPDATE,     apply_update,     PAGE,       false },
	{ LDAP_MEMBER,     LDAP_MEMBER,     apply_members,    PAGE,       false },
	{ LDAP_GROUP_GONE, LDAP_GROUP_GONE, apply_group_gone, PAGE,       true  },
	{ LDAP_GROUP_SET,  LDAP_GROUP_SET,  apply_group_set,  PAGE,       false },
	{ LDAP_NOTE,       LDAP_NOTE,       apply_notes,      PAGE,       false },
};
/* clang-format on */

enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

static void reached(struct run *r, const struct apply_page *p)
{
	r->row->place = arena_strdup(r->arena, p->row[p->n - 1].entry_id);
	r->row->applied += p->n;
}

struct attempt {
	const struct step *step;
	struct apply_page *page;
};

static bool try_page(struct run *r, void *arg)
{
	struct attempt *a = arg;

	/* what an earlier attempt said of its rows was rolled back with it */
	for (int i = 0; i < a->page->n; i++)
		a->page->row[i].outcome = NULL;
	if (!a->step->page(r, a->page))
		return false;
	for (int i = 0; i < a->page->n; i++)
		if (a->page->row[i].outcome &&
		    !ldap_staged_failed(r->c, r->row->id, &a->page->row[i],
					a->page->row[i].outcome))
			return false;
	reached(r, a->page);
	return true;
}

static bool put_aside(struct run *r, void *arg)
{
	struct apply_page *p = arg;

	reached(r, p);
	return ldap_staged_failed(r->c, r->row->id, &p->row[0], p->row[0].outcome);
}

/* What is the entry's own trouble; anything else ends the run. */
static bool is_of_entry(const struct run *r)
{
	return r->c->err.kind < ERR_RETRY && !r->lost;
}

/* A page with one bad entry in it is applied entry by entry. */
static bool one_by_one(struct run *r, const struct step *step, const struct apply_page *p)
{
	for (int i = 0; i < p->n; i++) {
		struct apply_page one = { .row = &p->row[i], .n = 1, .single = true };
		struct attempt a = { step, &one };

		one.after = i ? p->row[i - 1].entry_id : p->after;
		if (run_change(r, try_page, &a, false))
			continue;
		if (!is_of_entry(r))
			return false;
		one.row->outcome = arena_strdup(r->arena, r->c->err.msg);
		r->c->err = (struct err){ 0 };
		if (!run_write(r, put_aside, &one))
			return false;
	}
	return true;
}

static bool apply_rows(struct run *r, const struct step *step, struct apply_page *p)
{
	struct attempt a = { step, p };
	bool alone =
		step->phase == LDAP_ARRIVE && r->c->org->seat_limit != SEATS_UNLIMITED && p->n > 1;

	if (run_change(r, try_page, &a, alone))
		return true;
	if (!is_of_entry(r))
		return false;
	r->c->err = (struct err){ 0 };
	return one_by_one(r, step, p);
}

static bool next_page(struct run *r, const struct step *step, bool *more)
{
	struct apply_page p = { .after = r->row->place };
	struct scratch s;
	const char *place;
	bool good;

	scratch_begin(r->c, &s);
	good = ldap_staged_page(r->c, r->row->id, step->rows, r->row->place, NULL, step->size,
				&p.row, &p.n);
	*more = good && p.n == step->size;
	if (good && p.n)
		good = apply_rows(r, step, &p);
	place = r->row->place;
	scratch_end(&s);
	r->row->place = place;
	return good;
}

static bool run_one_step(struct run *r, const struct step *step)
{
	bool more = true;

	if (r->row->phase != r->base + (int64_t)step->phase) {
		r->row->phase = r->base + (int64_t)step->phase;
		r->row->place = "";
	}
	while (more)
		if (!next_page(r, step, &more))
			return false;
	return true;
}

/* Steps in order, from the one that was reached. */
bool apply_run(struct run *r, enum apply_part part)
{
	for (int i = 0; i < STEPS; i++) {
		bool now = part == APPLY_ALL || steps[i].negative == (part == APPLY_NEGATIVE);

		if (!now || r->base + (int64_t)steps[i].phase < r->row->phase)
			continue;
		if (!run_one_step(r, &steps[i]))
			return false;
	}
	return true;
}

/* ---- dry runs ---- */

/* Groups first, for those who join them: nothing of the pages before was kept. */
static bool with_groups(struct run *r, void *arg)
{
	struct attempt *a = arg;
	struct apply_page groups = { .after = "" };

	for (bool more = true; more && a->step->phase != LDAP_LEAVE;) {
		if (!ldap_staged_page(r->c, r->row->id, LDAP_GROUP, groups.after, NULL, PAGE,
				      &groups.row, &groups.n) ||
		    (groups.n && !apply_groups(r, &groups)))
			return false;
		more = groups.n == PAGE;
		groups.after = groups.n ? groups.row[groups.n - 1].entry_id : "";
	}
	return a->step->page(r, a->page);
}

static bool preview_rows(struct run *r, const struct step *step, struct apply_page *p)
{
	struct attempt whole = { step, p };

	if (run_preview(r, with_groups, &whole))
		return true;
	for (int i = 0; i < p->n && is_of_entry(r); i++) {
		struct apply_page one = { .row = &p->row[i], .n = 1, .single = true };
		struct attempt a = { step, &one };

		one.after = i ? p->row[i - 1].entry_id : p->after;
		r->c->err = (struct err){ 0 };
		if (!run_preview(r, with_groups, &a) && !is_of_entry(r))
			return false;
	}
	if (!is_of_entry(r))
		return false;
	r->c->err = (struct err){ 0 };
	return true;
}

static bool preview_step(struct run *r, const struct step *step)
{
	struct apply_page p = { .after = "" };
	struct scratch s;
	bool good = true;

	scratch_begin(r->c, &s);
	do {
		good = ldap_staged_page(r->c, r->row->id, step->rows, p.after, NULL, step->size,
					&p.row, &p.n) &&
		       (p.n == 0 || preview_rows(r, step, &p));
		if (good && p.n)
			p.after = p.row[p.n - 1].entry_id;
	} while (good && p.n == step->size);
	scratch_end(&s);
	return good;
}

bool apply_preview(struct run *r)
{
	static const enum ldap_phase told[] = { LDAP_LEAVE, LDAP_OUT, LDAP_ARRIVE, LDAP_UPDATE,
						LDAP_MEMBER };

	for (int i = 0; i < STEPS; i++)
		for (size_t k = 0; k < sizeof(told) / sizeof(told[0]); k++)
			if (steps[i].phase == told[k] && !preview_step(r, &steps[i]))
				return false;
	return true;
}
