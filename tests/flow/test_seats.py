"""Seats: never over the limit, never one free while somebody waits, first come first served."""
import random

import pytest
from harness.crowd import Watch, together
from harness.scim import (ERROR, active, add_members, error_text, make_group, make_user, person, remove_member, rules,
                          set_active, set_limit, shown)
from harness.server import seats
from harness.sound import check_seats, check_sound, holders, queue

CLIENTS = 32


def names(*short):
    return {n + "@x.example" for n in short}


def fill(org, *short):
    return {n: make_user(org, n) for n in short}


# ---- the figures -----------------------------------------------------------

def test_seats_are_counted(new_org):
    org = new_org(seats=3, default_role="AN")
    ids = fill(org, "a", "b")
    out = seats(org)
    assert (out["limit"], out["used"], out["free"], out["waiting"]) == (3, 2, 1, 0)
    assert out["peak_this_month"] == 2
    set_active(org, ids["a"], False)
    out = seats(org)
    assert (out["used"], out["free"], out["peak_this_month"]) == (1, 2, 2)


def test_unlimited_has_no_queue(new_org):
    org = new_org(seats="unlimited", default_role="AN")
    fill(org, "a", "b", "c")
    out = seats(org)
    assert out["limit"] is None and out["used"] == 3 and out["waiting"] == 0
    check_sound(org)


def test_pending_role_costs_no_seat(new_org):
    org = new_org(seats=1, default_role="NO")
    ids = fill(org, "a", "b")
    assert seats(org)["used"] == 0 and seats(org)["waiting"] == 0
    assert shown(org, ids["a"])["state"] == "pending"
    # SCIM shows somebody without a role as active: the IdP has not switched him off
    assert org.scim.ok("GET", "/Users/" + ids["a"])["active"] is True


# ---- the queue -------------------------------------------------------------

def test_waiting_in_order_of_arrival(new_org):
    org = new_org(seats=2, default_role="AN")
    ids = fill(org, "a", "b", "c", "d", "e")
    assert holders(org) == names("a", "b")
    assert queue(org) == ["c@x.example", "d@x.example", "e@x.example"]
    assert shown(org, ids["c"])["state"] == "pending" and shown(org, ids["c"])["seat"] is False
    assert org.scim.ok("GET", "/Users/" + ids["c"])["active"] is True
    set_active(org, ids["a"], False)
    assert holders(org) == names("b", "c")
    assert org.scim.delete("/Users/" + ids["b"]).status == 204
    assert holders(org) == names("c", "d")
    assert shown(org, ids["d"])["role"] == "AN"
    check_sound(org)


def test_reactivated_goes_to_the_end_of_the_queue(new_org):
    org = new_org(seats=1, default_role="AN")
    ids = fill(org, "a", "b", "c")
    set_active(org, ids["a"], False)
    set_active(org, ids["a"], True)
    assert holders(org) == names("b") and queue(org) == ["c@x.example", "a@x.example"]


def test_waiting_person_who_leaves_gives_up_the_place(new_org):
    org = new_org(seats=1, default_role="AN")
    ids = fill(org, "a", "b", "c")
    set_active(org, ids["b"], False)
    set_active(org, ids["a"], False)
    assert holders(org) == names("c") and queue(org) == []


def test_a_change_of_profile_keeps_the_place(new_org):
    org = new_org(seats=1, default_role="AN")
    ids = fill(org, "a", "b", "c")
    org.scim.ok("PUT", "/Users/" + ids["b"], person("b", displayName="Someone Else"))
    assert queue(org) == ["b@x.example", "c@x.example"]


def test_losing_the_role_frees_the_seat(new_org):
    org = new_org(seats=1, default_role="NO")
    org.admin.ok("PATCH", "/org", {"lost_match": "pending"})
    a, b = make_user(org, "a"), make_user(org, "b")
    rules(org, ("r", "Staff", {"org_role": "AN"}))
    staff = make_group(org, "Staff", [a, b])
    first, second = (a, b) if holders(org) == names("a") else (b, a)
    assert shown(org, second)["seat"] is False
    org.scim.ok("PATCH", "/Groups/" + staff, remove_member(first))
    assert shown(org, first)["role"] == "NO"
    assert shown(org, second)["seat"] is True
    check_sound(org)


