/*
 * ctl.h - what the parts of rosterctl share.
 *
 * A command is a line of a table in ctl_*_commands.c.  It runs on the database (the
 * first steps of an installation), over the API of a server, or on files alone;
 * some can do two of these.  It fails like everything else here, with
 * error(k->c, ...), and main() turns that into one line on stderr.
 */
#pragma once

#include <jansson.h>

#include "base/ctx.h"
#include "base/text.h"

enum { CTL_ARGS_MAX = 1004, CTL_OPTIONS_MAX = 24 };

/* The command line, taken apart, and what a command works with. */
struct ctl {
	struct ctx *c;
	const struct ctl_command *command;
	const char *arg[CTL_ARGS_MAX]; /* what stands after the verb, NULL-filled */
	int args;
	struct {
		const char *name, *value; /* value "" for a switch */
	} option[CTL_OPTIONS_MAX];
	int options;
	bool json;         /* --json                                        */
	bool answer_first; /* a server need not do all of it before it answers */
	bool help;         /* --help                                        */
	bool misused;      /* the error is about the command line: exit 2   */
	bool told;         /* what failed is on stdout already: exit 1      */
	int status;        /* of a command that was done, if it is not 0    */
};

typedef bool ctl_run(struct ctl *k);

struct ctl_command {
	const char *noun, *verb; /* "users", "list"; verb "" if the noun says it all */
	const char *args;        /* "USER ROLE", for the usage line                  */
	int min, max;            /* how many of them                                 */
	const char *options;     /* names from the table in ctl_args.c, by spaces    */
	const char *summary, *example;
	ctl_run *database, *server, *file; /* NULL: cannot be done that way          */
	const char *query; /* of ctl_plain: options that go into the query          */
};

/* ctl_operations.c: what a command calls: "METHOD /path/{};...", the first of them its own.
 * For ctl_plain: body is the member that the argument behind the path's becomes; columns are
 * those of the list, or members of the object, that is answered (NULL: all); done says what
 * was done where nothing is. */
struct ctl_calls {
	const char *command, *operations, *body, *columns, *done;
	bool settings; /* the body has ctl_settings; an argument more may name a file with others */
};
const struct ctl_calls *ctl_calls_of(const struct ctl_command *m); /* NULL: none known */
/* ERR_INTERNAL if the command says what it calls, and this is none of it. */
bool ctl_may_call(struct ctl *k, const char *method, const char *path) MUST;

#define ctl_misuse(k, ...) ((k)->misused = true, error((k)->c, ERR_VALUE, __VA_ARGS__))

/* ctl_args.c: words of the command line. */
bool ctl_parse(struct ctl *k, int argc, char **argv) MUST;
bool ctl_check(struct ctl *k) MUST;                            /* against k->command */
const char *ctl_option(const struct ctl *k, const char *name); /* NULL: not given */
bool ctl_option_int(struct ctl *k, const char *name, int64_t unset, int64_t *out) MUST;
/* --name, or else the environment's ROSTERD_NAME, or else NULL. */
const char *ctl_setting(const struct ctl *k, const char *name);
/* The next word of a list of words, moving *at behind it; NULL at the end. */
const char *ctl_word(const struct ctl *k, const char **at);
/* A moment: RFC 3339, or a day alone. */
bool ctl_time(struct ctl *k, const char *text, int64_t *out) MUST;

/* ctl_*_commands.c: each ends with a command without a noun. */
extern const struct ctl_command ctl_roster_commands[], ctl_outside_commands[];
/* ctl.c: the i-th of all of them; NULL behind the last. */
const struct ctl_command *ctl_command_at(int i);

/* ctl_help.c: for all commands, those of the noun in k->arg[0], or k->command. */
void ctl_help(const struct ctl *k);
void ctl_help_option(const char *name, const char **meta, const char **what);
const char *ctl_help_option_at(int i); /* its name; NULL behind the last */

/* ctl_print.c: tables for people, JSON with --json. */
struct column {
	const char *title, *key; /* key: member of the object, "a.b" for one inside */
};
void ctl_print_items(struct ctl *k, json_t *items, const struct column *columns);
void ctl_print_fields(struct ctl *k, json_t *object, const struct column *columns);
void ctl_print_json(json_t *j);
/* One word for scripts; the whole object with --json. */
void ctl_print_word(struct ctl *k, json_t *object, const char *key);
/* What was done, for people; the object (or {}) with --json. */
__attribute__((format(printf, 3, 4))) void ctl_print_done(struct ctl *k, json_t *object,
							  const char *fmt, ...);

/* ctl_progress.c: where stderr is a terminal, a line with a bar (total 0: with a number alone)
 * that is written over, and taken away at the end. */
struct progress {
	int64_t drawn; /* when, by the monotonic clock; 0: nothing is drawn */
};
void ctl_progress(struct progress *p, const char *what, int64_t done, int64_t total);
void ctl_progress_end(struct progress *p);

/* ctl_rollout.c: a call that makes rules active, and the wait until everybody follows. */
bool ctl_roll_out(struct ctl *k, const char *method, const char *path, json_t *body) MUST;

