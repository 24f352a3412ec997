/* entry.c - an entry as it comes, to one that can be compared: ids, keys, values in order. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/time.h>

#include "parts.h"
#include "reader.h"

enum { RANGES_MAX = 100000, RANGE_ROUNDS = 3 };

/* ---- attributes ---- */

char **entry_attrs(struct arena *a, const struct dir_query *q)
{
	char **out = arena_array(a, char *, (size_t)q->wants + 2);

	for (int i = 0; i < q->wants; i++)
		out[i] = arena_strdup(a, q->want[i].name);
	out[q->wants] = arena_strdup(a, q->id_attr);
	return out;
}

/* One attribute as it is put together. */
struct got {
	struct slice *value;
	size_t n, room;
	bool optioned; /* only values with options so far */
	bool more;     /* a range that is not the last    */
	int64_t next;  /* where the next range begins     */
	int ranges;    /* answers that named one          */
	bool incomplete;
};

struct reading {
	struct reader *r;
	struct arena *arena;
	const struct dir_query *q;
	int64_t bytes;                     /* of all values so far */
	struct got got[DIR_WANTS_MAX + 1]; /* the last is the id */
};

/* "range=0-1499": *next is 1500; "range=1500-*": the last, *next is -1. */
static bool is_range(struct slice option, int64_t *next)
{
	const char *dash;
	char number[24];
	size_t n;

	if (option.n < 9 || strncasecmp(option.p, "range=", 6) != 0)
		return false;
	dash = memchr(option.p, '-', option.n);
	if (!dash)
		return false;
	n = option.n - (size_t)(dash + 1 - option.p);
	if (n == 1 && dash[1] == '*') {
		*next = -1;
		return true;
	}
	if (n == 0 || n >= sizeof(number))
		return false;
	memcpy(number, dash + 1, n);
	number[n] = '\0';
	if (!text_int(number, 0, INT64_MAX - 1, next))
		return false;
	++*next;
	return true;
}

static void add_values(struct reading *g, struct got *t, const struct berval *vals)
{
	size_t n = 0;

	while (vals && vals[n].bv_val)
		n++;
	if (t->n + n > t->room) {
		size_t room = (t->n + n) * (t->room ? 2 : 1);

		t->value = arena_grow(g->arena, t->value, t->n * sizeof(*t->value),
				      room * sizeof(*t->value));
		t->room = room;
	}
	for (size_t i = 0; i < n; i++) {
		t->value[t->n++] = (struct slice){ vals[i].bv_val, vals[i].bv_len };
		g->bytes += (int64_t)(vals[i].bv_len + sizeof(*t->value));
	}
}

/* name;option;option=... */
static void take_attribute(struct reading *g, const struct berval *type, const struct berval *vals)
{
	const char *semi = memchr(type->bv_val, ';', type->bv_len), *end, *at;
	size_t n = semi ? (size_t)(semi - type->bv_val) : type->bv_len;
	bool optioned = false, ranged = false;
	int64_t next = -1;
	struct got *t;

	for (at = semi; at; at = end < type->bv_val + type->bv_len ? end : NULL) {
		size_t left = type->bv_len - (size_t)(at + 1 - type->bv_val);
		struct slice option;

		end = left ? memchr(at + 1, ';', left) : NULL;
		end = end ? end : type->bv_val + type->bv_len;
		option = (struct slice){ at + 1, (size_t)(end - at - 1) };
		if (is_range(option, &next))
			ranged = true;
		else if (!slice_is(option, "binary"))
			optioned = true;
	}
	for (int i = 0; i <= g->q->wants; i++) {
		const char *name = i < g->q->wants ? g->q->want[i].name : g->q->id_attr;

		if (!slice_is((struct slice){ type->bv_val, n }, name))
			continue;
		t = &g->got[i];
		if (optioned && t->n && !t->optioned)
			continue;
		if (!optioned && t->optioned)
			t->n = 0;
		t->optioned = optioned;
		add_values(g, t, vals);
		if (ranged) {
			t->ranges++;
			t->more = next >= 0;
			t->next = next;
		}
	}
}

static bool take_attributes(struct reading *g, LDAPMessage *m, struct berval *dn)
{
	LDAP *ld = g->r->link.ld;
	BerElement *ber = NULL;
	struct berval type, *vals = NULL;
	int code = ldap_get_dn_ber(ld, m, &ber, dn);

	while (code == LDAP_SUCCESS) {
		code = ldap_get_attribute_ber(ld, m, ber, &type, &vals);
		if (code != LDAP_SUCCESS || !type.bv_val)
			break;
		take_attribute(g, &type, vals);
		ber_memfree(vals);
		vals = NULL;
	}
	if (ber)
		ber_free(ber, 0);
	return code == LDAP_SUCCESS && dn->bv_val;
}

/* ---- the rest of an attribute that comes in ranges ([MS-ADTS] 3.1.1.3.1.3.3) ---- */

static void free_message(void *m)
{
	ldap_msgfree(m);
}

/* A search that keeps its message: values point into it until the entry is done. */
static bool ask_range(struct reading *g, char *dn, char *type, LDAPMessage **entry)
{
	LDAP *ld = g->r->link.ld;
	char *attrs[2] = { type, NULL };
	struct timeval wait = { g->r->config.answer_ms / 1000, 0 };
	LDAPMessage *m = NULL;
	int code = ldap_search_ext_s(ld, dn, LDAP_SCOPE_BASE, "(objectClass=*)", attrs, 0, NULL,
				     NULL, &wait, 0, &m);

	if (m)
		arena_defer(g->arena, free_message, m);
	*entry = m ? ldap_first_entry(ld, m) : NULL;
	return code == LDAP_SUCCESS && *entry;
}

