"""Sign-ins that nobody in the browser asked for, and addresses that are refused too often."""
import html
import re

from harness.browser import Browser
from harness.fake import Fake


def arrive(fake, browser, subject, relay=None, **attributes):
    """The identity provider sends a sign-in by itself; what the browser shows in the end."""
    from harness.fake import claims

    page = fake.post(browser, fake.message(None, subject, attributes=claims(**attributes)), relay)
    assert page.status == 303 and page.location.startswith("/login/continue"), page.text
    return browser.request("GET", fake.org.server.base + page.location)


def who(fake, browser):
    return browser.request("GET", fake.org.server.base + "/auth/check").headers.get("Remote-User")


def connection(org, **settings):
    return Fake(org, allow_idp_initiated=True, relay_targets=["https://platform.example/"], **settings)


def live_sessions(org):
    return sorted(s["userName"] for s in org.admin.ok("GET", "/sessions")["items"])


def buttons(page):
    return [html.unescape(t) for t in re.findall(r"<button[^>]*>(.*?)</button>", page.text)]


def forms(page):
    """Fields of each form."""
    return [{html.unescape(n): html.unescape(v) for n, v in re.findall(r'name="([^"]*)" value="([^"]*)"', part)}
            for part in page.text.split("<form")[1:]]


def test_nobody_signed_in_is_not_asked(org):
    fake, browser = connection(org), Browser()
    page = arrive(fake, browser, "u-1", "https://platform.example/", email="ada@acme.example")
    assert (page.status, page.location) == (303, "https://platform.example/")
    assert who(fake, browser) == "ada@acme.example"


def test_the_same_person_is_not_asked(org):
    fake, browser = connection(org), Browser()
    assert fake.sign_in("u-1", browser=browser, email="ada@acme.example").status == 303
    assert arrive(fake, browser, "u-1", email="ada@acme.example").status == 303
    assert who(fake, browser) == "ada@acme.example"
    assert live_sessions(org) == ["ada@acme.example"], "the session before it has ended"


def test_somebody_else_is_asked_and_may_stay(org):
    fake, browser = connection(org), Browser()
    fake.sign_in("u-1", browser=browser, email="ada@acme.example")
    page = arrive(fake, browser, "u-2", "https://platform.example/", email="eve@acme.example")
    assert page.status == 200 and who(fake, browser) == "ada@acme.example", "not replaced"
    assert buttons(page) == ["Stay signed in as ada@acme.example", "Continue as eve@acme.example"]
    assert "<script" not in page.text and "default-src 'none'" in page.headers["Content-Security-Policy"]
    url = fake.org.server.base + "/login/continue"
    for bad in ({"token": "x" * 43}, {"token": ""}):
        assert browser.post(url, {**forms(page)[1], **bad}).status == 403
    assert browser.post(url, forms(page)[1], {"Origin": "https://evil.example"}).status == 403
    assert who(fake, browser) == "ada@acme.example"
    assert browser.post(url, forms(page)[0]).location == "/login"
    assert who(fake, browser) == "ada@acme.example"
    assert live_sessions(org) == ["ada@acme.example"], "what came is over"
    assert browser.post(url, forms(page)[1]).status == 403, "and cannot be taken up again"


def test_somebody_else_is_asked_and_may_change(org):
    fake, browser = connection(org), Browser()
    fake.sign_in("u-1", browser=browser, email="ada@acme.example")
    page = arrive(fake, browser, "u-2", "https://platform.example/", email="eve@acme.example")
    done = browser.post(fake.org.server.base + "/login/continue", forms(page)[1])
    assert (done.status, done.location) == (303, "https://platform.example/")
    assert who(fake, browser) == "eve@acme.example"
    assert live_sessions(org) == ["eve@acme.example"]


def test_somebody_of_another_organization_is_asked(server):
    mine, theirs = server.new_org(default_role="AN"), server.new_org(default_role="AN")
    ours, other = connection(mine), connection(theirs, entity_id="https://other.example", signer="other")
    browser = Browser()
    ours.sign_in("u-1", browser=browser, email="ada@acme.example")
    page = arrive(other, browser, "u-1", email="ada@acme.example")
    assert page.status == 200 and mine.name in page.text and theirs.name in page.text
    before = browser.request("GET", server.base + "/auth/check").headers["Remote-Org"]
    browser.post(server.base + "/login/continue", forms(page)[1])
    after = browser.request("GET", server.base + "/auth/check").headers["Remote-Org"]
    assert (before, after) == (mine.id, theirs.id)
    assert live_sessions(mine) == []


def test_the_way_on_is_this_browsers(org):
    fake, browser, victim = connection(org), Browser(), Browser()
    page = fake.post(browser, fake.message(None, "u-2"))
    at = org.server.base + page.location
    assert victim.request("GET", at).status == 403
    assert who(fake, victim) is None
    damaged = browser.request("GET", org.server.base + "/login/continue?to=v1:evil")
    assert damaged.location == "/login", "a place that we did not seal is none"


def test_refused_messages_count_and_accepted_ones_do_not(make_own_server):
    server = make_own_server()
    org = server.new_org(default_role="AN")
    fake, other = Fake(org), Fake(org, name="other", entity_id="https://other.example", signer="other")
    for _ in range(5):
        assert fake.sign_in(email="ada@acme.example").status == 303
    browser = Browser()
    request = fake.begin(browser)
    for _ in range(300):
        assert fake.post(browser, "x").status == 403
    recorded = org.sql("SELECT count(*) FROM exchanges WHERE org_id = {org}")
    for method, url in (("POST", fake.made["acs_url"]), ("GET", fake.made["login_url"]), ("GET", fake.made["slo_url"])):
        page = browser.request(method, url)
        assert page.status == 429 and page.headers["Retry-After"] == "60", (url, page.status)
        assert "Too many attempts" in page.text and "Reference: " + page.headers["X-Request-Id"] in page.text
    assert org.sql("SELECT count(*) FROM exchanges WHERE org_id = {org}") == recorded, "nothing more is written down"
    assert fake.post(browser, fake.message(request)).status == 429
    assert other.sign_in("u-9", email="bob@acme.example").status == 303, "the other connection is open"
