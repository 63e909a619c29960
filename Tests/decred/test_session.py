"""What peers and the daemon say to each other once they have shaken hands."""

import base64
import contextlib
import hashlib
import socket
import struct
import time
import unittest

import wire
from daemon import CallFailed, Daemon, DaemonTest
from decred_peer import Closed, Peer, listen, name_of
from hostile import UNLIMITED, need_strangers, stranger

PUBLIC = wire.Address(1_790_000_000, 1, bytes((45, 1, 2, 3)), 9108)
ONION = wire.Address(1_790_000_000, 1, bytes(range(32)), 9108)


class OneGoodPeer(DaemonTest):
    """On testnet, with one outbound peer that is good."""

    network = "testnet"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = listen("127.4.0.1")
        cls.good = name_of(cls.server.getsockname())
        # The configuration may name who can't be reached from everywhere.
        cls.daemon.reload(f'{cls.configuration}addresses = ["{cls.good}"]\n')
        cls.outbound = Peer.accept(cls.server, network="testnet").shake_hands()
        cls.daemon.await_ready(cls.outbound)

    @classmethod
    def tearDownClass(cls):
        cls.outbound.close()
        cls.server.close()
        super().tearDownClass()

    @property
    def port(self):
        return self.server.getsockname()[1]


class Gossip(OneGoodPeer):
    """Which is told of, although it is on loopback."""

    configuration = 'gossip = "always"\n[outbound]\ntarget = 1\nretry = "100ms"\n'

    def test_getaddr_is_answered_in_the_form_of_the_version(self):
        for version in (9, 11, 12):
            peer = self.dial(version=version).shake_hands()
            peer.send("getaddr")
            command, payload = peer.receive()
            self.assertEqual(command, "addrv2" if version >= 12 else "addr")
            (told,) = wire.parse_addresses(payload, command)
            self.assertEqual((told.host, told.port), (bytes((127, 4, 0, 1)), self.port))
            self.assertEqual(told.services, 1)
            # The day tells nobody when it was connected.
            self.assertEqual(told.time % 86_400, 0)
            self.assertLess(abs(told.time - peer.our_version().time), 86_400 + 60)
            # Once a connection; a second time isn't answered.
            peer.send("getaddr")
            peer.ping()

    def test_what_old_peers_say_before_their_verack_counts(self):
        before = self.daemon.status()["addressesLearned"]
        peer = self.dial(version=10)
        peer.say_version()
        peer.read_version()
        peer.read_verack()
        # Its own address, and its question, which it queued when it saw the version.
        peer.tell([PUBLIC])
        peer.send("getaddr")
        self.daemon.await_read(peer)
        self.assertEqual(peer.waiting(), b"")
        peer.send("verack")
        (told,) = wire.parse_addresses(peer.expect("addr"), "addr")
        self.assertEqual(told.port, self.port)
        self.assertEqual(self.daemon.status()["addressesLearned"], before + 1)

    def test_nobody_is_told_of_himself(self):
        peer = self.dial("127.4.0.1").shake_hands()
        peer.send("getaddr")
        peer.ping()

    def test_who_was_dialled_gets_no_answer(self):
        self.outbound.send("getaddr")
        question = struct.pack("<Q", 7)
        self.outbound.send("ping", question)
        came = []
        while not came or came[-1] != ("pong", question):
            came.append(self.outbound.receive())
        # `getaddr` is what it was asked after the handshake.
        self.assertIn([command for command, _ in came], (["getaddr", "pong"], ["pong"]))

    def test_learned_addresses_are_counted(self):
        before = self.daemon.status()["addressesLearned"]
        old, new = self.dial(version=11).shake_hands(), self.dial(version=12).shake_hands()
        old.tell([PUBLIC, PUBLIC._replace(port=19108)])
        new.tell([PUBLIC, ONION, PUBLIC._replace(host=bytes((0x20, 1)) + bytes(13) + b"\x07")])
        old.ping()
        new.ping()
        self.assertEqual(self.daemon.status()["addressesLearned"], before + 5)

    def test_a_message_of_the_other_version_is_misbehaviour(self):
        for version, command in ((12, "addr"), (11, "addrv2")):
            source = f"127.4.1.{version}"
            peer = self.dial(source, version=version).shake_hands()
            payload = wire.addresses_payload([PUBLIC], 12 if command == "addrv2" else 11)
            peer.send(command, payload)
            peer.ping()
            self.daemon.await_line(f"{peer.name}.*'{command}' at protocol version {version}")
            peer.send(command, payload)
            self.assert_closed(peer, "Misbehaved")


