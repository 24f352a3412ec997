"""openapi.json says what there is: every path answers, every answer fits, no tenant crosses."""
import re
import time

import pytest
from harness.openapi import description, fits
from harness.people import session_for
from harness.scim import add_members, make_group, make_user, remove_member, rules
from harness.server import ROOT
from test_admin_org import problem

OF_SESSIONS = "/api/v1/session"  # a browser's own: a token has none
PLACEHOLDER = re.compile(r"\{(?:id|item)\}")


@pytest.fixture
def api(org):
    return org.admin.ok("GET", "/openapi.json")


def operations(api):
    return [(method.upper(), path, o) for path, methods in api["paths"].items() for method, o in methods.items()]


def furnish(org):
    """One of each thing; its id by the path it stands in."""
    admin, user = org.admin, make_user(org)
    group = make_group(org, "Team", [user])
    workspace = admin.ok("POST", "/workspaces", {"title": "W"})["id"]
    project = admin.ok("POST", "/projects", {"title": "P", "workspace": workspace})["id"]
    grant = admin.ok("POST", "/grants", {"user": user, "project": project})["id"]
    rules(org, ("team", "Team", {"org_role": "AN"}))
    rules(org, ("team", "Team", {"org_role": "RE"}))
    token = admin.ok("POST", "/tokens", {"kind": "platform", "name": "t"})["id"]
    connection = admin.ok("POST", "/connections/scim", {"name": "c"})["id"]
    metadata = (ROOT / "idp-configs/okta/idp-metadata.sample.xml").read_text()
    saml = admin.ok("POST", "/connections/saml", {"name": "s", "idp_metadata_xml": metadata})["id"]
    ldap = admin.ok("POST", "/connections/ldap", {"name": "l", "uris": ["ldap://127.0.0.1:1"], "tls": {"mode": "none"},
                                                  "users": {"base": "dc=ex"}, "enabled": False})["id"]
    run = admin.ok("POST", f"/connections/ldap/{ldap}/sync", {"dry_run": True})["run"]
    deadline = time.monotonic() + 60
    while admin.ok("GET", f"/connections/ldap/{ldap}/runs/{run}")["state"] not in ("done", "failed"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    domain = admin.ok("POST", "/domains", {"domain": f"{org.id}.example"})["domain"]
    org.platform.ok("POST", "/intake/label-studio", {"action": "ANNOTATION_CREATED", "annotation": {
        "id": 1, "project": 1, "completed_by": 7}})
    hook = admin.ok("POST", "/webhooks", {"url": "https://hooks.example.org/roster", "paused": True})["id"]
    hold = make_hold(org, group)
    org.platform.ok("POST", "/annotations", {"id": "a", "project": "p", "user": user})
    plan = admin.ok("POST", "/rules/plan", {"rules": []})["plan"]
    invitation = admin.ok("POST", "/invitations", {})["id"]
    return {"plan": plan, "users": user, "groups": group, "workspaces": workspace, "projects": project, "grants": grant,
            "revisions": "1", "tokens": token, "scim": connection, "saml": saml, "webhooks": hook, "domains": domain,
            "holds": hold, "ldap": ldap, "ldap runs": run, "invitations": invitation,
            "sessions": "01900000-0000-7000-8000-000000000000"}


def make_hold(org, group_id):
    org.admin.ok("PATCH", "/org", {"hold_people": 0, "hold_percent": 0})
    leaver, path = make_user(org), "/Groups/" + group_id
    org.scim.ok("PATCH", path, add_members(leaver))
    org.scim.ok("PATCH", path, remove_member(leaver))
    return org.admin.ok("GET", "/holds")["items"][0]["id"]


def kind_of(path):
    """The segment before the id."""
    return path.split("/{id}")[0].rsplit("/", 1)[1]


def real_path(path, things):
    """With ids of the organization in it; behind a connection stands one of its runs."""
    if "{id}" not in path:
        return path
    kind = kind_of(path)
    return path.replace("{id}", things[kind]).replace("{item}", things.get(kind + " runs", ""))


# ---- the description -------------------------------------------------------

def test_every_path_answers_and_nothing_else(org, api):
    things = furnish(org)
    by_harm = sorted((o for o in operations(api) if o[1] != OF_SESSIONS), key=lambda o: (o[1].endswith("/erase"), ("GET", "PUT", "PATCH", "POST", "DELETE").index(o[0])))
    for method, path, _ in by_harm:
        real = real_path(path, things)
        # a body that no route takes: all but reading and bare acts refuse it
        answer = org.admin.request(method, real.removeprefix("/api/v1"), {"not a member": 1})
        assert answer.status != 405 and (answer.status != 404 or method == "DELETE"), (method, path, answer)
    for path, methods in api["paths"].items():
        real = path.removeprefix("/api/v1").replace("{id}", "x").replace("{item}", "x")
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - {m.upper() for m in methods}:
            problem(org.admin.request(method, real, {}), 405)


def test_every_route_is_described(api):
    source = (ROOT / "src/admin/routes.c").read_text()
    table = set(re.findall(r'\{ (GET|POST|PUT|PATCH|DELETE),\s+API "([^"]+)"', source))
    described = {(m, p.removeprefix("/api/v1").replace("{id}", "{}").replace("{item}", "{}")) for m, p, _ in operations(api)}
    assert table == described and len(table) > 40


def test_the_document_is_whole(api):
    assert api["openapi"].startswith("3.1")
    text = str(api)
    named = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert named - set(api["components"]["schemas"]) == set()
    assert set(api["components"]["schemas"]) - named == set(), "schemas that nothing uses"
    for name, schema in api["components"]["schemas"].items():
        required = schema.get("required", [])
        assert len(set(required)) == len(required) and set(required) <= set(schema.get("properties", {})), name
    ids = [o["operationId"] for _, _, o in operations(api)]
    assert len(ids) == len(set(ids))
    for method, path, o in operations(api):
        placed = [p["name"] for p in o["parameters"] if p["in"] == "path"]
        assert len(placed) == len(PLACEHOLDER.findall(path)), path
        assert ("requestBody" in o) <= (method in ("POST", "PUT", "PATCH"))
        assert {"401", "403"} <= set(o["responses"]) and any(s[0] == "2" for s in o["responses"])


def test_answers_are_held_against_it(org):
    """What the harness does with every answer of the API in all of these tests."""
    before = description.checked
    seats = org.admin.ok("GET", "/seats")
    assert description.checked == before + 1
    for status, body in ((200, {**seats, "used": "2"}), (200, {**seats, "more": 1}), (200, {"used": 0}), (418, seats)):
        with pytest.raises(AssertionError):
            description.check("GET", "/api/v1/seats", status, {"Content-Type": "application/json"}, body)
    with pytest.raises(AssertionError):
        description.check("GET", "/api/v1/seats", 200, {"Content-Type": "text/plain"}, seats)


# filled by what happens later, or by people at their browsers: other files check them
EMPTY = {"/api/v1/events", "/api/v1/sessions", "/api/v1/requests", "/api/v1/webhooks/{id}/deliveries",
         "/api/v1/reports/leavers", "/api/v1/reports/idle", "/api/v1/connections/ldap/{id}/runs/{item}/changes"}


def test_answers_fit_their_schemas(org, api):
    things = furnish(org)
    seen = set()
    for method, path, o in operations(api):
        if method != "GET" or path == OF_SESSIONS:
            continue
        real = real_path(path, things)
        query = f"?user={things['users']}&action=export_data" if path == "/api/v1/authz/check" else ""
        status, headers, body = org.admin.get(real.removeprefix("/api/v1") + query)
        assert status == 200, path
        content = o["responses"]["200"]["content"]
        assert headers["Content-Type"].split(";")[0] in content
        if "application/json" in content and not path.endswith("openapi.json"):
            fits(api, content["application/json"]["schema"], body, path)
            seen.add(path)
            if "items" in body and path not in EMPTY:
                assert body["items"], f"{path} is empty: nothing was checked"
    assert len(seen) > 20


# ---- tenants ---------------------------------------------------------------

def sample(api, schema):
    """The least that a schema takes."""
    if "$ref" in schema:
        return sample(api, api["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    if "oneOf" in schema:
        return sample(api, schema["oneOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    kind = kind if isinstance(kind, str) else kind[0]
    if kind == "object":
        return {k: sample(api, schema["properties"][k]) for k in schema.get("required", [])}
    return {"array": [], "integer": 1, "boolean": True}.get(kind, "x")


def bodies_of(api, operation):
    """None, nothing, the least, and that with each of the members alone that are plain."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if not content:
        return [None]
    name = content["schema"]["$ref"].rsplit("/", 1)[1]
    least, members = sample(api, content["schema"]), api["components"]["schemas"][name].get("properties", {})
    return [None, {}, least, *({**least, k: sample(api, m)} for k, m in members.items() if "enum" in m or "type" in m)]


def test_no_verb_reaches_another_tenant(new_org):
    """Every path with an id, every verb: an id of another organization is one that does not exist."""
    ours, theirs = new_org(default_role="AN"), new_org(default_role="AN")
    things = furnish(ours)
    for role in ("MA", "AN", "RE"):
        rules(ours, ("team", "Team", {"org_role": role}))
    things["revisions"] = "5"  # every organization has a first one
    things["sessions"] = session_for(ours, things["users"]).session_id
    api = theirs.admin.ok("GET", "/openapi.json")
    before = snapshot(ours)
    reached, offered = set(), set()
    for path, methods in api["paths"].items():
        if "{id}" not in path:
            continue
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            operation = methods.get(method.lower())
            for body in bodies_of(api, operation) if operation else [{}]:
                seen = outcome(theirs, method, path, things[kind_of(path)], body)
                nobody = outcome(theirs, method, path, "9" if "revisions" in path else "01900000-0000-7000-8000-000000000000", body)
                assert seen == nobody and 400 <= seen[0] < 500, (method, path, body, seen, nobody)
                if seen[0] == 404:
                    reached.add((method, path))
            offered |= {(method, path)} if operation else set()
    assert offered - reached == set(), "refused before anybody looked whose it is: nothing was proven"
    assert len(offered) > 50
    assert snapshot(ours) == before


def outcome(org, method, path, thing, body):
    real = path.removeprefix("/api/v1").replace("{id}", thing).replace("{item}", thing)
    status, _, out = org.admin.request(method, real, body)
    return status, str((out or {}).get("detail")).replace(thing, "ID")


def test_a_run_is_one_of_its_connection(new_org):
    """The other hole of a path: a run of another organization below a connection of one's own."""
    ours, theirs = furnish(new_org()), new_org()
    mine = furnish(theirs)
    for more in ("", "/changes"):
        problem(theirs.admin.get(f"/connections/ldap/{mine['ldap']}/runs/{ours['ldap runs']}{more}"), 404)
        assert theirs.admin.get(f"/connections/ldap/{mine['ldap']}/runs/{mine['ldap runs']}{more}").status == 200


def snapshot(org):
    """All that can be read, but for what reading itself moves."""
    paths = ("/org", "/users", "/groups", "/workspaces", "/projects", "/grants", "/rules", "/rules/revisions", "/holds",
             "/connections/scim", "/connections/saml", "/connections/ldap", "/annotations", "/seats", "/webhooks", "/domains",
             "/invitations", "/sessions", "/signin")
    return {p: org.admin.ok("GET", p) for p in paths}, \
        [(t["id"], t["revoked"]) for t in org.admin.ok("GET", "/tokens")["items"]], \
        org.admin.ok("GET", "/audit")["total"]


def test_no_reference_in_a_body_or_query_reaches_another_tenant(new_org):
    ours, theirs = new_org(default_role="AN"), new_org(default_role="AN")
    things = furnish(ours)
    mine = make_user(theirs)
    before = snapshot(ours)
    user = ours.admin.ok("GET", "/users/" + things["users"])["userName"]
    for method, path, body in (
            ("POST", "/projects", {"title": "x", "workspace": things["workspaces"]}),
            ("POST", "/grants", {"user": things["users"], "org_role": "RE"}),
            ("POST", "/grants", {"user": user, "org_role": "RE"}),
            ("POST", "/grants", {"user": mine, "workspace": things["workspaces"]}),
            ("POST", "/grants", {"user": mine, "project": things["projects"]}),
            ("POST", "/tokens", {"kind": "scim", "connection": things["scim"]}),
            ("POST", "/annotations", {"id": "a", "project": "p", "user": things["users"]}),
            ("POST", "/annotations", {"id": "a", "project": "p", "user": user}),
            ("DELETE", f"/grants?user={things['users']}&project={things['projects']}", None),
            ("GET", "/annotations?user=" + things["users"], None), ("GET", "/grants?user=" + user, None)):
        problem(theirs.admin.request(method, path, body), 400)
    for path in (f"/users?group={things['groups']}", f"/projects?workspace={things['workspaces']}",
                 "/annotations?project=p", f"/audit?target={things['users']}"):
        assert theirs.admin.ok("GET", path)["items"] == [], path
    # the same annotation id is another annotation there
    assert theirs.platform.ok("POST", "/annotations", {"id": "a", "project": "p", "user": mine})["written"] == 1
    assert snapshot(ours) == before


def test_nothing_without_a_token(org, api):
    stranger = org.server.anonymous()
    for method, path, _ in operations(api):
        problem(stranger.request(method, path.replace("{id}", "x").replace("{item}", "x"), {}), 401)


def test_platform_tokens_open_what_the_document_says(org, api):
    for method, path, o in operations(api):
        status = org.platform.request(method, path.removeprefix("/api/v1").replace("{id}", "x").replace("{item}", "x"), {"no member": 1}).status
        assert (status == 403) == (o["x-token"] == "admin"), (method, path, status)
