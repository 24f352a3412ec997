/* syslog.c - the audit trail to a syslog server (RFC 5424). */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "base/metric.h"
#include "base/org.h"
#include "base/time.h"
#include "platform/feed.h"
#include "record/audit.h"
#include "roster/org.h"
#include "webhook.h"
#include "wire.h"

enum {
	PAGE = 500,
	FRAMES_MAX = 64 << 20,
	LINE_MAX_BYTES = 1 << 20,
	LEASE_MS = 60 * 1000, /* far more than a page takes, with its waits */
	MSGID_MAX = 32,
	HOST_MAX = 255,
	FACILITY_AUDIT = 13, /* "log audit", RFC 5424, section 6.2.1 */
	SEVERITY_WARNING = 4,
	SEVERITY_INFO = 6
};

/* Set before there are threads. */
static struct wire_target target;
static char host_name[HOST_MAX + 1];

/* Of the one thread that streams. */
static struct wire *wire;

static bool split(struct ctx *c, const char *rest, struct wire_target *out)
{
	const char *colon = strrchr(rest, ':'), *start = rest;
	size_t n = colon ? (size_t)(colon - rest) : 0;
	int64_t port;

	if (n >= 2 && start[0] == '[' && start[n - 1] == ']')
		start++, n -= 2;
	if (n == 0 || !text_int(colon + 1, 1, 65535, &port))
		return false;
	out->host = arena_strndup(c->arena, start, n);
	out->port = arena_strdup(c->arena, colon + 1);
	return true;
}

bool feed_syslog_set(struct ctx *c, const char *url, const char *ca_file)
{
	bool tls = strncmp(url, "tls://", 6) == 0;

	target = (struct wire_target){ .tls = tls, .ca_file = ca_file };
	if ((!tls && strncmp(url, "tcp://", 6) != 0) || !split(c, url + 6, &target))
		return error(c, ERR_VALUE,
			     "syslog must be tls://HOST:PORT or tcp://HOST:PORT, not \"%.100s\"",
			     url);
	if (gethostname(host_name, HOST_MAX) != 0)
		*host_name = '\0';
	return wire_check(c, &target);
}

/* PRINTUSASCII, as the header demands. */
static const char *printable(struct ctx *c, const char *s, size_t max)
{
	char *out = arena_strndup(c->arena, s, strnlen(s, max));

	for (char *p = out; *p; p++)
		if (*p <= ' ' || *p > '~')
			*p = '_';
	return *out ? out : "-";
}

static bool is_ascii(const char *s)
{
	while (*s && (unsigned char)*s < 0x80)
		s++;
	return !*s;
}

/* "LENGTH MESSAGE" (RFC 6587, section 3.4.1); the message ends with the record as the
 * export has it, in UTF-8 with the mark that RFC 5424 wants there. */
static void put_frame(struct ctx *c, struct buf *out, const struct audit *a)
{
	struct buf line = buf_in(c->arena, LINE_MAX_BYTES), m = buf_in(c->arena, LINE_MAX_BYTES);
	int severity = strstr(a->action, "refused") ? SEVERITY_WARNING : SEVERITY_INFO;

	audit_put_json(c, &line, c->org->id, a);
	if (line.n)
		line.p[--line.n] = '\0'; /* the end of the line */
	buf_printf(&m, "<%d>1 %s %s rosterd %d %s - %s", FACILITY_AUDIT * 8 + severity,
		   time_text(c->arena, a->at), printable(c, host_name, HOST_MAX), (int)getpid(),
		   printable(c, a->action, MSGID_MAX), is_ascii(line.p) ? "" : "\xef\xbb\xbf");
	buf_put(&m, line.p, line.n);
	buf_printf(out, "%zu ", m.n);
	buf_put(out, m.p, m.n);
}

static bool lent_page(struct db_pool *pool, struct ctx *c, const struct feed_sender *s,
		      const struct org *org, struct audit **a, int *n, bool *mine)
{
	SCOPED_LOAN loan = { 0 };

	*n = 0;
	c->org = org;
	c->now = time_now();
	return db_lend(pool, c, &loan) && db_enter_org(c, org->id) &&
	       lease_take(c, "syslog", s->owner, LEASE_MS, mine) &&
	       (!*mine || audit_stream_due(c, PAGE, a, n));
}

/* Only as long as the lease is ours. */
static bool save(struct db_pool *pool, struct ctx *c, const struct feed_sender *s, int64_t seq)
{
	SCOPED_LOAN loan = { 0 };
	SCOPED_TX tx = { 0 };
	bool mine;

	c->now = time_now();
	return db_lend(pool, c, &loan) && tx_begin(c, &tx) && db_enter_org(c, c->org->id) &&
	       lease_take(c, "syslog", s->owner, LEASE_MS, &mine) && mine &&
	       audit_stream_save(c, seq) && tx_commit(&tx);
}

static bool send_page(struct ctx *c, const struct audit *a, int n)
{
	struct buf frames = buf_in(c->arena, FRAMES_MAX);

	if (wire && !wire_alive(wire)) {
		wire_close(wire);
		wire = NULL;
	}
	if (!wire && !(wire = wire_open(c, &target)))
		return false;
	for (int i = 0; i < n; i++)
		put_frame(c, &frames, &a[i]);
	if (wire_send(c, wire, (struct slice){ frames.p, frames.n }))
		return true;
	wire_close(wire);
	wire = NULL;
	return false;
}

/* One page of one organization, in an arena of its own. */
static bool stream_org(struct db_pool *pool, struct ctx *c, const struct feed_sender *s,
		       const struct org *org, bool *mine, bool *more)
{
	struct arena *outer = c->arena, inner = { 0 };
	struct audit *a;
	bool good;
	int n;

	c->arena = &inner;
	good = lent_page(pool, c, s, org, &a, &n, mine) &&
	       (n == 0 || (send_page(c, a, n) && save(pool, c, s, a[n - 1].seq)));
	if (good)
		metric_add(METRIC_SYSLOG, NULL, NULL, 0, n);
	*more = *more || n == PAGE;
	c->arena = outer;
	arena_free(&inner);
	return good;
}

static bool list_orgs(struct db_pool *pool, struct ctx *c, const struct feed_sender *s,
		      struct org **orgs, int *count, bool *mine)
{
	SCOPED_LOAN loan = { 0 };

	*count = 0;
	return db_lend(pool, c, &loan) && db_enter_org(c, NULL) &&
	       lease_take(c, "syslog", s->owner, LEASE_MS, mine) &&
	       (!*mine || org_list(c, orgs, count));
}

bool feed_syslog_round(struct db_pool *pool, struct ctx *c, struct feed_sender *s, bool *worked)
{
	struct org *orgs;
	bool mine, good;
	int count;

	*worked = false;
	good = list_orgs(pool, c, s, &orgs, &count, &mine);
	for (int i = 0; good && mine && i < count; i++)
		good = stream_org(pool, c, s, &orgs[i], &mine, worked);
	return good;
}
