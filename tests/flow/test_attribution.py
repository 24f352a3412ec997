"""Annotations keep their author, whatever becomes of the account; audit trail and events."""
import csv
import hashlib
import io
import json
import time

import pytest
from harness.crowd import together
from harness.scim import active, make_group, make_user, op, patch_op, person, rules, shown
from test_admin_org import problem
from test_admin_people import every


def note(n, user, **more):
    return {"id": f"a{n}", "project": "p1", "task": f"t{n}", "user": user, "lead_time_ms": 1000 * n, **more}


def ledger(org, **query):
    asked = "&".join(f"{k}={v}" for k, v in query.items())
    return org.admin.ok("GET", "/annotations?" + asked)["items"]


# ---- recording -------------------------------------------------------------

def test_one_an_array_and_a_wrapped_list(org):
    ada = make_user(org, "ada")
    for body, n in ((note(1, ada), 1), ([note(2, "ADA@x.example"), note(3, ada)], 2),
                    ({"annotations": [note(4, ada)]}, 1), ([], 0), ({"annotations": []}, 0)):
        assert org.platform.ok("POST", "/annotations", body) == {"written": n, "received": n}
        assert org.platform.ok("POST", "/annotations", body)["written"] == 0 or "created" not in str(body)
    out = ledger(org, user="ada@x.example")
    assert [a["id"] for a in out] == ["a1", "a2", "a3", "a4"]
    assert all(a["user"] == ada and a["userName"] == "ada@x.example" and a["user_state"] == "active" for a in out)
    assert out[0]["lead_time_ms"] == 1000 and out[0]["digest"] is None


def test_the_same_again_writes_nothing(org):
    ada = make_user(org)
    batch = [note(n, ada, created="2026-01-01T00:00:00Z", updated="2026-01-02T00:00:00Z") for n in range(50)]
    assert org.platform.ok("POST", "/annotations", batch)["written"] == 50
    assert org.platform.ok("POST", "/annotations", batch) == {"written": 0, "received": 50}
    batch[7]["updated"], batch[7]["digest"] = "2026-01-03T00:00:00+00:00", "d"
    assert org.platform.ok("POST", "/annotations", batch)["written"] == 1
    batch[7]["updated"], batch[7]["digest"] = "2026-01-01T12:00:00Z", "older"
    assert org.platform.ok("POST", "/annotations", batch)["written"] == 0
    assert {a["id"]: a["digest"] for a in ledger(org)}["a7"] == "d"


def test_numbers_of_label_studio_are_taken(org):
    ada = make_user(org)
    org.platform.ok("POST", "/annotations", {"id": 17, "project": 3, "task": 5, "user": ada})
    assert [(a["id"], a["project"], a["task"]) for a in ledger(org)] == [("17", "3", "5")]


def test_a_thousand_at_once_and_not_one_more(org):
    ada = make_user(org)
    assert org.platform.ok("POST", "/annotations", [note(n, ada) for n in range(1000)])["written"] == 1000
    problem(org.platform.post("/annotations", [note(n, ada) for n in range(1001)]), 400)
    assert len(every(org, "/annotations", 300)) == 1000
    assert len({a["id"] for a in every(org, "/annotations?project=p1", 999)}) == 1000


@pytest.mark.parametrize("bad", [
    {}, {"id": "a"}, {"id": "", "project": "p", "user": "USER"}, {"id": "a", "project": "p", "user": "nobody"},
    {"id": "a", "project": "p", "user": 7}, {"id": 1.5, "project": "p", "user": "USER"},
    {"id": "a", "project": "p", "user": "USER", "created": "yesterday"},
    {"id": "a", "project": "p", "user": "USER", "lead_time_ms": -1},
    {"id": "a", "project": "p", "user": "USER", "lead_time_ms": "5"},
    {"id": "a", "project": "p", "user": "USER", "author": "x"}, {"id": "x" * 513, "project": "p", "user": "USER"}, "x",
    {"annotations": {}}, {"annotations": [], "more": 1}, [1]])
