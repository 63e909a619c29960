import Glibc

/// Users and groups of this process, and the groups that the machine's databases name.
package enum Accounts {
    /// Whoever this process acts as.
    package static var user: UInt32 { geteuid() }
    package static var group: UInt32 { getegid() }

    /// The number of a group; nil if there is none of this name. May ask the network, so it isn't
    /// for the loop.
    package static func group(named name: String) -> UInt32? {
        var entry = Glibc.group()
        var found: UnsafeMutablePointer<Glibc.group>?
        // A group has all its members in its entry: 64 KiB are some thousands.
        var room = 65_536
        while true {
            var text = [CChar](repeating: 0, count: room)
            let code = getgrnam_r(name, &entry, &text, text.count, &found)
            guard code == ERANGE, room < 16 << 20 else { return found == nil ? nil : entry.gr_gid }
            room *= 2
        }
    }

    /// Whether this process's user namespace knows a group. The members of another one can't be
    /// told from those of any other.
    package static func maps(group: UInt32) -> Bool {
        guard let file = fopen("/proc/self/gid_map", "re") else { return true }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        while fgets(&line, CInt(line.count), file) != nil {
            let bytes = line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            let fields = String(decoding: bytes, as: UTF8.self)
                .split { $0 == " " || $0 == "\n" }.compactMap { UInt64($0) }
            guard fields.count == 3 else { continue }
            if fields[0] <= UInt64(group), UInt64(group) < fields[0] + fields[2] { return true }
        }
        return false
    }
}
