import ConnectionCore

// Names that the core and the interface share: within the interface's types theirs would be meant,
// and the core's module can't be named, since its main type has its name.

typealias CoreBan = Ban
typealias CoreCanceller = Canceller
typealias CoreConnection = Connection
typealias CoreEndedConnection = EndedConnection
typealias CoreKind = Kind
typealias CorePerKind = PerKind
typealias CorePhase = Phase
typealias CoreRetry = Retry
typealias CoreRule = Rule
typealias CoreSetback = Setback
typealias CoreShortage = Shortage
typealias CoreSubject = Subject
typealias CoreWay = Way
