"""The way in when the identity provider does not answer: passwords with a second factor."""
import re
import secrets

import pytest
from harness import scim, server as servers
from harness.people import Account, Browser, link_of, owned, totp


@pytest.fixture
def fresh(server):
    return owned(server)


def attempt(account, browser=None, **fields):
    return account.sign_in(browser, **fields)[1]


def audit(org, action):
    return org.admin.ok("GET", f"/audit?action={action}")["items"]


# ---- setting a password

def new_link(server):
    name = f"owned-{secrets.token_hex(4)}"
    done = server.ctl("org", "create", name, "--seats", "3", "--owner", f"boss@{name}.example", check=False)
    return name, link_of(done)


@pytest.mark.parametrize("password,again,code,why", [
    ("short", "short", True, "at least 8"),
    ("Password123", "Password123", True, "tried first"),
    ("aaaaaaaaaaaa", "aaaaaaaaaaaa", True, "repeated"),
    ("correct horse", "correct house", True, "not the same"),
    ("correct horse", "correct horse", False, "code is wrong"),
    ("correct horse", "correct horse", None, "code is wrong"),
])
def test_a_password_must_be_good_and_have_a_second_factor(server, password, again, code, why):
    _, link = new_link(server)
    browser = Browser(server.base)
    page = browser.get(link)
    secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)[1]
    assert f"secret={secret}" in page.text and page.headers["Cache-Control"] == "no-store"
    code = {True: totp(secret), False: "000000" if totp(secret) != "000000" else "000001", None: ""}[code]
    answer = browser.submit(page, password=password, again=again, code=code)
    assert answer.status == 400 and why in answer.alert
    assert secret in answer.text, "the same key is offered again"
    done = browser.submit(page, password="correct horse", again="correct horse", code=totp(secret))
    assert done.status == 200


def test_a_link_works_once_and_the_newest_only(server):
    name, first = new_link(server)
    mail = f"boss@{name}.example"
    second = link_of(server.ctl("org", "owner", mail, "--org", name, check=False))
    assert Browser(server.base).get(first).status == 404
    browser = Browser(server.base)
    early = browser.get(second)
    Account(servers.Org(server, name), second)
    assert Browser(server.base).get(second).status == 404
    late = browser.submit(early, password="another one", again="another one", code="123456")
    assert late.status == 404
    assert Browser(server.base).get("/password/" + "0" * 32 + "." + "A" * 43).status == 404
    assert Browser(server.base).get("/password/x").status == 404


def test_a_new_password_ends_the_sessions(fresh, server):
    org, account = fresh
    browser, _ = account.sign_in()
    assert browser.signed_in()
    again = Account(org, link_of(server.ctl("org", "owner", account.address, "--org", org.name, check=False)),
                    password="another password")
    assert not browser.signed_in()
    assert attempt(account).status == 403
    assert attempt(again).status == 303


def test_administrators_get_links_too(fresh):
    org, account = fresh
    user = scim.make_user(org)
    assert org.admin.post(f"/users/{user}/password-link").status == 409, "for administrators only"
    org.admin.ok("PATCH", f"/users/{user}", {"role": "AD"})
    status, _, made = org.admin.post(f"/users/{user}/password-link")
    assert status == 201
    account2 = Account(org, re.sub(r"^https?://[^/]+", "", made["url"]))
    assert attempt(account2).status == 303
    owner = org.sql("SELECT id FROM users WHERE org_id = {org} AND guarded")[0][0]
    assert org.admin.post(f"/users/{owner}/password-link").status == 403
    # with the account goes the password
    org.admin.ok("PATCH", f"/users/{user}", {"state": "deactivated"})
    answer = attempt(account2)
    assert answer.status == 403 and "deactivated" in answer.title


# ---- signing in

def test_it_is_loud(fresh):
    org, account = fresh
    _, answer = account.sign_in()
    assert answer.status == 303
    owner = org.sql("SELECT id FROM users WHERE org_id = {org} AND guarded")[0][0]
    used = audit(org, "signin.break_glass")
    assert [a["target"] for a in used] == [owner]
    assert [a["target"] for a in audit(org, "signin.accepted")] == [owner]
    lines = [x for x in org.server.log.read_text().splitlines() if "event=break_glass" in x and org.id in x]
    assert len(lines) == 1 and "level=warn" in lines[0] and account.address not in lines[0]
    assert org.sql("SELECT count(*) FROM outbox WHERE org_id = {org} AND type = 'signin.break_glass'") == [(1,)]


def test_a_code_counts_once(fresh):
    org, account = fresh
    code = totp(account.secret)
    assert attempt(account, code=code).status == 303
    assert attempt(account, code=code, rest=False).status == 403
    assert audit(org, "signin.refused")[0]["reason"] == "a code that was used before"


