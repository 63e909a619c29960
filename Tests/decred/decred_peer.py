"""A peer that does as dcrd does, on either side of a connection; or not, where a test wants that.

Made from dcrd's `peer` package, `server.go` and `internal/netsync`. What dcrd would disconnect or
ban for raises `Malformed` or `Violation` here.
"""

import os
import socket
import struct
import time

import wire
from wire import Malformed, Version

# Seconds within which whatever a test waits for happens on a loaded machine.
DEADLINE = 20


class Violation(Exception):
    """dcrd would disconnect."""


class Closed(Exception):
    """The other side has hung up."""


def listen(host="127.0.0.1"):
    server = socket.create_server((host, 0), backlog=64)
    server.settimeout(DEADLINE)
    return server


def name_of(address):
    return f"{address[0]}:{address[1]}"


class Peer:
    """One connection. `version` is the newest protocol version that it speaks.

    `source` is the address that it comes from: bans are by address, so that a peer that is to be
    banned takes one of its own, which isn't on loopback.
    """

    def __init__(self, connection, *, dialled, remote, network="regnet", version=12, services=1,
                 agent=wire.DCRD_AGENT, height=0):
        self.socket = connection
        # Given, since of a connection that was reset the kernel doesn't say it any more.
        self.remote = remote
        self.dialled = dialled
        self.network = network
        self.version = version
        self.services = services
        self.agent = agent.encode() if isinstance(agent, str) else agent
        self.height = height
        self.nonce = int.from_bytes(os.urandom(8), "little")
        self.theirs = None
        self.negotiated = version
        self.buffer = b""
        self.sent_bytes = 0
        self.received_bytes = 0
        # What the daemon calls it.
        self.name = name_of(connection.getsockname())

    @staticmethod
    def dial(address, source="127.0.0.1", **options):
        try:
            connection = socket.create_connection(address, DEADLINE, (source, 0))
        except ConnectionResetError as error:
            raise Closed from error
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Peer(connection, dialled=True, remote=address[:2], **options)

    @staticmethod
    def accept(server, **options):
        """The daemon dials; the name is then the listener's."""
        connection, remote = server.accept()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return Peer(connection, dialled=False, remote=remote[:2], **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    # ---- Bytes -----------------------------------------------------------------------------------

    def send_bytes(self, data):
        self.socket.settimeout(DEADLINE)
        try:
            self.socket.sendall(data)
        except (ConnectionError, BrokenPipeError) as error:
            raise Closed from error
        self.sent_bytes += len(data)

    def send(self, command, payload=b""):
        self.send_bytes(wire.frame(self.network, command, payload))

    def _fill(self, count, end):
        while len(self.buffer) < count:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"{self.name}: nothing came in time")
            self.socket.settimeout(left)
            try:
                data = self.socket.recv(65_536)
            except ConnectionError as error:
                raise Closed from error
            if not data:
                raise Closed
            self.received_bytes += len(data)
            self.buffer += data

    def take(self, count, end):
        self._fill(count, end)
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def waiting(self):
        """What has come and nobody has read, without waiting for more."""
        self.socket.setblocking(False)
        try:
            while data := self.socket.recv(65_536):
                self.buffer += data
        except BlockingIOError:
            pass
        return self.buffer

    def receive(self, within=DEADLINE):
        """The next message, as ReadMessageN checks it: (command, payload)."""
        end = time.monotonic() + within
        head = self.take(wire.HEADER_BYTES, end)
        command, length, check = wire.parse_header(head, self.network, self.negotiated)
        payload = self.take(length, end)
        if wire.checksum(payload) != check:
            raise Malformed(f"checksum of '{command}'")
        return command, payload

    def expect(self, command, within=DEADLINE):
        """The next message must be this one. Returns its payload."""
        came, payload = self.receive(within)
        if came != command:
            raise Violation(f"'{came}' instead of '{command}'")
        return payload

    def await_end(self, within=DEADLINE):
        """Reads until the daemon hangs up, and returns the commands of what came before."""
        commands = []
        end = time.monotonic() + within
        try:
            while True:
                commands.append(self.receive(end - time.monotonic())[0])
        except Closed:
            return commands

    # ---- Handshake -------------------------------------------------------------------------------

    def our_version(self, **changes):
        """localVersionMsg: the sender's own address has nothing but its services."""
        host, port = self.remote
        services = self.theirs.services if self.theirs else 0
        ours = Version(
            version=self.version,
            services=self.services,
            time=int(time.time()),
            receiver=wire.Endpoint.of(host, port, services),
            sender=wire.Endpoint(self.services),
            nonce=self.nonce,
            agent=self.agent,
            last_block=self.height,
            relays=True,
        )
        return ours._replace(**changes)

    def say_version(self, **changes):
        self.send("version", self.our_version(**changes).encode())

    def read_version(self):
        """readRemoteVersionMsg and the server's OnVersion."""
        self.theirs = Version.decode(self.expect("version"))
        if self.theirs.nonce == self.nonce:
            raise Violation("connected to self")
        self.negotiated = min(self.version, self.theirs.version)
        if self.theirs.version < 9:
            raise Violation(f"protocol version {self.theirs.version}")
        if self.dialled and not self.theirs.services & wire.FULL_NODE:
            raise Violation("doesn't provide desired services")

    def read_verack(self):
        """readRemoteVerAckMsg; from a peerd of whatever version nothing may come before it."""
        self.expect("verack")

    def shake_hands(self):
        """The whole handshake, in dcrd's order: each side waits for what it waits for there."""
        if self.dialled:
            self.say_version()
            self.read_version()
            self.read_verack()
            self.send("verack")
        else:
            self.read_version()
            self.say_version()
            self.send("verack")
            self.read_verack()
        return self

    @property
    def gossips(self):
        return self.network in ("mainnet", "testnet")

    def settle(self, *, own=None, is_current=True):
        """What dcrd says at once when the handshake is complete, in its order.

        `own` is its own address, told to who was dialled. A node that is up to date asks each peer
        for the initial state, and leaves if it has no answer within 30 s.
        """
        if self.dialled and self.gossips:
            if own:
                self.tell([own])
            self.send("getaddr")
        self.send("sendheaders")
        if is_current:
            types = b"".join(
                wire.varint(len(name)) + name
                for name in (b"tspends", b"headblocks", b"headblockvotes")
            )
            self.send("getinitstate", wire.varint(3) + types)
        return self

    def expect_state(self):
        """The answer to it; from a peer that has nothing there is nothing."""
        if self.expect("initstate") != bytes(3):
            raise Violation("an initial state that isn't empty")

    # ---- Afterwards ------------------------------------------------------------------------------

    def tell(self, addresses):
        """PushAddrMsg or PushAddrV2Msg."""
        command = "addrv2" if self.negotiated >= wire.ADDRV2_VERSION else "addr"
        self.send(command, wire.addresses_payload(addresses, self.negotiated))

    def ping(self, nonce=1, within=DEADLINE):
        """Asks for a pong, answering what comes meanwhile. Returns the seconds that it took."""
        start = time.monotonic()
        question = struct.pack("<Q", nonce)
        self.send("ping", question)
        end = start + within
        while True:
            command, payload = self.receive(end - time.monotonic())
            if command == "pong" and payload == question:
                return time.monotonic() - start
            self.answer(command, payload)

    def answer(self, command, payload):
        """processInboundMessage, as far as it can come from a peer without blocks."""
        if command in ("version", "verack"):
            raise Violation(f"a second '{command}'")
        if command == "ping":
            self.send("pong", payload)
        if command in ("addr", "addrv2"):
            return wire.parse_addresses(payload, command)
        return None

    def converse(self, until, within=DEADLINE):
        """Answers as dcrd does until this command comes, and returns its payload."""
        end = time.monotonic() + within
        while True:
            command, payload = self.receive(end - time.monotonic())
            if command == until:
                return payload
            self.answer(command, payload)
