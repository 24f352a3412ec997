#!/bin/sh
# guides.sh FILE... - a module with the steps and attributes of each idp-configs/*/SAML.md, and
# the steps that prepare the directory of each LDAP.md, so that the wizard says what the guide says.
set -eu

echo '// guides.js - made by src/ui/guides.sh from the guides in idp-configs.'
echo 'export const guides = {'
for file in "$@"; do
	name=$(basename "$(dirname "$file")")
	case $file in */LDAP.md) part=1 ;; *) part=2 ;; esac
	awk -v name="$name" -v part="$part" '
	function text(s) { gsub(/\\/, "\\\\", s); gsub(/"/, "\\\"", s); gsub(/\t/, "  ", s); return "\"" s "\"" }
	function end_step() { if (step != "") steps = steps (steps == "" ? "" : ", ") text(step); step = "" }
	function end_code() { if (code != "") steps = steps ", {\"code\": " text(code) "}"; code = "" }
	/^## /      { end_step(); on = ($2 == part "."); next }
	!on         { next }
	/^ *```/    { end_step(); inside = !inside; if (!inside) end_code(); next }
	inside      { sub(/^   /, ""); code = code (code == "" ? "" : "\001") $0; next }
	/^[0-9]+\. /{ end_step(); sub(/^[0-9]+\. */, ""); step = $0; next }
	/^   / && step != "" { sub(/^ */, ""); step = step " " $0; next }
	/^\|/       { end_step(); split($0, cell, /^\| *| *\| */); gsub(/`/, "", cell[2])
		      if (cell[2] !~ /^(attribute|-+)/ && cell[2] != "") rows = rows (rows == "" ? "" : ", ") "[" text(cell[2]) ", " text(cell[3]) "]"; next }
	/^$/        { end_step() }
	END { end_step(); gsub(/\001/, "\\n", steps)
	      printf "\t\"%s\": { \"steps\": [%s], \"attributes\": [%s] },\n", name, steps, rows }' "$file"
done
echo '};'
