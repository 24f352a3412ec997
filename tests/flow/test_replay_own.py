"""Whole working days of clients for which no recording exists, written from their documents.

A session is a list of steps: (method, path, body, status, checks).  "$NAME" in
a path or a body stands for what an earlier check saved.  A check is a path to
a value and the value it must have; "save:NAME" keeps it instead.
"""
import json

import pytest
from harness.scim import GROUP, PATCH, USER

JSON = "application/json"
SCIM = "application/scim+json; charset=utf-8"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
ABSENT = object()


def user(user_name, /, **more):
    return {"schemas": [USER], "userName": user_name, **more}


def patch(*ops):
    return {"schemas": [PATCH], "Operations": [dict(zip(("op", "path", "value"), o)) for o in ops]}


def find(kind, text):
    return f"/{kind}?filter={text}"


NONE = {"totalResults": 0, "Resources": []}

JUMPCLOUD = (JSON, [  # its activation test, then a working day
    ("GET", "/Users", None, 200, NONE),
    ("GET", "/Groups", None, 200, NONE),
    ("POST", "/Users", user("jc-test@x.example", active=True, name={"givenName": "Test", "familyName": "User"},
                            emails=[{"value": "jc-test@x.example", "type": "work", "primary": True}]), 201,
     {"id": "save:U", "active": True}),
    ("GET", "/Users/$U", None, 200, {"userName": "jc-test@x.example"}),
    ("PATCH", "/Users/$U", patch(("replace", "name.givenName", "Tested"), ("replace", "active", False)), 200,
     {"name.givenName": "Tested", "active": False}),
    ("POST", "/Groups", {"schemas": [GROUP], "displayName": "jc-test", "members": []}, 201, {"id": "save:G"}),
    ("PATCH", "/Groups/$G", patch(("add", "members", [{"value": "$U"}])), 204, {}),
    ("GET", "/Groups/$G", None, 200, {"members.0.value": "$U"}),
    ("PATCH", "/Groups/$G", patch(("remove", "members", [{"value": "$U"}])), 204, {}),
    ("GET", "/Groups/$G", None, 200, {"members.0": ABSENT}),
    ("DELETE", "/Groups/$G", None, 204, {}),
    ("DELETE", "/Users/$U", None, 204, {}),
    ("GET", "/Users/$U", None, 404, {"status": "404"}),
    ("GET", "/Users", None, 200, NONE),
])

ONELOGIN = (JSON, [  # a template of the administrator's: odd nulls, strings and shapes
    ("GET", find("Users", 'userName eq "absent@x.example"'), None, 200, NONE),
    ("POST", "/Users", {**user("ol@x.example", id=None, externalId="ol-1", active="True", title=""),
                        "emails": {"value": "ol@x.example"}}, 201,
     {"id": "save:U", "active": True, "emails.0.value": "ol@x.example"}),
    ("PUT", "/Users/$U", user("ol@x.example", id="$U", externalId="ol-1", active="true", displayName="O L",
                              groups=[], meta={"resourceType": "User"}), 200, {"id": "$U", "displayName": "O L"}),
    ("POST", "/Groups", {"schemas": [GROUP], "displayName": "Labelers"}, 201, {"id": "save:G"}),
    ("PATCH", "/Groups/$G", patch(("add", "members", [{"value": "$U"}])), 204, {}),
    ("GET", "/Users/$U", None, 200, {"groups.0.display": "Labelers", "groups.0.value": "$G"}),
    ("PATCH", "/Groups/$G", patch(("remove", 'members[value eq "$U"]')), 204, {}),
    ("PUT", "/Users/$U", user("ol@x.example", active="false"), 200, {"active": False}),
    ("GET", find("Users", 'userName eq "OL@x.example"'), None, 200, {"totalResults": 1, "Resources.0.id": "$U"}),
])

