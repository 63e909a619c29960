/// How the world treats everybody at present.
struct Mood {
    enum Network: CaseIterable {
        case up
        /// No interface is up: connects fail at once, and what is connected falls silent.
        case noRoute
        /// Packets vanish behind the next router.
        case silent
    }

    var network = Network.up
    var hasDescriptors = true
    /// Strangers connect many times a second.
    var isFlooded = false
    /// Everybody answers at once and nobody leaves.
    var isKind = false

    /// What peers, resolver and kernel are like when they are at their best.
    static let kind = Mood(isKind: true)

    init(isKind: Bool = false) {
        self.isKind = isKind
    }
}
