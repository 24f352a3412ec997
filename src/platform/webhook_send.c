/*
 * webhook_send.c - one message to one endpoint, signed as the Standard Webhooks convention
 * says (libcurl).
 *
 * The address is checked where the connection is made, redirects are not followed, little
 * is read of the answer, and not for long.
 */
#include <inttypes.h>
#include <string.h>

#include "base/net.h"
#include "base/org.h"
#include "base/secret.h"
#include "base/text.h"
#include "base/time.h"
#include "webhook.h"

enum { TIME_MAX_S = 15, CONNECT_MAX_S = 5, ANSWER_MAX = 64 * 1024, BODY_MAX = 256 * 1024 };

static const char *body_of(struct ctx *c, const struct event *e)
{
	struct buf b = buf_in(c->arena, BODY_MAX);

	buf_printf(&b, "{\"id\":\"%s\",\"seq\":%" PRId64 ",\"type\":\"%s\",\"timestamp\":\"%s\"",
		   e->id, e->seq, e->type, time_text(c->arena, e->at));
	buf_puts(&b, ",\"org\":");
	buf_json(&b, c->org->id);
	buf_puts(&b, ",\"user\":");
	buf_json(&b, e->user_id);
	buf_printf(&b, ",\"data\":%s}", e->payload);
	return b.p;
}

/* "v1,MAC", one for each secret, with a blank between. */
static bool sign(struct ctx *c, const char *signed_text, const char *secret, const char *old_secret,
		 const char **out)
{
	const char *mac, *old = NULL;

	if (!signing_mac(c, secret, signed_text, &mac) ||
	    (old_secret && !signing_mac(c, old_secret, signed_text, &old)))
		return false;
	*out = old ? arena_printf(c->arena, "v1,%s v1,%s", mac, old)
		   : arena_printf(c->arena, "v1,%s", mac);
	return true;
}

static void free_list(void *list)
{
	curl_slist_free_all(list);
}

static bool headers_of(struct ctx *c, const struct event *e, const char *body, const char *secret,
		       const char *old_secret, struct curl_slist **out)
{
	const char *at = arena_printf(c->arena, "%" PRId64, time_now() / 1000), *signature;
	struct curl_slist *list;

	if (!sign(c, arena_printf(c->arena, "%s.%s.%s", e->id, at, body), secret, old_secret,
		  &signature))
		return false;
	list = curl_slist_append(NULL, "Content-Type: application/json");
	list = curl_slist_append(list, arena_printf(c->arena, "Webhook-Id: %s", e->id));
	list = curl_slist_append(list, arena_printf(c->arena, "Webhook-Timestamp: %s", at));
	list = curl_slist_append(list, arena_printf(c->arena, "Webhook-Signature: %s", signature));
	list = curl_slist_append(list, "Expect:");
	arena_defer(c->arena, free_list, list);
	*out = list;
	return true;
}

/* libcurl asks for a socket for the very address it is about to connect to. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	(void)arg, (void)purpose;
	if (!net_reachable(&to->addr))
		return CURL_SOCKET_BAD;
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* What they say is of no interest, as long as there is little of it. */
static size_t pass_over(char *p, size_t size, size_t n, void *arg)
{
	size_t *read = arg;

	(void)p;
	*read += size * n;
	return *read > ANSWER_MAX ? 0 : size * n;
}

static void set_options(CURL *h)
{
	curl_easy_reset(h);                                       /* keeps open connections */
	curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "https,http"); /* see net_url_check() */
	curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(h, CURLOPT_TIMEOUT, (long)TIME_MAX_S);
	curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_MAX_S);
	curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(h, CURLOPT_PROXY, "");
	curl_easy_setopt(h, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(h, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(h, CURLOPT_USERAGENT, "rosterd");
	curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, pass_over);
}

static const char *reason(struct ctx *c, CURLcode code, const char *why)
{
	if (code == CURLE_COULDNT_CONNECT && !net_private_allowed())
		return "no connection; only public addresses are called unless private_addresses "
		       "is set";
	return arena_printf(c->arena, "%.200s", *why ? why : curl_easy_strerror(code));
}

/* A 2xx is an answer even if more of it came than we read. */
static void judge(struct ctx *c, CURL *h, CURLcode code, const char *why, struct delivery *d,
		  int64_t *wait)
{
	curl_off_t after = 0;
	long status = 0;

	curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(h, CURLINFO_RETRY_AFTER, &after);
	*wait = after;
	d->status = status;
	d->fate = FATE_FAILED;
	if (code != CURLE_OK && code != CURLE_WRITE_ERROR) {
		d->status = 0;
		d->error = reason(c, code, why);
	} else if (status >= 200 && status <= 299) {
		d->fate = FATE_TAKEN;
	} else if (status >= 300 && status <= 399) {
		d->error = arena_printf(c->arena,
					"HTTP %ld: redirects are not followed; set the "
					"final address",
					status);
	} else {
		d->error = arena_printf(c->arena, "HTTP %ld", status);
	}
}

bool webhook_send(struct ctx *c, CURL *h, const char *url, const char *secret,
		  const char *old_secret, struct delivery *d, int64_t *wait)
{
	const char *body = body_of(c, &d->event);
	char why[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers;
	size_t read = 0;
	CURLcode code;

	if (!headers_of(c, &d->event, body, secret, old_secret, &headers))
		return false;
	set_options(h);
	curl_easy_setopt(h, CURLOPT_URL, url);
	curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(h, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, why);
	curl_easy_setopt(h, CURLOPT_WRITEDATA, &read);
	code = curl_easy_perform(h);
	judge(c, h, code, why, d, wait);
	curl_easy_setopt(h, CURLOPT_ERRORBUFFER, NULL);
	return true;
}
