/* shapes.c - the shapes of bodies and answers, and of query parameters, one row each. */
#include "schemas.h"

/* clang-format off */
#define POLICIES "name:string seat_limit:int? seat_policy:policy default_role:role " \
	"never_matched:unmatched lost_match:unmatched authority:Authority hold_people:int " \
	"hold_percent:int relink_former:bool"
#define GROUP "id:string displayName:string externalId:string? source:string connection:Named " \
	"members:int pending_members:int created:time changed:time"
#define HOLD "id:string kind:hold_kind state:hold_state source:string? connection:Named run:string? " \
	"reason:string people:int digest:string created:time expires:time? decided:time? " \
	"decided_by:string? decision:string?"
#define TOKEN "id:string kind:kind name:string? connection:string? created:time " \
	"created_by:string expires:time? revoked:time? last_used:time?"

#define SESSION "id:string user:string userName:string method:string connection:string? " \
	"address:string? agent:string? created:time last_seen:time expires:time"
#define SIGNIN "idle_minutes:int absolute_minutes:int sso_only:bool return_targets:string[]"
#define WEBHOOK "id:string name:string url:string events:string[] paused:bool " \
	"paused_reason:string? place:int waiting:int dead:int failures:int failing_since:time? " \
	"delivered:time? last_error:string? old_secret_until:time? created:time changed:time"
#define SAML_SETTINGS "preset:string? attributes:SamlAttributes enabled:bool jit:bool link:bool " \
	"update_profile:bool create_groups:bool groups_by:groups_by group_separator:string " \
	"domains:string[] allow_idp_initiated:bool relay_targets:string[] sign_requests:bool " \
	"request_binding:send_by response_binding:receive_by force_authn:bool " \
	"authn_contexts:string[] name_id_format:string want_signed:signed want_encrypted:bool " \
	"allow_sha1:bool allow_cbc:bool allow_inclusive_c14n:bool clock_skew_s:int"
#define SAML "name:string " SAML_SETTINGS
#define INVITATION "id:string email:string? shared:bool role:invited workspaces:string[] " \
	"state:invitation_state joined:int user:string? created:time created_by:string " \
	"expires:time"
#define LDAP_SETTINGS "preset:string? enabled:bool uris:string[] tls:any bind:any users:any groups:any " \
	"attributes:any state:any deactivate:any link:bool schedule_minutes:int " \
	"full_hours:int strategy:strategy canaries:string[] signin:any page_size:int " \
	"connect_seconds:int answer_seconds:int run_minutes:int entries_max:int entry_kib_max:int"
#define LDAP "name:string " LDAP_SETTINGS

