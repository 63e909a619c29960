/// A fixed list of names under which something is shown, typed and counted.
///
/// The raw value is the word as the journal, arguments and completions have it, in kebab-case:
/// `too-many-per-host`. The other spellings are made of it: values of the control interface are
/// `tooManyPerHost`, its errors `TooManyPerHost`. Words don't change once they are released.
package protocol FactName: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

extension FactName {
    /// `too-many-per-host`
    package var word: String { rawValue }

    /// `tooManyPerHost`
    package var camelCase: String { Self.joined(rawValue, capitalisingFirst: false) }

    /// `TooManyPerHost`
    package var pascalCase: String { Self.joined(rawValue, capitalisingFirst: true) }

    /// Its place in the list, from 0.
    ///
    /// Safe since a list of 2 to 256 cases without values is a byte with the number of the case, in
    /// the order of declaration: a test compares it with the order of each list.
    package var ordinal: Int { unsafe Int(unsafeBitCast(self, to: UInt8.self)) }

    /// The one that is spelt so; nil if none is. Case counts.
    package init?(camelCase text: String) {
        guard let name = Self.allCases.first(where: { $0.camelCase == text }) else { return nil }
        self = name
    }

    /// The one that is spelt so; nil if none is. Case counts.
    package init?(pascalCase text: String) {
        guard let name = Self.allCases.first(where: { $0.pascalCase == text }) else { return nil }
        self = name
    }

    private static func joined(_ word: String, capitalisingFirst: Bool) -> String {
        var result = ""
        result.reserveCapacity(word.utf8.count)
        var capitalises = capitalisingFirst
        for letter in word.unicodeScalars {
            if letter == "-" {
                capitalises = true
            } else if capitalises {
                result += letter.properties.uppercaseMapping
                capitalises = false
            } else {
                result.unicodeScalars.append(letter)
            }
        }
        return result
    }
}

/// A fact that is one of a list of names, whatever numbers it comes with.
package protocol Named {
    associatedtype Name: FactName

    var name: Name { get }
}
