import Addressing
import Configuration
import ConnectionCore
import DecredWire
import Engine
import Facts
import LinuxIO
import Storage
import Timing

/// What the daemon says of itself, beside what the core reports of connections.
enum Notice: Sendable {
    case started(status: String)
    /// Asked for by SIGUSR1.
    case status(String)
    case listening(PeerAddress)
    case listenerClosed(PeerAddress)
    case listenerAddressMissing(PeerAddress)
    /// The same of the interface that the address's zone names, without which it can't listen.
    case listenerInterfaceMissing(PeerAddress)
    /// It doesn't listen any more, though we didn't close it. The error says why it can't be made
    /// anew at once.
    case listenerKilled(PeerAddress, SystemError?)
    /// A peer at a link-local address came by an interface that can't be named, and was refused;
    /// told of the first one only.
    case linkUnknown(PeerAddress)
    /// The same of a socket for clients, which came from systemd and stays as it is.
    case controlKilled
    /// Listeners came from a socket unit, so those of the configuration are ignored: so many of
    /// them for other addresses than theirs.
    case listenersInherited(count: Int, ignored: Int)
    /// A socket with a name that means nothing to us.
    case socketIgnored(String)
    /// Changes of these keys wait for a restart.
    case restartNeeded(keys: [String])
    /// A peer told of so many addresses.
    case addressesLearned(from: PeerAddress?, count: Int)
    /// A peer is on the way to being banned.
    case misbehaving(PeerAddress?, String, score: Int, isInbound: Bool)
    /// Clients are served at this path.
    case controlListening(String)
    /// There is no place for a socket for clients.
    case controlMissing
    /// Members of this group can't be told from others.
    case controlGroupUnmapped(String)
    case controlNotDeleted(SystemError)
    case persistentRefused(PeerTarget, Refusal)
    case configurationWarning(String)
    case reloading
    case reloaded
    /// Nothing was changed.
    case reloadFailed(String)
    /// The journal, or else standard error, didn't take so many entries.
    case journalLost(count: UInt64, isJournal: Bool)
    /// There is no state directory.
    case stateOff
    case stateRestored(peers: Int, bans: Int)
    /// What is stored was not read in time.
    case stateLate(after: Duration)
    case stateSetAside(SetAside)
    /// Stored entries that can't be used, each with the reason.
    case storedIgnored([String])
    /// The first failure after a success.
    case stateFailed(StorageError, retry: Duration)
    case stateWorks
    /// The end came before the latest changes were written.
    case stateLost(String)
    /// All that goes into the engine is recorded in this file.
    case recording(to: String, mostBytes: Int)
    case recordingEnded(String, EngineRecording.Ending)
    case startFailed(StartupError)

    /// Entries that one message names.
    static let namedEntries = 8

    /// A warning is what operators must know. What a stranger brings about is none: he could bury
    /// the others under his.
    var level: Configuration.Log.Level {
        switch self {
        case .started, .status, .listening, .listenerClosed, .controlListening, .controlMissing,
            .reloading, .reloaded, .stateOff, .stateRestored, .stateWorks, .recording:
            .info
        case .listenersInherited(_, let ignored):
            ignored == 0 ? .info : .warning
        case .addressesLearned:
            .debug
        // Of those that come to us there may be thousands, for whom a few lines about bans do.
        case .misbehaving(_, _, _, let isInbound):
            isInbound ? .debug : .info
        case .listenerAddressMissing, .listenerInterfaceMissing, .listenerKilled, .linkUnknown,
            .controlKilled, .socketIgnored, .restartNeeded, .controlGroupUnmapped,
            .controlNotDeleted, .persistentRefused,
            .configurationWarning, .journalLost, .stateLate, .stateSetAside, .storedIgnored,
            .stateFailed, .stateLost, .recordingEnded:
            .warning
        case .reloadFailed, .startFailed:
            .error
        }
    }

