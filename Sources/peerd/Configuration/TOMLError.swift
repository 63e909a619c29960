/// Why a text is not a TOML document.
struct TOMLError: Error, Equatable {
    let message: String
    /// Nil if the document as a whole is meant.
    let position: TextPosition?
}
