/* test_saml_pool.c - children that verify: same answers, replaced when lost, shut off. */
#include "saml_harness.h"

#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../src/saml/child.h"
#include "../../src/saml/wire.h"
#include "saml/pool.h"

static struct arena pool_arena;
static struct saml_pool *pool;

static int start_pool(void **state)
{
	struct err e = { 0 };

	(void)state;
	pool = saml_pool_new(&pool_arena, 2, &e);
	if (!pool)
		print_error("%s\n", e.msg);
	return pool ? 0 : -1;
}

static int stop_pool(void **state)
{
	(void)state;
	saml_pool_free(pool);
	arena_free(&pool_arena);
	return 0;
}

/* Processes whose parent is this one; how many. */
static int children_of(pid_t parent, pid_t out[16])
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int n = 0;

	assert_non_null(dir);
	while ((e = readdir(dir)) && n < 16) {
		char path[300], state;
		int pid, ppid;
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/stat", e->d_name);
		f = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? fopen(path, "r") : NULL;
		if (!f)
			continue;
		if (fscanf(f, "%d %*s %c %d", &pid, &state, &ppid) == 3 && ppid == parent &&
		    state != 'Z')
			out[n++] = pid;
		fclose(f);
	}
	closedir(dir);
	return n;
}

/* The verifying ones. */
static int verifiers(pid_t out[16])
{
	pid_t keeper[16];

	assert_int_equal(children_of(getpid(), keeper), 1);
	return children_of(keeper[0], out);
}

static enum saml_refusal ask(const char *file, struct saml_fixture *f, struct saml_assertion *out)
{
	saml_fixture_new(f, file);
	return saml_pool_verify(pool, &f->arena, &f->input, out);
}

static enum saml_refusal verdict(const char *file)
{
	struct saml_fixture f;
	struct saml_assertion out;
	enum saml_refusal why = ask(file, &f, &out);

	arena_free(&f.arena);
	return why;
}

static void a_child_says_what_the_function_says(void **state)
{
	static const char *const files[] = { "assertion.xml", "response.xml", "both.xml",
					     "encrypted.xml", "cbc.xml",      "weak.xml",
					     "logout.xml",    "sp.pem" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct saml_fixture f, g;
		struct saml_assertion here, there;
		enum saml_refusal why = ask(files[i], &f, &there);

		saml_fixture_new(&g, files[i]);
		assert_int_equal(why, saml_verify(&g.arena, &g.input, &here));
		assert_true(!here.assertion_id == !there.assertion_id);
		if (here.detail)
			assert_string_equal(here.detail, there.detail);
		if (here.assertion_id) {
			assert_string_equal(here.name_id.value, there.name_id.value);
			assert_string_equal(saml_attribute(&there, "groups")->values[1], "qa");
			assert_int_equal(here.not_on_or_after, there.not_on_or_after);
			assert_int_equal(here.encrypted, there.encrypted);
		}
		arena_free(&f.arena);
		arena_free(&g.arena);
	}
}

/* The most that the gate works on, in memory and in system calls. */
static void large_messages_go_the_same_way(void **state)
{
	struct saml_fixture f;
	struct saml_assertion out;
	struct buf b;

	(void)state;
	saml_fixture_new(&f, NULL);
	b = buf_in(&f.arena, SAML_INPUT_MAX);
	buf_puts(&b, "<a>");
	for (int i = 0; i < 3900; i++)
		buf_printf(&b, "<b ID='i%d' c='%030d'/>", i, i);
	buf_puts(&b, "</a>");
	f.input.bytes = (struct slice){ b.p, b.n };
	assert_int_equal(saml_pool_verify(pool, &f.arena, &f.input, &out), SAML_STRUCTURE);
	f.input.bytes.n = SAML_INPUT_MAX + 1;
	assert_int_equal(saml_pool_verify(pool, &f.arena, &f.input, &out), SAML_TOO_LARGE);
	arena_free(&f.arena);
}

static void logout_goes_the_same_way(void **state)
{
	struct saml_fixture f;
	struct saml_logout out;

	(void)state;
	saml_fixture_new(&f, "logout.query");
	f.input.form = SAML_FORM_REDIRECT;
	assert_int_equal(saml_pool_verify_logout(pool, &f.arena, &f.input, &out), SAML_ACCEPTED);
	assert_string_equal(out.name_id.value, "alice");
	assert_int_equal(out.n_session_indexes, 1);
	assert_string_equal(out.session_indexes[0], "_s1");
	assert_string_equal(out.relay_state, "r s");
	arena_free(&f.arena);
}

static void policies_arrive_whole(void **state)
{
	const char *const contexts[] = { "urn:other", NULL };
	struct saml_fixture f;
	struct saml_assertion out;

	(void)state;
	saml_fixture_new(&f, "cbc.xml");
	f.policy.allow_cbc = true;
	assert_int_equal(saml_pool_verify(pool, &f.arena, &f.input, &out), SAML_ACCEPTED);
	assert_int_equal(out.warnings, SAML_WARN_CBC);
	f.policy.authn_contexts = contexts;
	assert_int_equal(saml_pool_verify(pool, &f.arena, &f.input, &out), SAML_AUTHN_CONTEXT);
	f.policy.authn_contexts = NULL;
	f.policy.want = SAML_WANT_BOTH;
	assert_int_equal(saml_pool_verify(pool, &f.arena, &f.input, &out), SAML_UNSIGNED_ASSERTION);
	arena_free(&f.arena);
}

