"""Active Directory, as Samba serves it: ids, states, sub-codes, change feeds, primary groups."""
import time

import pytest

from harness import samba as sambas
from harness.browser import Browser
from harness.samba import PASSWORD, REALM, SUFFIX


@pytest.fixture(scope="module")
def samba():
    if not sambas.installed():
        pytest.skip("Samba is not installed, or this is not root")
    made = sambas.Samba()
    for name in ("ada", "bob", "eve", "old", "must", "mover", "leaver"):
        made.add_user(name, mail=f"{name}@acme.example", givenName=name.title(), sn="Adams")
    made.add_group("LS-Admins", made.user_dn("ada"))
    made.add_group("LS-All", f"CN=LS-Admins,{made.users_base}", made.user_dn("bob"))
    made.replace(made.user_dn("eve"), "userAccountControl", 514)
    made.replace(made.user_dn("old"), "accountExpires", 1)
    made.replace(made.user_dn("must"), "pwdLastSet", 0)
    yield made
    made.close()


def run(org, connection, **wish):
    made = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/sync", wish)["run"]
    for _ in range(300):
        got = org.admin.ok("GET", f"/connections/ldap/{connection['id']}/runs/{made}")
        if got["state"] in ("done", "failed", "held"):
            return got
        time.sleep(0.1)
    raise AssertionError(got)


def connect(org, samba, **more):
    return org.admin.ok("POST", "/connections/ldap", {
        "name": "ad", "preset": "active-directory", "uris": [samba.tls_uri], "tls": {"ca_pem": samba.ca_pem},
        "bind": {"dn": samba.service, "password": samba.service_password}, "users": {"base": samba.users_base},
        "groups": {"base": samba.users_base}, "signin": {"enabled": True}, "schedule_minutes": 0, **more})


@pytest.fixture
def home(server, samba):
    org = server.new_org(default_role="AN")
    connection = connect(org, samba)
    assert run(org, connection)["state"] == "done"
    return org, connection


def people(org):
    return {u["userName"].split("@")[0]: u for u in org.admin.ok("GET", "/users?limit=100")["items"]}


def members(org, name):
    group = next(g for g in org.admin.ok("GET", "/groups?limit=100")["items"] if g["displayName"] == name)
    page = org.admin.ok("GET", f"/groups/{group['id']}")
    return {m["userName"].split("@")[0] for m in page["items"]}


def test_people_and_their_states(home):
    org, _ = home
    got = people(org)
    assert {n: u["state"] for n, u in got.items() if n in ("ada", "bob", "must")} == {
        "ada": "active", "bob": "active", "must": "active"}
    assert "eve" not in got or got["eve"]["state"] == "deactivated"
    assert "old" not in got or got["old"]["state"] == "deactivated"
    assert not any(n.startswith(("krbtgt", "DC1")) for n in got), "machines and system accounts are nobody"


def test_nested_and_primary_groups(home):
    org, _ = home
    assert members(org, "LS-Admins") == {"ada"}
    assert members(org, "LS-All") == {"ada", "bob"}
    assert {"ada", "bob", "must"} <= members(org, "Domain Users"), "nobody is in its member attribute"


def test_groups_that_people_name(server, samba):
    """memberOf is made of the groups' lists: direct ones alone, and not the primary group."""
    org = server.new_org(default_role="AN")
    connection = connect(org, samba, groups={"base": "", "member_of": "memberOf"})
    assert run(org, connection)["state"] == "done"
    assert members(org, "LS-Admins") == {"ada"} and "bob" in members(org, "LS-All")
    assert "ada" not in members(org, "LS-All")
    assert run(org, connection, full=True)["changed"] == 0


@pytest.mark.parametrize("strategy", ["dirsync", "usn"])
def test_change_feeds(server, samba, strategy):
    org = server.new_org(default_role="AN")
    connection = connect(org, samba, strategy=strategy)
    assert run(org, connection)["state"] == "done"
    samba.replace(samba.user_dn("bob"), "displayName", f"Robert {strategy}")
    got = run(org, connection)
    assert got["state"] == "done" and got["kind"] == "delta" and got["read"] < 10, got
    assert people(org)["bob"]["displayName"] == f"Robert {strategy}"
    samba.add_user(f"new-{strategy}", mail=f"new-{strategy}@acme.example")
    assert run(org, connection)["state"] == "done"
    assert people(org)[f"new-{strategy}"]["state"] == "active"
    samba.delete(samba.user_dn(f"new-{strategy}"))
    assert run(org, connection)["state"] == "done"
    assert people(org)["bob"]["state"] == "active"


