"""What clients do beyond or beside the RFCs: transport, discovery, lookup, lists, POST, PUT.

One test per row of conformance/scim/quirks.md, by its number.
"""
import http.client
import json
import threading
import uuid

import pytest
from harness.scim import ERROR, GROUP, USER, active, group, make_group, op, patch_op, person

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


@pytest.fixture(scope="module")
def shop(server):
    """An organization for all tests of this file: names are made up per test."""
    return server.new_org()


@pytest.fixture
def scim(shop):
    return shop.scim


def fresh(name="u"):
    return f"{name}-{uuid.uuid4().hex[:10]}@x.example"


def create(scim, login=None, **more):
    return scim.ok("POST", "/Users", {**person(fresh()), **({"userName": login} if login else {}), **more})


def find(scim, text, kind="Users", **params):
    extra = "".join(f"&{k}={v}" for k, v in params.items())
    out = scim.ok("GET", f"/{kind}?filter={text}{extra}")
    assert LIST in out["schemas"]
    return out["Resources"]


def ids(resources):
    return [r["id"] for r in resources]


# ---- transport ----

def test_q001_json_bodies(scim):
    for kind in ("application/json", "application/scim+json"):
        assert scim.post("/Users", person(fresh()), headers={"Content-Type": kind}).status == 201


def test_q002_media_type_parameters(scim):
    for kind in ("application/scim+json; charset=utf-8", "Application/SCIM+JSON;charset=UTF-8"):
        assert scim.post("/Users", person(fresh()), headers={"Content-Type": kind}).status == 201
    answer = scim.post("/Users", person(fresh()), headers={"Content-Type": "text/xml"})
    assert answer.status == 415 and answer.json["schemas"] == [ERROR]


def test_q003_get_without_content_type(scim):
    assert scim.get("/Users?count=1").status == 200


def test_q004_delete_with_content_type(scim):
    user = create(scim)
    headers = {"Content-Type": "application/scim+json; charset=utf-8"}
    assert scim.delete("/Users/" + user["id"], headers=headers).status == 204


def test_q005_answers_are_scim_json(scim):
    for path in ("/Users?count=1", "/Users/nobody", "/Schemas", "/nowhere"):
        assert scim.get(path).headers["Content-Type"].startswith("application/scim+json"), path


@pytest.mark.parametrize("accept", ["application/scim+json", "application/json", "*/*", "text/html",
                                    "application/json;q=0.5, application/scim+json"])
def test_q006_never_406(scim, accept):
    assert scim.get("/Users?count=1", headers={"Accept": accept}).status == 200


def test_q007_raw_token_where_allowed(org, server):
    raw = {"Authorization": org.token("scim")}
    assert server.anonymous().get("/scim/v2/Users", headers=raw).status == 401
    made = org.admin.ok("POST", "/connections/scim", {"name": "header auth", "settings": {"bare_token": True}})
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": made["id"]})["token"]
    assert server.anonymous().get("/scim/v2/Users", headers={"Authorization": token}).status == 200


def test_q008_unknown_query_parameters(scim):
    name = fresh()
    assert scim.post("/Users?aadOptscim062020", person(name)).status == 201
    assert len(find(scim, f'userName eq "{name}"', aadOptscim062020="1", AzureAdScimPatch2017="")) == 1


def test_q009_parameter_names_without_case(scim):
    create(scim), create(scim)
    out = scim.ok("GET", "/Users?STARTINDEX=2&Count=1")
    assert out["startIndex"] == 2 and out["itemsPerPage"] == 1


def test_q010_ways_to_encode(scim, server, shop):
    name = fresh("q10")
    create(scim, name)
    enc = name.replace("@", "%40")
    for text in (f"userName%20eq%20%22{enc}%22", f"userName+eq+%22{enc}%22", f"userName+eq+%22{name}%22",
                 f'userName+eq+"{name}"'):
        out = scim.request("GET", "/scim/v2/Users?filter=" + text, raw=True)
        assert out.status == 200 and out.json["totalResults"] == 1, text


def test_q011_slashes(scim):
    name = fresh()
    create(scim, name)
    for path in ("/scim/v2/Users/", "/scim/v2//Users", "//scim/v2/Users"):
        out = scim.request("GET", f"{path}?filter=userName+eq+%22{name}%22", raw=True)
        assert out.status == 200 and out.json["totalResults"] == 1, path


