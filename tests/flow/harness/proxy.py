"""A proxy before PostgreSQL that cuts the line at a chosen message."""
import socket
import threading

BEFORE, AFTER = "before", "after"


class Proxy:
    """cut(n, how): the n-th piece the client sends from now on ends its connection,
    before the database gets it, or after and without the answer."""

    def __init__(self, port):
        self.target, self.lock = port, threading.Lock()
        self.left, self.how, self.cuts = 0, BEFORE, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def cut(self, n, how):
        with self.lock:
            self.left, self.how = n, how

    def disarm(self):
        """True if the line was cut since cut()."""
        with self.lock:
            fired, self.left = self.left == 0, 0
            return fired

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                client.close()
                continue
            for source, sink, counted in ((client, server, True), (server, client, False)):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self.copy, args=(source, sink, counted), daemon=True).start()

    def due(self):
        with self.lock:
            if self.left == 0:
                return None
            self.left -= 1
            if self.left:
                return None
            self.cuts += 1
            return self.how

    def copy(self, source, sink, counted):
        try:
            while True:
                data = source.recv(1 << 16)
                fate = self.due() if counted and data else None
                if not data or fate == BEFORE:
                    break
                if fate == AFTER:  # the client hears no more, the database has it all
                    source.shutdown(socket.SHUT_RDWR)
                    sink.sendall(data)
                    sink.shutdown(socket.SHUT_WR)
                    return
                sink.sendall(data)
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()
