"""Signing in through SimpleSAMLphp: the whole way of a browser, and back out."""
import base64
import re
import urllib.parse

import pytest

from harness import ssp as ssps
from harness.browser import Browser

CONTEXT = "urn:oasis:names:tc:SAML:2.0:ac:classes:"


@pytest.fixture(scope="module")
def ssp():
    if not ssps.installed():
        pytest.skip("SimpleSAMLphp is not installed")
    made = ssps.SimpleSaml()
    yield made
    made.close()


@pytest.fixture(scope="module")
def server(request, engine):
    from conftest import make_server

    made = make_server(request, engine, env={"ROSTERD_PRIVATE_ADDRESSES": "yes"})
    yield made
    made.close()


@pytest.fixture
def connect(server, ssp):
    """A fresh organization with a connection to SimpleSAMLphp, and that knows it."""

    def make(org=None, trust=None, **settings):
        org = org or server.new_org(default_role="AN")
        connection = org.admin.ok("POST", "/connections/saml", {
            "name": "ssp", "idp_metadata_xml": ssp.metadata(), **settings})
        keys = org.admin.ok("GET", f"/connections/saml/{connection['id']}/keys")["items"]
        ssp.trust(connection, keys[0]["certificate"], **(trust or {}))
        return org, connection

    return make


def requests(org, **query):
    return org.admin.ok("GET", "/requests?" + urllib.parse.urlencode(query))["items"]


def user(org, name):
    return next(u for u in org.admin.ok("GET", "/users")["items"] if u["userName"] == name)


def signed_in(server, browser):
    page = browser.get(server.base + "/login")
    return "You are signed in" in page.text


def enter(ssp, connection, who="alice", browser=None, query=""):
    browser, page = ssp.sign_in(connection["login_url"] + query, who, browser)
    return browser, browser.submit(page.form)


def test_sign_in_makes_the_person(server, ssp, connect):
    org, connection = connect()
    org.admin.ok("PUT", "/rules", {"rules": [
        {"id": "admins", "match": {"group": "LS-Admins"}, "grant": {"org_role": "AD"}}]})
    browser, page = enter(ssp, connection)
    assert (page.status, page.location) == (303, "/login")
    assert signed_in(server, browser)
    alice = user(org, "alice@acme.example")
    assert (alice["source"], alice["role"], alice["displayName"]) == ("saml", "AD", "Alice Adams")
    assert sorted(g["name"] for g in alice["groups"]) == ["LS-Admins", "Vision"]
    accepted = requests(org)[0]
    assert (accepted["outcome"], accepted["detail"]["groups"]) == ("accepted", "sent")
    assert "alice@" not in str(accepted), "nothing personal is recorded"


def test_sign_in_again_changes_nothing(ssp, connect):
    org, connection = connect()
    enter(ssp, connection)
    before = user(org, "alice@acme.example")
    enter(ssp, connection)
    assert user(org, "alice@acme.example") == before


