/* schemas.c - JSON schemas of bodies and answers, as openapi.json shows them. */
#include "schemas.h"

#include <stddef.h>

#define STRING          "{\"type\":\"string\"}"
#define NULLABLE        "{\"type\":[\"string\",\"null\"]}"
#define NUMBER          "{\"type\":\"integer\"}"
#define COUNT           "{\"type\":[\"integer\",\"null\"]}"
#define FLAG            "{\"type\":\"boolean\"}"
#define TIME            "{\"type\":\"string\",\"format\":\"date-time\"}"
#define NO_TIME         "{\"type\":[\"string\",\"null\"],\"format\":\"date-time\"}"
#define ROLE            "{\"enum\":[\"DI\",\"NO\",\"AN\",\"RE\",\"MA\",\"AD\",\"OW\"]}"
#define GIVEN           "{\"enum\":[\"AN\",\"RE\",\"MA\",\"AD\"]}"
#define AUTHOR          "{\"enum\":[\"both\",\"directory\",\"manual\"]}"
#define LOST            "{\"enum\":[\"default_role\",\"pending\",\"deactivate\"]}"
#define ACCOUNT         "{\"enum\":[\"active\",\"deactivated\",\"former\",\"erased\"]}"
#define SCOPE           "{\"enum\":[\"org\",\"workspace\",\"project\"]}"
#define ANY             "{}"
#define REF(name)       "{\"$ref\":\"#/components/schemas/" name "\"}"
#define LIST(of)        "{\"type\":\"array\",\"items\":" of "}"
#define M(name, type)   "\"" name "\":" type
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
/* The same inside another: not every reader of C expands a macro in its own arguments. */
#define N(name, type) "\"" name "\":" type
#define PART(members) "{\"type\":\"object\",\"properties\":{" members "}}"
/* A body: nothing else may be in it. */
#define BODY(needed, members)                                                                      \
	"{\"type\":\"object\",\"additionalProperties\":false,\"required\":[" needed                \
	"],\"properties\":{" members "}}"

#define AUTHORITIES PART(N("org", AUTHOR) "," N("workspace", AUTHOR) "," N("project", AUTHOR))
#define POLICIES                                                                                                    \
	M("name", STRING)                                                                                           \
	"," M("seat_limit", COUNT) "," M("seat_policy", "{\"enum\":[\"queue\",\"refuse\"]}") "," M(                 \
		"default_role",                                                                                     \
		ROLE) "," M("never_matched",                                                                        \
			    LOST) "," M("lost_match",                                                               \
					LOST) "," M("authority",                                                    \
						    AUTHORITIES) "," M("hold_people",                               \
								       NUMBER) "," M("hold_"                        \
										     "percent",                     \
										     NUMBER) "," M("relink_former", \
												   FLAG)
#define NAMED  PART(N("id", STRING) "," N("name", NULLABLE))
#define PLACE  PART(N("id", STRING) "," N("title", NULLABLE) "," N("role", STRING))
#define PLACES LIST(PLACE)
#define BY     "{\"enum\":[\"name\",\"exact\",\"id\",\"external_id\",\"glob\",\"regex\"]}"
#define MATCH  PART(N("group", STRING) "," N("by", BY) "," N("source", STRING))
#define GRANTED                                                                                    \
	PART(N("org_role", STRING) "," N("workspace", STRING) "," N("project",                     \
								    STRING) "," N("role", STRING))
#define RULE    OBJECT(M("id", STRING) "," M("match", MATCH) "," M("grant", GRANTED))
#define TEAM    PART(N("id", STRING) "," N("name", STRING) "," N("source", NULLABLE))
#define TEAMS   LIST(TEAM)
#define MEMBER  PART(N("id", STRING) "," N("userName", STRING) "," N("displayName", NULLABLE))
#define MEMBERS LIST(MEMBER)
#define ORIGIN  "{\"enum\":[\"rule\",\"manual\"]}"
#define WHY                                                                                                                                     \
	PART(N("scope", SCOPE) "," N("target", NULLABLE) "," N("role", STRING) "," N("origin", ORIGIN) "," N("rule", NULLABLE) "," N(           \
		"revision",                                                                                                                     \
		COUNT) "," N("group",                                                                                                           \
			     NULLABLE) "," N("group_name",                                                                                      \
					     NULLABLE) "," N("source",                                                                          \
							     NULLABLE) "," N("source_name",                                                     \
									     NULLABLE) "," N("by",                                              \
											     NULLABLE) "," N("since",                           \
													     TIME) "," N("counts",              \
															 FLAG) "," N("lost_to", \
																     NULLABLE))
