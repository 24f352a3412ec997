"""A PostgreSQL cluster of our own in a temporary folder, never run as root."""
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from . import pq


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def pg_bin():
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: float(p.parent.name))
    return versions[-1] if versions else None


class Cluster:
    """durable: fsync stays on, for crash tests and figures."""

    def __init__(self, durable=True, settings=()):
        self.bin, self.port = pg_bin(), free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="rosterd-pg-"))
        self.as_user, self.process, self.made = [], None, 0
        if os.geteuid() == 0:
            who = pwd.getpwnam("postgres")
            os.chown(self.folder, who.pw_uid, who.pw_gid)
            self.as_user = ["setpriv", f"--reuid={who.pw_uid}", f"--regid={who.pw_gid}", "--clear-groups"]
        self.run("initdb", "-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust",
                 "-E", "UTF8", "--locale=C", "--no-sync")
        lines = [f"port = {self.port}", "listen_addresses = '127.0.0.1'", "unix_socket_directories = ''",
                 "max_connections = 200", "logging_collector = off"]
        lines += [] if durable else ["fsync = off", "synchronous_commit = off", "full_page_writes = off"]
        with open(self.folder / "data" / "postgresql.conf", "a") as f:
            f.write("\n".join(lines + list(settings)) + "\n")
        self.start()
        self.sql("CREATE ROLE rosterd LOGIN NOSUPERUSER NOBYPASSRLS")

    def run(self, program, *args):
        subprocess.run([*self.as_user, str(self.bin / program), *args], check=True, cwd="/",
                       stdout=subprocess.DEVNULL)

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [*self.as_user, str(self.bin / "postgres"), "-D", str(self.folder / "data")],
                stdout=log, stderr=log, cwd="/", start_new_session=True)
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.sql("SELECT 1")
            except pq.SqlError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError((self.folder / "log").read_text()[-2000:])
                time.sleep(0.05)

    def stop(self, how=signal.SIGINT):
        """SIGINT ends sessions and stops; SIGQUIT is a crash with recovery at the next start."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def remove(self):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self):
        self.made += 1
        name = f"r{self.made}"
        self.sql(f"CREATE DATABASE {name} OWNER rosterd")
        return f"postgresql://rosterd@127.0.0.1:{self.port}/{name}"

    def sql(self, text, database="postgres"):
        """As superuser, whom row level security does not bind."""
        return pq.pg_query(
            f"host=127.0.0.1 port={self.port} user=postgres gssencmode=disable dbname={database}", text)
