"""Holds: what a directory would take from too many people waits for an administrator."""
import time

import pytest
from harness.client import Client
from harness.crowd import together
from harness.fake import Fake, claims
from harness.scim import (add_members, error_text, group, make_group, make_user, op, patch_op, remove_member,
                          role, rules, set_active, shown)
from harness.server import SCIM_JSON, seats
from test_ctl import Ctl

GROUPS = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"


class Team:
    """An organization with n people who have a role by one group."""

    def __init__(self, org, n=40, grant=None):
        self.org = org
        rules(org, ("staff", "Staff", grant or {"org_role": "AN"}), ("lead", "Leads", {"org_role": "MA"}))
        self.people = [make_user(org) for _ in range(n)]
        self.group = make_group(org, "Staff", self.people)

    def put(self, members, name="Staff"):
        return self.org.scim.ok("PUT", "/Groups/" + self.group, group(name, members))

    def remove(self, *members):
        self.org.scim.ok("PATCH", "/Groups/" + self.group, patch_op(
            *[op("remove", f'members[value eq "{m}"]') for m in members]))

    def add(self, *members):
        self.org.scim.ok("PATCH", "/Groups/" + self.group, add_members(*members))

    def working(self):
        return {u["id"] for u in self.org.admin.ok("GET", "/users?state=active&limit=1000")["items"]}

    def members(self):
        return {m["id"] for m in self.org.admin.ok("GET", f"/groups/{self.group}?limit=1000")["items"]}


def holds(org, state=None):
    return org.admin.ok("GET", "/holds" + (f"?state={state}" if state else ""))["items"]


def one(org, state="open"):
    found = holds(org, state)
    assert len(found) == 1, found
    return org.admin.ok("GET", f"/holds/{found[0]['id']}?limit=1000")


def listed(hold):
    return {p["user"] for p in hold["items"]}


def approve(org, hold):
    return org.admin.post(f"/holds/{hold['id']}/approve", {"digest": hold["digest"]})


def explained(org, user):
    return org.admin.ok("GET", f"/users/{user}/explain")


def crash(server, org):
    server.kill9()
    server.start()
    org.admin.close(), org.scim.close()


def another(org):
    """A second SCIM connection: its id and a client."""
    made = org.admin.ok("POST", "/connections/scim", {"name": "other"})["id"]
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": made})["token"]
    return made, Client(org.server.base, "/scim/v2", token, SCIM_JSON)


def events(org, kind):
    return org.sql(f"SELECT payload FROM outbox WHERE org_id = {{org}} AND type = '{kind}'")


@pytest.fixture
def org(server):
    return server.new_org(default_role="NO", seats=60)


@pytest.fixture
def team(org):
    return Team(org)


# ---- the brake -------------------------------------------------------------

def test_group_replaced_by_three_of_forty(org, team):
    kept, gone = team.people[:3], set(team.people[3:])
    assert {m["value"] for m in team.put(kept)["members"]} == set(kept)
    # the facts are stored
    assert team.members() == set(kept)
    # and their effects are held
    hold = one(org)
    assert (hold["kind"], hold["people"], hold["total"]) == ("members", 37, 37)
    assert listed(hold) == gone and hold["connection"]["name"] == "scim"
    assert {p["what"] for p in hold["items"]} == {"lost"}
    assert hold["items"][0]["before"]["role"] == "AN" and hold["items"][0]["after"]["role"] == "NO"
    assert team.working() == set(team.people) and seats(org)["used"] == 40
    user = hold["items"][0]["user"]
    assert shown(org, user)["held"] and not shown(org, kept[0])["held"]
    why = explained(org, user)
    assert "held: " in why["summary"] and hold["id"] in why["summary"] and why["holds"] == [hold["id"]]
    assert [(g["rule"], g["held"], g["group_name"]) for g in why["grants"]] == [("staff", True, "Staff")]
    assert not events(org, "role.changed")[40:] and len(events(org, "hold.opened")) == 1
    audit = org.admin.ok("GET", "/audit?action=hold.opened")["items"]
    assert [a["target"] for a in audit] == [hold["id"]] and audit[0]["after"]["people"] == 37