/* ctl_guess.c: of all candidates the one that word was most likely meant to be. */
struct guess {
	const char *word, *best; /* best NULL: none is near */
	int far;
};
void ctl_guess(struct guess *g, const char *candidate);
/* "did you mean --json? ", or "". */
const char *ctl_guessed(const struct ctl *k, const struct guess *g, const char *before);

/* ctl_plain.c: an answer as ctl_calls says for the command. */
void ctl_print_answer(struct ctl *k, json_t *answer);

/* ctl_files.c: whole files; "-" is standard input. */
bool ctl_read(struct ctl *k, const char *path, size_t max, struct slice *out) MUST;
bool ctl_read_json(struct ctl *k, const char *path, json_t **out) MUST;

/* ctl_api.c: the server's JSON API.  Paths begin after /api/v1.  *out, which may
 * be NULL, is owned by the arena. */
bool api_call(struct ctl *k, const char *method, const char *path, json_t *body, json_t **out) MUST;
/* The answer as it is: for exports.  *next is the path of the next page, or NULL. */
bool api_text(struct ctl *k, const char *path, struct slice *out, const char **next) MUST;
/* All items of a list, page after page, at most --limit of them. */
bool api_list(struct ctl *k, const char *path, json_t **items) MUST;
/* Prints an export page after page; with csv the names of the columns once. */
bool ctl_export(struct ctl *k, const char *first, bool csv) MUST;
/* path with name=value of every option named in names that was given. */
const char *api_query(struct ctl *k, const char *path, const char *names);
/* "/users/%s", with the id percent-encoded. */
const char *api_path(struct ctl *k, const char *prefix, const char *id, const char *suffix);
/* A plan for people to read; apply: the command that carries it out, "" if it is about no rules. */
void ctl_print_plan(struct ctl *k, json_t *plan, const char *apply);

/* ctl_names.c: id of a user given as id or userName, and of one of the list of connections
 * ("/connections/saml") given as id or name. */
bool api_user_id(struct ctl *k, const char *ref, const char **id) MUST;
bool api_connection_id(struct ctl *k, const char *list, const char *ref, const char **id) MUST;

/* ctl_settings.c: puts those options that are settings into a document for the server. */
bool ctl_settings(struct ctl *k, json_t *body) MUST;
/* The object in file, or an empty one without, with the settings over it. */
bool ctl_document(struct ctl *k, const char *file, json_t **out) MUST;

/* ctl_local.c: the database itself. */
bool local_run(struct ctl *k, ctl_run *work) MUST; /* opens, migrates, runs, closes */
bool local_enter_org(struct ctl *k) MUST;          /* the one of --org */

ctl_run local_org_create, local_org_owner, local_org_list, local_token_create, local_token_list,
	local_token_revoke;
ctl_run ctl_org_show, ctl_org_set, ctl_seats_show, ctl_whoami;
ctl_run ctl_users_list, ctl_users_show, ctl_users_explain, ctl_users_deactivate, ctl_users_activate,
	ctl_users_role, ctl_users_erase, ctl_users_delete;
ctl_run ctl_users_set_role, ctl_users_set_state;
ctl_run ctl_groups_list, ctl_groups_show;
ctl_run ctl_workspaces_list, ctl_workspaces_create, ctl_workspaces_delete;
ctl_run ctl_projects_list, ctl_projects_create, ctl_projects_delete;
ctl_run ctl_grants_list, ctl_grants_give, ctl_grants_take;
ctl_run ctl_rules_export, ctl_rules_apply, ctl_rules_revisions, ctl_rules_plan, ctl_rules_import;
ctl_run ctl_rules_activate;
ctl_run ctl_holds_list, ctl_holds_show, ctl_holds_approve, ctl_holds_reject;
ctl_run ctl_annotations_list, ctl_annotations_weeks, ctl_annotations_record, ctl_annotations_people,
	ctl_annotations_learn, ctl_annotations_intake;
ctl_run ctl_audit_list, ctl_audit_export, ctl_audit_verify, ctl_events_list;
ctl_run ctl_webhooks_list, ctl_webhooks_create, ctl_webhooks_show, ctl_webhooks_set,
	ctl_webhooks_pause, ctl_webhooks_resume, ctl_webhooks_rotate, ctl_webhooks_test,
	ctl_webhooks_deliveries, ctl_webhooks_redeliver, ctl_webhooks_delete;
ctl_run ctl_report_seats, ctl_report_leavers, ctl_report_idle, ctl_report_access;
ctl_run ctl_saml_verify;
ctl_run ctl_invitations_list, ctl_invitations_create, ctl_invitations_reset, ctl_invitations_revoke;
ctl_run ctl_plain, ctl_openapi, ctl_operations, ctl_completion;
ctl_run local_domains_set, ctl_domains_list, ctl_domains_add, ctl_domains_verify;
ctl_run ctl_requests_list;
ctl_run ctl_tokens_list, ctl_tokens_create, ctl_tokens_revoke;
ctl_run ctl_sync_test, ctl_sync_run, ctl_sync_status, ctl_sync_changes, ctl_sync_import;
