"""Faults: the server killed, the database gone, full or refusing, clients that behave badly."""
import json
import os
import random
import resource
import signal
import socket
import subprocess
import time
from contextlib import ExitStack

import pytest
from harness.cluster import Cluster
from harness.crowd import together
from harness.load import Load
from harness.proxy import AFTER, BEFORE, Proxy
from harness.scim import add_members, make_group, make_user, op, patch_op, person, rules
from harness.server import Server
from harness.sound import check_sound

KILLS = int(os.environ.get("FLOW_KILLS", "50"))  # on each engine


def verify_audit(org):
    """The chain is sealed in the background: wait for it, then let rosterctl check it."""
    org.token("admin")  # made now, for it leaves a record too
    deadline = time.monotonic() + 20
    while org.sql("SELECT count(*) FROM audit a WHERE a.org_id = {org} AND NOT EXISTS (SELECT 1 FROM audit_chain c"
                  " WHERE c.org_id = a.org_id AND c.audit_id = a.id)")[0][0]:
        assert time.monotonic() < deadline, "audit records stay unsealed"
        time.sleep(0.1)
    trail = org.server.folder / "audit.jsonl"
    trail.write_text(org.server.api(org, "audit", "export"))
    assert len(trail.read_text().splitlines()) == org.sql("SELECT count(*) FROM audit WHERE org_id = {org}")[0][0]
    org.server.api(org, "audit", "verify", str(trail))


def check_all(org, load=None):
    if load:
        load.check()
    check_sound(org)
    verify_audit(org)
    if org.server.engine == "sqlite":
        assert org.server.sql("PRAGMA integrity_check") == [("ok",)]
        assert org.server.sql("PRAGMA foreign_key_check") == []


# ---- the server dies -------------------------------------------------------

def test_kill_9_under_write_load(own_server):
    org = own_server.new_org(seats=40, default_role="AN")
    rules(org, ("load", "Load", {"org_role": "RE"}))
    dice = random.Random(9)
    with Load(org) as load:
        for n in range(KILLS):
            time.sleep(0.02 + 0.15 * dice.random())
            own_server.kill9()
            own_server.start()
            if n % 10 == 9:
                load.wait_progress(writes=5)
    assert load.acknowledged > KILLS
    check_all(org, load)


def test_sigterm_under_load_finishes_what_was_taken(own_server):
    org = own_server.new_org(seats=40, default_role="AN")
    with Load(org) as load:
        for _ in range(3):
            load.wait_progress()
            own_server.restart()  # raises unless the process ends by itself with 0
    check_all(org, load)


# ---- PostgreSQL goes away --------------------------------------------------

@pytest.fixture
def cluster_alone():
    made = Cluster()
    yield made
    made.remove()


@pytest.fixture
def on_cluster_alone(cluster_alone):
    made = Server(cluster_alone)
    yield made
    made.close()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
def test_postgresql_away_and_back_under_load(cluster_alone, on_cluster_alone, how):
    org = on_cluster_alone.new_org(seats=40, default_role="AN")
    org.scim.ok("GET", "/Users")
    org.admin.ok("GET", "/seats")
    with Load(org) as load:
        load.wait_progress()
        cluster_alone.stop(how)
        deadline = time.monotonic() + 15
        while True:
            status, headers, _ = org.scim.get("/Users?count=1")
            if status == 503:
                break
            assert time.monotonic() < deadline, f"{status} while the database is away"
        assert int(headers["Retry-After"]) > 0
        status, headers, _ = org.admin.get("/seats")
        assert status == 503 and int(headers["Retry-After"]) > 0
        assert on_cluster_alone.anonymous().get("/healthz").status == 200
        assert on_cluster_alone.anonymous().get("/readyz").status == 503
        time.sleep(0.5)
        cluster_alone.start()
        load.wait_progress(seconds=15)
    assert load.statuses <= {200, 201, 204, 503}, load.statuses
    assert all(w for writer in load.writers for w in writer.refusals), "a 503 without Retry-After"
    check_all(org, load)


def test_the_server_starts_before_its_database(cluster_alone):
    """Either it waits for the database or it ends at once and says why."""
    database = cluster_alone.new_database()
    cluster_alone.stop()
    one = Server(cluster_alone, database=database, start=False)
    try:
        one.spawn()
        time.sleep(1)
        cluster_alone.start()
        if one.process.poll() is None:
            one.wait_ready(20)
        else:
            assert one.process.returncode != 0 and "database" in one.tail().lower()
            one.forget()
            one.start()
        assert one.new_org().scim.get("/Users").status == 200
    finally:
        one.close()


