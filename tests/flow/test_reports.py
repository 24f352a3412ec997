"""Reports: seats by day and month, leavers, people who do not come, who has what."""
import csv
import io
import re
import time
from datetime import datetime

import pytest
from harness.scim import make_group, make_user, op, patch_op, rules, set_active
from test_admin_org import problem
from test_openapi import fits

DAY = 24 * 60 * 60 * 1000
TODAY = int(time.time() * 1000) // DAY * DAY


def table(text):
    return list(csv.DictReader(io.StringIO(text)))


def as_csv(org, path):
    status, headers, text = org.admin.get(path + ("&" if "?" in path else "?") + "format=csv")
    assert status == 200 and headers["Content-Type"].startswith("text/csv"), (status, text)
    return table(text), headers


def items(org, path):
    body = org.admin.ok("GET", path)
    api = org.admin.ok("GET", "/openapi.json")
    schema = api["paths"]["/api/v1" + path.split("?")[0]]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    fits(api, schema, body, path)
    return body["items"]


# ---- seats --------------------------------------------------------------------

@pytest.fixture
def moves(new_org):
    """An organization whose seats moved: (day back from today, hour, +1 or -1)."""
    org = new_org(default_role="AN")
    for n, (back, hour, delta) in enumerate([(40, 1, 1), (40, 2, 1), (9, 1, 1), (9, 2, 1), (9, 3, -1), (9, 4, -1), (2, 5, -1)]):
        at = TODAY - back * DAY + hour * 3600000
        org.sql(f"INSERT INTO seat_moves (org_id, id, at, user_id, delta) VALUES ({{org}}, 'm{n}', {at}, 'u', {delta})")
    return org


def day_of(back):
    return time.strftime("%Y-%m-%d", time.gmtime((TODAY - back * DAY) / 1000))


def test_seats_by_day(moves):
    days = {d["period"]: d for d in items(moves, "/reports/seats")}
    assert len(days) == 31 and list(days) == sorted(days)
    expect = {30: (2, 2, 0, 0), 10: (2, 2, 0, 0), 9: (2, 4, 2, 2), 8: (2, 2, 0, 0), 2: (1, 2, 0, 1), 0: (1, 1, 0, 0)}
    for back, (used, peak, taken, freed) in expect.items():
        assert days[day_of(back)] == {"period": day_of(back), "used": used, "peak": peak, "taken": taken, "freed": freed}


def test_seats_by_month_have_the_peak(moves):
    stamp = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime((TODAY - 40 * DAY) / 1000))
    months = items(moves, f"/reports/seats?by=month&from={stamp}")
    by_day = items(moves, f"/reports/seats?from={stamp}")
    assert len(by_day) == 41
    for m in months:
        of_month = [d for d in by_day if d["period"].startswith(m["period"])]
        assert m["peak"] == max(d["peak"] for d in of_month) and m["used"] == of_month[-1]["used"]
        assert m["taken"] == sum(d["taken"] for d in of_month)
    assert max(m["peak"] for m in months) == 4
    rows, _ = as_csv(moves, f"/reports/seats?by=month&from={stamp}")
    assert [(r["period"], int(r["peak"])) for r in rows] == [(m["period"], m["peak"]) for m in months]


def test_a_month_is_a_whole_one(moves):
    months = items(moves, "/reports/seats?by=month")
    today = time.strftime("%Y-%m-%d", time.gmtime(TODAY / 1000))
    assert len(months) == 12 and months[-1]["period"] == today[:7]
    days = items(moves, f"/reports/seats?from={months[0]['period']}-01T00:00:00Z")
    assert days[-1]["period"] == today
    for m in months:
        of_month = [d for d in days if d["period"].startswith(m["period"])]
        assert (m["peak"], m["used"]) == (max(d["peak"] for d in of_month), of_month[-1]["used"])
    # asked from its 20th until its 21st, the month is all of it
    one = months[-2]["period"]
    assert items(moves, f"/reports/seats?by=month&from={one}-20T00:00:00Z&until={one}-21T00:00:00Z") == [months[-2]]


