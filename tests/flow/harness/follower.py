"""What a platform knows that reads nothing but the feed."""
from .scim import shown

STANDING = ("user.created", "user.deactivated", "user.reactivated", "role.changed")


class Follower:
    """places and standing: of each user, as the events so far have it; seen: the events of the last time."""

    def __init__(self, org):
        self.org, self.after, self.seen = org, "", []
        self.places, self.standing = {}, {}

    def catch_up(self):
        self.seen = []
        while True:
            page = self.org.admin.ok("GET", "/events?limit=1000&after=" + self.after)
            for event in page["items"]:
                self.seen.append(event)
                self.after = event["id"]
                self.take(event)
            if not page["next"]:
                return self

    def take(self, event):
        user, payload = event["user"], event["payload"]
        if event["type"] in STANDING:
            self.standing[user] = {k: payload[k] for k in ("state", "role", "seat")}
        elif event["type"] in ("seat.taken", "seat.freed"):
            assert self.standing[user]["seat"] is (event["type"] == "seat.taken"), "what goes before has said so"
        elif event["type"] == "membership.changed":
            self.move(self.places.setdefault(user, {}), payload)

    @staticmethod
    def move(mine, payload):
        def key(place):
            return ("workspace", place["workspace"]) if "workspace" in place else ("project", place["project"])

        for place in payload["added"]:
            assert key(place) not in mine
            mine[key(place)] = place["role"]
        for place in payload["changed"]:
            assert mine[key(place)] == place["before"] != place["role"]
            mine[key(place)] = place["role"]
        for place in payload["removed"]:
            assert mine.pop(key(place)) == place["role"]

    def agrees(self, *users):
        """With what the API says of them; the events about places of the last time."""
        self.catch_up()
        for user in users:
            said = shown(self.org, user)
            expect = {("workspace", w["id"]): w["role"] for w in said["workspaces"]}
            expect.update({("project", p["id"]): p["role"] for p in said["projects"]})
            assert self.places.get(user, {}) == expect
            assert self.standing[user] == {k: said[k] for k in ("state", "role", "seat")}
        return [e for e in self.seen if e["type"] == "membership.changed"]
