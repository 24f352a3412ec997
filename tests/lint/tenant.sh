#!/bin/sh
# tenant.sh - every SQL text about a tenant's table names the organization:
# "org_id = $1" in it, or org_id as the first column of an INSERT.  A comment
# "every organization" on the statement or right above it exempts it.
set -eu

exec python3 - src/roster/*.c src/access/*.c src/record/*.c src/change/*.c src/scim/*.c <<'PY'
import re
import sys

LITERAL = r'"(?:[^"\\\n]|\\.)*"'
TOKEN = re.compile(r'(/\*.*?\*/)|(//[^\n]*)|(%s)|(\'(?:[^\'\\]|\\.)*\')|(\s+|\\\n)|(.)' % LITERAL, re.S)


def texts(source):
    """Adjacent string literals joined: (first line, text, comments in and right above)."""
    parts, line, first, notes, before = [], 1, 1, "", ""
    for match in TOKEN.finditer(source):
        comment, comment2, literal, _, space, other = match.groups()
        if literal:
            if not parts:
                first, notes = line, before
            parts.append(literal[1:-1])
        elif comment or comment2:
            before = notes = notes + match.group() if parts else before + match.group()
        elif not space:
            if parts:
                yield first, "".join(parts), notes
                parts = []
            # a comment counts until the statement under it ends
            if other in (";", "{", "}"):
                before = ""
        line += match.group().count("\n")


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


SCHEMA = re.compile(r"src/change/schema\w*\.c")
schema = " ".join(text for path in sys.argv[1:] if SCHEMA.fullmatch(path) for _, text, _ in texts(read(path)))
tables = set(re.findall(r"CREATE TABLE (\w+)", schema)) - {"orgs"}
if not tables:
    sys.exit(0)
about = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(%s)\b" % "|".join(sorted(tables)))
bad = False
for path in sys.argv[1:]:
    if SCHEMA.fullmatch(path):
        continue
    for line, text, notes in texts(read(path)):
        found = about.search(text)
        if not found or "every organization" in notes:
            continue
        insert = re.search(r"INSERT INTO %s\s*\(org_id\b" % found.group(1), text)
        if not insert and not re.search(r"org_id = \$1(?!\d)", text):
            print(f"{path}:{line}: no org_id = $1 on {found.group(1)}: {text[:60]}")
            bad = True
sys.exit(bad)
PY
