"""rosterctl: first steps on the database, everything else over the API."""
import fcntl
import http.server
import json
import os
import pty
import re
import shlex
import ssl
import struct
import subprocess
import termios
import threading
import time

import pytest

from harness.server import BIN, ROOT


def run(*args, env=None, stdin=None):
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ROSTERD_")}
    clean.update(env or {})
    return subprocess.run([str(BIN / "rosterctl"), *args], text=True, capture_output=True, env=clean, input=stdin)


class Ctl:
    """rosterctl over the API with a token of an organization."""

    def __init__(self, org, kind="admin"):
        self.env = {"ROSTERD_SERVER": org.server.base, "ROSTERD_TOKEN": org.token(kind)}

    def __call__(self, *args, status=0, stdin=None):
        done = run(*args, env=self.env, stdin=stdin)
        assert done.returncode == status, f"{args}: {done.returncode} {done.stderr}{done.stdout}"
        if status:
            assert done.stdout == ""
            assert done.stderr.startswith("rosterctl: ") and done.stderr.count("\n") == 1
            return done.stderr
        return done.stdout

    def json(self, *args, **kw):
        return json.loads(self(*args, "--json", **kw))


@pytest.fixture
def ctl(org):
    return Ctl(org)


def scim_user(org, name, **more):
    return org.scim.ok("POST", "/Users", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "active": True, **more})


# ---- the command line ----------------------------------------------------


@pytest.mark.parametrize("args", [
    (),
    ("nonsense",),
    ("users",),
    ("users", "nonsense"),
    ("org", "create"),
    ("org", "create", "a", "b", "--seats", "1"),
    ("org", "create", "a", "--seats"),
    ("org", "create", "a", "--nonsense", "1"),
    ("org", "create", "a", "--kind", "scim"),
    ("users", "list"),
    ("--json=yes", "seats"),
    ("--server", "http://127.0.0.1:1", "seats"),
])
def test_wrong_usage_exits_2_with_one_line(args):
    done = run(*args)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("rosterctl: ") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("option,value", [
    ("--seats", "many"), ("--seats", "-1"), ("--policy", "maybe"), ("--default-role", "OW"), ("--default-role", "XX"),
    ("--owner", "nobody"),
])
def test_org_create_refuses_bad_values(tmp_path, option, value):
    args = ["--seats", "5"] if option != "--seats" else []
    done = run("--database", f"sqlite:{tmp_path}/r.db", "org", "create", "acme", *args, option, value)
    assert (done.returncode, done.stdout) == (2, "")
    assert option in done.stderr
    listed = run("--database", f"sqlite:{tmp_path}/r.db", "org", "list", "--json")
    assert json.loads(listed.stdout) == []


def commands():
    return [line.split("\t")[0] for line in run("operations").stdout.splitlines()]


def test_help_teaches_every_command():
    everything = run("--help").stdout
    for command in commands():
        assert f"  {command} " in everything
        done = run(*command.split(), "--help")
        assert done.returncode == 0, command
        assert f"usage: rosterctl [OPTIONS] {command}" in done.stdout
        example = done.stdout.split("Example:\n  rosterctl ", 1)[1]
        assert command in example


def test_help_of_a_noun_lists_its_verbs():
    out = run("users", "--help").stdout
    assert "users explain USER" in out and "groups list" not in out


def manual():
    """The entries of the manual page: command, arguments, options."""
    page = (ROOT / "man/rosterctl.1").read_text().split(".SH COMMANDS")[1].split(".SH EXIT")[0]
    page = re.sub(r"\\f[BIR]|^\.B ", "", page, flags=re.M).replace("\\-", "-")
    for entry in page.split(".TP\n")[1:]:
        title, _, text = entry.partition("\n")
        options = re.search(r"^Options: ([^.]*)\.", text, re.M)
        yield title, options[1].replace(",", " ").split() if options else []


