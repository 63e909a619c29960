import Addressing
import Testing

@Suite("An onion service's key")
struct OnionKeyTests {
    static let project = "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"

    /// Names of public services, and the examples of Tor's specification.
    @Test(
        "is read from a name and printed as the same name",
        arguments: [
            project,
            "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion",
            "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion",
            "sp3k262uwy4r2k3ycr5awluarykdpag6a7y33jxop4cs2lu5uz5sseqd.onion",
            "xa4r2iadxm55fbnqgwwi5mymqdcofiu3w6rpbtqn7b2dyn7mgwj64jyd.onion",
            "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaam2dqd.onion",
        ]
    )
    func roundTrip(name: String) throws {
        let key = try #require(OnionKey(name))
        #expect(key.description == name)
        #expect(OnionKey(name.uppercased()) == key)
    }

    @Test("is its name's 32 bytes, the first byte uppermost")
    func bytes() {
        let expected = OnionKey(
            a: 0xd1b3_8b83_a83b_3ed9,
            b: 0x18c5_bb69_dd44_4ad5,
            c: 0x6bc8_d583_5a91_4de7,
            d: 0x3447_474e_5f02_591b
        )
        #expect(OnionKey(Self.project) == expected)
    }

    @Test(
        "is not read from a name with a slip",
        arguments: [
            "",
            ".onion",
            // No suffix, a character too few, one too many, a subdomain.
            "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid",
            "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wi.onion",
            "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53widd.onion",
            "www.2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
            // 0 and 1 are not in base 32.
            "0gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
            // The first character changed, two swapped, the checksum changed, version 2.
            "3gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
            "g2zyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion",
            "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen54wid.onion",
            "2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wic.onion",
            // A name of version 2.
            "expyuzz4wqqyqhjn.onion",
        ]
    )
    func rejected(name: String) {
        #expect(OnionKey(name) == nil)
    }

    @Test("of which one bit is wrong is nobody's")
    func flippedBits() throws {
        let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)
        let digits = Self.project.utf8.prefix(56).compactMap { alphabet.firstIndex(of: $0) }
        try #require(digits.count == 56)
        for place in digits.indices {
            for bit in 0..<5 {
                var flipped = digits
                flipped[place] ^= 1 << bit
                let name = String(decoding: flipped.map { alphabet[$0] }, as: UTF8.self) + ".onion"
                #expect(OnionKey(name) == nil, "\(name)")
            }
        }
    }
}
