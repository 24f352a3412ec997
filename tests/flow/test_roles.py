"""From groups to roles: matchers, grants, who decides, who is protected, and the explanation."""
import time

import pytest
from harness.scim import (active, add_members, error_text, make_group, make_user, op, patch_op, person, put_rules,
                          remove_member, role, rules, set_active, shown)


def make_workspace(org, title="Vision"):
    return org.admin.ok("POST", "/workspaces", {"title": title})["id"]


def make_project(org, workspace, title="Cars"):
    return org.admin.ok("POST", "/projects", {"title": title, "workspace": workspace})["id"]


def policy(org, **settings):
    return org.admin.ok("PATCH", "/org", settings)


def projects(org, user_id):
    return {p["id"]: p["role"] for p in shown(org, user_id)["projects"]}


def workspaces(org, user_id):
    return {w["id"] for w in shown(org, user_id)["workspaces"]}


def explain(org, user_id):
    return org.admin.ok("GET", f"/users/{user_id}/explain")


def leave(org, group_id, user_id):
    org.scim.ok("PATCH", "/Groups/" + group_id, remove_member(user_id))


def join(org, group_id, *user_ids):
    org.scim.ok("PATCH", "/Groups/" + group_id, add_members(*user_ids))


# ---- matchers --------------------------------------------------------------

MATCHERS = [
    # by, pattern, group's name, matches
    (None, "LS-Admins", "LS-Admins", True),
    (None, "LS-Admins", "ls-admins", True),
    ("name", "straße", "STRASSE", True),
    ("name", "LS-Admins", "LS-Admins2", False),
    ("exact", "LS-Admins", "LS-Admins", True),
    ("exact", "LS-Admins", "ls-admins", False),
    ("glob", "ls-*-qa", "LS-vision-QA", True),
    ("glob", "ls-*-qa", "ls-vision-qa2", False),
    ("glob", "team?", "team1", True),
    ("glob", "team?", "team12", False),
    ("glob", "a.c", "abc", False),
    ("regex", "LS-(Red|Blue)", "LS-Red", True),
    ("regex", "LS-(Red|Blue)", "LS-Redder", False),
    ("regex", "S-Red", "LS-Red", False),
    ("regex", "LS-\\d{3}", "LS-007", True),
]


@pytest.mark.parametrize("by,pattern,name,matches", MATCHERS)
def test_matcher(new_org, by, pattern, name, matches):
    org = new_org(default_role="NO")
    rules(org, ("r", {"group": pattern, **({"by": by} if by else {})}, {"org_role": "RE"}))
    user = make_user(org)
    make_group(org, name, [user])
    assert role(org, user) == ("RE" if matches else "NO")


def test_matching_by_id_and_external_id(new_org):
    org = new_org(default_role="NO")
    a, b = make_user(org), make_user(org)
    first = make_group(org, "One", [a])
    make_group(org, "Two", [b], externalId="S-1-5-21")
    rules(org, ("i", {"group": first, "by": "id"}, {"org_role": "RE"}),
          ("e", {"group": "S-1-5-21", "by": "external_id"}, {"org_role": "MA"}))
    assert (role(org, a), role(org, b)) == ("RE", "MA")
    org.scim.ok("PATCH", "/Groups/" + first, patch_op(op("replace", "displayName", "Renamed")))
    assert role(org, a) == "RE"