def test_the_manual_says_what_help_says():
    written = dict(manual())
    usages = {}
    for command in commands():
        out = run(*command.split(), "--help").stdout
        title = re.search(r"usage: rosterctl \[OPTIONS\] (.*)", out)[1]
        usages[title] = re.findall(r"^  (--[a-z-]+)", out.split("Options:")[1], re.M)[:-7]
    assert written == usages and len(usages) > 90


def taught():
    """Commands in the guides and examples of the help, as words."""
    for path in [ROOT / "README.md", *ROOT.glob("deploy/*.md"), *ROOT.glob("idp-configs/**/*.md")]:
        for line in re.findall(r"^ *(?:build/)?rosterctl (.+)$", path.read_text().replace("\\\n", " "), re.M):
            yield path.name, line
    for command in commands():
        yield command, run(*command.split(), "--help").stdout.split("Example:\n  rosterctl ", 1)[1]


def test_commands_that_are_taught_are_right():
    """Every word of them is known: all that is missing here is a server, a database or a file."""
    count = 0
    for where, line in taught():
        words = shlex.split(re.split(r" [>|]", line)[0], comments=True)
        words = [w for i, w in enumerate(words) if "--server" not in words[max(0, i - 1):i + 1]]
        if "--database" in words or words[0] in ("operations", "completion"):
            continue
        done = run(*words, stdin="")
        assert re.search("use --server|use --database|say which database|cannot be read", done.stderr), (where, line, done.stderr)
        count += 1
    assert count > 120


def test_an_authority_of_ones_own(tmp_path):
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-keyout", key, "-out", cert, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)

    class Seats(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"limit": null, "used": 7}')

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Seats)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(cert, key)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    words = ["--server", f"https://localhost:{server.server_port}", "--token", "t", "seats"]
    try:
        refused = run(*words)
        assert refused.returncode == 1 and "--cacert FILE names an authority of your own" in refused.stderr
        assert "used             7" in run(*words, "--cacert", str(cert)).stdout
        assert "certificates in PEM" in run(*words, "--cacert", str(key)).stderr
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("words, meant", [
    (["usres", "list"], "did you mean users?"), (["saml", "crate"], "did you mean saml create?"),
    (["seats", "--jsn"], "did you mean --json?"), (["nothing", "like", "it"], "nothing; rosterctl --help"),
])
def test_what_was_meant_is_guessed(words, meant):
    done = run(*words)
    assert done.returncode == 2 and meant in done.stderr


@pytest.mark.parametrize("server, advice", [
    ("http://127.0.0.1:1", "is the port right?"), ("gopher://x", "like https://"), ("http://no-host.invalid", "is the name right?"),
])
def test_no_answer_is_told_with_what_to_look_at(server, advice):
    done = run("--server", server, "--token", "t", "seats")
    assert (done.returncode, done.stdout) == (1, "") and advice in done.stderr and server in done.stderr


# ---- on the database -----------------------------------------------------


def test_org_create_prints_the_id_alone(server):
    out = server.ctl("org", "create", f"Printed {os.getpid()} {server.engine}", "--seats", "3")
    assert re.fullmatch(r"[0-9a-f-]{36}\n", out)
    listed = json.loads(server.ctl("org", "list", "--json"))
    mine = [o for o in listed if o["id"] == out.strip()]
    assert mine[0]["limit"] == 3 and mine[0]["used"] == 0 and mine[0]["policy"] == "queue"
    assert mine[0]["name"] in server.ctl("org", "list")


