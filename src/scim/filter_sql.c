/*
 * filter_sql.c - a filter as a condition of SQL over users u or groups g.
 *
 * Every condition is true or false and never NULL, so that "not" is right.
 * "ne" means that no value is equal, so it holds for those without any.
 */

#include "filter_sql.h"

#include <string.h>

#include "roster/source.h"

enum { SQL_MAX = 256 * 1024, ARGS_MAX = FILTER_TERMS_MAX * 8 };

static bool write_filter(struct writer *w, const struct filter *f);

void sql_param(struct writer *w, struct db_val v)
{
	if (w->n == ARGS_MAX) { /* a filter has fewer terms than that */
		w->sql.over = true;
		return;
	}
	w->v[w->n++] = v;
	buf_printf(&w->sql, "CAST($%d AS %s)", w->n + 1, v.type == DB_INT ? "BIGINT" : "TEXT");
}

const char *filter_label(struct writer *w, const struct filter *f)
{
	return arena_printf(w->c->arena, "%.*s%s%.*s", (int)f->name.n, f->name.p,
			    f->sub.n ? "." : "", (int)f->sub.n, f->sub.n ? f->sub.p : "");
}

bool sql_refuse(struct writer *w, const struct filter *f, const char *why)
{
	return error(w->c, ERR_FILTER, "%.100s %s", filter_label(w, f), why);
}

void sql_constant(struct writer *w, bool b)
{
	buf_puts(&w->sql, b ? "1 = 1" : "1 = 0");
}

/* What is the same for all: the name of the resource type, the URN of a schema. */
static bool fixed_matches(struct writer *w, const struct filter *f, const char *have, bool exact)
{
	const char *want = f->value.text;
	struct arena *a = w->c->arena;

	if (f->op == OP_PR || !want)
		return f->op != OP_EQ;
	return exact ? filter_compare(f->op, have, want)
		     : filter_compare(f->op, text_fold(a, have), text_fold(a, want));
}

/* ---- schemas ---- */

static void write_has_extension(struct writer *w)
{
	const char *comma = "";

	buf_puts(&w->sql, "u.id IN (SELECT v.user_id FROM person_values v WHERE v.org_id = $1"
			  " AND v.path IN (");
	for (int i = 0; i < user_attr_count; i++)
		if (user_attrs[i].path && strcmp(user_attrs[i].schema, SCHEMA_ENTERPRISE) == 0) {
			buf_printf(&w->sql, "%s'%s'", comma, user_attrs[i].path);
			comma = ", ";
		}
	buf_puts(&w->sql, "))");
}

/* One of the URNs matches; "ne": none does. */
static bool write_schemas(struct writer *w, const struct filter *f)
{
	struct filter is = *f;
	bool core, extension, none = f->op == OP_NE && f->value.type != DB_NULL;

	if (!filter_check(w, f, ATTR_STRING))
		return false;
	if (none)
		is.op = OP_EQ;
	core = fixed_matches(w, &is, w->of == FILTER_USERS ? SCHEMA_USER : SCHEMA_GROUP, false);
	extension = w->of == FILTER_USERS && fixed_matches(w, &is, SCHEMA_ENTERPRISE, false);
	if (core || !extension) {
		sql_constant(w, core != none);
		return true;
	}
	buf_puts(&w->sql, none ? "NOT " : "");
	write_has_extension(w);
	return true;
}

/* ---- what is read from other tables ---- */

/* What a connection is not shown, it does not find either. */
static void write_own_groups(struct writer *w)
{
	const struct actor *actor = w->c->actor;

	if (!actor || !actor->source)
		return;
	buf_puts(&w->sql, " AND h.source_id = ");
	sql_param(w, db_text(actor->source->id));
}

