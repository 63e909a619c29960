internal import Addressing
internal import DecredWire
import Engine
internal import Timing

/// Peers that are no daemons: they listen, call, and talk by their manners.
extension EngineWorld {
    func stranger(_ index: Int, at address: PeerAddress) -> Stranger {
        let isHonest = index < scenario.honest
        var manners: [Manner] = [.honest]
        if !isHonest {
            manners = (0..<3).map { _ in random.element(of: Manner.hostile) }
        } else if scenario.meanWeatherGap != nil {
            manners = random.element(of: [[.honest], [.honest], [.old], [.trickling, .honest]])
        }
        return Stranger(
            node: scenario.machines + index,
            address: address,
            isHonest: isHonest,
            isListening: isHonest || random.chance(0.7),
            manners: manners
        )
    }

    /// Connects to one of the daemons: a hostile one several times.
    func strangerCalls(_ index: Int) {
        if let gap = scenario.meanCallGap {
            schedule(.strangerCalls(index), in: random.duration(around: isKind ? gap * 10 : gap))
        }
        guard !isKind || strangers[index].isHonest else { return }
        let count = strangers[index].isHonest || random.chance(0.8) ? 1 : 8
        let target = random.element(of: machines).listening
        for _ in 0..<count {
            guard let ip = strangers[index].address.ip else { return }
            let local = PeerAddress(ip, port: strangers[index].nextPort())
            _ = connect(
                from: strangers[index].node,
                at: local,
                to: target,
                owner: .stranger(index)
            )
        }
    }

    // MARK: Talking

    /// A connection is there.
    func begin(at place: TalkPlace, of index: Int) {
        let manners = isKind && strangers[index].isHonest ? [.honest] : strangers[index].manners
        let talk = Talk(
            stranger: index,
            manner: random.element(of: manners),
            isDialler: place.side == .dialler
        )
        talks[place] = talk
        write("stranger \(index) is \(talk.manner)")
        tally.count("stranger: \(talk.manner)")
        if talk.isDialler || !talk.manner.isHonest {
            schedule(.strangerActs(wire: place.wire, place.side), in: .milliseconds(1))
        }
        if let stay = scenario.meanStay, !isKind {
            schedule(.strangerActs(wire: place.wire, place.side), in: random.duration(around: stay))
            talks[place]?.isLeaving = true
        }
        if scenario.isRaw {
            schedule(.strangerActs(wire: place.wire, place.side), in: .seconds(30))
        }
    }

    /// Something has come, or there is room.
    func talkOn(_ place: TalkPlace) {
        guard talks[place] != nil else { return }
        sendOn(place)
        while talks[place]?.isReading ?? false {
            switch read(place.wire, place.side, atMost: 65_536) {
            case .bytes(let bytes):
                if scenario.isRaw { continue }
                talks[place]?.heard += bytes
                while let frame = nextFrame(at: place) { react(to: frame, at: place) }
            case .endOfFile, .failed: return close(place.wire, place.side)
            case .wouldBlock: return
            }
        }
    }

    private func sendOn(_ place: TalkPlace) {
        guard let talk = talks[place], !talk.toSend.isEmpty else { return }
        var piece = talk.toSend[...]
        if talk.manner == .trickling {
            piece = piece.prefix(random.number(in: 1...20))
            let delay = random.duration(around: .milliseconds(100))
            schedule(.strangerActs(wire: place.wire, place.side), in: delay)
        }
        guard let taken = send(piece, on: place.wire, place.side) else { return }
        talks[place]?.toSend.removeFirst(taken)
    }

    private func say(_ bytes: [UInt8], at place: TalkPlace) {
        guard let talk = talks[place] else { return }
        talks[place]?.toSend += bytes
        // Else something is on the way already.
        if talk.toSend.isEmpty { sendOn(place) }
    }

    private func say(_ message: Message, at place: TalkPlace) {
        guard let network = scenario.network else { return }
        var bytes: [UInt8] = []
        message.append(to: &bytes, on: network)
        say(bytes, at: place)
    }

    private func nextFrame(at place: TalkPlace) -> (command: String, payload: [UInt8])? {
        guard let heard = talks[place]?.heard, heard.count >= 24 else { return nil }
        let length = heard[16..<20].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard heard.count >= 24 + length else { return nil }
        let command = String(decoding: heard[4..<16].prefix { $0 != 0 }, as: UTF8.self)
        talks[place]?.heard.removeFirst(24 + length)
        return (command, Array(heard[24..<(24 + length)]))
    }

    private func react(to frame: (command: String, payload: [UInt8]), at place: TalkPlace) {
        guard let talk = talks[place] else { return }
        let isHonest = talk.manner.isHonest
        switch talk.manner {
        case .mute, .garbage, .early: return
        case .honest, .old, .trickling, .dumb, .half, .wrongMagic, .huge, .wrongChecksum, .twice,
            .obsolete, .deaf, .addresses, .curious, .fleeting, .halfClosing:
            break
        }
        switch frame.command {
        case "version":
            sayVersion(at: place)
            if talk.manner != .half { say(.verack, at: place) }
        case "verack":
            talks[place]?.hasHeardVerack = true
            if !isHonest {
                schedule(.strangerActs(wire: place.wire, place.side), in: .milliseconds(1))
            } else if talk.isDialler, scenario.gossips {
                say(.getaddr, at: place)
            }
        case "ping" where isHonest:
            let nonce = frame.payload.reversed().reduce(0) { $0 << 8 | UInt64($1) }
            say(.pong(nonce: nonce), at: place)
        case "getaddr" where isHonest && !talk.isDialler:
            tellAddresses(random.number(in: 1...20), at: place)
        default: break
        }
    }

