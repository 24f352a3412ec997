/* syncer.c - the threads that run LDAP connections when they are due. */
#include "syncer.h"

#include "ldapsync/worker.h"
#include "loop.h"

enum { ROUND_MS = 1000 };

/* A directory that hangs costs one of them, and the others go on. */
static struct loop loops[SYNCERS];

static int64_t sync_due(struct app *app, struct ctx *c, void *own)
{
	(void)own;
	if (atomic_load(&app->database_up) && ldap_round(c, app->pool))
		return 0;
	return ROUND_MS;
}

void syncer_start(struct app *app)
{
	for (int i = 0; i < SYNCERS; i++)
		loop_start(&loops[i], app, sync_due, NULL);
}

void syncer_wake(void)
{
	for (int i = 0; i < SYNCERS; i++)
		loop_wake(&loops[i]);
}

void syncer_stop(void)
{
	ldap_worker_stop();
	for (int i = 0; i < SYNCERS; i++)
		loop_stop(&loops[i]);
}
