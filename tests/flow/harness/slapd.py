"""A real OpenLDAP server of our own: syncprov, memberof, refint, ppolicy, retcode.

    d = Slapd(people=20)          # starts; cn=admin,dc=ex,dc=org / "secret"
    d.uri, d.tls_uri, d.ca_pem    # ldap://127.0.0.1:PORT, ldaps://..., PEM text
    d.service, d.service_password # an account without size limit; d.limited: one with 500
    d.ldif(text)                  # ldapmodify as the administrator (add: "changetype: add")
    d.add_people(7), d.delete(dn), d.rename(dn, rdn), d.members(group, add=[dn]), d.hide(filter)
    d.stop(), d.start(), d.pause(), d.go_on(), d.close()

Search bases under ou=RetCodes answer with a result code: d.retcode("busy").
"""
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

SUFFIX = "dc=ex,dc=org"
ADMIN, ADMIN_PASSWORD = "cn=admin,dc=ex,dc=org", "secret"
SERVICE, SERVICE_PASSWORD = "uid=svc,dc=ex,dc=org", "service-pass"
LIMITED, LIMITED_PASSWORD = "uid=limited,dc=ex,dc=org", "limited-pass"
PASSWORD = "correct horse"  # of every person


def installed():
    return shutil.which("slapd") or Path("/usr/sbin/slapd").exists()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


class Certificates:
    """A certificate authority with one server and one client certificate."""

    def __init__(self, folder, names="DNS:ldap.test,IP:127.0.0.1,IP:127.0.0.2"):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.key("ca", "-x509", "-days", "30", "-out", self.path("ca.crt"), "-subj", "/CN=TestCA")
        self.sign("srv", "/CN=ldap.test", names)
        self.sign("cli", "/O=ex/CN=syncworker", None)

    def path(self, name):
        return str(self.folder / name)

    def text(self, name):
        return (self.folder / name).read_text()

    def key(self, name, *rest):
        run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-keyout", self.path(f"{name}.key"), *rest)
        os.chmod(self.path(f"{name}.key"), 0o600)

    def sign(self, name, subject, names):
        self.key(name, "-out", self.path(f"{name}.csr"), "-subj", subject)
        more = []
        if names:
            (self.folder / f"{name}.san").write_text(f"subjectAltName={names}")
            more = ["-extfile", self.path(f"{name}.san")]
        run("openssl", "x509", "-req", "-in", self.path(f"{name}.csr"), "-CA", self.path("ca.crt"),
            "-CAkey", self.path("ca.key"), "-CAcreateserial", "-days", "30",
            "-out", self.path(f"{name}.crt"), *more)


def person_ldif(n, suffix=SUFFIX, ou="people", password=PASSWORD):
    """password: as it is stored; None: none, and nobody can bind."""
    secret = f"userPassword: {password}\n" if password else ""
    return (f"dn: uid=p{n:06d},ou={ou},{suffix}\nobjectClass: inetOrgPerson\nuid: p{n:06d}\n"
            f"cn: Person {n}\nsn: Surname{n}\ngivenName: Given{n}\nmail: p{n:06d}@ex.example\n"
            f"departmentNumber: {n % 10}\n{secret}\n")


def group_ldif(name, members, suffix=SUFFIX):
    lines = "".join(f"member: {m}\n" for m in members) or f"member: {SERVICE}\n"
    return f"dn: cn={name},ou=groups,{suffix}\nobjectClass: groupOfNames\ncn: {name}\n{lines}\n"


def person_dn(n, ou="people"):
    return f"uid=p{n:06d},ou={ou},{SUFFIX}"


CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload syncprov
moduleload accesslog
moduleload memberof
moduleload refint
moduleload ppolicy
moduleload retcode
pidfile {folder}/pid
serverID 1
sizelimit 500
sockbuf_max_incoming_auth 67108864
TLSCACertificateFile {tls}/ca.crt
TLSCertificateFile {tls}/srv.crt
TLSCertificateKeyFile {tls}/srv.key
TLSVerifyClient try
authz-regexp "cn=syncworker,o=ex" "{service}"
{globals}
database mdb
suffix cn=accesslog
rootdn cn=accesslog
directory {folder}/alog
maxsize 268435456
index objectClass,reqStart,reqEnd,reqResult,reqDN,entryCSN eq
overlay syncprov
syncprov-nopresent TRUE
syncprov-reloadhint TRUE

