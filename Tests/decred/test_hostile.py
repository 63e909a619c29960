"""Peers that break the rules, each against the running daemon."""

import os
import socket
import struct
import unittest

import wire
from daemon import CallFailed, wait
from decred_peer import Closed, listen, name_of
from hostile import HostileTest

PING = wire.frame("regnet", "ping", bytes(8))
PUBLIC = wire.some_addresses(1)


class Frames(HostileTest):
    """What isn't the protocol bans at once, in the handshake and after it."""

    def check_malformed(self, *frames):
        for early, data in ((early, data) for data in frames for early in (True, False)):
            with self.subTest(early=early, data=data[:40]):
                peer = self.hostile()
                if not early:
                    peer.shake_hands()
                peer.send_bytes(data)
                self.assert_banned(peer)
                self.daemon.call("Unban", prefix=f"{self.source}/32")

    def check_malformed_payload(self, *frames):
        """Of messages that can't come in a handshake: there their headers say enough."""
        for data in frames:
            with self.subTest(data=data[:40]):
                early = self.hostile()
                early.send_bytes(data)
                self.assert_only_closed(early)
                peer = self.hostile().shake_hands()
                peer.send_bytes(data)
                self.assert_banned(peer)
                self.daemon.call("Unban", prefix=f"{self.source}/32")

    def test_another_network(self):
        self.check_malformed(*(
            wire.frame(network, "ping", bytes(8)) for network in ("mainnet", "testnet", "simnet")
        ))

    def test_another_protocol(self):
        self.check_malformed(
            b"GET / HTTP/1.1\r\nHost: peer\r\n\r\n", b"\x16\x03\x01\x02\x00", b"\0\0\0\0"
        )

    def test_random_bytes(self):
        self.check_malformed(*(os.urandom(1 << (4 * size)) for size in range(1, 5)))

    def test_a_wrong_checksum(self):
        version = self.hostile().our_version().encode()
        self.check_malformed(wire.frame("regnet", "version", version, check=bytes(4)))
        self.check_malformed_payload(
            wire.frame("regnet", "ping", bytes(8), check=b"\xff\0\xff\0")
        )

    def test_commands_that_are_no_text(self):
        self.check_malformed(*(
            wire.header("regnet", name, 0, wire.checksum(b""))
            for name in (b"\0ping", b"pi\0ng", b"p\xc3\xafng", b"ping\n", b"\0" * 12)
        ))

    def test_more_than_a_message_may_have(self):
        self.check_malformed(*(
            wire.header("regnet", command, length, bytes(4))
            for command, length in (
                ("version", 359), ("verack", 1), ("ping", 9), ("pong", 9), ("getaddr", 1),
                ("sendheaders", 1), ("feefilter", 9), ("addr", 30_004), ("addrv2", 51_004),
                ("addr", 32 << 20), ("block", (32 << 20) + 1), ("block", 0xFFFF_FFFF),
            )
        ))

    def test_bytes_behind_a_message_are_read_past(self):
        for version in (11, 12):
            with self.subTest(version):
                peer = self.hostile(version=version)
                peer.send("version", peer.our_version().encode() + bytes(range(200)))
                peer.read_version()
                peer.read_verack()
                peer.send("verack")
                command = "addrv2" if version >= 12 else "addr"
                peer.send(command, wire.addresses_payload(PUBLIC, version) + bytes(1_000))
                # Without an address it stays an offence, whatever is behind.
                peer.ping()
                peer.send(command, bytes(31))
                self.assert_banned(peer)
                self.daemon.call("Unban", prefix=f"{self.source}/32")

    def test_a_payload_that_ends_too_soon(self):
        version = self.hostile().our_version().encode()
        self.check_malformed(wire.frame("regnet", "version", version[:40]))
        self.check_malformed_payload(wire.frame("regnet", "ping", bytes(7)))

    def test_user_agents(self):
        for agent, is_right in ((bytes([0x7E]) * 256, True), (b"\x20" * 257, False),
                                ("/d\u00e9cred/".encode(), False), (b"/a\x7f/", False),
                                (b"/a\x1b[2J/", False), (b"/a\0/", False), (b"", True)):
            with self.subTest(agent[:10]):
                peer = self.hostile(agent=agent)
                if is_right:
                    peer.shake_hands()
                    self.assertEqual(self.daemon.await_ready(peer)["userAgent"], agent.decode())
                else:
                    peer.say_version()
                    self.assert_banned(peer)
                    self.daemon.call("Unban", prefix=f"{self.source}/32")

    def test_a_user_agent_that_is_shorter_than_it_says(self):
        peer = self.hostile()
        payload = peer.our_version(agent=b"").encode()
        for length in (wire.varint(200), b"\xfd\x05\0", b"\xff" + b"\xff" * 8):
            with self.subTest(length):
                peer = self.hostile()
                peer.send("version", payload[:80] + length + b"/a/")
                self.assert_banned(peer)
                self.daemon.call("Unban", prefix=f"{self.source}/32")

    def test_addresses_that_are_none(self):
        good = wire.addresses_payload(PUBLIC, 12)
        for payload in (
            b"\0", wire.varint(1001), b"\xfd\x01\0" + good[1:], b"\x02" + good[1:],
            good[:17] + b"\0" + good[18:], good[:17] + b"\x04" + good[18:],
            # A mapped IPv4 address as IPv6, and times that are too late for dcrd.
            good[:17] + b"\x02" + wire.mapped("45.0.0.1") + good[22:],
            good[:1] + struct.pack("<Q", wire.LATEST + 1) + good[9:],
            good[:1] + b"\xff" * 8 + good[9:],
        ):
            with self.subTest(payload[:30]):
                peer = self.hostile().shake_hands()
                peer.send("addrv2", payload)
                self.assert_banned(peer)
                self.daemon.call("Unban", prefix=f"{self.source}/32")
        peer = self.hostile().shake_hands()
        peer.send("addrv2", good[:1] + struct.pack("<Q", wire.LATEST) + good[9:])
        peer.ping()
        peer = self.hostile(version=11).shake_hands()
        peer.send("addr", b"\0")
        self.assert_banned(peer)


