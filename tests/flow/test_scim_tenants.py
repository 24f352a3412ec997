"""What belongs to another organization, or to another source, does not exist."""
import uuid

import pytest
from harness.scim import GROUP, USER, active, add_members, group, make_group, op, patch_op, person, remove_member


@pytest.fixture
def two(new_org):
    """Two organizations with the same names in both, and ids of the first."""
    ours, theirs = new_org(), new_org()
    ids = []
    for org in (ours, theirs):
        user = org.scim.ok("POST", "/Users", person("same@x.example", externalId="same"))
        team = make_group(org, "Same", [user["id"]], externalId="same-group")
        ids.append((user["id"], team))
    return ours, theirs, ids[0], ids[1]


def answer_of(org, method, path, body):
    """An answer without what names the id or the request."""
    answer = org.scim.request(method, path, body)
    own = path.split("/")[2].split("?")[0]
    headers = {k: v for k, v in answer.headers.items() if k not in ("Date", "X-Request-Id", "Content-Length")}
    text = {k: str(v).replace(own, "ID") for k, v in (answer.json or {}).items()}
    return answer.status, headers, text


CALLS = [("GET", None), ("GET?attributes=id", None), ("PUT", "put"), ("PATCH", "patch"), ("DELETE", None)]
BODIES = {"Users": {"put": person("new@x.example"), "patch": active(False)},
          "Groups": {"put": group("New"), "patch": patch_op(op("replace", "displayName", "New"))}}


@pytest.mark.parametrize("kind", ["Users", "Groups"])
def test_every_verb_answers_like_nobody(two, kind):
    ours, theirs, (user, team), _ = two
    foreign = user if kind == "Users" else team
    before = ours.scim.ok("GET", f"/{kind}/{foreign}")
    for call, body in CALLS:
        method, _, query = call.partition("?")
        query = "?" + query if query else ""
        sent = BODIES[kind].get(body)
        got = answer_of(theirs, method, f"/{kind}/{foreign}{query}", sent)
        nobody = answer_of(theirs, method, f"/{kind}/{uuid.uuid4()}{query}", sent)
        assert got == nobody and got[0] == 404, call
    assert ours.scim.ok("GET", f"/{kind}/{foreign}") == before


def test_if_match_makes_no_difference(two):
    ours, theirs, (user, _), _ = two
    for headers in ({"If-Match": "*"}, {"If-Match": 'W/"999"'}, {"If-None-Match": 'W/"1"'}):
        assert theirs.scim.get("/Users/" + user, headers=headers).status == 404
        assert theirs.scim.patch("/Users/" + user, active(False), headers=headers).status == 404
        assert theirs.scim.delete("/Users/" + user, headers=headers).status == 404
    assert ours.scim.ok("GET", "/Users/" + user)["active"] is True


def test_lists_searches_and_counts(two):
    ours, theirs, (user, team), (their_user, their_team) = two
    for _ in range(3):
        ours.scim.ok("POST", "/Users", person())
    assert theirs.scim.ok("GET", "/Users")["totalResults"] == 1
    assert theirs.scim.ok("GET", "")["totalResults"] == 2
    for text in (f'id eq "{user}"', f'groups.value eq "{team}"', f'not (id ne "{user}")'):
        assert theirs.scim.ok("GET", "/Users?filter=" + text)["totalResults"] == 0, text
    for text in (f'id eq "{team}"', f'members.value eq "{user}"', f'members[value eq "{user}"]'):
        assert theirs.scim.ok("GET", "/Groups?filter=" + text)["totalResults"] == 0, text
    for text in ('userName eq "same@x.example"', 'externalId eq "same"', 'emails.value eq "same@x.example"', "userName pr",
                 'userName eq "zz" or userName pr', "not (title pr)"):
        out = theirs.scim.ok("GET", "/Users?filter=" + text)
        assert [u["id"] for u in out["Resources"]] == [their_user], text
    for text in ('displayName eq "same"', 'externalId eq "same-group"', "displayName pr", 'externalId eq "z" or members pr'):
        out = theirs.scim.ok("GET", "/Groups?filter=" + text)
        assert [g["id"] for g in out["Resources"]] == [their_team], text


