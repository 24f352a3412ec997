"""A small HTTP client: one kept connection per thread, JSON in and out."""
import http.client
import json
import threading
import time
import urllib.parse

from .openapi import API, description

IDLE_LIMIT = 2.0  # seconds after which a kept connection is not trusted any more


class Answer(tuple):
    """(status, headers, body), unpackable; body is parsed JSON, text or None."""

    def __new__(cls, status, headers, body):
        return super().__new__(cls, (status, headers, body))

    status = property(lambda self: self[0])
    headers = property(lambda self: self[1])
    json = property(lambda self: self[2])


class Client:
    def __init__(self, base, prefix="", token=None, content_type="application/json", timeout=20):
        url = urllib.parse.urlsplit(base)
        self.host, self.port = url.hostname, url.port
        self.base, self.prefix, self.token = base, prefix, token
        self.content_type, self.timeout = content_type, timeout
        self.local = threading.local()

    def at(self, base):
        """The same client against another server process."""
        return Client(base, self.prefix, self.token, self.content_type, self.timeout)

    def connection(self):
        conn = getattr(self.local, "conn", None)
        if conn and time.monotonic() - self.local.used > IDLE_LIMIT:
            self.close()
            conn = None
        if not conn:
            conn = self.local.conn = http.client.HTTPConnection(self.host, self.port, timeout=self.timeout)
        return conn

    def close(self):
        conn = getattr(self.local, "conn", None)
        if conn:
            conn.close()
            self.local.conn = None

    def request(self, method, path, body=None, headers=None, raw=False):
        """raw: path is used as it is, and the body (bytes or text) too."""
        sent = {}
        if self.token:
            sent["Authorization"] = "Bearer " + self.token
        if body is not None:
            sent["Content-Type"] = self.content_type
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            if isinstance(body, str):
                body = body.encode()
        sent.update(headers or {})
        target = path if raw or path.startswith("//") else self.prefix + path
        if not raw:
            target = urllib.parse.quote(target, safe="/?&=%:,;@!$'()*+~-._[]|")
        conn = self.connection()
        try:
            conn.request(method, target, body, sent)
            response = conn.getresponse()
            data = response.read()
        except Exception:
            self.close()
            raise
        self.local.used = time.monotonic()
        answer = Answer(response.status, response.headers, decode(data))
        if target.startswith(API + "/") and description.read(self.host, self.port, self.token):
            description.check(method, target, *answer)
        return answer

    def get(self, path, **kw):
        return self.request("GET", path, **kw)

    def delete(self, path, **kw):
        return self.request("DELETE", path, **kw)

    def post(self, path, body=None, **kw):
        return self.request("POST", path, body, **kw)

    def put(self, path, body=None, **kw):
        return self.request("PUT", path, body, **kw)

    def patch(self, path, body=None, **kw):
        return self.request("PATCH", path, body, **kw)

    def ok(self, method, path, body=None, **kw):
        """The body of an answer that must be a success."""
        status, _, out = self.request(method, path, body, **kw)
        assert 200 <= status < 300, f"{method} {path}: {status} {out}"
        return out


def decode(data):
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError:
        return data.decode(errors="replace")
