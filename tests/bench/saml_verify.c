/*
 * saml_verify.c - responses verified per second on one core, ours beside lasso's.
 *
 * Ours is the whole function: base64, gates, signature, reading again, every
 * check; and the same through a child process.  lasso's is its
 * process_authn_response_msg, which checks less.  Each line is a run of some
 * seconds on the same message.
 */
#include <lasso/lasso.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/time.h"
#include "saml/pool.h"

enum { RUN_MS = 3000 };

static char certificate[8192], private_key[8192], message[3][65536];
static const char *const files[3] = { "assertion.xml", "both.xml", "encrypted.xml" };

static size_t load(const char *name, char *room, size_t size)
{
	char path[200];
	size_t n;
	FILE *f;

	snprintf(path, sizeof(path), "tests/data/saml/%s", name);
	f = fopen(path, "r");
	if (!f) {
		fprintf(stderr, "%s cannot be read; run it from the top of the tree\n", path);
		exit(1);
	}
	n = fread(room, 1, size - 1, f);
	fclose(f);
	room[n] = '\0';
	return n;
}

static struct saml_policy policy = {
	.entity_id = "https://roster.example/saml/c1/metadata",
	.acs_url = "https://roster.example/saml/c1/acs",
	.idp_entity_id = "https://idp.example/metadata",
	.request_id = "_q1",
};

/* Of this thread, so that what else runs on the machine does not count; a child's
 * time is not ours to see, so there it is the clock on the wall. */
static int64_t cpu_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void report(const char *who, const char *what, int64_t n, int64_t ms)
{
	printf("%-24s %-16s %6.0f/s\n", who, what, (double)n * 1000 / (double)ms);
	fflush(stdout);
}

/* pool NULL: in this process. */
static void bench_ours(struct saml_pool *pool, int which)
{
	struct slice signing = { certificate, strlen(certificate) };
	struct slice decryption = { private_key, strlen(private_key) };
	struct saml_keys keys = { &signing, &decryption, 1, 1 };
	struct saml_input in = { .form = SAML_FORM_POST, .policy = &policy, .keys = &keys };
	int64_t start = pool ? time_monotonic() : cpu_ms(), n = 0, ms;

	in.bytes = (struct slice){ message[which], strlen(message[which]) };
	if (!time_parse("2026-01-02T03:04:05Z", &in.now))
		abort();
	do {
		struct arena a = { 0 };
		struct saml_assertion out;
		enum saml_refusal why =
			pool ? saml_pool_verify(pool, &a, &in, &out) : saml_verify(&a, &in, &out);

		if (why) {
			fprintf(stderr, "refused: %s\n", saml_refusal_code(why));
			exit(1);
		}
		arena_free(&a);
		n++;
		ms = (pool ? time_monotonic() : cpu_ms()) - start;
	} while (ms < RUN_MS);
	report(pool ? "rosterd, in a child" : "rosterd", files[which], n, ms);
}

static LassoServer *lasso_sp(void)
{
	static char sp[] = "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'"
			   " entityID='https://roster.example/saml/c1/metadata'><SPSSODescriptor"
			   " protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>"
			   "<AssertionConsumerService index='0' isDefault='true'"
			   " Binding='urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'"
			   " Location='https://roster.example/saml/c1/acs'/></SPSSODescriptor>"
			   "</EntityDescriptor>";
	const char *body = strchr(certificate, '\n') + 1;
	char idp[16384];
	LassoServer *server = lasso_server_new_from_buffers(sp, NULL, NULL, NULL);

	snprintf(idp, sizeof(idp),
		 "<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata'"
		 " entityID='https://idp.example/metadata'><IDPSSODescriptor"
		 " protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>"
		 "<KeyDescriptor use='signing'><KeyInfo xmlns='http://www.w3.org/2000/09/xmldsig#'>"
		 "<X509Data><X509Certificate>%.*s</X509Certificate></X509Data></KeyInfo>"
		 "</KeyDescriptor></IDPSSODescriptor></EntityDescriptor>",
		 (int)(strstr(body, "-----END") - body), body);
	if (!server ||
	    lasso_server_add_provider_from_buffer(server, LASSO_PROVIDER_ROLE_IDP, idp, NULL,
						  NULL) ||
	    lasso_server_set_encryption_private_key(server, private_key)) {
		fprintf(stderr, "lasso does not start\n");
		exit(1);
	}
	return server;
}

static void bench_lasso(LassoServer *server, int which)
{
	int64_t start = cpu_ms(), n = 0, ms;

	do {
		LassoLogin *login = lasso_login_new(server);
		int rc = lasso_login_process_authn_response_msg(login, message[which]);

		if (rc) {
			fprintf(stderr, "lasso: %s\n", lasso_strerror(rc));
			exit(1);
		}
		g_object_unref(login);
		n++;
		ms = cpu_ms() - start;
	} while (ms < RUN_MS);
	report("lasso", files[which], n, ms);
}

int main(void)
{
	struct arena arena = { 0 };
	struct err e = { 0 };
	struct saml_pool *pool = saml_pool_new(&arena, 1, &e);
	LassoServer *server;

	if (!pool || !saml_verify_init()) {
		fprintf(stderr, "no pool: %s\n", e.msg);
		return 1;
	}
	load("idp.pem", certificate, sizeof(certificate));
	load("sp.pem", private_key, sizeof(private_key));
	for (int i = 0; i < 3; i++) {
		static char xml[65536];
		size_t n = load(files[i], xml, sizeof(xml));
		char *text = g_base64_encode((guchar *)xml, n);

		snprintf(message[i], sizeof(message[i]), "%s", text);
		g_free(text);
		bench_ours(NULL, i);
		bench_ours(pool, i);
	}
	saml_pool_free(pool);
	setenv("TZ", "UTC", 1);
	lasso_init();
	server = lasso_sp();
	for (int i = 0; i < 3; i++)
		bench_lasso(server, i);
	g_object_unref(server);
	arena_free(&arena);
	return 0;
}
