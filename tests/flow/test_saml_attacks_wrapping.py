"""SAML attacks A01 to A17: who signed what, and is that what is read?"""
import base64
import hashlib

import pytest
from lxml import etree

from harness import idp
from harness.verdict import Attack, Desk, first, judge, replace

R, A = {"sign": ("response",)}, {"sign": ("assertion",)}


@pytest.fixture(scope="module")
def desk():
    return Desk()


def signature(root):
    return first(root, "d:Signature")


def drop_signature(node):
    for found in node.findall("{%s}Signature" % idp.DS):
        node.remove(found)
    return node


def forge(node, new_id="_evil"):
    """Says that it is the administrator."""
    for name in node.iter("{%s}NameID" % idp.SAML):
        name.text = "admin"
    if new_id:
        node.set("ID", new_id)
    return node


def genuine(root, path):
    return drop_signature(idp.copy_of(first(root, path)))


def hide_response(root, where, new_id="_evil"):
    original = drop_signature(idp.copy_of(root))
    forge(root, new_id)
    if new_id:
        first(root, "s:Assertion").set("ID", "_evil_a")
    where(root).append(original)


def before_signature(root):
    original = drop_signature(idp.copy_of(root))
    forge(root)
    first(root, "s:Assertion").set("ID", "_evil_a")
    signature(root).addprevious(original)


def add_forged(root, index, new_id="_evil", to=None):
    forged = forge(genuine(root, "s:Assertion"), new_id)
    target = to(root) if to else root
    target.insert(index, forged) if index is not None else target.append(forged)


def add_other_signed(root):
    other = idp.assertion(assertion_id="_a2", name_id="<saml:NameID>bob</saml:NameID>")
    root.append(other)


def nest(root, new_id="_evil"):
    real = first(root, "s:Assertion")
    forged = forge(genuine(root, "s:Assertion"), new_id)
    root.replace(real, forged)
    forged.append(real)


def original_at(root, where, new_id="_evil"):
    """XSW5 and 6: the signature stays, what it signed is moved."""
    original = genuine(root, "s:Assertion")
    forge(first(root, "s:Assertion"), new_id)
    where(root).append(original)


def key_info(root):
    return first(root, "d:KeyInfo")


def extensions(root):
    made = etree.Element("{%s}Extensions" % idp.SAMLP)
    first(root, "p:Status").addprevious(made)
    return made


def object_in_signature(root):
    return etree.SubElement(signature(root), "{%s}Object" % idp.DS)


def double(path, last=False):
    def edit(root):
        found = first(root, path)
        other = idp.copy_of(found)
        found.getparent().append(other) if last else found.addnext(other)
    return edit


def transplant(root):
    """A genuine signature of another message with the same ID."""
    other = idp.response(name_id="<saml:NameID>mallory</saml:NameID>")
    old = signature(root)
    old.getparent().replace(old, idp.copy_of(signature(other)))


def empty_signature(root):
    for child in list(signature(root)):
        signature(root).remove(child)


def remove(path):
    def edit(root):
        found = first(root, path)
        found.getparent().remove(found)
    return edit


def rename_signature(root):
    signature(root).tag = "{urn:other}Signature"


EMPTY = base64.b64encode(hashlib.sha256(b"").digest()).decode()
WITH_COMMENTS = idp.EXC + "WithComments"
DOCTYPE_TRICK = b"""<!DOCTYPE r SYSTEM 'x"><!--'>"""

