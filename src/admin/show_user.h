/* show_user.h - a user as the admin API shows him.  Private to src/admin. */
#pragma once

#include "change/listing.h"
#include "http/json.h"

json_t *show_user(struct ctx *c, const struct user_view *v);
/* One user, as he is now. */
bool respond_user(struct ctx *c, struct http_resp *p, int status, const struct user *u) MUST;