const struct shape admin_shapes[] = {
	{ "Any", false, "{}" },
	{ "Problem", false, "type:string title:string status:int detail:string instance:string~ "
		"moved:PlanMoved~" },
	{ "Authority", true, "org:authority workspace:authority project:authority" },
	{ "Organization", false, "id:string " POLICIES " rules_revision:int created:time changed:time" },
	{ "OrganizationPatch", true, POLICIES },
	{ "Seats", false, "limit:int? used:int free:int? waiting:int peak_this_month:int" },

	{ "Named", false, "id:string name:string?" },
	{ "Place", false, "id:string title:string? role:string" },
	{ "Team", false, "id:string name:string source:string?" },
	{ "User", false, "id:string userName:string displayName:string? email:string? externalId:string? "
		"state:state role:role wanted_role:role seat:bool held:bool waiting_since:time? source:string "
		"connection:Named owner:bool groups:Team[] workspaces:Place[] projects:Place[] "
		"created:time changed:time" },
	{ "UserPatch", true, "role:given? state:settable" },
	{ "Reason", false, "scope:scope target:string? role:string origin:origin rule:string? "
		"revision:int? group:string? group_name:string? source:string? source_name:string? "
		"by:string? since:time counts:bool lost_to:string? why:string? held:bool" },
	{ "Joined", false, "group:string waits:bool changes:PlanChange[]" },
	{ "Explanation", false, "user:User summary:string? grants:Reason[] holds:string[] "
		"join:Joined~" },

	{ "Group", false, GROUP },
	{ "Member", false, "id:string userName:string displayName:string?" },
	{ "GroupPage", false, GROUP " items:Member[] next:string? total:int" },

	{ "Hold", false, HOLD },
	{ "Stake", false, "role:role~ places:any[]~" },
	{ "HoldPerson", false, "user:string userName:string what:taken before:Stake after:Stake" },
	{ "HoldPage", false, HOLD " items:HoldPerson[] next:string? total:int" },
	{ "HoldApproval", true, "digest:string!" },
	{ "HoldRejection", true, "reason:string" },

	{ "Title", true, "title:string!" },
	{ "Workspace", false, "id:string title:string personal:bool created:time changed:time" },
	{ "WorkspaceNew", true, "title:string! personal:bool" },
	{ "Project", false, "id:string title:string workspace:string created:time changed:time" },
	{ "ProjectNew", true, "title:string! workspace:string!" },

	{ "Grant", false, "id:string user:string userName:string scope:scope org_role:invited~ "
		"workspace:string~ project:string~ title:string~ role:string by:string? since:time" },
	{ "GrantNew", true, "user:string! org_role:given workspace:string project:string role:place_role" },
	{ "Pair", false, "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}" },
	{ "ProjectMapping", false, "project_id:text! group:string! role:string!" },
	{ "Mappings", true, "roles_groups:Pair[] workspaces_groups:Pair[] "
		"projects_groups:ProjectMapping[] projects:RoleByPlace" },
	{ "Imported", false, "rules:Rule[] notes:string[]" },
	{ "Exported", false, "roles_groups:Pair[] workspaces_groups:Pair[] "
		"projects_groups:ProjectMapping[] notes:string[]" },
	{ "PlanUsers", false, "gained:int lost:int raised:int lowered:int deactivated:int" },
	{ "PlanSeats", false, "limit:int? before:int after:int waiting_before:int waiting_after:int" },
	{ "PlanWarning", false, "kind:string rule:string? text:string" },
	{ "PlanTestFailed", false, "test:string why:string" },
	{ "PlanTests", false, "passed:int failed:PlanTestFailed[]" },
	{ "PlanRules", false, "added:string[] removed:string[] changed:string[] same:bool" },
	{ "PlanChange", false, "user:string userName:string change:change scope:scope target:string? "
		"before:string? after:string? because:string? group:string?" },
	{ "Plan", false, "plan:string hash:string state:plan_state revision:int? author:string "
		"created:time expires:time base_revision:int people:int changed:int users:PlanUsers "
		"seats:PlanSeats warnings:PlanWarning[] warnings_left_out:int tests:PlanTests "
		"rules:PlanRules workspaces:string[] changes:PlanChange[] changes_left_out:int "
		"total:int next:string? rollout:Rollout~" },
	{ "Rollout", false, "done:int total:int started:time" },
	{ "Outcome", false, "before:string? after:string? because:string?" },
	{ "ChangeMoved", false, "user:string userName:string scope:scope target:string? "
		"planned:Outcome? now:Outcome?" },
	{ "RevisionMoved", false, "planned:int now:int" },
	{ "PlanMoved", false, "base_revision:RevisionMoved~ changes:ChangeMoved[]~ total:int~" },
	{ "PlanNew", true, "rules:Rule[] tests:RuleTest[] revision:int base_revision:int author:string? "
		"created:time? active:bool rollout:any" },
	{ "PeoplePlanNew", true, "users:string[]! role:given? state:settable" },
	{ "PlanOrder", true, "plan:string! hash:string!" },
	{ "TestGroup", false, "{\"oneOf\":[{\"type\":\"string\"},{\"type\":\"object\"}]}" },
	{ "RoleByPlace", false, "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}" },
	{ "Expected", true, "org_role:role workspaces:RoleByPlace projects:RoleByPlace" },
	{ "RuleTest", true, "name:string groups:TestGroup[]! at:time expect:Expected!" },
	{ "Match", true, "group:string! by:by source:string" },
	{ "Given", true, "org_role:string workspace:string project:string role:string "
		"workspace_from_group:string create:bool adopt:bool" },
	{ "Rule", true, "id:string! match:Match! grant:Given! from:time until:time note:any" },
	{ "Rules", false, "revision:int author:string? created:time? active:bool rules:Rule[] "
		"tests:RuleTest[]~ rollout:Rollout~" },
	{ "RulesNew", true, "rules:Rule[]! tests:RuleTest[] revision:int base_revision:int author:string? created:time? "
		"active:bool rollout:any" },
	{ "Revision", false, "revision:int rules:int author:string created:time active:bool" },

	{ "Annotation", false, "id:string project:string task:string? user:string userName:string "
		"user_state:account created:time updated:time lead_time_ms:int? digest:string? "
		"deleted:time?" },
	{ "AnnotationNew", true, "id:text! project:text! task:text user:string! created:time "
		"updated:time lead_time_ms:int digest:string" },
	{ "AnnotationBatch", true, "annotations:AnnotationNew[]!" },
	{ "AnnotationsNew", false, "{\"oneOf\":[{\"$ref\":\"#/components/schemas/AnnotationNew\"},"
		"{\"$ref\":\"#/components/schemas/AnnotationBatch\"},{\"type\":\"array\","
		"\"items\":{\"$ref\":\"#/components/schemas/AnnotationNew\"}}]}" },
	{ "Written", false, "written:int received:int" },
	{ "AnnotationSum", false, "user:string person:string userName:string user_state:account "
		"project:string annotations:int lead_time_ms:int first:time last:time" },

	{ "AnnotationWeek", false, "week:time annotations:int lead_time_ms:int" },

	{ "LabelStudioMessage", false, "action:string! annotation:any annotations:any[] project:any task:any" },
	{ "LabelStudioTaken", false, "received:int written:int waiting:int deleted:int" },
	{ "LabelStudioPerson", false, "id:string user:string? userName:string? waiting:int" },
	{ "LabelStudioPersonNew", false, "id:text! email:string user:string" },
	{ "LabelStudioPeople", true, "people:LabelStudioPersonNew[]!" },
	{ "LabelStudioPeopleNew", false, "{\"oneOf\":[{\"$ref\":\"#/components/schemas/LabelStudioPeople\"},"
		"{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/LabelStudioPersonNew\"}}]}" },
	{ "LabelStudioLearned", false, "received:int known:int written:int" },

	{ "Audit", false, "id:string at:time actor:string source:string? action:string "
		"target_kind:string target:string? before:any after:any reason:string? request:string? "
		"address:string? seq:int? hash:string?" },
	{ "Event", false, "id:string seq:int type:string at:time user:string? payload:any" },

	{ "SeatPeriod", false, "period:string used:int peak:int taken:int freed:int" },
	{ "Leaver", false, "user:string person:string userName:string displayName:string? "
		"state:account source:string? joined:time left:time returned:bool annotations:int "
		"projects:int lead_time_ms:int first_annotation:time? last_annotation:time?" },
	{ "Idle", false, "user:string userName:string displayName:string? role:role seat:bool "
		"source:string? created:time last_signin:time? last_annotation:time?" },
	{ "Access", false, "user:string userName:string displayName:string? state:state role:role "
		"seat:bool? scope:string? target:string? title:string? given:string? rule:string? "
		"revision:int? group:string? group_name:string? source:string? by:string? since:time?" },

	{ "Webhook", false, WEBHOOK },
	{ "WebhookMade", false, WEBHOOK " secret:string" },
	{ "WebhookNew", true, "name:string url:string! events:string[] paused:bool" },
	{ "WebhookPatch", true, "name:string url:string events:string[] paused:bool" },
	{ "Delivery", false, "id:string state:delivery event:string seq:int type:string user:string? "
		"at:time tries:int status:int? error:string? next:time? changed:time" },
	{ "Redelivery", true, "delivery:string" },
	{ "Redelivered", false, "deliveries:int" },

	{ "Token", false, TOKEN },
	{ "TokenMade", false, TOKEN " token:string" },
	{ "TokenNew", true, "kind:kind! name:string connection:string expires:time" },
	{ "Connection", false, "id:string name:string preset:string? settings:flags base_url:string "
		"created:time changed:time" },
	{ "ConnectionNew", true, "name:string! preset:string settings:flags" },
	{ "ConnectionPatch", true, "name:string settings:flags" },
	{ "SourceContents", false, "groups:int memberships:int pending_members:int tokens:int users:int" },
	{ "Preset", false, "preset:string kind:string document:any" },

	{ "Session", false, SESSION },
	{ "OwnSession", false, SESSION " displayName:string? role:role org:string org_name:string "
		"csrf:string" },
	{ "Me", false, "kind:caller org:string org_name:string sees:sees user:string~ userName:string~ "
		"displayName:string?~ role:role~ method:string~ csrf:string~ fresh_until:time~" },
	{ "SigninSettings", false, SIGNIN },
	{ "SigninSettingsPatch", true, SIGNIN },
	{ "PasswordLink", false, "url:string expires:time" },
	{ "Permit", false, "allowed:bool extent:extent action:string user:string role:role "
		"because:string" },
	{ "RoleExtents", false, "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}" },
	{ "Permission", false, "action:string about:string roles:RoleExtents" },

	{ "SamlAttributes", true, "email:names first_name:names last_name:names display_name:names "
		"groups:names id:names" },
	{ "SamlIdp", false, "entity_id:string? metadata_url:string? fetched:time? valid_until:time? "
		"next_fetch:time? error:string? keys:any[]" },
	{ "SamlConnection", false, "id:string entity_id:string acs_url:string login_url:string "
		"slo_url:string metadata_url:string " SAML " idp:SamlIdp warnings:string[] "
		"tested:time? created:time changed:time" },
	{ "SamlConnectionNew", true, "name:string! entity_id:string idp_metadata_xml:string "
		"idp_metadata_url:string " SAML_SETTINGS },
	{ "SamlConnectionPatch", true, "entity_id:string idp_metadata_xml:string "
		"idp_metadata_url:string replace_idp:bool " SAML },
	{ "SamlKey", false, "id:string state:key_state certificate:string subject:string sha256:string "
		"not_before:time not_after:time created:time" },
	{ "LdapTest", false, "state:string uri:string~ whoami:string~ certificate:any~ server:any~ "
		"users:any~ groups:any~ warnings:string[] code:int~ error:string~ said:string~" },
	{ "SamlTest", false, "url:string expires:time" },
	{ "LdapRun", false, "id:string state:run_state kind:run_kind? dry_run:bool asked_by:string "
		"created:time started:time? ended:time? read:int compared:int changed:int applied:int "
		"total:int hold:string? error:string? counts:any seats:any warnings:any would_hold:bool" },
	{ "LdapConnection", false, "id:string " LDAP " people:int groups_known:int last_run:any "
		"listed:time? created:time changed:time" },
	{ "LdapConnectionNew", true, "name:string! id:any " LDAP_SETTINGS },
	{ "LdapConnectionPatch", true, "accept_directory:bool id:any " LDAP },
	{ "LdapSync", true, "dry_run:bool full:bool" },
	{ "LdapAsked", false, "run:string" },
	{ "LdapChange", false, "entry:string what:string why:string userName:string? group:string? "
		"memberships:string[] error:string?" },
	{ "Invitation", false, INVITATION },
	{ "InvitationMade", false, INVITATION " link:string" },
	{ "InvitationNew", true, "email:string role:invited workspaces:string[] expires_days:int" },
	{ "InvitationReset", true, "expires_days:int" },
	{ "Domain", false, "domain:string state:domain_state txt_name:string txt_value:string "
		"checked:time? created:time" },
	{ "DomainChecked", false, "domain:string state:domain_state txt_name:string txt_value:string "
		"checked:time? created:time found:dns_finding" },
	{ "DomainNew", true, "domain:string!" },
	{ "Exchange", false, "id:string at:time kind:string connection:string? outcome:string "
		"code:string? reason:string? detail:any reference:string?" },
	{ 0 },
};

