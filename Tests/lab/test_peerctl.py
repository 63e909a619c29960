"""peerctl as it is installed: the sockets of the units, and who may use them."""

import grp
import json

from lab import PROGRAM, Service, main_process, run, systemctl, wait

PEERCTL = "/usr/bin/peerctl"
# Somebody with no rights but those of the group, or of nobody.
NOBODY = 65534


def peerctl(*arguments, check=True):
    return run(PEERCTL, *arguments, check=check)


def peerctl_as(group, *arguments):
    """As a user who is no member of anything but the group, if one is given."""
    groups = [f"--groups={group}"] if group else ["--clear-groups"]
    return run("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", *groups, PEERCTL, *arguments,
               check=False)


class Installed(Service):
    def test_it_finds_the_daemons_own_socket(self):
        self.start()
        self.assertIn("peerd 0.1.0, network raw, up ", peerctl().stdout)
        status = json.loads(peerctl("--json").stdout)["status"]
        self.assertEqual(status["limits"]["outbound"], 8)

    def test_it_starts_the_daemon_through_the_socket_unit(self):
        systemctl("start", "peerd-control.socket")
        self.assertEqual(main_process(), 0)
        self.assertIn("peerd 0.1.0, network raw, up ", peerctl("status").stdout)
        self.assertNotEqual(main_process(), 0)

    def test_it_finds_the_daemon_of_a_network(self):
        self.configure('[[listen]]\naddress = "127.0.0.1:4002"\n', file="one.toml")
        self.start("peerd@one.service")
        for arguments in (("-i", "one"), ("list", "-i", "one"), ("-i", "one", "bans")):
            self.assertEqual(peerctl(*arguments).returncode, 0)
        missing = peerctl(check=False)
        self.assertEqual(missing.returncode, 3)
        self.assertIn("Is the daemon running? systemctl status peerd\n", missing.stdout)

    def test_the_group_may_change_something_and_others_may_not_even_look(self):
        group = grp.getgrnam("peerd").gr_gid
        for unit in ("peerd.service", "peerd-control.socket"):
            with self.subTest(unit):
                systemctl("stop", "peerd.service", "peerd-control.socket", check=False)
                systemctl("start", unit)
                wait("it is there", lambda: peerctl(check=False).returncode == 0)
                banned = peerctl_as(group, "ban", "192.0.2.0/24")
                self.assertEqual((banned.returncode, banned.stdout),
                                 (0, "Banned 192.0.2.0/24 for ever, closed 0 connections\n"))
                other = peerctl_as(None, "bans")
                self.assertEqual(other.returncode, 3)
                self.assertIn("permission denied (EACCES)", other.stdout)
                self.assertIn("adduser NAME peerd", other.stdout)

    def test_it_reloads_and_says_what_is_wrong(self):
        self.start()
        self.assertEqual(peerctl("reload").stdout, "Reloaded\n")
        self.configure("[outbound]\ntaget = 3\n")
        wrong = peerctl("reload", check=False)
        self.assertEqual(wrong.returncode, 1)
        self.assertIn("/etc/peerd/peerd.toml:2:1: unknown key 'outbound.taget'", wrong.stdout)
        self.assertEqual(run(PROGRAM, "--check-config", check=False).returncode, 78)

    def test_it_ends_with_3_when_the_daemon_goes(self):
        self.start()
        systemctl("stop", "peerd")
        gone = peerctl("list", check=False)
        self.assertEqual(gone.returncode, 3)
