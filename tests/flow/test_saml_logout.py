"""Single logout: by every binding, and by nobody who may not."""
import base64
import urllib.parse
import zlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from harness import idp
from harness.browser import Browser
from harness.fake import Fake, clock, key

SLO = '<md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:%s" Location="https://idp.example/slo"/>'
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"


@pytest.fixture
def org(server):
    return server.new_org(default_role="AN")


def connect(org, binding="HTTP-Redirect"):
    fake = Fake(org)
    xml = idp.metadata(key("idp")).decode()
    fake.patch(idp_metadata_xml=xml.replace("<md:SingleSignOnService", SLO % binding + "<md:SingleSignOnService"))
    return fake


def signed_in(fake, browser=None):
    return "You are signed in" in (browser or fake.browser).get(fake.org.server.base + "/login").text


def logout(fake, subject="u-1", sign=True, by=None, id="_l1", destination=None, issued=0, indexes=(), issuer=None):
    """A LogoutRequest as an element."""
    root = etree.fromstring(
        '<samlp:LogoutRequest xmlns:samlp="%s" xmlns:saml="%s" ID="%s" Version="2.0" IssueInstant="%s"'
        ' Destination="%s"><saml:Issuer>%s</saml:Issuer><saml:NameID Format="%s">%s</saml:NameID>%s</samlp:LogoutRequest>'
        % (idp.SAMLP, idp.SAML, fake.id[:8] + id, clock(issued), destination or fake.made["slo_url"], issuer or fake.entity_id,
           PERSISTENT, subject, "".join(f"<samlp:SessionIndex>{i}</samlp:SessionIndex>" for i in indexes)))
    root.set("ID", "_" + fake.id + id)
    if sign:
        idp.sign(root, by or key(fake.signer))
    return root


def by_post(fake, root, **fields):
    message = base64.b64encode(etree.tostring(root)).decode()
    return Browser().post(fake.made["slo_url"], {"SAMLRequest": message, **fields})


def by_soap(fake, root):
    body = f'<s:Envelope xmlns:s="{idp.SOAP}"><s:Body>'.encode() + etree.tostring(root) + b"</s:Body></s:Envelope>"
    return Browser().request("POST", fake.made["slo_url"], body, {"Content-Type": "text/xml"})


def query_of(root, by, **more):
    packed = zlib.compress(etree.tostring(root))[2:-4]
    query = urllib.parse.urlencode({"SAMLRequest": base64.b64encode(packed).decode(), **more, "SigAlg": idp.RSA_SHA256})
    signature = by.private.sign(query.encode(), padding.PKCS1v15(), hashes.SHA256())
    return query + "&" + urllib.parse.urlencode({"Signature": base64.b64encode(signature).decode()})


def by_redirect(fake, root, by=None, **more):
    return Browser().request("GET", fake.made["slo_url"] + "?" + query_of(root, by or key(fake.signer), **more))


def status_of(xml):
    root = etree.fromstring(xml)
    return root.find(".//{%s}StatusCode" % idp.SAMLP).get("Value"), root.find(".//{*}LogoutResponse") if "Envelope" in root.tag else root


def test_by_post(org):
    fake = connect(org, "HTTP-POST")
    fake.sign_in()
    page = by_post(fake, logout(fake), RelayState="back")
    assert page.status == 200 and page.form.action == "https://idp.example/slo"
    assert page.form.fields["RelayState"] == "back"
    status, response = status_of(base64.b64decode(page.form.fields["SAMLResponse"]))
    assert status == idp.SUCCESS and response.get("InResponseTo") == "_" + fake.id + "_l1"
    assert response.find(".//{%s}Signature" % idp.DS) is not None
    assert not signed_in(fake)


def test_by_redirect(org):
    fake = connect(org)
    fake.sign_in()
    page = by_redirect(fake, logout(fake, sign=False), RelayState="back")
    assert page.status == 303, page.text
    answer = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.location).query))
    assert answer["RelayState"] == "back" and answer["Signature"] and answer["SigAlg"] == idp.RSA_SHA256
    status, response = status_of(zlib.decompress(base64.b64decode(answer["SAMLResponse"]), -15))
    assert (status, response.get("InResponseTo")) == (idp.SUCCESS, "_" + fake.id + "_l1")
    assert not signed_in(fake)


@pytest.mark.parametrize("published", ["SOAP", "HTTP-Redirect"])
def test_by_soap(org, published):
    fake = connect(org, published)
    fake.sign_in()
    page = by_soap(fake, logout(fake))
    assert page.status == 200 and page.headers["Content-Type"].startswith("text/xml")
    status, response = status_of(page.body)
    assert (status, response.get("InResponseTo")) == (idp.SUCCESS, "_" + fake.id + "_l1")
    assert not signed_in(fake)


@pytest.mark.parametrize("published", ["HTTP-Redirect", "HTTP-POST"])
def test_answered_by_a_binding_that_the_provider_has(org, published):
    fake = connect(org, published)
    fake.sign_in()
    page = by_post(fake, logout(fake)) if published == "HTTP-Redirect" else by_redirect(fake, logout(fake, sign=False))
    assert page.status == (303 if published == "HTTP-Redirect" else 200)
    assert not signed_in(fake)


