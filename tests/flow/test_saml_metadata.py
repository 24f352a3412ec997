"""Metadata of identity providers: what is taken over, and what is refused."""
import http.server
import re
import threading

import pytest

from harness import idp
from harness.fake import Fake, clock, key

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"


def good(**more):
    return idp.metadata(key("idp"), **more).decode()


def refused(org, xml, words, **more):
    answer = org.admin.post("/connections/saml", {"name": "m", "idp_metadata_xml": xml, **more})
    assert answer.status == 400, answer
    assert words in answer.json["detail"], answer.json["detail"]
    assert org.admin.ok("GET", "/connections/saml")["total"] == 0


def weak(bits=1024):
    return idp.metadata(idp.key("weak", bits=bits)).decode()


WRONG = {
    "doctype": (lambda: "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>" + good(), "DOCTYPE"),
    "not xml": (lambda: "<md:EntityDescriptor", "well-formed"),
    "no idp": (lambda: good().replace("IDPSSODescriptor", "SPSSODescriptor"), "no SAML 2.0 identity provider"),
    "saml 1": (lambda: good().replace("SAML:2.0:protocol", "SAML:1.1:protocol"), "no SAML 2.0 identity provider"),
    "no key": (lambda: re.sub(r"<md:KeyDescriptor.*?</md:KeyDescriptor>", "", good()), "no signing certificate"),
    "encryption key only": (lambda: good().replace('use="signing"', 'use="encryption"'), "no signing certificate"),
    "key of the wrong role": (lambda: re.sub(r"(<md:IDPSSODescriptor[^>]*>)(<md:KeyDescriptor.*?</md:KeyDescriptor>)", r"\1", good())
                              .replace("</md:EntityDescriptor>", "<md:SPSSODescriptor protocolSupportEnumeration='urn:oasis:names:tc:SAML:2.0:protocol'>"
                                       + re.search(r"<md:KeyDescriptor.*?</md:KeyDescriptor>", good()).group(0)
                                       + "</md:SPSSODescriptor></md:EntityDescriptor>"), "no signing certificate"),
    "weak key": (weak, "too weak"),
    "broken certificate": (lambda: re.sub(r"<ds:X509Certificate>.", "<ds:X509Certificate>#", good()), "certificate"),
    "many keys": (lambda: idp.metadata(*[key("idp")] * 17).decode(), "more than 16"),
    "javascript": (lambda: good().replace("https://idp.example/sso", "javascript:alert(1)"), "must begin with https://"),
    "http": (lambda: good().replace("https://idp.example/sso", "http://idp.example/sso"), "must begin with https://"),
    "credentials in the URL": (lambda: good().replace("https://idp.example/sso", "https://a@idp.example/sso"), "names no host"),
    "no sso": (lambda: re.sub(r"<md:SingleSignOnService[^>]*>", "", good()), "no SingleSignOnService"),
    "over": (lambda: good().replace("entityID=", 'validUntil="2020-01-01T00:00:00Z" entityID='), "out of date"),
    "no entity id": (lambda: good(entity_id=""), "no entityID"),
    "long entity id": (lambda: good(entity_id="x" * 1025), "entityID"),
    "two providers": (lambda: '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">' + good() +
                      good(entity_id="https://other.example") + "</md:EntitiesDescriptor>", "describes 2 identity providers"),
}


@pytest.mark.parametrize("name", WRONG)
def test_refused_metadata(org, name):
    make, words = WRONG[name]
    refused(org, make(), words)
    Fake(org)  # and its twin is accepted


def test_one_provider_in_a_federation(org):
    xml = '<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">' + good() + "</md:EntitiesDescriptor>"
    made = org.admin.ok("POST", "/connections/saml", {"name": "m", "idp_metadata_xml": xml})
    assert made["idp"]["entity_id"] == idp.IDP


