"""membership.changed: whoever follows the events knows at every moment who is where, as the API says."""
from harness.follower import Follower
from harness.scim import add_members, make_group, make_user, remove_member, rules, set_active, shown
from test_plan import apply, plan, rule


def places(org):
    work = org.admin.ok("POST", "/workspaces", {"title": "W"})["id"]
    return work, org.admin.ok("POST", "/projects", {"title": "P", "workspace": work})["id"]


def test_of_several_rules_for_a_place_the_highest_is_told(new_org):
    org = new_org(default_role="AN")
    work, project = places(org)
    ada = make_user(org)
    members, managers = make_group(org, "A", [ada]), make_group(org, "B", [ada])
    platform = Follower(org)
    rules(org, ("a", "A", {"workspace": work}), ("b", "B", {"workspace": work, "role": "manager"}),
          ("c", "A", {"project": project, "role": "AN"}), ("d", "B", {"project": project, "role": "RE"}))
    assert len(platform.agrees(ada)) == 1
    assert platform.places[ada] == {("workspace", work): "manager", ("project", project): "RE"}
    org.scim.ok("PATCH", "/Groups/" + managers, remove_member(ada))
    assert len(platform.agrees(ada)) == 1
    assert platform.places[ada] == {("workspace", work): "member", ("project", project): "AN"}
    org.scim.ok("PATCH", "/Groups/" + managers, add_members(ada))
    org.scim.ok("PATCH", "/Groups/" + members, remove_member(ada))
    assert len(platform.agrees(ada)) == 1, "who stays a manager by another rule has not moved"
    assert apply(org, plan(org, rule("b", "B", {"workspace": work}))).status == 200
    platform.agrees(ada)
    assert platform.places[ada] == {("workspace", work): "member"}


def test_what_is_given_by_hand_is_told(new_org):
    org = new_org(default_role="AN")
    work, project = places(org)
    ada = make_user(org)
    staff = make_group(org, "A", [ada])
    platform = Follower(org)
    rules(org, ("a", "A", {"workspace": work}))
    platform.agrees(ada)
    org.admin.ok("POST", "/grants", {"user": ada, "workspace": work, "role": "manager"})
    org.admin.ok("POST", "/grants", {"user": ada, "project": project, "role": "AN"})
    assert len(platform.agrees(ada)) == 2
    org.admin.ok("POST", "/grants", {"user": ada, "project": project, "role": "RE"})
    assert platform.agrees(ada)[0]["payload"]["changed"] == [{"project": project, "role": "RE", "before": "AN"}]
    org.scim.ok("PATCH", "/Groups/" + staff, remove_member(ada))
    assert platform.agrees(ada) == [], "what was given by hand stays"
    org.scim.ok("PATCH", "/Groups/" + staff, add_members(ada))
    org.admin.ok("DELETE", f"/grants?user={ada}&workspace={work}")
    platform.agrees(ada)
    assert platform.places[ada] == {("workspace", work): "member", ("project", project): "RE"}
    org.admin.ok("DELETE", f"/grants?user={ada}&project={project}")
    platform.agrees(ada)


def test_who_decides_moves_people(new_org):
    org = new_org(default_role="AN")
    work, project = places(org)
    ada, bob = make_user(org), make_user(org)
    make_group(org, "A", [ada, bob])
    rules(org, ("a", "A", {"workspace": work}), ("b", "A", {"project": project, "role": "AN"}))
    org.admin.ok("POST", "/grants", {"user": ada, "workspace": work, "role": "manager"})
    org.admin.ok("POST", "/grants", {"user": ada, "project": project, "role": "RE"})
    platform = Follower(org)
    platform.agrees(ada, bob)
    for who in ("directory", "manual", "both"):
        org.admin.ok("PATCH", "/org", {"authority": {"workspace": who, "project": who}})
        assert platform.agrees(ada, bob)
    org.admin.ok("PATCH", "/org", {"seat_limit": 7})
    assert platform.agrees(ada, bob) == []


def test_a_place_that_goes_takes_its_people(new_org):
    org = new_org(default_role="AN")
    work, project = places(org)
    ada, bob = make_user(org), make_user(org)
    staff = make_group(org, "A", [ada])
    rules(org, ("a", "A", {"workspace": work}), ("b", "A", {"project": project, "role": "RE"}))
    org.admin.ok("POST", "/grants", {"user": bob, "project": project, "role": "AN"})
    platform = Follower(org)
    platform.agrees(ada, bob)
    org.admin.ok("DELETE", "/projects/" + project)
    org.admin.ok("DELETE", "/workspaces/" + work)
    platform.agrees(ada, bob)
    assert platform.places == {ada: {}, bob: {}}
    # the rules still name it, and nobody gets there any more
    org.scim.ok("PATCH", "/Groups/" + staff, add_members(bob))
    assert platform.agrees(ada, bob) == [] and shown(org, bob)["workspaces"] == []
    made = plan(org, rule("a", "A", {"workspace": work}), rule("b", "A", {"project": project, "role": "RE"}))
    assert made["changed"] == 0 and {w["kind"] for w in made["warnings"]} == {"unknown_target"}
    assert org.admin.ok("GET", f"/users/{bob}/explain?group={staff}")["join"]["changes"] == []


