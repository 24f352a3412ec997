"""Memberships that people's own entries name (memberOf), with and without groups that are listed."""
import pytest
from harness.hostile_ldap import Hostile
from harness.mirror import Mirror
from harness.scim import rules
from harness.slapd import SUFFIX, Slapd, group_ldif, installed, person_dn
from harness.sound import check_sound

NAMED = {"base": "", "member_of": "memberOf"}


def mail(n):
    return f"p{n:06d}@ex.example"


def in_groups(people, **groups):
    """The overlay writes memberOf only for groups that are made while it runs."""
    if not installed():
        pytest.skip("slapd is not installed")
    d = Slapd(people=people)
    for name, members in groups.items():
        d.add(group_ldif(name, [person_dn(n) for n in members]))
    return d


@pytest.fixture
def directory():
    d = in_groups(30, annotators=range(20), managers=range(5))
    yield d
    d.close()


@pytest.fixture
def org(new_org):
    made = new_org(seats=60, default_role="NO")
    rules(made, ("an", "annotators", {"org_role": "AN"}), ("ma", "managers", {"org_role": "MA"}))
    return made


def test_groups_come_from_people_alone(org, directory):
    directory.access = f'access to dn.subtree="{directory.groups_base}" by * none'
    directory.restart()
    m = Mirror(org, directory, groups=NAMED)
    run = m.done()
    assert run["read"] == 30 and run["counts"]["groups_created"] == 2 and run["warnings"] == []
    assert m.group_names() == {"annotators", "managers"}
    assert m.groups_of(mail(2)) == {"annotators", "managers"} and m.user(mail(2))["role"] == "MA"
    assert m.user(mail(10))["role"] == "AN" and m.user(mail(25))["role"] == "NO"
    again = m.done(full=True)
    assert again["changed"] == 0 and again["counts"]["unchanged"] == 30
    check_sound(org)


def test_leaving_and_joining_show_in_the_next_listing(org, directory):
    m = Mirror(org, directory, groups=NAMED)
    m.done()
    changed = m.user(mail(1))["changed"]
    directory.members("managers", add=[person_dn(25)], remove=[person_dn(3)])
    run = m.done(full=True)
    assert run["counts"]["updated"] == 0 and run["counts"]["members_removed"] == 1
    assert m.user(mail(3))["role"] == "AN" and m.user(mail(25))["role"] == "MA"
    assert m.user(mail(1))["changed"] == changed
    check_sound(org)


def test_a_renamed_group_is_another_one(org, directory):
    m = Mirror(org, directory, groups=NAMED)
    m.done()
    directory.rename(f"cn=managers,{directory.groups_base}", "cn=Leads\\, all")
    run = m.done(full=True)
    assert run["counts"]["groups_created"] == 1 and run["counts"]["groups_deleted"] == 1
    assert m.group_names() == {"annotators", "Leads, all"} and m.groups_of(mail(1)) == m.group_names()
    assert m.user(mail(1))["role"] == "AN", "the rule names the group that was"
    check_sound(org)


def test_a_group_that_nobody_has_any_more_is_gone(org, directory):
    m = Mirror(org, directory, groups=NAMED)
    m.done()
    directory.delete(f"cn=managers,{directory.groups_base}")
    run = m.done(full=True)
    assert run["counts"]["groups_deleted"] == 1 and m.group_names() == {"annotators"}
    assert m.user(mail(2))["role"] == "AN"
    check_sound(org)


@pytest.fixture
def big(new_org):
    d = in_groups(60, annotators=range(60))
    made = new_org(seats=60, default_role="NO")
    rules(made, ("an", "annotators", {"org_role": "AN"}))
    m = Mirror(made, d, groups=NAMED)
    m.done()
    yield m
    d.close()


def roles(m):
    return [u["role"] for u in m.users()].count("AN")


A_THIRD = "(|(departmentNumber=0)(departmentNumber=1)(departmentNumber=2))"


@pytest.mark.parametrize("who", [A_THIRD, "(uid=*)"], ids=["third", "all"])
def test_rights_that_are_lost_take_no_roles(big, who):
    m = big
    m.directory.access = f'access to filter="{who}" attrs=memberOf by * none'
    m.directory.restart()
    run = m.sync(full=True)
    assert run["state"] == "held" and run["hold"] and roles(m) == 60
    m.directory.access = ""
    m.directory.restart()
    assert m.done(full=True)["counts"]["members_removed"] == 0
    assert m.org.admin.ok("GET", "/holds/" + run["hold"])["state"] == "superseded" and roles(m) == 60
    check_sound(m.org)


def test_a_listing_that_is_cut_off_takes_no_roles(big):
    m = big
    m.patch(entries_max=40)
    m.directory.members("annotators", remove=[person_dn(3)])
    assert m.sync(full=True)["state"] == "failed" and roles(m) == 60
    m.patch(entries_max=None)
    m.done(full=True)
    assert roles(m) == 59 and m.user(mail(3))["role"] == "NO"
    check_sound(m.org)


