#!/bin/sh
# embed.sh FILE... - C source with the presets of identity providers as strings,
# each named after its folder and file: idp-configs/okta/scim.json is "okta/scim".
set -eu

echo '/* presets.c - made by src/admin/embed.sh from idp-configs. */'
echo '#include "admin/presets.h"'
echo
i=0
for file in "$@"; do
	# an array of numbers: no limit of length, nothing to escape
	echo "static const unsigned char text_$i[] = {"
	od -An -v -tu1 "$file" | sed 's/  */ /g; s/^ //; s/ *$//; s/ /, /g; s/$/,/; s/^/	/'
	echo '	0 };'
	i=$((i + 1))
done
echo
echo 'const struct preset_file preset_files[] = {'
i=0
for file in "$@"; do
	name=${file#*idp-configs/}
	echo "	{ \"${name%.json}\", (const char *)text_$i },"
	i=$((i + 1))
done
echo '	{ 0, 0 },'
echo '};'
echo "const int preset_file_count = $i;"