/* Somebody's groups, or a group's members: in is the subquery up to the test of column. */
static bool write_membership(struct writer *w, const struct filter *f, const char *in,
			     const char *column, bool exact)
{
	struct filter is = *f;
	bool none = f->op == (f->value.type == DB_NULL ? OP_EQ : OP_NE);

	if (f->op == OP_NE || (f->op == OP_EQ && f->value.type == DB_NULL))
		is.op = f->value.type == DB_NULL ? OP_PR : OP_EQ;
	buf_printf(&w->sql, "%s.id %s (SELECT %s", w->of == FILTER_USERS ? "u" : "g",
		   none ? "NOT IN" : "IN", in);
	if (!sql_text_column(w, &is, column, exact))
		return false;
	if (w->of == FILTER_USERS)
		write_own_groups(w);
	buf_puts(&w->sql, ")");
	return true;
}

#define GROUPS_OF_USERS                                                                            \
	"m.user_id FROM members m JOIN groups h ON h.org_id = $1 AND h.id = m.group_id"            \
	" WHERE m.org_id = $1 AND "

static bool write_groups(struct writer *w, const struct filter *f, struct slice sub)
{
	if (sub.n == 0 || slice_is(sub, "value"))
		return write_membership(w, f, GROUPS_OF_USERS, "m.group_id", true);
	if (slice_is(sub, "display"))
		return write_membership(w, f, GROUPS_OF_USERS, "h.name_key", false);
	return sql_refuse(w, f, "cannot be filtered by; groups.value and groups.display can");
}

static bool write_members(struct writer *w, const struct filter *f, struct slice sub)
{
	if (sub.n == 0 || slice_is(sub, "value"))
		return write_membership(w, f, "m.group_id FROM members m WHERE m.org_id = $1 AND ",
					"m.user_id", true);
	return sql_refuse(w, f, "cannot be filtered by; members.value can");
}

/* ---- which attribute ---- */

static bool write_meta(struct writer *w, const struct filter *f, const char *t)
{
	struct arena *a = w->c->arena;
	bool users = w->of == FILTER_USERS;

	if (slice_is(f->sub, "created"))
		return sql_time_column(w, f, arena_printf(a, "%s.created", t));
	if (slice_is(f->sub, "lastModified"))
		return sql_time_column(w, f, users ? "u.changed" : GROUP_CHANGED);
	if (slice_is(f->sub, "version"))
		return sql_version(w, f, users ? "u.version" : GROUP_VERSION);
	if (slice_is(f->sub, "location"))
		return sql_location(w, f, arena_printf(a, "%s.id", t));
	if (slice_is(f->sub, "resourceType")) {
		if (!filter_check(w, f, ATTR_STRING))
			return false;
		sql_constant(w, fixed_matches(w, f, users ? "User" : "Group", true));
		return true;
	}
	if (f->sub.n == 0 && f->op == OP_PR) {
		sql_constant(w, true);
		return true;
	}
	return sql_refuse(w, f, "cannot be filtered by; name one of meta's sub-attributes");
}

/* Attributes that are columns of both tables or of one. */
static const struct column {
	const char *name, *users, *groups; /* NULL: not there */
	bool exact;
} columns[] = {
	{ "id", "u.id", "g.id", true },
	{ "externalId", "u.external_id", "g.external_id", true },
	{ "userName", "u.name_key", NULL, false },
	{ "displayName", "u.display_key", "g.name_key", false },
};

const char *filter_column(enum filter_of of, struct slice name, bool *exact)
{
	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++)
		if (slice_is(name, columns[i].name)) {
			*exact = columns[i].exact;
			return of == FILTER_USERS ? columns[i].users : columns[i].groups;
		}
	return NULL;
}

static bool write_user_attribute(struct writer *w, const struct filter *f)
{
	const struct attr *a = attr_find(f->schema, f->name, f->sub);

	if (slice_is(f->name, "password"))
		return sql_refuse(w, f, "cannot be filtered by");
	if (slice_is(f->name, "active") && !f->sub.n)
		return sql_boolean_column(w, f, "u.shown_active");
	if (slice_is(f->name, "groups"))
		return write_groups(w, f, f->sub);
	return a ? sql_value_attribute(w, f, a) : sql_refuse(w, f, "is not an attribute of a User");
}

