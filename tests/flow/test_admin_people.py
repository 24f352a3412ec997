"""Users, groups, workspaces, projects, grants and rules over the admin API."""
import pytest
from harness.crowd import together
from harness.scim import add_members, make_group, make_user, put_rules, rules, set_active, shown
from harness.sound import check_sound
from test_admin_org import audit, problem


@pytest.fixture
def team(new_org):
    """An organization with three people and two groups."""
    org = new_org(default_role="AN")
    org.people = {n: make_user(org, n) for n in ("ada", "bob", "cyd")}
    org.staff = make_group(org, "Staff", [org.people["ada"], org.people["bob"]])
    org.crew = make_group(org, "Crew", ["somebody-not-here-yet"])
    return org


def workspace(org, title="Vision"):
    return org.admin.ok("POST", "/workspaces", {"title": title})["id"]


def project(org, where, title="Cats"):
    return org.admin.ok("POST", "/projects", {"title": title, "workspace": where})["id"]


def every(org, path, limit):
    """All items of a list, page by page."""
    out, after = [], ""
    while after is not None:
        page = org.admin.ok("GET", f"{path}{'&' if '?' in path else '?'}limit={limit}&after={after}")
        assert len(page["items"]) <= limit
        out += page["items"]
        after = page["next"]
    assert page["total"] == len(out)
    return out


# ---- users -----------------------------------------------------------------

def test_a_user_has_the_promised_shape(team):
    user = shown(team, team.people["ada"])
    assert user["userName"] == "ada@x.example" and user["email"] == "ada@x.example"
    assert user["displayName"] == "Ada" and user["source"] == "scim" and user["connection"]["name"]
    assert user["state"] == "active" and user["role"] == user["wanted_role"] == "AN" and user["seat"] is True
    assert user["groups"] == [{"id": team.staff, "name": "Staff", "source": user["connection"]["name"]}]
    assert user["workspaces"] == user["projects"] == [] and user["waiting_since"] is None


@pytest.mark.parametrize("query, found", [
    ("", "ada bob cyd"), ("?state=active", "ada bob"), ("?state=deactivated", "cyd"), ("?state=pending", ""),
    ("?role=an", "ada bob"), ("?role=Annotator", "ada bob"), ("?role=RE", ""), ("?q=AD", "ada"), ("?q=bob@x", "bob"),
    ("?q=%25", ""), ("?q=_da", ""), ("?group=STAFF", "ada bob"), ("?group=nothing", ""), ("?source=scim", "ada bob cyd"),
    ("?source=manual", ""), ("?q=b&state=active&group=STAFF", "bob")])
def test_users_are_filtered(team, query, found):
    set_active(team, team.people["cyd"], False)
    page = team.admin.request("GET", "/api/v1/users" + query.replace("STAFF", team.staff), raw=True).json
    assert [u["userName"].split("@")[0] for u in page["items"]] == found.split()
    assert page["total"] == len(page["items"]) and page["next"] is None


@pytest.mark.parametrize("query", ["state=x", "role=XX", "limit=x", "q=%ff", "q=%00"])
def test_wrong_filters_are_no_empty_lists(org, query):
    problem(org.admin.request("GET", "/api/v1/users?" + query, raw=True), 400)


def test_pages_of_everything(team):
    for n in range(7):
        make_user(team)
    assert [u["id"] for u in every(team, "/users", 3)] == [u["id"] for u in every(team, "/users", 1000)]
    assert len(every(team, "/users?role=AN", 2)) == 10
    for n in range(5):
        workspace(team, f"w{n}")
    first = team.admin.ok("GET", "/workspaces")["items"][0]["id"]
    for n in range(4):
        project(team, first)
    for who in team.people.values():
        team.admin.ok("POST", "/grants", {"user": who, "workspace": first})
        team.admin.ok("POST", "/grants", {"user": who, "org_role": "RE"})
    for path, many in (("/workspaces", 5), ("/projects", 4), ("/grants", 6), ("/groups", 2), ("/tokens", 2),
                       ("/connections/scim", 1), (f"/projects?workspace={first}", 4), ("/projects?workspace=x", 0)):
        assert len(every(team, path, 2)) == many, path
        assert every(team, path, 1) == every(team, path, 1000)
    newest = every(team, "/audit", 5)
    assert [r["id"] for r in newest] == sorted((r["id"] for r in newest), reverse=True)
    for bad in ("/grants?after=x", "/annotations?after=!", "/rules/revisions?after=x"):
        problem(team.admin.get(bad), 400)


