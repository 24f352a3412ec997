/* schema.h - the tables of all domain rooms, as an append-only list of migrations. */
#pragma once

#include "base/ctx.h"

/* Brings c->db up to date; safe when several processes start at once. */
bool schema_migrate(struct ctx *c) MUST;
/* The version this program knows. */
int schema_known(void);
