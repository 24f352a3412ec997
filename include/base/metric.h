/*
 * metric.h - what operators count: requests, times, refusals.
 *
 * A line in the table of metric.c names each; every combination of labels is a
 * series of its own, made when first counted.  Counting takes no lock.  Labels
 * are texts that live as long as the process (routes, fixed words), never
 * anything a client can choose.
 */
#pragma once

#include <stdint.h>

#include "base/text.h"

enum metric {
	METRIC_REQUESTS,     /* label: route, method, status */
	METRIC_REQUEST_TIME, /* label: route                 */
	METRIC_ERRORS,       /* label: err_name()            */
	METRIC_RETRIES,      /* label: route                 */
	METRIC_AUTH_REFUSED, /* label: why                   */
	METRIC_AUDIT_SEALED,
	METRIC_SAML_ACCEPTED, /* label: how     */
	METRIC_SAML_REFUSED,  /* label: code    */
	METRIC_LDAP_RUNS,     /* label: kind, outcome */
	METRIC_LDAP_ENTRIES,  /* label: what    */
	METRIC_WEBHOOKS,      /* label: outcome */
	METRIC_SYSLOG,
	METRICS
};

/* Labels in the order of the table; NULL and 0 where it has fewer.  Beyond some
 * thousand series new ones are dropped. */
void metric_add(enum metric m, const char *a, const char *b, int n, int64_t by);
/* Into the buckets of a histogram. */
void metric_time(enum metric m, const char *a, int64_t us);

/* All series in the Prometheus text format, version 0.0.4. */
void metric_write(struct buf *out);

/* One value read at this moment: "# HELP", "# TYPE", or one sample of them. */
void metric_head(struct buf *out, const char *name, const char *type, const char *help);
void metric_sample(struct buf *out, const char *name, const char *label, const char *value,
		   int64_t n);
