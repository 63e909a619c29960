"""Taking another configuration while running."""

import json
import os
import signal
import socket

from lab import (PORT, Service, await_end, connect, is_open, knock, main_process, run, show,
                 systemctl, wait)


def status(*options):
    """What `peerctl status` knows."""
    return json.loads(run("peerctl", *options, "--json", "status").stdout)["status"]


def configuration(*ports, persistent=(), connections=125, target=8, level="info"):
    text = "".join(f'[[listen]]\naddress = "127.0.0.1:{port}"\n' for port in ports)
    peers = ", ".join(f'"{peer}"' for peer in persistent)
    return (f"{text}[persistent]\npeers = [{peers}]\n[limits]\nconnections = {connections}\n"
            f'[outbound]\ntarget = {target}\n[log]\nlevel = "{level}"\n')


class Good(Service):
    def test_changes_everything_live_and_drops_nobody(self):
        first, second = self.listen(), self.listen()
        names = ["127.0.0.1:%d" % server.getsockname()[1] for server in (first, second)]
        self.configure(configuration(PORT, 4001, persistent=names[:1]))
        number = self.start()
        old = self.accept(first)
        peers = self.connect_many(50) + self.connect_many(1, port=4001)

        self.configure(configuration(PORT, 4002, persistent=names[1:], connections=40, target=3,
                                     level="debug"))
        systemctl("reload", "peerd")
        self.journal.first(event="reloaded")

        # The peers stay, also those of a listener that has gone and those above the new limit.
        self.assertTrue(all(is_open(peer) for peer in peers))
        self.await_status("0/3 outbound, 51 inbound")
        # Persistent peers: the one that isn't named any more is closed, the new one dialled.
        await_end(old)
        self.accept(second)
        self.journal.first(event="persistent-removed", peer=names[0])
        self.journal.first(event="persistent-added", peer=names[1])
        # Listeners: one closed, one opened, one kept.
        with self.assertRaises(ConnectionRefusedError):
            connect(port=4001)
        self.journal.first(event="listener-closed", listener="127.0.0.1:4001")
        self.journal.first(event="listening", listener="127.0.0.1:4002")
        # Limits: the lowered one holds for who comes now.
        name = knock(port=4002)
        refused = self.journal.first(event="refused", reason="too-many-connections", peer=name)
        self.assertEqual(refused["PEERD_LIMIT"], "40")
        # Log level: the coming of inbound peers is an entry now, and wasn't before.
        self.assertEqual(self.journal.entries(event="accepted"), [])

        self.configure(configuration(PORT, 4002, connections=200, level="debug"))
        systemctl("reload", "peerd")
        self.await_status("0/8 outbound")
        late = self.connect_many(1, port=4002)[0]
        self.journal.first(event="accepted", peer="127.0.0.1:%d" % late.getsockname()[1])
        self.assertTrue(all(is_open(peer) for peer in peers))
        self.assertEqual(main_process(), number)
        self.assertEqual(show("ActiveState"), "active")

    def test_is_in_force_when_the_command_returns(self):
        self.start()
        for target in range(10):
            self.configure(configuration(PORT, target=target))
            systemctl("reload", "peerd")
            # No more is waited for than this one entry, which the journal may not have yet.
            self.assertEqual(status()["limits"]["outbound"], target)
            self.assertEqual(show("ActiveState"), "active")

    def test_of_an_instance_is_its_own(self):
        self.configure(configuration(PORT + 1, target=1), "one.toml")
        self.configure(configuration(PORT + 2, target=1), "two.toml")
        for name in ("one", "two"):
            self.start(f"peerd@{name}.service")
        self.configure(configuration(PORT + 1, target=2), "one.toml")
        self.configure(configuration(PORT + 2, target=2), "two.toml")
        systemctl("reload", "peerd@one")
        self.assertEqual(status("-i", "one")["limits"]["outbound"], 2)
        self.assertEqual(status("-i", "two")["limits"]["outbound"], 1)
        self.configure("nonsense = 1", "two.toml")
        self.assertNotEqual(systemctl("reload", "peerd@two", check=False).returncode, 0)

    def test_needs_no_place_that_others_can_take(self):
        self.start()
        crowd = []
        for _ in range(100):
            client = socket.socket(socket.AF_UNIX)
            self.addCleanup(client.close)
            client.connect("/run/peerd/control")
            crowd.append(client)
        # All places but one are root's now: even root is turned away.
        wait("the crowd", lambda: run("peerctl", "status", check=False).returncode == 3)
        self.configure(configuration(PORT, target=4))
        systemctl("reload", "peerd")
        self.await_status("0/4 outbound")

    def test_by_a_signal_it_is_the_same(self):
        self.start()
        self.configure(configuration(PORT, target=5))
        os.kill(main_process(), signal.SIGHUP)
        self.await_status("0/5 outbound")

    def test_many_signals_at_once_end_with_what_is_there_last(self):
        number = self.start()
        for target in range(20):
            self.configure(configuration(PORT, target=target))
            os.kill(number, signal.SIGHUP)
        self.await_status("0/19 outbound")
        self.assertEqual(main_process(), number)

    def test_exchanges_an_address_for_all_of_them_on_one_port_and_back(self):
        one, every = f"127.0.0.1:{PORT}", f"0.0.0.0:{PORT}"
        self.configure(f'[[listen]]\naddress = "{one}"\n')
        self.start()
        peer = self.connect_many(1)[0]
        for address, reloads in ((every, 1), (one, 2)):
            self.configure(f'[[listen]]\naddress = "{address}"\n')
            systemctl("reload", "peerd")
            wait("the reload", lambda: len(self.journal.entries(event="reloaded")) == reloads)
            self.assertTrue(is_open(peer))
            self.connect_many(1)


