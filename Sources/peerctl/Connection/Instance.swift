/// Which daemon is meant, and what a person calls it.
struct Instance: Equatable, Sendable {
    /// The name of a network that `peerd@.service` runs; nil for the one `peerd.service`.
    var name: String?
    /// Where to find its socket instead of where the units put it.
    var socket: String?
    /// The environment says so, so that commands needn't.
    var isInherited = false

    /// As systemctl knows it.
    var unit: String { name.map { "peerd@\($0)" } ?? "peerd" }

    /// How this program is called for this daemon, for advice that can be pasted.
    var command: String {
        if let socket { return isInherited ? "peerctl" : "peerctl --socket \(socket)" }
        // What systemd-escape makes of other characters has backslashes.
        return name.map { "peerctl -i " + ($0.contains("\\") ? "'\($0)'" : $0) } ?? "peerctl"
    }

    /// Where its control socket may be, the first choice first: where a socket unit makes it, and
    /// in the runtime folder where the daemon makes its own if systemd gave it none.
    var socketPaths: [String] {
        if let socket { return [socket] }
        let suffix = name.map { "-\($0)" } ?? ""
        return ["/run/peerd-control\(suffix)/socket", "/run/peerd\(suffix)/control"]
    }

    /// Whether systemd would take the text as the name of an instance, which then can't lead to
    /// another folder either.
    static func isName(_ text: String) -> Bool {
        guard !text.isEmpty, !text.contains("..") else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "-"),
                UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "@"), UInt8(ascii: "\\"):
                true
            default:
                false
            }
        }
    }
}
