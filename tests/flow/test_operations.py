"""Operating rosterd: settings, health, figures, signals, TLS, and a database that goes away."""
import json
import re
import signal
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request

import pytest
from harness.scim import ERROR, person
from harness.server import BIN, ROOT, Server

EXAMPLE = ROOT / "deploy" / "rosterd.conf.example"


@pytest.fixture
def run(tmp_path):
    """rosterd with these arguments and variables, run to its end."""
    def start(*args, **env):
        return subprocess.run([str(BIN / "rosterd"), *map(str, args)], text=True, capture_output=True,
                              env={"PATH": "/usr/bin:/bin", **env}, cwd=tmp_path, timeout=30)
    return start


@pytest.fixture
def conf(tmp_path):
    def write(*lines):
        path = tmp_path / "rosterd.conf"
        path.write_text("".join(line + "\n" for line in lines))
        return path
    return write


@pytest.fixture
def lone():
    """A function that starts a server of this test's own, on SQLite."""
    made = []

    def make(*options, **more):
        made.append(Server(None, options=options, **more))
        return made[-1]
    yield make
    for one in made:
        one.close()


def get(url, headers={}, method="GET", data=None, context=None, timeout=30):
    """(status, headers, text)"""
    asked = urllib.request.Request(url, headers=headers, method=method, data=data)
    try:
        with urllib.request.urlopen(asked, timeout=timeout, context=context) as a:
            return a.status, a.headers, a.read().decode()
    except urllib.error.HTTPError as a:
        return a.code, a.headers, a.read().decode()


def until(what, seconds=30):
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def figure(text, name):
    found = re.search(rf"^{re.escape(name)} (\S+)$", text, re.M)
    return float(found.group(1)) if found else None


# ---- settings --------------------------------------------------------------

def test_help_lists_the_settings_of_the_example_file(run):
    out = run("--help")
    assert out.returncode == 0 and not out.stderr
    assert "rosterctl --database" in out.stdout and "migrate" in out.stdout
    listed = set(re.findall(r"^  ([a-z_]+) {2,}\S", out.stdout.split("Settings")[1], re.M))
    assert len(listed) > 10
    assert listed == set(re.findall(r"^#([a-z_]+) = ", EXAMPLE.read_text(), re.M))


def test_defaults_in_the_example_file_are_the_real_ones(run):
    out = run("--help").stdout.split("Settings")[1]
    shown = dict(re.findall(r"^  ([a-z_]+) {2,}.*\n {10,}default: (.*)$", out, re.M))
    written = dict(re.findall(r"^#([a-z_]+) = (.*)$", EXAMPLE.read_text(), re.M))
    assert shown["workers"] == "8"
    assert {k: written[k] for k in shown} == shown


def test_check_config_accepts_a_good_file(run, conf):
    out = run("check-config", "--config", conf("workers = 4", "log_level = debug"))
    assert out.returncode == 0 and "good" in out.stdout


@pytest.mark.parametrize("line, says", [
    ("worker = 4", 'rosterd.conf:2: unknown setting "worker"'),
    ("workers = 0", "rosterd.conf:2: workers must be a number from 1 to 64"),
    ("just words", "rosterd.conf:2:"),
    ("public_url = id.example.org", "public_url must be like https://"),
    ("database = mysql://x", "database must be"),
    ("tls_cert = /x.pem", "tls_cert and tls_key belong together"),
])
def test_check_config_says_what_is_wrong(run, conf, line, says):
    out = run("check-config", "--config", conf("# first", line))
    assert out.returncode == 1 and says in out.stderr


def test_serve_refuses_a_bad_file(run, conf):
    out = run("--config", conf("port = 80"))
    assert out.returncode == 1 and 'rosterd.conf:1: unknown setting "port"' in out.stderr


@pytest.mark.parametrize("args", [["--nonsense", "1"], ["dance"], ["serve", "again"], ["--listen"], ["-x"]])
def test_wrong_usage_is_status_2(run, args):
    out = run(*args)
    assert out.returncode == 2 and "--help" in out.stderr and not out.stdout


def test_option_beats_environment_beats_file(run, conf):
    path = conf("listen = file")
    assert "listen" in run("check-config", "--config", path).stderr
    assert run("check-config", "--config", path, ROSTERD_LISTEN="127.0.0.1:1").returncode == 0
    bad = run("check-config", "--listen=option", ROSTERD_CONFIG=str(path), ROSTERD_LISTEN="127.0.0.1:1")
    assert bad.returncode == 1 and "listen" in bad.stderr


def test_version(run):
    assert re.fullmatch(r"rosterd \d+\.\d+\.\d+\n", run("version").stdout)
    assert run("--version").stdout == run("version").stdout


