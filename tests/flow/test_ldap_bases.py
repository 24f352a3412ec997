"""Several base DNs of one connection: read as one directory, believed only if all of them were read."""
import pytest
from harness.browser import Browser
from harness.mirror import Mirror
from harness.scim import rules
from harness.slapd import PASSWORD, SUFFIX, Slapd, group_ldif, installed, person_dn, person_ldif, run
from harness.sound import check_sound

pytestmark = pytest.mark.skipif(not installed(), reason="slapd is not installed")

PEOPLE, STAFF = f"ou=people,{SUFFIX}", f"ou=staff,{SUFFIX}"
GROUPS, TEAMS = f"ou=groups,{SUFFIX}", f"ou=teams,{SUFFIX}"
BOTH = {"users": {"base": [PEOPLE, STAFF]}, "groups": {"base": [GROUPS, TEAMS]}}


def mail(n):
    return f"p{n:06d}@ex.example"


def staff_dn(n):
    return person_dn(n, ou="staff")


EVERYBODY = {mail(n) for n in (*range(10), *range(20, 25))}


def seed():
    hashed = run("/usr/sbin/slappasswd", "-s", PASSWORD).strip()
    units = "".join(f"dn: ou={ou},{SUFFIX}\nobjectClass: organizationalUnit\nou: {ou}\n\n" for ou in ("staff", "teams"))
    people = "".join(person_ldif(n, ou="staff", password=hashed) for n in range(20, 25))
    return units + people + group_ldif("crew", [person_dn(1), staff_dn(22)]).replace(GROUPS, TEAMS)


@pytest.fixture
def directory():
    d = Slapd(people=10, groups=[("annotators", [person_dn(n) for n in range(4)] + [staff_dn(20), staff_dn(21)])],
              seed=seed())
    d.replace(person_dn(0), "displayName", "First")  # the server's log of changes begins here
    yield d
    d.close()


@pytest.fixture
def org(new_org):
    made = new_org(default_role="AN")
    rules(made, ("re", "annotators", {"org_role": "RE"}), ("ma", "crew", {"org_role": "MA"}))
    return made


@pytest.fixture
def mirror(org, directory):
    m = Mirror(org, directory, **BOTH)
    m.done()
    return m


def working(m):
    return {u["userName"] for u in m.users(state="active")}


def roles(m):
    return {u["userName"]: u["role"] for u in m.users()}


def test_people_and_groups_of_all_bases_are_one_directory(mirror):
    m = mirror
    assert m.names() == EVERYBODY and m.group_names() == {"annotators", "crew"}
    assert m.user(mail(20))["role"] == "RE" and m.user(mail(22))["role"] == "MA", "members of the other base count"
    assert m.groups_of(mail(1)) == {"annotators", "crew"} and m.user(mail(1))["role"] == "MA"
    shown = m.show()
    assert (shown["users"]["base"], shown["groups"]["base"]) == ([PEOPLE, STAFF], [GROUPS, TEAMS])
    got = m.done(full=True)
    assert got["changed"] == 0 and got["counts"]["unchanged"] == 15 and got["read"] == 17
    check_sound(m.org)


def test_a_list_of_one_is_that_one(org, directory):
    m = Mirror(org, directory, users={"base": [PEOPLE]}, strategy="syncrepl")
    m.done()
    assert m.show()["users"]["base"] == [PEOPLE] and len(m.names()) == 10
    m.patch(users={"base": PEOPLE})
    assert m.done()["changed"] == 0 and m.show()["users"]["base"] == PEOPLE
    directory.add_people(40)
    assert m.done()["kind"] == "delta" and mail(40) in m.names()


@pytest.mark.parametrize("how", ["missing", "forbidden", "limit", "many", "group"])
def test_a_base_that_cannot_be_read_takes_nothing_from_anybody(mirror, how):
    m, d, failing = mirror, mirror.directory, STAFF
    before = roles(m)
    d.add_people(40)
    d.delete(person_dn(9))
    if how == "forbidden":
        d.hide("(ou=staff)")
    elif how == "missing":
        failing = f"ou=nowhere,{SUFFIX}"
        m.patch(users={"base": [PEOPLE, failing]})
    elif how == "limit":
        failing = d.retcode("adminlimit")
        m.patch(users={"base": [PEOPLE, failing]})
    elif how == "many":
        m.patch(entries_max=12)
    else:
        failing = f"ou=nowhere,{SUFFIX}"
        m.patch(groups={"base": [failing, GROUPS]})
    for wish in ({}, {"full": True}):
        got = m.sync(**wish)
        assert got["state"] == "failed" and got["error"].startswith(failing + ": "), got
    assert {k: v for k, v in roles(m).items() if k != mail(40)} == before | ({mail(9): "DI"} if how == "group" else {})
    assert mail(40) in m.names(), "what could be read is applied"
    d.hide("")
    m.patch(**BOTH, entries_max=1000)
    assert m.done()["counts"]["deactivated"] == (0 if how == "group" else 1)
    assert working(m) == (EVERYBODY | {mail(40)}) - {mail(9)}
    check_sound(m.org)


@pytest.mark.parametrize("strategy", ["full", "csn", "timestamp"])
def test_who_moves_between_bases_stays_who_he_is(mirror, strategy):
    m, d = mirror, mirror.directory
    m.patch(strategy=strategy)
    m.done()
    before = {u["userName"]: (u["id"], u["role"], u["changed"]) for u in m.users()}
    d.rename(person_dn(1), "uid=p000001", STAFF)
    d.rename(staff_dn(21), "uid=p000021", PEOPLE)
    got = m.done()
    assert got["kind"] == ("full" if strategy == "full" else "delta"), got["warnings"]
    assert {u["userName"]: (u["id"], u["role"], u["changed"]) for u in m.users()} == before
    assert m.groups_of(mail(1)) == {"annotators", "crew"} and m.groups_of(mail(21)) == {"annotators"}
    assert m.done(full=True)["changed"] == 0