def test_rule_of_one_source_only(new_org):
    org = new_org(default_role="NO")
    clients, ids = {}, {}
    for name in ("okta", "entra"):
        connection = ids[name] = org.admin.ok("POST", "/connections/scim", {"name": name, "preset": "okta"})["id"]
        token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": connection})
        client = type(org.scim)(org.server.base, "/scim/v2", token["token"], org.scim.content_type)
        clients[name] = client
    rules(org, ("r", {"group": "Team", "source": "okta"}, {"org_role": "RE"}))
    mine = clients["okta"].ok("POST", "/Users", person("mine"))["id"]
    theirs = clients["entra"].ok("POST", "/Users", person("theirs"))["id"]
    make_group(org, "Team", [mine], scim=clients["okta"])
    make_group(org, "Team", [theirs], scim=clients["entra"])
    assert (role(org, mine), role(org, theirs)) == ("RE", "NO")
    # by its name, whichever connection has that
    org.admin.ok("PATCH", "/connections/scim/" + ids["okta"], {"name": "former"})
    assert (role(org, mine), role(org, theirs)) == ("NO", "NO")
    org.admin.ok("PATCH", "/connections/scim/" + ids["entra"], {"name": "Okta"})
    assert (role(org, mine), role(org, theirs)) == ("NO", "RE")


# ---- grants ----------------------------------------------------------------

@pytest.mark.parametrize("code", ["AN", "RE", "MA", "AD"])
def test_grants_of_the_organization(new_org, code):
    org = new_org(default_role="NO")
    rules(org, ("r", "Staff", {"org_role": code}))
    user = make_user(org)
    make_group(org, "Staff", [user])
    out = shown(org, user)
    assert (out["role"], out["seat"], out["state"]) == (code, True, "active")


def test_grants_of_workspaces_and_projects(new_org):
    org = new_org(default_role="AN")
    space, other = make_workspace(org), make_workspace(org, "Text")
    cars, roads = make_project(org, space), make_project(org, space, "Roads")
    rules(org, ("w", "A", {"workspace": space}), ("m", "B", {"workspace": other, "role": "manager"}),
          ("p", "A", {"project": cars, "role": "RE"}), ("q", "B", {"project": roads, "role": "Inherit"}),
          ("s", "B", {"project": cars, "role": "AN"}))
    user = make_user(org)
    a = make_group(org, "A", [user])
    assert (workspaces(org, user), projects(org, user)) == ({space}, {cars: "RE"})
    b = make_group(org, "B", [user])
    assert (workspaces(org, user), projects(org, user)) == ({space, other}, {cars: "RE", roads: "Inherit"})
    leave(org, a, user)
    assert (workspaces(org, user), projects(org, user)) == ({other}, {cars: "AN", roads: "Inherit"})
    leave(org, b, user)
    assert (workspaces(org, user), projects(org, user)) == (set(), {})


def test_workspace_and_project_grants_cost_no_seat(new_org):
    org = new_org(seats=5, default_role="NO")
    rules(org, ("w", "A", {"workspace": make_workspace(org)}))
    user = make_user(org)
    make_group(org, "A", [user])
    assert org.admin.ok("GET", "/seats")["used"] == 0 and shown(org, user)["state"] == "pending"


# ---- the highest wins, up and down -----------------------------------------

def test_highest_wins_in_both_directions(new_org):
    org = new_org(default_role="AN")
    rules(org, ("re", "Reviewers", {"org_role": "RE"}), ("ma", "Managers", {"org_role": "MA"}))
    user = make_user(org)
    reviewers, managers = make_group(org, "Reviewers", [user]), make_group(org, "Managers")
    assert role(org, user) == "RE"
    join(org, managers, user)
    assert role(org, user) == "MA"
    leave(org, reviewers, user)
    assert role(org, user) == "MA"
    join(org, reviewers, user)
    leave(org, managers, user)
    assert role(org, user) == "RE"


def test_a_directory_lowers_as_well_as_raises(new_org):
    org = new_org(default_role="AN")
    user = make_user(org)
    make_group(org, "Team", [user])
    for code in ("RE", "AN", "MA", "RE"):
        rules(org, ("r", "Team", {"org_role": code}))
        assert role(org, user) == code


def test_deleted_group_takes_its_roles_along(new_org):
    org = new_org(default_role="AN")
    policy(org, lost_match="default_role")
    rules(org, ("r", "Team", {"org_role": "MA"}))
    user = make_user(org)
    team = make_group(org, "Team", [user])
    assert role(org, user) == "MA"
    assert org.scim.delete("/Groups/" + team).status == 204
    assert role(org, user) == "AN"


