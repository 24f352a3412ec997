/* ldap_test.c - POST /connections/ldap/{}/test: tries a connection out, changes nothing. */
#include "http/lane.h"
#include "ldap_show.h"
#include "ldapsync/test.h"

bool admin_ldap_test(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct ldap_connection *l;
	json_t *j;

	if (!ldap_get(c, q->param[0], &l) || !lane_wait(c) || !ldap_connection_test(c, l, &j))
		return false;
	json_respond(c, p, 200, json_incref(j));
	return true;
}