@pytest.mark.parametrize("strategy", ["auto", "csn", "timestamp"])
def test_changes_are_followed_at_every_base(mirror, strategy):
    m, d = mirror, mirror.directory
    m.patch(strategy=strategy)
    m.done()
    d.replace(staff_dn(23), "displayName", "Changed")
    d.add_people(40, ou="staff")
    d.ldif(f"dn: cn=crew,{TEAMS}\nchangetype: modify\nadd: member\nmember: {person_dn(2)}\n")
    got = m.done()
    assert got["kind"] == "delta", got["warnings"]
    assert m.user(mail(23))["displayName"] == "Changed" and mail(40) in m.names()
    assert m.groups_of(mail(2)) == {"annotators", "crew"} and m.user(mail(2))["role"] == "MA"
    d.delete(staff_dn(24))
    d.replace(person_dn(5), "displayName", "Changed too")
    assert m.done()["kind"] == "delta" and working(m) == (EVERYBODY | {mail(40)}) - {mail(24)}
    assert m.user(mail(5))["displayName"] == "Changed too"
    d.delete(f"cn=crew,{TEAMS}")
    assert m.done()["kind"] == "delta" and m.group_names() == {"annotators"}
    assert m.done(full=True)["changed"] == 0


def test_a_base_that_was_empty_is_followed(org, directory):
    d = directory
    d.add(f"dn: ou=guests,{SUFFIX}\nobjectClass: organizationalUnit\nou: guests\n")
    m = Mirror(org, d, users={"base": [f"ou=guests,{SUFFIX}", PEOPLE]}, strategy="csn")
    m.done()
    d.add_people(40, ou="guests")
    assert m.done()["kind"] == "delta" and mail(40) in m.names()


def test_other_bases_are_listed_in_full(mirror):
    m = mirror
    assert m.done()["kind"] == "delta"
    m.patch(users={"base": [STAFF, PEOPLE]})
    got = m.done()
    assert got["kind"] == "full" and got["changed"] == 0
    m.patch(users={"base": PEOPLE}, groups={"base": GROUPS})
    m.org.admin.ok("PATCH", "/org", {"hold_people": 100, "hold_percent": 100})
    got = m.done()
    assert got["kind"] == "full" and working(m) == {mail(n) for n in range(10)}
    assert m.group_names() == {"annotators"} and m.user(mail(20))["state"] == "deactivated"


def test_another_directory_is_noticed_at_any_base(mirror):
    m, d = mirror, mirror.directory
    units = [STAFF] + [staff_dn(n) for n in range(20, 25)]
    d.delete(*reversed(units))
    d.add(f"dn: {STAFF}\nobjectClass: organizationalUnit\nou: staff\n")
    got = m.sync()
    assert got["state"] == "failed" and "accept_directory" in got["error"]
    assert working(m) == EVERYBODY


@pytest.mark.parametrize("more, text", [
    ({"users": {"base": [PEOPLE, f"ou=deep,{PEOPLE.upper()}"]}}, "overlap"),
    ({"groups": {"base": [GROUPS, GROUPS]}}, "overlap"),
    ({"users": {"base": []}}, "users.base must say"),
    ({"users": {"base": [f"ou={n},{SUFFIX}" for n in range(17)]}}, "at most 16"),
    ({"strategy": "syncrepl"}, "follows one base"),
    ({"strategy": "dirsync"}, "follows one base")])
def test_what_cannot_be_is_refused(mirror, more, text):
    answer = mirror.org.admin.request("PATCH", mirror.path, more)
    assert answer.status == 400 and text in answer.json["detail"], answer
    assert mirror.show()["users"]["base"] == [PEOPLE, STAFF]


def test_a_try_looks_at_every_base(mirror):
    m = mirror
    answer = m.org.admin.ok("POST", m.path + "/test")
    assert answer["state"] == "good" or all("not encrypted" in w for w in answer["warnings"]), answer
    seen = {p["userName"] for p in answer["users"]["sample"]}
    assert answer["server"]["strategy"] == "csn" and mail(20) in seen and mail(0) in seen
    assert {g["name"] for g in answer["groups"]["sample"]} == {"annotators", "crew"}
    m.patch(users={"base": [PEOPLE, f"ou=nowhere,{SUFFIX}"]}, groups={"base": [f"ou=none,{SUFFIX}", TEAMS]})
    answer = m.org.admin.ok("POST", m.path + "/test")
    assert any("users.base is not there" in w and "ou=nowhere," in w for w in answer["warnings"])
    assert answer["users"]["error"].startswith("ou=nowhere,") and len(answer["users"]["sample"]) == 10
    assert answer["groups"]["error"].startswith("ou=none,")


def test_sign_in_looks_at_every_base_and_takes_one_hit_alone(server, mirror):
    m, d = mirror, mirror.directory
    url = f"{server.base}/ldap/{m.org.id}/{m.id}/login"

    def enter(login, password=PASSWORD):
        browser = Browser()
        return browser.submit(browser.get(url).form, login=login, password=password).status

    assert (enter("p000020"), enter("p000002"), enter("p000021", "wrong")) == (303, 303, 403)
    d.add_people(22, ou="people")
    assert enter("p000022") == 403, "one in each base are two"
    d.delete(person_dn(22))
    m.patch(users={"base": [PEOPLE, f"ou=nowhere,{SUFFIX}"]})
    assert enter("p000002") == 503, "there may be another one where we cannot look"
