"""SAML attacks A33 to A53: genuine messages that mean something else, for others, or later."""
import base64

import pytest
from lxml import etree

from harness import idp
from harness.idp import at, attribute
from harness.verdict import Attack, Desk, first, judge, replace

OTHER = "https://other.example/saml"
WEAK = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password"
R = {"sign": ("response",)}
MFA = {"args": {"authn_context": idp.PASSWORD}}
SIGNED_IN = ('<saml:AuthnStatement AuthnInstant="%s"><saml:AuthnContext><saml:AuthnContextClassRef>%s'
             '</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>')


@pytest.fixture(scope="module")
def desk():
    return Desk()


def name_id(text, attributes=""):
    return "<saml:NameID%s>%s</saml:NameID>" % (attributes, text)


def confirmation(**options):
    o = {**idp.DEFAULTS, **options, "name_id": "", "subject": None}
    return idp.subject(o).replace("<saml:Subject>", "").replace("</saml:Subject>", "")


def status(*codes, message=""):
    inner = ""
    for code in reversed(codes):
        inner = '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:%s">%s</samlp:StatusCode>' % (
            code, inner)
    return inner + message


def beside_assertion(where):
    """An attribute that nobody signed."""
    def edit(root):
        statement = first(root, "s:AttributeStatement")
        real = first(root, "s:Assertion")
        extra = idp.copy_of(statement)
        if where == "before":
            real.addprevious(extra)
        elif where == "after":
            real.addnext(extra)
        else:
            real.append(extra)
    return edit


A33 = [
    ("another audience", "audience", {"audiences": ((OTHER,),)}),
    ("no audience", "audience", {"audiences": ()}),
    ("an empty audience", "audience", {"audiences": (("",),)}),
    ("two restrictions, one foreign", "audience", {"audiences": ((idp.SP,), (OTHER,))}),
    ("audience with a slash", "audience", {"audiences": ((idp.SP + "/",),)}),
    ("audience in other case", "audience", {"audiences": ((idp.SP.upper(),),)}),
    ("audience with a blank", "audience", {"audiences": ((idp.SP + " ",),)}),
    ("another recipient", "recipient", {"recipient": OTHER}),
    ("no recipient", "recipient", {"recipient": None}),
    ("recipient with a slash", "recipient", {"recipient": idp.ACS + "/"}),
    ("recipient with a port", "recipient",
     {"recipient": idp.ACS.replace(".example", ".example:443")}),
    ("another connection's recipient", "recipient", {"recipient": idp.ACS.replace("c1", "c2")}),
    ("another destination", "destination", {"destination": OTHER}),
    ("destination in other case", "destination", {"destination": idp.ACS.upper()}),
    ("destination with a query", "destination", {"destination": idp.ACS + "?x=1"}),
    ("no bearer", "confirmation", {"method": "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"}),
    ("holder of key", "confirmation", {"method": "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key"}),
    ("no confirmation", "confirmation", {"confirmations": ""}),
    ("no confirmation data", "confirmation",
     {"confirmations": '<saml:SubjectConfirmation Method="%s"/>' % idp.BEARER}),
    ("no subject", "subject", {"subject": ""}),
    ("no conditions", "condition", {"conditions_element": ""}),
    ("an unknown condition", "condition",
     {"conditions": '<x:Condition xmlns:x="urn:x"/>'}),
    ("a condition of another type", "condition", {"conditions":
     '<saml:Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"/>'}),
]
A38 = [
    ("bearer ended", "expired", {"bearer_end": at(-181)}),
    ("bearer without end", "time", {"bearer_end": None}),
    ("conditions ended", "expired", {"end": at(-181)}),
    ("not yet", "not_yet", {"not_before": at(181)}),
    ("bearer not yet", "not_yet", {"bearer_not_before": at(181)}),
    ("a leap second", "time", {"bearer_end": "2026-12-31T23:59:60Z"}),
    ("year 10000", "time", {"bearer_end": "10000-01-01T00:00:00Z"}),
    ("25 o'clock", "time", {"bearer_end": "2026-01-02T25:00:00Z"}),
    ("a date alone", "time", {"bearer_end": "2026-01-03"}),
    ("a blank", "time", {"bearer_end": " " + at(300)}),
    ("30 February", "time", {"end": "2026-02-30T00:00:00Z"}),
    ("garbage before", "time", {"not_before": "yesterday"}),
    ("empty", "time", {"bearer_end": ""}),
    ("an old response", "issue_instant", {"issued": at(-781)}),
    ("a response from the future", "issue_instant", {"issued": at(181)}),
    ("an old assertion", "issue_instant", {"assertion_issued": at(-781)}),
    ("an assertion from the future", "issue_instant", {"assertion_issued": at(181)}),
    ("no IssueInstant", "time", {"assertion_issued": None}),
]
A39 = [
    ("session over", "session_over", {"session_end": at(-181)}),
    ("session end garbled", "time", {"session_end": "never"}),
    ("signed in tomorrow", "authn_instant", {"authn_instant": at(86400)}),
    ("no AuthnInstant", "time", {"authn_instant": None}),
]
A40 = [
    ("weaker class", "authn_context", {"context": WEAK}),
    ("no class", "authn_context", {"context": None}),
    ("class with a blank", "authn_context", {"context": idp.PASSWORD + " "}),
    ("no statement", "authn_statement", {"authn": ""}),
    ("second statement with the right class", "authn_statement",
     {"authn": SIGNED_IN % (at(-9), WEAK) + SIGNED_IN % (at(-9), idp.PASSWORD)}),
]
A41 = [
    ("Responder with an assertion", "status", {"status": status("Responder")}),
    ("Success under Responder", "status", {"status": status("Responder", "Success")}),
    ("no status", "status", {"status": None}),
    ("no code", "status", {"status": ""}),
    ("two codes", "status", {"status": status("Success") + status("Responder")}),
    ("markup in the message", "text", {"status": status(
        "Success", message="<samlp:StatusMessage><script/></samlp:StatusMessage>")}),
]
A45 = [
    ("NameID in an attribute", "text", {"attributes": attribute("mail", "x<saml:NameID/>")}),
    ("second NameID", "name_id", {"name_id": name_id("alice") + name_id("admin")}),
    ("element in NameID", "text", {"name_id": name_id("alice<b xmlns='urn:x'/>")}),
    ("element in Issuer", "text", {"assertion_issuer": idp.IDP + "<b xmlns='urn:x'/>"}),
    ("second Subject", "subject", {"advice": idp.subject({**idp.DEFAULTS, "name_id": name_id("admin")})}),
    ("attribute without Name", "attribute", {"attributes": "<saml:Attribute/>"}),
    ("second Issuer", "issuer", {"advice": "<saml:Issuer>%s</saml:Issuer>" % idp.IDP}),
    ("text between", "structure", {"advice": "and more"}),
]
A53 = [
    ("empty NameID", "name_id", {"name_id": name_id("")}),
    ("NameID of 1,025 bytes", "name_id", {"name_id": name_id("a" * 1025)}),
    ("control character", "name_id", {"name_id": name_id("al&#x9;ice")}),
    ("C1 control character", "name_id", {"name_id": name_id("al\u0085ice")}),
    ("line break", "name_id", {"name_id": name_id("alice&#10;")}),
    ("BaseID", "subject", {"name_id": "<saml:BaseID/>"}),
]
VERSIONS = [
    ("response of 1.1", "version", {"version": "1.1"}),
    ("assertion of 1.1", "version", {"assertion_version": "1.1"}),
    ("no version", "version", {"version": None}),
]

