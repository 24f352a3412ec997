/* bases.h - below which DNs people and groups are: one, or a list of them. */
#pragma once

#include "settings.h"

/* As it is given: a DN, "" for none, or a list of DNs.  ERR_VALUE for anything else. */
bool bases_check(struct ctx *c, const char *setting, const json_t *given) MUST;
const char **bases_read(struct ctx *c, const json_t *given);

/* ERR_VALUE if something would come twice, or the feed that is named follows one base. */
bool bases_sound(struct ctx *c, const struct ldap_settings *s) MUST;
bool bases_are_several(const struct ldap_settings *s);
bool bases_are_same(const char *const *a, const char *const *b);
