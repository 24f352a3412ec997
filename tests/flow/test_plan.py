"""Plan and apply: see what a change of the rules would do, then do exactly that, or learn what moved."""
import time
from datetime import datetime, timedelta, timezone

import pytest
from harness.crowd import together
from harness.scim import (add_members, make_group, make_user, op, patch_op, person, remove_member, role, rules, set_active,
                          set_limit, shown)
from harness.server import seats
from test_holds import Team, approve as let_go, holds, one as the_hold


def rule(id, group, grant, **more):
    return {"id": id, "match": group if isinstance(group, dict) else {"group": group}, "grant": grant, **more}


def document(*some, **more):
    return {"rules": list(some), **more}


def plan(org, *some, **more):
    return org.admin.ok("POST", "/rules/plan", document(*some, **more))


def order(made):
    return {"plan": made["plan"], "hash": made["hash"]}


def apply(org, made):
    return org.admin.post("/rules/apply", order(made))


def revision(org):
    return org.admin.ok("GET", "/rules")["revision"]


def kinds(made):
    return {w["kind"] for w in made["warnings"]}


def by_user(made):
    return {c["user"]: c for c in made["changes"] if c["scope"] == "org"}


def ahead(**delta):
    return (datetime.now(timezone.utc) + timedelta(**delta)).isoformat(timespec="milliseconds")


@pytest.fixture
def staffed(new_org):
    """Ada and Bob in Staff, who annotate; Eve in nothing."""
    org = new_org(seats=10, default_role="NO")
    org.ada, org.bob, org.eve = make_user(org, "ada"), make_user(org, "bob"), make_user(org, "eve")
    org.staff = make_group(org, "Staff", [org.ada, org.bob])
    org.leads = make_group(org, "Leads", [org.bob])
    rules(org, ("staff", "Staff", {"org_role": "AN"}))
    return org


# ---- plan ------------------------------------------------------------------

def test_a_plan_says_what_would_happen_and_does_nothing(staffed):
    org = staffed
    before = org.admin.ok("GET", "/events")["total"]
    made = plan(org, rule("leads", "Leads", {"org_role": "MA"}))
    assert made["base_revision"] == 1 and made["state"] == "open" and made["next"] is None
    assert made["users"] == {"gained": 0, "lost": 1, "raised": 1, "lowered": 0, "deactivated": 0}
    assert made["seats"] == {"limit": 10, "before": 2, "after": 1, "waiting_before": 0, "waiting_after": 0}
    ada, bob = by_user(made)[org.ada], by_user(made)[org.bob]
    assert (ada["before"], ada["after"], ada["change"]) == ("AN", "NO", "lost")
    assert "policy" in ada["because"] and ada["group"] is None
    assert (bob["before"], bob["after"], bob["because"], bob["group"]) == ("AN", "MA", "leads", org.leads)
    assert bob["userName"] == "bob@x.example"
    assert made["rules"] == {"added": ["leads"], "removed": ["staff"], "changed": [], "same": False}
    assert (role(org, org.ada), role(org, org.bob), revision(org)) == ("AN", "AN", 1)
    assert org.admin.ok("GET", "/events")["total"] == before
    assert org.admin.ok("GET", "/rules/plan/" + made["plan"]) == made


def test_apply_does_what_the_plan_said(staffed):
    org = staffed
    made = plan(org, rule("leads", "Leads", {"org_role": "MA"}))
    status, _, done = apply(org, made)
    assert (status, done["state"], done["revision"]) == (200, "applied", 2)
    assert (role(org, org.ada), role(org, org.bob), seats(org)["used"]) == ("NO", "MA", 1)
    # whoever lost the answer asks again: nothing more happens
    status, _, again = apply(org, made)
    assert (status, again["revision"], revision(org)) == (200, 2, 2)


def test_the_hash_belongs_to_the_plan(staffed):
    made, other = plan(staffed, rule("a", "Staff", {"org_role": "RE"})), plan(staffed)
    assert staffed.admin.post("/rules/apply", {"plan": made["plan"], "hash": other["hash"]}).status == 400
    assert staffed.admin.post("/rules/apply", {"plan": "none", "hash": other["hash"]}).status == 404
    assert revision(staffed) == 1


