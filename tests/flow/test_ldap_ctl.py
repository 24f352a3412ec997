"""rosterctl sync: connections, runs, and the variables of Label Studio."""
import json

import pytest
from harness.mirror import Mirror
from harness.slapd import Slapd, installed

pytestmark = pytest.mark.skipif(not installed(), reason="slapd is not installed")


@pytest.fixture(scope="module")
def directory():
    d = Slapd(people=5)
    yield d
    d.close()


def settings(d, **more):
    return {"uris": [d.uri], "tls": {"mode": "none"}, "bind": {"dn": d.service, "password": d.service_password},
            "users": {"base": d.people_base}, "groups": {"base": d.groups_base}, "schedule_minutes": 0, **more}


def test_a_connection_from_a_file_to_a_run(server, org, directory, tmp_path):
    (tmp_path / "corp.json").write_text(json.dumps(settings(directory)))
    server.api(org, "sync", "create", "corp", str(tmp_path / "corp.json"))
    assert "corp" in server.api(org, "sync", "list")
    out = json.loads(server.api(org, "sync", "run", "corp", "--dry-run", "--watch", "--json"))
    assert out["state"] == "done" and out["counts"]["created"] == 5
    assert "p000003@ex.example" in server.api(org, "sync", "changes", "corp")
    server.api(org, "sync", "run", "corp", "--watch")
    assert "done" in server.api(org, "sync", "status", "corp") and "full" in server.api(org, "sync", "runs", "corp")
    assert "event=ldap_sync" in server.tail(200) and "state=done read=5" in server.tail(200)
    (tmp_path / "less.json").write_text(json.dumps({"full_hours": 48}))
    server.api(org, "sync", "set", "corp", str(tmp_path / "less.json"))
    assert json.loads(server.api(org, "sync", "show", "corp", "--json"))["full_hours"] == 48
    server.api(org, "sync", "delete", "corp")
    assert len(Mirror(org, directory).users()) == 5


def test_a_connection_is_tried(server, org, directory, tmp_path):
    (tmp_path / "corp.json").write_text(json.dumps(settings(directory)))
    server.api(org, "sync", "create", "corp", str(tmp_path / "corp.json"))
    out = server.api(org, "sync", "test", "corp")
    assert "users: complete" in out and "p000003@ex.example" in out and directory.uri in out
    (tmp_path / "off.json").write_text(json.dumps({"uris": ["ldap://127.0.0.1:1"], "bind": {"password": "x"}}))
    server.api(org, "sync", "set", "corp", str(tmp_path / "off.json"))
    done = server.api(org, "sync", "test", "corp", check=False)
    assert done.returncode == 1 and "nothing answers" in done.stdout and "p000003" not in done.stdout


@pytest.mark.parametrize("start_tls, mode", [("True", "starttls"), ("1", "starttls"), ("False", "none"), ("0", "none")])
def test_start_tls_as_the_variable_says(server, org, directory, tmp_path, start_tls, mode):
    (tmp_path / "ls.env").write_text(
        f"AUTH_LDAP_SERVER_URI={directory.uri}\nAUTH_LDAP_USER_SEARCH_BASES={directory.people_base}\n"
        f"AUTH_LDAP_START_TLS={start_tls}\n")
    server.api(org, "sync", "import", "old", str(tmp_path / "ls.env"))
    assert json.loads(server.api(org, "sync", "show", "old", "--json"))["tls"]["mode"] == mode


def test_variables_of_label_studio(server, org, directory, tmp_path):
    (tmp_path / "ls.env").write_text(
        f'AUTH_LDAP_ENABLED=1\nexport AUTH_LDAP_SERVER_URI="{directory.uri}"\n'
        f"AUTH_LDAP_BIND_DN={directory.service}\nAUTH_LDAP_BIND_PASSWORD='{directory.service_password}'\n"
        f"AUTH_LDAP_USER_SEARCH_BASES={directory.people_base}\nAUTH_LDAP_USER_ATTR_MAP_EMAIL=mail\n"
        f"AUTH_LDAP_GROUP_SEARCH_BASE_DN={directory.groups_base}\n")
    server.api(org, "sync", "import", "old", str(tmp_path / "ls.env"))
    made = json.loads(server.api(org, "sync", "show", "old", "--json"))
    assert made["uris"] == [directory.uri] and made["tls"]["mode"] == "none" and not made["enabled"]
    assert made["bind"]["dn"] == directory.service and made["bind"]["password_set"]
    assert made["attributes"]["email"] == ["mail"] and made["groups"]["base"] == directory.groups_base
    assert directory.service_password not in json.dumps(made)
    server.api(org, "sync", "run", "old", "--watch")
    assert len(org.admin.ok("GET", "/users")["items"]) == 5


def test_several_bases_of_label_studio(server, org, directory, tmp_path):
    staff = f"ou=staff,{directory.suffix}"
    (tmp_path / "ls.env").write_text(
        f"AUTH_LDAP_SERVER_URI={directory.uri}\nAUTH_LDAP_USER_SEARCH_BASES='{directory.people_base} ; {staff};'\n")
    server.api(org, "sync", "import", "old", str(tmp_path / "ls.env"))
    made = json.loads(server.api(org, "sync", "show", "old", "--json"))
    assert made["users"]["base"] == [directory.people_base, staff]
