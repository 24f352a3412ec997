"""What clients do beyond or beside the RFCs: PATCH, groups, lifecycle, errors.

One test per row of conformance/scim/quirks.md, by its number.
"""
import threading
import uuid

import pytest
from harness.scim import ERROR, PATCH, USER, active, add_members, group, make_group, op, patch_op, person

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


@pytest.fixture(scope="module")
def shop(server):
    """An organization for all tests of this file: names are made up per test."""
    return server.new_org()


@pytest.fixture
def scim(shop):
    return shop.scim


def fresh(name="u"):
    return f"{name}-{uuid.uuid4().hex[:10]}@x.example"


def create(scim, **more):
    return scim.ok("POST", "/Users", {**person(fresh()), **more})


def patch(scim, user, *operations):
    """The user after a PATCH that must succeed."""
    answer = scim.patch("/Users/" + user["id"], patch_op(*operations))
    assert answer.status == 200, answer
    assert scim.ok("GET", "/Users/" + user["id"]) == answer.json
    return answer.json


def refused(scim, user, *operations):
    """The scimType of a PATCH that must fail and change nothing."""
    answer = scim.patch("/Users/" + user["id"], patch_op(*operations))
    assert answer.status in (400, 409) and answer.json["schemas"] == [ERROR] and answer.json["detail"], answer
    assert scim.ok("GET", "/Users/" + user["id"]) == user
    return answer.json.get("scimType")


class Team:
    """A group with some people in it."""

    def __init__(self, scim, members=0, others=0):
        self.scim, self.name = scim, "Team " + uuid.uuid4().hex
        self.users = [create(scim)["id"] for _ in range(members + others)]
        self.id = scim.ok("POST", "/Groups", group(self.name, self.users[:members]))["id"]

    def read(self):
        return self.scim.ok("GET", "/Groups/" + self.id)

    def members(self):
        return [self.users.index(m["value"]) for m in sorted(self.read()["members"],
                                                             key=lambda m: self.users.index(m["value"]))]

    def patch(self, *operations, status=(200, 204)):
        answer = self.scim.patch("/Groups/" + self.id, patch_op(*operations))
        assert answer.status in status, answer
        return answer


# ---- PATCH in general ----

def test_q075_capitalised_op(scim):
    user = create(scim)
    assert patch(scim, user, op("Replace", "title", "T"), op("Add", "nickName", "N"))["title"] == "T"
    assert "title" not in patch(scim, user, op("REMOVE", "title"))


def test_q076_value_without_path(scim):
    out = patch(scim, create(scim), op("replace", None, {"active": False, "title": "T"}))
    assert out["active"] is False and out["title"] == "T"


def test_q077_dotted_keys(scim):
    out = patch(scim, create(scim), op("replace", None, {"name.givenName": "G", "name.middleName": "M"}))
    assert out["name"]["givenName"] == "G" and out["name"]["middleName"] == "M"
    assert not any("." in k and not k.startswith("urn:") for k in out)


def test_q078_urn_keys(scim):
    user = create(scim)
    out = patch(scim, user, op("add", None, {ENTERPRISE + ":department": "D", USER + ":title": "T"}))
    assert out[ENTERPRISE] == {"department": "D"} and out["title"] == "T"
    out = patch(scim, user, op("add", None, {ENTERPRISE: {"costCenter": "C"}}))
    assert out[ENTERPRISE] == {"department": "D", "costCenter": "C"}


def test_q079_noise_in_the_value(scim):
    user = create(scim)
    out = patch(scim, user, op("replace", None, {"id": "x", "schemas": ["y"], "meta": {"version": "z"}, "title": "T"}))
    assert out["id"] == user["id"] and out["schemas"] == [USER] and out["title"] == "T"
    team = Team(scim, 1)
    team.patch(op("replace", None, {"id": team.id, "schemas": [], "meta": {}, "displayName": team.name}))
    assert team.members() == [0]