def test_changes_come_in_pages(new_org):
    org = new_org(default_role="NO")
    people = [make_user(org) for _ in range(7)]
    make_group(org, "Staff", people)
    made = plan(org, rule("staff", "Staff", {"org_role": "AN"}))
    seen, at = [], ""
    while at is not None:
        page = org.admin.ok("GET", f"/rules/plan/{made['plan']}?limit=3&after={at}")
        seen += [c["user"] for c in page["changes"]]
        at = page["next"]
        assert page["total"] == 7 and len(page["changes"]) in (3, 1)
    assert sorted(seen) == sorted(people)


def test_a_plan_over_more_than_one_stored_page(new_org):
    org = new_org(default_role="NO")
    people = [org.scim.ok("POST", "/Users", person(f"many{n}"))["id"] for n in range(520)]
    make_group(org, "Staff", people)
    made = plan(org, rule("staff", "Staff", {"org_role": "AN"}))
    assert made["total"] == 520 and made["users"]["gained"] == 520
    rest = org.admin.ok("GET", f"/rules/plan/{made['plan']}?limit=1000&after=495")["changes"]
    assert [c["user"] for c in rest] == sorted(people)[495:]
    # one of them leaves: the difference is found behind the first page
    org.scim.ok("DELETE", "/Users/" + sorted(people)[510])
    status, _, out = apply(org, made)
    assert status == 409 and out["moved"]["total"] == 1
    assert out["moved"]["changes"][0]["user"] == sorted(people)[510] and out["moved"]["changes"][0]["now"] is None


# ---- the world moves -------------------------------------------------------

def test_a_plan_is_refused_when_people_moved(staffed):
    org = staffed
    made = plan(org, rule("leads", "Leads", {"org_role": "MA"}))
    org.scim.ok("PATCH", "/Groups/" + org.leads, add_members(org.eve))
    status, headers, out = apply(org, made)
    assert status == 409 and headers["Content-Type"].startswith("application/problem+json")
    assert out["moved"]["total"] == 1 and "new plan" in out["detail"]
    moved = out["moved"]["changes"][0]
    assert (moved["user"], moved["planned"], moved["now"]["after"]) == (org.eve, None, "MA")
    assert (revision(org), role(org, org.bob)) == (1, "AN")
    # back as it was: it is the same world, and the plan holds again
    org.scim.ok("PATCH", "/Groups/" + org.leads, remove_member(org.eve))
    assert apply(org, made).status == 200 and role(org, org.bob) == "MA"


def test_a_plan_is_refused_when_the_rules_moved(staffed):
    org = staffed
    made = plan(org, rule("leads", "Leads", {"org_role": "MA"}))
    rules(org, ("staff", "Staff", {"org_role": "RE"}))
    status, _, out = apply(org, made)
    assert status == 409 and out["moved"]["base_revision"] == {"planned": 1, "now": 2}
    assert org.admin.ok("GET", "/rules/plan/" + made["plan"])["state"] == "outdated"


def test_what_changes_nothing_in_the_plan_does_not_stop_it(staffed):
    org = staffed
    made = plan(org, rule("leads", "Leads", {"org_role": "MA"}))
    make_user(org, "unconcerned")
    org.scim.ok("PATCH", "/Users/" + org.ada, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                                               "Operations": [{"op": "replace", "path": "title", "value": "Dr"}]})
    assert apply(org, made).status == 200


def test_a_plan_expires(staffed):
    org = staffed
    made = plan(org, rule("leads", "Leads", {"org_role": "MA"}))
    org.sql("UPDATE plans SET expires = 1 WHERE org_id = {org} RETURNING id")
    status, _, out = apply(org, made)
    assert status == 409 and "new one" in out["detail"]
    assert org.admin.ok("GET", "/rules/plan/" + made["plan"])["state"] == "expired"


