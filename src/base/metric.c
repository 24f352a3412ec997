/* metric.c - counters and histograms in one hash table of series that only grows. */
#include "base/metric.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { SERIES = 4096, SERIES_MAX = SERIES / 4 * 3, BUCKETS = 13, LABELS = 3 };

/* clang-format off */
static const struct metric_def {
	const char *name, *type, *help;
	const char *label[LABELS];
} defs[METRICS] = {
	[METRIC_REQUESTS] = { "rosterd_http_requests_total", "counter",
		"Requests answered.", { "route", "method", "status" } },
	[METRIC_REQUEST_TIME] = { "rosterd_http_request_duration_seconds", "histogram",
		"Time from the whole request to its answer, without the queue.", { "route" } },
	[METRIC_ERRORS] = { "rosterd_errors_total", "counter",
		"Requests that ended in an error, by kind.", { "kind" } },
	[METRIC_RETRIES] = { "rosterd_retries_total", "counter",
		"Work done again because the database asked for it.", { "route" } },
	[METRIC_AUTH_REFUSED] = { "rosterd_auth_refused_total", "counter",
		"Requests turned away at the gate.", { "why" } },
	[METRIC_AUDIT_SEALED] = { "rosterd_audit_sealed_total", "counter",
		"Audit records put into the hash chain.", { NULL } },
	[METRIC_SAML_ACCEPTED] = { "rosterd_saml_accepted_total", "counter",
		"SAML messages accepted, by what they did.", { "what" } },
	[METRIC_SAML_REFUSED] = { "rosterd_saml_refused_total", "counter",
		"SAML messages refused, by code.", { "code" } },
	[METRIC_LDAP_RUNS] = { "rosterd_ldap_runs_total", "counter",
		"Runs of LDAP connections, by kind and outcome.", { "kind", "outcome" } },
	[METRIC_LDAP_ENTRIES] = { "rosterd_ldap_entries_total", "counter",
		"Entries that runs have read, compared, found changed, and applied so far.", { "what" } },
	[METRIC_WEBHOOKS] = { "rosterd_webhooks_total", "counter",
		"Attempts to deliver an event to a webhook.", { "outcome" } },
	[METRIC_SYSLOG] = { "rosterd_syslog_total", "counter",
		"Audit records that the syslog server has.", { NULL } },
};

/* Upper bounds of the buckets, microseconds and as text in seconds. */
static const struct {
	int64_t us;
	const char *text;
} bounds[BUCKETS] = {
	{ 1000, "0.001" },     { 2500, "0.0025" },    { 5000, "0.005" },   { 10000, "0.01" },
	{ 25000, "0.025" },    { 50000, "0.05" },     { 100000, "0.1" },   { 250000, "0.25" },
	{ 500000, "0.5" },     { 1000000, "1" },      { 2500000, "2.5" },  { 5000000, "5" },
	{ 10000000, "10" },
};
/* clang-format on */

/* Written once, before made is set; read only after it is. */
static struct series {
	atomic_bool made;
	enum metric metric;
	const char *text[2];
	int num;
	atomic_llong count; /* of a counter; of a histogram: how many beyond all bounds */
	atomic_llong bucket[BUCKETS], sum_us;
} table[SERIES];

static int made_count;
static pthread_mutex_t making = PTHREAD_MUTEX_INITIALIZER;

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is(const struct series *s, enum metric m, const char *a, const char *b, int n)
{
	return s->metric == m && s->num == n && same_text(s->text[0], a) &&
	       same_text(s->text[1], b);
}

static uint32_t hash_of(enum metric m, const char *a, const char *b, int n)
{
	uint32_t h = 2166136261U ^ (uint32_t)m ^ (uint32_t)n << 8;

	for (; a && *a; a++)
		h = (h ^ (unsigned char)*a) * 16777619U;
	for (; b && *b; b++)
		h = (h ^ (unsigned char)*b) * 16777619U;
	return h ^ h >> 15;
}

/* The series, or the empty place where it belongs. */
static struct series *place_of(enum metric m, const char *a, const char *b, int n)
{
	uint32_t i = hash_of(m, a, b, n) % SERIES;

	while (atomic_load_explicit(&table[i].made, memory_order_acquire) &&
	       !is(&table[i], m, a, b, n))
		i = (i + 1) % SERIES;
	return &table[i];
}