class Unroutable(OneGoodPeer):
    """Whom nobody outside could reach, nor our own address."""

    configuration = (
        'advertise = ["10.0.0.1", "203.0.113.5"]\n[outbound]\ntarget = 1\nretry = "100ms"\n'
    )

    def test_nobody_is_told_of_it(self):
        for version in (11, 12):
            peer = self.dial(version=version).shake_hands()
            peer.send("getaddr")
            peer.ping()
        # Of ours neither: nothing but a question for addresses came to who was dialled.
        self.outbound.send("ping", bytes(8))
        came = [self.outbound.receive()]
        while came[-1] != ("pong", bytes(8)):
            came.append(self.outbound.receive())
        self.assertLessEqual({command for command, _ in came}, {"getaddr", "pong"})


class Silence(DaemonTest):
    """On regnet nobody is told of anybody, but for the pings nothing is said."""

    configuration = 'outbound.target = 0\nadvertise = ["45.1.2.5:9108"]\n'

    def test_addresses_are_neither_given_nor_taken(self):
        peer = self.dial().shake_hands()
        peer.send("getaddr")
        peer.tell([PUBLIC])
        peer.ping()
        self.assertEqual(self.daemon.status()["addressesLearned"], 0)


def onion_name(key):
    """rend-spec-v3: the key, two bytes of a checksum and the version."""
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


class Always(DaemonTest):
    """Unless the configuration says so."""

    configuration = (
        'outbound.target = 0\ngossip = "always"\n'
        f'advertise = ["45.1.2.5:9108", "{onion_name(ONION.host)}:9108"]\n'
    )

    def test_addresses_are_asked_for_told_and_taken(self):
        for learned, version in enumerate((11, 12), 1):
            with self.subTest(version), listen("127.4.2.1") as server:
                call = self.daemon.begin("Connect", address=name_of(server.getsockname()))
                peer = self.accept(server, version=version).shake_hands()
                call.finish()
                peer.expect("getaddr")
                command, payload = peer.receive()
                told = [address.host for address in wire.parse_addresses(payload, command)]
                # Only the newer message has room for an onion service.
                onions = [ONION.host] if version >= 12 else []
                self.assertEqual(told, [bytes((45, 1, 2, 5))] + onions)
                peer.tell([PUBLIC])
                peer.ping()
                self.assertEqual(self.daemon.status()["addressesLearned"], learned)


class Never(DaemonTest):
    """And on a public network nobody is, if it says that."""

    network = "mainnet"
    configuration = (
        'outbound.target = 0\ngossip = "never"\nadvertise = ["45.1.2.5:9108"]\n'
    )

    def test_addresses_are_neither_given_nor_taken(self):
        with listen("127.4.2.2") as server:
            call = self.daemon.begin("Connect", address=name_of(server.getsockname()))
            peer = self.accept(server).shake_hands()
            call.finish()
            peer.tell([PUBLIC])
            peer.send("ping", bytes(8))
            self.assertEqual(peer.receive(), ("pong", bytes(8)))
            self.assertEqual(self.daemon.status()["addressesLearned"], 0)


