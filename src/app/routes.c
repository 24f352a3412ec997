/* routes.c - the table of URLs, and looking one up. */
#include "routes.h"

#include <stdlib.h>
#include <string.h>

#include "admin/admin.h"
#include "http/page.h"
#include "ops.h"
#include "plain.h"
#include "ldapsync/login.h"
#include "platform/platform.h"
#include "saml/saml.h"
#include "scim/scim.h"
#include "ui/ui.h"

/* clang-format off */
static const struct route scim[] = {
	{ GET,    "/scim/v2/Users/{}",              NEED_SCIM_TOKEN, READS,   scim_users_get },
	{ GET,    "/scim/v2/Users",                 NEED_SCIM_TOKEN, READS,   scim_users_list },
	{ POST,   "/scim/v2/Users",                 NEED_SCIM_TOKEN, WRITES,  scim_users_post },
	{ POST,   "/scim/v2/Users/.search",         NEED_SCIM_TOKEN, READS,   scim_users_search },
	{ PUT,    "/scim/v2/Users/{}",              NEED_SCIM_TOKEN, WRITES,  scim_users_put },
	{ PATCH,  "/scim/v2/Users/{}",              NEED_SCIM_TOKEN, WRITES,  scim_users_patch },
	{ DELETE, "/scim/v2/Users/{}",              NEED_SCIM_TOKEN, WRITES,  scim_users_delete },

	{ GET,    "/scim/v2/Groups/{}",             NEED_SCIM_TOKEN, READS,   scim_groups_get },
	{ GET,    "/scim/v2/Groups",                NEED_SCIM_TOKEN, READS,   scim_groups_list },
	{ POST,   "/scim/v2/Groups",                NEED_SCIM_TOKEN, WRITES,  scim_groups_post },
	{ POST,   "/scim/v2/Groups/.search",        NEED_SCIM_TOKEN, READS,   scim_groups_search },
	{ PUT,    "/scim/v2/Groups/{}",             NEED_SCIM_TOKEN, WRITES,  scim_groups_put },
	{ PATCH,  "/scim/v2/Groups/{}",             NEED_SCIM_TOKEN, WRITES,  scim_groups_patch },
	{ DELETE, "/scim/v2/Groups/{}",             NEED_SCIM_TOKEN, WRITES,  scim_groups_delete },

	{ GET,    "/scim/v2",                       NEED_SCIM_TOKEN, READS,   scim_root_list },
	{ POST,   "/scim/v2/.search",               NEED_SCIM_TOKEN, READS,   scim_root_search },

	/* the same for every organization: RFC 7644, section 4 */
	{ GET,    "/scim/v2/ServiceProviderConfig", NEED_NOBODY,     NOTHING, scim_config },
	{ GET,    "/scim/v2/ResourceTypes",         NEED_NOBODY,     NOTHING, scim_types },
	{ GET,    "/scim/v2/ResourceTypes/{}",      NEED_NOBODY,     NOTHING, scim_type },
	{ GET,    "/scim/v2/Schemas",               NEED_NOBODY,     NOTHING, scim_schemas },
	{ GET,    "/scim/v2/Schemas/{}",            NEED_NOBODY,     NOTHING, scim_schema },

	{ GET | POST | PUT | PATCH | DELETE,
		  "/scim/v2/Me",                    NEED_SCIM_TOKEN, READS,   scim_unimplemented },
	{ POST,   "/scim/v2/Bulk",                  NEED_SCIM_TOKEN, READS,   scim_unimplemented },
	{ 0 },
};

static const struct route login[] = {
	{ GET,    "/login",                         NEED_NOBODY,     READS,   platform_login },
	{ POST,   "/login",                         NEED_NOBODY,     ALONE,   platform_login_post },
	{ GET,    "/login/continue",                NEED_NOBODY,     ALONE,   platform_continue },
	{ POST,   "/login/continue",                NEED_NOBODY,     ALONE,   platform_continue_post },
	{ 0 },
};

static const struct route logout[] = {
	{ GET,    "/logout",                        NEED_NOBODY,     NOTHING, platform_logout },
	{ POST,   "/logout",                        NEED_NOBODY,     ALONE,   platform_logout_post },
	{ 0 },
};

static const struct route password[] = {
	{ GET,    "/password/{}",                   NEED_NOBODY,     ALONE,   platform_password },
	{ POST,   "/password/{}",                   NEED_NOBODY,     ALONE,   platform_password_post },
	{ 0 },
};

static const struct route proxies[] = {
	{ GET,    "/auth/check",                    NEED_NOBODY,     READS,   platform_check },
	{ GET | POST, "/auth/token",                NEED_NOBODY,     READS,   platform_token },
	{ 0 },
};

static const struct route directories[] = {
	{ GET,    "/ldap/{}/{}/login",              NEED_NOBODY,     ALONE,   ldap_login },
	{ POST,   "/ldap/{}/{}/login",              NEED_NOBODY,     ALONE,   ldap_login_post },
	{ 0 },
};

