"""The unit takes away all that the daemon doesn't need, and nothing that it needs."""

import pathlib
import re
import shutil
import subprocess

from lab import PORT, Service, run, wait


def limits(number):
    """The soft and the hard limit of a process for open files."""
    for line in pathlib.Path(f"/proc/{number}/limits").read_text().splitlines():
        if line.startswith("Max open files"):
            return [int(column) for column in line.split()[3:5]]
    return None


class Hardening(Service):
    def test_the_exposure_is_at_most_1_0(self):
        self.configure("", file="one.toml")
        for unit in ("peerd.service", "peerd@one.service"):
            self.start(unit)
            said = run("systemd-analyze", "security", "--no-pager", unit).stdout
            level = re.search(rf"Overall exposure level for {unit}: ([0-9.]+)", said)
            self.assertLessEqual(float(level[1]), 1.0, said)

    def test_the_process_has_no_right_left(self):
        number = self.start()
        lines = pathlib.Path(f"/proc/{number}/status").read_text().splitlines()
        status = dict(line.split(":\t", 1) for line in lines)
        for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
            self.assertEqual(int(status[kind], 16), 0, kind)
        self.assertEqual(status["NoNewPrivs"], "1")
        # 2: filtered.
        self.assertEqual(status["Seccomp"], "2")

    def test_nothing_but_the_programs_and_their_libraries_can_be_executed(self):
        number = self.start()
        program = pathlib.Path("/var/lib/peerd/program")
        shutil.copy("/usr/bin/true", program)
        self.addCleanup(program.unlink)

        def executed(*words):
            inside = ["nsenter", "--target", str(number), "--mount", "--", *words]
            return subprocess.run(inside, capture_output=True, text=True, timeout=30)

        for folder in ("run/peerd", "tmp", "var/tmp", "dev/shm"):
            inside = pathlib.Path(f"/proc/{number}/root/{folder}/program")
            shutil.copy("/usr/bin/true", inside)
            self.addCleanup(inside.unlink, missing_ok=True)
        for name in (str(program), "/run/peerd/program", "/tmp/program", "/var/tmp/program",
                     "/dev/shm/program", "/usr/bin/true"):
            refused = executed(name)
            self.assertEqual(refused.returncode, 126, refused)
            self.assertIn("Permission denied", refused.stderr)
        for name in ("peerd", "peerctl"):
            self.assertEqual(executed(f"/usr/bin/{name}", "--help").returncode, 0)

    def test_others_data_is_not_seen(self):
        secret = pathlib.Path("/var/log/peerd-test")
        secret.write_text("not for peerd\n")
        self.addCleanup(secret.unlink)
        number = self.start()
        self.assertFalse(pathlib.Path(f"/proc/{number}/root{secret}").exists())
        self.assertTrue(pathlib.Path(f"/proc/{number}/root/etc/hosts").exists())

    def test_tasks_and_locked_memory_are_limited(self):
        number = self.start()
        self.assertEqual(run("systemctl", "show", "--property=TasksMax", "peerd").stdout,
                         "TasksMax=64\n")
        locked = [line for line in pathlib.Path(f"/proc/{number}/limits").read_text().splitlines()
                  if line.startswith("Max locked memory")]
        self.assertEqual(locked[0].split()[3:5], ["0", "0"])

    def test_the_descriptor_limit_is_raised_under_it(self):
        self.edit("peerd.service", "[Service]\nLimitNOFILE=1024:4096\n")
        self.configure(f'[[listen]]\naddress = "127.0.0.1:{PORT}"\n[limits]\nconnections = 3000\n')
        number = self.start()
        self.assertEqual(limits(number), [4096, 4096])
        self.connect_many(1100)
        self.await_status("1100 inbound")

    def test_as_installed_there_is_room_for_65_000_connections(self):
        # Unless this machine allows nobody as many.
        room = min(65536, limits(1)[1])
        self.assertEqual(limits(self.start()), [room, room])

    def test_names_are_resolved_under_it(self):
        hosts = pathlib.Path("/etc/hosts")
        before = hosts.read_text()
        self.addCleanup(hosts.write_text, before)
        hosts.write_text(before + "127.0.0.7 peer.test\n::1 peer6.test\n")
        servers = {"peer.test": self.listen("127.0.0.7"), "localhost": self.listen()}
        names = [f"{name}:{server.getsockname()[1]}" for name, server in servers.items()]
        self.configure('[persistent]\npeers = ["%s"]' % '", "'.join([*names, "nowhere.invalid:1"]))
        self.start()
        for server in servers.values():
            self.accept(server)
        for name in names:
            entry = self.journal.first(event="connected", name=name)
            self.assertEqual(entry["PEERD_KIND"], "persistent")
        port = servers["peer.test"].getsockname()[1]
        self.journal.first(event="connected", peer=f"127.0.0.7:{port}")
        self.journal.first(event="connection-failed", reason="unresolved")

    def test_both_families_are_dialled_and_listened_on_under_it(self):
        server = self.listen("127.0.0.1")
        self.configure(
            f'[[listen]]\naddress = "0.0.0.0:{PORT}"\n[[listen]]\naddress = "[::]:{PORT}"\n'
            '[outbound]\ntarget = 1\nbind = ["127.0.0.9"]\n'
            f'addresses = ["127.0.0.1:{server.getsockname()[1]}"]\n')
        self.start()
        peer = self.accept(server)
        self.assertEqual(peer.getpeername()[0], "127.0.0.9")
        self.connect_many(1, host="127.0.0.1")
        self.connect_many(1, host="::1")
        wait("all are counted", lambda: self.await_status("2 inbound"))
        self.journal.first(event="connected", kind="outbound")

    def test_a_list_of_addresses_is_read_from_the_configuration_folder(self):
        server = self.listen()
        path = pathlib.Path("/etc/peerd/peers.txt")
        path.write_text(f"# mine\n127.0.0.1:{server.getsockname()[1]}\n")
        self.addCleanup(path.unlink)
        self.configure('[outbound]\naddresses-file = "peers.txt"\n')
        self.start()
        self.accept(server)
