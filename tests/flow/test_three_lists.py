"""What the API offers and what rosterctl calls are one list; that the console asks for nothing else, the browser
tests see while they use it."""
import json
import os
import pty
import re
import select
import subprocess
import time

import pytest

from harness.server import BIN, ROOT
from harness.people import session_for
from harness.scim import make_user
from test_openapi import furnish

# operations that no command calls, and why
WITHOUT_COMMAND = {
    "GET /session": "a browser's own session; a token has none",
    "DELETE /grants/{}": "grants take names the grant in words: DELETE /grants",
}


@pytest.fixture(scope="module")
def commands():
    out = subprocess.run([str(BIN / "rosterctl"), "operations"], text=True, capture_output=True, check=True).stdout
    return {line.split("\t")[0]: line.split("\t")[1].split(";") for line in out.splitlines()}


@pytest.fixture
def offered(org):
    api = org.admin.ok("GET", "/openapi.json")
    return {f"{method.upper()} {re.sub('{[a-z]+}', '{}', path.removeprefix('/api/v1'))}"
            for path, methods in api["paths"].items() for method in methods}


def test_every_operation_has_a_command(commands, offered):
    called = {o for list_ in commands.values() for o in list_} - {"none"}
    assert called - offered == set(), "commands call what is not there"
    assert offered - called == set(WITHOUT_COMMAND), "operations without a command, or a reason that is none"


def test_every_command_says_what_it_calls(commands):
    assert [name for name, calls in commands.items() if calls == ["unknown"]] == []


# every command that changes something, in an order in which all of them can; what stands in {} is
# of test_openapi's organization or was printed by the command before the arrow
WRITES = """
org set --hold-people 20
holds reject {holds} --reason mistake
holds show {holds} -> digest:digest
holds approve {holds} {digest}
users role {users} MA
users set-role RE {users}
users set-state active {users}
users sign-out {users}
users role {other} AD
users password-link {other}
workspaces create Second -> id:space
workspaces rename {space} Third
projects create Cats --workspace {space} -> id:project
projects rename {project} Dogs
grants give {users} --workspace {space}
grants take {users} --workspace {space}
annotations record {folder}/annotation.json
annotations learn {folder}/people.json
annotations intake {folder}/message.json
rules import {folder}/lists.json
rules plan {folder}/rules.json --limit 2000 -> plan:plan hash:hash
rules apply --plan {plan} --hash {hash}
rules apply {folder}/rules.json
rules activate 1
webhooks create https://hooks.example.org/x -> id:hook
webhooks set {hook} --name other
webhooks pause {hook}
webhooks resume {hook}
webhooks rotate {hook}
webhooks test {hook}
webhooks redeliver {hook}
webhooks delete {hook}
token create --kind platform -> id:token
token revoke {token}
connections create more --preset okta
connections set more --name most
connections delete most
saml create sso --preset okta --metadata {metadata}
saml set s --jit no
saml rotate s
saml test s
saml delete s
sync create corp --uri ldap://127.0.0.1:1 --tls none --users-base dc=x --enabled no
sync set corp --schedule-minutes 5
sync test corp
sync run corp --dry-run --watch
sync import old {folder}/ls.env
sync delete corp
invitations create new@x.example -> id:invitation
invitations reset {invitation}
invitations revoke {invitation}
domains add more.example
domains verify more.example
domains delete more.example
signin set --idle-minutes 45
sessions end {session}
users deactivate {users}
users activate {users}
users erase {users}
users delete {other}
projects delete {project}
workspaces delete {space}
"""

def test_commands_call_what_they_say(org, commands, tmp_path):
    """All commands at work with a token of their own, and what the server saw of it."""
    things = {**furnish(org), "folder": str(tmp_path), "other": make_user(org),
              "metadata": ROOT / "idp-configs/okta/idp-metadata.sample.xml"}
    things["session"] = session_for(org, things["users"]).session_id
    org.server.ctl("org", "owner", "boss@x.example", "--org", org.name)
    for name, text in (("annotation.json", {"id": "n", "project": "p", "user": things["users"]}), ("people.json", [{"id": 7, "user": things["users"]}]),
                       ("message.json", {"action": "PROJECT_CREATED"}), ("lists.json", {"roles_groups": [["Reviewer", "Team"]]}),
                       ("rules.json", {"rules": [{"id": "t", "match": {"group": "Team"}, "grant": {"org_role": "MA"}}]})):
        (tmp_path / name).write_text(json.dumps(text))
    (tmp_path / "ls.env").write_text("AUTH_LDAP_SERVER_URI=ldaps://127.0.0.1:1\nAUTH_LDAP_USER_SEARCH_BASES=dc=x\n")
    env = {**org.server.env, "ROSTERD_SERVER": org.server.base, "ROSTERD_TOKEN": org.token("admin", name="commands")}
    mine = next(t["id"] for t in org.admin.ok("GET", "/tokens")["items"] if t["name"] == "commands")
    tried = {}
    for line in WRITES.strip().splitlines():
        line, _, keep = line.partition(" -> ")
        words, before = line.format(**things).split(), org.server.log.stat().st_size
        done = subprocess.run([str(BIN / "rosterctl"), *words, "--json"], text=True, capture_output=True, env=env)
        assert done.returncode == 0 or words[:2] in (["sync", "test"], ["sync", "run"]), (line, done.stderr)
        answer = json.loads(done.stdout)
        things.update((to, answer[of]) for of, to in (pair.split(":") for pair in keep.split()))
        command = " ".join(words[:2])
        tried.setdefault(command, set()).update(operations_of(org.server, mine, before, writes_of(commands[command])))
    writing = {c for c, calls in commands.items() if calls[0] not in ("none", "unknown") and not calls[0].startswith("GET ")}
    assert writing - set(tried) == set()
    for command, seen in tried.items():
        assert writes_of(commands[command]) <= seen, f"{command} does not call what it says"


