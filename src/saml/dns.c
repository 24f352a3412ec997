/* dns.c - the TXT records that prove who owns a domain (libresolv). */
#include "saml/dns.h"

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#include "db/pool.h"
#include "http/lane.h"

enum { ANSWER_MAX = 16 * 1024, SECONDS = 3, TRIES = 2 };

/* The strings of a TXT record are one text (RFC 7208, section 3.3, as all do). */
static bool record_is(const unsigned char *p, size_t n, const char *proof)
{
	size_t want = strlen(proof), have = 0;

	while (n > 0) {
		size_t part = *p++;

		n--;
		if (part > n || have + part > want || memcmp(proof + have, p, part) != 0)
			return false;
		have += part;
		p += part;
		n -= part;
	}
	return have == want;
}

static bool answer_has(const unsigned char *answer, int n, const char *proof)
{
	ns_msg msg;
	ns_rr rr;

	if (ns_initparse(answer, n, &msg) != 0)
		return false;
	for (int i = 0; i < ns_msg_count(msg, ns_s_an); i++)
		if (ns_parserr(&msg, ns_s_an, i, &rr) == 0 && ns_rr_type(rr) == ns_t_txt &&
		    record_is(ns_rr_rdata(rr), ns_rr_rdlen(rr), proof))
			return true;
	return false;
}

static bool ask(struct __res_state *dns, const char *name, const char *proof)
{
	unsigned char answer[ANSWER_MAX];
	int n = res_nquery(dns, name, ns_c_in, ns_t_txt, answer, sizeof(answer));

	return n > 0 && n <= ANSWER_MAX && answer_has(answer, n, proof);
}

bool saml_domain_proved(struct ctx *c, const char *domain, const char *proof, bool *out)
{
	struct __res_state dns = { 0 };

	*out = false;
	if (!lane_wait(c))
		return false;
	db_put_down(c);
	if (res_ninit(&dns) == 0) {
		dns.retrans = SECONDS;
		dns.retry = TRIES;
		*out = ask(&dns, domain, proof) ||
		       ask(&dns, arena_printf(c->arena, "_rosterd.%s", domain), proof);
		res_nclose(&dns);
	}
	return db_pick_up(c);
}
