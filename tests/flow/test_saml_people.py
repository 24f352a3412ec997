"""From a verified assertion to a person: identities, linking, groups, seats, limits."""
import pytest

from harness import idp, scim
from harness.browser import Browser
from harness.crowd import together
from harness.fake import Fake, claims, clock, key

MAIL = "ada@acme.example"
GROUPS = "http://schemas.microsoft.com/ws/2008/06/identity/claims/groups"
OVERAGE = "http://schemas.microsoft.com/claims/groups.link"


def users(org):
    return {u["userName"]: u for u in org.admin.ok("GET", "/users")["items"]}


def groups(org, name=MAIL):
    return sorted(g["name"] for g in users(org)[name]["groups"])


def signed_in(fake):
    return "You are signed in" in fake.browser.get(fake.org.server.base + "/login").text


@pytest.fixture
def org(server):
    return server.new_org(default_role="AN")


def test_identity_is_the_stable_id(org):
    fake = Fake(org)
    assert fake.sign_in("u-1", email=MAIL).status == 303
    ada = users(org)[MAIL]["id"]
    # another address, the same person
    assert fake.sign_in("u-1", email="ada.new@acme.example").status == 303
    assert {u["id"] for u in users(org).values()} == {ada}
    assert users(org)[MAIL]["email"] == "ada.new@acme.example"
    # no address at all: known by the id
    assert fake.sign_in("u-1", attributes=claims(other="x")).status == 303


def test_address_given_to_another_person(org):
    # the address alone opens nothing of a person who is known by another id
    org.admin.ok("POST", "/domains", {"domain": "other.example"})
    org.server.ctl("domains", "set", "other.example", "--org", org.name)
    fake = Fake(org)
    assert fake.sign_in("u-1", email=MAIL).status == 303
    assert fake.sign_in("u-2", email=MAIL).status == 403
    assert fake.code() == "link"


@pytest.mark.parametrize("subject", ["u-1", "Zoë/Ω=1+2", "a" * 256])
def test_stable_ids_are_taken_as_they_are(org, subject):
    fake = Fake(org)
    assert fake.sign_in(subject).status == 303
    assert fake.sign_in(subject).status == 303
    assert len(users(org)) == 1
    assert fake.sign_in(subject.upper() + "x", email="other@acme.example").status == (403 if len(subject) == 256 else 303)


def test_transient_name_id_needs_an_attribute(org):
    fake = Fake(org)
    assert fake.sign_in("_t1", format_="transient").status == 403
    assert fake.code() == "no_id"
    fake.patch(attributes={"id": "email"})
    assert fake.sign_in("_t2", format_="transient").status == 303
    assert fake.sign_in("_t3", format_="transient").status == 303
    assert len(users(org)) == 1


@pytest.mark.parametrize("attributes, code", [
    (claims(email=["a@acme.example", "b@acme.example"]), "ambiguous"),
    (claims(email="a@acme.example") + claims(email="b@acme.example"), "ambiguous"),
    (claims(other="x"), "no_mail"),
])
def test_claims_that_identify_nobody(org, attributes, code):
    fake = Fake(org)
    assert fake.sign_in(attributes=attributes).status == 403
    assert fake.code() == code
    assert users(org) == {}


def test_attribute_names_are_compared_byte_for_byte(org):
    fake = Fake(org, attributes={"email": ["Mail"], "first_name": "F", "groups": []})
    assert fake.sign_in(mail=MAIL).status == 403
    assert fake.sign_in(Mail=MAIL, F="Ada").status == 303
    assert users(org)[MAIL]["groups"] == []


def test_no_account_without_jit(org):
    fake = Fake(org, jit=False)
    answer = fake.sign_in()
    assert (answer.status, fake.code()) == (403, "no_account")
    assert "No account here" in answer.text and users(org) == {}
    made = org.scim.ok("POST", "/Users", scim.person(MAIL))
    assert fake.sign_in().status == 303
    assert users(org)[MAIL]["id"] == made["id"]


