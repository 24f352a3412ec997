/* reader.h - inside a reader: one connection to a directory, and what is done over it. */
#pragma once

#include <lber.h>
#include <ldap.h>

#include "job.h"

/* The handle keeps a pointer into it: it must not move. */
struct link {
	LDAP *ld;
	struct ldap_conncb connected;
	const struct dir_config *config;
	bool up; /* TCP stood at some time */
};

struct reader {
	int socket;
	struct arena life; /* what lives as long as the connection */
	struct arena work; /* one task */
	struct dir_config config;
	struct link link;
	struct buf frame;   /* in life: the room is used again and again */
	struct buf waiting; /* frames not sent yet */
};

/* ---- link.c ---- */

/* Connects, TLS, certificate; binds as the configuration says. */
void link_open(struct reader *r, struct ending *e, bool ask_whoami);
void link_close(struct link *l);
/* On a connection of its own. */
void link_try(struct reader *r, const char *dn, const char *password, struct ending *e);

/* ---- probe.c: what is wrong with TLS, as libldap does not say ---- */

/* A handshake of our own; *why is NULL if it went well. */
void probe_tls(struct arena *a, const struct dir_config *f, struct dir_certificate *shown,
	       const char **why);
void certificate_read(struct arena *a, const unsigned char *der, size_t n,
		      struct dir_certificate *out);

/* ---- says.c: result codes in sentences ---- */

void end_good(struct dir_end *e);
void end_with(struct dir_end *e, enum dir_state state, int code, const char *why);
/* code with the diagnostic message of the last result; some: entries came before. */
void end_code(struct arena *a, struct dir_end *e, int code, const char *diag, bool some);

/* ---- search.c ---- */

/* One search, in pages or not, each entry to fn.  fn false ends it. */
struct search {
	const char *base, *filter;
	int scope; /* LDAP_SCOPE_* */
	char **attrs;
	int page_size; /* 0: not in pages */
	int size_limit;
	LDAPControl *control; /* one more; NULL: none */
	bool (*fn)(struct search *s, LDAPMessage *m);
	struct reader *reader;
	void *arg;
	int64_t seen, pages, refs;
	int64_t fresh; /* counted by fn: entries new to us, to notice loops; -1: it does not */
	LDAPControl **controls; /* of the last result; in the work arena */
	struct dir_end end;
};
void search_run(struct search *s);
/* The same at each base of q, in its scope: what came counts together, and it is all only if
 * it is all at each of them.  Of several bases why says which one failed. */
void search_bases(struct search *s, const struct dir_query *q);

/* ---- entry.c ---- */

struct seen;
struct seen *seen_new(struct arena *a);
/* False if it was there before. */
bool seen_add(struct seen *s, const unsigned char id[DIR_ID_BYTES]);

/* Attributes to ask for: wants and the id; ends with NULL. */
char **entry_attrs(struct arena *a, const struct dir_query *q);
/* False if the entry cannot be used: no id, no text for a DN, too large. */
bool entry_read(struct reader *r, struct arena *a, LDAPMessage *m, const struct dir_query *q,
		struct dir_entry *out);
/* First value of an attribute of m, with a NUL behind it; p NULL if there is none. */
struct slice entry_value(struct arena *a, LDAP *ld, LDAPMessage *m, const char *name);

/* ---- answers ---- */

bool send_entry(struct reader *r, struct dir_entry *e, const struct dir_query *q);
bool send_change(struct reader *r, enum dir_change what, const unsigned char id[DIR_ID_BYTES],
		 struct dir_entry *e, const struct dir_query *q);

/* ---- tasks ---- */

void task_identify(struct reader *r, const struct task *t, struct ending *e);
void task_list(struct reader *r, const struct task *t, struct ending *e);
void task_find(struct reader *r, const struct task *t, struct ending *e);
void task_find_dn(struct reader *r, const struct task *t, struct ending *e);
void task_mark(struct reader *r, const struct task *t, struct ending *e);
void task_changes(struct reader *r, const struct task *t, struct ending *e);
/* poll.c: change feeds by number or time */
void poll_changes(struct reader *r, const struct task *t, struct ending *e);
/* syncrepl.c; since NULL: from the start, ids alone */
void syncrepl_run(struct reader *r, const struct task *t, struct ending *e);
/* changes.c: ids of entries that changed, and how these are now; what is not there any more is
 * told as gone.  False: more than entries_max. */
struct ids;
struct ids *changed_ids(struct reader *r);
bool changed_add(struct ids *s, const unsigned char id[DIR_ID_BYTES]);
void changed_read(struct reader *r, const struct task *t, struct ids *s, struct ending *e);
