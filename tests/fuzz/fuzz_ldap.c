/*
 * fuzz_ldap.c - what directories answer, behind BER: names, ids, times, entries as people and
 * groups, marks; and what a reader that was taken over could say to the server.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/ldapsync/filter.h"
#include "../../src/ldapsync/job.h"
#include "../../src/ldapsync/map.h"
#include "../../src/ldapsync/mark.h"
#include "../../src/ldapsync/parts.h"

enum { NAMES, IDS, ENTRY, END, MARK, TASK, KINDS };

static void check(bool good)
{
	if (!good)
		abort();
}

/* A canonical name is canonical, and its key is that of all its spellings. */
static void read_name(struct arena *a, struct slice bytes)
{
	unsigned char x[DIR_KEY_BYTES], y[DIR_KEY_BYTES];
	const char *once = dn_canonical(a, bytes);

	check(text_is_utf8(dn_shown(a, bytes)));
	check(dn_key(a, bytes, x) == (once != NULL));
	dn_without_uid(bytes);
	if (!once || strchr(once, '#') || strlen(once) > DN_BYTES_MAX)
		return;
	if (dn_key(a, (struct slice){ once, strlen(once) }, y))
		check(memcmp(x, y, sizeof(x)) == 0);
}

static void read_ids(struct arena *a, struct slice bytes)
{
	unsigned char id[DIR_ID_BYTES], again[DIR_ID_BYTES];
	const char *s = arena_strndup(a, bytes.p, bytes.n), *text;
	int64_t ms;

	for (int form = DIR_ID_UUID; form <= DIR_ID_NSUID; form++) {
		if (!id_parse((enum dir_id_form)form, bytes, id))
			continue;
		text = id_text(a, (enum dir_id_form)form, id);
		if (form != DIR_ID_GUID) {
			check(id_parse((enum dir_id_form)form, (struct slice){ text, strlen(text) },
				       again));
			check(memcmp(id, again, sizeof(id)) == 0);
		}
	}
	sid_text(a, bytes);
	IGNORE(sid_key(bytes, 513, id));
	IGNORE(filetime_parse(s, &ms));
	IGNORE(gentime_parse(s, &ms));
	check(!strpbrk(dir_filter_text(a, s), "()*"));
}

static void read_entry(struct arena *a, struct slice bytes)
{
	struct ctx c = { .arena = a, .now = 1704067200000 };
	struct wire w = wire_from(a, bytes);
	struct dir_entry e = { 0 };
	struct ldap_settings s;
	struct ldap_person p;
	struct ldap_group g;
	struct dir_query q;

	check(ldap_settings_read(&c, "{}", &s));
	s.primary_groups = true;
	ldap_users_query(&c, &s, &q);
	wire_entry(&w, &e, &q);
	if (!w.bad)
		ldap_map_person(a, &s, &q, &e, c.now, &p);
	ldap_groups_query(&c, &s, &q);
	w = wire_from(a, bytes);
	wire_entry(&w, &e, &q);
	if (!w.bad)
		ldap_map_group(a, &s, &q, &e, &g);
}

static void read_end(struct arena *a, struct slice bytes)
{
	struct wire w = wire_from(a, bytes);
	struct ending e = { 0 };

	wire_ending(&w, &e);
	if (!w.bad && e.end.why)
		check(strlen(e.end.why) <= bytes.n);
}

static void read_task(struct arena *a, struct slice bytes)
{
	struct wire w = wire_from(a, bytes);
	struct task t = { 0 };

	wire_task(&w, &t);
}

static void read_mark(struct arena *a, struct slice bytes)
{
	static const char *const bases[] = { "dc=ex", NULL };
	static const struct dir_query q = { .bases = bases, .filter = "(a=b)", .id_attr = "x" };
	static const struct dir_config f = { .dn = "cn=svc" };
	static const struct dir_identity i = { .base_id = { { 1 } } };
	struct mark m = { .how = DIR_SYNCREPL, .since = bytes }, got;
	const char *why, *made = mark_write(a, &m, &q, &f, &i);

	if (bytes.n < 1000) {
		check(mark_read(a, made, &q, &f, &i, &got, &why));
		check(got.since.n == bytes.n && memcmp(got.since.p, bytes.p, bytes.n) == 0);
	}
	IGNORE(mark_read(a, arena_strndup(a, bytes.p, bytes.n), &q, &f, &i, &got, &why));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const read[KINDS])(struct arena * a, struct slice bytes) = {
		[NAMES] = read_name, [IDS] = read_ids,   [ENTRY] = read_entry,
		[END] = read_end,    [MARK] = read_mark, [TASK] = read_task,
	};
	struct arena a = { 0 };
	char *copy;

	if (size < 1)
		return 0;
	copy = arena_alloc(&a, size);
	memcpy(copy, data + 1, size - 1);
	read[data[0] % KINDS](&a, (struct slice){ copy, size - 1 });
	arena_free(&a);
	return 0;
}
