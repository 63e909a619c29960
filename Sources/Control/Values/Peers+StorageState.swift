extension Peers {
    /// Whether changes of peers and bans outlive the daemon.
    package enum StorageState: String, WireWord {
        /// There is no state directory: they end with the daemon.
        case off
        /// What is stored hasn't been read, and nothing is written before.
        case unread
        /// They can be written, as far as is known: the last attempt worked.
        case works
        /// They can't be written now. It is tried again and again, and what is missing isn't lost
        /// as long as the daemon runs.
        case fails
    }
}
