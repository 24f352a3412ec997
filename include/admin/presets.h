/* presets.h - what we know of identity providers, embedded from idp-configs. */
#pragma once

struct preset_file {
	const char *name; /* folder and file: "okta/scim" */
	const char *text; /* JSON                         */
};

extern const struct preset_file preset_files[];
extern const int preset_file_count;
