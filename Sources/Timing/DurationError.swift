/// Why a text is not a duration.
package struct DurationError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case empty
        case negative
        /// The text does not begin with a number, or goes on with something else than one.
        case missingNumber
        /// A number in a text of several has no unit, so that it could mean anything.
        case missingUnit
        case unknownUnit(String)
        /// More than 292 years, which is what an `Instant` can count.
        case tooLong
    }

    /// The text as it was given.
    package let text: String
    package let reason: Reason

    package init(_ text: String, _ reason: Reason) {
        self.text = text
        self.reason = reason
    }
}

extension DurationError: CustomStringConvertible {
    package var description: String {
        let expected = "expected a duration such as \"5min 20s\" or \"300ms\""
        return switch reason {
        case .empty: "\(expected), found nothing"
        case .negative: "'\(text)' is negative: \(expected)"
        case .missingNumber: "'\(text)' lacks a number: \(expected)"
        case .missingUnit: "'\(text)' has a number without unit: \(expected)"
        case .unknownUnit(let unit):
            "'\(text)' has the unknown unit '\(unit)': "
                + "expected us, ms, s, min, h, d, w, month or y"
        case .tooLong: "'\(text)' is too long: expected at most 292 years"
        }
    }
}