def test_migrate_makes_the_default_database_for_its_owner_alone(run, tmp_path):
    assert run("migrate").returncode == 0
    assert (tmp_path / "rosterd-data" / "rosterd.db").exists()
    assert (tmp_path / "rosterd-data").stat().st_mode & 0o777 == 0o700
    again = run("migrate")
    assert again.returncode == 0 and "event=migrated" in again.stderr


def test_newer_schema_is_refused(run, tmp_path):
    assert run("migrate").returncode == 0
    import sqlite3
    with sqlite3.connect(tmp_path / "rosterd-data" / "rosterd.db") as db:
        db.execute("UPDATE schema_version SET n = 9999")
    out = run("serve", "--listen", "127.0.0.1:0")
    assert out.returncode == 1 and "9999" in out.stderr


def test_port_in_use_is_told(run, lone):
    server = lone()
    out = run("--listen", f"127.0.0.1:{server.port}")
    assert out.returncode == 1 and str(server.port) in out.stderr


# ---- what operators ask -----------------------------------------------------

def test_health_and_readiness(server):
    for path in ("/healthz", "/readyz"):
        status, headers, text = get(server.base + path)
        assert (status, text) == (200, "ok\n")
        assert headers["X-Request-Id"] and headers["X-Content-Type-Options"] == "nosniff"


def test_head_has_the_headers_and_no_body(server):
    status, headers, text = get(server.base + "/healthz", method="HEAD")
    assert (status, text, headers["Content-Length"]) == (200, "", "3")


def test_metrics_count_requests_and_seats(server, new_org):
    org = new_org(seats=7, default_role="AN")
    org.scim.ok("POST", "/Users", person())
    until(lambda: figure(get(server.base + "/metrics")[2], f'rosterd_seats_used{{org="{org.name}"}}') == 1)
    status, headers, text = get(server.base + "/metrics")
    assert status == 200 and headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert figure(text, f'rosterd_seats_limit{{org="{org.name}"}}') == 7
    assert figure(text, 'rosterd_http_requests_total{route="/scim/v2/Users",method="POST",status="201"}') >= 1
    route = 'rosterd_http_request_duration_seconds_%s{route="/scim/v2/Users"%s}'
    assert figure(text, route % ("bucket", ',le="+Inf"')) == figure(text, route % ("count", ""))
    assert figure(text, "rosterd_db_up") == 1 and figure(text, "rosterd_db_connections_open") >= 1
    names = re.findall(r"^# TYPE (\S+) (?:counter|gauge|histogram)$", text, re.M)
    assert len(names) == len(set(names)) == text.count("# HELP ")


def test_metrics_are_for_this_machine(server, lone):
    through_proxy = {"X-Forwarded-For": "192.0.2.7"}
    assert get(server.base + "/metrics", through_proxy)[0] == 403
    public = lone("--metrics-public", "yes")
    assert get(public.base + "/metrics", through_proxy)[0] == 200


# ---- addresses that lead nowhere --------------------------------------------

def test_unknown_address_is_answered_in_the_language_of_its_door(server, org):
    status, headers, text = get(server.base + "/nothing")
    assert status == 404 and headers["Content-Type"].startswith("text/plain")
    assert headers["X-Request-Id"] in text
    status, _, body = org.scim.get("/Nothing")
    assert status == 404 and body["schemas"] == [ERROR] and body["status"] == "404"
    status, headers, body = org.admin.get("/nothing")
    assert status == 404 and headers["Content-Type"].startswith("application/problem+json")
    assert body["status"] == 404


def test_wrong_method_names_the_right_ones(server, org):
    status, headers, _ = get(server.base + "/healthz", method="DELETE")
    assert status == 405 and headers["Allow"] == "GET, HEAD"
    status, headers, body = org.scim.put("/Users", person())
    assert status == 405 and body["schemas"] == [ERROR]
    assert headers["Allow"] == "GET, HEAD, POST"
    status, headers, _ = org.scim.post("/Users/1", person())
    assert status == 405 and headers["Allow"] == "GET, HEAD, PUT, PATCH, DELETE"


@pytest.mark.parametrize("path", ["/scim/v2/Nothing", "/scim/Nothing", "/scim", "/api", "/api/v1/nothing", "/api/v9"])
def test_strangers_do_not_learn_which_addresses_exist(server, path):
    status, headers, _ = get(server.base + path)
    assert status == 401 and "WWW-Authenticate" in headers


def test_scim_without_version_is_the_same(server, org):
    user = org.scim.ok("POST", "/Users", person())
    short = org.scim.request("GET", "/scim/Users/" + user["id"], raw=True)
    assert short.status == 200 and short.json == user


