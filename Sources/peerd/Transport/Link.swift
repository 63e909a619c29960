import LinuxIO

/// One socket of a connection, from the moment it is taken until it is closed: a slot, and which of
/// the sockets that lay there. Whatever is said of a socket names its link, so that what a former
/// one says late can't be taken for the present one's.
struct Link: Hashable, BitwiseCopyable, Sendable {
    /// That of its connection.
    let slot: Int
    /// Never 0, which is for the loop's fixed sources.
    let generation: UInt32

    init(slot: Int, generation: UInt32) {
        precondition(generation != 0, "generation 0 is for fixed sources")
        self.slot = slot
        self.generation = generation
    }

    /// What an event of a socket names.
    init(_ token: EventToken) {
        self.init(slot: Int(token.slot), generation: token.generation)
    }
}

extension EventToken {
    /// What epoll gives back with the events of a link's socket.
    init(_ link: Link) {
        self.init(slot: UInt32(link.slot), generation: link.generation)
    }
}