# ---- policy "refuse" -------------------------------------------------------

def test_refusal_names_the_limit_and_stores_nothing(new_org):
    org = new_org(seats=2, policy="refuse", default_role="AN")
    fill(org, "a", "b")
    before = org.sql("SELECT count(*) FROM audit WHERE org_id = {org} AND action LIKE 'user.%'")
    status, _, body = org.scim.post("/Users", person("c"))
    assert status == 403 and ERROR in body["schemas"] and body["status"] == "403"
    assert "2" in body["detail"] and "seat" in body["detail"].lower()
    assert org.scim.ok("GET", '/Users?filter=userName eq "c@x.example"')["totalResults"] == 0
    assert org.sql("SELECT count(*) FROM users WHERE org_id = {org} AND name_key = 'c@x.example'") == [(0,)]
    assert org.sql("SELECT count(*) FROM audit WHERE org_id = {org} AND action LIKE 'user.%'") == before
    check_sound(org)


def test_refused_reactivation_changes_nothing(new_org):
    org = new_org(seats=1, policy="refuse", default_role="AN")
    a = make_user(org, "a")
    set_active(org, a, False)
    make_user(org, "b")
    status, _, body = org.scim.patch("/Users/" + a, active(True))
    assert status == 403 and "1" in error_text(body)
    assert org.scim.ok("GET", "/Users/" + a)["active"] is False
    check_sound(org)


@pytest.mark.parametrize("policy", ["queue", "refuse"])
def test_deactivation_always_succeeds(new_org, policy):
    org = new_org(seats=1, policy=policy, default_role="AN")
    a = make_user(org, "a")
    for wish in (False, False, True, False):
        set_active(org, a, wish)
        assert org.scim.ok("GET", "/Users/" + a)["active"] is wish
    assert make_user(org, "b")  # the freed seat is usable at once
    check_sound(org)


def test_deactivation_succeeds_above_a_lowered_limit(new_org):
    org = new_org(seats=3, policy="refuse", default_role="AN")
    ids = fill(org, "a", "b", "c")
    set_limit(org, 1)
    set_active(org, ids["a"], False)
    assert org.scim.ok("GET", "/Users/" + ids["a"])["active"] is False


# ---- the limit moves -------------------------------------------------------

def test_raised_limit_seats_those_who_wait(new_org):
    org = new_org(seats=1, default_role="AN")
    fill(org, "a", "b", "c", "d")
    set_limit(org, 3)
    assert holders(org) == names("a", "b", "c") and queue(org) == ["d@x.example"]
    set_limit(org, None)
    assert queue(org) == [] and seats(org)["used"] == 4 and seats(org)["limit"] is None
    check_sound(org)


def test_lowered_limit_unseats_nobody(new_org):
    org = new_org(seats=4, default_role="AN")
    ids = fill(org, "a", "b", "c", "d")
    set_limit(org, 2)
    assert holders(org) == names("a", "b", "c", "d")
    make_user(org, "e")
    set_active(org, ids["a"], False)
    set_active(org, ids["b"], False)
    assert holders(org) == names("c", "d") and queue(org) == ["e@x.example"]
    set_active(org, ids["c"], False)
    assert holders(org) == names("d", "e")


def test_limit_of_unlimited_becomes_a_number(new_org):
    org = new_org(default_role="AN")
    ids = fill(org, "a", "b")
    set_limit(org, 2)
    make_user(org, "c")
    assert holders(org) == names("a", "b") and queue(org) == ["c@x.example"]
    set_active(org, ids["b"], False)
    assert holders(org) == names("a", "c")
    check_sound(org)


