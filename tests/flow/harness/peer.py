"""A server elsewhere that takes requests and keeps whoever asks waiting until it is told to answer."""
import http.server
import queue
import threading

PATIENCE = 30


class Peer:
    """answer: (content type, body) for every request."""

    def __init__(self, answer):
        self.asked, self.go = queue.Queue(), threading.Semaphore(0)
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle_any(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.asked.put(self.path)
                outer.go.acquire(timeout=PATIENCE)
                self.send_response(200)
                self.send_header("Content-Type", answer[0])
                self.send_header("Content-Length", str(len(answer[1])))
                self.end_headers()
                try:
                    self.wfile.write(answer[1])
                except OSError:
                    pass

            do_GET = do_POST = handle_any

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def wait_asked(self):
        """Until the next request has come; its path."""
        return self.asked.get(timeout=PATIENCE)

    def release(self, n=100):
        for _ in range(n):
            self.go.release()

    def close(self):
        self.release()
        self.server.shutdown()
        self.server.server_close()


class Later(threading.Thread):
    """A call under way in a thread of its own."""

    def __init__(self, call):
        super().__init__(daemon=True)
        self.call, self.out, self.failed = call, None, None
        self.start()

    def run(self):
        try:
            self.out = self.call()
        except Exception as e:  # shown by result()
            self.failed = e

    @property
    def under_way(self):
        return self.is_alive()

    def result(self):
        self.join(PATIENCE)
        assert not self.is_alive(), "no answer"
        if self.failed:
            raise self.failed
        return self.out