def test_org_name_is_taken_without_case(server, org):
    done = server.ctl("org", "create", org.name.upper(), "--seats", "1", check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "already" in done.stderr


def test_org_create_options_arrive(new_org):
    org = new_org(seats=7, policy="refuse", default_role="RE")
    shown = org.admin.ok("GET", "/org")
    assert (shown["seat_limit"], shown["seat_policy"], shown["default_role"]) == (7, "refuse", "RE")
    assert new_org(seats="unlimited").admin.ok("GET", "/org")["seat_limit"] is None


def test_owner_is_made_guarded_and_holds_a_seat(server):
    name = f"Owned {os.getpid()} {server.engine}"
    done = server.ctl("org", "create", name, "--seats", "2", "--owner", "boss@acme.example", check=False)
    assert done.returncode == 0 and re.fullmatch(r"[0-9a-f-]{36}\n", done.stdout)
    assert done.stderr.count("\n") == 1 and "boss@acme.example is Owner" in done.stderr
    token = server.ctl("token", "create", "--org", name, "--kind", "admin").strip()
    env = {"ROSTERD_SERVER": server.base, "ROSTERD_TOKEN": token}
    owner = json.loads(run("users", "show", "BOSS@acme.example", "--json", env=env).stdout)
    assert (owner["role"], owner["seat"], owner["state"]) == ("OW", True, "active")
    assert json.loads(run("seats", "--json", env=env).stdout)["used"] == 1
    refused = run("users", "deactivate", "boss@acme.example", env=env)
    assert refused.returncode == 1 and "Owner" in refused.stderr


def test_token_life(server, org):
    secret = server.ctl("token", "create", "--org", org.name, "--kind", "admin", "--name", "first")
    assert re.fullmatch(r"rst-admin_\S+\n", secret)
    env = {"ROSTERD_SERVER": server.base, "ROSTERD_TOKEN": secret.strip()}
    assert run("seats", env=env).returncode == 0
    listed = json.loads(server.ctl("token", "list", "--org", org.name, "--json"))
    mine = [t for t in listed if t["name"] == "first"][0]
    assert mine["kind"] == "admin" and mine["revoked"] is None
    assert secret.strip() not in json.dumps(listed)
    server.ctl("token", "revoke", "--org", org.name, mine["id"])
    refused = run("seats", env=env)
    assert refused.returncode == 1 and "revoked" in refused.stderr
    unknown = server.ctl("token", "revoke", "--org", org.name, "no-such-token", check=False)
    assert unknown.returncode == 1


def test_scim_tokens_share_the_connection_scim(server, org):
    for _ in range(2):
        server.ctl("token", "create", "--org", org.name, "--kind", "scim")
    names = [c["name"] for c in org.admin.ok("GET", "/connections/scim")["items"]]
    assert names == ["scim"]
    done = server.ctl("token", "create", "--org", org.name, "--kind", "scim", "--connection", "absent", check=False)
    assert done.returncode == 1 and "absent" in done.stderr


def test_token_expires(server, org):
    past = server.ctl("token", "create", "--org", org.name, "--kind", "admin", "--expires", "2020-01-31", check=False)
    assert past.returncode == 2 and "past" in past.stderr
    server.ctl("token", "create", "--org", org.name, "--kind", "admin", "--name", "later", "--expires", "2099-01-31")
    listed = json.loads(server.ctl("token", "list", "--org", org.name, "--json"))
    assert [t["expires"] for t in listed if t["name"] == "later"] == ["2099-01-31T00:00:00.000Z"]


def test_unknown_organization(server):
    done = server.ctl("token", "create", "--org", "there is none", "--kind", "admin", check=False)
    assert done.returncode == 1 and "org list" in done.stderr


# ---- over the API --------------------------------------------------------


def test_org_and_seats(ctl):
    assert "queue" in ctl("org", "show")
    ctl("org", "set", "--seats", "12", "--policy", "refuse", "--default-role", "RE")
    shown = ctl.json("org", "show")
    assert (shown["seat_limit"], shown["seat_policy"], shown["default_role"]) == (12, "refuse", "RE")
    assert ctl.json("seats")["free"] == 12
    ctl("org", "set", "--seats", "unlimited")
    assert ctl.json("seats")["limit"] is None
    assert "unlimited" in ctl("seats")
    assert "say what to set" in ctl("org", "set", status=2)


def test_users(org, ctl):
    made = scim_user(org, "Ada@acme.example", displayName="Ada Byron")
    assert "Ada Byron" in ctl("users", "list")
    assert ctl.json("users", "show", "ada@ACME.example")["id"] == made["id"]
    assert ctl.json("user", "show", made["id"])["userName"] == "Ada@acme.example"
    ctl("users", "deactivate", "ada@acme.example")
    assert ctl.json("users", "show", made["id"])["state"] == "deactivated"
    assert ctl.json("users", "list", "--state", "active") == []
    ctl("users", "activate", "ada@acme.example")
    ctl("users", "role", "ada@acme.example", "MA")
    assert ctl.json("users", "list", "--role", "MA")[0]["id"] == made["id"]
    why = ctl.json("users", "explain", "ada@acme.example")
    assert [(g["role"], g["origin"], g["counts"]) for g in why["grants"]] == [("MA", "manual", True)]
    assert why["summary"] in ctl("users", "explain", "ada@acme.example")
    ctl("users", "delete", "ada@acme.example")
    assert "by id" in ctl("users", "show", "ada@acme.example", status=1)
    ctl("users", "erase", made["id"])


def test_lists_follow_pages(org, ctl):
    for i in range(7):
        ctl("workspaces", "create", f"W{i}")
    assert len(ctl.json("workspaces", "list")) == 7
    assert len(ctl.json("workspaces", "list", "--limit", "3")) == 3
    assert ctl.json("workspaces", "list", "--limit", "0") == []


def test_places_and_grants(org, ctl):
    scim_user(org, "ada@acme.example")
    workspace = ctl("workspaces", "create", "Vision & Voice").strip()
    project = ctl("projects", "create", "Street signs", "--workspace", workspace).strip()
    assert "Street signs" in ctl("projects", "list")
    assert "has 1 projects" in ctl("workspaces", "delete", workspace, status=1)
    ctl("grants", "give", "ada@acme.example", "--project", project, "--role", "Reviewer")
    assert [p["role"] for p in ctl.json("users", "show", "ada@acme.example")["projects"]] == ["RE"]
    assert "Street signs (RE)" in ctl("users", "show", "ada@acme.example")
    assert len(ctl.json("grants", "list", "--user", "ada@acme.example")) == 1
    ctl("grants", "take", "ada@acme.example", "--project", project)
    assert ctl.json("grants", "list") == []
    ctl("grants", "give", "ada@acme.example", status=2)
    ctl("projects", "delete", project)
    ctl("workspaces", "delete", workspace)
    assert ctl.json("workspaces", "list") == []


def test_rules_travel_there_and_back(org, ctl, tmp_path):
    document = {"rules": [{"id": "admins", "match": {"group": "LS-Admins"}, "grant": {"org_role": "AD"}}]}
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(document))
    assert "revision 1" in ctl("rules", "apply", str(path))
    assert json.loads(ctl("rules", "export")) == document
    document["rules"][0]["grant"]["org_role"] = "MA"
    ctl("rules", "apply", "-", stdin=json.dumps(document))
    assert json.loads(ctl("rules", "export"))["rules"][0]["grant"] == {"org_role": "MA"}
    assert json.loads(ctl("rules", "export", "--revision", "1"))["rules"][0]["grant"] == {"org_role": "AD"}
    assert [r["revision"] for r in ctl.json("rules", "revisions")] == [2, 1]
    path.write_text('{"rules": [{"id": "x", "match": {"group": "A"}, "grant": {"org_role": "OW"}}]}')
    assert "x" in ctl("rules", "apply", str(path), status=1)
    path.write_text("not json")
    assert "is not JSON" in ctl("rules", "apply", str(path), status=1)
    assert "cannot be read" in ctl("rules", "apply", str(tmp_path / "absent"), status=1)


