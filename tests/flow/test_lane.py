"""Requests that wait for other machines: in a lane of their own, bounded, holding nothing."""
import base64
import hashlib
import time
import urllib.parse

import pytest

from harness import idp
from harness.browser import Browser
from harness.client import Client
from harness.fake import Fake, key
from harness.peer import Later, Peer

ENV = {"ROSTERD_PRIVATE_ADDRESSES": "yes", "ROSTERD_WORKERS": "1", "ROSTERD_LANE": "1", "ROSTERD_LANE_QUEUE": "1"}


@pytest.fixture
def narrow(make_own_server):
    """One worker, one thread that may wait, one place before it."""
    return make_own_server(env=ENV)


@pytest.fixture
def peer():
    made = Peer(("application/samlmetadata+xml", idp.metadata(key("idp"))))
    yield made
    made.close()


def figure(server, name):
    text = server.anonymous().get("/metrics").json
    return int(next(line.split()[-1] for line in text.splitlines() if line.startswith(name + " ")))


def until(condition, seconds=20):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def fetch(org, peer, name):
    """A request that waits for the peer, on a connection of its own."""
    client = Client(org.server.base, "/api/v1", org.token("admin"), timeout=60)
    return Later(lambda: client.post("/connections/saml", {"name": name, "idp_metadata_url": peer.base + "/md"}))


def test_others_do_not_wait(narrow, peer):
    org = narrow.new_org()
    org.token("admin")
    slow = fetch(org, peer, "slow")
    assert peer.wait_asked() == "/md"
    for _ in range(5):
        assert org.admin.get("/org").status == 200, "the only worker is free"
    assert org.scim.post("/Users", {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                                    "userName": "ada"}).status == 201, "no lock is held"
    until(lambda: figure(narrow, "rosterd_db_connections_lent") == 0)
    assert slow.under_way
    peer.release()
    assert slow.result().status == 201
    assert [s["name"] for s in org.admin.ok("GET", "/connections/saml")["items"]] == ["slow"], "done once"


def test_no_organization_has_all_of_it(make_own_server, peer):
    server = make_own_server(env={**ENV, "ROSTERD_LANE": "4", "ROSTERD_LANE_QUEUE": "4"})
    hanging, other = server.new_org(), server.new_org()
    hanging.token("admin")
    slow = []
    for i in range(3):
        slow.append(fetch(hanging, peer, f"slow{i}"))
        peer.wait_asked()
    slow += [fetch(hanging, peer, f"slow{i}") for i in range(3, 6)]
    until(lambda: figure(server, "rosterd_http_lane_length") == 3)
    quick = Peer(("application/samlmetadata+xml", idp.metadata(key("idp"))))
    try:
        quick.release()
        assert other.admin.post("/connections/saml", {"name": "quick", "idp_metadata_url": quick.base + "/md"}).status == 201
    finally:
        quick.close()
    refused = fetch(hanging, peer, "more").result()
    assert refused.status == 503, "one place is for others"
    assert all(one.under_way for one in slow)
    peer.release()
    assert [one.result().status for one in slow] == [201] * 6


def test_beyond_the_bound(narrow, peer):
    org = narrow.new_org()
    org.token("admin")
    first = fetch(org, peer, "first")
    peer.wait_asked()
    second = fetch(org, peer, "second")
    until(lambda: figure(narrow, "rosterd_http_lane_length") == 1)
    refused = fetch(org, peer, "third").result()
    assert refused.status == 503 and refused.headers["Retry-After"], refused
    assert "too many requests wait for other servers" in narrow.tail()
    assert figure(narrow, "rosterd_http_lane_full_total") == 1
    assert first.under_way and second.under_way
    assert org.admin.get("/org").status == 200
    peer.release()
    assert (first.result().status, second.result().status) == (201, 201)
    names = sorted(s["name"] for s in org.admin.ok("GET", "/connections/saml")["items"])
    assert names == ["first", "second"]


def test_artifact(narrow, peer):
    org = narrow.new_org()
    xml = idp.metadata(key("idp")).decode().replace(
        "<md:SingleSignOnService", '<md:ArtifactResolutionService index="0" Binding='
        f'"urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="{peer.base}/art"/><md:SingleSignOnService', 1)
    fake = Fake(org, response_binding="artifact")
    fake.patch(idp_metadata_xml=xml)
    artifact = base64.b64encode(b"\0\4\0\0" + hashlib.sha1(idp.IDP.encode()).digest() + b"h" * 20).decode()
    url = fake.made["acs_url"] + "?SAMLart=" + urllib.parse.quote(artifact, safe="")
    slow = Later(lambda: Browser().get(url))
    assert peer.wait_asked() == "/art"
    assert org.admin.get("/org").status == 200
    until(lambda: figure(narrow, "rosterd_db_connections_lent") == 0)
    assert slow.under_way
    peer.release()
    assert slow.result().status == 403, "metadata is no ArtifactResponse"
    assert fake.newest()["outcome"] == "refused"


def test_a_stop_waits_for_who_waits(narrow, peer):
    org = narrow.new_org()
    org.token("admin")
    slow = fetch(org, peer, "slow")
    peer.wait_asked()
    stopping = Later(narrow.stop)
    until(lambda: "stopping" in narrow.tail())
    peer.release()
    assert slow.result().status == 201
    stopping.result()