def test_two_administrators_apply_at_once(staffed):
    org = staffed
    plans = [plan(org, rule("staff", "Staff", {"org_role": r})) for r in ("RE", "MA")]
    answers = [None, None]
    together(2, lambda n: answers.__setitem__(n, apply(org, plans[n]).status))
    assert sorted(answers) == [200, 409] and revision(org) == 2
    assert role(org, org.ada) == ("RE" if answers[0] == 200 else "MA")


def test_the_inverse_plan_brings_the_former_revision_back(staffed):
    org = staffed
    before = [shown(org, u)["role"] for u in (org.ada, org.bob, org.eve)]
    apply(org, plan(org, rule("leads", "Leads", {"org_role": "MA"})))
    back = org.admin.ok("POST", "/rules/plan", {"revision": 1})
    assert back["users"]["gained"] == 1 and back["users"]["lowered"] == 1
    assert apply(org, back).json["revision"] == 3
    assert [shown(org, u)["role"] for u in (org.ada, org.bob, org.eve)] == before
    assert org.admin.post("/rules/plan", {"revision": 99}).status == 404


# ---- seats and administrators ----------------------------------------------

def test_seats_and_the_queue_in_a_plan(new_org):
    org = new_org(seats=2, default_role="NO")
    people = [make_user(org) for _ in range(4)]
    make_group(org, "Staff", people)
    made = plan(org, rule("staff", "Staff", {"org_role": "AN"}))
    assert made["seats"] == {"limit": 2, "before": 0, "after": 2, "waiting_before": 0, "waiting_after": 2}
    assert made["users"]["gained"] == 2 and "over_the_seat_limit" in kinds(made)
    waits = {c["user"] for c in made["changes"] if c["because"] == "waiting for a seat"}
    assert waits == set(sorted(people)[2:])
    assert apply(org, made).status == 200
    assert {u for u in people if shown(org, u)["role"] == "NO"} == waits
    assert (seats(org)["used"], seats(org)["waiting"]) == (2, 2)
    # fewer who ask: those who wait get the seats
    first, second = sorted(people)[:2]
    few = make_group(org, "Few", people[1:])
    made = plan(org, rule("few", "Few", {"org_role": "AN"}))
    assert made["seats"]["after"] == 2 and made["seats"]["waiting_after"] == 1
    assert by_user(made)[sorted(people)[2]]["after"] == "AN"
    # a higher limit meanwhile changes who gets one
    set_limit(org, 3)
    assert apply(org, made).status == 409 and few


def test_the_last_administrator_stays_and_the_plan_says_so(new_org):
    org = new_org(default_role="NO")
    boss, helper = make_user(org, "boss"), make_user(org, "helper")
    make_group(org, "Admins", [boss, helper])
    rules(org, ("admins", "Admins", {"org_role": "AD"}))
    made = plan(org)
    assert {"administrator_lowered", "last_administrator"} <= kinds(made)
    assert [c["user"] for c in made["changes"]] == [min(boss, helper)]
    assert apply(org, made).status == 200
    assert {role(org, boss), role(org, helper)} == {"AD", "NO"}
    # with somebody else the one who was kept goes
    other = make_user(org, "other")
    make_group(org, "New", [other])
    made = plan(org, rule("new", "New", {"org_role": "AD"}))
    assert "last_administrator" not in kinds(made) and made["users"]["lost"] == 1
    assert apply(org, made).status == 200
    assert {role(org, boss), role(org, helper), role(org, other)} == {"NO", "AD"} and role(org, other) == "AD"


def test_places_gained_lost_and_raised(staffed):
    org = staffed
    space = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    project = org.admin.ok("POST", "/projects", {"title": "Cars", "workspace": space})["id"]
    made = plan(org, rule("staff", "Staff", {"org_role": "AN"}), rule("w", "Staff", {"workspace": space}),
                rule("p", "Leads", {"project": project, "role": "RE"}))
    assert made["users"]["gained"] == 2 and made["users"]["raised"] == 0
    assert {(c["user"], c["target"], c["before"], c["after"]) for c in made["changes"]} == {
        (org.ada, space, None, "member"), (org.bob, space, None, "member"), (org.bob, project, None, "RE")}
    apply(org, made)
    made = plan(org, rule("staff", "Staff", {"org_role": "AN"}),
                rule("w", "Leads", {"workspace": space, "role": "manager"}))
    assert made["users"] == {"gained": 0, "lost": 2, "raised": 1, "lowered": 0, "deactivated": 0}
    lost = next(c for c in made["changes"] if c["user"] == org.ada)
    assert (lost["before"], lost["after"], lost["because"]) == ("member", None, "w")
    assert apply(org, made).status == 200
    assert shown(org, org.ada)["workspaces"] == [] and shown(org, org.bob)["workspaces"][0]["role"] == "manager"