def test_keys_without_use_and_expired_certificates_count(org):
    xml = idp.metadata(key("idp"), key("next")).decode().replace(' use="signing"', "")
    made = org.admin.ok("POST", "/connections/saml", {"name": "m", "idp_metadata_xml": xml})
    assert len(made["idp"]["keys"]) == 2
    fake = Fake(org, name="both")
    fake.patch(idp_metadata_xml=xml)
    for name in ("idp", "next"):
        assert fake.sign_in(by=key(name)).status == 303


def test_another_provider_needs_a_word(org):
    fake = Fake(org)
    other = good(entity_id="https://other.example")
    answer = org.admin.patch(fake.path, {"idp_metadata_xml": other})
    assert answer.status == 409 and "replace_idp" in answer.json["detail"]
    assert fake.sign_in().status == 303
    fake.patch(idp_metadata_xml=other, replace_idp=True)
    assert fake.sign_in().status == 403
    assert fake.code() == "issuer"


def test_import_changes_no_setting(org):
    fake = Fake(org, want_signed="both", want_encrypted=True, sign_requests=True)
    before = org.admin.ok("GET", fake.path)
    lax = good().replace("<md:IDPSSODescriptor", '<md:IDPSSODescriptor WantAuthnRequestsSigned="false"')
    after = fake.patch(idp_metadata_xml=lax)
    for name in ("want_signed", "want_encrypted", "sign_requests", "allow_sha1", "attributes"):
        assert after[name] == before[name]


def test_removed_key_counts_no_more(org):
    fake = Fake(org)
    fake.patch(idp_metadata_xml=idp.metadata(key("next")).decode())
    assert fake.sign_in().status == 403
    assert fake.code() == "signature"


def test_metadata_that_is_over_lets_nobody_in(org):
    soon = good().replace("entityID=", f'validUntil="{clock(3600)}" entityID=')
    fake = Fake(org)
    fake.patch(idp_metadata_xml=soon)
    assert fake.sign_in().status == 303
    stored = org.sql("SELECT idp FROM saml_connections WHERE org_id = {org}")[0][0]
    over = re.sub(r'"valid_until":\d+', '"valid_until":1', stored)
    assert over != stored
    org.sql("UPDATE saml_connections SET idp = '%s' WHERE org_id = {org}" % over)
    assert fake.post(fake.browser, fake.message("_any")).status == 403
    assert fake.code() == "no_metadata"


class Elsewhere:
    """A web server that answers as told: path -> (status, headers, body)."""

    def __init__(self):
        self.answers, self.asked = {}, []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                status, headers, body = outer.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    pass

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def elsewhere():
    made = Elsewhere()
    yield made
    made.close()


def test_private_addresses_are_not_asked(org, elsewhere):
    elsewhere.answers["/md"] = (200, {}, good().encode())
    port = elsewhere.server.server_port
    for url in (elsewhere.base + "/md", f"https://127.0.0.1:{port}/md", f"https://localhost:{port}/md",
                f"https://[::ffff:127.0.0.1]:{port}/md", f"https://0.0.0.0:{port}/md", "https://169.254.169.254/latest",
                "https://10.0.0.1/md", "file:///etc/passwd", "gopher://127.0.0.1/", "https://user@idp.example/"):
        answer = org.admin.post("/connections/saml", {"name": "m", "idp_metadata_url": url})
        assert answer.status == 400, (url, answer)
    assert elsewhere.asked == []


