"""What a connection asks for, what an administrator is told, and the ways that are offered."""
import base64
import re
import urllib.parse
import zlib

import pytest
from lxml import etree

from harness import idp, scim
from harness.browser import Browser
from harness.fake import Fake, Holder, clock, key
from harness.people import owned

PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@pytest.fixture
def org(server):
    return server.new_org(default_role="AN")


def asked(fake):
    """The AuthnRequest that a browser takes along."""
    page = Browser().request("GET", fake.made["login_url"])
    packed = urllib.parse.parse_qs(urllib.parse.urlsplit(page.location).query)["SAMLRequest"][0]
    return etree.fromstring(zlib.decompress(base64.b64decode(packed), -15))


def test_a_request_asks_for_what_the_connection_says_and_no_more(org):
    fake = Fake(org)
    plain = asked(fake)
    assert plain.get("ForceAuthn") in (None, "false")
    assert plain.find("{*}RequestedAuthnContext") is None and plain.find("{*}NameIDPolicy") is None
    fake.patch(force_authn=True, authn_contexts=["urn:a", "urn:b"], name_id_format=PERSISTENT)
    full = asked(fake)
    assert full.get("ForceAuthn") == "true"
    wanted = full.find("{*}RequestedAuthnContext")
    assert wanted.get("Comparison") == "exact" and [e.text for e in wanted] == ["urn:a", "urn:b"]
    assert full.find("{*}NameIDPolicy").get("Format") == PERSISTENT
    metadata = Browser().request("GET", fake.made["metadata_url"]).text
    assert f"<md:NameIDFormat>{PERSISTENT}</md:NameIDFormat>" in metadata


def certificate(fake):
    return fake.org.admin.ok("GET", fake.path + "/keys")["items"][0]["certificate"]


def hidden(fake, subject):
    """An EncryptedID for the key of the connection."""
    name = f'<saml:NameID xmlns:saml="{idp.SAML}" Format="{PERSISTENT}">{subject}</saml:NameID>'
    return f'<saml:EncryptedID>{idp.encrypt(name.encode(), Holder(certificate(fake)))}</saml:EncryptedID>'


def test_an_encrypted_name_signs_in_and_out(org):
    fake = Fake(org)
    assert fake.sign_in(name_id=hidden(fake, "u-1")).status == 303
    assert fake.sign_in("u-1", browser=Browser()).status == 303, "the same person"
    assert org.admin.ok("GET", "/users")["total"] == 1
    assert org.admin.ok("GET", "/sessions")["total"] == 2
    root = etree.fromstring(
        f'<samlp:LogoutRequest xmlns:samlp="{idp.SAMLP}" xmlns:saml="{idp.SAML}" ID="_l{fake.id}" Version="2.0"'
        f' IssueInstant="{clock(0)}" Destination="{fake.made["slo_url"]}"><saml:Issuer>{fake.entity_id}</saml:Issuer>'
        f'{hidden(fake, "u-1")}</samlp:LogoutRequest>')
    idp.sign(root, key(fake.signer))
    page = Browser().post(fake.made["slo_url"], {"SAMLRequest": base64.b64encode(etree.tostring(root)).decode()})
    assert page.status == 200, page.text
    assert org.admin.ok("GET", "/sessions")["total"] == 0


def audit(org, action):
    return [a for a in org.admin.ok("GET", "/audit?limit=100")["items"] if a["action"] == action]