@pytest.mark.parametrize("binding", ["redirect", "post"])
def test_request_bindings_are_signed(ssp, connect, binding):
    # SimpleSAMLphp validates the signature of the request: validate.authnrequest
    _, connection = connect(request_binding=binding, force_authn=True, authn_contexts=[CONTEXT + "Password"],
                            name_id_format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
    _, page = enter(ssp, connection)
    assert page.status == 303


def test_unsigned_request_is_refused_there(ssp, connect):
    # the proof that the test above proves something
    _, connection = connect(sign_requests=False)
    page = Browser().get(connection["login_url"])
    assert page.status != 200 or "AuthState" not in page.text


@pytest.mark.parametrize("sign", [("response",), ("assertion",), ("response", "assertion")])
def test_signature_on_either(ssp, connect, sign):
    _, connection = connect(trust={"saml20.sign.response": "response" in sign,
                                   "saml20.sign.assertion": "assertion" in sign})
    _, page = enter(ssp, connection)
    assert page.status == 303


def test_wanted_signature_is_demanded(ssp, connect):
    org, connection = connect(want_signed="response", trust={"saml20.sign.response": False})
    _, page = enter(ssp, connection)
    assert page.status == 403
    assert requests(org)[0]["code"] == "unsigned_response"


def test_encrypted_assertion(ssp, connect):
    # SimpleSAMLphp 1.19 encrypts with AES-CBC: inside a signed response, and only if allowed
    org, connection = connect(allow_cbc=True, trust={"assertion.encryption": True})
    _, page = enter(ssp, connection)
    assert page.status == 303
    detail = requests(org)[0]["detail"]
    assert detail["encrypted"] and "cbc" in detail["warnings"]


def test_encrypted_assertion_is_refused_where_cbc_is_not_allowed(ssp, connect):
    org, connection = connect(trust={"assertion.encryption": True})
    _, page = enter(ssp, connection)
    assert page.status == 403
    assert requests(org)[0]["code"] in ("cbc", "algorithm")


def test_idp_initiated_is_off_unless_allowed(server, ssp, connect):
    org, connection = connect(relay_targets=["https://platform.example/projects"])
    start = (ssp.base + "saml2/idp/SSOService.php?spentityid=" + urllib.parse.quote(connection["entity_id"], safe=""))
    browser, page = ssp.sign_in(start)
    assert browser.submit(page.form).status == 403
    assert requests(org)[0]["code"] == "unsolicited"

    org.admin.ok("PATCH", f"/connections/saml/{connection['id']}", {"allow_idp_initiated": True})
    browser, page = ssp.sign_in(start)
    form = page.form
    browser.follow(browser.submit(form))
    assert signed_in(server, browser)
    assert browser.submit(form).status == 403
    assert requests(org)[0]["code"] == "replay"

    for relay, status in (("https://platform.example/projects", 303), ("https://evil.example/", 403)):
        _, page = ssp.sign_in(start + "&RelayState=" + urllib.parse.quote(relay, safe=""), browser=browser)
        answer = browser.submit(page.form)
        assert answer.status == status
        if status == 303:
            assert browser.request("GET", server.base + answer.location).location == relay
    assert requests(org)[0]["code"] == "relay_state"


def test_return_target(server, ssp, connect):
    _, connection = connect()
    for asked, led in (("/console/x", "/console/x"), ("//evil.example", "/login"),
                       ("https://evil.example/", "/login"), ("/\\evil.example", "/login"),
                       ("javascript:alert(1)", "/login"), ("http:evil.example", "/login"), ("///evil", "/login")):
        query = "?next=" + urllib.parse.quote(asked, safe="")
        _, page = enter(ssp, connection, query=query)
        assert (page.status, page.location) == (303, led), asked


def test_response_for_another_browser_is_refused(server, ssp, connect):
    org, connection = connect()
    _, page = ssp.sign_in(connection["login_url"])
    stranger = Browser()
    assert stranger.submit(page.form).status == 403
    assert requests(org)[0]["code"] == "browser"
    assert not signed_in(server, stranger)


def test_response_works_once(ssp, connect):
    org, connection = connect()
    browser, page = ssp.sign_in(connection["login_url"])
    form = page.form
    assert browser.submit(form).status == 303
    assert browser.submit(form).status == 403
    assert requests(org)[0]["code"] == "request"


def test_response_for_another_connection(server, ssp, connect):
    org, first = connect()
    _, second = connect(org, name="other")
    browser, page = ssp.sign_in(first["login_url"])
    Browser().get(second["login_url"])
    answer = browser.post(second["acs_url"], page.form.fields)
    assert answer.status == 403
    assert requests(org)[0]["code"] == "request"
    # the same with no request in the way of the audience check
    org.admin.ok("PATCH", f"/connections/saml/{second['id']}", {"allow_idp_initiated": True})
    start = ssp.base + "saml2/idp/SSOService.php?spentityid=" + urllib.parse.quote(first["entity_id"], safe="")
    browser, page = ssp.sign_in(start)
    assert browser.post(second["acs_url"], page.form.fields).status == 403
    assert requests(org)[0]["code"] in ("destination", "audience", "recipient")


def test_altered_response(ssp, connect):
    org, connection = connect()
    browser, page = ssp.sign_in(connection["login_url"])
    form = page.form
    xml = base64.b64decode(form.fields["SAMLResponse"]).replace(b"alice@acme.example", b"bob@acme.example")
    answer = browser.submit(form, SAMLResponse=base64.b64encode(xml).decode())
    assert answer.status == 403
    refused = requests(org)[0]
    assert (refused["code"], refused["reference"] in answer.text) == ("signature", True)
    assert refused["reason"] and refused["detail"]["remedy"]
    assert refused["reason"] not in answer.text
    status, _, metrics = server_metrics(org)
    assert status == 200 and 'rosterd_saml_refused_total{code="signature"}' in metrics


def server_metrics(org):
    return org.server.anonymous().get("/metrics")


def test_artifact(server, ssp, connect):
    org, connection = connect(response_binding="artifact")
    browser = Browser()
    page = browser.get(connection["login_url"])
    page = browser.request("POST", page.form.action, urllib.parse.urlencode(
        {**page.form.fields, "username": "alice", "password": "alice-pw"}),
        {"Content-Type": "application/x-www-form-urlencoded"})
    page = browser.follow(page, until=connection["acs_url"])
    assert "SAMLart=" in page.location, "SimpleSAMLphp sent no artifact"
    again = page.location
    page = browser.request("GET", page.location)
    assert page.status == 303, f"{requests(org)[0]}"
    assert signed_in(server, browser)
    assert browser.request("GET", again).status == 403
    assert requests(org)[0]["code"] in ("artifact", "status", "request")


def test_artifact_of_another_provider(connect):
    org, connection = connect(response_binding="artifact")
    artifact = base64.b64encode(b"\0\4\0\0" + b"x" * 40).decode()
    page = Browser().get(connection["acs_url"] + "?SAMLart=" + urllib.parse.quote(artifact, safe=""))
    assert page.status == 403
    assert requests(org)[0]["code"] == "artifact"


def test_sign_out_reaches_the_provider(server, ssp, connect):
    _, connection = connect()
    browser, _ = enter(ssp, connection)
    form = browser.get(server.base + "/login").form
    page = browser.submit(form)
    assert page.status == 303 and "/slo?leave=" in page.location
    assert not signed_in(server, browser), "here the session is over before the provider is told"
    page = browser.follow(page)
    assert "You are signed out" in page.text, f"{page.url} {page.text[:300]}"
    # the provider's own session is over too: it asks for the password again
    page = browser.get(connection["login_url"])
    assert "AuthState" in page.form.fields


def test_provider_signs_out(server, ssp, connect):
    _, connection = connect()
    browser, _ = enter(ssp, connection)
    assert signed_in(server, browser)
    page = browser.get(ssp.base + "saml2/idp/SingleLogoutService.php?ReturnTo=" +
                       urllib.parse.quote(ssp.base + "logout.php", safe=""))
    assert not signed_in(server, browser), f"{page.url} {page.text[:500]}"


def test_unsigned_logout_ends_nothing(server, ssp, connect):
    import zlib

    org, connection = connect()
    browser, _ = enter(ssp, connection)
    xml = ('<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_x" Version="2.0"'
           ' IssueInstant="2026-01-01T00:00:00Z"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">'
           f'{ssp.base}saml2/idp/metadata.php</saml:Issuer><saml:NameID'
           ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">alice-1</saml:NameID></samlp:LogoutRequest>')
    packed = zlib.compress(xml.encode())[2:-4]
    query = urllib.parse.urlencode({"SAMLRequest": base64.b64encode(packed).decode()})
    assert Browser().get(connection["slo_url"] + "?" + query).status == 403
    assert signed_in(server, browser)
    assert requests(org)[0]["kind"] == "saml.logout"


def test_test_sign_in_grants_nothing(server, ssp, connect):
    org, connection = connect()
    org.admin.ok("PUT", "/rules", {"rules": [
        {"id": "admins", "match": {"group": "LS-Admins"}, "grant": {"org_role": "AD"}}]})
    url = org.admin.ok("POST", f"/connections/saml/{connection['id']}/test")["url"]
    browser, page = ssp.sign_in(url)
    page = browser.submit(page.form)
    assert page.status == 200
    for shown in ("alice-1", "alice@acme.example", "LS-Admins", "Administrator", "Rule admins", "new account"):
        assert shown in page.text, shown
    assert not signed_in(server, browser)
    assert org.admin.ok("GET", "/users")["items"] == []
    assert org.admin.ok("GET", "/groups")["items"] == []
    shown = org.admin.ok("GET", f"/connections/saml/{connection['id']}")
    assert shown["tested"] and requests(org)[0]["outcome"] == "test"
    assert Browser().get(url).status == 403, "the address works once"


def test_our_keys_change_over(ssp, connect):
    org, connection = connect()
    path = f"/connections/saml/{connection['id']}/keys"
    next_key = org.admin.ok("POST", path)["items"]
    assert [k["state"] for k in next_key] == ["current", "next"]
    metadata = org.server.anonymous().get("/" + connection["metadata_url"].split("/", 3)[3]).json
    assert metadata.count("<ds:X509Certificate>") == 4, "two for signing, two for encryption"
    assert enter(ssp, connection)[1].status == 303, "the current key still signs"
    states = [k["state"] for k in org.admin.ok("POST", path)["items"]]
    assert states == ["current", "previous"]
    assert "AuthState" not in Browser().get(connection["login_url"]).text, "the provider does not know the key yet"
    current = org.admin.ok("GET", path)["items"][0]
    ssp.trust(connection, current["certificate"])
    assert enter(ssp, connection)[1].status == 303


def test_provider_changes_its_key(server, ssp, connect):
    org, connection = connect()
    url = ssp.base + "saml2/idp/metadata.php"
    path = f"/connections/saml/{connection['id']}"
    org.admin.ok("PATCH", path, {"idp_metadata_url": url})
    before = org.admin.ok("GET", path)["idp"]
    assert before["metadata_url"] == url and before["next_fetch"]
    ssp.write_hosted("next")
    try:
        assert enter(ssp, connection)[1].status == 403, "a key that nobody announced"
        assert requests(org)[0]["code"] == "signature"
        org.admin.ok("PATCH", path, {"idp_metadata_url": url})
        assert enter(ssp, connection)[1].status == 303
        assert org.admin.ok("GET", path)["idp"]["keys"] != before["keys"]
        actions = [a["action"] for a in org.admin.ok("GET", "/audit")["items"]]
        assert "connection.keys_changed" in actions
    finally:
        ssp.write_hosted("idp")


def test_metadata_names_what_we_do(connect):
    org, connection = connect(allow_cbc=False)
    text = org.server.anonymous().get("/" + connection["metadata_url"].split("/", 3)[3]).json
    assert f'entityID="{connection["entity_id"]}"' in text
    assert f'Location="{connection["acs_url"]}"' in text and f'Location="{connection["slo_url"]}"' in text
    assert "aes256-gcm" in text and "aes256-cbc" not in text and "rsa-oaep" in text
    assert re.search(r'use="signing"', text) and re.search(r'use="encryption"', text)


def test_home_realm_by_domain(server, ssp, connect):
    org, connection = connect(domains=["acme.example"])
    server.new_org()  # an only organization is the home of every address
    server.sql("DELETE FROM signposts WHERE kind = 'domain'")
    server.sql("UPDATE domains SET state = 'pending'")

    def begin(address):
        browser = Browser()
        form = browser.get(server.base + "/login").form
        return browser.submit(form, address=address)

    assert begin("alice@acme.example").status == 200, "not proved: nobody is led there"
    server.ctl("domains", "set", "acme.example", "--org", org.name)
    page = begin("alice@acme.example")
    assert (page.status, page.location) == (303, f"/saml/{connection['id']}/login")
    assert begin("alice@other.example").status == 200
    org.admin.ok("DELETE", "/domains/acme.example")
