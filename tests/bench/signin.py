#!/usr/bin/python3
"""Measures sign-in: SAML responses accepted per second by one core, beside lasso and node-saml.

usage: run signin [sqlite] [postgresql]      (both unless named)

BENCH_SIGNINS=5000 people, who sign in twice.  Prints a table, and progress on stderr;
BENCH_WRITE=1 also puts it into README.md.
"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "flow"))

from harness import scim  # noqa: E402
from harness.browser import Browser  # noqa: E402
from harness.client import Client  # noqa: E402
from harness.cluster import Cluster  # noqa: E402
from harness.fake import Fake, claims, key  # noqa: E402
from harness.server import BIN, Server  # noqa: E402
from table import Table, keep, machine, say  # noqa: E402

SIGNINS = int(os.environ.get("BENCH_SIGNINS", "5000"))
CLIENTS = int(os.environ.get("BENCH_CONNECTIONS", "16"))
CORES = sorted(os.sched_getaffinity(0))
SERVER, OTHERS = CORES[:1], CORES[1:] or CORES
ON_ONE = ["taskset", "-c", str(SERVER[0])]
KINDS = {"assertion": "assertion signed", "both": "both signed", "encrypted": "encrypted in a signed response"}


def verify_alone(table):
    """By saml_verify.c: everything on one core, on the very same bytes."""
    out = subprocess.run([*ON_ONE, str(BIN / "bench_saml_verify")], capture_output=True, text=True, check=True,
                         cwd=HERE.parents[1]).stdout
    rates = {}
    for who, kind, rate in re.findall(r"^(\S.*?) {2,}(\w+)\.xml +(\d+)/s$", out, re.M):
        rates[who, kind] = int(rate)
        table.add("none", f"verify alone, {KINDS[kind]}: {who}", int(rate))
    for kind, shown in KINDS.items():
        table.add("none", f"verify alone, {shown}: rosterd against lasso", rates["rosterd", kind] / rates["lasso", kind],
                  unit="times", goal=2)


class Person:
    """One of the clients: a connection that stays open, and messages made before."""

    def __init__(self, server, posts):
        self.posts, self.failed = posts, []
        self.socket = socket.create_connection(("127.0.0.1", server.port))

    def run(self):
        for post in self.posts:
            self.socket.sendall(post)
            answer = b""
            while b"\r\n\r\n" not in answer:
                answer += self.socket.recv(65536)
            if not answer.startswith(b"HTTP/1.1 303 ") or b"rosterd=" not in answer:
                self.failed.append(answer)
                return


class Signin:
    """One database engine: the whole way from the posted response to the session."""

    def __init__(self, table, engine, cluster):
        self.table, self.engine = table, engine
        if cluster:
            os.sched_setaffinity(cluster.process.pid, OTHERS)
        self.server = Server(cluster, wrapper=ON_ONE, env={"ROSTERD_PROXIES": "127.0.0.1"})
        self.org = self.server.new_org(seats=SIGNINS * 2)
        scim.rules(self.org, ("staff", {"group": "staff"}, {"org_role": "AN"}),
                   *[(f"r{n}", {"group": f"team-{n}-*", "by": "glob"}, {"org_role": "RE"}) for n in range(20)])
        self.fake = Fake(self.org)

    def requests(self):
        """The ids of fresh requests, all of one browser, and its cookie."""
        browser = Browser()
        self.fake.begin(browser)
        url = urllib.parse.urlsplit(self.fake.made["login_url"])
        cookie = "; ".join(f"{k}={v}" for k, v in browser.cookies[url.netloc].items())
        client = Client(self.server.base)
        ids = []
        for n in range(SIGNINS):
            # one address may begin only so many sign-ins: each comes from another
            where = f"198.51.{n // 250}.{n % 250 + 1}"
            status, headers, _ = client.get(url.path, headers={"Cookie": cookie, "X-Forwarded-For": where}, raw=True)
            assert status == 303
            ids.append(Fake.request_id(headers["Location"]))
        return ids, cookie

    def messages(self, ids):
        return [self.fake.message(id_, f"person-{n}", attributes=claims(
            email=f"person{n}@acme.example", firstName=f"First{n}", lastName=f"Last{n}",
            groups=["staff", f"team-{n % 20}-{n % 3}"])) for n, id_ in enumerate(ids)]

    def post(self, message, cookie):
        url = urllib.parse.urlsplit(self.fake.made["acs_url"])
        body = urllib.parse.urlencode({"SAMLResponse": message, "RelayState": ""})
        return (f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nUser-Agent: bench\r\nCookie: {cookie}\r\n"
                f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()

    def lot(self, what, goal):
        """Everybody signs in once, with a message made for this."""
        ids, cookie = self.requests()
        self.made = self.messages(ids)
        posts = [self.post(m, cookie) for m in self.made]
        people = [Person(self.server, posts[n::CLIENTS]) for n in range(CLIENTS)]
        threads = [threading.Thread(target=p.run) for p in people]
        used, began = self.cpu(), time.monotonic()
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        took = time.monotonic() - began
        for p in people:
            p.socket.close()
            if p.failed:
                raise SystemExit(f"bench: a sign-in was refused: {p.failed[0]!r} {self.fake.newest()}")
        self.table.add(self.engine, what, SIGNINS / took, goal=goal,
                       note=f"{(self.cpu() - used) / SIGNINS * 1e6:,.0f} us of the processor each")
        return SIGNINS / took

    def cpu(self):
        """Seconds that the server and its children have worked."""
        total, family = 0, {self.server.pid}
        for path in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda p: int(p.parent.name)):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(path.parent.name) in family or int(fields[1]) in family:
                family.add(int(path.parent.name))
                total += sum(map(int, fields[11:15]))
        return total / os.sysconf("SC_CLK_TCK")

    def run(self):
        os.sched_setaffinity(0, OTHERS)
        try:
            self.lot("a person's first sign-in: verified, made, seat, roles, session", 1000)
            again = self.lot("sign-in of somebody known: verified, mapped, session", 1000)
            sessions = self.org.sql("SELECT count(*) FROM sessions WHERE org_id = {org}")[0][0]
            assert int(sessions) == 2 * SIGNINS, sessions
            return again
        finally:
            os.sched_setaffinity(0, CORES)
            self.server.close()

    def sample(self):
        """What node-saml is to validate: the messages of the second lot."""
        return {"certificate": key("idp").pem.decode(), "entity_id": self.fake.made["entity_id"],
                "acs_url": self.fake.made["acs_url"], "idp": self.fake.entity_id, "messages": self.made}


def node_saml(sample):
    """Messages per second on one core; None where it cannot be had."""
    if not shutil.which("npm"):
        return say("no npm here: the comparison with node-saml is left out")
    with tempfile.TemporaryDirectory(prefix="rosterd-peer-") as folder:
        shutil.copytree(HERE / "node-saml", folder, dirs_exist_ok=True)
        if subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder, capture_output=True).returncode:
            return say("npm cannot install node-saml here: the comparison is left out")
        path = Path(folder, "sample.json")
        path.write_text(json.dumps(sample))
        done = subprocess.run([*ON_ONE, "node", "validate.mjs", str(path)], cwd=folder, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit("bench: node-saml refuses what rosterd took:\n" + done.stderr)
        return float(done.stdout)


def main():
    table = Table()
    busy = f"other work on the machine took {os.getloadavg()[0]:.1f} cores when it began"
    verify_alone(table)
    for engine in sys.argv[1:] or ["sqlite", "postgresql"]:
        cluster = Cluster(settings=["shared_buffers = 512MB", "max_wal_size = 4GB"]) if engine == "postgresql" else None
        try:
            signin = Signin(table, engine, cluster)
            rate = signin.run()
        finally:
            if cluster:
                cluster.remove()
        other = node_saml(signin.sample())  # at once: machines drift
        if other:
            table.add("none", "node-saml: the same messages validated in one process", other)
            table.add(engine, "sign-in of somebody known, against node-saml's validation alone", rate / other,
                      unit="times", goal=5)
    result = (f"Measured on {machine()}; the server with its verifying children (or node-saml) on one core, the client and "
              f"PostgreSQL on the other; {SIGNINS:,} people, {CLIENTS} connections; {busy}.\n\n{table.text(beside='of')}")
    print(result)
    if os.environ.get("BENCH_WRITE"):
        keep("sign-in", result)


main()
