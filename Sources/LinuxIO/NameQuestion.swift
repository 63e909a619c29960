/// A name whose addresses are wanted.
package struct NameQuestion: Equatable, Sendable {
    package let name: String
    /// The addresses come back with it.
    package let port: UInt16
    /// The asker's own.
    package let token: UInt64

    package init(name: String, port: UInt16, token: UInt64) {
        self.name = name
        self.port = port
        self.token = token
    }
}