def test_q012_foreign_jwt(server):
    token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL3N0cy53aW5kb3dzLm5ldC94LyJ9.c2ln"
    answer = server.anonymous().get("/scim/v2/Users", headers={"Authorization": "Bearer " + token})
    assert answer.status == 401 and answer.json["schemas"] == [ERROR]


def test_q014_bad_token(server, scim):
    for value in ("non-token", "Bearer nonsense", "Basic bm9ib2R5Om5vdGhpbmc=", "Bearer"):
        answer = server.anonymous().get("/scim/v2/Users", headers={"Authorization": value})
        assert answer.status == 401 and answer.json["schemas"] == [ERROR], value
        assert answer.json["status"] == "401" and answer.json["detail"]
        assert answer.headers["WWW-Authenticate"]


def test_q015_discovery_and_base(scim):
    for path in ("/ServiceProviderConfig", "/ResourceTypes", "/Schemas"):
        assert scim.get(path).status == 200
    answer = scim.get("")
    assert answer.headers["Content-Type"].startswith("application/scim+json")


def test_q016_kept_connections(scim):
    conn = http.client.HTTPConnection(scim.host, scim.port, timeout=30)
    for _ in range(300):
        conn.request("GET", "/scim/v2/Users?count=1", headers={"Authorization": "Bearer " + scim.token})
        assert conn.getresponse().read()
    sock = conn.sock
    assert sock is not None  # never closed by the server, so never opened again
    conn.close()


def test_q017_accept_encoding(scim):
    answer = scim.get("/Users?count=1", headers={"Accept-Encoding": "gzip,deflate"})
    assert answer.json["schemas"] == [LIST]


def test_q018_versions(scim):
    user = create(scim)
    path = "/Users/" + user["id"]
    answer = scim.get(path)
    tag = answer.headers["ETag"]
    assert tag == user["meta"]["version"]
    assert scim.get(path, headers={"If-None-Match": tag}).status == 304
    assert scim.get(path, headers={"If-None-Match": 'W/"999"'}).status == 200
    for method, body in (("PUT", person(user["userName"])), ("PATCH", active(False)), ("DELETE", None)):
        answer = scim.request(method, path, body, headers={"If-Match": 'W/"999"'})
        assert answer.status == 412 and answer.json["status"] == "412", method
    assert scim.ok("GET", path) == user
    answer = scim.patch(path, active(False), headers={"If-Match": f'"x", {tag}'})
    assert answer.status == 200 and answer.headers["ETag"] != tag
    assert scim.patch(path, active(True), headers={"If-Match": tag}).status == 412
    assert scim.patch(path, active(True), headers={"If-Match": "*"}).status == 200


# ---- discovery (more in test_scim_discovery.py) ----

def test_q019_full_config(scim):
    out = scim.ok("GET", "/ServiceProviderConfig")
    for name in ("patch", "bulk", "filter", "changePassword", "sort", "etag"):
        assert isinstance(out[name]["supported"], bool), name
    assert out["authenticationSchemes"]


def test_q020_patch_is_announced(scim):
    assert scim.ok("GET", "/ServiceProviderConfig")["patch"]["supported"] is True


def test_q021_single_discovery(scim):
    assert scim.ok("GET", "/ResourceTypes/User")["endpoint"] == "/Users"
    assert scim.ok("GET", "/Schemas/" + USER)["id"] == USER


def test_q022_schemas_form(scim):
    out = scim.ok("GET", "/Schemas")
    assert out["schemas"] == [LIST] and out["totalResults"] == len(out["Resources"]) == 3
    text = json.dumps(out)
    assert "null" not in text and "readWrite" in text


def test_q023_no_password_in_schema(scim):
    names = [a["name"] for s in scim.ok("GET", "/Schemas")["Resources"] for a in s["attributes"]]
    assert "userName" in names and "password" not in names


def test_q024_groups_of_an_empty_organization(org):
    out = org.scim.ok("GET", "/Groups")
    assert out["totalResults"] == 0 and out["Resources"] == []


# ---- lookup ----

@pytest.mark.parametrize("text", ['userName eq "{}"', 'emails.value eq "{}"', 'externalId eq "{}"', 'id eq "{}"',
                                  'userName eq "AzureAD_Test-{}"', 'displayName eq "{}"'])
def test_q025_random_values(scim, text):
    assert find(scim, text.format(uuid.uuid4())) == []


