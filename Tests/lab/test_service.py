"""The life of the service: start, status, restart, stop, and the ways in which it ends."""

import os
import pathlib
import pwd
import re
import signal
import stat
import time

from lab import (PROGRAM, Service, await_end, connect, is_open, main_process,
                 run, show, systemctl, wait)


class Life(Service):
    def test_start_returns_when_the_listeners_are_bound(self):
        number = self.start()
        # Without waiting for anything: READY=1 is what `systemctl start` waits for.
        self.connect()
        self.assertEqual(show("ActiveState"), "active")
        self.assertEqual(show("SubState"), "running")
        self.assertEqual(os.readlink(f"/proc/{number}/exe"), PROGRAM)
        self.assertEqual(os.stat(f"/proc/{number}").st_uid, pwd.getpwnam("peerd").pw_uid)
        started = self.journal.first(event="started")
        self.assertEqual(started["MESSAGE"], "Started: 0/8 outbound, 0 inbound; 0 addresses")

    def test_the_status_follows_the_peers(self):
        self.start()
        self.await_status("0/8 outbound, 0 inbound; 0 addresses")
        peers = self.connect_many(3)
        self.await_status("0/8 outbound, 3 inbound; 0 addresses")
        peers[0].close()
        self.await_status("0/8 outbound, 2 inbound; 0 addresses")
        shown = systemctl("status", "peerd").stdout
        self.assertIn('Status: "0/8 outbound, 2 inbound; 0 addresses"', shown)
        peers[1].close()
        peers[2].close()
        self.await_status("0/8 outbound, 0 inbound; 0 addresses")

    def test_the_status_names_the_persistent_peer_that_is_missing(self):
        server = self.listen()
        address = "127.0.0.1:%d" % server.getsockname()[1]
        self.configure(f'[persistent]\npeers = ["{address}"]\nretry = "10min"\nmax-retry = "20min"')
        self.start()
        peer = self.accept(server)
        server.close()
        self.await_status("0/1 persistent")
        peer.close()
        status = self.await_status("retries in")
        self.assertRegex(status, rf"0/1 persistent \({re.escape(address)} retries in \d+ min")
        self.assertEqual(len(self.journal.entries(event="retrying", peer=address)), 1)

    def test_a_peer_is_counted_as_held_when_it_is_ready(self):
        server = self.listen()
        self.configure('[persistent]\npeers = ["127.0.0.1:%d"]' % server.getsockname()[1])
        self.start()
        self.accept(server)
        self.await_status("1/1 persistent")

    def test_usr1_logs_the_status(self):
        self.start()
        self.connect_many(2)
        systemctl("kill", "--signal=USR1", "--kill-who=main", "peerd")
        entry = self.journal.first(event="status")
        self.assertEqual(entry["MESSAGE"], "Status: 0/8 outbound, 2 inbound; 0 addresses")

    def test_restart_ends_the_peers_and_serves_again(self):
        before = self.start()
        peer = self.connect_many(1)[0]
        systemctl("restart", "peerd")
        await_end(peer)
        self.connect()
        self.assertNotEqual(main_process(), before)
        self.assertEqual(show("NRestarts"), "0")

    def test_stop_ends_a_hundred_peers_quickly_and_in_peace(self):
        # A unit that nothing asks for is forgotten when it has stopped, with its exit status.
        systemctl("enable", "peerd")
        self.addCleanup(systemctl, "disable", "peerd")
        self.start()
        peers = self.connect_many(100)
        began = time.monotonic()
        systemctl("stop", "peerd")
        took = time.monotonic() - began
        for peer in peers:
            await_end(peer)
        self.assertEqual(show("Result"), "success")
        self.assertEqual(show("ExecMainCode"), "1")
        self.assertEqual(show("ExecMainStatus"), "0")
        # TimeoutStopSec= would be 15 s, and a stop that takes as long has gone wrong.
        self.assertLess(took, 5)
        entry = self.journal.first(event="shutting-down")
        self.assertEqual(entry["PEERD_COUNT"], "100")
        with self.assertRaises(ConnectionRefusedError):
            connect()

    def test_a_crash_is_followed_by_a_new_start(self):
        number = self.start()
        os.kill(number, signal.SIGKILL)
        wait("it runs again", lambda: main_process() not in (0, number))
        wait("it serves again", lambda: show("ActiveState") == "active")
        self.connect()
        self.assertEqual(show("NRestarts"), "1")

    def test_the_folders_are_the_daemons_alone(self):
        self.start()
        owner = pwd.getpwnam("peerd")
        for folder in ("/var/lib/peerd", "/run/peerd"):
            found = os.stat(folder)
            self.assertEqual((found.st_uid, found.st_gid), (owner.pw_uid, owner.pw_gid))
            self.assertEqual(stat.S_IMODE(found.st_mode), 0o750)
            held = pathlib.Path(folder, "lock").read_text()
            self.assertEqual(held, f"{main_process()}\n")
        systemctl("stop", "peerd")
        self.assertTrue(os.path.exists("/var/lib/peerd"))
        self.assertFalse(os.path.exists("/run/peerd"))


