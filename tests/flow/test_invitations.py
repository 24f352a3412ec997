"""Invitations: by address or by the shared link, taken by signing in, and what ends them."""
import re

import pytest

from harness.browser import Browser
from harness.crowd import together
from harness.fake import Fake, claims
from harness.server import seats
from harness.slapd import PASSWORD
from test_ldap_signin import enter, run_of, settings as directory, slapd  # noqa: F401
from test_sessions_api import Api, make_fresh, someone

BOB = "bob@acme.example"


@pytest.fixture
def org(new_org):
    made = new_org(seats=5, default_role="AN")
    made.fake = Fake(made, jit=False)
    return made


def invite(org, **more):
    return org.admin.ok("POST", "/invitations", more)


def users(org):
    return {u["userName"]: u for u in org.admin.ok("GET", "/users")["items"]}


def one(org, made):
    return next(v for v in org.admin.ok("GET", "/invitations")["items"] if v["id"] == made["id"])


def open_link(made, browser=None):
    browser = browser or Browser()
    return browser, browser.get(made["link"])


def walk(org, made, subject="u-bob", email=BOB):
    """The whole way of somebody who was invited: the page, its button, the sign-in."""
    browser, page = open_link(made)
    assert page.status == 200, page.text
    on = browser.submit(page.form)
    assert on.status == 303 and "/saml/" in on.location
    request = org.fake.request_id(browser.request("GET", org.server.base + on.location).location)
    return org.fake.post(browser, org.fake.message(request, subject, attributes=claims(email=email)))


def test_an_invited_address_gets_role_and_workspaces(org):
    place = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    made = invite(org, email=BOB, role="RE", workspaces=[place])
    assert made["state"] == "open" and not made["shared"] and made["link"].startswith(org.server.base + "/invite/")
    assert "link" not in one(org, made)
    assert org.fake.sign_in("u-eve", email="eve@acme.example").status == 403  # nobody invited her, jit is off
    assert walk(org, made).status == 303
    bob = users(org)[BOB]
    assert (bob["role"], bob["state"], [w["id"] for w in bob["workspaces"]]) == ("RE", "active", [place])
    assert set(users(org)) == {BOB} and seats(org)["used"] == 1
    assert (one(org, made)["state"], one(org, made)["user"]) == ("used", bob["id"])
    assert open_link(made)[1].status == 404
    grants = org.admin.ok("GET", "/grants")["items"]
    assert {g["by"] for g in grants} == {made["created_by"]}
    taken = org.admin.ok("GET", "/audit?action=invitation.taken")["items"]
    assert [(t["target"], t["after"]["invitation"]) for t in taken] == [(bob["id"], made["id"])]


def test_the_page_says_who_invites_whom_without_scripts(org):
    page = open_link(invite(org, email=BOB, role="MA"))[1]
    assert BOB in page.text and org.name in page.text and "Manager" in page.text and "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == "no-store"


def test_looking_at_the_page_uses_nothing_up(org):
    made = invite(org, email=BOB)
    for _ in range(3):
        assert open_link(made)[1].status == 200
    assert one(org, made)["state"] == "open"


def test_without_a_role_joiners_wait_for_one(org):
    made = invite(org, email=BOB)
    assert made["role"] == "NO"
    answer = walk(org, made)
    assert answer.status == 403 and "Waiting for access" in answer.text
    bob = users(org)[BOB]
    assert (bob["role"], bob["state"], bob["seat"]) == ("NO", "pending", False)  # though the default role is AN
    org.admin.ok("PATCH", f"/users/{bob['id']}", {"role": "AN"})
    assert org.fake.sign_in("u-bob", email=BOB).status == 303


def test_it_is_for_exactly_this_address(org):
    made = invite(org, email=BOB, role="RE")
    assert walk(org, made, "u-mallory", email="mallory@acme.example").status == 403
    assert users(org) == {} and one(org, made)["state"] == "open"
    assert walk(org, made, email="Bob@Acme.Example").status == 303  # case does not count


def test_the_shared_link_takes_whoever_signs_in(org):
    made = invite(org)
    assert made["shared"] and made["email"] is None
    for name in ("ada", "bob"):
        assert walk(org, made, "u-" + name, email=f"{name}@acme.example").status == 403
    assert {u["role"] for u in users(org).values()} == {"NO"} and len(users(org)) == 2
    assert one(org, made)["joined"] == 2
    # without the link nobody comes in
    assert org.fake.sign_in("u-eve", email="eve@acme.example").status == 403 and len(users(org)) == 2


def test_the_shared_link_gives_a_role_once(org):
    made = invite(org, role="AN")
    assert walk(org, made).status == 303
    bob = users(org)[BOB]
    assert bob["role"] == "AN"
    org.admin.ok("PATCH", f"/users/{bob['id']}", {"role": "RE"})
    assert walk(org, made).status == 303
    assert users(org)[BOB]["role"] == "RE" and one(org, made)["joined"] == 1