/* NULL if there are too many. */
static struct series *make(enum metric m, const char *a, const char *b, int n)
{
	struct series *s;

	pthread_mutex_lock(&making);
	s = place_of(m, a, b, n);
	if (!atomic_load(&s->made) && made_count == SERIES_MAX) {
		s = NULL;
	} else if (!atomic_load(&s->made)) {
		s->metric = m;
		s->text[0] = a;
		s->text[1] = b;
		s->num = n;
		made_count++;
		atomic_store_explicit(&s->made, true, memory_order_release);
	}
	pthread_mutex_unlock(&making);
	return s;
}

static struct series *find(enum metric m, const char *a, const char *b, int n)
{
	struct series *s = place_of(m, a, b, n);

	return atomic_load_explicit(&s->made, memory_order_acquire) ? s : make(m, a, b, n);
}

void metric_add(enum metric m, const char *a, const char *b, int n, int64_t by)
{
	struct series *s = find(m, a, b, n);

	if (s)
		atomic_fetch_add_explicit(&s->count, by, memory_order_relaxed);
}

void metric_time(enum metric m, const char *a, int64_t us)
{
	struct series *s = find(m, a, NULL, 0);
	int i = 0;

	if (!s)
		return;
	while (i < BUCKETS && us > bounds[i].us)
		i++;
	atomic_fetch_add_explicit(i < BUCKETS ? &s->bucket[i] : &s->count, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&s->sum_us, us, memory_order_relaxed);
}

static void put_label(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '\n')
			buf_puts(out, "\\n");
		else if (*value == '"' || *value == '\\')
			buf_printf(out, "\\%c", *value);
		else
			buf_put(out, value, 1);
	}
	buf_puts(out, "\"");
}

static void put_labels(struct buf *out, const struct series *s)
{
	const struct metric_def *d = &defs[s->metric];
	const char *separator = "{";

	for (int i = 0; i < LABELS && d->label[i]; i++) {
		buf_puts(out, separator);
		if (i < 2)
			put_label(out, d->label[i], s->text[i] ? s->text[i] : "");
		else
			buf_printf(out, "%s=\"%d\"", d->label[i], s->num);
		separator = ",";
	}
	if (d->label[0])
		buf_puts(out, "}");
}

static void put_counter(struct buf *out, struct series *s)
{
	buf_puts(out, defs[s->metric].name);
	put_labels(out, s);
	buf_printf(out, " %" PRId64 "\n", (int64_t)atomic_load(&s->count));
}

static void put_bucket(struct buf *out, const struct series *s, const char *bound, int64_t n)
{
	buf_printf(out, "%s_bucket{", defs[s->metric].name);
	put_label(out, defs[s->metric].label[0], s->text[0] ? s->text[0] : "");
	buf_printf(out, ",le=\"%s\"} %" PRId64 "\n", bound, n);
}

static void put_histogram(struct buf *out, struct series *s)
{
	int64_t n = 0, us = atomic_load(&s->sum_us);

	for (int i = 0; i < BUCKETS; i++) {
		n += atomic_load(&s->bucket[i]);
		put_bucket(out, s, bounds[i].text, n);
	}
	n += atomic_load(&s->count);
	put_bucket(out, s, "+Inf", n);
	buf_printf(out, "%s_sum", defs[s->metric].name);
	put_labels(out, s);
	buf_printf(out, " %" PRId64 ".%06d\n", us / 1000000, (int)(us % 1000000));
	buf_printf(out, "%s_count", defs[s->metric].name);
	put_labels(out, s);
	buf_printf(out, " %" PRId64 "\n", n);
}

void metric_write(struct buf *out)
{
	for (int m = 0; m < METRICS; m++) {
		metric_head(out, defs[m].name, defs[m].type, defs[m].help);
		for (int i = 0; i < SERIES; i++) {
			struct series *s = &table[i];

			if (!atomic_load_explicit(&s->made, memory_order_acquire) ||
			    (int)s->metric != m)
				continue;
			if (strcmp(defs[m].type, "histogram") == 0)
				put_histogram(out, s);
			else
				put_counter(out, s);
		}
	}
}

void metric_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metric_sample(struct buf *out, const char *name, const char *label, const char *value,
		   int64_t n)
{
	buf_puts(out, name);
	if (label && value) {
		buf_puts(out, "{");
		put_label(out, label, value);
		buf_puts(out, "}");
	}
	buf_printf(out, " %" PRId64 "\n", n);
}
