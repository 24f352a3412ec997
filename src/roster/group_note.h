/*
 * group_note.h - what happened to groups, collected for audit and events;
 * private to src/roster.  The notes go to touched.h, which the change turns
 * into records: roster does not know the record room.
 */
#pragma once

#include "roster/group.h"

/* moved: ids of people in column 0; NULL if it is not about members. */
void group_note(struct ctx *c, const char *action, const struct group *g, const struct rows *moved);
void membership_note(struct ctx *c, const struct group *g, const char *user_id, bool in);