def test_reset_kills_the_old_link(org):
    made = invite(org)
    fresh = org.admin.ok("POST", f"/invitations/{made['id']}/reset", {})
    assert fresh["id"] == made["id"] and fresh["link"] != made["link"]
    assert open_link(made)[1].status == 404 and open_link(fresh)[1].status == 200
    assert org.admin.post("/invitations", {}).status == 409  # there is one


def test_a_link_dies_between_opening_and_signing_in(org):
    made = invite(org)
    browser, page = open_link(made)
    browser.submit(page.form)
    assert org.admin.delete(f"/invitations/{made['id']}").status == 204
    assert org.fake.sign_in("u-bob", browser, email=BOB).status == 403 and users(org) == {}
    assert org.admin.delete(f"/invitations/{made['id']}").status == 404
    assert one(org, made)["state"] == "revoked"


def test_expiry(org):
    made = invite(org, email=BOB, role="AN", expires_days=1)
    org.sql(f"UPDATE invitations SET expires = 1 WHERE id = '{made['id']}'")
    assert open_link(made)[1].status == 404
    assert org.fake.sign_in("u-bob", email=BOB).status == 403
    assert one(org, made)["state"] == "expired"
    assert invite(org, email=BOB)["state"] == "open"  # the address is free again


def test_two_browsers_at_once_use_it_once(org):
    made = invite(org, email=BOB, role="AN")
    browsers = [Browser() for _ in range(4)]
    ready = [(b, org.fake.message(org.fake.begin(b), "u-bob", attributes=claims(email=BOB))) for b in browsers]
    together(4, lambda n: org.fake.post(*ready[n]))
    assert one(org, made)["joined"] == 1 and len(users(org)) == 1


def test_seats_go_through_the_same_gate(new_org):
    org = new_org(seats=1, policy="queue")
    org.fake = Fake(org)
    assert walk(org, invite(org, email="ada@acme.example", role="AN"), "u-ada", email="ada@acme.example").status == 303
    answer = walk(org, invite(org, email=BOB, role="AN"))
    assert answer.status == 403 and "Waiting for a seat" in answer.text
    assert seats(org) == {**seats(org), "used": 1, "waiting": 1}


def test_a_full_house_that_refuses_uses_nothing_up(new_org):
    org = new_org(seats=1, policy="refuse")
    org.fake = Fake(org, jit=False)
    assert walk(org, invite(org, email="ada@acme.example", role="AN"), "u-ada", email="ada@acme.example").status == 303
    made = invite(org, email=BOB, role="AN")
    assert walk(org, made).status == 403
    assert BOB not in users(org) and one(org, made)["state"] == "open"


def test_it_revives_nobody(org):
    walk(org, invite(org, email=BOB, role="AN"))
    bob = users(org)[BOB]["id"]
    org.admin.ok("PATCH", f"/users/{bob}", {"state": "deactivated"})
    answer = walk(org, invite(org, role="AN"))
    assert answer.status == 403 and users(org)[BOB]["state"] == "deactivated"


@pytest.mark.parametrize("body, status, word", [
    ({"email": BOB, "role": "OW"}, 403, "Owner"),
    ({"role": "AD"}, 400, "by address"),
    ({"email": "no address"}, 400, "email"),
    ({"email": "<b>@x"}, 400, "email"),
    ({"email": BOB, "role": "DI"}, 400, "role"),
    ({"email": BOB, "workspaces": ["nowhere"]}, 404, "workspace"),
    ({"email": BOB, "workspaces": "w"}, 400, "workspaces"),
    ({"email": BOB, "expires_days": 91}, 400, "expires_days"),
    ({"email": BOB, "expires_days": 0}, 400, "expires_days"),
    ({"email": BOB, "password": "x"}, 400, "password"),
])
def test_what_is_refused(org, body, status, word):
    answer = org.admin.post("/invitations", body)
    assert answer.status == status and word in answer.json["detail"], answer
    assert org.admin.ok("GET", "/invitations")["total"] == 0


def test_an_administrator_is_invited_by_address(org):
    assert walk(org, invite(org, email=BOB, role="AD")).status == 303
    assert users(org)[BOB]["role"] == "AD"


def test_without_a_sign_in_page_it_is_said_at_once(new_org):
    org = new_org()
    answer = org.admin.post("/invitations", {"email": BOB})
    assert answer.status == 409 and "SAML or LDAP" in answer.json["detail"]
    Fake(org, domains=["other.example"])
    answer = org.admin.post("/invitations", {"email": BOB})
    assert answer.status == 409 and "domain" in answer.json["detail"]


def test_who_is_here_already_is_not_invited(org):
    walk(org, invite(org, email=BOB, role="AN"))
    assert org.admin.post("/invitations", {"email": "BOB@acme.example"}).status == 409


