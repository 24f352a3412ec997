/*
 * settings.h - what RFC and clients disagree on, as settings of a SCIM connection.
 *
 * Values come from the connection's settings (JSON), whose defaults are the
 * preset of idp-configs it was made with.  One table in settings.c names them.
 */
#pragma once

#include "roster/source.h"

struct scim_settings {
	bool create_on_no_match;        /* add/replace through a value path that matches nothing
					 * creates the element (Entra) instead of noTarget       */
	bool refuse_unknown_members;    /* 400 naming them, instead of pending members           */
	bool keep_absent_members;       /* PUT of a group without "members" keeps them           */
	bool refuse_unknown_attributes; /* 400 invalidPath/invalidValue instead of ignoring   */
	bool revive_on_post;            /* POST of an inactive person revives; else 409          */
	bool empty_is_unset;            /* "" for an attribute means no value                    */
	bool group_patch_returns;       /* 200 with the group instead of 204                     */
	bool bare_token;                /* Authorization without "Bearer"                        */
};

/* Defaults for a source without settings. */
bool scim_settings_read(struct ctx *c, const struct source *s, struct scim_settings *out) MUST;
