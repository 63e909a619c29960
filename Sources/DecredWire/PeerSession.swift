package import Addressing
package import Timing

/// One connection to a Decred peer from the moment it is connected: handshake, keep-alive, the
/// exchange of addresses, misbehaviour.
///
///                    version              verack
///     awaitingVersion ─────► awaitingVerack ─────► established
///            │                     │                   │
///            └─────────────────────┴───────────────────┴──► closed
///
/// A dialler's `version` is its first output, a listener's answers the peer's. Between them and the
/// end of the handshake nothing but `verack` is sent, not even a `pong`: whatever a peer of an
/// older version says too early is kept until then.
///
/// Pure: bytes, times and nonces go in, bytes and facts come out in a `SessionOutput` that is lent
/// to each call. The whole handshake's 30 s are the connection core's deadline for its phase
/// `handshaking`, which holds the slot; the session has none before it is established.
///
/// An established session holds nothing on the heap unless a frame is incomplete.
package struct PeerSession: Sendable {
    /// How the connection came about.
    package enum Role: Equatable, Sendable {
        /// The peer dialled us.
        case inbound
        /// We chose the address, and the peer must offer `SessionPolicy.requiredServices`.
        case outbound
        /// An operator named the address, and any services will do.
        case manual

        var dialled: Bool {
            switch self {
            case .inbound: false
            case .outbound, .manual: true
            }
        }
    }

    enum Phase: Sendable {
        indirect case awaitingVersion(Opening)
        indirect case awaitingVerack(Introduction)
        case established
        case closed
    }

    /// What is needed until the peer has introduced itself.
    struct Opening: Sendable {
        let nonce: UInt64
        let remote: PeerAddress?
    }

    /// What is needed between the peer's `version` and its `verack`.
    struct Introduction: Sendable {
        let peer: PeerDescription
        /// At most `SessionPolicy.mostHeldMessages`.
        var early: [Held] = []
    }

    /// What came before its time. `message` is nil for what was read past.
    struct Held: Sendable {
        let command: Command
        let message: Message?
    }

    package let role: Role
    var phase: Phase
    private var reader: FrameReader
    /// What is spoken with the peer; 0 until its `version` is there.
    package internal(set) var negotiatedVersion: Int32 = 0
    private var score = BanScore()
    private var isWarned = false
    /// Whether the peer has been told our initial state, of which there is none.
    private var hasToldState = false
    var keepAlive: KeepAlive
    var gossip: AddressGossip

    /// The connection exists: a dialler says `version` at once.
    ///
    /// `remote` is where the peer is, as it is told in our `version`; nil for what it must not
    /// know, a proxy's address say. `nonce` is random; a dialler's is to be in `LiveDials` before
    /// the bytes are sent.
    package init(
        _ role: Role,
        to remote: PeerAddress?,
        nonce: UInt64,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        self.role = role
        reader = FrameReader(network: surroundings.policy.network)
        keepAlive = KeepAlive(at: now.instant)
        gossip = AddressGossip(at: now.instant, under: surroundings.policy)
        let opening = Opening(nonce: nonce, remote: remote)
        phase = .awaitingVersion(opening)
        if role.dialled {
            send(.version(version(to: opening, at: now, surroundings)), surroundings, &output)
        }
    }

    /// Whether the handshake is complete and the connection not closed.
    package var isEstablished: Bool {
        switch phase {
        case .established: true
        case .awaitingVersion, .awaitingVerack, .closed: false
        }
    }

    package var isClosed: Bool {
        switch phase {
        case .closed: true
        case .awaitingVersion, .awaitingVerack, .established: false
        }
    }

    /// Nil until the peer has answered a ping.
    package var roundTrip: RoundTrip? { keepAlive.roundTrip }

    /// The score of now, which is gone with the connection.
    package func banScore(at now: Instant) -> Int { score.value(at: now) }
}

// MARK: - Messages

extension PeerSession {
    /// Bytes from the peer, split anywhere. What follows the end of the session is ignored.
    package mutating func receive(
        _ bytes: RawSpan,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        var position = 0
        while !isClosed {
            do throws(WireError) {
                let step = try reader.next(in: bytes, at: &position, expecting: expected)
                guard let step else { return }
                handle(step, at: now, in: surroundings, &output)
            } catch {
                misbehaved(.malformed(error), at: now, in: surroundings, &output)
            }
        }
    }

    /// The only message that may come now; nil if there are several. Whatever else begins ends the
    /// session by its header: nobody waits for 32 MiB of it, or lends it memory.
    private var expected: MessageKind? {
        switch phase {
        case .awaitingVersion: .version
        case .awaitingVerack(let introduction): mayHold(beside: introduction) ? nil : .verack
        case .established, .closed: nil
        }
    }

