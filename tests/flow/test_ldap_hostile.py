"""Directories that misbehave: nobody loses access by it, and nothing hangs or grows without bounds."""
import threading
import time

import pytest

from harness.hostile_ldap import BASE, PASSWORD, RANGE, Hostile

FAST = {"connect_seconds": 2, "answer_seconds": 1}


def connect(org, directory, **more):
    return org.admin.ok("POST", "/connections/ldap", {
        "name": "hostile", "uris": [directory.uri], "tls": {"mode": "none"},
        "bind": {"dn": f"cn=svc,{BASE}", "password": PASSWORD}, "users": {"base": f"ou=people,{BASE}"},
        "groups": {"base": f"ou=groups,{BASE}", "filter": "(objectClass=groupOfNames)"},
        "attributes": {"user_name": ["mail"]}, "schedule_minutes": 0, "strategy": "full", **FAST, **more})


def run(org, connection):
    made = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/sync", {"full": True})["run"]
    for _ in range(400):
        got = org.admin.ok("GET", f"/connections/ldap/{connection['id']}/runs/{made}")
        if got["state"] in ("done", "failed", "held"):
            return got
        time.sleep(0.1)
    raise AssertionError(got)


def people(org):
    return {u["userName"]: u["state"] for u in org.admin.ok("GET", "/users?limit=100")["items"]}


def members(org):
    return org.admin.ok("GET", "/groups")["items"][0]["members"]


@pytest.fixture
def directory():
    made = Hostile(people=12)
    yield made
    made.close()


@pytest.fixture
def synced(server, directory):
    org = server.new_org(default_role="AN", seats=50)
    connection = connect(org, directory)
    assert run(org, connection)["state"] == "done"
    before = people(org)
    assert len(before) == 12 and set(before.values()) == {"active"} and members(org) == 12
    return org, connection


@pytest.mark.parametrize("behaviour", ["loop", "empty_loop", "cut", "no_page_control", "busy", "admin_limit", "empty",
                                       "notice", "referral", "no_ids", "twice", "not_text", "huge", "garbage",
                                       "silent", "stall"])
def test_nobody_loses_access_and_the_next_good_run_heals(synced, directory, behaviour):
    org, connection = synced
    before = people(org)
    for _ in range(2):
        directory.behaviour = behaviour
        run(org, connection)
        assert people(org) == before
        assert members(org) == 12
    assert org.admin.ok("GET", "/seats")["used"] == 12
    directory.behaviour = "good"
    assert run(org, connection)["state"] == "done"
    assert people(org) == before and members(org) == 12


def test_what_came_of_a_partial_listing_is_taken(synced, directory):
    """People who are new come in, though nobody knows whether that was all."""
    org, connection = synced
    directory.people, directory.behaviour = 16, "referral"
    run(org, connection)
    assert len(people(org)) == 16 and set(people(org).values()) == {"active"}


@pytest.mark.parametrize("count", [RANGE - 1, RANGE, RANGE + 1, 2 * RANGE, 2 * RANGE + 1])
def test_members_in_ranges_are_all_read(server, count):
    directory = Hostile(people=3, members=count, behaviour="ranges")
    try:
        org = server.new_org()
        connection = connect(org, directory)
        sample = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/test")["groups"]["sample"]
        assert sample[0]["members"] == count and "incomplete" not in sample[0]
    finally:
        directory.close()


@pytest.mark.parametrize("behaviour", ["range_lost", "range_stuck"])
def test_ranges_that_break_leave_the_group_as_it_was(synced, directory, behaviour):
    org, connection = synced
    directory.members, directory.behaviour = 4000, behaviour
    sample = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/test")["groups"]["sample"]
    assert sample[0]["incomplete"] is True
    run(org, connection)
    assert members(org) == 12


def test_endless_entries_end(synced, directory):
    org, connection = synced
    org.admin.ok("PATCH", f"/connections/ldap/{connection['id']}", {"entries_max": 500})
    before = people(org)
    directory.behaviour = "endless"
    run(org, connection)
    assert before.items() <= people(org).items() and len(people(org)) <= 500


def readers(server):
    """Children of the children of the server: (pid, CPU seconds)."""
    from pathlib import Path

    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[int(path.parent.name)] = (int(fields[1]), (int(fields[11]) + int(fields[12])) / 100)
    mine = [pid for pid, (parent, _) in found.items() if parent == server.pid]
    return {pid: cpu for pid, (parent, cpu) in found.items() if parent in mine}


def test_silent_tls_ends_at_the_deadline_without_spinning(own_server, directory):
    """libldap would wait for a handshake for ever, or spin."""
    directory.behaviour = "silent"
    org = own_server.new_org()
    connection = connect(org, directory, uris=[directory.tls_uri], tls={"mode": "ldaps"}, enabled=False)
    answer = []
    before = set(readers(own_server))
    asking = threading.Thread(target=lambda: answer.append(
        org.admin.ok("POST", f"/connections/ldap/{connection['id']}/test")))
    asking.start()
    time.sleep(1)
    new = {pid: cpu for pid, cpu in readers(own_server).items() if pid not in before}
    asking.join(20)
    assert answer and answer[0]["state"] == "failed" and "in time" in answer[0]["error"]
    spent = [cpu for pid, cpu in new.items()]
    assert spent and max(spent) < 0.5
    for _ in range(50):
        if not set(new) & set(readers(own_server)):
            break
        time.sleep(0.1)
    assert not set(new) & set(readers(own_server)), "it is gone, with its reader"


def test_wrong_password_is_said(server, directory):
    org = server.new_org()
    connection = connect(org, directory, bind={"dn": f"cn=svc,{BASE}", "password": "wrong"}, enabled=False)
    answer = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/test")
    assert answer["state"] == "failed" and answer["code"] == 49 and "bind DN" in answer["error"]


def test_the_next_uri_is_tried(server, directory):
    dead = Hostile()
    dead.close()
    org = server.new_org()
    connection = connect(org, directory, uris=[dead.uri, directory.uri], enabled=False)
    answer = org.admin.ok("POST", f"/connections/ldap/{connection['id']}/test")
    assert answer["uri"] == directory.uri
    assert any("failed" in w and dead.uri in w for w in answer["warnings"])
