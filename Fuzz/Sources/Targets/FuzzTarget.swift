/// What is fuzzed: each reads any bytes as a case of its own and checks what is promised of it.
///
/// The fuzzer runs them without end, the tests once with each file of the corpus.
enum FuzzTarget: String, CaseIterable, Sendable {
    case addresses
    case books
    case configuration
    case control
    case frames
    case messages
    case recording
    case sessions

    /// - Throws: `BrokenPromise` if what is fuzzed did what it mustn't. Worse mistakes trap.
    func check(_ input: [UInt8]) throws(BrokenPromise) {
        let bytes = InputReader(input[...])
        switch self {
        case .addresses: try AddressesCheck.run(bytes)
        case .books: try BooksCheck.run(bytes)
        case .configuration: try ConfigurationCheck.run(bytes)
        case .control: try ControlCheck.run(bytes)
        case .frames: try FramesCheck.run(bytes)
        case .messages: try MessagesCheck.run(bytes)
        case .recording: try RecordingCheck.run(bytes)
        case .sessions: try SessionsCheck.run(bytes)
        }
    }
}