    private func sayVersion(at place: TalkPlace, again: Bool = false) {
        guard let talk = talks[place], !talk.hasSaidVersion || again else { return }
        talks[place]?.hasSaidVersion = true
        let version = VersionMessage(
            protocolVersion: talk.manner == .obsolete ? 3 : talk.manner == .old ? 9 : 12,
            services: 1,
            unixSeconds: 1_770_000_000,
            receiver: .none,
            nonce: random.next(),
            userAgent: "/stranger:1.0/",
            relaysTransactions: false
        )
        say(.version(version), at: place)
    }

    private func tellAddresses(_ count: Int, at place: TalkPlace) {
        let told = (0..<count).map { number in
            AdvertisedAddress(
                address: PeerAddress(IPAddress(v4: 0x5000_0000 | UInt32(number)), port: 9_108),
                services: 1,
                lastSeenSeconds: 1_769_000_000
            )
        }
        // Whom we speak with may be of an older version.
        let isNew = talks[place]?.manner != .old && isNewVersion(at: place)
        say(isNew ? .addrv2(told) : .addr(told), at: place)
    }

    private func isNewVersion(at place: TalkPlace) -> Bool {
        guard case .socket(let number, _)? = wires[place.wire]?[place.side.other].owner,
            let process = processes[number],
            case .decred(let policy) = process.watch.policy.speech
        else { return true }
        return policy.protocolVersion >= 12
    }

    // MARK: What a stranger does by itself

    func act(_ place: TalkPlace) {
        guard let talk = talks[place] else { return }
        talks[place]?.acts += 1
        sendOn(place)
        if scenario.isRaw { return actRaw(place, talk) }
        if talk.isLeaving, !isKind, talk.acts >= (talk.isDialler || !talk.manner.isHonest ? 2 : 1),
            talk.toSend.isEmpty
        {
            return close(place.wire, place.side)
        }
        if talk.manner.isHonest {
            if talk.isDialler { sayVersion(at: place) }
            return
        }
        misbehave(place, talk)
    }

    private func actRaw(_ place: TalkPlace, _ talk: Talk) {
        if talk.isLeaving, !isKind, talk.acts > 2 { return close(place.wire, place.side) }
        guard talk.toSend.isEmpty, talk.acts < 50 else { return }
        say((0..<random.number(below: 5_000)).map { UInt8(truncatingIfNeeded: $0) }, at: place)
        schedule(
            .strangerActs(wire: place.wire, place.side),
            in: random.duration(around: .seconds(60))
        )
    }

    private func misbehave(_ place: TalkPlace, _ talk: Talk) {
        guard let network = scenario.network else { return }
        switch talk.manner {
        case .honest, .old, .trickling, .mute: break
        case .dumb, .half, .obsolete: if talk.isDialler { sayVersion(at: place) }
        case .garbage:
            say(
                (0..<random.number(in: 4...400)).map { _ in UInt8(random.number(below: 256)) },
                at: place
            )
        case .wrongMagic:
            say(frame("version", 0, magic: network.magic ^ 1), at: place)
        case .huge: say(frame("version", .max, magic: network.magic), at: place)
        case .wrongChecksum: say(frame("verack", 0, magic: network.magic, checksum: 1), at: place)
        case .twice:
            sayVersion(at: place)
            sayVersion(at: place, again: true)
        case .early: say(.ping(nonce: 7), at: place)
        case .fleeting: close(place.wire, place.side)
        case .halfClosing:
            if talk.isDialler { sayVersion(at: place) }
            if talk.hasHeardVerack { halfClose(place.wire, place.side) }
        case .deaf:
            if talk.isDialler { sayVersion(at: place) }
            guard talk.hasHeardVerack else { return }
            talks[place]?.isReading = false
            for number in 0..<64 { say(.ping(nonce: UInt64(number)), at: place) }
            actAgain(place, talk)
        case .addresses:
            if talk.isDialler { sayVersion(at: place) }
            guard talk.hasHeardVerack else { return }
            tellAddresses(1_000, at: place)
            actAgain(place, talk)
        case .curious:
            if talk.isDialler { sayVersion(at: place) }
            guard talk.hasHeardVerack else { return }
            for _ in 0..<3 { say(.getaddr, at: place) }
            actAgain(place, talk)
        }
    }

    private func actAgain(_ place: TalkPlace, _ talk: Talk) {
        guard talk.acts < 8 else { return }
        schedule(.strangerActs(wire: place.wire, place.side), in: .milliseconds(300))
    }

    private func frame(
        _ command: String,
        _ length: UInt32,
        magic: UInt32,
        checksum: UInt32 = 0
    ) -> [UInt8] {
        func little(_ number: UInt32) -> [UInt8] {
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        let name = Array(command.utf8) + [UInt8](repeating: 0, count: 12 - command.utf8.count)
        return little(magic) + name + little(length) + little(checksum)
    }
}