static void a_lost_child_costs_one_message(void **state)
{
	pid_t pids[16];
	int n;

	(void)state;
	assert_int_equal(verdict("assertion.xml"), SAML_ACCEPTED);
	n = verifiers(pids);
	assert_true(n > 0);
	for (int i = 0; i < n; i++)
		kill(pids[i], SIGKILL);
	assert_int_equal(verdict("assertion.xml"), SAML_CRASHED);
	assert_int_equal(verdict("assertion.xml"), SAML_ACCEPTED);
}

static void a_child_that_hangs_is_ended(void **state)
{
	pid_t pids[16];
	int n;

	(void)state;
	assert_int_equal(verdict("assertion.xml"), SAML_ACCEPTED);
	n = verifiers(pids);
	for (int i = 0; i < n; i++)
		kill(pids[i], SIGSTOP);
	assert_int_equal(verdict("assertion.xml"), SAML_TIMEOUT);
	assert_int_equal(verdict("assertion.xml"), SAML_ACCEPTED);
}

static void *many(void *wrong)
{
	for (int i = 0; i < 50; i++)
		if (verdict("assertion.xml") != SAML_ACCEPTED)
			*(int *)wrong += 1;
	return NULL;
}

static void many_threads_share_few_children(void **state)
{
	pthread_t thread[6];
	int wrong[6] = { 0 };
	pid_t pids[16];

	(void)state;
	for (int i = 0; i < 6; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, many, &wrong[i]), 0);
	for (int i = 0; i < 6; i++) {
		pthread_join(thread[i], NULL);
		assert_int_equal(wrong[i], 0);
	}
	assert_true(verifiers(pids) <= 2);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

/* How a process that tries this after it was shut off ends. */
static int end_of(void (*attempt)(void))
{
	int ends[2], status;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	pid = fork();
	if (pid == 0) {
		if (!child_shut_off(ends[1]))
			_exit(1);
		attempt();
		_exit(0);
	}
	close(ends[0]);
	close(ends[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void nothing(void)
{
}

static void open_a_file(void)
{
	(void)open("/etc/passwd", O_RDONLY);
}

static void open_a_socket(void)
{
	(void)socket(AF_INET, SOCK_STREAM, 0);
}

static void start_a_process(void)
{
	(void)fork();
}

static void signal_the_parent(void)
{
	(void)kill(getppid(), 0);
}

static void use_much_memory(void)
{
	if (!malloc((size_t)1 << 30))
		_exit(42);
}

static void a_child_can_do_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(end_of(nothing), 0);
	assert_int_equal(end_of(open_a_file), -SIGSYS);
	assert_int_equal(end_of(open_a_socket), -SIGSYS);
	assert_int_equal(end_of(start_a_process), -SIGSYS);
	assert_int_equal(end_of(signal_the_parent), -SIGSYS);
	assert_int_equal(end_of(use_much_memory), 42);
}

#else

static void a_child_can_do_nothing_else(void **state)
{
	(void)state;
	skip(); /* sanitizers make calls of their own, so nothing is shut off */
}

#endif

/* Whatever a child sends, reading it ends well. */
static void garbled_answers_are_noticed(void **state)
{
	struct arena a = { 0 };
	struct saml_attribute attribute = { .name = "n" };
	struct saml_assertion said = { .response_id = "_r", .assertion_id = "_a" }, read;
	enum saml_refusal why = SAML_ACCEPTED;
	struct wire out = wire_to(&a, WIRE_MAX);

	(void)state;
	said.attributes = &attribute;
	said.n_attributes = 1;
	wire_assertion(&out, &why, &said);
	assert_false(out.bad);
	for (size_t n = 0; n < out.out.n; n++) {
		struct wire cut = wire_from(&a, (struct slice){ out.out.p, n });

		wire_assertion(&cut, &why, &read);
		assert_true(cut.bad);
	}
	for (size_t i = 0; i < out.out.n; i++) {
		char *bent = arena_strndup(&a, out.out.p, out.out.n);
		struct wire in = wire_from(&a, (struct slice){ bent, out.out.n });

		bent[i] = (char)0xff;
		wire_assertion(&in, &why, &read);
	}
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_says_what_the_function_says),
		cmocka_unit_test(large_messages_go_the_same_way),
		cmocka_unit_test(logout_goes_the_same_way),
		cmocka_unit_test(policies_arrive_whole),
		cmocka_unit_test(a_lost_child_costs_one_message),
		cmocka_unit_test(a_child_that_hangs_is_ended),
		cmocka_unit_test(many_threads_share_few_children),
		cmocka_unit_test(a_child_can_do_nothing_else),
		cmocka_unit_test(garbled_answers_are_noticed),
	};

	if (!saml_verify_init())
		return 1;
	return cmocka_run_group_tests_name("saml pool", tests, start_pool, stop_pool);
}
