"""Signing in with a directory's password: OpenLDAP with its password policy."""
import json
import time

import pytest

from harness import slapd as slapds
from harness.browser import Browser
from harness.slapd import PASSWORD, SUFFIX, person_dn


@pytest.fixture(scope="module")
def slapd():
    if not slapds.installed():
        pytest.skip("slapd is not installed")
    made = slapds.Slapd(people=12)
    yield made
    made.close()


def settings(slapd, **more):
    return {"name": "directory", "uris": [slapd.tls_uri], "tls": {"ca_pem": slapd.ca_pem},
            "bind": {"dn": slapd.service, "password": slapd.service_password},
            "users": {"base": slapd.people_base}, "groups": {"base": slapd.groups_base},
            "attributes": {"user_name": ["mail"]}, "signin": {"enabled": True}, **more}


def run_of(org, connection, **wish):
    run = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/sync", wish)["run"]
    for _ in range(300):
        got = org.admin.ok("GET", f"/connections/ldap/{connection['id']}/runs/{run}")
        if got["state"] in ("done", "failed", "held"):
            return got
        time.sleep(0.1)
    raise AssertionError(got)


@pytest.fixture(scope="module")
def home(server, slapd):
    """An organization that has taken the directory's people over."""
    org = server.new_org(default_role="AN")
    connection = org.admin.ok("POST", "/connections/ldap", settings(slapd))
    assert run_of(org, connection)["state"] == "done"
    return org, connection


def door(server, org, connection):
    return f"{server.base}/ldap/{org.id}/{connection['id']}/login"


def enter(server, home, login, password, browser=None):
    browser = browser or Browser()
    page = browser.get(door(server, *home))
    assert page.status == 200, page.text
    return browser, browser.submit(page.form, login=login, password=password)


def signed_in(server, browser):
    return "You are signed in" in browser.get(server.base + "/login").text


def outcomes(org):
    return [(e["outcome"], e["code"]) for e in org.admin.ok("GET", "/requests?kind=ldap.login")["items"]]


def test_right_password_signs_in(server, home):
    browser, page = enter(server, home, "p000001", PASSWORD)
    assert page.status == 303 and page.headers["Location"] == "/login"
    assert signed_in(server, browser)
    assert outcomes(home[0])[0] == ("accepted", None)
    assert any(s["method"] == "ldap" for s in home[0].admin.ok("GET", "/sessions")["items"])


def test_by_mail_too(server, home):
    browser, page = enter(server, home, "p000002@ex.example", PASSWORD)
    assert page.status == 303 and signed_in(server, browser)


@pytest.mark.parametrize("login", ["p000003", "nobody-here", "*", "p00000*", "p000003)(uid=*", "\\", "p000003\\00",
                                   "(|(uid=p000003))"])
def test_wrong_and_unknown_are_the_same(server, home, login):
    browser, page = enter(server, home, login, "not the password")
    assert page.status == 403 and "This did not work" in page.text
    assert not signed_in(server, browser)
    _, known = enter(server, home, "p000011", "not the password")
    strip = [line for line in page.text.splitlines() if "value=" not in line and "reference" not in line.lower()]
    assert strip == [line for line in known.text.splitlines()
                     if "value=" not in line and "reference" not in line.lower()]


@pytest.mark.parametrize("login,password", [("p000004", ""), ("", PASSWORD), ("p000004" * 50, PASSWORD)])
def test_nothing_is_sent_for_nothing(server, home, login, password):
    before = len(outcomes(home[0]))
    browser, page = enter(server, home, login, password)
    assert page.status == 400 and not signed_in(server, browser)
    assert len(outcomes(home[0])) == before


def test_a_name_of_two_people_signs_nobody_in(server, home, slapd):
    slapd.replace(person_dn(5), "mail", "shared@ex.example")
    slapd.replace(person_dn(6), "mail", "shared@ex.example")
    browser, page = enter(server, home, "shared@ex.example", PASSWORD)
    assert page.status == 403 and not signed_in(server, browser)


def test_must_change_is_said_and_admits_nobody(server, home, slapd):
    slapd.replace(person_dn(7), "pwdReset", "TRUE")
    browser, page = enter(server, home, "p000007", PASSWORD)
    assert page.status == 403 and "has to be changed" in page.text
    assert not signed_in(server, browser)
    assert outcomes(home[0])[0] == ("refused", "must change password")


