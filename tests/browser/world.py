#!/usr/bin/python3
"""A server with people in it, for browsers to look at: orders come as lines of JSON.

    {"do": "owned"}                     an organization with an Owner: name, address, cookie
    {"do": "code", "org"}               the Owner's one-time code of now
    {"do": "fill", "org", "markup"}     people, groups, rules, work; markup: names that are HTML
    {"do": "someone", "org", "role"}    a cookie of somebody with this role
    {"do": "stale", "org"}              all sessions count as signed in long ago
    {"do": "replay", "token", "session"}  what an identity provider pushes
    {"do": "leave", "org", "user"}      SCIM takes somebody away
    {"do": "sso", "org"}                metadata of a SimpleSAMLphp that is running from then on
    {"do": "trust", "org", "id"}        SimpleSAMLphp knows a connection
    {"do": "push", "org", "group", "user"}  SCIM puts somebody into a group
    {"do": "slapd"}                     an OpenLDAP with twelve people
    {"do": "mirror", "org"}             the same, connected, with a run that was tried
    {"do": "still", "on"}               the directory stops in the middle of its work, or goes on
    {"do": "verify", "file"}            what rosterctl says of an exported audit trail
    {"do": "patch", "org", "path", "body"}  what an administrator changes meanwhile
    {"do": "cut", "org", "done", "total"}  rules whose server was killed while people followed them
    {"do": "resume", "org"}             the next server may go on with them
    {"do": "token"}                     an administrator's, of any organization
    {"do": "get", "org", "path"}        what the API says
    {"do": "admin", "org", "method", "path", "body"}  what an administrator's program does
    {"do": "end"}
"""
import json
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))

from harness import idp, people, scim, server as servers, ssp  # noqa: E402
from harness.fake import key  # noqa: E402

MARKUP = ['<img src=x onerror="window.pwned=1">', '"><script>window.pwned=1</script>', "<svg/onload=window.pwned=1>",
          "{{window.pwned=1}}", "javascript:window.pwned=1", "</title><script>window.pwned=1</script>"]
GIVEN = ["Ada", "Grace", "Alan", "Joan", "Edsger", "Barbara", "Frances", "Tony", "Mary", "Niklaus", "Radia", "Ken",
         "Margaret", "Dennis", "Karen", "Donald", "Hedy", "Leslie", "Sophie", "Linus", "Annie", "Robin", "Shafi", "Vint"]
FAMILY = ["Byron", "Hopper", "Turing", "Clarke", "Dijkstra", "Liskov", "Allen", "Hoare", "Keller", "Wirth", "Perlman",
          "Thompson", "Hamilton", "Ritchie", "Jones", "Knuth", "Lamarr", "Lamport", "Wilson", "Berg", "Easley", "Milner",
          "Wasser", "Cerf"]
WORK = {"ada": 31, "grace": 17, "alan": 23, "joan": 9}
DAY = 86400