@pytest.mark.parametrize("bad", [-5, 1.5, "many", True, 10**30])
def test_a_limit_that_is_none_is_refused(new_org, bad):
    org = new_org(seats=2)
    assert org.admin.patch("/org", {"seat_limit": bad}).status == 400
    assert seats(org)["limit"] == 2


# ---- races -----------------------------------------------------------------

def scuffle(orgs, limit, clients=CLIENTS, rounds=8):
    """Clients fight for the last seats through all of orgs (one per server process)."""
    org = orgs[0]
    keep = make_user(org, "keeper")

    def client(n):
        scim, dice = orgs[n % len(orgs)].scim, random.Random(n)
        mine = make_user(orgs[n % len(orgs)], f"racer{n}")
        for _ in range(rounds):
            wish = dice.random() < 0.5
            status, _, body = scim.patch("/Users/" + mine, active(wish))
            assert status in (200, 204), body
            if dice.random() < 0.2:
                assert scim.delete("/Users/" + mine).status == 204
                mine = scim.ok("POST", "/Users", person(f"racer{n}"))["id"]
        set_active(orgs[n % len(orgs)], mine, True)

    def look():
        held, _ = check_seats(org)
        out = seats(org)
        assert out["used"] <= limit, out
        assert held >= 1

    with Watch(look):
        together(clients, client)
    check_sound(org)
    held, waiting = check_seats(org)
    assert held == limit and waiting == clients + 1 - limit
    out = seats(org)
    assert (out["used"], out["free"], out["waiting"]) == (limit, 0, clients + 1 - limit)
    drain(org, keep, limit)


def drain(org, keep, limit):
    """Everybody leaves: each freed seat goes to the first in the queue."""
    line = queue(org)
    for expected in line[:5]:
        leaver = sorted(holders(org))[0]
        out = org.scim.ok("GET", f'/Users?filter=userName eq "{leaver}"')
        set_active(org, out["Resources"][0]["id"], False)
        assert expected in holders(org)
        assert check_seats(org)[0] == limit
    assert queue(org) == line[5:]
    assert keep


def test_race_for_the_last_seats(new_org):
    org = new_org(seats=10, default_role="AN")
    scuffle([org], 10)


def test_race_between_two_processes(pair):
    first, second = pair
    org = first.new_org(seats=10, default_role="AN")
    twin = type(org)(second, org.name)
    scuffle([org, twin], 10)


def test_race_at_the_limit_with_refusals(new_org):
    org = new_org(seats=7, policy="refuse", default_role="AN")
    outcome = []

    def client(n):
        for k in range(4):
            outcome.append(org.scim.post("/Users", person(f"rush{n}-{k}")).status)

    with Watch(lambda: check_seats(org)):
        together(CLIENTS, client)
    assert sorted(set(outcome)) == [201, 403]
    assert outcome.count(201) == 7 and check_seats(org) == (7, 0)
    assert org.sql("SELECT count(*) FROM users WHERE org_id = {org}") == [(7,)]
    check_sound(org)


def test_race_of_arrivals_against_a_moving_limit(new_org):
    org = new_org(seats=1, default_role="AN")

    def client(n):
        if n == 0:
            for limit in (4, 2, 9, 5, 12):
                set_limit(org, limit)
        else:
            make_user(org, f"mover{n}")

    together(17, client)
    assert check_seats(org) == (12, 4)
    check_sound(org)


def test_group_push_takes_seats_once(new_org):
    """Forty people get their role from one group, pushed by several clients at once."""
    org = new_org(seats=25, default_role="NO")
    rules(org, ("staff", "Staff", {"org_role": "AN"}))
    ids = [make_user(org) for _ in range(40)]
    staff = make_group(org, "Staff")
    with Watch(lambda: check_seats(org)):
        together(8, lambda n: org.scim.ok("PATCH", "/Groups/" + staff, add_members(*ids[n * 5:n * 5 + 5])))
    assert check_seats(org) == (25, 15)
    check_sound(org)
