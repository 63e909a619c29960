import Addressing
import ConnectionCore
import DecredWire
import Facts
import Timing

@testable import Engine

/// One of everything that a recording may hold.
enum RecordSamples {
    static let id = ConnectionID(number: 812, slot: 5)
    static let attempt = DialAttempt(id: id, number: 3)

    static let addresses: [PeerAddress] = [
        PeerAddress(IPAddress(v4: 0xc000_0207), port: 9_108),
        PeerAddress(IPAddress(high: 0x2001_0db8_0000_0000, low: 7), port: 0),
        zoned("[fe80::7%eth0]:19108"),
        PeerAddress(
            host: .onion(OnionKey(a: 1, b: .max, c: 3, d: 4)),
            port: 9_108
        ),
    ]

    private static func zoned(_ text: String) -> PeerAddress {
        guard let address = PeerAddress(text) else { preconditionFailure(text) }
        return address
    }

    static func target(_ text: String) -> PeerTarget {
        do throws(AddressError) {
            return try PeerTarget(parsing: text, defaultPort: nil)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    static func prefix(_ text: String) -> Prefix {
        do throws(AddressError) {
            return try Prefix(parsing: text)
        } catch {
            preconditionFailure("\(error)")
        }
    }

    static let prefixes = ["192.0.2.0/24", "2001:db8::/32", "192.0.2.7/32", "::/0"].map(prefix)
    static let targets: [PeerTarget] =
        addresses.map { .address($0) } + ["peer.example:9108", "peer.example.:1"].map(target)

    static let endings: [Ending] =
        [
            .closedByPeer, .timedOut, .io(errno: 104), .byOperator,
            .attemptTimedOut(after: .milliseconds(1_234)), .abandoned,
            .banned(prefixes[0], until: nil),
            .banned(prefixes[1], until: WallTime(microseconds: 1_790_000_000_000_001)),
            .networkInactive, .shutdown,
        ] + SessionFault.allCases.map { .session($0) }

    static let failures: [DialFailure] = [
        .timedOut(after: .seconds(30)), .refused, .unreachable, .noRoute, .noLocalEnd(.address),
        .noLocalEnd(.bindAddress(IPAddress(v4: 0x7f00_0001))),
        .noLocalEnd(.port(among: nil)), .noLocalEnd(.port(among: 32_768...60_999)),
        .unresolved("no such name"), .selfConnection, .alreadyConnected(id),
        .banned(prefixes[2], until: WallTime(microseconds: 5)), .tooManyPerHost(limit: 5),
        .unsupportedAddress, .resourcesExhausted(errno: 24), .cancelled(by: .caller),
        .cancelled(by: .operator), .cancelled(by: .networkInactive), .cancelled(by: .ban),
        .cancelled(by: .shutdown), .io(errno: -7),
    ]

    static let events: [Event] =
        [
            .resolved(attempt, addresses), .resolved(attempt, []),
            .handshakeCompleted(id), .acceptFailed(errno: 24), .addressesAdded,
            .localAddressesChanged, .clockMoved, .stoodStill(for: .nanoseconds(1)),
            .deadlineReached,
        ] + addresses.map { .dialSucceeded(attempt, local: $0) }
        + failures.map { .dialFailed(attempt, $0) } + endings.map { .closed(id, $0) }

    static let bans = [
        Ban(prefix: prefixes[0], until: nil, origin: .operator),
        Ban(
            prefix: prefixes[1],
            until: WallTime(microseconds: 7),
            ends: Instant(nanoseconds: .max),
            origin: .automatic
        ),
    ]

    static let answers: [Engine.StoreAnswer] = [
        .loaded(StoredState()),
        .loaded(
            StoredState(
                peers: targets.map { StoredPeer($0, added: WallTime(microseconds: -1)) },
                bans: bans,
                isAsWritten: false
            )
        ),
        .loadedUnwritable(StoredState(bans: bans), StoreFailure(.readOnly, "read-only")),
        .saved, .failed(StoreFailure(.tooMany, "too many")), .failed(StoreFailure(.other, "")),
    ]

    static let reasons: [WireError.Reason] = [
        .wrongMagic(0x2054_4547), .badCommand, .tooLong(1 << 40, most: 8),
        .wrongChecksum(1, announced: .max), .truncated, .notShortest, .badCount(1_001),
        .badTime(.max), .badCharacter(0xff), .unknownAddressType(9), .mappedIPv4,
    ]

    static let misbehaviours: [Misbehaviour] =
        reasons.map {
            .malformed(WireError($0, in: .userAgentLength, at: 24, of: MessageKind.version.command))
        } + [
            .malformed(WireError(.badCommand, in: .magic, at: 0, of: nil)),
            .repeatedGetaddr, .addressFlood(dropped: 12),
        ] + MessageKind.allCases.map { .wrongAddressMessage($0, negotiated: 11) }

    static let sessionEndings: [SessionEnding] =
        [
            .unexpected(MessageKind.pong.command), .repeatedVersion, .obsolete(version: 8),
            .lacksServices(1), .selfConnection(dial: 5), .idle, .queueFull(bytes: 131_072),
            .writesStalled,
        ] + misbehaviours.map { .misbehaved($0) }

    static var facts: [SessionFact] {
        var roundTrip = RoundTrip(.milliseconds(20))
        roundTrip.measured(.milliseconds(30))
        let told = addresses.map {
            AdvertisedAddress(address: $0, services: 1, lastSeenSeconds: 1_790_000_000)
        }
        return [
            .handshakeCompleted(
                PeerDescription(
                    protocolVersion: 12,
                    negotiatedVersion: 11,
                    services: .max,
                    userAgent: "/other/",
                    lastBlock: -1,
                    ourAddress: addresses[0]
                )
            ),
            .roundTrip(roundTrip), .addresses(told), .addressesAsked,
        ] + misbehaviours.map { .warned($0, score: 51) } + misbehaviours.map { .banned($0) }
            + sessionEndings.map { .closed($0) }
    }

    static let policy = EnginePolicy(
        core: Policy(),
        speech: .decred(SessionPolicy(network: .regnet)),
        banDuration: .seconds(60)
    )

    static var inputs: [EngineInput] {
        let gate = Gate(number: 9, connections: nil, rate: 0.5, burst: 3)
        let limited = Gate(number: 254, connections: 7, rate: 1, burst: 1)
        let arrivals = [
            Arrival(remote: addresses[0], local: addresses[1]),
            Arrival(
                remote: addresses[2],
                local: addresses[3],
                network: .onion,
                trustsLoopback: false,
                gate: gate
            ),
            Arrival(remote: addresses[1], local: addresses[0], gate: limited),
        ]
        let waiter = Waiter(17)
        var inputs: [EngineInput] = arrivals.map { .accept($0) }
        inputs += addresses.map { .localAddress(id, $0) }
        inputs += [
            .open(id), .receive(id, .bytes([])), .receive(id, .bytes(Array(0...255))),
            .receive(id, .told(count: 65_536, digest: .max)), .discard(id, count: 812),
            .sent(id, waiting: 0, at: Instant(nanoseconds: 5)),
            .sent(id, waiting: 70_000, at: nil), .deadlines, .shutDown, .abandon(id, waiter),
            .networkActive(true), .networkActive(false), .addAddresses(targets), .lendAddresses,
            .forgetLentAddresses, .keepConfiguredPeers, .keepState,
            .reload(policy, configured: addresses, hasMoreAddresses: true, hasMoved: false),
            .reload(
                EnginePolicy(core: Policy(), speech: .raw, banDuration: .seconds(1)),
                configured: [],
                hasMoreAddresses: false,
                hasMoved: true
            ),
        ]
        inputs += events.map { .event($0) }
        inputs += targets.flatMap { target in
            [
                .connect(target, within: nil, waiter),
                .connect(target, within: .microseconds(7), waiter),
                .addPersistent(target), .disconnect(.target(target), limit: 10),
            ]
        }
        inputs += [.remove(.number(.max)), .remove(.host(IPAddress(v4: 1)))]
        inputs += prefixes.flatMap { prefix in
            [
                .ban(prefix, for: nil, replacing: true),
                .ban(prefix, for: .seconds(-1), replacing: false), .unban(prefix),
            ]
        }
        inputs += answers.map { .stored($0, settingAside: true) }
        return inputs
    }
}
