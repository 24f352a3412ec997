/*
 * reader.c - one reader process: what it may touch is cut down, then it does tasks.
 *
 * It needs the network, name resolution and certificates.  It has no database, no secrets
 * but those of the connection it was given, and where the kernel can tell files apart
 * (Landlock), it can open none but the system's own.
 */
#include "reader.h"

#include <linux/landlock.h>
#include <openssl/crypto.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/keeper.h"

/* Sanitizers map terabytes. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define LIMITED 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define LIMITED 0
#endif
#endif
#ifndef LIMITED
#define LIMITED 1
#endif

enum {
	SOCKET = 3,
	FILES_MAX = 64,
	CPU_SECONDS_MAX = 1800,
	FILE_BYTES_MAX = 1024 * 1024, /* certificates in memory */
	SEND_AT = 128 * 1024,
};
#define MEMORY_MAX ((rlim_t)1536 * 1024 * 1024)

static bool limit(__rlimit_resource_t what, rlim_t most)
{
	return setrlimit(what, &(struct rlimit){ .rlim_cur = most, .rlim_max = most }) == 0;
}

static bool limit_all(void)
{
	return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, FILE_BYTES_MAX) &&
	       limit(RLIMIT_CPU, CPU_SECONDS_MAX) && limit(RLIMIT_NOFILE, FILES_MAX) &&
	       (!LIMITED || limit(RLIMIT_AS, MEMORY_MAX));
}

static void allow_below(int rules, const char *path, uint64_t what)
{
	struct landlock_path_beneath_attr below = { .allowed_access = what };

	below.parent_fd = path ? open(path, O_PATH | O_CLOEXEC) : -1;
	if (below.parent_fd < 0)
		return;
	IGNORE(syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0));
	close(below.parent_fd);
}

/* As far as this kernel goes: an older one leaves the files to their permissions. */
static void close_files(void)
{
	const uint64_t reading = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
	/* all of the first version, executing among them */
	struct landlock_ruleset_attr all = { .handled_access_fs = (1U << 13) - 1 };
	static const char *const folders[] = { "/etc",      "/usr",       "/lib",
					       "/lib64",    "/proc/self", "/run/systemd/resolve",
					       "/run/nscd", "/dev" };
	const char *keytab = getenv("KRB5_CLIENT_KTNAME"), *kerberos = getenv("KRB5_CONFIG");
	int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);

	if (rules < 0)
		return;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		allow_below(rules, folders[i], reading);
	allow_below(rules, "/dev/null", reading | LANDLOCK_ACCESS_FS_WRITE_FILE);
	if (keytab && strncmp(keytab, "FILE:", 5) == 0)
		keytab += 5;
	allow_below(rules, keytab, LANDLOCK_ACCESS_FS_READ_FILE);
	allow_below(rules, kerberos, LANDLOCK_ACCESS_FS_READ_FILE);
	IGNORE(syscall(SYS_landlock_restrict_self, rules, 0));
	close(rules);
}

