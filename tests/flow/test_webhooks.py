"""Events go to webhooks: signed, in order for each person, at least once, whatever happens."""
import itertools
import threading
import time

import pytest
from harness import server as servers
from harness.receiver import Receiver
from harness.scim import make_user, set_active
from test_admin_org import problem

PRIVATE = {"ROSTERD_PRIVATE_ADDRESSES": "yes"}


@pytest.fixture(scope="module")
def near(request, engine):
    """A server that may call this machine."""
    pg = request.getfixturevalue("postgres") if engine == "postgresql" else None
    made = servers.Server(pg, env=PRIVATE)
    yield made
    made.close()


@pytest.fixture
def org(near):
    return near.new_org(default_role="AN")


@pytest.fixture
def receiver():
    made = []

    def make(*args, **options):
        made.append(Receiver(*args, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def hook_for(org, receiver, **more):
    return org.admin.ok("POST", "/webhooks", {"url": receiver.url, **more})


def state(org, hook):
    return org.admin.ok("GET", "/webhooks/" + hook["id"])


def hurry(org, hook):
    """What waits is tried again now."""
    return org.admin.ok("PATCH", "/webhooks/" + hook["id"], {"paused": False})


def wait_for(holds, seconds=30):
    tick = threading.Event()
    for _ in range(seconds * 20):
        if holds():
            return
        tick.wait(0.05)
    raise AssertionError("it never happened")


def of_user(messages, user):
    return [m.json["seq"] for m in messages if m.user == user]


# ---- what is sent ------------------------------------------------------------

def test_messages_are_signed_and_say_what_the_feed_says(org, receiver):
    r = receiver()
    hook = hook_for(org, r, name="labels")
    user = make_user(org)
    got = r.wait(lambda m: any(x.type == "seat.taken" for x in m))
    assert all(m.signed_with(hook["secret"]) for m in got)
    assert not any(m.signed_with("whsec_" + "A" * 43 + "=") for m in got)
    feed = {e["id"]: e for e in org.admin.ok("GET", "/events")["items"]}
    for m in got:
        e = feed[m.id]
        assert m.json == {"id": e["id"], "seq": e["seq"], "type": e["type"], "timestamp": e["at"], "org": org.id,
                          "user": e["user"], "data": e["payload"]}
        assert m.headers["Content-Type"] == "application/json"
    assert [m.type for m in got if m.user == user][0] == "user.created"
    wait_for(lambda: state(org, hook)["place"] == max(e["seq"] for e in feed.values()))


def test_a_secret_is_shown_once_and_sealed(org, receiver):
    hook = hook_for(org, receiver())
    assert hook["secret"].startswith("whsec_")
    shown = str(state(org, hook)) + str(org.admin.ok("GET", "/webhooks")) + str(org.admin.ok("GET", "/audit"))
    assert hook["secret"] not in shown
    stored = org.sql("SELECT secret FROM webhooks WHERE org_id = {org}")[0][0]
    assert stored.startswith("s1:") and hook["secret"] not in stored


def test_rotation_overlaps(org, receiver):
    r = receiver()
    hook = hook_for(org, r)
    again = org.admin.ok("POST", f"/webhooks/{hook['id']}/rotate")
    assert again["secret"] != hook["secret"] and again["old_secret_until"]
    make_user(org)
    got = r.wait(lambda m: m)
    assert got[0].signed_with(hook["secret"]) and got[0].signed_with(again["secret"])
    org.sql("UPDATE webhooks SET old_until = 1 WHERE org_id = {org}")
    make_user(org)
    last = r.wait(lambda m: [x for x in m if x.user != got[0].user and x.user])[-1]
    assert last.signed_with(again["secret"]) and not last.signed_with(hook["secret"])


def test_an_endpoint_gets_what_it_asked_for(org, receiver):
    some, every = receiver(), receiver()
    hook_for(org, some, events=["user.deactivated", "seat.*"])
    hook_for(org, every)
    user = make_user(org)
    set_active(org, user, False)
    every.wait(lambda m: any(x.type == "seat.freed" for x in m))
    got = some.wait(lambda m: any(x.type == "seat.freed" for x in m))
    assert {m.type for m in got} == {"seat.taken", "user.deactivated", "seat.freed"}


def test_a_test_goes_to_one_endpoint_alone(org, receiver):
    one, other = receiver(), receiver()
    hook = hook_for(org, one, events=["seat.taken"])
    hook_for(org, other)
    org.admin.ok("POST", f"/webhooks/{hook['id']}/test")
    assert [m.type for m in one.wait(lambda m: m)] == ["webhook.test"]
    make_user(org)
    got = other.wait(lambda m: any(x.type == "seat.taken" for x in m))
    assert "webhook.test" not in {m.type for m in got}


# ---- when it is not taken ------------------------------------------------------

def test_one_person_waits_and_others_go_on(org, receiver):
    ill = []
    r = receiver(lambda m: 500 if m.user in ill else 204)
    hook = hook_for(org, r)
    first, second = make_user(org), make_user(org)
    r.wait(lambda m: len(of_user(m, second)) >= 2 and len(of_user(m, first)) >= 2)
    ill.append(first)
    set_active(org, first, False)
    set_active(org, second, False)
    set_active(org, first, True)
    r.wait(lambda m: any(x.user == second and x.type == "seat.freed" for x in m))
    assert not any(m.user == first and m.type == "user.deactivated" for m in r.taken())
    wait_for(lambda: state(org, hook)["waiting"] >= 4)
    ill.clear()
    hurry(org, hook)
    got = r.wait(lambda m: any(x.user == first and x.type == "user.reactivated" for x in m))
    wait_for(lambda: state(org, hook)["waiting"] == 0)
    for user in (first, second):
        seqs = of_user(r.taken(), user)
        assert seqs == sorted(seqs) and len(seqs) == len(set(seqs)), got
    feed = [e["seq"] for e in org.admin.ok("GET", "/events")["items"]]
    assert sorted(m.json["seq"] for m in r.taken()) == feed


def test_what_the_receiver_does_not_want_dies_is_listed_and_sent_again(org, receiver):
    unwanted = {"user.deactivated"}
    r = receiver(lambda m: 422 if m.type in unwanted else 204)
    hook = hook_for(org, r)
    user = make_user(org)
    set_active(org, user, False)
    for n in (1, 2):
        wait_for(lambda: [d["tries"] for d in deliveries(org, hook) if d["type"] == "user.deactivated"] == [n])
        hurry(org, hook)
    wait_for(lambda: state(org, hook)["dead"] == 1)
    r.wait(lambda m: any(x.type == "seat.freed" for x in m))
    letter, = deliveries(org, hook, "?delivery=dead")
    assert letter["status"] == 422 and letter["tries"] == 3 and letter["user"] == user and letter["next"] is None
    unwanted.clear()
    path = f"/webhooks/{hook['id']}/redeliver"
    problem(org.admin.post(path, {"delivery": "nothing"}), 404)
    assert org.admin.ok("POST", path, {"delivery": letter["id"]}) == {"deliveries": 1}
    r.wait(lambda m: any(x.type == "user.deactivated" for x in m))
    wait_for(lambda: deliveries(org, hook) == [])
    assert org.admin.ok("POST", path, {}) == {"deliveries": 0}


def deliveries(org, hook, query=""):
    return org.admin.ok("GET", f"/webhooks/{hook['id']}/deliveries{query}")["items"]


def test_a_broken_endpoint_is_left_alone_then_paused_and_nothing_is_lost(org, receiver):
    broken = [True]
    r = receiver(lambda m: 503 if broken else 204)
    hook = hook_for(org, r)
    users = [make_user(org) for _ in range(6)]
    wait_for(lambda: state(org, hook)["failures"] >= 3)
    assert len(r.messages) == state(org, hook)["failures"] == 3, "one that fails is not asked for everybody"
    # it has been so for days; what waits is tried once more
    org.sql("UPDATE webhooks SET failing_since = 1 WHERE org_id = {org}")
    org.sql("UPDATE webhook_deliveries SET next_at = 0 WHERE org_id = {org}")
    org.sql("UPDATE webhook_turns SET due = 0, rest = 0 WHERE org_id = {org}")
    wait_for(lambda: state(org, hook)["paused"])
    assert state(org, hook)["paused_reason"] == "nothing was taken for a day"
    note, = org.admin.ok("GET", "/audit?action=webhook.paused")["items"]
    assert note["target"] == hook["id"] and note["reason"]
    broken.clear()
    hurry(org, hook)
    got = r.wait(lambda m: {x.user for x in m if x.type == "seat.taken"} >= set(users))
    for user in users:
        assert of_user(got, user) == sorted(set(of_user(got, user)))


def test_gone_means_gone(org, receiver):
    r = receiver(lambda m: 410)
    hook = hook_for(org, r)
    make_user(org)
    wait_for(lambda: state(org, hook)["paused"])
    assert len(r.messages) == 1 and "410" in state(org, hook)["paused_reason"]


def test_paused_by_hand_keeps_everything(org, receiver):
    r = receiver()
    hook = hook_for(org, r, paused=True)
    user = make_user(org)
    problem(org.admin.post(f"/webhooks/{hook['id']}/test"), 409)
    org.admin.ok("GET", "/events")
    assert not r.messages
    hurry(org, hook)
    r.wait(lambda m: any(x.user == user and x.type == "user.created" for x in m))


def test_resumed_while_a_sender_looks_at_it_stays_resumed(org, receiver):
    """Senders look every second: so many changes meet several of their looks."""
    hooks = [hook_for(org, receiver()) for _ in range(3)]
    until = time.monotonic() + 4
    while time.monotonic() < until:
        make_user(org)
        org.platform.ok("GET", "/events?limit=1")  # there is something to do
        for paused in (True, False):
            for hook in hooks:
                org.admin.ok("PATCH", "/webhooks/" + hook["id"], {"paused": paused})
        assert not any(state(org, hook)["paused"] for hook in hooks)


def test_redirects_are_not_followed(org, receiver):
    other = receiver()
    r = receiver(lambda m: (307, {"Location": other.url}))
    hook = hook_for(org, r)
    make_user(org)
    wait_for(lambda: state(org, hook)["last_error"])
    assert "redirects are not followed" in state(org, hook)["last_error"] and not other.messages


# ---- who may be called -----------------------------------------------------------

def test_bad_endpoints_are_refused(org):
    for body in ({}, {"url": "http://hooks.example.org/"}, {"url": "ftp://hooks.example.org/"}, {"url": "https://"},
                 {"url": "https://user@hooks.example.org/"}, {"url": "https://h.example.org/\r\nX: y"},
                 {"url": "https://h.example.org/", "events": []}, {"url": "https://h.example.org/", "events": ["a b"]},
                 {"url": "https://h.example.org/", "events": ["us*r"]}, {"url": "https://h.example.org/", "secret": "x"}):
        problem(org.admin.post("/webhooks", body), 400)
    assert org.admin.ok("GET", "/webhooks")["items"] == []
    assert org.platform.get("/webhooks").status == 403


def test_private_addresses_are_not_called_unless_allowed(new_org, receiver):
    far = new_org(default_role="AN")  # of a server with no such setting
    r = receiver()
    hook = hook_for(far, r)
    make_user(far)
    wait_for(lambda: state(far, hook)["last_error"])
    assert "private_addresses" in state(far, hook)["last_error"] and not r.messages


def test_plain_http_to_others_only_if_the_operator_says_so(make_own_server):
    one = make_own_server(env={"ROSTERD_WEBHOOKS_PLAIN": "yes"})
    assert one.new_org().admin.ok("POST", "/webhooks", {"url": "http://hooks.example.org/"})["id"]


def test_there_are_so_many_and_no_more(org):
    for n in range(20):
        org.admin.ok("POST", "/webhooks", {"url": f"https://h{n}.example.org/"})
    problem(org.admin.post("/webhooks", {"url": "https://h20.example.org/"}), 409)


def test_deleted_is_gone(org, receiver):
    r = receiver(lambda m: 500)
    hook = hook_for(org, r)
    make_user(org)
    wait_for(lambda: state(org, hook)["waiting"])
    assert org.admin.delete("/webhooks/" + hook["id"]).status == 204
    problem(org.admin.get("/webhooks/" + hook["id"]), 404)
    for table in ("webhooks", "webhook_turns", "webhook_deliveries"):
        assert org.sql(f"SELECT * FROM {table} WHERE org_id = {{org}}") == []


# ---- crashes, and several processes ------------------------------------------------

@pytest.mark.slow
def test_kill_9_loses_nothing(make_own_server, receiver):
    one = make_own_server(env=PRIVATE)
    org = one.new_org(default_role="AN")
    moments = itertools.count(1)
    kill = threading.Event()

    def answer(message):
        if next(moments) % 17 == 0:
            kill.set()
        return 204

    r = receiver(answer)
    hook_for(org, r)
    users = []
    for _ in range(4):
        users += [make_user(org) for _ in range(12)]
        assert kill.wait(30)
        one.kill9()
        kill.clear()
        org.scim.close()
        org.admin.close()
        # whoever was killed had the endpoint: its lease runs out
        org.sql("UPDATE webhook_turns SET lease = 0 WHERE org_id = {org}")
        one.start()
    got = r.wait(lambda m: {x.user for x in m if x.type == "seat.taken"} >= set(users), 120)
    for user in users:
        first_seen = list(dict.fromkeys(of_user(got, user)))
        assert first_seen == sorted(first_seen)
    feed = {e["seq"] for e in org.admin.ok("GET", "/events?limit=1000")["items"]}
    wait_for(lambda: {m.json["seq"] for m in r.taken()} == feed)


@pytest.mark.slow
def test_two_processes_never_work_on_one_endpoint_at_once(postgres, receiver):
    first = servers.Server(postgres, env=PRIVATE, options=())
    key = str(first.folder / "secret.key")
    second = servers.Server(postgres, database=first.database, env={**PRIVATE, "ROSTERD_SECRET_KEY_FILE": key})
    try:
        org = first.new_org(default_role="AN")
        inside, most = [0], [0]
        lock = threading.Lock()

        def answer(message):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            threading.Event().wait(0.002)
            with lock:
                inside[0] -= 1
            return 204

        r = receiver(answer)
        hook_for(org, r)
        there = org.scim.at(second.base)
        users = [make_user(org) for _ in range(15)]
        for user in users:
            set_active(org, user, False, scim=there)
        got = r.wait(lambda m: {x.user for x in m if x.type == "seat.freed"} >= set(users), 60)
        assert most == [1]
        ids = [m.id for m in got]
        assert len(ids) == len(set(ids)), "nobody died, so nothing comes twice"
        for user in users:
            assert of_user(got, user) == sorted(of_user(got, user))
    finally:
        second.close()
        first.close()


# ---- the command line -----------------------------------------------------------

def test_ctl(near, org, receiver):
    r = receiver()
    secret = near.api(org, "webhooks", "create", r.url, "--events", "user.* seat.taken").strip()
    assert secret.startswith("whsec_")
    hook = org.admin.ok("GET", "/webhooks")["items"][0]
    assert hook["events"] == ["user.*", "seat.taken"]
    near.api(org, "webhooks", "test", hook["id"])
    assert r.wait(lambda m: m)[0].signed_with(secret)
    assert "user.*" in near.api(org, "webhooks", "list")
    assert near.api(org, "webhooks", "rotate", hook["id"]).strip() != secret
    near.api(org, "webhooks", "pause", hook["id"])
    near.api(org, "webhooks", "set", hook["id"], "--events", "*")
    assert state(org, hook)["paused"] and state(org, hook)["events"] == ["*"]
    near.api(org, "webhooks", "resume", hook["id"])
    assert "no" in near.api(org, "webhooks", "show", hook["id"])
    assert near.api(org, "webhooks", "deliveries", hook["id"], "--json").strip() == "[]"
    assert near.api(org, "webhooks", "redeliver", hook["id"]).strip() == "0 sent again"
    near.api(org, "webhooks", "delete", hook["id"])
    assert org.admin.ok("GET", "/webhooks")["items"] == []