class Order(HostileTest):
    """What comes at a wrong time closes and doesn't ban."""

    def test_anything_but_a_version_first(self):
        for command, payload in (("verack", b""), ("ping", bytes(8)), ("getaddr", b""),
                                 ("block", b""), ("whatever", b"")):
            with self.subTest(command):
                peer = self.hostile()
                peer.send(command, payload)
                self.assert_only_closed(peer)

    def test_32_MiB_first(self):
        peer = self.hostile()
        peer.send_bytes(wire.header("regnet", "block", 32 << 20, bytes(4)))
        self.assert_only_closed(peer)

    def test_a_second_version(self):
        for version in (9, 12):
            # In one write: the answer to the first is not even sent.
            peer = self.hostile(version=version)
            data = wire.frame("regnet", "version", peer.our_version().encode())
            peer.send_bytes(2 * data)
            self.assert_only_closed(peer)
            peer = self.hostile(version=version)
            peer.say_version()
            peer.read_version()
            peer.read_verack()
            peer.say_version()
            self.assert_only_closed(peer)
            peer = self.hostile(version=version).shake_hands()
            peer.say_version()
            self.assert_only_closed(peer)

    def test_a_second_verack(self):
        peer = self.hostile().shake_hands()
        peer.send("verack")
        self.assert_only_closed(peer)

    def test_obsolete_versions(self):
        for version in (8, 0, -1, -(1 << 31)):
            with self.subTest(version):
                peer = self.hostile()
                peer.say_version(version=version)
                self.assert_only_closed(peer, "ObsoleteVersion")

    def test_anything_between_version_and_verack_in_version_12(self):
        for command, payload in (("ping", bytes(8)), ("sendheaders", b""), ("inv", b"\0"),
                                 ("getaddr", b""), ("pong", bytes(8))):
            with self.subTest(command):
                peer = self.hostile(version=12)
                peer.say_version()
                peer.read_version()
                peer.read_verack()
                peer.send(command, payload)
                self.assert_only_closed(peer)

    def test_two_messages_between_them_in_older_versions(self):
        for version in (9, 10, 11):
            with self.subTest(version):
                peer = self.hostile(version=version)
                peer.say_version()
                peer.read_version()
                peer.read_verack()
                peer.send("ping", bytes(8))
                peer.send("getinitstate", bytes(1))
                self.daemon.await_read(peer)
                self.assertEqual(peer.waiting(), b"", "nothing is answered before the verack")
                peer.send("verack")
                self.assertEqual(peer.receive(), ("pong", bytes(8)))
                peer.expect_state()
                third = self.hostile(version=version)
                third.say_version()
                third.read_version()
                third.read_verack()
                third.send_bytes(3 * PING)
                self.assert_only_closed(third)