# ---- warnings and tests ----------------------------------------------------

WARNINGS = [
    ([("a", "Nobody", {"org_role": "AN"})], "group_never_seen"),
    ([("a", "Staff", {"org_role": "AN"}), ("b", "staff", {"org_role": "AN"})], "duplicate_rule"),
    ([("a", "Staff", {"org_role": "AN"}), ("b", "Staff", {"org_role": "RE"})], "shadowed_rule"),
    ([("a", "Staff", {"org_role": "AN"}), ("b", {"group": "s*", "by": "glob"}, {"org_role": "RE"})], "shadowed_rule"),
    ([("a", "Staff", {"org_role": "AN"}), ("b", {"group": "Staff", "by": "exact"}, {"org_role": "AN"})], "duplicate_rule"),
    ([("a", "Staff", {"org_role": "AN"}), ("b", {"group": "s*", "by": "glob"}, {"org_role": "AN"})], "duplicate_rule"),
    ([("a", "Staff", {"workspace": "none"})], "unknown_target"),
    ([("a", "Staff", {"project": "none", "role": "RE"})], "unknown_target"),
]


@pytest.mark.parametrize("some,kind", WARNINGS)
def test_warnings(staffed, some, kind):
    made = plan(staffed, *[rule(*r) for r in some])
    assert kind in kinds(made)
    assert kind not in kinds(plan(staffed, rule("staff", "Staff", {"org_role": "AN"})))


def test_of_rules_that_give_the_same_the_one_too_many_is_named(staffed):
    made = plan(staffed, rule("name", "Staff", {"org_role": "AN"}), rule("exact", {"group": "Staff", "by": "exact"}, {"org_role": "AN"}),
                rule("leads", "Leads", {"org_role": "RE"}), rule("all", {"group": "*", "by": "glob"}, {"org_role": "AN"}),
                rule("later", "Leads", {"org_role": "RE"}, until="2099-01-01T00:00:00Z"),
                rule("longer", {"group": "Leads", "by": "exact"}, {"org_role": "RE"}, **{"from": "2020-01-01T00:00:00Z"}))
    assert {(w["kind"], w["rule"]) for w in made["warnings"]} == {
        ("duplicate_rule", "name"), ("duplicate_rule", "exact"), ("duplicate_rule", "later"), ("duplicate_rule", "longer")}


def test_warning_of_groups_not_seen_lately_and_of_the_threshold(staffed):
    org = staffed
    same = rule("staff", "Staff", {"org_role": "AN"})
    assert "group_not_seen_lately" not in kinds(plan(org, same))
    org.sql("UPDATE groups SET changed = 1 WHERE org_id = {org} RETURNING id")
    org.sql("UPDATE group_changes SET at = 1 WHERE org_id = {org} RETURNING slot")
    assert "group_not_seen_lately" in kinds(plan(org, same))
    org.admin.ok("PATCH", "/org", {"hold_people": 1, "hold_percent": 10})
    assert "over_the_threshold" in kinds(plan(org)) and "over_the_threshold" not in kinds(plan(org, same))


