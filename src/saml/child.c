/*
 * child.c - one verifying process: everything is shut off, then it reads messages.
 *
 * What remains are the socket it was born with, memory, and the random numbers
 * that RSA blinding needs.  Any other system call ends it (seccomp(2)).
 */
#include "child.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/keeper.h"
#include "wire.h"

/* Sanitizers map terabytes and make system calls of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SHUT_OFF 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SHUT_OFF 0
#endif
#endif
#ifndef SHUT_OFF
#define SHUT_OFF 1
#endif

enum { SOCKET = 3, MEMORY_MAX = 512 * 1024 * 1024, CPU_SECONDS_MAX = 60 };

static bool limit(__rlimit_resource_t what, rlim_t most)
{
	return setrlimit(what, &(struct rlimit){ .rlim_cur = most, .rlim_max = most }) == 0;
}

static bool limit_all(void)
{
	return limit(RLIMIT_CORE, 0) && limit(RLIMIT_FSIZE, 0) &&
	       limit(RLIMIT_CPU, CPU_SECONDS_MAX) && limit(RLIMIT_NOFILE, 0) &&
	       limit(RLIMIT_AS, MEMORY_MAX);
}

static bool allow_calls(scmp_filter_ctx filter)
{
	/* clang-format off */
	static const int calls[] = {
		SCMP_SYS(read), SCMP_SYS(write),
		SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
		SCMP_SYS(sysinfo), /* qsort() asks once how much memory there is */
		SCMP_SYS(futex), SCMP_SYS(sched_yield), SCMP_SYS(getrandom),
		SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time),
		SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(tgkill),
		SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall),
		SCMP_SYS(exit), SCMP_SYS(exit_group),
	};
	/* clang-format on */

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) != 0)
			return false;
	/* memory, but none that can be executed */
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
	       seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
				SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0;
}

static bool filter_calls(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	bool good = filter && allow_calls(filter) && seccomp_load(filter) == 0;

	if (filter)
		seccomp_release(filter);
	return good;
}

/* Random numbers first: their source may want to look at the system once. */
bool child_shut_off(int socket)
{
	unsigned char byte;

	if (RAND_bytes(&byte, 1) != 1 || prctl(PR_SET_DUMPABLE, 0) != 0)
		return false;
	if (!SHUT_OFF)
		return dup2(socket, SOCKET) == SOCKET;
	if (dup2(socket, SOCKET) != SOCKET || close_range(SOCKET + 1, ~0U, 0) != 0)
		return false;
	close_range(0, SOCKET - 1, 0);
	return limit_all() && filter_calls();
}

static struct wire answer(struct arena *a, struct slice bytes)
{
	struct wire in = wire_from(a, bytes), out = wire_to(a, WIRE_MAX);
	struct saml_assertion assertion;
	struct saml_logout logout;
	struct wire_job job = { 0 };
	enum saml_refusal why;

	wire_job(&in, &job);
	if (in.bad) {
		out.bad = true;
	} else if (job.logout) {
		why = saml_verify_logout(a, &job.input, &logout);
		wire_logout(&out, &why, &logout);
	} else {
		why = saml_verify(a, &job.input, &assertion);
		wire_assertion(&out, &why, &assertion);
	}
	return out;
}

/* One message; its bytes, with the private keys in them, are wiped. */
static bool serve(void)
{
	struct arena a = { 0 };
	struct wire out;
	uint32_t n;
	char *bytes;
	bool good;

	if (!read_all(SOCKET, &n, sizeof(n)) || n > WIRE_MAX)
		return false;
	bytes = arena_alloc(&a, n);
	good = read_all(SOCKET, bytes, n);
	if (good) {
		out = answer(&a, (struct slice){ bytes, n });
		n = (uint32_t)out.out.n;
		good = !out.bad && write_all(SOCKET, &n, sizeof(n)) &&
		       write_all(SOCKET, out.out.p, n);
	}
	OPENSSL_cleanse(bytes, n);
	arena_free(&a);
	return good;
}

void child_run(int socket)
{
	if (!child_shut_off(socket))
		return;
	while (serve())
		;
}
