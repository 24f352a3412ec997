"""Filters and sorting against a fixed population; what must be found was worked out by hand."""
import json

import pytest
from harness.scim import GROUP, USER, group

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

PEOPLE = {
    "a": {"userName": "ada@x.example", "externalId": "E1", "title": "Analyst", "displayName": "Ada Byron",
          "name": {"givenName": "Ada", "familyName": "Byron"},
          "emails": [{"value": "ada@x.example", "type": "work", "primary": True},
                     {"value": "ada@home.example", "type": "home"}],
          ENTERPRISE: {"department": "Hut 8", "employeeNumber": "10"}},
    "b": {"userName": "bob@x.example", "externalId": "e1", "title": "Boss",
          "name": {"givenName": "Bob", "familyName": "Smith"},
          "emails": [{"value": "bob@x.example", "type": "work"}],
          "roles": [{"value": "lead", "primary": True}, {"value": "spare"}],
          ENTERPRISE: {"department": "Sales", "employeeNumber": "9"}},
    "c": {"userName": "Cyd@Y.example", "active": False, "displayName": "\u00c9milie \u7530",
          "name": {"givenName": "Cyd"}, "nickName": "100%_sure"},
    "d": {"userName": "dan@x.example", "externalId": "with \"quotes\" \\ and slash", "nickName": "100 sure",
          "emails": [{"value": "dan@home.example", "type": "home"}], "name": {"familyName": "byron"},
          "preferredLanguage": "de"},
}
GROUPS = {"g": ("Analysts", "ga", "ab"), "h": ("Bosses", None, "b"), "i": ("empty", None, "")}

# filter: who fulfils it
USERS = [
    # operators
    ('userName eq "ada@x.example"', "a"), ('userName eq "ADA@X.EXAMPLE"', "a"), ('userName eq "cyd@y.example"', "c"),
    ('userName ne "ada@x.example"', "bcd"), ('userName co "@x."', "abd"), ('userName sw "a"', "a"),
    ('userName sw "ada@x.example"', "a"), ('userName ew "Y.EXAMPLE"', "c"), ('userName pr', "abcd"),
    ('userName gt "bob@x.example"', "cd"), ('userName ge "bob@x.example"', "bcd"),
    ('userName lt "bob@x.example"', "a"), ('userName le "bob@x.example"', "ab"),
    # exact and folded
    ('externalId eq "E1"', "a"), ('externalId eq "e1"', "b"), ('externalId pr', "abd"), ('not (externalId pr)', "c"),
    ('externalId eq null', "c"), ('externalId ne null', "abd"),
    ('externalId eq "with \\"quotes\\" \\\\ and slash"', "d"), ('title eq "ANALYST"', "a"), ('title pr', "ab"),
    ('displayName eq "\u00e9milie \u7530"', "c"), ('displayName eq "\\u00C9milie \\u7530"', "c"),
    ('displayName co "milie"', "c"),
    # signs that mean something to SQL
    ('nickName co "%"', "c"), ('nickName co "_"', "c"), ('nickName sw "100%"', "c"), ('nickName sw "100"', "cd"),
    ('nickName eq "100%sure"', ""), ('userName eq "x\' OR \'1\'=\'1"', ""), ('userName eq ""', ""),
    # logic
    ('title eq "Analyst" or title eq "Boss"', "ab"), ('title pr and active eq true', "ab"),
    ('title eq "Analyst" or active eq false and userName pr', "ac"),
    ('(title eq "Analyst" or active eq false) and userName sw "c"', "c"),
    ('title eq "Analyst" or (active eq false and userName sw "x")', "a"),
    ('not (title pr)', "cd"), ('not(title pr) and active eq true', "d"),
    ('not (title eq "Boss" or active eq false)', "ad"), ('((((userName pr))))', "abcd"),
    ('title eq "Analyst" AND NOT (active EQ false)', "a"),
    # Boolean
    ('active eq true', "abd"), ('active eq false', "c"), ('active ne true', "c"), ('active pr', "abcd"),
    ('active eq "False"', "c"),
    # complex and multi-valued
    ('name.givenName eq "ada"', "a"), ('name.familyName eq "BYRON"', "ad"), ('name.givenName pr', "abc"),
    ('name pr', "abcd"), ('emails pr', "abd"), ('emails eq "ada@home.example"', "a"), ('emails co "home"', "ad"),
    ('emails.value ew "@x.example"', "ab"), ('emails.type eq "home"', "ad"),
    ('emails.type ne "home"', "bc"), ('not (emails.type eq "home")', "bc"),
    ('emails[type eq "work"]', "ab"), ('emails[type eq "home" and value co "ada"]', "a"),
    ('emails[type eq "work" and value co "home"]', ""), ('emails[type eq "home"].value eq "dan@home.example"', "d"),
    ('emails[primary eq true]', "a"), ('emails[primary eq true].value co "x.example"', "a"),
    ('emails[primary eq false]', "abd"), ('emails[not (type eq "home")]', "ab"),
    ('emails[type eq "work" or type eq "home"]', "abd"), ('emails[value pr] and title pr', "ab"),
    ('roles eq "lead"', "b"), ('roles[value eq "spare" and primary eq true]', ""), ('roles.value pr', "b"),
    # qualified names
    (f'{USER}:userName sw "ada"', "a"), (f'{USER.upper()}:USERNAME sw "ada"', "a"), (f'{USER}:name.givenName eq "Bob"', "b"),
    (f'{ENTERPRISE}:department eq "hut 8"', "a"), (f'{ENTERPRISE}:department pr', "ab"), ('department eq "Sales"', "b"),
    (f'{ENTERPRISE}:manager.value pr', "d"), ('manager pr', "d"), ('preferredLanguage eq "DE"', "d"),
    # meta and schemas
    ('meta.resourceType eq "User"', "abcd"), ('meta.resourceType eq "Group"', ""),
    ('meta.created gt "2020-01-01T00:00:00Z"', "abcd"), ('meta.created lt "2020-01-01T00:00:00+02:00"', ""),
    ('meta.lastModified ge "2020-01-01T00:00:00.123456Z" and userName sw "a"', "a"),
    (f'schemas eq "{USER}"', "abcd"), (f'schemas eq "{ENTERPRISE}"', "abd"), (f'schemas eq "{GROUP}"', ""),
    # groups of a user
    ('groups.display eq "bosses"', "b"), ('groups pr', "ab"),
]

