/* ctl_args.c - the words of rosterctl's command line. */
#include "ctl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"

/* Options without a value. */
static bool is_switch(const char *name)
{
	const char *meta, *what;

	ctl_help_option(name, &meta, &what);
	return what && !*meta;
}

static bool is_known(const char *name)
{
	const char *meta, *what;

	ctl_help_option(name, &meta, &what);
	return what != NULL;
}

static bool unknown_option(struct ctl *k, const char *name)
{
	struct guess g = { .word = name };
	const char *known;

	for (int i = 0; (known = ctl_help_option_at(i)); i++)
		ctl_guess(&g, known);
	return ctl_misuse(k, "there is no option --%s; %ssee rosterctl --help", name,
			  ctl_guessed(k, &g, "--"));
}

static bool note_option(struct ctl *k, const char *name, const char *value)
{
	if (k->options == CTL_OPTIONS_MAX)
		return ctl_misuse(k, "more than %d options", CTL_OPTIONS_MAX);
	k->json = k->json || strcmp(name, "json") == 0;
	k->help = k->help || strcmp(name, "help") == 0;
	k->option[k->options].name = name;
	k->option[k->options++].value = value;
	return true;
}

/* "--name value" or "--name=value"; *i moves over a value of its own. */
static bool parse_option(struct ctl *k, int argc, char **argv, int *i)
{
	const char *word = argv[*i] + 2, *equals = strchr(word, '=');
	const char *name =
		equals ? arena_strndup(k->c->arena, word, (size_t)(equals - word)) : word;

	if (!is_known(name))
		return unknown_option(k, name);
	if (is_switch(name))
		return equals ? ctl_misuse(k, "--%s takes no value", name)
			      : note_option(k, name, "");
	if (equals)
		return note_option(k, name, equals + 1);
	if (*i + 1 >= argc)
		return ctl_misuse(k, "--%s needs a value after it", name);
	return note_option(k, name, argv[++*i]);
}

bool ctl_parse(struct ctl *k, int argc, char **argv)
{
	bool words_only = false;

	for (int i = 1; i < argc; i++) {
		if (!words_only && strcmp(argv[i], "--") == 0) {
			words_only = true;
		} else if (!words_only && strcmp(argv[i], "-h") == 0) {
			k->help = true;
		} else if (!words_only && strncmp(argv[i], "--", 2) == 0) {
			if (!parse_option(k, argc, argv, &i))
				return false;
		} else if (k->args == CTL_ARGS_MAX) {
			return ctl_misuse(k, "'%s' is one word too many", argv[i]);
		} else {
			k->arg[k->args++] = argv[i];
		}
	}
	return true;
}

/* True if name is one of the words of list. */
static bool has_word(const char *list, const char *name)
{
	size_t n = strlen(name);

	for (const char *at = strstr(list, name); at; at = strstr(at + 1, name))
		if ((at == list || at[-1] == ' ') && (at[n] == '\0' || at[n] == ' '))
			return true;
	return false;
}

bool ctl_check(struct ctl *k)
{
	static const char everywhere[] = "database server cacert token token-file json help";
	const struct ctl_command *m = k->command;

	for (int i = 0; i < k->options; i++)
		if (!has_word(everywhere, k->option[i].name) &&
		    !has_word(m->options, k->option[i].name))
			return ctl_misuse(k, "%s %s has no option --%s", m->noun, m->verb,
					  k->option[i].name);
	if (k->args < m->min)
		return ctl_misuse(k, "something is missing: rosterctl %s%s%s %s", m->noun,
				  *m->verb ? " " : "", m->verb, m->args);
	if (k->args > m->max)
		return ctl_misuse(k, "'%s' is one word too many: rosterctl %s%s%s %s",
				  k->arg[m->max], m->noun, *m->verb ? " " : "", m->verb, m->args);
	return true;
}

const char *ctl_option(const struct ctl *k, const char *name)
{
	for (int i = k->options - 1; i >= 0; i--)
		if (strcmp(k->option[i].name, name) == 0)
			return k->option[i].value;
	return NULL;
}

bool ctl_option_int(struct ctl *k, const char *name, int64_t unset, int64_t *out)
{
	const char *text = ctl_option(k, name);

	*out = unset;
	if (text && !text_int(text, 0, INT64_MAX, out))
		return ctl_misuse(k, "--%s must be a whole number, not '%s'", name, text);
	return true;
}

const char *ctl_setting(const struct ctl *k, const char *name)
{
	const char *given = ctl_option(k, name);
	char *variable;

	if (given)
		return given;
	variable = arena_printf(k->c->arena, "ROSTERD_%s", name);
	for (char *p = variable; *p; p++)
		*p = *p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? (char)(*p - 'a' + 'A') : *p;
	given = getenv(variable);
	return given && *given ? given : NULL;
}

const char *ctl_word(const struct ctl *k, const char **at)
{
	const char *from = *at + strspn(*at, " ");
	size_t n = strcspn(from, " ");

	*at = from + n;
	return n ? arena_strndup(k->c->arena, from, n) : NULL;
}

bool ctl_time(struct ctl *k, const char *text, int64_t *out)
{
	if (time_parse(text, out) ||
	    time_parse(arena_printf(k->c->arena, "%sT00:00:00Z", text), out))
		return true;
	return ctl_misuse(k, "'%s' is no date: write 2030-01-31 or 2030-01-31T12:00:00Z", text);
}
