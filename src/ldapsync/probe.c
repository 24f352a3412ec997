/*
 * probe.c - a TLS handshake of our own, for what libldap keeps to itself.
 *
 * To libldap all failures of TLS are one.  When it has failed, this says which it was and
 * shows the certificate; nothing is sent over the connection and it is trusted with nothing.
 */
#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/keeper.h"
#include "parts.h"
#include "reader.h"

/* The extended request 1.3.6.1.4.1.1466.20037 (RFC 4511, 4.14), message 1. */
static const char starttls[] = "\x30\x1d\x02\x01\x01\x77\x18\x80\x16"
			       "1.3.6.1.4.1.1466.20037";

static const char *name_text(struct arena *a, const X509_NAME *name)
{
	BIO *b = BIO_new(BIO_s_mem());
	char *p;
	long n;
	const char *out = NULL;

	if (b && X509_NAME_print_ex(b, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
		n = BIO_get_mem_data(b, &p);
		out = dn_shown(a, (struct slice){ p, n > 0 ? (size_t)n : 0 });
	}
	BIO_free(b);
	return out;
}

static int64_t time_of(const ASN1_TIME *t)
{
	struct tm tm = { 0 };

	return ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) * 1000 : 0;
}

static void put_address(struct buf *b, const ASN1_OCTET_STRING *ip)
{
	const unsigned char *p = ASN1_STRING_get0_data(ip);
	int n = ASN1_STRING_length(ip);

	for (int i = 0; i < n; i++)
		if (n == 4)
			buf_printf(b, "%s%d", i ? "." : "", p[i]);
		else
			buf_printf(b, "%s%02x", i && i % 2 == 0 ? ":" : "", p[i]);
}

static const char *names_text(struct arena *a, X509 *x)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	struct buf b = buf_in(a, 4096);

	for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);

		if (g->type != GEN_DNS && g->type != GEN_IPADD)
			continue;
		buf_puts(&b, b.n ? ", " : "");
		if (g->type == GEN_IPADD)
			put_address(&b, g->d.iPAddress);
		else
			buf_put(&b, (const char *)ASN1_STRING_get0_data(g->d.dNSName),
				(size_t)ASN1_STRING_length(g->d.dNSName));
	}
	GENERAL_NAMES_free(all);
	return dn_shown(a, (struct slice){ b.p, b.n });
}

static void read_x509(struct arena *a, X509 *x, struct dir_certificate *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	struct buf hex = buf_in(a, 2 * EVP_MAX_MD_SIZE + 1);

	out->subject = name_text(a, X509_get_subject_name(x));
	out->issuer = name_text(a, X509_get_issuer_name(x));
	out->names = names_text(a, x);
	out->not_before = time_of(X509_get0_notBefore(x));
	out->not_after = time_of(X509_get0_notAfter(x));
	if (X509_digest(x, EVP_sha256(), digest, &n))
		for (unsigned i = 0; i < n; i++)
			buf_printf(&hex, "%02x", digest[i]);
	out->sha256 = hex.p;
}

void certificate_read(struct arena *a, const unsigned char *der, size_t n,
		      struct dir_certificate *out)
{
	X509 *x = d2i_X509(NULL, &der, (long)n);

	if (x)
		read_x509(a, x, out);
	X509_free(x);
}

static int connect_to(const LDAPURLDesc *u, int ms, const char **why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	struct timeval t = { ms / 1000, (ms % 1000) * 1000 };
	char port[16];
	int fd = -1;

	snprintf(port, sizeof(port), "%d", u->lud_port);
	if (getaddrinfo(u->lud_host, port, &hints, &list) != 0) {
		*why = "the host's name is not known to DNS";
		return -1;
	}
	for (struct addrinfo *at = list; at && fd < 0; at = at->ai_next) {
		fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (fd < 0)
			continue;
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &t, sizeof(t));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &t, sizeof(t));
		if (connect(fd, at->ai_addr, at->ai_addrlen) != 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	if (fd < 0)
		*why = "nothing answers at this host and port; check them and the firewall";
	return fd;
}

