"""/org and /seats, tokens, connections: what an administrator sets up."""
import time

import pytest
from harness.crowd import together
from harness.scim import make_group, make_user, person, shown
from harness.sound import check_sound

PROBLEM = {"type", "title", "status", "detail", "instance"}


def problem(answer, status):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert set(answer.json) == PROBLEM and answer.json["status"] == status
    return answer.json["detail"]


def audit(org, action):
    return org.admin.ok("GET", f"/audit?action={action}")["items"]


# ---- the organization ------------------------------------------------------

def test_org_is_shown_and_changed(new_org):
    org = new_org(seats=5, default_role="AN")
    before = org.admin.ok("GET", "/org")
    assert before["id"] == org.id
    assert before["name"] == org.name and before["seat_limit"] == 5 and before["seat_policy"] == "queue"
    wanted = {"name": org.name + "-new", "seat_limit": None, "seat_policy": "refuse", "default_role": "RE",
              "never_matched": "pending", "lost_match": "deactivate",
              "authority": {"org": "directory", "workspace": "manual", "project": "both"},
              "hold_people": 3, "hold_percent": 7, "relink_former": False}
    after = org.admin.ok("PATCH", "/org", wanted)
    assert {k: after[k] for k in wanted} == wanted
    assert org.admin.ok("GET", "/org") == after
    record = audit(org, "org.updated")[0]
    assert record["before"]["seat_limit"] == 5 and record["after"]["seat_limit"] is None
    check_sound(org)


def test_the_same_again_leaves_no_trace(new_org):
    org = new_org(seats=5)
    before = org.admin.ok("GET", "/org")
    same = {k: v for k, v in before.items() if k not in ("id", "rules_revision", "created", "changed")}
    assert org.admin.ok("PATCH", "/org", same) == before
    assert org.admin.ok("PATCH", "/org", {}) == before
    assert audit(org, "org.updated") == []


@pytest.mark.parametrize("bad", [
    {"seat_limit": -1}, {"seat_limit": "5"}, {"seat_limit": 1.5}, {"seat_limit": True}, {"seat_limit": 10**9},
    {"seat_policy": "maybe"}, {"seat_policy": None}, {"default_role": "OW"}, {"default_role": "DI"},
    {"default_role": "Inherit"}, {"default_role": 3}, {"never_matched": "x"}, {"lost_match": 1},
    {"authority": "both"}, {"authority": {"org": "x"}}, {"authority": {"planet": "both"}}, {"hold_percent": 101},
    {"hold_people": -1}, {"relink_former": "yes"}, {"name": ""}, {"name": 7}, {"name": "x" * 201}, {"colour": "red"},
    {"id": "x"}, {"Seat_Limit": 5}])
def test_wrong_values_are_refused_and_change_nothing(org, bad):
    before = org.admin.ok("GET", "/org")
    detail = problem(org.admin.patch("/org", bad), 400)
    name = next(iter(bad))
    assert name in detail or name in ("authority", "name")
    assert org.admin.ok("GET", "/org") == before


def test_bodies_that_are_no_json_object(org):
    for body in ("", "{", "[]", "null", '{"name":"a","name":"b"}', b'{"name":"\xff"}', "[" * 100):
        problem(org.admin.request("PATCH", "/org", body), 400)
    problem(org.admin.patch("/org", "name=x", headers={"Content-Type": "application/x-www-form-urlencoded"}), 415)


def test_a_taken_name_is_refused(new_org):
    one, other = new_org(), new_org()
    problem(one.admin.patch("/org", {"name": other.name.upper()}), 409)


def test_a_new_policy_reaches_everybody(new_org):
    org = new_org(default_role="AN")
    user = make_user(org)
    assert shown(org, user)["role"] == "AN"
    org.admin.ok("PATCH", "/org", {"default_role": "RE"})
    assert shown(org, user)["role"] == "RE"
    org.admin.ok("PATCH", "/org", {"never_matched": "pending", "lost_match": "pending"})
    assert shown(org, user)["state"] == "pending"
    check_sound(org)