GROUP_FILTERS = [
    ('displayName eq "ANALYSTS"', "g"), ('displayName ew "s"', "gh"), ('externalId eq "ga"', "g"), ('externalId eq "GA"', ""),
    ('externalId pr', "g"), ('displayName co "e" and not (externalId pr)', "hi"), ('members pr', "gh"),
    ('not (members pr)', "i"), ('meta.resourceType eq "Group"', "ghi"), (f'{GROUP}:displayName sw "b"', "h"),
    ('displayName gt "b"', "hi"), ('id pr', "ghi"),
]

REFUSED = ["", " ", "userName", "userName eq", 'eq "x"', 'userName = "x"', 'userName eq "x', "userName eq 'x'", '(userName pr',
           'userName pr)', 'userName pr and', 'not userName pr', 'emails[type eq "work"', 'emails[type eq "work"]]',
           'emails[emails[type eq "a"]]', 'userName eq "a" userName eq "b"', 'nothing eq "x"', 'name eq "x"',
           'active gt true', 'active co "t"', 'password pr', 'password eq "x"', 'urn:x:y:userName eq "x"',
           'userName eq "\\x"', 'userName eq {}', 'meta.created gt "yesterday"', 'emails.nothing eq "x"', "userName eq `x`"]



@pytest.fixture(scope="module")
def world(server):
    org = server.new_org()
    ids = {}
    for key, body in PEOPLE.items():
        body = dict(body)
        if key == "d":
            body[ENTERPRISE] = {"manager": {"value": ids["a"]}}
        ids[key] = org.scim.ok("POST", "/Users", {"schemas": [USER, ENTERPRISE], **body})["id"]
    for key, (name, external, members) in GROUPS.items():
        more = {"externalId": external} if external else {}
        ids[key] = org.scim.ok("POST", "/Groups", group(name, [ids[m] for m in members], **more))["id"]
    return org.scim, ids


