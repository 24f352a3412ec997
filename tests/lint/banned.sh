#!/bin/sh
# banned.sh - functions we do not use, and what to use instead.
set -eu

bad=0
ban() { # regexp, folders where it is allowed, advice
	if grep -nE "(^|[^_[:alnum:]>.])($1)[[:space:]]*\(" src/*/*.c | grep -vE "^src/($2)/"; then
		echo "  ^ $3"; bad=1
	fi
}
ban 'strcpy|strcat|sprintf|vsprintf|strncpy|strncat|gets|strtok|alloca' none 'struct buf, arena_printf'
ban 'atoi|atol|atoll|sscanf' none 'text_int'
ban 'localtime|gmtime|ctime|asctime' none 'the _r ones'
ban 'rand|random|srand|drand48' none 'secret_random'
ban 'system|popen' none 'no shell'
ban 'malloc|calloc|realloc|strdup|strndup|free|asprintf' 'base|db|http' 'the arena'
ban 'printf|fprintf|puts|syslog' 'app' 'log_event, at an edge'
ban 'json_[a-z_]+' 'http|scim|saml|ldapsync|admin|platform|app|access' 'JSON belongs to the edges'
if grep -nE '(^|[^_[:alnum:]])goto [a-z_]+;' src/*/*.c; then
	echo "  ^ return; the arena cleans up"; bad=1
fi
if grep -nE '\b(TODO|FIXME|XXX)\b' src/*/*.[ch] include/*/*.h; then
	echo "  ^ do it, or leave it out"; bad=1
fi
if grep -nE '"(SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE) ' src/*/*.c |
	grep -vE '^src/(roster|access|record|change|db)/|^src/scim/filter_sql\.c'; then
	echo "  ^ SQL belongs to roster, access, record and change"; bad=1
fi
exit $bad