def test_groups(org, ctl):
    user = scim_user(org, "ada@acme.example")
    group = org.scim.ok("POST", "/Groups", {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Engines",
        "members": [{"value": user["id"]}]})
    assert ctl.json("groups", "list")[0]["displayName"] == "Engines"
    assert "ada@acme.example" in json.dumps(ctl.json("groups", "show", group["id"]))
    assert "Engines" in ctl("groups", "show", group["id"])


def test_connections_and_tokens(org, ctl):
    made = ctl.json("connections", "create", "okta", "--preset", "okta")
    assert made["base_url"].endswith("/scim/v2")
    assert "okta" in ctl("connections", "list")
    secret = ctl("token", "create", "--kind", "scim", "--connection", "okta").strip()
    assert secret.startswith("rst-scim_")
    listed = ctl.json("tokens", "list")
    mine = [t for t in listed if t["connection"] == made["id"]]
    assert len(mine) == 1
    ctl("tokens", "revoke", mine[0]["id"])
    assert ctl.json("connections", "show", "OKTA")["id"] == made["id"]
    ctl("connections", "delete", "okta")
    assert ctl.json("connections", "list") == []
    assert "connections list" in ctl("connections", "show", "okta", status=1)


def test_connections_in_one_line(org, ctl, tmp_path):
    """What options say arrives under the name that the API gives it; a file says the rest."""
    (tmp_path / "idp.xml").write_text((ROOT / "idp-configs/okta/idp-metadata.sample.xml").read_text())
    (tmp_path / "more.json").write_text('{"clock_skew_s": 60, "jit": true, "attributes": {"email": "m"}}')
    made = ctl.json("saml", "create", "sso", str(tmp_path / "more.json"), "--preset", "okta", "--jit", "no", "--link", "no",
                    "--metadata", str(tmp_path / "idp.xml"), "--domain", "acme.example,acme.org", "--group-attribute", "g, h",
                    "--want-signed", "both", "--idp-initiated", "yes", "--relay-target", "https://labels.acme.example/")
    assert made["idp"]["entity_id"].startswith("http://www.okta.com/")
    assert (made["preset"], made["jit"], made["link"], made["clock_skew_s"]) == ("okta", False, False, 60)
    assert made["domains"] == ["acme.example", "acme.org"] and made["want_signed"] == "both"
    assert (made["attributes"]["groups"], made["attributes"]["email"]) == (["g", "h"], "m")
    assert made["allow_idp_initiated"] and made["relay_targets"] == ["https://labels.acme.example/"]
    changed = ctl.json("saml", "set", "SSO", "--name", "acme", "--id-attribute", "uid")
    assert (changed["id"], changed["name"], changed["attributes"]["id"]) == (made["id"], "acme", ["uid"])
    assert changed["attributes"]["groups"] == ["g", "h"] and changed["domains"] == made["domains"]
    assert f"{org.server.base}/saml/{made['id']}/login?test=" in ctl("saml", "test", "acme")
    assert "current" in ctl("saml", "keys", "acme")
    assert ctl.json("saml", "delete", "acme", "--dry-run")["groups"] == 0
    assert [c["name"] for c in ctl.json("saml", "list")] == ["acme"]
    ctl("saml", "delete", made["id"])
    assert ctl.json("saml", "list") == []

    (tmp_path / "password").write_text("secret\nnot this\n")
    made = ctl.json("sync", "create", "corp", "--preset", "openldap", "--uri", "ldap://127.0.0.1:1,ldap://127.0.0.1:2",
                    "--tls", "none", "--bind-dn", "cn=r,dc=x", "--bind-password-file", str(tmp_path / "password"),
                    "--users-base", "ou=p,dc=x", "--groups-base", "ou=g,dc=x", "--schedule-minutes", "15", "--enabled", "no")
    assert made["uris"] == ["ldap://127.0.0.1:1", "ldap://127.0.0.1:2"] and made["tls"]["mode"] == "none"
    assert made["bind"]["dn"] == "cn=r,dc=x" and made["bind"]["password_set"] and not made["enabled"]
    assert (made["users"]["base"], made["groups"]["base"], made["schedule_minutes"]) == ("ou=p,dc=x", "ou=g,dc=x", 15)
    assert ctl.json("sync", "set", "corp", "--users-filter", "(uid=*)")["users"]["base"] == "ou=p,dc=x"