def test_person_of_scim_is_linked_and_left_as_he_is(org):
    made = org.scim.ok("POST", "/Users", scim.person(MAIL, displayName="Ada of SCIM"))
    fake = Fake(org)
    assert fake.sign_in(email=MAIL.upper(), displayName="Ada of SAML", groups=["LS-Admins"]).status == 303
    ada = users(org)[MAIL]
    assert (ada["id"], ada["source"], ada["displayName"]) == (made["id"], "scim", "Ada of SCIM")
    # groups are the union over sources: each adds and removes its own
    scim.make_group(org, "Pushed", [made["id"]])
    assert {g["name"] for g in users(org)[MAIL]["groups"]} == {"LS-Admins", "Pushed"}
    fake.sign_in(email=MAIL, groups=[])
    assert {g["name"] for g in users(org)[MAIL]["groups"]} == {"Pushed"}
    # and never made active again
    org.scim.ok("PATCH", f"/Users/{made['id']}", scim.active(False))
    answer = fake.sign_in()
    assert answer.status == 403 and "deactivated" in answer.text
    assert users(org)[MAIL]["state"] == "deactivated"
    assert not signed_in(fake)
    # nor brought back when he was removed
    org.scim.request("DELETE", f"/Users/{made['id']}")
    assert fake.sign_in().status == 403
    assert fake.code() == "removed" and MAIL not in users(org)


def test_deactivation_ends_the_session(org):
    made = org.scim.ok("POST", "/Users", scim.person(MAIL))
    fake = Fake(org)
    fake.sign_in()
    assert signed_in(fake)
    org.scim.ok("PATCH", f"/Users/{made['id']}", scim.active(False))
    assert not signed_in(fake)


def test_person_of_an_administrator_is_not_revived(org):
    fake = Fake(org)
    fake.sign_in()
    ada = users(org)[MAIL]
    org.admin.ok("PATCH", f"/users/{ada['id']}", {"state": "deactivated"})
    assert fake.sign_in().status == 403
    assert users(org)[MAIL]["state"] == "deactivated"


def test_linking_can_be_switched_off_and_is_bound_to_owned_domains(org):
    org.scim.ok("POST", "/Users", scim.person(MAIL))
    fake = Fake(org, link=False)
    assert (fake.sign_in().status, fake.code()) == (403, "link")
    fake.patch(link=True)
    org.server.ctl("domains", "set", "elsewhere.example", "--org", org.name)
    assert (fake.sign_in().status, fake.code()) == (403, "link")
    org.server.ctl("domains", "set", "acme.example", "--org", org.name)
    assert fake.sign_in().status == 303
    assert len(users(org)) == 1
    for domain in ("acme.example", "elsewhere.example"):
        org.admin.ok("DELETE", f"/domains/{domain}")


@pytest.mark.parametrize("address", ["ada@acme.example.evil.example", "ada@sub.acme.example", "ada@acme.example.",
                                     "ada@evil.example@acme.example", "ada@аcme.example"])
def test_only_the_very_domain_is_owned(server, address):
    org = server.new_org(default_role="AN")
    org.server.ctl("domains", "set", "acme.example", "--org", org.name)
    try:
        org.scim.ok("POST", "/Users", scim.person(address))
        fake = Fake(org)
        assert (fake.sign_in(email=address).status, fake.code()) == (403, "link")
    finally:
        org.admin.ok("DELETE", "/domains/acme.example")


def test_owner_is_never_linked(server):
    org = server.new_org(owner="boss@acme.example")
    fake = Fake(org)
    assert (fake.sign_in(email="boss@acme.example").status, fake.code()) == (403, "guarded")
    assert users(org)["boss@acme.example"]["owner"]


def test_groups_become_memberships_and_roles(server):
    org = server.new_org(default_role="AN", owner="boss@acme.example")
    org.admin.ok("PUT", "/rules", {"rules": [
        {"id": "admins", "match": {"group": "ls-admins"}, "grant": {"org_role": "AD"}},
        {"id": "reviewers", "match": {"group": "LS-Reviewers"}, "grant": {"org_role": "RE"}}]})
    fake = Fake(org)
    for sent, kept, role in (
            (claims(groups=["LS-Admins", "Vision"]), ["LS-Admins", "Vision"], "AD"),
            (claims(groups=["LS-Reviewers"]), ["LS-Reviewers"], "RE"),
            ("", ["LS-Reviewers"], "RE"),  # a missing claim changes nothing
            (idp.attribute("groups"), [], "AN"),  # an empty one does
            (claims(groups=["ls-ADMINS"]), ["LS-Admins"], "AD"),
            (idp.attribute(OVERAGE, "https://graph.example/x"), ["LS-Admins"], "AD"),  # cut off: as missing
            (claims(groups=["LS-Reviewers"]) + idp.attribute(OVERAGE, "https://graph.example/x"), ["LS-Admins"], "AD")):
        assert fake.sign_in(attributes=claims(email=MAIL) + sent).status == 303
        assert (groups(org), users(org)[MAIL]["role"]) == (kept, role), sent
    assert fake.newest()["detail"]["groups"] == "overage"


