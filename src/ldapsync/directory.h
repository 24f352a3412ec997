/*
 * directory.h - a directory server, seen from the server's side: open, list, find, follow.
 *
 * libldap reads what strangers send in reader processes (reader.c), one for each open
 * directory, without database or secrets but those of this connection.  One that
 * crashes, hangs or spins is ended at the deadline and costs the operation it was on.
 *
 * What a directory answers is no error of ours: these functions return true and say in
 * their result what came of it.  They return false only if a callback did, or if no reader
 * could be had (ERR_UNAVAILABLE, ERR_BUSY).
 */
#pragma once

#include "base/ctx.h"
#include "base/text.h"

enum {
	DIR_ID_BYTES = 16,
	DIR_KEY_BYTES = 16,
	DIR_WANTS_MAX = 48,
	DIR_URIS_MAX = 8,
	DIR_BASES_MAX = 16,
	DIR_FIND_BATCH = 50,
};

enum dir_tls { DIR_LDAPS, DIR_STARTTLS, DIR_NO_TLS };
enum dir_method { DIR_SIMPLE, DIR_EXTERNAL, DIR_GSSAPI };

struct dir_config {
	const char *const *uris; /* in order of preference; ends with NULL              */
	enum dir_tls tls;        /* DIR_NO_TLS with a password: this machine only       */
	const char *ca_pem;      /* NULL: the system's                                  */
	const char *pin;         /* SHA-256 of the server's certificate, hex; NULL: none.
				  * With it and no ca_pem the pin alone is trusted      */
	const char *client_cert_pem, *client_key_pem;
	enum dir_method method;
	const char *dn, *password;
	int connect_ms; /* for each URI: TCP, TLS and bind                                */
	int answer_ms;  /* the longest silence within an operation                        */
	int total_ms;   /* the longest operation                                          */
	int page_size;  /* asked for; the server may give less                            */
	int64_t entries_max, entry_bytes_max;
};

/* Signing in and syncing have places of their own: neither starves the other. */
enum dir_lane { DIR_LANE_SYNC, DIR_LANE_SIGNIN, DIR_LANES };

enum dir_state {
	DIR_SEALED,  /* all of it, and known to be all of it                           */
	DIR_PARTIAL, /* what came is true; what did not come means nothing             */
	DIR_FAILED,  /* nothing came                                                   */
};

/* How an operation ended.  code is LDAP's result code or libldap's negative one, and
 * DIR_CODE_* where it is ours.  why is a sentence for an administrator: what is wrong and
 * what to do; NULL if nothing is. */
struct dir_end {
	enum dir_state state;
	int code;
	const char *diag; /* the server's own words, cleaned; may be NULL */
	const char *why;
};
enum {
	DIR_CODE_SIZE_LIMIT = 4,
	DIR_CODE_NO_RIGHT = 50,
	DIR_CODE_DEADLINE = -1001, /* the reader was ended                           */
	DIR_CODE_CRASHED = -1002,  /* the reader ended by itself                     */
	DIR_CODE_NO_PAGES = -1003, /* the answer does not say whether it is all      */
	DIR_CODE_LOOP = -1004,     /* a page cookie came again                       */
	DIR_CODE_LIMIT = -1005,    /* more or larger than our limits                 */
	DIR_CODE_REFERRED = -1006, /* part of the tree is elsewhere                  */
	DIR_CODE_ENTRIES = -1007,  /* entries without id, with one twice, unreadable */
	DIR_CODE_TLS = -1008,
	DIR_CODE_PIN = -1009,
	DIR_CODE_REFUSED = -1010, /* by us, before anything was sent                 */
};

/* ---- open ---- */

struct dir_certificate {
	const char *subject, *issuer, *names; /* NULL: none was shown                */
	const char *sha256;                   /* hex, as in dir_config.pin           */
	int64_t not_before, not_after;
};

struct dir_opened {
	const char *uri; /* the one that answered; NULL: none                          */
	struct dir_certificate certificate;
	const char *whoami; /* what we are to the server; NULL if it does not say     */
	struct dir_end end; /* DIR_SEALED: open.  Of several URIs: of the last one    */
	const char *tried;  /* a line for each URI that failed before; NULL           */
};

struct dir;

/* Connects, TLS, binds.  *out is NULL unless end.state is DIR_SEALED.  config must live
 * as long as *out; the arena of c as well. */
bool dir_open(struct ctx *c, enum dir_lane lane, const struct dir_config *config, struct dir **out,
	      struct dir_opened *how) MUST;
