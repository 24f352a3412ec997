"""LDAP connections of an organization, as tests make and run them.

    m = Mirror(org, d)                   # d: harness.slapd.Slapd
    run = m.sync()                       # waits for the end; m.sync(dry_run=True, full=True)
    m.names(), m.user("p000001@ex.example"), m.state(...)
"""
import time

ENDED = ("done", "failed", "held")


class Mirror:
    def __init__(self, org, directory, **more):
        self.org, self.directory = org, directory
        body = {
            "name": more.pop("name", "corp"), "uris": [directory.uri], "tls": {"mode": "none"},
            "bind": {"dn": directory.service, "password": directory.service_password},
            "users": {"base": directory.people_base}, "groups": {"base": directory.groups_base},
            "schedule_minutes": 0,
        }
        body.update(more)
        self.made = org.admin.ok("POST", "/connections/ldap", body)
        self.id = self.made["id"]
        self.path = f"/connections/ldap/{self.id}"

    def show(self):
        return self.org.admin.ok("GET", self.path)

    def patch(self, **body):
        return self.org.admin.ok("PATCH", self.path, body)

    def ask(self, **body):
        return self.org.admin.ok("POST", self.path + "/sync", body)["run"]

    def run(self, run):
        return self.org.admin.ok("GET", f"{self.path}/runs/{run}")

    def wait(self, run, states=ENDED, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            out = self.run(run)
            if out["state"] in states:
                return out
            time.sleep(0.05)
        raise AssertionError(f"the run did not end: {out}")

    def sync(self, seconds=60, **body):
        return self.wait(self.ask(**body), seconds=seconds)

    def done(self, **body):
        out = self.sync(**body)
        assert out["state"] == "done", out
        return out

    def changes(self, run):
        out, after = [], ""
        while after is not None:
            page = self.org.admin.ok("GET", f"{self.path}/runs/{run}/changes?limit=1000"
                                     + (f"&after={after}" if after else ""))
            out += page["items"]
            after = page["next"]
        return out

    # ---- what came of it ----

    def users(self, **query):
        out, after = [], ""
        while after is not None:
            text = "&".join(f"{k}={v}" for k, v in query.items())
            page = self.org.admin.ok("GET", f"/users?limit=1000&{text}" + (f"&after={after}" if after else ""))
            out += page["items"]
            after = page["next"]
        return out

    def names(self, **query):
        return {u["userName"] for u in self.users(**query)}

    def user(self, name):
        return next((u for u in self.users() if u["userName"] == name), None)

    def groups_of(self, name):
        return {g["name"] for g in self.user(name)["groups"]}

    def group_names(self):
        return {g["displayName"] for g in self.org.admin.ok("GET", "/groups?limit=1000")["items"]}
