/* admin.h - what the resources of the admin API share.  Private to src/admin. */
#pragma once

#include "admin/admin.h"
#include "base/org.h"
#include "http/json.h"

/* ---- bodies: strict, so that a slip of the pen is not passed over ---- */

/* The body as an object that has no other members than those named, with a blank
 * between.  ERR_VALUE names the first other one. */
bool body_read(struct ctx *c, const struct http_req *q, const char *known, json_t **out) MUST;
/* The same for an object that is part of a body. */
bool body_only(struct ctx *c, const json_t *object, const char *known) MUST;

/* Members that are there; *out keeps its value where they are not.  Another type,
 * null included, is ERR_VALUE. */
bool body_text(struct ctx *c, const json_t *j, const char *name, size_t max, const char **out) MUST;
bool body_int(struct ctx *c, const json_t *j, const char *name, int64_t min, int64_t max,
	      int64_t *out) MUST;
bool body_bool(struct ctx *c, const json_t *j, const char *name, bool *out) MUST;
/* A word of a list; *out is its index. */
bool body_word(struct ctx *c, const json_t *j, const char *name, const char *const *words, int n,
	       int *out) MUST;
/* A role code or name. */
bool body_role(struct ctx *c, const json_t *j, const char *name, enum role *out) MUST;
/* An RFC 3339 time. */
bool body_time(struct ctx *c, const json_t *j, const char *name, int64_t *out) MUST;
/* Must be there and not be empty. */
bool body_needs(struct ctx *c, const json_t *j, const char *name) MUST;

/* ---- lists ---- */

enum { PAGE_DEFAULT = 100, PAGE_MAX = 1000 };

struct page {
	int64_t limit;
	const char *after; /* "" from the start */
};
bool page_read(struct ctx *c, const struct http_req *q, struct page *out) MUST;
/* {"items": items, "next": next, "total": total}; takes items over. */
void page_respond(struct ctx *c, struct http_resp *p, json_t *items, const char *next,
		  int64_t total);

/* An RFC 3339 time of the query; 0 where absent. */
bool query_time(struct ctx *c, const struct http_req *q, const char *name, int64_t *out) MUST;
/* "true" or "false"; false where absent. */
bool query_bool(struct ctx *c, const struct http_req *q, const char *name, bool *out) MUST;

/* Text that reads as nothing and survives a URL: base64url, and back (NULL if it is not). */
char *opaque(struct arena *a, const char *text);
char *opaque_open(struct arena *a, const char *opaque);

/* ---- the rest ---- */

/* A child that is an object or array; takes value over. */
void json_put(json_t *j, const char *key, json_t *value);
void json_append(json_t *array, json_t *value);
/* Compact text of j, in the arena. */
const char *json_line(struct ctx *c, const json_t *j);
/* JSON text as a value; NULL as null; what does not parse as a string. */
json_t *json_parsed(const char *text);

/* Has the change to itself and c->org as it now is. */
bool org_alone(struct ctx *c, struct org **out) MUST;

/* What is about everybody takes seconds in a large organization: to be said first, see
 * http/lane.h. */
bool lane_for_everybody(struct ctx *c) MUST;

bool scope_role_read(struct ctx *c, enum scope scope, const json_t *j, const char *name,
		     enum role *out) MUST;

/* ---- rules ---- */

struct rule_set;
/* {"rules": ..., "tests": ...} of a body or a revision: its canonical text, checked. */
bool rules_document(struct ctx *c, const json_t *from, const char **text,
		    struct rule_set **set) MUST;
/* Makes a checked document the next revision; everybody is recomputed.  Inside a change that
 * is alone. */
/* Does it say what this revision says? */
struct revision;
bool rules_same(struct ctx *c, const struct revision *r, const char *text);
bool rules_store(struct ctx *c, const char *text, const struct rule_set *set, int64_t before,
		 int64_t *revision) MUST;