static const struct route saml[] = {
	{ GET,    "/saml/{}/metadata",              NEED_NOBODY,     ALONE,   saml_metadata },
	{ GET,    "/saml/{}/login",                 NEED_NOBODY,     ALONE,   saml_login },
	{ GET | POST, "/saml/{}/acs",               NEED_NOBODY,     ALONE,   saml_acs },
	{ GET | POST, "/saml/{}/slo",               NEED_NOBODY,     ALONE,   saml_slo },
	{ 0 },
};

static const struct route console[] = {
	{ GET,    "/console/assets/{}/{}",          NEED_NOBODY,     NOTHING, ui_asset },
	{ GET,    "/console/assets/{}/{}/{}",       NEED_NOBODY,     NOTHING, ui_asset },
	{ GET,    "/console",                       NEED_NOBODY,     NOTHING, ui_page },
	{ GET,    "/console/{}",                    NEED_NOBODY,     NOTHING, ui_page },
	{ GET,    "/console/{}/{}",                 NEED_NOBODY,     NOTHING, ui_page },
	{ GET,    "/console/{}/{}/{}",              NEED_NOBODY,     NOTHING, ui_page },
	{ GET,    "/console/{}/{}/{}/{}",           NEED_NOBODY,     NOTHING, ui_page },
	{ 0 },
};

static const struct route operators[] = {
	{ GET,    "/healthz",                       NEED_NOBODY,     NOTHING, ops_health },
	{ GET,    "/readyz",                        NEED_NOBODY,     NOTHING, ops_ready },
	{ GET,    "/metrics",                       NEED_NOBODY,     NOTHING, ops_metrics },
	{ GET,    "/assets/page.css",               NEED_NOBODY,     NOTHING, page_style },
	{ GET,    "/.well-known/jwks.json",         NEED_NOBODY,     NOTHING, platform_keys },
	{ 0 },
};

/* Ends with a line of zeros, as the others. */
enum { ADMIN_ROUTES_MAX = 256 };

static struct route admin[ADMIN_ROUTES_MAX + 1];

/* The first whose prefix fits.  Some clients are set up with /scim as their base
 * URL, because other products ask for that. */
static const struct door doors[] = {
	{ "/scim/v2", 8, NEED_SCIM_TOKEN,  scim_error,  scim },
	{ "/scim",    8, NEED_SCIM_TOKEN,  scim_error,  scim },
	{ "/api/v1",  7, NEED_ADMIN_TOKEN, admin_error, admin },
	{ "/api",     0, NEED_ADMIN_TOKEN, admin_error, &admin[ADMIN_ROUTES_MAX] },
	{ "/login",   6, NEED_NOBODY,      page_error,  login },
	{ "/logout",  7, NEED_NOBODY,      page_error,  logout },
	{ "/password", 9, NEED_NOBODY,     page_error,  password },
	{ "/ldap",    5, NEED_NOBODY,      page_error,  directories },
	{ "/saml",    5, NEED_NOBODY,      saml_error,  saml },
	{ "/auth",    5, NEED_NOBODY,      plain_error, proxies },
	{ "/console", 8, NEED_NOBODY,      page_error,  console },
	{ "",         0, NEED_NOBODY,      plain_error, operators },
};
/* clang-format on */

void routes_prepare(void)
{
	static const enum need needs[] = {
		[ADMIN_ONLY] = NEED_ADMIN_TOKEN,
		[PLATFORM_TOO] = NEED_PLATFORM_TOKEN,
		[MANAGER_TOO] = NEED_MANAGER,
		[ADMIN_FRESH] = NEED_FRESH,
	};
	static const enum effect effects[] = {
		[ADMIN_READS] = READS,
		[ADMIN_WRITES] = WRITES,
		[ADMIN_ALONE] = ALONE,
	};

	for (int i = 0; admin_routes[i].pattern; i++) {
		const struct admin_route *r = &admin_routes[i];

		if (i == ADMIN_ROUTES_MAX)
			abort();
		admin[i] = (struct route){ (int)r->method, r->pattern, needs[r->need],
					   effects[r->effect], r->handle };
	}
}

/* What follows the prefix; NULL if the path does not begin with it. */
static const char *behind(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(path, prefix, n) != 0 || (n && path[n] != '/' && path[n] != '\0'))
		return NULL;
	return path + n;
}

static void look_in(struct arena *a, const struct door *door, const char *rest, struct http_req *q,
		    struct found *out)
{
	const char *param[HTTP_PARAMS_MAX] = { 0 };

	for (const struct route *r = door->routes; r->pattern; r++) {
		if (!http_match(a, r->pattern + door->skip, rest, param))
			continue;
		out->allow |= r->methods;
		if (out->route && !(r->methods & (int)q->method))
			continue;
		out->route = r;
		q->route = r->pattern;
		memcpy(q->param, param, sizeof(param));
		if (r->methods & (int)q->method)
			return;
	}
}

void routes_find(struct arena *a, struct http_req *q, struct found *out)
{
	const char *path = q->path, *rest = NULL;

	*out = (struct found){ .door = doors };
	while (path[0] == '/' && path[1] == '/')
		path++;
	while (!(rest = behind(path, out->door->prefix)))
		out->door++;
	look_in(a, out->door, *rest ? rest : "/", q, out);
}
