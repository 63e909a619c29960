/// The name of a cause, whatever numbers it comes with.
package enum CauseName: Hashable, Sendable {
    case refused(Refusal.Name)
    case failed(DialFailure.Name)
    case ended(Ending.Name)

    /// The causes that something can have.
    enum List {
        case none, refusals, failures, endings

        var all: [CauseName?] {
            switch self {
            case .none: [nil]
            case .refusals: Refusal.Name.allCases.map { .refused($0) }
            case .failures: DialFailure.Name.allCases.map { .failed($0) }
            case .endings: Ending.Name.allCases.map { .ended($0) }
            }
        }
    }

    /// The one that is spelt so: the lists have no name in common that isn't the same word in both.
    /// Nil if none is. Case counts.
    package init?(camelCase text: String) {
        if let name = Ending.Name(camelCase: text) {
            self = .ended(name)
        } else if let name = DialFailure.Name(camelCase: text) {
            self = .failed(name)
        } else if let name = Refusal.Name(camelCase: text) {
            self = .refused(name)
        } else {
            return nil
        }
    }

    /// Its place in its list.
    var ordinal: Int {
        switch self {
        case .refused(let name): name.ordinal
        case .failed(let name): name.ordinal
        case .ended(let name): name.ordinal
        }
    }

    /// `too-many-per-host`
    package var word: String {
        switch self {
        case .refused(let name): name.word
        case .failed(let name): name.word
        case .ended(let name): name.word
        }
    }

    /// `tooManyPerHost`
    package var camelCase: String {
        switch self {
        case .refused(let name): name.camelCase
        case .failed(let name): name.camelCase
        case .ended(let name): name.camelCase
        }
    }
}