class Added(DaemonTest):
    """Nobody who may only change peers can make the daemon dial what only this machine reaches."""

    network = "mainnet"
    configuration = "outbound.target = 0\n"

    def test_what_not_everybody_may_reach_is_refused(self):
        known = "45.1.2.3:9108"
        for address in ("127.0.0.1:22", "10.1.2.3:9108", "169.254.169.254:80", "[fd00::1]:9108",
                        "192.168.1.1:80", "[::1]:9108", "100.64.0.1:9108"):
            with self.assertRaises(CallFailed) as failed:
                self.daemon.call("AddAddresses", addresses=[known, address])
            self.assertEqual(failed.exception.name, "UnsupportedAddress")
            self.assertIn("can't be reached from everywhere", str(failed.exception))
        self.assertEqual(self.daemon.status()["addresses"], 0)
        self.assertEqual(
            self.daemon.call("AddAddresses", addresses=[known]), {"added": 1, "known": 0}
        )

    def test_an_operators_connect_and_the_configuration_may_name_it(self):
        with listen("127.4.2.5") as server:
            name = name_of(server.getsockname())
            self.daemon.reload(f'{self.configuration}outbound.addresses = ["{name}"]\n')
            self.assertEqual(self.daemon.status()["addresses"], 1)
            call = self.daemon.begin("Connect", address=name)
            self.accept(server).shake_hands()
            call.finish()
        self.daemon.reload()


class AddedOfPrivateNetwork(DaemonTest):
    """Where the operator says that the network is a private one, clients may add its peers."""

    network = "mainnet"
    configuration = 'outbound.target = 0\ngossip = "always"\n'

    def test_it_is_taken_until_the_operator_says_otherwise(self):
        self.daemon.call("AddAddresses", addresses=["10.1.2.3:9108", "45.1.2.3:9108"])
        self.assertEqual(self.daemon.status()["addresses"], 2)
        self.daemon.reload("outbound.target = 0\n")
        self.assertEqual(self.daemon.status()["addresses"], 1)


class Required(DaemonTest):
    """What an automatic outbound peer must offer can be said, on any network."""

    configuration = "[outbound]\ntarget = 1\nrequired-services = 5\nretry = \"100ms\"\n"

    def test_all_of_it_must_be_there(self):
        with listen("127.4.2.3") as server, listen("127.4.2.4") as good:
            name = name_of(server.getsockname())
            self.daemon.call("AddAddresses", addresses=[name])
            peer = self.accept(server, services=1)
            peer.read_version()
            peer.say_version()
            self.assertEqual(peer.await_end(), [])
            self.assertEqual(self.daemon.cause(name), "LacksServices")
            self.daemon.call("AddAddresses", addresses=[name_of(good.getsockname())])
            self.daemon.await_ready(self.accept(good, services=7).shake_hands())


class RoundTrips(DaemonTest):
    configuration = (
        "outbound.target = 0\nlimits.per-host = 0\nlimits.connections = 400\n"
        'inbound.rate = 1000\ninbound.burst = 1000\n[protocol]\nping-interval = "1s"\n'
    )

    @staticmethod
    def least_of_kernel(peer):
        """Seconds; tcpi_min_rtt of Linux's struct tcp_info."""
        info = peer.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
        return int.from_bytes(info[148:152], "little") / 1e6

    def test_they_show_what_the_path_takes_and_not_who_else_is_pinged(self):
        crowd = [self.dial() for _ in range(300)]
        peer = self.dial()
        for each in [*crowd, peer]:
            each.say_version()
        peer.read_version()
        peer.read_verack()
        # All whose handshake is complete within 10 ms are due together. Nobody else answers.
        for each in [*crowd, peer]:
            each.send("verack")
        # Whoever waits for 300 others to be sent theirs is behind by 2 ms and more, each time. The
        # least only falls, so that a busy machine needs more of them and nothing else.
        for _ in range(20):
            peer.send("pong", peer.converse("ping"))
            row = self.daemon.await_read(peer)
            beyond = row["roundTripUSec"] / 1e6 - self.least_of_kernel(peer)
            if beyond < 0.001:
                break
        self.assertLess(beyond, 0.001)


