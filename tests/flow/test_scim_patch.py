"""PATCH of Users as RFC 7644, section 3.5.2 has it: a table of operations and their outcome."""
import uuid

import pytest
from harness.scim import ERROR, PATCH, USER, group, op, patch_op

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WORK = {"value": "w@x", "type": "work", "primary": True}
HOME = {"value": "h@x", "type": "home"}


@pytest.fixture(scope="module")
def shop(server):
    return server.new_org()


@pytest.fixture
def scim(shop):
    return shop.scim


def create(scim, **more):
    return scim.ok("POST", "/Users", {"schemas": [USER], "userName": uuid.uuid4().hex, **more})


# name: (attributes before, operations, attributes after; None: gone)
CHANGES = {
    "add simple": ({}, [op("add", "title", "T")], {"title": "T"}),
    "add replaces simple": ({"title": "A"}, [op("add", "title", "T")], {"title": "T"}),
    "replace missing adds": ({}, [op("replace", "title", "T")], {"title": "T"}),
    "remove simple": ({"title": "A"}, [op("remove", "title")], {"title": None}),
    "add sub-attribute": ({"name": {"givenName": "G"}}, [op("add", "name.familyName", "F")],
                          {"name": {"givenName": "G", "familyName": "F"}}),
    "remove sub-attribute": ({"name": {"givenName": "G", "familyName": "F"}}, [op("remove", "name.familyName")],
                             {"name": {"givenName": "G"}}),
    "remove last sub-attribute": ({"name": {"givenName": "G"}}, [op("remove", "name.givenName")], {"name": None}),
    "remove complex": ({"name": {"givenName": "G", "familyName": "F"}}, [op("remove", "name")], {"name": None}),
    "add complex merges": ({"name": {"givenName": "G"}}, [op("add", "name", {"familyName": "F"})],
                           {"name": {"givenName": "G", "familyName": "F"}}),
    "add element": ({"emails": [WORK]}, [op("add", "emails", [HOME])], {"emails": [WORK, HOME]}),
    "add one element as object": ({"emails": [WORK]}, [op("add", "emails", HOME)], {"emails": [WORK, HOME]}),
    "add element that is there": ({"emails": [WORK]}, [op("add", "emails", [WORK])], {"emails": [WORK]}),
    "replace all elements": ({"emails": [WORK, HOME]}, [op("replace", "emails", [{"value": "n@x"}])],
                             {"emails": [{"value": "n@x"}]}),
    "replace elements without path": ({"emails": [WORK, HOME]}, [op("replace", None, {"emails": [HOME]})],
                                      {"emails": [HOME]}),
    "remove all elements": ({"emails": [WORK, HOME]}, [op("remove", "emails")], {"emails": None}),
    "remove by filter": ({"emails": [WORK, HOME]}, [op("remove", 'emails[type eq "work"]')], {"emails": [HOME]}),
    "remove last by filter": ({"emails": [HOME]}, [op("remove", 'emails[type eq "home"]')], {"emails": None}),
    "remove sub by filter": ({"emails": [WORK, HOME]}, [op("remove", 'emails[value eq "w@x"].type')],
                             {"emails": [{"value": "w@x", "primary": True}, HOME]}),
    "replace sub of every match": (
        {"emails": [{"value": "1@x", "type": "work"}, {"value": "2@x", "type": "work"}, HOME]},
        [op("replace", 'emails[type eq "work"].display', "D")],
        {"emails": [{"value": "1@x", "display": "D", "type": "work"},
                    {"value": "2@x", "display": "D", "type": "work"}, HOME]}),
    "filter with and": ({"emails": [WORK, HOME]}, [op("replace", 'emails[type eq "work" and value co "w"].type', "other")],
                        {"emails": [{**WORK, "type": "other"}, HOME]}),
    "filter with or": ({"emails": [WORK, HOME]}, [op("remove", 'emails[type eq "work" or type eq "home"]')],
                       {"emails": None}),
    "filter with not": ({"emails": [WORK, HOME]}, [op("remove", 'emails[not (type eq "work")]')], {"emails": [WORK]}),
    "primary moves": ({"emails": [WORK, HOME]}, [op("replace", 'emails[type eq "home"].primary', True)],
                      {"emails": [{"value": "w@x", "type": "work", "primary": False}, {**HOME, "primary": True}]}),
    "new primary element": ({"emails": [WORK]}, [op("add", "emails", [{"value": "n@x", "primary": True}])],
                            {"emails": [{"value": "w@x", "type": "work", "primary": False},
                                        {"value": "n@x", "primary": True}]}),
    "extension": ({}, [op("add", ENTERPRISE + ":department", "D")], {ENTERPRISE: {"department": "D"}}),
    "extension object": ({}, [op("add", ENTERPRISE, {"department": "D"})], {ENTERPRISE: {"department": "D"}}),
    "last of the extension": ({ENTERPRISE: {"department": "D"}}, [op("remove", ENTERPRISE + ":department")],
                              {ENTERPRISE: None}),
    "whole extension": ({ENTERPRISE: {"department": "D", "division": "V"}}, [op("remove", ENTERPRISE)], {ENTERPRISE: None}),
    "core URN": ({}, [op("add", USER + ":title", "T"), op("add", USER + ":name.givenName", "G")],
                 {"title": "T", "name": {"givenName": "G"}}),
    "in order": ({}, [op("add", "title", "1"), op("remove", "title"), op("add", "title", "2"),
                      op("replace", "title", "3")], {"title": "3"}),
    "on the result of the one before": ({}, [op("add", "emails", [HOME]),
                                             op("replace", 'emails[type eq "home"].value', "n@x")],
                                        {"emails": [{"value": "n@x", "type": "home"}]}),
    "names in any case": ({}, [op("add", "TITLE", "T"), op("add", "Name.GIVENname", "G")],
                          {"title": "T", "name": {"givenName": "G"}}),
    "externalId": ({"externalId": "a"}, [op("replace", "externalId", "b")], {"externalId": "b"}),
    "remove externalId": ({"externalId": "a"}, [op("remove", "externalId")], {"externalId": None}),
    "displayName": ({"displayName": "a"}, [op("remove", "displayName")], {"displayName": None}),
}


