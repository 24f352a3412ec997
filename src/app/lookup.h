/*
 * lookup.h - the thread that asks identity providers for their metadata again: it may wait
 * for them, others may not.  Private to src/app.
 */
#pragma once

#include "app.h"

void lookup_start(struct app *app);
void lookup_stop(void);