#define REASONS LIST(WHY)
#define GROUP                                                                                      \
	M("id", STRING)                                                                            \
	"," M("displayName", STRING) "," M("externalId", NULLABLE) "," M("source", STRING) "," M(  \
		"connection",                                                                      \
		NAMED) "," M("members", NUMBER) "," M("pending_members",                           \
						      NUMBER) "," M("created",                     \
								    TIME) "," M("changed", TIME)
#define TOKEN                                                                                        \
	M("id", STRING)                                                                              \
	"," M("kind", "{\"enum\":[\"scim\",\"admin\",\"platform\"]}") "," M("name", NULLABLE) "," M( \
		"connection",                                                                        \
		NULLABLE) "," M("created",                                                           \
				TIME) "," M("created_by",                                            \
					    STRING) "," M("expires",                                 \
							  NO_TIME) "," M("revoked",                  \
									 NO_TIME) "," M("last_"      \
											"used",      \
											NO_TIME)
#define TEXT_OR_NUMBER "{\"type\":[\"string\",\"integer\"]}"
#define ANNOTATION                                                                                  \
	BODY("\"id\",\"project\",\"user\"",                                                         \
	     M("id", TEXT_OR_NUMBER) "," M("project", TEXT_OR_NUMBER) "," M(                        \
		     "task",                                                                        \
		     TEXT_OR_NUMBER) "," M("user",                                                  \
					   STRING) "," M("created",                                 \
							 TIME) "," M("updated",                     \
								     TIME) "," M("lead_time_ms",    \
										 NUMBER) "," M("d"  \
											       "i"  \
											       "g"  \
											       "e"  \
											       "s"  \
											       "t", \
											       STRING))

/* clang-format off */
#define EXTENT "{\"enum\":[\"no\",\"own\",\"own_if_permitted\",\"added_to\",\"yes\"]}"
#define ROLE_EXTENTS "{\"type\":\"object\",\"additionalProperties\":" EXTENT "}"
#define SIGNIN                                                                                     \
	M("idle_minutes", NUMBER) "," M("absolute_minutes", NUMBER) "," M("sso_only", FLAG) ","        \
	M("return_targets", LIST(STRING))
#define SESSION                                                                                    \
	M("id", STRING) "," M("user", STRING) "," M("userName", STRING) "," M("method", STRING) ","    \
	M("connection", NULLABLE) "," M("address", NULLABLE) "," M("agent", NULLABLE) ","              \
	M("created", TIME) "," M("last_seen", TIME) "," M("expires", TIME)

#define NAMES_OR_ONE "{\"oneOf\":[" STRING "," "{\"type\":\"array\",\"items\":" STRING "}" "]}"
#define SAML_ATTRIBUTES PART(N("email", NAMES_OR_ONE) "," N("first_name", NAMES_OR_ONE) "," \
	N("last_name", NAMES_OR_ONE) "," N("display_name", NAMES_OR_ONE) "," \
	N("groups", NAMES_OR_ONE) "," N("id", NAMES_OR_ONE))
#define STRINGS "{\"type\":\"array\",\"items\":" STRING "}"
#define SAML_MEMBERS M("name", STRING) "," M("preset", NULLABLE) "," \
	M("attributes", SAML_ATTRIBUTES) "," M("enabled", FLAG) "," M("jit", FLAG) "," \
	M("link", FLAG) "," M("update_profile", FLAG) "," M("create_groups", FLAG) "," \
	M("groups_by", "{\"enum\":[\"name\",\"id\"]}") "," M("group_separator", STRING) "," \
	M("domains", STRINGS) "," M("allow_idp_initiated", FLAG) "," M("relay_targets", STRINGS) "," \
	M("sign_requests", FLAG) "," M("request_binding", "{\"enum\":[\"redirect\",\"post\"]}") "," \
	M("response_binding", "{\"enum\":[\"post\",\"artifact\"]}") "," M("force_authn", FLAG) "," \
	M("authn_contexts", STRINGS) "," M("name_id_format", STRING) "," \
	M("want_signed", "{\"enum\":[\"any\",\"response\",\"assertion\",\"both\"]}") "," \
	M("want_encrypted", FLAG) "," M("allow_sha1", FLAG) "," M("allow_cbc", FLAG) "," \
	M("allow_inclusive_c14n", FLAG) "," M("clock_skew_s", NUMBER)
