/// Why a text is not a TOML document.
package struct TOMLError: Error, Equatable {
    package let message: String
    /// Nil if the document as a whole is meant.
    package let position: TextPosition?
}
