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
