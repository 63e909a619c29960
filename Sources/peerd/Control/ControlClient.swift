import Addressing
import Configuration
import ConnectionCore
import Control
import Engine
import Facts
import LinuxIO
import Timing

/// One client of the control socket: what it has sent, what is being done for it, and what it
/// hasn't taken yet of the answers.
///
/// Its calls are answered one after the other. While one is being answered the next ones wait, and
/// when too many wait it isn't read. A place for a client is kept and reused: most are there for a
/// moment.
struct ControlClient: ~Copyable {
    /// What the call that is being answered still wants.
    enum Work {
        case none
        /// From this slot of the table on.
        case list(Peers.List, slot: Int)
        /// So many more of those behind a page.
        case history(remaining: Int, onlyFailed: Bool, after: History.Cursor)
        /// Those behind this one in the order of the list.
        case bans(after: Prefix)
        case connect(ConnectionID)
        /// So many answers of the thread that reads the configuration come before the right one.
        case reload(skipping: Int)
        case configuration(ConfigurationRows)
        /// As with `reload`.
        case compare(skipping: Int)
        /// Those that haven't been told yet.
        case comparison(ArraySlice<ConfigurationDifference>)
        case monitor(EventFilter, MonitorBacklog)
    }

    /// While more than this waits to be taken, nothing more is written for the client: so at most
    /// this and one reply are kept for it.
    static let outputLimit = 65_536

    private var connection: UnixConnection?
    private var framer = MessageFramer()
    private var output: [UInt8] = []
    /// How much of `output` the kernel has taken.
    private var sent = 0
    /// The kernel takes no more for it, until epoll says otherwise.
    var isFull = false
    private(set) var work = Work.none
    /// The length of the last call.
    private(set) var callBytes = 0
    /// Whether the call that is being answered wants no reply.
    private var isOneway = false
    /// It sends no more. It may still wait for answers.
    private(set) var hasEnded = false
    /// It can't be answered any more. What it sent before is still done.
    private(set) var isGone = false
    /// What epoll watches it for; nil if it doesn't.
    var interest: Interest? = .read

    var isOpen: Bool {
        switch connection {
        case .some: true
        case .none: false
        }
    }

    /// Nil for an empty place.
    var credentials: PeerCredentials? {
        switch connection {
        case .some(let connection): connection.credentials
        case .none: nil
        }
    }

    /// Whether the kernel says that it is gone, which `isGone` may not say yet.
    var hasHungUp: Bool {
        switch connection {
        case .some(let connection): connection.hasHungUp
        case .none: false
        }
    }

    /// Takes a client into an empty place.
    mutating func open(_ connection: consuming UnixConnection) {
        self = ControlClient()
        self.connection = consume connection
    }

    /// Hangs up.
    mutating func close() {
        self = ControlClient()
    }

    /// Lends the descriptor of a client that is there.
    func withDescriptor<Failure: Error>(
        _ body: (borrowing FileDescriptor) throws(Failure) -> Void
    ) throws(Failure) {
        switch connection {
        case .some(let connection): try body(connection.descriptor)
        case .none: break
        }
    }

    // MARK: Reading

    /// What it is to be watched for now. Nil if it is gone and nothing more can be read: epoll
    /// would say that it has hung up in every turn.
    var wantedInterest: Interest? {
        var wanted: Interest = []
        if !hasEnded, framer.wantsBytes { wanted.insert(.read) }
        guard !isGone else { return wanted == .read ? wanted : nil }
        if hasOutput { wanted.insert(.write) }
        return wanted
    }

    /// Reads what has come, at most as much as the buffer holds.
    mutating func read(into buffer: inout [UInt8]) {
        guard !hasEnded, framer.wantsBytes else { return }
        do throws(SystemError) {
            switch try receive(into: &buffer) {
            case .bytes(let count): framer.append(buffer[..<count])
            case .endOfFile: hasEnded = true
            case .wouldBlock: break
            }
        } catch {
            noteGone()
            hasEnded = true
        }
    }

    private func receive(into buffer: inout [UInt8]) throws(SystemError) -> ReadResult {
        switch connection {
        case .some(let connection): try connection.read(into: &buffer)
        case .none: .wouldBlock
        }
    }