def test_renamed_group_follows_its_name(new_org):
    org = new_org(default_role="AN")
    policy(org, lost_match="default_role")
    rules(org, ("r", "Old", {"org_role": "MA"}), ("s", "New", {"org_role": "RE"}))
    user = make_user(org)
    team = make_group(org, "Old", [user])
    org.scim.ok("PATCH", "/Groups/" + team, patch_op(op("replace", "displayName", "new")))
    assert role(org, user) == "RE"


# ---- nobody matches --------------------------------------------------------

@pytest.mark.parametrize("default", ["NO", "AN", "RE"])
def test_default_role(new_org, default):
    org = new_org(default_role=default)
    assert role(org, make_user(org)) == default


UNMATCHED = [("default_role", "RE", "active", True), ("pending", "NO", "pending", True),
             ("deactivate", "DI", "deactivated", False)]


@pytest.mark.parametrize("word,code,state,scim_active", UNMATCHED)
def test_never_matched(new_org, word, code, state, scim_active):
    org = new_org(default_role="RE")
    policy(org, never_matched=word)
    user = make_user(org)
    out = shown(org, user)
    assert (out["role"], out["state"]) == (code, state)
    assert org.scim.ok("GET", "/Users/" + user)["active"] is scim_active


@pytest.mark.parametrize("word,code,state,scim_active", UNMATCHED)
def test_lost_match(new_org, word, code, state, scim_active):
    org = new_org(default_role="RE")
    policy(org, lost_match=word, never_matched="default_role")
    rules(org, ("r", "Team", {"org_role": "MA"}))
    user, fresh = make_user(org), make_user(org)
    team = make_group(org, "Team", [user])
    leave(org, team, user)
    out = shown(org, user)
    assert (out["role"], out["state"], role(org, fresh)) == (code, state, "RE")
    assert org.scim.ok("GET", "/Users/" + user)["active"] is scim_active
    join(org, team, user)
    assert role(org, user) == "MA" and org.scim.ok("GET", "/Users/" + user)["active"] is True
    told = [e["type"] for e in org.admin.ok("GET", "/events?limit=1000")["items"] if e["user"] == user]
    expect = [] if scim_active else ["user.deactivated", "user.reactivated"]
    assert [t for t in told if t in ("user.deactivated", "user.reactivated")] == expect
    assert told.count("role.changed") == 4  # arrived, into the team, out, and in again


def test_a_source_lets_nobody_in_whom_the_policy_keeps_out(new_org):
    org = new_org(default_role="RE")
    policy(org, lost_match="deactivate")
    rules(org, ("r", "Team", {"org_role": "MA"}))
    user = make_user(org)
    team = make_group(org, "Team", [user])
    leave(org, team, user)
    set_active(org, user, False)
    set_active(org, user, True)
    assert role(org, user) == "DI"
    told = [e["type"] for e in org.admin.ok("GET", "/events?limit=1000")["items"] if e["user"] == user]
    assert told.count("user.deactivated") == 1 and "user.reactivated" not in told
    assert told.count("user.updated") == 2


def test_policy_change_moves_everybody_at_once(new_org):
    org = new_org(default_role="NO")
    many = [make_user(org) for _ in range(5)]
    policy(org, default_role="RE", never_matched="default_role")
    assert {role(org, u) for u in many} == {"RE"}


# ---- who decides -----------------------------------------------------------

def grant(org, user, **what):
    return org.admin.post("/grants", {"user": user, **what})


AUTHORITY = [
    # authority, a manual grant is taken, role with rule RE, manual MA
    ("both", True, "MA"),
    ("directory", False, "RE"),
    ("manual", True, "MA"),
]


@pytest.mark.parametrize("who,taken,code", AUTHORITY)
def test_authority_over_the_organization_role(new_org, who, taken, code):
    org = new_org(default_role="NO")
    policy(org, authority={"org": who})
    rules(org, ("r", "Team", {"org_role": "RE"}))
    user, other = make_user(org), make_user(org)
    make_group(org, "Team", [user, other])
    status = grant(org, user, org_role="MA").status
    assert (status < 300) is taken and (taken or status == 403)
    assert role(org, user) == code
    assert role(org, other) == ("NO" if who == "manual" else "RE")