def test_a_role_by_hand_and_back(team):
    ada = "/users/" + team.people["ada"]
    assert team.admin.ok("PATCH", ada, {"role": "RE"})["role"] == "RE"
    assert team.admin.ok("PATCH", ada, {"role": "Reviewer"})["role"] == "RE"
    assert len(audit(team, "grant.given")) == 1
    assert team.admin.ok("PATCH", ada, {"role": None})["role"] == "AN"
    assert team.admin.ok("PATCH", ada, {"role": None})["role"] == "AN"
    assert len(audit(team, "grant.taken")) == 1
    assert team.admin.ok("PATCH", ada, {})["role"] == "AN"
    check_sound(team)


@pytest.mark.parametrize("body, status", [
    ({"role": "OW"}, 403), ({"role": "NO"}, 400), ({"role": "DI"}, 400), ({"role": "Inherit"}, 400), ({"role": 1}, 400),
    ({"role": "boss"}, 400), ({"state": "pending"}, 400), ({"state": None}, 400), ({"state": "deleted"}, 400),
    ({"userName": "x"}, 400), ({"owner": True}, 400), ({"role": "RE", "state": "x"}, 400)])
def test_wrong_changes_of_a_user(team, body, status):
    before = shown(team, team.people["ada"])
    problem(team.admin.patch("/users/" + team.people["ada"], body), status)
    assert shown(team, team.people["ada"]) == before


def test_deactivate_activate_delete_erase(team):
    ada = "/users/" + team.people["ada"]
    out = team.admin.ok("PATCH", ada, {"state": "deactivated"})
    assert (out["state"], out["role"], out["seat"]) == ("deactivated", "DI", False)
    assert team.scim.ok("GET", "/Users/" + team.people["ada"])["active"] is False
    assert team.admin.ok("PATCH", ada, {"state": "active"})["role"] == "AN"
    assert team.admin.delete(ada).status == 204
    for method in ("GET", "DELETE"):
        problem(team.admin.request(method, ada), 404)
    problem(team.admin.patch(ada, {"role": "RE"}), 404)
    problem(team.admin.get(ada + "/explain"), 404)
    assert team.admin.post(ada + "/erase").status == 204
    assert team.admin.post("/users/" + team.people["bob"] + "/erase").status == 204
    problem(team.admin.post("/users/nobody/erase"), 404)
    rows = team.sql("SELECT user_name, display_name, external_id FROM users WHERE org_id = {org} AND erased > 0")
    assert len(rows) == 2 and all(r[0].startswith("erased-") and r[1:] == (None, None) for r in rows)
    check_sound(team)


def test_an_owner_is_left_alone(new_org):
    org = new_org(owner="boss@x.example", default_role="AN")
    boss = org.admin.ok("GET", "/users?q=boss")["items"][0]
    assert boss["role"] == "OW" and boss["owner"] is True
    path = "/users/" + boss["id"]
    for answer in (org.admin.patch(path, {"role": "AN"}), org.admin.patch(path, {"state": "deactivated"}),
                   org.admin.delete(path), org.admin.post(path + "/erase"),
                   org.admin.post("/grants", {"user": boss["id"], "org_role": "AN"}),
                   org.admin.delete("/grants?org_role=OW&user=" + boss["id"])):
        problem(answer, 403)
    assert shown(org, boss["id"]) == boss
    owner = org.sql(f"SELECT count(*) FROM grants WHERE org_id = {{org}} AND role = 'OW' AND user_id = '{boss['id']}'")
    assert owner[0][0] == 1


def test_refused_for_want_of_a_seat(new_org):
    org = new_org(seats=1, policy="refuse", default_role="NO")
    first, second = make_user(org), make_user(org)
    org.admin.ok("PATCH", "/users/" + first, {"role": "AN"})
    detail = problem(org.admin.patch("/users/" + second, {"role": "AN"}), 409)
    assert "1" in detail
    problem(org.admin.post("/grants", {"user": second, "org_role": "RE"}), 409)
    assert shown(org, second)["state"] == "pending" and org.admin.ok("GET", "/grants")["total"] == 1
    check_sound(org)