def test_up_to_the_threshold_nothing_is_held(org, team):
    team.put(team.people[10:])
    assert holds(org) == [] and team.working() == set(team.people[10:]) and seats(org)["used"] == 30
    team.remove(team.people[10])
    assert one(org)["people"] == 1


@pytest.mark.parametrize("way", ["patch", "clear", "delete", "rename", "put_empty"])
def test_every_way_to_empty_a_group(org, team, way):
    gone = team.people[:30] if way == "patch" else team.people
    path = "/Groups/" + team.group
    if way == "patch":
        team.remove(*gone)
    elif way == "clear":
        org.scim.ok("PATCH", path, patch_op(op("remove", "members")))
    elif way == "delete":
        org.scim.ok("DELETE", path)
    elif way == "rename":
        org.scim.ok("PATCH", path, patch_op(op("replace", "displayName", "Sta ff")))
    else:
        team.put([])
    hold = one(org)
    assert listed(hold) == set(gone) and team.working() == set(team.people) and seats(org)["used"] == 40
    assert explained(org, gone[0])["grants"][0]["group_name"] == "Staff"
    assert approve(org, hold).status == 200
    assert team.working() == set(team.people) - set(gone) and seats(org)["used"] == 40 - len(gone)


def test_two_steps_within_the_window(org, team):
    team.remove(*team.people[:8])
    assert holds(org) == [] and seats(org)["used"] == 32
    team.remove(*team.people[8:16])
    assert listed(one(org)) == set(team.people[8:16]) and seats(org)["used"] == 32


def test_one_by_one_the_eleventh_is_held(org, team):
    for user in team.people[:13]:
        org.scim.ok("PATCH", "/Groups/" + team.group, remove_member(user))
    assert listed(one(org)) == set(team.people[10:13]) and seats(org)["used"] == 30


def test_people_named_by_their_provider_go_at_once_and_count(org, team):
    for user in team.people[:12]:
        set_active(org, user, False)
    org.scim.ok("DELETE", "/Users/" + team.people[12])
    assert holds(org) == [] and seats(org)["used"] == 27
    team.remove(team.people[13])
    assert listed(one(org)) == {team.people[13]}


def test_the_window_slides(org, team):
    team.remove(*team.people[:8])
    org.server.sql(f"UPDATE losses SET at = at - 24 * 60 * 60 * 1000 WHERE org_id = '{org.id}'")
    team.remove(*team.people[8:16])
    assert holds(org) == [] and seats(org)["used"] == 24


def test_percent_counts_where_it_is_more(new_org):
    org = new_org(default_role="NO")
    org.admin.ok("PATCH", "/org", {"hold_people": 2, "hold_percent": 50})
    team = Team(org, 10)
    team.put(team.people[5:])
    assert holds(org) == []
    team.put(team.people[6:])
    assert one(org)["people"] == 1


def test_each_source_has_a_window_of_its_own(org, team):
    other = another(org)[1]
    leads = make_group(org, "Leads", team.people[:9], scim=other)
    team.remove(*team.people[20:28])
    other.ok("PUT", "/Groups/" + leads, group("Leads", []))
    assert holds(org) == [] and role(org, team.people[0]) == "AN"
    team.remove(*team.people[28:32])
    assert one(org)["people"] == 4


def test_gains_of_others_and_of_the_held_are_given(org, team):
    new = make_user(org)
    team.put([new])
    assert one(org)["people"] == 40 and role(org, new) == "AN"
    make_group(org, "Leads", team.people[:2])
    assert role(org, team.people[0]) == "MA" and shown(org, team.people[0])["held"] is False
    assert one(org)["people"] == 38