static bool fetch_ranges(struct reading *g, char *dn, int i)
{
	struct got *t = &g->got[i];
	struct berval again;
	LDAPMessage *m;
	int64_t from;
	int ranges;

	for (int n = 0; t->more; n++) {
		from = t->next;
		ranges = t->ranges;
		if (n == RANGES_MAX || g->bytes > g->r->config.entry_bytes_max ||
		    !ask_range(g, dn,
			       arena_printf(g->arena, "%s;range=%lld-*", g->q->want[i].name,
					    (long long)from),
			       &m) ||
		    !take_attributes(g, m, &again))
			return false;
		/* the answer must say itself that it goes on, or that it was the last */
		if (t->ranges == ranges || (t->more && t->next <= from))
			return false;
	}
	return true;
}

/* Where values come in parts, the group may change between them: AD counts its changes. */
static bool version_of(struct reading *g, char *dn, const char **out)
{
	LDAPMessage *m;
	char type[] = "uSNChanged";

	if (!ask_range(g, dn, type, &m))
		return false;
	*out = entry_value(g->arena, g->r->link.ld, m, type).p;
	return true;
}

static void complete(struct reading *g, char *dn, int i)
{
	struct got *t = &g->got[i];
	const char *before = NULL, *after = NULL;
	bool good = false;

	for (int round = 0; round < RANGE_ROUNDS && !good; round++) {
		*t = (struct got){ .more = true };
		good = version_of(g, dn, &before) && fetch_ranges(g, dn, i) &&
		       version_of(g, dn, &after) &&
		       (before && after ? strcmp(before, after) == 0 : before == after);
	}
	t->incomplete = !good;
}

/* ---- the entry ---- */

static bool is_clean_text(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7f)
			return false;
	return true;
}

static int by_bytes(const void *a, const void *b)
{
	const struct slice *x = a, *y = b;
	int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

/* Text with a NUL behind it, or nothing: what is no text is left out. */
static bool keep_text(struct arena *a, struct slice *v)
{
	char *text;

	if (!is_clean_text(*v))
		return false;
	text = arena_strndup(a, v->p, v->n);
	*v = (struct slice){ text, v->n };
	return text_is_utf8(text);
}

static void finish(struct arena *a, const struct dir_want *want, struct got *t,
		   struct dir_attr *out)
{
	size_t n = 0;
	unsigned char(*key)[DIR_KEY_BYTES];

	for (size_t i = 0; i < t->n; i++)
		if (want->kind == DIR_BINARY || keep_text(a, &t->value[i]))
			t->value[n++] = t->value[i];
	/* a DN that is no text is a member all the same, but not one that can be looked up */
	if (want->kind == DIR_DN && n != t->n)
		t->incomplete = true;
	if (n > 1)
		qsort(t->value, n, sizeof(*t->value), by_bytes);
	t->n = n;
	n = 0;
	for (size_t i = 0; i < t->n; i++)
		if (n == 0 || by_bytes(&t->value[n - 1], &t->value[i]) != 0)
			t->value[n++] = t->value[i];
	*out = (struct dir_attr){ .value = t->value, .n = (int)n, .incomplete = t->incomplete };
	if (want->kind != DIR_DN || !n)
		return;
	key = arena_alloc(a, n * DIR_KEY_BYTES);
	for (size_t i = 0; i < n; i++)
		IGNORE(dn_key(a, dn_without_uid(t->value[i]), key[i]));
	out->key = (const unsigned char(*)[DIR_KEY_BYTES])key;
}

static bool named(struct reading *g, struct slice dn, struct dir_entry *out)
{
	struct got *id = &g->got[g->q->wants];

	/* binary GUIDs come as they are; of text there is one value */
	if (id->n != 1 || !id_parse(g->q->id_form, id->value[0], out->id))
		return false;
	out->dn = dn_shown(g->arena, dn);
	/* the key is of what the server wrote; a DN beyond our reading has none */
	IGNORE(dn_key(g->arena, dn, out->dn_key));
	return true;
}

bool entry_read(struct reader *r, struct arena *a, LDAPMessage *m, const struct dir_query *q,
		struct dir_entry *out)
{
	struct reading *g = arena_new(a, struct reading);
	struct berval dn = { 0 };
	struct dir_attr *attr;

	*g = (struct reading){ .r = r, .arena = a, .q = q };
	*out = (struct dir_entry){ 0 };
	if (!take_attributes(g, m, &dn) || !named(g, (struct slice){ dn.bv_val, dn.bv_len }, out))
		return false;
	attr = arena_array(a, struct dir_attr, (size_t)q->wants + 1);
	for (int i = 0; i < q->wants; i++) {
		if (g->got[i].more)
			complete(g, arena_strndup(a, dn.bv_val, dn.bv_len), i);
		finish(a, &q->want[i], &g->got[i], &attr[i]);
	}
	out->attr = attr;
	return true;
}

struct slice entry_value(struct arena *a, LDAP *ld, LDAPMessage *m, const char *name)
{
	struct berval **v = ldap_get_values_len(ld, m, name);
	struct slice out = { 0 };

	if (v && v[0])
		out = (struct slice){ arena_strndup(a, v[0]->bv_val, v[0]->bv_len), v[0]->bv_len };
	ldap_value_free_len(v);
	return out;
}