def test_explain_names_rule_group_and_hand(team):
    rules(team, ("staff", "Staff", {"org_role": "RE"}))
    team.admin.ok("PATCH", "/users/" + team.people["ada"], {"role": "MA"})
    out = team.admin.ok("GET", f"/users/{team.people['ada']}/explain")
    assert out["user"]["role"] == "MA" and out["summary"]
    by = {g["origin"]: g for g in out["grants"]}
    assert by["manual"]["counts"] is True and by["manual"]["by"].startswith("token:")
    assert by["rule"]["counts"] is False and by["rule"]["lost_to"]
    assert (by["rule"]["rule"], by["rule"]["group_name"], by["rule"]["revision"]) == ("staff", "Staff", 1)


# ---- groups ----------------------------------------------------------------

def test_groups_with_their_members(team):
    groups = {g["displayName"]: g for g in team.admin.ok("GET", "/groups")["items"]}
    assert groups["Staff"]["members"] == 2 and groups["Crew"]["members"] == 0
    assert groups["Crew"]["pending_members"] == 1 and groups["Staff"]["source"] == "scim"
    assert [g["displayName"] for g in team.admin.ok("GET", "/groups?q=st")["items"]] == ["Staff"]
    page = team.admin.ok("GET", f"/groups/{team.staff}?limit=1")
    assert page["total"] == 2 and page["items"][0]["userName"] == "ada@x.example"
    page = team.admin.ok("GET", f"/groups/{team.staff}?limit=1&after={page['next']}")
    assert page["items"][0]["userName"] == "bob@x.example"
    problem(team.admin.get("/groups/nothing"), 404)
    for method in ("PUT", "PATCH", "DELETE", "POST"):
        problem(team.admin.request(method, "/groups/" + team.staff, {}), 405)


# ---- workspaces and projects -----------------------------------------------

@pytest.mark.parametrize("kind", ["workspaces", "projects"])
def test_a_place_is_made_read_renamed_deleted(org, kind):
    body = {"title": "One"} if kind == "workspaces" else {"title": "One", "workspace": workspace(org)}
    answer = org.admin.post("/" + kind, body)
    assert answer.status == 201 and answer.headers["Location"].endswith(answer.json["id"])
    path = f"/{kind}/{answer.json['id']}"
    assert org.admin.ok("GET", path) == answer.json
    assert org.admin.ok("PATCH", path, {"title": "Two"})["title"] == "Two"
    org.admin.ok("PATCH", path, {"title": "Two"})
    for bad in ({"title": ""}, {"title": None}, {"title": 1}, {"title": "x" * 501}, {"title": "a", "id": "x"}):
        problem(org.admin.patch(path, bad), 400)
        problem(org.admin.post("/" + kind, {**body, **bad}), 400)
    problem(org.admin.post("/" + kind, {}), 400)
    assert org.admin.delete(path).status == 204
    for method in ("GET", "DELETE"):
        problem(org.admin.request(method, path), 404)
    problem(org.admin.patch(path, {"title": "Three"}), 404)
    word = kind[:-1]
    assert [r["action"] for r in audit(org, word + ".")[:3]] == [f"{word}.deleted", f"{word}.updated", f"{word}.created"]


def test_workspaces_with_projects_stay(org):
    where = workspace(org)
    cats = project(org, where)
    problem(org.admin.delete("/workspaces/" + where), 409)
    problem(org.admin.post("/workspaces", {"title": "VISION"}), 409)
    problem(org.admin.post("/projects", {"title": "x", "workspace": "nowhere"}), 400)
    problem(org.admin.post("/projects", {"title": "x"}), 400)
    org.admin.delete("/projects/" + cats)
    assert org.admin.delete("/workspaces/" + where).status == 204


# ---- grants ----------------------------------------------------------------

