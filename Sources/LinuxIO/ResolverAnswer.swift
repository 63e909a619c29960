/// What came of one question.
package struct ResolverAnswer: Equatable, Sendable {
    /// The asker's own, as given to `resolve`.
    package let token: UInt64
    /// In the resolver's order (RFC 6724: what we can reach first), without duplicates; never
    /// empty.
    package let result: Result<[SocketAddress], ResolutionFailure>

    package init(token: UInt64, result: Result<[SocketAddress], ResolutionFailure>) {
        self.token = token
        self.result = result
    }
}
