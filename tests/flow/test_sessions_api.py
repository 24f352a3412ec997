"""The JSON API in a browser's session: what each role opens, writes that others forge, secrets."""
import base64
import json
import re
import urllib.parse
import zlib

import pytest
from harness import scim
from harness.fake import Fake, clock
from harness.people import Browser, owned, session_for, totp

NOBODY = "01900000-0000-7000-8000-000000000000"
SECRETS = ("/tokens", "/users/{id}/password-link", "/users/{id}/erase", "/connections/saml/{id}/keys", "/webhooks",
           "/webhooks/{id}/rotate", "/invitations", "/invitations/{id}/reset")


class Api:
    """The API as a page of the console calls it."""

    def __init__(self, browser):
        self.browser = browser
        self.me = self("GET", "/me")[1]

    def __call__(self, method, path, body=None, **headers):
        sent = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin", **headers}
        if method != "GET":
            sent = {"X-CSRF-Token": self.me["csrf"], **sent}
        page = self.browser.request(method, "/api/v1" + path, body=json.dumps(body) if body is not None else None,
                                    headers={k: v for k, v in sent.items() if v is not None})
        return page.status, json.loads(page.text) if page.text.startswith("{") else page.text

    def get(self, path):
        status, body = self("GET", path)
        assert status == 200, body
        return body


@pytest.fixture
def org(new_org):
    return new_org(default_role="AN")


def someone(org, role=None, **more):
    user = scim.make_user(org, **more)
    if role:
        org.admin.ok("PATCH", "/users/" + user, {"role": role})
    return user, session_for(org, user)


def make_fresh(org, browser, minutes_ago=0):
    org.sql(f"UPDATE sessions SET proved = created - {minutes_ago * 60000} WHERE org_id = {{org}} AND id = "
            f"'{browser.session_id}'")


def operations(org):
    paths = org.admin.ok("GET", "/openapi.json")["paths"]
    return [(method.upper(), path.removeprefix("/api/v1"), o) for path, methods in paths.items()
            for method, o in methods.items()]


def problem(answer, status, kind):
    assert answer[0] == status and answer[1]["type"] == "urn:rosterd:problem:" + kind, answer
    return answer[1]["detail"]


# ---- who asks

def test_me_tells_who_asks(org):
    user, browser = someone(org, "AD")
    me = Api(browser).me
    assert (me["kind"], me["user"], me["role"], me["sees"], me["org"]) == ("user", user, "AD", "organization", org.id)
    assert len(me["csrf"]) == 43 and me["fresh_until"] < org.admin.ok("GET", "/users")["items"][0]["created"]
    assert org.admin.ok("GET", "/me") == {"kind": "admin", "org": org.id, "org_name": org.name, "sees": "organization"}
    assert org.platform.ok("GET", "/me")["kind"] == "platform"
    assert org.server.ctl("whoami", "--server", org.server.base, "--token", org.token("admin")).split()[1] == org.name


# ---- what a role opens

@pytest.mark.parametrize("role", ["AN", "RE"])
def test_others_are_told_in_a_friendly_way(org, role):
    _, browser = someone(org, role)
    for method, path, _ in operations(org):
        page = browser.request(method, "/api/v1" + path.replace("{id}", NOBODY))
        assert page.status == 403, (method, path)
        detail = problem((page.status, json.loads(page.text)), 403, "forbidden")
        assert "Administrators" in detail and {"AN": "Annotator", "RE": "Reviewer"}[role] in detail


def test_managers_read_what_the_description_says(org):
    _, browser = someone(org, "MA")
    api, opened = Api(browser), 0
    assert api.me["sees"] == "workspaces"
    for method, path, o in operations(org):
        status, body = api(method, path.replace("{id}", NOBODY), {} if method != "GET" else None)
        if "Manager" in o["x-session"]:
            opened += 1
            assert method == "GET" and status in (200, 404), (path, body)
        else:
            assert "Manager" in problem((status, body), 403, "forbidden"), path
    assert opened == 7


@pytest.fixture
def plant(org):
    """Two workspaces with a project and people each; a Manager in the first."""
    made = {"manager": someone(org, "MA")}
    for name in ("ours", "theirs"):
        workspace = org.admin.ok("POST", "/workspaces", {"title": name})["id"]
        project = org.admin.ok("POST", "/projects", {"title": "P of " + name, "workspace": workspace})["id"]
        person = scim.make_user(org)
        org.admin.ok("POST", "/grants", {"user": person, "workspace": workspace})
        made[name] = {"workspace": workspace, "project": project, "person": person}
    org.admin.ok("POST", "/grants", {"user": made["manager"][0], "workspace": made["ours"]["workspace"]})
    return made