#define SAML_IDP PART(N("entity_id", NULLABLE) "," N("metadata_url", NULLABLE) "," \
	N("fetched", NO_TIME) "," N("valid_until", NO_TIME) "," N("next_fetch", NO_TIME) "," \
	N("error", NULLABLE) "," N("keys", "{\"type\":\"array\",\"items\":{}}"))

const struct schema admin_schemas[] = {
	{ "Any", "{}" },
	{ "Problem", OBJECT(M("type", STRING) "," M("title", STRING) "," M("status", NUMBER) ","
		M("detail", STRING) "," M("instance", STRING)) },
	{ "Organization", OBJECT(M("id", STRING) "," POLICIES "," M("rules_revision", NUMBER) ","
		M("created", TIME) "," M("changed", TIME)) },
	{ "OrganizationPatch", BODY("", POLICIES) },
	{ "Seats", OBJECT(M("limit", COUNT) "," M("used", NUMBER) "," M("free", COUNT) ","
		M("waiting", NUMBER) "," M("peak_this_month", NUMBER)) },
	{ "User", OBJECT(M("id", STRING) "," M("userName", STRING) "," M("displayName", NULLABLE) ","
		M("email", NULLABLE) "," M("externalId", NULLABLE) ","
		M("state", "{\"enum\":[\"active\",\"pending\",\"deactivated\"]}") "," M("role", ROLE) ","
		M("wanted_role", ROLE) "," M("seat", FLAG) "," M("waiting_since", NO_TIME) ","
		M("source", STRING) "," M("connection", NAMED) "," M("owner", FLAG) ","
		M("groups", TEAMS) ","
		M("workspaces", PLACES) "," M("projects", PLACES) ","
		M("created", TIME) "," M("changed", TIME)) },
	{ "UserPatch", BODY("", M("role", "{\"enum\":[\"AN\",\"RE\",\"MA\",\"AD\",null]}") ","
		M("state", "{\"enum\":[\"active\",\"deactivated\"]}")) },
	{ "Explanation", OBJECT(M("user", REF("User")) "," M("summary", NULLABLE) ","
		M("grants", REASONS)) },
	{ "Group", OBJECT(GROUP) },
	{ "GroupPage", OBJECT(GROUP "," M("items", MEMBERS) "," M("next", NULLABLE) ","
		M("total", NUMBER)) },
	{ "Title", BODY("\"title\"", M("title", STRING)) },
	{ "Workspace", OBJECT(M("id", STRING) "," M("title", STRING) "," M("personal", FLAG) ","
		M("created", TIME) "," M("changed", TIME)) },
	{ "WorkspaceNew", BODY("\"title\"", M("title", STRING) "," M("personal", FLAG)) },
	{ "Project", OBJECT(M("id", STRING) "," M("title", STRING) "," M("workspace", STRING) ","
		M("created", TIME) "," M("changed", TIME)) },
	{ "ProjectNew", BODY("\"title\",\"workspace\"", M("title", STRING) "," M("workspace", STRING)) },
	{ "Grant", OBJECT(M("id", STRING) "," M("user", STRING) "," M("userName", STRING) ","
		M("scope", SCOPE) "," M("org_role", GIVEN) "," M("workspace", STRING) ","
		M("project", STRING) "," M("title", STRING) "," M("role", STRING) ","
		M("by", NULLABLE) "," M("since", TIME)) },
	{ "GrantNew", BODY("\"user\"", M("user", STRING) "," M("org_role", GIVEN) ","
		M("workspace", STRING) "," M("project", STRING) ","
		M("role", "{\"enum\":[\"member\",\"manager\",\"Annotator\",\"Reviewer\",\"Inherit\"]}")) },
	{ "Rules", OBJECT(M("revision", NUMBER) "," M("author", NULLABLE) "," M("created", NO_TIME) ","
		M("active", FLAG) "," M("rules", LIST(RULE))) },
	{ "RulesNew", BODY("\"rules\"", M("rules", LIST(RULE)) "," M("revision", NUMBER) ","
		M("base_revision", NUMBER) "," M("author", NULLABLE) "," M("created", NO_TIME) ","
		M("active", FLAG)) },
	{ "Revision", OBJECT(M("revision", NUMBER) "," M("rules", NUMBER) "," M("author", STRING) ","
		M("created", TIME) "," M("active", FLAG)) },
	{ "Annotation", OBJECT(M("id", STRING) "," M("project", STRING) "," M("task", NULLABLE) ","
		M("user", STRING) "," M("userName", STRING) "," M("user_state", ACCOUNT) ","
		M("created", TIME) "," M("updated", TIME) "," M("lead_time_ms", COUNT) ","
		M("digest", NULLABLE)) },
	{ "AnnotationsNew", "{\"oneOf\":[" ANNOTATION "," LIST(ANNOTATION) ","
		BODY("\"annotations\"", M("annotations", LIST(ANNOTATION))) "]}" },
	{ "Written", OBJECT(M("written", NUMBER) "," M("received", NUMBER)) },
	{ "AnnotationSum", OBJECT(M("user", STRING) "," M("person", STRING) "," M("userName", STRING) ","
		M("user_state", ACCOUNT) "," M("project", STRING) "," M("annotations", NUMBER) ","
		M("lead_time_ms", NUMBER) "," M("first", TIME) "," M("last", TIME)) },
	{ "Audit", OBJECT(M("id", STRING) "," M("at", TIME) "," M("actor", STRING) ","
		M("source", NULLABLE) "," M("action", STRING) "," M("target_kind", STRING) ","
		M("target", NULLABLE) "," M("before", ANY) "," M("after", ANY) "," M("reason", NULLABLE) ","
		M("request", NULLABLE) "," M("address", NULLABLE) "," M("seq", COUNT) ","
		M("hash", NULLABLE)) },
	{ "Event", OBJECT(M("id", STRING) "," M("type", STRING) "," M("at", TIME) ","
		M("user", NULLABLE) "," M("payload", ANY)) },
	{ "Token", OBJECT(TOKEN) },
	{ "TokenMade", OBJECT(TOKEN "," M("token", STRING)) },
	{ "TokenNew", BODY("\"kind\"", M("kind", "{\"enum\":[\"scim\",\"admin\",\"platform\"]}") ","
		M("name", STRING) "," M("connection", STRING) "," M("expires", TIME)) },
	{ "Session", OBJECT(SESSION) },
	{ "OwnSession", OBJECT(SESSION "," M("displayName", NULLABLE) "," M("role", ROLE) ","
		M("org", STRING) "," M("org_name", STRING) "," M("csrf", STRING)) },
	{ "SigninSettings", OBJECT(SIGNIN) },
	{ "SigninSettingsPatch", BODY("", SIGNIN) },
	{ "PasswordLink", OBJECT(M("url", STRING) "," M("expires", TIME)) },
	{ "Permit", OBJECT(M("allowed", FLAG) "," M("extent", EXTENT) "," M("action", STRING) ","
		M("user", STRING) "," M("role", ROLE) "," M("because", STRING)) },
	{ "Permission", OBJECT(M("action", STRING) "," M("about", STRING) "," M("roles", ROLE_EXTENTS)) },
	{ "Connection", OBJECT(M("id", STRING) "," M("name", STRING) "," M("preset", NULLABLE) ","
		M("settings", "{\"type\":\"object\",\"additionalProperties\":" FLAG "}") ","
		M("base_url", STRING) "," M("created", TIME) "," M("changed", TIME)) },
	{ "ConnectionNew", BODY("\"name\"", M("name", STRING) "," M("preset", STRING) ","
		M("settings", "{\"type\":\"object\",\"additionalProperties\":" FLAG "}")) },
	{ "ConnectionPatch", BODY("", M("name", STRING) ","
		M("settings", "{\"type\":\"object\",\"additionalProperties\":" FLAG "}")) },
	{ "SamlConnection", OBJECT(M("id", STRING) "," M("entity_id", STRING) "," M("acs_url", STRING) ","
		M("login_url", STRING) "," M("slo_url", STRING) "," M("metadata_url", STRING) ","
		SAML_MEMBERS "," M("idp", SAML_IDP) "," M("warnings", LIST(STRING)) ","
		M("tested", NO_TIME) "," M("created", TIME) "," M("changed", TIME)) },
	{ "SamlConnectionNew", BODY("\"name\"", M("entity_id", STRING) ","
		M("idp_metadata_xml", STRING) "," M("idp_metadata_url", STRING) "," SAML_MEMBERS) },
	{ "SamlConnectionPatch", BODY("", M("entity_id", STRING) "," M("idp_metadata_xml", STRING) ","
		M("idp_metadata_url", STRING) "," M("replace_idp", FLAG) "," SAML_MEMBERS) },
	{ "SamlKey", OBJECT(M("id", STRING) "," M("state", "{\"enum\":[\"current\",\"next\",\"previous\"]}") ","
		M("certificate", STRING) "," M("subject", STRING) "," M("sha256", STRING) ","
		M("not_before", TIME) "," M("not_after", TIME) "," M("created", TIME)) },
	{ "SamlTest", OBJECT(M("url", STRING) "," M("expires", TIME)) },
	{ "Domain", OBJECT(M("domain", STRING) "," M("state", "{\"enum\":[\"pending\",\"verified\",\"operator\"]}") ","
		M("txt_name", STRING) "," M("txt_value", STRING) "," M("checked", NO_TIME) ","
		M("created", TIME)) },
	{ "DomainNew", BODY("\"domain\"", M("domain", STRING)) },
	{ "Exchange", OBJECT(M("id", STRING) "," M("at", TIME) "," M("kind", STRING) ","
		M("connection", NULLABLE) "," M("outcome", STRING) "," M("code", NULLABLE) ","
		M("reason", NULLABLE) "," M("detail", ANY) "," M("reference", NULLABLE)) },
	{ "SourceContents", OBJECT(M("groups", NUMBER) "," M("memberships", NUMBER) ","
		M("pending_members", NUMBER) "," M("tokens", NUMBER) "," M("users", NUMBER)) },
	{ "Preset", OBJECT(M("preset", STRING) "," M("kind", STRING) "," M("document", ANY)) },
	{ NULL, NULL },
};

