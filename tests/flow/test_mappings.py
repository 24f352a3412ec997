"""Label Studio's mapping lists in and out, explanations, and the rules commands of rosterctl."""
import json
import subprocess

import pytest
from harness.scim import make_group, make_user, role, rules, set_limit, shown
from test_plan import document, rule

LISTS = {"roles_groups": [["Administrator", "LS Admins"], ["Reviewer", "QA"], ["Annotator", "Staff"]],
         "workspaces_groups": [["Vision", "Vision Team"], ["Not there yet", "Staff"]],
         "projects_groups": [{"project_id": 17, "group": "QA", "role": "Reviewer"},
                             {"project_id": 17, "group": "Staff", "role": "Inherit"}]}


# ---- mapping lists ---------------------------------------------------------

def test_lists_come_in_and_go_out_unchanged(new_org):
    org = new_org(default_role="NO")
    vision = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    out = org.admin.ok("POST", "/rules/import", LISTS)
    assert [r["match"] for r in out["rules"]] == [{"group": g, "by": "exact"} for g in
                                                  ("LS Admins", "QA", "Staff", "Vision Team", "Staff", "QA", "Staff")]
    assert out["rules"][3]["grant"] == {"workspace": vision}
    assert len(out["notes"]) == 2 + 1 and "Not there yet" in out["notes"][0]
    assert org.admin.ok("GET", "/rules")["revision"] == 0
    org.admin.ok("PUT", "/rules", {"rules": out["rules"]})
    back = org.admin.ok("GET", "/rules/export")
    assert back.pop("notes") == [] and back == LISTS


def test_imported_lists_mean_what_they_meant(new_org):
    org = new_org(default_role="NO")
    project = org.admin.ok("POST", "/projects", {"title": "Cars", "workspace": org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]})["id"]
    some = org.admin.ok("POST", "/rules/import", {**LISTS, "projects": {"17": project}})
    assert len(some["notes"]) == 1
    org.admin.ok("PUT", "/rules", {"rules": some["rules"]})
    both, exact = make_user(org), make_user(org)
    make_group(org, "QA", [both])
    make_group(org, "Staff", [both])
    make_group(org, "ls admins", [exact])  # their names are compared exactly
    out = shown(org, both)
    assert (out["role"], out["projects"][0]["role"], role(org, exact)) == ("RE", "RE", "NO")
    assert [w["title"] for w in out["workspaces"]] == ["Not there yet"]
    # the lists go back with our project's id, and say so
    back = org.admin.ok("GET", "/rules/export")
    assert back["projects_groups"][0]["project_id"] == project and any("number" in n for n in back["notes"])


@pytest.mark.parametrize("lists", [
    {"roles_groups": [["Owner", "x"]]}, {"roles_groups": [["Deactivated", "x"]]}, {"roles_groups": [["Annotator"]]},
    {"roles_groups": {"a": "b"}}, {"workspaces_groups": [["a{b", "x"]]}, {"projects_groups": [{"project_id": 1, "group": "x"}]},
    {"projects_groups": [{"project_id": 1, "group": "x", "role": "Manager"}]}, {"mappings": []}])
def test_lists_that_are_none(org, lists):
    assert org.admin.post("/rules/import", lists).status == 400


def test_what_the_lists_cannot_say_is_said(new_org):
    org = new_org(default_role="NO")
    space = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    make_group(org, "ls-red-team", [make_user(org)])
    org.admin.ok("PUT", "/rules", document(
        rule("glob", {"group": "ls-*-team", "by": "glob"}, {"org_role": "AN"}),
        rule("boss", "Bosses", {"workspace": space, "role": "manager"}, until="2099-01-01T00:00:00Z"),
        rule("named", {"group": "ls-(.*)-team", "by": "regex"}, {"workspace_from_group": "Team {1}", "create": True}),
        rule("lost", {"group": "no-such-id", "by": "id"}, {"org_role": "RE"})))
    out = org.admin.ok("GET", "/rules/export")
    assert out["roles_groups"] == [["Annotator", "ls-red-team"]]
    assert out["workspaces_groups"] == [["Vision", "Bosses"], ["Team red", "ls-red-team"]]
    for words in ("rule \"glob\": it is a pattern", "rule \"boss\": it makes managers", "rule \"boss\": it is in force", "rule \"lost\": no group"):
        assert any(n.startswith(words) for n in out["notes"]), words


