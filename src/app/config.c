/* config.c - the table of settings, and reading them from four places. */
#include "app/config.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ini.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/text.h"

enum setting_type { TEXT, INTEGER, BOOLEAN, LEVEL };

enum { SECRET_KEY_MIN = 32 };

/* clang-format off */
static const struct setting {
	const char *name;
	enum setting_type type;
	size_t at;
	const char *unset; /* NULL: nothing, or made from others */
	int64_t min, max;
	const char *help;
} settings[] = {
#define AT(member) offsetof(struct config, member)
	{ "listen",          TEXT,    AT(listen),          "127.0.0.1:8080", 0, 0,
	  "ADDRESS:PORT to answer on; [::]:8080 is every address" },
	{ "database",        TEXT,    AT(database),        NULL, 0, 0,
	  "sqlite:PATH or postgresql://...; unset: sqlite:DATA_DIR/rosterd.db" },
	{ "public_url",      TEXT,    AT(public_url),      NULL, 0, 0,
	  "how clients reach this server, e.g. https://id.example.org; unset: http://LISTEN" },
	{ "data_dir",        TEXT,    AT(data_dir),        "rosterd-data", 0, 0,
	  "folder of the SQLite database; made if absent" },
	{ "secret_key_file", TEXT,    AT(secret_key_file), NULL, 0, 0,
	  "file of 32 bytes or more, for the owner alone, that seals secrets; unset: secret.key in "
	  "DATA_DIR" },
	{ "tls_cert",        TEXT,    AT(tls_cert),        NULL, 0, 0,
	  "certificate chain (PEM); with tls_key it turns TLS on" },
	{ "tls_key",         TEXT,    AT(tls_key),         NULL, 0, 0,
	  "private key of tls_cert (PEM)" },
	{ "proxies",         TEXT,    AT(proxies),         NULL, 0, 0,
	  "addresses of reverse proxies whose X-Forwarded-For is believed, with commas" },
	{ "workers",         INTEGER, AT(workers),         "8", 1, 64,
	  "threads that answer requests, each with a database connection; 1 to 64" },
	{ "queue",           INTEGER, AT(queue),           "1024", 1, 1000000,
	  "requests that may wait for a worker; beyond them the answer is 503" },
	{ "lane",            INTEGER, AT(lane),            "8", 1, 64,
	  "threads for requests that take long: they wait for other servers, or are about everybody of a"
	  " large organization; 1 to 64, and no organization has more than three quarters" },
	{ "lane_queue",      INTEGER, AT(lane_queue),      "256", 1, 1000000,
	  "requests that may wait for such a thread; beyond them the answer is 503" },
	{ "connections",     INTEGER, AT(connections),     "12000", 1, 1000000,
	  "open connections at most" },
	{ "body_max",        INTEGER, AT(body_max),        "1048576", 1024, 64 << 20,
	  "bytes of one request body, 1024 to 67108864" },
	{ "log_level",       LEVEL,   AT(log_level),       "info", 0, 0,
	  "error, warn, info or debug; SIGHUP reads it again" },
	{ "log_requests",    BOOLEAN, AT(log_requests),    "yes", 0, 0,
	  "one log line for each request; failures of the server are always logged" },
	{ "private_addresses", BOOLEAN, AT(private_addresses), "no", 0, 0,
	  "metadata may come from private addresses and webhooks go there, by http to this machine" },
	{ "webhooks_plain",  BOOLEAN, AT(webhooks_plain),  "no", 0, 0,
	  "webhooks may go by http, unencrypted, to other machines too" },
	{ "syslog",          TEXT,    AT(syslog),          NULL, 0, 0,
	  "tls://HOST:PORT or tcp://HOST:PORT that gets every record of the audit trail; unset: none" },
	{ "syslog_ca",       TEXT,    AT(syslog_ca),       NULL, 0, 0,
	  "certificates (PEM) that vouch for the syslog server; unset: those of the system" },
	{ "dns_server",      TEXT,    AT(dns_server),      NULL, 0, 0,
	  "ADDRESS:PORT (IPv4) of the name server asked for proofs of domains; unset: the system's" },
	{ "events_days",     INTEGER, AT(events_days),     "30", 1, 3650,
	  "days for which events are kept, and longer while a webhook has not had them; 1 to 3650" },
	{ "metrics_public",  BOOLEAN, AT(metrics_public),  "no", 0, 0,
	  "/metrics answers everybody, not only this machine" },
#undef AT
};
/* clang-format on */

