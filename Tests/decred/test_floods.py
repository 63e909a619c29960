"""Peers that send too much, or take too little."""

import socket
import struct
import threading
import time
import unittest

import wire
from decred_peer import Closed
from hostile import HostileTest

PING = wire.frame("testnet", "ping", bytes(8))
# In one write; a thousand pings.
BURST = 1000 * PING
CHUNK = bytes(1 << 20)


class Pings(HostileTest):
    network = "testnet"

    def test_1000_pings_a_second_are_answered(self):
        peer = self.hostile().shake_hands()
        for _ in range(20):
            start = time.monotonic()
            peer.send_bytes(100 * PING)
            for _ in range(100):
                self.assertEqual(peer.expect("pong"), bytes(8))
            # The pace: 100 in each tenth of a second.
            time.sleep(max(0, start + 0.1 - time.monotonic()))
        self.assertFalse(self.is_banned())

    def test_as_many_as_the_connection_takes(self):
        peer = self.hostile().shake_hands()
        writer = threading.Thread(target=lambda: [peer.socket.sendall(BURST) for _ in range(100)])
        writer.start()
        pong = wire.frame("testnet", "pong", bytes(8))
        for _ in range(100):
            self.assertEqual(peer.take(len(BURST), time.monotonic() + 20), 1000 * pong)
        writer.join()
        peer.ping(nonce=5)

    def test_who_doesn_t_read_the_answers_is_closed(self):
        peer = self.hostile()
        # The kernel's part in between is kept small.
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.shake_hands()
        with self.assertRaises(Closed):
            # 320 MB; a queue of 128 KiB and what the kernel holds are full long before.
            for _ in range(10_000):
                peer.send_bytes(BURST)
        self.assertEqual(self.daemon.cause(peer.name), "Slow")
        self.assertFalse(self.is_banned())
        self.daemon.await_line(rf"Disconnected from {peer.name} .* bytes waited for it")

    def test_pongs_that_nobody_asked_for_are_read_past(self):
        peer = self.hostile().shake_hands()
        for _ in range(50):
            peer.send_bytes(1000 * wire.frame("testnet", "pong", bytes(8)))
        peer.ping(nonce=6)
        self.assertNotIn("roundTripUSec", self.daemon.row(peer))


class Payloads(HostileTest):
    """32 MiB, of which nothing is kept."""

    configuration = (
        "outbound.target = 0\n[protocol]\n"
        'ping-interval = "1s"\nidle-timeout = "3s"\nhandshake-timeout = "1s"\n'
    )

    def announce(self, peer, command="block"):
        peer.send_bytes(wire.header("regnet", command, len(CHUNK) << 5, bytes(4)))

    def test_announced_and_nothing_sent(self):
        peers = [self.hostile().shake_hands() for _ in range(50)]
        for peer in peers:
            self.announce(peer)
        for peer in peers:
            self.assertEqual(set(peer.await_end()), {"ping"})
            self.assertEqual(self.daemon.cause(peer.name), "Idle")
        self.assertFalse(self.is_banned())

    def test_sent_fast(self):
        for command in ("block", "tx", "unheardof"):
            peer = self.hostile().shake_hands()
            self.announce(peer, command)
            for _ in range(32):
                peer.send_bytes(CHUNK)
            peer.ping(nonce=7)

    def test_sent_slowly(self):
        peer = self.hostile().shake_hands()
        self.announce(peer)
        with self.assertRaises(Closed):
            for _ in range(1000):
                peer.send_bytes(CHUNK[:1024])
                time.sleep(0.02)
        self.assertEqual(self.daemon.cause(peer.name), "Idle")

    def test_of_a_message_that_is_read_the_header_is_enough(self):
        for command in ("addrv2", "version", "ping"):
            peer = self.hostile().shake_hands()
            self.announce(peer, command)
            self.assert_banned(peer)
            self.daemon.call("Unban", prefix=f"{self.source}/32")

    def test_the_longest_message_in_pieces_from_many(self):
        peers = [self.hostile().shake_hands() for _ in range(100)]
        payload = wire.addresses_payload([wire.Address(0, 0, bytes(range(32)), 1)] * 1000, 12)
        data = wire.frame("regnet", "addrv2", payload)
        for start in range(0, len(data) - 1, 8192):
            for peer in peers:
                # All but the last byte.
                peer.send_bytes(data[start : min(start + 8192, len(data) - 1)])
        for peer in peers:
            self.assertLessEqual(set(peer.await_end()), {"ping"})
            self.assertEqual(self.daemon.cause(peer.name), "Idle")

    def test_empty_messages_without_end(self):
        peer = self.hostile().shake_hands()
        data = 1000 * wire.frame("regnet", "inv")
        for _ in range(100):
            peer.send_bytes(data)
        peer.ping(nonce=8)


class Addresses(HostileTest):
    network = "testnet"

    def test_getaddr_again_and_again(self):
        peer = self.hostile().shake_hands()
        for _ in range(6):
            peer.send("getaddr")
        self.assert_banned(peer, "Misbehaved")
        self.daemon.await_line(rf"<7>.*{peer.name}.*asked for addresses again")

    def test_a_burst_is_taken_and_what_is_beyond_is_not(self):
        for version in (11, 12):
            before = self.daemon.status()["addressesLearned"]
            source = f"127.6.0.{version}"
            peer = self.dial(source, version=version).shake_hands()
            peer.tell(wire.some_addresses(1000))
            peer.ping()
            self.assertEqual(self.daemon.status()["addressesLearned"], before + 1000)
            peer.tell(wire.some_addresses(1000, start=1000))
            peer.ping(nonce=9)
            self.assertLess(self.daemon.status()["addressesLearned"], before + 1010)

    def test_full_messages(self):
        peer = self.hostile().shake_hands()
        for _ in range(3):
            peer.tell(wire.some_addresses(1000))
        self.assert_banned(peer, "Misbehaved")

    def test_tiny_messages(self):
        peer = self.hostile().shake_hands()
        peer.tell(wire.some_addresses(1000))
        tiny = wire.frame("testnet", "addrv2", wire.addresses_payload(wire.some_addresses(1), 12))
        peer.send_bytes(200 * tiny)
        self.assert_banned(peer, "Misbehaved")

    def test_an_honest_peer_s_own_address_now_and_then_is_fine(self):
        peer = self.dial().shake_hands()
        for index in range(20):
            peer.tell(wire.some_addresses(1, start=index))
        peer.ping()

    def test_getinitstate_again_and_again_is_answered_once(self):
        peer = self.dial().shake_hands()
        for _ in range(100):
            peer.send("getinitstate", bytes(1))
        question = struct.pack("<Q", 3)
        peer.send("ping", question)
        peer.expect_state()
        self.assertEqual(peer.receive(), ("pong", question))


if __name__ == "__main__":
    unittest.main()
