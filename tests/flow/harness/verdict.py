"""Attacks on sign-in: each is a message that differs in one point from an accepted one."""
import os
import subprocess
import tempfile
from pathlib import Path

from lxml import etree

from . import idp

BIN = Path(os.environ.get("ROSTERD_BIN_DIR", Path(__file__).parents[3] / "build"))


class Verdict:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr
        self.code = self.out.split()[1] if self.out.startswith("refused: ") else None

    @property
    def accepted(self):
        return self.status == 0 and self.code is None

    @property
    def said(self):
        import json
        return json.loads(self.out)

    def __repr__(self):
        return f"exit {self.status}: {self.out[:600]}{self.err[:300]}"


class Desk:
    """Where messages are verified: one IdP, one SP, a folder for the files."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.write("idp.xml", idp.metadata(idp.key("idp"), idp.key("idp2"), idp.key("ec256")))
        self.write("sp.pem", idp.key("sp").private_pem)

    def write(self, name, data):
        path = Path(self.folder.name) / name
        path.write_bytes(data)
        return str(path)

    def verify(self, message, *more, **options):
        """options override the command's: request_id=None leaves one out."""
        args = {"metadata": str(Path(self.folder.name) / "idp.xml"), "entity_id": idp.SP,
                "acs": idp.ACS, "now": idp.NOW, "request_id": "_q1",
                "key": str(Path(self.folder.name) / "sp.pem"), **options}
        words = [w for name, value in args.items() if value is not None
                 for w in ("--" + name.replace("_", "-"), value)]
        file = self.write("message", message)
        return Verdict(subprocess.run(
            [str(BIN / "rosterctl"), "saml", "verify", *words, *more, file],
            capture_output=True, text=True, timeout=60))


class Attack:
    """code: why it is refused.  twin: options of the accepted message; then one of
    change: other options; mutate: edits the parsed twin; text: edits its bytes.
    args: of the command, for both; bad_args: for the attack."""

    def __init__(self, name, code, change=None, mutate=None, text=None, twin=None, args=None,
                 bad_args=None):
        self.name, self.code, self.change, self.mutate, self.text = name, code, change, mutate, text
        self.options, self.args = twin or {}, args or {}
        self.bad_args = {**self.args, **(bad_args or {})}

    def twin(self):
        return etree.tostring(idp.response(**self.options))

    def message(self):
        if self.change is not None:
            made = idp.response(**{**self.options, **self.change})
        else:
            made = etree.fromstring(self.twin())
        if self.mutate:
            self.mutate(made)
        data = etree.tostring(made)
        return self.text(data) if self.text else data


def judge(desk, attack):
    """The twin is let in, the attack is not, for its reason alone."""
    twin = desk.verify(attack.twin(), **attack.args)
    assert twin.accepted, f"the twin of {attack.name}: {twin}"
    bad = desk.verify(attack.message(), **attack.bad_args)
    assert bad.code == attack.code, f"{attack.name}: {bad}"
    assert bad.status == 1
    return bad


def first(root, path):
    found = root.xpath("descendant-or-self::" + path, namespaces=idp.NS)
    assert found, path
    return found[0]


def replace(old, new, count=1):
    """Edits bytes; what is to be replaced must be there."""
    def edit(data):
        assert old in data, old
        return data.replace(old, new, count)
    return edit
