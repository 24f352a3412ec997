"""People at our own pages: one site's cookies and forms, one-time codes, accounts, sessions."""
import base64
import hashlib
import hmac
import html
import http.client
import re
import secrets
import struct
import time
import urllib.parse

from . import server as servers


class Page:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text

    location = property(lambda self: self.headers.get("Location"))
    title = property(lambda self: html.unescape(re.search(r"<title>(.*?)</title>", self.text)[1]))
    alert = property(lambda self: (re.search(r'role="alert">(.*?)</p>', self.text) or [None, None])[1])

    @property
    def fields(self):
        """What the page's form would send untouched."""
        found = {}
        for tag in re.findall(r"<input [^>]*>", self.text):
            name, value = re.search(r' name="([^"]*)"', tag), re.search(r' value="([^"]*)"', tag)
            if name:
                found[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
        return found

    @property
    def action(self):
        return html.unescape(re.search(r'<form method="post" action="([^"]*)"', self.text)[1])

    def __repr__(self):
        return f"Page({self.status}, {self.location}, {re.sub(r'<[^>]+>', ' ', self.text)[:300]!r})"


class Browser:
    def __init__(self, base):
        self.base, self.jar, self.set_cookies = base, {}, []
        url = urllib.parse.urlsplit(base)
        self.host, self.port = url.hostname, url.port

    def copy(self):
        other = Browser(self.base)
        other.jar = dict(self.jar)
        return other

    def request(self, method, path, form=None, headers=None, body=None):
        sent = {"User-Agent": "Test browser", "Accept": "text/html", **(headers or {})}
        if self.jar and "Cookie" not in sent:
            sent["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.jar.items())
        if form is not None:
            body = urllib.parse.urlencode(form)
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        conn = http.client.HTTPConnection(self.host, self.port, timeout=20)
        try:
            conn.request(method, path, body, sent)
            response = conn.getresponse()
            text = response.read().decode()
        finally:
            conn.close()
        self.set_cookies = response.headers.get_all("Set-Cookie") or []
        for line in self.set_cookies:
            name, _, rest = line.partition("=")
            if "max-age=0" in line.lower():
                self.jar.pop(name, None)
            else:
                self.jar[name] = rest.split(";")[0]
        return Page(response.status, response.headers, text)

    def get(self, path, **kw):
        return self.request("GET", path, **kw)

    def post(self, path, form, **kw):
        return self.request("POST", path, form=form, **kw)

    def submit(self, page, headers=None, **fields):
        return self.post(page.action, {**page.fields, **fields}, headers=headers)

    @property
    def session(self):
        return self.jar.get("rosterd") or self.jar.get("__Host-rosterd")

    def check(self):
        return self.get("/auth/check")

    def signed_in(self):
        status = self.check().status
        assert status in (200, 401), status
        return status == 200


def totp(secret, at=None):
    step = int((time.time() if at is None else at) // 30)
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), "sha1").digest()
    start = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[start:start + 4])[0] & 0x7FFFFFFF) % 10**6)


class Account:
    """A local account that was set up by its link.

    Tests do not wait for the next code: with rest, the one before counts as long ago.
    """

    def __init__(self, org, link, password="correct horse", base=None):
        self.org, self.base, self.password = org, base or org.server.base, password
        base = self.base
        browser = Browser(base)
        page = browser.get(link)
        assert page.status == 200, page
        self.secret = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)[1]
        self.address = html.unescape(re.search(r"Account</th><td>(.*?)</td>", page.text)[1])
        done = browser.submit(page, password=password, again=password, code=totp(self.secret))
        assert done.status == 200 and "is set" in done.title, done

    def sign_in(self, browser=None, next=None, rest=True, **fields):
        if rest:
            self.org.sql("UPDATE local_accounts SET totp_used = 0 WHERE org_id = {org}")
        browser = browser or Browser(self.base)
        query = "?" + urllib.parse.urlencode({"with": "password", **({"next": next} if next else {})})
        page = browser.get("/login" + query)
        answer = browser.submit(page, **{"address": self.address, "password": self.password,
                                         "code": totp(self.secret), **fields})
        return browser, answer


def link_of(done):
    return re.search(r"https?://[^/]+(/password/\S+)", done.stderr)[1]


def owned(server, **options):
    """A fresh organization with an Owner who has set a password: (Org, Account)."""
    name = f"owned-{secrets.token_hex(4)}"
    mail = f"boss@{name}.example"
    args = [x for k, v in options.items() for x in ("--" + k, str(v))]
    done = server.ctl("org", "create", name, "--seats", "unlimited", "--owner", mail, *args, check=False)
    assert done.returncode == 0, done.stderr
    org = servers.Org(server, name)
    return org, Account(org, link_of(done))


def session_for(org, user_id):
    """A browser with a session of this user, put into the database as a sign-in would."""
    browser = Browser(org.server.base)
    cookie = org.id.replace("-", "") + "." + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
    digest = hashlib.sha256(cookie.encode()).hexdigest()
    at = int(time.time() * 1000)
    browser.session_id = f"session-{secrets.token_hex(8)}"
    org.sql("INSERT INTO sessions (org_id, id, user_id, method, digest, renewed, confirmed, created, last_seen, idle_ms,"
            f" expires, ended) VALUES ({{org}}, '{browser.session_id}', '{user_id}', 'saml', '{digest}', {at}, {at},"
            f" {at}, {at}, 28800000, {at + 86400000}, 0)")
    browser.jar["rosterd"] = cookie
    return browser
