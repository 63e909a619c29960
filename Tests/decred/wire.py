"""Decred's peer messages as dcrd reads and writes them.

Made from dcrd's `wire` package alone, and from nothing of the daemon's own code: what both have
understood wrongly in the same way would not be found otherwise. Names in comments are dcrd's.
"""

import functools
import ipaddress
import struct
import typing

from blake256.blake256 import BLAKE

MAGIC = {
    "mainnet": 0xD9B400F9,
    "testnet": 0xB194AA75,
    "simnet": 0x12141C16,
    "regnet": 0xDAB500FA,
}
HEADER_BYTES = 24
# MaxMessagePayload.
MOST_PAYLOAD_BYTES = 32 << 20
# MaxUserAgentLen.
MOST_USER_AGENT_BYTES = 256
# MaxAddrPerMsg and MaxAddrPerV2Msg.
MOST_ADDRESSES = 1000
# The latest time of `version` and `addrv2`: math.MaxInt64 - unixToInternal.
LATEST = (1 << 63) - 1 - 62_135_596_800
# AddrV2Version.
ADDRV2_VERSION = 12
FULL_NODE = 1
DCRD_AGENT = "/dcrwire:1.0.0/dcrd:2.2.0/"

# makeEmptyMessage: whoever sends anything else is banned.
COMMANDS = frozenset(
    "version verack getaddr addr addrv2 getblocks block inv getdata notfound tx ping pong "
    "getheaders headers mempool miningstate getminings sendheaders feefilter getcfilter "
    "getcfheaders getcftypes cfilter cfheaders cftypes getcfilterv2 cfilterv2 "
    "getinitstate initstate mixpairreq mixkeyxchg mixcphrtxt mixslotres mixfactpoly "
    "mixdcnet mixconfirm mixsecrets getcfsv2 cfiltersv2".split()
)


class Malformed(Exception):
    """dcrd would ban whoever sent this."""


@functools.lru_cache(maxsize=4096)
def checksum(payload: bytes) -> bytes:
    """The first four bytes of BLAKE-256; 0.6 ms for every 64 bytes, so that they are kept."""
    return BLAKE(256).digest(payload)[:4]


def header(network, command, length, check):
    name = command if isinstance(command, bytes) else command.encode()
    return struct.pack("<I12sI4s", MAGIC[network], name, length, check)


def frame(network, command, payload=b"", *, check=None):
    return header(network, command, len(payload), check or checksum(payload)) + payload


def most_bytes(command, version):
    """MaxPayloadLength of the messages that a peer without blocks may send."""
    return {
        "version": 358,
        "verack": 0,
        "getaddr": 0,
        "sendheaders": 0,
        "ping": 8,
        "pong": 8,
        "feefilter": 8,
        # Of the wrong version they must be empty, and then they aren't valid either.
        "addr": 30_003 if version < ADDRV2_VERSION else 0,
        "addrv2": 51_003 if version >= ADDRV2_VERSION else 0,
        "initstate": 1_763,
    }.get(command, MOST_PAYLOAD_BYTES)


def parse_header(data, network, version):
    """What ReadMessageN checks before it reads a payload: (command, length, checksum)."""
    magic, name, length, check = struct.unpack("<I12sI4s", data)
    if length > MOST_PAYLOAD_BYTES:
        raise Malformed(f"payload of {length} bytes")
    if magic != MAGIC[network]:
        raise Malformed(f"magic {magic:08x}")
    name = name.rstrip(b"\0")
    if not all(0x20 <= byte <= 0x7E for byte in name):
        raise Malformed(f"command {name!r}")
    command = name.decode()
    if command not in COMMANDS:
        raise Malformed(f"unknown command '{command}'")
    if length > most_bytes(command, version):
        raise Malformed(f"'{command}' of {length} bytes")
    return command, length, check


class Reader:
    """The fields of a payload, one after the other."""

    def __init__(self, data):
        self.data = data
        self.position = 0

    @property
    def left(self):
        return len(self.data) - self.position

    def take(self, count):
        if self.left < count:
            raise Malformed("truncated")
        self.position += count
        return self.data[self.position - count : self.position]

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def varint(self):
        first = self.number("<B")
        form, least = {
            0xFD: ("<H", 0xFD),
            0xFE: ("<I", 0x1_0000),
            0xFF: ("<Q", 0x1_0000_0000),
        }.get(first, (None, 0))
        if form is None:
            return first
        value = self.number(form)
        if value < least:
            raise Malformed("a varint that isn't the shortest")
        return value


