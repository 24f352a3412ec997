/* wire.c - a connection to a syslog server: TCP, with TLS by OpenSSL. */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/time.h"

enum {
	CONNECT_MS = 5000,
	WAIT_S = 10,
	ACK_MS = 10 * 1000,
	ACK_STEP_NS = 2 * 1000 * 1000,
	GRACE_MS = 250
};

struct wire {
	struct arena arena;
	int fd;
	SSL_CTX *tls_ctx;
	SSL *tls; /* NULL: plain */
};

void wire_close(struct wire *w)
{
	struct arena arena;

	if (!w)
		return;
	if (w->tls)
		(void)SSL_shutdown(w->tls);
	SSL_free(w->tls);
	SSL_CTX_free(w->tls_ctx);
	if (w->fd >= 0)
		close(w->fd);
	arena = w->arena; /* it holds w itself */
	arena_free(&arena);
}

static const char *tls_reason(void)
{
	unsigned long code = ERR_get_error();
	const char *text = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	return text ? text : "the connection broke";
}

static SSL_CTX *make_tls(struct ctx *c, const struct wire_target *to)
{
	SSL_CTX *tls = SSL_CTX_new(TLS_client_method());
	bool good = SSL_CTX_set_min_proto_version(tls, TLS1_2_VERSION) == 1;

	good = good && (to->ca_file ? SSL_CTX_load_verify_locations(tls, to->ca_file, NULL)
				    : SSL_CTX_set_default_verify_paths(tls)) == 1;
	SSL_CTX_set_verify(tls, SSL_VERIFY_PEER, NULL);
	if (good)
		return tls;
	IGNORE(error(c, ERR_VALUE, "the certificates of syslog_ca (%s) do not load: %s",
		     to->ca_file ? to->ca_file : "the system's", tls_reason()));
	SSL_CTX_free(tls);
	return NULL;
}

bool wire_check(struct ctx *c, const struct wire_target *to)
{
	SSL_CTX *tls = to->tls ? make_tls(c, to) : NULL;

	SSL_CTX_free(tls);
	return !to->tls || tls;
}

/* The certificate must be for the host we were told, be it a name or an address. */
static bool expect_host(SSL *tls, const char *host)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(tls);

	X509_VERIFY_PARAM_set_hostflags(param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	if (X509_VERIFY_PARAM_set1_ip_asc(param, host) == 1)
		return true;
	ERR_clear_error();
	/* SSL_set_tlsext_host_name(), whose cast drops const */
	return X509_VERIFY_PARAM_set1_host(param, host, 0) == 1 &&
	       SSL_ctrl(tls, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
			(void *)(uintptr_t)host) == 1;
}

static bool shake_hands(struct ctx *c, struct wire *w, const struct wire_target *to)
{
	long verdict;

	w->tls_ctx = make_tls(c, to);
	if (!w->tls_ctx)
		return false;
	w->tls = SSL_new(w->tls_ctx);
	if (expect_host(w->tls, to->host) && SSL_set_fd(w->tls, w->fd) == 1 &&
	    SSL_connect(w->tls) == 1)
		return true;
	verdict = SSL_get_verify_result(w->tls);
	return error(c, ERR_UNAVAILABLE, "the syslog server %s: %s", to->host,
		     verdict == X509_V_OK ? tls_reason() : X509_verify_cert_error_string(verdict));
}

static bool finish_connect(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t n = sizeof(int);
	int why = 0;

	return errno == EINPROGRESS && poll(&p, 1, CONNECT_MS) == 1 &&
	       getsockopt(fd, SOL_SOCKET, SO_ERROR, &why, &n) == 0 && why == 0;
}

/* -1 if this address does not answer. */
static int connect_to(const struct addrinfo *a)
{
	const struct timeval wait = { .tv_sec = WAIT_S };
	const int on = 1;
	int fd =
		socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a->ai_protocol);

	if (fd < 0)
		return -1;
	if (connect(fd, a->ai_addr, a->ai_addrlen) == 0 || finish_connect(fd)) {
		(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
		(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
		(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		return fd;
	}
	close(fd);
	return -1;
}

static bool connect_any(struct ctx *c, struct wire *w, const struct wire_target *to)
{
	const struct addrinfo want = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	int why = getaddrinfo(to->host, to->port, &want, &list);

	if (why)
		return error(c, ERR_UNAVAILABLE, "the syslog server %s: %s", to->host,
			     gai_strerror(why));
	for (const struct addrinfo *a = list; a && w->fd < 0; a = a->ai_next)
		w->fd = connect_to(a);
	freeaddrinfo(list);
	return w->fd >= 0 || error(c, ERR_UNAVAILABLE, "the syslog server %s:%s does not answer",
				   to->host, to->port);
}

struct wire *wire_open(struct ctx *c, const struct wire_target *to)
{
	struct arena a = { 0 };
	struct wire *w = arena_new(&a, struct wire);

	w->arena = a;
	w->fd = -1;
	if (connect_any(c, w, to) && (!to->tls || shake_hands(c, w, to)))
		return w;
	wire_close(w);
	return NULL;
}

static bool write_all(struct ctx *c, struct wire *w, struct slice b)
{
	while (b.n > 0) {
		int now = b.n < 16384 ? (int)b.n : 16384;
		ssize_t n = w->tls ? SSL_write(w->tls, b.p, now)
				   : send(w->fd, b.p, (size_t)now, MSG_NOSIGNAL);

		if (n <= 0 && !w->tls && errno == EINTR)
			continue;
		if (n <= 0)
			return error(c, ERR_UNAVAILABLE, "the syslog server: %s",
				     w->tls ? tls_reason() : strerror(errno));
		b.p += n;
		b.n -= (size_t)n;
	}
	return true;
}

/* Bytes that the other machine has not acknowledged are in the queue until it has. */
static bool acknowledged(struct wire *w)
{
	const struct timespec step = { .tv_nsec = ACK_STEP_NS };
	int64_t until = time_monotonic() + ACK_MS;
	int left = 1;

	while (ioctl(w->fd, SIOCOUTQ, &left) == 0 && left > 0 && time_monotonic() < until)
		nanosleep(&step, NULL);
	return left == 0;
}

/* A server has nothing to say to us but that it goes, or what belongs to TLS itself. */
static bool alive_after(struct wire *w, int wait_ms)
{
	struct pollfd p = { .fd = w->fd, .events = POLLIN };
	char byte[256];

	while (poll(&p, 1, wait_ms) == 1) {
		ssize_t n;

		if (!w->tls) {
			n = recv(w->fd, byte, sizeof(byte), MSG_DONTWAIT);
			if (n <= 0)
				return false;
			continue;
		}
		(void)fcntl(w->fd, F_SETFL, fcntl(w->fd, F_GETFL) | O_NONBLOCK);
		n = SSL_read(w->tls, byte, sizeof(byte));
		(void)fcntl(w->fd, F_SETFL, fcntl(w->fd, F_GETFL) & ~O_NONBLOCK);
		if (n <= 0)
			return SSL_get_error(w->tls, (int)n) == SSL_ERROR_WANT_READ;
	}
	return true;
}

bool wire_alive(struct wire *w)
{
	return alive_after(w, 0);
}

bool wire_send(struct ctx *c, struct wire *w, struct slice bytes)
{
	if (!write_all(c, w, bytes))
		return false;
	return (acknowledged(w) && alive_after(w, GRACE_MS)) ||
	       error(c, ERR_UNAVAILABLE, "the syslog server broke the connection");
}
