/* outbox.c - reads the feed of events. */
#include "record/outbox.h"

#include "base/org.h"
#include "sql.h"

bool event_list(struct ctx *c, const char *after, int64_t limit, struct event **out, int *count,
		int64_t *left)
{
	const char *settled = id_floor(c->arena, c->now - EVENT_SETTLE_MS);
	struct rows r, all;

	if (left && !db_run(c, &all,
			    "SELECT COUNT(*) FROM outbox WHERE org_id = $1 AND id > $2 AND id < $3",
			    DB_ARGS(db_text(c->org->id), db_text(after), db_text(settled))))
		return false;
	if (!db_run(c, &r,
		    "SELECT id, type, user_id, payload, at FROM outbox"
		    " WHERE org_id = $1 AND id > $2 AND id < $3 ORDER BY id LIMIT $4",
		    DB_ARGS(db_text(c->org->id), db_text(after), db_text(settled), db_int(limit))))
		return false;
	if (left)
		*left = row_int(&all, 0, 0);
	*count = r.count;
	*out = arena_array(c->arena, struct event, (size_t)r.count);
	for (int i = 0; i < r.count; i++)
		(*out)[i] = (struct event){
			.id = row_text(&r, i, 0),
			.type = row_text(&r, i, 1),
			.user_id = row_text(&r, i, 2),
			.payload = row_text(&r, i, 3),
			.at = row_int(&r, i, 4),
		};
	return true;
}
