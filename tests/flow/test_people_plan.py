"""One role or state for many people: seen first, then done to all of them or to nobody."""
import pytest

from harness.scim import make_user, patch_op, op
from harness.server import seats


def plan(org, users, **what):
    return org.admin.ok("POST", "/people/plan", {"users": users, **what})


def apply(org, made):
    return org.admin.post("/people/apply", {"plan": made["plan"], "hash": made["hash"]})


def role(org, user):
    return org.admin.ok("GET", f"/users/{user}")["role"]


def roles(org, users):
    return [role(org, u) for u in users]


@pytest.fixture
def team(new_org):
    org = new_org(seats=5, default_role="NO")
    org.people = [make_user(org) for _ in range(3)]
    return org


def test_it_is_seen_before_it_is_done(team):
    made = plan(team, team.people, role="RE")
    assert made["state"] == "open" and made["revision"] is None and made["rules"]["same"]
    assert made["users"] == {"gained": 3, "lost": 0, "raised": 0, "lowered": 0, "deactivated": 0}
    assert (made["seats"]["before"], made["seats"]["after"]) == (0, 3)
    assert {(c["before"], c["after"], c["because"]) for c in made["changes"]} == {("NO", "RE", "manual")}
    assert roles(team, team.people) == ["NO"] * 3 and seats(team)["used"] == 0
    done = apply(team, made)
    assert done.status == 200 and done.json["state"] == "applied"
    assert roles(team, team.people) == ["RE"] * 3 and seats(team)["used"] == 3
    # whoever lost the answer gets it again, and nothing happens twice
    given = team.admin.ok("GET", "/audit?action=grant.given")["total"]
    assert apply(team, made).json == done.json
    assert team.admin.ok("GET", "/audit?action=grant.given")["total"] == given == 3


def test_raised_lowered_taken_back(team):
    ada, bob, eve = team.people
    apply(team, plan(team, [ada, bob], role="RE"))
    apply(team, plan(team, [eve], role="MA"))
    assert plan(team, [ada, bob, eve], role="MA")["users"]["raised"] == 2
    assert plan(team, [ada, bob, eve], role="AN")["users"]["lowered"] == 3
    lost = plan(team, [ada, ada, eve], role=None)
    assert lost["users"]["lost"] == 2 and lost["changed"] == 2
    assert apply(team, lost).status == 200
    assert roles(team, team.people) == ["NO", "RE", "NO"]
    assert team.admin.ok("GET", "/grants")["total"] == 1


def test_states(team):
    apply(team, plan(team, team.people, role="AN"))
    off = plan(team, team.people[:2], state="deactivated")
    assert off["users"]["deactivated"] == 2 and off["seats"]["after"] == 1
    assert {c["because"] for c in off["changes"]} == {"manual"}
    assert apply(team, off).status == 200 and roles(team, team.people) == ["DI", "DI", "AN"]
    taken = plan(team, team.people, role=None)
    assert {c["because"] for c in taken["changes"]} == {"policy: no rule matches"}
    on = plan(team, team.people[:2], state="active")
    assert on["users"]["gained"] + on["users"]["raised"] == 2 and on["seats"]["after"] == 3
    assert apply(team, on).status == 200 and roles(team, team.people) == ["AN"] * 3


def test_what_moved_since_is_told_and_nothing_is_done(team):
    ada, bob, _ = team.people
    made = plan(team, [ada, bob], role="RE")
    team.scim.ok("PATCH", f"/Users/{bob}", patch_op(op("replace", "active", False)))
    refused = apply(team, made)
    assert refused.status == 409 and [m["user"] for m in refused.json["moved"]["changes"]] == [bob]
    assert role(team, ada) == "NO"
    made = plan(team, [ada], role="RE")
    team.admin.ok("PUT", "/rules", {"rules": []})
    assert apply(team, made).status == 409 and role(team, ada) == "NO"


