internal import Addressing
internal import ConnectionCore
internal import Timing

/// Which regions have no route, as one would know it from the kernel's answers: after one without,
/// nothing of its region is dialled automatically for 5 s, then one probe, for 10 s, and so on up
/// to a minute; anything else that a dial comes to ends that, and so does a probe of which nothing
/// is heard for a second.
struct RestBook {
    private struct Rest {
        var until: Instant
        var length: Duration
        var isProbed = false
    }

    /// Never iterated but to find out which.
    private var rests: [Region: Rest] = [:]

    func isResting(_ address: PeerAddress, at now: Instant) -> Bool {
        rests[Region(address)].map { now < $0.until } ?? false
    }

    /// An automatic attempt starts. The kernel would say within a moment that there is no route.
    mutating func dialled(_ address: PeerAddress, at now: Instant) {
        guard var rest = rests[Region(address)] else { return }
        guard !rest.isProbed else {
            rests[Region(address)] = nil
            return
        }
        rest.until = now + .seconds(1)
        rest.isProbed = true
        rests[Region(address)] = rest
    }

    mutating func hasNoRoute(_ address: PeerAddress, at now: Instant) {
        let region = Region(address)
        var length = Duration.seconds(5)
        if let rest = rests[region] {
            guard rest.isProbed || now >= rest.until else { return }
            length = rest.length >= .seconds(30) ? .seconds(60) : rest.length * 2
        }
        rests[region] = Rest(until: now + length, length: length)
    }

    /// - Returns: Whether that is news.
    mutating func hasRoute(_ address: PeerAddress) -> Bool {
        rests.removeValue(forKey: Region(address)) != nil
    }

    /// The network, or our addresses, are others.
    mutating func forget() {
        rests = [:]
    }
}
