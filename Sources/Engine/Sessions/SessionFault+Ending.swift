internal import DecredWire
internal import Facts

extension SessionFault {
    /// What the core is told of a session's end.
    init(_ ending: SessionEnding) {
        self =
            switch ending {
            case .unexpected, .repeatedVersion: .unexpectedMessage
            case .obsolete: .obsoleteVersion
            case .lacksServices: .lacksServices
            case .selfConnection: .selfConnection
            case .idle: .idle
            case .queueFull, .writesStalled: .slow
            case .misbehaved(let misbehaviour): misbehaviour.fault
            }
    }
}

extension Misbehaviour {
    var fault: SessionFault {
        switch self {
        case .malformed: .malformed
        case .wrongAddressMessage, .repeatedGetaddr, .addressFlood: .misbehaved
        }
    }
}