ATTACKS = [
    Attack("A01 original in the signature", "signature_shape", twin=R,
           mutate=lambda r: hide_response(r, signature)),
    Attack("A01 original in the signature, same ID", "ids", twin=R,
           mutate=lambda r: hide_response(r, signature, None)),
    Attack("A01 original in KeyInfo", "assertions", twin=R,
           mutate=lambda r: hide_response(r, key_info)),
    Attack("A02 original before the signature", "structure", twin=R, mutate=before_signature),
    Attack("A02 original at the end", "structure", twin=R,
           mutate=lambda r: hide_response(r, lambda root: root)),
    Attack("A03 forged before the signed", "assertions", mutate=lambda r: add_forged(r, 1)),
    Attack("A03 forged after the signed", "assertions", mutate=lambda r: add_forged(r, None)),
    Attack("A03 second one, genuinely signed", "assertions", mutate=add_other_signed),
    Attack("A03 forged with the same ID", "ids", mutate=lambda r: add_forged(r, 1, None)),
    Attack("A04 signed inside forged", "structure", mutate=nest),
    Attack("A04 signed inside forged, same ID", "ids", mutate=lambda r: nest(r, None)),
    Attack("A05 original at the end", "assertions",
           mutate=lambda r: original_at(r, lambda root: root)),
    Attack("A05 original at the end, same ID", "ids",
           mutate=lambda r: original_at(r, lambda root: root, None)),
    Attack("A06 original in the signature", "signature_shape",
           mutate=lambda r: original_at(r, signature)),
    Attack("A06 original in KeyInfo", "assertions", mutate=lambda r: original_at(r, key_info)),
    Attack("A07 forged in Extensions", "assertions",
           mutate=lambda r: add_forged(r, None, to=extensions)),
    Attack("A07 forged in Extensions, same ID", "ids",
           mutate=lambda r: add_forged(r, None, None, to=extensions)),
    Attack("A07 original in Extensions", "assertions",
           mutate=lambda r: original_at(r, extensions)),
    Attack("A08 original in Object", "signature_shape",
           mutate=lambda r: original_at(r, object_in_signature)),
    Attack("A08 forged in Object", "signature_shape",
           mutate=lambda r: add_forged(r, None, to=object_in_signature)),
    Attack("A09 two SignedInfo", "signature_shape", mutate=double("d:SignedInfo")),
    Attack("A09 two DigestValue", "signature_shape", mutate=double("d:DigestValue")),
    Attack("A09 two SignatureValue", "signature_shape", mutate=double("d:SignatureValue")),
    Attack("A09 two Signatures", "signature_shape", mutate=double("d:Signature")),
    Attack("A09 comment in DigestValue", "markup",
           text=replace(b"<ds:DigestValue>", b"<ds:DigestValue><!--x-->")),
    Attack("A09 Signature in Extensions", "signature_shape",
           mutate=lambda r: extensions(r).append(idp.copy_of(signature(r)))),
    Attack("A11 signature of another message", "signature", mutate=transplant),
    Attack("A11 changed after signing", "signature",
           text=replace(b"<saml:NameID>alice", b"<saml:NameID>admin")),
    Attack("A11 changed response, assertion unsigned", "signature", twin=R,
           text=replace(b"<saml:NameID>alice", b"<saml:NameID>admin")),
    Attack("A12 signature removed", "unsigned", mutate=remove("d:Signature")),
    Attack("A12 empty signature", "signature_shape", mutate=empty_signature),
    Attack("A12 no SignatureValue", "signature_shape", mutate=remove("d:SignatureValue")),
    Attack("A12 Signature of another namespace", "structure", mutate=rename_signature),
    Attack("A12 outer signature removed, both demanded", "unsigned_response",
           twin={"sign": ("assertion", "response")}, args={"want": "both"},
           mutate=remove("d:Signature[parent::p:Response]")),
    Attack("A12 assertion alone, response demanded", "unsigned_response",
           twin={"sign": ("assertion", "response")}, change=A, args={"want": "response"}),
    Attack("A12 response alone, assertion demanded", "unsigned_assertion",
           twin={"sign": ("assertion", "response")}, change=R, args={"want": "assertion"}),
    Attack("A12 broken inner signature under a good outer one", "signature",
           twin={"sign": ("assertion", "response")},
           change={"sign": ("assertion", "response"), "signing": {"value": EMPTY},
                   "response_signing": {}}),
    Attack("A13 empty URI", "signature_shape", change={"signing": {"uri": ""}}),
    Attack("A13 no URI", "signature_shape", change={"signing": {"uri": False}}),
    Attack("A13 a sharp alone", "signature_shape", change={"signing": {"uri": "#"}}),
    Attack("A13 ID of the response", "signature_shape", change={"signing": {"uri": "#_r1"}}),
    Attack("A13 XPointer to the root", "signature_shape",
           change={"signing": {"uri": "#xpointer(/)"}}),
    Attack("A13 XPointer to the ID", "signature_shape",
           change={"signing": {"uri": "#xpointer(id('_a1'))"}}),
    Attack("A14 comment in NameID", "markup", text=replace(b">alice<", b">al<!---->ice<")),
    Attack("A14 comment in an AttributeValue", "markup",
           text=replace(b"alice@example.com", b"alice@example.com<!-- -->.evil.com")),
    Attack("A14 comment in Issuer", "markup", text=replace(b"https://idp", b"https<!---->://idp")),
    Attack("A14 comment in Audience", "markup",
           text=replace(b"<saml:Audience>", b"<saml:Audience><!---->")),
    Attack("A14 processing instruction in NameID", "markup",
           text=replace(b">alice<", b">al<?x?>ice<")),
    Attack("A14 CDATA in NameID", "markup", text=replace(b">alice<", b"><![CDATA[alice]]><")),
    Attack("A14 comment before the root", "markup", text=lambda data: b"<!-- -->" + data),
    Attack("A14 comment after the root", "markup", text=lambda data: data + b"<!-- -->"),
    Attack("A15 WithComments to canonicalize", "algorithm",
           change={"signing": {"c14n_method": WITH_COMMENTS}}),
    Attack("A15 WithComments as transform", "algorithm",
           change={"signing": {"transforms": (idp.ENVELOPED, WITH_COMMENTS)}}),
    Attack("A15 inclusive, not allowed", "algorithm",
           change={"signing": {"c14n_method": idp.INC}}),
    Attack("A16 relative namespace", "namespace",
           text=replace(b"<saml:Assertion ", b'<saml:Assertion xmlns:zz="1" ')),
    Attack("A16 relative namespace, digest of nothing", "namespace",
           change={"signing": {"value": EMPTY}},
           text=replace(b"<saml:Assertion ", b'<saml:Assertion xmlns:zz="1" zz:a="b" ')),
    Attack("A16 digest of nothing", "signature", change={"signing": {"value": EMPTY}}),
    Attack("A17 DOCTYPE that hides a comment", "doctype",
           text=lambda data: DOCTYPE_TRICK + data),
    Attack("A17 one attribute by two prefixes", "namespace",
           text=replace(b"<saml:Assertion ", b'<saml:Assertion xmlns:a="urn:x" xmlns:b="urn:x" '
                                             b'a:n="1" b:n="2" ')),
    Attack("A17 the same attribute twice", "xml",
           text=replace(b'ID="_a1"', b'ID="_a1" ID="_a2"')),
    Attack("A17 undeclared prefix", "namespace",
           text=replace(b"<saml:NameID>", b"<saml:NameID x:y='1'>")),
    Attack("A42 Response and Assertion share an ID", "ids", change={"assertion_id": "_r1"}),
    Attack("A42 the same ID in Extensions", "ids",
           change={"extensions": '<samlp:Extensions><x xmlns="urn:x" Id="_a1"/></samlp:Extensions>'}),
    Attack("A42 xml:id", "ids", text=replace(b'ID="_a1"', b'ID="_a1" xml:id="_a1"')),
    Attack("A42 xml:base", "ids", text=replace(b'ID="_a1"', b'ID="_a1" xml:base="http://e/"')),
    Attack("A42 id in small letters", "ids",
           change={"extensions": '<samlp:Extensions><x xmlns="urn:x" id="_r1"/></samlp:Extensions>'}),
    Attack("A42 an ID that is no name", "ids", change={"assertion_id": "1 or 2"}),
]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda a: a.name)
def test_attack_is_refused(desk, attack):
    judge(desk, attack)