def same(found, want):
    """Equal, where an absent primary is false."""
    if isinstance(want, list):
        return len(found or []) == len(want) and all(
            {"primary": False, **f} == {"primary": False, **w} for f, w in zip(found, want))
    return found == want


@pytest.mark.parametrize("name", CHANGES)
def test_change(scim, name):
    before, operations, after = CHANGES[name]
    user = create(scim, **before)
    answer = scim.patch("/Users/" + user["id"], patch_op(*operations))
    assert answer.status == 200, answer
    for key, want in after.items():
        assert same(answer.json.get(key), want), answer.json
    assert scim.ok("GET", "/Users/" + user["id"]) == answer.json
    assert (ENTERPRISE in answer.json["schemas"]) == (ENTERPRISE in answer.json)


# name: (operations, scimTypes that say why)
REFUSALS = {
    "unknown op": ([op("move", "title", "T")], ["invalidSyntax"]),
    "no op": ([{"path": "title", "value": "T"}], ["invalidSyntax"]),
    "operation is no object": (["add"], ["invalidSyntax"]),
    "remove without path": ([{"op": "remove"}], ["noTarget"]),
    "add without value": ([{"op": "add", "path": "title"}], ["invalidValue"]),
    "no path and no object": ([{"op": "add", "value": "T"}], ["invalidValue"]),
    "path is no string": ([{"op": "add", "path": 7, "value": "T"}], ["invalidPath", "invalidSyntax"]),
    "malformed path": ([op("add", "emails[", "T")], ["invalidPath", "invalidFilter"]),
    "malformed filter": ([op("add", "emails[type xx 1].value", "T")], ["invalidPath", "invalidFilter"]),
    "unclosed filter": ([op("remove", 'emails[type eq "work"')], ["invalidPath", "invalidFilter"]),
    "id": ([op("replace", "id", "x")], ["mutability"]),
    "meta": ([op("replace", "meta.version", "x")], ["mutability"]),
    "groups": ([op("add", "groups", [{"value": "x"}])], ["mutability"]),
    "userName away": ([op("remove", "userName")], ["mutability", "invalidValue"]),
    "userName null": ([{"op": "replace", "path": "userName", "value": None}], ["mutability", "invalidValue"]),
    "userName empty": ([op("replace", "userName", "")], ["mutability", "invalidValue"]),
    "wrong type": ([op("replace", "title", {"a": 1})], ["invalidValue"]),
    "Boolean for a string": ([op("replace", "title", True)], ["invalidValue"]),
    "string for a Boolean": ([op("replace", "active", "perhaps")], ["invalidValue"]),
    "null Boolean of an element": ([op("add", "emails", [{"value": "a", "primary": "x"}])], ["invalidValue"]),
    "filter that cannot be created": ([op("replace", 'emails[value co "zz"].type', "home")], ["noTarget"]),
    "second one wrong": ([op("replace", "title", "changed"), op("replace", "id", "x")], ["mutability"]),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusal_changes_nothing(scim, name):
    operations, types = REFUSALS[name]
    user = create(scim, title="T", emails=[WORK])
    answer = scim.patch("/Users/" + user["id"], patch_op(*operations))
    assert answer.status == 400 and answer.json["schemas"] == [ERROR], answer
    assert answer.json["scimType"] in types
    assert scim.ok("GET", "/Users/" + user["id"]) == user


def test_body_is_no_patch(scim):
    user = create(scim)
    for body in ({}, {"schemas": [PATCH]}, {"schemas": [PATCH], "Operations": "x"}, []):
        answer = scim.patch("/Users/" + user["id"], body)
        assert answer.status == 400 and answer.json["scimType"] == "invalidSyntax", body


def test_setting_refuses_to_create(org):
    made = org.admin.ok("POST", "/connections/scim", {"name": "s", "settings": {"create_on_no_match": False}})
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": made["id"]})["token"]
    own = {"Authorization": "Bearer " + token}
    user = org.scim.ok("POST", "/Users", {"schemas": [USER], "userName": "u"}, headers=own)
    answer = org.scim.patch("/Users/" + user["id"], patch_op(op("replace", 'emails[type eq "work"].value', "a")),
                            headers=own)
    assert answer.status == 400 and answer.json["scimType"] == "noTarget"


def test_version_and_time_move_with_real_changes_only(scim):
    user = create(scim, title="T")
    assert user["meta"]["created"] == user["meta"]["lastModified"]
    path = "/Users/" + user["id"]
    same_again = scim.ok("PATCH", path, patch_op(op("replace", "title", "T")))
    assert same_again["meta"] == user["meta"]
    changed = scim.ok("PATCH", path, patch_op(op("replace", "title", "U")))
    assert changed["meta"]["version"] != user["meta"]["version"]
    assert changed["meta"]["created"] == user["meta"]["created"]
    assert changed["meta"]["lastModified"] >= user["meta"]["lastModified"]


def test_projection_of_the_answer(scim):
    user = create(scim, title="T")
    path = "/Users/" + user["id"]
    out = scim.ok("PATCH", path + "?attributes=title", patch_op(op("replace", "title", "U")))
    assert out == {"schemas": user["schemas"], "id": user["id"], "title": "U"}
    out = scim.ok("PUT", path + "?excludedAttributes=meta,groups", {"schemas": [USER], "userName": "x" + user["id"]})
    assert set(out) == {"schemas", "id", "userName", "active"}
    out = scim.ok("POST", "/Users?attributes=userName", {"schemas": [USER], "userName": uuid.uuid4().hex, "title": "T"})
    assert set(out) == {"schemas", "id", "userName"}
    out = scim.ok("POST", "/Groups?excludedAttributes=members", group(uuid.uuid4().hex, [user["id"]]))
    assert "members" not in out


def test_group_is_all_or_nothing(scim):
    user, name = create(scim)["id"], uuid.uuid4().hex
    made = scim.ok("POST", "/Groups", group(name))
    answer = scim.patch("/Groups/" + made["id"], patch_op(op("add", "members", [{"value": user}]),
                                                           op("remove", "displayName")))
    assert answer.status == 400
    assert scim.ok("GET", "/Groups/" + made["id"]) == made
    other = scim.ok("POST", "/Groups", group(name + "2"))
    answer = scim.patch("/Groups/" + made["id"], patch_op(op("add", "members", [{"value": user}]),
                                                           op("replace", "displayName", other["displayName"])))
    assert answer.status == 409 and answer.json["scimType"] == "uniqueness"
    assert scim.ok("GET", "/Groups/" + made["id"]) == made


def test_group_version_moves_with_members(scim):
    user = create(scim)["id"]
    made = scim.ok("POST", "/Groups", group(uuid.uuid4().hex))
    path = "/Groups/" + made["id"]
    scim.ok("PATCH", path, patch_op(op("add", "members", [{"value": user}])))
    out = scim.get(path)
    assert out.json["meta"]["version"] != made["meta"]["version"] == 'W/"1"'
    assert out.headers["ETag"] == out.json["meta"]["version"]
    answer = scim.patch(path, patch_op(op("remove", "members")), headers={"If-Match": made["meta"]["version"]})
    assert answer.status == 412 and len(scim.ok("GET", path)["members"]) == 1
    answer = scim.patch(path, patch_op(op("remove", "members")), headers={"If-Match": out.headers["ETag"]})
    assert answer.status == 204 and scim.ok("GET", path)["members"] == []
