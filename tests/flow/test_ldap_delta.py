"""Changes followed at a real slapd, by each of its feeds; feeds that lost their position."""
import shutil

import pytest

from harness.mirror import Mirror
from harness.slapd import Slapd, group_ldif, installed, person_dn, person_ldif, run
from harness.sound import check_sound

pytestmark = pytest.mark.skipif(not installed(), reason="slapd is not installed")

PEOPLE = 16
STAFF = {"base": f"ou=people,{Slapd.people_base.split(',', 1)[1]}",
         "filter": "(&(objectClass=inetOrgPerson)(!(departmentNumber=99)))"}


def mail(n):
    return f"p{n:06d}@ex.example"


@pytest.fixture
def directory():
    d = Slapd(people=PEOPLE, groups=[("annotators", [person_dn(n) for n in range(8)])])
    d.replace(person_dn(0), "displayName", "First")  # the server's log of changes begins here
    yield d
    d.close()


def synced(org, d, **more):
    m = Mirror(org, d, users=STAFF, **more)
    m.done()
    return m


def working(m):
    return {u["userName"] for u in m.users(state="active")}


@pytest.mark.parametrize("strategy", ["syncrepl", "csn", "timestamp"])
def test_all_kinds_of_change(new_org, directory, strategy):
    d = directory
    m = synced(new_org(default_role="AN"), d, strategy=strategy)
    everybody = {mail(n) for n in range(PEOPLE)}
    assert working(m) == everybody
    for change, gone in ((lambda: d.replace(person_dn(1), "displayName", "Changed"), set()),
                         (lambda: d.delete(person_dn(2)), {2}),
                         (lambda: d.rename(person_dn(3), "uid=p000003", d.suffix), {2, 3}),
                         (lambda: d.replace(person_dn(4), "departmentNumber", 99), {2, 3, 4}),
                         (lambda: d.replace(person_dn(4), "departmentNumber", 4), {2, 3})):
        change()
        got = m.done()
        assert got["kind"] == "delta", got["warnings"]
        assert working(m) == everybody - {mail(n) for n in gone}
    assert m.user(mail(1))["displayName"] == "Changed"
    d.add_people(40)
    d.add(group_ldif("newcomers", [person_dn(40)]))
    d.members("annotators", add=[person_dn(9)], remove=[person_dn(1)])
    assert m.done()["kind"] == "delta"
    assert m.groups_of(mail(40)) == {"newcomers"} and m.groups_of(mail(9)) == {"annotators"}
    assert m.groups_of(mail(1)) == set() and m.groups_of(mail(4)) == {"annotators"}
    d.members("annotators", add=[person_dn(1)])
    assert m.done()["kind"] == "delta" and m.groups_of(mail(1)) == {"annotators"}
    d.delete(f"cn=newcomers,{d.groups_base}")
    assert m.done()["kind"] == "delta" and "newcomers" not in m.group_names()
    assert m.done(full=True)["changed"] == 0, "a full listing finds nothing that the feed did not tell"
    check_sound(m.org)


def test_a_log_in_memory_is_lost_with_a_restart(new_org, directory):
    """The server then names all who are there; those are counted in a listing instead."""
    d = directory
    d.sessionlog = "syncprov-sessionlog 100"
    d.restart()
    m = synced(new_org(default_role="AN"), d, strategy="syncrepl")
    d.delete(person_dn(5))
    assert m.done()["kind"] == "delta" and mail(5) not in working(m)
    d.delete(person_dn(6))
    d.restart()
    got = m.done()
    assert got["kind"] == "full" and any("has not kept all changes" in w for w in got["warnings"])
    assert working(m) == {mail(n) for n in range(PEOPLE) if n not in (5, 6)}


def test_a_server_restored_from_a_backup(new_org, directory):
    """It refuses a position from its future (53); nobody who is there loses anything."""
    d = directory
    m = synced(new_org(default_role="AN"), d, strategy="syncrepl")
    d.stop()
    for name in ("db", "alog"):
        run("cp", "-a", "--sparse=always", d.folder / name, d.folder / f"{name}.backup")
    d.start()
    d.replace(person_dn(3), "displayName", "Later")
    d.delete(person_dn(7))
    assert m.done()["kind"] == "delta" and mail(7) not in working(m)
    d.stop()
    for name in ("db", "alog"):
        shutil.rmtree(d.folder / name)
        run("cp", "-a", "--sparse=always", d.folder / f"{name}.backup", d.folder / name)
    d.start()
    got = m.done()
    assert got["kind"] == "full" and any("restored from a backup" in w for w in got["warnings"])
    assert working(m) == {mail(n) for n in range(PEOPLE)}, "and who came back with it is back"
    d.replace(person_dn(3), "displayName", "Again")
    assert m.done()["kind"] == "delta" and m.user(mail(3))["displayName"] == "Again"


