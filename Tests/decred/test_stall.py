"""A peer that takes nothing of the little that is queued for it.

In a module of its own, since its 20 s can't be made shorter: the others run meanwhile.
"""

import socket
import time
import unittest

import wire
from hostile import HostileTest

PONG_BYTES = 32
BURST = 500
# Queued for so long it is too long: 20 s, and a second for each 256 KiB.
GRACE = 20


class Stall(HostileTest):
    def test_a_queue_that_doesn_t_move_is_closed_in_time(self):
        peer = self.hostile()
        peer.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        peer.shake_hands()
        # Until the kernel takes no more, and two bursts of answers wait in the daemon.
        burst = BURST * wire.frame("regnet", "ping", bytes(8))
        row = self.daemon.await_read(peer)
        said = row["bytesOut"]
        while said - row["bytesOut"] < 2 * len(burst):
            peer.send_bytes(burst)
            said += BURST * PONG_BYTES
            row = self.daemon.await_read(peer)
            self.assertLess(peer.sent_bytes, 64 << 20, "the kernel takes everything")
        start = time.monotonic()
        self.daemon.await_line(rf"Disconnected from {peer.name} ", within=GRACE + 15)
        # The time has run since the first answer that the kernel didn't take.
        self.assertGreater(time.monotonic() - start, GRACE - 10)
        self.assertEqual(self.daemon.cause(peer.name), "Slow")
        self.assertFalse(self.is_banned())


if __name__ == "__main__":
    unittest.main()
