"""Bodies, filters and parameters that are too large, too deep or no text at all."""
import json
import socket
import uuid

import pytest
from harness.scim import ERROR, PATCH, USER, group, op, patch_op, person

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@pytest.fixture(scope="module")
def shop(server):
    return server.new_org()


@pytest.fixture
def scim(shop):
    return shop.scim


def check(answer, status, *types):
    assert answer.status == status, answer
    assert answer.headers["Content-Type"].startswith("application/scim+json")
    body = answer.json
    assert body["schemas"] == [ERROR] and body["status"] == str(status) and body["detail"]
    assert body.get("scimType") in (types or (None,)), body
    return body["detail"]


def count(scim):
    return scim.ok("GET", "/Users?count=0")["totalResults"]


def raw_user(inside):
    name = uuid.uuid4().hex.encode()
    return b'{"schemas":["' + USER.encode() + b'"],"userName":"' + name + b'",' + inside + b"}"


BROKEN = {
    "empty": b"",
    "no JSON": b"userName=ada",
    "cut off": b'{"userName": "ada"',
    "array": b"[]",
    "string": b'"ada"',
    "two values": b"{} {}",
    "duplicate key": raw_user(b'"title":"a","title":"b"'),
    "duplicate key inside": raw_user(b'"name":{"givenName":"a","givenName":"b"}'),
    "invalid UTF-8": raw_user(b'"title":"\xff"'),
    "overlong UTF-8": raw_user(b'"title":"\xc0\xaf"'),
    "surrogate": raw_user(b'"title":"\xed\xa0\x80"'),
    "lone escape": raw_user(b'"title":"\\ud800"'),
    "NUL": raw_user(b'"title":"a\x00b"'),
    "NUL escape": raw_user(b'"title":"a\\u0000b"'),
    "NUL in a name": raw_user(b'"ti\\u0000tle":"a"'),
    "control character": raw_user(b'"title":"a\nb"'),
    "deep": raw_user(b'"x":' + b"[" * 40 + b"]" * 40),
    "very deep": raw_user(b'"x":' + b'{"x":' * 100000),
    "huge number": raw_user(b'"x":1e99999'),
    "huge integer": raw_user(b'"x":' + b"9" * 400),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_body(scim, name):
    before = count(scim)
    check(scim.post("/Users", BROKEN[name]), 400, "invalidSyntax")
    assert count(scim) == before


def test_text_survives(scim):
    for text in ("caf\u00e9", "\u7530\u4e2d", "\U0001f600\U0001f1e9\U0001f1ea", "tab\tnew\nline\r\x01\x7f", "\\\"/<>&'", "e\u0301", "\ufeff x "):
        user = scim.ok("POST", "/Users", person(uuid.uuid4().hex, title=text, displayName=text))
        assert scim.ok("GET", "/Users/" + user["id"])["title"] == text
        assert user["displayName"] == text


def test_body_over_the_limit(scim):
    """Refused when it is announced, before anything of it is read; or as soon as it is too much."""
    head = (f"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {scim.token}\r\n"
            "Content-Type: application/scim+json\r\n")
    for rest in (f"Content-Length: {1 << 30}\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n"):
        with socket.create_connection((scim.host, scim.port), timeout=20) as s:
            s.sendall((head + rest).encode())
            if "chunked" in rest:
                s.sendall((b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * 2 + b"0\r\n\r\n")
            text = b""
            while b"\r\n\r\n" not in text or not text.rstrip().endswith(b"}"):
                got = s.recv(65536)
                assert got, text
                text += got
        status = int(text.split()[1])
        body = json.loads(text.split(b"\r\n\r\n", 1)[1])
        assert status == 413 and body["schemas"] == [ERROR] and body["status"] == "413"
        assert any(c.isdigit() for c in body["detail"])
    assert scim.get("/Users?count=1").status == 200


def test_values_too_long_or_too_many(scim):
    before = count(scim)
    for body in (person("u" * 600), person(uuid.uuid4().hex, externalId="e" * 600),
                 person(uuid.uuid4().hex, displayName="d" * 2000), person(uuid.uuid4().hex, title="t" * 70000),
                 person(uuid.uuid4().hex, emails=[{"value": f"{i}@x", "type": "t"} for i in range(3000)])):
        check(scim.post("/Users", body), 400, "invalidValue")
    assert count(scim) == before


def test_longest_values_are_taken_and_found(scim):
    end = uuid.uuid4().hex
    body = {"schemas": [USER], "userName": "u" * 480 + end, "externalId": "e" * 480 + end, "title": "t" * 60000}
    user = scim.ok("POST", "/Users", body)
    assert user["title"] == body["title"]
    for name in ("userName", "externalId"):
        out = scim.ok("GET", f'/Users?filter={name} eq "{body[name]}"')
        assert [u["id"] for u in out["Resources"]] == [user["id"]], name


@pytest.mark.parametrize("text", [
    'userName eq "' + "x" * 9000 + '"', " or ".join(['userName eq "x"'] * 400), "(" * 200 + "userName pr" + ")" * 200,
    "not (" * 100 + "userName pr" + ")" * 100, " or ".join(["a pr"] * 65)], ids=["long", "terms", "depth", "nots", "65"])
def test_filter_bombs(scim, text):
    check(scim.get("/Users?filter=" + text), 400, "invalidFilter")
    check(scim.post("/Users/.search", {"schemas": [SEARCH], "filter": text}), 400, "invalidFilter")


def test_path_bombs(scim):
    user = scim.ok("POST", "/Users", person(uuid.uuid4().hex))
    for path in ("emails[" * 50, "a." * 5000, "emails[" + "(" * 100 + 'type eq "x"' + ")" * 100 + "].value", "x" * 20000,
                 'emails[type eq "' + "x" * 20000 + '"].value'):
        answer = scim.patch("/Users/" + user["id"], patch_op(op("add", path, "x")))
        assert answer.status in (200, 400), answer
        assert scim.ok("GET", "/Users/" + user["id"]) == user, path[:30]


def test_operations_over_the_limit(scim):
    user = scim.ok("POST", "/Users", person(uuid.uuid4().hex))
    answer = scim.patch("/Users/" + user["id"], patch_op(*[op("replace", "title", str(i)) for i in range(2001)]))
    assert "2000" in check(answer, 413)
    assert scim.ok("GET", "/Users/" + user["id"]) == user
    answer = scim.patch("/Users/" + user["id"], patch_op(*[op("replace", "title", str(i)) for i in range(2000)]))
    assert answer.status == 200 and answer.json["title"] == "1999"


@pytest.mark.parametrize("query", ["startIndex=x", "count=many", "count=1.5", "count=0x10", "startIndex=", "count=1e3"])
def test_numbers_that_are_none(scim, query):
    check(scim.get("/Users?" + query), 400, "invalidValue")
    check(scim.get("/Groups?" + query), 400, "invalidValue")


def test_enormous_numbers(scim):
    huge = "9" * 40
    out = scim.ok("GET", f"/Users?startIndex={huge}&count={huge}")
    assert out["Resources"] == [] and out["itemsPerPage"] == 0
    assert scim.ok("GET", f"/Users?startIndex=-{huge}&count=-{huge}")["startIndex"] == 1


def test_attribute_lists(scim):
    user = scim.ok("POST", "/Users", person(uuid.uuid4().hex))
    path = "/Users/" + user["id"]
    assert scim.ok("GET", path + "?attributes=nothing,urn:x:y,,%20,.,a.b.c") == {"schemas": user["schemas"], "id": user["id"]}
    assert scim.ok("GET", path + "?excludedAttributes=nothing,id,schemas,,") == user
    assert set(scim.ok("GET", path + "?attributes=userName&excludedAttributes=userName")) == {"schemas", "id", "userName"}
    check(scim.get(path + "?attributes=" + ",".join(["a"] * 1000)), 400, "invalidValue")


@pytest.mark.parametrize("path", ["/Users/%00", "/Users/%ff", "/Users/%zz", "/Users/" + "x" * 5000, "/Users/..%2f..%2fGroups",
                                  "/Users/'%20OR%20'1'='1", "/Users/x/y/z"])
def test_strange_ids(scim, path):
    answer = scim.request("GET", "/scim/v2" + path, raw=True)
    assert answer.status in (400, 404), answer
    assert answer.json["schemas"] == [ERROR]


def test_wrong_types_in_a_user(scim):
    before = count(scim)
    for more in ({"userName": True}, {"userName": ["a", "b"]}, {"userName": {"a": 1}}, {"name": "Ada"}, {"name": [1, 2]},
                 {"emails": "x"}, {"emails": [["a"]]}, {"emails": [{"value": {}}]}, {"active": "perhaps"},
                 {"externalId": False}, {"displayName": True}, {"title": ["a", "b"]},
                 {"emails": [{"value": "a", "primary": 7}]}):
        answer = scim.post("/Users", {**person(uuid.uuid4().hex), **more})
        # a plain e-mail address instead of an object is understood
        if "emails" in more and more["emails"] == "x":
            assert answer.status in (201, 400)
            before += answer.status == 201
            continue
        check(answer, 400, "invalidValue")
    assert count(scim) == before


def test_wrong_types_in_a_group(scim):
    for body in ({"displayName": True}, {"displayName": ""}, {"displayName": None}, {"members": 7},
                 {"members": [7]}, {"members": [{"value": 7}]}, {"externalId": {}}):
        check(scim.post("/Groups", {**group(uuid.uuid4().hex), **body}), 400, "invalidValue")


def test_two_primaries_are_not_stored(scim):
    answer = scim.post("/Users", person(uuid.uuid4().hex, emails=[{"value": "a@x", "primary": True},
                                                                  {"value": "b@x", "primary": True}]))
    assert answer.status in (201, 400)
    if answer.status == 201:
        assert sum(e.get("primary", False) for e in answer.json["emails"]) == 1


def test_mass_assignment(shop, scim):
    """Nothing in a body makes an administrator, an Owner, or a guarded account."""
    user = scim.ok("POST", "/Users", person(uuid.uuid4().hex, role="OW", guarded=True, org_id="x", source_id="x",
                                            roles=[{"value": "Owner"}, {"value": "Administrator", "primary": True}],
                                            groups=[{"value": "LS-Admins"}], entitlements=[{"value": "AD"}]))
    shown = shop.admin.ok("GET", "/users/" + user["id"])
    assert shown["role"] not in ("AD", "OW") and shown["groups"] == []


def test_errors_are_not_personal_in_the_log(server, scim):
    secret = "private-" + uuid.uuid4().hex
    scim.post("/Users", b'{"userName": "' + secret.encode() + b'", "x": }')
    scim.post("/Users", {"schemas": [USER], "userName": secret, "active": secret})
    scim.get(f'/Users?filter=userName xx "{secret}"')
    scim.patch("/Users/" + secret, {"schemas": [PATCH], "Operations": []})
    assert secret not in server.log.read_text(errors="replace")


def test_methods_and_allow(scim):
    for method, path, allowed in (("DELETE", "/Users", "POST"), ("POST", "/Users/x", "PATCH"), ("PATCH", "/Groups", "GET"),
                                  ("PUT", "", "GET")):
        answer = scim.request(method, path, None if method == "DELETE" else {})
        check(answer, 405)
        assert allowed in answer.headers["Allow"]


def test_two_lengths(server, scim):
    """A request whose end two readers would see in different places is refused."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as s:
        s.sendall(b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + scim.token.encode() +
                  b"\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
        status = int(s.recv(4096).split()[1])
    assert status == 400


def test_header_injection(scim):
    name = "x\r\nSet-Cookie: a=b" + uuid.uuid4().hex
    answer = scim.post("/Users", person(name.replace("\r\n", "") + "y", externalId=name))
    assert answer.status == 201 and "Set-Cookie" not in answer.headers
    assert json.loads(json.dumps(answer.json))["externalId"] == name
