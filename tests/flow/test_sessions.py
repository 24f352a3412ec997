"""Sessions: cookies, renewal, limits, ends, forms that others cannot send, the API in a session."""
import concurrent.futures
import json
import re
import urllib.parse

import pytest
from harness import scim
from harness.people import Browser, owned, session_for, totp

HOUR = 3600 * 1000


@pytest.fixture(scope="module")
def acme(server):
    """An organization with an Owner who can sign in: (org, account)."""
    return owned(server, **{"default-role": "AN"})


def someone(org, **more):
    user = scim.make_user(org, **more)
    return user, session_for(org, user)


# ---- cookies

def test_the_cookie_is_for_this_host_and_not_for_scripts(acme):
    org, account = acme
    browser, answer = account.sign_in()
    assert answer.status == 303, answer
    line = [c for c in browser.set_cookies if c.startswith("rosterd=")][0]
    assert re.fullmatch(r"rosterd=[0-9a-f]{32}\.[A-Za-z0-9_-]{43}; Path=/; HttpOnly; SameSite=Lax", line)
    assert browser.signed_in()
    assert "no-store" in answer.headers["Cache-Control"]
    secret = browser.session
    assert not [r for r in org.sql("SELECT * FROM sessions WHERE org_id = {org}") if secret in map(str, r)]


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(make_own_server):
    server = make_own_server(options=("--public-url", "https://id.acme.example"))
    page = Browser(server.base).get("/login")
    line = page.headers.get_all("Set-Cookie")[0]
    assert re.fullmatch(r"__Host-rosterd-form=[\w-]{43}; Path=/; HttpOnly; SameSite=Lax; Secure", line)


def test_over_http_to_the_world_nobody_signs_in(make_own_server):
    server = make_own_server(options=("--public-url", "http://id.acme.example"))
    page = Browser(server.base).get("/login")
    assert page.status == 403 and "https" in page.alert
    assert not page.headers.get_all("Set-Cookie")


def test_a_planted_cookie_is_never_taken_over(acme):
    org, account = acme
    planted = Browser(org.server.base)
    planted.jar["rosterd"] = "0" * 32 + "." + "A" * 43
    before = planted.session
    account.sign_in(planted)
    assert planted.session != before and planted.signed_in()
    # a good session of the attacker's is not continued either: it ends
    attacker, _ = account.sign_in()
    victim = attacker.copy()
    org.sql("UPDATE local_accounts SET totp_used = 0 WHERE org_id = {org}")
    victim.post("/login", {**victim.get("/login").fields, "address": account.address, "password": account.password,
                           "code": totp(account.secret)})
    assert victim.session != attacker.session
    assert victim.signed_in() and not attacker.signed_in()


def test_two_cookies_of_one_name_are_none(acme):
    browser, _ = acme[1].sign_in()
    assert browser.check().status == 200
    both = f"rosterd={browser.session}; rosterd={'0' * 32}.{'A' * 43}"
    assert browser.get("/auth/check", headers={"Cookie": both}).status == 401


# ---- renewal and limits

def shift(org, browser, **columns):
    what = ", ".join(f"{k} = {k} - {v}" for k, v in columns.items())
    org.sql(f"UPDATE sessions SET {what} WHERE org_id = {{org}} AND id = '{browser.session_id}'")


def test_renewal_among_requests_side_by_side(org):
    _, browser = someone(org)
    shift(org, browser, renewed=11 * 60 * 1000)
    old = browser.copy()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        copies = [old.copy() for _ in range(16)]
        answers = list(pool.map(lambda b: b.get("/login"), copies))
    assert [a.status for a in answers] == [200] * 16
    fresh = {b.session for b in copies} - {old.session}
    assert len(fresh) == 1
    assert old.signed_in()  # the new one was not seen yet
    browser.jar["rosterd"] = fresh.pop()
    assert browser.signed_in() and old.signed_in()
    browser.session_id = org.sql("SELECT id FROM sessions WHERE org_id = {org}")[0][0]
    shift(org, browser, confirmed=61 * 1000)
    assert not old.signed_in()
    assert not browser.signed_in(), "a copied cookie ends the session for both"
    assert org.sql("SELECT ended_reason FROM sessions WHERE org_id = {org}") == [("copied cookie",)]


def test_a_check_for_a_proxy_renews_nothing(org):
    _, browser = someone(org)
    shift(org, browser, renewed=HOUR)
    browser.check()
    assert browser.set_cookies == []


@pytest.mark.parametrize("column,ms", [("last_seen", 8 * HOUR), ("expires", 24 * HOUR)])
def test_idle_and_absolute_limits(org, column, ms):
    _, browser = someone(org)
    shift(org, browser, **{column: ms - 10 * 60 * 1000})
    assert browser.signed_in()
    shift(org, browser, **{column: ms})
    assert not browser.signed_in()


