"""SimpleSAMLphp as an identity provider, from the Debian package, in a folder of its own."""
import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from .browser import Browser
from .cluster import free_port

PACKAGE = Path("/usr/share/simplesamlphp")
PEOPLE = {
    "alice": {"uid": ["alice-1"], "email": ["alice@acme.example"], "givenName": ["Alice"], "sn": ["Adams"],
              "groups": ["LS-Admins", "Vision"]},
    "bob": {"uid": ["bob-1"], "email": ["bob@acme.example"], "givenName": ["Bob"], "sn": ["Brown"],
            "groups": ["LS-Annotators"]},
}


def installed():
    return PACKAGE.exists() and shutil.which("php")


def php(value):
    """A Python value as PHP source."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dict):
        return "[" + ", ".join(f"{php(k)} => {php(v)}" for k, v in value.items()) + "]"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(php(v) for v in value) + "]"
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def make_key(folder, name):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=idp",
                    "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.crt"], check=True, capture_output=True)


class SimpleSaml:
    def __init__(self):
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="rosterd-ssp-")), free_port()
        self.base = f"http://127.0.0.1:{self.port}/simplesaml/"
        for sub in ("config", "metadata", "cert", "log", "data", "tmp", "sess", "docroot"):
            (self.folder / sub).mkdir()
        (self.folder / "docroot" / "simplesaml").symlink_to(PACKAGE / "www")
        make_key(self.folder / "cert", "idp")
        make_key(self.folder / "cert", "next")
        self.providers = {}
        self.write_config()
        self.write_hosted("idp")
        self.write_remote()
        env = dict(os.environ, SIMPLESAMLPHP_CONFIG_DIR=str(self.folder / "config"), PHP_CLI_SERVER_WORKERS="2")
        self.log = open(self.folder / "log" / "php.log", "ab")
        self.process = subprocess.Popen(
            ["php", "-d", "opcache.enable=0", "-S", f"127.0.0.1:{self.port}", "-t", str(self.folder / "docroot")],
            env=env, stdout=self.log, stderr=self.log, cwd=self.folder, start_new_session=True)
        self.wait()

    def wait(self):
        deadline = time.monotonic() + 30
        while True:
            try:
                return self.metadata()
            except (OSError, urllib.error.URLError):
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise RuntimeError((self.folder / "log" / "php.log").read_text()[-2000:])
                time.sleep(0.05)

    def write(self, name, text):
        (self.folder / name).write_text("<?php\n" + text)

    def write_config(self):
        f = str(self.folder)
        self.write("config/config.php", "$config = " + php({
            "baseurlpath": self.base, "certdir": f + "/cert/", "loggingdir": f + "/log/", "datadir": f + "/data/",
            "tempdir": f + "/tmp", "metadatadir": f + "/metadata", "attributenamemapdir": "/etc/simplesamlphp/attributemap/",
            "secretsalt": "flow-tests", "auth.adminpassword": "flow-tests", "timezone": "UTC",
            "technicalcontact_name": "Flow", "technicalcontact_email": "flow@acme.example",
            "logging.handler": "file", "logging.level": 5, "enable.saml20-idp": True,
            "module.enable": {"exampleauth": True, "core": True, "saml": True},
            "session.cookie.secure": False, "session.cookie.samesite": None,
            "session.phpsession.savepath": f + "/sess", "session.phpsession.samesite": None,
            "store.type": "sql", "store.sql.dsn": f"sqlite:{f}/db.sq3", "admin.checkforupdates": False,
            "metadata.sources": [{"type": "flatfile"}],
        }) + ";\n")
        users = {f"{name}:{name}-pw": claims for name, claims in PEOPLE.items()}
        self.write("config/authsources.php",
                   "$config = " + php({"people": {0: "exampleauth:UserPass", **users}}) + ";\n")

    def write_hosted(self, key, **more):
        binding = "urn:oasis:names:tc:SAML:2.0:bindings:"
        self.write("metadata/saml20-idp-hosted.php", "$metadata['__DYNAMIC:1__'] = " + php({
            "host": "__DEFAULT__", "privatekey": key + ".key", "certificate": key + ".crt", "auth": "people",
            "signature.algorithm": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "SingleSignOnServiceBinding": [binding + "HTTP-Redirect", binding + "HTTP-POST"],
            "SingleLogoutServiceBinding": [binding + "HTTP-Redirect", binding + "HTTP-POST", binding + "SOAP"],
            "saml20.sendartifact": True, "redirect.sign": True, "sign.logout": True, **more,
        }) + ";\n")

    def write_remote(self):
        self.write("metadata/saml20-sp-remote.php", "".join(
            f"$metadata[{php(k)}] = {php(v)};\n" for k, v in self.providers.items()))

    def trust(self, connection, certificate, **more):
        """Makes a connection of rosterd a service provider of this one."""
        binding = "urn:oasis:names:tc:SAML:2.0:bindings:"
        body = "".join(line for line in certificate.splitlines() if "-----" not in line)
        self.providers[connection["entity_id"]] = {
            "AssertionConsumerService": [
                {"index": 0, "isDefault": True, "Binding": binding + "HTTP-POST", "Location": connection["acs_url"]},
                {"index": 1, "Binding": binding + "HTTP-Artifact", "Location": connection["acs_url"]}],
            "SingleLogoutService": [
                {"Binding": binding + "HTTP-Redirect", "Location": connection["slo_url"]}],
            "NameIDFormat": "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            "simplesaml.nameidattribute": "uid", "certData": body,
            "saml20.sign.response": True, "saml20.sign.assertion": True, "validate.authnrequest": True,
            "validate.logout": True, **more}
        self.write_remote()

    def metadata(self):
        with urllib.request.urlopen(self.base + "saml2/idp/metadata.php", timeout=10) as answer:
            return answer.read().decode()

    def sign_in(self, url, who="alice", browser=None):
        """From our login URL through the password page to the form with the response."""
        browser = browser or Browser()
        page = browser.get(url)
        assert page.status == 200, f"{page.status} {page.text[:500]}"
        form = page.form
        if "SAMLRequest" in form.fields:
            page = browser.follow(browser.submit(form))
            form = page.form
        if "AuthState" in form.fields:
            page = browser.follow(browser.submit(form, username=who, password=who + "-pw"))
        return browser, page

    def close(self):
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)
