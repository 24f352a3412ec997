"""Change feeds that lie, forget or come from another server: at worst everything is listed again."""
import uuid

import pytest

from harness.hostile_feeds import Controller, Feeds
from harness.mirror import Mirror

PEOPLE = 12


def mirror(org, d, **more):
    if getattr(d, "vendor", "").startswith("389"):
        more["id"] = {"attribute": "nsUniqueId", "form": "nsuniqueid"}
    groups = {"base": d.groups_base, "filter": "(objectClass=groupOfNames)"}
    return Mirror(org, d, groups=groups, connect_seconds=2, answer_seconds=2, **more)


def names(m):
    return {u["userName"] for u in m.users(state="active")}


def all_there(m):
    return len(names(m)) == PEOPLE and m.org.admin.ok("GET", "/groups")["items"][0]["members"] == PEOPLE


# ---- content synchronization -----------------------------------------------

@pytest.fixture
def feeds():
    made = Feeds(people=PEOPLE)
    yield made
    made.close()


@pytest.mark.parametrize("vendor", ["nobody", "389 Project"])
@pytest.mark.parametrize("feed", ["nothing", "empty", "truncated", "all_deleted", "no_end", "refused", "newer",
                                  "limit", "cut", "everything"])
def test_a_feed_takes_nothing_from_anybody(new_org, feeds, vendor, feed):
    feeds.vendor = vendor
    m = mirror(new_org(default_role="AN"), feeds, strategy="syncrepl")
    m.done()
    assert all_there(m)
    feeds.feed = feed
    run = m.sync()
    assert run["state"] in ("done", "failed"), run
    assert all_there(m) and run["changed"] == 0
    assert any(feeds.asked), "the position was never sent"


@pytest.mark.parametrize("feed,reason", [
    ("truncated", "has not kept all changes"), ("empty", "has not kept all changes"),
    ("no_end", "did not say that its answer is all"), ("refused", "does not know the feed's position"),
    ("newer", "restored from a backup"), ("everything", "repeats what is known"), ("limit", "size limit")])
def test_a_doubt_is_a_full_listing_and_says_why(new_org, feeds, feed, reason):
    m = mirror(new_org(default_role="AN"), feeds, strategy="syncrepl")
    m.done()
    feeds.feed, feeds.people = feed, PEOPLE - 1  # one has left, of whom the feed says nothing
    run = m.sync()
    assert run["state"] == "done" and run["kind"] == "full", run
    assert any(reason in w for w in run["warnings"]), run["warnings"]
    assert len(names(m)) == PEOPLE - 1


def test_389s_empty_answer_is_a_delta_and_ids_are_listed(new_org, feeds):
    """What it calls the absence of a present phase is none, and leavers it does not name."""
    feeds.vendor, feeds.feed = "389 Project", "empty"
    m = mirror(new_org(default_role="AN"), feeds, strategy="syncrepl")
    m.done()
    run = m.done()
    assert run["kind"] == "delta" and all_there(m)
    feeds.people = PEOPLE - 1
    run = m.done()
    assert run["kind"] == "delta" and run["counts"]["deactivated"] == 1 and len(names(m)) == PEOPLE - 1


def test_a_position_that_was_damaged_is_not_sent(new_org, feeds):
    m = mirror(new_org(default_role="AN"), feeds, strategy="syncrepl")
    m.done()
    m.org.sql("UPDATE ldap_connections SET feed = replace(feed, 'm1 syncrepl', 'm1 syncrepl 0') WHERE org_id = {org}")
    feeds.asked.clear()
    run = m.done()
    assert run["kind"] == "full" and any("damaged" in w for w in run["warnings"]) and all_there(m)
    assert not any(feeds.asked)


# ---- Active Directory's ----------------------------------------------------

@pytest.fixture
def controller():
    made = Controller(people=PEOPLE)
    yield made
    made.close()


def domain(org, d, **more):
    return mirror(org, d, id={"attribute": "objectGUID", "form": "guid"}, state={"required": True}, **more)


def test_all_rounds_of_dirsync_are_read(new_org, controller):
    m = domain(new_org(default_role="AN"), controller)
    m.done()
    for n in range(5):
        controller.change(n, f"New {n}")
    controller.rounds = 0
    run = m.done()
    assert run["kind"] == "delta" and controller.rounds >= 5, run
    assert {u["displayName"] for u in m.users()} >= {f"New {n}" for n in range(5)} and all_there(m)
    assert m.done()["read"] == 0


def test_dirsync_forgotten_is_a_full_listing(new_org, controller):
    m = domain(new_org(default_role="AN"), controller)
    m.done()
    controller.feed = "forgotten"
    run = m.done()
    assert run["kind"] == "full" and run["warnings"] and all_there(m)


def test_without_the_right_for_dirsync_numbers_are_followed(new_org, controller):
    controller.feed = "refused"
    m = domain(new_org(default_role="AN"), controller)
    run = m.done()
    assert any("Replicating Directory Changes" in w and "uSNChanged" in w for w in run["warnings"])
    controller.change(3, "New 3")
    run = m.done()
    assert run["kind"] == "delta" and run["counts"]["updated"] == 1 and all_there(m)
    controller.people = PEOPLE - 1
    run = m.done()
    assert run["kind"] == "delta" and run["counts"]["deactivated"] == 1


def test_who_chose_dirsync_is_told_and_gets_no_other(new_org, controller):
    controller.feed = "refused"
    m = domain(new_org(default_role="AN"), controller, strategy="dirsync")
    assert any("Replicating Directory Changes" in w for w in m.done()["warnings"])
    assert m.done()["kind"] == "full"


@pytest.mark.parametrize("what", ["another controller", "another life of it", "number went back"])
def test_numbers_of_another_controller_mean_nothing(new_org, controller, what):
    m = domain(new_org(default_role="AN"), controller, strategy="usn")
    m.done()
    controller.change(3, "New 3")
    assert m.done()["kind"] == "delta"
    if what == "another controller":
        controller.agent, controller.usn, controller.changed = "CN=NTDS Settings,CN=DC2", 50, {}
    elif what == "another life of it":
        controller.invocation, controller.changed = uuid.UUID(int=2), {}
    else:
        controller.usn, controller.changed = 900, {}
    controller.names[4] = "Changed elsewhere"
    run = m.done()
    assert run["kind"] == "full" and run["warnings"] and all_there(m)
    assert m.user("p4@hostile.example")["displayName"] == "Changed elsewhere"
    assert m.done()["kind"] == "delta"
