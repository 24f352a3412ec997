/* roster_harness.h - an organization with a SCIM connection, and changes in one line. */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "access/rule.h"
#include "access/seat.h"
#include "access/standing.h"
#include "change/change.h"
#include "change/owner.h"
#include "change/schema.h"
#include "roster/group.h"
#include "roster/org.h"
#include "roster/source.h"
#include "roster/user.h"

static inline bool seed(struct ctx *c);
#define HARNESS_SEED(c) seed(c)
#include "harness.h"

/* Makes the organization "acme" with a connection "okta" and acts as it. */
static inline bool seed(struct ctx *c)
{
	static struct org org;
	static struct source source;
	static struct actor actor;
	SCOPED_TX tx = { 0 };

	org = (struct org){ .name = "acme",
			    .default_role = ROLE_NO,
			    .relink_former = true,
			    .hold_people = 10,
			    .hold_percent = 5 };
	source = (struct source){ .kind = "scim", .name = "okta" };
	actor = (struct actor){ .kind = "scim", .name = "token:test", .source = &source };
	c->base_url = "http://test";
	c->trace = "trace";
	c->actor = &actor;
	if (!tx_begin(c, &tx) || !org_create(c, &org))
		return false;
	c->org = &org;
	return source_create(c, &source) && tx_commit(&tx);
}

/* Statements as one change, again if the database or the gate asks for it. */
#define in_change(c, work)                                                                         \
	do {                                                                                       \
		bool done_ = false;                                                                \
		for (int try_ = 0; try_ < 5 && !done_; try_++) {                                   \
			SCOPED_CHANGE ch_ = { 0 };                                                 \
			done_ = change_begin((c), &ch_) && (work) && change_commit(&ch_);          \
			if (!done_ && !err_take(&(c)->err, ERR_RETRY))                             \
				break;                                                             \
		}                                                                                  \
		(c)->alone = false;                                                                \
		ok((c), done_);                                                                    \
	} while (0)

/* The change must fail in this way. */
#define change_fails(c, work, want)                                                                \
	do {                                                                                       \
		for (int try_ = 0; try_ < 5; try_++) {                                             \
			SCOPED_CHANGE ch_ = { 0 };                                                 \
			assert_false(change_begin((c), &ch_) && (work) && change_commit(&ch_));    \
			if (!err_take(&(c)->err, ERR_RETRY))                                       \
				break;                                                             \
		}                                                                                  \
		(c)->alone = false;                                                                \
		assert_int_equal((c)->err.kind, (want));                                           \
		assert_true(err_take(&(c)->err, (want)));                                          \
	} while (0)

static inline struct user *arrives(struct ctx *c, const char *name, const char *external_id)
{
	struct user *u = arena_new(c->arena, struct user);
	enum arrival how;

	*u = (struct user){ .user_name = name, .external_id = external_id, .active = true };
	in_change(c, user_arrive(c, u, &how));
	return u;
}

static inline bool set_active(struct ctx *c, const char *id, bool active)
{
	struct user *before, after;

	if (!user_get_all(c, id, &before))
		return false;
	after = *before;
	after.active = active;
	return user_save(c, before, &after);
}

static inline struct group *grouped(struct ctx *c, const char *name, const char *const *refs, int n)
{
	struct group *g = arena_new(c->arena, struct group);

	*g = (struct group){ .source_id = c->actor->source->id, .display_name = name };
	in_change(c, group_create(c, g) && member_add(c, g, refs, n, NULL));
	return g;
}

static inline bool store_rules(struct ctx *c, const char *document)
{
	struct rule_set *set;
	int64_t revision;

	if (!rule_set_parse(c, document, &set) || !db_alone(c) ||
	    !rule_set_store(c, document, set, &revision))
		return false;
	touch_everybody(c);
	return true;
}

static inline bool limit_seats(struct ctx *c, int64_t limit)
{
	return seat_set_limit(c, limit);
}

static inline struct standing *standing_of(struct ctx *c, const char *id)
{
	struct standing *s;

	ok(c, standing_find(c, id, &s));
	assert_non_null(s);
	return s;
}

#define role_of(c, id) role_code(standing_of((c), (id))->role)
