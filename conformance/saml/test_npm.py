"""samlify and Auth0's samlp: two more readers of what we send and writers of what we take."""
import secrets
import subprocess
import urllib.parse

import pytest
from harness.browser import Browser
from peers import Npm

SAMLP = {"attributes": {
    "email": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress",
    "first_name": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname",
    "last_name": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname",
    "groups": "http://schemas.passportjs.com/groups"}}
SAMLIFY = {"attributes": {"email": "email", "first_name": "firstName", "last_name": "lastName", "groups": "groups"},
           "group_separator": ","}


@pytest.fixture(scope="module")
def samlp():
    made = Npm("samlp")
    yield made
    made.close()


@pytest.fixture(scope="module")
def samlify():
    made = Npm("samlify")
    yield made
    made.close()


def public_key(certificate):
    return subprocess.run(["openssl", "x509", "-pubkey", "-noout"], input=certificate, capture_output=True, text=True,
                          check=True).stdout


def visitor(peer, who):
    """A browser whose person the provider knows already."""
    browser = Browser()
    browser.cookies[peer.base.split("//")[1]] = {"who": who, "sid": secrets.token_hex(8)}
    return browser


def through(world, peer, who="alice", start=None):
    """From our login URL, or the provider's, to the answer to its response."""
    browser = visitor(peer, who)
    page = browser.get(start or world.connection["login_url"])
    if page.status == 200 and "SAMLRequest" in page.form.fields:
        page = browser.submit(page.form)
    assert page.status == 200 and "SAMLResponse" in page.form.fields, page.text[:1000]
    return browser, page.form


def idp_initiated(peer, world):
    return peer.base + "/start?sp=" + urllib.parse.quote(world.connection["entity_id"], safe="")


# ---- samlp

@pytest.fixture
def with_samlp(samlp, world):
    def make(options=None, **settings):
        made = world(samlp.metadata(), **SAMLP, **settings)
        samlp.trust(made.connection, certificate=made.certificate, public_key=public_key(made.certificate),
                    options=options or {})
        return made

    return make


@pytest.mark.parametrize("options", [{}, {"signResponse": True}, {"signResponse": True, "signAssertion": False}],
                         ids=["assertion", "both", "response"])
@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_samlp_sign_in(samlp, with_samlp, options, binding):
    world = with_samlp(options, request_binding=binding)
    for who in ("alice", "bob"):
        browser, form = through(world, samlp, who)
        detail = world.check(browser, browser.submit(form), who)
    assert (detail["response_signed"], detail["assertion_signed"]) == (
        "signResponse" in options, options.get("signAssertion", True))


def test_samlp_checks_our_signature(samlp, with_samlp):
    world = with_samlp()
    stranger = with_samlp()
    samlp.trust(world.connection, certificate=stranger.certificate, options={})
    page = visitor(samlp, "alice").get(world.connection["login_url"])
    assert page.status == 400 and "SAMLResponse" not in page.text, "so the tests above prove something"


def test_samlp_encrypted(samlp, with_samlp):
    world = with_samlp({"encrypt": True}, want_encrypted=True)
    browser, form = through(world, samlp)
    assert world.check(browser, browser.submit(form), "alice")["encrypted"]


def test_samlp_idp_initiated(samlp, with_samlp):
    world = with_samlp()
    browser, form = through(world, samlp, start=idp_initiated(samlp, world))
    assert browser.submit(form).status == 403 and world.newest()["code"] == "unsolicited"
    world.org.admin.ok("PATCH", world.path, {"allow_idp_initiated": True})
    browser, form = through(world, samlp, start=idp_initiated(samlp, world))
    world.check(browser, world.arrive(browser, browser.submit(form)), "alice")
    assert browser.submit(form).status == 403 and world.newest()["code"] == "replay"


def test_samlp_single_logout(samlp, with_samlp):
    world = with_samlp()
    browser, form = through(world, samlp)
    world.check(browser, browser.submit(form), "alice")
    assert "You are signed out" in world.sign_out(browser).text


def test_samlp_ends_the_session(samlp, with_samlp):
    world = with_samlp()
    browser, form = through(world, samlp)
    world.check(browser, browser.submit(form), "alice")
    page = browser.get(samlp.base + "/slo")
    assert page.status == 200, page.text[:500]
    assert not world.signed_in(browser)


# ---- samlify

@pytest.fixture
def with_samlify(samlify, world):
    def make(options=None, service=None, encrypt_then_sign=False, **settings):
        made = world(samlify.metadata(), **SAMLIFY, **settings)
        samlify.trust(made.connection, metadata=made.our_metadata(), options=options or {}, service=service or {},
                      encrypt_then_sign=encrypt_then_sign)
        return made

    return make


@pytest.mark.parametrize("want", ["assertion", "any"])
@pytest.mark.parametrize("message", [False, True], ids=["", "response"])
@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_samlify_sign_in(samlify, with_samlify, message, binding, want):
    # it signs the assertion where our metadata asks for it, else the response
    world = with_samlify(service={"wantMessageSigned": message}, request_binding=binding, want_signed=want)
    for who in ("alice", "bob"):
        browser, form = through(world, samlify, who)
        detail = world.check(browser, browser.submit(form), who)
    assert detail["assertion_signed"] == (want == "assertion")
    assert detail["response_signed"] == (message or want != "assertion")


def test_samlify_checks_our_signature(samlify, with_samlify, world):
    stranger, world = world(samlify.metadata(), **SAMLIFY), with_samlify()
    samlify.trust(world.connection, metadata=stranger.our_metadata())
    page = visitor(samlify, "alice").get(world.connection["login_url"])
    assert page.status == 400 and "SAMLResponse" not in page.text, "so the tests above prove something"


@pytest.mark.parametrize("late", [False, True], ids=["encrypted", "encrypted and signed"])
def test_samlify_encrypted(samlify, with_samlify, late):
    world = with_samlify({"isAssertionEncrypted": True}, {"wantMessageSigned": late}, late, want_encrypted=True,
                         want_signed="any" if late else "assertion")
    browser, form = through(world, samlify)
    detail = world.check(browser, browser.submit(form), "alice")
    assert detail["encrypted"] and detail["response_signed"] == late


def test_samlify_idp_initiated(samlify, with_samlify):
    world = with_samlify(allow_idp_initiated=True, relay_targets=["https://platform.example/projects"])
    start = idp_initiated(samlify, world) + "&relay=" + urllib.parse.quote("https://platform.example/projects", safe="")
    browser, form = through(world, samlify, start=start)
    page = world.arrive(browser, browser.submit(form))
    world.check(browser, page, "alice")
    assert page.location == "https://platform.example/projects"


def test_samlify_single_logout(samlify, with_samlify):
    world = with_samlify()
    browser, form = through(world, samlify)
    world.check(browser, browser.submit(form), "alice")
    assert "You are signed out" in world.sign_out(browser).text


def test_samlify_ends_the_session(samlify, with_samlify):
    world = with_samlify()
    browser, form = through(world, samlify)
    world.check(browser, browser.submit(form), "alice")
    page = browser.get(samlify.base + "/leave?sp=" + urllib.parse.quote(world.connection["entity_id"], safe=""))
    assert page.text == "signed out", page.text[:500]
    assert not world.signed_in(browser)