@pytest.mark.parametrize("who,taken", [(w, t) for w, t, _ in AUTHORITY])
@pytest.mark.parametrize("kind", ["workspace", "project"])
def test_authority_over_workspaces_and_projects(new_org, kind, who, taken):
    org = new_org(default_role="AN")
    space, other = make_workspace(org), make_workspace(org, "Text")
    target = {"workspace": (space, other), "project": (make_project(org, space), make_project(org, other))}[kind]
    more = {"role": "RE"} if kind == "project" else {}
    policy(org, authority={kind: who})
    rules(org, ("r", "Team", {kind: target[0], **more}))
    user = make_user(org)
    make_group(org, "Team", [user])
    status = grant(org, user, **{kind: target[1]}, **more).status
    assert (status < 300) is taken and (taken or status == 403)
    got = workspaces(org, user) if kind == "workspace" else set(projects(org, user))
    assert got == {"both": set(target), "directory": {target[0]}, "manual": {target[1]}}[who]


def test_authority_can_be_given_back(new_org):
    """A manual grant is put aside while the directory decides, and counts again after."""
    org = new_org(default_role="AN")
    user = make_user(org)
    assert grant(org, user, org_role="MA").status < 300
    for who, code in (("both", "MA"), ("directory", "AN"), ("both", "MA")):
        policy(org, authority={"org": who})
        assert role(org, user) == code


def test_manual_grant_beside_a_mapped_one(new_org):
    org = new_org(default_role="NO")
    rules(org, ("r", "Team", {"org_role": "RE"}))
    user = make_user(org)
    team = make_group(org, "Team", [user])
    assert grant(org, user, org_role="AN").status < 300
    assert role(org, user) == "RE"
    leave(org, team, user)
    assert role(org, user) == "AN"
    join(org, team, user)
    assert role(org, user) == "RE"


@pytest.mark.parametrize("what", [{"org_role": "OW"}, {"org_role": "DI"}, {"org_role": "XX"}, {"workspace": "nowhere"},
                                  {"project": "nowhere", "role": "RE"}, {}])
def test_grants_that_make_no_sense(new_org, what):
    org = new_org(default_role="AN")
    user = make_user(org)
    assert grant(org, user, **what).status in (400, 403, 404)
    assert role(org, user) == "AN"


# ---- Owners and the last administrator -------------------------------------

def owner_of(org):
    return org.sql("SELECT user_id FROM standings WHERE org_id = {org} AND role = 'OW'")[0][0]


def test_a_directory_cannot_touch_an_owner(new_org):
    org = new_org(default_role="AN", owner="boss@x.example")
    boss = owner_of(org)
    rules(org, ("r", "Low", {"org_role": "AN"}))
    for method, path, body in (("PATCH", "/Users/" + boss, active(False)), ("DELETE", "/Users/" + boss, None),
                               ("PUT", "/Users/" + boss, person("boss", active=False)),
                               ("POST", "/Users", person("boss"))):
        status = org.scim.request(method, path, body).status
        assert 400 <= status < 500, (method, status)
    make_group(org, "Low", [boss])
    out = shown(org, boss)
    assert (out["role"], out["state"]) == ("OW", "active")
    policy(org, never_matched="deactivate", lost_match="deactivate")
    assert role(org, boss) == "OW"


def test_no_rule_makes_an_owner(new_org):
    org = new_org(default_role="AN")
    answer = put_rules(org, ("bad", "Team", {"org_role": "OW"}))
    assert answer.status == 400 and "bad" in str(answer.json)


