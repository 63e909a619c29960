import ConnectionCore
import Facts
import Timing

/// As many events as there are connections take so long, so that a connection mostly lives until it
/// is ready, and the cost of that is part of the cost of an event, at every size alike.
private let lifetime = Duration.seconds(11)

/// Any inbound peer hangs up, and a new one comes.
struct PeerChanges: Measurable {
    static let eventsPerChange = 2

    private var world: World

    init(connections: Int) {
        var world = World(pace: lifetime / connections) {
            $0.limits.connections = connections + 1
        }
        for _ in 0..<connections where world.admit() == nil { fatalError("refused too early") }
        self.world = world
    }

    mutating func change(times: Int) {
        for _ in 0..<times {
            guard let id = world.randomConnection() else { fatalError("a slot is empty") }
            world.tell(.closed(id, .closedByPeer))
            guard world.admit() != nil else { fatalError("refused below the limit") }
        }
    }
}

/// Every slot is taken, and peers come all the same.
struct Refusals: Measurable {
    static let eventsPerChange = 1

    private var world: World

    init(connections: Int) {
        var world = World(pace: lifetime / connections) {
            $0.limits.connections = connections + 1
        }
        for _ in 0..<connections where world.admit() == nil { fatalError("refused too early") }
        world.wait(for: lifetime)
        self.world = world
    }

    mutating func change(times: Int) {
        for _ in 0..<times where world.admit() != nil { fatalError("admitted beyond the limit") }
    }
}

/// The oldest outbound peer is lost, and the one that is dialled in its stead answers.
///
/// The oldest, since a loss before the peer is ready would count as a failure, and failures are
/// rationed.
struct Replacements: Measurable {
    /// Lost, deadline reached, dial succeeded.
    static let eventsPerChange = 3

    private var world: World
    private var ids: [ConnectionID]
    private var oldest = 0

    init(connections: Int) {
        var world = World(pace: lifetime / connections) {
            $0.limits.connections = connections
            $0.outbound.target = connections
        }
        world.wait(for: .zero)
        ids = world.connectDialled()
        precondition(ids.count == connections)
        world.wait(for: lifetime)
        self.world = world
    }

    mutating func change(times: Int) {
        for _ in 0..<times {
            world.tell(.closed(ids[oldest], .closedByPeer))
            guard let id = world.connectDialled().first else { fatalError("nothing was dialled") }
            ids[oldest] = id
            oldest = (oldest + 1) % ids.count
        }
    }
}