def test_who_loses_in_two_places_counts_once_and_who_is_out_not_at_all(staffed):
    org = staffed
    space = org.admin.ok("POST", "/workspaces", {"title": "W"})["id"]
    rules(org, ("staff", "Staff", {"org_role": "RE"}), ("space", "Staff", {"workspace": space}))
    org.admin.ok("PATCH", "/org", {"hold_people": 1, "hold_percent": 1})
    less = rule("staff", "Staff", {"org_role": "AN"})
    made = plan(org, less)
    assert (made["users"]["lost"], made["users"]["lowered"], made["changed"]) == (2, 2, 2)
    assert [w["text"] for w in made["warnings"] if w["kind"] == "over_the_threshold"][0].startswith("2 of 3 people")
    set_active(org, org.bob, False)
    assert "over_the_threshold" not in kinds(plan(org, less))
    # a part of those who work, as for what a directory takes, and not of all who ever did
    for _ in range(20):
        set_active(org, make_user(org), False)
    org.admin.ok("PATCH", "/org", {"hold_people": 0, "hold_percent": 10})
    assert "over_the_threshold" in kinds(plan(org, less))


def test_the_same_rules_in_other_words_are_no_new_revision(staffed):
    org = staffed
    turned = {"rules": [{"grant": {"org_role": "AN"}, "match": {"group": "Staff"}, "id": "staff"}]}
    made = org.admin.ok("POST", "/rules/plan", turned)
    assert made["rules"]["same"] and made["changed"] == 0
    assert apply(org, made).json["revision"] == revision(org) == 1


def test_tests_of_the_document_must_pass(staffed):
    org = staffed
    good = {"name": "staff annotate", "groups": ["Staff"], "expect": {"org_role": "AN", "workspaces": {}}}
    bad = {"name": "leads lead", "groups": ["Staff", "Leads"], "expect": {"org_role": "MA"}}
    some = [rule("staff", "Staff", {"org_role": "AN"}), rule("other", "Other", {"org_role": "RE"})]
    made = plan(org, *some, tests=[good, bad])
    assert made["tests"]["passed"] == 1 and made["tests"]["failed"][0]["test"] == "leads lead"
    status, _, out = apply(org, made)
    assert status == 409 and "leads lead" in out["detail"] and revision(org) == 1
    status, _, out = org.admin.put("/rules", document(*some, tests=[good, bad]))
    assert status == 409 and "leads lead" in out["detail"] and revision(org) == 1
    made = plan(org, *some, tests=[good])
    assert apply(org, made).status == 200
    assert org.admin.ok("GET", "/rules")["tests"] == [good]


@pytest.mark.parametrize("test", [
    {"groups": "Staff", "expect": {}}, {"groups": [1], "expect": {}}, {"groups": []}, {"groups": [], "expect": {"role": "AN"}},
    {"groups": [], "expect": {"org_role": "Boss"}}, {"groups": [], "expect": {"projects": {"p": "MA"}}}, "Staff"])
def test_tests_that_are_none(staffed, test):
    assert staffed.admin.post("/rules/plan", document(tests=[test])).status == 400


# ---- rules with a time -----------------------------------------------------

def until_role(org, user, wanted, seconds=15):
    end = time.monotonic() + seconds
    while role(org, user) != wanted:
        assert time.monotonic() < end, f"{role(org, user)}, not {wanted}"
        time.sleep(0.1)


def test_rules_begin_and_end_by_themselves(staffed):
    org = staffed
    start, stop = ahead(seconds=2), ahead(seconds=5)
    some = [rule("staff", "Staff", {"org_role": "AN"}),
            rule("shift", "Leads", {"org_role": "MA"}, **{"from": start, "until": stop})]
    made = plan(org, *some)
    assert made["changed"] == 0 and "rule_begins_later" in kinds(made)
    assert apply(org, made).status == 200 and role(org, org.bob) == "AN"
    until_role(org, org.bob, "MA")
    assert datetime.now(timezone.utc) >= datetime.fromisoformat(start)
    until_role(org, org.bob, "AN")
    assert datetime.now(timezone.utc) >= datetime.fromisoformat(stop)
    assert org.admin.ok("GET", "/audit?action=rules.moved")["total"] == 2


def test_a_time_passes_while_no_server_runs(own_server):
    org = own_server.new_org(default_role="NO")
    user = make_user(org)
    make_group(org, "Staff", [user])
    own_server.admin(org).ok("PUT", "/rules", document(rule("s", "Staff", {"org_role": "AN"}, until=ahead(seconds=2))))
    assert role(org, user) == "AN"
    own_server.stop()
    time.sleep(2.2)
    own_server.start()
    until_role(org, user, "NO")