def test_managers_see_people_and_places_of_their_own_workspaces(org, plant):
    manager, browser = plant["manager"]
    api, ours, theirs = Api(browser), plant["ours"], plant["theirs"]

    def ids(path):
        page = api.get(path)
        assert page["total"] == len(page["items"])
        return {x["id"] for x in page["items"]}

    assert ids("/users") == {manager, ours["person"]}
    assert ids("/workspaces") == {ours["workspace"]} and ids("/projects") == {ours["project"]}
    assert ids("/projects?workspace=" + theirs["workspace"]) == set()
    assert ids("/users?workspace=" + theirs["workspace"]) == set()
    assert ids("/users?workspace=" + ours["workspace"]) == {manager, ours["person"]}
    for kind, key in (("users", "person"), ("workspaces", "workspace"), ("projects", "project")):
        assert api("GET", f"/{kind}/{ours[key]}")[0] == 200
        foreign, missing = api("GET", f"/{kind}/{theirs[key]}"), api("GET", f"/{kind}/{NOBODY}")
        assert problem(foreign, 404, "not_found").replace(theirs[key], "") == \
            problem(missing, 404, "not_found").replace(NOBODY, "")
    # an administrator sees all of it
    assert len(org.admin.ok("GET", "/users")["items"]) == 3


def test_managers_see_of_their_people_only_places_of_their_own(org, plant):
    _, browser = plant["manager"]
    ours, theirs = plant["ours"], plant["theirs"]
    org.admin.ok("POST", "/grants", {"user": ours["person"], "workspace": theirs["workspace"]})
    org.admin.ok("POST", "/grants", {"user": ours["person"], "project": theirs["project"], "role": "RE"})
    org.admin.ok("POST", "/grants", {"user": ours["person"], "project": ours["project"], "role": "RE"})
    seen = Api(browser).get("/users/" + ours["person"])
    assert [w["id"] for w in seen["workspaces"]] == [ours["workspace"]]
    assert [p["id"] for p in seen["projects"]] == [ours["project"]]
    whole = org.admin.ok("GET", "/users/" + ours["person"])
    assert (len(whole["workspaces"]), len(whole["projects"])) == (2, 2)


def test_what_does_not_count_opens_nothing(org, plant):
    api = Api(plant["manager"][1])
    org.admin.ok("PATCH", "/org", {"authority": {"workspace": "directory"}})
    assert api.get("/users")["items"] == [] and api.get("/workspaces")["total"] == 0
    org.admin.ok("PATCH", "/org", {"authority": {"workspace": "manual"}})
    assert len(api.get("/users")["items"]) == 2
    # no longer a Manager: closed at once
    org.admin.ok("PATCH", "/users/" + plant["manager"][0], {"role": "AN"})
    problem(api("GET", "/users"), 403, "forbidden")


def test_members_of_a_place(org, plant):
    org.admin.ok("POST", "/grants", {"user": plant["theirs"]["person"], "project": plant["ours"]["project"], "role": "AN"})
    listed = org.admin.ok("GET", "/users?project=" + plant["ours"]["project"])
    assert [u["id"] for u in listed["items"]] == [plant["theirs"]["person"]] and listed["total"] == 1
    assert org.admin.get("/users?project=x&workspace=y").status == 400
    assert org.admin.ok("GET", "/users?workspace=" + NOBODY)["total"] == 0


# ---- writes that others forge

