"""An identity provider that writes what it is told, also what no honest one would.

Messages are made of plain options and signed by our own few lines over lxml's
canonical XML, so that every part of a signature can be wrong in a chosen way.
"""
import base64
import copy
import datetime
import functools
import hashlib
import hmac
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
DS = "http://www.w3.org/2000/09/xmldsig#"
MORE = "http://www.w3.org/2001/04/xmldsig-more#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
INC = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
ENVELOPED = DS + "enveloped-signature"
RSA_SHA256, RSA_SHA1 = MORE + "rsa-sha256", DS + "rsa-sha1"
SHA256, SHA1 = XENC + "sha256", DS + "sha1"
GCM, CBC = XENC11 + "aes256-gcm", XENC + "aes128-cbc"
OAEP, OAEP11 = XENC + "rsa-oaep-mgf1p", XENC11 + "rsa-oaep"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"

NS = {"s": SAML, "p": SAMLP, "d": DS, "e": XENC, "soap": SOAP}

IDP = "https://idp.example/metadata"
SP = "https://roster.example/saml/c1/metadata"
ACS = "https://roster.example/saml/c1/acs"
SLO = "https://roster.example/saml/c1/slo"
NOW = "2026-01-02T03:04:05Z"


def at(seconds):
    """A time that many seconds from NOW."""
    now = datetime.datetime(2026, 1, 2, 3, 4, 5) + datetime.timedelta(seconds=seconds)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


class Key:
    """A key pair with a certificate of its own making."""

    def __init__(self, private):
        self.private = private
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp")])
        builder = (x509.CertificateBuilder().subject_name(name).issuer_name(name)
                   .public_key(private.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(datetime.datetime(2020, 1, 1))
                   .not_valid_after(datetime.datetime(2021, 1, 1)))
        cert = builder.sign(private, hashes.SHA256())
        self.der = cert.public_bytes(serialization.Encoding.DER)
        self.pem = cert.public_bytes(serialization.Encoding.PEM)
        self.private_pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption())

    @property
    def base64(self):
        return base64.b64encode(self.der).decode()


@functools.lru_cache(None)
def key(name, bits=2048, exponent=65537):
    """The key of this name; "ec..." are elliptic."""
    curves = {"ec256": ec.SECP256R1, "ec384": ec.SECP384R1, "ec521": ec.SECP521R1}
    if name in curves:
        return Key(ec.generate_private_key(curves[name]()))
    return Key(rsa.generate_private_key(exponent, bits))


def metadata(*keys, entity_id=IDP):
    descriptors = "".join(
        '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="%s"><ds:X509Data><ds:X509Certificate>'
        '%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>' % (DS, k.base64)
        for k in keys)
    return (
        '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s">'
        '<md:IDPSSODescriptor protocolSupportEnumeration="%s">%s'
        '<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" '
        'Location="https://idp.example/sso"/></md:IDPSSODescriptor></md:EntityDescriptor>'
        % (entity_id, SAMLP, descriptors)).encode()


# Canonical XML and signatures

def c14n(node, how=EXC, prefixes=None):
    return etree.tostring(node, method="c14n", exclusive=not how.startswith(INC[:30]),
                          with_comments=how.endswith("WithComments"),
                          inclusive_ns_prefixes=prefixes)


def digest(uri, data):
    name = {"sha1": "sha1", "sha256": "sha256", "sha384": "sha384", "sha512": "sha512",
            "md5": "md5"}[uri.rsplit("#", 1)[1]]
    return base64.b64encode(hashlib.new(name, data).digest()).decode()


def hash_of(method):
    for name, made in (("sha1", hashes.SHA1), ("sha256", hashes.SHA256),
                       ("sha384", hashes.SHA384), ("sha512", hashes.SHA512),
                       ("md5", hashes.MD5)):
        if method.endswith(name):
            return made()
    return hashes.SHA256()


def raw_signature(key_, method, data):
    """key_: a Key, or bytes for HMAC."""
    if isinstance(key_, bytes):
        return hmac.new(key_, data, hash_of(method).name).digest()
    chosen = hash_of(method)
    if isinstance(key_.private, rsa.RSAPrivateKey):
        return key_.private.sign(data, padding.PKCS1v15(), chosen)
    r, s = utils.decode_dss_signature(key_.private.sign(data, ec.ECDSA(chosen)))
    size = (key_.private.curve.key_size + 7) // 8
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def sub(parent, name, text=None, **attributes):
    child = etree.SubElement(parent, "{%s}%s" % (DS, name), **attributes)
    child.text = text
    return child


def method_element(parent, name, uri, prefixes=None):
    made = sub(parent, name, Algorithm=uri)
    if prefixes:
        etree.SubElement(made, "{%s}InclusiveNamespaces" % EXC, PrefixList=prefixes,
                         nsmap={"ec": EXC})
    return made