enum { SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static const struct setting *setting_of(const char *name)
{
	for (int i = 0; i < SETTINGS; i++)
		if (strcmp(settings[i].name, name) == 0)
			return &settings[i];
	return NULL;
}

bool config_knows(const char *name)
{
	return setting_of(name) != NULL;
}

bool config_describe(int i, struct config_line *out)
{
	if (i >= SETTINGS)
		return false;
	*out = (struct config_line){ settings[i].name, settings[i].unset, settings[i].help };
	return true;
}

static bool level_parse(const char *text, int64_t *out)
{
	static const struct {
		const char *name;
		int level;
	} levels[] = {
		{ "error", LOG_ERR },
		{ "warn", LOG_WARNING },
		{ "info", LOG_INFO },
		{ "debug", LOG_DEBUG },
	};

	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		*out = levels[i].level;
		if (strcasecmp(levels[i].name, text) == 0)
			return true;
	}
	return false;
}

static bool bool_parse(const char *text, bool *out)
{
	*out = strcasecmp(text, "yes") == 0 || strcasecmp(text, "true") == 0;
	return *out || strcasecmp(text, "no") == 0 || strcasecmp(text, "false") == 0;
}

static bool set(struct ctx *c, struct config *config, const struct setting *s, const char *value)
{
	void *at = (char *)config + s->at;

	switch (s->type) {
	case TEXT:
		*(const char **)at = *value ? arena_strdup(c->arena, value) : NULL;
		return true;
	case INTEGER:
		return text_int(value, s->min, s->max, at) ||
		       error(c, ERR_VALUE, "%s must be a number from %lld to %lld", s->name,
			     (long long)s->min, (long long)s->max);
	case BOOLEAN:
		return bool_parse(value, at) ||
		       error(c, ERR_VALUE, "%s must be yes or no", s->name);
	case LEVEL:
		return level_parse(value, at) ||
		       error(c, ERR_VALUE, "%s must be error, warn, info or debug", s->name);
	}
	return false;
}

/* Puts the place in front of what is wrong. */
static bool blame(struct ctx *c, const char *place)
{
	struct err why = c->err;

	c->err = (struct err){ 0 };
	return err_set(&c->err, why.file, why.line, why.kind, "%s: %s", place, why.msg);
}

struct reading {
	struct ctx *c;
	struct config *config;
	bool seen[SETTINGS];
};

/* inih's callback: 0 stops, and the line's number comes back. */
static int on_line(void *arg, const char *section, const char *name, const char *value)
{
	struct reading *r = arg;
	const struct setting *s = setting_of(name);

	if (*section)
		return error(r->c, ERR_VALUE, "sections like [%s] have no meaning here", section);
	if (!s)
		return error(r->c, ERR_VALUE, "unknown setting \"%s\"; rosterd --help lists them",
			     name);
	if (r->seen[s - settings])
		return error(r->c, ERR_VALUE, "%s is given twice", name);
	r->seen[s - settings] = true;
	return set(r->c, r->config, s, value);
}

static bool from_file(struct ctx *c, const char *path, struct config *out)
{
	struct reading r = { .c = c, .config = out };
	struct stat st;
	int line;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return error(c, ERR_VALUE, "the configuration file %s is a folder", path);

	ini_allow_multiline = false;
	ini_allow_inline_comments = false; /* a password in a URL may hold " ;" */
	ini_stop_on_first_error = true;
	ini_use_stack = false;
	ini_allow_realloc = true;
	ini_max_line = 16384;
	line = ini_parse(path, on_line, &r);
	if (line < 0)
		return error(c, ERR_UNAVAILABLE, "cannot read the configuration file %s: %s", path,
			     strerror(errno));
	if (line > 0 && c->err.kind == ERR_NONE)
		return error(c, ERR_VALUE, "%s:%d: this is no \"setting = value\"", path, line);
	return line == 0 || blame(c, arena_printf(c->arena, "%s:%d", path, line));
}

