"""Handshakes with dcrd's peer, both ways, on each network, in each version that is spoken."""

import time
import unittest

import wire
from daemon import CallFailed, DaemonTest, wait
from decred_peer import Violation, listen, name_of

VERSIONS = (9, 10, 11, 12)
ADVERTISED = wire.Address(0, 0, bytes((45, 1, 2, 5)), 9108)


class Handshake:
    """For each network; what is between version and verack is compared byte by byte."""

    configuration = 'outbound.target = 0\nadvertise = ["45.1.2.5:9108"]\n'
    gossips = False

    def introduction(self, peer, *, verack):
        """The bytes that a peer that has taken so much must have got: its fields as they came, in
        the form that dcrd writes them in."""
        data = peer.waiting()
        self.assertGreater(len(data), wire.HEADER_BYTES)
        command, length, _ = wire.parse_header(data[:24], self.network, 12)
        self.assertEqual(command, "version")
        theirs = wire.Version.decode(data[24 : 24 + length])
        expected = wire.frame(self.network, "version", theirs.encode())
        if verack:
            expected += wire.frame(self.network, "verack")
        self.assertEqual(data, expected)
        return theirs

    def check_version(self, theirs, peer):
        host, port = peer.socket.getsockname()
        self.assertEqual(theirs.version, 12)
        self.assertEqual(theirs.services, 1)
        self.assertLess(abs(theirs.time - peer.our_version().time), 60)
        self.assertEqual(theirs.receiver, wire.Endpoint.of(host, port))
        self.assertEqual(theirs.sender, wire.Endpoint(services=1))
        self.assertRegex(theirs.agent.decode(), r"^/peerd:[\d.]+/$")
        self.assertEqual(theirs.last_block, -1)
        self.assertFalse(theirs.relays)

    def check_row(self, row, version):
        self.assertEqual(row["phase"], "established")
        self.assertEqual(row["userAgent"], wire.DCRD_AGENT)
        self.assertEqual(row["services"], 5)
        self.assertEqual(row["protocolVersion"], version)

    def test_a_peer_dials_the_daemon(self):
        for version in VERSIONS:
            with self.subTest(version=version):
                peer = self.dial(version=version, services=5)
                self.daemon.await_row(peer, lambda row: row["phase"] == "handshaking", "accepted")
                self.assertEqual(peer.waiting(), b"", "the dialler speaks first")
                peer.say_version()
                self.daemon.await_read(peer)
                self.check_version(self.introduction(peer, verack=True), peer)
                self.assertFalse(self.daemon.row(peer)["ready"])
                peer.read_version()
                peer.read_verack()
                peer.send("verack")
                self.check_row(self.daemon.await_ready(peer), version)
                self.daemon.await_read(peer)
                self.assertEqual(peer.waiting(), b"", "an inbound peer is told nothing unasked")
                peer.settle(own=ADVERTISED)
                if self.gossips:
                    # It knows of nobody who has been good, so `getaddr` has no answer.
                    self.daemon.await_line(f"addresses.*{peer.name}|{peer.name}.*addresses")
                peer.expect_state()
                peer.ping()

    def test_the_daemon_dials_a_peer(self):
        for version in VERSIONS:
            with self.subTest(version=version), listen("127.2.0.1") as server:
                call = self.daemon.begin("Connect", address=name_of(server.getsockname()))
                peer = self.accept(server, version=version, services=5)
                wait("its version", lambda: len(peer.waiting()) >= 24)
                self.check_version(self.introduction(peer, verack=False), peer)
                self.assertEqual(self.daemon.row(peer)["phase"], "handshaking")
                peer.theirs = self.introduction(peer, verack=False)
                peer.say_version()
                self.daemon.await_read(peer)
                self.introduction(peer, verack=True)
                # Connect answers when the handshake is complete, not when the connection is.
                call.socket.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    call.socket.recv(1)
                call.socket.settimeout(20)
                peer.read_version()
                peer.read_verack()
                peer.send("verack")
                self.check_row(call.finish()["connection"], version)
                self.check_gossip(peer)
                peer.settle().expect_state()
                peer.ping()

    def check_gossip(self, peer):
        """What the daemon says at once to who was dialled: `getaddr` and its own address."""
        self.daemon.await_ready(peer)
        if not self.gossips:
            self.daemon.await_read(peer)
            return self.assertEqual(peer.waiting(), b"")
        peer.expect("getaddr")
        command, payload = peer.receive()
        self.assertEqual(command, "addrv2" if peer.version >= 12 else "addr")
        (told,) = wire.parse_addresses(payload, command)
        self.assertEqual(told.time % 86_400, 0)
        self.assertLess(abs(told.time - peer.our_version().time), 86_400 + 60)
        self.assertEqual(told[1:], (1,) + ADVERTISED[2:])

    def test_two_versions_apart_speak_the_older(self):
        peer = self.dial(version=13)
        peer.shake_hands()
        self.assertEqual(self.daemon.await_ready(peer)["protocolVersion"], 13)
        peer.negotiated = 12
        peer.ping()


class Regnet(Handshake, DaemonTest):
    network = "regnet"


class Simnet(Handshake, DaemonTest):
    network = "simnet"


class Mainnet(Handshake, DaemonTest):
    network = "mainnet"
    gossips = True


class Testnet(Handshake, DaemonTest):
    network = "testnet"
    gossips = True