FORGED = [{"X-CSRF-Token": None}, {"X-CSRF-Token": "A" * 43}, {"Origin": "https://evil.example"},
          {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]


def test_no_write_can_be_forged(org):
    _, browser = someone(org, "AD")
    make_fresh(org, browser)
    api, tried = Api(browser), 0
    before = org.admin.ok("GET", "/audit")["total"]
    for method, path, _ in operations(org):
        if method == "GET":
            continue
        for headers in FORGED:
            detail = problem(api(method, path.replace("{id}", NOBODY), {}, **headers), 403, "forbidden")
            assert "X-CSRF-Token" in detail, (method, path, headers)
            tried += 1
    assert tried > 100 and org.admin.ok("GET", "/audit")["total"] == before
    assert api("POST", "/workspaces", {"title": "meant"}, Origin=org.server.base)[0] == 201


# ---- secrets

def test_secrets_want_a_fresh_sign_in(org):
    user, browser = someone(org, "AD")
    api, asked = Api(browser), set()
    for method, path, o in operations(org):
        if "just signed in" not in o["x-session"]:
            continue
        asked.add(path)
        assert "/login?again=1" in problem(api(method, path.replace("{id}", NOBODY), {}), 403, "step_up")
    assert asked == set(SECRETS)
    make_fresh(org, browser, minutes_ago=16)
    problem(api("POST", "/tokens", {"kind": "platform"}), 403, "step_up")
    make_fresh(org, browser, minutes_ago=13)
    status, made = api("POST", "/tokens", {"kind": "platform"})
    assert status == 201 and made["token"]
    # programs hold a secret already, and go on with it
    assert org.admin.post("/tokens", {"kind": "platform"}).status == 201


def test_signing_in_again_makes_it_fresh(server):
    org, account = owned(server)
    browser, _ = account.sign_in()
    api = Api(browser)
    org.sql("UPDATE sessions SET proved = 0 WHERE org_id = {org}")
    problem(api("POST", "/tokens", {"kind": "platform"}), 403, "step_up")
    page = browser.get("/login?again=1&next=/console/tokens")
    assert page.status == 200 and page.fields["again"] == "1" and "address" in page.fields
    page = browser.submit(page, address=account.address)
    assert page.fields["again"] == "1" and "password" in page.fields
    org.sql("UPDATE local_accounts SET totp_used = 0 WHERE org_id = {org}")
    done = browser.submit(page, password=account.password, code=totp(account.secret))
    assert (done.status, done.location) == (303, "/console/tokens")
    assert Api(browser)("POST", "/tokens", {"kind": "platform"})[0] == 201
    # without the word it only leads on
    assert browser.get("/login?next=/console/tokens").location == "/console/tokens"


def request_of(location):
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
    return zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15).decode()


def test_an_identity_provider_is_asked_to_look_again(org):
    fake = Fake(org)
    domain = f"{org.id}.example"
    org.server.ctl("domains", "set", domain, "--org", org.name)
    browser = Browser(org.server.base)
    page = browser.submit(browser.get("/login?again=1&next=/console/"), address="ada@" + domain)
    assert page.status == 303 and "again=1" in page.location and "next=/console/" in page.location
    assert 'ForceAuthn="true"' in request_of(browser.get(page.location).location)
    plain = browser.get(f"/saml/{fake.id}/login")
    assert not re.search('ForceAuthn="(true|1)"', request_of(plain.location))


@pytest.mark.parametrize("minutes,status", [(1, 201), (14, 201), (20, 403), (600, 403)])
def test_what_counts_is_when_the_identity_provider_looked(org, minutes, status):
    """Single sign-on without a question is no proof of who sits there."""
    fake = Fake(org)
    user = scim.make_user(org, "boss@acme.example")
    org.admin.ok("PATCH", "/users/" + user, {"role": "AD"})
    assert fake.sign_in(email="boss@acme.example", authn_instant=clock(-60 * minutes)).status == 303
    browser = Browser(org.server.base)
    browser.jar = dict(next(iter(fake.browser.cookies.values())))
    assert Api(browser)("POST", "/tokens", {"kind": "platform"})[0] == status


# ---- the weeks of somebody's work

def test_weeks_begin_on_monday(org):
    user = scim.make_user(org)
    times = ["2026-03-01T23:59:59Z", "2026-03-02T00:00:00Z", "2026-03-08T23:59:59Z", "2026-03-09T00:00:00Z"]
    org.platform.ok("POST", "/annotations", [
        {"id": f"a{i}", "project": "p", "user": user, "created": at, "lead_time_ms": 1000 * i} for i, at in enumerate(times)])
    weeks = org.admin.ok("GET", "/annotations/weeks?user=" + user)["items"]
    assert [(w["week"][:10], w["annotations"], w["lead_time_ms"]) for w in weeks] == \
        [("2026-02-23", 1, 0), ("2026-03-02", 2, 3000), ("2026-03-09", 1, 3000)]
    some = org.admin.ok("GET", "/annotations/weeks?project=p&from=2026-03-09T00:00:00Z")["items"]
    assert [w["annotations"] for w in some] == [1]
    printed = org.server.ctl("annotations", "weeks", "--user", user, "--server", org.server.base, "--token", org.token("admin"))
    assert len(printed.splitlines()) == 4