const struct parameter admin_parameters[] = {
	{ "limit",     "int",    "How many at most: 100 unless said, 1000 at most"             },
	{ "after",     "string", "\"next\" of the page before; opaque"                         },
	{ "state",     "state",  "State of those listed"                                       },
	{ "role",      "role",   "Effective organization role"                                 },
	{ "q",         "string", "Beginning of a name, without regard to case"                 },
	{ "group",     "string", "Id of a group; to explain, also a name"                      },
	{ "scope",     "scope",  "Scope of grants"                                             },
	{ "source",    "string", "Id of the source; of users and groups, its kind as well"     },
	{ "user",      "string", "Id or userName"                                              },
	{ "workspace", "string", "Id of a workspace"                                           },
	{ "project",   "string", "Id of a project"                                             },
	{ "org_role",  "given",  "That the grant is the organization role"                     },
	{ "from",      "time",   "From this time on"                                           },
	{ "until",     "time",   "Before this time"                                            },
	{ "action",    "string", "An action, or with a dot at the end all that begin so"       },
	{ "target",    "string", "Id of what it is about"                                      },
	{ "actor",     "string", "Who did it"                                                  },
	{ "format",    "format", "Of the audit export jsonl, of reports json, unless said; or csv" },
	{ "days",      "int",    "For so many days: 90 unless said"                            },
	{ "by",        "period", "By day unless said"                                          },
	{ "preview",   "bool",   "Only tell what would go"                                     },
	{ "kind",      "string", "\"saml.login\", \"saml.logout\" or \"scim\""                 },
	{ "outcome",   "outcome", "What came of it"                                            },
	{ "connection", "string", "Id of a connection"                                         },
	{ "delivery",  "delivery", "Those that wait, or the dead ones"                         },
	{ "code",      "string", "Code of a refusal"                                           },
	{ "reference", "string", "The reference that a page showed"                            },
	{ 0 },
};
/* clang-format on */