def test_A10_two_references(desk):
    def signed(extra):
        wrapper = etree.fromstring(etree.tostring(idp.response(sign=())))
        real = first(wrapper, "s:Assertion")
        idp.sign(real, idp.key("idp"), targets=[wrapper] if extra else None)
        return etree.tostring(wrapper)
    assert desk.verify(signed(False)).accepted
    assert desk.verify(signed(True)).code == "signature_shape"


@pytest.mark.parametrize("sign", [("assertion",), ("response",), ("assertion", "response")])
@pytest.mark.parametrize("last", [False, True])
def test_what_is_signed_properly_is_accepted(desk, sign, last):
    """Also with the signature at the end, as some identity providers have it."""
    verdict = desk.verify(etree.tostring(idp.response(sign=sign, signing={"last": last})))
    assert verdict.accepted, verdict
    assert verdict.said["name_id"]["value"] == "alice"
    assert verdict.said["attributes"]["groups"] == ["staff", "qa"]


def test_prefix_lists_are_honoured_up_to_ten_names(desk):
    def verdict(n):
        names = " ".join("saml" if i == 0 else f"x{i}" for i in range(n))
        return desk.verify(etree.tostring(idp.response(signing={"prefixes": names})))
    assert verdict(10).accepted
    assert verdict(11).code == "signature_shape"


def test_inclusive_canonicalization_only_where_allowed(desk):
    message = etree.tostring(idp.response(**R, signing={
        "c14n_method": idp.INC, "transforms": (idp.ENVELOPED, idp.INC)}))
    assert desk.verify(message).code == "algorithm"
    allowed = desk.verify(message, allow="inclusive-c14n")
    assert allowed.accepted and allowed.said["warnings"] == ["inclusive_c14n"]
