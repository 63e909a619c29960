import LinuxIO

/// Who may change something: root, the daemon's own user, and the members of one group. Whether
/// somebody may ask at all is decided by the mode of the socket.
struct WriteAccess: Equatable, Sendable {
    /// What the kernel says instead of a user or a group that this process's user namespace doesn't
    /// map. Somebody else might have it too, so it gives nobody any rights.
    static let unmapped: UInt32 = 65_534

    /// The daemon's own user.
    let user: UInt32
    let group: UInt32

    func isGiven(to client: PeerCredentials) -> Bool {
        if client.user == 0 { return true }
        if client.user == user, user != Self.unmapped { return true }
        return group != Self.unmapped && client.isMember(of: group)
    }
}
