"""The audit trail to syslog: RFC 5424 in octet-counted frames, and nothing is lost."""
import itertools
import json
import threading

import pytest
from harness import server as servers
from harness.client import Client
from harness.collector import Collector, certificate
from harness.scim import make_user, set_active

numbers = itertools.count(1)


@pytest.fixture
def collector():
    made = []

    def make(**options):
        made.append(Collector(**options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def sealed(org):
    """The audit trail once all of it is sealed: ids in the order of the chain."""
    tick = threading.Event()
    for _ in range(1200):
        items = org.admin.ok("GET", "/audit?limit=1000")["items"]
        if all(i["seq"] for i in items):
            return [i["id"] for i in sorted(items, key=lambda i: i["seq"])]
        tick.wait(0.05)
    raise AssertionError("the trail is not sealed")


def work(org):
    user = make_user(org)
    set_active(org, user, False)
    org.admin.ok("POST", "/workspaces", {"title": f"Ünïcode {next(numbers)}"})


def test_every_record_arrives_in_order_and_can_be_verified(make_own_server, collector, tmp_path):
    c = collector()
    one = make_own_server(env={"ROSTERD_SYSLOG": f"tcp://127.0.0.1:{c.port}"})
    org, other = one.new_org(), one.new_org()
    work(org)
    work(other)
    for each in (org, other):
        want = sealed(each)
        c.wait(lambda: len(c.of(each)) == len(want))
        assert [r["id"] for r in c.of(each)] == want
        path = tmp_path / each.name
        path.write_text("".join(json.dumps(r) + "\n" for r in c.of(each)))
        assert one.ctl("audit", "verify", str(path), check=False).returncode == 0
    for (priority, at, _, app, _, kind, mark, text), record in c.messages:
        assert int(priority) in (13 * 8 + 6, 13 * 8 + 4) and app == b"rosterd"
        assert kind.decode() == record["action"] and at.decode() == record["time"]
        assert bool(mark) == (not text.isascii())
    assert c.connections == 1


def test_refused_sign_ins_are_warnings(make_own_server, collector):
    c = collector()
    one = make_own_server(env={"ROSTERD_SYSLOG": f"tcp://127.0.0.1:{c.port}"})
    org = one.new_org()
    assert Client(one.base, "/api/v1", org.token("scim")).get("/users").status == 403
    c.wait(lambda: any(r["action"] == "token.refused" for r in c.of(org)))
    assert [int(m[0]) for m, r in c.messages if r["action"] == "token.refused"] == [13 * 8 + 4]


def test_tls_and_only_with_whom_it_should(make_own_server, collector, tmp_path):
    good, bad = certificate(tmp_path, "127.0.0.1"), certificate(tmp_path, "127.0.0.9")
    right, stranger, misnamed = collector(tls=good), collector(tls=good), collector(tls=bad)
    for c, ca, works in ((right, good, True), (stranger, bad, False), (misnamed, bad, False)):
        one = make_own_server(env={"ROSTERD_SYSLOG": f"tls://127.0.0.1:{c.port}", "ROSTERD_SYSLOG_CA": str(ca[0])})
        org = one.new_org()
        work(org)
        want = sealed(org)
        if works:
            c.wait(lambda: [r["id"] for r in c.of(org)] == want)
        else:
            c.wait(lambda: "event=outgoing" in one.tail(400))
            assert c.messages == []


def test_a_broken_connection_repeats_and_does_not_lose(make_own_server, collector):
    c = collector(cut_after=3)
    one = make_own_server(env={"ROSTERD_SYSLOG": f"tcp://127.0.0.1:{c.port}"})
    org = one.new_org()
    for _ in range(3):
        work(org)
    want = sealed(org)
    c.wait(lambda: {r["id"] for r in c.of(org)} >= set(want))
    assert c.connections >= 2
    seen = list(dict.fromkeys(r["id"] for r in c.of(org)))
    assert seen == want


@pytest.mark.slow
def test_kill_9_and_a_server_that_is_away(make_own_server, collector):
    c = collector()
    one = make_own_server(env={"ROSTERD_SYSLOG": f"tcp://127.0.0.1:{c.port}"})
    org = one.new_org()
    work(org)
    c.wait(lambda: c.of(org))
    one.kill9()
    for client in (org.admin, org.scim):
        client.close()
    one.sql("UPDATE leases SET until = 0")  # the dead one's lease runs out
    one.start()
    work(org)
    want = sealed(org)
    c.wait(lambda: {r["id"] for r in c.of(org)} >= set(want))
    assert list(dict.fromkeys(r["id"] for r in c.of(org))) == want


@pytest.mark.slow
def test_of_two_processes_one_streams(postgres, collector):
    c = collector()
    env = {"ROSTERD_SYSLOG": f"tcp://127.0.0.1:{c.port}"}
    first = servers.Server(postgres, env=env)
    second = servers.Server(postgres, database=first.database, env=env)
    try:
        org = first.new_org()
        for _ in range(3):
            work(org)
        want = sealed(org)
        c.wait(lambda: len(c.of(org)) >= len(want))
        assert [r["id"] for r in c.of(org)] == want and c.connections == 1
    finally:
        second.close()
        first.close()


@pytest.mark.parametrize("settings", [
    {"ROSTERD_SYSLOG": "udp://127.0.0.1:514"}, {"ROSTERD_SYSLOG": "tcp://127.0.0.1"},
    {"ROSTERD_SYSLOG": "tls://127.0.0.1:6514", "ROSTERD_SYSLOG_CA": "/nothing/here.pem"}])
def test_bad_settings_are_refused(settings):
    with pytest.raises(RuntimeError, match="syslog"):
        servers.Server(env=settings)
    for one in list(servers.living):
        if one.process.poll() is not None:
            one.forget()
