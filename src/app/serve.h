/* serve.h - the server from start to end.  Private to src/app. */
#pragma once

#include "command.h"

/* Makes the folder of the default database, opens it, brings it up to date. */
int serve_migrate(struct ctx *c, const struct config *config);
/* Until a signal ends it; the command line is read again on SIGHUP.  Exit status. */
int serve(struct ctx *c, const struct config *config, const struct command_line *line);
