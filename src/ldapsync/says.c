/* says.c - result codes of LDAP in sentences that say what to do. */
#include <string.h>

#include "parts.h"
#include "reader.h"

static const struct {
	int code;
	const char *why;
} says[] = {
	{ LDAP_SERVER_DOWN, "the connection broke, or nothing answers at this address; check host, "
			    "port and firewall" },
	{ LDAP_TIMEOUT, "the server did not answer in time" },
	{ LDAP_INVALID_CREDENTIALS, "the server refuses the bind DN or its password" },
	{ LDAP_STRONG_AUTH_REQUIRED, "the server wants an encrypted connection; use ldaps or "
				     "starttls" },
	{ LDAP_CONFIDENTIALITY_REQUIRED, "the server wants an encrypted connection; use ldaps or "
					 "starttls" },
	{ LDAP_INSUFFICIENT_ACCESS, "the bind account may not do this; give it the right to read" },
	{ LDAP_NO_SUCH_OBJECT, "the base does not exist, or the bind account may not see it; check "
			       "its spelling and the account's rights" },
	{ LDAP_INVALID_DN_SYNTAX, "the base or the bind DN is not a distinguished name" },
	{ LDAP_FILTER_ERROR, "the filter does not parse" },
	{ LDAP_SIZELIMIT_EXCEEDED, "the server cut the answer at its size limit; raise the limit "
				   "for the bind account or use a smaller page size" },
	{ LDAP_TIMELIMIT_EXCEEDED, "the server cut the answer at its time limit; raise it for the "
				   "bind account" },
	{ LDAP_ADMINLIMIT_EXCEEDED, "the server cut the answer at an administrative limit; raise "
				    "it for the bind account, or index what the filter asks for" },
	{ LDAP_BUSY, "the server is busy; it is tried again later" },
	{ LDAP_UNAVAILABLE, "the server is going down or not ready; it is tried again later" },
	{ LDAP_UNWILLING_TO_PERFORM, "the server does not want to do this" },
	{ LDAP_UNAVAILABLE_CRITICAL_EXTENSION, "the server does not know a control this needs "
					       "(paging, or the change feed); set page_size to 0 "
					       "or choose another strategy" },
	{ LDAP_PROTOCOL_ERROR, "the server does not know the request (for StartTLS: it has no "
			       "certificate; use ldaps)" },
	{ LDAP_CONNECT_ERROR, "TLS did not come about" },
	{ LDAP_REFERRAL, "the server refers to another one for this base; connect to that one" },
	{ LDAP_AUTH_METHOD_NOT_SUPPORTED, "the server does not offer this way to bind" },
	{ LDAP_INAPPROPRIATE_AUTH, "this account cannot bind this way" },
	{ LDAP_DECODING_ERROR, "the server sent what is not LDAP" },
	{ LDAP_SYNC_REFRESH_REQUIRED, "the server does not know the feed's position any more" },
};

void end_good(struct dir_end *e)
{
	*e = (struct dir_end){ .state = DIR_SEALED };
}

void end_with(struct dir_end *e, enum dir_state state, int code, const char *why)
{
	*e = (struct dir_end){ .state = state, .code = code, .why = why };
}

void end_code(struct arena *a, struct dir_end *e, int code, const char *diag, bool some)
{
	const char *why = ldap_err2string(code);

	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
		if (says[i].code == code)
			why = says[i].why;
	*e = (struct dir_end){ .state = some ? DIR_PARTIAL : DIR_FAILED, .code = code, .why = why };
	if (diag && *diag) {
		size_t n = strnlen(diag, 400);

		e->diag = dn_shown(a, (struct slice){ diag, n });
	}
}
