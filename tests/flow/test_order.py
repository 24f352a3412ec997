"""The same facts in any order of arrival end in the same roles, memberships and seats, and the events say so."""
import random

import pytest
from harness.follower import Follower
from harness.scim import add_members, make_group, op, patch_op, person, put_rules, remove_member, set_active
from harness.sound import check_sound

ORDERS = {"sqlite": 20, "postgresql": 8}
PEOPLE = ["ann", "bob", "cyd", "dan", "eve", "fay"]
GROUPS = ["Staff", "Managers", "Vision", "Old Name", "Leads"]


class World:
    """One organization, and names for what is made in it."""

    def __init__(self, org):
        self.org, self.users, self.groups = org, {}, {}
        self.workspace = org.admin.ok("POST", "/workspaces", {"title": "W"})["id"]
        self.project = org.admin.ok("POST", "/projects", {"title": "P", "workspace": self.workspace})["id"]

    def refer(self, name, how):
        return {"id": lambda: self.users[name], "external": lambda: f"ext-{name}@x.example",
                "user_name": lambda: f"{name}@x.example"}[how]()


def user(name):
    def run(w):
        w.users[name] = w.org.scim.ok("POST", "/Users", person(name))["id"]
    return run


def group(name):
    def run(w):
        w.groups[name] = make_group(w.org, name)
    return run


def add(group_name, name, how):
    return lambda w: w.org.scim.ok("PATCH", "/Groups/" + w.groups[group_name], add_members(w.refer(name, how)))


def remove(group_name, name):
    return lambda w: w.org.scim.ok("PATCH", "/Groups/" + w.groups[group_name], remove_member(w.users[name]))


def rename(name, to):
    return lambda w: w.org.scim.ok("PATCH", "/Groups/" + w.groups[name], patch_op(op("replace", "displayName", to)))


def switch(name, value):
    return lambda w: set_active(w.org, w.users[name], value)


def set_rules(w):
    answer = put_rules(
        w.org,
        ("staff", "staff", {"org_role": "AN"}), ("managers", {"group": "Man*", "by": "glob"}, {"org_role": "MA"}),
        ("new", {"group": "New Name", "by": "exact"}, {"org_role": "RE"}), ("old", "Old Name", {"org_role": "AD"}),
        ("space", "Vision", {"workspace": w.workspace}),
        ("lead", "Leads", {"workspace": w.workspace, "role": "manager"}),
        ("project", {"group": "(Vision|Leads)", "by": "regex"}, {"project": w.project, "role": "RE"}),
        ("inherit", "Staff", {"project": w.project, "role": "Inherit"}))
    assert answer.status == 200, answer


# name: (what it does, names of the events that must come before)
EVENTS = {
    **{"user " + n: (user(n), []) for n in PEOPLE},
    **{"group " + g: (group(g), []) for g in GROUPS},
    "rules": (set_rules, []),
    "ann staff": (add("Staff", "ann", "id"), ["user ann", "group Staff"]),
    "bob staff": (add("Staff", "bob", "external"), ["group Staff"]),
    "cyd staff": (add("Staff", "cyd", "user_name"), ["group Staff"]),
    "bob managers": (add("Managers", "bob", "user_name"), ["group Managers"]),
    "cyd vision": (add("Vision", "cyd", "external"), ["group Vision"]),
    "dan vision": (add("Vision", "dan", "id"), ["user dan", "group Vision"]),
    "dan old": (add("Old Name", "dan", "external"), ["group Old Name"]),
    "eve old": (add("Old Name", "eve", "id"), ["user eve", "group Old Name"]),
    "rename": (rename("Old Name", "New Name"), ["group Old Name"]),
    "eve leads": (add("Leads", "eve", "external"), ["group Leads"]),
    "fay leads": (add("Leads", "fay", "user_name"), ["group Leads"]),
    "ann managers": (add("Managers", "ann", "id"), ["user ann", "group Managers"]),
    "ann leaves": (remove("Managers", "ann"), ["ann managers"]),
    "cyd off": (switch("cyd", False), ["user cyd"]),
    "bob off": (switch("bob", False), ["user bob"]),
    "bob on": (switch("bob", True), ["bob off"]),
}


