"""Keycloak: a whole identity provider, with its own login page, told about us by our metadata."""
import json
import os
import shutil
import subprocess
import urllib.parse
import urllib.request

import pytest
from harness.browser import Browser
from peers import Peer, fetched, run
from world import ROLES

VERSION = "25.0.6"  # the newest line that Java 17 runs without a warning
ARTIFACT = f"org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
REALM = "/realms/acme"


def java():
    if not shutil.which("java"):
        pytest.skip("Keycloak: java is not installed (apt install openjdk-17-jre-headless)")


def fetch(folder):
    """From its registry, unpacked and prepared for the options below."""
    run("Keycloak", ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={folder}"])
    archive = folder / f"keycloak-quarkus-dist-{VERSION}.zip"
    shutil.unpack_archive(archive, folder)
    archive.unlink()
    kc = folder / f"keycloak-{VERSION}" / "bin" / "kc.sh"
    subprocess.run(["bash", str(kc), "build", "--db=dev-mem"], check=True, capture_output=True)


def mapper(name, kind, **config):
    return {"name": name, "protocol": "saml", "protocolMapper": kind,
            "config": {"attribute.name": name, "attribute.nameformat": "Basic", **config}}


MAPPERS = [mapper(name, "saml-user-property-mapper", **{"user.attribute": name}) for name in ("email", "firstName", "lastName")]
MAPPERS += [mapper("groups", "saml-group-membership-mapper", **{"single": "true", "full.path": "false"})]


class Keycloak(Peer):
    def __init__(self):
        self.home = fetched("keycloak", ARTIFACT.encode(), fetch) / f"keycloak-{VERSION}"
        super().__init__("/realms/master", 180)
        self.make_realm()

    def start(self):
        args = ["bash", str(self.home / "bin" / "kc.sh"), "start", "--optimized", "--cache=local", "--http-enabled=true",
                "--hostname-strict=false", "--http-host=127.0.0.1", f"--http-port={self.port}"]
        return {"args": args, "cwd": self.folder, "env": {
            **os.environ, "KEYCLOAK_ADMIN": "admin", "KEYCLOAK_ADMIN_PASSWORD": "admin", "JAVA_OPTS_APPEND": "-Xmx768m"}}

    def api(self, method, path, body=None, kind="application/json"):
        form = urllib.parse.urlencode({"grant_type": "password", "client_id": "admin-cli", "username": "admin",
                                       "password": "admin"}).encode()
        with urllib.request.urlopen(self.base + "/realms/master/protocol/openid-connect/token", form) as answer:
            token = json.load(answer)["access_token"]
        sent = body.encode() if isinstance(body, str) else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(self.base + "/admin" + path, sent, {
            "Content-Type": kind, "Authorization": "Bearer " + token}, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def make_realm(self):
        groups = sorted({g for *_, many in ROLES.values() for g in many})
        self.api("POST", "/realms", {
            "realm": "acme", "enabled": True, "sslRequired": "none", "groups": [{"name": g} for g in groups],
            "users": [{"username": who, "enabled": True, "email": mail, "emailVerified": True, "firstName": name.split()[0],
                       "lastName": name.split()[1], "groups": ["/" + g for g in many],
                       "credentials": [{"type": "password", "value": who + "-pw", "temporary": False}]}
                      for who, (mail, name, _, many) in ROLES.items()]})

    def metadata(self):
        return self.fetch(REALM + "/protocol/saml/descriptor")

    def trust(self, world, client=None, **attributes):
        """A client made by Keycloak's own reader of metadata, from ours."""
        made = self.api("POST", REALM + "/client-description-converter", world.our_metadata(), "application/xml")
        assert made["clientId"] == world.connection["entity_id"]
        # our metadata has a key to encrypt to, so its reader asks for encryption, with AES-CBC
        assert made["attributes"]["saml.encrypt"] == "true"
        made["attributes"].update({"saml.encrypt": "false", **attributes})
        self.api("POST", REALM + "/clients", {**made, "protocolMappers": MAPPERS, "fullScopeAllowed": False,
                                              "defaultClientScopes": [], **(client or {})})

    def sign_in(self, url, who="alice", browser=None):
        """From our login URL, or Keycloak's, through its login page to the form with the response."""
        browser = browser or Browser()
        page = browser.get(url)
        if page.status == 200 and "SAMLRequest" in page.form.fields:
            page = browser.follow(browser.submit(page.form))
        if page.status == 200 and "password" in page.form.fields:
            page = browser.follow(browser.submit(page.form, username=who, password=who + "-pw"))
        assert page.status == 200 and "SAMLResponse" in page.form.fields, f"{page.url} {page.status} {page.text[:2000]}"
        return browser, page.form


@pytest.fixture(scope="module")
def keycloak():
    java()
    made = Keycloak()
    yield made
    made.close()


@pytest.fixture
def connect(keycloak, world):
    def make(client=None, attributes=None, **settings):
        made = world(keycloak.metadata(), preset="keycloak", **settings)
        keycloak.trust(made, client, **(attributes or {}))
        return made

    return make


@pytest.mark.parametrize("binding", ["redirect", "post"])
@pytest.mark.parametrize("response, assertion", [("true", "false"), ("false", "true"), ("true", "true")])
def test_sign_in(keycloak, connect, binding, response, assertion):
    world = connect(attributes={"saml.server.signature": response, "saml.assertion.signature": assertion},
                    request_binding=binding)
    for who in ("alice", "bob"):
        browser, form = keycloak.sign_in(world.connection["login_url"], who)
        detail = world.check(browser, browser.submit(form), who)
    assert (detail["response_signed"], detail["assertion_signed"]) == (response == "true", assertion == "true")


def test_it_checks_our_signature(keycloak, world):
    stranger, made = [world(keycloak.metadata(), preset="keycloak") for _ in range(2)]
    body = "".join(line for line in stranger.certificate.splitlines() if "-----" not in line)
    keycloak.trust(made, **{"saml.signing.certificate": body})
    page = Browser().get(made.connection["login_url"])
    assert page.status == 400 and "password" not in page.form.fields, "so the tests above prove something"


@pytest.mark.parametrize("algorithm", ["RSA_SHA256", "RSA_SHA512"])
def test_signature_algorithms(keycloak, connect, algorithm):
    world = connect(attributes={"saml.signature.algorithm": algorithm})
    browser, form = keycloak.sign_in(world.connection["login_url"])
    world.check(browser, browser.submit(form), "alice")


def test_encrypted(keycloak, connect):
    # Keycloak of this line encrypts with AES-CBC: inside a signed response, and only if allowed
    world = connect(attributes={"saml.encrypt": "true"}, allow_cbc=True, want_encrypted=True)
    browser, form = keycloak.sign_in(world.connection["login_url"])
    detail = world.check(browser, browser.submit(form), "alice")
    assert detail["encrypted"] and "cbc" in detail["warnings"]


def test_encrypted_with_cbc_where_it_is_not_allowed(keycloak, connect):
    world = connect(attributes={"saml.encrypt": "true"})
    browser, form = keycloak.sign_in(world.connection["login_url"])
    assert browser.submit(form).status == 403 and world.newest()["code"] in ("cbc", "algorithm")


def test_idp_initiated(keycloak, connect):
    world = connect(attributes={"saml_idp_initiated_sso_url_name": "first"})
    start = keycloak.base + REALM + "/protocol/saml/clients/first"
    browser, form = keycloak.sign_in(start)
    assert browser.submit(form).status == 403 and world.newest()["code"] == "unsolicited"
    world.org.admin.ok("PATCH", world.path, {"allow_idp_initiated": True})
    browser, form = keycloak.sign_in(start)
    world.check(browser, world.arrive(browser, browser.submit(form)), "alice")
    assert browser.submit(form).status == 403 and world.newest()["code"] == "replay"


def test_force_authn_and_name_id(keycloak, connect):
    world = connect(force_authn=True, name_id_format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent")
    browser, form = keycloak.sign_in(world.connection["login_url"])
    detail = world.check(browser, browser.submit(form), "alice")
    assert detail["name_id_format"].endswith(":persistent")


def test_single_logout(keycloak, connect):
    world = connect()
    browser, form = keycloak.sign_in(world.connection["login_url"])
    world.check(browser, browser.submit(form), "alice")
    page = world.sign_out(browser)
    while page.status == 200 and "SAMLResponse" in page.form.fields:
        page = browser.follow(browser.submit(page.form))
    assert "You are signed out" in page.text, f"{page.url} {page.text[:500]}"
    again = browser.get(world.connection["login_url"])
    assert "password" in again.form.fields, "Keycloak asks for the password again"


def test_it_ends_the_session(keycloak, connect):
    world = connect(client={"frontchannelLogout": False})
    browser, form = keycloak.sign_in(world.connection["login_url"])
    world.check(browser, browser.submit(form), "alice")
    user = keycloak.api("GET", REALM + "/users?username=alice")[0]
    keycloak.api("POST", f"{REALM}/users/{user['id']}/logout")
    assert not world.signed_in(browser), world.newest()
