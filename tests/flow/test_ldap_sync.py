"""Directories mirrored: people and groups come, change, move and go."""
import pytest
from harness.mirror import Mirror
from harness.scim import rules
from harness.slapd import Slapd, group_ldif, installed, person_dn, person_ldif
from harness.sound import check_seats, check_sound

pytestmark = pytest.mark.skipif(not installed(), reason="slapd is not installed")


def mail(n):
    return f"p{n:06d}@ex.example"


@pytest.fixture
def directory():
    d = Slapd(people=30, groups=[("annotators", [person_dn(n) for n in range(20)]),
                                 ("managers", [person_dn(n) for n in range(5)])])
    yield d
    d.close()


@pytest.fixture
def org(new_org):
    made = new_org(seats=25, policy="queue", default_role="NO")
    rules(made, ("an", "annotators", {"org_role": "AN"}), ("ma", "managers", {"org_role": "MA"}))
    return made


def test_first_run_brings_everybody_with_roles(org, directory):
    m = Mirror(org, directory)
    run = m.done()
    assert run["kind"] == "full" and run["read"] == 32 and run["counts"]["created"] == 30
    assert m.names() == {mail(n) for n in range(30)}
    assert m.user(mail(0))["role"] == "MA" and m.user(mail(10))["role"] == "AN"
    assert m.user(mail(25))["role"] == "NO" and m.user(mail(0))["source"] == "ldap"
    assert m.groups_of(mail(2)) == {"annotators", "managers"}
    assert run["seats"] == {"before": 0, "after": 20}
    check_sound(org)


def test_an_unchanged_directory_writes_nothing(org, directory):
    m = Mirror(org, directory)
    m.done()
    before = [(u["id"], u["changed"]) for u in m.users()]
    audit = org.admin.ok("GET", "/audit?limit=1")["total"]
    run = m.done(full=True)
    assert run["changed"] == 0 and run["applied"] == 0 and run["counts"]["unchanged"] == 30
    assert [(u["id"], u["changed"]) for u in m.users()] == before
    assert org.admin.ok("GET", "/audit?limit=1")["total"] == audit


def test_changes_moves_and_renames_keep_the_person(org, directory):
    m = Mirror(org, directory)
    m.done()
    ids = {u["userName"]: u["id"] for u in m.users()}
    directory.replace(person_dn(3), "displayName", "Third Person")
    directory.rename(person_dn(4), "uid=moved", None)
    directory.replace(person_dn(5), "mail", "new@ex.example")
    run = m.done(full=True)
    assert run["counts"]["updated"] == 3 and run["counts"]["created"] == 0
    assert m.user(mail(3))["displayName"] == "Third Person"
    assert m.user(mail(4))["id"] == ids[mail(4)] and m.user("new@ex.example")["id"] == ids[mail(5)]
    assert m.user(mail(4))["role"] == "MA"
    check_sound(org)


def test_two_people_swap_their_names(org, directory):
    m = Mirror(org, directory)
    m.done()
    ids = {u["userName"]: u["id"] for u in m.users()}
    directory.replace(person_dn(1), "mail", mail(2))
    directory.replace(person_dn(2), "mail", mail(1))
    m.done(full=True)
    assert m.user(mail(1))["id"] == ids[mail(2)] and m.user(mail(2))["id"] == ids[mail(1)]


def test_a_newcomer_takes_a_name_that_was_given_up(org, directory):
    m = Mirror(org, directory)
    m.done()
    old = m.user(mail(6))["id"]
    directory.replace(person_dn(6), "mail", "other@ex.example")
    directory.add(person_ldif(77).replace(mail(77), mail(6)))
    m.done(full=True)
    assert m.user("other@ex.example")["id"] == old and m.user(mail(6))["id"] != old


def test_leavers_lose_the_seat_and_come_back_as_themselves(org, directory):
    m = Mirror(org, directory)
    m.done()
    gone = m.user(mail(7))
    directory.ldif(f"dn: {person_dn(7)}\nchangetype: modify\nreplace: objectClass\n"
                   "objectClass: inetOrgPerson\n")
    kept = directory.search("(uid=p000007)", "entryUUID")
    directory.rename(person_dn(7), "uid=p000007", directory.suffix)
    run = m.done(full=True)
    assert run["counts"]["deactivated"] == 1
    assert m.user(mail(7))["state"] == "deactivated" and not m.user(mail(7))["seat"]
    directory.rename(f"uid=p000007,{directory.suffix}", "uid=p000007", directory.people_base)
    assert directory.search("(uid=p000007)", "entryUUID").split()[-1] == kept.split()[-1]
    m.done(full=True)
    back = m.user(mail(7))
    assert back["id"] == gone["id"] and back["state"] == "active" and back["role"] == "AN"
    check_seats(org)