    /// The next call, if it is its turn.
    mutating func nextCall() throws(MessageError) -> CallMessage? {
        guard case .none = work, let message = try framer.next() else { return nil }
        callBytes = message.count
        let call = try CallMessage(decoding: message)
        isOneway = call.isOneway
        return call
    }

    // MARK: Answering

    /// Notes that the call goes on.
    mutating func begin(_ work: Work) {
        self.work = work
    }

    /// Writes a reply. Without `continues` the call is answered.
    mutating func reply(_ parameters: some ReplyParameters, continues: Bool = false) {
        if !continues { work = .none }
        guard !isOneway, !isGone else { return }
        parameters.encode(into: &output, continues: continues)
    }

    mutating func reply(_ cause: Cause) {
        work = .none
        guard !isOneway, !isGone else { return }
        cause.encode(into: &output)
    }

    mutating func reply(_ failure: Service.Failure) {
        work = .none
        guard !isOneway, !isGone else { return }
        failure.encode(into: &output)
    }

    /// Nobody can be answered from now on.
    mutating func noteGone() {
        isGone = true
        output = []
        sent = 0
    }

    /// Whether something can be done for it at once.
    var isReady: Bool {
        guard waitingBytes <= Self.outputLimit else { return false }
        return switch work {
        case .none: framer.isReady
        case .list, .history, .bans, .configuration, .comparison: true
        case .connect, .reload, .compare: false
        case .monitor(_, let backlog): !backlog.isEmpty
        }
    }

    /// Whether that is so, or something is to be sent that epoll won't ask for.
    var needsTurn: Bool {
        isReady || hasOutput && !(interest?.contains(.write) ?? false)
    }

    /// Whether nothing is to be expected of it, and nothing owed.
    var isFinished: Bool {
        guard hasEnded, framer.waiting == 0, !hasOutput else { return false }
        return switch work {
        case .none: true
        case .list, .history, .bans, .connect, .reload, .monitor, .configuration, .compare,
            .comparison:
            isGone
        }
    }

    private var hasOutput: Bool { waitingBytes > 0 }

    /// Of answers that it hasn't taken.
    var waitingBytes: Int { output.count - sent }

    /// `waitingBytes`, and what was taken since there was room for more.
    var keptBytes: Int { output.count }

    /// Sends what the kernel takes.
    mutating func flush() {
        guard hasOutput, !isGone, !isFull else { return }
        do throws(SystemError) {
            sent += try send(output[sent...])
            isFull = hasOutput
            forgetSent()
        } catch {
            noteGone()
        }
    }

    /// What a client has taken makes room even if it never takes all: a slow one would have it grow
    /// for ever. Each byte is moved once at most.
    private mutating func forgetSent() {
        if sent == output.count {
            output.removeAll(keepingCapacity: output.capacity <= Self.outputLimit)
            sent = 0
        } else if sent > Self.outputLimit {
            output.removeSubrange(..<sent)
            sent = 0
        }
    }

    private func send(_ bytes: ArraySlice<UInt8>) throws(SystemError) -> Int {
        switch connection {
        case .some(let connection): try connection.send(bytes)
        case .none: 0
        }
    }

    // MARK: Events

    /// Keeps an event for a monitor that wants it.
    mutating func offer(_ event: [UInt8], named name: Peers.EventName, nowUnixUSec: Int64) {
        guard case .monitor(let filter, var backlog) = work, filter.admits(name) else { return }
        // Taken out meanwhile, so that it isn't copied.
        work = .none
        backlog.offer(event, nowUnixUSec: nowUnixUSec)
        work = .monitor(filter, backlog)
    }

    /// Moves events to the output while there is room.
    mutating func writeEvents(nowUnixUSec: Int64) {
        guard case .monitor(let filter, var backlog) = work else { return }
        work = .none
        while waitingBytes <= Self.outputLimit,
            let event = backlog.next(nowUnixUSec: nowUnixUSec)
        {
            if !isOneway, !isGone { output.append(contentsOf: event) }
        }
        work = .monitor(filter, backlog)
    }
}
