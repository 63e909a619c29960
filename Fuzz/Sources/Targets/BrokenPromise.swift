/// What fuzzed code did although it is promised that it doesn't.
struct BrokenPromise: Error, CustomStringConvertible {
    let description: String
}

/// Throws with the description unless the condition holds.
func promise(
    _ condition: Bool,
    _ description: @autoclosure () -> String
) throws(BrokenPromise) {
    guard condition else { throw BrokenPromise(description: description()) }
}