def test_groups_joined_by_a_separator(org):
    fake = Fake(org, group_separator=",")
    fake.sign_in(email=MAIL, groups="Vision, LS-Admins ,,QA")
    assert groups(org) == ["LS-Admins", "QA", "Vision"]
    fake.patch(group_separator="")
    fake.sign_in(email=MAIL, groups="Doe, Jane's team")
    assert groups(org) == ["Doe, Jane's team"]


def test_groups_by_id(org):
    org.admin.ok("PUT", "/rules", {"rules": [
        {"id": "a", "match": {"group": "8a-17", "by": "external_id"}, "grant": {"org_role": "MA"}}]})
    fake = Fake(org, groups_by="id")
    fake.sign_in(attributes=claims(email=MAIL) + idp.attribute(GROUPS, "8a-17"))
    assert users(org)[MAIL]["role"] == "MA"


def test_no_new_groups_where_they_are_not_wanted(org):
    fake = Fake(org, create_groups=False)
    fake.sign_in(email=MAIL, groups=["Vision"])
    assert groups(org) == []


def test_groups_are_bounded(org):
    fake = Fake(org)
    fake.sign_in(email=MAIL, groups=["Vision"])
    fake.sign_in(email=MAIL, groups=[f"g{n}" for n in range(1001)])
    assert groups(org) == ["Vision"] and fake.newest()["detail"]["groups"] == "too_many"
    fake.sign_in(email=MAIL, groups=["x" * 257, "QA"])
    assert groups(org) == ["QA"] and fake.newest()["detail"]["groups_left_out"] == 1


def test_groups_of_scim_stay(org):
    fake = Fake(org)
    fake.sign_in(email=MAIL, groups=["Vision"])
    ada = users(org)[MAIL]["id"]
    scim.make_group(org, "Pushed", [ada])
    fake.sign_in(email=MAIL, groups=["QA"])
    assert "Pushed" in groups(org) and "Vision" not in groups(org)


def test_pending_and_waiting_for_a_seat(server):
    org = server.new_org(seats=1, default_role="AN")
    fake = Fake(org)
    assert fake.sign_in("u-1", email="a@acme.example").status == 303
    answer = fake.sign_in("u-2", email="b@acme.example")
    assert answer.status == 403 and "Waiting for a seat" in answer.text
    assert users(org)["b@acme.example"]["state"] == "pending"
    org.admin.ok("PATCH", f"/users/{users(org)['a@acme.example']['id']}", {"state": "deactivated"})
    assert fake.sign_in("u-2", email="b@acme.example").status == 303

    org = server.new_org(seats=0, policy="refuse", default_role="AN")
    fake = Fake(org)
    answer = fake.sign_in()
    assert (answer.status, fake.code(), users(org)) == (403, "seats", {})

    org = server.new_org()
    org.admin.ok("PATCH", "/org", {"never_matched": "pending"})
    fake = Fake(org)
    answer = fake.sign_in()
    assert answer.status == 403 and "Waiting for access" in answer.text
    assert users(org)[MAIL]["role"] == "NO"


def test_hundred_replays_at_once(org):
    fake = Fake(org)
    browser = Browser()
    message = fake.message(fake.begin(browser))
    statuses = []

    def send(n):
        one = Browser()
        one.cookies = {k: dict(v) for k, v in browser.cookies.items()}
        statuses.append(fake.post(one, message).status)

    together(100, send)
    assert (statuses.count(303), statuses.count(403)) == (1, 99)
    assert len(users(org)) == 1


def test_hundred_unsolicited_replays_at_once(org):
    fake = Fake(org, allow_idp_initiated=True)
    message = fake.message(None)
    statuses = []
    together(100, lambda n: statuses.append(fake.post(Browser(), message).status))
    assert (statuses.count(303), statuses.count(403)) == (1, 99)


def test_assertion_in_another_envelope(org):
    fake = Fake(org, allow_idp_initiated=True)
    assert fake.unsolicited(assertion_id="_same").status == 303
    assert fake.unsolicited(assertion_id="_same").status == 403
    assert fake.code() == "replay"


def test_first_sign_ins_at_once_make_one_person_and_one_group(org):
    fake = Fake(org)
    browsers = [Browser() for _ in range(8)]
    messages = [fake.message(fake.begin(b), attributes=claims(email=MAIL, groups=["Vision", "QA"])) for b in browsers]
    statuses = []
    together(8, lambda n: statuses.append(fake.post(browsers[n], messages[n]).status))
    assert statuses == [303] * 8
    assert len(users(org)) == 1 and groups(org) == ["QA", "Vision"]


