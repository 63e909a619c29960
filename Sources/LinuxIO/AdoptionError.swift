/// Why a listener could not be taken over.
package enum AdoptionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A socket of another family or type, a local one or a datagram one say.
    case notTCP
    case notListening
    case system(SystemError)

    package var description: String {
        switch self {
        case .notTCP: "not a TCP socket"
        case .notListening: "not a listening socket"
        case .system(let error): "\(error)"
        }
    }
}
