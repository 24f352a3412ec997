/* test_config.c - settings from file, environment and command line. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/config.h"
#include "base/arena.h"

static char folder[] = "/tmp/rosterd-config-XXXXXX";

struct fixture {
	struct arena arena;
	struct ctx c;
	struct config config;
};

static int start(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->c.arena = &f->arena;
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	free(f);
	return 0;
}

/* A file of this name and content in our folder. */
static const char *file(struct fixture *f, const char *name, const char *content)
{
	const char *path = arena_printf(&f->arena, "%s/%s", folder, name);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	fputs(content, out);
	assert_int_equal(fclose(out), 0);
	return path;
}

static bool load_text(struct fixture *f, const char *content)
{
	return config_load(&f->c, file(f, "rosterd.conf", content), NULL, 0, &f->config);
}

static bool load_option(struct fixture *f, const char *setting, const char *value)
{
	struct config_option option = { setting, value };

	return config_load(&f->c, NULL, &option, 1, &f->config);
}

static void refused(struct fixture *f, bool loaded, const char *why)
{
	assert_false(loaded);
	assert_int_equal(f->c.err.kind, ERR_VALUE);
	if (!strstr(f->c.err.msg, why))
		fail_msg("\"%s\" is not in \"%s\"", why, f->c.err.msg);
	f->c.err = (struct err){ 0 };
}

static void nothing_given_is_the_defaults(void **state)
{
	struct fixture *f = *state;

	assert_true(config_load(&f->c, NULL, NULL, 0, &f->config));
	assert_string_equal(f->config.address, "127.0.0.1");
	assert_int_equal(f->config.port, 8080);
	assert_string_equal(f->config.database, "sqlite:rosterd-data/rosterd.db");
	assert_null(f->config.public_url);
	assert_null(f->config.tls_cert);
	assert_int_equal(f->config.workers, 8);
	assert_int_equal(f->config.queue, 1024);
	assert_int_equal(f->config.connections, 12000);
	assert_int_equal(f->config.body_max, 1 << 20);
	assert_int_equal(f->config.log_level, LOG_INFO);
	assert_true(f->config.log_requests);
	assert_false(f->config.metrics_public);
}

static void a_file_may_have_comments_and_semicolons_in_values(void **state)
{
	struct fixture *f = *state;

	assert_true(load_text(f, "# a comment\n; another\n\n"
				 "database = postgresql://u:p ;w@h/d\n"
				 "  workers=3\n"
				 "log_level = WARN\n"
				 "metrics_public = yes\n"));
	assert_string_equal(f->config.database, "postgresql://u:p ;w@h/d");
	assert_int_equal(f->config.workers, 3);
	assert_int_equal(f->config.log_level, LOG_WARNING);
	assert_true(f->config.metrics_public);
}

static void a_long_value_is_kept_whole(void **state)
{
	struct fixture *f = *state;
	char *name = arena_alloc(&f->arena, 3001);

	memset(name, 'h', 3000);
	assert_true(load_text(f, arena_printf(&f->arena, "database = postgresql://%s/d\nqueue=7\n",
					      name)));
	assert_int_equal(strlen(f->config.database), 3000 + 15);
	assert_int_equal(f->config.queue, 7);
}

