/*
 * config.h - how this process runs: one table of settings (config.c).
 *
 * Each comes from the first of: a command line option, an environment variable
 * ROSTERD_<SETTING>, the configuration file, its default.  What is about one
 * organization is data and behind the API.
 */
#pragma once

#include <netinet/in.h>

#include "base/ctx.h"

struct config {
	const char *listen; /* as written; address and port are its parts     */
	const char *address;
	int64_t port;           /* 0: any free one                            */
	const char *database;   /* db_open() URL                              */
	const char *public_url; /* no slash at the end; NULL: what we listen on */
	const char *data_dir;
	const char *secret_key_file; /* NULL if not set, as the next ones     */
	const char *tls_cert, *tls_key;
	const char *proxies;
	const char *syslog, *syslog_ca;
	const char *dns_server;
	struct sockaddr_in dns; /* dns_server; sin_family 0 if not set        */
	int64_t workers, queue, lane, lane_queue, connections;
	int64_t events_days; /* how long events are kept                     */
	int64_t body_max;    /* bytes                                          */
	int64_t log_level;   /* LOG_ERR .. LOG_DEBUG                           */
	bool log_requests, metrics_public, private_addresses, webhooks_plain;
	const char *file; /* NULL: none                                       */
};

/* "setting=value" as the command line gave it; setting with underscores. */
struct config_option {
	const char *setting, *value;
};

/* Defaults, file, environment, options.  file NULL: ROSTERD_CONFIG, or none.  An
 * unknown setting or a bad value is ERR_VALUE, and says where it stands. */
bool config_load(struct ctx *c, const char *file, const struct config_option *option, int n,
		 struct config *out) MUST;

/* True if there is a setting of this name. */
bool config_knows(const char *setting);

/* The settings as --help and the commented file show them: one line each. */
struct config_line {
	const char *name, *unset, *help;
};
/* The i-th; false behind the last. */
bool config_describe(int i, struct config_line *out);
