/*
 * link.c - one connection of libldap: its own TLS context, its deadlines, its bind.
 *
 * libldap 2.5 waits for a TLS handshake for ever, or spins when it has a network timeout;
 * the server's side ends this process then, so there is no watchdog in here.
 */
#include <fcntl.h>
#include <sasl/sasl.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/keeper.h"
#include "reader.h"

static const char system_cas[] = "/etc/ssl/certs/ca-certificates.crt";

/* libldap takes names of files: one that only this process has. */
static const char *file_of(struct reader *r, const char *pem)
{
	int fd = memfd_create("pem", MFD_CLOEXEC);

	if (fd < 0 || !write_all(fd, pem, strlen(pem)))
		return "";
	return arena_printf(&r->life, "/proc/self/fd/%d", fd);
}

/* TCP stands: from here on the handshake blocks instead of spinning, and no answer is
 * larger than we want. */
static int on_connect(LDAP *ld, Sockbuf *sb, LDAPURLDesc *u, struct sockaddr *sa,
		      struct ldap_conncb *cb)
{
	struct link *l = cb->lc_arg;
	struct timeval none = { -1, 0 };
	ber_len_t most = (ber_len_t)l->config->entry_bytes_max;
	ber_socket_t fd = -1;
	int on = 1;

	(void)u;
	(void)sa;
	l->up = true;
	ber_sockbuf_ctrl(sb, LBER_SB_OPT_SET_MAX_INCOMING, &most);
	if (ber_sockbuf_ctrl(sb, LBER_SB_OPT_GET_FD, &fd) == 1 && fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	ldap_set_option(ld, LDAP_OPT_NETWORK_TIMEOUT, &none);
	return 0;
}

static void on_disconnect(LDAP *ld, Sockbuf *sb, struct ldap_conncb *cb)
{
	(void)ld;
	(void)sb;
	(void)cb;
}

static struct timeval ms(int n)
{
	return (struct timeval){ n / 1000, (n % 1000) * 1000 };
}

static bool set_plain(struct link *l)
{
	static const int version = LDAP_VERSION3, none = 0;
	const struct timeval connect = ms(l->config->connect_ms), answer = ms(l->config->answer_ms);

	l->connected = (struct ldap_conncb){ on_connect, on_disconnect, l };
	return ldap_set_option(l->ld, LDAP_OPT_PROTOCOL_VERSION, &version) == 0 &&
	       ldap_set_option(l->ld, LDAP_OPT_REFERRALS, LDAP_OPT_OFF) == 0 &&
	       ldap_set_option(l->ld, LDAP_OPT_DEREF, &none) == 0 &&
	       ldap_set_option(l->ld, LDAP_OPT_NETWORK_TIMEOUT, &connect) == 0 &&
	       ldap_set_option(l->ld, LDAP_OPT_TIMEOUT, &answer) == 0 &&
	       ldap_set_option(l->ld, LDAP_OPT_CONNECT_CB, &l->connected) == 0;
}

/* A pin without an authority is trusted alone: it is compared before anything is sent. */
static bool set_tls(struct reader *r, struct link *l)
{
	const struct dir_config *f = l->config;
	int require = f->pin && !f->ca_pem ? LDAP_OPT_X_TLS_NEVER : LDAP_OPT_X_TLS_DEMAND;
	int least = LDAP_OPT_X_TLS_PROTOCOL_TLS1_2, client = 0;
	const char *cas = f->ca_pem ? file_of(r, f->ca_pem) : system_cas;

	if (f->client_cert_pem && f->client_key_pem &&
	    (ldap_set_option(l->ld, LDAP_OPT_X_TLS_CERTFILE, file_of(r, f->client_cert_pem)) ||
	     ldap_set_option(l->ld, LDAP_OPT_X_TLS_KEYFILE, file_of(r, f->client_key_pem))))
		return false;
	if (require != LDAP_OPT_X_TLS_NEVER &&
	    ldap_set_option(l->ld, LDAP_OPT_X_TLS_CACERTFILE, cas) != 0)
		return false;
	return ldap_set_option(l->ld, LDAP_OPT_X_TLS_REQUIRE_CERT, &require) == 0 &&
	       ldap_set_option(l->ld, LDAP_OPT_X_TLS_PROTOCOL_MIN, &least) == 0 &&
	       ldap_set_option(l->ld, LDAP_OPT_X_TLS_NEWCTX, &client) == 0;
}

static bool prepare(struct reader *r, struct link *l, struct ending *e)
{
	*l = (struct link){ .config = &r->config };
	if (ldap_initialize(&l->ld, r->config.uris[0]) != 0) {
		l->ld = NULL;
		end_with(&e->end, DIR_FAILED, DIR_CODE_REFUSED, "the URI does not parse");
		return false;
	}
	if (!set_plain(l)) {
		end_with(&e->end, DIR_FAILED, DIR_CODE_REFUSED,
			 "libldap on this machine is not the one this was built for");
		return false;
	}
	if (r->config.tls != DIR_NO_TLS && !set_tls(r, l)) {
		end_with(&e->end, DIR_FAILED, DIR_CODE_TLS,
			 "the certificates in ca_pem, client_cert_pem or client_key_pem cannot be "
			 "read; give PEM text");
		return false;
	}
	return true;
}

static void end_here(struct reader *r, struct link *l, int code, struct dir_end *e)
{
	char *diag = NULL;

	ldap_get_option(l->ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diag);
	end_code(&r->work, e, code, diag, false);
	ldap_memfree(diag);
}

static bool is_local(const struct dir_config *f)
{
	return strncasecmp(f->uris[0], "ldapi:", 6) == 0;
}

/* Why TLS failed, if it was TLS. */
static void explain(struct reader *r, struct link *l, int code, struct ending *e)
{
	const struct dir_config *f = l->config;
	const char *why = NULL;

	end_here(r, l, code, &e->end);
	if (f->tls == DIR_NO_TLS || is_local(f) || !l->up || code == LDAP_TIMEOUT)
		return;
	probe_tls(&r->work, f, &e->opened.certificate, &why);
	e->end.code = DIR_CODE_TLS;
	if (why)
		e->end.why = why;
}

static bool check_pin(struct reader *r, struct link *l, struct ending *e)
{
	struct berval der = { 0 };

	if (ldap_get_option(l->ld, LDAP_OPT_X_TLS_PEERCERT, &der) == 0 && der.bv_val)
		certificate_read(&r->work, (const unsigned char *)der.bv_val, der.bv_len,
				 &e->opened.certificate);
	ber_memfree(der.bv_val);
	if (!l->config->pin || (e->opened.certificate.sha256 &&
				strcasecmp(e->opened.certificate.sha256, l->config->pin) == 0))
		return true;
	end_with(&e->end, DIR_FAILED, DIR_CODE_PIN,
		 "the server shows another certificate than the pinned one; if it was renewed, pin "
		 "the new one");
	return false;
}

static bool secure(struct reader *r, struct link *l, struct ending *e)
{
	int code = LDAP_SUCCESS;

	if (l->config->tls == DIR_STARTTLS && !is_local(l->config))
		code = ldap_start_tls_s(l->ld, NULL, NULL);
	else
		code = ldap_connect(l->ld);
	if (code != LDAP_SUCCESS) {
		explain(r, l, code, e);
		return false;
	}
	return l->config->tls == DIR_NO_TLS || is_local(l->config) || check_pin(r, l, e);
}

/* Kerberos asks for nothing: what it wants to know is in the ticket. */
static int no_questions(LDAP *ld, unsigned flags, void *defaults, void *in)
{
	(void)ld;
	(void)flags;
	(void)defaults;
	for (sasl_interact_t *i = in; i->id != SASL_CB_LIST_END; i++) {
		i->result = i->defresult ? i->defresult : "";
		i->len = (unsigned)strlen(i->result);
	}
	return LDAP_SUCCESS;
}

/* Active Directory wants either TLS or Kerberos to protect what follows, never both. */
static int bind_gssapi(struct link *l)
{
	int binding = LDAP_OPT_X_SASL_CBINDING_TLS_ENDPOINT;
	bool tls = l->config->tls != DIR_NO_TLS && !is_local(l->config);
	static const char over_tls[] = "noanonymous,maxssf=0", alone[] = "noanonymous,minssf=56";

	if (ldap_set_option(l->ld, LDAP_OPT_X_SASL_NOCANON, LDAP_OPT_ON) != 0 ||
	    ldap_set_option(l->ld, LDAP_OPT_X_SASL_SECPROPS, tls ? over_tls : alone) != 0 ||
	    (tls && ldap_set_option(l->ld, LDAP_OPT_X_SASL_CBINDING, &binding) != 0))
		return LDAP_LOCAL_ERROR;
	return ldap_sasl_interactive_bind_s(l->ld, NULL, "GSSAPI", NULL, NULL, LDAP_SASL_QUIET,
					    no_questions, NULL);
}

static const char no_ticket[] =
	"Kerberos gave no ticket for this server; check the keytab (KRB5_CLIENT_KTNAME), krb5.conf "
	"(KRB5_CONFIG), the clock, and that the server is named as in its service principal "
	"ldap/HOST";

static int bind_external(struct link *l)
{
	struct berval nobody = { 0, (char *)(uintptr_t) "" };

	return ldap_sasl_bind_s(l->ld, NULL, "EXTERNAL", &nobody, NULL, NULL, NULL);
}

/* Without a DN nobody binds and the server sees an anonymous client; a DN without a
 * password would be the same in disguise. */
static int bind_simple(struct link *l, const char *dn, const char *password, LDAPControl **asked,
		       LDAPControl ***answered)
{
	struct berval secret = { password ? strlen(password) : 0,
				 (char *)(uintptr_t)(password ? password : "") };
	LDAPMessage *m = NULL;
	struct timeval wait = ms(l->config->answer_ms);
	int id, code, rc;

	if (*dn && !secret.bv_len)
		return LDAP_INVALID_CREDENTIALS;
	code = ldap_sasl_bind(l->ld, dn, LDAP_SASL_SIMPLE, &secret, asked, NULL, &id);
	if (code != LDAP_SUCCESS)
		return code;
	rc = ldap_result(l->ld, id, LDAP_MSG_ALL, &wait, &m);
	if (rc <= 0) {
		ldap_get_option(l->ld, LDAP_OPT_RESULT_CODE, &code);
		return rc == 0 ? LDAP_TIMEOUT : code == LDAP_SUCCESS ? LDAP_SERVER_DOWN : code;
	}
	rc = ldap_parse_result(l->ld, m, &code, NULL, NULL, NULL, answered, 1);
	return rc == LDAP_SUCCESS ? code : rc;
}

static int bind_as_configured(struct link *l)
{
	const struct dir_config *f = l->config;

	switch (f->method) {
	case DIR_EXTERNAL:
		return bind_external(l);
	case DIR_GSSAPI:
		return bind_gssapi(l);
	case DIR_SIMPLE:
		break;
	}
	return bind_simple(l, f->dn ? f->dn : "", f->password, NULL, NULL);
}

static void learn_who(struct reader *r, struct link *l, struct ending *e)
{
	struct berval *me = NULL;

	if (ldap_whoami_s(l->ld, &me, NULL, NULL) == LDAP_SUCCESS && me && me->bv_val) {
		char *text = arena_strndup(&r->work, me->bv_val, me->bv_len);

		if (strlen(text) == me->bv_len && text_is_utf8(text))
			e->opened.whoami = text;
	}
	ber_bvfree(me);
}

void link_open(struct reader *r, struct ending *e, bool ask_whoami)
{
	struct link *l = &r->link;
	int code;

	if (!prepare(r, l, e) || !secure(r, l, e))
		return;
	e->opened.uri = r->config.uris[0];
	code = bind_as_configured(l);
	if (code != LDAP_SUCCESS) {
		end_here(r, l, code, &e->end);
		if (r->config.method == DIR_GSSAPI && code < 0 && code != LDAP_SERVER_DOWN)
			e->end.why = no_ticket;
		return;
	}
	if (ask_whoami)
		learn_who(r, l, e);
	end_good(&e->end);
}

void link_close(struct link *l)
{
	if (l->ld)
		ldap_unbind_ext_s(l->ld, NULL, NULL);
	l->ld = NULL;
}

/* ---- somebody signs in ---- */

/* AD tells in "data 773"; these prove the password right, but for 775 and those below. */
static enum dir_verdict ad_verdict(const char *diag)
{
	static const struct {
		const char *code;
		enum dir_verdict verdict;
	} codes[] = {
		{ "530", DIR_RESTRICTED }, { "531", DIR_RESTRICTED }, { "532", DIR_EXPIRED },
		{ "533", DIR_DISABLED },   { "701", DIR_OVER },       { "773", DIR_MUST_CHANGE },
		{ "775", DIR_LOCKED },
	};
	const char *at = diag ? strstr(diag, "data ") : NULL;

