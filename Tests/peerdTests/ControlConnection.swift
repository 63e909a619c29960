import Control
import Facts
import Glibc
@testable import LinuxIO

/// A client of the daemon's control socket: blocking, and every wait has a deadline.
///
/// A class, so that a test can hold 64 of them in an array. It closes when it is dropped, and
/// earlier by `close()`.
final class ControlConnection {
    private var descriptor: FileDescriptor?
    let number: CInt
    private var framer = MessageFramer(limit: 64 << 20)

    init(to path: String) throws {
        guard let path = UnixPath(path) else { throw Failure("\(path) is too long") }
        let number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Failure("socket", errno) }
        descriptor = FileDescriptor(owning: number)
        self.number = number
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        setsockopt(number, SOL_SOCKET, SO_RCVTIMEO, &patience, size)
        setsockopt(number, SOL_SOCKET, SO_SNDTIMEO, &patience, size)
        guard path.withSockaddr({ connect(number, $0, $1) }) == 0 else {
            throw Failure("connect to \(path)", errno)
        }
    }

    /// Goes away, with whatever it hasn't read.
    func close() {
        // A process that another test is just starting may have the descriptor for a moment.
        if descriptor != nil { shutdown(number, CInt(SHUT_RDWR)) }
        descriptor = nil
    }

    /// Sends no more, and goes on listening.
    func finishSending() { shutdown(number, CInt(SHUT_WR)) }

    // MARK: Calling

    func send(_ call: some MethodParameters, oneway: Bool = false) throws {
        var bytes: [UInt8] = []
        call.encode(into: &bytes, isOneway: oneway)
        try send(bytes)
    }

    /// Sends a message with the zero that ends it.
    func send(message: String) throws { try send(Array(message.utf8) + [0]) }

    /// Sends all of the bytes, and waits for as long as the daemon takes them.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty { rest = rest.dropFirst(try sendOnce(rest)) }
    }

    private func sendOnce(_ bytes: ArraySlice<UInt8>) throws -> Int {
        let count = bytes.withUnsafeBytes {
            Glibc.send(number, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
        }
        guard count > 0 else { throw Failure("send", errno) }
        return count
    }

    /// Sends as many bytes as the daemon and the kernel take, for ever less than all.
    func sendUntilFull(_ bytes: [UInt8], within limit: Duration) throws -> Int {
        var sent = 0
        while sent < bytes.count, Poll.firstReady(of: [number], POLLOUT, within: limit) != nil {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(
                    number,
                    $0.baseAddress,
                    $0.count,
                    CInt(MSG_NOSIGNAL | MSG_DONTWAIT)
                )
            }
            guard count > 0 else { throw Failure("send", errno) }
            sent += count
        }
        return sent
    }

    // MARK: Being answered

    /// Calls and waits for the one answer.
    ///
    /// - Throws: `ErrorReply` for an error.
    @discardableResult
    func ask<Call: MethodParameters>(_ call: Call) throws -> Call.Reply {
        try send(call)
        return try reply(to: Call.self).value
    }

    /// Calls and waits for all answers.
    func askAll<Call: MethodParameters>(_ call: Call) throws -> [Call.Reply] {
        try send(call)
        var replies: [Call.Reply] = []
        while true {
            let (value, continues) = try reply(to: Call.self)
            replies.append(value)
            guard continues else { return replies }
        }
    }

    /// Waits for an answer to a call that was sent.
    func reply<Call: MethodParameters>(
        to call: Call.Type
    ) throws -> (value: Call.Reply, continues: Bool) {
        guard let message = try nextMessage() else { throw Failure("closed by the daemon") }
        let reply = try ReplyMessage<Call.Reply>(decoding: message)
        return (try reply.result.get(), reply.continues)
    }

    /// Waits for a message, which comes without its zero; nil when the daemon has hung up.
    func nextMessage() throws -> [UInt8]? {
        while true {
            if let message = try framer.next() { return message }
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(number, &chunk, chunk.count, 0)
            if count == 0 || count < 0 && errno == ECONNRESET { return nil }
            guard count > 0 else { throw Failure("recv", errno) }
            framer.append(chunk[..<count])
        }
    }

    /// As text.
    func nextText() throws -> String? {
        try nextMessage().map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether neither an answer nor the end has come.
    var isWaiting: Bool {
        framer.waiting == 0 && Poll.firstReady(of: [number], within: .zero) == nil
    }

    // MARK: Events

    /// Begins to monitor: what happens after this is seen.
    func monitor(_ names: [Report.Name]? = nil) throws {
        try send(Peers.Monitor(events: names?.map { .report($0) }))
        let first = try nextEvent()
        guard first.content == .monitoring else { throw Failure("began with \(first)") }
    }

    func nextEvent() throws -> Peers.Event {
        let (value, continues) = try reply(to: Peers.Monitor.self)
        guard continues else { throw Failure("an event was the last") }
        return value.event
    }

    /// What the next event reports; throws if it is about the monitor alone.
    func nextReport() throws -> Report {
        let event = try nextEvent()
        guard case .report(let report) = event.content else { throw Failure("\(event)") }
        return report
    }

    /// Waits for a report, and passes those over that come before it.
    @discardableResult
    func waitForReport(_ isWanted: (Report) -> Bool) throws -> Report {
        while true {
            let report = try nextReport()
            if isWanted(report) { return report }
        }
    }
}

extension DaemonProcess {
    /// A client of its own.
    func connectControl() throws -> ControlConnection { try ControlConnection(to: controlPath) }
}

extension DaemonProcess {
    /// What it lists to a new client.
    func connections(
        of kind: ShownKind? = nil,
        in phase: ShownPhase? = nil
    ) throws -> [Peers.Connection] {
        try connectControl().askAll(Peers.List(kind: kind, phase: phase)).flatMap(\.connections)
    }

    /// Waits until what it lists is as it should be.
    @discardableResult
    func waitForConnections(
        _ isWanted: ([Peers.Connection]) -> Bool
    ) throws -> [Peers.Connection] {
        let client = try connectControl()
        let deadline = ContinuousClock.now + ChildProcess.patience
        while true {
            let rows = try client.askAll(Peers.List()).flatMap(\.connections)
            if isWanted(rows) { return rows }
            guard ContinuousClock.now < deadline else {
                throw Failure("listed in the end: \(rows.count), as \(rows.suffix(10))")
            }
            // Nothing else tells of all changes.
            _ = poll(nil, 0, 20)
        }
    }
}
