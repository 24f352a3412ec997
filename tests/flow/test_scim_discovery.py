"""/ServiceProviderConfig, /ResourceTypes and /Schemas tell the truth about the server."""
import json

import pytest
from harness.scim import ERROR, GROUP, USER, person

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
WORDS = {"type": {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"},
         "mutability": {"readWrite", "readOnly", "immutable"}, "returned": {"always", "default", "request"},
         "uniqueness": {"none", "server", "global"}}


@pytest.fixture
def anonymous(server):
    return server.anonymous()


def read(anonymous, path):
    answer = anonymous.get("/scim/v2" + path)
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("application/scim+json")
    assert "null" not in json.dumps(answer.json)
    return answer.json


def test_config(anonymous, org):
    out = read(anonymous, "/ServiceProviderConfig")
    assert out["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]
    assert {k: out[k]["supported"] for k in ("patch", "bulk", "filter", "changePassword", "sort", "etag")} == {
        "patch": True, "bulk": False, "filter": True, "changePassword": False, "sort": True, "etag": True}
    assert all(type(out[a][b]) is int for a, b in (("bulk", "maxOperations"), ("bulk", "maxPayloadSize"),
                                                   ("filter", "maxResults")))
    for scheme in out["authenticationSchemes"]:
        assert scheme["type"] in ("oauthbearertoken", "httpbasic") and scheme["name"] and scheme["description"]
    assert out["documentationUri"].startswith("http")
    assert org.scim.post("/Bulk", {}).status == 501


def test_basic_as_announced(server, org):
    import base64
    basic = base64.b64encode(("anybody:" + org.token("scim")).encode()).decode()
    assert server.anonymous().get("/scim/v2/Users", headers={"Authorization": "Basic " + basic}).status == 200


def test_resource_types(anonymous):
    out = read(anonymous, "/ResourceTypes")
    assert out["schemas"] == [LIST] and out["totalResults"] == out["itemsPerPage"] == 2
    assert [(t["name"], t["endpoint"], t["schema"]) for t in out["Resources"]] == [
        ("User", "/Users", USER), ("Group", "/Groups", GROUP)]
    assert out["Resources"][0]["schemaExtensions"] == [{"schema": ENTERPRISE, "required": False}]
    for kind in out["Resources"]:
        assert read(anonymous, "/ResourceTypes/" + kind["id"]) == kind
        assert kind["meta"]["location"].endswith("/scim/v2/ResourceTypes/" + kind["id"])
        assert read(anonymous, "/Schemas/" + kind["schema"])["id"] == kind["schema"]
    assert anonymous.get("/scim/v2/ResourceTypes/Robot").status == 404


def test_schemas(anonymous):
    out = read(anonymous, "/Schemas")
    assert [s["id"] for s in out["Resources"]] == [USER, GROUP, ENTERPRISE]
    for schema in out["Resources"]:
        assert schema["name"] and schema["description"]
        assert read(anonymous, "/Schemas/" + schema["id"]) == schema
        assert read(anonymous, "/Schemas/" + schema["id"].upper()) == schema
    answer = anonymous.get("/scim/v2/Schemas/urn:no:such")
    assert answer.status == 404 and answer.json["schemas"] == [ERROR]


def attributes(anonymous):
    for schema in read(anonymous, "/Schemas")["Resources"]:
        for attr in schema["attributes"]:
            yield schema["id"], attr, None
            for sub in attr.get("subAttributes", []):
                yield schema["id"], sub, attr


def test_characteristics(anonymous):
    for _, attr, parent in attributes(anonymous):
        for key, words in WORDS.items():
            assert attr[key] in words, attr
        for key in ("multiValued", "required", "caseExact"):
            assert isinstance(attr[key], bool), attr
        assert attr["name"] and attr["description"]
        assert (attr["type"] == "complex") == ("subAttributes" in attr)
        assert (attr["type"] == "reference") == ("referenceTypes" in attr)
        assert not (parent and attr["type"] == "complex")


def example(attr):
    """A value of the attribute's type."""
    if attr["type"] == "complex":
        value = {s["name"]: example(s) for s in attr["subAttributes"] if s["mutability"] == "readWrite"}
        return [value] if attr["multiValued"] else value
    return {"boolean": True, "binary": "AAAA", "reference": "https://x.example/r"}.get(
        attr["type"], attr.get("canonicalValues", ["some text"])[0])


def test_what_is_announced_is_stored(anonymous, org):
    """A client that writes every attribute of /Schemas reads back what it wrote."""
    schemas = {s["id"]: s for s in read(anonymous, "/Schemas")["Resources"]}
    writable = {key: {a["name"]: example(a) for a in schemas[key]["attributes"] if a["mutability"] == "readWrite"}
                for key in (USER, ENTERPRISE)}
    sent = {"schemas": [USER, ENTERPRISE], **writable[USER], ENTERPRISE: writable[ENTERPRISE]}
    out = org.scim.ok("POST", "/Users", sent)
    out[ENTERPRISE]["manager"].pop("$ref", None)
    for name, value in sent.items():
        assert out[name] == value, name


def test_required_is_required(anonymous, org):
    required = [a["name"] for schema, a, parent in attributes(anonymous) if schema == USER and a["required"] and not parent]
    assert required == ["userName"]
    assert org.scim.post("/Users", {"schemas": [USER]}).status == 400
    assert org.scim.post("/Groups", {"schemas": [GROUP]}).json["scimType"] == "invalidValue"


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"])
def test_filter_is_refused_and_paging_ignored(anonymous, path):
    answer = anonymous.get(f'/scim/v2{path}?filter=id eq "x"')
    assert answer.status == 403 and answer.json["schemas"] == [ERROR]
    plain = read(anonymous, path)
    assert read(anonymous, path + "?startIndex=2&count=1&sortBy=id") == plain


@pytest.mark.parametrize("path", ["/ServiceProviderConfig", "/ResourceTypes", "/ResourceTypes/User", "/Schemas",
                                  "/Schemas/" + USER])
def test_read_only(org, path):
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = org.scim.request(method, path, None if method == "DELETE" else {})
        assert answer.status == 405 and answer.json["schemas"] == [ERROR], method
        assert "GET" in answer.headers["Allow"]


def test_max_results_is_obeyed(anonymous, org):
    most = read(anonymous, "/ServiceProviderConfig")["filter"]["maxResults"]
    for _ in range(3):
        org.scim.ok("POST", "/Users", person())
    assert len(org.scim.ok("GET", f"/Users?count={most + 1}")["Resources"]) == 3


def test_locations_lead_somewhere(org):
    user = org.scim.ok("POST", "/Users", person())
    made = org.scim.ok("POST", "/Groups", {"schemas": [GROUP], "displayName": "G", "members": [{"value": user["id"]}]})
    user = org.scim.ok("GET", "/Users/" + user["id"])
    for location in (user["meta"]["location"], made["meta"]["location"]):
        path = location[location.index("/scim/v2"):]
        answer = org.scim.request("GET", path, raw=True)
        assert answer.status == 200 and answer.json["meta"]["location"] == location
        assert answer.headers["Content-Location"] == location
    assert user["groups"][0]["$ref"].endswith("/Groups/" + made["id"])
    assert made["members"][0]["$ref"].endswith("/Users/" + user["id"])
