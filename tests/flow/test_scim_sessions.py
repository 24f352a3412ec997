"""Whole sessions of identity providers, replayed step by step."""
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SESSIONS = sorted((TESTS / "data" / "scim-sessions").glob("*.session"))


@pytest.mark.parametrize("session", SESSIONS, ids=lambda p: p.stem)
def test_session(org, session):
    done = subprocess.run([sys.executable, str(TESTS / "scim-replay"), org.server.base + "/scim/v2",
                           org.token("scim"), str(session)], text=True, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = int(done.stdout.split()[-4])
    assert passed > 20


def test_all_sessions_are_there():
    assert [p.stem for p in SESSIONS] == ["entra-default", "entra-flag", "okta-aiw", "okta-oin"]
