/* dns.h - proof of owning a domain. */
#pragma once

#include <netinet/in.h>

#include "base/ctx.h"

enum dns_finding {
	DNS_PROVED,
	DNS_OTHER_RECORD, /* TXT records, but none is the proof */
	DNS_NO_RECORD,
	DNS_NO_ANSWER, /* the name server is silent or fails: nothing is known */
	DNS_FINDINGS
};
/* "proved", "other_record", "no_record", "no_answer". */
extern const char *const dns_finding_names[DNS_FINDINGS];

/* Asks DNS for the TXT records of the domain and of _rosterd below it: is one of them the
 * proof?  As saml_fetch(): in the waiting lane, outside any transaction. */
bool saml_domain_ask(struct ctx *c, const char *domain, const char *proof,
		     enum dns_finding *out) MUST;

/* The name server to ask in place of the system's.  Before any thread. */
void saml_dns_server(const struct sockaddr_in *at);