def test_limits_are_the_organizations(acme):
    org, account = acme
    assert org.admin.ok("GET", "/signin") == {"idle_minutes": 480, "absolute_minutes": 1440, "sso_only": False,
                                              "return_targets": []}
    org.admin.ok("PATCH", "/signin", {"idle_minutes": 5, "absolute_minutes": 60})
    account.sign_in()
    last = org.sql("SELECT idle_ms, expires - created FROM sessions WHERE org_id = {org} ORDER BY id DESC LIMIT 1")
    assert last == [(5 * 60 * 1000, 60 * 60 * 1000)]
    org.admin.ok("PATCH", "/signin", {"idle_minutes": 480, "absolute_minutes": 1440})
    assert org.admin.patch("/signin", {"idle_minutes": 1}).status == 400
    assert org.admin.patch("/signin", {"idle": 1}).status == 400


# ---- ends

ENDS = {
    "SCIM deactivates": lambda org, user: scim.set_active(org, user, False),
    "SCIM deletes": lambda org, user: org.scim.ok("DELETE", f"/Users/{user}"),
    "an administrator deactivates": lambda org, user: org.admin.ok("PATCH", f"/users/{user}", {"state": "deactivated"}),
    "an administrator deletes": lambda org, user: org.admin.ok("DELETE", f"/users/{user}"),
    "erasure": lambda org, user: org.admin.ok("POST", f"/users/{user}/erase"),
    "the role goes": lambda org, user: org.admin.ok("PATCH", "/org", {"never_matched": "pending", "lost_match": "pending"}),
    "policy deactivates": lambda org, user: org.admin.ok("PATCH", "/org", {"never_matched": "deactivate",
                                                                           "lost_match": "deactivate"}),
    "an administrator ends them": lambda org, user: org.admin.ok("DELETE", f"/users/{user}/sessions"),
    "an administrator ends it": lambda org, user: org.admin.ok(
        "DELETE", "/sessions/" + org.admin.ok("GET", f"/sessions?user={user}")["items"][0]["id"]),
}


@pytest.mark.parametrize("how", ENDS)
def test_ends_at_once_and_for_good(org, how):
    user, browser = someone(org)
    assert browser.signed_in()
    ENDS[how](org, user)
    assert browser.check().status == 401
    assert browser.get("/auth/token").status == 401
    if how == "SCIM deactivates":
        scim.set_active(org, user, True)
        assert browser.check().status == 401, "coming back needs a new sign-in"
        assert session_for(org, user).signed_in()


def test_other_server_processes_know_at_once(pair):
    first, second = pair
    org = first.new_org(default_role="AN")
    user = scim.make_user(org)
    other = session_for(org, user)
    other.port = second.port
    assert other.signed_in()
    scim.set_active(org, user, False)
    assert other.check().status == 401


def test_signing_out(acme):
    org, account = acme
    browser, _ = account.sign_in()
    page = browser.get("/logout")
    old = browser.copy()
    answer = browser.submit(page)
    assert answer.status == 200 and "signed out" in answer.title
    assert browser.session is None
    assert not old.signed_in()
    reason = org.sql("SELECT ended_reason FROM sessions WHERE org_id = {org} ORDER BY id DESC LIMIT 1")
    assert reason == [("signed out",)]
    assert browser.submit(page).status == 200, "again is no error"


# ---- lists, and other organizations

def test_administrators_see_and_end_only_their_own(org, new_org):
    user, browser = someone(org)
    other = new_org()
    other_user, other_browser = someone(other)
    items = org.admin.ok("GET", "/sessions")
    assert items["total"] == 1 and [s["user"] for s in items["items"]] == [user]
    assert set(items["items"][0]) == {"id", "user", "userName", "method", "connection", "address", "agent", "created",
                                      "last_seen", "expires"}
    assert org.admin.delete("/sessions/" + other_browser.session_id).status == 404
    assert org.admin.delete(f"/users/{other_user}/sessions").status == 404
    assert other_browser.signed_in()
    assert org.platform.get("/sessions").status == 403
    # the same cookie under another organization's id is nobody's
    moved = browser.copy()
    moved.jar["rosterd"] = other.id.replace("-", "") + browser.session[32:]
    assert moved.check().status == 401


def test_ends_are_on_record(org):
    user, browser = someone(org)
    org.admin.ok("DELETE", "/sessions/" + browser.session_id)
    found = org.admin.ok("GET", "/audit?action=session.ended")["items"]
    assert [(a["reason"], a["target"], a["after"]) for a in found] == [("administrator", user, {"session": browser.session_id})]


# ---- forms

FORGERIES = {
    "no token": ({"token": None}, {}),
    "wrong token": ({"token": "A" * 43}, {}),
    "another origin": ({}, {"Origin": "https://evil.example"}),
    "no origin at all": ({}, {"Origin": "null"}),
    "fetch from another site": ({}, {"Sec-Fetch-Site": "cross-site"}),
    "another browser": ({}, {"Cookie": "rosterd-form=" + "A" * 43}),
    "no cookie": ({}, {"Cookie": None}),
    "as JSON": ({}, {"Content-Type": "application/json"}),
}