class KeepAlive(DaemonTest):
    configuration = (
        "outbound.target = 0\n[protocol]\n"
        'ping-interval = "1s"\nidle-timeout = "2s"\nhandshake-timeout = "2s"\n'
    )

    def test_pings_come_and_their_answers_are_timed(self):
        peer = self.dial().shake_hands()
        self.assertNotIn("roundTripUSec", self.daemon.row(peer))
        first = peer.expect("ping")
        # What nobody asked for is not an answer.
        peer.send("pong", bytes(byte ^ 1 for byte in first))
        self.daemon.await_read(peer)
        self.assertNotIn("roundTripUSec", self.daemon.row(peer))
        peer.send("pong", first)
        row = self.daemon.await_row(peer, lambda row: "roundTripUSec" in row, "a round trip")
        self.assertEqual(row["roundTripUSec"], row["lastRoundTripUSec"])
        self.assertLess(row["roundTripUSec"], 2_000_000)
        # Whatever else is said.
        second = peer.converse("ping")
        self.assertNotEqual(second, first)
        peer.send("pong", second)
        row = self.daemon.await_row(
            peer, lambda row: row["bytesIn"] >= peer.sent_bytes, "the second answer"
        )
        self.assertLessEqual(row["roundTripUSec"], row["lastRoundTripUSec"])

    def test_who_says_nothing_is_closed_as_idle(self):
        peer = self.dial().shake_hands()
        self.assertEqual(set(peer.await_end()), {"ping"})
        self.assertEqual(self.daemon.cause(peer.name), "Idle")

    def test_a_frame_that_never_ends_is_idle_too(self):
        peer = self.dial().shake_hands()
        peer.send_bytes(wire.header("regnet", "block", wire.MOST_PAYLOAD_BYTES, bytes(4)))
        trickle(peer, bytes(1000))
        self.assertEqual(self.daemon.cause(peer.name), "Idle")

    def test_a_handshake_has_its_time_however_it_trickles(self):
        peer = self.dial()
        data = wire.frame("regnet", "version", peer.our_version().encode())
        self.assertLess(trickle(peer, data), len(data))
        self.assertEqual(self.daemon.cause(peer.name), "HandshakeTimedOut")
        self.assertEqual(self.daemon.bans(), [])


def trickle(peer, data):
    """Sends a byte every 0.1 s until the daemon hangs up. Returns how many."""
    peer.socket.settimeout(0.1)
    for count in range(len(data)):
        try:
            peer.socket.send(data[count : count + 1])
            if not peer.socket.recv(4096):
                return count
        except TimeoutError:
            continue
        except ConnectionError:
            return count
    raise AssertionError("it could send all of it")


class Reload(DaemonTest):
    configuration = "outbound.target = 0\n"

    def test_protocol_keys_hold_from_then_on(self):
        before = self.dial().shake_hands()
        self.assertEqual(
            self.daemon.reload('outbound.target = 0\nprotocol.ping-interval = "1s"\n'), []
        )
        after = self.dial().shake_hands()
        after.expect("ping", within=5)
        before.ping()
        # And what peers are told.
        self.daemon.reload('outbound.target = 0\nuser-agent = "/other:1/"\nservices = 5\n')
        peer = self.dial().shake_hands()
        self.assertEqual(peer.theirs.agent, b"/other:1/")
        self.assertEqual(peer.theirs.services, 5)
        self.assertEqual(self.daemon.reload(), [])

    def test_a_shorter_handshake_and_a_lower_ban_score(self):
        self.daemon.reload(
            'outbound.target = 0\n[protocol]\nhandshake-timeout = "1s"\n'
            "ban-score = 30\nwarn-score = 20\n"
        )
        late = self.dial()
        self.assertEqual(late.await_end(5), [])
        self.assertEqual(self.daemon.cause(late.name), "HandshakeTimedOut")
        peer = self.dial("127.4.3.1").shake_hands()
        peer.send("getaddr")
        peer.send("getaddr")
        self.assert_closed(peer, "Misbehaved")
        self.daemon.reload()

    def test_another_network_needs_a_restart(self):
        peer = self.dial().shake_hands()
        self.assertEqual(self.daemon.reload(network="simnet"), ["network"])
        self.daemon.await_line(r"<4>Restart to change network")
        peer.ping()
        self.dial().shake_hands()
        self.daemon.reload()