def test_q026_not_found_is_an_empty_list(scim):
    for kind in ("Users", "Groups"):
        out = scim.ok("GET", f'/{kind}?filter=displayName eq "nobody {uuid.uuid4()}"')
        assert out["totalResults"] == 0 and out["itemsPerPage"] == 0 and out["Resources"] == []


def test_q027_external_id_exact(scim):
    user = create(scim, externalId="ExT-" + uuid.uuid4().hex)
    assert ids(find(scim, f'externalId eq "{user["externalId"]}"')) == [user["id"]]
    assert find(scim, f'externalId eq "{user["externalId"].lower()}"') == []


def test_q028_bare_word(scim):
    word = "jy" + uuid.uuid4().hex
    user = create(scim, externalId=word)
    assert ids(find(scim, f"externalId eq {word}")) == [user["id"]]


def test_q029_value_path_with_sub_attribute(scim):
    mail = fresh()
    user = create(scim, emails=[{"value": mail, "type": "work"}, {"value": "home-" + mail, "type": "home"}])
    assert ids(find(scim, f'emails[type eq "work"].value eq "{mail}"')) == [user["id"]]
    assert find(scim, f'emails[type eq "work"].value eq "home-{mail}"') == []


def test_q030_ways_to_name_an_email(scim):
    mail = fresh()
    user = create(scim, emails=[{"value": mail, "type": "work", "primary": True}, {"value": "2" + mail}])
    for text in (f'emails[primary eq true].value eq "{mail}"', f'emails.value eq "{mail}"', f'emails eq "{mail}"'):
        assert ids(find(scim, text)) == [user["id"]], text
    assert find(scim, f'emails[primary eq true].value eq "2{mail}"') == []


def test_q031_id_and_manager(scim):
    boss = create(scim)["id"]
    user = create(scim, **{"schemas": [USER, ENTERPRISE], ENTERPRISE: {"manager": {"value": boss}}})["id"]
    for text in (f'id eq "{user}" and manager eq "{boss}"', f'manager eq "{boss}" and id eq "{user}"'):
        assert find(scim, text, attributes="id") == [{"schemas": [USER, ENTERPRISE], "id": user}], text
    assert find(scim, f'id eq "{boss}" and manager eq "{boss}"', attributes="id") == []


@pytest.mark.parametrize("word", ["Eq", "EQ", "eQ"])
def test_q032_operator_case(scim, word):
    user = create(scim)
    assert ids(find(scim, f'userName {word} "{user["userName"]}" And active EQ True')) == [user["id"]]
    assert ids(find(scim, f'userName Co "{user["userName"]}"')) == [user["id"]]


def test_q033_attribute_case(scim):
    user = create(scim)
    assert ids(find(scim, f'USERNAME eq "{user["userName"]}" and ActiVe eq true')) == [user["id"]]


def test_q034_value_case(scim):
    name = fresh("Mixed.Case")
    user = create(scim, name, emails=[{"value": name, "type": "work"}])
    other = make_group_of(scim, "Grp " + name)
    for text in (f'userName eq "{name.upper()}"', f'emails.value eq "{name.lower()}"'):
        assert ids(find(scim, text)) == [user["id"]], text
    assert ids(find(scim, f'displayName eq "GRP {name.upper()}"', "Groups")) == [other]


def make_group_of(scim, name, members=()):
    return scim.ok("POST", "/Groups", group(name, members))["id"]


def test_q035_urn_in_a_filter(scim):
    dept = "D" + uuid.uuid4().hex
    user = create(scim, **{ENTERPRISE: {"department": dept}})
    for text in (f'{USER}:userName eq "{user["userName"]}"', f'{ENTERPRISE}:department eq "{dept}"',
                 f'{ENTERPRISE.upper()}:department eq "{dept}"'):
        assert ids(find(scim, text)) == [user["id"]], text


@pytest.mark.parametrize("name", ["o'brien", 'quo"te', "back\\slash", "caf\u00e9", "a+b", "a#b", "a&b=c", "50%", "\u7530\u4e2d",
                                  "\U0001f600", "under_score", "a%b"])
def test_q036_special_characters(scim, name):
    from urllib.parse import quote
    full = f"{name} {uuid.uuid4().hex}"
    user = create(scim, "plain" + uuid.uuid4().hex, displayName=full)
    literals = {json.dumps(full), json.dumps(full, ensure_ascii=False)}
    for literal in literals:
        out = scim.request("GET", "/scim/v2/Users?filter=" + quote(f"displayName eq {literal}"), raw=True)
        assert out.status == 200 and ids(out.json["Resources"]) == [user["id"]], literal