def sign(node, by, method=RSA_SHA256, digest_method=SHA256, c14n_method=EXC,
         transforms=(ENVELOPED, EXC), uri=None, targets=None, certificate=None, prefixes=None,
         value=None, last=False, change=None):
    """Signs node in place.  targets: further elements, each a Reference of its own;
    change: called with the Signature before SignedInfo is signed."""
    listed = prefixes.split() if prefixes else None
    references = [(("#" + node.get("ID")) if uri is None else uri, node)]
    references += [("#" + t.get("ID"), t) for t in targets or ()]
    signature = etree.Element("{%s}Signature" % DS, nsmap={"ds": DS})
    info = sub(signature, "SignedInfo")
    method_element(info, "CanonicalizationMethod", c14n_method)
    sub(info, "SignatureMethod", Algorithm=method)
    how = next((t for t in transforms if "c14n" in t), INC)
    for target_uri, target in references:
        reference = sub(info, "Reference")
        if target_uri is not False:
            reference.set("URI", target_uri)
        list_ = sub(reference, "Transforms")
        for t in transforms:
            method_element(list_, "Transform", t, prefixes if "exc-c14n" in t else None)
        sub(reference, "DigestMethod", Algorithm=digest_method)
        data = c14n(target, how, listed)
        sub(reference, "DigestValue", value or digest(digest_method, data))
    signed = sub(signature, "SignatureValue")
    shown = certificate or (by if isinstance(by, Key) else None)
    if shown:
        sub(sub(sub(signature, "KeyInfo"), "X509Data"), "X509Certificate", shown.base64)
    if last:
        node.append(signature)
    else:
        node.insert(1, signature)
    if change:
        change(signature)
    signed.text = base64.b64encode(raw_signature(by, method, c14n(info, c14n_method))).decode()
    return signature


# Encryption

def encrypt(plain, to, cipher=GCM, transport=OAEP, oaep="sha1", mgf=None, wrap=None, recipient=None):
    """EncryptedData with its EncryptedKey in the KeyInfo, as text."""
    size = {"128": 16, "192": 24, "256": 32, "des": 24}[cipher[len(cipher.rsplit("#")[0]) + 1:]
                                                      .replace("tripledes", "des")
                                                      .replace("aes", "")[:3]]
    secret = os.urandom(size)
    iv = os.urandom(12 if "gcm" in cipher else 8 if "des" in cipher else 16)
    if "gcm" in cipher:
        sealed = iv + AESGCM(secret).encrypt(iv, plain, None)
    else:
        block = len(iv)
        pad = block - len(plain) % block
        made = algorithms.TripleDES if "des" in cipher else algorithms.AES
        run = Cipher(made(secret), modes.CBC(iv)).encryptor()
        sealed = iv + run.update(plain + bytes(pad - 1) + bytes([pad])) + run.finalize()
    choose = {"sha1": hashes.SHA1, "sha256": hashes.SHA256}
    if wrap:
        wrapped = wrap(secret)
    elif transport.endswith("rsa-1_5"):
        wrapped = to.private.public_key().encrypt(secret, padding.PKCS1v15())
    else:
        wrapped = to.private.public_key().encrypt(
            secret, padding.OAEP(padding.MGF1(choose[mgf or "sha1"]()), choose[oaep](), None))
    uri = {"sha1": SHA1, "sha256": SHA256}[oaep]
    extra = '<ds:DigestMethod Algorithm="%s"/>' % uri
    if mgf:
        extra += '<xenc11:MGF xmlns:xenc11="%s" Algorithm="%smgf1%s"/>' % (XENC11, XENC11, mgf)
    return (
        '<xenc:EncryptedData xmlns:xenc="%s" xmlns:ds="%s" Type="%sElement">'
        '<xenc:EncryptionMethod Algorithm="%s"/><ds:KeyInfo><xenc:EncryptedKey%s>'
        '<xenc:EncryptionMethod Algorithm="%s">%s</xenc:EncryptionMethod><xenc:CipherData>'
        '<xenc:CipherValue>%s</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo>'
        '<xenc:CipherData><xenc:CipherValue>%s</xenc:CipherValue></xenc:CipherData>'
        '</xenc:EncryptedData>' % (
            XENC, DS, XENC, cipher, ' Recipient="%s"' % recipient if recipient else "", transport,
            extra if "oaep" in transport else "",
            base64.b64encode(wrapped).decode(), base64.b64encode(sealed).decode()))


# Messages

def element(name, text):
    return "" if text is None else "<saml:%s>%s</saml:%s>" % (name, text, name)


def attribute(name, *values, more=""):
    return '<saml:Attribute Name="%s"%s>%s</saml:Attribute>' % (
        name, more, "".join("<saml:AttributeValue>%s</saml:AttributeValue>" % v for v in values))


def optional(name, value):
    return "" if value is None else ' %s="%s"' % (name, value)


