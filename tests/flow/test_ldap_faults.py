"""A run that is interrupted at any point: no half state, it goes on, seats are right."""
import re
import time

import pytest
from harness import server as servers
from harness.mirror import Mirror
from harness.scim import rules
from harness.slapd import Slapd, installed, person_dn
from harness.sound import check_sound

pytestmark = pytest.mark.skipif(not installed(), reason="slapd is not installed")

PEOPLE = 3000


@pytest.fixture(scope="module")
def directory():
    d = Slapd(people=PEOPLE, groups=[(f"g{g}", [person_dn(n) for n in range(g, PEOPLE, 5)]) for g in range(5)])
    yield d
    d.close()


def wait_for(m, run, done):
    for _ in range(2000):
        out = m.run(run)
        if done(out) or out["state"] in ("done", "failed", "held"):
            return out
        time.sleep(0.005)
    raise AssertionError(out)


@pytest.mark.parametrize("when", [
    ("reading", lambda r: r["state"] == "reading"),
    ("comparing", lambda r: r["state"] in ("comparing", "applying")),
    ("begin", lambda r: r["applied"] > 0),
    ("middle", lambda r: r["applied"] > 1000),
    ("late", lambda r: r["applied"] > 2500)], ids=lambda w: w[0])
def test_killed_in_the_midst_and_finished_by_the_next(own_server, directory, when):
    org = own_server.new_org(seats=2000, policy="queue", default_role="NO")
    rules(org, ("an", {"group": "g*", "by": "glob"}, {"org_role": "AN"}))
    m = Mirror(org, directory, enabled=True)
    run = m.ask(full=True)
    wait_for(m, run, when[1])
    own_server.kill9()
    own_server.start()
    org.admin.close()  # its connection ended with the server
    check_sound(org)
    out = m.wait(run, seconds=90)
    assert out["state"] == "done", out
    assert m.names() == {f"p{n:06d}@ex.example" for n in range(PEOPLE)}
    assert org.admin.ok("GET", "/seats")["used"] == 2000
    assert {g["members"] for g in org.admin.ok("GET", "/groups?limit=10")["items"]} == {PEOPLE // 5}
    check_sound(org)
    assert m.done(full=True)["changed"] == 0


def entries(server, what):
    found = re.search(rf'^rosterd_ldap_entries_total{{what="{what}"}} (\d+)$', server.anonymous().get("/metrics").json, re.M)
    return int(found[1]) if found else 0


def test_metrics_move_while_a_run_goes_on(own_server, directory):
    m = Mirror(own_server.new_org(default_role="AN"), directory)
    run = m.ask(full=True)
    out = wait_for(m, run, lambda r: r["applied"] > 0)
    if out["state"] == "applying":
        assert 0 < entries(own_server, "applied") and entries(own_server, "read") >= PEOPLE
    out = m.wait(run)
    assert {what: entries(own_server, what) for what in ("read", "compared", "changed", "applied")} == {
        what: out[what] for what in ("read", "compared", "changed", "applied")}


def test_the_directory_is_killed_in_the_midst(own_server):
    d = Slapd(people=PEOPLE)
    try:
        org = own_server.new_org(default_role="AN")
        m = Mirror(org, d)
        m.done()
        run = m.ask(full=True)
        wait_for(m, run, lambda r: r["read"] > 0)
        d.stop(hard=True)
        assert m.wait(run)["state"] in ("failed", "done")
        assert len(m.users(state="active")) == PEOPLE
        d.start()
        assert m.done(full=True)["changed"] == 0
    finally:
        d.close()


def test_two_servers_run_a_connection_once(make_own_server, engine, directory):
    """Both open the same seals: they share the key that the first one made."""
    if engine == "sqlite":
        pytest.skip("one process at a time on a file")
    one = make_own_server()
    env = {"ROSTERD_SECRET_KEY_FILE": str(one.folder / "secret.key")}
    two = servers.Server(one.cluster, database=one.database, env=env)
    try:
        org = one.new_org(default_role="NO")
        m = Mirror(org, directory)
        runs = {m.ask(full=True) for _ in range(3)} | {m.ask(dry_run=True)}
        for run in runs:
            assert m.wait(run, seconds=120)["state"] == "done"
        assert len(m.users()) == PEOPLE
        check_sound(org)
    finally:
        two.close()