class World:
    def __init__(self):
        self.server = servers.Server(env={"ROSTERD_PRIVATE_ADDRESSES": "yes"})
        self.accounts, self.crews, self.idp, self.directory = {}, {}, None, None

    def org(self, order):
        return self.accounts[order["org"]].org

    def owned(self, order):
        org, account = people.owned(self.server, **{"default-role": order.get("default_role", "AN")})
        if order.get("name"):
            org.admin.ok("PATCH", "/org", {"name": order["name"]})
            org.name = order["name"]
        self.accounts[org.name] = account
        browser, _ = account.sign_in()
        return {"org": org.name, "address": account.address, "password": account.password, "cookie": browser.session}

    def code(self, order):
        account = self.accounts[order["org"]]
        account.org.sql("UPDATE local_accounts SET totp_used = 0 WHERE org_id = {org}")
        return {"code": people.totp(account.secret)}

    def stale(self, order):
        self.org(order).sql("UPDATE sessions SET proved = 0 WHERE org_id = {org}")
        return {}

    def someone(self, order):
        org = self.org(order)
        org.admin.ok("PATCH", "/org", {"seat_limit": None})
        user = scim.make_user(org)
        org.admin.ok("PATCH", "/users/" + user, {"role": order["role"]})
        if order.get("workspace"):
            org.admin.ok("POST", "/grants", {"user": user, "workspace": order["workspace"]})
        return {"cookie": people.session_for(org, user).session, "user": user}

    def fill(self, order):
        org, markup = self.org(order), order.get("markup")
        if markup:
            return self.fill_markup(org)
        self.crews[org.name] = Crew(self, org)
        return self.crews[org.name].made

    def fill_markup(self, org):
        """Every text that somebody else may choose is markup here."""
        admin, first = org.admin, MARKUP[0]
        space = admin.ok("POST", "/workspaces", {"title": first})["id"]
        project = admin.ok("POST", "/projects", {"title": MARKUP[1], "workspace": space})["id"]
        admin.ok("PATCH", "/org", {"name": org.name})
        ids = [org.scim.ok("POST", "/Users", {**scim.person(f"m{i}@x.example", displayName=text, externalId=text),
                                              "name": {"givenName": text, "familyName": text}})["id"]
               for i, text in enumerate(MARKUP)]
        odd = org.scim.ok("POST", "/Users", {**scim.person("odd@x.example"), "userName": MARKUP[2]})["id"]
        groups = [scim.make_group(org, text, [*ids, odd], externalId=text) for text in MARKUP]
        admin.ok("PUT", "/rules", {"rules": [
            {"id": "r0", "match": {"group": MARKUP[0]}, "grant": {"org_role": "RE"}},
            {"id": "<img src=x onerror=window.pwned=1>", "match": {"group": MARKUP[4]}, "grant": {"workspace": space}},
            {"id": "unseen", "match": {"group": MARKUP[5] + "!"}, "grant": {"project": project, "role": "AN"}}]})
        admin.ok("POST", "/tokens", {"kind": "platform", "name": MARKUP[3]})
        scim_id = admin.ok("GET", "/connections/scim")["items"][0]["id"]
        saml = admin.ok("POST", "/connections/saml", {"name": first, "idp_metadata_xml": idp.metadata(key("idp")).decode()})["id"]
        org.platform.ok("POST", "/annotations", [{"id": "a1", "project": MARKUP[0], "user": ids[0], "task": first}])
        people.session_for(org, ids[0])
        org.sql("UPDATE sessions SET agent = '<img src=x onerror=\"window.pwned=1\">' WHERE org_id = {org}")
        org.admin.ok("PATCH", "/users/" + ids[1], {"state": "deactivated"})
        org.scim.post("/Users", {"userName": first})
        org.scim.post("/Groups", {"displayName": 7})
        return {"people": ids + [odd], "groups": groups, "workspace": space, "project": project, "scim": scim_id, "saml": saml,
                **self.fill_markup_of_guards(org, [*ids, odd], groups, space)}

    def fill_markup_of_guards(self, org, ids, groups, space):
        """Plans, a hold, an invitation, an endpoint and a directory with the same names in them."""
        admin = org.admin
        made = {"plan": admin.ok("POST", "/rules/plan", {"rules": [
                    {"id": MARKUP[0], "match": {"group": MARKUP[1]}, "grant": {"org_role": "MA"}}]})["plan"],
                "people_plan": admin.ok("POST", "/people/plan", {"users": ids[2:], "role": "MA"})["plan"],
                "webhook": admin.ok("POST", "/webhooks", {"name": MARKUP[0], "url": "https://127.0.0.1:9/" + MARKUP[3]})["id"],
                "ldap": admin.ok("POST", "/connections/ldap", {
                    "name": MARKUP[1], "enabled": False, "uris": ["ldap://127.0.0.1:9"], "tls": {"mode": "none"},
                    "users": {"base": "ou=<img src=x onerror=window.pwned=1>,dc=acme,dc=example"}})["id"]}
        made["run"] = admin.ok("POST", f"/connections/ldap/{made['ldap']}/sync", {"dry_run": True})["run"]
        admin.ok("POST", "/invitations", {"email": "new@x.example", "role": "RE", "workspaces": [space]})
        admin.ok("PATCH", "/org", {"hold_people": 0, "hold_percent": 0})
        org.scim.request("PATCH", "/Groups/" + groups[0], scim.patch_op(scim.op("replace", "members", [])))
        made["hold"] = admin.ok("GET", "/holds?state=open")["items"][0]["id"]
        source = admin.ok("GET", "/connections/scim")["items"][0]["id"]
        admin.ok("PATCH", "/connections/scim/" + source, {"name": MARKUP[4]})
        made["offers"] = [p.removeprefix("/api/v1") for p in admin.ok("GET", "/openapi.json")["paths"]]
        return made

    def forge(self, order):
        """Somebody changes a sealed record in the database."""
        org = self.org(order)
        for _ in range(100):
            if org.sql("SELECT seq FROM audit_chain WHERE org_id = {org} AND seq = 2"):
                break
            time.sleep(0.2)
        org.sql("UPDATE audit SET reason = 'another' WHERE org_id = {org} AND id ="
                " (SELECT audit_id FROM audit_chain WHERE org_id = {org} AND seq = 2)")
        return {}

    def replay(self, order):
        text = (servers.ROOT / "tests" / order["session"]).read_text()
        session = self.server.folder / "pushed.session"
        # the session was written for an empty organization; here the Owner is in
        session.write_text(text.replace("<< 200 ; list ; .totalResults==0", "<< 200 ; list ; .totalResults==1", 1))
        done = subprocess.run([servers.ROOT / "tests/scim-replay", self.server.base + "/scim/v2", order["token"], session],
                              text=True, capture_output=True)
        return {"said": done.stdout.strip().splitlines()[-1], "code": done.returncode}

    def leave(self, order):
        scim.set_active(self.org(order), order["user"], False)
        return {}

    def sso(self, order):
        self.idp = self.idp or ssp.SimpleSaml()
        return {"metadata_url": self.idp.base + "saml2/idp/metadata.php", "metadata": self.idp.metadata()}

    def trust(self, order):
        admin = self.org(order).admin
        connection = admin.ok("GET", "/connections/saml/" + order["id"])
        keys = admin.ok("GET", f"/connections/saml/{order['id']}/keys")["items"]
        self.idp.trust(connection, keys[0]["certificate"])
        return {}

    def push(self, order):
        """The identity provider puts somebody into a group."""
        scim_of = self.crews[order["org"]].scim
        scim_of.ok("PATCH", "/Groups/" + order["group"], scim.add_members(order["user"]))
        return {}

    def slapd(self, order):
        from harness import slapd

        self.directory = slapd.Slapd(people=12, groups=[("annotators", [slapd.person_dn(n) for n in range(8)])])
        return {"uri": self.directory.uri, "dn": slapd.SERVICE, "password": slapd.SERVICE_PASSWORD, "base": slapd.SUFFIX}

    def mirror(self, order):
        """A connection to it, and a run that changed nothing."""
        from harness.mirror import Mirror

        self.slapd(order)
        made = Mirror(self.org(order), self.directory, name="Branch office", preset="openldap")
        return {"ldap": made.id, "run": made.sync(dry_run=True)["id"]}

    def still(self, order):
        self.directory.process.send_signal(signal.SIGSTOP if order["on"] else signal.SIGCONT)
        return {}

    def verify(self, order):
        done = subprocess.run([servers.BIN / "rosterctl", "audit", "verify", order["file"]], text=True, capture_output=True)
        return {"code": done.returncode, "said": done.stdout + done.stderr}

    def patch(self, order):
        return self.org(order).admin.ok("PATCH", order["path"], order["body"])

    def cut(self, order):
        org = self.org(order)
        org.sql("INSERT INTO rollouts (org_id, revision, after_user, done, total, started, actor, trace) SELECT id,"
                f" rules_revision, '', {order['done']}, {order['total']}, {int(time.time() * 1000)}, 'system', 'cut' FROM orgs WHERE id = {{org}}")
        org.sql(f"UPDATE orgs SET rolling = {int(time.time() + DAY) * 1000} WHERE id = {{org}}")
        return {}

    def resume(self, order):
        self.org(order).sql("UPDATE orgs SET rolling = 1 WHERE id = {org}")
        return {}

    def token(self, order):
        return {"token": next(iter(self.accounts.values())).org.token("admin")}

    def admin(self, order):
        return self.org(order).admin.ok(order["method"], order["path"], order.get("body"))

    def get(self, order):
        return self.org(order).admin.ok("GET", order["path"])

    def close(self):
        for helper in (self.idp, self.directory):
            if helper:
                helper.close()
        self.server.close()


