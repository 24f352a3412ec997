/*
 * parts.h - what directories write into values: names, ids, times.  Pure functions over
 * bytes of strangers; they never fail for any other reason than that it is not one.
 */
#pragma once

#include "directory.h"

enum { DN_BYTES_MAX = 8192 };

/*
 * One text for all spellings of a DN (RFC 4514): types in lower case and by name, values
 * folded as caseIgnoreMatch does (RFC 4518), the parts of an RDN in order.  NULL if it is
 * no DN; "" for the empty one.
 */
const char *dn_canonical(struct arena *a, struct slice dn);
/* Of two such texts: dn is of, or below it. */
bool dn_is_within(const char *dn, const char *of);
/* A digest of it; false, and all zero, if it is no DN. */
bool dn_key(struct arena *a, struct slice dn, unsigned char key[DIR_KEY_BYTES]);
/* The value that a DN begins with, as it is written there but for escapes: of most groups the
 * name.  NULL if it is no DN, or that value no text; "" for the empty DN. */
char *dn_first_value(struct arena *a, struct slice dn);
/* Whether an entry of this name is where a question looks; see bases.c. */
bool dn_in_scope(struct arena *a, const char *dn, const struct dir_query *q);
/* A value of syntax "name and optional UID" without the bit string at its end. */
struct slice dn_without_uid(struct slice value);
/* Control characters as \xx: for logs and people. */
const char *dn_shown(struct arena *a, struct slice dn);

/* The id in a value; false if it is none, or all zero. */
bool id_parse(enum dir_id_form form, struct slice value, unsigned char id[DIR_ID_BYTES]);
/* As the server writes it in text: objectGUID is mixed-endian. */
char *id_text(struct arena *a, enum dir_id_form form, const unsigned char id[DIR_ID_BYTES]);
/* (attr=value) for the server to find it by. */
void id_filter(struct buf *b, const char *attr, enum dir_id_form form,
	       const unsigned char id[DIR_ID_BYTES]);

/* "S-1-5-21-..." ([MS-DTYP] 2.4.2.1); NULL if the bytes are no SID. */
char *sid_text(struct arena *a, struct slice sid);
/* A digest of a SID, rid in place of its last part (rid < 0: as it is). */
bool sid_key(struct slice sid, int64_t rid, unsigned char key[DIR_KEY_BYTES]);

/* Of times that say "never" the result is LDAP_NEVER. */
#define LDAP_NEVER INT64_MAX
/* 100 ns since 1601 in decimal (accountExpires); 0 and the largest are LDAP_NEVER. */
bool filetime_parse(const char *s, int64_t *ms);
/* 20260102030405.678Z (RFC 4517, 3.3.13): fraction and minutes may be missing, an offset
 * may stand for Z. */
bool gentime_parse(const char *s, int64_t *ms);
