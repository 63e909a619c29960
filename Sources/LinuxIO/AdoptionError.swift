/// Why a listener could not be taken over.
package enum AdoptionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A socket of another family or type, a local one or a datagram one say.
    case notTCP
    /// The same, where a local stream socket is wanted.
    case notLocal
    case notListening
    case system(SystemError)

    package var description: String {
        switch self {
        case .notTCP: "not a TCP socket"
        case .notLocal: "not a local stream socket (AF_UNIX, SOCK_STREAM)"
        case .notListening: "not a listening socket"
        case .system(let error): "\(error)"
        }
    }
}
