import Addressing

/// Why a text in a list does not mean what the list is of.
struct ElementError: Error {
    /// The longest text that may mean something, in bytes: a name of 253 and its port fit.
    static let maximumText = 300

    let message: String

    init(_ message: String) {
        self.message = message
    }

    init(_ error: AddressError) {
        message = error.description
    }
}
