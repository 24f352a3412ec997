#!/bin/sh
# demo.sh - a company's week in a minute: starts rosterd, lets Okta and Entra ID
# push people, moves and removes some, and shows who may do what and why.
#
# DEMO_LISTEN=ADDRESS:PORT  where to serve (127.0.0.1:8080)
# DEMO_ONCE=1               ends after the story instead of serving on
# ROSTERD_BIN_DIR           where the programs are (build)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
bin=${ROSTERD_BIN_DIR:-$(cd "$here/../.." && pwd)/build}
listen=${DEMO_LISTEN:-127.0.0.1:8080}
url=http://$listen
python=${PYTHON:-/usr/bin/python3}
tmp=$(mktemp -d)
database=sqlite:$tmp/rosterd.db
pid=
unset ROSTERD_SERVER ROSTERD_TOKEN ROSTERD_TOKEN_FILE ROSTERD_DATABASE ROSTERD_CONFIG \
	ROSTERD_LISTEN ROSTERD_PUBLIC_URL

clean() {
	[ -z "$pid" ] || { kill "$pid" 2>/dev/null || true; wait "$pid" 2>/dev/null || true; }
	rm -rf "$tmp"
}
trap clean EXIT
trap 'echo; echo "The demo has ended; nothing of it is left."; exit 0' INT TERM

say() { printf '\n== %s\n' "$*"; }
here_ctl() { "$bin/rosterctl" --database "$database" "$@"; }
ctl() { "$bin/rosterctl" --server "$url" --token "$admin" "$@"; }
seats() { ctl seats --json | "$python" "$here/show.py" seats "$1"; }
replay() { # connection's token, session
	printf '   %-22s' "$2"
	"$python" "$here/../scim-replay" "$url/scim/v2" "$1" "$here/$2.session"
}

start() {
	"$bin/rosterd" --listen "$listen" --database "$database" --data-dir "$tmp" \
		2>"$tmp/rosterd.log" &
	pid=$!
	tries=0
	until curl -fs -o /dev/null "$url/readyz"; do
		tries=$((tries + 1))
		if ! kill -0 "$pid" 2>/dev/null || [ $tries -gt 100 ]; then
			tail -n 3 "$tmp/rosterd.log" >&2
			echo "demo: rosterd did not start; its last lines are above" >&2
			exit 1
		fi
		sleep 0.1
	done
}

for program in rosterd rosterctl; do
	[ -x "$bin/$program" ] || { echo "demo: $bin/$program is not there; run make first" >&2; exit 1; }
done
# busy, or not an address of this machine: say so before anything else
if ! why=$("$python" "$here/show.py" can-listen "$listen" 2>&1); then
	echo "demo: $why" >&2
	echo "demo: choose another address, e.g. DEMO_LISTEN=127.0.0.1:8081 make demo" >&2
	exit 1
fi

say "An organization \"acme\" with 50 seats"
here_ctl org create acme --seats 50 --policy queue >/dev/null
admin=$(here_ctl token create --org acme --kind admin --name "demo administrator")
platform=$(here_ctl token create --org acme --kind platform --name "labeling platform")
start
echo "   served at $url, stored in $tmp/rosterd.db"

say "Two workspaces, three projects, and the rules that lead to them"
vision=$(ctl workspaces create Vision)
language=$(ctl workspaces create Language)
signs=$(ctl projects create "Street signs" --workspace "$vision")
defects=$(ctl projects create "Surface defects" --workspace "$vision")
chats=$(ctl projects create "Support chats" --workspace "$language")
sed -e "s/@VISION@/$vision/" -e "s/@LANGUAGE@/$language/" -e "s/@SIGNS@/$signs/" \
	-e "s/@DEFECTS@/$defects/" -e "s/@CHATS@/$chats/" "$here/rules.json" >"$tmp/rules.json"
ctl rules apply "$tmp/rules.json" | sed 's/^/   /'

say "A connection for each identity provider, each with its token"
ctl connections create okta --preset okta >/dev/null
ctl connections create entra --preset entra-id >/dev/null
okta=$(ctl token create --kind scim --connection okta)
entra=$(ctl token create --kind scim --connection entra)
ctl connections list | sed 's/^/   /'

say "Joiners: what Okta and Entra ID send, over HTTP (assertions that held, that failed)"
replay "$okta" okta-1-join
replay "$entra" entra-1-join
seats "eight people in"

say "They work: the platform records who made which annotation"
"$python" "$here/show.py" annotations "$signs" "$defects" "$chats" >"$tmp/work.json"
"$bin/rosterctl" --server "$url" --token "$platform" annotations record "$tmp/work.json" |
	sed 's/^/   /'

say "Movers: Joan becomes a reviewer and changes her name"
replay "$okta" okta-2-move
ctl users explain joan@acme.example | sed 's/^./   &/'

say "The licence is full: the limit goes down to 8, then Frances arrives"
ctl org set --seats 8 >/dev/null
replay "$entra" entra-2-wait
seats "Frances waits"

say "Leavers: Mary is deactivated by Okta"
seats "before Mary leaves"
replay "$okta" okta-3-leave
seats "Frances has her seat"

say "Tony is disabled and then purged by Entra ID; Edsger moves up"
seats "before Tony leaves"
replay "$entra" entra-3-leave
seats "after Tony left"

say "Ada gives Grace a project by hand, beside what the rules give"
ctl grants give grace@acme.example --project "$chats" --role Reviewer | sed 's/^/   /'

say "Who may do what, and why"
ctl users list --json >"$tmp/users.json"
"$python" "$here/show.py" people "$tmp/users.json" "$bin/rosterctl" "$url" "$admin" \
	"$vision=Vision" "$language=Language" "$signs=Street signs" \
	"$defects=Surface defects" "$chats=Support chats"

say "Work keeps its author, also of those who left"
ctl annotations list --json | "$python" "$here/show.py" work \
	"$signs=Street signs" "$defects=Surface defects" "$chats=Support chats"

joan=$(ctl users show joan@acme.example --json | "$python" "$here/show.py" id)

link=$(here_ctl org owner you@acme.example --org acme --public-url "$url" 2>&1 |
	sed -n 's|.*\(http://[^ ]*/password/[^ ]*\).*|\1|p' | head -n 1)

say "Go on with it"
cat <<END
   The web console $url/console/
   set a password  $link
   and sign in as  you@acme.example

   SCIM base URL   $url/scim/v2
   Okta's token    $okta
   Entra's token   $entra
   admin token     $admin
   platform token  $platform

   curl -H "Authorization: Bearer $okta" "$url/scim/v2/Users?count=2"
   curl -H "Authorization: Bearer $admin" $url/api/v1/seats
   curl -H "Authorization: Bearer $admin" $url/api/v1/users/$joan/explain
   $bin/rosterctl --server $url --token $admin users list
   $bin/rosterctl --server $url --token $admin audit list --limit 10
END

if [ "${DEMO_ONCE:-0}" != 1 ]; then
	printf '\nServing at %s until Ctrl-C.\n' "$url"
	wait "$pid" || { tail -n 3 "$tmp/rosterd.log" >&2; exit 1; }
fi
