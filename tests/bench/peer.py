"""Another SCIM server for comparison: scimmy with express, in memory, one process."""
import http.client
import json
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from harness import scim
from harness.client import Client
from harness.cluster import free_port

USERS = 10000
PACKAGES = ["scimmy@1", "scimmy-routers@1", "express@4"]

PROGRAM = """
import express from "express";
import SCIMMY from "scimmy";
import SCIMMYRouters from "scimmy-routers";

const users = new Map(), names = new Map();
let last = 0;
const name = (filter) => filter?.length === 1 && filter[0].userName?.[0] === "eq" && filter[0].userName[1];
const find = (resource) => resource.id ? [users.get(resource.id)].filter(Boolean)
	: name(resource.filter) ? [names.get(name(resource.filter))].filter(Boolean)
	: resource.filter ? [...resource.filter.match([...users.values()])] : [...users.values()];
SCIMMY.Resources.declare(SCIMMY.Resources.User)
	.ingress((resource, data) => {
		const id = resource.id ?? String(++last);
		const kept = { ...(users.get(id) ?? {}), ...JSON.parse(JSON.stringify(data)), id };
		users.set(id, kept);
		names.set(kept.userName, kept);
		return kept;
	})
	.egress((resource) => {
		const found = find(resource);
		if (resource.id && !found.length)
			throw new SCIMMY.Types.Error(404, null, "no such user");
		return resource.id ? found[0] : found;
	})
	.degress((resource) => { users.delete(resource.id); });
const app = express();
app.use("/scim/v2", new SCIMMYRouters({ type: "bearer", handler: () => "bench" }));
app.listen(Number(process.argv[2]), "127.0.0.1");
"""


def install(folder):
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    (folder / "server.mjs").write_text(PROGRAM)
    done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", *PACKAGES], cwd=folder,
                          capture_output=True, text=True, timeout=300)
    return done.returncode == 0


def wait(client):
    for _ in range(200):
        try:
            return client.get("/ServiceProviderConfig")
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
    raise RuntimeError("the peer does not answer")


def figures(base, wrk):
    client = Client(base, "/scim/v2", "bench", "application/scim+json")
    wait(client)
    ids = [client.ok("POST", "/Users", scim.person(f"peer{n}"))["id"] for n in range(USERS)]
    out = {}
    with tempfile.NamedTemporaryFile("w") as f:
        def lines(what, many):
            f.seek(0)
            f.truncate()
            f.write("\n".join(many) + "\n")
            f.flush()
            run = wrk(base, {"BENCH_LINES": f.name, "BENCH_TOKEN": "bench"})
            if not run.failed:
                out[what] = run.rate

        lines("GET user by id", [f"GET\t/scim/v2/Users/{i}" for i in ids])
        lines("filter userName eq", [f"GET\t/scim/v2/Users?filter=userName%20eq%20%22peer{n}%40x.example%22"
                                     for n in range(USERS)])
        lines("PATCH user active", [f"PATCH\t/scim/v2/Users/{i}\t{json.dumps(scim.active(n % 2 == 0))}"
                                    for n, i in enumerate(ids)])
    return out


def measure(wrk, say):
    """Requests per second by kind of work; empty if it cannot be had here."""
    if not shutil.which("npm"):
        say("no npm here: the comparison with scimmy is left out")
        return {}
    with tempfile.TemporaryDirectory(prefix="rosterd-peer-") as folder:
        if not install(Path(folder)):
            say("npm cannot install scimmy here: the comparison is left out")
            return {}
        port = free_port()
        process = subprocess.Popen(["node", "server.mjs", str(port)], cwd=folder, stderr=subprocess.DEVNULL)
        try:
            return figures(f"http://127.0.0.1:{port}", wrk)
        finally:
            process.kill()
            process.wait()
