/* outgoing.h - the threads that send by themselves: events to webhooks, the audit trail to
 * syslog.  Others never wait for those they send to.  Private to src/app. */
#pragma once

#include "app.h"

enum { OUTGOERS = 5 }; /* at most */

void outgoing_start(struct app *app);
void outgoing_stop(void);

/* Something new may be there to send; between start and stop. */
void outgoing_wake(void);
