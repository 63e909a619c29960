import Storage
import Testing
@testable import storage_probe

@Suite("The store")
struct StoreTests {
    private let folder: StateFolder

    init() throws { folder = try StateFolder() }

    private static let peer = PersistentPeerRow(target: "203.0.113.7:9108", addedMicroseconds: 5)
    private static let ban = BanRow(
        prefix: "192.0.2.0/24",
        untilMicroseconds: 1_000,
        origin: .operator
    )
    private static let endless = BanRow(
        prefix: "2001:db8::/32",
        untilMicroseconds: nil,
        origin: .automatic
    )

    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let requests: [Store.Request]
        let contents: Contents
    }

    @Test(
        "keeps what was saved until it is opened again",
        arguments: [
            Case(testDescription: "nothing", requests: [], contents: Contents()),
            Case(
                testDescription: "an empty transaction",
                requests: [.apply([])],
                contents: Contents()
            ),
            Case(
                testDescription: "a peer and two bans",
                requests: [.apply([.putBan(endless), .addPersistentPeer(peer), .putBan(ban)])],
                contents: Contents(persistentPeers: [peer], bans: [ban, endless])
            ),
            Case(
                testDescription: "a peer that is added twice",
                requests: [
                    .apply([.addPersistentPeer(peer)]),
                    .apply([
                        .addPersistentPeer(
                            PersistentPeerRow(target: peer.target, addedMicroseconds: 9)
                        )
                    ]),
                ],
                contents: Contents(persistentPeers: [peer])
            ),
            Case(
                testDescription: "a ban that is replaced",
                requests: [
                    .apply([.putBan(ban)]),
                    .apply([
                        .putBan(
                            BanRow(
                                prefix: ban.prefix,
                                untilMicroseconds: nil,
                                origin: .automatic
                            )
                        )
                    ]),
                ],
                contents: Contents(
                    bans: [
                        BanRow(prefix: ban.prefix, untilMicroseconds: nil, origin: .automatic)
                    ]
                )
            ),
            Case(
                testDescription: "what is removed, and what wasn't there",
                requests: [
                    .apply([.addPersistentPeer(peer), .putBan(ban), .putBan(endless)]),
                    .apply([
                        .removePersistentPeer(target: peer.target),
                        .removePersistentPeer(target: "absent:1"),
                        .removeBan(prefix: ban.prefix),
                        .removeBan(prefix: "10.0.0.0/8"),
                    ]),
                ],
                contents: Contents(bans: [endless])
            ),
            Case(
                testDescription: "bans a microsecond before their end",
                requests: [
                    .apply([.putBan(ban), .putBan(endless)]),
                    .apply([.removeBansEnded(byMicroseconds: 999)]),
                ],
                contents: Contents(bans: [ban, endless])
            ),
            Case(
                testDescription: "bans at their end",
                requests: [
                    .apply([.putBan(ban), .putBan(endless)]),
                    .apply([.removeBansEnded(byMicroseconds: 1_000)]),
                ],
                contents: Contents(bans: [endless])
            ),
            Case(
                testDescription: "the order within a transaction",
                requests: [
                    .apply([
                        .putBan(ban), .removeBan(prefix: ban.prefix), .addPersistentPeer(peer),
                        .removePersistentPeer(target: peer.target), .addPersistentPeer(peer),
                    ])
                ],
                contents: Contents(persistentPeers: [peer])
            ),
            Case(
                testDescription: "everything replaced",
                requests: [
                    .apply([.putBan(ban), .addPersistentPeer(peer)]),
                    .replace(Contents(bans: [endless])),
                ],
                contents: Contents(bans: [endless])
            ),
            Case(
                testDescription: "the ends of time",
                requests: [
                    .replace(
                        Contents(
                            persistentPeers: [
                                PersistentPeerRow(target: "a:1", addedMicroseconds: .max),
                                PersistentPeerRow(target: "b:1", addedMicroseconds: .min),
                            ]
                        )
                    )
                ],
                contents: Contents(
                    persistentPeers: [
                        PersistentPeerRow(target: "b:1", addedMicroseconds: .min),
                        PersistentPeerRow(target: "a:1", addedMicroseconds: .max),
                    ]
                )
            ),
            Case(
                testDescription: "texts with quotes",
                requests: [
                    .apply([
                        .removeBan(prefix: "'; DROP TABLE ban; --"),
                        .putBan(
                            BanRow(
                                prefix: "a'\"b",
                                untilMicroseconds: 1,
                                origin: .automatic
                            )
                        ),
                    ])
                ],
                contents: Contents(
                    bans: [BanRow(prefix: "a'\"b", untilMicroseconds: 1, origin: .automatic)]
                )
            ),
        ]
    )
    func keeps(_ example: Case) throws {
        do {
            let store = Store(folder: folder.path)
            for request in example.requests {
                let reply = store.handle(request)
                #expect(try reply.result.get() == .saved)
                #expect(reply.setAside == nil)
            }
            #expect(try store.handle(.load).contents == example.contents)
        }
        #expect(try folder.contents() == example.contents)
    }

    @Test("closes into one file that only its owner reads")
    func leavesOneFile() throws {
        _ = folder.reply()
        #expect(folder.names() == ["peerd.db"])
        #expect(try FileMode.of(folder.database) == 0o600)
    }

    struct Length: CustomTestStringConvertible {
        let testDescription: String
        let change: Change
        let isTaken: Bool

        static func peer(_ length: Int, isTaken: Bool) -> Length {
            let target = String(repeating: "p", count: length)
            let row = PersistentPeerRow(target: target, addedMicroseconds: 1)
            return Length(
                testDescription: "a peer of \(length) bytes",
                change: .addPersistentPeer(row),
                isTaken: isTaken
            )
        }

        static func ban(_ length: Int, isTaken: Bool) -> Length {
            let prefix = String(repeating: "b", count: length)
            return Length(
                testDescription: "a ban of \(length) bytes",
                change: .putBan(BanRow(prefix: prefix, untilMicroseconds: 1, origin: .operator)),
                isTaken: isTaken
            )
        }
    }

    @Test(
        "takes visible ASCII only",
        arguments: ["a b", "a\0", "\0", "a\n", "é", "a\u{7f}", "\u{1f600}"]
    )
    func letters(text: String) throws {
        let store = Store(folder: folder.path)
        let ban = BanRow(prefix: text, untilMicroseconds: nil, origin: .operator)
        let peer = PersistentPeerRow(target: text, addedMicroseconds: 1)
        for change in [Change.putBan(ban), .addPersistentPeer(peer)] {
            #expect(store.handle(.apply([change])).error?.kind == .refusedValue)
        }
        #expect(try store.handle(.load).contents == Contents())
    }

    /// 100,000 bytes are beyond SQLite's own limit on values, which is 65,536 here.
    @Test(
        "takes texts within their bounds, and else nothing of the transaction",
        arguments: [
            Length.peer(0, isTaken: false), .peer(1, isTaken: true), .peer(300, isTaken: true),
            .peer(301, isTaken: false), .peer(100_000, isTaken: false), .ban(0, isTaken: false),
            .ban(1, isTaken: true), .ban(64, isTaken: true), .ban(65, isTaken: false),
            .ban(100_000, isTaken: false),
        ]
    )
    func bounds(_ example: Length) throws {
        let store = Store(folder: folder.path)
        let reply = store.handle(
            .apply([.putBan(Self.ban), example.change, .putBan(Self.endless)])
        )
        #expect(reply.error?.kind == (example.isTaken ? nil : .refusedValue))
        let rows = try store.handle(.load).contents
        #expect(rows.bans.count + rows.persistentPeers.count == (example.isTaken ? 3 : 0))
        #expect(store.handle(.apply([.putBan(Self.ban)])).error == nil)
    }

    @Test("holds as many bans as there may be, and refuses one more")
    func banLimit() throws {
        let bans = Self.bans(Contents.maxBans)
        let store = Store(folder: folder.path)
        #expect(store.handle(.replace(Contents(bans: bans))).error == nil)
        let reply = store.handle(.apply([.addPersistentPeer(Self.peer), .putBan(Self.endless)]))
        #expect(reply.error?.kind == .tooManyRows)
        #expect(try store.handle(.load).contents == Contents(bans: bans))
        let exchange: [Change] = [.removeBan(prefix: bans[0].prefix), .putBan(Self.endless)]
        #expect(store.handle(.apply(exchange)).error == nil)
    }

    @Test("holds as many peers as there may be, and refuses one more")
    func peerLimit() throws {
        let padding = String(repeating: "x", count: 200)
        let peers = (1...Contents.maxPersistentPeers + 1).map {
            PersistentPeerRow(target: "p\($0).\(padding):9108", addedMicroseconds: Int64($0))
        }
        let fitting = Contents(persistentPeers: Array(peers.dropLast()))
        let store = Store(folder: folder.path)
        #expect(store.handle(.replace(fitting)).error == nil)
        let reply = store.handle(.replace(Contents(persistentPeers: peers)))
        #expect(reply.error?.kind == .tooManyRows)
        #expect(try store.handle(.load).contents == fitting)
    }

    /// 20,000 rows many times over: what is freed is used again.
    @Test("doesn't grow with what was removed")
    func staysSmall() throws {
        let store = Store(folder: folder.path)
        let contents = Contents(bans: Self.bans(Contents.maxBans))
        for _ in 0..<5 {
            #expect(store.handle(.replace(contents)).error == nil)
            #expect(store.handle(.replace(Contents())).error == nil)
        }
        #expect(try StateFolder.read(folder.database).count < 4 << 20)
        // The largest transaction, and the 1 MiB after which it is emptied.
        #expect(try StateFolder.read(folder.log).count < 4 << 20)
    }

    /// Measured: 15 to 40 ms in a debug build on two busy cores.
    @Test("opens and reads 10,000 bans within a second")
    func loadsQuickly() throws {
        let contents = Contents(bans: Self.bans(10_000))
        #expect(Store(folder: folder.path).handle(.replace(contents)).error == nil)
        var loaded: Contents?
        let duration = try ContinuousClock().measure { loaded = try folder.contents() }
        #expect(loaded == contents)
        #expect(duration < .seconds(1))
        print("10,000 bans were opened, checked and read in \(duration)")
    }

    private static func bans(_ count: Int) -> [BanRow] {
        (0..<count).map { number in
            // All of one length, so that the order of numbers is that of texts.
            let prefix = "2001:db8:0:0:0:0:\(100_000 + number):ffff/128"
            return BanRow(
                prefix: prefix,
                untilMicroseconds: 1_800_000_000_000_000 + Int64(number),
                origin: number.isMultiple(of: 2) ? .operator : .automatic
            )
        }
    }
}