def shuffled(dice):
    """All events, in an order in which each comes after what it needs."""
    left, done, out = list(EVENTS), set(), []
    while left:
        ready = [e for e in left if all(n in done for n in EVENTS[e][1])]
        pick = dice.choice(ready)
        left.remove(pick)
        done.add(pick)
        out.append(pick)
    return out


def state(w):
    """What counts in the end, by name and without ids, times and versions."""
    out = {}
    for name, user_id in w.users.items():
        shown = w.org.admin.ok("GET", "/users/" + user_id)
        scim = w.org.scim.ok("GET", "/Users/" + user_id)
        out[name] = (shown["role"], shown["state"], shown["seat"], [x["role"] for x in shown["workspaces"]],
                     sorted(p["role"] for p in shown["projects"]), scim["active"],
                     sorted(g["display"] for g in scim.get("groups", [])))
    for name, group_id in w.groups.items():
        found = w.org.scim.ok("GET", "/Groups/" + group_id)
        known = {v: k for k, v in w.users.items()}
        out["group " + name] = (found["displayName"], sorted(known[m["value"]] for m in found.get("members", [])))
    out["grants"] = sorted(w.org.sql(
        "SELECT u.user_name, g.scope, g.role, g.rule_id FROM grants g JOIN users u ON u.org_id = g.org_id"
        " AND u.id = g.user_id WHERE g.org_id = {org}"))
    out["seats"] = {k: w.org.admin.ok("GET", "/seats")[k] for k in ("used", "waiting")}
    return out


# matched-before is history, so the policy for those who lost a match must not differ from the other
POLICY = {"never_matched": "default_role", "lost_match": "default_role"}


def play(new_org, order, seats):
    # with an Owner nobody is the last administrator, whom the order of events would pick
    org = new_org(seats=seats, default_role="NO", owner="owner@x.example")
    org.admin.ok("PATCH", "/org", POLICY)
    world = World(org)
    for event in order:
        EVENTS[event][0](world)
    check_sound(org)
    Follower(org).agrees(*world.users.values())
    return state(world)


EXPECTED_ROLES = {"ann": "AN", "bob": "MA", "cyd": "DI", "dan": "RE", "eve": "RE", "fay": "NO"}


@pytest.mark.parametrize("seats", ["unlimited", 6])
def test_any_order_ends_in_the_same_state(new_org, engine, seats):
    first = None
    for seed in range(ORDERS[engine] // (1 if seats == "unlimited" else 2)):
        order = shuffled(random.Random(seed))
        print(f"seed {seed}: {', '.join(order)}")
        got = play(new_org, order, seats)
        assert {n: got[n][0] for n in PEOPLE} == EXPECTED_ROLES, f"seed {seed}"
        first = first or got
        assert got == first, f"seed {seed} ends differently"


def test_the_same_facts_through_put_and_post(new_org):
    """Members sent with the group, by PUT, or one by one."""
    def roles(build):
        org = new_org(default_role="NO")
        ids = [org.scim.ok("POST", "/Users", person(n))["id"] for n in PEOPLE]
        put_rules(org, ("r", "Team", {"org_role": "RE"}))
        build(org, ids)
        return [org.admin.ok("GET", "/users/" + i)["role"] for i in ids]

    def by_post(org, ids):
        make_group(org, "Team", ids[:4])

    def by_put(org, ids):
        team = make_group(org, "Team", ids[2:])
        body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Team",
                "members": [{"value": i} for i in ids[:4]]}
        org.scim.ok("PUT", "/Groups/" + team, body)

    def by_patch(org, ids):
        team = make_group(org, "Team")
        for i in reversed(ids[:4]):
            org.scim.ok("PATCH", "/Groups/" + team, add_members(i))

    assert roles(by_post) == roles(by_put) == roles(by_patch) == ["RE"] * 4 + ["NO"] * 2