DEFAULTS = dict(
    id="_r1", assertion_id="_a1", version="2.0", assertion_version="2.0", issued=at(-5),
    assertion_issued=at(-5), destination=ACS, in_response_to="_q1", bearer_answers="same",
    issuer=IDP, assertion_issuer=IDP, issuer_format=None,
    status='<samlp:StatusCode Value="%s"/>' % SUCCESS, extensions="", advice="",
    name_id="<saml:NameID>alice</saml:NameID>", method=BEARER, recipient=ACS,
    bearer_not_before=None, bearer_end=at(300), confirmations=None, subject=None,
    not_before=at(-60), end=at(300), audiences=((SP,),), conditions="", conditions_element=None,
    authn_instant=at(-10), session_end=at(28800), session_index="_s1",
    context=PASSWORD, authn=None,
    attributes=attribute("mail", "alice@example.com") + attribute("groups", "staff", "qa"),
    statements="", sign=("assertion",), by="idp", response_by=None, signing={},
    response_signing=None, encrypt=None, encrypting={}, beside="", namespaces="")


def subject(o):
    confirmations = o["confirmations"]
    if confirmations is None:
        answers = o["in_response_to"] if o["bearer_answers"] == "same" else o["bearer_answers"]
        confirmations = (
            '<saml:SubjectConfirmation Method="%s"><saml:SubjectConfirmationData%s%s%s%s/>'
            '</saml:SubjectConfirmation>' % (
                o["method"], optional("Recipient", o["recipient"]),
                optional("NotBefore", o["bearer_not_before"]),
                optional("NotOnOrAfter", o["bearer_end"]), optional("InResponseTo", answers)))
    if o["subject"] is not None:
        return o["subject"]
    return "<saml:Subject>%s%s</saml:Subject>" % (o["name_id"], confirmations)


def conditions(o):
    if o["conditions_element"] is not None:
        return o["conditions_element"]
    restrictions = "".join(
        "<saml:AudienceRestriction>%s</saml:AudienceRestriction>"
        % "".join(element("Audience", a) for a in audiences) for audiences in o["audiences"])
    return "<saml:Conditions%s%s>%s%s</saml:Conditions>" % (
        optional("NotBefore", o["not_before"]), optional("NotOnOrAfter", o["end"]), restrictions,
        o["conditions"])


def authn(o):
    if o["authn"] is not None:
        return o["authn"]
    return (
        "<saml:AuthnStatement%s%s%s><saml:AuthnContext>%s</saml:AuthnContext></saml:AuthnStatement>"
        % (optional("AuthnInstant", o["authn_instant"]),
           optional("SessionNotOnOrAfter", o["session_end"]),
           optional("SessionIndex", o["session_index"]),
           element("AuthnContextClassRef", o["context"])))


def assertion_text(o):
    format_ = optional("Format", o["issuer_format"])
    issuer = ("" if o["assertion_issuer"] is None
              else "<saml:Issuer%s>%s</saml:Issuer>" % (format_, o["assertion_issuer"]))
    attributes = o["attributes"]
    if attributes:
        attributes = "<saml:AttributeStatement>%s</saml:AttributeStatement>" % attributes
    return (
        '<saml:Assertion xmlns:saml="%s" ID="%s"%s%s%s>%s%s%s%s%s%s%s</saml:Assertion>'
        % (SAML, o["assertion_id"], optional("Version", o["assertion_version"]),
           optional("IssueInstant", o["assertion_issued"]), o["namespaces"], issuer, subject(o),
           conditions(o), o["advice"], authn(o), attributes, o["statements"]))


def response_text(o, inner):
    status = "" if o["status"] is None else "<samlp:Status>%s</samlp:Status>" % o["status"]
    issuer = ("" if o["issuer"] is None
              else '<saml:Issuer xmlns:saml="%s">%s</saml:Issuer>' % (SAML, o["issuer"]))
    return (
        '<samlp:Response xmlns:samlp="%s" ID="%s"%s%s%s%s>%s%s%s%s%s</samlp:Response>' % (
            SAMLP, o["id"], optional("Version", o["version"]),
            optional("IssueInstant", o["issued"]), optional("Destination", o["destination"]),
            optional("InResponseTo", o["in_response_to"]), issuer, o["extensions"], status, inner,
            o["beside"]))


def assertion(**options):
    """An Assertion as an element, signed if options say so."""
    o = {**DEFAULTS, **options}
    root = etree.fromstring(assertion_text(o))
    if "assertion" in o["sign"]:
        sign(root, signer(o["by"]), **o["signing"])
    return root


def signer(by):
    return by if isinstance(by, (Key, bytes)) else key(by)


def response(**options):
    """A Response as an element."""
    o = {**DEFAULTS, **options}
    made = assertion(**options)
    inner = etree.tostring(made).decode()
    if o["encrypt"]:
        inner = '<saml:EncryptedAssertion xmlns:saml="%s">%s</saml:EncryptedAssertion>' % (
            SAML, encrypt(c14n(made), key(o["encrypt"]), **o["encrypting"]))
    root = etree.fromstring(response_text(o, inner))
    if "response" in o["sign"]:
        options = o["signing"] if o["response_signing"] is None else o["response_signing"]
        sign(root, signer(o["response_by"] or o["by"]), **options)
    return root


def copy_of(node):
    """Without the whitespace or text that follows it."""
    made = copy.deepcopy(node)
    made.tail = None
    return made