def test_wrong_annotations_leave_nothing(org, bad):
    ada = make_user(org)
    body = json.loads(json.dumps(bad).replace("USER", ada))
    problem(org.platform.post("/annotations", body), 400)
    if isinstance(body, dict) and "annotations" not in body:
        detail = problem(org.platform.post("/annotations", [note(1, ada), body]), 400)
        assert "annotation 2" in detail
    assert ledger(org) == []


def test_nobody_becomes_the_author_of_anothers_work(org):
    ada, bob = make_user(org), make_user(org)
    org.platform.ok("POST", "/annotations", note(1, ada))
    problem(org.platform.post("/annotations", [note(2, bob), note(1, bob, updated="2999-01-01T00:00:00Z")]), 409)
    assert [(a["id"], a["user"]) for a in ledger(org)] == [("a1", ada)]


def test_two_at_once_agree_on_one_author(org):
    users, platform, statuses = [make_user(org) for _ in range(8)], org.platform, []
    for n in range(5):
        def work(k, n=n):
            statuses.append(platform.post("/annotations", note(n, users[k])).status)
        together(8, work)
    assert statuses.count(200) == 5 and statuses.count(409) == 35
    assert len(ledger(org)) == 5


def test_periods_projects_and_sums(org):
    ada, bob = make_user(org, "ada"), make_user(org, "bob")
    days = ["2026-01-05T00:00:00Z", "2026-01-25T00:00:00Z", "2026-02-05T00:00:00Z"]
    org.platform.ok("POST", "/annotations", [note(n, ada, created=d) for n, d in enumerate(days)])
    org.platform.ok("POST", "/annotations", note(9, bob, created=days[0], project="p2"))
    january = {"from": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    assert [a["id"] for a in ledger(org, **january, user=ada)] == ["a0", "a1"]
    assert [a["id"] for a in ledger(org, project="p2")] == ["a9"]
    report = org.platform.ok("GET", f"/annotations/report?from={january['from']}&until={january['until']}")["items"]
    assert {(r["userName"], r["project"], r["annotations"], r["lead_time_ms"]) for r in report} == \
        {("ada@x.example", "p1", 2, 1000), ("bob@x.example", "p2", 1, 9000)}
    for bad in ("from=x", "user=nobody", "until=2026"):
        problem(org.admin.get("/annotations?" + bad), 400)


# ---- whatever becomes of the account ---------------------------------------

def connection_of(org, user):
    return shown(org, user)["connection"]["id"]


def drop_group(org, user):
    """The role goes with the group, and by policy the account with the role."""
    team = make_group(org, "Team", [user])
    rules(org, ("team", "Team", {"org_role": "AN"}))
    org.admin.ok("PATCH", "/org", {"lost_match": "deactivate"})
    org.scim.ok("DELETE", "/Groups/" + team)


PATHS = {
    "SCIM PATCH active": ("deactivated", lambda o, u: o.scim.ok("PATCH", "/Users/" + u, active(False))),
    "SCIM PATCH without path": ("deactivated", lambda o, u: o.scim.ok(
        "PATCH", "/Users/" + u, patch_op(op("replace", None, {"active": "False"})))),
    "SCIM PUT inactive": ("deactivated", lambda o, u: o.scim.ok(
        "PUT", "/Users/" + u, person("ada", active=False))),
    "SCIM DELETE": ("former", lambda o, u: o.scim.ok("DELETE", "/Users/" + u)),
    "SCIM PATCH then DELETE": ("former", lambda o, u: (
        o.scim.ok("PATCH", "/Users/" + u, active(False)), o.scim.ok("DELETE", "/Users/" + u))),
    "admin PATCH": ("deactivated", lambda o, u: o.admin.ok("PATCH", "/users/" + u, {"state": "deactivated"})),
    "admin DELETE": ("former", lambda o, u: o.admin.ok("DELETE", "/users/" + u)),
    "admin erase": ("erased", lambda o, u: o.admin.ok("POST", f"/users/{u}/erase")),
    "DELETE then erase": ("erased", lambda o, u: (
        o.scim.ok("DELETE", "/Users/" + u), o.admin.ok("POST", f"/users/{u}/erase"))),
    "connection deleted": ("active", lambda o, u: o.admin.ok("DELETE", "/connections/scim/" + connection_of(o, u))),
    "connection deleted, then the user": ("former", lambda o, u: (
        o.admin.ok("DELETE", "/connections/scim/" + connection_of(o, u)), o.admin.ok("DELETE", "/users/" + u))),
    "group deleted, policy deactivates": ("deactivated", drop_group),
    "policy deactivates": ("deactivated", lambda o, u: o.admin.ok("PATCH", "/org", {"never_matched": "deactivate"})),
}


@pytest.mark.parametrize("path", PATHS)
def test_records_keep_their_author(new_org, path):
    org = new_org(default_role="AN")
    ada = make_user(org, "ada")
    org.platform.ok("POST", "/annotations", [note(n, ada) for n in range(3)])
    before = org.sql("SELECT id, user_id, created, updated, lead_time_ms FROM annotations WHERE org_id = {org} ORDER BY id")
    state, act = PATHS[path]
    act(org, ada)
    assert org.sql("SELECT id, user_id, created, updated, lead_time_ms FROM annotations WHERE org_id = {org} ORDER BY id") \
        == before and len(before) == 3
    after = ledger(org, user=ada)
    assert [a["user"] for a in after] == [ada] * 3
    assert {a["user_state"] for a in after} == {state}
    names = {a["userName"] for a in after}
    assert names == {"ada@x.example"} if state != "erased" else all(n.startswith("erased-") for n in names)
    report = org.admin.ok("GET", "/annotations/report?user=" + ada)["items"]
    assert [(r["annotations"], r["user_state"]) for r in report] == [(3, state)]
    # late deliveries of the platform still find their author
    assert org.platform.ok("POST", "/annotations", note(9, ada))["written"] == 1


def test_who_comes_back_is_the_same_person(org):
    ada = make_user(org, "ada")
    org.platform.ok("POST", "/annotations", note(1, ada))
    org.scim.ok("DELETE", "/Users/" + ada)
    again = make_user(org, "ada")
    assert again != ada
    org.platform.ok("POST", "/annotations", note(2, "ada@x.example"))
    for who in (ada, again, "ada@x.example"):
        assert [(a["id"], a["user"]) for a in ledger(org, user=who)] == [("a1", ada), ("a2", again)]
    assert {r["person"] for r in org.admin.ok("GET", "/annotations/report")["items"]} == {ada}


def test_deleting_by_sql_is_refused_by_the_schema(org):
    ada = make_user(org)
    org.platform.ok("POST", "/annotations", note(1, ada))
    if org.server.engine == "postgresql":
        with pytest.raises(Exception, match="violates foreign key"):
            org.sql(f"DELETE FROM users WHERE org_id = {{org}} AND id = '{ada}'")
    rule = [r[0] for r in org.sql(
        "SELECT sql FROM sqlite_master WHERE name = 'annotations'" if org.server.engine == "sqlite" else
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'annotations'::regclass AND contype = 'f'")]
    assert any("FOREIGN KEY (org_id, user_id) REFERENCES users" in text for text in rule)
    assert not any("CASCADE" in text or "SET NULL" in text for text in rule)


# ---- audit and events ------------------------------------------------------

def settled(ask):
    """What ask() gives once it gives something; records and events wait two seconds."""
    deadline = time.monotonic() + 30
    while not (out := ask()):
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.3)
    return out


FIELDS = ["id", "at", "actor", "source_id", "action", "target_kind", "target_id", "before", "after", "reason", "trace",
          "address"]


def chain_hash(previous, record):
    parts = [previous] + [None if record[f] is None else str(record[f]) for f in FIELDS]
    text = b"".join(b"-," if p is None else b"%d:%s," % (len(p.encode()), p.encode()) for p in parts)
    return hashlib.sha256(text).hexdigest()


def exported(org, **query):
    asked = "&".join(f"{k}={v}" for k, v in query.items())
    status, headers, body = org.admin.get("/audit/export?" + asked)
    assert status == 200
    lines = [json.loads(x) for x in body.splitlines()] if isinstance(body, str) else [body] if body else []
    return lines, headers


def test_the_trail_is_sealed_and_anybody_can_check_it(org):
    ada = make_user(org, "\u00e4da")
    org.admin.ok("PATCH", "/users/" + ada, {"role": "RE"})
    org.admin.ok("DELETE", "/users/" + ada)
    total = org.admin.ok("GET", "/audit")["total"]
    lines = settled(lambda: [x for x in [exported(org)[0]] if len(x) == total])[0]
    previous = ""
    for n, record in enumerate(lines):
        assert record["seq"] == n + 1 and record["hash"] == chain_hash(previous, record)
        previous = record["hash"]
    assert [x["id"] for x in lines] == sorted(x["id"] for x in lines)
    assert [r["hash"] for r in org.admin.ok("GET", "/audit")["items"]] == [x["hash"] for x in reversed(lines)]
    first, headers = exported(org, limit=2)
    assert first == lines[:2] and 'after=2' in headers["Link"] and 'rel="next"' in headers["Link"]
    assert exported(org, after=2)[0] == lines[2:]
    rows = list(csv.DictReader(io.StringIO(org.admin.get("/audit/export?format=csv").json)))
    assert [r["hash"] for r in rows] == [x["hash"] for x in lines]
    assert [json.loads(r["after"]) if r["after"] else None for r in rows] == \
        [json.loads(x["after"]) if x["after"] else None for x in lines]
    problem(org.admin.get("/audit/export?format=xml"), 400)
    # one character, by somebody who can write to the database
    org.sql(f"UPDATE audit SET actor = 'nobody' WHERE org_id = {{org}} AND id = '{lines[1]['id']}'"
            + (" RETURNING id" if org.server.engine == "sqlite" else ""))
    forged = exported(org)[0]
    assert forged[1]["hash"] != chain_hash(forged[0]["hash"], forged[1])


def test_audit_filters(org):
    ada, bob = make_user(org), make_user(org)
    org.admin.ok("PATCH", "/users/" + ada, {"role": "RE"})
    assert {r["target"] for r in org.admin.ok("GET", "/audit?action=user.created")["items"]} == {ada, bob}
    assert {r["target"] for r in org.admin.ok("GET", "/audit?target=" + ada)["items"]} == {ada}
    given = org.admin.ok("GET", "/audit?action=grant.")["items"][0]
    assert given["after"] == {"scope": "org", "role": "RE"} and given["address"] == "127.0.0.1" and given["request"]
    actor = org.admin.ok("GET", "/audit?actor=" + given["actor"])["items"]
    assert {r["actor"] for r in actor} == {given["actor"]} and actor
    assert org.admin.ok("GET", "/audit?until=2001-01-01T00:00:00Z")["items"] == []
    assert org.admin.ok("GET", "/audit?from=2999-01-01T00:00:00Z")["total"] == 0


def test_events_come_in_order_and_none_is_missed(org):
    users, read, after = [], [], ""
    for _ in range(5):
        users.append(make_user(org))
    org.scim.ok("PATCH", "/Users/" + users[0], active(False))
    deadline = time.monotonic() + 30
    while not [e for e in read if e["type"] == "user.deactivated"]:
        assert time.monotonic() < deadline, read
        page = org.platform.ok("GET", f"/events?limit=3&after={after}")
        read += page["items"]
        after = read[-1]["id"] if read else ""
        time.sleep(0.05 if page["next"] else 0.3)
    assert [e["user"] for e in read if e["type"] == "user.created"] == users
    assert len({e["id"] for e in read}) == len(read) and read == sorted(read, key=lambda e: e["id"])
    assert org.platform.ok("GET", "/events?after=" + after)["total"] == 0
    assert "@" not in json.dumps(read)