class Watchdog(Service):
    def test_kills_and_restarts_a_daemon_that_stands_still_and_lets_a_live_one_be(self):
        self.edit("peerd.service", "[Service]\nWatchdogSec=2s\nTimeoutAbortSec=1s\nRestartSec=0")
        number = self.start()
        # Twice what the watchdog allows, with nothing to do in between.
        time.sleep(4)
        self.assertEqual(main_process(), number)
        self.stop_process(number)
        wait("it is replaced", lambda: main_process() not in (0, number))
        wait("it serves again", lambda: show("ActiveState") == "active")
        self.connect()
        self.assertEqual(show("NRestarts"), "1")
        self.assertIn("Watchdog timeout", self.journal.text("_PID=1"))
        self.assertIn("Failed with result 'watchdog'", self.journal.text("_PID=1"))


class Failing(Service):
    def fail_to_start(self):
        systemctl("start", "peerd", check=False)
        wait("the start has failed", lambda: show("ActiveState") == "failed")
        return show("ExecMainStatus")

    def test_a_bad_configuration_ends_with_78_and_is_not_tried_again(self):
        self.edit("peerd.service", "[Service]\nRestartSec=100ms")
        self.configure("[outbound]\ntaget = 3\n[log]\nlevel = 7\n")
        self.assertEqual(self.fail_to_start(), "78")
        # Ten times what systemd would wait before another start.
        time.sleep(1)
        self.assertEqual(show("NRestarts"), "0")
        self.assertEqual(show("ActiveState"), "failed")
        entry = self.journal.first(event="start-failed")
        self.assertEqual(entry["PRIORITY"], "3")
        lines = entry["MESSAGE"].splitlines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[0].startswith("/etc/peerd/peerd.toml:2:1: "), lines)
        self.assertIn("outbound.target", lines[0])
        self.assertTrue(lines[1].startswith("/etc/peerd/peerd.toml:4:"), lines)

    def test_too_few_descriptors_are_a_configuration_error_with_the_numbers(self):
        self.edit("peerd.service", "[Service]\nLimitNOFILE=256")
        self.configure("[limits]\nconnections = 300\n")
        self.assertEqual(self.fail_to_start(), "78")
        message = self.journal.first(event="start-failed")["MESSAGE"]
        # 300 connections, 8 persistent, 32 whitelisted, 64 clients, 160 for the daemon.
        self.assertIn("need 564 descriptors, and the hard limit is 256", message)

    def test_an_address_in_use_is_tried_again_until_it_is_free(self):
        # However often that fails until the address is free.
        self.edit("peerd.service", "[Unit]\nStartLimitIntervalSec=0\n[Service]\nRestartSec=200ms")
        server = self.listen()
        port = server.getsockname()[1]
        self.configure(f'[[listen]]\naddress = "127.0.0.1:{port}"\n')
        self.assertNotEqual(systemctl("start", "peerd", check=False).returncode, 0)
        failed = self.journal.first(event="start-failed")
        self.assertIn("is another peerd running?", failed["MESSAGE"])
        server.close()
        wait("it serves", lambda: show("ActiveState") == "active")
        self.connect(port=port)

    def test_a_second_daemon_on_one_state_folder_ends_with_71_and_names_the_first(self):
        number = self.start()
        peer = self.connect_many(1)[0]
        for folder in ("--state=/var/lib/peerd", "--runtime=/run/peerd"):
            second = run("runuser", "-u", "peerd", "--", PROGRAM, folder,
                         '--set=listen=[{address="127.0.0.1:0"}]', check=False)
            self.assertEqual(second.returncode, 71, second.stdout)
            self.assertIn(f"another peerd (process {number}) has", second.stdout)
        self.assertTrue(is_open(peer))
        self.assertEqual(show("ActiveState"), "active")


class Instances(Service):
    def test_two_of_them_run_side_by_side(self):
        for name, port in (("one", 4001), ("two", 4002)):
            self.configure(f'[[listen]]\naddress = "127.0.0.1:{port}"\n', file=f"{name}.toml")
        first = self.start("peerd@one")
        second = self.start("peerd@two")
        self.assertNotEqual(first, second)
        for name, port in (("one", 4001), ("two", 4002)):
            unit = f"peerd@{name}.service"
            self.connect_many(1, port=port)
            self.await_status("1 inbound", unit=unit)
            self.assertTrue(os.path.exists(f"/var/lib/peerd-{name}/lock"))
            self.assertTrue(os.path.exists(f"/run/peerd-{name}/lock"))
            self.assertEqual(len(self.journal.entries(event="started", unit=unit)), 1)
        # Each reads its own file again, and neither is disturbed by the other's end.
        self.configure('[[listen]]\naddress = "127.0.0.1:4001"\n[outbound]\ntarget = 3', "one.toml")
        systemctl("reload", "peerd@one")
        self.await_status("0/3 outbound", unit="peerd@one.service")
        self.await_status("0/8 outbound", unit="peerd@two.service")
        self.configure("nonsense", "one.toml")
        self.assertNotEqual(systemctl("reload", "peerd@one", check=False).returncode, 0)
        self.assertEqual(systemctl("reload", "peerd@two").returncode, 0)
        systemctl("stop", "peerd@one")
        self.connect(port=4002)
        with self.assertRaises(ConnectionRefusedError):
            connect(port=4001)
