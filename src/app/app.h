/* app.h - what the parts of a running server share.  Private to src/app. */
#pragma once

#include <stdatomic.h>

#include "app/config.h"
#include "db/pool.h"
#include "http/server.h"

struct app {
	const struct config *config;
	struct db_pool *pool;
	_Atomic(struct http_server *) server; /* NULL until it listens              */
	_Atomic(const char *) base_url;       /* no slash at the end                */
	atomic_bool database_up;              /* else requests that need it are refused at once  */
	atomic_bool failed;                   /* the process ends with status 1                  */
};

/* "sqlite" or "postgresql". */
const char *app_engine(const struct app *app);

/* The log line "ready", or "listening" while the database is away. */
void app_announce(const struct app *app, struct ctx *c);
