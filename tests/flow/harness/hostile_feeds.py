"""Change feeds as no server should make them: RFC 4533 and Active Directory's, in a few lines.

    d = Feeds(people=12, vendor="389")   # content synchronization; d.feed = "empty"
    d = Controller(people=12)            # DirSync and uSNChanged; d.feed, d.usn, d.agent, d.invocation

Searches that are no feed are answered as in Hostile.
"""
import uuid

from .hostile_ldap import (BASE, SYNC, SYNC_DONE, SYNC_INFO, SYNC_STATE, Hostile, control, integer, octets, seq,
                           split, tlv)

DIRSYNC = "1.2.840.113556.1.4.841"
PAGED = "1.2.840.113556.1.4.319"
ADD, DELETE = 1, 3
TRUE, FALSE = tlv(1, b"\xff"), tlv(1, b"\x00")


class Feeds(Hostile):
    """d.feed is what a request with a cookie gets; those without get everything."""

    def __init__(self, people=12, vendor="nobody", feed="nothing", **more):
        self.vendor, self.feed, self.asked = vendor, feed, []
        super().__init__(people=people, **more)

    def root(self, connection, r):
        self.entry(connection, r, "", {"objectClass": ["top"], "namingContexts": [BASE], "vendorName": [self.vendor],
                                       "supportedControl": [PAGED, SYNC]})
        self.done(connection, r)

    def answer(self, connection, r):
        if r.op != 0x63 or SYNC not in r.controls:
            super().answer(connection, r)
            return
        cookie = next((v for t, v in split(split(r.controls[SYNC])[0][1]) if t == 4), b"")
        self.asked.append(cookie)
        if cookie:
            getattr(self, "feed_" + self.feed)(connection, r)
        else:
            self.feed_everything(connection, r)

    def person(self, n):
        dn, values = super().person(n)
        values["nsUniqueId"] = [self.unique(n)]
        return dn, values

    def group(self, lists=True):
        dn, values = super().group(lists)
        values["nsUniqueId"] = [self.unique(500000)]
        return dn, values

    def unique(self, n):
        text = self.raw_id(n).hex()
        return "-".join(text[i:i + 8] for i in range(0, 32, 8))

    def raw_id(self, n):
        return uuid.UUID(self.uuid(n)).bytes

    def tell(self, connection, r, n, state=ADD):
        dn, values = self.person(n)
        self.entry(connection, r, dn, {} if state == DELETE else values,
                   control(SYNC_STATE, seq(integer(state, 10), octets(self.raw_id(n)))))

    def ids(self, connection, r, numbers, deletes):
        listed = seq(*(octets(self.raw_id(n)) for n in numbers), tag=0x31)
        value = seq(TRUE if deletes else FALSE, listed, tag=0xA3)
        self.send(connection, r, seq(tlv(0x80, SYNC_INFO), tlv(0x81, value), tag=0x79))

    def end(self, connection, r, deletes=True):
        self.done(connection, r, 0, "", control(SYNC_DONE, seq(octets("next"), TRUE if deletes else FALSE)))

    # ---- feeds ----

    def feed_everything(self, connection, r):
        if "groups" in r.base:
            dn, values = self.group()
            self.entry(connection, r, dn, values, control(SYNC_STATE, seq(integer(ADD, 10), octets(self.raw_id(500000)))))
        else:
            for n in range(self.people):
                self.tell(connection, r, n)
        self.end(connection, r)

    def feed_nothing(self, connection, r):
        self.end(connection, r)

    def feed_empty(self, connection, r):
        """As 389-DS always does: what is not named would be gone, by the book."""
        self.end(connection, r, deletes=False)

    def feed_truncated(self, connection, r):
        """A present phase that forgets most of those who are there."""
        if "groups" not in r.base:
            self.ids(connection, r, range(3), deletes=False)
        self.end(connection, r, deletes=False)

    def feed_all_deleted(self, connection, r):
        if "groups" not in r.base:
            self.ids(connection, r, range(self.people), deletes=True)
        self.end(connection, r)

    def feed_no_end(self, connection, r):
        """Success, and not a word about whether that is all."""
        self.done(connection, r)

    def feed_refused(self, connection, r):
        self.send(connection, r, seq(tlv(10, (4096).to_bytes(2, "big")), octets(""), octets("Invalid session cookie"),
                                     tag=0x65))

    def feed_newer(self, connection, r):
        self.done(connection, r, 53, "consumer state is newer than provider!")

    def feed_limit(self, connection, r):
        self.tell(connection, r, 0)
        self.done(connection, r, 4)

    def feed_cut(self, connection, r):
        self.tell(connection, r, 0)
        connection.close()


