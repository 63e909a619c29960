"""`make install` and `make uninstall`, into a running system and into a folder."""

import os
import pathlib
import pwd
import unittest

from lab import CONFIGURATION, PROGRAM, UNITS, make, run, systemctl

INSTALLED = [
    "/usr/bin/peerd",
    "/usr/bin/peerctl",
    "/usr/share/bash-completion/completions/peerd",
    "/usr/share/bash-completion/completions/peerctl",
    "/usr/share/zsh/vendor-completions/_peerd",
    "/usr/share/zsh/vendor-completions/_peerctl",
    "/usr/share/fish/vendor_completions.d/peerd.fish",
    "/usr/share/fish/vendor_completions.d/peerctl.fish",
    "/lib/systemd/system/peerd.service",
    "/lib/systemd/system/peerd@.service",
    "/lib/systemd/system/peerd.socket",
    "/lib/systemd/system/peerd-control.socket",
    "/usr/lib/sysusers.d/peerd.conf",
    "/usr/lib/tmpfiles.d/peerd.conf",
    "/usr/lib/systemd/catalog/peerd.catalog",
    "/usr/share/doc/peerd/README.md",
    "/usr/share/doc/peerd/peerd.toml",
    "/usr/share/doc/peerd/docs/peerctl.md",
    "/usr/share/doc/peerd/docs/org.peerd.Peers.varlink",
    "/usr/share/doc/peerd/examples/follow.py",
    "/etc/peerd/peerd.toml",
]
# What systemd and others write all the time, and what the system's own tools keep up to date.
OTHERS = ("/run/systemd", "/run/log", "/run/credentials", "/run/dbus", "/run/user", "/var/log",
          "/var/tmp", "/etc/passwd-", "/etc/group-", "/etc/shadow-", "/etc/gshadow-",
          "/etc/.pwd.lock", "/var/lib/systemd/catalog/database")


def files():
    """Every path that an installation could touch."""
    listed = run("find", "/etc", "/usr", "/var", "/run", "-xdev").stdout.splitlines()
    return {path for path in listed if not path.startswith(OTHERS)}


def users():
    return pathlib.Path("/etc/passwd").read_text() + pathlib.Path("/etc/group").read_text()


