/* dns.h - proof of owning a domain. */
#pragma once

#include "base/ctx.h"

/* Asks DNS for the TXT records of the domain and of _rosterd below it: is one of them the
 * proof?  As saml_fetch(): in the waiting lane, outside any transaction. */
bool saml_domain_proved(struct ctx *c, const char *domain, const char *proof, bool *out) MUST;