static bool known_schema(struct writer *w, const struct filter *f)
{
	if (!f->schema)
		return true;
	return w->of == FILTER_USERS ? strcmp(f->schema, SCHEMA_USER) == 0 ||
					       strcmp(f->schema, SCHEMA_ENTERPRISE) == 0
				     : strcmp(f->schema, SCHEMA_GROUP) == 0;
}

static bool write_comparison(struct writer *w, const struct filter *f)
{
	bool exact, extension = f->schema && strcmp(f->schema, SCHEMA_ENTERPRISE) == 0;
	const char *column = extension ? NULL : filter_column(w->of, f->name, &exact);

	if (!known_schema(w, f))
		return error(w->c, ERR_FILTER, "the schema \"%.120s\" is unknown", f->schema);
	if (column && !f->sub.n)
		return sql_text_column(w, f, column, exact);
	if (!extension && slice_is(f->name, "schemas") && !f->sub.n)
		return write_schemas(w, f);
	if (!extension && slice_is(f->name, "meta"))
		return write_meta(w, f, w->of == FILTER_USERS ? "u" : "g");
	if (w->of == FILTER_USERS)
		return write_user_attribute(w, f);
	if (slice_is(f->name, "members"))
		return write_members(w, f, f->sub);
	return sql_refuse(w, f, "is not an attribute of a Group that can be filtered by");
}

/* groups[value eq "x"], members[value eq "x"]: one comparison, which is then the same as
 * without brackets. */
static bool write_computed_path(struct writer *w, const struct filter *f)
{
	struct filter is = *f->left;

	if (f->right || is.op < OP_EQ || is.op == OP_PATH)
		return sql_refuse(w, f, "can have one comparison in brackets");
	is.schema = f->schema;
	is.name = f->name;
	is.sub = f->left->name;
	return write_comparison(w, &is);
}

static bool write_path(struct writer *w, const struct filter *f)
{
	static const struct slice none = { "", 0 };
	const struct attr *whole = attr_find(f->schema, f->name, none);

	if (!known_schema(w, f))
		return error(w->c, ERR_FILTER, "the schema \"%.120s\" is unknown", f->schema);
	if (slice_is(f->name, w->of == FILTER_USERS ? "groups" : "members"))
		return write_computed_path(w, f);
	if (w->of == FILTER_GROUPS || !whole || whole->type != ATTR_COMPLEX ||
	    whole->mutability == ATTR_READ_ONLY)
		return sql_refuse(w, f, "cannot be filtered by with brackets");
	return sql_value_path(w, f, whole);
}

static bool write_filter(struct writer *w, const struct filter *f)
{
	if (f->op == OP_PATH)
		return write_path(w, f);
	if (f->op != OP_AND && f->op != OP_OR && f->op != OP_NOT)
		return write_comparison(w, f);
	buf_puts(&w->sql, f->op == OP_NOT ? "NOT (" : "(");
	if (!write_filter(w, f->left))
		return false;
	if (f->op != OP_NOT) {
		buf_puts(&w->sql, f->op == OP_AND ? " AND " : " OR ");
		if (!write_filter(w, f->right))
			return false;
	}
	buf_puts(&w->sql, ")");
	return true;
}

bool filter_sql(struct ctx *c, enum filter_of of, const struct filter *f, const char **where,
		struct db_args *args)
{
	struct writer w = {
		.c = c,
		.of = of,
		.sql = buf_in(c->arena, SQL_MAX),
		.v = arena_array(c->arena, struct db_val, ARGS_MAX),
	};

	if (!write_filter(&w, f))
		return false;
	if (w.sql.over)
		return error(c, ERR_FILTER, "the filter is too large");
	*where = w.sql.p;
	*args = (struct db_args){ w.v, w.n };
	return true;
}