# ---- explanations ----------------------------------------------------------

def test_explain_says_what_lost_and_why(new_org):
    org = new_org(default_role="NO")
    space = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    user = make_user(org)
    staff = make_group(org, "Staff", [user])
    rules(org, ("low", "Staff", {"org_role": "AN"}), ("high", "Staff", {"org_role": "RE"}), ("w", "Staff", {"workspace": space}))
    grants = {g["rule"]: g for g in org.admin.ok("GET", f"/users/{user}/explain")["grants"]}
    low, high = grants["low"], grants["high"]
    assert (low["counts"], low["lost_to"], low["group"], low["revision"]) == (False, "high", staff, 1)
    assert "\"high\"" in low["why"] and "RE" in low["why"] and low["since"]
    assert (high["counts"], high["lost_to"], high["why"]) == (True, None, None)
    here = org.admin.ok("GET", f"/users/{user}/explain?scope=workspace&target={space}")["grants"]
    assert [g["rule"] for g in here] == ["w"]
    assert org.admin.get(f"/users/{user}/explain?scope=galaxy").status == 400
    org.admin.ok("POST", "/grants", {"user": user, "org_role": "MA"})
    grants = {g["rule"]: g for g in org.admin.ok("GET", f"/users/{user}/explain?scope=org")["grants"]}
    assert set(grants) == {"low", "high", None} and grants["high"]["lost_to"] == "manual"
    assert "by hand" in grants["high"]["why"] and "MA" in grants["high"]["why"] and grants[None]["counts"]


def test_an_owner_is_one_by_hand_whoever_decides_about_others(new_org):
    org = new_org(default_role="AN", owner="boss@x.example")
    boss = org.admin.ok("GET", "/users")["items"][0]["id"]
    make_group(org, "Staff", [boss])
    rules(org, ("staff", "Staff", {"org_role": "AD"}))
    org.admin.ok("PATCH", "/org", {"authority": {"org": "directory"}})
    said = org.admin.ok("GET", f"/users/{boss}/explain")
    assert "by hand" in said["summary"] and "Owner" in said["summary"]
    assert [(g["role"], g["counts"], g["lost_to"]) for g in said["grants"]] == [("OW", True, None), ("AD", False, "manual")]


def test_explain_what_if_she_joined_a_group(new_org):
    org = new_org(seats=5, default_role="NO")
    user, other = make_user(org), make_user(org)
    leads = make_group(org, "Leads", [other])
    make_group(org, "Empty")
    rules(org, ("leads", "Leads", {"org_role": "MA"}), ("w", "Empty", {"workspace_from_group": "{group}", "create": True}))
    for ref in (leads, "leads"):
        join = org.admin.ok("GET", f"/users/{user}/explain?group={ref}")["join"]
        assert (join["group"], join["waits"]) == (leads, False)
        change = join["changes"][0]
        assert (change["before"], change["after"], change["because"]) == ("NO", "MA", "leads")
    assert org.admin.ok("GET", f"/users/{other}/explain?group={leads}")["join"]["changes"] == []
    assert org.admin.ok("GET", f"/users/{user}/explain?group=Empty")["join"]["changes"][0]["target"] == "new:Empty"
    assert org.admin.get(f"/users/{user}/explain?group=nothing").status == 400
    assert (role(org, user), org.admin.ok("GET", "/workspaces")["items"]) == ("NO", [])
    set_limit(org, 1)
    join = org.admin.ok("GET", f"/users/{user}/explain?group=Leads")["join"]
    assert join["waits"] and join["changes"][0]["because"] == "waiting for a seat"


# ---- rosterctl -------------------------------------------------------------

class Ctl:
    def __init__(self, server, org, folder):
        self.server, self.org, self.folder = server, org, folder

    def __call__(self, *args):
        return subprocess.run(self.server.command("rosterctl", "--server", self.server.base, "--token", self.org.token("admin"), *args),
                              text=True, capture_output=True, env=self.server.env)

    def file(self, content):
        path = self.folder / "rules.json"
        path.write_text(json.dumps(content))
        return str(path)


