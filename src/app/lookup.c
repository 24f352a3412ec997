/* lookup.c - a round now and then through the connections whose metadata is due. */
#include "lookup.h"

#include "loop.h"
#include "saml/saml.h"

enum { ROUND_MS = 30 * 1000 };

static struct loop loop;

static int64_t look(struct app *app, struct ctx *c, void *own)
{
	SCOPED_LOAN loan = { 0 };

	(void)own;
	if (atomic_load(&app->database_up) && db_lend(app->pool, c, &loan))
		saml_round(c);
	return ROUND_MS;
}

void lookup_start(struct app *app)
{
	loop_start(&loop, app, look, NULL);
}

void lookup_stop(void)
{
	loop_stop(&loop);
}