/* ERR_VERSION unless the body and If-Match name this base or none. */
bool rules_check_base(struct ctx *c, const struct http_req *q, const json_t *j,
		      int64_t active) MUST;

/* The user a request names, by id or userName; ERR_VALUE if there is none. */
struct user;
bool named_user(struct ctx *c, const char *ref, struct user **out) MUST;

/* Gives an organization role by hand; ROLE_NONE takes it back.  What is so already leaves no
 * trace.  Inside a change. */
bool user_set_role(struct ctx *c, const struct user *u, enum role role) MUST;
/* before as from user_get_all(). */
bool user_set_active(struct ctx *c, const struct user *before, bool active) MUST;
/* ERR_FORBIDDEN for Owners and break-glass accounts. */
bool user_unguarded(struct ctx *c, const struct user *u) MUST;

/* What somebody was given by hand in a scope. */
bool manual_grant(struct ctx *c, const char *user_id, enum scope scope, const char *target,
		  bool *has, enum role *role) MUST;

admin_handler admin_org_read, admin_org_patch, admin_seats_read;
admin_handler admin_users_list, admin_user_read, admin_user_patch, admin_user_drop,
	admin_user_explain, admin_user_forget;
admin_handler admin_groups_list, admin_group_read;
admin_handler admin_workspaces_list, admin_workspace_post, admin_workspace_read,
	admin_workspace_patch, admin_workspace_drop;
admin_handler admin_projects_list, admin_project_post, admin_project_read, admin_project_patch,
	admin_project_drop;
admin_handler admin_grants_list, admin_grant_post, admin_grants_drop, admin_grant_drop;
admin_handler admin_rules_read, admin_rules_put, admin_revisions_list, admin_revision_read,
	admin_revision_activate, admin_plan_post, admin_plan_read, admin_plan_apply,
	admin_rules_import, admin_rules_export;
admin_handler admin_holds_list, admin_hold_read, admin_hold_approve, admin_hold_reject;
admin_handler admin_annotations_post, admin_annotations_list, admin_annotations_report,
	admin_annotations_weeks;
admin_handler admin_audit_page, admin_audit_export, admin_events_page;
admin_handler admin_tokens_list, admin_token_post, admin_token_drop;
admin_handler admin_connections_list, admin_connection_post, admin_connection_read,
	admin_connection_patch, admin_connection_drop;
admin_handler admin_presets_list, admin_openapi_read;
admin_handler admin_sessions_list, admin_session_read, admin_me_read, admin_session_drop,
	admin_user_sessions_drop;
admin_handler admin_signin_read, admin_signin_patch, admin_password_link_post;
admin_handler admin_authz_check, admin_authz_actions;
admin_handler admin_ldap_list, admin_ldap_post, admin_ldap_read, admin_ldap_patch, admin_ldap_drop,
	admin_ldap_sync, admin_ldap_test, admin_ldap_runs, admin_ldap_run, admin_ldap_changes,
	admin_saml_list, admin_saml_post, admin_saml_read, admin_saml_patch, admin_saml_drop,
	admin_saml_keys, admin_saml_rotate, admin_saml_test;
admin_handler admin_people_plan, admin_people_apply;
admin_handler admin_invitations_list, admin_invitation_post, admin_invitation_reset,
	admin_invitation_drop;
admin_handler admin_domains_list, admin_domain_post, admin_domain_read, admin_domain_verify,
	admin_domain_drop, admin_requests_list;
admin_handler admin_webhooks_list, admin_webhook_post, admin_webhook_read, admin_webhook_patch,
	admin_webhook_drop, admin_webhook_rotate, admin_webhook_test, admin_deliveries_list,
	admin_redeliver;
admin_handler admin_labelstudio_post, admin_labelstudio_people_post, admin_labelstudio_people;
admin_handler admin_report_seats, admin_report_leavers, admin_report_idle, admin_report_access;
