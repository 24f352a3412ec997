/*
 * schema_tables.h - what each migration after the first brings: its statements, and the
 * tenant tables among them, which get row level security.  NULL ends a list.  Private to
 * src/change.
 */
#pragma once

extern const char *const schema_signin[], *const schema_signin_tables[];
extern const char *const schema_saml[], *const schema_saml_tables[];
extern const char *const schema_recent[];
extern const char *const schema_removed[];
extern const char *const schema_holds[], *const schema_hold_tables[];
extern const char *const schema_ldap[], *const schema_ldap_tables[];
extern const char *const schema_plans[], *const schema_plan_tables[];
extern const char *const schema_proved[];
extern const char *const schema_feed[], *const schema_feed_tables[];
extern const char *const schema_invite[], *const schema_invite_tables[];
extern const char *const schema_rollouts[], *const schema_rollout_tables[];
extern const char *const schema_nothing[], *const schema_unkeyed[];
