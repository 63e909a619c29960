/// The events that wait to be written to one monitor. A client that can't keep up isn't waited for:
/// it is told how many it missed, in their place among the others.
package struct MonitorBacklog: Sendable {
    private var waiting: [[UInt8]] = []
    private var head = 0
    private var waitingBytes = 0
    /// Events since the backlog was full. While there are such, no event is kept.
    private var missed: UInt64 = 0

    package init() {}

    package var isEmpty: Bool { head == waiting.count && missed == 0 }

    /// Keeps an event if there is room.
    ///
    /// Once one was missed, none is kept before the backlog is half empty: otherwise a slow client
    /// would get as many notices as events.
    ///
    /// - Parameters:
    ///   - message: The reply, encoded once and shared by all monitors.
    ///   - nowUnixUSec: For the notice of what was missed.
    package mutating func offer(_ message: [UInt8], nowUnixUSec: Int64) {
        if missed > 0, isHalfEmpty { tellMissed(nowUnixUSec) }
        guard missed == 0, waiting.count - head < Bounds.backlogEvents,
            waitingBytes + message.count <= Bounds.backlogBytes
        else {
            missed += 1
            return
        }
        append(message)
    }

    /// The next reply to write, or nil if none waits.
    package mutating func next(nowUnixUSec: Int64) -> [UInt8]? {
        if head == waiting.count, missed > 0 { tellMissed(nowUnixUSec) }
        guard head < waiting.count else { return nil }
        let message = waiting[head]
        waiting[head] = []
        head += 1
        waitingBytes -= message.count
        if head == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            head = 0
        }
        return message
    }

    private var isHalfEmpty: Bool {
        waiting.count - head <= Bounds.backlogEvents / 2
            && waitingBytes <= Bounds.backlogBytes / 2
    }

    private mutating func tellMissed(_ nowUnixUSec: Int64) {
        let event = Peers.Event(timeUnixUSec: nowUnixUSec, .missed(count: missed))
        var message: [UInt8] = []
        Peers.Monitor.Reply(event: event).encode(into: &message, continues: true)
        missed = 0
        append(message)
    }

    private mutating func append(_ message: [UInt8]) {
        // What was taken makes room, so that the array stays at twice the bound.
        if head >= Bounds.backlogEvents {
            waiting.removeSubrange(..<head)
            head = 0
        }
        waiting.append(message)
        waitingBytes += message.count
    }
}
