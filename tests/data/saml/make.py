"""Makes the messages of this folder anew, with fresh keys.

Unit tests, the fuzzer and the bench read them; the time is 2026-01-02T03:04:05Z.
"""
import sys
from pathlib import Path

from lxml import etree

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "flow"))

from harness import idp  # noqa: E402
import test_saml_attacks_bytes as messages  # noqa: E402


def response(**options):
    return etree.tostring(idp.response(**options))


FILES = {
    "idp.pem": idp.key("idp").pem,
    "ec.pem": idp.key("ec256").pem,
    "weak.pem": idp.key("weak", 1024).pem,
    "exponent.pem": idp.key("three", 2048, 3).pem,
    "sp.pem": idp.key("sp").private_pem,
    "assertion.xml": response(),
    "response.xml": response(sign=("response",)),
    "both.xml": response(sign=("assertion", "response")),
    "ecdsa.xml": response(by="ec256", signing={"method": idp.MORE + "ecdsa-sha256"}),
    "weak.xml": response(by=idp.key("weak", 1024)),
    "exponent.xml": response(by=idp.key("three", 2048, 3)),
    "encrypted.xml": response(encrypt="sp"),
    "cbc.xml": response(encrypt="sp", sign=("response",), encrypting={"cipher": idp.CBC}),
    "artifact.xml": messages.envelope(messages.artifact(response())),
    "logout.xml": messages.logout_request(),
    "logout.query": messages.GOOD.encode(),
}

if __name__ == "__main__":
    for name, data in FILES.items():
        (HERE / name).write_bytes(data)
