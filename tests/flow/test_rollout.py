"""Rules change for more people than one transaction takes: batches, progress, and whatever interrupts them."""
import time
import urllib.request
from types import SimpleNamespace

import pytest
from harness.crowd import Watch, together
from harness.scim import add_members, make_group, make_user, op, patch_op, person, role, set_active
from harness.server import seats
from test_ctl import on_a_terminal
from test_plan import ahead, apply, document, order, plan, rule

PEOPLE = 2600  # more than ROLLOUT_AT_ONCE of change/rollout.h
ASYNC = {"Prefer": "handling=lenient, Respond-Async"}


def crowd(org, people=PEOPLE, threads=8):
    """So many people in one group."""
    made = [[] for _ in range(threads)]

    def work(n):
        for i in range(n, people, threads):
            made[n].append(org.scim.ok("POST", "/Users", person(f"p{i}"))["id"])

    together(threads, work)
    ids = sorted(sum(made, []))
    org.crowd = make_group(org, "Crowd")
    for at in range(0, people, 1000):
        org.scim.ok("PATCH", f"/Groups/{org.crowd}", add_members(*ids[at:at + 1000]))
    return ids


def large(server, **how):
    org = server.new_org(**{"default_role": "AN", **how})
    org.ids = crowd(org)
    return org


def begin(org, org_role, id="crowd"):
    """Applies a rule for the crowd, without waiting for the end."""
    made = plan(org, rule(id, "Crowd", {"org_role": org_role}))
    answer = org.admin.post("/rules/apply", order(made), headers=ASYNC)
    assert (answer.status, answer.headers["Preference-Applied"]) == (202, "respond-async")
    return made


def progress(org, made):
    return org.admin.ok("GET", f"/rules/plan/{made['plan']}?limit=1").get("rollout")


def until(come_true, seconds=60):
    deadline = time.monotonic() + seconds
    while not come_true():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def finish(org, made):
    until(lambda: not progress(org, made))


def restart(server, org):
    org.admin.close()
    server.start()


def roles(org):
    return {r: n for r, n in org.sql("SELECT role, COUNT(*) FROM standings WHERE org_id = {org} GROUP BY role")}


def changes_of(org, role):
    """People whose audit trail says that they came to a role, and how often it says so."""
    return org.sql("SELECT COUNT(*), COUNT(DISTINCT target_id) FROM audit WHERE org_id = {org}"
                   f" AND action = 'role.changed' AND after LIKE '%\"role\":\"{role}\"%'")[0]


def rolled_out(org):
    return org.admin.ok("GET", "/audit?action=rules.rolled_out")["total"]


def test_apply_answers_when_everybody_is_done(server):
    org = large(server)
    made = plan(org, rule("crowd", "Crowd", {"org_role": "RE"}))
    answer = apply(org, made)
    assert (answer.status, answer.json["state"]) == (200, "applied")
    assert "rollout" not in answer.json and "rollout" not in org.admin.ok("GET", "/rules")
    assert roles(org) == {"RE": PEOPLE}
    assert changes_of(org, "RE") == (PEOPLE, PEOPLE)
    trail = org.admin.ok("GET", "/audit?action=rules.rolled_out")["items"][0]
    assert trail["after"]["people"] == PEOPLE
    applied = org.admin.ok("GET", "/audit?action=rules.applied")["items"][0]
    one = org.admin.ok("GET", f"/audit?action=role.changed&target={org.ids[-1]}")["items"][0]
    assert (one["actor"], one["request"]) == (applied["actor"], applied["request"]) == (trail["actor"], trail["request"])


def test_progress_and_the_end(server):
    org = large(server)
    made = begin(org, "RE")
    seen = []
    while now := progress(org, made):
        seen.append(now["done"])
        assert now["total"] == PEOPLE and 0 <= now["done"] < PEOPLE
    assert seen == sorted(seen)
    assert roles(org) == {"RE": PEOPLE}
    assert rolled_out(org) == 1


