/* sort.c - sortBy as SQL after ORDER BY (RFC 7644, section 3.4.2.3). */

#include <string.h>

#include "filter_sql.h"
#include "path.h"

static const struct slice none = { "", 0 };

/* The value of the primary element, else of the first; or the only one. */
static const char *value_of(struct arena *a, const struct attr *attr)
{
	const struct attr *whole = attr_whole(attr);
	const char *column = attr->exact ? "value" : "value_key", *first = "";

	if (whole->multi)
		first = arena_printf(a,
				     "CASE WHEN v.n IN (SELECT p.n FROM person_values p"
				     " WHERE p.org_id = $1 AND p.user_id = v.user_id"
				     " AND p.path = '%s.primary' AND p.value = 'true')"
				     " THEN 0 ELSE 1 END, ",
				     whole->name);
	return arena_printf(a,
			    "(SELECT v.%s FROM person_values v WHERE v.org_id = $1"
			    " AND v.user_id = u.id AND v.path = '%s' ORDER BY %sv.n LIMIT 1)",
			    column, attr->path, first);
}

static const char *of_user(struct arena *a, const struct scim_name *n)
{
	const struct attr *attr = attr_find(n->schema, n->name, n->sub.n ? n->sub : none);

	if (!attr)
		return NULL;
	if (attr->type == ATTR_COMPLEX)
		attr = attr_find(attr->schema, n->name, (struct slice){ "value", 5 });
	return attr && attr->path ? value_of(a, attr) : NULL;
}

/* The expression to sort by; NULL if there is none.  *text: ordered by its bytes. */
static const char *expression(struct ctx *c, enum filter_of of, const struct scim_name *n,
			      bool *text)
{
	const char *t = of == FILTER_USERS ? "u" : "g", *column;
	bool exact;

	*text = false;
	if (slice_is(n->name, "meta")) {
		if (slice_is(n->sub, "created"))
			return arena_printf(c->arena, "%s.created", t);
		if (slice_is(n->sub, "lastModified"))
			return of == FILTER_USERS ? "u.changed" : GROUP_CHANGED;
		*text = true;
		return slice_is(n->sub, "location") ? arena_printf(c->arena, "%s.id", t) : NULL;
	}
	if (of == FILTER_USERS && slice_is(n->name, "active") && n->sub.n == 0)
		return "CASE WHEN u.shown_active THEN 1 ELSE 0 END";
	*text = true;
	column = n->sub.n ? NULL : filter_column(of, n->name, &exact);
	if (column)
		return column;
	return of == FILTER_USERS ? of_user(c->arena, n) : NULL;
}

bool sort_sql(struct ctx *c, enum filter_of of, const char *sort_by, bool descending,
	      const char **order, struct db_args *args)
{
	struct scim_name n;
	const char *by;
	bool text;

	*order = NULL;
	*args = DB_NONE;
	if (!sort_by || !*sort_by)
		return true;
	if (!name_split(c->arena, (struct slice){ sort_by, strlen(sort_by) }, &n) ||
	    n.name.n == 0 || !(by = expression(c, of, &n, &text)))
		return error(c, ERR_VALUE,
			     "cannot sort by \"%.100s\"; name an attribute, and of a complex one a "
			     "sub-attribute",
			     sort_by);
	*order = arena_printf(c->arena, "%s%s %s, %s.id", by, text ? " COLLATE \"C\"" : "",
			      descending ? "DESC NULLS FIRST" : "ASC NULLS LAST",
			      of == FILTER_USERS ? "u" : "g");
	return true;
}