def test_connections_broken_under_load(cluster_alone, on_cluster_alone):
    org = on_cluster_alone.new_org(seats=40, default_role="AN")
    with Load(org) as load:
        deadline, broken = time.monotonic() + 60, 0
        while broken <= 50 and time.monotonic() < deadline:
            broken += len(cluster_alone.sql(
                "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE usename = 'rosterd'"
                " ORDER BY random() LIMIT 2) s"))
            time.sleep(0.03)
        load.wait_progress()
    assert broken > 50
    assert load.statuses <= {200, 201, 204, 503}, load.statuses
    check_all(org, load)


@pytest.fixture
def through_proxy(postgres):
    """One worker, so that each request is the only one on the line."""
    proxy = Proxy(postgres.port)
    direct = postgres.new_database()
    one = Server(postgres, database=direct.replace(f":{postgres.port}/", f":{proxy.port}/"),
                 env={"ROSTERD_WORKERS": "1"})
    yield one, proxy
    one.close()
    proxy.close()


@pytest.mark.parametrize("how", [BEFORE, AFTER], ids=["request lost", "answer lost"])
def test_connection_lost_at_every_message(through_proxy, how):
    server, proxy = through_proxy
    org = server.new_org(seats=1000, default_role="AN")
    team = make_group(org, "Team")
    rules(org, ("team", "Team", {"org_role": "RE"}))
    cuts = 0
    for n in range(1, 16):
        wait_until_back(org)
        user, name = make_user(org), f"cut{n}@x.example"
        for method, path, body in (("POST", "/Users", person(name)),
                                   ("PATCH", "/Groups/" + team, add_members(user)),
                                   ("PATCH", "/Users/" + user, patch_op(op("replace", "active", False)))):
            proxy.cut(n, how)
            status, headers, out = org.scim.request(method, path, body)
            cuts += proxy.disarm()
            assert status in (200, 201, 204, 503), (n, method, path, status, out)
            assert status != 503 or headers["Retry-After"]
            if status != 503:
                check_done(org, name, user, team, method, path)
        check_sound(org)
    assert cuts >= 10, "the line was hardly ever cut"
    check_all(org)


def wait_until_back(org):
    """A connection that is cut while it is made counts as a database that is away, for a moment."""
    deadline = time.monotonic() + 10
    while org.scim.get("/Users?count=0").status != 200:
        assert time.monotonic() < deadline, "the service does not resume by itself"
        time.sleep(0.1)


def check_done(org, name, user, team, method, path):
    """What was acknowledged is there, once."""
    if method == "POST":
        assert org.sql(f"SELECT count(*) FROM users WHERE org_id = {{org}} AND user_name = '{name}'") == [(1,)]
    elif path.startswith("/Groups"):
        assert org.sql("SELECT count(*) FROM members WHERE org_id = {org}"
                       f" AND group_id = '{team}' AND user_id = '{user}'") == [(1,)]
    else:
        assert org.sql(f"SELECT count(*) FROM users WHERE org_id = {{org}} AND id = '{user}' AND active") == [(0,)]


# ---- the database refuses at every statement -------------------------------

TABLES = ["users", "person_values", "standings", "seats", "seat_moves", "audit", "outbox"]
RETRIED = {"serialization failure": "40001", "deadlock": "40P01"}


def inject(server, table, code, every):
    """PostgreSQL: each statement on table fails with code; every 2: each first attempt only."""
    server.sql("DROP SEQUENCE IF EXISTS fault_n; CREATE SEQUENCE fault_n; GRANT ALL ON fault_n TO PUBLIC;"
               "CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
               f" IF nextval('fault_n') % {every} = {every - 1} THEN RAISE EXCEPTION 'injected' USING ERRCODE = '{code}';"
               " END IF; RETURN NULL; END $$;"
               f"CREATE TRIGGER fault BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH STATEMENT"
               " EXECUTE FUNCTION fault()")


def heal(server, table):
    server.sql(f"DROP TRIGGER fault ON {table}; DROP FUNCTION fault()")


def passes(org, name):
    """A person comes, joins, goes, comes back: statuses of all four."""
    made = org.scim.post("/Users", person(name))
    if made.status != 201:
        return [made.status]
    user, group = made.json["id"], org.scim.ok("GET", '/Groups?filter=displayName eq "Team"')["Resources"][0]["id"]
    return [made.status, org.scim.patch("/Groups/" + group, add_members(user)).status,
            org.scim.patch("/Users/" + user, patch_op(op("replace", "active", False))).status,
            org.scim.patch("/Users/" + user, patch_op(op("replace", "active", True))).status]


