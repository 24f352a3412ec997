/*
 * table.h - the entries of a directory in memory: what was known, and what a run has seen.
 *
 * A hundred bytes an entry, found by id and by DN.  Pure: no database, no network.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum { TABLE_ID = 16, TABLE_HEX = 2 * TABLE_ID + 1 };

struct table_entry {
	unsigned char id[TABLE_ID], key[TABLE_ID], content[TABLE_ID];
	unsigned char user[TABLE_ID]; /* UUID of the person; zero: none yet                  */
	unsigned char primary[TABLE_ID];
	int64_t expires;    /* ms; 0: never */
	int64_t login;      /* hash of what memberUid names; 0: none                              */
	int next_login;     /* chain of equal places                                              */
	int moves;          /* groups gained less groups lost, of those that rules know           */
	unsigned known : 1, /* stored before this run                                      */
		seen : 1,   /* it is there                                                 */
		active : 1, /* the directory says so                                       */
		missing : 1, /* was missing before this run                                */
		fresh : 1,   /* arrives with this run                                      */
		back : 1,    /* was missing or off, and is not any more                    */
		leaves : 1,  /* goes off with this run                                     */
		loses : 1,   /* loses a group that rules know                              */
		told : 1,    /* its memberOf was read                                      */
		partly : 1;  /* and is not all of it                                       */
};

struct table {
	struct arena *arena;
	struct table_entry *entry;
	int count, room;
	int *by_id, *by_key, *by_login; /* open hashes of index + 1 */
	int slots, key_slots, login_slots;
};

/* Index of an id; -1: none. */
int table_find(const struct table *t, const unsigned char id[static TABLE_ID]);
/* The entry of an id, made if there is none.  Valid until the next call. */
struct table_entry *table_add(struct table *t, const unsigned char id[static TABLE_ID]);

/* Maps of DNs and logins over all entries that are there; after the last table_add(). */
void table_index(struct table *t);
int table_by_key(const struct table *t, const unsigned char key[static TABLE_ID]);
int table_by_login(const struct table *t, int64_t login);

bool table_is_zero(const unsigned char b[static TABLE_ID]);
void table_hex(const unsigned char b[static TABLE_ID], char out[static TABLE_HEX]);
/* 32 hex digits, dashes between them allowed; false for anything else. */
bool table_unhex(const char *text, unsigned char out[static TABLE_ID]);
/* As id_new() writes it. */
void table_uuid(const unsigned char b[static TABLE_ID], char out[static 37]);

/* Of a set, whatever its order: add each member's id once. */
struct table_digest {
	uint64_t a, b, n;
};
void table_digest_add(struct table_digest *d, const unsigned char id[static TABLE_ID]);
void table_digest_hex(const struct table_digest *d, char out[static TABLE_HEX]);