def test_methods_and_paths(org):
    problem(org.admin.post("/org", {}), 405)
    problem(org.admin.delete("/seats"), 405)
    problem(org.admin.get("/nowhere"), 404)


# ---- tokens ----------------------------------------------------------------

def test_a_token_is_shown_once_works_and_is_revoked(org):
    made = org.admin.ok("POST", "/tokens", {"kind": "admin", "name": "ci", "expires": "2999-01-01T00:00:00Z"})
    client = org.server.anonymous()
    client.prefix, client.token = "/api/v1", made["token"]
    assert client.ok("GET", "/org")["name"] == org.name
    listed = {t["id"]: t for t in org.admin.ok("GET", "/tokens")["items"]}
    assert listed[made["id"]]["name"] == "ci" and "token" not in listed[made["id"]]
    assert made["token"] not in str(org.admin.ok("GET", "/audit"))
    assert org.sql(f"SELECT count(*) FROM tokens WHERE org_id = {{org}} AND digest = '{made['token']}'")[0][0] == 0
    assert org.admin.delete("/tokens/" + made["id"]).status == 204
    problem(client.get("/org"), 401)
    assert org.admin.delete("/tokens/" + made["id"]).status == 204
    assert [r["target"] for r in audit(org, "token.")].count(made["id"]) == 2


def test_a_revoked_token_is_noted_once(org):
    made = org.admin.ok("POST", "/tokens", {"kind": "platform"})
    for _ in range(2):
        org.admin.delete("/tokens/" + made["id"])
    assert len(audit(org, "token.revoked")) == 1


@pytest.mark.parametrize("bad", [
    {}, {"kind": "root"}, {"kind": 1}, {"kind": "scim"}, {"kind": "scim", "connection": "nobody"},
    {"kind": "admin", "connection": "x"}, {"kind": "admin", "expires": "tomorrow"},
    {"kind": "admin", "expires": "2001-01-01T00:00:00Z"}, {"kind": "admin", "scope": "all"}])
def test_wrong_tokens(org, bad):
    before = org.admin.ok("GET", "/tokens")["total"]
    problem(org.admin.post("/tokens", bad), 400)
    assert org.admin.ok("GET", "/tokens")["total"] == before


def test_an_expired_token_opens_nothing(org):
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    made = org.admin.ok("POST", "/tokens", {"kind": "admin", "expires": soon})
    client = org.server.anonymous()
    client.prefix, client.token = "/api/v1", made["token"]
    deadline = time.monotonic() + 20
    while client.get("/org").status == 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    problem(client.get("/org"), 401)


def test_kinds_of_tokens_open_their_own_doors(org):
    scim = org.server.anonymous()
    scim.prefix, scim.token = "/api/v1", org.token("scim")
    problem(scim.get("/org"), 403)
    platform = org.platform
    assert platform.get("/org").status == 200 and platform.get("/events").status == 200
    for method, path in (("PATCH", "/org"), ("PUT", "/rules"), ("GET", "/tokens"), ("GET", "/audit"),
                         ("POST", "/tokens"), ("POST", "/connections/scim"), ("POST", "/grants")):
        problem(platform.request(method, path, {} if method != "GET" else None), 403)


# ---- connections -----------------------------------------------------------

def test_a_connection_takes_its_settings_from_the_preset(org):
    presets = {p["preset"]: p["document"] for p in org.admin.ok("GET", "/presets")["items"] if p["kind"] == "scim"}
    made = org.admin.ok("POST", "/connections/scim", {"name": "Okta", "preset": "okta"})
    assert made["settings"] == presets["okta"]["settings"]
    assert made["base_url"].endswith("/scim/v2")
    flipped = {k: not v for k, v in list(made["settings"].items())[:1]}
    changed = org.admin.ok("PATCH", "/connections/scim/" + made["id"], {"settings": flipped, "name": "Okta 2"})
    assert changed["settings"] == {**made["settings"], **flipped} and changed["name"] == "Okta 2"
    assert org.admin.ok("GET", "/connections/scim/" + made["id"]) == changed
    assert made["id"] in [s["id"] for s in org.admin.ok("GET", "/connections/scim")["items"]]
    assert org.admin.ok("PATCH", "/connections/scim/" + made["id"], {"name": "Okta 2"}) == changed
    assert len(audit(org, "connection.updated")) == 1


