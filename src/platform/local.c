/* local.c - passwords with one-time codes, for those who must get in whatever happens. */
#include "local.h"

#include <string.h>

#include "base/log.h"
#include "base/metric.h"
#include "base/org.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/totp.h"
#include "change/change.h"
#include "http/tries.h"
#include "record/history.h"
#include "roster/local_account.h"
#include "roster/org.h"

static const char place[] = "signin";

/* Why not, for the audit trail alone. */
static bool judge(struct ctx *c, const struct attempt *a, const struct local_account *l,
		  const struct user *u, int64_t *step, const char **why)
{
	struct signin_settings settings;
	bool same;

	*step = 0;
	*why = NULL;
	if (!password_same(c, l->password, a->password, &same) ||
	    !signin_settings_get(c, &settings))
		return false;
	if (!same)
		*why = "wrong password";
	else if (!l->totp && u->guarded)
		*why = "no second factor is set; make a new password link";
	else if (l->totp && !totp_check(l->totp, a->code, c->now, step))
		*why = "wrong code";
	else if (settings.sso_only && !u->guarded)
		*why = "the organization allows single sign-on only";
	return true;
}

static bool write_down(struct ctx *c, const char *user_id, const char *why)
{
	metric_add(METRIC_AUTH_REFUSED, "password", NULL, 0, 1);
	log_event(c, LOG_WARNING, "signin_refused", F("org", c->org->id), F("user", user_id),
		  F("why", why), F("peer", c->actor->address));
	return audit_write_now(c, (struct audit_note){ .action = "signin.refused",
						       .target_kind = "user",
						       .target_id = user_id,
						       .after = "{\"method\": \"password\"}",
						       .reason = why });
}

/* Loud: whoever reads audit trail or event feed cannot miss it. */
static void announce(struct ctx *c, const struct admission *in, const char *user_id)
{
	audit_note(c, (struct audit_note){
			      .action = "signin.break_glass",
			      .target_kind = "user",
			      .target_id = user_id,
			      .after = in->session ? arena_printf(c->arena, "{\"session\": \"%s\"}",
								  in->session->id)
						   : NULL });
	event_note(c, (struct event_note){
			      .type = "signin.break_glass",
			      .user_id = user_id,
			      .payload = arena_printf(c->arena, "{\"user\": \"%s\"}", user_id) });
}

/* All of it or none: a code that admitted nobody stays unused. */
static bool admit(struct ctx *c, const struct http_req *q, const struct user *u, int64_t step,
		  struct admission *in, bool *fresh)
{
	const struct session_new how = {
		.user_id = u->id,
		.method = "password",
		.address = q->address,
		.agent = http_header(q, "User-Agent"),
		.replaces = cookie_get(c, q, COOKIE_SESSION),
	};
	SCOPED_CHANGE ch = { 0 };

	if (!change_begin(c, &ch) || !local_account_used(c, u->id, step, fresh))
		return false;
	if (!*fresh)
		return true;
	if (!signin_admit(c, &how, in))
		return false;
	if (u->guarded)
		announce(c, in, u->id);
	return change_commit(&ch);
}

/* True and in empty: not this one. */
static bool try_account(struct ctx *c, const struct http_req *q, const struct attempt *a,
			const struct local_account *l, const struct user *u, struct admission *in)
{
	const char *why;
	int64_t step;
	bool fresh;

	if (!judge(c, a, l, u, &step, &why))
		return false;
	if (!why && !admit(c, q, u, step, in, &fresh))
		return false;
	if (!why && !fresh)
		why = "a code that was used before";
	if (!why && u->guarded)
		log_event(c, LOG_WARNING, "break_glass", F("org", c->org->id), F("user", u->id),
			  F("peer", q->address));
	return !why || write_down(c, u->id, why);
}

/* The same work whether the account is there or not. */
static bool waste_time(struct ctx *c, const struct attempt *a)
{
	bool same;

	return password_same(c, NULL, a->password, &same);
}

static bool try_candidate(struct ctx *c, const struct http_req *q, const struct attempt *a,
			  const struct local_candidate *who, struct admission *in)
{
	struct local_account *l;
	struct org *org;
	struct user *u;
	bool counted;

	if (!org_find(c, who->org_id, &org))
		return false;
	if (!org)
		return waste_time(c, a);
	c->org = org;
	act_as(c, q, who->user_id);
	if (!db_enter_org(c, org->id) || !user_find(c, who->user_id, &u) ||
	    !local_account_find(c, who->user_id, &l) ||
	    !local_account_try(c, who->user_id, &counted))
		return false;
	return u && l && counted ? try_account(c, q, a, l, u, in) : waste_time(c, a);
}

bool local_sign_in(struct ctx *c, const struct http_req *q, const struct attempt *a,
		   struct admission *in)
{
	struct local_candidate *who;
	int64_t now = time_monotonic();
	int n;

	*in = (struct admission){ 0 };
	if (!tries_few(q->address, place, TRIES_SIGNIN, now))
		return error(c, ERR_BUSY,
			     "too many attempts to sign in from this address; "
			     "try again in a minute");
	if (!local_candidates(c, a->address, &who, &n))
		return false;
	if (n == 0 && !waste_time(c, a))
		return false;
	for (int i = 0; i < n && !in->page && !in->secret; i++)
		if (!try_candidate(c, q, a, &who[i], in))
			return false;
	if (!in->page && !in->secret)
		tries_failed(q->address, place, now);
	return true;
}