static bool cut_down(int socket)
{
	if ((socket != SOCKET && dup2(socket, SOCKET) != SOCKET) ||
	    close_range(SOCKET + 1, ~0U, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	close_files();
	return limit_all();
}

/* ---- answers ---- */

static bool flush(struct reader *r)
{
	bool good = write_all(r->socket, r->waiting.p, r->waiting.n);

	r->waiting.n = 0;
	return good;
}

static struct wire begin(struct reader *r)
{
	r->frame.n = 0;
	r->frame.over = false;
	return (struct wire){ .arena = &r->work, .out = r->frame, .writing = true };
}

/* Small ones wait for each other. */
static bool give(struct reader *r, enum frame_kind kind, struct wire *w)
{
	uint32_t n = (uint32_t)w->out.n;
	char head[5] = { 0, 0, 0, 0, (char)kind };

	r->frame = w->out;
	if (w->bad || w->out.over)
		return false;
	memcpy(head, &n, sizeof(n));
	buf_put(&r->waiting, head, sizeof(head));
	if (r->waiting.n + n <= SEND_AT) {
		buf_put(&r->waiting, w->out.p, n);
		return kind != FRAME_END || flush(r);
	}
	return flush(r) && write_all(r->socket, w->out.p, n);
}

bool send_entry(struct reader *r, struct dir_entry *e, const struct dir_query *q)
{
	struct wire w = begin(r);

	wire_entry(&w, e, q);
	return give(r, FRAME_ENTRY, &w);
}

bool send_change(struct reader *r, enum dir_change what, const unsigned char id[DIR_ID_BYTES],
		 struct dir_entry *e, const struct dir_query *q)
{
	struct wire w = begin(r);
	unsigned char copy[DIR_ID_BYTES];

	memcpy(copy, id, DIR_ID_BYTES);
	WIRE_NUM(&w, what);
	wire_bytes(&w, copy, DIR_ID_BYTES);
	if (what == DIR_CHANGED)
		wire_entry(&w, e, q);
	return give(r, FRAME_CHANGE, &w);
}

/* ---- tasks ---- */

static const char *kept(struct reader *r, const char *s)
{
	return arena_strdup(&r->life, s);
}

static void task_open(struct reader *r, const struct task *t, struct ending *e)
{
	const char **uris = arena_array(&r->life, const char *, 2);

	r->config = t->config;
	uris[0] = kept(r, t->config.uris[0]);
	r->config.uris = uris;
	r->config.ca_pem = kept(r, t->config.ca_pem);
	r->config.pin = kept(r, t->config.pin);
	r->config.client_cert_pem = kept(r, t->config.client_cert_pem);
	r->config.client_key_pem = kept(r, t->config.client_key_pem);
	r->config.dn = kept(r, t->config.dn);
	r->config.password = kept(r, t->config.password);
	link_open(r, e, t->ask_whoami);
}

static void task_bind(struct reader *r, const struct task *t, struct ending *e)
{
	link_try(r, t->dn, t->password, e);
}

static void (*const tasks[TASKS])(struct reader *r, const struct task *t, struct ending *e) = {
	[TASK_OPEN] = task_open,       [TASK_IDENTIFY] = task_identify, [TASK_LIST] = task_list,
	[TASK_FIND] = task_find,       [TASK_FIND_DN] = task_find_dn,   [TASK_MARK] = task_mark,
	[TASK_CHANGES] = task_changes, [TASK_BIND] = task_bind,
};

static bool serve(struct reader *r)
{
	struct ending e = { .end = { .state = DIR_FAILED } };
	struct task t = { 0 };
	struct wire w;
	uint32_t n;
	char *bytes;
	bool good;

	if (!read_all(r->socket, &n, sizeof(n)) || n > TASK_BYTES_MAX)
		return false;
	bytes = arena_alloc(&r->work, (size_t)n + 1);
	good = read_all(r->socket, bytes, n);
	if (good) {
		w = wire_from(&r->work, (struct slice){ bytes, n });
		wire_task(&w, &t);
		good = !w.bad && t.kind < TASKS && (t.kind == TASK_OPEN) == !r->link.ld;
	}
	if (good) {
		tasks[t.kind](r, &t, &e);
		w = begin(r);
		wire_ending(&w, &e);
		good = give(r, FRAME_END, &w);
	}
	OPENSSL_cleanse(bytes, n);
	arena_free(&r->work);
	return good;
}

void reader_run(int socket)
{
	static struct reader r = { .socket = SOCKET };

	if (!cut_down(socket))
		return;
	r.frame = buf_in(&r.life, FRAME_BYTES_MAX);
	r.waiting = buf_in(&r.life, 2 * SEND_AT);
	while (serve(&r))
		;
	link_close(&r.link);
}

/* Files and variables of whoever started the server must not weaken TLS: libldap reads
 * them at its first use, unless told otherwise. */
bool reader_prepare(void)
{
	LDAP *ld = NULL;
	int code;

	if (setenv("LDAPNOINIT", "1", 1) != 0 || setenv("KRB5CCNAME", "MEMORY:", 1) != 0)
		return false;
	code = ldap_initialize(&ld, "ldap://127.0.0.1");
	if (code == LDAP_SUCCESS)
		ldap_unbind_ext_s(ld, NULL, NULL);
	return code == LDAP_SUCCESS;
}