def test_where_the_directory_decides_joiners_are_pending(org):
    org.admin.ok("PATCH", "/org", {"authority": {"org": "directory", "workspace": "directory"},
                                   "never_matched": "pending"})
    assert org.admin.post("/invitations", {"email": BOB, "role": "AN"}).status == 403
    place = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    assert org.admin.post("/invitations", {"email": BOB, "workspaces": [place]}).status == 403
    assert walk(org, invite(org, email=BOB)).status == 403
    assert users(org)[BOB]["role"] == "NO"


def test_erasure_takes_the_address_away(org):
    made = invite(org, email=BOB, role="AN")
    walk(org, made)
    assert org.admin.post(f"/users/{users(org)[BOB]['id']}/erase").status == 204
    assert one(org, made)["email"] is None
    assert BOB not in str(org.admin.ok("GET", "/audit?action=invitation.")["items"])
    assert BOB not in str(org.admin.ok("GET", "/events")["items"])


def test_links_of_others_and_guesses_open_nothing(org, new_org):
    made = invite(org)
    other = new_org()
    assert other.admin.delete(f"/invitations/{made['id']}").status == 404
    assert other.admin.post(f"/invitations/{made['id']}/reset", {}).status == 404
    broken = re.sub(r".$", lambda m: "A" if m.group() != "A" else "B", made["link"])
    for link in (broken, org.server.base + "/invite/x", org.server.base + "/invite/" + "a" * 500):
        page = Browser().get(link)
        assert page.status == 404 and "invitation" in page.text


def test_the_link_needs_the_form_of_its_page(org):
    made = invite(org)
    assert Browser().post(made["link"], {"token": "x"}).status == 403


def test_rosterctl(org):
    out = org.server.api(org, "invitations", "create", BOB, "--role", "RE", "--days", "3")
    assert org.server.base + "/invite/" in out
    listed = org.server.api(org, "invitations", "list")
    assert BOB in listed and "open" in listed and "/invite/" not in listed
    id_ = org.admin.ok("GET", "/invitations")["items"][0]["id"]
    assert "/invite/" in org.server.api(org, "invitations", "reset", id_)
    org.server.api(org, "invitations", "revoke", id_)
    assert one(org, {"id": id_})["state"] == "revoked"


# ---- who may invite ----------------------------------------------------------

@pytest.fixture
def admin(org):
    user, browser = someone(org, "AD")
    return user, Api(browser), browser


def test_a_link_wants_a_fresh_sign_in(org, admin):
    _, console, browser = admin
    make_fresh(org, browser, minutes_ago=60)
    assert console("POST", "/invitations", {"email": BOB, "role": "AD"})[0] == 403
    make_fresh(org, browser)
    status, made = console("POST", "/invitations", {"email": BOB, "role": "AD"})
    assert status == 201 and made["created_by"] == f"user:{admin[0]}"
    assert console("GET", "/invitations")[0] == 200


def test_it_is_over_when_who_invited_is_no_administrator_any_more(org, admin):
    user, console, browser = admin
    make_fresh(org, browser)
    made = console("POST", "/invitations", {"email": BOB, "role": "AD"})[1]
    someone(org, "AD")
    org.admin.ok("PATCH", f"/users/{user}", {"role": "RE"})
    assert open_link(made)[1].status == 404
    assert org.fake.sign_in("u-bob", email=BOB).status == 403 and BOB not in users(org)
    org.admin.ok("PATCH", f"/users/{user}", {"role": "AD"})
    assert walk(org, made).status == 303 and users(org)[BOB]["role"] == "AD"


def test_managers_do_not_invite(org):
    _, browser = someone(org, "MA")
    make_fresh(org, browser)
    assert Api(browser)("POST", "/invitations", {"email": BOB})[0] == 403


# ---- a directory's people -------------------------------------------------------

def test_people_of_a_directory_take_theirs_with_their_password(new_org, slapd):
    org = new_org(default_role="NO")
    org.fake = Fake(org)
    first, second, third = (f"p{n:06d}@ex.example" for n in (1, 2, 3))
    own, shared = invite(org, email=first, role="RE"), invite(org, role="AN")
    home = org, org.admin.ok("POST", "/connections/ldap", directory(slapd))
    assert run_of(*home)["state"] == "done"
    assert enter(org.server, home, first, PASSWORD)[1].status == 303
    assert users(org)[first]["role"] == "RE" and one(org, own)["state"] == "used"
    assert enter(org.server, home, second, PASSWORD)[1].status == 403  # waits for a role
    browser, page = open_link(shared)
    ways = browser.submit(page.form)
    assert ways.status == 200 and "/ldap/" in ways.text and "/saml/" in ways.text
    assert enter(org.server, home, third, PASSWORD, browser)[1].status == 303
    assert users(org)[third]["role"] == "AN" and "rosterd-invited" not in str(browser.cookies)
