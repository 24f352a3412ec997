"""What stands in front of the platform: the session check, signed tokens, permissions."""
import base64
import json
import shutil
import subprocess
import time
import urllib.parse

import pytest
from harness import scim
from harness import server as servers
from harness.people import Account, Browser, link_of, session_for
from harness.cluster import free_port


@pytest.fixture
def placed(org):
    """(org, user id, browser, workspace id, project id): a reviewer with a group and a place."""
    org.admin.ok("PATCH", f"/users/{scim.make_user(org)}", {"role": "AD"})
    user = scim.make_user(org, "ada@x.example", displayName="Ada Lövelace, the 1st")
    scim.make_group(org, "Team, A", [user])
    scim.make_group(org, "Zürich", [user])
    org.admin.ok("PATCH", f"/users/{user}", {"role": "RE"})
    workspace = org.admin.ok("POST", "/workspaces", {"title": "Vision"})["id"]
    project = org.admin.ok("POST", "/projects", {"title": "Cats", "workspace": workspace})["id"]
    org.admin.ok("POST", "/grants", {"user": user, "project": project, "role": "Annotator"})
    return org, user, session_for(org, user), workspace, project


# ---- /auth/check

def test_the_headers_of_a_check(placed):
    org, user, browser, _, _ = placed
    page = browser.check()
    got = {k: v for k, v in page.headers.items() if k.startswith("Remote-")}
    assert page.status == 200 and page.text == ""
    assert {k: urllib.parse.unquote(v) for k, v in got.items() if k != "Remote-Groups"} == {
        "Remote-User": "ada@x.example", "Remote-User-Id": user, "Remote-Email": "ada@x.example",
        "Remote-Name": "Ada Lövelace, the 1st", "Remote-Org": org.id, "Remote-Role": "RE"}
    assert [urllib.parse.unquote(g) for g in got["Remote-Groups"].split(",")] == ["Team, A", "Zürich"]
    assert all(v.isascii() for v in got.values())


def test_nobody_is_401_without_a_body(server):
    page = Browser(server.base).check()
    assert page.status == 401 and page.text == ""
    assert not [h for h in page.headers if h.startswith("Remote-")]


def test_too_many_groups_are_left_out_not_cut_off(org):
    user = scim.make_user(org)
    for i in range(60):
        scim.make_group(org, f"A group with a rather long name, number {i:03}", [user])
    page = session_for(org, user).check()
    assert page.status == 200 and "Remote-Groups" not in page.headers
    assert "/auth/token" in page.headers["Remote-Groups-Left-Out"]


@pytest.mark.parametrize("headers,location", [
    ({"X-Forwarded-Uri": "/app?a=1&b=2", "X-Forwarded-Method": "GET"}, "/login?next=/app?a=1%26b=2"),
    # Traefik's forwardAuth, Caddy's forward_auth: the same five
    ({"X-Forwarded-Method": "GET", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "roster.example", "X-Forwarded-Uri": "/p/7",
      "X-Forwarded-For": "192.0.2.9", "X-Real-Ip": "192.0.2.9"}, "/login?next=/p/7"),
    ({"X-Forwarded-Method": "GET", "X-Forwarded-Host": "evil.example", "X-Forwarded-Uri": "/p/7"}, "/login?next=/p/7"),
    ({"X-Forwarded-Uri": "/app", "X-Forwarded-Method": "POST"}, None),
    ({"X-Forwarded-Uri": "/socket", "X-Forwarded-Method": "GET", "Accept": "*/*"}, None),
    ({"X-Forwarded-Uri": "/app", "Accept": "application/json"}, None),
    ({"X-Forwarded-Uri": "//evil.example/"}, None),
    ({"X-Forwarded-Uri": "https://evil.example/"}, None),
    ({}, None),
])
def test_forward_auth_takes_people_to_sign_in(server, headers, location):
    page = Browser(server.base).get("/auth/check", headers=headers)
    assert (page.status, page.location) == ((303, server.base + location) if location else (401, None))
    if location:
        then = Browser(server.base).get(page.location[len(server.base):])
        assert then.fields["next"] == headers["X-Forwarded-Uri"]


