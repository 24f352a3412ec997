"""SAML attacks A20 to A30: algorithms, keys, encryption, whose key it is."""
import base64
import http.server
import re
import threading

import pytest
from lxml import etree

from harness import idp
from harness.verdict import Attack, Desk, first, judge

R = {"sign": ("response",)}
DSIG11 = "http://www.w3.org/2009/xmldsig11#"
XSLT = "http://www.w3.org/TR/1999/REC-xslt-19991116"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
BOMB = """<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0">
<xsl:template match="/"><xsl:call-template name="r"><xsl:with-param name="n" select="24"/>
</xsl:call-template></xsl:template><xsl:template name="r"><xsl:param name="n"/>
<xsl:if test="$n"><xsl:call-template name="r"><xsl:with-param name="n" select="$n - 1"/>
</xsl:call-template><xsl:call-template name="r"><xsl:with-param name="n" select="$n - 1"/>
</xsl:call-template></xsl:if></xsl:template></xsl:stylesheet>"""


@pytest.fixture(scope="module")
def desk():
    return Desk()


@pytest.fixture
def listener():
    """A web server on loopback that remembers what was asked of it."""
    asked = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x", asked
    server.shutdown()
    server.server_close()


def transform(uri, text=None):
    def edit(signature):
        made = idp.method_element(first(signature, "d:Transforms"), "Transform", uri)
        if text:
            made.append(etree.fromstring(text))
    return {"signing": {"change": edit}}


def cipher_reference(url, inner=""):
    reference = ('<xenc:CipherReference xmlns:xenc="%s" xmlns:ds="%s" URI="%s">%s'
                 '</xenc:CipherReference>' % (idp.XENC, idp.DS, url, inner))
    return lambda data: re.sub(
        rb"<xenc:CipherValue>[^<]*</xenc:CipherValue>(?=</xenc:CipherData></xenc:EncryptedData>)",
        reference.encode(), data)


def key_info(text):
    def edit(root):
        info = first(root, "d:KeyInfo")
        info[:] = [etree.fromstring(text)]
    return edit


def child_of_method(root):
    idp.sub(first(root, "d:SignatureMethod"), "HMACOutputLength", "8")


def flip(tag, at):
    """One byte of the n-th CipherValue."""
    def edit(data):
        found = list(re.finditer(rb"<xenc:CipherValue>([^<]*)<", data))[tag]
        raw = bytearray(base64.b64decode(found.group(1)))
        raw[at] ^= 1
        return data[:found.start(1)] + base64.b64encode(bytes(raw)) + data[found.end(1):]
    return edit


def forged_encrypted(**options):
    inner = idp.assertion(name_id="<saml:NameID>admin</saml:NameID>", assertion_id="_evil",
                          **options)
    return etree.fromstring('<saml:EncryptedAssertion xmlns:saml="%s">%s</saml:EncryptedAssertion>'
                            % (idp.SAML, idp.encrypt(idp.c14n(inner), idp.key("sp"))))


def beside(first_one):
    def edit(root):
        other = forged_encrypted(sign=())
        real = first(root, "s:Assertion")
        real.addprevious(other) if first_one else real.addnext(other)
    return edit


def swap_encrypted(**options):
    def edit(root):
        old = first(root, "s:EncryptedAssertion")
        old.getparent().replace(old, forged_encrypted(**options))
    return edit


IDP_KEY = idp.key("idp")
E = {"encrypt": "sp"}
SIGNED_E = {"encrypt": "sp", "sign": ("response",)}
CBC = {**SIGNED_E, "encrypting": {"cipher": idp.CBC}}