static void what_is_wrong_in_a_file_is_told_with_its_line(void **state)
{
	static const struct {
		const char *content, *why;
	} cases[] = {
		{ "workers = 3\nworker = 3\n", "rosterd.conf:2: unknown setting \"worker\"" },
		{ "\n\nworkers = many\n", "rosterd.conf:3: workers must be a number from 1 to 64" },
		{ "workers = 0\n", ":1: workers" },
		{ "workers = 65\n", ":1: workers" },
		{ "workers = 8 threads\n", ":1: workers" },
		{ "body_max = 1023\n", ":1: body_max" },
		{ "body_max = 67108865\n", ":1: body_max" },
		{ "log_level = loud\n", ":1: log_level must be error, warn, info or debug" },
		{ "log_requests = maybe\n", ":1: log_requests must be yes or no" },
		{ "queue = 5\nqueue = 6\n", ":2: queue is given twice" },
		{ "queue = 5\nnonsense\n", ":2: this is no \"setting = value\"" },
		{ "[server]\nqueue = 5\n", ":2: sections like [server]" },
		{ "queue = 5\n  workers = 70\n", ":2: workers" },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		refused(f, load_text(f, cases[i].content), cases[i].why);
}

static void a_missing_file_is_an_error(void **state)
{
	struct fixture *f = *state;

	assert_false(config_load(&f->c, "/nonexistent/rosterd.conf", NULL, 0, &f->config));
	assert_non_null(strstr(f->c.err.msg, "/nonexistent/rosterd.conf"));
}

static void a_folder_is_no_file(void **state)
{
	struct fixture *f = *state;

	assert_false(config_load(&f->c, folder, NULL, 0, &f->config));
	assert_non_null(strstr(f->c.err.msg, folder));
}

static void option_beats_environment_beats_file(void **state)
{
	struct config_option option = { "workers", "4" };
	struct fixture *f = *state;
	const char *path = file(f, "rosterd.conf", "workers = 2\nqueue = 2\nconnections = 2\n");

	setenv("ROSTERD_WORKERS", "3", 1);
	setenv("ROSTERD_QUEUE", "3", 1);
	assert_true(config_load(&f->c, path, &option, 1, &f->config));
	assert_int_equal(f->config.workers, 4);
	assert_int_equal(f->config.queue, 3);
	assert_int_equal(f->config.connections, 2);
	unsetenv("ROSTERD_WORKERS");
	unsetenv("ROSTERD_QUEUE");
}

static void the_environment_names_the_file(void **state)
{
	struct fixture *f = *state;

	setenv("ROSTERD_CONFIG", file(f, "other.conf", "queue = 77\n"), 1);
	assert_true(config_load(&f->c, NULL, NULL, 0, &f->config));
	assert_int_equal(f->config.queue, 77);
	unsetenv("ROSTERD_CONFIG");
}

static void a_bad_variable_is_named(void **state)
{
	struct fixture *f = *state;

	setenv("ROSTERD_LOG_LEVEL", "shout", 1);
	refused(f, config_load(&f->c, NULL, NULL, 0, &f->config), "ROSTERD_LOG_LEVEL: log_level");
	unsetenv("ROSTERD_LOG_LEVEL");
}

static void listen_is_an_address_and_a_port(void **state)
{
	static const struct {
		const char *listen, *address; /* NULL: refused */
		int64_t port;
	} cases[] = {
		{ "127.0.0.1:8080", "127.0.0.1", 8080 },
		{ "0.0.0.0:0", "0.0.0.0", 0 },
		{ "[::1]:65535", "::1", 65535 },
		{ "[::]:80", "::", 80 },
		{ "::1:80", NULL, 0 },
		{ ":80", NULL, 0 },
		{ "[]:80", NULL, 0 },
		{ "127.0.0.1", NULL, 0 },
		{ "127.0.0.1:", NULL, 0 },
		{ "127.0.0.1:65536", NULL, 0 },
		{ "127.0.0.1:-1", NULL, 0 },
		{ "8080", NULL, 0 },
		{ "", NULL, 0 },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool loaded = load_option(f, "listen", cases[i].listen);

		if (!cases[i].address) {
			refused(f, loaded, "listen must be ADDRESS:PORT");
			continue;
		}
		assert_true(loaded);
		assert_string_equal(f->config.address, cases[i].address);
		assert_int_equal(f->config.port, cases[i].port);
	}
}

static void public_url_is_checked_and_loses_its_slash(void **state)
{
	static const struct {
		const char *given, *kept; /* NULL: refused */
	} cases[] = {
		{ "https://id.example.org", "https://id.example.org" },
		{ "https://id.example.org/", "https://id.example.org" },
		{ "http://[::1]:8080//", "http://[::1]:8080" },
		{ "https://example.org/roster/", "https://example.org/roster" },
		{ "id.example.org", NULL },
		{ "ftp://id.example.org", NULL },
		{ "https://", NULL },
		{ "https:///", NULL },
		{ "https://:443", NULL },
		{ "https://id.example.org?x=1", NULL },
		{ "https://id.example.org/#top", NULL },
		{ "https://user@id.example.org", NULL },
		{ "https://id example.org", NULL },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool loaded = load_option(f, "public_url", cases[i].given);

		if (cases[i].kept) {
			assert_true(loaded);
			assert_string_equal(f->config.public_url, cases[i].kept);
		} else {
			refused(f, loaded, "public_url");
		}
	}
}

static void database_is_of_a_known_kind(void **state)
{
	struct fixture *f = *state;

	assert_true(load_option(f, "database", "sqlite::memory:"));
	assert_true(load_option(f, "database", "postgres://h/d"));
	refused(f, load_option(f, "database", "mysql://h/d"), "database must be");
	assert_true(load_option(f, "data_dir", "/srv/roster"));
	assert_string_equal(f->config.database, "sqlite:/srv/roster/rosterd.db");
}

static void certificate_and_key_come_together(void **state)
{
	struct fixture *f = *state;

	refused(f, load_option(f, "tls_cert", "/cert.pem"), "tls_cert and tls_key");
	refused(f, load_option(f, "tls_key", "/key.pem"), "tls_cert and tls_key");
}

static void a_secret_key_is_long_and_private(void **state)
{
	struct fixture *f = *state;
	const char *path = file(f, "key", "0123456789abcdef0123456789abcdef");

	assert_int_equal(chmod(path, 0600), 0);
	assert_true(load_option(f, "secret_key_file", path));
	assert_int_equal(chmod(path, 0604), 0);
	refused(f, load_option(f, "secret_key_file", path), "open to others");
	path = file(f, "short", "0123456789abcdef0123456789abcde");
	assert_int_equal(chmod(path, 0600), 0);
	refused(f, load_option(f, "secret_key_file", path), "32 bytes");
	refused(f, load_option(f, "secret_key_file", "/nonexistent"), "cannot read");
}

static void unknown_options_are_refused(void **state)
{
	struct fixture *f = *state;

	refused(f, load_option(f, "port", "80"), "unknown setting \"port\"");
	assert_false(config_knows("port"));
	assert_true(config_knows("listen"));
}

static void every_setting_explains_itself(void **state)
{
	struct config_line line;
	int i = 0;

	(void)state;
	for (; config_describe(i, &line); i++) {
		assert_true(config_knows(line.name));
		assert_true(strlen(line.help) > 10);
	}
	assert_true(i > 10);
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, start, end)
	const struct CMUnitTest tests[] = {
		TEST(nothing_given_is_the_defaults),
		TEST(a_file_may_have_comments_and_semicolons_in_values),
		TEST(a_long_value_is_kept_whole),
		TEST(what_is_wrong_in_a_file_is_told_with_its_line),
		TEST(a_missing_file_is_an_error),
		TEST(a_folder_is_no_file),
		TEST(option_beats_environment_beats_file),
		TEST(the_environment_names_the_file),
		TEST(a_bad_variable_is_named),
		TEST(listen_is_an_address_and_a_port),
		TEST(public_url_is_checked_and_loses_its_slash),
		TEST(database_is_of_a_known_kind),
		TEST(certificate_and_key_come_together),
		TEST(a_secret_key_is_long_and_private),
		TEST(unknown_options_are_refused),
		TEST(every_setting_explains_itself),
	};
	static const char *const variables[] = { "CONFIG", "LISTEN", "DATABASE", "PUBLIC_URL",
						 "DATA_DIR" };
	static const char *const files[] = { "rosterd.conf", "other.conf", "key", "short" };
	char name[128];
	int failed;

	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
		snprintf(name, sizeof(name), "ROSTERD_%s", variables[i]);
		unsetenv(name);
	}
	if (!mkdtemp(folder))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(name, sizeof(name), "%s/%s", folder, files[i]);
		unlink(name);
	}
	rmdir(folder);
	return failed;
}
