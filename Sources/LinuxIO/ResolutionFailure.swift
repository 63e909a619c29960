import CLinux
import Glibc

/// Why a name has no address now.
package struct ResolutionFailure: Error, Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// The name doesn't exist, or has neither an IPv4 nor an IPv6 address.
        case notFound
        /// No server answered, or we lack something: it says nothing of the name.
        case temporary
    }

    package let kind: Kind
    /// A number of getaddrinfo(3), `EAI_AGAIN` say.
    package let code: CInt
    /// For people: `Name or service not known`.
    package let text: String

    init(_ code: CInt, errno: CInt) {
        self.code = code
        kind = code == EAI_NONAME || code == clinux_eai_nodata ? .notFound : .temporary
        text =
            code == EAI_SYSTEM ? SystemError.describe(errno) : String(cString: gai_strerror(code))
    }
}

extension ResolutionFailure: CustomStringConvertible {
    package var description: String { text }
}
