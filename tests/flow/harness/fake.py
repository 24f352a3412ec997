"""A connection to the identity provider of idp.py, and sign-ins through it right now."""
import base64
import datetime
import functools
import re
import urllib.parse
import zlib
from xml.sax.saxutils import escape

from cryptography import x509
from lxml import etree

from . import idp
from .browser import Browser


@functools.cache
def key(name):
    return idp.key(name)


def clock(seconds):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def claims(**values):
    """Attributes; a list has several values, [] has none at all."""
    return "".join(idp.attribute(escape(name), *[escape(v) for v in (value if isinstance(value, list) else [value])])
                   for name, value in values.items())


class Holder:
    """A certificate of ours in the place of a key: it can encrypt."""

    def __init__(self, certificate):
        self.public = x509.load_pem_x509_certificate(certificate.encode()).public_key()

    private = property(lambda self: self)

    def public_key(self):
        return self.public


def encrypted(options, certificate):
    o = {**idp.DEFAULTS, **options}
    inner = '<saml:EncryptedAssertion xmlns:saml="%s">%s</saml:EncryptedAssertion>' % (
        idp.SAML, idp.encrypt(idp.c14n(idp.assertion(**options)), Holder(certificate)))
    return etree.fromstring(idp.response_text(o, inner))


class Fake:
    """org: where the connection is made; entity_id and key name the identity provider."""

    def __init__(self, org, name="fake", entity_id=idp.IDP, signer="idp", **settings):
        self.org, self.entity_id, self.signer = org, entity_id, signer
        self.count = 0
        self.made = org.admin.ok("POST", "/connections/saml", {
            "name": name, "idp_metadata_xml": idp.metadata(key(signer), entity_id=entity_id).decode(), **settings})
        self.id, self.path = self.made["id"], f"/connections/saml/{self.made['id']}"

    def patch(self, **settings):
        return self.org.admin.ok("PATCH", self.path, settings)

    def begin(self, browser, query="", base=None):
        """The id of a fresh AuthnRequest."""
        url = self.made["login_url"]
        if base:
            url = base + urllib.parse.urlsplit(url).path
        page = browser.request("GET", url + query)
        assert page.status == 303, f"{page.status} {page.text}"
        return self.request_id(page.location)

    @staticmethod
    def request_id(location):
        asked = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["SAMLRequest"][0]
        return re.search(r'ID="([^"]+)"', zlib.decompress(base64.b64decode(asked), -15).decode()).group(1)

    def message(self, request_id, subject="u-1", format_="persistent", attributes=None, **options):
        self.count += 1
        unique = f"{self.id}-{self.count}"
        name_id = "" if subject is None else (
            f'<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:{format_}">{escape(subject)}</saml:NameID>')
        made = dict(
            id="_r" + unique, assertion_id="_a" + unique, issued=clock(-2), assertion_issued=clock(-2),
            destination=self.made["acs_url"], recipient=self.made["acs_url"], audiences=((self.made["entity_id"],),),
            issuer=self.entity_id, assertion_issuer=self.entity_id, in_response_to=request_id, name_id=name_id,
            bearer_end=clock(300), end=clock(300), not_before=clock(-60), authn_instant=clock(-2),
            session_end=clock(28800), session_index="_s" + unique, by=key(self.signer),
            attributes=claims(email="ada@acme.example") if attributes is None else attributes)
        encrypt_to = options.pop("encrypt_to", None)
        made.update(options)
        if encrypt_to:
            return base64.b64encode(etree.tostring(encrypted(made, encrypt_to))).decode()
        return base64.b64encode(etree.tostring(idp.response(**made))).decode()

    def post(self, browser, message, relay=None, base=None):
        url = self.made["acs_url"]
        if base:
            url = base + urllib.parse.urlsplit(url).path
        fields = {"SAMLResponse": message}
        if relay is not None:
            fields["RelayState"] = relay
        return browser.post(url, fields)

    def sign_in(self, subject="u-1", browser=None, query="", **more):
        """The answer to a whole sign-in; keywords are those of message(), or attributes."""
        browser = browser or Browser()
        known = {k: more.pop(k) for k in list(more) if k in idp.DEFAULTS or k in ("format_", "attributes")}
        if more:
            known["attributes"] = claims(**more)
        self.browser = browser
        return self.post(browser, self.message(self.begin(browser, query), subject, **known))

    def unsolicited(self, subject="u-1", browser=None, relay=None, **more):
        self.browser = browser or Browser()
        return self.post(self.browser, self.message(None, subject, **more), relay)

    def code(self):
        """Of the newest exchange."""
        return self.org.admin.ok("GET", "/requests?limit=1")["items"][0]["code"]

    def newest(self):
        return self.org.admin.ok("GET", "/requests?limit=1")["items"][0]