def test_a_personal_workspace_takes_nobody(new_org):
    org = new_org(default_role="AN")
    own = org.admin.ok("POST", "/workspaces", {"title": "Mine", "personal": True})["id"]
    ada = make_user(org)
    make_group(org, "A", [ada])
    made = plan(org, rule("a", "A", {"workspace": own}))
    assert made["changed"] == 0 and {w["kind"] for w in made["warnings"]} == {"personal_workspace"}
    assert apply(org, made).status == 200 and shown(org, ada)["workspaces"] == []


def test_leavers_hand_over_what_they_had_by_any_way(new_org):
    org = new_org(default_role="RE")
    work, project = places(org)
    ada = make_user(org)
    make_group(org, "A", [ada])
    rules(org, ("a", "A", {"workspace": work}))
    org.admin.ok("POST", "/grants", {"user": ada, "workspace": work, "role": "manager"})
    org.admin.ok("POST", "/grants", {"user": ada, "project": project, "role": "RE"})
    platform = Follower(org).catch_up()
    set_active(org, ada, False)
    over = [e["payload"] for e in platform.catch_up().seen if e["type"] == "user.handover"]
    assert over == [{"role": "RE", "places": [{"workspace": work, "role": "manager", "last": True},
                                           {"project": project, "role": "RE", "last": True}]}]


def handed_over(platform):
    """What each leaver was the last to lead."""
    return {e["user"]: {p.get("workspace") or p["project"] for p in e["payload"]["places"] if p.get("last")}
            for e in platform.catch_up().seen if e["type"] == "user.handover"}


def test_the_platform_is_told_where_nobody_is_left(new_org):
    org = new_org(default_role="RE")
    work, project = places(org)
    other = org.admin.ok("POST", "/workspaces", {"title": "Other"})["id"]
    ada, bob, eve, ann, joe = (make_user(org) for _ in range(5))
    org.admin.ok("PATCH", "/users/" + ann, {"role": "AN"})
    make_group(org, "Leads", [ada, bob])
    make_group(org, "Team", [ada, bob, eve, ann])
    rules(org, ("leads", "Leads", {"workspace": work, "role": "manager"}), ("team", "Team", {"project": project, "role": "Inherit"}))
    org.admin.ok("POST", "/grants", {"user": ada, "workspace": other, "role": "manager"})
    org.admin.ok("POST", "/grants", {"user": joe, "workspace": other, "role": "member"})
    platform = Follower(org).catch_up()
    set_active(org, ada, False)
    assert handed_over(platform) == {ada: {other}}, "Bob leads the one as well, and Joe does not lead the other"
    set_active(org, eve, False)
    assert handed_over(platform)[eve] == set(), "she led nothing, and Bob reviews"
    set_active(org, bob, False)
    assert handed_over(platform)[bob] == {work, project}, "Ann is an annotator there"
    assert ann not in handed_over(platform)


def test_who_leaves_together_leaves_nobody_behind(new_org):
    org = new_org(default_role="NO")
    work, _ = places(org)
    people = [make_user(org) for _ in range(3)]
    make_group(org, "Leads", people)
    rules(org, ("role", "Leads", {"org_role": "RE"}), ("leads", "Leads", {"workspace": work, "role": "manager"}))
    platform = Follower(org).catch_up()
    rules(org, ("leads", "Leads", {"workspace": work, "role": "manager"}))
    assert handed_over(platform) == {p: {work} for p in people}


def test_many_places_come_in_several_events(new_org):
    org = new_org(default_role="RE")
    work = [org.admin.ok("POST", "/workspaces", {"title": f"W{n}"})["id"] for n in range(900)]
    ada = make_user(org)
    make_group(org, "A", [ada])
    platform = Follower(org)
    rules(org, *[(f"r{n}", "A", {"workspace": w}) for n, w in enumerate(work)])
    assert len(platform.agrees(ada)) == 3 and len(platform.places[ada]) == 900
    set_active(org, ada, False)
    over = [e["payload"]["places"] for e in platform.catch_up().seen if e["type"] == "user.handover"]
    assert {p["workspace"] for part in over for p in part} == set(work) and len(over) == 3