def test_the_last_administrator_stays(new_org):
    org = new_org(default_role="AN")
    policy(org, lost_match="default_role")
    rules(org, ("ad", "Admins", {"org_role": "AD"}))
    a, b = make_user(org), make_user(org)
    admins = make_group(org, "Admins", [a, b])
    leave(org, admins, a)
    assert (role(org, a), role(org, b)) == ("AN", "AD")
    leave(org, admins, b)
    assert role(org, b) == "AD"
    assert "last" in explain(org, b)["summary"].lower() or "administrator" in explain(org, b)["summary"].lower()
    join(org, admins, a)
    assert (role(org, a), role(org, b)) == ("AD", "AN")


def test_rules_that_drop_everybody_keep_one_administrator(new_org):
    org = new_org(default_role="AN")
    policy(org, lost_match="default_role")
    rules(org, ("ad", "Admins", {"org_role": "AD"}))
    users = [make_user(org) for _ in range(3)]
    make_group(org, "Admins", users)
    rules(org)
    assert sorted(role(org, u) for u in users).count("AD") >= 1


def test_with_an_owner_the_last_administrator_may_go(new_org):
    org = new_org(default_role="AN", owner="boss@x.example")
    policy(org, lost_match="default_role")
    rules(org, ("ad", "Admins", {"org_role": "AD"}))
    a = make_user(org)
    admins = make_group(org, "Admins", [a])
    leave(org, admins, a)
    assert role(org, a) == "AN"


# ---- any order of events ---------------------------------------------------

def test_rules_before_groups_before_users(new_org):
    org = new_org(default_role="NO")
    space = make_workspace(org)
    rules(org, ("r", "Later", {"org_role": "RE"}), ("w", "Later", {"workspace": space}))
    make_group(org, "Later", ["ext-late@x.example", "later@x.example"])
    late, later = make_user(org, "late"), make_user(org, "later")
    assert (role(org, late), role(org, later)) == ("RE", "RE")
    assert workspaces(org, late) == {space}


def test_users_before_groups_before_rules(new_org):
    org = new_org(default_role="NO")
    user = make_user(org)
    make_group(org, "Later", [user])
    assert role(org, user) == "NO"
    rules(org, ("r", "Later", {"org_role": "RE"}))
    assert role(org, user) == "RE"


def test_rule_naming_a_group_not_seen_yet(new_org):
    org = new_org(default_role="NO")
    assert put_rules(org, ("r", "Nobody Has Seen It", {"org_role": "RE"})).status == 200


def test_reactivation_brings_the_mapped_role_back(new_org):
    org = new_org(default_role="NO")
    rules(org, ("r", "Team", {"org_role": "MA"}))
    user = make_user(org)
    make_group(org, "Team", [user])
    set_active(org, user, False)
    assert (role(org, user), shown(org, user)["state"]) == ("DI", "deactivated")
    rules(org, ("r", "Team", {"org_role": "RE"}))
    assert role(org, user) == "DI"
    set_active(org, user, True)
    assert role(org, user) == "RE"


# ---- the explanation -------------------------------------------------------

def test_explanation_names_everything(new_org):
    org = new_org(default_role="NO")
    rules(org, ("old", "Team", {"org_role": "AN"}))
    revision = rules(org, ("high", "Managers", {"org_role": "MA"}), ("low", "Team", {"org_role": "AN"}))["revision"]
    user = make_user(org)
    make_group(org, "Team", [user])
    make_group(org, "Managers", [user])
    assert grant(org, user, org_role="RE").status < 300
    out = explain(org, user)
    text = str(out)
    for word in ("high", "low", "Team", "Managers"):
        assert word in text
    by_rule = {g.get("rule"): g for g in out["grants"]}
    high, low = by_rule["high"], by_rule["low"]
    assert high["counts"] is True and low["counts"] is False
    assert high["revision"] == revision and high["since"].endswith("Z")
    assert high["group_name"] == "Managers" and high["group"] and high["source"] and high["source_name"]
    assert low["lost_to"] == "high"
    manual = [g for g in out["grants"] if not g.get("rule")]
    assert len(manual) == 1 and manual[0]["counts"] is False
    assert out["summary"]


