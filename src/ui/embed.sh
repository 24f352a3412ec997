#!/bin/sh
# embed.sh UI LIB GUIDES - C source with the files of the console: those of UI, the
# libraries of LIB, the module GUIDES.  No libraries: no console.
set -eu

ui=$1 lib=$2 guides=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo '/* console.c - made by src/ui/embed.sh. */'
echo '#include "ui/ui.h"'
echo
if [ ! -e "$lib/preact.js" ]; then
	echo 'const struct ui_file ui_files[] = { { 0 } };'
	echo 'const int ui_file_count = 0;'
	echo 'const char ui_digest[] = "";'
	exit 0
fi

mkdir "$work/lib" "$work/screens" "$work/text"
cp "$ui"/*.js "$ui"/*.css "$ui"/*.svg "$ui"/index.html "$work/"
cp "$ui"/screens/*.js "$work/screens/"
cp "$ui"/text/*.js "$work/text/"
cp "$lib"/*.js "$lib/licences.txt" "$work/lib/"
cp "$guides" "$work/guides.js"
files=$(cd "$work" && find . -type f | sed 's|^\./||' | LC_ALL=C sort)
digest=$(cd "$work" && sha256sum $files | sha256sum | cut -c1-16)
sed -i "s/@DIGEST@/$digest/g" "$work/index.html"

bytes() { # NAME FILE: an array of numbers has no limit of length, and nothing to escape
	echo "static const unsigned char $1[] = {"
	od -An -v -tu1 "$2" | sed 's/  */ /g; s/^ //; s/ *$//; s/ /, /g; s/$/,/; s/^/	/'
	echo '};'
}
type_of() {
	case $1 in
	*.js) echo 'text/javascript; charset=utf-8' ;;
	*.css) echo 'text/css; charset=utf-8' ;;
	*.svg) echo 'image/svg+xml' ;;
	*.html) echo 'text/html; charset=utf-8' ;;
	*.txt) echo 'text/plain; charset=utf-8' ;;
	esac
}

i=0
for f in $files; do
	gzip -9 -n -c "$work/$f" >"$work.gz"
	bytes "plain_$i" "$work/$f"
	bytes "gzip_$i" "$work.gz"
	i=$((i + 1))
done
rm -f "$work.gz"
echo
echo 'const struct ui_file ui_files[] = {'
i=0
for f in $files; do
	echo "	{ \"$f\", \"$(type_of "$f")\", { (const char *)plain_$i, sizeof(plain_$i) },"
	echo "	  { (const char *)gzip_$i, sizeof(gzip_$i) } },"
	i=$((i + 1))
done
echo '};'
echo "const int ui_file_count = $i;"
echo "const char ui_digest[] = \"$digest\";"
