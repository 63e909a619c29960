internal import Facts

/// What the journal says of the end of one connection beyond its cause.
struct EndingDetail: Sendable {
    let id: ConnectionID
    let text: String

    init(of id: ConnectionID, _ text: String) {
        self.id = id
        self.text = text
    }
}
