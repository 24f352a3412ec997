"""pysaml2 as the identity provider: a second reader of our requests and metadata, and a
second writer of responses."""
import base64
import subprocess
import urllib.parse

import pytest

from harness.browser import Browser

saml2 = pytest.importorskip("saml2")

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, server as saml2_server  # noqa: E402
from saml2.config import IdPConfig  # noqa: E402
from saml2.sigver import verify_redirect_signature  # noqa: E402
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID  # noqa: E402

ENTITY = "https://pysaml2.example/idp"


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pysaml2")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=idp",
                    "-keyout", folder / "idp.key", "-out", folder / "idp.crt"], check=True, capture_output=True)
    return folder


def metadata(keys):
    body = "".join(x for x in (keys / "idp.crt").read_text().splitlines() if "-----" not in x)
    return ('<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="%s"><md:IDPSSODescriptor'
            ' WantAuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
            '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data>'
            '<ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>'
            '<md:SingleSignOnService Binding="%s" Location="https://pysaml2.example/sso"/>'
            '<md:SingleSignOnService Binding="%s" Location="https://pysaml2.example/sso"/>'
            '</md:IDPSSODescriptor></md:EntityDescriptor>'
            % (ENTITY, body, BINDING_HTTP_REDIRECT, BINDING_HTTP_POST))


class Idp:
    """pysaml2, told about one connection by the metadata that we publish."""

    def __init__(self, keys, connection, certificate):
        self.connection = connection
        self.certificate = "".join(x for x in certificate.splitlines() if "-----" not in x)
        ours = Browser().request("GET", connection["metadata_url"])
        assert ours.status == 200
        path = keys / (connection["id"] + ".xml")
        path.write_text(ours.text)
        conf = IdPConfig().load({
            "entityid": ENTITY, "key_file": str(keys / "idp.key"), "cert_file": str(keys / "idp.crt"),
            "xmlsec_binary": "/usr/bin/xmlsec1", "metadata": {"local": [str(path)]},
            "service": {"idp": {
                "endpoints": {"single_sign_on_service": [("https://pysaml2.example/sso", BINDING_HTTP_REDIRECT),
                                                         ("https://pysaml2.example/sso", BINDING_HTTP_POST)]},
                "want_authn_requests_signed": connection["request_binding"] == "post",
                "policy": {"default": {"lifetime": {"minutes": 5}, "attribute_restrictions": None,
                                       "name_form": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}}}},
        })
        self.server = saml2_server.Server(config=conf)

    def read(self, page):
        """Our request, its signature checked by pysaml2."""
        if page.status == 200:
            request = self.server.parse_authn_request(page.form.fields["SAMLRequest"], BINDING_HTTP_POST)
        else:
            # this version checks no signature of a query by itself
            query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(page.location).query))
            assert verify_redirect_signature(query, self.server.sec.sec_backend, self.certificate)
            altered = {**query, "RelayState": "x"}
            assert not verify_redirect_signature(altered, self.server.sec.sec_backend, self.certificate)
            request = self.server.parse_authn_request(query["SAMLRequest"], BINDING_HTTP_REDIRECT)
        return request

    def answer(self, request, **options):
        args = self.server.response_args(request.message)
        for name in ("sp_entity_id", "in_response_to", "destination"):
            assert args[name], name
        assert args["destination"] == self.connection["acs_url"]
        response = self.server.create_authn_response(
            {"mail": ["ada@acme.example"], "givenName": ["Ada"], "sn": ["Lovelace"]}, args["in_response_to"],
            args["destination"], args["sp_entity_id"], name_id=NameID(format=NAMEID_FORMAT_PERSISTENT, text="py-1"),
            userid="py-1", authn={"class_ref": "urn:oasis:names:tc:SAML:2.0:ac:classes:Password", "authn_auth": ENTITY},
            sign_alg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            digest_alg="http://www.w3.org/2001/04/xmlenc#sha256", **options)
        return base64.b64encode(str(response).encode()).decode()


@pytest.fixture
def connect(org, keys):
    def make(**settings):
        connection = org.admin.ok("POST", "/connections/saml", {
            "name": "pysaml2", "idp_metadata_xml": metadata(keys), **settings})
        ours = org.admin.ok("GET", f"/connections/saml/{connection['id']}/keys")["items"][0]["certificate"]
        return connection, Idp(keys, connection, ours)

    return make


def newest(org):
    return org.admin.ok("GET", "/requests?limit=1")["items"][0]


@pytest.mark.parametrize("binding", ["redirect", "post"])
@pytest.mark.parametrize("response, assertion", [(True, False), (False, True), (True, True)])
def test_sign_in(org, connect, binding, response, assertion):
    connection, idp = connect(request_binding=binding)
    browser = Browser()
    request = idp.read(browser.request("GET", connection["login_url"]))
    message = idp.answer(request, sign_response=response, sign_assertion=assertion)
    page = browser.post(connection["acs_url"], {"SAMLResponse": message})
    assert page.status == 303, newest(org)
    user = org.admin.ok("GET", "/users")["items"][0]
    assert (user["userName"], user["externalId"], user["displayName"]) == ("ada@acme.example", "py-1", "Ada Lovelace")


def test_unsigned(org, connect):
    connection, idp = connect()
    browser = Browser()
    request = idp.read(browser.request("GET", connection["login_url"]))
    message = idp.answer(request, sign_response=False, sign_assertion=False)
    assert browser.post(connection["acs_url"], {"SAMLResponse": message}).status == 403
    assert newest(org)["code"] == "unsigned"


def test_triple_des_is_refused(org, connect):
    connection, idp = connect(allow_cbc=True)
    browser = Browser()
    request = idp.read(browser.request("GET", connection["login_url"]))
    message = idp.answer(request, sign_response=True, sign_assertion=True, encrypt_assertion=True,
                         encrypt_assertion_self_contained=True, encrypt_cert_assertion=idp.certificate)
    assert browser.post(connection["acs_url"], {"SAMLResponse": message}).status == 403
    assert newest(org)["code"] in ("algorithm", "decrypt", "cbc")