def test_sha1_is_refused_then_allowed_loudly(org):
    fake = Fake(org)
    weak = {"signing": {"method": idp.RSA_SHA1, "digest_method": idp.SHA1}}
    assert (fake.sign_in(**weak).status, fake.code()) == (403, "sha1")
    assert not audit(org, "connection.weakened")
    shown = fake.patch(allow_sha1=True)
    assert any("SHA-1" in w for w in shown["warnings"])
    assert [a["reason"] for a in audit(org, "connection.weakened")] == ["SHA-1 signatures are accepted"]
    assert fake.sign_in().status == 303 and not audit(org, "signin.sha1")
    assert fake.sign_in(**weak).status == 303
    assert len(audit(org, "signin.sha1")) == 1 and "sha1" in fake.newest()["detail"]["warnings"]
    fake.patch(allow_sha1=True)
    assert len(audit(org, "connection.weakened")) == 1, "it was so before"
    other = Fake(org, name="other", entity_id="https://other.example", allow_sha1=True)
    assert len(audit(org, "connection.weakened")) == 2 and other.made["warnings"]


def try_out(fake, **more):
    """A test sign-in; the page it ends with."""
    url = fake.org.admin.ok("POST", fake.path + "/test")["url"]
    browser = Browser()
    return fake.sign_in(browser=browser, query="?" + urllib.parse.urlsplit(url).query, **more)


def sso_only(org):
    return org.admin.patch("/signin", {"sso_only": True}).status


def test_single_sign_on_only_after_a_test_that_let_somebody_in(server):
    org, account = owned(server)
    fake = Fake(org, jit=False)
    assert sso_only(org) == 409
    page = try_out(fake, email="nobody@acme.example")
    assert page.status == 200 and "Would be refused" in page.text
    assert not fake.patch()["tested"] and sso_only(org) == 409
    fake.patch(jit=True)
    assert try_out(fake, email="ada@acme.example").status == 200
    assert fake.patch()["tested"]
    fake.patch(enabled=False)
    assert sso_only(org) == 409, "nobody can sign in through it"
    other = idp.metadata(key("next"), entity_id="https://next.example").decode()
    replaced = fake.patch(enabled=True, idp_metadata_xml=other, replace_idp=True)
    assert not replaced["tested"] and sso_only(org) == 409, "that was another identity provider"
    fake.entity_id, fake.signer = "https://next.example", "next"
    assert try_out(fake, email="ada@acme.example").status == 200
    assert sso_only(org) == 200
    assert account.sign_in()[1].status == 303, "the Owner is never locked out"


def test_several_ways_are_offered(server):
    org = server.new_org(default_role="AN")
    domain = f"{org.name}.example"
    first = Fake(org, name="Staff", domains=[domain])
    second = Fake(org, name="Contractors", entity_id="https://other.example", domains=[domain])
    server.ctl("domains", "set", domain, "--org", org.name)
    browser = Browser()
    form = browser.request("GET", server.base + "/login?next=/projects/7").form
    page = browser.submit(form, address=f"anybody@{domain}")
    assert page.status == 200 and "Choose how to sign in" in page.text
    links = dict(re.findall(r'<a class="way" href="([^"]*)">([^<]*)</a>', page.text))
    assert {v: k for k, v in links.items()} == {
        "Staff": f"/saml/{first.id}/login?next=/projects/7", "Contractors": f"/saml/{second.id}/login?next=/projects/7",
        "Emergency password": "/login?with=password&#38;next=/projects/7"}
    assert "<script" not in page.text
    first.patch(enabled=False)
    form = browser.request("GET", server.base + "/login?next=/projects/7").form
    page = browser.submit(form, address=f"anybody@{domain}")
    assert page.location == f"/saml/{second.id}/login?next=/projects/7"
    answer = second.sign_in(query="?next=/projects/7")
    assert answer.location == "/projects/7", "and back to the page that was asked for"


def test_roles_of_the_directory_are_left_alone(org):
    """A sign-in is no authority over whom SCIM manages."""
    org.scim.ok("POST", "/Users", scim.person("ada@acme.example"))
    fake = Fake(org)
    assert fake.sign_in(email="ada@acme.example", firstName="Other", lastName="Name").status == 303
    user = next(u for u in org.admin.ok("GET", "/users")["items"])
    assert user["source"] == "scim" and "Other" not in str(user["displayName"])