def test_q037_eq_is_equality(scim):
    name = fresh()
    create(scim, name)
    assert find(scim, f'userName eq "{name[:-1]}"') == []
    assert find(scim, f'userName eq "{name[:-3]}%25"') == []
    assert find(scim, f'userName eq "_{name[1:]}"') == []


@pytest.mark.parametrize("text", ['userName xx "a"', "userName eq", "nonsense", 'favouriteColour eq "red"', '(userName pr',
                                  'password eq "x"', 'active gt true', ""])
def test_q038_unsupported_filter(scim, text):
    answer = scim.get("/Users?filter=" + text)
    assert answer.status == 400 and answer.json["scimType"] == "invalidFilter" and answer.json["detail"]


def test_q039_dates_and_parentheses(scim):
    user = create(scim)
    when = user["meta"]["lastModified"]
    text = f'active eq true and (meta.lastModified ge "{when}" and meta.lastModified le "2999-01-01T00:00:00Z")'
    assert user["id"] in ids(find(scim, text, startIndex=1, count=1000))
    assert user["id"] not in ids(find(scim, 'meta.lastModified lt "' + when + '"', count=1000))


def test_q040_parameters_in_any_order(scim):
    name = "G " + uuid.uuid4().hex
    made = make_group_of(scim, name)
    for path in (f'/Groups?excludedAttributes=members&filter=displayName eq "{name}"',
                 f'/Groups?count=1&filter=displayName eq "{name}"&startIndex=1&excludedAttributes=members'):
        out = scim.ok("GET", path)
        assert ids(out["Resources"]) == [made] and "members" not in out["Resources"][0]


def test_q041_boolean_literal_as_string(scim):
    role = "r" + uuid.uuid4().hex
    user = create(scim, roles=[{"value": role, "primary": True}])
    for text in ('roles[primary eq "True"]', 'roles[primary eq true]'):
        assert ids(find(scim, f'{text}.value eq "{role}"')) == [user["id"]], text


# ---- lists ----

def test_q042_counters_are_integers(scim):
    out = scim.ok("GET", "/Users")
    assert all(type(out[k]) is int for k in ("totalResults", "startIndex", "itemsPerPage"))


def test_q043_items_per_page_is_what_came(org):
    for _ in range(3):
        create(org.scim)
    for path, n in (("/Users?count=100", 3), ("/Users?startIndex=3&count=2", 1), ("/Users?startIndex=4", 0)):
        out = org.scim.ok("GET", path)
        assert (out["totalResults"], out["itemsPerPage"], len(out["Resources"])) == (3, n, n)


def test_q044_counts(org):
    for _ in range(3):
        create(org.scim)
    for count, n in ((0, 0), (1, 1), (2, 2), (100, 3), (-5, 0)):
        out = org.scim.ok("GET", f"/Users?count={count}")
        assert out["totalResults"] == 3 and len(out["Resources"]) == n, count
    assert len(org.scim.ok("GET", "/Users")["Resources"]) == 3


def test_q045_page_over_the_maximum(scim):
    most = scim.ok("GET", "/ServiceProviderConfig")["filter"]["maxResults"]
    assert most >= 100
    assert scim.ok("GET", f"/Users?count={most * 100}")["itemsPerPage"] <= most


def test_q046_stable_order(org):
    made = [create(org.scim)["id"] for _ in range(7)]
    pages = []
    for start in (1, 4, 7):
        pages += ids(org.scim.ok("GET", f"/Users?startIndex={start}&count=3")["Resources"])
    assert pages == made
    org.scim.ok("PATCH", "/Users/" + made[0], active(False))
    assert ids(org.scim.ok("GET", "/Users")["Resources"]) == made


@pytest.mark.parametrize("start", ["0", "-3"])
def test_q047_start_below_one(scim, start):
    assert scim.ok("GET", "/Users?startIndex=" + start)["startIndex"] == 1


def test_q048_start_beyond_the_end(org):
    create(org.scim)
    out = org.scim.ok("GET", "/Users?startIndex=101&count=100")
    assert out["Resources"] == [] and out["totalResults"] == 1 and out["itemsPerPage"] == 0
    out = org.scim.ok("GET", '/Users?filter=active eq true&startIndex=101')
    assert out["Resources"] == [] and out["totalResults"] == 1