PING = (SCIM, [  # capital operators, PUT only
    ("GET", find("Users", 'userName Eq "pf@x.example"'), None, 200, NONE),
    ("POST", "/Users", user("pf@x.example", active=True, emails=[{"value": "pf@x.example", "type": "Work"}]), 201,
     {"id": "save:U"}),
    ("GET", find("Users", 'userName Eq "pf@x.example"'), None, 200, {"Resources.0.id": "$U"}),
    ("GET", "/Groups?startIndex=1&count=100", None, 200, NONE),
    ("POST", "/Groups", {"schemas": [GROUP], "displayName": "Ping", "members": [{"value": "$U"}]}, 201, {"id": "save:G"}),
    ("PUT", "/Groups/$G", {"schemas": [GROUP], "displayName": "Ping", "members": []}, 200, {"members.0": ABSENT}),
    ("PUT", "/Users/$U", user("pf@x.example", active=False), 200, {"active": False}),
    ("PUT", "/Users/$U", user("pf@x.example", active=True), 200, {"active": True, "id": "$U"}),
    ("DELETE", "/Users/$U", None, 204, {}),
])

AUTHENTIK = (SCIM, [  # obeys what is announced; an operation per member
    ("GET", "/ServiceProviderConfig", None, 200, {"patch.supported": True, "filter.supported": True}),
    ("POST", "/Users", user("ak1@x.example", externalId="1", active=True), 201, {"id": "save:A"}),
    ("POST", "/Users", user("ak2@x.example", externalId="2", active=True), 201, {"id": "save:B"}),
    ("POST", "/Users", user("ak2@x.example", externalId="2", active=True), 409, {"scimType": "uniqueness"}),
    ("POST", "/Groups", {"schemas": [GROUP], "displayName": "authentik", "externalId": "g1"}, 201, {"id": "save:G"}),
    ("PATCH", "/Groups/$G", patch(("add", "members", [{"value": "$A"}]), ("add", "members", [{"value": "$B"}])), 204, {}),
    ("GET", "/Groups/$G", None, 200, {"members.1.value": "save:ANY", "externalId": "g1"}),
    ("PATCH", "/Groups/$G", patch(("remove", "members", [{"value": "$A"}]), ("remove", "members", [{"value": "$B"}])),
     204, {}),
    ("PUT", "/Groups/$G", {"schemas": [GROUP], "displayName": "renamed", "externalId": "g1", "members": [{"value": "$B"}]},
     200, {"displayName": "renamed", "members.0.value": "$B"}),
    ("PUT", "/Users/$A", user("ak1@x.example", externalId="1", active=True, displayName="One"), 200, {"displayName": "One"}),
    ("PUT", "/Users/no-such-id", user("ak1@x.example"), 404, {"status": "404"}),
])

KEYCLOAK = (JSON, [  # a plug-in: no lookup before, text for booleans, whole lists of members
    ("POST", "/Users", user("kc@x.example", externalId="kc-1", active=True), 201, {"id": "save:U"}),
    ("POST", "/Groups", {"schemas": [GROUP], "displayName": "kc", "members": [{"value": "$U", "$ref": "Users/$U"}]}, 201,
     {"id": "save:G"}),
    ("PATCH", "/Users/$U", patch(("replace", "active", "false"), ("replace", "displayName", "Key")), 200,
     {"active": False, "displayName": "Key"}),
    ("PATCH", "/Groups/$G", patch(("replace", "members", [{"value": "$U"}]), ("replace", "displayName", "kc2")), 204, {}),
    ("GET", "/Groups/$G", None, 200, {"displayName": "kc2", "members.0.value": "$U"}),
    ("PATCH", "/Groups/$G", patch(("remove", "members", None)), 204, {}),
    ("GET", "/Groups/$G", None, 200, {"members.0": ABSENT}),
    ("GET", "/Users", None, 200, {"totalResults": 1}),
])

SAILPOINT = (SCIM, [  # reads every page of discovery, then aggregates
    ("GET", "/ServiceProviderConfig", None, 200, {}),
    ("GET", "/ResourceTypes", None, 200, {"totalResults": 2}),
    ("GET", "/ResourceTypes/User", None, 200, {"endpoint": "/Users"}),
    ("GET", "/Schemas", None, 200, {}),
    ("GET", "/Schemas/" + USER, None, 200, {"id": USER}),
    ("GET", "/Schemas/" + GROUP, None, 200, {"id": GROUP}),
    ("POST", "/Users", user("sp@x.example", active=True), 201, {"id": "save:U"}),
    ("GET", "/Users?startIndex=1&count=1", None, 200, {"itemsPerPage": 1, "Resources.0.id": "$U"}),
    ("GET", "/Users?startIndex=2&count=1", None, 200, {"itemsPerPage": 0, "totalResults": 1}),
    ("PATCH", "/Users/$U", patch(("replace", "active", False)), 200, {"active": False, "id": "$U"}),
])

