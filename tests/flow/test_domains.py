"""Proof of a domain by a TXT record, from a name server that the test plays."""
import socket
import struct
import threading

import pytest

from harness.server import Server

TXT, IN, NXDOMAIN = 16, 1, 3


def labels(data, at):
    """(name, offset behind it); questions are never compressed."""
    parts = []
    while data[at]:
        parts.append(data[at + 1:at + 1 + data[at]].decode())
        at += 1 + data[at]
    return ".".join(parts).lower(), at + 1


def strings(text):
    """A TXT record in strings of 20 bytes: they are one text."""
    parts = [text[i:i + 20].encode() for i in range(0, len(text), 20)] or [b""]
    return b"".join(bytes([len(p)]) + p for p in parts)


class Names:
    """records: name -> texts; a name that is not there does not exist, None is never answered."""

    def __init__(self):
        self.records, self.asked = {}, []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.at = "127.0.0.1:%d" % self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                data, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            name, end = labels(data, 12)
            self.asked.append(name)
            texts = self.records.get(name, ())
            if texts is None:
                continue
            question = data[12:end + 4]
            head = data[:2] + struct.pack(">HHHHH", 0x8180 | (0 if name in self.records else NXDOMAIN), 1, len(texts), 0, 0)
            answers = b"".join(struct.pack(">HHHIH", 0xC00C, TXT, IN, 60, len(strings(t))) + strings(t) for t in texts)
            self.socket.sendto(head + question + answers, sender)

    def close(self):
        self.socket.close()


@pytest.fixture
def names():
    made = Names()
    yield made
    made.close()


@pytest.fixture
def org(make_own_server, names):
    return make_own_server(options=["--dns-server", names.at]).new_org()


def verify(org, name="acme.example"):
    return org.admin.ok("POST", f"/domains/{name}/verify")


@pytest.mark.parametrize("at", ["acme.example", "_rosterd.acme.example"])
def test_the_record_proves_it(org, names, at):
    made = org.admin.ok("POST", "/domains", {"domain": "Acme.Example"})
    assert (made["domain"], made["state"]) == ("acme.example", "pending") and len(made["txt_value"]) > 20
    names.records["acme.example"] = ["v=spf1 -all"]
    names.records[at] = ["v=spf1 -all", made["txt_value"]]
    shown = verify(org)
    assert (shown["state"], shown["found"]) == ("verified", "proved")
    assert org.admin.ok("GET", "/domains/acme.example")["state"] == "verified"
    assert "domain.verified" in [a["action"] for a in org.admin.ok("GET", "/audit")["items"]]
    assert at in names.asked


@pytest.mark.parametrize("records, found", [
    (["v=spf1 -all", "rosterd=another"], "other_record"), ([], "no_record"), ("absent", "no_record")])
def test_what_proves_nothing(org, names, records, found):
    made = org.admin.ok("POST", "/domains", {"domain": "acme.example"})
    for prefix, text in (("", None), ("", made["txt_value"] + "x"), ("", made["txt_value"][:-1])):
        if records != "absent":
            names.records["acme.example"] = records + ([text] if text and records else [])
        shown = verify(org)
        assert (shown["state"], shown["found"]) == ("pending", found)
    # a proof for one organization is none for another
    other = org.server.new_org()
    theirs = other.admin.ok("POST", "/domains", {"domain": "acme.example"})
    assert theirs["txt_value"] != made["txt_value"]
    names.records["acme.example"] = [theirs["txt_value"]]
    assert verify(org)["found"] == "other_record"
    assert verify(other)["state"] == "verified"


def test_a_record_that_went_away(org, names):
    names.records["acme.example"] = [org.admin.ok("POST", "/domains", {"domain": "acme.example"})["txt_value"]]
    assert verify(org)["state"] == "verified"
    names.records["acme.example"] = []
    assert verify(org)["state"] == "pending"


def test_a_silent_name_server_changes_nothing(names):
    server = Server(None, options=["--dns-server", names.at])
    try:
        org = server.new_org()
        names.records["acme.example"] = [org.admin.ok("POST", "/domains", {"domain": "acme.example"})["txt_value"]]
        assert verify(org)["state"] == "verified"
        names.records["acme.example"] = None
        shown = verify(org)
        assert (shown["state"], shown["found"]) == ("verified", "no_answer")
        done = server.api(org, "domains", "verify", "acme.example")
        assert "no_answer" in done
    finally:
        server.close()