const struct parameter admin_parameters[] = {
	{ "limit",     NUMBER, "How many at most: 100 unless said, 1000 at most"              },
	{ "after",     STRING, "\"next\" of the page before; opaque"                          },
	{ "state",     "{\"enum\":[\"active\",\"pending\",\"deactivated\"]}", "State of users" },
	{ "role",      ROLE,   "Effective organization role"                                  },
	{ "q",         STRING, "Beginning of a name, without regard to case"                  },
	{ "group",     STRING, "Id of a group they are in"                                    },
	{ "source",    STRING, "Id or kind of the source"                                     },
	{ "user",      STRING, "Id or userName"                                               },
	{ "workspace", STRING, "Id of a workspace"                                            },
	{ "project",   STRING, "Id of a project"                                              },
	{ "org_role",  STRING, "That the grant is the organization role; its value does not count" },
	{ "from",      TIME,   "From this time on"                                            },
	{ "until",     TIME,   "Before this time"                                             },
	{ "action",    STRING, "An action, or with a dot at the end all that begin so"        },
	{ "target",    STRING, "Id of what was changed"                                       },
	{ "actor",     STRING, "Who did it"                                                   },
	{ "format",    "{\"enum\":[\"jsonl\",\"csv\"]}", "JSON lines unless said"             },
	{ "kind",      STRING, "\"saml.login\", \"saml.logout\""                            },
	{ "outcome",   "{\"enum\":[\"accepted\",\"refused\",\"test\"]}", "What came of it" },
	{ "connection", STRING, "Id of a connection"                                          },
	{ "code",      STRING, "Code of a refusal"                                            },
	{ "reference", STRING, "The reference that a page showed"                             },
	{ "preview",   FLAG,   "Only tell what would go"                                      },
	{ NULL, NULL, NULL },
};
/* clang-format on */
