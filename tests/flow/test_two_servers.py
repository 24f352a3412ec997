"""Two processes on one PostgreSQL with one secret key are one server to browsers and identity providers."""
import base64
import json
import urllib.parse

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from harness.browser import Browser
from harness.crowd import together
from harness.fake import Fake

MAIL = "ada@acme.example"


def at(server, browser):
    """The same browser, come to another process: cookies do not know ports."""
    known = {k: v for jar in browser.cookies.values() for k, v in jar.items()}
    browser.cookies[urllib.parse.urlsplit(server.base).netloc] = known
    return browser


def check(server, browser):
    page = at(server, browser).request("GET", server.base + "/auth/check")
    return page.headers.get("Remote-User") if page.status == 200 else page.status


def test_a_request_of_one_is_answered_at_the_other_once(pair):
    first, second = pair
    fake = Fake(first.new_org(default_role="AN"))
    for begun, answered in ((first, second), (second, first)):
        browser = Browser()
        at(second, browser)
        message = fake.message(fake.begin(browser, base=begun.base))
        at(answered, browser)
        assert fake.post(browser, message, base=answered.base).status == 303
        assert fake.post(browser, message, base=begun.base).status == 403
        assert fake.code() in ("request", "replay")
        assert (check(first, browser), check(second, browser)) == (MAIL, MAIL)


def test_of_many_at_both_one_counts(pair):
    first, second = pair
    fake = Fake(first.new_org(default_role="AN"), allow_idp_initiated=True)
    browser = Browser()
    for message in (fake.message(fake.begin(browser)), fake.message(None)):
        statuses = []

        def send(n):
            one = Browser()
            one.cookies = {k: dict(v) for k, v in browser.cookies.items()}
            statuses.append(fake.post(at(pair[n % 2], one), message, base=pair[n % 2].base).status)

        together(20, send)
        assert (statuses.count(303), statuses.count(403)) == (1, 19)


def test_what_is_encrypted_for_one_is_read_by_the_other(pair):
    first, second = pair
    org = first.new_org(default_role="AN")
    fake = Fake(org)
    certificate = org.admin.ok("GET", fake.path + "/keys")["items"][0]["certificate"]
    browser = Browser()
    message = fake.message(fake.begin(browser), encrypt_to=certificate)
    assert fake.post(at(second, browser), message, base=second.base).status == 303
    assert fake.newest()["detail"]["encrypted"]


def test_signing_out_at_one_is_known_at_the_other(pair):
    first, second = pair
    fake = Fake(first.new_org(default_role="AN"))
    for leave, other in ((first, second), (second, first)):
        browser = Browser()
        fake.sign_in(browser=browser)
        assert check(leave, browser) == check(other, browser) == MAIL
        thief = Browser()
        thief.cookies = {k: dict(v) for k, v in browser.cookies.items()}
        page = at(leave, browser).request("GET", leave.base + "/logout")
        form = page.form
        origin = {"Origin": first.base}
        assert browser.post(leave.base + "/logout", form.fields, origin).status in (200, 303)
        assert check(other, thief) == check(leave, thief) == 401


def test_an_administrator_ends_it_at_the_other(pair):
    first, second = pair
    org = first.new_org(default_role="AN")
    browser = Browser()
    Fake(org).sign_in(browser=browser)
    assert check(second, browser) == MAIL
    session = org.admin.ok("GET", "/sessions")["items"][0]
    org.admin.ok("DELETE", "/sessions/" + session["id"])
    assert check(second, browser) == check(first, browser) == 401


def unpad(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def test_a_token_of_one_is_signed_with_keys_that_the_other_shows(pair):
    first, second = pair
    browser = Browser()
    Fake(first.new_org(default_role="AN")).sign_in(browser=browser)
    token = json.loads(at(first, browser).request("GET", first.base + "/auth/token").text)["token"]
    head, claims, signature = token.split(".")
    keys = {k["kid"]: k for k in second.anonymous().get("/.well-known/jwks.json").json["keys"]}
    key = keys[json.loads(unpad(head))["kid"]]
    Ed25519PublicKey.from_public_bytes(unpad(key["x"])).verify(unpad(signature), f"{head}.{claims}".encode())