@pytest.mark.parametrize("kind", ["add", "replace"])
def test_q080_value_path_without_match(scim, kind):
    out = patch(scim, create(scim), op(kind, 'phoneNumbers[type eq "mobile"].value', "+49"))
    assert out["phoneNumbers"] == [{"value": "+49", "type": "mobile"}]


def test_q081_several_parts_of_one_new_element(scim):
    parts = {"locality": "L", "region": "R", "country": "DE", "streetAddress": "S"}
    out = patch(scim, create(scim), *[op("add", f'addresses[type eq "work"].{k}', v) for k, v in parts.items()])
    assert out["addresses"] == [{**parts, "type": "work"}]


def test_q082_primary_email(scim):
    user = create(scim, emails=[{"value": "a@x", "type": "home"}, {"value": "b@x", "type": "work", "primary": True}])
    out = patch(scim, user, op("replace", "emails[primary eq true].value", "c@x"))
    assert [e["value"] for e in out["emails"]] == ["a@x", "c@x"]
    user = scim.ok("POST", "/Users", {"schemas": [USER], "userName": fresh()})
    out = patch(scim, user, op("add", "emails[primary eq true].value", "n@x"))
    assert out["emails"] == [{"value": "n@x", "primary": True}]


def test_q083_value_wrapped_in_an_array(scim):
    user = create(scim)
    assert patch(scim, user, op("replace", "title", ["T"]))["title"] == "T"
    assert patch(scim, user, op("replace", "nickName", [{"value": "N"}]))["nickName"] == "N"
    assert patch(scim, user, op("replace", "active", [False]))["active"] is False


def test_q084_no_operations(scim):
    user = create(scim)
    assert patch(scim, user) == user
    team = Team(scim, 1)
    team.patch()
    assert team.members() == [0]


def test_q085_nothing_new(scim):
    user = create(scim, title="T")
    assert patch(scim, user, op("replace", "title", "T"), op("add", "title", "T"), op("replace", "active", True),
                 op("replace", "emails", user["emails"]), op("add", "emails", user["emails"])) == user
    team = Team(scim, 1)
    before = team.read()
    team.patch(op("replace", "displayName", team.name), op("add", "members", [{"value": team.users[0]}]))
    assert team.read() == before


@pytest.mark.parametrize("nothing", [None, ""])
def test_q086_null_and_empty_unset(scim, nothing):
    user = create(scim, title="T", **{ENTERPRISE: {"manager": {"value": "m"}, "department": "D"}})
    out = patch(scim, user, {"op": "replace", "path": "title", "value": nothing},
                {"op": "replace", "path": ENTERPRISE + ":manager", "value": nothing})
    assert "title" not in out and out[ENTERPRISE] == {"department": "D"}


def test_q087_removing_what_is_not_there(scim):
    user = create(scim)
    assert patch(scim, user, op("remove", "title"), op("remove", 'emails[type eq "other"]'),
                 op("remove", 'phoneNumbers[type eq "work"].value'), op("remove", ENTERPRISE + ":manager")) == user


def test_q088_removing_what_is_required(scim):
    assert refused(scim, create(scim), op("remove", "userName")) in ("mutability", "invalidValue")


def test_q089_replace_with_a_filter(scim):
    emails = [{"value": "a@x", "type": "work", "primary": True}, {"value": "b@x", "type": "home"}]
    out = patch(scim, create(scim, emails=emails), op("replace", 'emails[type eq "work"].value', "c@x"))
    assert out["emails"] == [{**emails[0], "value": "c@x"}, emails[1]]


def test_q090_add_to_a_single_value(scim):
    assert patch(scim, create(scim, nickName="A"), op("add", "nickName", "B"))["nickName"] == "B"


def test_q091_add_without_path(scim):
    user = create(scim, title="T")
    out = patch(scim, user, op("add", None, {"nickName": "N", "emails": [{"value": "2@x", "type": "home"}]}))
    assert out["title"] == "T" and out["nickName"] == "N"
    assert out["emails"] == user["emails"] + [{"value": "2@x", "type": "home"}]