@pytest.mark.parametrize("way", ["replace", "activate", "policy"])
def test_other_ways_to_touch_everybody(server, way):
    org = large(server)
    if way == "activate":
        org.admin.ok("PUT", "/rules", document(rule("crowd", "Crowd", {"org_role": "RE"})))
        org.admin.ok("PUT", "/rules", document())
        assert roles(org) == {"AN": PEOPLE}
        answer = org.admin.post("/rules/revisions/1/activate")
    elif way == "replace":
        answer = org.admin.request("PUT", "/rules", document(rule("crowd", "Crowd", {"org_role": "RE"})))
    else:
        answer = org.admin.request("PATCH", "/org", {"default_role": "RE"})
    assert answer.status == 200
    assert roles(org) == {"RE": PEOPLE}


def test_rosterctl_waits_and_shows_how_far_it_is(server):
    org = large(server)
    env = {"ROSTERD_SERVER": server.base, "ROSTERD_TOKEN": org.token("admin")}
    org.admin.ok("PUT", "/rules", document(rule("crowd", "Crowd", {"org_role": "RE"})))
    made = plan(org, rule("crowd", "Crowd", {"org_role": "MA"}))
    out, said = on_a_terminal(SimpleNamespace(env=env), "rules", "apply", "--plan", made["plan"], "--hash", made["hash"])
    assert out == "rules are now revision 2\n" and f"of {PEOPLE} people recomputed" in said
    assert roles(org) == {"MA": PEOPLE}
    assert server.api(org, "rules", "activate", "1") == "rules are now revision 3\n"
    assert roles(org) == {"RE": PEOPLE}


def test_a_rule_that_begins_for_many(server):
    org = large(server)
    org.admin.ok("PUT", "/rules", document(rule("crowd", "Crowd", {"org_role": "RE"}, **{"from": ahead(seconds=2)})))
    assert roles(org) == {"AN": PEOPLE}
    until(lambda: roles(org) == {"RE": PEOPLE})
    until(lambda: rolled_out(org) == 2)


def test_a_connection_with_everybody_is_deleted(server):
    org = large(server)
    org.admin.ok("PUT", "/rules", document(rule("crowd", "Crowd", {"org_role": "RE"})))
    connection = org.admin.ok("GET", "/connections/scim")["items"][0]["id"]
    assert org.admin.delete("/connections/scim/" + connection).status == 204
    until(lambda: roles(org) == {"AN": PEOPLE})


def test_killed_in_the_midst_and_finished_by_the_next(own_server):
    org = large(own_server)
    for n, wanted in enumerate(["RE", "AN"] * 4):
        made = begin(org, wanted, id=f"crowd{n}")
        while (now := progress(org, made)) and not now["done"]:
            pass
        own_server.kill9()
        left = org.sql("SELECT done FROM rollouts WHERE org_id = {org}")
        restart(own_server, org)
        finish(org, made)
        assert roles(org) == {wanted: PEOPLE}
        if left and left[0][0]:
            break
    else:
        pytest.fail("every rollout was over before the process could be killed")
    assert 0 < left[0][0] < PEOPLE
    records, people = changes_of(org, wanted)
    assert people == PEOPLE and records % PEOPLE == 0, "a batch counts once, or not at all"


def test_whoever_waits_is_answered_when_the_server_ends(own_server):
    org = large(own_server)
    answers = []

    def stop():
        deadline = time.monotonic() + 30
        while not org.sql("SELECT 1 FROM rollouts WHERE org_id = {org}") and time.monotonic() < deadline:
            pass
        own_server.stop()

    made = plan(org, rule("crowd", "Crowd", {"org_role": "RE"}))
    together(2, lambda n: stop() if n else answers.append(apply(org, made)))
    left = org.sql("SELECT done FROM rollouts WHERE org_id = {org}")
    assert answers[0].status == (202 if left else 200)
    restart(own_server, org)
    finish(org, made)
    assert roles(org) == {"RE": PEOPLE}