def test_lowered_and_places_count(new_org):
    org = new_org(default_role="NO")
    place = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    team = Team(org, 12, {"workspace": place})
    leads = make_group(org, "Leads", team.people)
    team.put([])
    hold = one(org)
    assert {p["what"] for p in hold["items"]} == {"access"}
    assert hold["items"][0]["before"]["places"] == [{"workspace": place, "role": "member"}]
    assert hold["items"][0]["after"]["places"] == []
    assert [w["id"] for w in shown(org, team.people[0])["workspaces"]] == [place]
    org.scim.ok("PUT", "/Groups/" + leads, group("Leads", []))
    hold = one(org)
    assert {p["what"] for p in hold["items"]} == {"lost"} and hold["items"][0]["before"]["role"] == "MA"
    assert role(org, team.people[0]) == "MA"
    assert approve(org, hold).status == 200
    assert (role(org, team.people[0]), shown(org, team.people[0])["workspaces"]) == ("NO", [])


def test_a_loss_that_costs_nothing_is_no_loss(org, team):
    idle = make_group(org, "Idle", team.people)
    org.scim.ok("PUT", "/Groups/" + idle, group("Idle", []))
    assert holds(org) == [] and seats(org)["used"] == 40


def test_administrators_by_hand_are_never_held(org, team):
    rules(org, ("lead", "Leads", {"org_role": "MA"}))
    assert holds(org) == [] and seats(org)["used"] == 0


# ---- being held ------------------------------------------------------------

def test_recomputing_lets_nobody_go(org, team):
    team.put([])
    user = team.people[0]
    org.scim.ok("PATCH", "/Users/" + user, patch_op(op("replace", "displayName", "Another")))
    org.admin.ok("PATCH", "/org", {"lost_match": "deactivate"})
    org.admin.ok("PATCH", "/org", {"seat_limit": 50})
    make_group(org, "Idle", [user])
    assert team.working() == set(team.people)
    hold = one(org)
    assert hold["people"] == 40 and {p["what"] for p in hold["items"]} == {"deactivated"}


def test_rules_of_the_day_count_for_the_held(org, team):
    team.put([])
    rules(org, ("staff", "Staff", {"org_role": "RE"}))
    assert role(org, team.people[0]) == "RE" and one(org)["items"][0]["before"]["role"] == "RE"
    rules(org, ("other", "Other", {"org_role": "RE"}))
    assert seats(org)["used"] == 0 and holds(org, "open") == [] and one(org, "superseded")["people"] == 0


def test_named_people_leave_the_hold(org, team):
    team.put([])
    set_active(org, team.people[0], False)
    org.scim.ok("DELETE", "/Users/" + team.people[1])
    hold = one(org)
    assert listed(hold) == set(team.people[2:]) and seats(org)["used"] == 38
    set_active(org, team.people[0], True)
    assert role(org, team.people[0]) == "NO"


def test_an_administrator_may_shut_out_a_held_person(org, team):
    team.put([])
    org.admin.ok("PATCH", "/users/" + team.people[0], {"state": "deactivated"})
    assert shown(org, team.people[0])["state"] == "deactivated" and one(org)["people"] == 39


@pytest.mark.parametrize("way", ["all", "again", "new_group"])
def test_facts_return(org, team, way):
    team.put([])
    if way == "all":
        team.put(team.people)
    elif way == "again":
        for user in team.people:
            team.add(user)
    else:
        org.scim.ok("DELETE", "/Groups/" + team.group)
        make_group(org, "Staff", team.people)
    assert holds(org, "open") == [] and one(org, "superseded")["people"] == 0
    assert team.working() == set(team.people) and seats(org)["used"] == 40
    assert not shown(org, team.people[0])["held"] and "held" not in explained(org, team.people[0])["summary"]
    assert org.sql("SELECT COUNT(*) FROM held_groups WHERE org_id = {org}")[0][0] == 0
    assert len(events(org, "hold.superseded")) == 1


def test_a_renamed_group_gets_its_name_back(org, team):
    team.put(team.people, name="Renamed")
    assert one(org)["people"] == 40
    team.put(team.people)
    assert holds(org, "open") == [] and seats(org)["used"] == 40


