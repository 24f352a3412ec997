"""Binding with a Kerberos keytab instead of a password, against Samba's Active Directory."""
import subprocess
from pathlib import Path

import pytest

from harness import samba as sambas
from harness.mirror import Mirror


@pytest.fixture(scope="module")
def samba():
    if not sambas.installed():
        pytest.skip("Samba is not installed, or this is not root")
    made = sambas.Samba()
    for name in ("svc", "ada"):
        made.add_user(name, mail=f"{name}@acme.example", givenName=name.title(), sn="Adams")
    made.environment = made.kerberos("svc")
    yield made
    made.close()


WAYS = {"ldaps": lambda d: {"uris": [d.tls_uri], "tls": {"ca_pem": d.ca_pem}},
        "starttls": lambda d: {"uris": [d.uri], "tls": {"mode": "starttls", "ca_pem": d.ca_pem}},
        "none": lambda d: {"uris": [d.uri], "tls": {"mode": "none"}}}


def mirror(org, samba, way, **more):
    return Mirror(org, samba, preset="active-directory", bind={"method": "gssapi"},
                  users={"base": samba.users_base}, groups={"base": samba.users_base}, **WAYS[way](samba), **more)


@pytest.mark.parametrize("way", WAYS)
def test_a_keytab_binds(make_own_server, samba, way):
    server = make_own_server(env=samba.environment)
    m = mirror(server.new_org(default_role="AN"), samba, way)
    tried = m.org.admin.ok("POST", m.path + "/test")
    assert tried["state"] in ("good", "warnings") and any(
        p.get("userName", "").startswith("ada@") for p in tried["users"]["sample"]), tried
    assert m.done()["read"] > 1 and any(n.startswith("ada@") for n in m.names())
    assert not list(Path(server.folder).glob("**/*krb5*")), "tickets stay in memory"


def test_without_a_keytab_it_is_said(make_own_server, samba):
    server = make_own_server(env={"KRB5_CONFIG": samba.environment["KRB5_CONFIG"],
                                  "KRB5_CLIENT_KTNAME": str(samba.folder / "none.keytab")})
    m = mirror(server.new_org(default_role="AN"), samba, "ldaps", enabled=False)
    tried = m.org.admin.ok("POST", m.path + "/test")
    assert tried["state"] == "failed" and "keytab" in tried["error"], tried