def test_days_to_come_are_not_told(org):
    ahead = time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(TODAY / 1000 + 9 * 86400))
    assert items(org, "/reports/seats?until=" + ahead)[-1]["period"] == time.strftime("%Y-%m-%d", time.gmtime(TODAY / 1000))


def test_seats_agree_with_the_licence(org):
    users = [make_user(org) for _ in range(3)]
    org.admin.ok("PATCH", "/org", {"default_role": "AN"})
    for user in users:
        org.admin.ok("PATCH", "/users/" + user, {"role": "AN"})
    set_active(org, users[0], False)
    today = items(org, "/reports/seats")[-1]
    seats = org.admin.ok("GET", "/seats")
    assert today["used"] == seats["used"] == 2 and today["peak"] == seats["peak_this_month"] == 3


def test_seats_bounds(org):
    for query in ("from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z", "from=2001-01-01T00:00:00Z", "by=week",
                  "format=xml", "format=jsonl"):
        problem(org.admin.get("/reports/seats?" + query), 400)
    one = items(org, "/reports/seats?from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z")
    assert [d["period"] for d in one] == ["2026-01-01"]


# ---- leavers -------------------------------------------------------------------

def test_leavers_with_their_history(new_org):
    org = new_org(default_role="AN")
    stays, shut, gone, erased = (make_user(org) for _ in range(4))
    for n, user in enumerate((stays, shut, shut, gone, erased)):
        org.platform.ok("POST", "/annotations", {"id": f"a{n}", "project": f"p{n}", "user": user, "lead_time_ms": 500,
                                                 "created": f"2026-01-0{n + 1}T00:00:00Z"})
    set_active(org, shut, False)
    org.scim.delete("/Users/" + gone)
    org.admin.request("POST", f"/users/{erased}/erase")
    found = {r["user"]: r for r in items(org, "/reports/leavers")}
    assert {u: r["state"] for u, r in found.items()} == {shut: "deactivated", gone: "former", erased: "erased"}
    assert (found[shut]["annotations"], found[shut]["projects"], found[shut]["lead_time_ms"]) == (2, 2, 1000)
    assert found[shut]["first_annotation"].startswith("2026-01-02") and found[shut]["last_annotation"].startswith("2026-01-03")
    assert all(r["left"] and not r["returned"] for r in found.values())
    assert "@" not in str(found[erased])
    assert items(org, "/reports/leavers?until=2026-01-01T00:00:00Z") == []
    set_active(org, shut, True)
    assert shut not in {r["user"] for r in items(org, "/reports/leavers")}


def test_who_is_out_by_policy_left_when_that_came(new_org):
    org = new_org(default_role="NO")
    org.admin.ok("PATCH", "/org", {"lost_match": "deactivate"})
    rules(org, ("staff", "Staff", {"org_role": "AN"}))
    ada = make_user(org)
    staff = make_group(org, "Staff", [ada])
    set_active(org, ada, False)
    set_active(org, ada, True)
    back = time.time()
    time.sleep(0.01)
    org.scim.ok("DELETE", "/Groups/" + staff)
    left = items(org, "/reports/leavers")[0]["left"]
    assert datetime.fromisoformat(left).timestamp() > back
    org.scim.ok("PATCH", "/Users/" + ada, patch_op(op("replace", "displayName", "Another")))
    assert items(org, "/reports/leavers")[0]["left"] == left


def test_leavers_page_by_page(new_org):
    org = new_org(default_role="AN")
    users = [make_user(org) for _ in range(5)]
    for user in users:
        set_active(org, user, False)
    seen, path = [], "/reports/leavers?limit=2"
    while path:
        rows, headers = as_csv(org, path)
        seen += [r["user"] for r in rows]
        link = re.match(r"<[^>]*/api/v1(/reports/leavers\?[^>]*)>", headers.get("Link") or "")
        path = link and link[1].replace("format=csv&", "")
    assert seen == sorted(users)
    assert org.admin.ok("GET", "/reports/leavers?limit=2")["total"] == 5


# ---- people who do not come ----------------------------------------------------