def test_several_processes_move_the_rules_once(pair):
    first, second = pair
    org = first.new_org(default_role="NO")
    user = make_user(org)
    make_group(org, "Staff", [user])
    first.admin(org).ok("PUT", "/rules", document(rule("s", "Staff", {"org_role": "AN"}, **{"from": ahead(seconds=2)})))
    until_role(org, user, "AN")
    time.sleep(2)
    assert org.admin.ok("GET", "/audit?action=rules.moved")["total"] == 1
    assert org.admin.at(second.base).ok("GET", "/users/" + user)["role"] == "AN"


@pytest.mark.parametrize("window", [{"from": "tomorrow"}, {"until": 5}, {"from": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}])
def test_times_that_are_none(staffed, window):
    assert staffed.admin.post("/rules/plan", document(rule("a", "Staff", {"org_role": "AN"}, **window))).status == 400


# ---- people whom a hold lets count in groups they left ---------------------

def leave(team, way):
    """Everybody leaves the group, and a hold keeps what it gave them."""
    path = "/Groups/" + team.group
    if way == "emptied":
        team.put([])
    elif way == "deleted":
        team.org.scim.ok("DELETE", path)
    else:
        team.org.scim.ok("PATCH", path, patch_op(op("replace", "displayName", "Former staff")))
    assert the_hold(team.org)["people"] == len(team.people)


def came_true(org, made):
    """Applies a plan; everybody in it is what it said, and the same once more changes nothing."""
    assert apply(org, made).status == 200
    real = {u["id"]: u["role"] for u in org.admin.ok("GET", "/users?limit=1000")["items"]}
    said = by_user(made)
    assert {u: real[u] for u in said} == {u: c["after"] for u, c in said.items()}
    again = org.admin.ok("POST", "/rules/plan", {"revision": revision(org)})
    assert again["changed"] == 0 and again["users"] == dict.fromkeys(again["users"], 0)
    return said


@pytest.fixture
def held(new_org):
    """Twelve people who annotate by one group that they are about to leave."""
    return Team(new_org(seats=60, default_role="NO"), 12)


@pytest.mark.parametrize("way", ["emptied", "deleted", "renamed"])
def test_a_plan_knows_whom_a_hold_keeps(held, way):
    org = held.org
    leave(held, way)
    made = plan(org, rule("staff", "Staff", {"org_role": "RE"}))
    assert made["users"] == {"gained": 0, "lost": 0, "raised": 12, "lowered": 0, "deactivated": 0}
    assert set(came_true(org, made)) == set(held.people) and the_hold(org)["people"] == 12
    # a place as well, and the hold's list says so
    place = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    made = plan(org, rule("staff", "Staff", {"org_role": "RE"}), rule("place", "staff", {"workspace": place}))
    assert made["users"]["gained"] == 12
    came_true(org, made)
    assert [w["id"] for w in shown(org, held.people[0])["workspaces"]] == [place]
    assert the_hold(org)["items"][0]["before"]["places"] == [{"workspace": place, "role": "member"}]
    # without a rule for the group nothing is left to hold
    made = plan(org, rule("other", "Other", {"org_role": "AN"}))
    assert made["users"]["lost"] == 12
    came_true(org, made)
    assert seats(org)["used"] == 0 and holds(org, "open") == []


def test_what_a_held_group_gives_does_not_lower_its_former_members(held):
    org = held.org
    leave(held, "emptied")
    org.admin.ok("PATCH", "/org", {"default_role": "RE", "never_matched": "default_role", "lost_match": "default_role"})
    made = plan(org, rule("staff", "Staff", {"org_role": "AN"}), rule("more", "More", {"org_role": "AD"}))
    came_true(org, made)
    assert {role(org, u) for u in held.people} == {"RE"} and holds(org, "open") == []


