/*
 * filter_values.c - conditions of SQL about what a person has as rows of person_values v.
 *
 * Subqueries stand alone ("IN (SELECT ...)") where they may be run once for
 * everybody, and look at one element (EXISTS) where something better has
 * already narrowed it down.
 */

#include <string.h>

#include "filter_sql.h"

static const struct slice value_name = { "value", 5 };

static const struct attr *sub_of(const struct attr *whole, struct slice name)
{
	return attr_find(whole->schema, (struct slice){ whole->name, strlen(whole->name) }, name);
}

/* " AND v.path = ... AND ..." for rows v that fulfil f: EQ, the parts, the orders and PR. */
static void write_row_test(struct writer *w, const struct attr *a, enum filter_op op,
			   const char *text, bool by_hash)
{
	const char *key;

	buf_printf(&w->sql, " AND v.path = '%s'", a->path);
	if (op == OP_PR) {
		buf_puts(&w->sql, " AND v.value <> ''");
		return;
	}
	key = text_fold(w->c->arena, text);
	if (op == OP_EQ && by_hash) {
		buf_puts(&w->sql, " AND v.key_hash = ");
		sql_param(w, db_int(text_hash(key)));
	}
	buf_puts(&w->sql, " AND ");
	sql_text_test(w, a->exact ? "v.value" : "v.value_key", op, a->exact ? text : key);
}

/* What a comparison asks of rows: op and text, and whether it is that there is none. */
struct ask {
	enum filter_op op;
	const char *text;
	bool none;
};

/* An absent boolean counts as false. */
static struct ask ask_of(const struct attr *a, const struct filter *f)
{
	struct ask q = { .op = f->op, .text = f->value.text };

	if (f->op == OP_PR)
		return q;
	if (f->value.type == DB_NULL)
		return (struct ask){ .op = OP_PR, .none = f->op == OP_EQ };
	if (a->type == ATTR_BOOLEAN)
		return (struct ask){ .op = OP_EQ,
				     .text = "true",
				     .none = filter_bool(f) != (f->op == OP_EQ) };
	if (f->op == OP_NE)
		return (struct ask){ .op = OP_EQ, .text = f->value.text, .none = true };
	return q;
}

/* ---- one comparison of an attribute ---- */

static void write_users(struct writer *w, const struct attr *a, const struct ask *q)
{
	buf_printf(&w->sql, "u.id %s (SELECT v.user_id FROM person_values v WHERE v.org_id = $1",
		   q->none ? "NOT IN" : "IN");
	write_row_test(w, a, q->op, q->text, true);
	buf_puts(&w->sql, ")");
}

/* " IN ('emails.value', 'emails.type')": all there is of a complex attribute. */
static void write_paths(struct writer *w, const struct attr *whole)
{
	const char *comma = "";

	buf_puts(&w->sql, " IN (");
	for (const struct attr *a = whole;
	     a < user_attrs + user_attr_count && attr_whole(a) == whole; a++)
		if (a->path) {
			buf_printf(&w->sql, "%s'%s'", comma, a->path);
			comma = ", ";
		}
	buf_puts(&w->sql, ")");
}

/* "name pr": any part will do. */
static bool write_complex(struct writer *w, const struct filter *f, const struct attr *whole)
{
	bool null = f->op != OP_PR && f->value.type == DB_NULL;

	if (f->op != OP_PR && !(null && (f->op == OP_EQ || f->op == OP_NE)))
		return sql_refuse(w, f, "is complex; name one of its sub-attributes");
	buf_printf(&w->sql,
		   "u.id %s (SELECT v.user_id FROM person_values v WHERE v.org_id = $1"
		   " AND v.value <> '' AND v.path",
		   null && f->op == OP_EQ ? "NOT IN" : "IN");
	write_paths(w, whole);
	buf_puts(&w->sql, ")");
	return true;
}

bool sql_value_attribute(struct writer *w, const struct filter *f, const struct attr *a)
{
	const struct attr *value;
	struct ask q;

	if (a->type == ATTR_COMPLEX) {
		value = sub_of(a, value_name);
		if (!value || f->op == OP_PR || f->value.type == DB_NULL)
			return write_complex(w, f, a);
		a = value; /* "emails eq" means their values */
	}
	if (!a->path)
		return sql_refuse(w, f, "cannot be filtered by");
	if (!filter_check(w, f, a->type))
		return false;
	if (a->type == ATTR_BOOLEAN && f->op != OP_PR && f->value.type != DB_NULL) {
		/* about elements, since one without the mark is false */
		struct filter inner = *f, path = { .op = OP_PATH, .left = &inner };

		inner.name = f->sub;
		path.name = f->name;
		return sql_value_path(w, &path, attr_whole(a));
	}
	q = ask_of(a, f);
	write_users(w, a, &q);
	return true;
}