class Nonces(HostileTest):
    def test_an_inbound_peer_that_echoes_what_it_was_told_proves_nothing(self):
        first = self.hostile()
        first.say_version()
        first.read_version()
        second = self.hostile()
        second.nonce = first.theirs.nonce
        second.shake_hands().ping()
        # It isn't ourselves to anybody but dcrd's own check of its own.
        third = self.hostile()
        third.nonce = second.nonce
        third.shake_hands().ping()

    def test_a_dialled_peer_that_echoes_its_nonce_proves_nothing(self):
        with listen(self.source) as server:
            call = self.daemon.begin("Connect", address=name_of(server.getsockname()))
            peer = self.accept(server)
            peer.read_version()
            peer.say_version(nonce=peer.theirs.nonce)
            peer.send("verack")
            peer.read_verack()
            self.assertTrue(call.finish()["connection"]["ready"])
            peer.ping()
            # The dial is over, and so is its nonce's life.
            echo = self.hostile()
            echo.nonce = peer.theirs.nonce
            echo.shake_hands().ping()

    def test_the_nonce_of_a_live_dial_ends_that_dial_and_nothing_else(self):
        with listen(self.source) as server:
            name = name_of(server.getsockname())
            call = self.daemon.begin("Connect", address=name)
            dialled = self.accept(server)
            dialled.read_version()
            other = self.hostile()
            other.say_version(nonce=dialled.theirs.nonce)
            self.assert_only_closed(other, "SelfConnection")
            self.assertEqual(dialled.await_end(), [])
            with self.assertRaises(CallFailed) as failed:
                call.finish()
            self.assertEqual(failed.exception.name, "SelfConnection")


class HalfOpen(HostileTest):
    """1,000 at once that never finish their handshake."""

    configuration = (
        'outbound.target = 0\nprotocol.handshake-timeout = "4s"\nlimits.connections = 1100\n'
    )

    def test_a_thousand_half_open_handshakes(self):
        peers = []
        version = None
        for index in range(1000):
            peer = self.hostile()
            version = version or wire.frame("regnet", "version", peer.our_version().encode())
            if index % 2:
                peer.send_bytes(version[: 24 + index % 100])
            peers.append(peer)
        status = wait("all of them accepted", lambda: self.is_holding(1000))
        self.assertGreaterEqual(status["handshaking"]["inbound"], 1000)
        self.dial().shake_hands().ping()
        for peer in peers:
            self.assertEqual(peer.await_end(), [])
        wait("their end", lambda: self.daemon.status()["handshaking"]["inbound"] == 0)
        self.assertFalse(self.is_banned())
        causes = {row["cause"]["error"] for row in self.daemon.history()
                  if row["remote"].startswith(self.source)}
        self.assertEqual(causes, {"HandshakeTimedOut"})

    def is_holding(self, count):
        status = self.daemon.status()
        return status if status["connections"]["inbound"] >= count else None


class Vanishing(HostileTest):
    """Peers that go in the middle of something."""

    configuration = "outbound.target = 0\nlimits.connections = 1100\n"

    def test_they_go_at_every_byte_of_the_handshake(self):
        with self.hostile() as peer:
            data = wire.frame("regnet", "version", peer.our_version().encode())
        data += wire.frame("regnet", "verack") + PING
        for count in range(len(data)):
            with self.hostile() as peer:
                try:
                    peer.send_bytes(data[:count])
                    if count % 2:
                        # With a reset instead of a FIN.
                        peer.socket.setsockopt(
                            socket.SOL_SOCKET,
                            socket.SO_LINGER, struct.pack("ii", 1, 0),
                        )
                except Closed:
                    self.fail(f"closed at byte {count}")
        wait("that all are gone",
             lambda: self.daemon.status()["connections"]["inbound"] == 1)
        self.assertFalse(self.is_banned())


if __name__ == "__main__":
    unittest.main()
