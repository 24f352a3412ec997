"""SAML attacks A18, A19, A47 to A52 and A56: bytes, envelopes, queries, logout."""
import base64
import resource
import urllib.parse
import zlib

import pytest
from lxml import etree

from harness import idp
from harness.idp import at
from harness.verdict import Attack, Desk, first, judge, replace


@pytest.fixture(scope="module")
def desk():
    return Desk()


def genuine(**options):
    return etree.tostring(idp.response(**options))


# A18, A19, A49, A52: bytes that are no plain XML in UTF-8

LAUGHS = "".join('<!ENTITY l%d "%s">' % (i, "&l%d;" % (i - 1) * 10) for i in range(1, 10))
DEEP = "".join('<x xmlns="urn:x">' for _ in range(40)) + "</x>" * 40


def before(text):
    return lambda data: text.encode() + data


def in_extensions(text):
    return {"extensions": "<samlp:Extensions>%s</samlp:Extensions>" % text}


ATTACKS = [
    Attack("A18 external entity", "doctype",
           text=before('<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>')),
    Attack("A18 external DTD", "doctype",
           text=before('<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd">')),
    Attack("A18 parameter entity", "doctype",
           text=before('<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:1/">%x;]>')),
    Attack("A18 entity without a declaration", "xml", text=replace(b">alice<", b">&alice;<")),
    Attack("A19 a billion laughs", "doctype",
           text=before('<!DOCTYPE r [<!ENTITY l0 "ha">%s]>' % LAUGHS)),
    Attack("A19 50,000 character references", "limits",
           text=replace(b">alice<", b">" + b"&#x61;" * 30000 + b"<")),
    Attack("A49 deep nesting", "limits", change=in_extensions(DEEP)),
    Attack("A49 many elements", "limits", change=in_extensions("<x xmlns='urn:x'/>" * 4001)),
    Attack("A49 many attributes", "limits", text=replace(
        b'ID="_a1"', b'ID="_a1" ' + b" ".join(b'a%d="1"' % i for i in range(5000)))),
    Attack("A49 many namespaces", "limits", text=replace(
        b'ID="_a1"', b'ID="_a1" ' + b" ".join(b'xmlns:n%d="urn:n"' % i for i in range(5000)))),
    Attack("A49 a long text", "limits", change=in_extensions("<x xmlns='urn:x'>%s</x>" % ("a " * 9000 + "."))),
    Attack("A49 200 KiB", "too_large", text=lambda data: data + b" " * 200 * 1024),
    Attack("A52 UTF-16", "encoding", 
           text=lambda data: base64.b64encode(data.decode().encode("utf-16"))),
    Attack("A52 UTF-7 declared", "encoding",
           text=before('<?xml version="1.0" encoding="UTF-7"?>')),
    Attack("A52 ISO-8859-2 declared", "encoding",
           text=before('<?xml version="1.0" encoding="ISO-8859-2"?>')),
    Attack("A52 Latin-1 under UTF-8", "encoding", text=replace(b">alice<", b">alic\xe9<")),
    Attack("A52 overlong", "encoding", text=replace(b">alice<", b">\xc1\xa1lice<")),
    Attack("A52 lone surrogate", "encoding", text=replace(b">alice<", b">\xed\xa0\x80<")),
    Attack("A52 NUL in the middle", "encoding", text=replace(b">alice<", b">al\0ice<")),
    Attack("A52 NUL at the end", "encoding", text=lambda data: data + b"\0<x/>"),
    Attack("A52 two roots", "xml", text=lambda data: data + b"<x/>"),
    Attack("A52 cut short", "xml", text=lambda data: data[:-3]),
    Attack("A17 another root", "structure", text=lambda data: b"<x>" + data + b"</x>"),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_attack_is_refused(desk, attack):
    judge(desk, attack)


@pytest.mark.parametrize("prolog", ["\ufeff", '<?xml version="1.0"?>', "\ufeff\n",
                                    "<?xml version='1.0' encoding='utf-8'?>\n"])
def test_plain_prologs_are_read(desk, prolog):
    assert desk.verify(prolog.encode() + genuine()).accepted


def test_A49_hostile_messages_cost_little(desk):
    """Less than the start of the program many times over."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    for attack in ATTACKS:
        desk.verify(attack.message())
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime
    assert used / len(ATTACKS) < 1


BASE64 = [
    ("url-safe", lambda t: t.replace("+", "-").replace("/", "_").replace("A", "-", 1)),
    ("no padding", lambda t: t.rstrip("=")),
    ("padding inside", lambda t: t[:8] + "=" + t[9:]),
    ("more after the padding", lambda t: t + "QUJD"),
    ("NUL", lambda t: t[:8] + "\0" + t[9:]),
    ("percent-encoded twice", lambda t: t.replace("=", "%3D")),
    ("unused bits", lambda t: t[:-2] + chr(ord(t[-2]) + 1) + "="),
    ("a letter too many", lambda t: t + "A"),
    ("nothing", lambda t: ""),
]


@pytest.mark.parametrize("how", [c[1] for c in BASE64], ids=[c[0] for c in BASE64])
def test_A51_base64_has_one_form(desk, how):
    data = genuine()
    data += b" " * ((2 - len(data)) % 3)     # one "=" at the end
    text = base64.b64encode(data).decode()
    assert text.endswith("=") and not text.endswith("==")
    assert desk.verify(text.encode()).accepted
    assert desk.verify("\r\n".join(text[i:i + 76] for i in range(0, len(text), 76)).encode()).accepted
    assert desk.verify(how(text).encode()).code == "base64"


def short(value):
    """Names of cases: the code, not the message."""
    return "accepted" if value is None else value if len(value) < 20 else "message"


# A48: SOAP

def artifact(inner, issuer=idp.IDP, sign=False, to="_res1", by="idp"):
    text = ('<samlp:ArtifactResponse xmlns:samlp="%s" ID="_ar" Version="2.0" IssueInstant="%s" '
            'InResponseTo="%s"><saml:Issuer xmlns:saml="%s">%s</saml:Issuer><samlp:Status>'
            '<samlp:StatusCode Value="%s"/></samlp:Status>%s</samlp:ArtifactResponse>' % (
                idp.SAMLP, at(-1), to, idp.SAML, issuer, idp.SUCCESS, inner.decode()))
    made = etree.fromstring(text)
    if sign:
        idp.sign(made, idp.key(by))
    return etree.tostring(made)


def envelope(body, header="", soap=idp.SOAP, more=""):
    return ('<soap:Envelope xmlns:soap="%s">%s<soap:Body>%s</soap:Body>%s</soap:Envelope>' % (
        soap, header, body.decode(), more)).encode()


SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
FORGED = genuine(name_id="<saml:NameID>admin</saml:NameID>", sign=())
UNSIGNED = genuine(sign=())


@pytest.mark.parametrize("code, message", [
    (None, envelope(artifact(genuine()))),
    (None, envelope(artifact(UNSIGNED, sign=True))),
    (None, envelope(artifact(genuine()), header="<soap:Header/>")),
    ("unsigned", envelope(artifact(UNSIGNED))),
    ("signature", envelope(artifact(UNSIGNED, sign=True, by="stranger"))),
    ("assertions", envelope(
        artifact(FORGED), header="<soap:Header><x xmlns='urn:x'><soap:Body>%s</soap:Body></x>"
        "</soap:Header>" % genuine(id="_r2", assertion_id="_a2").decode())),
    ("soap", envelope(artifact(genuine()), more="<soap:Body/>")),
    ("soap", envelope(artifact(genuine()) + b"<x xmlns='urn:x'/>")),
    ("soap", envelope(artifact(genuine()), soap=SOAP12)),
    ("soap", envelope(genuine())),
    ("soap", artifact(genuine())),
    ("issuer", envelope(artifact(genuine(), issuer="https://other.example"))),
    ("issuer", envelope(artifact(genuine(issuer="https://other.example")))),
    ("in_response_to", envelope(artifact(genuine(), to="_res2"))),
    ("structure", envelope(artifact(b""))),
], ids=short)
def test_A48_artifact_responses(desk, code, message):
    verdict = desk.verify(message, artifact_request="_res1")
    assert verdict.code == code and verdict.accepted == (code is None), verdict


# A47, A50, A56: logout

def logout_request(inner="<saml:NameID>alice</saml:NameID><samlp:SessionIndex>_s1</samlp:SessionIndex>",
                   sign="idp", name="LogoutRequest", issuer=idp.IDP, issued=at(-5), to=idp.SLO,
                   more=""):
    made = etree.fromstring(
        '<samlp:%s xmlns:samlp="%s" xmlns:saml="%s" ID="_l1" Version="2.0" IssueInstant="%s"%s%s>'
        "<saml:Issuer>%s</saml:Issuer>%s</samlp:%s>" % (
            name, idp.SAMLP, idp.SAML, issued, idp.optional("Destination", to), more, issuer, inner,
            name))
    if sign:
        idp.sign(made, idp.key(sign))
    return etree.tostring(made)


DONE = '<samlp:Status><samlp:StatusCode Value="%s"/></samlp:Status>' % idp.SUCCESS


def deflate(data):
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def query(message, by="idp", method=idp.RSA_SHA256, relay="r s", name="SAMLRequest", packed=None):
    value = base64.b64encode(deflate(message) if packed is None else packed)
    parts = [(name, value)] + ([("RelayState", relay)] if relay is not None else [])
    text = urllib.parse.urlencode(parts + [("SigAlg", method)])
    signer = idp.key(by) if isinstance(by, str) else by
    signed = base64.b64encode(idp.raw_signature(signer, method, text.encode()))
    return text + "&" + urllib.parse.urlencode({"Signature": signed})


def logout(desk, message):
    return desk.verify(message, acs=None, request_id=None, slo=idp.SLO)


@pytest.mark.parametrize("code, message", [
    (None, logout_request()),
    (None, envelope(logout_request(to=None))),
    (None, logout_request(DONE, name="LogoutResponse", more=' InResponseTo="_o1"')),
    ("unsigned", logout_request(sign=None)),
    ("unsigned", logout_request(DONE, name="LogoutResponse", sign=None)),
    ("signature", logout_request(sign="stranger")),
    ("signature", replace(b">alice<", b">admin<")(logout_request())),
    ("markup", replace(b">alice<", b">al<!---->ice<")(logout_request())),
    ("issuer", logout_request(issuer="https://other.example")),
    ("destination", logout_request(to=idp.ACS)),
    ("destination", logout_request(to=None)),
    ("issue_instant", logout_request(issued=at(-3600))),
    ("expired", logout_request(more=' NotOnOrAfter="%s"' % at(-181))),
    ("name_id", logout_request("")),
    ("name_id", logout_request("<saml:NameID>a</saml:NameID>" * 2)),
    ("name_id", logout_request("<saml:NameID/>")),
    ("logout", genuine()),
    ("logout", logout_request(name="AuthnRequest")),
    ("assertions", logout_request("<saml:NameID>a</saml:NameID><samlp:Extensions>%s"
                                  "</samlp:Extensions>" % logout_request(sign=None)
                                  .decode().replace("_l1", "_l2"))),
    ("soap", envelope(logout_request(), more="<soap:Body>x</soap:Body>")),
], ids=short)
def test_A56_logout_messages(desk, code, message):
    verdict = logout(desk, message)
    assert verdict.code == code and verdict.accepted == (code is None), verdict


PLAIN = logout_request(sign=None)
GOOD = query(PLAIN)
EVIL = urllib.parse.quote(base64.b64encode(deflate(PLAIN.replace(b"alice", b"admin"))))
HMAC = idp.MORE + "hmac-sha256"


def unsigned(text):
    return text[:text.index("&Signature")]


@pytest.mark.parametrize("code, text", [
    (None, GOOD),
    (None, query(PLAIN, relay=None)),
    (None, query(PLAIN, by="ec256", method=idp.MORE + "ecdsa-sha256")),
    (None, GOOD + "&client-request-id=1"),
    (None, query(logout_request(DONE, name="LogoutResponse", sign=None), name="SAMLResponse")),
    ("unsigned", unsigned(GOOD) + "&xSignature=1"),
    ("signature", query(PLAIN, by="stranger")),
    ("signature", GOOD.replace("RelayState=r", "RelayState=x")),
    ("signature", GOOD.replace("RelayState=r+s", "RelayState=r%20s")),
    ("signature", GOOD.replace("RelayState=r+s&", "")),
    ("query", GOOD + "&SAMLRequest=" + EVIL),
    ("query", "SAMLRequest=" + EVIL + "&" + GOOD),
    ("query", GOOD + "&SAML%52equest=" + EVIL),
    ("query", "RelayState=evil&" + GOOD),
    ("query", GOOD + "&Relay%53tate=evil"),
    ("query", GOOD + ";RelayState=evil"),
    ("query", GOOD + "&SAMLResponse=" + EVIL),
    ("query", GOOD + "&SigAlg=" + urllib.parse.quote(idp.RSA_SHA1)),
    ("query", GOOD + "&SAMLEncoding=urn:x"),
    ("query", query(PLAIN, name="SAMLResponse")),
    ("algorithm", query(PLAIN, by=idp.key("idp").der, method=HMAC)),
    ("algorithm", query(PLAIN, by=idp.key("idp").pem, method=HMAC)),
    ("sha1", query(PLAIN, method=idp.RSA_SHA1)),
    ("signature_shape", query(logout_request())),
    ("inflate", query(PLAIN, packed=deflate(PLAIN) + b"more")),
    ("inflate", query(PLAIN, packed=deflate(PLAIN) * 2)),
    ("inflate", query(PLAIN, packed=zlib.compress(PLAIN))),
    ("inflate", query(PLAIN, packed=deflate(PLAIN)[:-4])),
    ("too_large", query(deflate(b""), packed=deflate(b" " * 60_000_000))),
    ("logout", query(logout_request(name="AuthnRequest", sign=None))),
    ("destination", query(logout_request(sign=None, to=None))),
], ids=short)
def test_A47_A50_redirect_queries(desk, code, text):
    verdict = logout(desk, text.encode())
    assert verdict.code == code and verdict.accepted == (code is None), verdict


def test_what_a_logout_says(desk):
    said = logout(desk, GOOD.encode()).said
    assert said["message"] == "LogoutRequest" and said["relay_state"] == "r s"
    assert said["name_id"]["value"] == "alice" and said["session_indexes"] == ["_s1"]
    said = logout(desk, logout_request(DONE, name="LogoutResponse",
                                       more=' InResponseTo="_o1"')).said
    assert said["in_response_to"] == "_o1" and said["status"] == idp.SUCCESS
    assert first(etree.fromstring(PLAIN), "s:NameID").text == "alice"
