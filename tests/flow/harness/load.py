"""Writers that remember what was acknowledged, to be checked after a fault."""
import http.client
import threading
import time

from . import scim

LOST = (OSError, http.client.HTTPException)


class Writer:
    """One client that makes people, switches them off and on and moves them in a
    group.  What the server acknowledged must be true afterwards; where an answer
    was lost or was a 5xx after the fact, both outcomes are."""

    def __init__(self, org, group_id, name):
        self.org, self.group_id, self.name = org, group_id, name
        self.users = {}    # id: True, False or None (not known)
        self.members = {}  # id: the same for membership
        self.maybe = set()  # userNames whose creation was not acknowledged
        self.acknowledged, self.statuses, self.refusals = 0, {}, []
        self.count = 0

    def call(self, method, path, body):
        """True: done.  False: refused for sure.  None: nobody knows."""
        try:
            status, headers, out = self.org.scim.request(method, path, body)
        except LOST:
            time.sleep(0.02)
            return None, None
        self.statuses[status] = self.statuses.get(status, 0) + 1
        if status < 300:
            self.acknowledged += 1
            return True, out
        if status == 503:
            self.refusals.append(headers.get("Retry-After"))
            time.sleep(0.02)
        return None, out

    def step(self):
        self.count += 1
        kind = self.count % 4
        if kind == 1 or not self.users:
            return self.create()
        user = list(self.users)[-1 - self.count % min(len(self.users), 5)]
        if kind == 2:
            wish = not self.users[user]
            done, _ = self.call("PATCH", "/Users/" + user, scim.active(wish))
            self.users[user] = wish if done else None
        else:
            wish = not self.members.get(user)
            body = scim.add_members(user) if wish else scim.remove_member(user)
            done, _ = self.call("PATCH", "/Groups/" + self.group_id, body)
            self.members[user] = wish if done else None

    def create(self):
        name = f"{self.name}-{self.count}@x.example"
        done, out = self.call("POST", "/Users", scim.person(name))
        if done:
            self.users[out["id"]] = True
        else:
            self.maybe.add(name)

    def check(self):
        live = dict(self.org.sql("SELECT id, active FROM users WHERE org_id = {org} AND deleted = 0"))
        names = {r[0] for r in self.org.sql("SELECT user_name FROM users WHERE org_id = {org}"
                                            f" AND user_name LIKE '{self.name}-%'")}
        inside = {r[0] for r in self.org.sql("SELECT user_id FROM members WHERE org_id = {org}")}
        for user, wanted in self.users.items():
            assert user in live, f"{self.name}: acknowledged user {user} is gone"
            assert wanted is None or bool(live[user]) is wanted, f"{self.name}: {user} should have active={wanted}"
        for user, wanted in self.members.items():
            assert wanted is None or (user in inside) is wanted, f"{self.name}: {user} should have member={wanted}"
        assert len(self.users) <= len(names) <= len(self.users) + len(self.maybe)


class Load:
    """with Load(org, clients) as load: the writers run while the body does."""

    def __init__(self, org, clients=6):
        self.group_id = scim.make_group(org, "Load")
        self.writers = [Writer(org, self.group_id, f"w{n}") for n in range(clients)]
        self.over = threading.Event()

    def run(self, writer):
        while not self.over.is_set():
            writer.step()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.run, args=(w,), daemon=True) for w in self.writers]
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *exc):
        self.over.set()
        for t in self.threads:
            t.join(60)
            assert not t.is_alive(), "a client hangs"

    acknowledged = property(lambda self: sum(w.acknowledged for w in self.writers))

    @property
    def statuses(self):
        return {s for w in self.writers for s in w.statuses}

    def wait_progress(self, seconds=20, writes=20):
        """Until the service answers writes again."""
        before, deadline = self.acknowledged, time.monotonic() + seconds
        while self.acknowledged < before + writes:
            assert time.monotonic() < deadline, f"no writes for {seconds} s"
            time.sleep(0.02)

    def check(self):
        for writer in self.writers:
            writer.check()
