#!/usr/bin/python3
"""Measures rosterd beside the raw limits of the same machine and beside another server.

usage: run scim [sqlite] [postgresql]      (both unless named)

BENCH_USERS=100000 BENCH_SECONDS=8 BENCH_CONNECTIONS=16; quick look: BENCH_USERS=10000
BENCH_SECONDS=3.  Prints a table, and progress on stderr; BENCH_WRITE=1 also puts the
table into README.md.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "flow"))

import peer  # noqa: E402
import raw  # noqa: E402
from harness import scim  # noqa: E402
from harness.client import Client  # noqa: E402
from harness.cluster import Cluster  # noqa: E402
from harness.server import Server  # noqa: E402
from table import Table, keep, machine, say  # noqa: E402

USERS = int(os.environ.get("BENCH_USERS", "100000"))
SECONDS = int(os.environ.get("BENCH_SECONDS", "8"))
CONNECTIONS = int(os.environ.get("BENCH_CONNECTIONS", "16"))
SAMPLE = 20000
BLOCK = 32  # adds, then as many removes: far enough apart not to overtake each other


class Wrk:
    """One run of wrk: requests per second, p99 in ms, answers that were no success."""

    def __init__(self, base, env, connections=CONNECTIONS, seconds=SECONDS):
        threads = min(2, connections)
        command = ["wrk", "-t", str(threads), "-c", str(connections), "-d", f"{seconds}s", "--latency", "--timeout", "30s",
                   "-s", str(HERE / "load.lua"), base]
        out = subprocess.run(command, capture_output=True, text=True, check=True,
                             env=dict(os.environ, BENCH_THREADS=str(threads), **env)).stdout
        self.rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
        self.count = int(re.search(r"(\d+) requests in", out).group(1))
        bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
        errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
        self.failed = (int(bad.group(1)) if bad else 0) + (sum(map(int, errors.groups())) if errors else 0)
        number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", out).groups()
        self.p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


POST_BODY = json.dumps(scim.person("bench@N@"), separators=(",", ":"))
ACTIVE = {v: json.dumps(scim.active(v)) for v in (True, False)}


class Bench:
    """All measurements of one database engine."""

    def __init__(self, table, engine, cluster):
        self.table, self.engine, self.cluster = table, engine, cluster
        self.server = Server(cluster)
        self.limits = {}

    def add(self, what, value, **more):
        self.table.add(self.engine, what, value, **more)

    def wrk(self, what, env, goal=None, limit=None, base=None, **more):
        run = Wrk(base or self.server.base, dict(env, BENCH_TOKEN=self.org.token("scim")), **more)
        note = f"p99 {run.p99:.1f} ms" + (f"; {run.failed} of {run.count} FAILED" if run.failed else "")
        self.add(what, run.rate, goal=goal, limit=limit, note=note)
        return run

    def lines(self, what, lines, block=1, **more):
        with tempfile.NamedTemporaryFile("w", suffix=".lines") as f:
            f.write("\n".join("\t".join(line) for line in lines) + "\n")
            f.flush()
            return self.wrk(what, {"BENCH_LINES": f.name, "BENCH_BLOCK": str(block)}, **more)

    def gets(self, what, paths, **more):
        return self.lines(what, [("GET", "/scim/v2" + p) for p in paths], **more)

    # ---- steps, in order

    def run(self):
        say(f"{self.engine}: starting")
        try:
            self.prepare()
            self.raw_limits()
            self.seed()
            self.reads()
            self.pages()
            self.writes()
            self.groups()
            self.rules()
            self.footprint()
        finally:
            self.server.close()

    def prepare(self):
        self.add("idle memory", self.server.rss_kb() / 1024, unit="MB", goal=25, at_most=True)
        self.org = self.server.new_org(seats=USERS * 4, default_role="AN")
        scim.rules(self.org, ("staff", "Everybody", {"org_role": "AN"}),
                   *[(f"r{n}", {"group": f"team-{n}-*", "by": "glob"}, {"org_role": "RE"}) for n in range(20)])

    def raw_limits(self):
        run = Wrk(self.server.base, {"BENCH_UNIQUE": "GET\t/healthz"})
        self.limits["static answer"] = run.rate
        self.add("static answer of the same server, /healthz", run.rate, note=f"p99 {run.p99:.1f} ms")
        if self.cluster:
            database = raw.pg_prepare(self.cluster)
            self.limits["raw insert"] = raw.pg_inserts(self.cluster, database, CONNECTIONS, SECONDS)
            self.limits["raw select"] = raw.pg_selects(self.cluster, database, 8, SECONDS)
        else:
            self.limits["raw insert"], self.limits["raw select"] = raw.sqlite_limits(self.server.folder, SECONDS)
        self.add("raw transaction of the same rows", self.limits["raw insert"])
        self.add("raw point select", self.limits["raw select"])

    def limit(self, name):
        return name, self.limits[name]

    def seed(self):
        """Seeding is the measurement of POST: one organization, seat, rules, audit and outbox."""
        count, took, n, failed = 0, 0.0, 0, 0
        goal = 3000 if self.cluster else 2000
        while count < USERS:
            run = Wrk(self.server.base, {"BENCH_UNIQUE": "POST\t/scim/v2/Users\t" + POST_BODY, "BENCH_ROUND": str(n),
                                         "BENCH_TOKEN": self.org.token("scim")})
            say(f"seeding: {run.rate:.0f}/s, {count + run.count - run.failed} users")
            if run.count == run.failed:
                raise SystemExit("bench: POST /Users fails:\n" + self.server.tail(5))
            count, took, n, failed = count + run.count - run.failed, took + run.count / run.rate, n + 1, failed + run.failed
        rate = count / took
        self.add("POST user", rate, goal=goal, limit=self.limit("raw insert"), note=f"{failed} FAILED" if failed else "")
        self.add("POST user, against the raw insert rate", 100 * rate / self.limits["raw insert"], unit="%", goal=40)
        if self.cluster:
            self.cluster.sql("ANALYZE", self.server.database.rsplit("/", 1)[1])
            self.cluster.sql("CHECKPOINT")
        self.ids = [r[0] for r in self.org.sql("SELECT id FROM users WHERE org_id = {org} ORDER BY id")]
        step = max(1, len(self.ids) // SAMPLE)
        sample = set(self.ids[::step])
        self.sample = [r for r in self.org.sql("SELECT id, user_name, external_id FROM users WHERE org_id = {org}")
                       if r[0] in sample]

    def reads(self):
        goal, limit = (15000, self.limit("raw select")) if self.cluster else (30000, self.limit("static answer"))
        self.get_rate = self.gets("GET user by id", ["/Users/" + i for i, _, _ in self.sample], goal=goal, limit=limit).rate
        for attribute, value in (("userName", 1), ("externalId", 2), ("emails.value", 1)):
            self.gets(f"filter {attribute} eq", [f"/Users?filter={attribute}%20eq%20%22{quote(s[value])}%22"
                                                 for s in self.sample], goal=goal, limit=limit)
        self.gets("GET user, 1 connection", ["/Users/" + i for i, _, _ in self.sample], connections=1)

    def pages(self):
        first = self.gets("page of 100 users at startIndex 1", ["/Users?startIndex=1&count=100"], goal=1500)
        middle = len(self.ids) // 2
        deep = self.gets(f"page of 100 users at startIndex {middle:,}", [f"/Users?startIndex={middle}&count=100"])
        self.add("deep page against the first", first.rate / deep.rate, unit="times as long", goal=3, at_most=True)

    def writes(self):
        lines = []
        for at in range(0, min(4096, len(self.ids)), BLOCK):
            for wish in (False, True):
                lines += [("PATCH", "/scim/v2/Users/" + i, ACTIVE[wish]) for i in self.ids[at:at + BLOCK]]
        self.lines("PATCH user active false/true", lines, block=2 * BLOCK, goal=3000 if self.cluster else 2000,
                   limit=self.limit("raw insert"))

    def groups(self):
        outside, inside = self.ids[:1024], self.ids[1024:]
        small = scim.make_group(self.org, "Everybody Small", inside[:10])
        large = scim.make_group(self.org, "Everybody Large")
        began = time.monotonic()
        for at in range(0, len(inside), 1000):
            self.org.scim.ok("PATCH", "/Groups/" + large, scim.add_members(*inside[at:at + 1000]))
        self.add("memberships added, 1,000 per PATCH", len(inside) / (time.monotonic() - began))
        rate = {}
        for name, group in (("10", small), (f"{len(inside):,}", large)):
            lines = []
            for at in range(0, len(outside), BLOCK):
                block = outside[at:at + BLOCK]
                lines += [("PATCH", "/scim/v2/Groups/" + group, json.dumps(scim.add_members(i))) for i in block]
                lines += [("PATCH", "/scim/v2/Groups/" + group, json.dumps(scim.remove_member(i))) for i in block]
            rate[group] = self.lines(f"PATCH group add/remove one member, group of {name}", lines, block=2 * BLOCK,
                                     goal=2000, limit=self.limit("raw insert")).rate
        self.add("member change in the large group against the small", rate[small] / rate[large],
                 unit="times as long", goal=1.3, at_most=True)
        self.gets(f"GET group of {len(inside):,} without members", [f"/Groups/{large}?excludedAttributes=members"],
                  goal=15000 if self.cluster else 30000, limit=("GET user", self.get_rate))

    def rules(self):
        """What a change of the rules would do to everybody, and doing it."""
        admin = Client(self.server.base, "/api/v1", self.org.token("admin"), timeout=300)
        active = {"rules": admin.ok("GET", "/rules")["rules"]}
        other = {"rules": [{"id": "everybody", "match": {"group": "Everybody Large"}, "grant": {"org_role": "RE"}}]}
        people = f"{len(self.ids):,} people"
        self.seconds(f"plan over {people}, nobody changes", 1, lambda: admin.ok("POST", "/rules/plan", active))
        plan = self.seconds(f"plan over {people}, all change", 1, lambda: admin.ok("POST", "/rules/plan", other))
        if plan["users"]["raised"] < len(self.ids) * 0.9:
            raise SystemExit(f"bench: the plan changes too few: {plan['users']}")
        order = {"plan": plan["plan"], "hash": plan["hash"]}
        self.seconds(f"apply it: {people} recomputed", 3, lambda: admin.ok("POST", "/rules/apply", order))

    def seconds(self, what, goal, work):
        began = time.monotonic()
        out = work()
        self.add(what, time.monotonic() - began, unit="s", goal=goal, at_most=True)
        return out

    def footprint(self):
        self.add("memory after the load", self.server.rss_kb() / 1024, unit="MB", goal=100, at_most=True)
        self.server.stop()
        began = time.monotonic()
        self.server.spawn()
        while True:
            try:
                if self.org.scim.get("/Users/" + self.ids[0]).status == 200:
                    break
            except OSError:
                self.org.scim.close()
                time.sleep(0.001)
        self.add("start to first answer", (time.monotonic() - began) * 1000, unit="ms", goal=100, at_most=True)


def quote(text):
    return text.replace("@", "%40").replace(" ", "%20")


def main():
    table, rates = Table(), {}
    for engine in sys.argv[1:] or ["sqlite", "postgresql"]:
        cluster = Cluster(settings=["shared_buffers = 512MB", "max_wal_size = 4GB"]) if engine == "postgresql" else None
        try:
            bench = Bench(table, engine, cluster)
            bench.run()
            rates[engine] = bench.get_rate
        finally:
            if cluster:
                cluster.remove()
    other = peer.measure(lambda base, env: Wrk(base, env), say)
    for what, rate in other.items():
        table.add("in memory", "scimmy + express, 10,000 users: " + what, rate)
    for engine, rate in rates.items():
        if other.get("GET user by id"):
            table.add(engine, "GET user by id, against scimmy", rate / other["GET user by id"], unit="times", goal=20)
    result = (f"Measured on {machine()}; server, database and client on the same cores; {USERS:,} users, "
              f"{CONNECTIONS} connections, {SECONDS} s each.\n\n{table.text()}")
    print(result)
    if os.environ.get("BENCH_WRITE"):
        keep("result", result)


main()
