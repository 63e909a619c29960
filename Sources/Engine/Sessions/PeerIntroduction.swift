/// What is kept of what a peer said of itself: its own word.
package struct PeerIntroduction: Equatable, Sendable {
    package let services: UInt64
    package let protocolVersion: Int32
    package let userAgent: String
}