def test_q049_resources_is_an_array(org):
    for path in ("/Users", "/Groups", "", "/Users?count=0"):
        assert org.scim.ok("GET", path)["Resources"] == [], path


def test_q050_members_in_lists(org):
    user = create(org.scim)["id"]
    first, second = make_group(org, "one", [user]), make_group(org, "two")
    out = {g["id"]: g for g in org.scim.ok("GET", "/Groups")["Resources"]}
    assert [m["value"] for m in out[first]["members"]] == [user] and out[second]["members"] == []
    out = org.scim.ok("GET", "/Groups?excludedAttributes=members")["Resources"]
    assert len(out) == 2 and not any("members" in g for g in out)


# ---- POST ----

def test_q051_password_is_never_seen_again(scim):
    secret = "S3cret-" + uuid.uuid4().hex
    name = fresh()
    body = person(name, password=secret)
    made = scim.post("/Users", body)
    assert made.status == 201
    path = "/Users/" + made.json["id"]
    answers = [made, scim.get(path), scim.put(path, body), scim.get(path + "?attributes=password"),
               scim.patch(path, patch_op(op("replace", None, {"password": secret}))),
               scim.get(f'/Users?filter=userName eq "{name}"&attributes=password')]
    for answer in answers:
        assert answer.status < 300 and secret not in json.dumps(answer.json)
        assert "password" not in answer.json


def test_q052_read_only_members_in_post(scim):
    made = scim.ok("POST", "/Users", person(fresh(), id="mine", groups=[{"value": "x"}], meta={"version": "9"}))
    assert made["id"] != "mine" and made["groups"] == [] and made["meta"]["version"] == 'W/"1"'
    made = scim.ok("POST", "/Users", person(fresh(), id=None))
    assert made["id"]


def test_q053_nulls(scim):
    made = create(scim, title=None, emails=None, nickName=None, **{ENTERPRISE: None})
    assert not {"title", "emails", "nickName", ENTERPRISE} & set(made)
    assert made["schemas"] == [USER]


def test_q054_schemas_follow_the_data(scim):
    made = create(scim, **{"schemas": [USER], ENTERPRISE: {"department": "D"}})
    assert made["schemas"] == [USER, ENTERPRISE] and made[ENTERPRISE] == {"department": "D"}
    assert create(scim, schemas=[USER, ENTERPRISE])["schemas"] == [USER]
    assert create(scim, schemas=[USER, ENTERPRISE.replace("enterprise", "enterprize")])["schemas"] == [USER]


def test_q055_primary_as_a_string(scim):
    made = create(scim, roles=[{"primary": "True", "value": "a", "display": "A", "type": "t"}])
    assert made["roles"] == [{"value": "a", "display": "A", "type": "t", "primary": True}]


def test_q056_active_as_a_string(scim):
    for text, value in (("true", True), ("True", True), ("false", False), ("False", False)):
        assert create(scim, active=text)["active"] is value
    for wrong in (7, "yes", ["a", "b"], {}):
        answer = scim.post("/Users", person(fresh(), active=wrong))
        assert answer.status == 400 and answer.json["scimType"] == "invalidValue", wrong


def test_q057_emails_in_odd_forms(scim):
    mail = fresh()
    assert create(scim, emails={"value": mail})["emails"] == [{"value": mail}]
    made = create(scim, emails=[{"type": "work"}, {"value": mail}])
    assert {"value": mail} in made["emails"]


def test_q058_member_names_in_other_case(scim):
    name = fresh()
    made = scim.ok("POST", "/Users", {"Schemas": [USER], "UserName": name, "ACTIVE": False, "DisplayName": "D",
                                      "NAME": {"GIVENNAME": "G"}})
    assert (made["userName"], made["active"], made["displayName"], made["name"]) == (name, False, "D", {"givenName": "G"})


def test_q059_unknown_attributes(scim):
    made = create(scim, favouriteColour="red", preferredName="P")
    assert "favouriteColour" not in made and "preferredName" not in made


def test_q060_created_with_body_and_location(scim):
    answer = scim.post("/Users", person(fresh()))
    assert answer.status == 201 and answer.json["id"]
    assert answer.headers["Location"] == answer.json["meta"]["location"]
    assert answer.headers["Location"].endswith("/scim/v2/Users/" + answer.json["id"])
    assert scim.ok("GET", "/Users/" + answer.json["id"]) == answer.json


