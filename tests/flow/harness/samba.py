"""A Samba Active Directory domain controller of our own, where that can be had (root).

    d = Samba()                     # ldap on d.host:389, ldaps on 636; d.uri, d.tls_uri
    d.service, d.service_password   # the Administrator
    d.add_user("ada", mail="...")   # d.user_dn("ada"); enabled, with PASSWORD
    d.ldif(text), d.control("ada", 514), d.close()
    d.kerberos("svc")               # the environment of a client with svc's keytab

The ports are fixed in Samba, so each controller has a loopback address of its own.
"""
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

from .slapd import Certificates, run

REALM, DOMAIN, SUFFIX = "AD.EXAMPLE.TEST", "ADX", "DC=ad,DC=example,DC=test"
ADMIN_PASSWORD, PASSWORD = "Passw0rd.Test1", "Correct.Horse7"


def installed():
    return os.geteuid() == 0 and shutil.which("samba-tool") and Path("/usr/sbin/samba").exists()


def free_address():
    for _ in range(200):  # at random: another test may be looking for one as well
        host = f"127.0.{random.randrange(1, 250)}.{random.randrange(1, 250)}"
        try:
            for port in (88, 389, 636):
                with socket.socket() as s:
                    s.bind((host, port))
            return host
        except OSError:
            continue
    raise RuntimeError("no loopback address has port 389 free")


CONFIG = """[global]
netbios name = DC1
realm = {realm}
workgroup = {domain}
server role = active directory domain controller
server services = ldap, cldap, kdc
private dir = {d}/private
lock directory = {d}
state directory = {d}/state
cache directory = {d}/cache
binddns dir = {d}/bind-dns
pid directory = {d}/run
ncalrpc dir = {d}/run/ncalrpc
log file = {d}/log.%m
interfaces = {host}/8
bind interfaces only = yes
ldap server require strong auth = no
tls certfile = {tls}/srv.crt
tls keyfile = {tls}/srv.key
tls cafile = {tls}/ca.crt
idmap_ldb:use rfc2307 = yes
"""


class Samba:
    service, service_password = f"Administrator@{REALM.lower()}", ADMIN_PASSWORD
    users_base = people_base = groups_base = f"CN=Users,{SUFFIX}"
    suffix = SUFFIX

    def __init__(self):
        self.folder, self.host = Path(tempfile.mkdtemp(prefix="rosterd-samba-")), free_address()
        self.dc, self.process = self.folder / "dc", None
        self.certificates = Certificates(self.folder / "tls", f"DNS:dc1.{REALM.lower()},IP:{self.host}")
        (self.folder / "empty.conf").write_text("")
        run("samba-tool", "domain", "provision", f"--configfile={self.folder}/empty.conf", f"--targetdir={self.dc}",
            f"--realm={REALM}", f"--domain={DOMAIN}", "--server-role=dc", "--dns-backend=NONE", "--use-rfc2307",
            "--host-name=dc1", f"--host-ip={self.host}", f"--adminpass={ADMIN_PASSWORD}", "-q")
        for name in ("run/ncalrpc", "cache"):
            (self.dc / name).mkdir(parents=True, exist_ok=True)
        os.chmod(self.dc / "run", 0o755)
        self.config = self.dc / "etc" / "smb.conf"
        self.config.write_text(CONFIG.format(realm=REALM, domain=DOMAIN, d=self.dc, host=self.host,
                                             tls=self.certificates.folder))
        self.tool("domain", "passwordsettings", "set", "--complexity=off", "--min-pwd-age=0")
        self.start()

    uri = property(lambda self: f"ldap://{self.host}:389")
    tls_uri = property(lambda self: f"ldaps://{self.host}:636")
    ca_pem = property(lambda self: self.certificates.text("ca.crt"))

    def tool(self, *command):
        return run("samba-tool", *command, "-H", str(self.dc / "private" / "sam.ldb"), f"--configfile={self.config}")

    def start(self):
        with open(self.folder / "out", "ab") as log:
            self.process = subprocess.Popen(["/usr/sbin/samba", "-s", str(self.config), "-F", "--no-process-group",
                                             "-M", "single"], stdout=log, stderr=log, start_new_session=True)
        for _ in range(300):
            with socket.socket() as s:
                if s.connect_ex((self.host, 636)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise RuntimeError("samba did not start: " + (self.folder / "out").read_text()[-2000:])

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- changes ----

    def user_dn(self, name):
        return f"CN={name},CN=Users,{SUFFIX}"

    def ldif(self, text):
        return run("ldapmodify", "-x", "-H", self.uri, "-D", self.service, "-w", ADMIN_PASSWORD, text=text)

    def add_user(self, name, password=PASSWORD, ou=f"CN=Users,{SUFFIX}", **values):
        lines = "".join(f"{k}: {v}\n" for k, v in values.items())
        self.ldif(f"dn: CN={name},{ou}\nchangetype: add\nobjectClass: user\nsAMAccountName: {name}\n"
                  f"userPrincipalName: {name}@{REALM.lower()}\nuserAccountControl: 544\n{lines}")
        self.tool("user", "setpassword", name, f"--newpassword={password}")
        self.tool("user", "enable", name)

    def add_group(self, name, *members):
        lines = "".join(f"member: {dn}\n" for dn in members)
        self.ldif(f"dn: CN={name},CN=Users,{SUFFIX}\nchangetype: add\nobjectClass: group\n"
                  f"sAMAccountName: {name}\n{lines}")

    def replace(self, dn, attribute, value):
        self.ldif(f"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n")

    def delete(self, dn):
        self.ldif(f"dn: {dn}\nchangetype: delete\n")

    # ---- Kerberos ----

    def kerberos(self, name):
        """A keytab of the user, and a krb5.conf that finds the controller without DNS."""
        conf, keytab = self.folder / "krb5.conf", self.folder / f"{name}.keytab"
        self.ldif(f"dn: CN=DC1,OU=Domain Controllers,{SUFFIX}\nchangetype: modify\nadd: servicePrincipalName\n"
                  f"servicePrincipalName: ldap/{self.host}\n")
        run("samba-tool", "domain", "exportkeytab", str(keytab), f"--principal={name}@{REALM}",
            "-s", str(self.config))
        conf.write_text(f"[libdefaults]\ndefault_realm = {REALM}\nrdns = false\ndns_canonicalize_hostname = false\n"
                        f"dns_lookup_kdc = false\n[realms]\n{REALM} = {{\nkdc = {self.host}:88\n}}\n")
        return {"KRB5_CONFIG": str(conf), "KRB5_CLIENT_KTNAME": str(keytab)}