def varint(value):
    if value < 0xFD:
        return struct.pack("<B", value)
    if value <= 0xFFFF:
        return struct.pack("<BH", 0xFD, value)
    if value <= 0xFFFF_FFFF:
        return struct.pack("<BI", 0xFE, value)
    return struct.pack("<BQ", 0xFF, value)


class Endpoint(typing.NamedTuple):
    """An address within `version`: NetAddress without its time."""

    services: int = 0
    # 16 bytes, IPv4 mapped.
    ip: bytes = bytes(16)
    port: int = 0

    def encode(self):
        return struct.pack("<Q16s", self.services, self.ip) + struct.pack(">H", self.port)

    @staticmethod
    def decode(reader):
        return Endpoint(reader.number("<Q"), reader.take(16), reader.number(">H"))

    @staticmethod
    def of(host, port, services=0):
        return Endpoint(services, mapped(host), port)


def mapped(host):
    ip = ipaddress.ip_address(host)
    return ip.packed if ip.version == 6 else bytes(10) + b"\xff\xff" + ip.packed


class Version(typing.NamedTuple):
    """MsgVersion."""

    version: int
    services: int
    time: int
    receiver: Endpoint
    sender: Endpoint
    nonce: int
    agent: bytes
    last_block: int
    relays: bool

    def encode(self):
        return (
            struct.pack("<iQQ", self.version, self.services, self.time)
            + self.receiver.encode()
            + self.sender.encode()
            + struct.pack("<Q", self.nonce)
            + varint(len(self.agent))
            + self.agent
            + struct.pack("<iB", self.last_block, self.relays)
        )

    @staticmethod
    def decode(payload):
        reader = Reader(payload)
        version, services, time = (reader.number(form) for form in ("<i", "<Q", "<Q"))
        if time > LATEST:
            raise Malformed(f"a time of {time} s")
        receiver = Endpoint.decode(reader)
        sender, nonce, agent, last_block, relays = Endpoint(), 0, b"", 0, True
        if reader.left:
            sender = Endpoint.decode(reader)
        if reader.left:
            nonce = reader.number("<Q")
        if reader.left:
            length = reader.varint()
            agent = reader.take(length)
            if length > MOST_USER_AGENT_BYTES or not all(0x20 <= byte <= 0x7E for byte in agent):
                raise Malformed(f"user agent {agent!r}")
        if reader.left:
            last_block = reader.number("<i")
        if reader.left:
            relays = reader.number("<B") != 0
        return Version(version, services, time, receiver, sender, nonce, agent, last_block, relays)


class Address(typing.NamedTuple):
    """NetAddress or NetAddressV2: `host` is packed, 4, 16 or, for an onion service, 32 bytes."""

    time: int
    services: int
    host: bytes
    port: int

    def encode_old(self):
        ip = self.host if len(self.host) == 16 else bytes(10) + b"\xff\xff" + self.host
        return struct.pack("<IQ16s", self.time, self.services, ip) + struct.pack(">H", self.port)

    def encode(self):
        kind = {4: 1, 16: 2, 32: 3}[len(self.host)]
        return (
            struct.pack("<QQB", self.time, self.services, kind)
            + self.host
            + struct.pack("<H", self.port)
        )

    @staticmethod
    def decode_old(reader):
        time, services, ip = reader.number("<I"), reader.number("<Q"), reader.take(16)
        short = ip[12:] if ip.startswith(bytes(10) + b"\xff\xff") else ip
        return Address(time, services, short, reader.number(">H"))

    @staticmethod
    def decode(reader):
        time, services, kind = reader.number("<Q"), reader.number("<Q"), reader.number("<B")
        if time > LATEST:
            raise Malformed(f"a time of {time} s")
        if kind not in (1, 2, 3):
            raise Malformed(f"address type {kind}")
        host = reader.take({1: 4, 2: 16, 3: 32}[kind])
        if kind == 2 and host.startswith(bytes(10) + b"\xff\xff"):
            raise Malformed("a mapped IPv4 address as IPv6")
        return Address(time, services, host, reader.number("<H"))


def addresses_payload(addresses, version):
    encode = Address.encode if version >= ADDRV2_VERSION else Address.encode_old
    return varint(len(addresses)) + b"".join(encode(address) for address in addresses)


def parse_addresses(payload, command):
    reader = Reader(payload)
    count = reader.varint()
    if not 1 <= count <= MOST_ADDRESSES:
        raise Malformed(f"'{command}' with {count} addresses")
    decode = Address.decode if command == "addrv2" else Address.decode_old
    return [decode(reader) for _ in range(count)]


def some_addresses(count, start=0):
    """As many as one likes, all of them public, each another."""
    return [
        Address(1_790_000_000, FULL_NODE, struct.pack(">I", 0x2D000001 + start + index), 9108)
        for index in range(count)
    ]