database mdb
suffix {suffix}
rootdn {admin}
rootpw {admin_password}
directory {folder}/db
maxsize 4294967296
index objectClass,uid,cn,mail,member,memberUid,entryUUID,entryCSN,modifyTimestamp eq
limits dn.exact="{service}" size=unlimited time=unlimited
{access}
access to attrs=userPassword by anonymous auth by self write by * none
access to * by users read by * none
overlay syncprov
syncprov-checkpoint 100 10
{sessionlog}
overlay accesslog
logdb cn=accesslog
logops writes
logold (objectClass=*)
logsuccess TRUE
logpurge 7+00:00 1+00:00
overlay memberof
memberof-refint TRUE
overlay refint
refint_attributes member
overlay ppolicy
ppolicy_default cn=default,{suffix}
ppolicy_use_lockout
overlay retcode
retcode-parent ou=RetCodes,{suffix}
retcode-item cn=busy 0x33
retcode-item cn=unavailable 0x34
retcode-item cn=timelimit 0x03
retcode-item cn=adminlimit 0x0b
retcode-item cn=slow 0x00 sleeptime=5
"""


class Slapd:
    def __init__(self, people=0, groups=(), certificates=None, globals_="", seed=""):
        """groups: (name, [member DN]); seed: more LDIF; globals_: lines of slapd.conf."""
        self.folder = Path(tempfile.mkdtemp(prefix="rosterd-slapd-"))
        self.certificates = certificates or Certificates(self.folder / "tls")
        self.port, self.tls_port = free_port(), free_port()
        self.suffix, self.globals, self.access = SUFFIX, globals_, ""
        self.sessionlog = "syncprov-sessionlog-source cn=accesslog"
        self.admin, self.admin_password = ADMIN, ADMIN_PASSWORD
        self.service, self.service_password = SERVICE, SERVICE_PASSWORD
        self.limited, self.limited_password = LIMITED, LIMITED_PASSWORD
        self.process = None
        for name in ("db", "alog"):
            (self.folder / name).mkdir()
        self.write_config()
        self.load(people, groups, seed)
        self.start()

    @property
    def uri(self):
        return f"ldap://127.0.0.1:{self.port}"

    @property
    def tls_uri(self):
        return f"ldaps://127.0.0.1:{self.tls_port}"

    @property
    def local_uri(self):
        return f"ldapi://{str(self.folder / 'ldapi').replace('/', '%2F')}"

    @property
    def ca_pem(self):
        return self.certificates.text("ca.crt")

    people_base = f"ou=people,{SUFFIX}"
    groups_base = f"ou=groups,{SUFFIX}"

    def retcode(self, name):
        return f"cn={name},ou=RetCodes,{self.suffix}"

    # ---- life ----

    def write_config(self):
        (self.folder / "slapd.conf").write_text(CONFIG.format(
            folder=self.folder, tls=self.certificates.folder, service=SERVICE, suffix=SUFFIX,
            admin=ADMIN, admin_password=ADMIN_PASSWORD, globals=self.globals, access=self.access,
            sessionlog=self.sessionlog))

    def load(self, people, groups, seed):
        text = [
            f"dn: {SUFFIX}\nobjectClass: dcObject\nobjectClass: organization\no: ex\ndc: ex\n\n",
            f"dn: cn=default,{SUFFIX}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\n"
            "pwdAttribute: userPassword\npwdMaxFailure: 3\npwdLockout: TRUE\npwdMustChange: TRUE\n\n"]
        for dn, password in ((SERVICE, SERVICE_PASSWORD), (LIMITED, LIMITED_PASSWORD)):
            uid = dn.split(",", maxsplit=1)[0].split("=")[1]
            text.append(f"dn: {dn}\nobjectClass: account\nobjectClass: simpleSecurityObject\n"
                        f"uid: {uid}\nuserPassword: {password}\n\n")
        for ou in ("people", "groups"):
            text.append(f"dn: ou={ou},{SUFFIX}\nobjectClass: organizationalUnit\nou: {ou}\n\n")
        hashed = run("/usr/sbin/slappasswd", "-s", PASSWORD).strip()
        for n in range(people):
            text.append(person_ldif(n, password=hashed))
        for name, members in groups:
            text.append(group_ldif(name, members))
        text.append(seed)
        (self.folder / "seed.ldif").write_text("".join(text))
        run("/usr/sbin/slapadd", "-q", "-n", "2", "-f", str(self.folder / "slapd.conf"),
            "-l", str(self.folder / "seed.ldif"))

    def start(self):
        log = open(self.folder / "log", "ab")
        self.process = subprocess.Popen(
            ["/usr/sbin/slapd", "-f", str(self.folder / "slapd.conf"), "-d", "0",
             "-h", f"{self.uri} {self.tls_uri} {self.local_uri}"], stdout=log, stderr=log)
        log.close()
        for _ in range(200):
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise RuntimeError("slapd did not start: " + (self.folder / "log").read_text()[-2000:])

    def stop(self, hard=False):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL if hard else signal.SIGTERM)
            self.process.wait(timeout=30)

    def restart(self):
        self.stop()
        self.write_config()
        self.start()

    def pause(self):
        """Answers no more, without closing anything."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def close(self):
        if self.process and self.process.poll() is None:
            self.go_on()
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- changes ----

    def ldif(self, text, who=None, password=None):
        return run("ldapmodify", "-x", "-H", self.uri, "-D", who or ADMIN,
                   "-w", password or ADMIN_PASSWORD, text=text)

    def add(self, ldif):
        return run("ldapadd", "-x", "-H", self.uri, "-D", ADMIN, "-w", ADMIN_PASSWORD, text=ldif)

    def add_people(self, *numbers, ou="people"):
        self.add("".join(person_ldif(n, ou=ou) for n in numbers))

    def delete(self, *dns):
        run("ldapdelete", "-x", "-H", self.uri, "-D", ADMIN, "-w", ADMIN_PASSWORD, *dns)

    def replace(self, dn, attribute, *values):
        lines = "".join(f"{attribute}: {v}\n" for v in values)
        self.ldif(f"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{lines}")

    def members(self, name, add=(), remove=()):
        text = f"dn: cn={name},ou=groups,{SUFFIX}\nchangetype: modify\n"
        for what, dns in (("add", add), ("delete", remove)):
            if dns:
                text += f"{what}: member\n" + "".join(f"member: {d}\n" for d in dns) + "-\n"
        self.ldif(text)

    def rename(self, dn, new_rdn, new_parent=None):
        text = f"dn: {dn}\nchangetype: modrdn\nnewrdn: {new_rdn}\ndeleteoldrdn: 1\n"
        if new_parent:
            text += f"newsuperior: {new_parent}\n"
        self.ldif(text)

    def hide(self, ldap_filter):
        """Nobody but the administrator sees what matches, from the next start on."""
        self.access = f'access to filter="{ldap_filter}" by * none' if ldap_filter else ""
        self.restart()

    def search(self, ldap_filter, *attributes, base=SUFFIX):
        return run("ldapsearch", "-x", "-LLL", "-o", "ldif-wrap=no", "-H", self.uri, "-D", ADMIN,
                   "-w", ADMIN_PASSWORD, "-b", base, ldap_filter, *attributes)

    def entry_id(self, dn):
        out = run("ldapsearch", "-x", "-LLL", "-H", self.uri, "-D", ADMIN, "-w", ADMIN_PASSWORD,
                  "-b", dn, "-s", "base", "entryUUID")
        return next(l.split()[1] for l in out.splitlines() if l.startswith("entryUUID:"))
