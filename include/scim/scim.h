/* scim.h - the SCIM 2.0 door (RFC 7643, 7644): handlers of its routes. */
#pragma once

#include "http/http.h"
#include "roster/source.h"

typedef bool scim_handler(struct ctx *c, const struct http_req *q, struct http_resp *p);

scim_handler scim_users_list, scim_users_post, scim_users_get, scim_users_put, scim_users_patch,
	scim_users_delete, scim_users_search;
scim_handler scim_groups_list, scim_groups_post, scim_groups_get, scim_groups_put,
	scim_groups_patch, scim_groups_delete, scim_groups_search;
scim_handler scim_root_list, scim_root_search; /* all resource types, RFC 7644 section 3.4.2.1 */
scim_handler scim_config, scim_types, scim_type, scim_schemas, scim_schema;
scim_handler scim_unimplemented; /* /Me, /Bulk: 501 */

/* Answers c->err as a SCIM Error (RFC 7644, section 3.12); Retry-After and
 * WWW-Authenticate where they belong. */
void scim_error(struct ctx *c, struct http_resp *p);

/* True if this connection's tokens may come without "Bearer" in front; false also
 * if its settings cannot be read. */
bool scim_accepts_bare(struct ctx *c, const struct source *s);