def test_request_and_answer(org):
    """Whatever the two places say, it must be the request of this browser and connection."""
    fake, other = Fake(org), Fake(org, name="other", entity_id="https://other.example", signer="other")
    browser, stranger = Browser(), Browser()
    mine = fake.begin(browser)
    foreign = {"other connection": other.begin(browser), "other browser": fake.begin(stranger), "unknown": "_nobody",
               "none": None}
    for name, bad in foreign.items():
        for response, bearer in ((bad, bad), (bad, mine), (mine, bad)):
            # the confirmation alone may name it, or the response alone
            if name == "none" and (response or bearer):
                continue
            answer = fake.post(browser, fake.message(mine, in_response_to=response, bearer_answers=bearer))
            assert answer.status == 403, (name, response, bearer)
    assert users(org) == {}
    assert fake.post(browser, fake.message(mine)).status == 303


def test_two_requests_of_one_browser(org):
    fake = Fake(org)
    browser = Browser()
    first, second = fake.begin(browser), fake.begin(browser)
    assert fake.post(browser, fake.message(first)).status == 303
    assert fake.post(browser, fake.message(second)).status == 303


def test_expired_request(org):
    fake = Fake(org)
    browser = Browser()
    message = fake.message(fake.begin(browser))
    org.sql("UPDATE saml_requests SET expires = 1 WHERE org_id = {org}")
    assert (fake.post(browser, message).status, fake.code()) == (403, "request")


def test_cross_connection_and_cross_tenant(server):
    """Issuer, key and address of the request: only one combination opens a connection."""
    first, second = server.new_org(default_role="AN"), server.new_org(default_role="AN")
    same = "https://same.example/idp"
    a = Fake(first, entity_id=same, signer="a", allow_idp_initiated=True)
    b = Fake(second, entity_id=same, signer="b", allow_idp_initiated=True)
    assert a.unsolicited().status == 303 and b.unsolicited().status == 303
    for to, by in ((a, b), (b, a)):
        assert to.post(Browser(), to.message(None, by=key(by.signer))).status == 403
        assert to.code() == "signature"
        assert to.post(Browser(), by.message(None)).status == 403, "the other's own message"
        assert to.code() == "signature"
        assert to.unsolicited(assertion_issuer="https://evil.example").status == 403
        assert to.code() == "issuer"
    assert len(users(first)) == 1 and len(users(second)) == 1


def test_person_of_another_tenant(server):
    victim, attacker = server.new_org(default_role="AN"), server.new_org(default_role="AN")
    victim.scim.ok("POST", "/Users", scim.person("ceo@victim.example"))
    fake = Fake(attacker)
    assert fake.sign_in(email="ceo@victim.example").status == 303
    assert users(attacker)["ceo@victim.example"]["id"] != users(victim)["ceo@victim.example"]["id"]
    holder = fake.browser.request("GET", attacker.server.base + "/auth/check")
    assert holder.headers["Remote-Org"] in (attacker.name, attacker.id)


def test_connections_of_others_do_not_exist(server):
    first, second = server.new_org(), server.new_org()
    fake = Fake(first)
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("GET", "/keys"), ("POST", "/keys"), ("POST", "/test")):
        assert second.admin.request(method, fake.path + path, {} if method in ("PATCH", "POST") else None).status == 404
    assert second.admin.ok("GET", "/connections/saml")["total"] == 0


def test_unknown_connection_tells_nothing(server, org):
    fake = Fake(org)
    url = server.base + "/saml/0198a1b2-0000-7000-8000-000000000001"
    for page in (Browser().request("GET", url + "/login"), Browser().post(url + "/acs", {"SAMLResponse": "eA=="})):
        assert page.status == 403 and "Signing in did not work" in page.text
    assert Browser().request("GET", url + "/metadata").status == 404
    fake.patch(enabled=False)
    page = Browser().request("GET", fake.made["login_url"])
    assert page.status == 403 and "Signing in did not work" in page.text


def test_refusal_pages_differ_in_the_reference_alone(org):
    fake = Fake(org)
    pages = set()
    for broken in ({"by": "stranger"}, {"sign": ()}, {"audiences": (("https://x.example",),)}, {"end": "2020-01-01T00:00:00Z"}):
        answer = fake.sign_in(**broken)
        assert answer.status == 403
        pages.add(answer.text.replace(fake.newest()["reference"], "REFERENCE"))
    assert len(pages) == 1