def test_discovery_needs_no_token(server):
    for path in ("ServiceProviderConfig", "ResourceTypes", "Schemas"):
        assert get(f"{server.base}/scim/v2/{path}")[0] == 200


# ---- the gate ---------------------------------------------------------------

def test_token_of_another_kind_is_403(server, org):
    as_scim = {"Authorization": "Bearer " + org.token("scim")}
    as_admin = {"Authorization": "Bearer " + org.token("admin")}
    status, _, text = get(server.base + "/api/v1/users", as_scim)
    assert status == 403 and "admin" in text
    status, _, text = get(server.base + "/scim/v2/Users", as_admin)
    assert status == 403 and "scim" in text
    assert org.sql("SELECT count(*) FROM audit WHERE org_id = {org} AND action = 'token.refused'") == [(2,)]


def test_schemes_in_any_case_and_basic(server, org):
    import base64
    token = org.token("scim")
    basic = base64.b64encode(f"anybody:{token}".encode()).decode()
    for header in ("Bearer " + token, "bearer " + token, "BEARER  " + token, "Basic " + basic, "basic " + basic):
        assert get(server.base + "/scim/v2/Users", {"Authorization": header})[0] == 200, header
    for header in (token, "Digest " + token, "Bearer", "Basic " + token, "Bearer " + token + "x", "x" * 5000):
        assert get(server.base + "/scim/v2/Users", {"Authorization": header})[0] == 401, header[:40]


def test_too_many_wrong_tokens_are_429_and_right_ones_still_pass(lone):
    server = lone()
    org = server.new_org()
    wrong = {"Authorization": "Bearer nonsense"}
    for _ in range(100):
        assert get(server.base + "/scim/v2/Users", wrong)[0] == 401
    status, headers, text = get(server.base + "/scim/v2/Users", wrong)
    assert status == 429 and headers["Retry-After"] == "60" and json.loads(text)["schemas"] == [ERROR]
    assert get(server.base + "/api/v1/users", wrong)[0] == 429
    assert org.scim.get("/Users").status == 200


# ---- the log ----------------------------------------------------------------

def test_log_line_has_the_id_of_the_answer_and_nothing_personal(lone):
    server = lone()
    org = server.new_org(default_role="AN")
    secret = person("zacharias@private.example")
    assert org.scim.post("/Users", secret).status == 201
    status, headers, _ = org.scim.post("/Users", secret)
    assert status == 409
    until(lambda: f"trace={headers['X-Request-Id']}" in server.log.read_text())
    text = server.log.read_text()
    line = next(x for x in text.splitlines() if headers["X-Request-Id"] in x)
    assert "status=409" in line and "route=/scim/v2/Users" in line and "err=unique" in line
    assert "zacharias" not in text.lower() and org.token("scim") not in text


def test_hup_reads_the_log_level_again_and_nothing_else(lone, tmp_path):
    path = tmp_path / "live.conf"
    path.write_text("log_level = error\nworkers = 2\n")
    server = lone("--config", str(path))
    get(server.base + "/healthz")
    path.write_text("log_level = info\nworkers = 3\n")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "event=reload" in server.log.read_text())
    get(server.base + "/healthz")
    until(lambda: "route=/healthz" in server.log.read_text())
    assert server.log.read_text().count("route=/healthz") == 1
    path.write_text("log_level = loud\n")
    server.process.send_signal(signal.SIGHUP)
    until(lambda: "log_level must be" in server.log.read_text())
    assert get(server.base + "/healthz")[0] == 200


def test_log_requests_can_be_turned_off(lone):
    server = lone("--log-requests", "no")
    get(server.base + "/healthz")
    get(server.base + "/nothing")
    server.stop()
    assert "event=request" not in server.log.read_text() and "event=stopped" in server.log.read_text()


# ---- life and death ---------------------------------------------------------

def half_a_request(server, body=b"{}"):
    """A connection whose request lacks the last byte."""
    s = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    s.sendall(b"POST /scim/v2/Users HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body[:-1])
    until(lambda: (figure(get(server.base + "/metrics")[2], "rosterd_http_in_flight") or 0) >= 2)
    return s


@pytest.mark.slow
@pytest.mark.parametrize("sig", [signal.SIGTERM, signal.SIGINT])
def test_signal_finishes_what_was_begun(lone, sig):
    server = lone()
    s = half_a_request(server)
    server.process.send_signal(sig)
    until(lambda: "event=stopping" in server.log.read_text())
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", server.port), timeout=5)
    s.sendall(b"}")
    answer = s.recv(65536)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert server.process.wait(20) == 0
    assert "event=stopped" in server.log.read_text()


def test_full_queue_is_503_at_once(lone):
    """The only worker waits for SQLite's write lock, which we hold; one request waits for the
    worker; the next finds no place."""
    server = lone("--workers", "1", "--queue", "1")
    org = server.new_org(default_role="AN")
    org.scim.ok("POST", "/Users", person())
    import sqlite3
    lock = sqlite3.connect(server.path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(org.scim.post("/Users", person()))) for _ in range(6)]
    for t in threads:
        t.start()
    until(lambda: len(answers) >= 4)
    for status, headers, body in answers[:4]:
        assert status == 503 and headers.get_all("Retry-After") == ["1"]
        assert body is None or body["schemas"] == [ERROR]
    lock.execute("ROLLBACK")
    for t in threads:
        t.join(60)
    assert len(answers) == 6 and {a.status for a in answers[4:]} <= {201, 503}
    assert figure(get(server.base + "/metrics")[2], "rosterd_http_queue_full_total") >= 4