def test_account_limit_comes_before_the_directorys(server, home, slapd):
    """Four wrong ones, then nothing more is sent: not even the right one."""
    for _ in range(4):
        enter(server, home, "p000008", "wrong")
    before = slapd.search("(uid=p000008)", "pwdFailureTime").count("pwdFailureTime:")
    browser, page = enter(server, home, "p000008", PASSWORD)
    assert page.status == 403 and not signed_in(server, browser)
    assert slapd.search("(uid=p000008)", "pwdFailureTime").count("pwdFailureTime:") == before
    other, page = enter(server, home, "p000009", PASSWORD)
    assert page.status == 303 and signed_in(server, other)


def test_a_leaver_is_out_at_once(server, home, slapd):
    """The directory says no before any run has seen it."""
    slapd.add_people(500)
    org, connection = home
    _, page = enter(server, home, "p000500", PASSWORD)
    assert page.status == 403 and "not been taken over" in page.text
    assert run_of(org, connection)["state"] == "done"
    browser, page = enter(server, home, "p000500", PASSWORD)
    assert page.status == 303 and signed_in(server, browser)
    slapd.delete(person_dn(500))
    browser, page = enter(server, home, "p000500", PASSWORD)
    assert page.status == 403 and not signed_in(server, browser)


def test_directory_away(server, slapd, make_own_directory):
    away = make_own_directory(people=3)
    org = server.new_org(default_role="AN")
    connection = org.admin.ok("POST", "/connections/ldap", settings(away, connect_seconds=3))
    assert run_of(org, connection)["state"] == "done"
    away.pause()
    started = time.monotonic()
    _, page = enter(server, (org, connection), "p000001", PASSWORD)
    assert page.status == 503 and "does not answer" in page.text
    assert time.monotonic() - started < 15
    away.go_on()
    browser, page = enter(server, (org, connection), "p000001", PASSWORD)
    assert page.status == 303 and signed_in(server, browser)
    away.stop()
    _, page = enter(server, (org, connection), "p000001", PASSWORD)
    assert page.status == 503
    assert all(u["state"] == "active" for u in org.admin.ok("GET", "/users")["items"])


@pytest.fixture
def make_own_directory():
    made = []

    def make(**options):
        made.append(slapds.Slapd(**options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_a_hanging_directory_delays_nobody_else(server, home, make_own_directory):
    import threading

    away = make_own_directory(people=3)
    org = server.new_org(default_role="AN")
    connection = org.admin.ok("POST", "/connections/ldap", settings(away, connect_seconds=8))
    assert run_of(org, connection)["state"] == "done"
    away.pause()
    waiting = [threading.Thread(target=enter, args=(server, (org, connection), f"x{n}", "y")) for n in range(4)]
    for one in waiting:
        one.start()
    time.sleep(0.5)
    for _ in range(5):
        assert server.anonymous().get("/healthz").status == 200
    assert home[0].admin.get("/seats").status == 200
    assert any(one.is_alive() for one in waiting)
    for one in waiting:
        one.join()


@pytest.mark.parametrize("off", [{"enabled": False}, {"signin": {"enabled": False}}])
def test_no_door_where_none_is_set(server, home, slapd, off):
    org = server.new_org()
    connection = org.admin.ok("POST", "/connections/ldap", settings(slapd, **off))
    assert Browser().get(door(server, org, connection)).status == 404
    assert Browser().get(door(server, home[0], connection)).status == 404


def test_passwords_are_nowhere(server, home):
    """Not in the log, not on /requests, not in the audit trail."""
    secret = "Tr0ub4dor-nowhere"
    enter(server, home, "p000010", secret)
    assert secret not in server.tail()
    assert secret not in json.dumps(home[0].admin.ok("GET", "/requests"))
    assert secret not in json.dumps(home[0].admin.ok("GET", "/audit"))
    assert "service-pass" not in json.dumps(home[0].admin.ok("GET", f"/connections/ldap/{home[1]['id']}"))
    assert SUFFIX in json.dumps(home[0].admin.ok("GET", f"/connections/ldap/{home[1]['id']}"))


def test_the_only_organization_is_home_to_every_address(own_server, slapd):
    org = own_server.new_org(default_role="AN")
    plain = {k: v for k, v in settings(slapd).items() if k != "signin"}
    connection = org.admin.ok("POST", "/connections/ldap", plain)
    assert run_of(org, connection)["state"] == "done"
    browser = Browser()
    led = browser.submit(browser.get(own_server.base + "/login").form, address="p000004@ex.example")
    assert (led.status, led.location) == (303, f"/ldap/{org.id}/{connection['id']}/login")
    assert browser.submit(browser.get(own_server.base + led.location).form,
                          login="p000004@ex.example", password=PASSWORD).status == 303
    assert signed_in(own_server, browser)
    own_server.new_org()
    other = Browser()
    page = other.submit(other.get(own_server.base + "/login").form, address="p000004@ex.example")
    assert page.status == 200, "with two organizations only a domain that is owned tells"
