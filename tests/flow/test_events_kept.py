"""Events are kept for some days, and longer for webhooks; a reader who comes too late is told what to do."""
import re

import pytest
from harness.receiver import Receiver
from harness.scim import make_user
from test_admin_org import problem
from test_ctl import Ctl
from test_webhooks import PRIVATE, hook_for, state, wait_for


@pytest.fixture
def org(make_own_server):
    return make_own_server(env=PRIVATE).new_org(default_role="AN")


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


def feed(org, after=""):
    return org.platform.ok("GET", f"/events?limit=1000&after={after}")["items"]


def a_month_later(org):
    """All that happened so far is older than events are kept; the server tidies as it starts."""
    org.server.stop()
    for client in (org.admin, org.platform, org.scim):
        client.close()
    org.sql("UPDATE outbox SET at = 1 WHERE org_id = {org}")
    org.server.start()


def test_a_late_reader_reads_anew_and_then_misses_nothing(org):
    make_user(org)
    old = feed(org)
    make_user(org)
    newest = feed(org)[-1]
    a_month_later(org)
    wait_for(lambda: len(feed(org)) == 1)
    assert feed(org)[0]["id"] == newest["id"]
    for place in ("0", str(old[0]["seq"]), old[0]["id"], old[-1]["id"]):
        said = problem(org.platform.get(f"/events?after={place}"), 410)
        assert "read users, groups, workspaces and projects anew" in said, place
        go_on = re.search(r"after=(\d+)", said)[1]
    assert go_on == str(newest["seq"]) and feed(org, go_on) == []
    assert feed(org, newest["seq"] - 1) == feed(org)  # whoever has all but what is kept misses nothing
    user = make_user(org)
    assert user in {e["user"] for e in feed(org, go_on)}
    assert feed(org, go_on)[0]["seq"] == newest["seq"] + 1
    assert "anew" in Ctl(org)("events", "--after", old[0]["id"], status=1)


def test_what_a_webhook_has_to_get_is_kept_for_it(org, receiver):
    make_user(org)
    hook = hook_for(org, receiver)
    org.admin.ok("PATCH", "/webhooks/" + hook["id"], {"paused": True})
    place = state(org, hook)["place"]
    make_user(org)
    waiting = feed(org, place)
    a_month_later(org)
    wait_for(lambda: feed(org)[0]["seq"] == place + 1)
    assert [e["seq"] for e in feed(org)] == [e["seq"] for e in waiting]
    org.admin.ok("PATCH", "/webhooks/" + hook["id"], {"paused": False})
    receiver.wait(lambda m: {x.id for x in m} >= {e["id"] for e in waiting})
    wait_for(lambda: state(org, hook)["place"] == waiting[-1]["seq"])
    a_month_later(org)
    wait_for(lambda: len(feed(org)) == 1)
