import Glibc

/// Whose process connected to a local socket, as the kernel noted when it did. In a user namespace,
/// users and groups that it doesn't map are all the same overflow number, 65534.
package struct PeerCredentials: Equatable, Sendable {
    /// Groups that a process may have at most: the kernel's NGROUPS_MAX.
    static let mostGroups = 65_536

    package let process: Int32
    package let user: UInt32
    package let group: UInt32
    /// The supplementary ones.
    package let groups: [UInt32]

    package init(process: Int32, user: UInt32, group: UInt32, groups: [UInt32]) {
        self.process = process
        self.user = user
        self.group = group
        self.groups = groups
    }

    package func isMember(of group: UInt32) -> Bool {
        self.group == group || groups.contains(group)
    }

    init(of descriptor: borrowing FileDescriptor) throws(SystemError) {
        // struct ucred, which the Glibc module doesn't have.
        var owner: (process: Int32, user: UInt32, group: UInt32) = (0, 0, 0)
        var length = socklen_t(MemoryLayout.size(ofValue: owner))
        let number = descriptor.number
        try systemCall(.getsockopt) {
            getsockopt(number, SOL_SOCKET, SO_PEERCRED, &owner, &length)
        }
        self.init(
            process: owner.process,
            user: owner.user,
            group: owner.group,
            groups: try Self.groups(of: number)
        )
    }

    private static func groups(of number: CInt) throws(SystemError) -> [UInt32] {
        var room = 32
        while true {
            var groups = [UInt32](repeating: 0, count: room)
            var length = socklen_t(room * MemoryLayout<UInt32>.size)
            do throws(SystemError) {
                try systemCall(.getsockopt) {
                    getsockopt(number, SOL_SOCKET, SO_PEERGROUPS, &groups, &length)
                }
                return Array(groups.prefix(Int(length) / MemoryLayout<UInt32>.size))
            } catch {
                // The kernel says how much room it wants; only so much can be true.
                let wanted = Int(length) / MemoryLayout<UInt32>.size
                guard error.code == ERANGE, wanted > room, wanted <= mostGroups else { throw error }
                room = wanted
            }
        }
    }
}