def test_settings_in_one_line(ctl):
    signin = ctl.json("signin", "set", "--idle-minutes", "30", "--return-target", "https://a.example/,https://b.example/")
    assert (signin["idle_minutes"], signin["return_targets"]) == (30, ["https://a.example/", "https://b.example/"])
    org = ctl.json("org", "set", "--project-authority", "manual", "--relink-former", "no", "--seats", "unlimited")
    assert (org["authority"]["project"], org["authority"]["org"]) == ("manual", "both")
    assert (org["relink_former"], org["seat_limit"]) == (False, None)


@pytest.mark.parametrize("text, args, said", [
    ("[]", [], "must hold one JSON object"),
    ('{"idle_minutes": 1,\n "sso_only": treu}', [], "line 2, column 17"),
    ('{"tls": 7}', ["--tls", "none"], '"tls" of the document must be an object'),
    ("{}", ["--enabled", "perhaps"], "--enabled is yes or no"),
    ("{}", ["--ca", "/none.pem"], "/none.pem cannot be read"),
])
def test_what_is_wrong_with_a_document_is_said(ctl, tmp_path, text, args, said):
    (tmp_path / "d.json").write_text(text)
    status = 2 if "perhaps" in args else 1
    assert said in ctl("sync", "create", "c", str(tmp_path / "d.json"), *args, status=status)