def keys(world, resources):
    back = {v: k for k, v in world[1].items()}
    return "".join(back[r["id"]] for r in resources)


def search(world, path, **body):
    return world[0].post(path + "/.search", {"schemas": [SEARCH], **body})


def get(world, path, text):
    from urllib.parse import quote
    return world[0].request("GET", f"/scim/v2{path}?filter={quote(text)}", raw=True)


@pytest.mark.parametrize("text,want", USERS)
def test_users(world, text, want):
    for answer in (get(world, "/Users", text), search(world, "/Users", filter=text)):
        assert answer.status == 200, answer
        assert keys(world, answer.json["Resources"]) == want
        assert answer.json["totalResults"] == len(want)


@pytest.mark.parametrize("text,want", GROUP_FILTERS)
def test_groups(world, text, want):
    for answer in (get(world, "/Groups", text), search(world, "/Groups", filter=text)):
        assert answer.status == 200, answer
        assert keys(world, answer.json["Resources"]) == want


def test_by_id(world):
    _, ids = world
    for key in "ab":
        assert keys(world, get(world, "/Users", f'id eq "{ids[key]}"').json["Resources"]) == key
        assert get(world, "/Users", f'id eq "{ids[key].upper()}"').json["totalResults"] == 0
    assert keys(world, get(world, "/Users", f'groups.value eq "{ids["g"]}"').json["Resources"]) == "ab"
    assert keys(world, get(world, "/Groups", f'members.value eq "{ids["b"]}"').json["Resources"]) == "gh"
    assert keys(world, get(world, "/Groups", f'members[value eq "{ids["a"]}"]').json["Resources"]) == "g"


@pytest.mark.parametrize("text", REFUSED)
def test_refused(world, text):
    for answer in (get(world, "/Users", text), search(world, "/Users", filter=text)):
        assert answer.status == 400 and answer.json["scimType"] == "invalidFilter", answer
        assert len(answer.json["detail"]) > 10


def test_garbled_filter_is_not_no_filter(world):
    scim, _ = world
    for query in ("filter=userName%20eq%20%22%ff%22", "filter=%zz", "filter=userName+eq+%22a%00%22"):
        assert scim.request("GET", "/scim/v2/Users?" + query, raw=True).status == 400, query


# sortBy: order of a b c d, ascending; those without a value come last
SORTS = [("userName", "abcd"), ("USERNAME", "abcd"), ("title", "abcd"), ("externalId", "abdc"),
         ("name.givenName", "abcd"), ("name.familyName", "adbc"), ("emails", "abdc"), ("emails.value", "abdc"),
         (f"{ENTERPRISE}:department", "abcd"), ("meta.created", "abcd"), ("active", "cabd"),
         (f"{ENTERPRISE}:employeeNumber", "abcd")]


@pytest.mark.parametrize("by,want", SORTS)
def test_sorted(world, by, want):
    scim, _ = world
    out = scim.ok("GET", f"/Users?sortBy={by}")
    assert keys(world, out["Resources"]) == want
    assert keys(world, search(world, "/Users", sortBy=by, sortOrder="ascending").json["Resources"]) == want
    down = keys(world, scim.ok("GET", f"/Users?sortBy={by}&sortOrder=DESCENDING")["Resources"])
    first = scim.ok("GET", f"/Users?sortBy={by}&sortOrder=descending&count=1")["Resources"]
    assert sorted(down) == sorted(want) and keys(world, first) == down[0]


def test_without_a_value_first_when_descending(world):
    out = world[0].ok("GET", "/Users?sortBy=externalId&sortOrder=descending")
    assert keys(world, out["Resources"]) == "cdba"


def test_sorting_what_cannot_be_sorted(world):
    scim, _ = world
    for query in ("sortBy=nothing", "sortBy=userName&sortOrder=sideways", "sortBy=password"):
        answer = scim.get("/Users?" + query)
        assert answer.status == 400 and answer.json["scimType"] == "invalidValue", query