# ---- nginx

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{
    listen 127.0.0.1:{port};
    location = /auth/check {{
      internal;
      proxy_pass {base};
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
    }}
    location ~ ^/(login|logout|password|saml|assets|auth/token) {{ proxy_pass {base}; }}
    location / {{
      auth_request /auth/check;
      auth_request_set $user $upstream_http_remote_user;
      auth_request_set $role $upstream_http_remote_role;
      auth_request_set $groups $upstream_http_remote_groups;
      error_page 401 = @signin;
      add_header X-User $user; add_header X-Role $role; add_header X-Groups $groups;
      root {folder}/www;
    }}
    location @signin {{ return 302 /login?next=$request_uri; }}
  }}
}}
"""


@pytest.fixture
def nginx(make_own_server, tmp_path):
    if not shutil.which("nginx") and not shutil.which("/usr/sbin/nginx"):
        pytest.skip("nginx is not installed")
    port = free_port()
    server = make_own_server(options=("--public-url", f"http://127.0.0.1:{port}"))
    (tmp_path / "www").mkdir(mode=0o755)
    tmp_path.chmod(0o755)
    (tmp_path / "www" / "page.html").write_text("the platform")
    config = tmp_path / "nginx.conf"
    config.write_text("user root;\n" * (shutil.os.getuid() == 0)
                      + NGINX.format(folder=tmp_path, port=port, base=server.base))
    process = subprocess.Popen([shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(config)],
                               stderr=subprocess.PIPE)
    front = Browser(f"http://127.0.0.1:{port}")
    deadline = time.monotonic() + 20
    while True:
        try:
            front.get("/login")
            break
        except OSError:
            assert process.poll() is None, process.stderr.read()
            assert time.monotonic() < deadline
            time.sleep(0.02)
    yield server, front
    process.terminate()
    process.wait(20)


def test_nginx_lets_in_whom_we_know(nginx):
    server, front = nginx
    org = server.new_org(default_role="AN")
    user = scim.make_user(org, "ada@x.example")
    scim.make_group(org, "Team", [user])
    front.jar.clear()

    page = front.get("/page.html?x=1")
    assert (page.status, page.location) == (302, front.base + "/login?next=/page.html?x=1") or \
        page.location == "/login?next=/page.html?x=1"
    page = front.get("/login?next=/page.html?x=1")
    assert page.fields["next"] == "/page.html?x=1"

    front.jar.update(session_for(org, user).jar)
    page = front.get("/page.html", headers={"Remote-User": "forged"})
    assert page.status == 200 and page.text == "the platform"
    assert (page.headers["X-User"], page.headers["X-Role"], page.headers["X-Groups"]) == ("ada@x.example", "AN", "Team")

    scim.set_active(org, user, False)
    assert front.get("/page.html").status == 302


def test_sign_in_through_nginx(nginx):
    server, front = nginx
    done = server.ctl("org", "create", "behind", "--seats", "2", "--owner", "boss@behind.example", check=False)
    account = Account(servers.Org(server, "behind"), link_of(done), base=front.base)
    browser, answer = account.sign_in(next="/page.html")
    assert (answer.status, answer.location) == (303, "/page.html")
    assert browser.get("/page.html").text == "the platform"
    browser.submit(browser.get("/logout"))
    assert browser.get("/page.html").status == 302


# ---- /auth/token

def b64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify(server, token):
    """By the published keys and somebody else's Ed25519: OpenSSL."""
    head, body, signature = token.split(".")
    header = json.loads(b64(head))
    assert header["alg"] == "EdDSA" and header["typ"] == "JWT"
    keys = {k["kid"]: k for k in json.loads(Browser(server.base).get("/.well-known/jwks.json").text)["keys"]}
    key = keys[header["kid"]]
    assert (key["kty"], key["crv"], key["use"]) == ("OKP", "Ed25519", "sig") and "d" not in key
    ed25519 = pytest.importorskip("cryptography.hazmat.primitives.asymmetric.ed25519")
    public = ed25519.Ed25519PublicKey.from_public_bytes(b64(key["x"]))
    public.verify(b64(signature), f"{head}.{body}".encode())
    with pytest.raises(Exception):
        public.verify(b64(signature), f"{head}.{body}x".encode())
    return json.loads(b64(body))


