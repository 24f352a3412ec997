/* dns.c - the TXT records that prove who owns a domain (libresolv). */
#include "saml/dns.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <string.h>

#include "db/pool.h"
#include "http/lane.h"

enum { ANSWER_MAX = 16 * 1024, SECONDS = 2, TRIES = 2 };

const char *const dns_finding_names[DNS_FINDINGS] = {
	[DNS_PROVED] = "proved",
	[DNS_OTHER_RECORD] = "other_record",
	[DNS_NO_RECORD] = "no_record",
	[DNS_NO_ANSWER] = "no_answer",
};

static struct sockaddr_in server; /* sin_family 0: those of the system */

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

static enum dns_finding judge(const unsigned char *answer, int n, const char *proof)
{
	enum dns_finding found = DNS_NO_RECORD;
	ns_msg msg;
	ns_rr rr;

	if (ns_initparse(answer, n, &msg) != 0)
		return DNS_NO_ANSWER;
	for (int i = 0; i < ns_msg_count(msg, ns_s_an); i++) {
		if (ns_parserr(&msg, ns_s_an, i, &rr) != 0 || ns_rr_type(rr) != ns_t_txt)
			continue;
		if (record_is(ns_rr_rdata(rr), ns_rr_rdlen(rr), proof))
			return DNS_PROVED;
		found = DNS_OTHER_RECORD;
	}
	return found;
}

static enum dns_finding ask(struct __res_state *dns, const char *name, const char *proof)
{
	unsigned char answer[ANSWER_MAX];
	int n = res_nquery(dns, name, ns_c_in, ns_t_txt, answer, sizeof(answer));

	if (n > 0 && n <= ANSWER_MAX)
		return judge(answer, n, proof);
	return dns->res_h_errno == HOST_NOT_FOUND || dns->res_h_errno == NO_DATA ? DNS_NO_RECORD
										 : DNS_NO_ANSWER;
}

/* A record at either name proves it; no answer about one leaves it open. */
static enum dns_finding ask_both(struct ctx *c, struct __res_state *dns, const char *domain,
				 const char *proof)
{
	enum dns_finding at = ask(dns, domain, proof), below;

	if (at == DNS_PROVED || at == DNS_NO_ANSWER)
		return at;
	below = ask(dns, arena_printf(c->arena, "_rosterd.%s", domain), proof);
	return below == DNS_NO_RECORD ? at : below;
}

void saml_dns_server(const struct sockaddr_in *at)
{
	server = *at;
}

static bool open_resolver(struct __res_state *dns)
{
	if (res_ninit(dns) != 0)
		return false;
	dns->retrans = SECONDS;
	dns->retry = TRIES;
	if (server.sin_family) {
		dns->nscount = 1;
		dns->nsaddr_list[0] = server;
	}
	return true;
}

bool saml_domain_ask(struct ctx *c, const char *domain, const char *proof, enum dns_finding *out)
{
	struct __res_state dns = { 0 };

	*out = DNS_NO_ANSWER;
	if (!lane_wait(c))
		return false;
	db_put_down(c);
	if (open_resolver(&dns)) {
		*out = ask_both(c, &dns, domain, proof);
		res_nclose(&dns);
	}
	return db_pick_up(c);
}
