/* table.c - the entries of a directory in memory, found by id, DN and login. */
#include "table.h"

#include <string.h>

enum { FIRST_ROOM = 64 };

static uint64_t word(const unsigned char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* splitmix64: ids of AD differ in few bits, and a stranger chooses them. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= 0xbf58476d1ce4e5b9U;
	x ^= x >> 27;
	x *= 0x94d049bb133111ebU;
	return x ^ x >> 31;
}

static uint64_t spread(const unsigned char b[static TABLE_ID])
{
	return mix(word(b) ^ mix(word(b + 8) + 0x9e3779b97f4a7c15U));
}

bool table_is_zero(const unsigned char b[static TABLE_ID])
{
	return word(b) == 0 && word(b + 8) == 0;
}

static int id_slot(const struct table *t, const unsigned char *id)
{
	int i = (int)(spread(id) % (uint64_t)t->slots);

	while (t->by_id[i] && memcmp(t->entry[t->by_id[i] - 1].id, id, TABLE_ID) != 0)
		i = (i + 1) % t->slots;
	return i;
}

int table_find(const struct table *t, const unsigned char id[static TABLE_ID])
{
	return t->count ? t->by_id[id_slot(t, id)] - 1 : -1;
}

static void grow(struct table *t)
{
	size_t was = (size_t)t->room * sizeof(*t->entry);

	t->room = t->room ? t->room * 2 : FIRST_ROOM;
	t->entry = arena_grow(t->arena, t->entry, was, (size_t)t->room * sizeof(*t->entry));
	t->slots = t->room * 2;
	t->by_id = arena_array(t->arena, int, (size_t)t->slots);
	for (int i = 0; i < t->count; i++)
		t->by_id[id_slot(t, t->entry[i].id)] = i + 1;
}

struct table_entry *table_add(struct table *t, const unsigned char id[static TABLE_ID])
{
	int slot;

	if (t->count == t->room)
		grow(t);
	slot = id_slot(t, id);
	if (!t->by_id[slot]) {
		t->entry[t->count] = (struct table_entry){ .next_login = -1 };
		memcpy(t->entry[t->count].id, id, TABLE_ID);
		t->by_id[slot] = ++t->count;
	}
	return &t->entry[t->by_id[slot] - 1];
}

static int key_slot(const struct table *t, const unsigned char *key)
{
	int i = (int)(spread(key) % (uint64_t)t->key_slots);

	while (t->by_key[i] && memcmp(t->entry[t->by_key[i] - 1].key, key, TABLE_ID) != 0)
		i = (i + 1) % t->key_slots;
	return i;
}

static void index_login(struct table *t, int i)
{
	int *head = &t->by_login[mix((uint64_t)t->entry[i].login) % (uint64_t)t->login_slots];

	t->entry[i].next_login = *head - 1;
	*head = i + 1;
}

/* A DN that two entries had one after the other belongs to the one that is there. */
void table_index(struct table *t)
{
	t->key_slots = t->login_slots = t->count * 2 + 1;
	t->by_key = arena_array(t->arena, int, (size_t)t->key_slots);
	t->by_login = arena_array(t->arena, int, (size_t)t->login_slots);
	for (int i = 0; i < t->count; i++) {
		if (!t->entry[i].seen)
			continue;
		if (!table_is_zero(t->entry[i].key))
			t->by_key[key_slot(t, t->entry[i].key)] = i + 1;
		if (t->entry[i].login)
			index_login(t, i);
	}
}

int table_by_key(const struct table *t, const unsigned char key[static TABLE_ID])
{
	return t->by_key ? t->by_key[key_slot(t, key)] - 1 : -1;
}

int table_by_login(const struct table *t, int64_t login)
{
	int i;

	if (!t->by_login || !login)
		return -1;
	i = t->by_login[mix((uint64_t)login) % (uint64_t)t->login_slots] - 1;
	while (i >= 0 && t->entry[i].login != login)
		i = t->entry[i].next_login;
	return i;
}

void table_hex(const unsigned char b[static TABLE_ID], char out[static TABLE_HEX])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < TABLE_ID; i++) {
		out[2 * i] = digits[b[i] >> 4];
		out[2 * i + 1] = digits[b[i] & 15];
	}
	out[2 * TABLE_ID] = '\0';
}

void table_uuid(const unsigned char b[static TABLE_ID], char out[static 37])
{
	static const int from[] = { 0, 8, 12, 16, 20, 32 };
	char hex[TABLE_HEX], *p = out;

	table_hex(b, hex);
	for (int i = 0; i < 5; i++) {
		memcpy(p, hex + from[i], (size_t)(from[i + 1] - from[i]));
		p += from[i + 1] - from[i];
		*p++ = '-';
	}
	p[-1] = '\0';
}

static int digit(char ch)
{
	if (ch >= '0' && ch <= '9')
		return ch - '0';
	if (ch >= 'a' && ch <= 'f')
		return ch - 'a' + 10;
	return -1;
}

bool table_unhex(const char *text, unsigned char out[static TABLE_ID])
{
	int n = 0, high = 0;

	for (; text && *text; text++) {
		if (*text == '-')
			continue;
		if (digit(*text) < 0 || n == 2 * TABLE_ID)
			return false;
		if (n % 2)
			out[n / 2] = (unsigned char)(high << 4 | digit(*text));
		high = digit(*text);
		n++;
	}
	return n == 2 * TABLE_ID;
}

void table_digest_add(struct table_digest *d, const unsigned char id[static TABLE_ID])
{
	uint64_t x = spread(id);

	d->a += mix(x ^ 0xd6e8feb86659fd93U);
	d->b += mix(x + word(id));
	d->n++;
}

void table_digest_hex(const struct table_digest *d, char out[static TABLE_HEX])
{
	unsigned char bytes[TABLE_ID];
	uint64_t a = mix(d->a ^ d->n), b = d->b;

	memcpy(bytes, &a, 8);
	memcpy(bytes + 8, &b, 8);
	table_hex(bytes, out);
}