def test_a_token_says_who_where_and_what(placed):
    org, user, browser, workspace, project = placed
    answer = json.loads(browser.get("/auth/token").text)
    claims = verify(org.server, answer["token"])
    assert answer["expires_in"] == 300 and claims["exp"] - claims["iat"] == 300
    assert abs(claims["iat"] - time.time()) < 60
    assert (claims["iss"], claims["sub"], claims["user"], claims["org"]) == (org.server.base, user, user, org.id)
    assert claims["role"] == "RE" and claims["email"] == "ada@x.example"
    assert claims["groups"] == ["Team, A", "Zürich"]
    assert claims["workspaces"] == [] and [(p["id"], p["role"]) for p in claims["projects"]] == [(project, "AN")]
    org.admin.ok("POST", "/grants", {"user": user, "workspace": workspace, "role": "member"})
    org.admin.ok("PATCH", f"/users/{user}", {"role": "MA"})
    again = verify(org.server, json.loads(browser.get("/auth/token").text)["token"])
    assert again["role"] == "MA" and [w["id"] for w in again["workspaces"]] == [workspace]
    assert again["jti"] != claims["jti"] and again["sid"] == claims["sid"]


def test_tokens_are_for_sessions_alone(org):
    anonymous = Browser(org.server.base)
    assert anonymous.get("/auth/token").status == 401
    for kind in ("admin", "platform"):
        assert anonymous.get("/auth/token", headers={"Authorization": "Bearer " + org.token(kind)}).status == 401


def test_the_keys_before_and_after_are_published_too(org):
    keys = json.loads(Browser(org.server.base).get("/.well-known/jwks.json").text)["keys"]
    assert len({k["kid"] for k in keys}) == 3


# ---- permissions

def ask(org, client=None, **query):
    return (client or org.platform).get("/authz/check?" + urllib.parse.urlencode(query))


def test_permissions_of_people_in_places(placed):
    org, user, _, workspace, project = placed
    other = org.admin.ok("POST", "/projects", {"title": "Dogs", "workspace": workspace})["id"]

    def may(action, **where):
        answer = ask(org, user="ada@x.example", action=action, **where)
        assert answer.status == 200, answer
        return answer.json["allowed"], answer.json["role"]

    assert may("review") == (True, "RE")
    assert may("review", project=project) == (False, "AN"), "the project's role is lower"
    assert may("label", project=project) == (True, "AN")
    assert may("label", project=other)[0] is False, "not added there"
    assert may("import data")[0] is False
    org.admin.ok("POST", "/grants", {"user": user, "workspace": workspace, "role": "member"})
    assert may("review", project=other) == (True, "RE")
    assert may("update_workspace", workspace=workspace)[0] is False
    org.admin.ok("PATCH", f"/users/{user}", {"role": "MA"})
    assert may("review", project=project) == (True, "MA")
    assert may("update_workspace", workspace=workspace)[0] is True
    elsewhere = org.admin.ok("POST", "/workspaces", {"title": "Elsewhere"})["id"]
    assert may("update_workspace", workspace=elsewhere)[0] is False
    assert may("read_workspace", workspace=elsewhere)[0] is True
    org.admin.ok("PATCH", f"/users/{user}", {"role": "AD"})
    assert may("update_workspace", workspace=elsewhere)[0] is True
    org.admin.ok("PATCH", f"/users/{user}", {"role": "RE"})
    scim.set_active(org, user, False)
    assert may("label")[0] is False


def test_questions_that_make_no_sense(placed, new_org):
    org, user, _, workspace, project = placed
    other = new_org()
    theirs = other.admin.ok("POST", "/workspaces", {"title": "Theirs"})["id"]
    assert ask(org, user=user, action="fly").status == 400
    assert ask(org, user=user).status == 400
    assert ask(org, action="label").status == 400
    assert ask(org, user="nobody", action="label").status == 404
    assert ask(org, user=user, action="label", project="nothing").status == 404
    assert ask(org, user=user, action="label", workspace=theirs).status == 404
    assert ask(other, user=user, action="label").status == 404
    assert Browser(org.server.base).get("/api/v1/authz/check?action=label").status == 401
    elsewhere = org.admin.ok("POST", "/workspaces", {"title": "Elsewhere"})["id"]
    assert ask(org, user=user, action="label", project=project, workspace=elsewhere).status == 400


def test_what_can_be_asked(org):
    items = org.platform.ok("GET", "/authz/actions")["items"]
    assert len(items) == 26 and items[0] == {
        "action": "change_user_roles", "about": "change user roles",
        "roles": {"AN": "no", "RE": "no", "MA": "no", "AD": "yes", "OW": "yes"}}
    for one in items:
        assert one["action"] and set(one["roles"]) == {"AN", "RE", "MA", "AD", "OW"}