/* NULL is fine. */
void dir_close(struct dir *d);

/* ---- what it is ---- */

enum dir_kind { DIR_OTHER, DIR_OPENLDAP, DIR_AD, DIR_389, DIR_KINDS };
extern const char *const dir_kind_names[DIR_KINDS]; /* "other", "openldap", "ad", "389" */

enum {
	DIR_HAS_PAGES = 1 << 0,
	DIR_HAS_SYNCREPL = 1 << 1, /* RFC 4533                */
	DIR_HAS_DIRSYNC = 1 << 2,
	DIR_HAS_SHOW_DELETED = 1 << 3,
	DIR_HAS_WHOAMI = 1 << 4,
	DIR_HAS_CSN = 1 << 5, /* a base has a contextCSN or an entryCSN */
	DIR_HAS_PASSWORD_POLICY = 1 << 6,
};

struct dir_identity {
	struct dir_end end;
	enum dir_kind kind;
	const char *vendor;
	const char *const *contexts; /* naming contexts; ends with NULL               */
	unsigned has;
	const char *host, *service; /* AD: dnsHostName, dsServiceName                  */
	const char *invocation;     /* AD: of the service's object, as text           */
	int64_t usn;                /* AD: highestCommittedUSN; 0: unknown            */
	unsigned bases_found;       /* bit i: the entry at bases[i] is there                */
	/* of the entries at the bases, for "another directory behind the same name"; zero: it
	 * has none, or is not there */
	unsigned char base_id[DIR_BASES_MAX][DIR_ID_BYTES];
};
/* id_attr and bases as in dir_query. */
struct dir_query;
bool dir_identify(struct ctx *c, struct dir *d, const struct dir_query *q,
		  struct dir_identity *out) MUST;

/* ---- entries ---- */

enum dir_id_form {
	DIR_ID_UUID,  /* text with dashes (entryUUID, ipaUniqueID), any case              */
	DIR_ID_GUID,  /* 16 bytes (objectGUID, eDirectory's GUID)                         */
	DIR_ID_NSUID, /* 1f59a246-e57811f1-a041dea0-9daa89df (nsUniqueId)                 */
};

enum dir_value_kind {
	DIR_TEXT,   /* UTF-8 without NUL and control characters; others are left out       */
	DIR_BINARY, /* as it comes                                                         */
	DIR_DN,     /* text, and beside each value the key of the DN                       */
};

struct dir_want {
	const char *name; /* without options */
	enum dir_value_kind kind;
};

struct dir_query {
	const char *const *bases; /* no entry is at or below two of them; ends with NULL */
	const char *filter;
	enum { DIR_SUBTREE, DIR_ONE, DIR_BASE } scope;
	const char *id_attr;
	enum dir_id_form id_form;
	const struct dir_want *want; /* attributes asked for, beside the id            */
	int wants;                   /* at most DIR_WANTS_MAX                          */
	int apart;                   /* so many of the first are not part of content   */
	int size_limit;              /* 0: none; for a sign-in 2; of each base         */
};
int dir_bases(const struct dir_query *q);
/* The first base that dir_identify() did not find; NULL: none. */
const char *dir_base_missing(const struct dir_query *q, const struct dir_identity *i);

/* Values are sorted by their bytes, so that equal sets are equal lists; those of text have
 * a NUL behind them.  Values with options (cn;lang-de) count where there are none without. */
struct dir_attr {
	const struct slice *value;
	const unsigned char (*key)[DIR_KEY_BYTES]; /* DIR_DN: of value[i]; all zero where
						    * it is no DN; else NULL           */
	int n;
	bool incomplete; /* not all values could be had: never "no members"             */
};

struct dir_entry {
	const char *dn; /* as the server writes it, control characters escaped         */
	unsigned char dn_key[DIR_KEY_BYTES]; /* equal for all spellings of a DN        */
	unsigned char id[DIR_ID_BYTES];
	unsigned char content[DIR_KEY_BYTES]; /* digest of all values of wants         */
	const struct dir_attr *attr;          /* [i] is what want[i] asked for         */
};

/* The entry lives until the function returns.  False, with the error in c, ends it all. */
typedef bool dir_on_entry(struct ctx *c, void *arg, const struct dir_entry *e) MUST;

struct dir_listing {
	struct dir_end end;
	int64_t entries; /* handed to the callback            */
	int64_t bad;     /* left out: no id, an id twice, ... */
	int64_t pages, refs;
};

/* All that is at the bases, in pages.  Ids that came are in the callback's hands once each;
 * DIR_SEALED only if every base was listed to its end. */
