/// One document and what is said of it; the file's name is `peerd.toml`.
package struct ConfigurationExample: CustomStringConvertible, Sendable {
    package var document: String
    package var errors: String

    package init(_ document: String, _ errors: String) {
        self.document = document
        self.errors = errors
    }

    package var description: String { document.debugDescription }
}
