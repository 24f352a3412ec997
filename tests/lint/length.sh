#!/bin/sh
# length.sh - no function over 60 lines, no file over 800; a note from 400 on.
set -eu

awk '
FNR == 1 { start = 0 }
/^[a-z_].*\)$/ || /^\t+.*\)$/ { name = $0 }
/^\{$/ { start = FNR; fn = name }
/^\}$/ && start {
	if (FNR - start > 60) { printf "%s:%d: %d lines: %s\n", FILENAME, start, FNR - start, fn; bad = 1 }
	start = 0
}
FNR == 401 { print FILENAME ": note: more than 400 lines; is it two modules?" }
FNR == 801 { print FILENAME ": more than 800 lines"; bad = 1 }
END { exit bad }
' src/*/*.c
for f in src/*/*.c; do
	case $(head -c 3 "$f") in
	"/*"*) ;;
	*) echo "$f: does not begin with a comment that says what it is"; exit 1 ;;
	esac
done