def test_idle_people(new_org):
    org = new_org(default_role="AN")
    fresh, old, came, shut = (make_user(org) for _ in range(4))
    for user in (old, came, shut):
        org.sql(f"UPDATE users SET created = 1 WHERE org_id = {{org}} AND id = '{user}'")
    set_active(org, shut, False)
    now = int(time.time() * 1000)
    for n, at in enumerate((now - 200 * DAY, now - 10 * DAY)):
        org.sql("INSERT INTO audit (org_id, id, at, actor, action, target_kind, target_id) VALUES "
                f"({{org}}, 'x{n}', {at}, 'saml', 'signin.accepted', 'user', '{came}')")
    assert {r["user"]: r["last_signin"] for r in items(org, "/reports/idle")} == {old: None}
    found = {r["user"]: r for r in items(org, "/reports/idle?days=5")}
    assert set(found) == {old, came} and found[came]["last_signin"] and found[came]["seat"]
    problem(org.admin.get("/reports/idle?days=x"), 400)


# ---- who has what --------------------------------------------------------------

def test_access_review(new_org):
    org = new_org(default_role="NO")
    ada, bob, nobody = make_user(org), make_user(org), make_user(org)
    make_group(org, "Vision", [ada, bob])
    place = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    project = org.admin.ok("POST", "/projects", {"title": "Signs", "workspace": place})["id"]
    rules(org, ("all", "Vision", {"org_role": "AN"}), ("room", "Vision", {"workspace": place}))
    org.admin.ok("POST", "/grants", {"user": ada, "project": project, "role": "RE"})
    rows = items(org, "/reports/access")
    of = {u: {(r["scope"], r["title"], r["given"], r["rule"], r["group_name"]) for r in rows if r["user"] == u}
          for u in (ada, bob, nobody)}
    mapped = {("org", None, "AN", "all", "Vision"), ("workspace", "Vision", "member", "room", "Vision")}
    assert of[bob] == mapped and of[ada] == mapped | {("project", "Signs", "RE", None, None)}
    assert of[nobody] == {(None, None, None, None, None)}
    assert {r["user"]: (r["state"], r["role"]) for r in rows} == \
        {ada: ("active", "AN"), bob: ("active", "AN"), nobody: ("pending", "NO")}
    by_hand, = [r for r in rows if r["scope"] == "project"]
    assert by_hand["by"].startswith("token:") and by_hand["since"] and by_hand["revision"] is None
    page = org.admin.ok("GET", "/reports/access?limit=1")
    assert {r["user"] for r in page["items"]} == {min(ada, bob, nobody)} and page["total"] == 3
    rest = org.admin.ok("GET", f"/reports/access?after={page['next']}")
    assert page["items"] + rest["items"] == rows and rest["next"] is None


def test_a_spreadsheet_runs_nothing(new_org):
    org = new_org(default_role="AN")
    user = make_user(org, "=cmd@x.example", displayName='=HYPERLINK("http://x")')
    make_user(org, "plain@x.example", displayName="+1, \"two\"\n@three")
    rows, _ = as_csv(org, "/reports/access")
    mine = {r["user"]: r for r in rows}
    assert mine[user]["userName"] == "'=cmd@x.example" and mine[user]["displayName"] == "'=HYPERLINK(\"http://x\")"
    assert "'+1, \"two\"\n@three" in {r["displayName"] for r in rows}
    for row in rows:
        assert not [v for v in row.values() if v[:1] in tuple("=+-@\t\r\n")], row


def test_reports_are_for_administrators(org):
    for name in ("seats", "leavers", "idle", "access"):
        assert org.platform.get("/reports/" + name).status == 403


def test_ctl(server, new_org):
    org = new_org(default_role="AN")
    users = [make_user(org) for _ in range(3)]
    set_active(org, users[0], False)
    assert "PEAK" in server.api(org, "reports", "seats")
    assert len(table(server.api(org, "reports", "seats", "--format", "csv"))) == 31
    assert server.api(org, "reports", "leavers", "--json").count('"user"') == 1
    assert [r["user"] for r in table(server.api(org, "reports", "leavers", "--format", "csv"))] == [users[0]]
    assert {r["user"] for r in table(server.api(org, "reports", "access", "--format", "csv"))} == set(users)
    assert "LAST SIGN-IN" in server.api(org, "reports", "idle", "--days", "30")