def test_what_comes_while_a_hold_is_open_joins_it(org, team):
    team.put(team.people[15:])
    team.remove(team.people[20])
    assert listed(one(org)) == set(team.people[:15]) | {team.people[20]}


def test_a_freed_seat_of_the_held_is_not_given_away(new_org):
    org = new_org(default_role="NO", seats=12)
    team = Team(org, 12)
    team.put([])
    late = make_user(org)
    make_group(org, "Leads", [late])
    assert role(org, late) == "NO" and seats(org)["used"] == 12 and seats(org)["waiting"] == 1
    assert approve(org, one(org)).status == 200
    assert role(org, late) == "MA" and seats(org)["used"] == 1


# ---- decisions -------------------------------------------------------------

def test_approval_takes_effect_for_exactly_the_list(org, team):
    team.put(team.people[:3])
    hold = one(org)
    answer = approve(org, hold)
    assert answer.status == 200 and answer.json["state"] == "approved" and answer.json["decided_by"]
    assert team.working() == set(team.people[:3]) and seats(org)["used"] == 3
    assert listed(one(org, "approved")) == listed(hold)
    assert [a["target"] for a in org.admin.ok("GET", "/audit?action=hold.approved")["items"]] == [hold["id"]]
    assert len(events(org, "hold.approved")) == 1
    assert approve(org, hold).status == 409
    # what was approved is not counted again
    team.remove(team.people[0])
    assert holds(org, "open") == [] and seats(org)["used"] == 2


def test_a_stale_list_is_refused_and_says_what_moved(org, team):
    team.put(team.people[20:])
    seen = one(org)
    team.remove(team.people[30])
    team.add(team.people[0])
    answer = approve(org, seen)
    names = [shown(org, team.people[i])["userName"] for i in (30, 0)]
    assert answer.status == 409 and names[0] in error_text(answer.json) and names[1] in error_text(answer.json)
    assert seats(org)["used"] == 40
    # the same list again is the same list
    team.add(team.people[30])
    team.remove(team.people[0])
    assert approve(org, seen).status == 200
    assert seats(org)["used"] == 20


@pytest.mark.parametrize("digest", ["", "x", "1.00", "99.00", "-1.x", "." + "0" * 64, "1" * 300])
def test_approval_needs_the_digest(org, team, digest):
    team.put([])
    assert org.admin.post(f"/holds/{one(org)['id']}/approve", {"digest": digest}).status in (400, 409, 422)
    assert seats(org)["used"] == 40


def test_rejected_people_stay(org, team):
    team.put([])
    hold = one(org)
    answer = org.admin.ok("POST", f"/holds/{hold['id']}/reject", {"reason": "the IdP was wrong"})
    assert answer["state"] == "rejected" and answer["decision"] == "the IdP was wrong"
    assert [a["reason"] for a in org.admin.ok("GET", "/audit?action=hold.rejected")["items"]] == ["the IdP was wrong"]
    team.put([])
    make_group(org, "Idle", team.people)
    rules(org, ("staff", "Staff", {"org_role": "RE"}), ("idle", "Idle", {"org_role": "AN"}))
    assert holds(org, "open") == [] and seats(org)["used"] == 40 and role(org, team.people[0]) == "RE"
    assert "rejected" in explained(org, team.people[0])["summary"]
    assert org.admin.post(f"/holds/{hold['id']}/reject", {}).status == 409


def test_rejected_people_are_judged_anew_when_their_source_takes_again(org, team):
    idle = make_group(org, "Idle", team.people)
    team.put([])
    org.admin.ok("POST", f"/holds/{one(org)['id']}/reject", {})
    org.scim.ok("PATCH", "/Groups/" + idle, remove_member(team.people[0]))
    assert role(org, team.people[0]) == "NO" and seats(org)["used"] == 39
    org.scim.ok("PUT", "/Groups/" + idle, group("Idle", []))
    assert one(org)["people"] == 39 and seats(org)["used"] == 39
    assert one(org, "rejected")["people"] == 0


