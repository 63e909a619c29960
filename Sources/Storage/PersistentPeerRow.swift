/// A peer that an operator added at run time, to be kept connected until it is removed.
///
/// Those of the configuration aren't stored: there the file is the truth.
package struct PersistentPeerRow: Equatable, Sendable {
    /// `203.0.113.7:9108` or `peer.example.org:9108`, as it is printed, so that equal targets are
    /// equal texts. 1 to 300 visible ASCII characters: a name has at most 253.
    package let target: String
    /// Wall time, in microseconds since 1970.
    package let addedMicroseconds: Int64

    package init(target: String, addedMicroseconds: Int64) {
        self.target = target
        self.addedMicroseconds = addedMicroseconds
    }
}
