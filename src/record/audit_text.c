/* audit_text.c - records of the audit trail as lines, and how far they have been streamed. */
#include <inttypes.h>
#include <string.h>

#include "base/org.h"
#include "base/time.h"
#include "record/audit.h"

struct field {
	const char *name, *text;
	bool number;
};
enum { FIELDS = 15 };

static void fields_of(struct ctx *c, const struct audit *a, struct field f[FIELDS])
{
	const struct field all[FIELDS] = {
		{ "seq", arena_printf(c->arena, "%" PRId64, a->seq), true },
		{ "hash", a->hash, false },
		{ "id", a->id, false },
		{ "at", arena_printf(c->arena, "%" PRId64, a->at), true },
		{ "time", time_text(c->arena, a->at), false },
		{ "actor", a->actor, false },
		{ "source_id", a->source_id, false },
		{ "action", a->action, false },
		{ "target_kind", a->target_kind, false },
		{ "target_id", a->target_id, false },
		{ "before", a->before, false },
		{ "after", a->after, false },
		{ "reason", a->reason, false },
		{ "trace", a->trace, false },
		{ "address", a->address, false },
	};

	memcpy(f, all, sizeof(all));
}

void audit_put_json(struct ctx *c, struct buf *b, const char *org_id, const struct audit *a)
{
	struct field f[FIELDS];
	const char *between = "{";

	fields_of(c, a, f);
	if (org_id) {
		buf_puts(b, "{\"org\":");
		buf_json(b, org_id);
		between = ",";
	}
	for (int i = 0; i < FIELDS; i++) {
		buf_printf(b, "%s\"%s\":", between, f[i].name);
		between = ",";
		if (f[i].number)
			buf_puts(b, f[i].text);
		else
			buf_json(b, f[i].text);
	}
	buf_puts(b, "}\n");
}

void audit_put_csv(struct ctx *c, struct buf *b, const struct audit *a)
{
	const struct audit none = { 0 };
	struct field f[FIELDS];

	fields_of(c, a ? a : &none, f);
	for (int i = 0; i < FIELDS; i++) {
		buf_puts(b, i ? "," : "");
		if (!a)
			buf_puts(b, f[i].name);
		else if (f[i].number)
			buf_printf(b, "\"%s\"", f[i].text);
		else
			buf_csv(b, f[i].text);
	}
	buf_puts(b, "\r\n");
}

bool audit_stream_due(struct ctx *c, int64_t limit, struct audit **out, int *count)
{
	struct rows r;

	if (!db_run(c, &r, "SELECT seq FROM audit_streams WHERE org_id = $1",
		    DB_ARGS(db_text(c->org->id))))
		return false;
	return audit_chain(c, r.count ? row_int(&r, 0, 0) : 0, limit, out, count);
}

bool audit_stream_save(struct ctx *c, int64_t seq)
{
	return db_run(c, NULL,
		      "INSERT INTO audit_streams (org_id, seq) VALUES ($1, $2)"
		      " ON CONFLICT (org_id) DO UPDATE SET seq = excluded.seq"
		      " WHERE excluded.seq > audit_streams.seq",
		      DB_ARGS(db_text(c->org->id), db_int(seq)));
}

bool lease_take(struct ctx *c, const char *name, const char *owner, int64_t ms, bool *got)
{
	struct rows r;

	if (!db_run(c, &r,
		    /* every organization */
		    "INSERT INTO leases (name, owner, until) VALUES ($1, $2, $3)"
		    " ON CONFLICT (name) DO UPDATE SET owner = excluded.owner,"
		    " until = excluded.until WHERE leases.owner = excluded.owner"
		    " OR leases.until < $4",
		    DB_ARGS(db_text(name), db_text(owner), db_int(c->now + ms), db_int(c->now))))
		return false;
	*got = r.changed == 1;
	return true;
}
