/* filter.h - settings as a whole: do they hold, and what is asked with them. */
#pragma once

#include "settings.h"

/* ERR_VALUE names what is wrong and what to do. */
bool settings_sound(struct ctx *c, const struct ldap_settings *s) MUST;

/* In parentheses: every filter can stand inside another one. */
const char *filter_whole(struct ctx *c, const char *filter);

/* The filter that finds who signs in: base filter and signin.filter with login in it. */
const char *signin_filter(struct arena *a, const struct ldap_settings *s, const char *login);

/* Which place in q.want an attribute has; -1: none. */
int want_of(const struct dir_query *q, const char *name);
