/* rollouts.c - batches of people, one after the other. */
#include "rollouts.h"

#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "change/rollout.h"
#include "loop.h"
#include "roster/org.h"

enum { ROUND_MS = 500 };

static struct loop loop;
static atomic_bool stopping;

/* Until the end, or until it is time to stop.  A connection for each batch: others may be
 * waiting for one. */
static bool roll_out(struct app *app, struct ctx *c, bool *finished)
{
	bool more = true;

	while (more && !atomic_load(&stopping)) {
		SCOPED_LOAN loan = { 0 };

		if (!db_lend(app->pool, c, &loan) || !db_enter_org(c, c->org->id) ||
		    !rollout_step(c, &more))
			return false;
	}
	*finished = !more;
	return true;
}

static bool find_left(struct app *app, struct ctx *c, struct org ***orgs, int *n)
{
	SCOPED_LOAN loan = { 0 };
	const char **ids;

	if (!db_lend(app->pool, c, &loan) || !rollouts_left(c, &ids, n))
		return false;
	*orgs = arena_array(c->arena, struct org *, (size_t)*n);
	for (int i = 0; i < *n; i++)
		if (!org_find(c, ids[i], &(*orgs)[i]))
			return false;
	return true;
}

static bool go_on(struct app *app, struct ctx *c)
{
	struct org **orgs;
	bool finished;
	int n;

	if (!find_left(app, c, &orgs, &n))
		return false;
	for (int i = 0; i < n; i++) {
		c->org = orgs[i];
		if (c->org && !roll_out(app, c, &finished))
			return false;
	}
	return true;
}

static void complain(struct ctx *c)
{
	log_event(c, LOG_WARNING, "rollout", F("err", err_name(c->err.kind)), F("msg", c->err.msg));
	c->err = (struct err){ 0 };
}

static int64_t look(struct app *app, struct ctx *c, void *own)
{
	(void)own;
	if (atomic_load(&app->database_up) && !go_on(app, c))
		complain(c);
	return ROUND_MS;
}

void rollouts_start(struct app *app)
{
	loop_start(&loop, app, look, NULL);
}

void rollouts_halt(void)
{
	atomic_store(&stopping, true);
}

void rollouts_stop(void)
{
	loop_stop(&loop);
}

static bool wants_answer_first(const struct http_req *q)
{
	static const char wish[] = "respond-async";
	const char *p = http_header(q, "Prefer");

	for (size_t n; p && *p; p += n) {
		p += strspn(p, ", \t");
		n = strcspn(p, ", \t");
		if (n == sizeof(wish) - 1 && strncasecmp(p, wish, n) == 0)
			return true;
	}
	return false;
}

void rollouts_follow(struct app *app, struct ctx *c, const struct http_req *q, struct http_resp *p)
{
	bool finished = false;

	if (c->brief)
		return;
	if (wants_answer_first(q))
		http_add_header(p, "Preference-Applied", "respond-async");
	else if (!roll_out(app, c, &finished))
		complain(c);
	if (!finished && p->status == 200)
		p->status = 202;
}