def test_grants_of_each_scope(team):
    where = workspace(team)
    cats = project(team, where)
    ada = team.people["ada"]
    for body, scope, role in (({"workspace": where}, "workspace", "member"),
                              ({"workspace": where, "role": "manager"}, "workspace", "manager"),
                              ({"project": cats}, "project", "Inherit"),
                              ({"project": cats, "role": "Reviewer"}, "project", "RE"),
                              ({"org_role": "MA"}, "org", "MA")):
        made = team.admin.ok("POST", "/grants", {"user": "ADA@x.example", **body})
        assert (made["user"], made["scope"], made["role"]) == (ada, scope, role)
        assert team.admin.post("/grants", {"user": ada, **body}).status == 200
    user = shown(team, ada)
    assert user["workspaces"] == [{"id": where, "title": "Vision", "role": "manager"}]
    assert user["projects"] == [{"id": cats, "title": "Cats", "role": "RE"}] and user["role"] == "MA"
    grants = team.admin.ok("GET", "/grants?user=ada@x.example")["items"]
    assert len(grants) == 3 and all(g["by"].startswith("token:") for g in grants)
    ids = {g["scope"]: g["id"] for g in grants}
    assert team.admin.delete("/grants/" + ids["org"]).status == 204
    assert team.admin.delete(f"/grants?user={ada}&project={cats}").status == 204
    assert team.admin.request("DELETE", "/grants", {"user": ada, "workspace": where}).status == 204
    assert team.admin.ok("GET", "/grants")["items"] == []
    for again in ("/grants/" + ids["org"], f"/grants?user={ada}&project={cats}", "/grants/AAAA", "/grants/!"):
        problem(team.admin.delete(again), 404)
    user = shown(team, ada)
    assert user["workspaces"] == user["projects"] == [] and user["role"] == "AN"
    check_sound(team)


@pytest.mark.parametrize("body, status", [
    ({}, 400), ({"user": "ada@x.example"}, 400), ({"user": "nobody", "org_role": "RE"}, 400),
    ({"user": "ada@x.example", "org_role": "OW"}, 403), ({"user": "ada@x.example", "org_role": "NO"}, 400),
    ({"user": "ada@x.example", "org_role": ""}, 400), ({"user": 1, "org_role": "RE"}, 400),
    ({"user": "ada@x.example", "org_role": "RE", "workspace": "x"}, 400),
    ({"user": "ada@x.example", "org_role": "RE", "role": "RE"}, 400),
    ({"user": "ada@x.example", "workspace": "nowhere"}, 400),
    ({"user": "ada@x.example", "project": "nowhere", "role": "Reviewer"}, 400),
    ({"user": "ada@x.example", "project": "nowhere", "role": "Manager"}, 400),
    ({"user": "ada@x.example", "workspace": "x", "role": "Reviewer"}, 400),
    ({"user": "ada@x.example", "org_role": "RE", "until": "x"}, 400)])
def test_wrong_grants(team, body, status):
    problem(team.admin.post("/grants", body), status)
    assert team.admin.ok("GET", "/grants")["total"] == 0


def test_no_grants_by_hand_where_the_directory_decides(team):
    where = workspace(team)
    team.admin.ok("PATCH", "/org", {"authority": {"org": "directory", "workspace": "directory"}})
    problem(team.admin.post("/grants", {"user": "ada@x.example", "org_role": "RE"}), 403)
    problem(team.admin.post("/grants", {"user": "ada@x.example", "workspace": where}), 403)
    problem(team.admin.patch("/users/" + team.people["ada"], {"role": "RE"}), 403)


def test_a_personal_workspace_takes_nobody(team):
    mine = team.admin.ok("POST", "/workspaces", {"title": "Sandbox", "personal": True})
    assert mine["personal"] is True
    assert problem(team.admin.post("/grants", {"user": "ada@x.example", "workspace": mine["id"]}), 409)


# ---- rules -----------------------------------------------------------------