def test_sorted_groups_and_pages(world):
    scim, _ = world
    assert keys(world, scim.ok("GET", "/Groups?sortBy=displayName&sortOrder=descending")["Resources"]) == "ihg"
    pages = [scim.ok("GET", f"/Users?sortBy=name.familyName&startIndex={i}&count=1")["Resources"] for i in range(1, 5)]
    assert keys(world, sum(pages, [])) == "adbc"
    out = scim.ok("GET", "/Users?filter=active eq true&sortBy=userName&startIndex=2&count=1")
    assert keys(world, out["Resources"]) == "b" and out["totalResults"] == 3


def test_root_covers_both_types(world):
    scim, _ = world
    out = scim.ok("GET", "?count=100")
    assert keys(world, out["Resources"]) == "abcdghi" and out["totalResults"] == 7
    for start, count, want in ((1, 3, "abc"), (3, 3, "cdg"), (5, 2, "gh"), (7, 9, "i"), (8, 2, ""), (4, 1, "d"), (1, 0, "")):
        out = scim.ok("GET", f"?startIndex={start}&count={count}")
        assert keys(world, out["Resources"]) == want and out["totalResults"] == 7, (start, count)
        assert out["startIndex"] == start and out["itemsPerPage"] == len(want)


# across types, what a type does not have counts as without value (RFC 7644, section 3.4.2.1)
@pytest.mark.parametrize("text,want", [
    ('displayName eq "Bosses"', "h"), ('displayName sw "a"', "ag"), ('meta.resourceType eq "Group"', "ghi"),
    ('meta.resourceType eq "User"', "abcd"), ('userName sw "a"', "a"), ('not (userName pr)', "ghi"),
    ('userName pr', "abcd"), ('members pr', "gh"), ('not (members pr)', "abcdi"), ('userName eq null', "ghi"),
    ('userName ne "ada@x.example"', "bcdghi"), ('emails[type eq "work"]', "ab"), ('externalId pr', "abdg"),
    ('title eq "Boss" or displayName eq "empty"', "bi"),
])
def test_root_filters(world, text, want):
    answers = [get(world, "", text), search(world, "", filter=text)]
    for answer in answers:
        assert answer.status == 200 and keys(world, answer.json["Resources"]) == want, answer
        assert answer.json["totalResults"] == len(want)


def test_root_refusals(world):
    assert get(world, "", 'nothing eq "x"').status == 400
    assert world[0].get("?sortBy=nothing").status == 400


def test_search_request(world):
    out = search(world, "/Users", filter='userName sw "a"', attributes=["userName", "emails.value"]).json
    assert set(out["Resources"][0]) == {"schemas", "id", "userName", "emails"}
    out = search(world, "/Users", excludedAttributes=["emails", "name"], startIndex=2, count=1).json
    assert keys(world, out["Resources"]) == "b" and "emails" not in out["Resources"][0]
    assert out["startIndex"] == 2 and out["totalResults"] == 4 and out["itemsPerPage"] == 1
    for body in ({}, {"schemas": []}, {"schemas": [USER]}, {"schemas": [SEARCH], "count": "many"},
                 {"schemas": [SEARCH], "attributes": [1]}, {"schemas": [SEARCH], "filter": 7}):
        answer = world[0].post("/Users/.search", body)
        assert answer.status == 400 and answer.json["scimType"] in ("invalidSyntax", "invalidValue"), body


def test_search_creates_nothing(world):
    scim, _ = world
    before = scim.ok("GET", "/Users?count=0")["totalResults"]
    search(world, "/Users", filter="userName pr")
    assert scim.ok("GET", "/Users?count=0")["totalResults"] == before


def test_json_of_a_page_is_json(world):
    out = world[0].ok("GET", "/Users")
    assert json.loads(json.dumps(out)) == out
    nick = [u.get("nickName") for u in out["Resources"]]
    assert nick == [None, None, "100%_sure", "100 sure"]
