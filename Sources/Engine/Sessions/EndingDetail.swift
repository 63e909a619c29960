package import Facts

/// What the journal says of the end of one connection beyond its cause.
package struct EndingDetail: Sendable {
    package let id: ConnectionID
    package let text: String

    package init(of id: ConnectionID, _ text: String) {
        self.id = id
        self.text = text
    }
}
