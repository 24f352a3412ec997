// screens.js - the table of screens: one file and one line each, in the order of the menu.
import overview from "./screens/overview.js";
import people from "./screens/people.js";
import groups from "./screens/groups.js";
import places from "./screens/places.js";
import rules from "./screens/rules.js";
import holds from "./screens/holds.js";
import connections from "./screens/connections.js";
import requests from "./screens/requests.js";
import runs from "./screens/runs.js";
import webhooks from "./screens/webhooks.js";
import reports from "./screens/reports.js";
import audit from "./screens/audit.js";
import settings from "./screens/settings.js";

/**
 * name: first part of the path, and key of its text; group of the menu; icon; managers:
 * open to Managers too; view(parts): the component for the rest of the path, or nothing.
 */
export const screens = [overview, people, groups, places, rules, holds, connections, runs, requests, webhooks, reports, audit, settings];
