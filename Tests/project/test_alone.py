"""Tests/scripts/alone.sh: nothing of what runs by it leaves the machine."""

import os
import socket
import unittest

from project import SOURCE, run

ALONE = SOURCE / "Tests/scripts/alone.sh"
# Whoever runs these tests: root, and somebody who may make user namespaces or not.
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def may_be_alone(*prefix):
    return "NOT ALONE" not in run(*prefix, ALONE, "true").stdout


class Alone(unittest.TestCase):
    def everybody(self):
        yield []
        if os.geteuid() == 0:
            yield NOBODY

    def setUp(self):
        self.prefixes = [prefix for prefix in self.everybody() if may_be_alone(*prefix)]
        if not self.prefixes:
            self.skipTest("this machine allows no network namespace")

    def test_there_is_nothing_but_loopback(self):
        for prefix in self.prefixes:
            names = run(*prefix, ALONE, "ls", "/proc/self/net/dev_snmp6").stdout.split()
            self.assertEqual(names, ["lo"])
            said = run(*prefix, ALONE, "cat", "/proc/net/route", "/proc/net/dev").stdout
            self.assertNotIn("eth", said)

    def test_loopback_works_and_is_not_the_machine_s(self):
        program = ("import socket; server = socket.create_server(('127.0.0.1', 0));"
                   "socket.create_connection(server.getsockname()); print('connected')")
        outside = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(outside.close)
        for prefix in self.prefixes:
            said = run(*prefix, ALONE, "python3", "-c", program).stdout
            self.assertEqual(said, "connected\n")
            program_out = f"import socket; socket.create_connection({outside.getsockname()!r})"
            said = run(*prefix, ALONE, "python3", "-c", program_out, check=False).stdout
            self.assertIn("ConnectionRefusedError", said)

    def test_names_come_from_its_own_hosts_file_and_from_a_server_on_loopback(self):
        for prefix in self.prefixes:
            said = run(*prefix, ALONE, "cat", "/etc/hosts").stdout
            self.assertEqual(said, (SOURCE / "Tests/network/hosts").read_text())
            said = run(*prefix, ALONE, "grep", "-h", "^hosts:\\|^nameserver", "/etc/nsswitch.conf",
                       "/etc/resolv.conf").stdout
            self.assertEqual(said, "hosts: files dns\nnameserver 127.0.0.1\n")
            # Without a server the answer comes at once, and nobody is asked who could tell others.
            self.assertEqual(
                run(*prefix, ALONE, "getent", "ahosts", "peer.example.org", check=False).returncode,
                2)

    def test_a_command_is_who_it_was_and_may_not_more(self):
        for prefix in self.prefixes:
            fields = "/^Uid\\|^Gid\\|^Cap\\(Eff\\|Inh\\|Amb\\)/p"
            inside, outside = (
                run(*prefix, *how, "sed", "-n", fields, "/proc/self/status").stdout
                for how in ([ALONE], []))
            self.assertEqual(inside, outside)

    def test_the_status_is_the_command_s(self):
        for prefix in self.prefixes:
            self.assertEqual(run(*prefix, ALONE, "sh", "-c", "exit 7", check=False).returncode, 7)

    def test_where_there_can_be_no_such_network_it_says_so_and_goes_on(self):
        # Nobody may make namespaces below this one.
        said = run("unshare", "--user", "--map-current-user", "--keep-caps", "sh", "-c",
                   f"echo 0 >/proc/sys/user/max_net_namespaces && exec {ALONE} echo done",
                   check=False)
        if "max_net_namespaces" in said.stdout:
            self.skipTest("this machine allows no user namespace")
        self.assertEqual(said.returncode, 0, said.stdout)
        self.assertIn("NOT ALONE: 'echo done' runs in this machine's own network", said.stdout)
        self.assertTrue(said.stdout.endswith("\ndone\n"), said.stdout)


if __name__ == "__main__":
    unittest.main()