def lasting_metadata():
    """Of an identity provider whose certificate holds for a while."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "400", "-subj", "/CN=idp",
                        "-keyout", folder + "/key", "-out", folder + "/crt"], check=True, capture_output=True)
        body = "".join(x for x in Path(folder, "crt").read_text().splitlines() if "-----" not in x)
    old = idp.metadata(key("idp")).decode()
    return re.sub(r"(X509Certificate>)[^<]+", lambda m: m[1] + body, old)


class Crew:
    """A labeling company of two dozen, as it looks after half a year."""

    def __init__(self, world, org):
        self.org, self.admin = org, org.admin
        self.admin.ok("PATCH", "/org", {"seat_limit": 22, "seat_policy": "queue", "default_role": "NO"})
        self.made = {"workspaces": {}, "projects": {}, "people": {}, "groups": {}}
        okta = self.admin.ok("POST", "/connections/scim", {"name": "Okta", "preset": "okta"})
        token = self.admin.ok("POST", "/tokens", {"kind": "scim", "connection": okta["id"], "name": "Okta, production"})
        self.scim = servers.Client(world.server.base, "/scim/v2", token["token"], servers.SCIM_JSON)
        self.made["scim"] = okta["id"]
        self.places()
        self.people()
        self.rules()
        self.work()
        self.sso(world)
        self.scim.post("/Users", {"displayName": "has no userName"})
        self.scim.post("/Users", scim.person("ada@acme.example"))
        self.admin.ok("POST", "/tokens", {"kind": "platform", "name": "Label Studio"})
        self.admin.ok("POST", "/domains", {"domain": "acme.example"})
        for make in (self.plan, self.webhook, self.hold, self.directory, self.invitations):
            make()

    def plan(self):
        rules = self.admin.ok("GET", "/rules")
        draft = [r for r in rules["rules"] if r["id"] != "reviewers"] + [
            {"id": "hearing", "match": {"group": "All staff"}, "grant": {"workspace": self.made["workspaces"]["Speech"]}}]
        self.made["plan"] = self.admin.ok("POST", "/rules/plan", {"rules": draft, "base_revision": rules["revision"]})["plan"]

    def invitations(self):
        """Two that are open, one that is not; and what one role for some people would do."""
        self.admin.ok("POST", "/invitations", {})
        self.admin.ok("POST", "/invitations", {"email": "lea@acme.example", "role": "RE"})
        gone = self.admin.ok("POST", "/invitations", {"email": "kai@acme.example"})["id"]
        self.admin.request("DELETE", "/invitations/" + gone)
        some = list(self.made["people"].values())[3:7]
        self.made["people_plan"] = self.admin.ok("POST", "/people/plan", {"users": some, "role": "MA"})["plan"]

    def webhook(self):
        self.made["webhook"] = self.admin.ok("POST", "/webhooks", {
            "name": "Label Studio", "url": "https://127.0.0.1:9/hook", "events": ["user.*", "role.changed"]})["id"]

    def hold(self):
        """The identity provider empties a group that gives a role to more people than the limits allow."""
        self.admin.ok("PATCH", "/org", {"hold_people": 2, "hold_percent": 2})
        path = "/Groups/" + self.made["groups"]["LS-Reviewers"]
        self.scim.request("PATCH", path, scim.patch_op(scim.op("replace", "members", [])))
        found = self.admin.ok("GET", "/holds?state=open")["items"]
        self.made["hold"] = found[0]["id"] if found else None

    def directory(self):
        self.made["ldap"] = self.admin.ok("POST", "/connections/ldap", {
            "name": "Head office", "preset": "active-directory", "enabled": False, "uris": ["ldaps://127.0.0.1:9"],
            "bind": {"method": "simple", "dn": "cn=sync", "password": "x"}, "users": {"base": "ou=people,dc=acme,dc=example"}})["id"]

    def places(self):
        for space, projects in {"Vision": ["Street signs", "Surface defects"], "Language": ["Support chats", "Clinical notes"],
                                "Speech": ["Dialects"]}.items():
            made = self.admin.ok("POST", "/workspaces", {"title": space})["id"]
            self.made["workspaces"][space] = made
            for project in projects:
                self.made["projects"][project] = self.admin.ok("POST", "/projects", {"title": project, "workspace": made})["id"]

    def people(self):
        for given, family in zip(GIVEN, FAMILY):
            mail = f"{given.lower()}@acme.example"
            body = {**scim.person(mail, displayName=f"{given} {family}", externalId=f"00u{given.lower()}4x7"),
                    "name": {"givenName": given, "familyName": family}}
            self.made["people"][given.lower()] = self.scim.ok("POST", "/Users", body)["id"]
        ids = list(self.made["people"].values())
        for name, members in {"LS-Admins": ids[:1], "LS-Managers": ids[1:3], "LS-Reviewers": ids[3:9],
                              "LS-Annotators": ids[3:], "Vision Team": ids[2:12], "Language Team": ids[8:20],
                              "ls-speech-qa": ids[14:17], "All staff": ids}.items():
            self.made["groups"][name] = self.scim.ok("POST", "/Groups", scim.group(name, members, externalId="00g" + name))["id"]

    def rules(self):
        w, p = self.made["workspaces"], self.made["projects"]
        rules = [("admins", "LS-Admins", "name", {"org_role": "AD"}), ("managers", "LS-Managers", "name", {"org_role": "MA"}),
                 ("reviewers", "LS-Reviewers", "name", {"org_role": "RE"}),
                 ("annotators", "LS-Annotators", "name", {"org_role": "AN"}),
                 ("vision", "Vision Team", "name", {"workspace": w["Vision"]}),
                 ("language", "Language Team", "name", {"workspace": w["Language"]}),
                 ("speech-qa", "ls-*-qa", "glob", {"project": p["Dialects"], "role": "RE"}),
                 ("contractors", "LS-Contractors-2026", "name", {"project": p["Street signs"], "role": "AN"})]
        for n in (4, len(rules)):
            self.admin.ok("PUT", "/rules", {"rules": [
                {"id": i, "match": {"group": g, "by": by}, "grant": grant} for i, g, by, grant in rules[:n]]})
        self.admin.ok("POST", "/grants", {"user": self.made["people"]["grace"], "project": p["Support chats"], "role": "RE"})

    def work(self):
        now, batch = int(time.time()), []
        for who, rate in WORK.items():
            for week in range(26):
                for k in range(max(1, rate * (7 + (week * 5 + len(who)) % 6) // 10) if week % 9 != 4 else 0):
                    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - week * 7 * DAY - k * 3571 - DAY))
                    batch.append({"id": f"{who}-{week}-{k}", "project": ["Street signs", "Surface defects"][k % 2],
                                  "user": self.made["people"][who], "created": at, "lead_time_ms": 40000 + 977 * k})
        for start in range(0, len(batch), 1000):
            self.org.platform.ok("POST", "/annotations", batch[start:start + 1000])

    def sso(self, world):
        made = self.admin.ok("POST", "/connections/saml", {"name": "Acme single sign-on", "preset": "okta",
                                                          "idp_metadata_xml": lasting_metadata()})
        self.made["saml"] = made["id"]
        people.session_for(self.org, self.made["people"]["ada"])


def main():
    world = World()
    print(json.dumps({"base": world.server.base}), flush=True)
    try:
        for line in sys.stdin:
            order = json.loads(line)
            if order["do"] == "end":
                break
            try:
                answer = getattr(world, order["do"])(order)
            except Exception as e:  # told to the test that asked
                answer = {"error": f"{type(e).__name__}: {e}"}
            print(json.dumps(answer), flush=True)
    finally:
        world.close()


main()
