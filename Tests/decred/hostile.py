"""What the tests against hostile peers share."""

import errno
import itertools
import socket
import unittest

from daemon import MOST_RESIDENT_KIB, Companion, Daemon, DaemonTest

_numbers = itertools.count(1)


# A stranger may do what the machine's own peers may.
UNLIMITED = (
    "inbound.rate = 10000\ninbound.burst = 10000\ninbound.flood-threshold = 100000000\n"
    "limits.per-host = 0\n"
)


def stranger(number):
    """The address of a peer that isn't of this machine, and so may be banned: of those for
    benchmarks (RFC 2544), which lead to loopback in the tests' network."""
    return f"198.18.{number // 250}.{number % 250 + 1}"


def need_strangers():
    """Leaves a test out where there are none, and says so."""
    with socket.socket() as probe:
        try:
            probe.bind((stranger(0), 0))
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            raise unittest.SkipTest("it needs the tests' own network: see Tests/scripts/alone.sh")


class HostileTest(DaemonTest):
    """While a test runs, a good peer gets its pongs within a second all the time; after it the
    daemon has not had more than 64 MiB, and still shakes hands."""

    configuration = "outbound.target = 0\n"

    @classmethod
    def setUpClass(cls):
        need_strangers()
        cls.daemon = Daemon(UNLIMITED + cls.configuration, cls.network)

    def setUp(self):
        # A ban covers all of an address, so each test's offender has one of its own.
        self.source = stranger(next(_numbers))
        self.daemon.forget_most_resident()
        self.companion = Companion(self.daemon)
        self.addCleanup(self.check_unharmed)

    def check_unharmed(self):
        self.companion.finish()
        self.assertGreater(self.companion.pings, 0)
        self.assertLess(self.companion.slowest, 1)
        self.dial().shake_hands().ping()
        self.assertLess(self.daemon.most_resident_kib(), MOST_RESIDENT_KIB)

    def hostile(self, **options):
        return self.dial(self.source, **options)

    def is_banned(self):
        entry = {"prefix": f"{self.source}/32", "origin": "automatic"}
        return any(entry.items() <= ban.items() for ban in self.daemon.bans())

    def assert_banned(self, peer, cause="Malformed", answers=()):
        self.assert_closed(peer, cause, answers)
        self.assertTrue(self.is_banned())

    def assert_only_closed(self, peer, cause="UnexpectedMessage", answers=()):
        self.assert_closed(peer, cause, answers)
        self.assertFalse(self.is_banned())
