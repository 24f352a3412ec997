"""An LDAP server that does what real ones do not, or do on bad days only.

    d = Hostile(people=10, behaviour="loop")    # ldap://127.0.0.1:PORT in d.uri
    d.behaviour = "good"                        # changes at once
    d.close()

Speaks enough of RFC 4511 for bind, whoami and search.  One entry for each person, one group
with all of them.  Behaviours are the methods called do_NAME: they answer a search of people
or groups.  "silent", "drip", "huge" and "garbage" are about the connection itself.
"""
import socket
import threading
import time
import uuid

PAGED, SYNC, SYNC_STATE, SYNC_DONE = ("1.2.840.113556.1.4.319", "1.3.6.1.4.1.4203.1.9.1.1",
                                      "1.3.6.1.4.1.4203.1.9.1.2", "1.3.6.1.4.1.4203.1.9.1.3")
SYNC_INFO = "1.3.6.1.4.1.4203.1.9.1.4"
BASE = "dc=hostile,dc=test"
PASSWORD = "right"
RANGE = 1500


# ---- BER ----

def tlv(tag, content):
    if isinstance(content, str):
        content = content.encode()
    n = len(content)
    size = bytes([n]) if n < 128 else bytes([0x80 | (n.bit_length() + 7) // 8]) + n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag]) + size + content


def integer(n, tag=2):
    return tlv(tag, n.to_bytes(max(1, (n.bit_length() + 8) // 8), "big", signed=True))


def seq(*parts, tag=0x30):
    return tlv(tag, b"".join(parts))


def octets(text):
    return tlv(4, text)


def split(data):
    """(tag, content) of each element in data."""
    out, at = [], 0
    while at < len(data):
        tag, size = data[at], data[at + 1]
        at += 2
        if size & 0x80:
            n = size & 0x7f
            size = int.from_bytes(data[at:at + n], "big")
            at += n
        out.append((tag, data[at:at + size]))
        at += size
    return out


def control(oid, value, critical=False):
    return seq(octets(oid), *([tlv(1, b"\xff")] if critical else []), octets(value))


def page_control(cookie):
    return control(PAGED, seq(integer(0), octets(cookie)))


class Request:
    def __init__(self, data):
        parts = split(split(data)[0][1])
        self.id, (self.op, body) = int.from_bytes(parts[0][1], "big"), parts[1]
        self.controls = {}
        if len(parts) > 2 and parts[2][0] == 0xA0:
            for _, one in split(parts[2][1]):
                fields = split(one)
                self.controls[fields[0][1].decode()] = next((v for t, v in fields[1:] if t == 4), b"")
        self.fields = split(body) if self.op in (0x60, 0x63, 0x77) else []
        if self.op == 0x63:
            self.base = self.fields[0][1].decode()
            self.scope = self.fields[1][1][0]
            self.attrs = [v.decode() for _, v in split(self.fields[7][1])]

    @property
    def cookie(self):
        value = self.controls.get(PAGED)
        return split(split(value)[0][1])[1][1] if value else None


class Hostile:
    service, service_password = f"cn=svc,{BASE}", PASSWORD
    people_base, groups_base = f"ou=people,{BASE}", f"ou=groups,{BASE}"

    def __init__(self, people=10, behaviour="good", members=None, page=4):
        self.people, self.behaviour, self.page = people, behaviour, page
        self.members = people if members is None else members
        self.searches, self.binds, self.open = [], [], True
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.connections = []
        threading.Thread(target=self.accept, daemon=True).start()

    uri = property(lambda self: f"ldap://127.0.0.1:{self.port}")
    tls_uri = property(lambda self: f"ldaps://127.0.0.1:{self.port}")

    def close(self):
        self.open = False
        self.socket.close()
        for one in self.connections:
            one.close()

    def accept(self):
        while self.open:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.connections.append(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            data = b""
            while self.open:
                if self.behaviour == "silent":
                    time.sleep(0.1)
                    continue
                if self.behaviour == "garbage":
                    connection.sendall(b"\x30\x84\xff\xff\xff\xff" + b"\x02\x01\x01" * 100)
                    return
                got = connection.recv(65536)
                if not got:
                    return
                data += got
                data = self.messages(connection, data)
        except OSError:
            pass
        finally:
            connection.close()

    def messages(self, connection, data):
        while len(data) > 2:
            head, size = 2, data[1]
            if size & 0x80:
                head += size & 0x7f
                if len(data) < head:
                    return data
                size = int.from_bytes(data[2:head], "big")
            if len(data) < head + size:
                return data
            self.answer(connection, Request(data[:head + size]))
            data = data[head + size:]
        return data

    # ---- answers ----

    def send(self, connection, r, op, *controls):
        message = seq(integer(r.id), op, *([seq(*controls, tag=0xA0)] if controls else []))
        if self.behaviour == "drip":
            for byte in message:
                connection.sendall(bytes([byte]))
                time.sleep(1)
        else:
            connection.sendall(message)

    def done(self, connection, r, code=0, text="", *controls, tag=0x65):
        self.send(connection, r, seq(tlv(10, bytes([code])), octets(""), octets(text), tag=tag), *controls)

    def entry(self, connection, r, dn, values, *controls):
        attrs = seq(*(seq(octets(k), seq(*(octets(v) for v in vs), tag=0x31)) for k, vs in values.items()))
        self.send(connection, r, seq(octets(dn), attrs, tag=0x64), *controls)

    def answer(self, connection, r):
        if r.op == 0x60:
            secret = r.fields[2][1].decode(errors="replace")
            self.binds.append((r.fields[1][1].decode(), secret))
            self.done(connection, r, 0 if secret == PASSWORD else 49, tag=0x61)
        elif r.op == 0x77:
            self.done(connection, r, 2, tag=0x78)
        elif r.op == 0x42:
            connection.close()
        elif r.op == 0x63:
            self.searches.append((r.base, r.scope, r.attrs, sorted(r.controls)))
            if r.base == "":
                self.root(connection, r)
            elif r.base.startswith("cn=all,"):
                self.rest_of_range(connection, r)
            elif r.scope == 0 and not r.base.startswith("uid=") and self.behaviour != "huge":
                self.entry(connection, r, r.base, {"entryUUID": [self.uuid(r.base)]})
                self.done(connection, r)
            else:
                getattr(self, "do_" + self.behaviour, self.do_good)(connection, r)

    def root(self, connection, r):
        self.entry(connection, r, "", {"objectClass": ["top"], "namingContexts": [BASE],
                                       "supportedControl": [PAGED, SYNC]})
        self.done(connection, r)

    @staticmethod
    def uuid(n):
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(n)))

    def person(self, n):
        return (f"uid=p{n},ou=people,{BASE}",
                {"entryUUID": [self.uuid(n)], "uid": [f"p{n}"], "mail": [f"p{n}@hostile.example"], "sn": [f"S{n}"],
                 "cn": [f"Person {n}"], "objectClass": ["inetOrgPerson"]})

    def group(self, lists=True):
        values = {"entryUUID": [self.uuid(500000)], "cn": ["all"], "objectClass": ["groupOfNames"]}
        if lists:
            values["member"] = [self.person(n)[0] for n in range(self.members)]
        return f"cn=all,ou=groups,{BASE}", values

    def entries(self, r):
        if "groups" in r.base:
            return [self.group()]
        return [self.person(n) for n in range(self.people)]

    # ---- behaviours ----

    def paged(self, connection, r, entries, final=b""):
        """One page of the entries, as the request's cookie says."""
        at = int(r.cookie or b"0")
        size = self.page if r.cookie is not None else len(entries)
        for dn, values in entries[at:at + size]:
            self.entry(connection, r, dn, values)
        more = at + size < len(entries)
        cookie = str(at + size).encode() if more else final
        self.done(connection, r, 0, "", *([page_control(cookie)] if r.cookie is not None else []))

    def do_good(self, connection, r):
        self.paged(connection, r, self.entries(r))

    def do_loop(self, connection, r):
        """The first page for ever, with a cookie that is always another one."""
        for dn, values in self.entries(r)[:self.page]:
            self.entry(connection, r, dn, values)
        self.done(connection, r, 0, "", page_control(str(time.monotonic_ns()).encode()))

    def do_empty_loop(self, connection, r):
        self.done(connection, r, 0, "", page_control(b"more"))

    def do_cut(self, connection, r):
        """Ends the connection in the midst of the second page."""
        if not r.cookie:
            self.do_good(connection, r)
            return
        for dn, values in self.entries(r)[self.page:self.page + 2]:
            self.entry(connection, r, dn, values)
        connection.shutdown(socket.SHUT_RDWR)

    def do_no_page_control(self, connection, r):
        for dn, values in self.entries(r)[:self.page]:
            self.entry(connection, r, dn, values)
        self.done(connection, r)

    def do_busy(self, connection, r):
        for dn, values in self.entries(r)[:2]:
            self.entry(connection, r, dn, values)
        self.done(connection, r, 51, "too busy")

    def do_admin_limit(self, connection, r):
        for dn, values in self.entries(r)[:2]:
            self.entry(connection, r, dn, values)
        self.done(connection, r, 11, "administrative limit")

    def do_empty(self, connection, r):
        self.done(connection, r, 0, "", page_control(b""))

    def do_notice(self, connection, r):
        """Notice of disconnection (RFC 4511, 4.4.1) after the first entries."""
        for dn, values in self.entries(r)[:2]:
            self.entry(connection, r, dn, values)
        body = seq(tlv(10, bytes([52])), octets(""), octets("bye"), tlv(0x8A, "1.3.6.1.4.1.1466.20036"), tag=0x78)
        connection.sendall(seq(integer(0), body))
        connection.shutdown(socket.SHUT_RDWR)

    def do_referral(self, connection, r):
        self.send(connection, r, seq(octets("ldap://elsewhere.test/ou=more"), tag=0x73))
        self.do_good(connection, r)

    def do_twice(self, connection, r):
        entries = self.entries(r)
        self.paged(connection, r, entries + entries[:1])

    def do_no_ids(self, connection, r):
        entries = self.entries(r)
        for dn, values in entries[:1]:
            values.pop("entryUUID")
        self.paged(connection, r, entries)

    def do_not_text(self, connection, r):
        entries = self.entries(r)
        for dn, values in entries[:1]:
            values["sn"] = [b"\xff\xfe\x00x"]
            values["cn"] = [b"a\x00b", b"line\nbreak"]
        self.paged(connection, r, entries)

    def do_huge(self, connection, r):
        """One entry that says it is two gigabytes."""
        connection.sendall(b"\x30\x84\x7f\xff\xff\xff" + b"\x00" * 1000)
        time.sleep(5)

    def do_endless(self, connection, r):
        """Entries without an end."""
        n = 0
        while self.open:
            self.entry(connection, r, *self.person(n))
            n += 1

    def do_stall(self, connection, r):
        for dn, values in self.entries(r)[:2]:
            self.entry(connection, r, dn, values)
        time.sleep(60)

    # ---- ranges as Active Directory makes them ----

    def do_ranges(self, connection, r):
        if "groups" not in r.base:
            self.do_good(connection, r)
            return
        dn, values = self.group(lists=False)
        values["member"] = []
        self.put_range(values, 0)
        self.entry(connection, r, dn, values)
        self.done(connection, r, 0, "", page_control(b""))

    def put_range(self, values, start, size=RANGE):
        names = [self.person(n)[0] for n in range(start, min(start + size, self.members))]
        end = "*" if start + size >= self.members else str(start + size - 1)
        values[f"member;range={start}-{end}"] = names

    def rest_of_range(self, connection, r):
        wanted = next((a for a in r.attrs if a.lower().startswith("member;range=")), None)
        values = {}
        if wanted and self.behaviour == "ranges":
            self.put_range(values, int(wanted.split("=")[1].split("-")[0]))
        elif wanted and self.behaviour == "range_stuck":
            values["member;range=0-9"] = [self.person(n)[0] for n in range(10)]
        self.entry(connection, r, self.group(lists=False)[0], values)
        self.done(connection, r)

    def do_range_lost(self, connection, r):
        """Says that there is more, and has nothing when asked."""
        self.do_ranges(connection, r)

    def do_range_stuck(self, connection, r):
        self.do_ranges(connection, r)