GOOGLE = (JSON, [  # userName alone, suspended, deleted
    ("GET", find("Users", 'userName eq "g@x.example"'), None, 200, NONE),
    ("POST", "/Users", user("g@x.example"), 201, {"id": "save:U", "active": True}),
    ("PATCH", "/Users/$U", patch(("replace", "active", False)), 200, {"active": False}),
    ("GET", find("Users", 'userName eq "g@x.example"'), None, 200, {"Resources.0.active": False}),
    ("PATCH", "/Users/$U", patch(("replace", "active", True)), 200, {"active": True}),
    ("DELETE", "/Users/$U", None, 204, {}),
    ("DELETE", "/Users/$U", None, 404, {"status": "404"}),
])

RIPPLING = (JSON, [  # lookups by externalId and by the primary address; a manager by URN
    ("GET", "/ServiceProviderConfig", None, 200, {"etag.supported": True, "bulk.supported": False}),
    ("GET", find("Users", 'externalId eq "rip-1"'), None, 200, NONE),
    ("POST", "/Users", user("rip@x.example", externalId="rip-1", active=True,
                            emails=[{"value": "rip@x.example", "primary": True, "type": "work"}]), 201, {"id": "save:U"}),
    ("POST", "/Users", {**user("sub@x.example", active=True), ENTERPRISE: {"manager": {"value": "$U"},
                                                                             "department": "Labels"}}, 201, {"id": "save:S"}),
    ("GET", find("Users", 'emails[primary eq true].value eq "RIP@x.example"'), None, 200, {"Resources.0.id": "$U"}),
    ("GET", find("Users", 'externalId eq "RIP-1"'), None, 200, NONE),
    ("GET", find("Users", f'{ENTERPRISE}:department eq "labels"'), None, 200, {"Resources.0.id": "$S"}),
    ("GET", find("Users", 'manager eq "$U"'), None, 200, {"totalResults": 1, "Resources.0.id": "$S"}),
])

SESSIONS = {"jumpcloud": JUMPCLOUD, "onelogin": ONELOGIN, "ping": PING, "authentik": AUTHENTIK, "keycloak": KEYCLOAK,
            "sailpoint": SAILPOINT, "google": GOOGLE, "rippling": RIPPLING}


def at(document, path):
    for key in path.split("."):
        if isinstance(document, list):
            document = document[int(key)] if int(key) < len(document) else ABSENT
        else:
            document = document.get(key, ABSENT) if isinstance(document, dict) else ABSENT
    return document


def fill(value, saved):
    text = value if isinstance(value, str) else json.dumps(value)
    for name in sorted(saved, key=len, reverse=True):
        text = text.replace("$" + name, saved[name])
    return text if isinstance(value, str) else json.loads(text)


@pytest.mark.parametrize("name", SESSIONS)
def test_session(org, name):
    content_type, steps = SESSIONS[name]
    saved = {}
    for number, (method, path, body, status, checks) in enumerate(steps, 1):
        step = f"{name} step {number}: {method} {path}"
        headers = {"Content-Type": content_type} if body is not None else {}
        got, _, out = org.scim.request(method, fill(path, saved), fill(body, saved) if body else None, headers=headers)
        assert got == status, (step, got, out)
        for where, wanted in checks.items():
            value = at(out, where)
            if isinstance(wanted, str) and wanted.startswith("save:"):
                assert isinstance(value, str) and value, (step, where, out)
                saved[wanted[5:]] = value
            else:
                wanted = wanted if wanted is ABSENT else fill(wanted, saved)
                assert value is wanted if wanted is ABSENT else value == wanted, (step, where, value, out)
