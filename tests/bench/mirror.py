#!/usr/bin/python3
"""Measures a directory's mirroring: a slapd of our own, listed bare and then synchronized.

usage: mirror.py [sqlite] [postgresql]      (both unless named)

BENCH_PEOPLE=100000 BENCH_GROUPS=1000 BENCH_MEMBERS=1000 (in each group) BENCH_TIMES=3.
Prints a table; every figure is the median of BENCH_TIMES runs, except the first import.
BENCH_WRITE=1 also puts it into README.md.
"""
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "flow"))

from harness.cluster import Cluster  # noqa: E402
from harness.mirror import Mirror  # noqa: E402
from harness.scim import rules  # noqa: E402
from harness.server import Server  # noqa: E402
from harness.slapd import Slapd, person_dn  # noqa: E402
from table import Table, keep, machine, say  # noqa: E402

PEOPLE = int(os.environ.get("BENCH_PEOPLE", "100000"))
GROUPS = int(os.environ.get("BENCH_GROUPS", "1000"))
MEMBERS = int(os.environ.get("BENCH_MEMBERS", "1000"))
TIMES = int(os.environ.get("BENCH_TIMES", "3"))


def timed(work):
    begin = time.monotonic()
    work()
    return time.monotonic() - begin


def median(work):
    return statistics.median(timed(work) for _ in range(TIMES))


def bare_listing(d):
    """The same tree by a client that does nothing but print what libldap hands it."""
    def once():
        for base, what in ((d.people_base, "(objectClass=inetOrgPerson)"), (d.groups_base, "(objectClass=groupOfNames)")):
            subprocess.run(["ldapsearch", "-x", "-LLL", "-E", "pr=1000/noprompt", "-H", d.uri, "-D", d.service,
                            "-w", d.service_password, "-b", base, what], stdout=subprocess.DEVNULL, check=True)
    return median(once)


def seconds_of(run):
    def ms(text):
        whole, rest = text.rstrip("Z").split(".")
        return time.mktime(time.strptime(whole, "%Y-%m-%dT%H:%M:%S")) + float("0." + rest)
    return ms(run["ended"]) - ms(run["started"])


def measure(engine, d, cluster):
    server = Server(cluster if engine == "postgresql" else None)
    org = server.new_org(seats="unlimited", default_role="NO")
    rules(org, ("an", {"group": "g0*", "by": "glob"}, {"org_role": "AN"}))
    m = Mirror(org, d, enabled=True)
    run = m.wait(m.ask(full=True), seconds=900)
    assert run["state"] == "done", run
    first = seconds_of(run)
    say(f"{engine}: first import {first:.1f} s, {server.rss_kb() // 1024} MiB resident")
    unchanged = statistics.median(seconds_of(m.wait(m.ask(full=True), seconds=300)) for _ in range(TIMES))
    say(f"{engine}: no change {unchanged:.2f} s")
    deltas = []
    for i in range(TIMES):
        for n in range(10):
            d.replace(person_dn(100 * i + n), "displayName", f"Changed for {engine} {i}")
        run = m.wait(m.ask(), seconds=300)
        assert run["state"] == "done" and run["counts"]["updated"] == 10, run
        say(f"{engine}: ten changes by {run['kind']} {seconds_of(run):.3f} s {run['warnings']}")
        deltas.append(seconds_of(run))
    rss = server.rss_kb() // 1024
    server.close()
    return first, unchanged, statistics.median(deltas), rss


def main():
    random.seed(1)
    say(f"making a directory of {PEOPLE} people and {GROUPS} groups of {MEMBERS}")
    d = Slapd(people=PEOPLE, groups=[(f"g{g:04d}", [person_dn(n) for n in random.sample(range(PEOPLE), MEMBERS)])
                                     for g in range(GROUPS)])
    d.replace(person_dn(0), "displayName", "The log of changes begins here")
    engines = sys.argv[1:] or ["sqlite", "postgresql"]
    cluster = Cluster(settings=["shared_buffers = 512MB", "max_wal_size = 4GB"]) if "postgresql" in engines else None
    table = Table()
    bare = bare_listing(d)
    table.add("none", "ldapsearch lists the same tree", bare, unit="s")
    for engine in engines:
        first, unchanged, delta, rss = measure(engine, d, cluster)
        for what, value, unit, goal in (("first import", first, "s", 15), ("no change, by a full listing", unchanged, "s", 2),
                                        ("ten changes, by the feed", delta * 1000, "ms", 100)):
            table.add(engine, what, value, unit=unit, goal=goal, at_most=True,
                      limit=("a bare listing", bare) if unit == "s" else None)
        table.add(engine, "memory after that", rss, unit="MiB")
    d.close()
    if cluster:
        cluster.remove()
    result = (f"Measured on {machine()}; slapd, server and database on the same cores; {PEOPLE:,} people, {GROUPS:,} groups, "
              f"{GROUPS * MEMBERS:,} memberships.\n\n{table.text(beside='beside ldapsearch')}")
    print(result)
    if os.environ.get("BENCH_WRITE"):
        keep("directory", result)


main()