def test_tables_stay_straight_whatever_people_are_called(org, ctl):
    for name, shown in (("wide@x.example", "\u5c71\u7530"), ("odd@x.example", "a\u009b31mb\u202ec"), ("plain@x.example", "Ada")):
        scim_user(org, name, displayName=shown)
    out = ctl("users", "list")
    assert "\u009b" not in out and "\u202e" not in out and "\u5c71\u7530" in out
    columns = set()
    for line in out.splitlines():
        before = re.split("ROLE|AN |NO ", line)[0]
        columns.add(sum(2 if "\u4e00" <= c <= "\u9fff" else 1 for c in before))
    assert len(columns) == 1, out


def on_a_terminal(ctl, *words, columns=80):
    """What a terminal of that width gets to see on stderr; stdout goes elsewhere."""
    screen, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 25, columns, 0, 0))
    env = {**os.environ, **ctl.env}
    with subprocess.Popen([str(BIN / "rosterctl"), *words], stdout=subprocess.PIPE, stderr=side, env=env) as process:
        os.close(side)
        out, said = process.stdout.read().decode(), b""
        try:
            while piece := os.read(screen, 65536):
                said += piece
        except OSError:
            pass
        os.close(screen)
    assert process.returncode == 0, said
    return out, said.decode()


def test_long_work_shows_how_far_it_is(org, ctl, tmp_path):
    user = scim_user(org, "ada@acme.example")["id"]
    (tmp_path / "many.json").write_text(json.dumps([{"id": f"a{i}", "project": "p", "user": user, "created": "2026-01-01T00:00:00Z"} for i in range(2500)]))
    for width in (80, 24):
        _, said = on_a_terminal(ctl, "annotations", "record", str(tmp_path / "many.json"), columns=width)
        assert "1000 of 2500 sent" in said and ("[####" in said) == (width == 80) and said.endswith("\r\033[K")
        assert max(len(line.removesuffix("\033[K")) for line in said.split("\r")) < width
    assert ctl.json("annotations", "record", str(tmp_path / "many.json")) == {"written": 0, "received": 2500}
    out, said = on_a_terminal(ctl, "annotations", "list", "--json")
    assert len(json.loads(out)) == 2500 and "500 of 2500 read" in said
    assert "2500" not in run("annotations", "list", env=ctl.env).stderr