def test_rules_are_revisions(team):
    assert team.admin.ok("GET", "/rules") == \
        {"revision": 0, "author": None, "created": None, "active": True, "rules": []}
    first = rules(team, ("staff", "Staff", {"org_role": "RE"}))
    assert first["revision"] == 1 and shown(team, team.people["ada"])["role"] == "RE"
    assert rules(team, ("staff", "Staff", {"org_role": "RE"})) == first
    assert team.admin.put("/rules", first).json == first
    second = rules(team, ("staff", "Staff", {"org_role": "MA"}))
    assert second["revision"] == 2 and shown(team, team.people["ada"])["role"] == "MA"
    assert team.admin.ok("GET", "/rules") == second
    back = team.admin.ok("POST", "/rules/revisions/1/activate")
    assert back["revision"] == 3 and back["rules"] == first["rules"]
    assert shown(team, team.people["ada"])["role"] == "RE"
    assert team.admin.ok("POST", "/rules/revisions/1/activate")["revision"] == 3
    listed = every(team, "/rules/revisions", 2)
    assert [(r["revision"], r["active"]) for r in listed] == [(3, True), (2, False), (1, False)]
    assert team.admin.ok("GET", "/rules/revisions/2")["rules"] == second["rules"]
    for n in ("0", "4", "-1", "x", "99999999999999999999"):
        problem(team.admin.get("/rules/revisions/" + n), 404)
        problem(team.admin.post(f"/rules/revisions/{n}/activate"), 404)
    assert [r["target"] for r in audit(team, "rules.replaced")] == ["3", "2", "1"]
    check_sound(team)


def test_rules_say_on_what_they_are_based(team):
    rules(team, ("staff", "Staff", {"org_role": "RE"}))
    assert team.admin.get("/rules").headers["ETag"] == '"1"'
    document = {"rules": []}
    problem(team.admin.put("/rules", {**document, "base_revision": 0}), 412)
    problem(team.admin.put("/rules", {**document, "revision": 2}), 412)
    for tag in ('"0"', 'W/"2"', "x", '""', '"' + "1" * 40 + '"'):
        problem(team.admin.put("/rules", document, headers={"If-Match": tag}), 412)
    assert team.admin.ok("GET", "/rules")["revision"] == 1
    assert team.admin.put("/rules", document, headers={"If-Match": '"1"'}).json["revision"] == 2
    assert team.admin.put("/rules", {"rules": [], "base_revision": 2}).json["revision"] == 2


@pytest.mark.parametrize("document", [
    {}, {"rules": None}, {"rules": {}}, {"rules": [1]}, {"rules": [], "more": 1}, {"rules": [{}]},
    {"rules": [{"id": "a", "match": {"group": "x"}, "grant": {"org_role": "OW"}}]},
    {"rules": [{"id": "a", "match": {"group": "x"}, "grant": {}}]},
    {"rules": [{"id": "a", "match": {"group": "("}, "grant": {"org_role": "AN"}, "why": 1}]},
    {"rules": [{"id": "a", "match": {"group": "(", "by": "regex"}, "grant": {"org_role": "AN"}}]},
    {"rules": [{"id": "a", "match": {"group": "x"}, "grant": {"org_role": "AN"}}] * 2},
    {"rules": [], "base_revision": "x"}])
def test_wrong_rules_change_nothing(org, document):
    problem(org.admin.put("/rules", document), 400)
    assert org.admin.ok("GET", "/rules")["revision"] == 0
    assert org.admin.ok("GET", "/rules/revisions")["items"] == []


def test_of_two_administrators_with_one_base_one_is_told(team):
    statuses = []

    def work(n):
        rule = {"id": f"r{n}", "match": {"group": "Staff"}, "grant": {"org_role": "RE"}}
        statuses.append(team.admin.put("/rules", {"rules": [rule], "base_revision": 0}).status)
    together(6, work)
    assert sorted(statuses) == [200] + [412] * 5
    assert team.admin.ok("GET", "/rules")["revision"] == 1
    assert put_rules(team).json["revision"] == 2


def test_members_and_rules_at_once_end_right(team):
    assert team.scim.get("/Groups").status == 200

    def work(n):
        if n == 0:
            for role in ("AN", "MA", "RE"):
                rules(team, ("crew", "Crew", {"org_role": role}))
        else:
            who = list(team.people.values())[n - 1]
            team.scim.ok("PATCH", "/Groups/" + team.crew, add_members(who))
    together(4, work)
    assert {shown(team, who)["role"] for who in team.people.values()} == {"RE"}
    check_sound(team)