class Services(DaemonTest):
    """On a public network an automatic outbound peer must be a full node."""

    network = "mainnet"
    configuration = "services = 0\n[outbound]\ntarget = 2\nmax-per-group = 0\nretry = \"100ms\"\n"

    def test_an_automatic_peer_without_the_service_is_left(self):
        with listen("127.2.0.1") as server, listen("127.2.0.2") as good:
            name = name_of(server.getsockname())
            names = f'["{name}", "{name_of(good.getsockname())}"]'
            self.daemon.reload(f"{self.configuration}addresses = {names}\n")
            peer = self.accept(server, services=4)
            peer.read_version()
            peer.say_version()
            self.assert_outbound_closed(peer, name)
            held = self.accept(good, services=1)
            held.shake_hands()
            self.assertEqual(self.daemon.await_ready(held)["kind"], "outbound")

    def assert_outbound_closed(self, peer, name):
        self.assertEqual(peer.await_end(), [])
        self.assertEqual(self.daemon.cause(name), "LacksServices")
        self.assertEqual(self.daemon.bans(), [])

    def test_a_manual_peer_may_offer_nothing(self):
        with listen("127.2.0.3") as server:
            call = self.daemon.begin("Connect", address=name_of(server.getsockname()))
            peer = self.accept(server, services=0).shake_hands()
            self.assertTrue(call.finish()["connection"]["ready"])
            self.daemon.await_ready(peer)

    def test_dcrd_leaves_a_daemon_that_offers_nothing(self):
        with self.assertRaisesRegex(Violation, "desired services"):
            self.dial().shake_hands()


class Ourselves(DaemonTest):
    configuration = 'outbound.target = 0\n[[listen]]\naddress = "127.0.0.2:0"\n'

    def test_a_dial_to_another_listener_of_the_daemon_is_found(self):
        self.assertEqual(len(self.daemon.addresses), 2)
        for address in self.daemon.addresses:
            with self.assertRaises(CallFailed) as failed:
                self.daemon.call("Connect", address=name_of(address))
            self.assertEqual(failed.exception.name, "SelfConnection")
        # Of each both ends are gone.
        self.assertEqual(self.daemon.list(), [])
        causes = [row["cause"]["error"] for row in self.daemon.history()]
        self.assertEqual(set(causes), {"SelfConnection"})
        self.assertEqual(self.daemon.bans(), [])

    def test_a_persistent_one_waits_its_longest(self):
        name = name_of(self.daemon.address)
        number = self.daemon.call("AddPersistent", address=name)["id"]
        # 5 min, of which half is drawn.
        self.daemon.await_line(rf"Retrying connection to {name} in [2345] min.* \(id: {number}")
        self.daemon.call("Remove", id=number)


class OurselvesByChance(DaemonTest):
    """The daemon is told its own address as one to dial for the target."""

    network = "mainnet"
    configuration = '[outbound]\ntarget = 1\nretry = "100ms"\n'

    def test_the_address_is_left_alone_and_the_slot_goes_to_another(self):
        name = name_of(self.daemon.address)
        self.daemon.reload(f'{self.configuration}addresses = ["{name}"]\n')
        self.assertEqual(self.daemon.cause(name), "SelfConnection")
        findings = self.daemon.call("Explain", address=name)["explanation"]["findings"]
        (finding,) = [row for row in findings if row["rule"] == "ownAddress"]
        self.assertTrue(finding["refuses"])
        day = 24 * 3_600 * 1_000_000
        left = finding["untilUnixUSec"] - time.time() * 1_000_000
        self.assertTrue(0.9 * day < left <= day, left)
        with listen("127.2.0.4") as server:
            names = f'["{name}", "{name_of(server.getsockname())}"]'
            self.daemon.reload(f"{self.configuration}addresses = {names}\n")
            peer = self.accept(server).shake_hands()
            self.assertEqual(self.daemon.await_ready(peer)["kind"], "outbound")
        self.assertEqual(self.daemon.bans(), [])


class Calls(DaemonTest):
    """What `Connect` says of a handshake that failed."""

    configuration = 'outbound.target = 0\nprotocol.handshake-timeout = "1s"\n'

    def failure(self, host, behave):
        with listen(host) as server:
            call = self.daemon.begin("Connect", address=name_of(server.getsockname()))
            peer = self.accept(server)
            behave(peer)
            with self.assertRaises(CallFailed) as failed:
                call.finish()
            return failed.exception.name

    def test_each_end_of_a_handshake_has_its_error(self):
        def hang_up(peer):
            # With everything read, or it would be a reset.
            peer.expect("version")
            peer.close()

        def say_second(peer):
            peer.say_version()
            peer.say_version()

        for number, (error, behave) in enumerate({
            "HandshakeTimedOut": lambda peer: None,
            "Malformed": lambda peer: peer.send_bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            "UnexpectedMessage": lambda peer: peer.send("verack"),
            "ObsoleteVersion": lambda peer: peer.say_version(version=8),
            "ClosedByPeer": hang_up,
        }.items(), 1):
            with self.subTest(error):
                self.assertEqual(self.failure(f"127.3.0.{number}", behave), error)
        self.assertEqual(self.failure("127.3.0.9", say_second), "UnexpectedMessage")
        # An honest one is still welcome afterwards.
        with listen("127.3.0.10") as server:
            call = self.daemon.begin("Connect", address=name_of(server.getsockname()))
            self.accept(server).shake_hands()
            self.assertTrue(call.finish()["connection"]["ready"])

    def test_it_is_cancelled_with_its_caller_in_the_middle_of_a_handshake(self):
        with listen("127.3.1.1") as server:
            call = self.daemon.begin("Connect", address=name_of(server.getsockname()))
            peer = self.accept(server)
            peer.expect("version")
            call.socket.close()
            self.assertEqual(peer.await_end(), [])
            self.assertEqual(self.daemon.cause(name_of(server.getsockname())), "Abandoned")


if __name__ == "__main__":
    unittest.main()