def test_the_same_name_with_another_id_is_for_an_administrator(org, directory):
    m = Mirror(org, directory)
    m.done()
    old = m.user(mail(8))
    directory.delete(person_dn(8))
    m.done(full=True)
    directory.add_people(8)
    run = m.done(full=True)
    assert m.user(mail(8))["id"] == old["id"] and m.user(mail(8))["state"] == "deactivated"
    problems = [c for c in m.changes(run["id"]) if c["error"]]
    assert len(problems) == 1 and old["id"] in problems[0]["error"]
    assert org.admin.delete("/users/" + old["id"]).status == 204
    m.done(full=True)
    assert m.user(mail(8))["id"] != old["id"] and m.user(mail(8))["state"] == "pending"


def test_groups_change_are_renamed_and_go(org, directory):
    m = Mirror(org, directory)
    m.done()
    directory.members("annotators", add=[person_dn(25)], remove=[person_dn(19)])
    directory.add(group_ldif("guests", [person_dn(1)]))
    run = m.done(full=True)
    assert run["counts"]["members_added"] == 2 and run["counts"]["members_removed"] == 1
    assert m.user(mail(25))["role"] == "AN" and m.user(mail(19))["role"] == "NO"
    directory.rename(f"cn=guests,{directory.groups_base}", "cn=visitors")
    m.done(full=True)
    assert m.groups_of(mail(1)) == {"annotators", "managers", "visitors"}
    directory.delete(f"cn=visitors,{directory.groups_base}")
    m.done(full=True)
    assert "visitors" not in m.group_names()
    check_sound(org)


def test_groups_in_groups_and_cycles(org, directory):
    base = directory.groups_base
    directory.add(group_ldif("inner", [person_dn(28), f"cn=outer,{base}"]))
    directory.add(group_ldif("outer", [f"cn=inner,{base}"]))
    directory.members("managers", add=[f"cn=outer,{base}"])
    m = Mirror(org, directory)
    run = m.done()
    assert m.user(mail(28))["role"] == "MA" and m.groups_of(mail(28)) == {"inner", "outer", "managers"}
    assert any("itself" in w for w in run["warnings"])
    directory.members("inner", remove=[person_dn(28)])
    m.done(full=True)
    assert m.user(mail(28))["role"] == "NO"


def test_a_person_whom_scim_manages_is_linked_not_changed(org, directory):
    made = org.scim.ok("POST", "/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                                          "userName": mail(9), "displayName": "By SCIM"})
    m = Mirror(org, directory)
    m.done()
    u = m.user(mail(9))
    assert u["id"] == made["id"] and u["source"] == "scim" and u["displayName"] == "By SCIM"
    assert m.groups_of(mail(9)) == {"annotators"} and u["role"] == "AN"
    directory.delete(person_dn(9))
    m.done(full=True)
    assert m.user(mail(9))["state"] == "active"


def test_a_dry_run_changes_nothing_and_tells_all(org, directory):
    m = Mirror(org, directory)
    run = m.done(dry_run=True)
    assert not m.users() and run["counts"]["created"] == 30 and run["applied"] == 0
    assert run["seats"] == {"before": 0, "after": 20}
    listed = m.changes(run["id"])
    assert {c["userName"] for c in listed if c["what"] == "create"} == {mail(n) for n in range(30)}


def test_an_administrators_word_stands(org, directory):
    m = Mirror(org, directory)
    m.done()
    org.admin.ok("PATCH", "/users/" + m.user(mail(2))["id"], {"state": "deactivated"})
    directory.replace(person_dn(2), "displayName", "Changed")
    m.done(full=True)
    u = m.user(mail(2))
    assert u["state"] == "deactivated" and u["displayName"] == "Changed"


def test_changes_are_followed_without_a_listing(org, directory):
    directory.replace(person_dn(0), "displayName", "First")  # the server's log of changes begins here
    m = Mirror(org, directory)
    m.done()
    directory.replace(person_dn(3), "displayName", "Third Person")
    directory.members("annotators", add=[person_dn(26)])
    directory.add_people(50)
    directory.members("managers", add=[person_dn(50)])
    directory.delete(person_dn(12))
    run = m.done()
    assert run["kind"] == "delta" and run["read"] < 15, run["warnings"]
    assert m.user(mail(3))["displayName"] == "Third Person"
    assert m.user(mail(26))["role"] == "AN" and m.user(mail(50))["role"] == "MA"
    assert m.user(mail(12))["state"] == "deactivated"
    assert m.done()["changed"] == 0
    assert m.done(full=True)["changed"] == 0
    check_sound(org)
