/* filter_columns.c - comparisons with one column: what may be compared, and how SQL says it. */

#include "filter_sql.h"

#include <string.h>

#include "base/time.h"

/* " = $3" and the like behind column, which is written already folded or exact.
 * Text is ordered by its bytes: "C" is PostgreSQL's name for that, and the
 * driver of SQLite knows it too. */
void sql_text_test(struct writer *w, const char *column, enum filter_op op, const char *text)
{
	static const char *const order[] = {
		[OP_GT] = " > ",
		[OP_GE] = " >= ",
		[OP_LT] = " < ",
		[OP_LE] = " <= ",
	};
	struct db_val v = db_text(text);

	if (op == OP_EQ || op == OP_NE) {
		buf_printf(&w->sql, "%s %s ", column, op == OP_EQ ? "=" : "<>");
		sql_param(w, v);
	} else if (op >= OP_GT && op <= OP_LE) {
		buf_printf(&w->sql, "%s COLLATE \"C\"%s", column, order[op]);
		sql_param(w, v);
	} else if (*text == '\0') {
		sql_constant(w, true); /* all text has an empty part */
	} else if (op == OP_CO) {
		buf_printf(&w->sql, "replace(%s, ", column);
		sql_param(w, v);
		buf_printf(&w->sql, ", '') <> %s", column);
	} else if (op == OP_SW) {
		buf_printf(&w->sql, "substr(%s, 1, length(", column);
		sql_param(w, v);
		buf_puts(&w->sql, ")) = ");
		sql_param(w, v);
	} else {
		buf_printf(&w->sql, "(length(%s) >= length(", column);
		sql_param(w, v);
		buf_printf(&w->sql, ") AND substr(%s, length(%s) - length(", column, column);
		sql_param(w, v);
		buf_puts(&w->sql, ") + 1) = ");
		sql_param(w, v);
		buf_puts(&w->sql, ")");
	}
}

/* ---- what the filter's right side may be ---- */

bool filter_check(struct writer *w, const struct filter *f, enum attr_type type)
{
	bool order = f->op >= OP_GT && f->op <= OP_LE, inside = f->op >= OP_CO && f->op <= OP_EW;
	int64_t ms;
	bool b;

	if (f->op == OP_PR)
		return true;
	if (f->value.type == DB_NULL)
		return (!order && !inside) || sql_refuse(w, f, "can only be eq or ne null");
	if (type == ATTR_BOOLEAN) {
		if (order || inside)
			return sql_refuse(w, f, "is a boolean: only eq, ne and pr apply");
		return f->value.type == DB_BOOL || text_bool(f->value.text, &b) ||
		       sql_refuse(w, f, "is compared with true or false");
	}
	if (f->value.type == DB_BOOL)
		return sql_refuse(w, f, "is compared with a value in quotes, not with a boolean");
	if (type == ATTR_DATETIME) {
		if (inside)
			return sql_refuse(w, f, "is a time: co, sw and ew do not apply");
		return time_parse(f->value.text, &ms) ||
		       sql_refuse(w, f, "is compared with a time such as 2026-01-31T12:00:00Z");
	}
	return type != ATTR_BINARY || !(order || inside) ||
	       sql_refuse(w, f, "is binary: only eq, ne and pr apply");
}

bool filter_bool(const struct filter *f)
{
	bool b = f->value.num != 0;

	if (f->value.type == DB_TEXT)
		(void)!text_bool(f->value.text, &b);
	return b;
}

/* ---- columns ---- */

/* exact: compared as it is; else the column holds folded text. */
bool sql_text_column(struct writer *w, const struct filter *f, const char *column, bool exact)
{
	const char *text = f->value.text;

	if (!filter_check(w, f, ATTR_STRING))
		return false;
	if (f->op == OP_PR || !text) {
		bool present = f->op != OP_EQ;

		buf_printf(&w->sql,
			   present ? "(%s IS NOT NULL AND %s <> '')" : "(%s IS NULL OR %s = '')",
			   column, column);
		return true;
	}
	if (!exact)
		text = text_fold(w->c->arena, text);
	if (f->op == OP_NE)
		buf_printf(&w->sql, "(%s IS NULL OR ", column);
	else
		buf_printf(&w->sql, "(%s IS NOT NULL AND ", column);
	sql_text_test(w, column, f->op, text);
	buf_puts(&w->sql, ")");
	return true;
}

bool sql_time_column(struct writer *w, const struct filter *f, const char *column)
{
	static const char *const names[] = {
		[OP_EQ] = "=",  [OP_NE] = "<>", [OP_GT] = ">",
		[OP_GE] = ">=", [OP_LT] = "<",  [OP_LE] = "<=",
	};
	int64_t ms = 0;

	if (!filter_check(w, f, ATTR_DATETIME))
		return false;
	if (f->op == OP_PR || !f->value.text) {
		sql_constant(w, f->op != OP_EQ);
		return true;
	}
	if (!time_parse(f->value.text, &ms))
		return sql_refuse(w, f, "is compared with a time");
	buf_printf(&w->sql, "%s %s ", column, names[f->op]);
	sql_param(w, db_int(ms));
	return true;
}

bool sql_boolean_column(struct writer *w, const struct filter *f, const char *column)
{
	if (!filter_check(w, f, ATTR_BOOLEAN))
		return false;
	if (f->op == OP_PR || f->value.type == DB_NULL)
		sql_constant(w, f->op != OP_EQ);
	else
		buf_printf(&w->sql, "%s = %s", column,
			   filter_bool(f) == (f->op == OP_EQ) ? "TRUE" : "FALSE");
	return true;
}

/* W/"12"; anything else is nobody's version. */
bool sql_version(struct writer *w, const struct filter *f, const char *column)
{
	const char *text = f->value.text;
	size_t n = text ? strlen(text) : 0;
	int64_t version;

	if (f->op != OP_EQ && f->op != OP_NE && f->op != OP_PR)
		return sql_refuse(w, f, "has no order: only eq, ne and pr apply");
	if (!filter_check(w, f, ATTR_STRING))
		return false;
	if (f->op == OP_PR || !text) {
		sql_constant(w, f->op != OP_EQ);
		return true;
	}
	if (n < 5 || strncmp(text, "W/\"", 3) != 0 || text[n - 1] != '"' ||
	    !text_int(arena_strndup(w->c->arena, text + 3, n - 4), 1, INT64_MAX, &version)) {
		sql_constant(w, f->op == OP_NE);
		return true;
	}
	buf_printf(&w->sql, "%s %s ", column, f->op == OP_EQ ? "=" : "<>");
	sql_param(w, db_int(version));
	return true;
}

/* The URI ends in the id, and nothing before it may differ. */
bool sql_location(struct writer *w, const struct filter *f, const char *column)
{
	const char *base =
		arena_printf(w->c->arena, "%s/scim/v2/%s/", w->c->base_url ? w->c->base_url : "",
			     w->of == FILTER_USERS ? "Users" : "Groups");
	struct filter id = *f;

	if (f->op != OP_EQ && f->op != OP_NE && f->op != OP_PR)
		return sql_refuse(w, f, "has no order: only eq, ne and pr apply");
	if (f->value.text)
		id.value.text = strncmp(f->value.text, base, strlen(base)) == 0
					? f->value.text + strlen(base)
					: "";
	return sql_text_column(w, &id, column, true);
}