def test_q092_part_of_a_complex_attribute(scim):
    user = create(scim, name={"givenName": "G", "familyName": "F"})
    assert patch(scim, user, op("replace", "name", {"givenName": "N"}))["name"] == {"givenName": "N", "familyName": "F"}


def test_q093_dot_before_the_extension_attribute(scim):
    assert patch(scim, create(scim), op("add", ENTERPRISE + ".department", "D"))[ENTERPRISE] == {"department": "D"}


def test_q094_dotted_key_of_a_multi_valued_attribute(scim):
    user = create(scim, emails=[{"value": "a@x", "type": "home"}, {"value": "b@x", "primary": True}])
    out = patch(scim, user, op("replace", None, {"emails.value": "c@x"}))
    assert [e["value"] for e in out["emails"]] == ["a@x", "c@x"]


def test_q095_lower_case_key_and_no_schemas(scim):
    user = create(scim)
    answer = scim.patch("/Users/" + user["id"], {"operations": [{"OP": "replace", "Path": "title", "VALUE": "T"}]})
    assert answer.status == 200 and answer.json["title"] == "T"


def test_q096_many_operations(scim):
    out = patch(scim, create(scim), *[op("replace", "title", f"T{i}") for i in range(500)])
    assert out["title"] == "T499" and out["meta"]["version"] == 'W/"2"'
    team = Team(scim, 0, 2)
    team.patch(*[op("add" if i % 2 else "remove", "members", [{"value": team.users[i % 3 // 2]}]) for i in range(1000)])


# ---- PATCH of Users ----

@pytest.mark.parametrize("text", ["False", "false"])
def test_q097_active_as_a_string(shop, scim, text):
    user = create(scim)
    assert patch(scim, user, op("Replace", "active", text))["active"] is False
    assert shop.admin.ok("GET", "/users/" + user["id"])["state"] == "deactivated"


def test_q098_activating_the_active(scim):
    user = create(scim)
    assert patch(scim, user, op("replace", "active", True)) == user
    patch(scim, user, op("replace", "active", False))
    assert patch(scim, user, op("replace", "active", True))["active"] is True


def test_q099_deactivation_is_real(shop, scim):
    user = create(scim)
    patch(scim, user, op("replace", None, {"active": False}))
    shown = shop.admin.ok("GET", "/users/" + user["id"])
    assert shown["state"] == "deactivated" and shown["seat"] is False


@pytest.mark.parametrize("sent", ["m1", {"value": "m1"}, [{"value": "m1"}], {"value": "m1", "displayName": "x"}])
def test_q100_forms_of_manager(scim, sent):
    user = create(scim)
    out = patch(scim, user, op("add", ENTERPRISE + ":manager", sent))
    assert out[ENTERPRISE]["manager"]["value"] == "m1" and ENTERPRISE + ":manager" not in out
    for empty in ("", {"value": ""}):
        out = patch(scim, user, {"op": "replace", "path": ENTERPRISE + ":manager", "value": empty})
        assert ENTERPRISE not in out
        patch(scim, user, op("add", ENTERPRISE + ":manager", sent))


def test_q101_unknown_manager(scim):
    junk = "no-such-person-" + uuid.uuid4().hex
    assert patch(scim, create(scim), op("add", ENTERPRISE + ":manager", junk))[ENTERPRISE]["manager"]["value"] == junk


def test_q102_role_as_json_text(scim):
    text = '{"id":"1","value":"admin","displayName":"Admin"}'
    out = patch(scim, create(scim), op("add", "roles", [{"value": text}]))
    assert out["roles"] == [{"value": text}]


@pytest.mark.parametrize("kind", ["add", "replace"])
def test_q103_primary_role_of_somebody_without(scim, kind):
    out = patch(scim, create(scim), op(kind, 'roles[primary eq "True"].value', "R"),
                op(kind, 'roles[primary eq "True"].display', "D"))
    assert out["roles"] == [{"value": "R", "display": "D", "primary": True}]


def test_q104_unknown_attributes(scim):
    user = create(scim)
    assert patch(scim, user, op("replace", "favouriteColour", "red"), op("add", "title", "T"))["title"] == "T"
    assert patch(scim, user, op("replace", None, {"favouriteColour": "red"}))["title"] == "T"


def test_q104_setting_refuses_them(org):
    made = org.admin.ok("POST", "/connections/scim", {"name": "s", "settings": {"refuse_unknown_attributes": True}})
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": made["id"]})["token"]
    own = {"Authorization": "Bearer " + token}
    user = org.scim.ok("POST", "/Users", person(fresh()), headers=own)
    answer = org.scim.patch("/Users/" + user["id"], patch_op(op("replace", "colour", "red")), headers=own)
    assert answer.status == 400 and answer.json["scimType"] == "invalidPath"


def test_q105_renaming(scim):
    user, other, name = create(scim), create(scim), fresh("new")
    out = patch(scim, user, op("replace", None, {"userName": name}))
    assert out["id"] == user["id"]
    assert scim.ok("GET", f'/Users?filter=userName eq "{name}"')["totalResults"] == 1
    assert scim.ok("GET", f'/Users?filter=userName eq "{user["userName"]}"')["totalResults"] == 0
    assert refused(scim, other, op("replace", "userName", name.upper())) == "uniqueness"
    assert patch(scim, out, op("replace", "userName", name.upper()))["userName"] == name.upper()


def test_q106_answer_is_the_whole_user(scim):
    user = create(scim)
    out = patch(scim, user, op("replace", "title", "T"))
    assert set(out) == set(user) | {"title"}


# ---- Groups ----

def test_q107_remove_with_values(scim):
    team = Team(scim, 4)
    team.patch(op("Remove", "members", [{"value": team.users[1]}, {"value": team.users[2], "$ref": None}]))
    assert team.members() == [0, 3]


def test_q108_several_removes_and_an_add(scim):
    team = Team(scim, 3, 1)
    team.patch(*[op("remove", f'members[value eq "{team.users[i]}"]') for i in (0, 2)],
               op("add", "members", [{"value": team.users[3], "display": "x"}]))
    assert team.members() == [1, 3]


def test_q109_filtered_remove(scim):
    team = Team(scim, 2)
    team.patch(op("remove", f'members[value eq "{team.users[0]}"]'))
    assert team.members() == [1]
    assert scim.ok("GET", "/Users/" + team.users[0])["groups"] == []


@pytest.mark.parametrize("path", ["members[value eq {}]", 'members[ value EQ "{}" ]', 'Members[Value eq "{}"]'])
def test_q110_hand_made_paths(scim, path):
    team = Team(scim, 2)
    team.patch(op("remove", path.format(team.users[0])))
    assert team.members() == [1]


def test_q111_filter_on_display(scim):
    team = Team(scim, 2)
    answer = team.patch(op("remove", 'members[display eq "x"]'), status=(400,))
    assert answer.json["scimType"] == "invalidFilter" and team.members() == [0, 1]


def test_q112_member_already_there(scim):
    team = Team(scim, 1, 1)
    team.patch(op("add", "members", [{"value": team.users[i]} for i in (0, 1, 1)]))
    assert team.members() == [0, 1]


def test_q113_add_and_remove_in_one(scim):
    team = Team(scim, 0, 1)
    add, remove = op("add", "members", [{"value": team.users[0]}]), op("remove", f'members[value eq "{team.users[0]}"]')
    team.patch(add, remove)
    assert team.members() == []
    team.patch(remove, add)
    assert team.members() == [0]
    team.patch(add, remove, add, remove)
    assert team.members() == []


def test_q114_noise_in_members(scim):
    team = Team(scim, 0, 1)
    team.patch(op("add", "members", [{"value": team.users[0], "$ref": None, "display": "wrong", "type": None}]))
    member = team.read()["members"][0]
    assert member["type"] == "User" and member["$ref"].endswith("/Users/" + team.users[0])
    assert member["display"] != "wrong"


def test_q115_whole_list(scim):
    team = Team(scim, 3, 2)
    team.patch(op("replace", "members", [{"value": team.users[i]} for i in (1, 2, 3, 4)]))
    assert team.members() == [1, 2, 3, 4]
    before = team.read()
    team.patch(op("replace", "members", [{"value": team.users[i]} for i in (4, 3, 2, 1)]))
    assert team.read() == before
    team.patch(op("replace", None, {"members": [{"value": team.users[0]}]}))
    assert team.members() == [0]


@pytest.mark.parametrize("operation", [{"op": "replace", "path": "members", "value": []},
                                       {"op": "replace", "path": "members", "value": None},
                                       {"op": "remove", "path": "members", "value": None},
                                       {"op": "remove", "path": "members"}])
def test_q116_emptying(scim, operation):
    team = Team(scim, 2)
    team.patch(operation)
    assert team.members() == []


def test_q117_unknown_member_joins_on_arrival(scim):
    team, name = Team(scim, 0, 1), fresh("later")
    team.patch(op("add", "members", [{"value": team.users[0]}, {"value": name}]))
    assert team.members() == [0]
    made = scim.ok("POST", "/Users", person(name))
    assert [g["value"] for g in made["groups"]] == [team.id]
    assert len(team.read()["members"]) == 2


def test_q118_setting_refuses_unknown_members(org):
    made = org.admin.ok("POST", "/connections/scim", {"name": "s", "settings": {"refuse_unknown_members": True}})
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": made["id"]})["token"]
    own = {"Authorization": "Bearer " + token}
    known = org.scim.ok("POST", "/Users", person("known@x.example"), headers=own)["id"]
    answer = org.scim.post("/Groups", group("G", [known, "nobody-1", "nobody-2"]), headers=own)
    assert answer.status == 400 and answer.json["scimType"] == "invalidValue"
    assert "nobody-1" in answer.json["detail"] and "nobody-2" in answer.json["detail"]
    assert known not in answer.json["detail"]
    team = org.scim.ok("POST", "/Groups", group("G", [known]), headers=own)["id"]
    for method, body in (("PATCH", add_members("nobody-1")), ("PUT", group("G", ["nobody-1"]))):
        assert org.scim.request(method, "/Groups/" + team, body, headers=own).status == 400
    gone = patch_op(op("remove", 'members[value eq "nobody-1"]'))
    assert org.scim.patch("/Groups/" + team, gone, headers=own).status in (200, 204)
    assert len(org.scim.ok("GET", "/Groups/" + team, headers=own)["members"]) == 1


def test_q119_rename_to_the_same_name(scim):
    team = Team(scim, 1)
    before = team.read()
    team.patch(op("replace", None, {"id": team.id, "displayName": team.name}))
    assert team.read() == before


def test_q120_group_patch_is_204(scim):
    team = Team(scim, 1, 1)
    answer = team.patch(op("add", "members", [{"value": team.users[1]}]), status=(204,))
    assert answer.json is None
    answer = scim.patch("/Groups/" + team.id + "?attributes=displayName", patch_op(op("replace", "displayName", team.name)))
    assert answer.status == 200 and set(answer.json) == {"schemas", "id", "displayName"}


def test_q120_setting_returns_the_group(org):
    made = org.admin.ok("POST", "/connections/scim", {"name": "s", "settings": {"group_patch_returns": True}})
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": made["id"]})["token"]
    own = {"Authorization": "Bearer " + token}
    team = org.scim.ok("POST", "/Groups", group("G"), headers=own)["id"]
    answer = org.scim.patch("/Groups/" + team, patch_op(op("replace", "displayName", "H")), headers=own)
    assert answer.status == 200 and answer.json["displayName"] == "H"


def test_q121_members_left_out(scim):
    team = Team(scim, 2)
    out = scim.ok("GET", f"/Groups/{team.id}?excludedAttributes=members")
    assert "members" not in out and out["displayName"] == team.name and out["meta"] == team.read()["meta"]
    out = scim.ok("GET", f"/Groups/{team.id}?attributes=displayName")
    assert set(out) == {"schemas", "id", "displayName"}
    out = scim.ok("GET", f"/Groups/{team.id}?attributes=members.value")
    assert all(set(m) == {"value"} for m in out["members"]) and len(out["members"]) == 2


@pytest.mark.parametrize("name", ["externalId", "displayName"])
def test_q122_renaming_keeps_members(scim, name):
    team = Team(scim, 2)
    value = "new " + uuid.uuid4().hex
    team.patch(op("replace", None, {name: value}))
    assert team.read()[name] == value and team.members() == [0, 1]


def test_q123_patch_works_on_all_members(org):
    users = [org.scim.ok("POST", "/Users", person())["id"] for _ in range(130)]
    team = make_group(org, "Big", users)
    org.scim.ok("PATCH", "/Groups/" + team, patch_op(op("remove", f'members[value eq "{users[7]}"]')))
    assert len(org.scim.ok("GET", "/Groups/" + team)["members"]) == 129


def test_q124_remove_is_by_value(scim):
    team = Team(scim, 5)
    team.patch(*[op("remove", f'members[value eq "{team.users[i]}"]') for i in (3, 0, 4)])
    assert team.members() == [1, 2]


def test_q125_existing_group_is_found(scim):
    team = Team(scim, 0)
    out = scim.ok("GET", f'/Groups?filter=displayName eq "{team.name}"&startIndex=1&count=100')
    assert [g["id"] for g in out["Resources"]] == [team.id]
    assert scim.post("/Groups", group(team.name)).status == 409


def test_q126_deleted_group(scim):
    team = Team(scim, 1)
    answer = scim.delete("/Groups/" + team.id)
    assert answer.status == 204 and answer.json is None
    assert scim.get("/Groups/" + team.id).status == 404
    assert scim.ok("GET", "/Users/" + team.users[0])["groups"] == []
    assert scim.delete("/Groups/" + team.id).status == 404
    assert scim.post("/Groups", group(team.name)).status == 201


# ---- lifecycle ----

def test_q127_the_inactive_are_visible(scim):
    user = create(scim)
    scim.ok("PATCH", "/Users/" + user["id"], active(False))
    assert scim.ok("GET", "/Users/" + user["id"])["active"] is False
    out = scim.ok("GET", f'/Users?filter=userName eq "{user["userName"]}"')
    assert [u["active"] for u in out["Resources"]] == [False]
    out = scim.ok("GET", f'/Users?filter=active eq false and id eq "{user["id"]}"')
    assert out["totalResults"] == 1


def test_q128_reactivation_keeps_the_id(scim):
    user = create(scim)
    scim.ok("PATCH", "/Users/" + user["id"], active(False))
    out = scim.ok("PATCH", "/Users/" + user["id"], active(True))
    assert out["id"] == user["id"] and out["active"] is True


def test_q129_memberships_survive_deactivation(scim):
    team = Team(scim, 2)
    scim.ok("PATCH", "/Users/" + team.users[0], active(False))
    scim.ok("PATCH", "/Users/" + team.users[0], active(True))
    assert team.members() == [0, 1]


def test_q130_deleted_user(scim):
    user = create(scim)
    path = "/Users/" + user["id"]
    assert scim.delete(path).status == 204
    for method, body in (("GET", None), ("PUT", person(user["userName"])), ("PATCH", active(True)), ("DELETE", None)):
        answer = scim.request(method, path, body)
        assert answer.status == 404 and answer.json["schemas"] == [ERROR] and answer.json["status"] == "404", method
    for name in ("userName", "externalId", "id"):
        assert scim.ok("GET", f'/Users?filter={name} eq "{user[name]}"')["totalResults"] == 0, name


def test_q131_delete_twice_and_unknown(scim):
    user = create(scim)
    assert [scim.delete("/Users/" + user["id"]).status for _ in range(2)] == [204, 404]
    for kind in ("Users", "Groups"):
        for wrong in (str(uuid.uuid4()), "00919288221112222", "x" * 300):
            assert scim.delete(f"/{kind}/{wrong}").status == 404


def test_q132_name_is_free_after_delete(scim):
    user = create(scim)
    scim.ok("DELETE", "/Users/" + user["id"])
    answer = scim.post("/Users", person(user["userName"]))
    assert answer.status == 201 and answer.json["id"] != user["id"]


def test_q133_living_user_is_never_404(scim):
    user, seen = create(scim), []

    def read():
        for _ in range(60):
            seen.append(scim.get("/Users/" + user["id"]).status)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for t in readers:
        t.start()
    for i in range(20):
        scim.ok("PATCH", "/Users/" + user["id"], active(i % 2 == 1))
    for t in readers:
        t.join()
    assert set(seen) <= {200, 503} and 200 in seen


def test_q134_delete_of_somebody_with_everything(scim):
    team = Team(scim, 1)
    user = scim.ok("GET", "/Users/" + team.users[0])
    other = create(scim, **{ENTERPRISE: {"manager": {"value": user["id"]}}})
    assert scim.delete("/Users/" + user["id"]).status == 204
    assert team.read()["members"] == []
    assert scim.ok("GET", "/Users/" + other["id"])[ENTERPRISE]["manager"]["value"] == user["id"]


# ---- errors, limits ----

def test_q135_detail_is_useful(scim):
    answer = scim.post("/Users", {"schemas": [USER]})
    assert answer.status == 400 and "userName" in answer.json["detail"]
    answer = scim.patch("/Users/" + create(scim)["id"], {"schemas": [PATCH], "Operations": [{"op": "move"}]})
    assert "add" in answer.json["detail"] and "replace" in answer.json["detail"]


@pytest.mark.parametrize("request_", [("GET", "/Users/x", 404), ("GET", "/nowhere", 404), ("DELETE", "/Users", 405),
                                      ("PUT", "/Groups", 405), ("POST", "/ResourceTypes", 405), ("GET", "/Me", 501),
                                      ("POST", "/Bulk", 501), ("GET", "/Users?filter=x", 400)])
def test_q136_errors_are_scim_json(scim, request_):
    method, path, status = request_
    answer = scim.request(method, path, {} if method in ("POST", "PUT") else None)
    assert answer.status == status and answer.json["schemas"] == [ERROR]
    assert answer.headers["Content-Type"].startswith("application/scim+json")
    assert answer.json["status"] == str(status) and answer.json["detail"]


def test_q137_status_is_a_string(scim):
    assert scim.get("/Users/x").json["status"] == "404"


def test_q138_error_is_not_wrapped(scim):
    assert set(scim.get("/Users?filter=x").json) == {"schemas", "status", "scimType", "detail"}


def test_q141_refusals_by_policy_are_explained(server):
    org = server.new_org(seats=1, policy="refuse")
    org.scim.ok("POST", "/Users", person("one@x.example"))
    answer = org.scim.post("/Users", person("two@x.example"))
    assert answer.status == 403 and "1" in answer.json["detail"] and "seat" in answer.json["detail"]
    assert org.scim.ok("GET", "/Users")["totalResults"] == 1


def test_q145_large_requests(scim):
    members = [{"value": str(uuid.uuid4()), "display": "d" * 40} for _ in range(8000)]
    team = Team(scim, 0)
    answer = scim.patch("/Groups/" + team.id, patch_op(op("replace", "members", members)))
    assert answer.status == 204
