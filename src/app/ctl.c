/* ctl.c - rosterctl: how a command is found and run. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

#include "base/time.h"

const struct ctl_command *ctl_command_at(int i)
{
	static const struct ctl_command *const tables[] = { ctl_roster_commands,
							    ctl_outside_commands };

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct ctl_command *m = tables[t]; m->noun; m++)
			if (i-- == 0)
				return m;
	return NULL;
}

/* "user" and "users" are the same word. */
static bool same_noun(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 1 && a[n - 1] == 's';
	m -= m > 1 && b[m - 1] == 's';
	return n == m && strncmp(a, b, n) == 0;
}

static void shift(struct ctl *k, int n)
{
	for (int i = 0; i < CTL_ARGS_MAX; i++)
		k->arg[i] = i + n < CTL_ARGS_MAX ? k->arg[i + n] : NULL;
	k->args -= n;
}

/* Sets k->command and leaves its arguments in k->arg; stays NULL if the words
 * name no command, with k->arg[0] a noun of the table if it is one. */
static void find_command(struct ctl *k)
{
	const struct ctl_command *m;
	const char *noun = NULL;

	for (int i = 0; k->arg[0] && (m = ctl_command_at(i)); i++) {
		if (!same_noun(k->arg[0], m->noun))
			continue;
		noun = m->noun;
		if (*m->verb && (!k->arg[1] || strcmp(k->arg[1], m->verb) != 0))
			continue;
		k->command = m;
		shift(k, *m->verb ? 2 : 1);
		return;
	}
	if (noun)
		k->arg[0] = noun;
}

static bool unknown_verb(struct ctl *k)
{
	struct guess g = { .word = k->arg[1] };
	const struct ctl_command *m;

	if (!k->arg[1])
		return ctl_misuse(k, "%s what? rosterctl %s --help lists what there is", k->arg[0],
				  k->arg[0]);
	for (int i = 0; (m = ctl_command_at(i)); i++)
		if (strcmp(k->arg[0], m->noun) == 0)
			ctl_guess(&g, m->verb);
	return ctl_misuse(k, "there is no command %s %s; %srosterctl %s --help lists what there is",
			  k->arg[0], k->arg[1],
			  ctl_guessed(k, &g, arena_printf(k->c->arena, "%s ", k->arg[0])),
			  k->arg[0]);
}

static bool unknown_command(struct ctl *k)
{
	struct guess g = { .word = k->arg[0] };
	const struct ctl_command *m;

	if (!k->arg[0])
		return ctl_misuse(k, "say what to do; rosterctl --help lists all commands");
	for (int i = 0; (m = ctl_command_at(i)); i++) {
		if (strcmp(k->arg[0], m->noun) == 0)
			return unknown_verb(k);
		ctl_guess(&g, m->noun);
	}
	return ctl_misuse(k, "there is no command %s; %srosterctl --help lists all", k->arg[0],
			  ctl_guessed(k, &g, ""));
}

/* The database if told to, or if it is all there is; else the server. */
static bool run_somewhere(struct ctl *k)
{
	const struct ctl_command *m = k->command;
	bool to_database =
		ctl_option(k, "database") || ctl_option(k, "org") || !ctl_setting(k, "server");

	if (m->file)
		return m->file(k);
	if (m->database && (to_database || !m->server) && !ctl_option(k, "server")) {
		if (!ctl_setting(k, "database"))
			return ctl_misuse(k, "say which database: --database sqlite:PATH or "
					     "--database postgresql://...");
		return local_run(k, m->database);
	}
	if (!m->server)
		return ctl_misuse(k, "%s %s works on the database itself: use --database URL",
				  m->noun, m->verb);
	if (!ctl_setting(k, "server"))
		return ctl_misuse(k, "%s %s works over the API: use --server URL --token T",
				  m->noun, m->verb);
	return m->server(k);
}

static bool run(struct ctl *k, int argc, char **argv)
{
	if (!ctl_parse(k, argc, argv))
		return false;
	find_command(k);
	if (k->help || (k->arg[0] && strcmp(k->arg[0], "help") == 0)) {
		if (!k->command && k->arg[0] && strcmp(k->arg[0], "help") == 0)
			k->arg[0] = NULL;
		ctl_help(k);
		return true;
	}
	return k->command ? ctl_check(k) && run_somewhere(k) : unknown_command(k);
}

/* The reason, on one line whatever the server sent. */
static void complain(struct ctl *k)
{
	for (char *p = k->c->err.msg; *p; p++)
		if ((unsigned char)*p < ' ')
			*p = ' ';
	fprintf(stderr, "rosterctl: %s\n", text_visible(k->c->arena, k->c->err.msg));
}

int main(int argc, char **argv)
{
	struct arena arena = { 0 };
	struct ctx c = { .arena = &arena, .now = time_now(), .trace = "rosterctl" };
	struct ctl k = { .c = &c };
	bool done = run(&k, argc, argv);

	if (done && (fflush(stdout) != 0 || ferror(stdout)))
		done = error(&c, ERR_FULL, "the output could not be written");
	if (!done && !k.told)
		complain(&k);
	arena_free(&arena);
	return done ? k.status : k.misused ? 2 : 1;
}
