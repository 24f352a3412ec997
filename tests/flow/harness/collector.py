"""A syslog server: octet-counted frames over TCP, with TLS if told to."""
import datetime
import ipaddress
import json
import re
import socket
import ssl
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

# RFC 5424, section 6: header, no structured data, message
MESSAGE = re.compile(rb"<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]{1,255}) (rosterd) (\d+) ([!-~]{1,32}) - "
                     rb"(\xef\xbb\xbf)?(.*)", re.S)


def certificate(folder, address):
    """A self-signed certificate for an address: (file of it, file of its key)."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "collector")])
    now = datetime.datetime.utcnow()
    cert = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=2))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), False)
            .add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256()))
    paths = folder / f"{address}.pem", folder / f"{address}.key"
    paths[0].write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return paths


class Collector:
    """cut_after: hangs up once after so many messages, with what else has come unread."""

    def __init__(self, tls=None, cut_after=None):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.messages, self.connections, self.cut_after = [], 0, cut_after
        self.context = None
        if tls:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*tls)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                conn, _ = self.socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.serve, args=(conn,), daemon=True).start()

    def serve(self, conn):
        try:
            if self.context:
                conn = self.context.wrap_socket(conn, server_side=True)
            self.read(conn.makefile("rb"))
        except OSError:
            pass
        finally:
            conn.close()

    def read(self, stream):
        while True:
            digits = b""
            while (byte := stream.read(1)) not in (b" ", b""):
                digits += byte
            if not byte:
                return
            match = MESSAGE.fullmatch(stream.read(int(digits)))
            assert match, "this is no RFC 5424 message"
            self.messages.append((match.groups(), json.loads(match[8])))
            if self.cut_after and len(self.messages) == self.cut_after:
                return

    def of(self, org):
        return [r for _, r in list(self.messages) if r["org"] == org.id]

    def wait(self, holds, seconds=60):
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, (self.connections, [r["action"] for _, r in self.messages][-5:])
            time.sleep(0.05)

    def close(self):
        self.socket.close()
