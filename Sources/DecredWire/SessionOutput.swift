/// What one call of one session says: bytes for its peer, and facts. Lent from call to call, it
/// keeps its memory.
package struct SessionOutput: Sendable {
    /// Room that is kept for bytes. An answer to `getaddr` takes 51,027.
    package static let keptBytes = 65_536
    /// Room that is kept for facts. More come of 64 KiB of old pings' answers, say.
    package static let keptFacts = 64

    /// To be sent after what waits for the peer already. Empty once the session is closed.
    package private(set) var bytes: [UInt8] = []
    /// In the order in which they came to pass.
    package private(set) var facts: [SessionFact] = []
    private var alreadyWaiting = 0

    package init() {}

    /// As a session has said it that isn't there: so many bytes, which are nobody's any more, and
    /// facts.
    package init(silentBytes count: Int, facts: [SessionFact]) {
        bytes = [UInt8](repeating: 0, count: count)
        self.facts = facts
    }

    /// Forgets everything and begins anew, for a peer for which so many bytes wait already.
    package mutating func begin(waiting: Int = 0) {
        precondition(waiting >= 0, "\(waiting) bytes can't wait")
        // Most calls say nothing, and emptying what is empty takes as long as a short message.
        if !bytes.isEmpty { bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes) }
        if !facts.isEmpty { facts.removeAll(keepingCapacity: facts.capacity <= Self.keptFacts) }
        alreadyWaiting = waiting
    }

    /// Bytes that wait for the peer, with those of this call.
    var waiting: Int { alreadyWaiting + bytes.count }

    mutating func append(_ fact: SessionFact) {
        facts.append(fact)
    }

    mutating func append(_ message: Message, on network: WireNetwork) {
        message.append(to: &bytes, on: network)
    }

    mutating func appendEmptyInitialState(on network: WireNetwork) {
        EmptyInitialState.append(to: &bytes, on: network)
    }

    mutating func discardBytes() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= Self.keptBytes)
    }
}