def test_several_bases_are_followed_by_update_number(server, samba):
    staff = f"OU=Staff-{server.engine},{SUFFIX}"
    sue, tom = f"sue-{server.engine}", f"tom-{server.engine}"
    samba.ldif(f"dn: {staff}\nchangetype: add\nobjectClass: organizationalUnit\n")
    samba.add_user(sue, ou=staff, mail=f"{sue}@acme.example")
    samba.add_user(tom, ou=staff, mail=f"{tom}@acme.example")
    org = server.new_org(default_role="AN")
    connection = connect(org, samba, users={"base": [samba.users_base, staff]})
    answer = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/test")
    assert answer["server"]["strategy"] == "usn", answer
    assert run(org, connection)["state"] == "done"
    before = people(org)
    samba.replace(f"CN={sue},{staff}", "displayName", "Susan")
    samba.ldif(f"dn: {samba.user_dn('bob')}\nchangetype: modrdn\nnewrdn: CN=bob\ndeleteoldrdn: 1\nnewsuperior: {staff}\n")
    samba.delete(f"CN={tom},{staff}")
    got = run(org, connection)
    assert got["state"] == "done" and got["kind"] == "delta" and got["read"] < 10, got
    after = people(org)
    assert after[sue]["displayName"] == "Susan" and after[tom]["state"] == "deactivated"
    assert (after["bob"]["id"], after["bob"]["state"]) == (before["bob"]["id"], "active")
    assert "bob" in members(org, "LS-All")
    samba.ldif(f"dn: CN=bob,{staff}\nchangetype: modrdn\nnewrdn: CN=bob\ndeleteoldrdn: 1\n"
               f"newsuperior: {samba.users_base}\n")


def test_renamed_is_the_same_person(home, samba):
    org, connection = home
    before = people(org)["mover"]["id"]
    samba.ldif(f"dn: {samba.user_dn('mover')}\nchangetype: modrdn\nnewrdn: CN=moved\ndeleteoldrdn: 1\n")
    samba.replace(samba.user_dn("moved"), "userPrincipalName", f"moved@{REALM.lower()}")
    assert run(org, connection)["state"] == "done"
    assert people(org)["moved"]["id"] == before and "mover" not in people(org)
    samba.ldif(f"dn: {samba.user_dn('moved')}\nchangetype: modrdn\nnewrdn: CN=mover\ndeleteoldrdn: 1\n")
    samba.replace(samba.user_dn("mover"), "userPrincipalName", f"mover@{REALM.lower()}")


def test_disabled_is_out_with_the_next_run(home, samba):
    org, connection = home
    samba.replace(samba.user_dn("leaver"), "userAccountControl", 514)
    assert run(org, connection)["state"] == "done"
    assert people(org)["leaver"]["state"] == "deactivated"
    samba.replace(samba.user_dn("leaver"), "userAccountControl", 512)
    assert run(org, connection)["state"] == "done"
    assert people(org)["leaver"]["state"] == "active"


@pytest.mark.parametrize("login,password,text", [
    ("ada", PASSWORD, None),
    ("ada@acme.example", PASSWORD, None),
    (f"ada@{REALM.lower()}", PASSWORD, None),
    ("ada", "wrong", "This did not work"),
    ("nobody", PASSWORD, "This did not work"),
    ("must", PASSWORD, "has to be changed"),
    ("eve", PASSWORD, "switched this account off"),
    ("old", PASSWORD, "has expired"),
    ("eve", "wrong", "This did not work"),
])
def test_sub_codes_at_sign_in(server, home, login, password, text):
    org, connection = home
    browser = Browser()
    page = browser.get(f"{server.base}/ldap/{org.id}/{connection['id']}/login")
    page = browser.submit(page.form, login=login, password=password)
    if text is None:
        assert page.status == 303 and "You are signed in" in browser.get(server.base + "/login").text
    else:
        assert page.status == 403 and text in page.text


def test_test_shows_what_there_is(home, samba):
    org, connection = home
    got = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/test")
    assert got["server"]["kind"] == "ad" and got["server"]["strategy"] == "dirsync"
    assert "TestCA" in got["certificate"]["issuer"]
    ada = next(p for p in got["users"]["sample"] if p["dn"] == samba.user_dn("ada"))
    assert ada["email"] == "ada@acme.example" and ada["active"] and ada["state"] == "active"
    assert SUFFIX in ada["dn"] and len(ada["id"]) == 36
