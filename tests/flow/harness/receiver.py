"""A webhook receiver: keeps what it is sent, checks signatures, answers as it is told."""
import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Message:
    def __init__(self, headers, body):
        self.headers, self.body, self.json = headers, body, json.loads(body)
        self.id, self.at = headers["Webhook-Id"], headers["Webhook-Timestamp"]

    type = property(lambda self: self.json["type"])
    user = property(lambda self: self.json["user"])

    def signed_with(self, secret):
        key = base64.b64decode(secret.removeprefix("whsec_"))
        text = f"{self.id}.{self.at}.".encode() + self.body
        want = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
        return want in self.headers["Webhook-Signature"].split(" ")


class Receiver:
    """answer: a function from Message to a status, or (status, headers)."""

    def __init__(self, answer=lambda message: 204, port=0):
        self.messages, self.lock, self.answer = [], threading.Lock(), answer
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                receiver.take(self)

            def log_message(self, *args):
                pass

        self.httpd = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.httpd.daemon_threads = True
        self.port = self.httpd.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def take(self, handler):
        message = Message(handler.headers, handler.rfile.read(int(handler.headers["Content-Length"])))
        said = self.answer(message)
        status, headers = said if isinstance(said, tuple) else (said, {})
        with self.lock:
            message.status = status
            self.messages.append(message)
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    def taken(self):
        with self.lock:
            return [m for m in self.messages if 200 <= m.status < 300]

    def wait(self, holds, seconds=30):
        """Until holds(taken messages) is true; those messages."""
        deadline = time.monotonic() + seconds
        while not holds(self.taken()):
            assert time.monotonic() < deadline, [(m.type, m.user, m.status) for m in self.messages]
            time.sleep(0.02)
        return self.taken()

    def close(self):
        self.httpd.shutdown()
        self.httpd.server_close()