def test_over_the_limit_is_foreseen(new_org):
    for policy in ("queue", "refuse"):
        org = new_org(seats=1, policy=policy, default_role="NO")
        people = [make_user(org) for _ in range(2)]
        made = plan(org, people, role="AN")
        assert "over_the_seat_limit" in {w["kind"] for w in made["warnings"]}
        assert made["seats"]["after"] == 1 and made["seats"]["waiting_after"] == 1
        done = apply(org, made)
        # where the licence refuses, nobody gets anything
        assert (done.status, seats(org)["used"]) == ((200, 1) if policy == "queue" else (409, 0))


def test_a_seat_that_frees_goes_to_who_waits(new_org):
    org = new_org(seats=1, default_role="NO")
    ada, bob = make_user(org), make_user(org)
    apply(org, plan(org, [ada], role="AN"))
    apply(org, plan(org, [bob], role="AN"))
    made = plan(org, [ada], role=None)
    assert {c["user"]: c["after"] for c in made["changes"]} == {ada: "NO", bob: "AN"}
    apply(org, made)
    assert roles(org, [ada, bob]) == ["NO", "AN"]


def test_the_last_administrator_stays(team):
    apply(team, plan(team, team.people[:1], role="AD"))
    made = plan(team, team.people, role="AN")
    kinds = {w["kind"] for w in made["warnings"]}
    assert kinds & {"last_administrator", "administrator_lowered"}


@pytest.mark.parametrize("body, status", [
    ({"users": [], "role": "AN"}, 400),
    ({"users": ["nobody"], "role": "AN"}, 400),
    ({"users": [1], "role": "AN"}, 400),
    ({"users": "x", "role": "AN"}, 400),
    ({"role": "AN"}, 400),
    ({"users": ["ME"]}, 400),
    ({"users": ["ME"], "role": "AN", "state": "active"}, 400),
    ({"users": ["ME"], "role": "NO"}, 400),
    ({"users": ["ME"], "role": "OW"}, 403),
    ({"users": ["ME"], "state": "erased"}, 400),
    ({"users": ["ME"] * 1001, "role": "AN"}, 400),
])
def test_what_is_refused(team, body, status):
    if isinstance(body.get("users"), list):
        body = {**body, "users": [team.people[0] if u == "ME" else u for u in body["users"]]}
    assert team.admin.post("/people/plan", body).status == status


def test_owners_and_other_organizations_stay_out(new_org):
    org, other = new_org(owner="boss@acme.example"), new_org()
    assert org.admin.post("/people/plan", {"users": ["boss@acme.example"], "role": "AN"}).status == 403
    stranger = make_user(other)
    assert org.admin.post("/people/plan", {"users": [stranger], "role": "AN"}).status == 400
    made = plan(other, [stranger], role="AN")
    assert apply(org, made).status == 404


def test_plans_of_rules_and_of_people_are_not_mixed_up(team):
    people, rules = plan(team, team.people, role="AN"), team.admin.ok("POST", "/rules/plan", {"rules": []})
    assert team.admin.post("/rules/apply", {"plan": people["plan"], "hash": people["hash"]}).status == 400
    assert apply(team, rules).status == 400
    assert team.admin.ok("GET", f"/rules/plan/{people['plan']}")["changed"] == 3


def test_where_the_directory_decides(team):
    team.admin.ok("PATCH", "/org", {"authority": {"org": "directory"}})
    assert team.admin.post("/people/plan", {"users": team.people, "role": "AN"}).status == 403


def test_many(new_org):
    org = new_org(default_role="NO")
    people = [make_user(org) for _ in range(300)]
    made = plan(org, people, role="AN")
    assert made["total"] == 300 and made["next"]
    assert apply(org, made).status == 200 and seats(org)["used"] == 300


def test_rosterctl(team):
    names = [team.admin.ok("GET", f"/users/{u}")["userName"] for u in team.people]
    out = team.server.api(team, "users", "set-role", "RE", *names, "--dry-run")
    assert "3 gained" in out and roles(team, team.people) == ["NO"] * 3
    team.server.api(team, "users", "set-role", "RE", *names)
    assert roles(team, team.people) == ["RE"] * 3
    team.server.api(team, "users", "set-role", "none", names[0])
    team.server.api(team, "users", "set-state", "deactivated", names[1])
    assert roles(team, team.people) == ["NO", "DI", "RE"]
