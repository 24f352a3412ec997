/* serve.c - starts the parts in order, waits for a signal, stops them in reverse order. */
#include "serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "app.h"
#include "app/version.h"
#include "background.h"
#include "base/log.h"
#include "base/net.h"
#include "base/secret.h"
#include "change/schema.h"
#include "dispatch.h"
#include "ldapsync/login.h"
#include "ldapsync/readers.h"
#include "lookup.h"
#include "ops.h"
#include "outgoing.h"
#include "platform/feed.h"
#include "platform/platform.h"
#include "roster/domain.h"
#include "roster/org.h"
#include "routes.h"
#include "saml/dns.h"
#include "saml/pool.h"
#include "saml/saml.h"
#include "rollouts.h"
#include "syncer.h"

enum {
	GRACE_MS = 10 * 1000,
	FILES_BESIDE = 512,                    /* open files that are not clients */
	LOANS_BESIDE = 3 + SYNCERS + OUTGOERS, /* of the background, rollouts, look-ups ... */
	VERIFIERS = 2                          /* children that verify sign-ins   */
};

static bool said(struct ctx *c)
{
	log_event(c, LOG_ERR, "failed", F("err", err_name(c->err.kind)), F("msg", c->err.msg));
	return false;
}

/* Only the folder of the database we chose ourselves. */
static bool make_data_dir(struct ctx *c, const struct config *config)
{
	const char *mine = arena_printf(c->arena, "sqlite:%s/rosterd.db", config->data_dir);

	if (strcmp(config->database, mine) != 0 || mkdir(config->data_dir, 0700) == 0 ||
	    errno == EEXIST)
		return true;
	return error(c, ERR_UNAVAILABLE, "cannot make the folder %s: %s", config->data_dir,
		     strerror(errno));
}

/* secret_key_file, or else one of our own in data_dir.  Without any, all that seals says
 * so when it is asked; the rest works. */
static bool load_key(struct ctx *c, const struct config *config)
{
	const char *own = arena_printf(c->arena, "%s/secret.key", config->data_dir);
	bool made;

	if (config->secret_key_file)
		return secret_key_load(c, config->secret_key_file, false, &made);
	if (strncmp(config->database, "sqlite:", 7) != 0)
		log_event(c, LOG_WARNING, "secret_key",
			  F("msg", "set secret_key_file: all servers of one database need the "
				   "same"));
	if (mkdir(config->data_dir, 0700) != 0 && errno != EEXIST)
		log_event(c, LOG_WARNING, "secret_key",
			  F("msg",
			    "data_dir cannot be made, so there is no key: set secret_key_file "
			    "to sign people in"));
	else if (!secret_key_load(c, own, true, &made))
		return false;
	else if (made)
		log_event(c, LOG_WARNING, "secret_key", F("made", own),
			  F("msg", "keep a copy of this file: what it seals cannot be read without "
				   "it; other servers of this database need the same"));
	return true;
}

const char *app_engine(const struct app *app)
{
	return strncmp(app->config->database, "sqlite:", 7) == 0 ? "sqlite" : "postgresql";
}

