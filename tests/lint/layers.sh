#!/bin/sh
# layers.sh - a folder may include itself and what is below it, nothing else;
# and each foreign library has its homes.
set -eu

# folder: folders it may include
rules='
base:
db: base
http: base
roster: base db
access: base db
record: base db
change: base db roster access record
scim: base db http roster access record change
saml: base db http roster access record change
ldapsync: base db http roster access record change
admin: base db http roster access record change saml ldapsync
platform: base db http roster access record change
ui: base db http roster access record change
app: base db http roster access record change scim saml ldapsync admin platform ui
'

# header: folders that may include it
homes='
microhttpd.h: http
libpq-fe.h: db
sqlite3.h: db
jansson.h: http scim saml ldapsync admin platform app access
utf8proc.h: base
sodium.h: base saml platform
ldap.h: ldapsync
lber.h: ldapsync
sasl/sasl.h: ldapsync
pcre2.h: access
ini.h: app
curl/curl.h: platform saml app
'

bad=0
for f in src/*/*.[ch] include/*/*.h; do
	[ -e "$f" ] || continue
	me=$(basename "$(dirname "$f")")
	may=$(echo "$rules" | sed -n "s/^$me: *//p")
	for dep in $(sed -n 's/^#include "\([a-z]*\)\/.*/\1/p' "$f"); do
		case " $me $may " in
		*" $dep "*) ;;
		*) echo "$f: $me may not include $dep"; bad=1 ;;
		esac
	done
	for header in $(sed -n 's/^#include <\(.*\)>.*/\1/p' "$f"); do
		home=$(echo "$homes" | grep -F -e "$header:" | sed -n "s|^$header: *||p")
		[ -n "$home" ] || continue
		case " $home " in
		*" $me "*) ;;
		*) echo "$f: <$header> is at home in: $home"; bad=1 ;;
		esac
	done
done
exit $bad
