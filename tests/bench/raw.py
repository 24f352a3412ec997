"""What the databases can do without us: the rows of one new person per transaction, and a point select."""
import os
import re
import sqlite3
import subprocess
import tempfile
import time

from harness.server import Server

BODY = "x" * 600

# the rows that POST /Users writes, as their owner would write them by hand
ROWS = [
    "INSERT INTO users (org_id, id, person_id, source_id, user_name, name_key, external_id, display_name, display_key,"
    " active, shown_active, guarded, version, created, changed, deleted, erased, body)"
    " VALUES ({org}, {id}, {id}, {src}, {id}, {id}, {id}, 'Display', 'display', true, true, false, 1, 1, 1, 0, 0, {body})",
    *["INSERT INTO person_values (org_id, user_id, path, n, value, value_key, key_hash)"
      f" VALUES ({{org}}, {{id}}, 'path{n}', 0, {{id}}, {{id}}, {{hash}})" for n in range(5)],
    "INSERT INTO standings (org_id, user_id, role, wanted, seat, matched, kept, waiting_since, since)"
    " VALUES ({org}, {id}, 'AN', 'AN', true, false, false, 0, 1)",
    "INSERT INTO seat_moves (org_id, id, at, user_id, delta) VALUES ({org}, {id}, 1, {id}, 1)",
    *["INSERT INTO audit (org_id, id, at, actor, action, target_kind, target_id, after)"
      f" VALUES ({{org}}, {{id}} || '{n}', 1, 'raw', 'user.created', 'user', {{id}}, {{note}})" for n in range(1)],
    *["INSERT INTO outbox (org_id, id, at, type, user_id, payload)"
      f" VALUES ({{org}}, {{id}} || '{n}', 1, 'user.created', {{id}}, {{note}})" for n in range(2)],
]


def schema(server):
    """An organization and its source, by the program itself; (org, source) ids."""
    org = server.new_org(name="raw")
    org.token("scim")
    server.stop()
    return org.id, org.sql("SELECT id FROM sources WHERE org_id = {org}")[0][0]


def pg_prepare(cluster):
    server = Server(cluster)
    org, source = schema(server)
    database = server.database.rsplit("/", 1)[1]
    server.close()
    return database, org, source


def pgbench(cluster, database, script, clients, seconds):
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as f:
        f.write(script)
        f.flush()
        os.chmod(f.name, 0o644)
        out = subprocess.run([str(cluster.bin / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2",
                              "-T", str(seconds), "-f", f.name, "-h", "127.0.0.1", "-p", str(cluster.port),
                              "-U", "postgres", database], capture_output=True, text=True)
    assert out.returncode == 0, out.stderr
    return float(re.search(r"tps = ([\d.]+)", out.stdout).group(1))


def pg_inserts(cluster, made, clients, seconds):
    """Pipelined: one round trip for the rows and one for the commit is the least a client can do."""
    database, org, source = made
    cluster.sql("CREATE SEQUENCE raw_ids; ALTER SEQUENCE raw_ids CACHE 1000", database)
    fill = {"org": f"'{org}'", "src": f"'{source}'", "id": "'018f0000-0000-7000-8000-' || lpad(:n::text, 12, '0')",
            "body": f"'{BODY}'", "hash": ":n", "note": "'" + "y" * 200 + "'"}
    lines = ["\\startpipeline", "BEGIN;"] + [r.format(**fill).replace("\n", " ") + ";" for r in ROWS]
    script = "SELECT nextval('raw_ids') AS n \\gset\n" + "\n".join(lines + ["COMMIT;", "\\endpipeline", ""])
    return pgbench(cluster, database, script, clients, seconds)


def pg_selects(cluster, made, clients, seconds):
    database, org, _ = made
    last = cluster.sql("SELECT count(*) FROM users", database)[0][0]
    cluster.sql("ANALYZE", database)
    return pgbench(cluster, database, f"\\set n random(1, {max(last, 1)})\nSELECT body FROM users WHERE org_id = '{org}' AND"
                   " id = '018f0000-0000-7000-8000-' || lpad(:n::text, 12, '0');\n", clients, seconds)


def sqlite_limits(folder, seconds):
    """(transactions per second, selects per second) of one thread on a file beside the server's."""
    server = Server(folder=folder / "raw", start=False)
    server.folder.mkdir()
    server.start()
    org, source = schema(server)
    db = sqlite3.connect(server.path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "cache_size = -65536"):
        db.execute("PRAGMA " + pragma)
    names = {"org": ":org", "src": ":src", "id": ":id", "body": ":body", "hash": ":hash", "note": ":note"}
    rows, n, began = [r.format(**names) for r in ROWS], 0, time.monotonic()
    while time.monotonic() < began + seconds:
        n += 1
        args = {"org": org, "src": source, "id": f"018f0000-0000-7000-8000-{n:012}", "body": BODY, "hash": n,
                "note": "y" * 200}
        db.execute("BEGIN IMMEDIATE")
        for row in rows:
            db.execute(row, args)
        db.execute("COMMIT")
    inserts, selects, began = n / (time.monotonic() - began), 0, time.monotonic()
    while time.monotonic() < began + seconds / 2:
        selects += 1
        db.execute("SELECT body FROM users WHERE org_id = ? AND id = ?",
                   (org, f"018f0000-0000-7000-8000-{selects * 7919 % n + 1:012}")).fetchall()
    db.close()
    return inserts, selects / (time.monotonic() - began)
