import PlainText
import Timing

extension ValueKind where Value == Int {
    static func integer(in range: ClosedRange<Int>) -> Self {
        let expectation = "an integer from \(range.lowerBound) to \(range.upperBound)"
        return Self(
            expectation: expectation,
            read: { node, context in
                guard
                    case .integer(let number) = node.value,
                    let number = Int(exactly: number), range.contains(number)
                else { return context.reject(node, expected: expectation) }
                return number
            },
            spell: \.description
        )
    }
}

extension ValueKind where Value == Double {
    /// A number with or without a fraction.
    static func number(in range: ClosedRange<Double>) -> Self {
        let expectation =
            "a number from \(range.lowerBound.briefSpelling) to \(range.upperBound.briefSpelling)"
        return Self(
            expectation: expectation,
            read: { node, context in
                let number: Double? =
                    switch node.value {
                    case .integer(let number): Double(number)
                    case .real(let number): number
                    case .string, .boolean, .time, .array, .table: nil
                    }
                // No range contains what is not a number.
                guard let number, range.contains(number) else {
                    return context.reject(node, expected: expectation)
                }
                return number
            },
            spell: \.briefSpelling
        )
    }
}

extension Double {
    /// Without the fraction of a whole number. Only for what is far within `Int`.
    fileprivate var briefSpelling: String {
        self == rounded() ? "\(Int(self))" : description
    }
}

extension ValueKind where Value == Duration {
    /// A duration in systemd's spelling. Traps if a bound has none.
    static func duration(in range: ClosedRange<Duration>) -> Self {
        let shortest = range.lowerBound.systemdSpelling
        let longest = range.upperBound.systemdSpelling
        let expectation = "a duration from \"\(shortest)\" to \"\(longest)\""
        return Self(
            expectation: expectation,
            read: { node, context in
                guard case .string(let text) = node.value else {
                    return context.reject(node, expected: expectation)
                }
                do throws(DurationError) {
                    let duration = try Duration(systemdSpelling: text)
                    guard range.contains(duration) else {
                        return context.reject(node, expected: expectation)
                    }
                    return duration
                } catch {
                    let shown = DurationError(text.shortened, error.shortenedReason)
                    context.complain(at: node.position, "\(shown)")
                    return nil
                }
            },
            spell: \.systemdSpelling.quotedForTOML
        )
    }
}

extension DurationError {
    fileprivate var shortenedReason: Reason {
        switch reason {
        case .unknownUnit(let unit): .unknownUnit(unit.shortened)
        case .empty, .negative, .missingNumber, .missingUnit, .tooLong: reason
        }
    }
}

extension ValueKind where Value == Bool {
    static var boolean: Self {
        let expectation = "true or false"
        return Self(
            expectation: expectation,
            read: { node, context in
                guard case .boolean(let truth) = node.value else {
                    return context.reject(node, expected: expectation)
                }
                return truth
            },
            spell: \.description
        )
    }
}

extension ValueKind where Value: RawRepresentable<String> & CaseIterable {
    /// One of the words that the type knows.
    static var word: Self {
        let words = Value.allCases.map { "\"\($0.rawValue)\"" }
        let expectation =
            words.dropLast().joined(separator: ", ") + " or " + words[words.count - 1]
        return Self(
            expectation: expectation,
            read: { node, context in
                guard case .string(let text) = node.value, let value = Value(word: text) else {
                    return context.reject(node, expected: expectation)
                }
                return value
            },
            spell: \.rawValue.quotedForTOML
        )
    }
}

extension ValueKind where Value == String? {
    /// What the kernel takes, without the zero behind it.
    private static let longestPath = 4_095

    /// A file; a relative path is one from the directory of the source that names it.
    static var path: Self {
        let expectation = "a path, or \"\" for none"
        return Self(
            expectation: expectation,
            read: { node, context -> String?? in
                guard case .string(let text) = node.value, !text.utf8.contains(0),
                    text.utf8.count <= longestPath
                else {
                    let nothing: String?? = context.reject(node, expected: expectation)
                    return nothing
                }
                guard !text.isEmpty else { return .some(nil) }
                return text.utf8.first == UInt8(ascii: "/")
                    ? text : context.source.directory + "/" + text
            },
            spell: { ($0 ?? "").quotedForTOML }
        )
    }
}
