"""/requests: what provisioning clients sent of late, without values."""
import json
import time

from harness import scim
from harness.client import Client
from test_ctl import Ctl


def newest(org, n, query="kind=scim"):
    """The n newest, oldest first, as soon as there are so many; they are stored in batches."""
    deadline = time.monotonic() + 20
    while True:
        items = org.admin.ok("GET", f"/requests?{query}&limit=100")["items"]
        if len(items) >= n:
            return items[:n][::-1]
        assert time.monotonic() < deadline, items
        time.sleep(0.05)


def test_accepted_exchanges_are_seen(org):
    made = org.scim.ok("POST", "/Users", {
        **scim.person("ada@secret.example"), "title": "Chief of Secrets",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Hidden"}})
    org.scim.ok("GET", '/Users?filter=userName eq "ada@secret.example"')
    org.scim.ok("PATCH", f"/Users/{made['id']}", {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [
            {"op": "replace", "path": 'emails[type eq "work" and value eq "ada@secret.example"].display', "value": "Concealed"},
            {"op": "replace", "value": {"active": False}}]})
    org.scim.delete(f"/Users/{made['id']}")
    items = newest(org, 4)
    details = [i["detail"] for i in items]
    assert [(d["method"], d["path"], d["status"]) for d in details] == [
        ("POST", "/scim/v2/Users", 201), ("GET", "/scim/v2/Users", 200), ("PATCH", "/scim/v2/Users/{}", 200),
        ("DELETE", "/scim/v2/Users/{}", 204)]
    assert all(i["outcome"] == "accepted" and i["reference"] and i["detail"]["microseconds"] > 0 for i in items)
    assert {"userName", "title", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"} <= set(
        details[0]["attributes"])
    assert details[1]["attributes"] == ["userName"]
    assert details[2]["attributes"] == ["emails[].display", "active"]
    assert details[3]["attributes"] == []
    text = json.dumps(items)
    for hidden in ("secret.example", "Chief", "Hidden", "Concealed", made["id"]):
        assert hidden not in text, hidden


def test_refused_ones_too(org):
    refused = org.scim.post("/Users", {"schemas": [], "userName": ""})
    gone = org.scim.get("/Users/nobody")
    first, second = newest(org, 2, "kind=scim&outcome=refused")
    assert (first["detail"]["status"], second["detail"]["status"]) == (refused.status, gone.status) == (400, 404)
    assert second["code"] == "not_found" and first["reason"] == "POST /scim/v2/Users was refused"
    assert first["reference"] == refused.headers["X-Request-Id"]
    found = org.admin.ok("GET", f"/requests?reference={second['reference']}")["items"]
    assert [i["id"] for i in found] == [second["id"]]


def test_rosterctl_finds_them(org):
    org.scim.get("/Users/nobody")
    org.scim.ok("POST", "/Users", scim.person("ada@x.example"))
    refused, accepted = newest(org, 2)
    ctl = Ctl(org)
    assert [i["id"] for i in ctl.json("requests")] == [accepted["id"], refused["id"]]
    assert [i["id"] for i in ctl.json("requests", "--outcome", "refused", "--code", "not_found")] == [refused["id"]]
    assert [i["id"] for i in ctl.json("requests", "--reference", accepted["reference"])] == [accepted["id"]]
    table = ctl("requests", "--limit", "1")
    assert accepted["reference"] in table and refused["reference"] not in table


def test_a_large_body_is_not_looked_into(org):
    org.scim.ok("POST", "/Users", {**scim.person("big@x.example"), "title": "x" * 5000})
    assert newest(org, 1)[0]["detail"]["attributes"] is None


def test_the_newest_of_each_connection_are_kept(org):
    """A busy connection does not push out what a quiet one sent."""
    quiet, busy = (org.admin.ok("POST", "/connections/scim", {"name": n})["id"] for n in ("quiet", "busy"))
    of = {c: Client(org.server.base, "/scim/v2", org.token("scim", connection=n)) for c, n in
          ((quiet, "quiet"), (busy, "busy"))}
    of[quiet].ok("GET", "/Users")
    newest(org, 1, f"connection={quiet}")
    rows = ", ".join(f"({{org}}, '0{i:05}', 1, '{busy}', 'scim', 'accepted')" for i in range(600))
    org.sql(f"INSERT INTO exchanges (org_id, id, at, source_id, kind, outcome) VALUES {rows}")
    of[busy].ok("GET", "/Users")
    deadline = time.monotonic() + 20
    while True:
        total = org.admin.ok("GET", f"/requests?connection={busy}&limit=1")["total"]
        if total == 500:
            break
        assert time.monotonic() < deadline, total
        time.sleep(0.05)
    assert org.admin.ok("GET", f"/requests?connection={busy}&limit=1")["items"][0]["detail"]["path"] == "/scim/v2/Users"
    assert org.admin.ok("GET", f"/requests?connection={quiet}")["total"] == 1


def test_tenants_see_their_own(server, org):
    other = server.new_org()
    org.scim.ok("GET", "/Users")
    newest(org, 1)
    other.scim.ok("GET", "/Groups")
    assert [i["detail"]["path"] for i in newest(other, 1)] == ["/scim/v2/Groups"]
    assert other.admin.ok("GET", "/requests")["total"] == 1