    private mutating func handle(
        _ step: FrameReader.Step,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        switch step {
        case .message(let message):
            handle(message, message.kind.command, at: now, in: surroundings, &output)
        case .unexpected(let command), .skipping(let command, _):
            handle(nil, command, at: now, in: surroundings, &output)
        case .skipped:
            keepAlive.received(at: now.instant)
        }
    }

    /// A message in whatever phase. `message` is nil for the beginning of what is read past, and of
    /// what may not come.
    private mutating func handle(
        _ message: Message?,
        _ command: Command,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        switch phase {
        case .awaitingVersion(let opening):
            guard case .version(let version) = message else {
                return end(.unexpected(command), &output)
            }
            introduced(version, opening, at: now, in: surroundings, &output)

        case .awaitingVerack(let introduction):
            switch message {
            case .verack:
                complete(introduction, at: now, in: surroundings, &output)
            case .version:
                end(.repeatedVersion, &output)
            case nil where command == MessageKind.version.command:
                end(.repeatedVersion, &output)
            case nil, .ping, .pong, .getaddr, .addr, .addrv2, .sendheaders, .feefilter:
                hold(message, command, introduction, &output)
            }

        case .established:
            guard let message else { return pass(over: command, in: surroundings, &output) }
            keepAlive.received(at: now.instant)
            converse(message, at: now, in: surroundings, &output)

        case .closed:
            break
        }
    }

    /// A message after the handshake.
    mutating func converse(
        _ message: Message,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        switch message {
        case .version:
            end(.repeatedVersion, &output)
        case .verack:
            end(.unexpected(message.kind.command), &output)
        case .ping(let nonce):
            send(.pong(nonce: nonce), surroundings, &output)
        case .pong(let nonce):
            if let roundTrip = keepAlive.answered(nonce: nonce, at: now.instant) {
                output.append(.roundTrip(roundTrip))
            }
        case .getaddr:
            addressesAsked(at: now, in: surroundings, &output)
        case .addr(let addresses):
            take(addresses, in: .addr, at: now, in: surroundings, &output)
        case .addrv2(let addresses):
            take(addresses, in: .addrv2, at: now, in: surroundings, &output)
        case .sendheaders, .feefilter:
            // How it wants to hear of blocks and transactions; from us it hears of none.
            break
        }
    }

    /// What is read past has an answer in one case: dcrd leaves a peer that it has asked for the
    /// initial state and that says nothing for 30 s. It is given once, as dcrd does.
    mutating func pass(
        over command: Command,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        guard command == .getinitstate, !hasToldState else { return }
        hasToldState = true
        output.appendEmptyInitialState(on: surroundings.policy.network)
        endIfTooMuchWaits(surroundings, &output)
    }
}

// MARK: - Output

extension PeerSession {
    /// Encodes a message behind what is there already, as long as there is room for the peer.
    mutating func send(
        _ message: Message,
        _ surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        guard !isClosed else { return }
        output.append(message, on: surroundings.policy.network)
        endIfTooMuchWaits(surroundings, &output)
    }

    private mutating func endIfTooMuchWaits(
        _ surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        let waiting = output.waiting
        if waiting > surroundings.policy.mostQueuedBytes {
            end(.queueFull(bytes: waiting), &output)
        }
    }

    mutating func misbehaved(
        _ misbehaviour: Misbehaviour,
        at now: Moment,
        in surroundings: SessionSurroundings,
        _ output: inout SessionOutput
    ) {
        switch misbehaviour.penalty {
        case .ban:
            ban(misbehaviour, &output)
        case .score(let persistent, let transient):
            let score = score.raise(persistent: persistent, transient: transient, at: now.instant)
            if score > surroundings.policy.banScore {
                ban(misbehaviour, &output)
            } else if score >= surroundings.policy.warnScore, !isWarned {
                isWarned = true
                output.append(.warned(misbehaviour, score: score))
            }
        }
    }

    private mutating func ban(_ misbehaviour: Misbehaviour, _ output: inout SessionOutput) {
        output.append(.banned(misbehaviour))
        end(.misbehaved(misbehaviour), &output)
    }

    /// What is decided last; what the call would have sent isn't sent. Whoever runs the session
    /// drops it then, and with it what an incomplete frame holds.
    mutating func end(_ ending: SessionEnding, _ output: inout SessionOutput) {
        phase = .closed
        output.append(.closed(ending))
        output.discardBytes()
    }
}
