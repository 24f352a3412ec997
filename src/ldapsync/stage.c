/* stage.c - differences on their way to the table where they wait to be applied. */
#include <string.h>

#include "base/org.h"
#include "run.h"

enum { STAGE_ROWS = 1000, JSON_MAX = 64 * 1024 };

static bool write_rows(struct run *r, void *arg)
{
	(void)arg;
	return ldap_stage(r->c, r->row->id, r->staged, r->stageds);
}

bool stage_flush(struct run *r)
{
	bool good = r->stageds == 0 || run_write(r, write_rows, NULL);

	arena_free(&r->stage_arena);
	r->staged = NULL;
	r->stageds = 0;
	return good;
}

bool stage_add(struct run *r, enum ldap_phase phase, const unsigned char id[static TABLE_ID],
	       const char *what, const char *data)
{
	struct arena *a = &r->stage_arena;
	char hex[TABLE_HEX];

	if (!r->staged)
		r->staged = arena_array(a, struct ldap_staged, STAGE_ROWS);
	table_hex(id, hex);
	r->staged[r->stageds++] = (struct ldap_staged){
		.phase = phase,
		.entry_id = arena_strdup(a, hex),
		.what = what,
		.data = data,
	};
	/* not before: what the caller made in this arena goes with it */
	return r->stageds < STAGE_ROWS || stage_flush(r);
}

static void put(struct buf *b, const char *key, const char *text)
{
	if (!text)
		return;
	buf_printf(b, "%s\"%s\": ", b->n > 1 ? ", " : "", key);
	buf_json(b, text);
}

const char *person_json(struct arena *a, const struct ldap_person *p, const struct dir_entry *e,
			const unsigned char content[static TABLE_ID])
{
	struct buf b = buf_in(a, JSON_MAX);
	char hex[TABLE_HEX];

	buf_puts(&b, "{");
	put(&b, "userName", p->user_name);
	put(&b, "email", p->mail);
	put(&b, "first_name", p->first_name);
	put(&b, "last_name", p->last_name);
	put(&b, "displayName", p->display_name);
	put(&b, "state", p->active ? "active" : ldap_state_names[p->state]);
	table_hex(content, hex);
	put(&b, "content", hex);
	table_hex(e->dn_key, hex);
	put(&b, "dn", hex);
	if (!table_is_zero(p->primary_group)) {
		table_hex(p->primary_group, hex);
		put(&b, "primary", hex);
	}
	buf_printf(&b, ", \"expires\": %lld}", (long long)p->expires);
	return b.over ? "{}" : b.p;
}
