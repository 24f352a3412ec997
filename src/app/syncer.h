/* syncer.h - the threads that run LDAP connections when they are due.  Private to src/app. */
#pragma once

#include "app.h"

enum { SYNCERS = 2 };

void syncer_start(struct app *app);
/* Something may be due now. */
void syncer_wake(void);
/* Runs that are under way stop where they are: the next process goes on. */
void syncer_stop(void);