    var name: Name {
        switch self {
        case .started: .started
        case .status: .status
        case .listening: .listening
        case .listenerClosed: .listenerClosed
        case .listenerAddressMissing, .listenerInterfaceMissing: .listenerAddressMissing
        case .linkUnknown: .linkUnknown
        case .listenerKilled: .listenerKilled
        case .controlKilled: .controlKilled
        case .listenersInherited: .listenersInherited
        case .socketIgnored: .socketIgnored
        case .restartNeeded: .restartNeeded
        case .addressesLearned: .addressesLearned
        case .misbehaving: .misbehaving
        case .controlListening: .controlListening
        case .controlMissing: .controlMissing
        case .controlGroupUnmapped: .controlGroupUnmapped
        case .controlNotDeleted: .controlNotDeleted
        case .persistentRefused: .persistentRefused
        case .configurationWarning: .configurationWarning
        case .reloading: .reloading
        case .reloaded: .reloaded
        case .reloadFailed: .reloadFailed
        case .journalLost: .journalLost
        case .stateOff: .stateOff
        case .stateRestored: .stateRestored
        case .stateLate: .stateLate
        case .stateSetAside: .stateSetAside
        case .storedIgnored: .storedIgnored
        case .stateFailed: .stateFailed
        case .stateWorks: .stateWorks
        case .stateLost: .stateLost
        case .recording: .recording
        case .recordingEnded: .recordingEnded
        case .startFailed: .startFailed
        }
    }

    var message: String {
        switch self {
        case .started(let status): "Started: \(status)"
        case .status(let status): "Status: \(status)"
        case .listening(let address): "Listening on \(address)"
        case .listenerClosed(let address): "Stopped listening on \(address)"
        case .listenerAddressMissing(let address):
            "No interface has \(address) yet; peers get through as soon as one has it"
        case .listenerInterfaceMissing(let address):
            "No interface is called \(address.ip?.zone?.description ?? "") now; "
                + "listens on \(address) as soon as one is"
        case .linkUnknown(let address):
            "Refused \(address): the interface that it came by is gone, or has a name that can't "
                + "be a zone; others like it aren't told"
        case .listenerKilled(let address, nil):
            "Somebody has killed the listening socket at \(address): it was made anew"
        case .listenerKilled(let address, let error?):
            "Somebody has killed the listening socket at \(address), and it can't be made anew "
                + "yet: \(error)"
        case .controlKilled:
            "Somebody has shut down a control socket of systemd: nobody is served there until its "
                + "unit and the daemon are restarted"
        case .listenersInherited(let count, let ignored):
            "Using \(count) inherited listeners"
                + (ignored == 0 ? "" : ", ignoring \(ignored) of the configuration")
        case .socketIgnored(let name):
            "Closing an inherited socket named '\(name)': known are 'listen' and 'control'"
        case .restartNeeded(let keys):
            "Restart to change \(keys.joined(separator: ", ")): it stays as it was until then"
        case .addressesLearned(let peer, let count):
            "Peer \(peer?.description ?? "of no address") told of \(count) addresses"
        case .misbehaving(let peer, let what, let score, _):
            "Peer \(peer?.description ?? "of no address") misbehaves (score \(score)): \(what)"
        case .controlListening(let path): "Serving clients at \(path)"
        case .controlMissing:
            "Serving no clients: there is neither a socket unit nor a runtime directory (--runtime)"
        case .controlGroupUnmapped(let group):
            "control.write-group: the group '\(group)' is not visible in this service's user "
                + "namespace, so its members may not change anything"
        case .controlNotDeleted(let error): "Cannot delete the control socket: \(error), ignoring"
        case .persistentRefused(let peer, let refusal):
            "Cannot keep \(peer) connected: \(refusal.sentence(.journal)), ignoring"
        case .configurationWarning(let warning): warning
        case .reloading: "Reading the configuration again"
        case .reloaded: "The new configuration is in force"
        case .reloadFailed(let problem): "The configuration stays as it was: \(problem)"
        case .journalLost(let count, let isJournal):
            "\(isJournal ? "The journal" : "Standard error") did not take \(count) entries; "
                + "what they said is lost"
        case .stateOff:
            "No state directory: peers and bans that are added at run time end with the daemon"
        case .stateRestored(let peers, let bans):
            "Restored \(peers) persistent peers and \(bans) bans"
        case .stateLate(let patience):
            "What is stored was not read within \(patience.briefDescription), "
                + "starting without it: it follows when the disk answers"
        case .stateSetAside(let setAside):
            "The stored peers and bans can't be used, going on with a new database: \(setAside)"
        case .storedIgnored(let entries):
            Self.message(ignoring: entries)
        case .stateFailed(let error, let delay):
            "Changes of peers and bans are not stored: \(error); trying again in "
                + delay.briefDescription
        case .stateWorks: "Peers and bans are stored again, nothing is missing"
        case .stateLost(let reason):
            "The latest changes of peers and bans were not stored: \(reason)"
        case .recording(let path, let mostBytes):
            "Recording what goes into the engine to \(path), at most \(mostBytes >> 20) MiB: it "
                + "names everybody whom this daemon speaks with"
        case .recordingEnded(let path, let ending):
            "The recording has ended: \(ending.text); \(path) has what was before, and the daemon "
                + "goes on without it"
        case .startFailed(let error): error.description
        }
    }

