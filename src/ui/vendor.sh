#!/bin/sh
# vendor.sh OUT [NODE_MODULES] - puts the console's libraries into OUT, as modules that
# name each other by relative paths, because import maps would have to stand inline.
#
# Without NODE_MODULES npm fetches what package-lock.json names.  Where that fails OUT is
# left empty: the server is built without its console, and says so.
set -eu

here=$(dirname "$0")
out=$1
modules=${2:-}

rm -rf "$out"
mkdir -p "$out"
if [ -z "$modules" ]; then
	fetched=$(dirname "$out")/npm
	mkdir -p "$fetched"
	cp "$here/package.json" "$here/package-lock.json" "$here/.npmrc" "$fetched/"
	if ! (cd "$fetched" && npm ci --prefer-offline --no-audit --no-fund --ignore-scripts \
		--fetch-retries=1 --fetch-timeout=30000 >npm.log 2>&1); then
		echo "  the web console is left out: npm could not fetch its libraries" >&2
		echo "  (see $fetched/npm.log; \"make console\" tries again)" >&2
		exit 0
	fi
	modules=$fetched/node_modules
fi

# their licences ask to go along with every copy
for package in preact @preact/signals @preact/signals-core htm; do
	echo "==== $package"
	cat "$modules/$package/LICENSE" 2>/dev/null || true
	echo
done >"$out/licences.txt"

take() { # FILE NAME
	echo "/* licence: licences.txt beside this file */" >"$out/$2"
	sed -e 's|from *"preact"|from"./preact.js"|g' \
		-e 's|from *"preact/hooks"|from"./hooks.js"|g' \
		-e 's|from *"@preact/signals-core"|from"./signals-core.js"|g' \
		-e '/^\/\/# sourceMappingURL=/d' "$modules/$1" >>"$out/$2"
}
take preact/dist/preact.mjs preact.js
take preact/hooks/dist/hooks.mjs hooks.js
take @preact/signals/dist/signals.mjs signals.js
take @preact/signals-core/dist/signals-core.mjs signals-core.js
take htm/dist/htm.mjs htm.js
if grep -lE "(from|import) *[\"'][^./\"']" "$out"/*.js; then
	echo "vendor.sh: a library imports what is not there" >&2
	exit 1
fi