/* Memory holds tokens and personal data: it is not for core files or debuggers. */
static void guard_memory(void)
{
	const struct rlimit none = { 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static void raise_open_files(struct ctx *c, const struct config *config)
{
	rlim_t want = (rlim_t)(config->connections + FILES_BESIDE);
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < want)
		log_event(c, LOG_WARNING, "open_files", F_INT("limit", (int64_t)limit.rlim_cur),
			  F_INT("wanted", (int64_t)want));
}

static void block_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGHUP);
	pthread_sigmask(SIG_BLOCK, set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

/* PostgreSQL may come later than we do, and we wait for it; anything else that
 * is wrong stays wrong. */
static bool open_database(struct app *app, struct ctx *c)
{
	if (background_prepare(app, c))
		return true;
	if (strcmp(app_engine(app), "postgresql") != 0 ||
	    (c->err.kind != ERR_UNAVAILABLE && c->err.kind != ERR_RETRY))
		return said(c);
	log_event(c, LOG_WARNING, "database", F("state", "away"), F("msg", c->err.msg));
	c->err = (struct err){ 0 };
	return true;
}

static const char *url_of(struct ctx *c, const struct config *config, int port)
{
	if (config->public_url)
		return config->public_url;
	return arena_printf(c->arena, strchr(config->address, ':') ? "%s://[%s]:%d" : "%s://%s:%d",
			    config->tls_cert ? "https" : "http", config->address, port);
}

/* Nobody can follow an address that means "every address". */
static void warn_of_public_url(struct ctx *c, const struct config *config)
{
	bool any = strcmp(config->address, "0.0.0.0") == 0 || strcmp(config->address, "::") == 0;

	if (any && !config->public_url)
		log_event(c, LOG_WARNING, "public_url",
			  F("msg", "set public_url: clients are told to come to the address this "
				   "server listens on"));
}

static bool open_door(struct app *app, struct ctx *c)
{
	const struct config *config = app->config;
	const struct http_config http = {
		.address = config->address,
		.port = (int)config->port,
		.workers = (int)config->workers,
		.queue_max = (int)config->queue,
		.lane = (int)config->lane,
		.lane_queue_max = (int)config->lane_queue,
		.connections_max = (int)config->connections,
		.body_max = (size_t)config->body_max,
		.tls_cert = config->tls_cert,
		.tls_key = config->tls_key,
		.proxies = config->proxies,
	};
	struct http_server *server;

	atomic_store(&app->base_url, url_of(c, config, (int)config->port));
	ops_attach(app);
	routes_prepare();
	warn_of_public_url(c, config);
	server = http_listen(&http, dispatch, dispatch_refusal, app, &c->err);
	if (!server)
		return said(c);
	atomic_store(&app->server, server);
	atomic_store(&app->base_url, url_of(c, config, http_port(server)));
	return true;
}

void app_announce(const struct app *app, struct ctx *c)
{
	const struct config *config = app->config;
	bool v6 = strchr(config->address, ':') != NULL;

	log_event(c, LOG_INFO, atomic_load(&app->database_up) ? "ready" : "listening",
		  F("listen", arena_printf(c->arena, v6 ? "[%s]:%d" : "%s:%d", config->address,
					   http_port(atomic_load(&app->server)))),
		  F("url", atomic_load(&app->base_url)), F("database", app_engine(app)),
		  F_INT("schema", schema_known()), F("version", ROSTERD_VERSION));
}

static void reload(struct ctx *c, const struct command_line *line)
{
	struct arena a = { 0 };
	struct ctx again = { .arena = &a };
	struct config config;

	if (config_load(&again, line->file, line->option, line->options, &config)) {
		log_set_level((int)config.log_level);
		log_event(c, LOG_INFO, "reload", F_INT("log_level", config.log_level));
	} else {
		log_event(c, LOG_ERR, "reload", F("msg", again.err.msg));
	}
	arena_free(&a);
}

static void wait_for_the_end(struct ctx *c, const sigset_t *set, const struct command_line *line)
{
	int sig;

	while (sigwait(set, &sig) == 0) {
		if (sig != SIGHUP)
			break;
		reload(c, line);
	}
	log_event(c, LOG_INFO, "stopping", F_INT("signal", sig));
}

int serve_migrate(struct ctx *c, const struct config *config)
{
	struct app app = { .config = config };
	bool good = make_data_dir(c, config);

	if (good) {
		app.pool = db_pool_new(config->database, 1);
		good = background_prepare(&app, c);
		db_pool_free(app.pool);
	}
	if (!good)
		return said(c), EXIT_FAILED;
	log_event(c, LOG_INFO, "migrated", F("database", app_engine(&app)),
		  F_INT("schema", schema_known()));
	return EXIT_DONE;
}

/* Of all kinds of connections of c->org. */
static bool org_ways(struct ctx *c, const char *address, struct signin_option **out, int *n)
{
	struct signin_option *saml, *ldap, *all;
	int samls, ldaps;

	if (!saml_options(c, address, &saml, &samls) || !ldap_options(c, address, &ldap, &ldaps))
		return false;
	all = arena_array(c->arena, struct signin_option, (size_t)(samls + ldaps) + 1);
	for (int i = 0; i < samls; i++)
		all[i] = saml[i];
	for (int i = 0; i < ldaps; i++)
		all[samls + i] = ldap[i];
	*out = all;
	*n = samls + ldaps;
	return true;
}

/* In the name of the organization where the address is at home; the caller does not learn
 * which that is. */
static bool signin_ways(struct ctx *c, const char *address, struct signin_option **out, int *n)
{
	struct org *org = NULL;
	const char *org_id;
	bool good;

	*n = 0;
	if (!domain_home(c, address, &org_id))
		return false;
	if (!org_id)
		return true;
	if (!db_enter_org(c, org_id) || !org_find(c, org_id, &org))
		return false;
	c->org = org;
	good = !org || org_ways(c, address, out, n);
	c->org = NULL;
	return good;
}

/* Children first: they inherit no secret, no connection and no thread. */
static bool start_saml(struct ctx *c, const struct config *config, struct saml_pool **pool)
{
	net_allow(config->private_addresses, config->webhooks_plain);
	*pool = saml_pool_new(c->arena, VERIFIERS, &c->err);
	if (!*pool || !saml_start(c, *pool))
		return false;
	saml_dns_server(&config->dns);
	platform_attach(signin_ways, org_ways, saml_leave);
	return true;
}

static void work(struct app *app, struct ctx *c, const sigset_t *signals,
		 const struct command_line *line)
{
	app_announce(app, c);
	outgoing_start(app); /* the background wakes it */
	background_start(app);
	lookup_start(app);
	syncer_start(app);
	rollouts_start(app);
	wait_for_the_end(c, signals, line);
	rollouts_halt(); /* requests, too, would go on until all is done */
	http_stop(atomic_exchange(&app->server, NULL), GRACE_MS);
	rollouts_stop();
	syncer_stop();
	lookup_stop();
	background_stop();
	outgoing_stop();
	log_event(c, LOG_INFO, "stopped", F("version", ROSTERD_VERSION));
}

int serve(struct ctx *c, const struct config *config, const struct command_line *line)
{
	struct app app = { .config = config };
	struct saml_pool *pool = NULL;
	bool open;
	sigset_t signals;

	guard_memory();
	raise_open_files(c, config);
	block_signals(&signals);
	if (!start_saml(c, config, &pool) || !ldap_readers_start(c) || !make_data_dir(c, config))
		return said(c), EXIT_FAILED;
	if (!load_key(c, config) ||
	    (config->syslog && !feed_syslog_set(c, config->syslog, config->syslog_ca)))
		return said(c), EXIT_FAILED;
	app.pool =
		db_pool_new(config->database, (int)(config->workers + config->lane) + LOANS_BESIDE);
	open = open_database(&app, c) && open_door(&app, c);
	if (open)
		work(&app, c, &signals, line);
	db_pool_free(app.pool);
	saml_pool_free(pool);
	ldap_readers_stop();
	return open && !atomic_load(&app.failed) ? EXIT_DONE : EXIT_FAILED;
}
