/* ctl_sync.h - what the files of rosterctl sync share. */
#pragma once

#include <jansson.h>

#include "ctl.h"

/* Makes the connection that body describes, and prints it. */
bool ctl_sync_make(struct ctl *k, json_t *body) MUST;