def test_rejected_people_whose_facts_return_are_held_no_more(org, team):
    team.put([])
    org.admin.ok("POST", f"/holds/{one(org)['id']}/reject", {})
    team.put(team.people[:20])
    assert listed(one(org, "rejected")) == set(team.people[20:])
    assert not shown(org, team.people[0])["held"] and shown(org, team.people[20])["held"]


def test_a_rejected_hold_can_still_be_approved(org, team):
    team.put([])
    org.admin.ok("POST", f"/holds/{one(org)['id']}/reject", {})
    assert approve(org, one(org, "rejected")).status == 200
    assert seats(org)["used"] == 0


def test_the_last_administrator_stays_whatever_is_approved(new_org):
    org = new_org(default_role="NO")
    team = Team(org, 12, {"org_role": "AD"})
    team.put([])
    assert approve(org, one(org)).status == 200
    left = team.working()
    assert len(left) == 1 and role(org, left.pop()) == "AD" and seats(org)["used"] == 1


def test_owners_are_not_on_lists(new_org):
    org = new_org(default_role="NO", owner="boss@x.example")
    team = Team(org, 12)
    boss = org.admin.ok("GET", "/users?q=boss")["items"][0]["id"]
    team.put(team.people + [boss])
    team.put([])
    assert listed(one(org)) == set(team.people)
    assert approve(org, one(org)).status == 200 and role(org, boss) == "OW"


# ---- around it -------------------------------------------------------------

def test_holds_of_another_organization_do_not_exist(org, team, new_org):
    team.put([])
    hold, other = one(org), new_org()
    assert holds(other) == []
    path = "/holds/" + hold["id"]
    assert other.admin.get(path).status == 404
    assert other.admin.post(path + "/approve", {"digest": hold["digest"]}).status == 404
    assert other.admin.post(path + "/reject", {}).status == 404
    assert org.platform.get(path).status == 403 and org.platform.get("/holds").status == 403
    assert one(org)["people"] == 40


def test_lists_have_pages(org, team):
    team.put([])
    path, seen, after = f"/holds/{one(org)['id']}", [], ""
    while after is not None:
        page = org.admin.ok("GET", path + "?limit=7" + (f"&after={after}" if after else ""))
        seen += [p["user"] for p in page["items"]]
        after = page["next"]
    assert sorted(seen) == sorted(team.people)
    assert org.admin.get("/holds?state=nonsense").status == 400
    assert len(org.admin.ok("GET", f"/holds?source={one(org)['connection']['id']}")["items"]) == 1
    assert org.admin.ok("GET", "/holds?source=x")["items"] == []


def test_metric(org, team):
    team.put([])
    line = f'rosterd_holds_open{{org="{org.name}"}} '
    deadline = time.monotonic() + 30
    while line + "1" not in org.server.anonymous().get("/metrics").json.splitlines():
        assert time.monotonic() < deadline, "the hold is not counted"
        time.sleep(0.1)


def test_ctl(org, team):
    ctl = Ctl(org)
    team.put([])
    hold = one(org)
    assert hold["id"] in ctl("holds", "list", "--state", "open") and ctl.json("holds", "list")[0]["people"] == 40
    text = ctl("holds", "show", hold["id"])
    assert hold["digest"] in text and "lost" in text and shown(org, team.people[0])["userName"] in text
    assert len(ctl.json("holds", "show", hold["id"])["items"]) == 40
    assert "held: " in ctl("users", "explain", team.people[0])
    ctl("holds", "approve", hold["id"], "1.00", status=1)
    ctl("holds", "approve", hold["id"], status=2)
    assert "40 people keep" in ctl("holds", "reject", hold["id"], "--reason", "mistake")
    assert "40 people" in ctl("holds", "approve", hold["id"], one(org, "rejected")["digest"])
    assert seats(org)["used"] == 0
    ctl("org", "set", "--hold-people", "3", "--hold-percent", "7")
    got = org.admin.ok("GET", "/org")
    assert (got["hold_people"], got["hold_percent"]) == (3, 7)