TABLES = {"A33": A33, "A38": A38, "A39": A39, "A41": A41, "A45": A45, "A53": A53, "V": VERSIONS}
ATTACKS = [Attack(f"{group} {name}", code, change=change)
           for group, table in TABLES.items() for name, code, change in table]
ATTACKS += [Attack(f"A40 {name}", code, change=change, **MFA) for name, code, change in A40]
ATTACKS += [
    Attack("A33 no destination on a signed response", "destination", twin=R,
           change={"destination": None}),
    Attack("A39 old sign-in under ForceAuthn", "authn_instant", change={"authn_instant": at(-3600)},
           args={"force_authn": at(-60)}),
    Attack("A44 attribute before the assertion", "structure", mutate=beside_assertion("before")),
    Attack("A44 attribute after the assertion", "structure", mutate=beside_assertion("after")),
    Attack("A44 attribute in the assertion", "signature", mutate=beside_assertion("in")),
    Attack("A41 assertion of a failed sign-in, signed again", "status", twin=R,
           change={"status": status("Requester")}),
    Attack("A33 no assertion at all", "assertions", mutate=lambda r: r.remove(
        first(r, "s:Assertion"))),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_attack_is_refused(desk, attack):
    judge(desk, attack)


REQUESTS = [None, "_q1", "_q2", "", "_q1 "]


@pytest.mark.parametrize("in_response", REQUESTS)
@pytest.mark.parametrize("in_bearer", REQUESTS)
def test_A35_both_answer_our_request_or_none_does(desk, in_response, in_bearer):
    message = etree.tostring(idp.response(in_response_to=in_response, bearer_answers=in_bearer))
    asked, unasked = desk.verify(message), desk.verify(message, request_id=None)
    assert asked.accepted if in_response == in_bearer == "_q1" else \
        asked.code == "in_response_to"
    assert unasked.accepted if in_response is in_bearer is None else \
        unasked.code == "in_response_to"


@pytest.mark.parametrize("options", [
    {"bearer_end": at(-179)}, {"not_before": at(179)}, {"end": None}, {"not_before": None},
    {"bearer_end": "2026-01-02T05:09:05+02:00"}, {"bearer_end": "2026-01-02T03:09:05"},
    {"bearer_end": "2026-01-02T03:09:05.123456789Z"}, {"end": "2026-01-02T24:00:00Z"},
    {"issued": at(-779)}, {"assertion_issued": at(179)}, {"session_end": None},
    {"session_end": at(-179)}, {"context": None}, {"session_index": None},
    {"audiences": ((OTHER, idp.SP),)}, {"audiences": ((idp.SP,), (idp.SP, OTHER))},
    {"conditions": "<saml:OneTimeUse/>"}, {"destination": None}, {"issuer": None},
    {"conditions": '<saml:ProxyRestriction Count="0"/>'}, {"attributes": ""},
    {"issuer_format": "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"},
    {"name_id": ""}, {"name_id": name_id("a" * 1024)}, {"name_id": name_id(" alice ")},
    {"advice": "<saml:Advice><saml:Assertion ID='_x'/></saml:Advice>"},
    {"extensions": "<samlp:Extensions><x xmlns='urn:x'>y</x></samlp:Extensions>"},
    {"confirmations": confirmation(recipient=OTHER) + confirmation()},
    {"confirmations": confirmation(method="urn:x") + confirmation()},
    {"status": status("Success", message="<samlp:StatusMessage>ok</samlp:StatusMessage>")},
    {"attributes": '<saml:Attribute Name="n"><saml:AttributeValue><saml:NameID>x</saml:NameID>'
                   '</saml:AttributeValue></saml:Attribute>'},
], ids=str)
def test_what_the_standard_allows_is_accepted(desk, options):
    verdict = desk.verify(etree.tostring(idp.response(**options)))
    assert verdict.accepted, verdict


def test_A34_ids_need_not_be_kept_for_years(desk):
    """Whatever the IdP says, a message is good for ten minutes and the skew."""
    verdict = desk.verify(etree.tostring(idp.response(
        bearer_end="2036-01-01T00:00:00Z", end="2036-01-01T00:00:00Z")))
    assert verdict.said["not_on_or_after"] == at(-5 + 600 + 180).replace("Z", ".000Z")


def test_A41_what_the_identity_provider_said_is_shown_and_nothing_else(desk):
    message = idp.response(status=status("Responder", "AuthnFailed"), sign=())
    message.remove(first(message, "s:Assertion"))
    verdict = desk.verify(etree.tostring(message))
    assert verdict.code == "status" and "AuthnFailed" in verdict.out


def test_A43_repeated_attributes_are_merged(desk):
    verdict = desk.verify(etree.tostring(idp.response(
        attributes=attribute("Role", "a") + attribute("mail", "x@y") + attribute("Role", "b", "c")
        + attribute("Role", "d", more=' NameFormat="urn:other"') + attribute("none"))))
    assert verdict.said["attributes"] == {"Role": ["a", "b", "c", "d"], "mail": ["x@y"],
                                          "none": []}


def test_names_come_through_byte_for_byte(desk):
    odd = "Ünï & <alice> \u202e e\u0301"
    escaped = odd.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    verdict = desk.verify(etree.tostring(idp.response(
        name_id=name_id(escaped, ' Format="f" NameQualifier="n" SPNameQualifier="s" '
                                 'SPProvidedID="p"'),
        attributes=attribute("mail", "  " + escaped + " "))))
    assert verdict.said["name_id"] == {"value": odd, "format": "f", "name_qualifier": "n",
                                       "sp_name_qualifier": "s", "sp_provided_id": "p"}
    assert verdict.said["attributes"]["mail"] == ["  " + odd + " "]


def test_base64_and_form_bodies_are_read_as_well(desk):
    import urllib.parse
    packed = base64.b64encode(etree.tostring(idp.response()))
    assert desk.verify(packed).accepted
    form = urllib.parse.urlencode({"RelayState": "x", "SAMLResponse": packed})
    assert desk.verify(form.encode()).accepted
    assert desk.verify(replace(b"SAMLResponse=", b"SAMLResponse=%")(form.encode())).status == 1