def test_foreign_members(two):
    ours, theirs, (user, team), (their_user, their_team) = two
    path = "/Groups/" + their_team
    theirs.scim.ok("PATCH", path, add_members(user))
    assert [m["value"] for m in theirs.scim.ok("GET", path)["members"]] == [their_user]
    theirs.scim.ok("PUT", path, {"schemas": [GROUP], "displayName": "Same", "members": [{"value": user}]})
    assert theirs.scim.ok("GET", path)["members"] == []
    theirs.scim.ok("PATCH", path, remove_member(user))
    made = theirs.scim.ok("POST", "/Groups", group("Other", [user, their_user]))
    assert [m["value"] for m in made["members"]] == [their_user]
    seen = ours.scim.ok("GET", "/Users/" + user)
    assert [g["value"] for g in seen["groups"]] == [team]
    assert [m["value"] for m in ours.scim.ok("GET", "/Groups/" + team)["members"]] == [user]


def test_names_do_not_collide(two):
    ours, theirs, _, _ = two
    out = theirs.scim.post("/Users", person("only-ours@x.example", externalId="only"))
    assert out.status == 201
    assert ours.scim.post("/Users", person("only-ours@x.example", externalId="only")).status == 201
    assert ours.scim.post("/Groups", group("G")).status == theirs.scim.post("/Groups", group("G")).status == 201


def test_token_alone_selects_the_organization(two, server):
    ours, theirs, (user, _), _ = two
    headers = {"X-Org": ours.id, "X-Tenant": ours.id}
    for path in (f"/Users/{user}?org={ours.id}", f"/Users/{user}?org_id={ours.id}"):
        assert theirs.scim.get(path, headers=headers).status == 404
    body = person("m@x.example", org=ours.id, org_id=ours.id)
    made = theirs.scim.ok("POST", "/Users", body)
    assert ours.scim.get("/Users/" + made["id"]).status == 404


def test_tokens_of_other_kinds(two, server):
    ours, _, (user, _), _ = two
    for kind in ("admin", "platform"):
        answer = server.anonymous().get("/scim/v2/Users/" + user, headers={"Authorization": "Bearer " + ours.token(kind)})
        assert answer.status in (401, 403), kind
        assert "userName" not in answer.json


def test_revoked_token(new_org, server):
    org = new_org()
    assert org.scim.get("/Users").status == 200
    for token in org.admin.ok("GET", "/tokens")["items"]:
        if token["kind"] == "scim":
            org.admin.ok("DELETE", "/tokens/" + token["id"])
    assert org.scim.get("/Users").status == 401


def second_source(org):
    made = org.admin.ok("POST", "/connections/scim", {"name": "second"})
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": made["id"]})["token"]
    return {"Authorization": "Bearer " + token}


def test_groups_of_another_source(two):
    ours, _, (user, team), _ = two
    other = second_source(ours)
    before = ours.scim.ok("GET", "/Groups/" + team)
    for method, body in (("GET", None), ("PUT", group("Same")), ("PATCH", remove_member(user)), ("DELETE", None)):
        assert ours.scim.request(method, "/Groups/" + team, body, headers=other).status == 404, method
    assert ours.scim.ok("GET", "/Groups", headers=other)["totalResults"] == 0
    assert ours.scim.ok("GET", f'/Groups?filter=members.value eq "{user}"', headers=other)["totalResults"] == 0
    assert ours.scim.post("/Groups", group("Same"), headers=other).status == 201
    assert ours.scim.ok("GET", "/Groups/" + team) == before


def test_users_of_another_source_are_seen_and_taken_over(two):
    ours, _, (user, _), _ = two
    other = second_source(ours)
    assert ours.scim.ok("GET", '/Users?filter=userName eq "same@x.example"', headers=other)["Resources"][0]["id"] == user
    out = ours.scim.ok("PUT", "/Users/" + user, person("same@x.example", title="Taken"), headers=other)
    assert out["id"] == user and out["title"] == "Taken"
    assert ours.scim.ok("GET", "/Users")["totalResults"] == 1


def test_post_of_another_sources_user_links(two):
    ours, _, (user, team), _ = two
    other = second_source(ours)
    answer = ours.scim.post("/Users", {"schemas": [USER], "userName": "SAME@x.example"}, headers=other)
    assert answer.status == 201 and answer.json["id"] == user
    # who he is in the groups of the first source is that source's affair
    assert answer.json["groups"] == []
    assert [g["display"] for g in ours.scim.ok("GET", "/Users/" + user)["groups"]] == ["Same"]
    for text in ('groups.display eq "Same"', f'groups.value eq "{team}"', "groups pr"):
        assert ours.scim.ok("GET", "/Users?filter=" + text, headers=other)["totalResults"] == 0, text
        assert ours.scim.ok("GET", "/Users?filter=" + text)["totalResults"] == 1, text
