/* mapping.h - Label Studio's three mapping lists.  Private to src/admin. */
#pragma once

/* [role name, group], [workspace title, group], {"project_id", "group", "role"} */
#define ROLES_GROUPS      "roles_groups"
#define WORKSPACES_GROUPS "workspaces_groups"
#define PROJECTS_GROUPS   "projects_groups"
