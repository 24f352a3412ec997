"""A 389 Directory Server of our own, with content synchronization and memberOf (root).

    d = Dirsrv(people=40)         # d.uri; d.service / d.service_password: an ordinary account
    d.ldif(text), d.delete(dn), d.close()

Its tools read their folders from one file, of which this makes a copy below a temporary folder.
"""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

from .slapd import free_port, person_ldif, run

SUFFIX = "dc=ex,dc=org"
ADMIN, ADMIN_PASSWORD = "cn=Directory Manager", "Secret12345"
PASSWORD = "Correct.Horse7"

INSTANCE = """[general]
full_machine_name = localhost
strict_host_checking = False
start = False
systemd = False
[slapd]
instance_name = t1
port = {port}
root_password = {password}
self_sign_cert = False
user = root
group = root
[backend-userroot]
suffix = {suffix}
create_suffix_entry = True
"""

PLUGINS = """dn: cn=config
changetype: modify
replace: nsslapd-listenhost
nsslapd-listenhost: 127.0.0.1

dn: cn=Retro Changelog Plugin,cn=plugins,cn=config
changetype: modify
replace: nsslapd-pluginEnabled
nsslapd-pluginEnabled: on
-
add: nsslapd-attribute
nsslapd-attribute: nsuniqueid:targetUniqueId

dn: cn=Content Synchronization,cn=plugins,cn=config
changetype: modify
replace: nsslapd-pluginEnabled
nsslapd-pluginEnabled: on

dn: cn=MemberOf Plugin,cn=plugins,cn=config
changetype: modify
replace: nsslapd-pluginEnabled
nsslapd-pluginEnabled: on
"""


def installed():
    return os.geteuid() == 0 and shutil.which("dscreate") and shutil.which("ns-slapd")


class Dirsrv:
    people_base, groups_base = f"ou=people,{SUFFIX}", f"ou=groups,{SUFFIX}"
    service, service_password = f"uid=svc,{SUFFIX}", PASSWORD

    def __init__(self, people=0):
        self.folder, self.port = Path(tempfile.mkdtemp(prefix="rosterd-389-")), free_port()
        self.make_folders()
        (self.folder / "i.inf").write_text(INSTANCE.format(port=self.port, password=ADMIN_PASSWORD, suffix=SUFFIX))
        subprocess.run(["dscreate", "from-file", str(self.folder / "i.inf")], check=True, capture_output=True,
                       env={**os.environ, "PREFIX": str(self.folder)})
        self.start()
        self.ldif(PLUGINS)
        self.stop()
        self.start()
        self.seed(people)

    uri = property(lambda self: f"ldap://127.0.0.1:{self.port}")

    def make_folders(self):
        listed = run("dpkg", "-L", "389-ds-base", ).splitlines()
        inf = next(l for l in listed if l.endswith("inf/defaults.inf"))
        config = next(l for l in listed if l.endswith("dirsrv/config"))
        text = re.sub(r"(?m)^(?!prefix|bin_dir|sbin_dir|lib_dir|data_dir|plugin_dir|system_schema_dir)(\w+ = )/",
                      rf"\1{self.folder}/", Path(inf).read_text())
        text = re.sub(r"(?m)^with_systemd = 1", "with_systemd = 0", text).replace("@enable_rust@", "0")
        text = re.sub(r"(?m)^(user|group) = .*", r"\1 = root", text)
        out = self.folder / "share/dirsrv/inf/defaults.inf"
        out.parent.mkdir(parents=True)
        out.write_text(text)
        for path in re.findall(rf"(?m)= ({re.escape(str(self.folder))}[^{{ \n]*)", text):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        for name in ("tmp", "etc/dirsrv", "etc/default", "etc/tmpfiles.d", "run/dirsrv", "run/lock", "dev/shm", "var/lib",
                     "var/log"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        for source in (Path(config), Path(config).parent / "schema"):
            shutil.copytree(source, self.folder / "etc/dirsrv" / source.name, dirs_exist_ok=True)

    # ---- life ----

    pidfile = property(lambda self: self.folder / "run/dirsrv/slapd-t1.pid")

    def start(self):
        run("ns-slapd", "-D", str(self.folder / "etc/dirsrv/slapd-t1"), "-i", str(self.pidfile))
        for _ in range(300):
            if subprocess.run(["ldapsearch", "-x", "-H", self.uri, "-b", "", "-s", "base", "1.1"],
                              capture_output=True, check=False).returncode == 0:
                return
            time.sleep(0.1)
        raise RuntimeError("389-DS did not start")

    def stop(self):
        pid = int(self.pidfile.read_text())
        os.kill(pid, signal.SIGTERM)
        for _ in range(300):
            try:
                if "ns-slapd" not in Path(f"/proc/{pid}/cmdline").read_text():
                    return
            except OSError:
                return
            time.sleep(0.1)
        raise RuntimeError("389-DS did not stop")

    def close(self):
        if self.pidfile.exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- changes ----

    def seed(self, people):
        text = "".join(f"dn: ou={ou},{SUFFIX}\nobjectClass: organizationalUnit\nou: {ou}\n\n" for ou in ("people", "groups"))
        text += (f"dn: {self.service}\nobjectClass: account\nobjectClass: simpleSecurityObject\nuid: svc\n"
                 f"userPassword: {PASSWORD}\n\n")
        text += "".join(person_ldif(n, password=PASSWORD) for n in range(people))
        text += (f"dn: cn=annotators,{self.groups_base}\nobjectClass: groupOfNames\ncn: annotators\n"
                 + "".join(f"member: {self.person_dn(n)}\n" for n in range(people)) + "\n")
        run("ldapadd", "-x", "-H", self.uri, "-D", ADMIN, "-w", ADMIN_PASSWORD, text=text)
        self.ldif(f"dn: {SUFFIX}\nchangetype: modify\nadd: aci\n"
                  'aci: (targetattr="*")(version 3.0; acl "svc"; allow (read,search,compare) '
                  f'userdn="ldap:///{self.service}";)\n')

    @staticmethod
    def person_dn(n):
        return f"uid=p{n:06d},ou=people,{SUFFIX}"

    def ldif(self, text):
        return run("ldapmodify", "-x", "-H", self.uri, "-D", ADMIN, "-w", ADMIN_PASSWORD, text=text)

    def replace(self, dn, attribute, *values):
        lines = "".join(f"{attribute}: {v}\n" for v in values)
        self.ldif(f"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{lines}")

    def delete(self, dn):
        run("ldapdelete", "-x", "-H", self.uri, "-D", ADMIN, "-w", ADMIN_PASSWORD, dn)

    def limit(self, entries):
        """How many entries an ordinary account may have looked at: more is code 11."""
        self.replace("cn=config,cn=ldbm database,cn=plugins,cn=config", "nsslapd-lookthroughlimit", entries)
        self.replace("cn=config,cn=ldbm database,cn=plugins,cn=config", "nsslapd-pagedlookthroughlimit", entries)
