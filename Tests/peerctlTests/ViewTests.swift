import Control
import Facts
import Testing
import Timing

@testable import peerctl

@Suite("What peerctl shows")
struct ViewTests {
    private func status(
        _ change: (inout Peers.ServiceStatus) -> Void = { _ in }
    ) -> [String] {
        Examples.status(change).lines(
            of: Instance(),
            seenFrom: Examples.viewpoint,
            on: Terminal(width: 80)
        ).plain
    }

    @Test("of the status is what matters, then the numbers")
    func statusLines() {
        #expect(
            status() == [
                "peerd 0.1.0, network raw, up 2 h 5 min",
                "3/8 outbound (2 dialing), 42 inbound, 0/1 persistent; 4,210 addresses",
                "",
                "TYPE        READY  CONNECTED  DIALING  LIMIT",
                "inbound        40         42        0",
                "outbound        3          3        2      8",
                "manual          1          1        0",
                "feeler          0          0        0",
                "together       44         46        2    125",
                "persistent      0                          8",
                "",
                "No inbound peer was refused",
                "Since the start: 1,234 accepted, 56 dialled, 7 failed, 1,245 ended; 3.4 MB in, "
                    + "999 B out",
                "Listening on 0.0.0.0:9108, 127.0.0.1:9109 (onion)",
                "71 of 65,536 descriptors open, at most 389 needed; log level info",
            ]
        )
    }

    @Test("of descriptors is how many there may be, where nobody knows how many are open")
    func unknownDescriptors() {
        let lines = status { $0.descriptors.open = nil }
        #expect(lines.last == "65,536 descriptors allowed, at most 389 needed; log level info")
    }

    @Test("of the status is ten rows and a number, of whatever there are hundreds")
    func longLists() {
        let lines = status {
            $0.persistentWaiting = 600
            $0.retries = (1...64).map {
                Peers.Retry(
                    id: UInt64($0),
                    target: "p\($0).example:9108",
                    retries: 3,
                    atUnixUSec: Examples.now
                )
            }
            $0.listeners = (1...64).map {
                Peers.Listener(address: "127.0.0.1:\($0)", network: "ip", trustedLoopback: true)
            }
        }
        #expect(lines.count { $0.firstRange(of: ".example:9108") != nil } == 10)
        #expect(lines.contains("and 590 more that wait"))
        #expect(lines.contains { $0.hasPrefix("Listening on ") && $0.hasSuffix(":10 and 54 more") })
        #expect(status { $0.listeners = [] }.contains("Listening nowhere"))
    }

    @Test("of a disconnected persistent peer is when it comes back")
    func comeback() {
        func retry(_ id: UInt64, at time: Int64? = nil) -> Peers.Retry {
            Peers.Retry(id: id, target: "p\(id).example:9108", retries: 0, atUnixUSec: time)
        }
        func lines(_ retries: [Peers.Retry]) -> [String] {
            Peers.Disconnect.Reply(count: retries.count, retries: retries)
                .comeback(seenFrom: Examples.viewpoint, advising: "peerctl -i testnet").plain
        }
        #expect(lines([]) == [])
        #expect(
            lines([retry(7, at: Examples.now + Examples.seconds(5)), retry(8)]) == [
                "  p7.example:9108 comes back in 5 s (id: 7)",
                "  p8.example:9108 comes back with the network (id: 8)",
                "  'peerctl -i testnet remove 7' ends it for good.",
            ]
        )
        let many = lines((1...64).map { retry($0) })
        #expect(many.count == 12 && many[10] == "  and at least 54 more")
    }

    @Test("of the status names what is wrong, and what helps")
    func statusRemarks() {
        let lines = status {
            $0.networkActive = false
            $0.outboundPausedUntilUnixUSec = Examples.now + Examples.seconds(5)
            $0.outboundFailures = 25
            $0.bans = 1
            $0.whitelisted = 2
            $0.refusals[.rateLimited] = 1_234
            $0.refusals[.banned] = 1
            $0.retries = [
                Peers.Retry(
                    id: 1,
                    target: "a.example:9108",
                    retries: 3,
                    atUnixUSec: Examples.now + Examples.seconds(120)
                ),
                Peers.Retry(
                    id: 2,
                    target: "198.51.100.7:9108",
                    retries: 2,
                    atUnixUSec: Examples.now + Examples.seconds(7),
                    lastFailure: Peers.Setback(
                        cause: .failed(.refused),
                        atUnixUSec: Examples.now - Examples.seconds(3),
                        count: 5,
                        hangUps: 0
                    )
                ),
                Peers.Retry(id: 4, target: "b.example:9108", retries: 0),
            ]
        }
        for line in [
            "The network is inactive: 'peerctl network on'",
            "Outbound attempts pause for 5 s after 25 failures in a row",
            "1 ban in force: 'peerctl bans'",
            "whitelisted                 2              32",
            "ID  WAITING PEER       FAILURES  RETRIES           LAST FAILURE",
            " 1  a.example:9108            3  in 2 min",
            " 2  198.51.100.7:9108         5  in 7 s            connection refused, 3 s ago",
            " 4  b.example:9108            0  with the network",
            "Refused: 1 banned, 1,234 rate-limited",
        ] {
            #expect(lines.contains(line), "\(line) is not in \(lines)")
        }
    }

    @Test("of the status says whether changes are stored, and why not")
    func storage() {
        func remark(_ storage: Peers.StorageState, _ problem: String? = nil) -> String {
            status {
                $0.storage = storage
                $0.storageProblem = problem
            }[3]
        }
        let heading = status()[3]
        #expect(remark(.works) == heading)
        #expect(remark(.unread) == heading)
        #expect(
            remark(.off) == "There is no state directory: added peers and bans end with the daemon"
        )
        for state in [Peers.StorageState.unread, .fails] {
            #expect(
                remark(state, "the disk is full")
                    == "Changes of peers and bans are not stored: the disk is full"
            )
        }
    }

    @Test("of a failure says when it was, and of a peer that hangs up what that may mean")
    func setbacks() {
        func text(hangUps: Int) -> String {
            Peers.Setback(
                cause: .ended(.closedByPeer),
                atUnixUSec: Examples.now - Examples.seconds(60),
                count: 9,
                hangUps: hangUps
            ).text(seenFrom: Examples.viewpoint)
        }
        #expect(text(hangUps: 2) == "closed by peer, 1 min ago")
        #expect(
            text(hangUps: 9)
                == "closed by peer, 1 min ago; it closes what it accepts, 9 times in a row: "
                + "full, has banned us, or wants other services?"
        )
    }

    @Test("of the status says what came of the last reload")
    func lastReload() {
        func remarks(_ result: Peers.ReloadResult) -> ArraySlice<String> {
            status { $0.reload = result }[2...].prefix { !$0.hasPrefix("TYPE") }
        }
        let ended = Examples.now - Examples.seconds(180)
        #expect(
            remarks(Peers.ReloadResult(endedUnixUSec: ended, inForce: true))
                == ["", "Reloaded 3 min ago", ""]
        )
        let failed = Peers.ReloadResult(
            endedUnixUSec: ended,
            inForce: false,
            problems: ["peerd.toml:3:1: unknown key", "and 4 more"]
        )
        #expect(
            remarks(failed) == [
                "", "The reload 3 min ago failed, nothing was changed:",
                "  peerd.toml:3:1: unknown key", "  and 4 more", "",
            ]
        )
        let restart = Peers.ReloadResult(
            endedUnixUSec: ended,
            inForce: true,
            needsRestart: ["network"]
        )
        #expect(
            remarks(restart) == [
                "", "Reloaded 3 min ago, but for network, which needs a restart", "",
            ]
        )
    }

    @Test("of the status says that there is nobody to dial, not that attempts failed")
    func nobodyToDial() {
        func remark(_ change: (inout Peers.ServiceStatus) -> Void) -> String {
            status {
                $0.addresses = 0
                $0.outboundPausedUntilUnixUSec = Examples.now + Examples.seconds(5)
                $0.outboundFailures = 25
                change(&$0)
            }[3]
        }
        let nobody =
            "There is no address to dial for outbound.target: "
            + "'peerctl add-addresses' takes some"
        let paused = "Outbound attempts pause for 5 s after 25 failures in a row"
        #expect(remark { _ in } == nobody)
        #expect(remark { $0.addresses = 1 } == paused)
        #expect(
            remark {
                $0.addresses = 1
                $0.nobodyToDial = Peers.Shortage(
                    missing: 8,
                    exclusions: [Exclusion(.banned, addresses: 1)],
                    sinceUnixUSec: Examples.now,
                    nextLookUnixUSec: Examples.now
                )
            } == "Nobody to dial for outbound.target -- 1 address: 1 banned"
        )
        #expect(remark { $0.connections.outbound = $0.limits.outbound } == paused)
    }

    @Test("of an event is its time and the journal's sentence")
    func events() {
        let lines = Examples.events.map { content in
            Peers.Event(timeUnixUSec: Examples.now, content).line(seenFrom: Examples.viewpoint)
                .plain
        }
        let peer = "peer.example.org:9108 at 203.0.113.7:9108"
        let tag = "(id: 2, type: outbound)"
        let sentences = [
            "Monitoring",
            "Attempting to connect to peer.example.org:9108 \(tag)",
            "Connected to \(peer) \(tag)",
            "Accepted connection from \(peer) \(tag)",
            "Peer \(peer) is ready \(tag)",
            "Failed to connect to \(peer): connection refused \(tag)",
            "Disconnected from \(peer) \(tag): closed by peer after 34 min",
            "Retrying connection to peer.example.org:9108 in 7.3 s (id: 2, retries: 2)",
            "Added persistent connection to peer.example.org:9108 (id: 2)",
            "Made connection to \(peer) persistent (id: 2)",
            "Removed persistent connection to peer.example.org:9108 (id: 2)",
            "Cannot dial peer.example.org:9108: no route from here; trying again every 5 s, without "
                + "a line each time (id: 2)",
            "Peer peer.example.org:9108 accepts and closes at once, 3 times in a row: it may be full, "
                + "have banned us, or want other services (id: 2)",
            "Persistent peer peer.example.org:9108 has been down for 10 min: connection refused "
                + "(id: 2)",
            "Nobody to dial for 5 missing outbound connections -- 40 addresses: 33 in groups that are "
                + "full (outbound.max-per-group), 7 tried within 60 s",
            "Outbound target not reached for 10 min: 3/8",
            "Dropped connection from 198.51.100.4:40122: rate limited",
            "Dropped connections are not logged for 1 min, only counted",
            "Bans for misbehaviour are not logged for 1 min, only counted",
            "Banned 1,000 times for misbehaviour without a line within 1 min",
            "Dropped 1,000 connections without a line within 1 min",
            "Max failed connection attempts reached [25] -- pausing connections for 5 s",
            "Out of descriptors or memory (too many open files (EMFILE)): inbound peers are "
                + "dropped, and dials wait for 5 s; raise LimitNOFILE= or lower limits.connections",
            "Banned 198.51.100.0/24 until 2026-01-01 00:00:00 (for misbehaviour), closed 3 connections",
            "Lifted the ban of 198.51.100.0/24",
            "Network active again",
            "Network inactive: closing all connections",
            "Shutting down with 100 connections",
            "Missed 12 events: they came faster than they were read",
        ]
        #expect(lines == sentences.map { "2026-01-01 00:00:00  \($0)" })
    }

    @Test("of an explanation is whether each way is open, and what says so")
    func explanation() {
        let explanation = Peers.Explanation(
            address: "198.51.100.4",
            connections: [],
            findings: [
                Finding(way: .inbound, rule: .trustedLoopback),
                Finding(
                    way: .outbound,
                    rule: .banned(
                        Examples.prefix,
                        until: WallTime(microseconds: Examples.now + Examples.seconds(60))
                    )
                ),
                Finding(way: .outbound, rule: .unknownAddress),
                Finding(way: .manual, rule: .tooManyPerHost(limit: 5, count: 5)),
            ]
        )
        let lines = explanation.lines(seenFrom: Examples.viewpoint, on: Terminal(width: nil)).plain
        #expect(
            lines == [
                "198.51.100.4",
                "  not connected",
                "",
                "WAY         NOW     WHY                                            LEFT",
                "inbound     open    trusted loopback, not limited",
                "outbound    closed  banned with 198.51.100.0/24                   1 min",
                "                    not among the addresses that are picked from",
                "manual      closed  limits.per-host (5 of 5)",
                "persistent  open",
            ]
        )
    }

    @Test("of a ban is who, and for how long")
    func bans() {
        let bans = [
            Peers.BanEntry(prefix: "198.51.100.0/24", origin: .operator),
            Peers.BanEntry(
                prefix: "2001:db8::/48",
                origin: .automatic,
                untilUnixUSec: Examples.now + Examples.seconds(3600)
            ),
        ]
        let table = Peers.BanEntry.table(of: bans, seenFrom: Examples.viewpoint)
        #expect(
            table.lines(on: Terminal(width: nil)).plain == [
                "PREFIX           BY            UNTIL                LEFT",
                "198.51.100.0/24  an operator   for ever",
                "2001:db8::/48    misbehaviour  2026-01-01 01:00:00   1 h",
            ]
        )
    }
}
