import Facts

/// The rules of a way, or of a part of it: a case for each, in the order in which they are asked.
///
/// Who decides takes the first that refuses, who explains takes all that say something. What a case
/// asks stands once, in an `ask` of the core that changes nothing. Numbers go from 0 without a gap.
protocol Checklist: RawRepresentable<UInt8>, CaseIterable {}

/// The checks of a list in their order, without an array of them, as `allCases` would be: peers
/// that come in a flood are asked about here.
struct ChecksInOrder<Check: Checklist>: Sequence, IteratorProtocol {
    private var number: UInt8 = 0

    @inline(__always)
    mutating func next() -> Check? {
        defer { number += 1 }
        return Check(rawValue: number)
    }
}

extension Checklist {
    static var inOrder: ChecksInOrder<Self> { ChecksInOrder() }

    /// The first rule that refuses; nil if the way is open. Those after it aren't asked.
    @inline(__always)
    static func firstRefusal(_ ask: (Self) -> Rule?) -> Rule? {
        for check in inOrder {
            if let rule = ask(check), rule.refuses { return rule }
        }
        return nil
    }

    /// What all of them say.
    static func all(_ ask: (Self) -> Rule?) -> [Rule] { inOrder.compactMap(ask) }
}
