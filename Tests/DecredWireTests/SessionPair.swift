import DecredWire
import Timing

/// Two sessions that are connected to each other in simulated time: what one sends reaches the
/// other in pieces, after a while.
final class SessionPair {
    let dialler: TestSession
    let listener: TestSession
    private var random: SeededRandom

    init(
        seed: UInt64,
        diallerVersion: Int32 = 12,
        listenerVersion: Int32 = 12,
        _ change: (inout SessionSurroundings) -> Void = { _ in }
    ) {
        random = SeededRandom(seed: seed)
        dialler = TestSession(.manual, nonce: random.next()) {
            change(&$0)
            $0.policy.protocolVersion = diallerVersion
        }
        listener = TestSession(.inbound, nonce: random.next()) {
            change(&$0)
            $0.policy.protocolVersion = listenerVersion
        }
    }

    /// Delivers until nobody has anything more to say, with 5 ms for each way.
    func settle() {
        var isQuiet = false
        while !isQuiet {
            let (fromDialler, fromListener) = (dialler.takeBytes(), listener.takeBytes())
            pass(.milliseconds(5))
            deliver(fromDialler, to: listener)
            deliver(fromListener, to: dialler)
            isQuiet = fromDialler.isEmpty && fromListener.isEmpty
        }
    }

    /// Lets so much time pass, waking each side when it asked for it.
    func run(for duration: Duration) {
        let end = dialler.now.instant + duration
        while true {
            let next = min(dialler.deadline, listener.deadline)
            guard next <= end else { break }
            pass(max(next - dialler.now.instant, .zero))
            for session in [dialler, listener] where session.deadline <= session.now.instant {
                session.wake(nonce: random.next())
            }
            settle()
        }
        pass(max(end - dialler.now.instant, .zero))
    }

    private func pass(_ duration: Duration) {
        dialler.pass(duration)
        listener.pass(duration)
    }

    private func deliver(_ bytes: [UInt8], to session: TestSession) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = 1 + random.number(below: min(rest.count, 60))
            session.receive(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
    }
}