bool dir_list(struct ctx *c, struct dir *d, const struct dir_query *q, dir_on_entry *fn, void *arg,
	      struct dir_listing *out) MUST;

/* Those of the ids that are there (within bases and filter); DIR_SEALED: those that did not
 * come are not there. */
bool dir_find(struct ctx *c, struct dir *d, const struct dir_query *q,
	      const unsigned char (*id)[DIR_ID_BYTES], int n, dir_on_entry *fn, void *arg,
	      struct dir_listing *out) MUST;
/* The entry with this DN, filter and bases of q left aside.  DIR_SEALED with entries 0: there
 * is none. */
bool dir_find_dn(struct ctx *c, struct dir *d, const struct dir_query *q, const char *dn,
		 dir_on_entry *fn, void *arg, struct dir_listing *out) MUST;

/* ---- changes since ---- */

enum dir_strategy {
	DIR_FULL,     /* no feed                                    */
	DIR_SYNCREPL, /* RFC 4533                                   */
	DIR_DIRSYNC,  /* AD: needs "Replicating Directory Changes"  */
	DIR_USN,      /* AD: uSNChanged of one server               */
	DIR_CSN,      /* OpenLDAP: entryCSN                         */
	DIR_STAMP,    /* modifyTimestamp                            */
	DIR_STRATEGIES
};
/* "full", "syncrepl", "dirsync", "usn", "csn", "timestamp" */
extern const char *const dir_strategy_names[DIR_STRATEGIES];

/* These follow one base. */
bool dir_strategy_is_single(enum dir_strategy how);
/* The best feed this server and this account are likely to give; several: for more than one
 * base. */
enum dir_strategy dir_strategy_for(const struct dir_identity *i, bool several);

/*
 * Where a feed stands: text to be stored as it is (checked when it comes back: server,
 * query, strategy and a checksum are in it).  Taken before a full listing, it covers all that
 * happens after.  NULL: this server has none for the strategy, end.why says why.
 */
bool dir_mark(struct ctx *c, struct dir *d, const struct dir_query *q, const struct dir_identity *i,
	      enum dir_strategy how, const char **mark, struct dir_end *end) MUST;

enum dir_change {
	DIR_CHANGED, /* added or modified: entry is complete and within bases and filter */
	DIR_GONE,    /* deleted, moved away or no longer matching: a candidate, to be
		      * confirmed; id may be unknown to us                              */
};
typedef bool dir_on_change(struct ctx *c, void *arg, enum dir_change what,
			   const unsigned char id[DIR_ID_BYTES], const struct dir_entry *e) MUST;

struct dir_delta {
	struct dir_end end; /* DIR_SEALED: mark may be stored with what came          */
	const char *mark;   /* the new one                                            */
	const char *full;   /* not NULL: do a full listing; the reason in a sentence  */
	bool tells_gone;    /* this feed reports what left; else listings have to     */
	bool tells_once;    /* what is unchanged comes only if the mark means nothing */
	int64_t changed, gone;
};
bool dir_changes(struct ctx *c, struct dir *d, const struct dir_query *q,
		 const struct dir_identity *i, const char *mark, dir_on_change *fn, void *arg,
		 struct dir_delta *out) MUST;

/* ---- signing in ---- */

enum dir_verdict {
	DIR_RIGHT,       /* the password is                                             */
	DIR_WRONG,       /* it is not, or nothing more is said                          */
	DIR_MUST_CHANGE, /* right, but it has to be changed first                       */
	DIR_EXPIRED,     /* right, but the password has expired                         */
	DIR_LOCKED,      /* too many wrong ones                                         */
	DIR_DISABLED,    /* the account is switched off                                 */
	DIR_OVER,        /* the account has expired                                     */
	DIR_RESTRICTED,  /* not at this hour, not from this machine                     */
	DIR_AWAY,        /* the directory cannot tell: nothing is known                 */
	DIR_VERDICTS
};
extern const char *const dir_verdict_names[DIR_VERDICTS]; /* "right", "wrong", ... */

/* On a connection of its own to the server d is on.  Empty DNs and passwords are DIR_WRONG
 * before anything is sent. */
bool dir_bind(struct ctx *c, struct dir *d, const char *dn, const char *password,
	      enum dir_verdict *out, struct dir_end *end) MUST;

/* ---- filters ---- */

/* text as it stands in a filter (RFC 4515): nothing in it means anything. */
char *dir_filter_text(struct arena *a, const char *text);
char *dir_filter_bytes(struct arena *a, const unsigned char *p, size_t n);