def test_a_rule_that_ends_ends_for_the_held(held):
    org = held.org
    lead = make_user(org)
    make_group(org, "Leads", [lead])
    org.admin.ok("PUT", "/rules", document(rule("staff", "Staff", {"org_role": "AN"}, until=ahead(seconds=4)),
                                           rule("lead", "Leads", {"org_role": "MA"})))
    leave(held, "renamed")
    assert role(org, held.people[0]) == "AN"
    for user in held.people:
        until_role(org, user, "NO")
    assert role(org, lead) == "MA" and seats(org)["used"] == 1 and holds(org, "open") == []


@pytest.mark.parametrize("way", ["emptied", "deleted", "renamed"])
def test_a_workspace_named_after_a_group_is_held(new_org, way):
    org = new_org(seats=60, default_role="AN")
    team = Team(org, 12)
    apply(org, plan(org, rule("teams", "Staff", {"workspace_from_group": "{group}", "create": True})))
    assert titles(org) == ["Staff"]
    leave(team, way)
    assert the_hold(org)["items"][0]["what"] == "access"
    here = shown(org, team.people[0])["workspaces"]
    assert [w["title"] for w in here] == ["Staff"]
    # a change of the rules finds it again
    made = plan(org, rule("teams", "Staff", {"workspace_from_group": "{group}", "create": True}), rule("s", "Staff", {"org_role": "RE"}))
    assert made["workspaces"] == [] and made["users"]["raised"] == 12 and made["users"]["lost"] == 0
    came_true(org, made)
    assert shown(org, team.people[0])["workspaces"] == here and titles(org) == ["Staff"]
    assert let_go(org, the_hold(org)).status == 200
    assert shown(org, team.people[0])["workspaces"] == [] and role(org, team.people[0]) == "AN"


# ---- workspaces named after groups -----------------------------------------

def titles(org):
    return sorted(w["title"] for w in org.admin.ok("GET", "/workspaces")["items"])


TEMPLATE = {"workspace_from_group": "{1}", "create": True}
TEAMS = {"group": "ls-([a-z]+)-team", "by": "regex"}


def test_workspaces_are_made_only_where_a_rule_says_so(new_org):
    org = new_org(default_role="AN")
    user = make_user(org)
    make_group(org, "ls-vision-team", [user])
    make_group(org, "ls-empty-team")
    made = plan(org, rule("teams", TEAMS, TEMPLATE))
    assert made["workspaces"] == ["vision"] and titles(org) == []
    assert made["changes"][0]["target"] == "new:vision" and apply(org, made).status == 200
    assert titles(org) == ["vision"] and shown(org, user)["workspaces"][0]["title"] == "vision"
    # one more group later, and a group renamed: its workspace stays the same one
    other = make_user(org)
    group = make_group(org, "ls-text-team", [other])
    assert titles(org) == ["text", "vision"]
    here = shown(org, other)["workspaces"]
    org.scim.ok("PATCH", "/Groups/" + group, {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                                              "Operations": [{"op": "replace", "path": "displayName", "value": "ls-speech-team"}]})
    assert shown(org, other)["workspaces"] == here and titles(org) == ["text", "vision"]