/* The answer ends with the result code of an ExtendedResponse; 0 is "go ahead". */
static bool ask_starttls(int fd, const char **why)
{
	char answer[512];
	ssize_t n;
	size_t at = 0;

	*why = "the server does not answer to StartTLS as LDAP servers do";
	if (!write_all(fd, starttls, sizeof(starttls) - 1))
		return false;
	n = recv(fd, answer, sizeof(answer), 0);
	if (n < 10)
		return false;
	while (at + 2 < (size_t)n && (unsigned char)answer[at] != 0x78)
		at++;
	while (at + 2 < (size_t)n && answer[at] != 0x0a)
		at++;
	if (at + 2 >= (size_t)n)
		return false;
	if (answer[at + 2] != 0) {
		*why = "the server does not offer StartTLS; give it a certificate or use ldaps";
		return false;
	}
	*why = NULL;
	return true;
}

static bool trust(SSL_CTX *ctx, const char *pem)
{
	X509_STORE *store = SSL_CTX_get_cert_store(ctx);
	BIO *b;
	X509 *x;
	int n = 0;

	if (!pem)
		return SSL_CTX_set_default_verify_paths(ctx) == 1;
	b = BIO_new_mem_buf(pem, -1);
	while (b && (x = PEM_read_bio_X509(b, NULL, NULL, NULL))) {
		n += X509_STORE_add_cert(store, x) == 1;
		X509_free(x);
	}
	BIO_free(b);
	ERR_clear_error();
	return n > 0;
}

static const char *judge(struct arena *a, SSL *ssl, int rc, const char *host)
{
	long verdict = SSL_get_verify_result(ssl);

	if (verdict == X509_V_ERR_HOSTNAME_MISMATCH || verdict == X509_V_ERR_IP_ADDRESS_MISMATCH)
		return arena_printf(a,
				    "the certificate is not for %s; use one of its names in the "
				    "URI",
				    host);
	if (verdict != X509_V_OK)
		return arena_printf(a, "the certificate is not trusted: %s; check ca_pem",
				    X509_verify_cert_error_string(verdict));
	return rc == 1 ? NULL
		       : "TLS did not come about: no TLS at this port, no common version, or the "
			 "handshake stalled";
}

static void handshake(struct arena *a, SSL_CTX *ctx, int fd, const char *host,
		      struct dir_certificate *shown, const char **why)
{
	SSL *ssl = SSL_new(ctx);
	X509_VERIFY_PARAM *p = SSL_get0_param(ssl);
	X509 *x;
	int rc;

	if (X509_VERIFY_PARAM_set1_ip_asc(p, host) != 1)
		X509_VERIFY_PARAM_set1_host(p, host, 0);
	/* the macro of this name casts const away */
	SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
		 (void *)(uintptr_t)host);
	SSL_set_fd(ssl, fd);
	rc = SSL_connect(ssl);
	x = SSL_get1_peer_certificate(ssl);
	if (x)
		read_x509(a, x, shown);
	X509_free(x);
	*why = judge(a, ssl, rc, host);
	SSL_free(ssl);
}

/* Goes on without trust, to see the certificate; the result says what was wrong. */
static int go_on(int good, X509_STORE_CTX *store)
{
	(void)good;
	(void)store;
	return 1;
}

void probe_tls(struct arena *a, const struct dir_config *f, struct dir_certificate *shown,
	       const char **why)
{
	LDAPURLDesc *u = NULL;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	int fd = -1;

	*why = "the URI does not parse";
	if (ctx && ldap_url_parse(f->uris[0], &u) == 0 && u->lud_host && *u->lud_host) {
		SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, go_on);
		SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
		fd = connect_to(u, f->connect_ms, why);
		if (fd >= 0 && !trust(ctx, f->ca_pem))
			*why = "ca_pem holds no certificate";
		else if (fd >= 0 && (f->tls == DIR_LDAPS || ask_starttls(fd, why)))
			handshake(a, ctx, fd, u->lud_host, shown, why);
	}
	if (fd >= 0)
		close(fd);
	if (u)
		ldap_free_urldesc(u);
	SSL_CTX_free(ctx);
}