@pytest.mark.parametrize("bad", [
    {}, {"name": ""}, {"name": None}, {"name": "a", "preset": "nobody"}, {"name": "a", "settings": []},
    {"name": "a", "settings": {"nonsense": True}}, {"name": "a", "settings": {"bare_token": "yes"}},
    {"name": "a", "kind": "scim"}, {"name": "x" * 201}])
def test_wrong_connections(org, bad):
    problem(org.admin.post("/connections/scim", bad), 400)


def test_unknown_settings_name_the_known(org):
    detail = problem(org.admin.post("/connections/scim", {"name": "a", "settings": {"x": True}}), 400)
    assert "bare_token" in detail and "revive_on_post" in detail


def test_a_connection_name_is_unique_without_case(org):
    org.admin.ok("POST", "/connections/scim", {"name": "Okta"})
    problem(org.admin.post("/connections/scim", {"name": "OKTA"}), 409)


def test_deleting_a_connection_removes_what_came_from_it(new_org):
    org = new_org(default_role="AN")
    user = make_user(org)
    team = make_group(org, "Team", [user])
    source = shown(org, user)["connection"]["id"]
    other = org.admin.ok("POST", "/connections/scim", {"name": "other"})
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": other["id"]})["token"]
    second = org.server.anonymous()
    second.prefix, second.token, second.content_type = "/scim/v2", token, "application/scim+json"
    kept = second.ok("POST", "/Groups", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                                         "displayName": "Kept", "members": [{"value": user}]})["id"]
    preview = org.admin.ok("DELETE", f"/connections/scim/{source}?preview=true")
    assert preview["groups"] == 1 and preview["memberships"] == 1 and preview["users"] == 1
    assert org.admin.get("/groups/" + team).status == 200
    assert org.admin.delete("/connections/scim/" + source).status == 204
    after = shown(org, user)
    assert [g["id"] for g in after["groups"]] == [kept] and after["source"] == "manual"
    assert org.admin.get("/groups/" + team).status == 404
    assert org.scim.get("/Users").status == 401
    assert second.get("/Users/" + user).status == 200
    problem(org.admin.delete("/connections/scim/" + source), 404)
    assert audit(org, "connection.deleted")[0]["after"]["groups"] == 1
    check_sound(org)


def test_the_manual_source_is_no_connection(org):
    manual = org.sql("SELECT id FROM sources WHERE org_id = {org} AND kind = 'manual'")[0][0]
    for method in ("GET", "DELETE"):
        problem(org.admin.request(method, "/connections/scim/" + manual), 404)
    problem(org.admin.patch("/connections/scim/" + manual, {"name": "mine"}), 404)


def test_two_administrators_at_once_both_have_their_way(org):
    assert org.admin.get("/org").status == 200
    def work(n):
        body = [{"hold_people": 11}, {"hold_percent": 12}, {"default_role": "MA"}, {"relink_former": False}][n]
        assert org.admin.patch("/org", body).status == 200
    together(4, work)
    after = org.admin.ok("GET", "/org")
    assert (after["hold_people"], after["hold_percent"], after["default_role"], after["relink_former"]) == \
        (11, 12, "MA", False)


def test_a_person_pushed_while_policies_change_ends_right(new_org):
    org = new_org(default_role="AN")
    make_user(org)

    def work(n):
        for i in range(5):
            if n == 0:
                org.admin.ok("PATCH", "/org", {"default_role": ["AN", "RE"][i % 2]})
            else:
                org.scim.ok("POST", "/Users", person())
    together(4, work)
    roles = {u["role"] for u in org.admin.ok("GET", "/users")["items"]}
    assert roles == {org.admin.ok("GET", "/org")["default_role"]}
    check_sound(org)
