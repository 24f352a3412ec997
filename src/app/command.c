/* command.c - reads rosterd's command line, and explains it. */
#include "command.h"

#include <stdio.h>
#include <string.h>

/* "--public-url" is the setting public_url. */
static const char *setting_of(struct arena *a, const char *option, size_t n)
{
	char *name = arena_strndup(a, option, n);

	for (char *p = name; *p; p++)
		if (*p == '-')
			*p = '_';
	return name;
}

static bool take(struct ctx *c, const char *option, size_t n, const char *value,
		 struct command_line *out)
{
	const char *setting = setting_of(c->arena, option, n);

	if (!value)
		return error(c, ERR_VALUE, "--%.*s needs a value", (int)n, option);
	if (strcmp(setting, "config") == 0) {
		out->file = value;
		return true;
	}
	if (!config_knows(setting))
		return error(c, ERR_VALUE, "there is no option --%.*s", (int)n, option);
	if (out->options == COMMAND_OPTIONS_MAX)
		return error(c, ERR_VALUE, "too many options");
	out->option[out->options++] = (struct config_option){ setting, value };
	return true;
}

bool command_parse(struct ctx *c, int argc, char **argv, struct command_line *out)
{
	*out = (struct command_line){ 0 };
	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i], *equals = strchr(arg, '=');

		if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0) {
			out->help = true;
		} else if (strcmp(arg, "--version") == 0) {
			out->version = true;
		} else if (strncmp(arg, "--", 2) == 0) {
			size_t n = equals ? (size_t)(equals - arg - 2) : strlen(arg) - 2;
			const char *value = equals ? equals + 1 : i + 1 < argc ? argv[++i] : NULL;

			if (!take(c, arg + 2, n, value, out))
				return false;
		} else if (*arg == '-' || out->name) {
			return error(c, ERR_VALUE, "\"%s\" is not understood", arg);
		} else {
			out->name = arg;
		}
	}
	return true;
}

static const char help[] =
	"rosterd - keeps users, groups, roles and seats in step with identity providers.\n"
	"\n"
	"Identity providers (Okta, Entra ID and others) push people and groups to it over SCIM "
	"2.0;\n"
	"rules turn groups into roles; a licence limits how many people have a seat.\n"
	"\n"
	"usage: rosterd [COMMAND] [OPTIONS]\n"
	"\n"
	"  serve         answer requests; what happens without a command\n"
	"  migrate       bring the database's tables up to date, then end\n"
	"  check-config  read all settings, say what is wrong with them, then end\n"
	"  version       print the version\n"
	"\n"
	"Examples\n"
	"  rosterd                                try it: SQLite in ./rosterd-data, port 8080\n"
	"  rosterctl --database sqlite:rosterd-data/rosterd.db org create Acme --seats 50\n"
	"  rosterctl --database sqlite:rosterd-data/rosterd.db token create --org Acme --kind "
	"scim\n"
	"  rosterd --config /etc/rosterd.conf     for good\n"
	"  rosterd --listen '[::]:8080' --database postgresql://rosterd@db.example.org/rosterd \\\n"
	"          --public-url https://id.example.org\n"
	"\n"
	"Settings\n"
	"Each is an option (--public-url URL), an environment variable (ROSTERD_PUBLIC_URL=URL), "
	"or a\n"
	"line of the file that --config or ROSTERD_CONFIG names (public_url = URL); in this order "
	"the\n"
	"first that is given counts.\n"
	"\n";

void command_help(void)
{
	struct config_line line;

	fputs(help, stdout);
	for (int i = 0; config_describe(i, &line); i++) {
		printf("  %-19s %s\n", line.name, line.help);
		if (line.unset)
			printf("  %-19s default: %s\n", "", line.unset);
	}
	fputs("\nSignals: TERM and INT finish what was begun and end; HUP reads log_level again.\n"
	      "Exit status: 0 done, 1 failed, 2 wrong usage.\n",
	      stdout);
}