    private static func message(ignoring entries: [String]) -> String {
        let named = entries.prefix(namedEntries).joined(separator: "; ")
        let rest = entries.count - namedEntries
        return "Ignoring \(entries.count) stored entries: \(named)"
            + (rest > 0 ? "; and \(rest) more" : "")
    }

    private var fields: [LogEntry.Field] {
        switch self {
        case .listening(let address), .listenerClosed(let address),
            .listenerAddressMissing(let address), .listenerInterfaceMissing(let address):
            [.init(.listener, address)]
        case .linkUnknown(let address):
            [.init(.peer, address)]
        case .listenerKilled(let address, let error):
            [.init(.listener, address)] + (error.map { [.init(.errno, $0.code)] } ?? [])
        case .listenersInherited(let count, _):
            [.init(.count, count)]
        case .persistentRefused(let peer, let refusal):
            [.init(.peer, peer), .init(.reason, refusal.name.word)]
        case .journalLost(let count, _):
            [.init(.count, count)]
        case .addressesLearned(let peer, let count):
            Self.fields(of: peer) + [.init(.count, count)]
        case .misbehaving(let peer, let what, let score, _):
            Self.fields(of: peer) + [.init(.score, score), .init(.detail, what)]
        case .stateRestored(let peers, let bans):
            [.init(.count, peers + bans)]
        case .storedIgnored(let entries):
            [.init(.count, entries.count)]
        case .stateLate(let patience):
            [.init(.duration, patience)]
        case .stateFailed(let error, let delay):
            [.init(.duration, delay)]
                + (error.systemCode == 0 ? [] : [.init(.errno, error.systemCode)])
        case .started, .status, .controlKilled, .socketIgnored, .restartNeeded, .controlListening,
            .controlMissing,
            .controlGroupUnmapped, .controlNotDeleted, .configurationWarning, .reloading, .reloaded,
            .reloadFailed, .stateOff, .stateSetAside, .stateWorks, .stateLost, .startFailed,
            .recording, .recordingEnded(_, .daemonEnds), .recordingEnded(_, .full),
            .recordingEnded(_, .tooSlow):
            []
        case .recordingEnded(_, .failed(let error)):
            [.init(.errno, error.code)]
        }
    }

    private static func fields(of peer: PeerAddress?) -> [LogEntry.Field] {
        peer.map { [.init(.peer, $0)] } ?? []
    }

    var entry: LogEntry {
        LogEntry(event: .notice(name), level: level, message: message, fields: fields)
    }
}

extension Notice {
    init(_ remark: Remark) {
        self =
            switch remark {
            case .addressesLearned(let peer, let count):
                .addressesLearned(from: peer, count: count)
            case .misbehaving(let peer, let misbehaviour, let score, let isInbound):
                .misbehaving(peer, "\(misbehaviour)", score: score, isInbound: isInbound)
            }
    }
}
