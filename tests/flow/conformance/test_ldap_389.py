"""389 Directory Server, as Debian packages it: where it is unlike what the RFCs lead to expect."""
import pytest

from harness import dirsrv
from harness.browser import Browser
from harness.dirsrv import PASSWORD, Dirsrv
from harness.mirror import Mirror

PEOPLE = 60


@pytest.fixture(scope="module")
def directory():
    if not dirsrv.installed():
        pytest.skip("389-DS is not installed (sh tests/deps conformance), or this is not root")
    made = Dirsrv(people=PEOPLE)
    yield made
    made.close()


@pytest.fixture
def mirror(server, directory):
    made = Mirror(server.new_org(default_role="AN"), directory, preset="389-ds", signin={"enabled": True})
    assert made.done()["counts"]["created"] >= PEOPLE - 2
    return made


def mail(n):
    return f"p{n:06d}@ex.example"


def working(m):
    return {u["userName"] for u in m.users(state="active")}


def test_import(mirror):
    assert mirror.show()["strategy"] == "auto"
    tried = mirror.org.admin.ok("POST", mirror.path + "/test")
    assert tried["server"]["kind"] == "389" and tried["server"]["strategy"] == "syncrepl"
    assert mirror.groups_of(mail(1)) == {"annotators"} and mirror.user(mail(1))["role"] == "AN"


def test_a_listing_cut_at_a_limit_touches_nobody(mirror, directory):
    """Pages up to the limit, then code 11."""
    before = working(mirror)
    directory.limit(20)
    try:
        got = mirror.sync(full=True)
        assert got["state"] == "failed" and got["error"], got
        assert working(mirror) == before
    finally:
        directory.limit(5000)
    assert mirror.done(full=True)["changed"] == 0 and working(mirror) == before


def test_a_lock_deactivates_and_its_end_brings_back(mirror, directory):
    dn = directory.person_dn(3)
    directory.replace(dn, "nsAccountLock", "true")
    got = mirror.done()
    assert got["kind"] == "delta", got["warnings"]
    assert mail(3) not in working(mirror), got
    directory.replace(dn, "nsAccountLock")
    assert mirror.done()["kind"] == "delta" and mail(3) in working(mirror)
    assert mirror.groups_of(mail(3)) == {"annotators"}


def test_refresh_deletes_false_deletes_nobody(mirror, directory):
    """Every delta says FALSE without naming who is present."""
    before = working(mirror)
    got = mirror.done()
    assert got["kind"] == "delta", got["warnings"]
    assert got["changed"] == 0 and working(mirror) == before
    directory.replace(directory.person_dn(4), "displayName", "Fourth")
    got = mirror.done()
    assert got["kind"] == "delta", got["warnings"]
    assert working(mirror) == before
    assert mirror.user(mail(4))["displayName"] == "Fourth"


def test_leavers_are_found_by_their_ids(mirror, directory, engine):
    """The directory is one for both databases: from each leaves another."""
    leaver = {"sqlite": 5, "postgresql": 15}[engine]
    before = working(mirror)
    directory.delete(directory.person_dn(leaver))
    got = mirror.done()
    assert got["kind"] == "delta", got["warnings"]
    assert working(mirror) == before - {mail(leaver)}


def test_who_leaves_the_filter_is_found_too(server, directory):
    """The feed says nothing of it; the listing of ids does."""
    m = Mirror(server.new_org(default_role="AN"), directory, preset="389-ds",
               users={"base": directory.people_base, "filter": "(!(departmentNumber=99))"})
    m.done()
    directory.replace(directory.person_dn(6), "departmentNumber", 99)
    got = m.done()
    assert got["kind"] == "delta", got["warnings"]
    assert mail(6) not in working(m)
    directory.replace(directory.person_dn(6), "departmentNumber", 6)
    assert m.done()["kind"] == "delta" and mail(6) in working(m)


@pytest.mark.parametrize("login,password,text", [
    ("p000007", PASSWORD, None), ("p000007", "wrong", "This did not work"),
    ("p000008", PASSWORD, "switched this account off")])
def test_sign_in(server, mirror, directory, login, password, text):
    directory.replace(directory.person_dn(8), "nsAccountLock", "true")
    try:
        browser = Browser()
        page = browser.get(f"{server.base}/ldap/{mirror.org.id}/{mirror.id}/login")
        page = browser.submit(page.form, login=login, password=password)
        if text is None:
            assert page.status == 303 and "You are signed in" in browser.get(server.base + "/login").text
        else:
            assert page.status == 403 and text in page.text
    finally:
        directory.replace(directory.person_dn(8), "nsAccountLock")