def test_one_session_of_two(org):
    fake = connect(org, "SOAP")
    fake.sign_in(session_index="_one")
    first = fake.browser
    fake.sign_in(session_index="_two")
    assert by_soap(fake, logout(fake, indexes=["_one"])).status == 200
    assert not signed_in(fake, first) and signed_in(fake)
    assert by_soap(fake, logout(fake, id="_l2")).status == 200
    assert not signed_in(fake)


def test_nobody_there_is_answered_all_the_same(org):
    fake = connect(org, "SOAP")
    page = by_soap(fake, logout(fake, subject="nobody"))
    assert page.status == 200 and status_of(page.body)[0]


def test_replayed_request(org):
    fake = connect(org, "SOAP")
    fake.sign_in()
    root = logout(fake)
    assert by_soap(fake, root).status == 200
    fake.sign_in()
    assert by_soap(fake, root).status == 403
    assert fake.code() == "replay" and signed_in(fake)


@pytest.mark.parametrize("send", [by_post, by_soap])
@pytest.mark.parametrize("options, code", [
    ({"sign": False}, "unsigned"), ({"by": key("stranger")}, "signature"), ({"issuer": "https://other.example"}, "issuer"),
    ({"destination": "https://roster.example/slo"}, "destination"), ({"issued": -3600}, "issue_instant")])
def test_requests_that_end_nothing(org, send, options, code):
    fake = connect(org, "HTTP-POST")
    fake.sign_in()
    assert send(fake, logout(fake, **options)).status == 403
    assert fake.code() == code
    assert signed_in(fake)


def test_redirect_signature_by_another_key(org):
    fake = connect(org)
    fake.sign_in()
    assert by_redirect(fake, logout(fake, sign=False), by=key("stranger")).status == 403
    assert fake.code() == "signature" and signed_in(fake)


@pytest.mark.parametrize("change", [
    lambda good, bad: good + "&" + bad.split("&")[0].replace("SAMLRequest", "SAML%52equest"),
    lambda good, bad: bad.split("&")[0] + "&" + good,
    lambda good, bad: good + "&" + bad.split("&")[0],
    lambda good, bad: good + "&SAMLResponse=eA%3D%3D",
    lambda good, bad: "RelayState=evil&" + good + "&RelayState=good",
    lambda good, bad: good.replace("&", ";"),
])
def test_redirect_queries_that_say_two_things(org, change):
    fake = connect(org)
    fake.sign_in("u-1")
    good = query_of(logout(fake, subject="other", sign=False), key("idp"))
    bad = query_of(logout(fake, subject="u-1", sign=False, id="_l2"), key("stranger"))
    assert Browser().request("GET", fake.made["slo_url"] + "?" + change(good, bad)).status in (400, 403)
    assert signed_in(fake)


def test_other_connection_and_other_tenant(server):
    mine, theirs = (connect(server.new_org(default_role="AN"), "SOAP") for _ in range(2))
    mine.sign_in("u-1")
    theirs.sign_in("u-1", email="x@other.example")
    # the same provider, key and NameID: the other's session is not touched
    assert by_soap(theirs, logout(theirs)).status == 200
    assert signed_in(mine) and not signed_in(theirs)


@pytest.mark.parametrize("binding", ["HTTP-Redirect", "HTTP-POST"])
def test_we_begin(org, binding):
    fake = connect(org, binding)
    fake.sign_in("u-1", session_index="_s77")
    browser = fake.browser
    page = browser.submit(browser.get(org.server.base + "/login").form)
    assert page.status == 303 and not signed_in(fake)
    page = browser.request("GET", urllib.parse.urljoin(page.url, page.location))
    if binding == "HTTP-POST":
        assert page.form.action == "https://idp.example/slo"
        root = etree.fromstring(base64.b64decode(page.form.fields["SAMLRequest"]))
        assert root.find(".//{%s}Signature" % idp.DS) is not None
    else:
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.location).query))
        assert query["Signature"]
        root = etree.fromstring(zlib.decompress(base64.b64decode(query["SAMLRequest"]), -15))
    name = root.find("{%s}NameID" % idp.SAML)
    assert (name.text, name.get("Format")) == ("u-1", PERSISTENT)
    assert root.find("{%s}SessionIndex" % idp.SAMLP).text == "_s77"
    assert root.get("Destination") == "https://idp.example/slo"


def test_provider_without_logout(org):
    fake = Fake(org)
    fake.sign_in()
    browser = fake.browser
    page = browser.submit(browser.get(org.server.base + "/login").form)
    assert page.status == 200 and "You are signed out" in page.text


@pytest.mark.parametrize("leave", ["x", "s1:x:y", ""])
def test_leaving_with_a_made_up_word(org, leave):
    fake = connect(org)
    page = Browser().request("GET", fake.made["slo_url"] + "?leave=" + leave)
    assert page.status == 403