class Bad(Service):
    broken = configuration(4001, target=3) + "colour = 1\n[limit]\nconnections = 1\n"

    def setUp(self):
        super().setUp()
        self.number = self.start()
        self.peers = self.connect_many(50)
        self.configure(self.broken)

    def assert_nothing_changed(self):
        self.assertTrue(all(is_open(peer) for peer in self.peers))
        self.await_status("0/8 outbound, 50 inbound")
        self.connect_many(1)
        with self.assertRaises(ConnectionRefusedError):
            connect(port=4001)
        self.assertEqual(main_process(), self.number)
        self.assertEqual(show("ActiveState"), "active")

    def test_fails_says_why_and_changes_nothing(self):
        result = systemctl("reload", "peerd", check=False)
        self.assertNotEqual(result.returncode, 0)
        text = self.journal.text("_SYSTEMD_UNIT=peerd.service", "--priority=err")
        self.assertIn("/etc/peerd/peerd.toml:11:1: ", text)
        self.assertIn("/etc/peerd/peerd.toml:13:1: ", text)
        self.assert_nothing_changed()
        self.await_status("; last reload failed: /etc/peerd/peerd.toml:11:1: ")
        # And a good file is taken as ever.
        self.configure(configuration(PORT, target=2))
        systemctl("reload", "peerd")
        self.await_status("0/2 outbound")

    def test_by_a_signal_the_daemon_itself_finds_out(self):
        os.kill(self.number, signal.SIGHUP)
        entry = self.journal.first(event="reload-failed")
        self.assertEqual(entry["PRIORITY"], "3")
        self.assertIn("The configuration stays as it was: ", entry["MESSAGE"])
        self.assertIn("/etc/peerd/peerd.toml:11:1: ", entry["MESSAGE"])
        self.assert_nothing_changed()

    def test_a_listener_that_can_not_be_bound_changes_nothing_either(self):
        server = self.listen()
        taken = server.getsockname()[1]
        self.configure(configuration(4001, taken, target=3))
        # The file is right, so only the daemon can find out.
        result = systemctl("reload", "peerd", check=False)
        self.assertNotEqual(result.returncode, 0)
        entry = self.journal.first(event="reload-failed")
        self.assertIn(f"127.0.0.1:{taken}", entry["MESSAGE"])
        self.assert_nothing_changed()
        # When the port is free, the same is good.
        server.close()
        systemctl("reload", "peerd")
        self.await_status("0/3 outbound")
        self.await_status("; reloaded")

    def test_a_limit_beyond_the_descriptors_changes_nothing_either(self):
        self.configure(configuration(4001, connections=1_000_000, target=3))
        result = systemctl("reload", "peerd", check=False)
        self.assertNotEqual(result.returncode, 0)
        self.assertIn("LimitNOFILE=", self.journal.first(event="reload-failed")["MESSAGE"])
        self.assert_nothing_changed()

    def test_fails_too_when_the_daemon_does_not_answer(self):
        self.edit("peerd.service", "[Service]\nTimeoutStartSec=2s\n")
        self.stop_process(self.number)
        result = systemctl("reload", "peerd", check=False)
        self.assertNotEqual(result.returncode, 0)
        self.resume(self.number)
        self.assertEqual(main_process(), self.number)
