/* command.h - what the command line of rosterd says.  Private to src/app. */
#pragma once

#include "app/config.h"

enum { COMMAND_OPTIONS_MAX = 32 };

enum { EXIT_DONE, EXIT_FAILED, EXIT_USAGE };

struct command_line {
	const char *name; /* of the command; NULL: none given */
	const char *file; /* --config                         */
	bool help, version;
	struct config_option option[COMMAND_OPTIONS_MAX];
	int options;
};

/* ERR_VALUE says what is wrong. */
bool command_parse(struct ctx *c, int argc, char **argv, struct command_line *out) MUST;

void command_help(void);