	for (size_t i = 0; at && i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strncasecmp(at + 5, codes[i].code, 3) == 0 &&
		    !strchr("0123456789abcdefABCDEF", at[8] ? at[8] : 'g'))
			return codes[i].verdict;
	return DIR_WRONG;
}

/* What the password policy says beside the result (draft-behera-ldap-password-policy). */
static enum dir_verdict policy_verdict(LDAP *ld, LDAPControl **controls, enum dir_verdict else_)
{
	LDAPControl *found = ldap_control_find(LDAP_CONTROL_PASSWORDPOLICYRESPONSE, controls, NULL);
	ber_int_t expire, grace;
	LDAPPasswordPolicyError said;

	if (!found || ldap_parse_passwordpolicy_control(ld, found, &expire, &grace, &said) != 0)
		return else_;
	if (said == PP_changeAfterReset)
		return DIR_MUST_CHANGE;
	if (said == PP_accountLocked)
		return DIR_LOCKED;
	if (said == PP_passwordExpired && else_ != DIR_RIGHT)
		return DIR_EXPIRED;
	return else_;
}

static enum dir_verdict verdict(LDAP *ld, int code, LDAPControl **controls)
{
	enum dir_verdict v = DIR_AWAY;
	char *diag = NULL;

	ldap_get_option(ld, LDAP_OPT_DIAGNOSTIC_MESSAGE, &diag);
	if (code == LDAP_SUCCESS)
		v = policy_verdict(ld, controls, DIR_RIGHT);
	else if (code == LDAP_INVALID_CREDENTIALS)
		v = policy_verdict(ld, controls, ad_verdict(diag));
	else if (code == LDAP_UNWILLING_TO_PERFORM)
		v = DIR_DISABLED;
	else if (code == LDAP_NO_SUCH_OBJECT || code == LDAP_INAPPROPRIATE_AUTH ||
		 code == LDAP_INVALID_DN_SYNTAX || code == LDAP_INSUFFICIENT_ACCESS ||
		 code == LDAP_CONSTRAINT_VIOLATION)
		v = DIR_WRONG;
	ldap_memfree(diag);
	return v;
}

void link_try(struct reader *r, const char *dn, const char *password, struct ending *e)
{
	LDAPControl *ask[2] = { NULL, NULL }, **answered = NULL;
	struct link l;
	int code;

	e->verdict = DIR_AWAY;
	if (!dn || !*dn || !password || !*password) {
		e->verdict = DIR_WRONG;
		end_good(&e->end);
		return;
	}
	if (prepare(r, &l, e) && secure(r, &l, e) &&
	    ldap_create_passwordpolicy_control(l.ld, &ask[0]) == LDAP_SUCCESS) {
		code = bind_simple(&l, dn, password, ask, &answered);
		end_here(r, &l, code, &e->end);
		e->verdict = verdict(l.ld, code, answered);
		if (e->verdict != DIR_AWAY)
			e->end.state = DIR_SEALED;
		ldap_controls_free(answered);
		ldap_control_free(ask[0]);
	}
	link_close(&l);
}
