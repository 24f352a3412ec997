/* ctl_complete.c - rosterctl completion: what shells ask for, written from the table. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

static const char common[] = "database server token token-file json help";

static bool is_first(const struct ctl_command *table, int i)
{
	return i == 0 || strcmp(table[i - 1].noun, table[i].noun) != 0;
}

static bool seen_before(const struct ctl_command *table, int i)
{
	for (int k = 0; k < i; k++)
		if (strcmp(table[k].noun, table[i].noun) == 0)
			return true;
	return false;
}

static void print_nouns(const struct ctl_command *table, int n)
{
	for (int i = 0; i < n; i++)
		if (is_first(table, i) && !seen_before(table, i))
			printf("%s ", table[i].noun);
}

static void print_verbs(const struct ctl_command *table, int n)
{
	for (int i = 0; i < n; i++) {
		if (!*table[i].verb || seen_before(table, i))
			continue;
		printf("\t'%s') words='", table[i].noun);
		for (int k = i; k < n; k++)
			if (strcmp(table[k].noun, table[i].noun) == 0)
				printf("%s ", table[k].verb);
		printf("' ;;\n");
	}
}

static void print_names(struct ctl *k, const char *names)
{
	const char *name;

	while ((name = ctl_word(k, &names)))
		printf("--%s ", name);
}

static void print_options(struct ctl *k, const struct ctl_command *table, int n)
{
	for (int i = 0; i < n; i++) {
		printf("\t'%s%s%s') words='", table[i].noun, *table[i].verb ? " " : "",
		       table[i].verb);
		print_names(k, table[i].options);
		print_names(k, common);
		printf("' ;;\n");
	}
}

/* Options with a value, so that the value is not taken for a noun. */
static void print_valued(struct ctl *k, const struct ctl_command *table, int n)
{
	const char *names, *name, *meta, *what;
	struct buf all = buf_in(k->c->arena, 64 * 1024);

	buf_puts(&all, "|");
	for (int i = -1; i < n; i++) {
		names = i < 0 ? common : table[i].options;
		while ((name = ctl_word(k, &names))) {
			const char *word = arena_printf(k->c->arena, "|--%s|", name);

			ctl_help_option(name, &meta, &what);
			if (meta && *meta && !strstr(all.p, word))
				buf_puts(&all, word + 1);
		}
	}
	printf("%.*s", (int)all.n - 2, all.p + 1);
}

/* One function for both shells: zsh reads it through bashcompinit. */
static void print_function(struct ctl *k, const struct ctl_command *table, int n)
{
	printf("_rosterctl() {\n"
	       "\tlocal cur=\"${COMP_WORDS[COMP_CWORD]}\" noun='' verb='' words='' i word\n"
	       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	       "\t\tword=\"${COMP_WORDS[i]}\"\n"
	       "\t\tcase \"$word\" in\n\t\t");
	print_valued(k, table, n);
	printf(") ((i++)) ;;\n"
	       "\t\t-*) ;;\n"
	       "\t\t*) if [ -z \"$noun\" ]; then noun=\"$word\"; "
	       "elif [ -z \"$verb\" ]; then verb=\"$word\"; fi ;;\n"
	       "\t\tesac\n\tdone\n"
	       "\tif [ \"${cur#-}\" != \"$cur\" ]; then\n"
	       "\tcase \"$noun${verb:+ $verb}\" in\n");
	print_options(k, table, n);
	printf("\t*) words='");
	print_names(k, common);
	printf("' ;;\n\tesac\n\telif [ -z \"$noun\" ]; then words='");
	print_nouns(table, n);
	printf("'\n\telif [ -z \"$verb\" ]; then\n\tcase \"$noun\" in\n");
	print_verbs(table, n);
	printf("\tesac\n\tfi\n"
	       "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n");
}

bool ctl_completion(struct ctl *k)
{
	const struct ctl_command *table;
	bool zsh = strcmp(k->arg[0], "zsh") == 0;
	int n;

	if (!zsh && strcmp(k->arg[0], "bash") != 0)
		return ctl_misuse(k, "completion is there for bash and zsh, not for '%s'",
				  k->arg[0]);
	table = ctl_commands(&n);
	if (zsh)
		printf("#compdef rosterctl\nautoload -Uz bashcompinit && bashcompinit\n");
	print_function(k, table, n);
	printf("complete -o default -F _rosterctl rosterctl\n");
	return true;
}
