/* ctl_complete.c - rosterctl completion: what shells ask for, written from the tables. */
#include "ctl.h"

#include <stdio.h>
#include <string.h>

static const char common[] = "database server cacert token token-file json help";

/* clang-format off */
static const struct {
	const char *options, *words;
} values[] = {
	{ "--policy",                               "queue refuse" },
	{ "--default-role|--role|--org-role",       "AN RE MA AD NO Inherit" },
	{ "--never-matched|--lost-match",           "default_role pending deactivate" },
	{ "--org-authority|--workspace-authority|--project-authority", "both directory manual" },
	{ "--kind",                                 "scim admin platform saml.login saml.logout" },
	{ "--outcome",                              "accepted refused test" },
	{ "--delivery",                             "waiting dead" },
	{ "--state",                                "active pending deactivated open approved rejected" },
	{ "--format",                               "jsonl json csv rules label-studio" },
	{ "--by",                                   "day month" },
	{ "--groups-by",                            "name id" },
	{ "--want-signed",                          "any response assertion both" },
	{ "--tls",                                  "ldaps starttls none" },
};
/* clang-format on */

static bool seen_before(int i)
{
	const char *noun = ctl_command_at(i)->noun;

	for (int k = 0; k < i; k++)
		if (strcmp(ctl_command_at(k)->noun, noun) == 0)
			return true;
	return false;
}

static void print_nouns(void)
{
	const struct ctl_command *m;

	for (int i = 0; (m = ctl_command_at(i)); i++)
		if (!seen_before(i))
			printf("%s ", m->noun);
}

static void print_verbs(void)
{
	const struct ctl_command *m, *other;

	for (int i = 0; (m = ctl_command_at(i)); i++) {
		if (!*m->verb || seen_before(i))
			continue;
		printf("\t'%s') words='", m->noun);
		for (int k = i; (other = ctl_command_at(k)); k++)
			if (strcmp(other->noun, m->noun) == 0)
				printf("%s ", other->verb);
		printf("' ;;\n");
	}
}

static void print_names(struct ctl *k, const char *names)
{
	const char *name;

	while ((name = ctl_word(k, &names)))
		printf("--%s ", name);
}

static void print_options(struct ctl *k)
{
	const struct ctl_command *m;

	for (int i = 0; (m = ctl_command_at(i)); i++) {
		printf("\t'%s%s%s') words='", m->noun, *m->verb ? " " : "", m->verb);
		print_names(k, m->options);
		print_names(k, common);
		printf("' ;;\n");
	}
}

/* Adds to "|--a|--b|" those of the names that are not there yet. */
static void add_valued(struct ctl *k, struct buf *all, const char *names)
{
	const char *name, *meta, *what;

	while ((name = ctl_word(k, &names))) {
		const char *word = arena_printf(k->c->arena, "|--%s|", name);

		ctl_help_option(name, &meta, &what);
		if (meta && *meta && !strstr(all->p, word))
			buf_puts(all, word + 1);
	}
}

/* Options with a value, so that the value is not taken for a noun. */
static void print_valued(struct ctl *k)
{
	const struct ctl_command *m;
	struct buf all = buf_in(k->c->arena, 64 * 1024);

	buf_puts(&all, "|");
	add_valued(k, &all, common);
	for (int i = 0; (m = ctl_command_at(i)); i++)
		add_valued(k, &all, m->options);
	printf("%.*s", (int)all.n - 2, all.p + 1);
}

/* What may stand behind an option; nothing, so that files are offered, if that is anything. */
static void print_values(struct ctl *k)
{
	const char *name, *meta, *what;

	printf("\tcase \"${COMP_WORDS[COMP_CWORD-1]}\" in\n");
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		printf("\t%s) words='%s' ;;\n", values[i].options, values[i].words);
	for (int i = 0; (name = ctl_help_option_at(i)); i++) {
		ctl_help_option(name, &meta, &what);
		if (strcmp(meta, "YES|NO") == 0)
			printf("\t--%s) words='yes no' ;;\n", name);
	}
	printf("\t");
	print_valued(k);
	printf(") ;;\n\t*) ");
}

/* One function for both shells: zsh reads it through bashcompinit. */
static void print_function(struct ctl *k)
{
	printf("_rosterctl() {\n"
	       "\tlocal cur=\"${COMP_WORDS[COMP_CWORD]}\" noun='' verb='' words='' i word\n"
	       "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	       "\t\tword=\"${COMP_WORDS[i]}\"\n"
	       "\t\tcase \"$word\" in\n\t\t");
	print_valued(k);
	printf(") ((i++)) ;;\n"
	       "\t\t-*) ;;\n"
	       "\t\t*) if [ -z \"$noun\" ]; then noun=\"$word\"; "
	       "elif [ -z \"$verb\" ]; then verb=\"$word\"; fi ;;\n"
	       "\t\tesac\n\tdone\n");
	print_values(k);
	printf("if [ \"${cur#-}\" != \"$cur\" ]; then\n"
	       "\tcase \"$noun${verb:+ $verb}\" in\n");
	print_options(k);
	printf("\t*) words='");
	print_names(k, common);
	printf("' ;;\n\tesac\n\telif [ -z \"$noun\" ]; then words='");
	print_nouns();
	printf("'\n\telif [ -z \"$verb\" ]; then\n\tcase \"$noun\" in\n");
	print_verbs();
	printf("\tesac\n\tfi ;;\n\tesac\n"
	       "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\n");
}

bool ctl_completion(struct ctl *k)
{
	bool zsh = strcmp(k->arg[0], "zsh") == 0;

	if (!zsh && strcmp(k->arg[0], "bash") != 0)
		return ctl_misuse(k, "completion is there for bash and zsh, not for '%s'",
				  k->arg[0]);
	if (zsh)
		printf("#compdef rosterctl\nautoload -Uz bashcompinit && bashcompinit\n");
	print_function(k);
	printf("complete -o default -F _rosterctl rosterctl\n");
	/* an installed file is itself the function that the first TAB calls */
	if (zsh)
		printf("[ \"${funcstack[1]}\" != _rosterctl ] ||"
		       " _bash_complete -o default -F _rosterctl\n");
	return true;
}
