"""Identity providers of others against a rosterd of their own; each is left out, with its
reason, where it cannot be had."""
import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parents[2] / "tests" / "flow"), str(Path(__file__).parent)]

from harness.server import Server  # noqa: E402
from world import World  # noqa: E402


@pytest.fixture(scope="session")
def server():
    made = Server()
    yield made
    made.close()


@pytest.fixture
def world(server):
    return lambda metadata, **settings: World(server, metadata, **settings)
