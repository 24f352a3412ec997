/* main.c - rosterd: reads the command line and the settings, and does what they say. */
#include <stdio.h>
#include <string.h>

#include "app/version.h"
#include "base/log.h"
#include "command.h"
#include "serve.h"

static int migrate(struct ctx *c, const struct config *config, const struct command_line *line)
{
	(void)line;
	return serve_migrate(c, config);
}

static int check_config(struct ctx *c, const struct config *config, const struct command_line *line)
{
	(void)c, (void)line;
	printf("%s: all settings are good\n", config->file ? config->file : "no file");
	return EXIT_DONE;
}

static int version(void)
{
	printf("rosterd %s\n", ROSTERD_VERSION);
	return EXIT_DONE;
}

static const struct {
	const char *name;
	int (*run)(struct ctx *c, const struct config *config, const struct command_line *line);
} commands[] = {
	{ "serve", serve },
	{ "migrate", migrate },
	{ "check-config", check_config },
};

static int run(struct ctx *c, const char *name, const struct command_line *line)
{
	struct config config;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (!config_load(c, line->file, line->option, line->options, &config))
			return fprintf(stderr, "rosterd: %s\n", c->err.msg), EXIT_FAILED;
		log_set_level((int)config.log_level);
		return commands[i].run(c, &config, line);
	}
	fprintf(stderr, "rosterd: there is no command \"%s\"; rosterd --help lists them\n", name);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	struct arena a = { 0 };
	struct ctx c = { .arena = &a };
	struct command_line line;
	int status = EXIT_DONE;

	if (!command_parse(&c, argc, argv, &line)) {
		fprintf(stderr, "rosterd: %s; see rosterd --help\n", c.err.msg);
		status = EXIT_USAGE;
	} else if (line.help) {
		command_help();
	} else if (line.version || (line.name && strcmp(line.name, "version") == 0)) {
		status = version();
	} else {
		status = run(&c, line.name ? line.name : "serve", &line);
	}
	arena_free(&a);
	return status;
}