/* ---- value paths: everything about one element e ---- */

static bool check_inner(struct writer *w, const struct filter *f, const struct attr *whole)
{
	const struct attr *a;

	if (f->op == OP_NOT)
		return check_inner(w, f->left, whole);
	if (f->op == OP_AND || f->op == OP_OR)
		return check_inner(w, f->left, whole) && check_inner(w, f->right, whole);
	a = sub_of(whole, f->name);
	if (!a || !a->path)
		return sql_refuse(w, f, "is no sub-attribute that can be filtered by");
	return filter_check(w, f, a->type);
}

/* How well it narrows down; 0: not at all. */
static int worth(const struct attr *whole, const struct filter *f)
{
	const struct attr *a;
	struct ask q;

	if (f->op < OP_EQ || f->op == OP_PATH)
		return 0;
	a = sub_of(whole, f->name);
	q = ask_of(a, f);
	if (q.none)
		return 0;
	if (q.op != OP_EQ)
		return q.op == OP_PR ? 1 : 2;
	return strcmp(a->sub, "value") == 0 ? 5 : a->type == ATTR_BOOLEAN || a->canonical ? 3 : 4;
}

/* The best of the comparisons that all must hold. */
static const struct filter *best(const struct attr *whole, const struct filter *f)
{
	const struct filter *left, *right;

	if (!f)
		return NULL;
	if (f->op != OP_AND)
		return worth(whole, f) ? f : NULL;
	left = best(whole, f->left);
	right = best(whole, f->right);
	if (!left || !right)
		return left ? left : right;
	return worth(whole, left) >= worth(whole, right) ? left : right;
}

/* Element e fulfils a comparison.  alone: the subquery is run once for all. */
static void write_element_test(struct writer *w, const struct attr *whole, const struct filter *f,
			       bool alone)
{
	const struct attr *a = sub_of(whole, f->name);
	struct ask q = ask_of(a, f);

	buf_puts(&w->sql, q.none ? "NOT " : "");
	buf_puts(&w->sql,
		 alone ? "(e.user_id, e.n) IN (SELECT v.user_id, v.n" : "EXISTS (SELECT 1");
	buf_puts(&w->sql, " FROM person_values v WHERE v.org_id = $1");
	if (!alone)
		buf_puts(&w->sql, " AND v.user_id = e.user_id AND v.n = e.n");
	write_row_test(w, a, q.op, q.text, alone);
	buf_puts(&w->sql, ")");
}

static void write_inner(struct writer *w, const struct attr *whole, const struct filter *f,
			const struct filter *done, bool alone)
{
	if (f == done) {
		sql_constant(w, true);
	} else if (f->op == OP_NOT) {
		buf_puts(&w->sql, "NOT (");
		write_inner(w, whole, f->left, NULL, alone);
		buf_puts(&w->sql, ")");
	} else if (f->op == OP_AND || f->op == OP_OR) {
		buf_puts(&w->sql, "(");
		write_inner(w, whole, f->left, done, alone);
		buf_puts(&w->sql, f->op == OP_AND ? " AND " : " OR ");
		write_inner(w, whole, f->right, done, alone);
		buf_puts(&w->sql, ")");
	} else {
		write_element_test(w, whole, f, alone);
	}
}

/* The rows to begin with: those of the best comparison, else all of the attribute. */
static void write_start(struct writer *w, const struct attr *whole, const struct filter *first)
{
	struct ask q;

	buf_puts(&w->sql, "u.id IN (SELECT e.user_id FROM ");
	if (!first) {
		buf_puts(&w->sql, "person_values e WHERE e.org_id = $1 AND e.path");
		write_paths(w, whole);
		return;
	}
	q = ask_of(sub_of(whole, first->name), first);
	buf_puts(&w->sql, "(SELECT v.user_id, v.n FROM person_values v WHERE v.org_id = $1");
	write_row_test(w, sub_of(whole, first->name), q.op, q.text, true);
	buf_puts(&w->sql, ") e WHERE 1 = 1");
}

bool sql_value_path(struct writer *w, const struct filter *f, const struct attr *whole)
{
	struct filter both = { .op = OP_AND, .left = f->left, .right = f->right };
	const struct filter *all = f->right ? &both : f->left, *first;

	if (!check_inner(w, all, whole))
		return false;
	first = best(whole, all);
	write_start(w, whole, first);
	if (all != first) {
		buf_puts(&w->sql, " AND ");
		write_inner(w, whole, all, first, !first);
	}
	buf_puts(&w->sql, ")");
	return true;
}
