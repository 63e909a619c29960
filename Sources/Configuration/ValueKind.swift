/// What may be written for a value of the configuration, how it is read, and how it is spelled.
struct ValueKind<Value: Sendable>: Sendable {
    /// What is asked for, to stand behind "expected": `an integer from 0 to 1000`.
    let expectation: String
    /// Nil when the value is wrong: the context has been told why.
    let read: @Sendable (TOMLNode, inout ValueContext) -> Value?
    /// As TOML that `read` takes back.
    let spell: @Sendable (Value) -> String
    /// Of a list, its elements; nil of what has none.
    let elements: Elements?

    /// The elements of a list, one by one: there may be thousands.
    struct Elements: Sendable {
        let count: @Sendable (Value) -> Int
        /// The one at a place from 0 up, as TOML.
        let spell: @Sendable (Value, Int) -> String
    }

    init(
        expectation: String,
        read: @escaping @Sendable (TOMLNode, inout ValueContext) -> Value?,
        spell: @escaping @Sendable (Value) -> String,
        elements: Elements? = nil
    ) {
        self.expectation = expectation
        self.read = read
        self.spell = spell
        self.elements = elements
    }
}

/// Where a value that is being read stands, and what else its reading needs.
struct ValueContext {
    /// In full, as in `outbound.target`.
    let key: String
    let source: ConfigurationSource
    /// The port of peers that are named without one; nil if they must have one.
    let defaultPort: UInt16?
    var problems: ConfigurationProblems

    mutating func complain(at position: TextPosition, _ message: @autoclosure () -> String) {
        problems.add(source.origin(at: position), "\(key): \(message())")
    }

    /// Tells that `node` is not what was expected, and gives nil for the reading to return.
    mutating func reject<Value>(_ node: TOMLNode, expected: String) -> Value? {
        complain(at: node.position, "expected \(expected), found \(node.found)")
        return nil
    }

    /// The same of an array of so many elements, which are too many.
    mutating func reject<Value>(_ node: TOMLNode, expected: String, found count: Int) -> Value? {
        complain(at: node.position, "expected \(expected), found \(node.found) of \(count)")
        return nil
    }
}

extension TOMLNode {
    /// The value for an error's text, at most about 80 characters long.
    var found: String {
        switch value {
        case .string(let text): text.shortened.quotedForTOML
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .boolean(let truth): "\(truth)"
        case .time: "a date or time"
        case .array: "an array"
        case .table: "a table"
        }
    }
}