@pytest.mark.parametrize("path", ["/login", "/logout"])
@pytest.mark.parametrize("how", FORGERIES)
def test_forms_of_others_are_refused(acme, path, how):
    org, account = acme
    fields, headers = FORGERIES[how]
    browser, _ = account.sign_in()
    anonymous = Browser(org.server.base)
    one = browser if path == "/logout" else anonymous
    page = one.get(path)
    sent = {**page.fields, "address": account.address, **fields}
    headers = dict(headers)
    if how == "no cookie":
        one = Browser(org.server.base)
        headers = {}
    if how == "another browser" and path == "/logout":
        headers["Cookie"] += f"; rosterd={browser.session}"
    answer = one.post(path, {k: v for k, v in sent.items() if v is not None}, headers=headers)
    assert answer.status in (403, 415), answer
    assert "rosterd=" not in "".join(one.set_cookies)
    assert browser.signed_in()
    assert one.post(path, page.fields | {"address": account.address}).status in (200, 403)


def test_our_own_origin_is_accepted(acme):
    browser = Browser(acme[0].server.base)
    page = browser.get("/login")
    answer = browser.submit(page, address="a@b.example",
                            headers={"Origin": acme[0].server.base, "Sec-Fetch-Site": "same-origin"})
    assert answer.status == 200


# ---- where sign-in leads

@pytest.mark.parametrize("target,to", [
    ("/app?x=1", "/app?x=1"),
    ("//evil.example/", "/login"),
    ("/\\evil.example", "/login"),
    ("https://evil.example/", "/login"),
    ("javascript:alert(1)", "/login"),
    ("/x\r\nX-Evil: 1", "/login"),
    ("https://app.example/in", "https://app.example/in"),
    ("https://app.example/in/x", "https://app.example/in/x"),
    ("https://app.example/inner", "/login"),
    ("https://app.example.evil.example/in", "/login"),
    ("https://app.example@evil.example/in", "/login"),
])
def test_only_where_it_may(acme, target, to):
    org, account = acme
    org.admin.ok("PATCH", "/signin", {"return_targets": ["https://app.example/in"]})
    browser = session_for(org, org.sql("SELECT id FROM users WHERE org_id = {org} AND guarded")[0][0])
    page = browser.request("GET", "/login?" + urllib.parse.urlencode({"next": target}))
    assert (page.status, page.location) == (303, to)
    assert "X-Evil" not in page.headers


def test_sign_in_leads_on_itself(acme):
    browser, answer = acme[1].sign_in(next="/app/7?a=b")
    assert (answer.status, answer.location) == (303, "/app/7?a=b")
    browser, answer = acme[1].sign_in(next="//evil.example")
    assert (answer.status, answer.location) == (303, "/login")
    page = browser.get("/login")
    assert page.status == 200 and "signed in" in page.title


# ---- the API in a session

def test_the_api_opens_to_administrators_in_a_session(acme):
    org, account = acme
    browser, _ = account.sign_in()
    base = org.server.base
    mine = json.loads(browser.get("/api/v1/session").text)
    assert mine["role"] == "OW" and mine["org"] == org.id
    body = '{"title": "W%s"}'
    headers = {"Content-Type": "application/json"}

    def post(n, **extra):
        return browser.request("POST", "/api/v1/workspaces", body=body % n, headers=headers | extra).status

    assert post(1) == 403
    assert post(2, **{"X-CSRF-Token": "A" * 43}) == 403
    assert post(3, **{"X-CSRF-Token": mine["csrf"], "Origin": "https://evil.example"}) == 403
    other, _ = account.sign_in()
    theirs = json.loads(other.get("/api/v1/session").text)["csrf"]
    assert post(4, **{"X-CSRF-Token": theirs}) == 403
    assert post(5, **{"X-CSRF-Token": mine["csrf"], "Origin": base}) == 201
    assert [w["title"] for w in org.admin.ok("GET", "/workspaces")["items"]] == ["W5"]
    actor = org.admin.ok("GET", "/audit?action=workspace.")["items"][0]["actor"]
    assert actor == "user:" + mine["user"]
    # no way into SCIM
    assert browser.get("/scim/v2/Users").status == 401
    assert org.admin.get("/session").status == 404


def test_the_api_stays_closed_to_others_in_a_session(org):
    _, browser = someone(org)
    for path in ("/api/v1/org", "/api/v1/users", "/api/v1/authz/actions", "/api/v1/session"):
        assert browser.get(path).status == 403
    assert browser.request("DELETE", "/api/v1/users/x").status == 403
    stranger = Browser(org.server.base)
    stranger.jar["rosterd"] = "x"
    assert stranger.get("/api/v1/org").status == 401


# ---- pages

def test_pages_are_safe_and_readable(acme):
    browser = Browser(acme[0].server.base)
    page = browser.get("/login?next=/%22%3E%3Cscript%3E")
    assert "<script" not in page.text and 'lang="en"' in page.text and page.text.count("<h1>") == 1
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
    assert page.headers["X-Frame-Options"] == "DENY"
    assert 'label for="address"' in page.text
    sheet = browser.get("/assets/page.css")
    assert sheet.status == 200 and sheet.headers["Content-Type"].startswith("text/css")
    missing = browser.get("/login/nothing")
    assert missing.status == 404 and "Reference" in missing.text
