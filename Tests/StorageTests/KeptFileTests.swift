import Storage
import Testing

@testable import storage_probe

/// Files that a daemon of each version left in its state folder: what an operator may come with.
@Suite("A file of a version that was released")
struct KeptFileTests {
    private static let path = #filePath.split(separator: "/").dropLast().joined(separator: "/")

    /// `-killed` ended by kill -9, before its log was written into the file.
    @Test(
        "is opened for ever, with all that is in it",
        arguments: ["version-1", "version-1-killed"]
    )
    func opened(name: String) throws {
        let folder = try StateFolder()
        for file in ["peerd.db", "peerd.db-wal"] where file == "peerd.db" || name.hasSuffix("ed") {
            let bytes = try StateFolder.read("/\(Self.path)/Kept/\(name)/\(file)")
            try StateFolder.write(bytes, to: "\(folder.path)/\(file)")
        }
        let expected = Contents(
            persistentPeers: [
                PersistentPeerRow(
                    target: "203.0.113.7:9108",
                    addedMicroseconds: 1_795_809_018_899_896
                ),
                PersistentPeerRow(
                    target: "[2001:db8::7]:9108",
                    addedMicroseconds: 1_795_809_019_084_366
                ),
                PersistentPeerRow(
                    target: "peer.example.org:9108",
                    addedMicroseconds: 1_795_809_019_262_009
                ),
            ],
            bans: [
                BanRow(prefix: "192.0.2.0/24", untilMicroseconds: nil, origin: .operator),
                BanRow(prefix: "2001:db8:1::/48", untilMicroseconds: nil, origin: .operator),
            ]
        )
        let reply = folder.reply()
        #expect(reply.setAside == nil)
        #expect(try reply.contents == expected)
        // And then is one of today's, with what has been added to it.
        #expect(try folder.contents().bans.count > expected.bans.count)
    }
}
