"""Fixtures of the flow tests: the real programs, over HTTP, on both databases.

    engine    "sqlite" or "postgresql"; almost every test runs on both
    postgres  a cluster of our own (harness.cluster.Cluster), one per run
    server    a running rosterd (harness.server.Server), one per engine and run
    org       a fresh organization in it (harness.server.Org): org.scim, org.admin
    new_org   the same as a function: new_org(seats=5, policy="refuse")
    own_server   a rosterd for one test alone, to be killed and restarted
    pair      two rosterd processes on one PostgreSQL database, with one secret key and public URL

The programs are taken from ROSTERD_BIN_DIR, else from build/.
"""
import atexit
import signal
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from harness import cluster, openapi, server as servers  # noqa: E402

openapi.description.wanted = True


@pytest.fixture(scope="session")
def postgres():
    if not cluster.pg_bin():
        pytest.skip("PostgreSQL is not installed")
    made = cluster.Cluster()
    atexit.register(made.remove)
    yield made
    made.remove()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine(request):
    return request.param


def make_server(request, engine, **options):
    pg = request.getfixturevalue("postgres") if engine == "postgresql" else None
    return servers.Server(pg, **options)


@pytest.fixture(scope="session")
def server(request, engine):
    made = make_server(request, engine)
    yield made
    made.close()


@pytest.fixture
def new_org(server):
    return server.new_org


@pytest.fixture
def org(server):
    return server.new_org()


@pytest.fixture
def make_own_server(request, engine):
    """A function that starts servers for this test alone."""
    made = []

    def make(**options):
        made.append(make_server(request, engine, **options))
        return made[-1]

    yield make
    for one in reversed(made):
        one.close()


@pytest.fixture
def own_server(make_own_server):
    return make_own_server()


@pytest.fixture(scope="session")
def pair(postgres):
    first = servers.Server(postgres)
    env = {"ROSTERD_SECRET_KEY_FILE": str(first.folder / "secret.key"), "ROSTERD_PUBLIC_URL": first.base}
    second = servers.Server(postgres, database=first.database, env=env)
    yield first, second
    second.close()
    first.close()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for one in servers.living:
            report.sections.append((f"log of {one.database} (pid {one.pid})", one.tail()))


def pytest_sessionfinish(session):
    left = [s for s in servers.living if s.process.poll() is None]
    for one in left:
        one.process.send_signal(signal.SIGKILL)
        one.process.wait()
    if left:
        print(f"servers left running: {[s.database for s in left]}", file=sys.stderr)
        session.exitstatus = 1