static const char *variable_of(struct arena *a, const char *setting)
{
	char *name = arena_printf(a, "ROSTERD_%s", setting);

	for (char *p = name; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p = (char)(*p - 'a' + 'A');
	return name;
}

static bool from_environment(struct ctx *c, struct config *out)
{
	for (int i = 0; i < SETTINGS; i++) {
		const char *variable = variable_of(c->arena, settings[i].name);
		const char *value = getenv(variable);

		if (value && !set(c, out, &settings[i], value))
			return blame(c, variable);
	}
	return true;
}

static bool from_options(struct ctx *c, const struct config_option *option, int n,
			 struct config *out)
{
	for (int i = 0; i < n; i++) {
		const struct setting *s = setting_of(option[i].setting);

		if (!s)
			return error(c, ERR_VALUE, "unknown setting \"%s\"", option[i].setting);
		if (!set(c, out, s, option[i].value))
			return blame(c, "command line");
	}
	return true;
}

/* "127.0.0.1:8080", "[::1]:8080". */
static bool split_listen(struct ctx *c, struct config *out)
{
	const char *colon = out->listen ? strrchr(out->listen, ':') : NULL;
	const char *start = out->listen;
	size_t n = colon ? (size_t)(colon - start) : 0;
	bool bracketed = n >= 2 && start[0] == '[' && start[n - 1] == ']';

	if (bracketed) {
		start++;
		n -= 2;
	}
	if (n == 0 || !text_int(colon + 1, 0, 65535, &out->port) ||
	    (!bracketed && memchr(start, ':', n)))
		return error(c, ERR_VALUE,
			     "listen must be ADDRESS:PORT, like 127.0.0.1:8080 or [::1]:8080");
	out->address = arena_strndup(c->arena, start, n);
	return true;
}

static bool read_dns_server(struct ctx *c, struct config *out)
{
	const char *colon = out->dns_server ? strrchr(out->dns_server, ':') : NULL;
	int64_t port;

	if (!out->dns_server)
		return true;
	out->dns.sin_family = AF_INET;
	if (!colon || !text_int(colon + 1, 1, 65535, &port) ||
	    inet_pton(AF_INET,
		      arena_strndup(c->arena, out->dns_server, (size_t)(colon - out->dns_server)),
		      &out->dns.sin_addr) != 1)
		return error(c, ERR_VALUE, "dns_server must be ADDRESS:PORT, like 192.0.2.53:53");
	out->dns.sin_port = htons((uint16_t)port);
	return true;
}

/* It becomes part of every address we hand out. */
static bool check_public_url(struct ctx *c, struct config *out)
{
	const char *url = out->public_url, *host;
	size_t n = url ? strlen(url) : 0;

	if (!url)
		return true;
	while (n && url[n - 1] == '/')
		n--;
	host = strncmp(url, "https://", 8) == 0  ? url + 8
	       : strncmp(url, "http://", 7) == 0 ? url + 7
						 : NULL;
	if (!host || url + n <= host || *host == ':')
		return error(c, ERR_VALUE,
			     "public_url must be like https://id.example.org, not \"%s\"", url);
	if (strcspn(url, "?#@ \t\"<>\\") < n)
		return error(c, ERR_VALUE,
			     "public_url has no query, fragment, user or spaces: \"%s\"", url);
	out->public_url = arena_strndup(c->arena, url, n);
	return true;
}

static bool check_files(struct ctx *c, const struct config *out)
{
	struct stat st;

	if (!out->tls_cert != !out->tls_key)
		return error(c, ERR_VALUE, "tls_cert and tls_key belong together: set both");
	if (!out->secret_key_file)
		return true;
	if (stat(out->secret_key_file, &st) != 0 || access(out->secret_key_file, R_OK) != 0)
		return error(c, ERR_VALUE, "cannot read secret_key_file %s: %s",
			     out->secret_key_file, strerror(errno));
	if (!S_ISREG(st.st_mode) || st.st_size < SECRET_KEY_MIN)
		return error(c, ERR_VALUE, "secret_key_file %s must be a file of %d bytes or more",
			     out->secret_key_file, SECRET_KEY_MIN);
	if (st.st_mode & (S_IWGRP | S_IRWXO))
		return error(c, ERR_VALUE, "secret_key_file %s is open to others: chmod 600 it",
			     out->secret_key_file);
	return true;
}

static bool check(struct ctx *c, struct config *out)
{
	if (!out->data_dir)
		return error(c, ERR_VALUE, "data_dir must not be empty");
	if (!out->database)
		out->database = arena_printf(c->arena, "sqlite:%s/rosterd.db", out->data_dir);
	if (strncmp(out->database, "sqlite:", 7) != 0 &&
	    strncmp(out->database, "postgresql://", 13) != 0 &&
	    strncmp(out->database, "postgres://", 11) != 0)
		return error(c, ERR_VALUE, "database must be sqlite:PATH or postgresql://...");
	return split_listen(c, out) && read_dns_server(c, out) && check_public_url(c, out) &&
	       check_files(c, out);
}

bool config_load(struct ctx *c, const char *file, const struct config_option *option, int n,
		 struct config *out)
{
	*out = (struct config){ 0 };
	for (int i = 0; i < SETTINGS; i++)
		if (settings[i].unset && !set(c, out, &settings[i], settings[i].unset))
			return false;
	out->file = arena_strdup(c->arena, file ? file : getenv("ROSTERD_CONFIG"));
	if (out->file && !from_file(c, out->file, out))
		return false;
	return from_environment(c, out) && from_options(c, option, n, out) && check(c, out);
}