ATTACKS = [
    Attack("A20 XSLT", "algorithm", change=transform(XSLT, BOMB)),
    Attack("A20 three transforms", "signature_shape", change=transform(idp.EXC)),
    Attack("A20 XSLT instead of c14n", "algorithm",
           change={"signing": {"transforms": (idp.ENVELOPED, XSLT)}}),
    Attack("A20 XPath", "algorithm", change={"signing": {"transforms": (idp.ENVELOPED, XPATH)}}),
    Attack("A20 base64", "algorithm",
           change={"signing": {"transforms": (idp.ENVELOPED, idp.DS + "base64")}}),
    Attack("A20 c14n first", "signature_shape",
           change={"signing": {"transforms": (idp.EXC, idp.ENVELOPED)}}),
    Attack("A20 no enveloped", "signature_shape",
           change={"signing": {"transforms": (idp.EXC,)}}),
    Attack("A20 XSLT in CipherReference", "external", twin=E, text=cipher_reference(
        "", '<xenc:Transforms><ds:Transform Algorithm="%s">%s</ds:Transform></xenc:Transforms>'
        % (XSLT, BOMB))),
    Attack("A22 own key and certificate", "signature", change={"by": "stranger"}),
    Attack("A22 own key, genuine certificate", "signature",
           change={"by": "stranger", "signing": {"certificate": IDP_KEY}}),
    Attack("A23 HMAC with the certificate's DER", "algorithm",
           change={"by": IDP_KEY.der, "signing": {"method": idp.MORE + "hmac-sha256"}}),
    Attack("A23 HMAC with the certificate's PEM", "algorithm",
           change={"by": IDP_KEY.pem, "signing": {"method": idp.MORE + "hmac-sha256"}}),
    Attack("A23 HMAC-SHA1", "algorithm",
           change={"by": IDP_KEY.der, "signing": {"method": idp.DS + "hmac-sha1"}}),
    Attack("A24 RSA-SHA1", "sha1", change={"signing": {"method": idp.RSA_SHA1}}),
    Attack("A24 SHA-1 digest", "sha1", change={"signing": {"digest_method": idp.SHA1}}),
    Attack("A24 RSA-MD5", "algorithm",
           change={"signing": {"method": "http://www.w3.org/2001/04/xmldsig-more#rsa-md5"}}),
    Attack("A24 MD5 digest", "algorithm",
           change={"signing": {"digest_method": "http://www.w3.org/2001/04/xmldsig-more#md5"}}),
    Attack("A24 DSA", "algorithm", change={"signing": {"method": idp.DS + "dsa-sha1"}}),
    Attack("A24 RSA under an ECDSA name", "signature",
           change={"signing": {"method": idp.MORE + "ecdsa-sha256"}}),
    Attack("A24 ECDSA under an RSA name", "signature",
           change={"by": "ec256", "signing": {"method": idp.RSA_SHA256}}),
    Attack("A24 RSA 1.5 wraps the key", "algorithm", twin=E,
           change={"encrypting": {"transport": idp.XENC + "rsa-1_5"}}),
    Attack("A24 triple DES", "algorithm", twin=SIGNED_E, args={"allow": "cbc"},
           change={"encrypting": {"cipher": idp.XENC + "tripledes-cbc"}}),
    Attack("A26 HMACOutputLength", "signature_shape", mutate=child_of_method),
    Attack("A27 encrypted forged before the signed", "assertions", mutate=beside(True)),
    Attack("A27 encrypted forged after the signed", "assertions", mutate=beside(False)),
    Attack("A27 encrypted and unsigned", "unsigned", twin=E, mutate=swap_encrypted(sign=())),
    Attack("A27 encrypted, signed by a stranger", "signature", twin=E,
           mutate=swap_encrypted(by="stranger")),
    Attack("A27 encrypted, response signed for another", "signature", twin=SIGNED_E,
           mutate=swap_encrypted(sign=())),
    Attack("A27 plain where encryption is demanded", "plain", twin=E, change={"encrypt": None},
           args={"want": "encrypted"}),
    Attack("A28 flipped data", "decrypt", twin=E, text=flip(1, 20)),
    Attack("A28 flipped tag", "decrypt", twin=E, text=flip(1, -1)),
    Attack("A28 flipped key", "decrypt", twin=E, text=flip(0, 5)),
    Attack("A28 another's key", "decrypt", twin=E, change={"encrypt": "stranger"}),
    Attack("A28 another's recipient", "decrypt", twin=E,
           change={"encrypting": {"recipient": "https://other.example"}}),
    Attack("A28 CBC, not allowed", "cbc", twin=CBC, args={"allow": "cbc"},
           bad_args={"allow": None}),
    Attack("A28 CBC in an unsigned response", "cbc", twin=CBC, args={"allow": "cbc"},
           change={"sign": ("assertion",)}),
    Attack("A29 another IdP's key", "signature", change={"by": "other idp"}),
    Attack("A29 another IdP's name, ours key", "issuer",
           change={"assertion_issuer": "https://other.example"}),
    Attack("A29 another IdP's name on the response", "issuer",
           change={"issuer": "https://other.example"}),
    Attack("A29 no issuer in the assertion", "issuer", change={"assertion_issuer": None}),
    Attack("A29 issuer with a blank", "issuer", change={"assertion_issuer": idp.IDP + " "}),
    Attack("A29 issuer of another format", "issuer",
           change={"issuer_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"}),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_attack_is_refused(desk, attack):
    judge(desk, attack)


def test_A21_nothing_is_fetched(desk, listener):
    url, asked = listener
    retrieval = '<ds:RetrievalMethod xmlns:ds="%s" URI="%s"/>' % (idp.DS, url)
    include = ('<saml:NameID>alice<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" '
               'href="%s" parse="text"/></saml:NameID>' % url)
    reference = '<d:KeyInfoReference xmlns:d="%s" URI="%s"/>' % (DSIG11, url)
    for attack in [
            Attack("CipherReference", "external", twin=E, text=cipher_reference(url)),
            Attack("CipherReference to a file", "external", twin=E,
                   text=cipher_reference("file:///etc/passwd")),
            Attack("RetrievalMethod", "external", mutate=key_info(retrieval)),
            Attack("KeyInfoReference", "external", mutate=key_info(reference)),
            Attack("Reference", "signature_shape", change={"signing": {"uri": url}}),
            Attack("XInclude", "text", change={"name_id": include}),
    ]:
        judge(desk, attack)
    assert asked == []


def test_A22_a_certificate_of_a_stranger_beside_the_right_key_is_ignored(desk):
    message = idp.response(signing={"certificate": idp.key("stranger")})
    assert desk.verify(etree.tostring(message)).accepted


def test_A24_sha1_is_accepted_with_a_warning_where_allowed(desk):
    message = idp.response(signing={"method": idp.RSA_SHA1, "digest_method": idp.SHA1})
    verdict = desk.verify(etree.tostring(message), allow="sha1")
    assert verdict.accepted and verdict.said["warnings"] == ["sha1"]


def test_A25_a_weak_key_is_refused_with_the_metadata(desk):
    weak = desk.write("weak.xml", idp.metadata(idp.key("weak", 1024)))
    message = etree.tostring(idp.response(by=idp.key("weak", 1024)))
    verdict = desk.verify(message, metadata=weak)
    assert verdict.status == 1 and not verdict.out and "2048" in verdict.err


def test_A28_every_flipped_byte_gets_the_same_answer(desk):
    message = etree.tostring(idp.response(**E))
    answers = {desk.verify(flip(tag, at)(message)).out
               for tag, at in [(0, 0), (0, 100), (0, -1), (1, 0), (1, 12), (1, 40), (1, -1)]}
    assert len(answers) == 1 and "refused: decrypt" in answers.pop()


def test_A28_cbc_in_a_signed_response_where_allowed(desk):
    verdict = desk.verify(etree.tostring(idp.response(**CBC)), allow="cbc")
    assert verdict.accepted and verdict.said["warnings"] == ["cbc"]


def test_A30_one_entity_id_in_two_connections(desk):
    """The keys of the connection count, not the name."""
    other = desk.write("other.xml", idp.metadata(idp.key("other idp")))
    ours, theirs = (etree.tostring(idp.response(by=by)) for by in ("idp", "other idp"))
    assert desk.verify(ours).accepted
    assert desk.verify(theirs, metadata=other).accepted
    assert desk.verify(ours, metadata=other).code == "signature"
    assert desk.verify(theirs).code == "signature"


@pytest.mark.parametrize("by, method, digest", [
    ("idp", idp.RSA_SHA256, idp.SHA256),
    ("idp2", idp.MORE + "rsa-sha384", idp.MORE + "sha384"),
    ("idp", idp.MORE + "rsa-sha512", idp.XENC + "sha512"),
    ("ec256", idp.MORE + "ecdsa-sha256", idp.SHA256),
    ("ec256", idp.MORE + "ecdsa-sha512", idp.XENC + "sha512"),
])
def test_good_algorithms_and_each_pinned_key(desk, by, method, digest):
    verdict = desk.verify(etree.tostring(
        idp.response(by=by, signing={"method": method, "digest_method": digest})))
    assert verdict.accepted, verdict
    assert verdict.said["signed_by"] == ["idp", "idp2", "ec256"].index(by)


@pytest.mark.parametrize("encrypting", [
    {}, {"cipher": idp.XENC11 + "aes128-gcm"}, {"recipient": idp.SP}, {"oaep": "sha256"},
    {"transport": idp.OAEP11, "oaep": "sha256", "mgf": "sha256"},
    {"transport": idp.OAEP11, "oaep": "sha1", "mgf": "sha1"},
])
def test_good_encryption(desk, encrypting):
    verdict = desk.verify(etree.tostring(idp.response(encrypt="sp", encrypting=encrypting)))
    assert verdict.accepted, verdict
    assert verdict.said["encrypted"] and verdict.said["name_id"]["value"] == "alice"


def test_an_encrypted_name_under_a_signed_assertion(desk):
    name = etree.tostring(etree.fromstring('<saml:NameID xmlns:saml="%s">bob</saml:NameID>'
                                           % idp.SAML))
    hidden = "<saml:EncryptedID>%s</saml:EncryptedID>" % idp.encrypt(name, idp.key("sp"))
    message = etree.tostring(idp.response(name_id=hidden))
    assert desk.verify(message).said["name_id"]["value"] == "bob"
    other = "<saml:EncryptedID>%s</saml:EncryptedID>" % idp.encrypt(name, idp.key("sp"))
    swapped = re.sub(rb"<saml:EncryptedID>.*</saml:EncryptedID>", lambda _: other.encode(), message)
    assert desk.verify(swapped).code == "signature"