@pytest.fixture
def postgres_server(postgres):
    made = Server(postgres)
    yield made
    made.close()


@pytest.mark.parametrize("code", RETRIED.values(), ids=RETRIED.keys())
def test_whole_transaction_is_retried(postgres_server, code):
    org = postgres_server.new_org(seats=50, default_role="AN")
    make_group(org, "Team")
    rules(org, ("team", "Team", {"org_role": "RE"}))
    fired = 0
    for table in [*TABLES, "grants", "members"]:
        inject(postgres_server, table, code, 3)
        assert all(s < 300 for s in passes(org, "retry-" + table.replace("_", "-"))), table
        fired += postgres_server.sql("SELECT last_value FROM fault_n")[0][0] > 2
        heal(postgres_server, table)
    assert fired >= 3, "the faults did not reach the server"
    check_all(org)


@pytest.mark.parametrize("code", ["40001", "57P01", "53100", "P0001"])
def test_nothing_half_done_on_postgresql(postgres_server, code):
    org = postgres_server.new_org(seats=50, default_role="AN")
    make_group(org, "Team")
    for table in TABLES:
        inject(postgres_server, table, code, 1)
        name = f"half-{table.replace('_', '-')}@x.example"
        status, headers, _ = org.scim.post("/Users", person(name))
        heal(postgres_server, table)
        if status == 201:
            assert postgres_server.sql("SELECT last_value, is_called FROM fault_n") == [(1, 0)], table
            continue
        assert status in (500, 503, 507), (table, status)
        assert status != 503 or headers["Retry-After"]
        assert org.sql(f"SELECT count(*) FROM users WHERE org_id = {{org}} AND user_name = '{name}'") == [(0,)]
        check_sound(org)
        assert set(passes(org, name)) <= {200, 201, 204}, table
    check_all(org)


def test_nothing_half_done_on_sqlite():
    one = Server()
    try:
        org = one.new_org(seats=50, default_role="AN")
        make_group(org, "Team")
        fired = 0
        for table in TABLES:
            for when in ("INSERT", "UPDATE"):
                one.sql(f"CREATE TRIGGER fault BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'injected'); END")
                name = f"half-{table.replace('_', '-')}-{when}@x.example".lower()
                status = org.scim.post("/Users", person(name)).status
                one.sql("DROP TRIGGER fault")
                if status != 201:
                    fired += 1
                    assert status >= 500, (table, when, status)
                    assert org.sql(f"SELECT count(*) FROM users WHERE org_id = {{org}} AND user_name = '{name}'") == [(0,)]
                    check_sound(org)
                    assert set(passes(org, name)) <= {200, 201, 204}, table
        assert fired >= 5
        check_all(org)
    finally:
        one.close()


def test_many_writers_of_one_person_and_one_group(server):
    org = server.new_org(seats=5, default_role="AN")
    users = [make_user(org) for _ in range(8)]
    team = make_group(org, "Team")

    def client(n):
        for k in range(10):
            path, body = [("/Users/" + users[0], patch_op(op("replace", "displayName", f"{n}-{k}"))),
                          ("/Users/" + users[1], patch_op(op("replace", "active", k % 2 == 0))),
                          ("/Groups/" + team, add_members(*users[:n % 8 + 1]))][k % 3]
            status, _, out = org.scim.patch(path, body)
            assert status in (200, 204), out

    together(16, client)
    assert org.scim.ok("GET", "/Users/" + users[0])["displayName"].count("-") == 1
    check_sound(org)


# ---- starting --------------------------------------------------------------

def test_several_processes_start_at_once_on_an_empty_database(make_own_server):
    first = make_own_server(start=False)
    many = [first] + [make_own_server(start=False, database=first.database) for _ in range(3)]
    for one in many:
        one.spawn()
    for one in many:
        one.wait_ready()
    org = first.new_org()
    user = make_user(org)
    for one in many:
        assert type(org)(one, org.name).scim.get("/Users/" + user).status == 200


def test_a_newer_schema_is_refused(make_own_server):
    one = make_own_server()
    one.stop()
    one.sql("UPDATE schema_version SET n = 9999")
    one.spawn()
    assert one.process.wait(20) != 0
    one.forget()
    assert "9999" in one.tail() and "newer" in one.tail()


# ---- the disk is full ------------------------------------------------------

