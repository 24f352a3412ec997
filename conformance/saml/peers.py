"""Identity providers that others wrote, fetched once into build/ and started on a free port."""
import hashlib
import json
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from harness.cluster import free_port
from harness.server import ROOT
from harness.ssp import make_key

HERE = Path(__file__).parent
KEPT = ROOT / "build-conformance"


def fetched(name, of, fetch):
    """A folder that fetch(folder) fills once for this `of`; a skip where it cannot."""
    folder = KEPT / f"{name}-{hashlib.sha256(of).hexdigest()[:12]}"
    if not folder.exists():
        KEPT.mkdir(exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix=name, dir=KEPT))
        try:
            fetch(made)
            made.rename(folder)
        finally:
            shutil.rmtree(made, ignore_errors=True)
    return folder


def run(what, command, **more):
    if not shutil.which(command[0]):
        pytest.skip(f"{what}: {command[0]} is not installed")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, **more)
    except subprocess.TimeoutExpired:
        pytest.skip(f"{what}: {command[0]} did not answer in ten minutes: is its registry in reach?")
    if done.returncode:
        pytest.skip(f"{what}: {command[0]} could not fetch it: {(done.stderr or done.stdout).strip()[-300:]}")


class Peer:
    """A process that serves HTTP on a port of its own, in a folder of its own."""

    def __init__(self, ready, seconds):
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="rosterd-peer-")), free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.log = self.folder / "log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                                            **self.start())
        deadline = time.monotonic() + seconds
        while not self.answers(ready):
            if self.process.poll() is not None or time.monotonic() > deadline:
                said = self.log.read_text()[-2000:]
                self.close()
                raise RuntimeError(said)
            time.sleep(0.1)

    def answers(self, path):
        try:
            return self.fetch(path)
        except (OSError, urllib.error.URLError):
            return None

    def fetch(self, path, body=None, **headers):
        request = urllib.request.Request(self.base + path, body and json.dumps(body).encode(),
                                         {"Content-Type": "application/json", **headers})
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.read().decode()

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Npm(Peer):
    """One of idps/*.mjs, with the packages of their lock file."""

    def __init__(self, name):
        self.name = name
        lock = (HERE / "idps" / "package-lock.json").read_bytes()

        def install(folder):
            for file in ("package.json", "package-lock.json"):
                shutil.copy(HERE / "idps" / file, folder)
            run(name, ["npm", "ci", "--no-audit", "--no-fund", "--silent"], cwd=folder)

        self.modules = fetched("npm", lock, install) / "node_modules"
        super().__init__("/metadata", 30)

    def start(self):
        for source in (HERE / "idps").glob("*.mjs"):
            shutil.copy(source, self.folder)
        (self.folder / "node_modules").symlink_to(self.modules)
        make_key(self.folder, "idp")
        return {"args": ["node", f"{self.name}.mjs", str(self.port), str(self.folder)], "cwd": self.folder}

    def metadata(self):
        return self.fetch("/metadata")

    def trust(self, connection, **more):
        self.fetch("/trust", {"entity_id": connection["entity_id"], "acs_url": connection["acs_url"],
                              "slo_url": connection["slo_url"], **more})