@pytest.fixture
def ctl(server, new_org, tmp_path):
    org = new_org(seats=5, default_role="NO")
    make_group(org, "Staff", [make_user(org, "ada")])
    return Ctl(server, org, tmp_path)


def test_ctl_plans_and_applies(ctl):
    file = ctl.file(document(rule("staff", "Staff", {"org_role": "AN"}), rule("no", "Nobody", {"org_role": "RE"})))
    done = ctl("rules", "plan", file)
    assert done.returncode == 0, done.stderr
    for words in ("1 gained", "seats:  0 -> 1 of 5", "+staff +no", "warning: rule \"no\"", "ada@x.example"):
        assert words in done.stdout
    assert ctl.org.admin.ok("GET", "/rules")["revision"] == 0
    command = done.stdout.strip().splitlines()[-1].split()[1:]
    done = ctl(*command)
    assert (done.returncode, done.stdout) == (0, "rules are now revision 1\n")
    assert ctl.org.admin.ok("GET", "/seats")["used"] == 1


def test_ctl_exit_codes_tell_drift(ctl):
    file = ctl.file(document(rule("staff", "Staff", {"org_role": "AN"})))
    assert ctl("rules", "plan", file, "--exit-code").returncode == 2
    assert ctl("rules", "apply", file).returncode == 0
    assert ctl("rules", "plan", file, "--exit-code").returncode == 0
    exported = ctl("rules", "export").stdout
    assert ctl("rules", "plan", ctl.file(json.loads(exported)), "--exit-code").returncode == 0
    # the same people, other words: that is drift too
    assert ctl("rules", "plan", ctl.file(document(rule("people", "Staff", {"org_role": "AN"}))), "--exit-code").returncode == 2
    bad = ctl("rules", "plan", ctl.file({"rules": 5}), "--exit-code")
    assert bad.returncode == 1 and "rules" in bad.stderr
    assert ctl("rules", "plan").returncode == 2 and ctl("rules", "apply", "--plan", "x").returncode == 2


def test_ctl_says_what_differs_where_no_rule_does(ctl):
    two = [rule("a", "Staff", {"org_role": "AN"}), rule("b", "Others", {"org_role": "RE"})]
    assert ctl("rules", "apply", ctl.file(document(*two))).returncode == 0
    for other in (document(*two[::-1]), document(*two, tests=[{"groups": ["Staff"], "expect": {"org_role": "AN"}}])):
        done = ctl("rules", "plan", ctl.file(other), "--exit-code")
        assert done.returncode == 2 and "rules:  the same, in another order or with other tests\n" in done.stdout


def test_ctl_goes_back(ctl):
    for code in ("AN", "RE"):
        assert ctl("rules", "apply", ctl.file(document(rule("staff", "Staff", {"org_role": code})))).returncode == 0
    plan = json.loads(ctl("--json", "rules", "plan", "--revision", "1").stdout)
    assert plan["users"]["lowered"] == 1
    assert ctl("rules", "apply", "--plan", plan["plan"], "--hash", plan["hash"]).stdout == "rules are now revision 3\n"
    ctl.org.admin.ok("PUT", "/rules", document())
    stale = ctl("rules", "apply", "--plan", plan["plan"], "--hash", "0")
    assert stale.returncode == 1 and "hash" in stale.stderr


def test_ctl_imports_and_exports_mappings(ctl):
    done = ctl("rules", "import", ctl.file(LISTS))
    assert done.returncode == 0 and "note" in done.stderr
    assert ctl("rules", "apply", ctl.file(json.loads(done.stdout))).returncode == 0
    assert json.loads(ctl("rules", "export", "--format", "label-studio").stdout) == LISTS


def test_ctl_explains_what_if(ctl):
    assert ctl("rules", "apply", ctl.file(document(rule("leads", "Leads", {"org_role": "MA"})))).returncode == 0
    make_group(ctl.org, "Leads")
    done = ctl("users", "explain", "ada@x.example", "--join", "Leads")
    assert done.returncode == 0 and "In the group Leads" in done.stdout and "leads" in done.stdout