def test_metadata_by_url(make_own_server, elsewhere):
    server = make_own_server(env={"ROSTERD_PRIVATE_ADDRESSES": "yes"})
    org = server.new_org(default_role="AN")
    elsewhere.answers["/md"] = (200, {}, good().replace("entityID=", 'cacheDuration="PT2H" entityID=').encode())
    elsewhere.answers["/moved"] = (302, {"Location": "/md"}, b"")
    elsewhere.answers["/file"] = (302, {"Location": "file:///etc/passwd"}, b"")
    elsewhere.answers["/round"] = (302, {"Location": "/round"}, b"")
    elsewhere.answers["/big"] = (200, {}, good().encode() + b" " * (2 << 20))
    for path in ("/gone", "/file", "/round", "/big"):
        answer = org.admin.post("/connections/saml", {"name": "m", "idp_metadata_url": elsewhere.base + path})
        assert answer.status == 400, (path, answer)
    for path in ("/md", "/moved"):
        made = org.admin.ok("POST", "/connections/saml", {"name": path, "idp_metadata_url": elsewhere.base + path})
        assert made["idp"]["entity_id"] == idp.IDP and made["idp"]["next_fetch"]

    # due again: another key, announced at the URL
    elsewhere.answers["/md"] = (200, {}, idp.metadata(key("next")))
    make_due(org)
    shown = wait_for(lambda: org.admin.ok("GET", f"/connections/saml/{made['id']}"),
                     lambda s: s["idp"]["keys"] != made["idp"]["keys"])
    assert shown["idp"]["error"] is None
    assert "connection.keys_changed" in [a["action"] for a in org.admin.ok("GET", "/audit")["items"]]

    # due again: another provider, or nothing at all; what there is stays
    elsewhere.answers["/md"] = (200, {}, good(entity_id="https://evil.example").encode())
    make_due(org)
    after = wait_for(lambda: org.admin.ok("GET", f"/connections/saml/{made['id']}"), lambda s: s["idp"]["error"])
    assert "another connection" in after["idp"]["error"]
    assert after["idp"]["keys"] == shown["idp"]["keys"] and after["idp"]["entity_id"] == idp.IDP


def make_due(org):
    """The round at the start finds it."""
    org.sql("UPDATE saml_connections SET again = 1 WHERE org_id = {org}")
    org.admin.close()
    org.server.restart()


def wait_for(ask, condition, seconds=20):
    import time

    deadline = time.monotonic() + seconds
    while True:
        shown = ask()
        if condition(shown):
            return shown
        assert time.monotonic() < deadline, f"not within {seconds} s: {shown}"
        time.sleep(0.1)


@pytest.mark.parametrize("body, words", [
    ({}, "name is missing"), ({"name": "x", "jut": True}, "unknown setting"),
    ({"name": "x", "preset": "nobody"}, "there is no preset"), ({"name": "x", "jit": "yes"}, "true or false"),
    ({"name": "x", "want_signed": "none"}, "one of: any"), ({"name": "x", "clock_skew_s": 86400}, "from 0 to 600"),
    ({"name": "x", "attributes": {"mail": "m"}}, "unknown attribute"), ({"name": "x", "entity_id": "us"}, "absolute URI"),
    ({"name": "x", "domains": ["gmail.com"]}, "not a domain an organization can own"),
    ({"name": "x", "domains": "acme.example"}, "list of at most"),
])
def test_bodies_that_are_wrong(org, body, words):
    answer = org.admin.post("/connections/saml", body)
    assert answer.status == 400 and words in answer.json["detail"], answer


def test_every_preset_makes_a_connection(org):
    presets = [p for p in org.admin.ok("GET", "/presets")["items"] if p["kind"] == "saml"]
    assert len(presets) == 13
    from pathlib import Path

    for preset in presets:
        folder = Path(__file__).resolve().parents[2] / "idp-configs" / preset["preset"]
        made = org.admin.ok("POST", "/connections/saml", {
            "name": preset["preset"], "preset": preset["preset"],
            "idp_metadata_xml": (folder / "idp-metadata.sample.xml").read_text()})
        names = preset["document"]["settings"]["attributes"]
        assert {k: made["attributes"][k] for k in names} == names
        assert made["idp"]["entity_id"] and (folder / "SAML.md").exists()


def test_openapi_describes_them(org):
    paths = org.admin.ok("GET", "/openapi.json")["paths"]
    for path in ("/api/v1/connections/saml", "/api/v1/domains", "/api/v1/requests"):
        assert any(p.endswith(path.removeprefix("/api/v1")) for p in paths), path
