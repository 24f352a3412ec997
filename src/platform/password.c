/* password.c - /password/{link}: sets a password and its second factor, once. */
#include <string.h>

#include "base/org.h"
#include "base/secret.h"
#include "base/time.h"
#include "base/totp.h"
#include "change/change.h"
#include "http/tries.h"
#include "record/history.h"
#include "roster/card.h"
#include "roster/local_account.h"
#include "who.h"

static const char place[] = "link";

/* Guessing is hopeless; this keeps it from being free. */
static bool few_guesses(struct ctx *c, const struct http_req *q, int64_t now)
{
	return tries_few(q->address, place, TRIES_SIGNIN, now) ||
	       error(c, ERR_BUSY, "too many links that do not exist; try again in a minute");
}

static bool find_link(struct ctx *c, const struct http_req *q, struct password_link *out)
{
	int64_t now = time_monotonic();

	c->org = NULL;
	if (!few_guesses(c, q, now))
		return false;
	if (password_link_find(c, q->param[0], out)) {
		act_as(c, q, out->user->id);
		return password_link_offer(c, out, totp_secret(c->arena));
	}
	if (c->err.kind == ERR_NOT_FOUND)
		tries_failed(q->address, place, now);
	return false;
}

static bool ask(struct ctx *c, const struct http_req *q, struct http_resp *p,
		const struct password_link *l, const char *alert)
{
	struct page g = page_begin(c, "set_password");
	const char *token;

	if (!form_token(c, q, p, &token))
		return false;
	page_alert(&g, alert);
	page_row_begin(&g);
	page_row(&g, "Account", l->user->user_name);
	page_row(&g, "Organization", l->org->name);
	page_row_end(&g);
	page_form(&g, arena_printf(c->arena, "/password/%s", q->param[0]));
	page_hidden(&g, "token", token);
	page_input(&g, "password", "Password, 8 characters or more", "password", "new-password",
		   NULL);
	page_input(&g, "again", "The same password again", "password", "new-password", NULL);
	page_code(&g, "Key for your authenticator app:", l->totp);
	page_code(&g, "The same as an address that apps understand:",
		  totp_uri(c->arena, l->org->name, l->user->user_name, l->totp));
	if (!l->user->guarded)
		page_text(&g, "Without a code, the password alone signs you in.");
	page_input(&g, "code", "Code from your authenticator app", "text", "one-time-code", NULL);
	page_button(&g, "Set password");
	return page_end(&g, p, alert ? 400 : 200);
}

/* What is wrong with the form, for its sender; NULL: nothing.  *totp: what the account
 * gets. */
static const char *judge(struct ctx *c, const struct form *f, const struct password_link *l,
			 const char **totp)
{
	const char *password = form_value(f, "password"), *again = form_value(f, "again");
	const char *code = form_value(f, "code");
	int64_t step;

	*totp = NULL;
	if (!password || !again || strcmp(password, again) != 0)
		return "The two passwords are not the same.";
	if (!password_acceptable(c, password)) {
		const char *why = arena_strdup(c->arena, c->err.msg);

		c->err = (struct err){ 0 };
		return why;
	}
	if ((!code || !*code) && !l->user->guarded)
		return NULL;
	if (!code || !totp_check(l->totp, code, c->now, &step))
		return "The code is wrong. Add the key to an authenticator app and enter what it "
		       "shows now; the clocks of phone and server must agree.";
	*totp = l->totp;
	return NULL;
}

/* The address by which he signs in. */
static bool address_of(struct ctx *c, const struct user *u, const char **out)
{
	struct card card;

	if (!card_get(c, u, &card))
		return false;
	*out = card.mail ? card.mail : u->user_name;
	return true;
}

/* *taken is false if the link went in the meantime. */
static bool set(struct ctx *c, const struct password_link *l, const char *hash, const char *totp,
		bool *taken)
{
	const char *address, *id = l->user->id;
	SCOPED_CHANGE ch = { 0 };

	if (!change_begin(c, &ch) || !password_link_take(c, l, taken))
		return false;
	if (!*taken)
		return true;
	audit_note(c, (struct audit_note){ .action = "password.set",
					   .target_kind = "user",
					   .target_id = id,
					   .after = totp ? "{\"second_factor\": true}"
							 : "{\"second_factor\": false}" });
	return address_of(c, l->user, &address) && local_account_set(c, id, address, hash, totp) &&
	       session_end_all(c, id, "password changed", NULL) && change_commit(&ch);
}

bool platform_password(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	struct password_link l;

	return find_link(c, q, &l) && ask(c, q, p, &l, NULL);
}

bool platform_password_post(struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	const char *wrong, *hash, *totp;
	struct password_link l;
	struct page g;
	struct form f;
	bool taken;

	if (!form_ours(c, q, &f) || !find_link(c, q, &l))
		return false;
	wrong = judge(c, &f, &l, &totp);
	if (wrong)
		return ask(c, q, p, &l, wrong);
	if (!password_hash(c, form_value(&f, "password"), &hash) || !set(c, &l, hash, totp, &taken))
		return false;
	if (!taken)
		return page_say(c, p, 404, "expired");
	g = page_begin(c, "password_set");
	page_link(&g, "/login?with=password", "Sign in");
	return page_end(&g, p, 200);
}