def test_sign_ins_without_groups(server):
    org = server.new_org(default_role="NO")
    rules(org, ("staff", "Staff", {"org_role": "AN"}))
    org.admin.ok("PATCH", "/org", {"hold_people": 2, "hold_percent": 0})
    fake = Fake(org)
    fake.patch(attributes={"groups": GROUPS})

    def sign_in(i, *names):
        both = claims(email=f"u{i}@acme.example") + claims(**{GROUPS: list(names)})
        return fake.sign_in(f"u-{i}", attributes=both).status

    for i in range(4):
        assert sign_in(i, "Staff") == 303
    people = {u["userName"]: u["id"] for u in org.admin.ok("GET", "/users")["items"]}
    for i in range(2):
        assert sign_in(i, "Other") == 403
    # the third is held, and comes in
    assert sign_in(2, "Other") == 303
    hold = one(org)
    assert hold["kind"] == "sign-in" and listed(hold) == {people["u2@acme.example"]}
    assert sign_in(2, "Staff") == 303
    assert holds(org, "open") == []


def test_removed_connection_takes_its_holds_along(org, team):
    connection, other = another(org)
    leads = make_group(org, "Leads", team.people[:20], scim=other)
    other.ok("PUT", "/Groups/" + leads, group("Leads", []))
    assert one(org)["people"] == 20
    org.admin.ok("DELETE", "/connections/scim/" + connection)
    assert holds(org, "open") == [] and holds(org, "superseded")
    assert role(org, team.people[0]) == "AN" and not shown(org, team.people[0])["held"]


# ---- many at once, and crashes ---------------------------------------------

def test_two_servers_and_one_window(pair):
    first, second = pair
    org = first.new_org(default_role="NO")
    team = Team(org, 40)
    second_scim = org.scim.at(second.base)
    halves = [(org.scim, team.people[:8]), (second_scim, team.people[8:16])]
    together(2, lambda i: halves[i][0].ok("PATCH", "/Groups/" + team.group, patch_op(
        *[op("remove", f'members[value eq "{m}"]') for m in halves[i][1]])))
    hold = one(org)
    assert listed(hold) in (set(team.people[:8]), set(team.people[8:16])) and seats(org)["used"] == 32


def test_one_by_one_on_two_servers(pair):
    first, second = pair
    org = first.new_org(default_role="NO")
    team = Team(org, 30)
    clients = [org.scim, org.scim.at(second.base)]
    together(24, lambda i: clients[i % 2].ok("PATCH", "/Groups/" + team.group, remove_member(team.people[i])))
    assert one(org)["people"] == 14 and seats(org)["used"] == 20
    together(24, lambda i: clients[i % 2].ok("PATCH", "/Groups/" + team.group, add_members(team.people[i])))
    assert holds(org, "open") == [] and seats(org)["used"] == 30
    assert org.sql("SELECT COUNT(*) FROM standings WHERE org_id = {org} AND held")[0][0] == 0


def test_kill_between_hold_and_decision(own_server):
    org = own_server.new_org(default_role="NO", seats=60)
    team = Team(org)
    team.put(team.people[:3])
    crash(own_server, org)
    hold = one(org)
    assert hold["people"] == 37 and seats(org)["used"] == 40
    assert approve(org, hold).status == 200
    crash(own_server, org)
    assert holds(org, "open") == [] and seats(org)["used"] == 3 and team.working() == set(team.people[:3])


def test_more_people_than_a_page(own_server):
    org = own_server.new_org(default_role="NO")
    team = Team(org, 620)
    team.put(team.people[:31])
    assert one(org)["people"] == 589 and seats(org)["used"] == 620
    team.put(team.people[:590])
    assert one(org)["people"] == 30
    assert approve(org, one(org)).status == 200
    assert seats(org)["used"] == 590
    team.put(team.people[29:590])
    assert holds(org, "open") == [] and seats(org)["used"] == 561
