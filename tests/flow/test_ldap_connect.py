"""Connecting to a directory: TLS, pins, certificates of ours, what an administrator is told."""
import subprocess

import pytest

from harness import slapd as slapds


@pytest.fixture(scope="module")
def slapd():
    if not slapds.installed():
        pytest.skip("slapd is not installed")
    made = slapds.Slapd(people=25, groups=[("all", [slapds.person_dn(n) for n in range(5)])])
    yield made
    made.close()


def tried(org, slapd, **more):
    given = {"name": "d", "uris": [slapd.tls_uri], "tls": {"ca_pem": slapd.ca_pem},
             "bind": {"dn": slapd.service, "password": slapd.service_password},
             "users": {"base": slapd.people_base}, "groups": {"base": slapd.groups_base},
             "enabled": False, "connect_seconds": 5, **more}
    connection = org.admin.ok("POST", "/connections/ldap", given)
    answer = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/test")
    org.admin.ok("DELETE", f"/connections/ldap/{connection['id']}")
    return answer


def pin_of(slapd):
    out = subprocess.run(["openssl", "x509", "-in", slapd.certificates.path("srv.crt"), "-noout", "-fingerprint",
                          "-sha256"], capture_output=True, text=True, check=True).stdout
    return out.strip().split("=")[1].replace(":", "").lower()


def test_what_a_good_one_shows(org, slapd):
    answer = tried(org, slapd)
    assert answer["state"] == "good" and answer["warnings"] == []
    assert answer["whoami"] == "dn:" + slapd.service
    assert "TestCA" in answer["certificate"]["issuer"] and answer["certificate"]["sha256"] == pin_of(slapd)
    assert answer["server"] == {"kind": "openldap", "vendor": "OpenLDAP", "strategy": "syncrepl"}
    assert len(answer["users"]["sample"]) == 20 and answer["users"]["state"] == "complete"
    first = answer["users"]["sample"][0]
    assert first["userName"].endswith("@ex.example") and first["last_name"].startswith("Surname")
    assert answer["groups"]["sample"][0]["name"] == "all" and answer["groups"]["sample"][0]["members"] == 5


@pytest.mark.parametrize("what", ["starttls", "pin", "pin and ca", "external", "local"])
def test_ways_that_work(org, slapd, what):
    plain, pem = {"uris": [slapd.uri]}, {"ca_pem": slapd.ca_pem}
    more = {"starttls": {**plain, "tls": {"mode": "starttls", **pem}},
            "pin": {"tls": {"pin": pin_of(slapd)}},
            "pin and ca": {"tls": {"pin": pin_of(slapd), **pem}},
            "external": {"bind": {"method": "external"},
                         "tls": {**pem, "client_cert_pem": slapd.certificates.text("cli.crt"),
                                 "client_key_pem": slapd.certificates.text("cli.key")}},
            "local": {**plain, "tls": {"mode": "none"}}}[what]
    answer = tried(org, slapd, **more)
    assert answer["state"] in ("good", "warnings"), answer
    assert answer["whoami"] == "dn:" + slapd.service and len(answer["users"]["sample"]) == 20


@pytest.mark.parametrize("what,text", [
    ("no ca", "not trusted"), ("other ca", "not trusted"), ("wrong name", "certificate is not for"),
    ("wrong pin", "another certificate than the pinned"), ("pin of a trusted one", "another certificate"),
    ("plain port", "TLS did not come about"), ("nothing there", "check host")])
def test_what_is_wrong_is_said_and_nothing_is_sent(org, slapd, tmp_path, what, text):
    other = slapds.Certificates(tmp_path).text("ca.crt") if what == "other ca" else None
    more = {"no ca": {"tls": {}}, "other ca": {"tls": {"ca_pem": other}},
            "wrong name": {"uris": [f"ldaps://localhost:{slapd.tls_port}"]},
            "wrong pin": {"tls": {"pin": "0" * 64}},
            "pin of a trusted one": {"tls": {"pin": "0" * 64, "ca_pem": slapd.ca_pem}},
            "plain port": {"uris": [f"ldaps://127.0.0.1:{slapd.port}"]},
            "nothing there": {"uris": [f"ldaps://127.0.0.1:{slapds.free_port()}"]}}[what]
    answer = tried(org, slapd, **more)
    assert answer["state"] == "failed" and text in answer["error"], answer
    assert "users" not in answer and "whoami" not in answer


def test_files_of_whoever_starts_it_do_not_weaken_tls(make_own_server, slapd, tmp_path, monkeypatch):
    """ldaprc in the working directory, and its variables, are for others."""
    (tmp_path / "ldaprc").write_text("TLS_REQCERT never\n")
    monkeypatch.chdir(tmp_path)
    server = make_own_server(env={"LDAPTLS_REQCERT": "never"})
    answer = tried(server.new_org(), slapd, tls={})
    assert answer["state"] == "failed" and "not trusted" in answer["error"]


def test_warnings_of_what_usually_goes_wrong(org, slapd):
    answer = tried(org, slapd, users={"base": slapd.people_base, "filter": "(objectClass=device)"})
    assert answer["state"] == "warnings" and any("No people" in w for w in answer["warnings"])
    answer = tried(org, slapd, attributes={"user_name": ["employeeNumber"]})
    assert any("user name" in w for w in answer["warnings"])
    answer = tried(org, slapd, users={"base": "ou=nowhere,dc=ex,dc=org"})
    assert any("users.base is not there" in w for w in answer["warnings"])
    assert answer["users"]["state"] == "failed" and answer["users"]["code"] == 32