def writes_of(operations):
    return {o for o in operations if not o.startswith("GET ")}


def operations_of(server, token, offset, awaited):
    """What the server did for a token since its log was that long; a line comes behind its answer."""
    seen = set()
    for _ in range(50):
        text = server.log.read_bytes()[offset:].decode()
        seen = {" ".join(o) for o in re.findall(rf"actor=\S+token:{token} method=(\w+) route=/api/v1(\S+) status=2", text)}
        if awaited <= seen:
            break
        time.sleep(0.01)
    return seen


# parameters of the API that have another name on the command line; pages are read by themselves
SPELLED = {"scope": "workspace", "org_role": "org-role", "preview": "dry-run"}
INSTEAD = {("GET /users/{}/explain", "target"): "project", ("GET /users/{}/explain", "group"): "join",
           ("DELETE /grants", "user"): "role", ("GET /audit/export", "limit"): "after"}


def test_every_question_can_be_asked(commands, org):
    """Whatever a list can be narrowed by, an option says it."""
    asked = 0
    for path, methods in org.admin.ok("GET", "/openapi.json")["paths"].items():
        for method, o in methods.items():
            operation = f"{method.upper()} {re.sub('{[a-z]+}', '{}', path.removeprefix('/api/v1'))}"
            mine = [c for c, calls in commands.items() if calls[0] == operation]
            options = {x for c in mine for x in re.findall(r"^  --([a-z-]+)", help_of(c), re.M)}
            for p in o["parameters"]:
                if p["in"] == "query" and p["name"] != "after" and mine:
                    said = INSTEAD.get((operation, p["name"])) or SPELLED.get(p["name"], p["name"])
                    assert said in options, (operation, p["name"])
                    asked += 1
    assert asked > 60


def help_of(command):
    return subprocess.run([str(BIN / "rosterctl"), *command.split(), "--help"], text=True, capture_output=True).stdout


def empty_members(items):
    """How many members hold nothing in any of the items."""
    seen = {}
    for item in items:
        inner = {f"{k}.{n}": x for k, v in item.items() if isinstance(v, dict) for n, x in v.items()}
        for key, value in {**item, **inner}.items():
            seen.setdefault(key, []).append(value in (None, [], ""))
    return sum(all(v) for v in seen.values())


def test_reading_gives_tables_and_json(org, commands):
    """Every command that reads, both ways; a column that nothing ever fills is a column of nothing."""
    things = furnish(org)
    args = {"users": things["users"], "groups": things["groups"], "workspaces": things["workspaces"],
            "projects": things["projects"], "holds": things["holds"], "webhooks": things["webhooks"],
            "domains": things["domains"], "connections": "c", "saml": "s", "sync": "l"}
    more = {"authz check": ["--user", things["users"], "--action", "export_data"], "annotations weeks": ["--project", "p"]}
    raw = {"openapi", "rules export", "audit export"}
    tables = 0
    for command, calls in commands.items():
        if not calls[0].startswith("GET ") or command == "sync status":
            continue  # the run of a directory that is not there has failed, and so does looking at it
        words = command.split()
        if re.search(r"rosterctl \[OPTIONS\] .* [A-Z]+", help_of(command)):
            words.append(args[words[0]])
        out = org.server.api(org, *words, *more.get(command, []))
        answer = org.server.api(org, *words, *more.get(command, []), "--json")
        if command == "audit export":
            continue
        answer = json.loads(answer)
        if command in raw:
            continue
        assert not out.startswith(("{", "[")), command
        if isinstance(answer, list) and answer:
            head, *rows = [re.split(" {2,}", line.strip()) for line in out.splitlines()]
            assert len(rows) == len(answer), command
            blank = [title for i, title in enumerate(head) if {row[i] for row in rows} == {"-"}]
            assert len(blank) <= empty_members(answer), f"{command}: nothing is ever below {blank}"
            tables += 1
    assert tables > 20


def test_the_list_is_for_programs_too(commands):
    out = subprocess.run([str(BIN / "rosterctl"), "operations", "--json"], text=True, capture_output=True, check=True).stdout
    assert {c["command"]: c["operations"] or ["none"] for c in json.loads(out)} == commands


# ---- commands that are one operation ----------------------------------------