def test_no_workspace_is_made_by_a_rule_that_gives_nothing(new_org):
    org = new_org(default_role="AN")
    ada = make_user(org, "ada")
    make_group(org, "Red", [ada])
    grant = {"workspace_from_group": "Team {group}", "create": True}

    def titles():
        return [w["title"] for w in org.admin.ok("GET", "/workspaces")["items"]]

    def made(**window):
        foreseen = plan(org, rule("red", "Red", grant, **window))
        org.admin.ok("PUT", "/rules", document(rule("red", "Red", grant, **window)))
        assert foreseen["workspaces"] == titles()
        return titles()
    assert made(until="2021-01-01T00:00:00Z") == []
    org.admin.ok("PATCH", "/org", {"authority": {"workspace": "manual"}})
    assert made() == []
    org.admin.ok("PUT", "/rules", document())
    org.admin.ok("PATCH", "/org", {"authority": {"workspace": "both"}})
    assert made(**{"from": ahead(seconds=2)}) == []
    deadline = time.monotonic() + 30
    while not shown(org, ada)["workspaces"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert titles() == ["Team Red"]


def test_a_title_that_is_taken(new_org):
    org = new_org(default_role="AN")
    user = make_user(org)
    make_group(org, "ls-vision-team", [user])
    mine = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    made = plan(org, rule("teams", TEAMS, TEMPLATE))
    assert "workspace_taken" in kinds(made) and made["changed"] == 0
    made = plan(org, rule("teams", TEAMS, {**TEMPLATE, "adopt": True}))
    assert made["workspaces"] == [] and made["changes"][0]["target"] == mine
    assert apply(org, made).status == 200 and shown(org, user)["workspaces"][0]["id"] == mine


def test_what_an_administrator_deletes_stays_away(new_org):
    org = new_org(default_role="AN")
    user = make_user(org)
    group = make_group(org, "ls-vision-team", [user])
    apply(org, plan(org, rule("teams", TEAMS, TEMPLATE)))
    org.admin.ok("DELETE", "/workspaces/" + shown(org, user)["workspaces"][0]["id"])
    org.scim.ok("PATCH", "/Groups/" + group, add_members(make_user(org)))
    assert titles(org) == []
    same = plan(org, rule("teams", TEAMS, TEMPLATE))
    assert same["workspaces"] == [] and same["changed"] == 0 and apply(org, same).status == 200 and titles(org) == []
    # until the rules are others: then everything is looked for anew, and the plan says so
    made = plan(org, rule("teams", TEAMS, TEMPLATE), rule("staff", "Staff", {"org_role": "RE"}))
    assert made["workspaces"] == ["vision"] and made["users"]["gained"] == 2
    came_true(org, made)
    assert titles(org) == ["vision"] and shown(org, user)["workspaces"][0]["title"] == "vision"


def test_an_adopted_workspace_may_come_later(new_org):
    org = new_org(default_role="AN")
    user = make_user(org)
    make_group(org, "ls-vision-team", [user])
    apply(org, plan(org, rule("teams", TEAMS, {"workspace_from_group": "{1}", "adopt": True})))
    assert shown(org, user)["workspaces"] == []
    org.admin.ok("POST", "/workspaces", {"title": "Vision"})
    assert shown(org, user)["workspaces"][0]["title"] == "Vision"


def test_a_day_has_its_cap(new_org):
    org = new_org(default_role="AN")
    user = make_user(org)
    for n in range(103):
        make_group(org, f"team {n:03}", [user])
    made = plan(org, rule("t", {"group": "team *", "by": "glob"}, {"workspace_from_group": "{group}", "create": True}))
    assert len(made["workspaces"]) == 100 and "workspace_cap" in kinds(made)
    assert apply(org, made).status == 200 and len(shown(org, user)["workspaces"]) == 100
    # the next day, by itself
    org.sql("UPDATE rule_places SET created = created - 86400000 WHERE org_id = {org} RETURNING rule_id")
    org.sql("UPDATE orgs SET rules_next = 1 WHERE id = {org} RETURNING id")
    end = time.monotonic() + 15
    while len(shown(org, user)["workspaces"]) < 103:
        assert time.monotonic() < end
        time.sleep(0.1)


@pytest.mark.parametrize("grant", [
    {"workspace_from_group": "{group}"}, {"workspace_from_group": "{name}", "create": True}, {"create": True, "org_role": "AN"},
    {"workspace_from_group": "{1}", "create": True}, {"workspace_from_group": "x", "create": True, "workspace": "y"}])
def test_templates_that_are_none(staffed, grant):
    assert staffed.admin.post("/rules/plan", document(rule("a", "Staff", grant))).status == 400


# ---- tenants ---------------------------------------------------------------

def test_plans_stay_in_their_organization(staffed, new_org):
    other = new_org()
    made = plan(staffed, rule("a", "Staff", {"org_role": "RE"}))
    assert other.admin.get("/rules/plan/" + made["plan"]).status == 404
    assert apply(other, made).status == 404
    assert staffed.platform.post("/rules/plan", document()).status == 403
    assert apply(staffed, made).status == 200