def unsealed(org):
    return org.sql("SELECT (SELECT count(*) FROM audit WHERE org_id = {org})"
                   " - (SELECT count(*) FROM audit_chain WHERE org_id = {org})")[0][0]


def test_audit_records_are_sealed_soon_and_after_a_crash(own_server):
    org = own_server.new_org(default_role="AN")
    org.scim.ok("POST", "/Users", person())
    until(lambda: unsealed(org) == 0)
    org.scim.ok("POST", "/Users", person())
    assert unsealed(org) > 0
    own_server.kill9()
    own_server.start()
    until(lambda: unsealed(org) == 0)


def test_body_over_the_limit_is_413_in_the_language_of_the_door(lone):
    server = lone("--body-max", "2048")
    org = server.new_org()
    status, _, body = org.scim.post("/Users", person(nickName="n" * 4000))
    assert status == 413 and body["schemas"] == [ERROR] and "2048" in body["detail"]
    assert get(server.base + "/healthz")[0] == 200


# ---- TLS ---------------------------------------------------------------------

def certificate(folder):
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", str(key), "-out", str(cert), "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return cert, key


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_tls(lone, tmp_path):
    cert, key = certificate(tmp_path)
    server = lone("--tls-cert", str(cert), "--tls-key", str(key), start=False)
    server.spawn()
    trust = ssl.create_default_context(cafile=str(cert))
    url = f"https://127.0.0.1:{server.port}/readyz"
    until(lambda: "event=ready" in server.log.read_text())
    assert get(url, context=trust)[0] == 200
    assert f"url=https://127.0.0.1:{server.port}" in server.log.read_text()
    trust.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(urllib.error.URLError):
        get(url, context=trust)


def test_certificate_and_key_that_do_not_fit_are_told(run, tmp_path):
    (tmp_path / "other").mkdir()
    cert, _ = certificate(tmp_path)
    _, key = certificate(tmp_path / "other")
    out = run("--listen", "127.0.0.1:0", "--tls-cert", cert, "--tls-key", key)
    assert out.returncode == 1 and str(cert) in out.stderr


# ---- PostgreSQL goes away ------------------------------------------------------

def test_without_postgresql_it_waits_and_says_so(postgres):
    database = postgres.new_database()
    postgres.stop()
    server = Server(postgres, database=database, start=False)
    try:
        server.spawn()
        until(lambda: "event=listening" in server.log.read_text())
        assert get(server.base + "/healthz")[0] == 200
        for path in ("/readyz", "/scim/v2/Users", "/api/v1/users"):
            status, headers, _ = get(server.base + path, {"Authorization": "Bearer x"})
            assert status == 503 and headers.get_all("Retry-After") == ["5"], path
        assert figure(get(server.base + "/metrics")[2], "rosterd_db_up") == 0
        postgres.start()
        server.wait_ready(30)
        until(lambda: "event=ready" in server.log.read_text())
        org = server.new_org()
        assert org.scim.get("/Users").status == 200
    finally:
        if postgres.process.poll() is not None:
            postgres.start()
        server.close()


def test_postgresql_goes_and_comes_back(postgres):
    server = Server(postgres)
    try:
        org = server.new_org(default_role="AN")
        user = org.scim.ok("POST", "/Users", person())
        postgres.stop()
        until(lambda: org.scim.get("/Users/" + user["id"]).status == 503)
        status, headers, body = org.scim.get("/Users/" + user["id"])
        assert status == 503 and headers["Retry-After"] and body["schemas"] == [ERROR]
        assert get(server.base + "/readyz")[0] == 503 and get(server.base + "/healthz")[0] == 200
        postgres.start()
        server.wait_ready(30)
        assert org.scim.ok("GET", "/Users/" + user["id"]) == user
        assert org.scim.post("/Users", person()).status == 201
    finally:
        if postgres.process.poll() is not None:
            postgres.start()
        server.close()
