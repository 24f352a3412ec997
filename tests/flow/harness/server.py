"""A rosterd process under test, and organizations made in it."""
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

from . import pq
from .client import Client
from .cluster import free_port

ROOT = Path(__file__).resolve().parents[3]
BIN = Path(os.environ.get("ROSTERD_BIN_DIR", ROOT / "build"))
SCIM_JSON = "application/scim+json"

living = []  # every Server whose process should be running
numbers = itertools.count(1)
making = threading.RLock()  # tokens and clients are made once, whichever thread asks first


class Org:
    """A fresh organization: .scim and .admin are clients with its tokens."""

    def __init__(self, server, name):
        self.server, self.name, self.tokens, self.known_id = server, name, {}, None

    def token(self, kind, **options):
        key = (kind, tuple(sorted(options.items())))
        with making:
            if key not in self.tokens:
                extra = [x for k, v in options.items() for x in ("--" + k, v)]
                self.tokens[key] = self.server.ctl("token", "create", "--org", self.name, "--kind", kind, *extra).strip()
        return self.tokens[key]

    @property
    def scim(self):
        return self.server.scim(self)

    @property
    def admin(self):
        return self.server.admin(self)

    @property
    def platform(self):
        return Client(self.server.base, "/api/v1", self.token("platform"))

    @property
    def id(self):
        if not self.known_id:
            self.known_id = self.server.sql(f"SELECT id FROM orgs WHERE name = '{self.name}'")[0][0]
        return self.known_id

    def sql(self, text):
        """Direct SQL in which {org} stands for this organization's id."""
        return self.server.sql(text.replace("{org}", f"'{self.id}'"))


class Server:
    """cluster None: SQLite.  database: share one that another process made."""

    def __init__(self, cluster=None, database=None, start=True, options=(), env=None, wrapper=(), folder=None):
        self.cluster, self.options, self.wrapper = cluster, list(options), list(wrapper)
        self.folder = Path(folder or tempfile.mkdtemp(prefix="rosterd-flow-"))
        self.log = self.folder / "rosterd.log"
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.database = database or (cluster.new_database() if cluster else f"sqlite:{self.folder}/rosterd.db")
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("ROSTERD_")}
        self.env["PGGSSENCMODE"] = "disable"  # Kerberos tickets of whoever runs the tests are not theirs
        self.env.update(env or {})
        self.process, self.clients, self.ended = None, {}, None
        if start:
            self.start()

    pid = property(lambda self: self.process.pid)
    engine = property(lambda self: "sqlite" if self.database.startswith("sqlite") else "postgresql")
    path = property(lambda self: self.database.split(":", 1)[1])

    def command(self, program, *args):
        return [str(BIN / program), *args]

    def spawn(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.wrapper + self.command("rosterd", "--database", self.database, "--listen", f"127.0.0.1:{self.port}",
                                            "--data-dir", str(self.folder), *self.options),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.env, cwd=self.folder)
        living.append(self)

    def start(self, seconds=60):
        self.spawn()
        self.wait_ready(seconds)
        return self

    def wait_ready(self, seconds=60):
        deadline = time.monotonic() + seconds
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"rosterd ended with {self.process.returncode}:\n{self.tail()}")
            try:
                with urllib.request.urlopen(self.base + "/readyz", timeout=5):
                    return
            except (OSError, urllib.error.URLError):
                if time.monotonic() > deadline:
                    raise RuntimeError(f"rosterd is not ready after {seconds} s:\n{self.tail()}")
                time.sleep(0.01)

    def stop(self):
        """Asks the process to end; anything but a clean end is an error."""
        self.forget()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise RuntimeError(f"rosterd did not end within 30 s of SIGTERM:\n{self.tail()}")
        if self.process.returncode != 0:
            raise RuntimeError(f"rosterd ended with {self.process.returncode}:\n{self.tail()}")

    def kill9(self):
        self.forget()
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.stop()
        return self.start()

    def forget(self):
        if self in living:
            living.remove(self)

    def close(self):
        try:
            if self.process and self.process.poll() is None:
                self.stop()
            elif self in living:  # it ended and nobody asked it to
                self.stop()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def tail(self, lines=40):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def ctl(self, *args, check=True, stdin=None):
        """rosterctl on this database; its output (check) or the finished process."""
        done = subprocess.run(self.command("rosterctl", "--database", self.database, *args), text=True,
                              capture_output=True, env=dict(self.env, ROSTERD_DATA_DIR=str(self.folder)), input=stdin)
        if not check:
            return done
        assert done.returncode == 0, f"rosterctl {' '.join(args)}: {done.returncode} {done.stderr}{done.stdout}"
        return done.stdout

    def api(self, org, *args, check=True):
        """rosterctl over the API of this server, as an administrator of org; as ctl()."""
        done = subprocess.run(self.command("rosterctl", "--server", self.base, "--token", org.token("admin"), *args),
                              text=True, capture_output=True, env=self.env)
        if not check:
            return done
        assert done.returncode == 0, f"rosterctl {' '.join(args)}: {done.returncode} {done.stderr}{done.stdout}"
        return done.stdout

    def new_org(self, seats="unlimited", policy=None, default_role=None, owner=None, name=None):
        name = name or f"org-{os.getpid()}-{next(numbers)}"
        args = ["org", "create", name, "--seats", str(seats)]
        for option, value in (("--policy", policy), ("--default-role", default_role), ("--owner", owner)):
            args += [option, value] if value else []
        org = Org(self, name)
        org.output = self.ctl(*args)
        return org

    def client(self, key, make):
        with making:
            if key not in self.clients:
                self.clients[key] = make()
        return self.clients[key]

    def scim(self, org):
        return self.client(("scim", org.name),
                           lambda: Client(self.base, "/scim/v2", org.token("scim"), SCIM_JSON))

    def admin(self, org):
        return self.client(("admin", org.name), lambda: Client(self.base, "/api/v1", org.token("admin")))

    def anonymous(self):
        return Client(self.base)

    def sql(self, text):
        if self.engine == "sqlite":
            return pq.sqlite_query(self.path, text)
        return self.cluster.sql(text, self.database.rsplit("/", 1)[1].split("?")[0])

    def rss_kb(self):
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1])
        return 0


def seats(org):
    return org.admin.ok("GET", "/seats")


def dump(value):
    return json.dumps(value, sort_keys=True)