def test_plain_commands(org):
    from harness.scim import make_user
    make_user(org, "ada@acme.example")
    api = org.server.api
    id_ = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    api(org, "workspaces", "rename", id_, "Sight")
    assert "Sight" in api(org, "workspaces", "show", id_)
    project = org.admin.ok("POST", "/projects", {"title": "Cats", "workspace": id_})["id"]
    api(org, "projects", "rename", project, "Dogs")
    assert "Dogs" in api(org, "projects", "show", project)
    org.admin.ok("PUT", "/rules", {"rules": []})
    assert "rules" in api(org, "rules", "activate", "1")
    for words in (["sessions", "list"], ["requests"], ["presets"], ["signin", "show"], ["authz", "actions"],
                  ["annotations", "report"], ["saml", "list"], ["openapi"]):
        assert api(org, *words).strip(), words
    assert "allowed" in api(org, "authz", "check", "--user", "ada@acme.example", "--action", "export_data")
    api(org, "users", "sign-out", "ada@acme.example")
    api(org, "domains", "add", "acme.example")
    assert "acme.example" in api(org, "domains", "show", "acme.example")
    api(org, "domains", "delete", "acme.example")
    assert org.admin.ok("GET", "/domains")["total"] == 0


# ---- completion -----------------------------------------------------------

def completions(line):
    """What bash offers behind a line."""
    script = ('eval "$("$0" completion bash)"; read -ra COMP_WORDS <<<"$1"; '
              '[ "${1%% }" != "$1" ] && COMP_WORDS+=(""); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); '
              '_rosterctl; printf "%s\\n" "${COMPREPLY[@]}"')
    done = subprocess.run(["bash", "-c", script, str(BIN / "rosterctl"), line], text=True, capture_output=True)
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return set(done.stdout.split())


def test_every_command_completes(commands):
    by_noun = {}
    for name in commands:
        noun, _, verb = name.partition(" ")
        by_noun.setdefault(noun, set()).update({verb} - {""})
    assert completions("rosterctl ") == set(by_noun)
    for noun, verbs in by_noun.items():
        assert completions(f"rosterctl {noun} ") == verbs, noun


@pytest.mark.parametrize("line, some", [
    ("rosterctl us", {"users"}),
    ("rosterctl --server http://users users s", {"show", "set-role", "set-state", "sign-out"}),
    ("rosterctl users set-role --d", {"--dry-run", "--database"}),
    ("rosterctl invitations create --", {"--role", "--workspace", "--days", "--json"}),
    ("rosterctl --j", {"--json"}),
    ("rosterctl saml set okta --jit ", {"yes", "no"}),
    ("rosterctl org set --policy r", {"refuse"}),
    ("rosterctl sync create corp --tls s", {"starttls"}),
])
def test_words_and_options_complete(line, some):
    assert some <= completions(line)


def test_files_complete_behind_an_option_that_takes_one():
    assert completions("rosterctl --token-file ") == completions("rosterctl saml create okta --metadata ") == set()


class Zsh:
    """An interactive zsh on a terminal of its own."""

    def __init__(self, folder):
        self.screen, side = pty.openpty()
        self.process = subprocess.Popen(["zsh", "-f", "-i"], stdin=side, stdout=side, stderr=side, start_new_session=True,
                                        env={"PATH": os.environ["PATH"], "HOME": str(folder), "TERM": "dumb", "PS1": "> "})
        os.close(side)

    def type(self, text, wanted, seconds=20):
        """Types, and waits until the screen has said what is wanted."""
        os.write(self.screen, text.encode())
        said, deadline = "", time.monotonic() + seconds
        while wanted not in said:
            assert time.monotonic() < deadline, said
            if select.select([self.screen], [], [], 0.1)[0]:
                said += os.read(self.screen, 65536).decode()

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.screen)


def test_zsh_completes_from_the_first_key_on(tmp_path):
    out = subprocess.run([str(BIN / "rosterctl"), "completion", "zsh"], text=True, capture_output=True, check=True).stdout
    (tmp_path / "_rosterctl").write_text(out)
    zsh = Zsh(tmp_path)
    try:
        zsh.type(f"fpath=({tmp_path} $fpath); autoload -Uz compinit && compinit -u -D && echo re''ady\n", "ready")
        zsh.type("rosterctl us\t", "users ")
        zsh.type("sh\t", "show ")
        zsh.type("--js\t", "--json")
    finally:
        zsh.close()


def test_other_shells_are_refused():
    done = subprocess.run([str(BIN / "rosterctl"), "completion", "fish"], text=True, capture_output=True)
    assert done.returncode == 2 and "bash and zsh" in done.stderr


def test_it_is_installed(tmp_path):
    subprocess.run(["make", "-C", str(ROOT), "-s", "install-completion", f"B={BIN}", f"DESTDIR={tmp_path}", "PREFIX=/usr"],
                   check=True, capture_output=True)
    assert "_rosterctl" in (tmp_path / "usr/share/bash-completion/completions/rosterctl").read_text()
    assert (tmp_path / "usr/share/zsh/site-functions/_rosterctl").read_text().startswith("#compdef")
