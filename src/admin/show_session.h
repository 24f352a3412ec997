/* show_session.h - a session as the admin API shows it.  Private to src/admin. */
#pragma once

#include "http/json.h"
#include "roster/session.h"

json_t *show_session(struct ctx *c, const struct session_view *v);
