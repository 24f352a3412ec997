/*
 * background.h - the one thread beside the requests: it brings the database up,
 * seals audit records and gives events their numbers.  Private to src/app.
 */
#pragma once

#include "app.h"

/* Opens the database and brings its tables up to date; sets app->database_up. */
bool background_prepare(struct app *app, struct ctx *c) MUST;

void background_start(struct app *app);
void background_stop(void);

/* Something was written for this organization. */
void background_has_work(const char *org_id);
