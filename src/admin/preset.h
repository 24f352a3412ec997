/* preset.h - what the kinds of connections share: presets, and what goes with one. */
#pragma once

#include "admin.h"
#include "change/listing.h"

/* Settings of the preset for a kind ("scim", "saml", "ldap"), owned by c; NULL for no name.
 * ERR_VALUE names the presets there are. */
bool preset_settings(struct ctx *c, const char *kind, const char *name, const json_t **out) MUST;

json_t *show_contents(const struct source_contents *n);