class Controller(Hostile):
    """A domain controller: every object's uSNChanged is in d.changed, by its number."""

    def __init__(self, people=12, feed="rounds", **more):
        self.agent, self.invocation = "CN=NTDS Settings,CN=DC1", uuid.UUID(int=1)
        self.usn, self.changed, self.feed, self.rounds, self.names = 1000, {}, feed, 0, {}
        super().__init__(people=people, **more)

    def change(self, n, name):
        self.usn += 1
        self.changed[n], self.names[n] = self.usn, name

    def root(self, connection, r):
        self.entry(connection, r, "", {
            "objectClass": ["top"], "namingContexts": [BASE], "dnsHostName": ["dc1.hostile.test"],
            "dsServiceName": [self.agent], "highestCommittedUSN": [str(self.usn)],
            "supportedControl": [PAGED] + ([] if self.feed == "none" else [DIRSYNC])})
        self.done(connection, r)

    def answer(self, connection, r):
        if r.op != 0x63 or not r.base:
            super().answer(connection, r)
            return
        self.filter = r.fields[6][1]
        if r.base == self.agent:
            self.entry(connection, r, r.base, {"invocationId": [self.invocation.bytes_le]})
            self.done(connection, r)
        elif DIRSYNC in r.controls:
            self.dirsync(connection, r)
        elif r.scope == 0:
            self.entry(connection, r, r.base, {"objectGUID": [uuid.uuid5(uuid.NAMESPACE_OID, r.base).bytes_le]})
            self.done(connection, r)
        elif b"uSNChanged" in self.filter:
            least = int(self.filter.split(b"uSNChanged")[1].lstrip(b"\x04").split(b")")[0][1:].decode())
            self.paged(connection, r, [self.person(n) for n, usn in self.changed.items()
                                       if usn >= least and b"isDeleted" not in self.filter])
        elif b"organizationalUnit" in self.filter:
            self.paged(connection, r, [])
        else:
            getattr(self, "do_" + self.behaviour)(connection, r)

    def person(self, n):
        dn, values = super().person(n)
        values["objectGUID"] = [uuid.UUID(self.uuid(n)).bytes_le]
        values["displayName"] = [self.names.get(n, f"Person {n}")]
        values["userAccountControl"] = ["512"]
        return dn, values

    def group(self, lists=True):
        dn, values = super().group(lists)
        values["objectGUID"] = [uuid.UUID(self.uuid(500000)).bytes_le]
        return dn, values

    def dirsync(self, connection, r):
        """One object in each answer, and the flag that there is more until there is none."""
        cookie = split(split(r.controls[DIRSYNC])[0][1])[2][1]
        since = int(cookie or b"0")
        self.rounds += 1
        if self.feed == "refused":
            self.done(connection, r, 50, "no")
            return
        if self.feed == "forgotten" and cookie:
            self.done(connection, r, 12, "Unable to unmarshall cookie")
            return
        waiting = sorted((usn, n) for n, usn in self.changed.items() if usn > since)
        for usn, n in waiting[:1]:
            dn, values = self.person(n)
            self.entry(connection, r, dn, {"objectGUID": values["objectGUID"]})
            since = usn
        self.done(connection, r, 0, "", control(DIRSYNC, seq(integer(int(len(waiting) > 1)), integer(0),
                                                             octets(str(since)))))
