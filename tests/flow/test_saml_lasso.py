"""Our verdict beside lasso's on every message of the attack tests.

They must agree wherever lasso decides the question at all; each kind of difference
is a line here, with its reason.
"""
import base64
import subprocess
import sys
from pathlib import Path

import pytest

from harness import idp
from harness.verdict import Desk
import test_saml_attacks_bytes as bytes_
import test_saml_attacks_crypto as crypto
import test_saml_attacks_meaning as meaning
import test_saml_attacks_wrapping as wrapping

pytest.importorskip("lasso", reason="python3-lasso is not installed")

# refused by us, let in by lasso, by our code: what lasso leaves to its caller
CALLERS = {
    "attribute", "audience", "authn_context", "authn_instant", "authn_statement", "condition",
    "confirmation", "destination", "expired", "issue_instant", "name_id", "not_yet", "plain",
    "recipient", "session_over", "time", "unsigned_assertion", "unsigned_response", "version",
}
# the same by attack: how its name begins, and why lasso lets it in
LENIENT = {
    "A03 second one, genuinely signed": "lasso takes several assertions, if all are signed",
    "A07 forged in Extensions": "lasso does not look there, and reads the genuine assertion",
    "A08 forged in Object": "lasso does not look there, and reads the genuine assertion",
    "A09 comment in DigestValue": "comments are not in the canonical form",
    "A09 Signature in Extensions": "lasso does not look there",
    "A14 comment": "comments are not in the canonical form, and lasso reads around them",
    "A14 CDATA in NameID": "CDATA is text in the canonical form",
    "A15 WithComments to canonicalize": "xmlsec knows it, and SignedInfo has no comments",
    "A42": "lasso registers the one ID that it verifies",
    "A20 three transforms": "to canonicalize twice changes nothing",
    "A24 RSA-SHA1": "lasso's limit is SHA-1",
    "A24 SHA-1 digest": "lasso's limit is SHA-1",
    "A24 RSA 1.5 wraps the key": "lasso decrypts by any algorithm of xmlsec",
    "A24 triple DES": "lasso decrypts by any algorithm of xmlsec",
    "A28 CBC": "lasso decrypts by any algorithm of xmlsec",
    "A28 another's recipient": "lasso tries every key",
    "A41 markup in the message": "lasso reads no StatusMessage",
    "A45 NameID in an attribute": "lasso keeps it as a tree",
    "A45 text between": "lasso passes over text between elements",
    "A49": "these limits are ours",
    "A52 ISO-8859-2 declared": "libxml2 reads other encodings",
    "A52 NUL at the end": "lasso stops at a NUL",
}


def lasso_says(desk, messages):
    done = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "harness" / "lasso_says.py"),
         desk.write("rsa.xml", idp.metadata(idp.key("idp"), idp.key("idp2"))),
         desk.write("sp.pem", idp.key("sp").private_pem)],
        input="\n".join(base64.b64encode(m).decode() for m in messages),
        capture_output=True, text=True, timeout=300, check=True)
    return done.stdout.split()


def reason(attack):
    return next((name for name in LENIENT if attack.name.startswith(name)), None)


def test_lasso_agrees_wherever_it_decides():
    """And no line above is there for nothing."""
    desk = Desk()
    attacks = [a for module in (wrapping, crypto, meaning, bytes_) for a in module.ATTACKS]
    said = lasso_says(desk, [a.message() for a in attacks])
    assert len(said) == len(attacks)
    let_in = [a for a, verdict in zip(attacks, said)
              if verdict == "0" and a.code not in CALLERS]
    assert [a.name for a in let_in if not reason(a)] == []
    assert {reason(a) for a in let_in} == set(LENIENT)


def test_lasso_accepts_what_we_accept():
    desk = Desk()
    twins = list({a.twin() for module in (wrapping, crypto, meaning) for a in module.ATTACKS})
    for twin, verdict in zip(twins, lasso_says(desk, twins)):
        assert verdict == "0", twin