def test_q061_case_of_user_name_survives(scim):
    name = fresh("MiXeD")
    user = create(scim, name)
    assert scim.ok("GET", "/Users/" + user["id"])["userName"] == name


def test_q062_addresses_may_repeat(scim):
    mail = fresh()
    for _ in range(2):
        assert scim.post("/Users", person(fresh(), emails=[{"value": mail, "type": "work"}])).status == 201


def test_q063_conflict(scim):
    user = create(scim)
    answer = scim.post("/Users", person(user["userName"].upper(), externalId="other"))
    assert answer.status == 409 and answer.json["scimType"] == "uniqueness" and answer.json["schemas"] == [ERROR]
    assert user["userName"].upper() in answer.json["detail"]


def test_q064_group_names_are_unique(scim):
    name = "Group " + uuid.uuid4().hex
    make_group_of(scim, name)
    answer = scim.post("/Groups", group(name.upper()))
    assert answer.status == 409 and answer.json["scimType"] == "uniqueness" and answer.json["detail"]


def test_q065_external_id_of_somebody_inactive(scim):
    old = create(scim, externalId="x" + uuid.uuid4().hex, active=False)
    answer = scim.post("/Users", person(fresh(), externalId=old["externalId"]))
    assert answer.status == 201


def test_q066_post_of_somebody_inactive(org):
    user = create(org.scim, "back@x.example")
    org.scim.ok("PATCH", "/Users/" + user["id"], active(False))
    answer = org.scim.post("/Users", person("BACK@x.example", title="New"))
    assert answer.status == 201 and answer.json["id"] == user["id"]
    assert answer.json["active"] is True and answer.json["title"] == "New"
    assert answer.json["userName"] == "BACK@x.example"
    assert org.scim.ok("GET", "/Users")["totalResults"] == 1


def test_q066_setting_refuses_instead(org, server):
    made = org.admin.ok("POST", "/connections/scim", {"name": "strict", "settings": {"revive_on_post": False}})
    token = org.admin.ok("POST", "/tokens", {"kind": "scim", "connection": made["id"]})["token"]
    own = {"Authorization": "Bearer " + token}
    user = org.scim.ok("POST", "/Users", person("gone@x.example", active=False), headers=own)
    answer = org.scim.post("/Users", person("gone@x.example"), headers=own)
    assert answer.status == 409 and answer.json["scimType"] == "uniqueness"
    assert org.scim.ok("GET", "/Users/" + user["id"])["active"] is False