class Bans(unittest.TestCase):
    """Whose host is banned for misbehaviour, and whose isn't."""

    stranger = stranger(500)

    def start(self, configuration, listener=True, target=0):
        outbound = f"outbound.target = {target}\noutbound.retry = \"100ms\"\n"
        daemon = Daemon(UNLIMITED + outbound + configuration, listener=listener)
        self.addCleanup(daemon.stop)
        return daemon

    def spoil(self, daemon, source):
        with Peer.dial(daemon.address, source).shake_hands() as peer:
            peer.send_bytes(bytes(24))
            self.assertEqual(peer.await_end(), [])
            self.assertEqual(daemon.cause(peer.name), "Malformed")

    def check_spared(self, daemon, source):
        self.spoil(daemon, source)
        self.assertEqual(daemon.bans(), [])
        with Peer.dial(daemon.address, source) as peer:
            peer.shake_hands()

    def test_who_shares_his_address_with_others_is_closed_and_not_banned(self):
        """From the machine itself, or by a proxy."""
        for name, settings in (
            ("trusted", ""), ("untrusted", "trusted-loopback = false\n"),
            ("onion", 'network = "onion"\n'),
        ):
            with self.subTest(name):
                listen = f'[[listen]]\naddress = "127.0.0.1:0"\n{settings}'
                daemon = self.start(listen, listener=False)
                self.check_spared(daemon, "127.4.4.1")

    def test_who_is_whitelisted_is_closed_and_not_banned(self):
        need_strangers()
        self.check_spared(self.start('limits.whitelist = ["198.18.0.0/15"]\n'), self.stranger)

    def test_who_was_dialled_is_closed_and_not_banned(self):
        """Its address and port rest instead: whoever knows us might have named somebody's port of
        something else."""
        with listen("127.4.4.3") as server, listen("127.4.4.4") as other:
            name = name_of(server.getsockname())
            daemon = self.start("", target=1)
            daemon.call("AddAddresses", addresses=[name])
            with Peer.accept(server) as peer:
                # What an SSH server says to whoever comes.
                peer.send_bytes(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")
                peer.await_end()
            self.assertEqual(daemon.cause(name), "Malformed")
            self.assertEqual(daemon.bans(), [])
            findings = daemon.call("Explain", address=name)["explanation"]["findings"]
            (rule,) = [row for row in findings if row["rule"] == "misbehaved"]
            self.assertGreater(rule["untilUnixUSec"], (time.time() + 86_000) * 1e6)
            # The host may come, and an operator may dial it.
            with Peer.dial(daemon.address, "127.4.4.3") as guest:
                guest.shake_hands().ping()
            call = daemon.begin("Connect", address=name)
            with Peer.accept(server) as peer:
                peer.shake_hands()
                call.finish()
            # And another address is picked.
            daemon.call("AddAddresses", addresses=[name_of(other.getsockname())])
            with Peer.accept(other) as peer:
                daemon.await_ready(peer.shake_hands())

    def test_one_is_stored_and_outlives_the_daemon(self):
        need_strangers()
        daemon = self.start("")
        bans = self.check_banned(daemon)
        self.assertEqual(daemon.end(), 0)
        daemon.start()
        self.assertEqual(daemon.bans(), bans)
        self.check_refused(daemon)

    def check_banned(self, daemon):
        with (Peer.dial(daemon.address, self.stranger).shake_hands() as brother,
              Peer.dial(daemon.address, stranger(501)).shake_hands() as other):
            self.spoil(daemon, self.stranger)
            # All of the address go.
            self.assertEqual(brother.await_end(), [])
            self.assertEqual(daemon.cause(brother.name), "Banned")
            other.ping()
        (ban,) = bans = daemon.bans()
        self.assertEqual(ban["origin"], "automatic")
        self.assertEqual(ban["prefix"], f"{self.stranger}/32")
        daemon.await_line(
            rf"Banned {self.stranger}/32 until .* \(for misbehaviour\), closed 2 conn"
        )
        self.check_refused(daemon)
        return bans

    def check_refused(self, daemon):
        with contextlib.suppress(Closed), Peer.dial(daemon.address, self.stranger) as peer:
            self.assertEqual(peer.await_end(), [])
        daemon.await_line(rf"Dropped connection from {self.stranger}:\d+: .*bann")


if __name__ == "__main__":
    unittest.main()