def test_wrong_unknown_and_locked_look_the_same(make_own_server):
    """To the byte, but for the address itself."""
    org, account = owned(make_own_server())
    address = account.address
    unknown = "nobo" + address[4:]
    browser = Browser(org.server.base)

    def look(page, who):
        return page.status, page.text.replace(who, "ADDRESS"), sorted(k for k in page.headers if k != "Date"), \
            page.headers["Content-Length"]

    first = {who: look(browser.submit(browser.get("/login"), address=who), who) for who in (address, unknown)}
    assert first[address] == first[unknown]
    assert first[address][0] == 200
    tries = {
        "wrong password": attempt(account, browser, password="wrong horse"),
        "wrong code": attempt(account, browser, code="000000"),
        "no code": attempt(account, browser, code=""),
    }
    unknown_look = look(attempt(account, browser, address=unknown), unknown)
    for how, page in tries.items():
        assert look(page, address) == unknown_look, how
    for _ in range(10):
        attempt(account, browser, password="wrong horse")
    locked = attempt(account, browser)
    assert look(locked, address) == unknown_look
    reasons = {a["reason"] for a in audit(org, "signin.refused")}
    assert reasons == {"wrong password", "wrong code"}
    org.sql("UPDATE local_accounts SET failed_since = failed_since - 900001 WHERE org_id = {org}")
    assert attempt(account).status == 303, "after a quarter of an hour"


def test_an_account_takes_ten_wrong_attempts(make_own_server):
    server = make_own_server()
    org, account = owned(server)
    for _ in range(10):
        assert attempt(account, password="wrong horse").status == 403
    assert len(audit(org, "signin.refused")) == 10
    assert attempt(account).status == 403
    assert len(audit(org, "signin.refused")) == 10, "not even looked at"
    org.sql("UPDATE local_accounts SET failed = 9 WHERE org_id = {org}")
    assert attempt(account).status == 303
    assert org.sql("SELECT failed FROM local_accounts WHERE org_id = {org}") == [(0,)]


def test_an_address_takes_thirty_whoever_it_tries(make_own_server):
    server = make_own_server()
    org, account = owned(server)
    browser = Browser(server.base)
    for i in range(30):
        assert attempt(account, browser, address=f"guess{i}@{org.name}.example").status == 403
    answer = attempt(account)
    assert answer.status == 429 and answer.headers["Retry-After"] == "60", answer
    assert answer.title == "Too many attempts" and "Reference: " in answer.text
    assert org.sql("SELECT failed FROM local_accounts WHERE org_id = {org}") == [(0,)]


def test_one_address_in_two_organizations(server):
    name = f"two-{secrets.token_hex(3)}"
    mail = f"me@{name}.example"
    accounts = []
    for i in (1, 2):
        done = server.ctl("org", "create", f"{name}-{i}", "--seats", "1", "--owner", mail, check=False)
        accounts.append(Account(servers.Org(server, f"{name}-{i}"), link_of(done), password=f"correct horse {i}"))
    for account in accounts:
        browser, answer = account.sign_in()
        assert answer.status == 303, answer
        assert browser.check().headers["Remote-Org"] == account.org.id


def test_single_sign_on_only_needs_a_test_and_spares_the_owner(fresh):
    org, account = fresh
    refused = org.admin.patch("/signin", {"sso_only": True})
    assert refused.status == 409 and "test sign-in" in refused.json["detail"]
    user = scim.make_user(org)
    org.admin.ok("PATCH", f"/users/{user}", {"role": "AD"})
    made = org.admin.ok("POST", f"/users/{user}/password-link")
    other = Account(org, re.sub(r"^https?://[^/]+", "", made["url"]))
    org.sql("INSERT INTO signin_settings (org_id, idle_minutes, absolute_minutes, sso_only, return_targets, changed)"
            " VALUES ({org}, 480, 1440, TRUE, '', 0)")
    assert attempt(other).status == 403
    assert audit(org, "signin.refused")[0]["reason"].startswith("the organization allows single sign-on only")
    assert attempt(account).status == 303


def test_nothing_secret_is_stored_or_logged(fresh):
    org, account = fresh
    browser, _ = account.sign_in()
    for table in ("local_accounts", "sessions", "password_links"):
        for row in org.sql(f"SELECT * FROM {table} WHERE org_id = {{org}}"):
            text = " ".join(map(str, row))
            assert account.secret not in text and account.password not in text and browser.session not in text
    names = org.sql("SELECT * FROM local_names WHERE org_id = {org}")
    assert len(names) == 1 and account.address not in str(names)
    stored = org.sql("SELECT password, totp FROM local_accounts WHERE org_id = {org}")[0]
    assert stored[0].startswith("$argon2id$") and stored[1].startswith("s1:")
    log = org.server.log.read_text()
    for secret in (account.secret, account.password, browser.session, account.address):
        assert secret not in log


def test_without_the_key_nothing_opens_and_the_log_says_why(make_own_server):
    server = make_own_server()
    org, account = owned(server)
    server.stop()
    (server.folder / "secret.key").write_text("another key of this installation, long enough\n")
    server.start()
    answer = attempt(account)
    assert answer.status == 503
    assert "secret_key_file" not in answer.text
    assert "give it the secret_key_file it had" in server.log.read_text()