@pytest.fixture
def small_disk(tmp_path):
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(tmp_path)], capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_disk_full_and_space_again(small_disk):
    one = Server(database=f"sqlite:{small_disk}/rosterd.db")
    try:
        org = one.new_org(default_role="AN")
        assert org.scim.get("/Users?count=1").status == 200
        made, status, body, n = [], 201, None, 0
        while status == 201 and n < 20000:
            n += 1
            status, _, body = org.scim.post("/Users", person(f"full{n}", title="x" * 2000))
            if status == 201:
                made.append(body["id"])
        assert status in (503, 507) and n > 3, (status, body)
        assert len(json.dumps(body)) > 40 and org.scim.post("/Users", person("again", title="x" * 4000)).status in (503, 507)
        assert org.scim.get("/Users/" + made[0]).status == 200  # reading goes on
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        assert org.scim.post("/Users", person("space")).status == 201
        for user in made:
            assert org.scim.get("/Users/" + user).status == 200
        check_all(org)
    finally:
        one.close()


# ---- clients that behave badly ---------------------------------------------

def many_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 8192)), hard))


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def answers_in_time(org, seconds=5.0):
    began = time.monotonic()
    assert org.scim.get("/Users?count=1").status == 200
    assert time.monotonic() - began < seconds


@pytest.fixture
def lone_server():
    """SQLite will do: this is about sockets."""
    many_files()
    made = Server()
    yield made
    made.close()


@pytest.mark.slow
def test_two_thousand_idle_connections(lone_server):
    org = lone_server.new_org(default_role="AN")
    make_user(org)
    with ExitStack() as stack:
        for _ in range(2000):
            stack.enter_context(connect(lone_server))
        for _ in range(20):
            answers_in_time(org)
        assert lone_server.rss_kb() < 100 * 1024
    answers_in_time(org)


@pytest.mark.parametrize("many", [127, 128, 129, 256])
def test_requests_that_come_at_the_same_moment(lone_server, many):
    """So many as the HTTP library takes from the system at a time are no special case."""
    with ExitStack() as stack:
        crowd = [stack.enter_context(connect(lone_server)) for _ in range(many)]
        time.sleep(0.2)  # they are accepted
        lone_server.process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, lone_server.pid, os.WSTOPPED | os.WNOWAIT)
        time.sleep(0.1)  # all of its threads
        for s in crowd:
            s.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        lone_server.process.send_signal(signal.SIGCONT)
        for s in crowd:
            s.settimeout(5)
            assert s.recv(4096).startswith(b"HTTP/1.1 ")


@pytest.mark.slow
def test_slow_senders_hold_up_nobody(lone_server):
    org = lone_server.new_org(default_role="AN")
    head = (f"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {org.token('scim')}\r\n"
            "Content-Type: application/scim+json\r\nContent-Length: 5000\r\n\r\n{").encode()
    with ExitStack() as stack:
        slow = [stack.enter_context(connect(lone_server)) for _ in range(200)]
        for k in range(20):
            for n, s in enumerate(slow):
                s.sendall(head[k:k + 1] if n % 2 else (head if k == 0 else b" "))
            answers_in_time(org)
    answers_in_time(org)
    assert org.scim.ok("GET", "/Users")["totalResults"] == 0


BROKEN = [
    ("endless body", b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n" + b"x" * 65536),
    ("negative length", b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"),
    ("two lengths", b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
    ("bad chunk", b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"),
    ("64 KB header", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 65536 + b"\r\n\r\n"),
    ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x80" * 200 + b"\r\n\r\n"),
    ("NUL in the path", b"GET /scim/v2/Users/\x00 HTTP/1.1\r\nHost: x\r\n\r\n"),
]


@pytest.mark.parametrize("why,sent", BROKEN, ids=[b[0] for b in BROKEN])
def test_broken_framing_is_refused(server, org, why, sent):
    with connect(server) as s:
        try:
            s.sendall(sent)
            got = s.recv(4096)
        except ConnectionError:
            got = b""
    assert got == b"" or 400 <= int(got.split(b" ")[1]) < 600, got[:200]
    answers_in_time(org)


def test_a_client_that_leaves_before_the_answer(server, org):
    make_user(org)
    request = f"GET /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {org.token('scim')}\r\n\r\n".encode()
    for _ in range(200):
        s = connect(server)
        s.sendall(request)
        s.close()
    answers_in_time(org)


def test_a_body_over_the_limit(server, org):
    head = (f"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {org.token('scim')}\r\n"
            f"Content-Type: application/scim+json\r\nContent-Length: {8 << 20}\r\n\r\n").encode()
    with connect(server) as s:
        s.sendall(head)  # the length says it all: the body need not come
        assert s.recv(4096).split(b" ")[1] == b"413"
    answers_in_time(org)
