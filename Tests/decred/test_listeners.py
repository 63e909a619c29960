"""Who comes from loopback, to each kind of listener: the machine's own, a proxy, or nobody in
particular."""

import contextlib
import socket
import unittest

from daemon import Daemon
from decred_peer import Closed, Peer
from hostile import need_strangers, stranger

NO_TARGET = "outbound.target = 0\n"


class Listeners(unittest.TestCase):
    def start(self, configuration):
        daemon = Daemon(NO_TARGET + configuration, listener=False)
        self.addCleanup(daemon.stop)
        return daemon

    def come(self, daemon, source="127.0.0.1", to="127.0.0.1"):
        """A peer that has shaken hands; None if it was refused."""
        with contextlib.suppress(Closed, ConnectionResetError):
            peer = Peer.dial((to, daemon.address[1]), source)
            self.addCleanup(peer.close)
            return peer.shake_hands()
        return None

    def count(self, daemon, attempts, source=lambda number: "127.0.0.1"):
        return sum(self.come(daemon, source(number)) is not None for number in range(attempts))

    def inbound(self, daemon):
        return daemon.status()["connections"]["inbound"]


class Everywhere(Listeners):
    """On 0.0.0.0, with nothing said of loopback: 116 slots for inbound peers."""

    listen = '[[listen]]\naddress = "0.0.0.0:0"\n'

    def test_a_local_user_takes_what_one_host_may_have_from_however_many_addresses(self):
        daemon = self.start("inbound.burst = 100\n" + self.listen)
        admitted = self.count(daemon, 250, lambda number: f"127.{number % 50}.{number}.9")
        self.assertEqual(admitted, 5)
        self.assertEqual(self.inbound(daemon), 5)
        self.assertGreater(daemon.status()["refusals"]["tooManyPerHost"], 90)
        need_strangers()
        for number in range(20):
            self.assertIsNotNone(self.come(daemon, stranger(number)))

    def test_nor_any_faster(self):
        daemon = self.start("limits.per-host = 0\n" + self.listen)
        self.assertLess(self.count(daemon, 100, lambda number: f"127.7.{number}.1"), 20)
        self.assertGreater(daemon.status()["refusals"]["rateLimited"], 80)

    def test_and_is_the_machine_itself_where_that_is_said(self):
        daemon = self.start(self.listen + "trusted-loopback = true\n")
        self.assertEqual(self.count(daemon, 30), 30)

    def test_who_misbehaves_there_is_disconnected_and_no_proxy_is_banned(self):
        daemon = self.start(self.listen)
        peer = self.come(daemon)
        peer.send_bytes(bytes(24))
        self.assertEqual(peer.await_end(), [])
        self.assertEqual(daemon.bans(), [])


class Proxied(Listeners):
    def proxied(self):
        yield "onion", '[[listen]]\naddress = "127.0.0.1:0"\nnetwork = "onion"\n'
        yield "untrusted", '[[listen]]\naddress = "127.0.0.1:0"\ntrusted-loopback = false\n'

    def test_its_own_limit_holds_and_not_one_host_s(self):
        for name, listen in self.proxied():
            with self.subTest(name):
                daemon = self.start(f"limits.per-host = 1\n{listen}connections = 3\n")
                self.assertEqual(self.count(daemon, 5), 3)
                self.assertEqual(daemon.status()["refusals"]["tooManyPerListener"], 2)
                daemon.await_line(r"Dropped connection .*the listener's connections \(3\) reached")

    def test_half_of_the_inbound_slots_unless_it_is_said(self):
        for name, listen in self.proxied():
            with self.subTest(name):
                # 10 for inbound peers, and one for a test connection.
                daemon = self.start(
                    f"limits.connections = 11\nlimits.reserved-manual = 0\n{listen}"
                )
                self.assertEqual(self.count(daemon, 12), 5)

    def test_its_own_rate_holds(self):
        for name, listen in self.proxied():
            with self.subTest(name):
                daemon = self.start(f"inbound.burst = 1\n{listen}rate = 0.001\nburst = 4\n")
                self.assertEqual(self.count(daemon, 6, lambda number: f"127.0.0.{number + 1}"), 4)
                self.assertEqual(daemon.status()["refusals"]["rateLimited"], 2)

    def test_a_reload_changes_it_and_closes_nothing(self):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        listen = f'[[listen]]\naddress = "127.0.0.1:{port}"\n'
        daemon = self.start(listen)
        held = [self.come(daemon) for _ in range(8)]
        daemon.reload(NO_TARGET + listen + "trusted-loopback = false\nconnections = 2\n")
        # Those that are there came as the machine's own.
        self.assertEqual(self.count(daemon, 4), 2)
        daemon.reload(NO_TARGET + listen)
        self.assertEqual(self.count(daemon, 10), 10)
        for peer in held:
            peer.ping()


class Inherited(Listeners):
    """From systemd: such a listener goes by its own address."""

    def start_with(self, listener, configuration=""):
        """Passes a listener as descriptor 3."""
        inheritor = Inheritor(listener, NO_TARGET + configuration)
        self.addCleanup(inheritor.stop)
        return inheritor

    def test_on_loopback_it_trusts_it(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            daemon = self.start_with(listener, "limits.per-host = 1\n")
            self.assertEqual(self.count(daemon, 10), 10)

    def test_on_all_addresses_it_does_not_nor_by_mapped_ones(self):
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
            with self.subTest(address), socket.create_server(
                (address, 0), family=family, dualstack_ipv6=family == socket.AF_INET6
            ) as listener:
                daemon = self.start_with(listener, "limits.per-host = 2\n")
                self.assertEqual(self.count(daemon, 10, lambda number: f"127.0.{number}.1"), 2)

    def test_what_the_configuration_says_of_its_address_holds_after_a_reload_too(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            daemon = self.start_with(listener)
            self.assertEqual(self.count(daemon, 8), 8)
            daemon.reload(
                f'{NO_TARGET}[[listen]]\naddress = "127.0.0.1:{port}"\n'
                "trusted-loopback = false\nconnections = 1\n"
            )
            self.assertEqual(self.count(daemon, 3), 1)


class Inheritor(Daemon):
    def __init__(self, inherited, configuration):
        self.inherited = inherited
        super().__init__(configuration, listener=False)
        self.addresses = [inherited.getsockname()[:2]]

    def command(self):
        # The process that is to have the descriptors must be named: a shell becomes the daemon.
        number = self.inherited.fileno()
        script = (f"exec 3<&{number}; LISTEN_FDS=1 LISTEN_FDNAMES=listen LISTEN_PID=$$ "
                  'exec "$@"')
        return ["sh", "-c", script, "sh", *super().command()]

    def descriptors(self):
        return [self.inherited.fileno()]


if __name__ == "__main__":
    unittest.main()