def test_what_a_feed_tells_leads_to_a_listing_where_groups_differ(org, directory):
    m = Mirror(org, directory, groups=NAMED)
    m.done()
    directory.replace(person_dn(3), "displayName", "Third Person")
    run = m.done()
    assert run["kind"] == "delta" and run["counts"]["updated"] == 1 and m.user(mail(3))["role"] == "MA"
    directory.members("managers", remove=[person_dn(3)])
    assert m.done()["kind"] == "delta" and m.user(mail(3))["role"] == "MA", "the overlay tells no feed"
    directory.replace(person_dn(3), "displayName", "Fourth Person")
    run = m.done()
    assert run["kind"] == "full" and "names other groups" in run["warnings"][0]
    assert m.user(mail(3))["role"] == "AN" and m.user(mail(3))["displayName"] == "Fourth Person"
    directory.add_people(70)
    assert m.done()["kind"] == "delta" and m.user(mail(70))["role"] == "NO"
    directory.add_people(71)
    directory.members("managers", add=[person_dn(71)])
    assert m.done()["kind"] == "full" and m.user(mail(71))["role"] == "MA"
    check_sound(org)


def test_beside_groups_that_are_listed(org, directory):
    """The listed group's own list and people's entries both count; what is listed nowhere does not."""
    elsewhere = f"cn=board,ou=elsewhere,{SUFFIX}"
    directory.add(f"dn: ou=elsewhere,{SUFFIX}\nobjectClass: organizationalUnit\nou: elsewhere\n\n"
                  f"dn: {elsewhere}\nobjectClass: groupOfNames\ncn: board\nmember: {person_dn(1)}\n\n")
    hidden = f'access to dn.exact="cn=managers,{directory.groups_base}" attrs=member by * none'
    directory.access = hidden
    directory.restart()
    m = Mirror(org, directory, groups={"base": directory.groups_base, "member_of": "memberOf"})
    m.done()
    assert m.group_names() == {"annotators", "managers"} and m.groups_of(mail(1)) == {"annotators", "managers"}
    assert m.user(mail(2))["role"] == "MA" and m.user(mail(10))["role"] == "AN"
    assert m.done(full=True)["changed"] == 0
    directory.replace(f"cn=managers,{directory.groups_base}", "description", "they lead")
    directory.members("annotators", remove=[person_dn(10)])
    assert m.done()["kind"] == "delta" and m.user(mail(2))["role"] == "MA", "its list names nobody"
    assert m.done(full=True)["counts"]["members_removed"] == 1
    assert m.user(mail(2))["role"] == "MA" and m.user(mail(10))["role"] == "NO"
    check_sound(org)


def test_the_trial_says_what_would_be_ignored(org, directory):
    directory.add(f"dn: ou=elsewhere,{SUFFIX}\nobjectClass: organizationalUnit\nou: elsewhere\n\n"
                  f"dn: cn=board,ou=elsewhere,{SUFFIX}\nobjectClass: groupOfNames\ncn: board\n"
                  f"member: {person_dn(1)}\n\n")
    m = Mirror(org, directory, groups={"base": directory.groups_base, "member_of": "memberOf"})
    out = org.admin.ok("POST", m.path + "/test", {})
    assert [p["member_of"] for p in out["users"]["sample"] if p["userName"] == mail(1)] == [3]
    assert f"cn=board,ou=elsewhere,{SUFFIX}" in out["warnings"][-1] and "1 of 3 groups" in out["warnings"][-1]
    m.patch(groups={"base": ""})
    out = org.admin.ok("POST", m.path + "/test", {})
    assert out["warnings"] == ["The connection is not encrypted."]
    assert {g["name"] for g in out["groups"]["sample"]} == {"annotators", "managers", "board"}
    m.patch(groups={"member_of": "isMemberOf"})
    assert any("groups.member_of" in w for w in org.admin.ok("POST", m.path + "/test", {})["warnings"])


def test_groups_that_cannot_be_read_are_nobodys_loss(org):
    """One value is no text: whoever has it may be in any group."""
    everybody, one = "cn=annotators,dc=hostile", "cn=managers,dc=hostile"
    d = Hostile(people=12)
    plain, says = d.person, {n: [everybody] for n in range(12)}
    says[5] = [everybody, one]

    def person(n):
        dn, values = plain(n)
        return dn, {**values, "memberOf": says[n]}

    def members():
        return {g["displayName"]: g["members"] for g in org.admin.ok("GET", "/groups")["items"]}

    d.person = person
    try:
        m = Mirror(org, d, groups=NAMED, strategy="full", attributes={"user_name": ["mail"]})
        m.done()
        assert members() == {"annotators": 12, "managers": 1}
        says[3], says[4], says[5] = [b"cn=\xff\xfe,dc=hostile"], [], [everybody, b"cn=\xff,dc=hostile"]
        assert m.done()["counts"]["members_removed"] == 1 and members() == {"annotators": 11, "managers": 1}
        says[3], says[5] = [], [everybody]
        run = m.done()
        assert run["counts"]["members_removed"] == 2 and run["counts"]["groups_deleted"] == 1
        assert members() == {"annotators": 10}
        check_sound(org)
    finally:
        d.close()