def test_annotations_and_events(org, ctl, tmp_path):
    scim_user(org, "ada@acme.example")
    batch = tmp_path / "batch.json"
    batch.write_text(json.dumps([{"id": "a1", "project": "p", "user": "ada@acme.example",
                                  "created": "2026-01-05T09:00:00Z", "updated": "2026-01-05T09:00:00Z"}]))
    assert "1 " in Ctl(org, "platform")("annotations", "record", str(batch))
    ctl("users", "delete", "ada@acme.example")
    left = ctl.json("annotations", "list")
    assert [(a["id"], a["user_state"]) for a in left] == [("a1", "former")]
    refused = Ctl(org, "platform")("rules", "export", status=1)
    assert "token of kind admin" in refused
    assert ctl.json("events", "--limit", "0") == []


def test_unreachable_server_is_a_failure(org):
    done = run("--server", "http://127.0.0.1:1", "--token", "x", "seats")
    assert done.returncode == 1 and "does not answer" in done.stderr


def test_token_file(org, tmp_path):
    path = tmp_path / "token"
    path.write_text(org.token("admin") + "\n")
    assert run("--server", org.server.base + "/", "--token-file", str(path), "seats").returncode == 0


# ---- the audit trail -----------------------------------------------------


@pytest.fixture(scope="module")
def trail(server):
    """A sealed export of more than three records, as lines."""
    ctl = Ctl(server.new_org())
    for i in range(4):
        ctl("workspaces", "create", f"Größe \"{i}\" <ü>\n")
    deadline = time.monotonic() + 60
    while True:
        lines = ctl("audit", "export").splitlines()
        if sum("workspace.created" in line for line in lines) == 4:
            return lines
        assert time.monotonic() < deadline, "the trail was not sealed"
        time.sleep(0.2)


def verify(tmp_path, lines, *options):
    path = tmp_path / "audit.jsonl"
    path.write_text("".join(line + "\n" for line in lines))
    return run("audit", "verify", *options, str(path))


def test_audit_verify_finds_nothing_wrong(trail, tmp_path):
    done = verify(tmp_path, trail)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{len(trail)} records, unbroken")


@pytest.mark.parametrize("harm", ["change", "drop", "swap", "cut first", "forge hash", "time", "add", "type"])
def test_audit_verify_finds_tampering(trail, tmp_path, harm):
    lines = list(trail)
    if harm == "change":
        lines[1] = re.sub(r'("actor": ?")', r"\1x", lines[1])
    elif harm == "drop":
        del lines[1]
    elif harm == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    elif harm == "cut first":
        del lines[0]
    elif harm == "time":
        lines[1] = re.sub(r'("time": ?")20', r"\g<1>19", lines[1])
    elif harm == "add":
        lines[1] = lines[1].replace("{", '{"approved": "by the auditor", ', 1)
    elif harm == "type":
        lines[1] = re.sub(r'("reason": ?)null', r'\g<1>{"because": "he said so"}', lines[1])
    else:
        lines[-1] = re.sub(r'("hash": ?")[0-9a-f]{8}', r"\g<1>00000000", lines[-1])
    assert lines != trail
    done = verify(tmp_path, lines)
    assert (done.returncode, done.stdout) == (1, "")
    assert "record" in done.stderr and done.stderr.count("\n") == 1


def test_audit_verify_knows_what_was_noted_before(trail, tmp_path):
    noted = json.loads(trail[-2])["hash"]
    assert verify(tmp_path, trail, "--contains", noted).returncode == 0
    cut = verify(tmp_path, trail[:-2], "--contains", noted)
    assert (cut.returncode, cut.stdout) == (1, "") and noted in cut.stderr


def test_audit_list(org, ctl):
    ctl("workspaces", "create", "Vision")
    listed = ctl.json("audit", "list", "--action", "workspace.created")
    assert [a["action"] for a in listed] == ["workspace.created"]
    assert "workspace.created" in ctl("audit", "list", "--limit", "1")
