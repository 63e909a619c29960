/// A connection that the kernel has completed, and whose it is. Dropped, it is shed: the peer gets
/// a reset and nothing of it stays here. To keep it, call `socket.clearLinger()`.
package struct Accepted: ~Copyable, Sendable {
    package var socket: Socket
    package let remote: SocketAddress

    /// Takes it apart; a plain access would keep the socket inside.
    package consuming func takeSocket() -> Socket { socket }
}