def test_q067_foreign_schemas_in_groups(scim):
    name = "G" + uuid.uuid4().hex
    made = scim.ok("POST", "/Groups", {"schemas": [
        GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"], "displayName": name,
        "externalId": "e1", "meta": {"resourceType": "Group"}})
    assert made["schemas"] == [GROUP] and made["externalId"] == "e1"


# ---- PUT ----

FULL = {"nickName": "N", "title": "T", "userType": "U", "preferredLanguage": "en", "locale": "en-US", "timezone": "UTC",
        "profileUrl": "https://x.example/u", "name": {"formatted": "F", "familyName": "B", "givenName": "A",
                                                      "middleName": "M", "honorificPrefix": "P", "honorificSuffix": "S"},
        "phoneNumbers": [{"value": "+1", "type": "mobile"}, {"value": "+2", "type": "work", "primary": True}],
        "addresses": [{"formatted": "f", "streetAddress": "s", "locality": "l", "region": "r", "postalCode": "p",
                       "country": "DE", "type": "work", "primary": True}],
        "roles": [{"value": "v", "display": "d", "type": "t", "primary": True}],
        "entitlements": [{"value": "e"}], "ims": [{"value": "i", "type": "xmpp"}],
        "photos": [{"value": "https://x.example/p.png", "type": "photo"}],
        ENTERPRISE: {"employeeNumber": "1", "costCenter": "c", "organization": "o", "division": "d", "department": "e",
                     "manager": {"value": "m"}}}


def test_q068_everything_taken_is_returned(scim):
    user = create(scim, **FULL)
    sent = json.loads(json.dumps(FULL))
    sent[ENTERPRISE]["manager"]["$ref"] = "../Users/m"
    for name, value in sent.items():
        assert user[name] == value, name
    again = scim.ok("PUT", "/Users/" + user["id"], user)
    assert again == user  # nothing changed, so neither did the version


def test_q069_put_takes_the_id_of_the_url(scim):
    user = create(scim)
    body = person(user["userName"], title="A", meta={"version": "x"}, groups=[{"value": "g"}])
    for more in ({}, {"id": user["id"].upper()}, {"id": "other"}):
        out = scim.ok("PUT", "/Users/" + user["id"], {**body, **more})
        assert out["id"] == user["id"] and out["groups"] == []
    name = "G" + uuid.uuid4().hex
    made = make_group_of(scim, name)
    assert scim.ok("PUT", "/Groups/" + made, {"schemas": [GROUP], "displayName": name})["id"] == made


def test_q070_put_without_active(scim):
    user = create(scim, active=False)
    body = person(user["userName"])
    del body["active"]
    assert scim.ok("PUT", "/Users/" + user["id"], body)["active"] is False
    assert scim.ok("PUT", "/Users/" + user["id"], {**body, "active": True})["active"] is True


def test_q071_group_put_without_members(scim):
    user, name = create(scim)["id"], "G" + uuid.uuid4().hex
    made = make_group_of(scim, name, [user])
    body = {"schemas": [GROUP], "displayName": name}
    assert len(scim.ok("PUT", "/Groups/" + made, body)["members"]) == 1
    for none in ([], None):
        scim.ok("PUT", "/Groups/" + made, {**body, "members": [{"value": user}]})
        assert scim.ok("PUT", "/Groups/" + made, {**body, "members": none})["members"] == []


def test_q072_put_applies_members(scim):
    a, b, c = (create(scim)["id"] for _ in range(3))
    name = "G" + uuid.uuid4().hex
    made = make_group_of(scim, name, [a, b])
    out = scim.ok("PUT", "/Groups/" + made, group(name + " new", [b, c]))
    assert sorted(m["value"] for m in out["members"]) == sorted([b, c]) and out["displayName"] == name + " new"
    assert scim.ok("GET", "/Users/" + a)["groups"] == []
    assert scim.ok("GET", "/Users/" + c)["groups"][0]["value"] == made


def test_q073_empty_strings(scim):
    user = create(scim, name={"givenName": "A", "middleName": ""}, title="")
    assert user["name"] == {"givenName": "A"} and "title" not in user
    out = scim.ok("PUT", "/Users/" + user["id"], {**person(user["userName"]), "name": {"givenName": "", "familyName": "B"}})
    assert out["name"] == {"familyName": "B"}


def test_q074_deactivation_by_put(shop, scim):
    user = create(scim)
    assert scim.ok("PUT", "/Users/" + user["id"], person(user["userName"], active=False))["active"] is False
    shown = shop.admin.ok("GET", "/users/" + user["id"])
    assert shown["state"] == "deactivated" and shown["seat"] is False


def test_put_replaces(scim):
    user = create(scim, **FULL)
    out = scim.ok("PUT", "/Users/" + user["id"], {"schemas": [USER], "userName": user["userName"]})
    assert set(out) == {"schemas", "id", "userName", "active", "groups", "meta"}
    for body in ({"schemas": [USER]}, {"schemas": [USER], "userName": ""}, {"schemas": [USER], "userName": None}):
        answer = scim.put("/Users/" + user["id"], body)
        assert answer.status == 400 and answer.json["scimType"] == "invalidValue"
    assert scim.put("/Users/" + str(uuid.uuid4()), person(fresh())).status == 404


def test_racing_posts(scim):
    body, seen = person(fresh()), []

    def post():
        seen.append(scim.post("/Users", body).status)

    many = [threading.Thread(target=post) for _ in range(8)]
    for t in many:
        t.start()
    for t in many:
        t.join()
    assert sorted(seen) == [201] + [409] * 7


def test_version_segment(server, scim):
    own = {"Authorization": "Bearer " + scim.token}
    assert server.anonymous().get("/scim/Users?count=1", headers=own).status == 200
    assert server.anonymous().get("/scim/v1/Users?count=1", headers=own).status == 404


@pytest.mark.parametrize("first,second", [("\uff41\uff44\uff41", "ada"), ("e\u0301", "\u00e9"), ("STRASSE", "stra\u00dfe"), ("\ufb01", "FI")])
def test_prepared_names(scim, first, second):
    end = uuid.uuid4().hex
    user = create(scim, first + end)
    assert user["userName"] == first + end
    assert ids(find(scim, "userName eq " + json.dumps(second + end))) == [user["id"]]
    body = {"schemas": [USER], "userName": second + end}
    assert scim.post("/Users", body).status == 409