def test_people_hidden_from_us_are_not_taken_for_gone(new_org, directory):
    """Access rules change no entry: the feed is silent, and the listing is braked."""
    d = directory
    m = synced(new_org(default_role="AN"), d)
    d.hide("(uid>=p000003)")
    d.hide("(|(uid=p00000*)(uid=p000010)(uid=p000011)(uid=p000012))")
    m.sync()
    assert len(working(m)) == PEOPLE
    assert m.sync(full=True)["state"] == "held" and len(working(m)) == PEOPLE
    d.hide("")
    assert m.done(full=True)["changed"] == 0 and len(working(m)) == PEOPLE


def test_a_renamed_tree_is_neither_gone_nor_new(new_org):
    """The server tells nothing of those below; groups name them in a new way."""
    base = f"ou=team,{Slapd.people_base}"
    team = [f"uid=p{n:06d},{base}" for n in range(50, 54)]
    d = Slapd(people=4, groups=[("crew", team)],
              seed=f"dn: {base}\nobjectClass: organizationalUnit\nou: team\n\n"
                   + "".join(person_ldif(n, ou="team,ou=people") for n in range(50, 54)))
    try:
        d.replace(person_dn(0), "displayName", "First")
        m = synced(new_org(default_role="AN"), d)
        ids = {u["userName"]: u["id"] for u in m.users()}
        d.rename(base, "ou=moved")
        m.done()
        moved = [dn.replace("ou=team", "ou=moved") for dn in team]
        d.ldif(f"dn: cn=crew,{d.groups_base}\nchangetype: modify\nreplace: member\n"
               + "".join(f"member: {dn}\n" for dn in (*moved, person_dn(1))))
        m.done()
        d.replace(moved[1], "displayName", "Moved along")
        m.done()
        assert {u["userName"]: u["id"] for u in m.users(state="active")} == ids
        assert m.user(mail(51))["displayName"] == "Moved along"
        assert all(m.groups_of(mail(n)) == {"crew"} for n in (1, 50, 51, 52, 53))
        m.done(full=True)
        assert all(m.groups_of(mail(n)) == {"crew"} for n in (1, 50, 51, 52, 53))
    finally:
        d.close()


@pytest.mark.parametrize("setting", [
    {"deactivate": {"locked": True}}, {"state": {"attributes": ["pwdAccountLockedTime"]}},
    {"attributes": {"display_name": ["cn"]}}, {"users": {"filter": "(objectClass=person)"}}, {"link": False}])
def test_other_settings_are_a_full_listing(new_org, directory, setting):
    m = synced(new_org(default_role="AN"), directory)
    assert m.done()["kind"] == "delta"
    m.patch(**setting)
    assert m.done()["kind"] == "full"
    assert len(working(m)) == PEOPLE


def test_what_deactivates_is_looked_at_anew_in_unchanged_entries(new_org, directory):
    d = directory
    d.ldif(f"dn: {person_dn(5)}\nchangetype: modify\nadd: pwdAccountLockedTime\n"
           "pwdAccountLockedTime: 000001010000Z\n")
    m = synced(new_org(default_role="AN"), d, deactivate={"locked": False})
    assert mail(5) in working(m)
    m.patch(deactivate={"locked": True})
    assert m.done()["counts"]["deactivated"] == 1 and mail(5) not in working(m)
    m.patch(deactivate={"locked": False})
    m.done()
    assert mail(5) in working(m)


def test_another_id_is_another_directory_until_somebody_says_so(new_org, directory):
    """Ids made of another attribute know nobody: that is not for a run to decide."""
    m = synced(new_org(default_role="AN"), directory)
    m.patch(id={"attribute": "uid"})
    got = m.sync()
    assert got["state"] == "failed" and "another directory" in got["error"], got
    assert len(working(m)) == PEOPLE
    m.patch(id={"attribute": "entryUUID"})
    assert m.done()["counts"]["deactivated"] == 0 and len(working(m)) == PEOPLE