def test_the_platform_is_told_of_places_that_count_no_more(server):
    org = large(server)
    place = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    org.admin.ok("PUT", "/rules", document(rule("crowd", "Crowd", {"workspace": place})))
    answer = org.admin.request("PATCH", "/org", {"authority": {"workspace": "manual"}}, headers=ASYNC)
    assert answer.status == 200 and "rollout" not in org.admin.ok("GET", "/rules")
    told = org.sql("SELECT COUNT(DISTINCT user_id) FROM outbox WHERE org_id = {org} AND type = 'membership.changed'"
                   " AND payload LIKE '%\"removed\":[{%'")
    assert told == [(PEOPLE,)]


def test_operators_see_how_many_are_left(own_server):
    org = own_server.new_org()
    org.sql("INSERT INTO rollouts (org_id, revision, after_user, done, total, started, actor, trace)"
            " SELECT id, 0, '', 100, 2900, 1, 'system', 'cut' FROM orgs WHERE id = {org}")
    figures = urllib.request.urlopen(own_server.base + "/metrics").read().decode()
    assert f'rosterd_rollout_left{{org="{org.name}"}} 2800\n' in figures


def test_rules_change_again_in_the_midst(server):
    org = large(server)
    first = begin(org, "RE")
    org.admin.ok("PUT", "/rules", document(rule("crowd", "Crowd", {"org_role": "MA"})))
    assert roles(org) == {"MA": PEOPLE}
    assert not progress(org, first), "the first is no longer under way"
    assert rolled_out(org) in (1, 2)


def test_pushes_go_on_meanwhile_and_the_licence_holds(server):
    """Half of them have to leave their seats before the other half can have them."""
    org = server.new_org(seats=PEOPLE // 2, default_role="NO")
    ids = crowd(org)
    half = PEOPLE // 2
    for name, some in (("First", ids[:half]), ("Second", ids[half:])):
        org.group = make_group(org, name)
        for at in range(0, half, 1000):
            org.scim.ok("PATCH", f"/Groups/{org.group}", add_members(*some[at:at + 1000]))
    org.admin.ok("PUT", "/rules", document(rule("one", "First", {"org_role": "AN"})))
    assert roles(org) == {"AN": half, "NO": half}

    def within_the_licence():
        assert seats(org)["used"] <= half

    made = plan(org, rule("two", "Second", {"org_role": "AN"}))
    assert made["seats"]["after"] == half and made["seats"]["waiting_after"] == 0
    with Watch(within_the_licence):
        org.admin.post("/rules/apply", order(made), headers=ASYNC)
        new = make_user(org, "newcomer")
        set_active(org, ids[-1], False)
        org.scim.ok("PATCH", f"/Groups/{org.group}", add_members(new))
        org.scim.ok("PATCH", f"/Users/{ids[0]}", patch_op(op("replace", "displayName", "Meanwhile")))
        finish(org, made)
    assert role(org, new) == "AN" and role(org, ids[0]) == "NO"
    assert roles(org) == {"AN": half, "NO": half, "DI": 1}
    assert seats(org)["used"] == half and seats(org)["waiting"] == 0


def test_the_administrator_is_handed_over_between_batches(server):
    """The first and the last person of all: whoever was the only administrator is kept until the other one is made."""
    org = large(server)
    for name, user in (("Old", org.ids[0]), ("New", org.ids[-1])):
        make_group(org, name, [user])
    org.admin.ok("PUT", "/rules", document(rule("old", "Old", {"org_role": "AD"})))
    assert roles(org) == {"AD": 1, "AN": PEOPLE - 1}
    made = plan(org, rule("new", "New", {"org_role": "AD"}), rule("all", "Crowd", {"org_role": "RE"}))
    assert apply(org, made).status == 200
    assert roles(org) == {"AD": 1, "RE": PEOPLE - 1}
    assert role(org, org.ids[-1]) == "AD"


def test_two_servers_share_one(pair):
    first, second = pair
    org = large(first)
    made = begin(org, "RE")
    finish(org, made)
    assert roles(org) == {"RE": PEOPLE}
    assert changes_of(org, "RE") == (PEOPLE, PEOPLE)
    assert rolled_out(org) == 1
