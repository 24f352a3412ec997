"""make demo: the story runs to its end, and says what to do when it cannot."""
import os
import re
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from harness.cluster import free_port
from harness.server import BIN

DEMO = Path(__file__).resolve().parents[1] / "demo" / "demo.sh"


def environment(port, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("ROSTERD_", "DEMO_"))}
    return dict(env, ROSTERD_BIN_DIR=str(BIN), DEMO_LISTEN=f"127.0.0.1:{port}", **more)


@pytest.fixture(scope="module")
def story():
    done = subprocess.run(["sh", str(DEMO)], env=environment(free_port(), DEMO_ONCE="1"), text=True,
                          capture_output=True, timeout=300)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr
    return done.stdout


def test_every_replayed_assertion_holds(story):
    results = re.findall(r"(\d+) passed, (\d+) failed", story)
    assert len(results) == 6
    assert all(int(passed) > 0 and failed == "0" for passed, failed in results)


def test_seats_follow_joiners_and_leavers(story):
    seats = re.findall(r"seats: (\d+) of (\d+) used, (\d+) waiting", story)
    assert seats == [("8", "50", "0"), ("8", "8", "1"), ("8", "8", "1"), ("8", "8", "0"), ("8", "8", "0"),
                     ("7", "8", "0")]


@pytest.mark.parametrize("person,role,state", [
    ("Ada Byron", "AD", "active"), ("Grace Hopper", "MA", "active"), ("Joan Murray", "RE", "active"),
    ("Mary Jackson", "DI", "deactivated"), ("Edsger Dijkstra", "MA", "active"), ("Frances Allen", "AN", "active"),
])
def test_table_shows_roles(story, person, role, state):
    line = re.search(rf"^ *{person} +organization: (\w+) +(yes|no) +(\w+)", story, re.M)
    assert (line.group(1), line.group(3)) == (role, state)
    assert (line.group(2) == "yes") == (state == "active")


def test_work_of_leavers_keeps_their_names(story):
    assert re.search(r"mary@acme\.example +deactivated +Street signs +2", story)
    assert re.search(r"tony@acme\.example +former +Support chats +3", story)


def test_taken_port_is_explained():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        done = subprocess.run(["sh", str(DEMO)], env=environment(s.getsockname()[1], DEMO_ONCE="1"), text=True,
                              capture_output=True, timeout=60)
    assert done.returncode == 1
    assert "DEMO_LISTEN=" in done.stderr and "in use" in done.stderr


def test_serves_until_interrupted():
    port = free_port()
    demo = subprocess.Popen(["sh", str(DEMO)], env=environment(port), text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, start_new_session=True)
    try:
        lines = []
        for line in demo.stdout:
            lines.append(line)
            if "until Ctrl-C" in line:
                break
        assert "until Ctrl-C" in lines[-1], "".join(lines)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            assert answer.status == 200
        stored = re.search(r"stored in (\S+)", "".join(lines)).group(1)
        assert os.path.exists(stored)
        os.killpg(demo.pid, signal.SIGINT)
        assert demo.wait(30) == 0
        assert not os.path.exists(os.path.dirname(stored))
    finally:
        if demo.poll() is None:
            os.killpg(demo.pid, signal.SIGKILL)
            demo.wait()
        demo.stdout.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.1)
    pytest.fail("the server outlived the demo")
