"""show.py - what the demo prints: seats, people with their reasons, work."""
import json
import socket
import subprocess
import sys


def can_listen(where):
    host, _, port = where.rpartition(":")
    host = host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, int(port)))
        except OSError as e:
            sys.exit(f"{where} cannot be used: {e.strerror}")


def seats(what):
    s = json.load(sys.stdin)
    limit = "unlimited" if s["limit"] is None else s["limit"]
    print(f"   seats: {s['used']} of {limit} used, {s['waiting']} waiting   ({what})")


def the_id():
    print(json.load(sys.stdin)["id"])


def annotations(signs, defects, chats):
    made = [("joan", signs, 3), ("mary", signs, 2), ("mary", defects, 2), ("alan", defects, 1),
            ("tony", chats, 3), ("edsger", chats, 1)]
    items, n = [], 0
    for who, project, count in made:
        for _ in range(count):
            n += 1
            items.append({"id": f"demo-{n}", "project": project, "task": str(100 + n),
                          "user": f"{who}@acme.example", "created": f"2026-01-05T09:{n:02}:00Z",
                          "updated": f"2026-01-05T09:{n:02}:30Z", "lead_time_ms": 30000})
    json.dump(items, sys.stdout)


def table(rows, titles):
    rows = [titles] + rows
    wide = [max(len(r[i]) for r in rows) for i in range(len(titles))]
    for r in rows:
        print("   " + "  ".join(c.ljust(w) for c, w in zip(r, wide)).rstrip())


def titles_of(words):
    return dict(w.split("=", 1) for w in words)


def reason(g):
    if g.get("rule"):
        return f"rule {g['rule']}, group {g['group_name']} of {g['source_name']}"
    return f"by hand, {g.get('by') or 'an administrator'}"


def people(path, program, url, token, *places):
    places = titles_of(places)
    rows = []
    for u in json.load(open(path)):
        out = subprocess.run([program, "--server", url, "--token", token, "users", "explain", u["id"], "--json"],
                             check=True, capture_output=True, text=True).stdout
        why = json.loads(out)
        rows.append([u.get("displayName") or u["userName"], f"organization: {u['role']}",
                     "yes" if u["seat"] else "no", u["state"], why["summary"]])
        for g in why["grants"]:
            if g["scope"] != "org" and g["counts"]:
                place = places.get(g["target"], g["target"])
                kept = "suspended: " if u["state"] == "deactivated" else ""
                rows.append(["", f"{g['scope']} {place}: {g['role']}", "", "", kept + reason(g)])
    table(rows, ["PERSON", "WHERE: ROLE", "SEAT", "STATE", "WHY"])


def work(*projects):
    projects, sums = titles_of(projects), {}
    for a in json.load(sys.stdin):
        key = (a["userName"], a["user_state"], projects.get(a["project"], a["project"]))
        sums[key] = sums.get(key, 0) + 1
    table([[*key, str(n)] for key, n in sorted(sums.items())], ["AUTHOR", "ACCOUNT", "PROJECT", "ANNOTATIONS"])


COMMANDS = {"can-listen": can_listen, "seats": seats, "id": the_id,
            "annotations": annotations, "people": people, "work": work}
COMMANDS[sys.argv[1]](*sys.argv[2:])
