import Addressing
import Facts
import Testing

/// One key that a reload may change, and how its effect is seen: it must not be there before the
/// reload, and be there after it.
struct KeyCase: CustomTestStringConvertible, Sendable {
    let key: String
    /// Gets the key's name, for `KeyChange`.
    let see: @Sendable (String) throws -> Void

    init(_ key: String, _ see: @escaping @Sendable (String) throws -> Void) {
        self.key = key
        self.see = see
    }

    var testDescription: String { key }

    static let all =
        protocolCases + gossipCases + listenerCases + outboundCases + persistentCases + limitCases

    /// Keys whose effect another test sees.
    static let elsewhere = [
        // As other users, as whom only root may act: `ControlAccessTests.users`.
        "control.write-group"
    ]

    /// A host as TOML, at any free port.
    static func anyPort(_ number: UInt8) -> String { "\"\(Loopback.host(number)):0\"" }

    /// Waits for less than what the value before the reload, or the default, would take.
    static func expectSoon(_ body: () throws -> Void) rethrows {
        let start = ContinuousClock.now
        try body()
        #expect(ContinuousClock.now - start < .seconds(15))
    }
}