def test_explanation_of_the_default_and_of_waiting(new_org):
    org = new_org(seats=1, default_role="AN")
    first, second = make_user(org), make_user(org)
    assert explain(org, first)["summary"] != explain(org, second)["summary"]
    assert "seat" in explain(org, second)["summary"].lower()


# ---- patterns that cost, and rules that are none ---------------------------

BOMBS = ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*b", "((a{1,100}){1,100}){1,100}", "(?:x+x+)+y", "(?R)+", "a{65535}{65535}"]


@pytest.mark.parametrize("pattern", BOMBS)
def test_regex_bombs_are_refused_or_harmless(new_org, pattern):
    org = new_org(default_role="NO")
    began = time.monotonic()
    answer = put_rules(org, ("bomb", {"group": pattern, "by": "regex"}, {"org_role": "RE"}))
    assert answer.status in (200, 400)
    if answer.status == 400:
        assert "bomb" in str(answer.json)
    user = make_user(org)
    make_group(org, "a" * 200 + "!", [user])
    make_group(org, "x" * 200, [user])
    assert role(org, user) == "NO"
    assert time.monotonic() - began < 20, "a pattern held the server up"


INVALID = [
    ("not a list", {"rules": {}}),
    ("no rules", {}),
    ("no match", {"rules": [{"id": "culprit", "grant": {"org_role": "AN"}}]}),
    ("no grant", {"rules": [{"id": "culprit", "match": {"group": "G"}}]}),
    ("no group", {"rules": [{"id": "culprit", "match": {}, "grant": {"org_role": "AN"}}]}),
    ("group no text", {"rules": [{"id": "culprit", "match": {"group": 5}, "grant": {"org_role": "AN"}}]}),
    ("unknown matcher", {"rules": [{"id": "culprit", "match": {"group": "G", "by": "smell"}, "grant": {"org_role": "AN"}}]}),
    ("unknown role", {"rules": [{"id": "culprit", "match": {"group": "G"}, "grant": {"org_role": "KING"}}]}),
    ("pending as role", {"rules": [{"id": "culprit", "match": {"group": "G"}, "grant": {"org_role": "DI"}}]}),
    ("project role MA", {"rules": [{"id": "culprit", "match": {"group": "G"}, "grant": {"project": "p", "role": "MA"}}]}),
    ("two scopes", {"rules": [{"id": "culprit", "match": {"group": "G"}, "grant": {"org_role": "AN", "workspace": "w"}}]}),
    ("broken regex", {"rules": [{"id": "culprit", "match": {"group": "(", "by": "regex"}, "grant": {"org_role": "AN"}}]}),
    ("twice the id", {"rules": [{"id": "culprit", "match": {"group": "G"}, "grant": {"org_role": "AN"}}] * 2}),
    ("unknown key", {"rules": [{"id": "culprit", "match": {"group": "G"}, "grant": {"org_role": "AN"}, "frobnicate": 1}]}),
]


@pytest.mark.parametrize("why,document", INVALID, ids=[i[0] for i in INVALID])
def test_invalid_rules_are_refused_by_name(new_org, why, document):
    org = new_org(default_role="AN")
    good = rules(org, ("good", "Team", {"org_role": "RE"}))
    answer = org.admin.put("/rules", document)
    assert answer.status == 400, (why, answer)
    if "culprit" in str(document):
        assert "culprit" in error_text(answer.json)
    active_set = org.admin.ok("GET", "/rules")
    assert active_set["revision"] == good["revision"]
    assert [r["id"] for r in active_set["rules"]] == ["good"]


def test_revisions_are_kept_and_an_old_one_can_be_read(new_org):
    org = new_org(default_role="AN")
    first = rules(org, ("one", "A", {"org_role": "RE"}))["revision"]
    second = rules(org, ("two", "A", {"org_role": "MA"}))["revision"]
    assert second == first + 1
    listed = [r["revision"] for r in org.admin.ok("GET", "/rules/revisions")["items"]]
    assert listed[:2] == [second, first]
