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


def test_a_group_that_is_listed_and_does_not_change_is_seen(org, directory):
    Mirror(org, directory).done()
    org.sql("UPDATE groups SET changed = 1 WHERE org_id = {org} RETURNING id")
    org.sql("UPDATE group_changes SET at = 1 WHERE org_id = {org} RETURNING slot")

    def warned():
        rules = {"rules": org.admin.ok("GET", "/rules")["rules"]}
        return {w["rule"] for w in org.admin.ok("POST", "/rules/plan", rules)["warnings"] if w["kind"] == "group_not_seen_lately"}
    assert warned() == set()
    org.sql("UPDATE ldap_connections SET full_at = 1 WHERE org_id = {org} RETURNING source_id")
    assert warned() == {"an", "ma"}


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


def test_an_attribute_may_be_name_and_members_at_once(org, directory):
    m = Mirror(org, directory, groups={"base": directory.groups_base, "name": ["member", "cn"]})
    m.done()
    assert m.group_names() == {person_dn(0)} and len(m.groups_of(mail(2))) == 1


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


# ---- safety ----------------------------------------------------------------

@pytest.fixture
def big(new_org):
    d = Slapd(people=60, groups=[("annotators", [person_dn(n) for n in range(60)])])
    made = new_org(seats=60, default_role="NO")
    rules(made, ("an", "annotators", {"org_role": "AN"}))
    m = Mirror(made, d)
    m.done()
    yield m
    d.close()


def working(m):
    return sum(u["state"] == "active" for u in m.users())


def remove(m, numbers):
    m.directory.delete(*[person_dn(n) for n in numbers])


def test_too_many_leavers_wait_and_go_when_approved(big):
    m, admin = big, big.org.admin
    remove(m, range(20, 40))
    m.directory.add_people(70)
    run = m.sync(full=True)
    assert run["state"] == "held" and run["hold"] and working(m) == 60
    assert m.user(mail(70)) is not None, "what is gained is given"
    hold = admin.ok("GET", "/holds/" + run["hold"])
    assert hold["people"] == 20 and hold["state"] == "open"
    again = m.sync(full=True)
    assert again["state"] == "done" and working(m) == 60, "the same removals are not asked about twice"
    admin.ok("POST", f"/holds/{run['hold']}/approve", {"digest": hold["digest"]})
    assert m.wait(run["id"], ("done",))["error"] is None
    assert working(m) == 40
    assert {mail(n) for n in range(20, 40)} == m.names(state="deactivated")
    check_sound(m.org)


def test_a_directory_that_heals_closes_the_hold(big):
    m = big
    m.directory.hide("(departmentNumber=1)")
    m.directory.hide("(|(departmentNumber=1)(departmentNumber=2)(departmentNumber=3))")
    run = m.sync(full=True)
    assert run["state"] == "held" and working(m) == 60
    m.directory.hide("")
    assert m.sync(full=True)["state"] == "done"
    assert m.run(run["id"])["state"] == "done" and working(m) == 60
    assert m.org.admin.ok("GET", "/holds/" + run["hold"])["state"] == "superseded"


def test_rejected_removals_are_not_asked_about_again(big):
    m = big
    remove(m, range(20, 40))
    run = m.sync(full=True)
    m.org.admin.ok("POST", f"/holds/{run['hold']}/reject", {"reason": "a mistake in the directory"})
    assert "not approved" in m.wait(run["id"], ("done",))["error"]
    assert m.sync(full=True)["state"] == "done" and working(m) == 60


def test_a_group_that_is_gone_with_the_roles_of_many_waits(big):
    m = big
    m.directory.delete(f"cn=annotators,{m.directory.groups_base}")
    run = m.sync(full=True)
    assert run["state"] == "held" and m.org.admin.ok("GET", "/holds/" + run["hold"])["people"] == 60
    assert {u["role"] for u in m.users()} == {"AN"}
    check_sound(m.org)


def test_everybody_gone_is_for_a_person_to_say(new_org):
    d = Slapd(people=5)
    try:
        m = Mirror(new_org(default_role="AN"), d)
        m.done()
        d.delete(*[person_dn(n) for n in range(5)])
        assert m.sync(full=True)["state"] == "held" and len(m.users(state="deactivated")) == 0
    finally:
        d.close()


def test_what_a_doubt_kept_is_taken_when_it_is_gone(big):
    m = big
    m.patch(canaries=[person_dn(99)])
    m.directory.members("annotators", remove=[person_dn(3)])
    assert m.sync(full=True)["state"] == "failed" and m.user(mail(3))["role"] == "AN"
    m.patch(canaries=None)
    assert m.done(full=True)["counts"]["members_removed"] == 1 and m.user(mail(3))["role"] == "NO"
    check_sound(m.org)


@pytest.mark.parametrize("how", ["down", "limited", "base", "retcode", "password"])
def test_a_listing_that_fails_takes_nothing_from_anybody(big, how):
    m, d = big, big.directory
    if how == "down":
        d.stop()
    elif how == "limited":
        d.globals = "sizelimit 20"
        m.patch(bind={"dn": d.limited, "password": d.limited_password})
        d.restart()
    elif how == "base":
        m.patch(users={"base": "ou=nowhere," + d.suffix})
    elif how == "retcode":
        m.patch(users={"base": d.retcode("adminlimit")})
    else:
        m.patch(bind={"password": "wrong"})
    run = m.sync(full=True)
    assert run["state"] == "failed" and run["error"], run
    assert working(m) == 60
    if how == "down":
        d.start()
    m.patch(users={"base": d.people_base}, bind={"dn": d.service, "password": d.service_password})
    assert m.done(full=True)["changed"] == 0


def test_another_directory_behind_the_same_address(big):
    m, d = big, big.directory
    other = Slapd(people=3)
    try:
        d.stop()
        other.stop()
        other.port = d.port
        other.start()
        run = m.sync(full=True)
        assert run["state"] == "failed" and "another directory" in run["error"]
        assert working(m) == 60
        m.patch(accept_directory=True)
        assert m.sync(full=True)["state"] == "held" and working(m) == 60
    finally:
        other.close()


def test_moving_to_another_server_takes_the_password_away(big):
    m = big
    assert m.show()["bind"]["password_set"] and "password" not in m.show()["bind"]
    assert not m.patch(uris=["ldap://127.0.0.1:1"])["bind"]["password_set"]


def test_the_last_administrator_stays(new_org):
    d = Slapd(people=3, groups=[("admins", [person_dn(0)]), ("annotators", [person_dn(1), person_dn(2)])])
    try:
        org = new_org(default_role="NO")
        rules(org, ("ad", "admins", {"org_role": "AD"}), ("an", "annotators", {"org_role": "AN"}))
        m = Mirror(org, d)
        m.done()
        d.delete(person_dn(0))
        run = m.sync(full=True)
        assert run["state"] == "done" and m.user(mail(0))["role"] == "AD"
        assert any("administrator" in (c["error"] or "") for c in m.changes(run["id"]))
    finally:
        d.close()


def test_runs_of_others_do_not_exist(new_org, big):
    other = new_org()
    run = big.done(full=True)
    assert other.admin.get(big.path).status == 404
    assert other.admin.get(f"{big.path}/runs/{run['id']}").status == 404
    assert other.admin.post(big.path + "/sync", {}).status == 404