@pytest.mark.parametrize("relay", ["https://evil.example/", "//evil.example", "/\\evil.example", "///evil.example",
                                   "http:evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=y", "x" * 100000,
                                   "%2F%2Fevil.example", "https://platform.example/x"])
def test_relay_state(org, relay):
    fake = Fake(org, allow_idp_initiated=True, relay_targets=["https://platform.example/"])
    # begun here: RelayState is of no account
    browser = Browser()
    answer = fake.post(browser, fake.message(fake.begin(browser)), relay)
    assert (answer.status, answer.location) == (303, "/login")
    assert fake.post(Browser(), fake.message(None), relay).status == 403
    assert fake.code() == "relay_state"
    browser = Browser()
    answer = fake.post(browser, fake.message(None), "https://platform.example/")
    answer = browser.request("GET", fake.org.server.base + answer.location)
    assert (answer.status, answer.location) == (303, "https://platform.example/")


def test_host_header_changes_nothing(server, org):
    fake = Fake(org)
    page = Browser().request("GET", server.base + f"/saml/{fake.id}/metadata",
                             headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert page.status == 200 and "evil.example" not in page.text


@pytest.mark.parametrize("content, status", [
    ("SAMLResponse=x&SAMLResponse=y", 403), ("SAMLResponse=x&SAMLRequest=y", 403), ("", 403),
    ("SAMLResponse=x&SAMLart=y", 403), ("SAMLResponse=%ff", 403)])
def test_forms_that_are_none(org, content, status):
    fake = Fake(org)
    page = Browser().request("POST", fake.made["acs_url"], content, {"Content-Type": "application/x-www-form-urlencoded"})
    assert page.status == status
    assert fake.code() == "form"


def test_force_authn_and_context(org):
    fake = Fake(org, force_authn=True, authn_contexts=["urn:mfa"])
    assert fake.sign_in(context="urn:mfa").status == 303
    assert fake.sign_in().status == 403
    assert fake.code() == "authn_context"
    assert fake.sign_in(context="urn:mfa", authn_instant=clock(-3600)).status == 403
    assert fake.code() == "authn_instant"


def test_every_key_of_ours_opens_what_was_encrypted_to_it(org):
    fake = Fake(org, want_encrypted=True)
    assert fake.sign_in().status == 403
    assert fake.code() == "plain"
    path = fake.path + "/keys"
    first = org.admin.ok("GET", path)["items"][0]["certificate"]

    def opens(certificate):
        browser = Browser()
        return fake.post(browser, fake.message(fake.begin(browser), encrypt_to=certificate)).status == 303

    assert opens(first)
    second = next(k["certificate"] for k in org.admin.ok("POST", path)["items"] if k["state"] == "next")
    assert opens(first) and opens(second), "both are published"
    org.admin.ok("POST", path)
    assert opens(first) and opens(second), "the previous one still opens"
    third = next(k["certificate"] for k in org.admin.ok("POST", path)["items"] if k["state"] == "next")
    org.admin.ok("POST", path)
    assert opens(second) and opens(third) and not opens(first)
    assert fake.newest()["code"] == "decrypt"


def test_deleted_connection(org):
    fake = Fake(org)
    fake.sign_in(email=MAIL, groups=["Vision"])
    assert signed_in(fake)
    preview = org.admin.ok("DELETE", fake.path + "?preview=true")
    assert (preview["groups"], preview["users"]) == (1, 1)
    org.admin.ok("DELETE", fake.path)
    assert not signed_in(fake)
    assert users(org)[MAIL]["source"] == "manual" and groups(org) == []
    assert Browser().request("GET", fake.made["login_url"]).status == 403


def test_recent_exchanges_are_a_bounded_number(org):
    fake = Fake(org)
    org.sql("INSERT INTO exchanges (org_id, id, at, source_id, kind, outcome) VALUES " + ", ".join(
        f"({{org}}, '00000000-0000-7000-8000-{n:012}', 1, '{fake.made['id']}', 'saml.login', 'refused')" for n in range(700)))
    # the old ones go once in a while: not to do so 400 times in a row is a chance of one in 300,000
    for _ in range(400):
        assert fake.post(Browser(), "x").status == 403
        if int(org.sql("SELECT count(*) FROM exchanges WHERE org_id = {org}")[0][0]) == 500:
            break
    ids = [row[0] for row in org.sql("SELECT id FROM exchanges WHERE org_id = {org} ORDER BY id")]
    assert len(ids) == 500 and fake.newest()["id"] == ids[-1], "the newest stay"