class Installing(unittest.TestCase):
    def setUp(self):
        if os.path.exists(PROGRAM):
            make("uninstall", "PURGE=1")
        self.addCleanup(make, "uninstall", "PURGE=1")

    def test_puts_everything_in_its_place(self):
        said = make("install").stdout
        self.assertIn("systemctl enable --now peerd", said)
        for path in INSTALLED:
            self.assertTrue(os.path.exists(path), path)
        user = pwd.getpwnam("peerd")
        self.assertEqual(user.pw_shell, "/usr/sbin/nologin")
        self.assertNotEqual(user.pw_uid, 0)
        # systemd knows the units without being told again, and finds nothing wrong in them.
        self.assertEqual(systemctl("is-enabled", "peerd", check=False).stdout, "disabled\n")
        verified = run("systemd-analyze", "verify", "--man=no", "peerd.service", "peerd.socket",
                       "peerd-control.socket", "peerd@one.service", check=False)
        self.assertEqual((verified.returncode, verified.stdout), (0, ""))
        # The catalogue is in the system's database.
        self.assertIn("Defined-By: peerd", run("journalctl", "--dump-catalog").stdout)

    def test_the_installed_configuration_is_valid_and_is_kept_by_an_upgrade(self):
        make("install")
        run(PROGRAM, "--check-config")
        mine = '[[listen]]\naddress = "127.0.0.1:4000"\n'
        (CONFIGURATION / "peerd.toml").write_text(mine)
        make("install")
        self.assertEqual((CONFIGURATION / "peerd.toml").read_text(), mine)

    def test_an_upgrade_says_what_runs_still(self):
        make("install")
        (CONFIGURATION / "one.toml").write_text("")
        systemctl("start", "peerd", "peerd@one")
        said = make("install").stdout
        self.assertIn("until: systemctl restart peerd.service peerd@one.service\n", said)
        self.assertNotIn("enable --now", said)

    def test_uninstall_leaves_nothing_behind(self):
        before, users_before = files(), users()
        make("install")
        (CONFIGURATION / "one.toml").write_text("")
        # The sockets first: they refuse to start under a running service.
        systemctl("enable", "--now", "peerd.socket", "peerd-control.socket")
        systemctl("enable", "--now", "peerd", "peerd@one")
        self.assertEqual(systemctl("is-active", "peerd", "peerd@one").stdout, "active\nactive\n")
        (CONFIGURATION / "one.toml").unlink()
        make("uninstall")
        # What the daemons knew stays until it is purged, and so does whose it is.
        left = files() - before
        self.assertEqual({path for path in left if not path.startswith("/var/lib/peerd")}, set())
        self.assertIn("/var/lib/peerd-one/peerd.db", left)
        make("uninstall", "PURGE=1")
        self.assertEqual(files() - before, set())
        self.assertEqual(before - files(), set())
        self.assertEqual(users(), users_before)
        self.assertNotIn("Defined-By: peerd", run("journalctl", "--dump-catalog").stdout)
        units = systemctl("list-units", "--all", "--no-legend", "peerd*.service", "peerd*.socket")
        self.assertEqual(units.stdout, "")

    def test_uninstall_keeps_what_is_the_operators_and_purge_takes_it(self):
        before = files()
        make("install")
        (CONFIGURATION / "peerd.toml").write_text("[outbound]\ntarget = 3\n")
        # What `systemctl edit` makes.
        (UNITS / "peerd.service.d").mkdir()
        (UNITS / "peerd.service.d/override.conf").write_text("[Service]\nNice=1\n")
        systemctl("daemon-reload")
        systemctl("start", "peerd")
        precious = pathlib.Path("/var/lib/peerd/precious")
        precious.touch()
        said = make("uninstall").stdout
        self.assertIn(
            "these stay, and PURGE=1 takes them: /etc/peerd /var/lib/peerd "
            "/etc/systemd/system/peerd.service.d\nthe user peerd stays with its files\n", said)
        self.assertTrue(precious.exists())
        # Files that nobody owns any more would be the next user's.
        pwd.getpwnam("peerd")
        make("uninstall", "PURGE=1")
        self.assertEqual(files() - before, set())
        with self.assertRaises(KeyError):
            pwd.getpwnam("peerd")
        # Nothing is there, and nothing else is said.
        said = make("uninstall", "PURGE=1").stdout
        self.assertNotIn("stay", said)
        self.assertNotIn("Failed", said)

    def test_uninstall_takes_what_was_enabled_where_no_systemd_runs(self):
        before = files()
        make("install")
        systemctl("enable", "peerd", "peerd@one", "peerd.socket")
        # So `make` in a root folder that another system will boot sees it.
        run("unshare", "-m", "sh", "-c", "mount -t tmpfs none /run/systemd && "
            "exec env PATH=/usr/sbin:/usr/bin:/sbin:/bin make -C /peerd uninstall PURGE=1")
        self.assertEqual(files() - before, set())

    def test_a_staged_installation_stays_in_its_folder(self):
        before = files()
        stage = pathlib.Path("/run/stage")
        self.addCleanup(run, "rm", "-rf", stage)
        options = [f"DESTDIR={stage}", "PREFIX=/usr/local"]
        make("install", *options)
        unit = (stage / "lib/systemd/system/peerd.service").read_text()
        self.assertIn("ExecStart=/usr/local/bin/peerd\n", unit)
        self.assertTrue((stage / "usr/local/bin/peerd").exists())
        self.assertTrue((stage / "usr/local/bin/peerctl").exists())
        for program in ("peerd", "peerctl"):
            completion = stage / f"usr/local/share/zsh/site-functions/_{program}"
            self.assertTrue(completion.read_text().startswith(f"#compdef {program}\n"))
        outside = {path for path in files() - before if not path.startswith("/run/stage")}
        self.assertEqual(outside, set())
        make("uninstall", *options)
        self.assertEqual(list(stage.iterdir()), [])
        self.assertFalse((UNITS / "peerd.service").exists())
