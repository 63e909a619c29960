/// Collects what is wrong while the sources are read.
package struct ConfigurationProblems {
    /// How many are kept: more than anybody reads at once, and few enough that a file of nothing
    /// but unknown keys (250,000 fit into 1 MiB) costs no memory and no search for similar names.
    package static let maximum = 100

    package private(set) var all: [ConfigurationProblem] = []
    package private(set) var omitted = 0
    /// The order of files and `--set` arguments: by it problems are sorted. By their bytes, since
    /// they are whatever somebody wrote.
    private var ranks: [[UInt8]: Int] = [:]

    package init() {}

    package var isFull: Bool { all.count == Self.maximum }
    package var count: Int { all.count + omitted }

    /// Tells that what is named `source` comes after all that was named before.
    package mutating func begin(_ source: String) {
        let source = Array(source.utf8)
        if ranks[source] == nil { ranks[source] = ranks.count }
    }

    /// The message is only made if it is kept.
    package mutating func add(_ origin: ConfigurationOrigin, _ message: @autoclosure () -> String) {
        guard !isFull else {
            omitted += 1
            return
        }
        all.append(ConfigurationProblem(origin, message()))
    }

    /// By source, line and column; what has the same place stays in the order in which it was
    /// found.
    package var sorted: [ConfigurationProblem] {
        all.enumerated()
            .sorted { (place(of: $0.element), $0.offset) < (place(of: $1.element), $1.offset) }
            .map(\.element)
    }

    private func place(of problem: ConfigurationProblem) -> Place {
        switch problem.origin {
        case .standard, .operator: Place(rank: -1, line: 0, column: 0)
        case .file(let path, let line, let column):
            Place(rank: rank(of: path), line: line ?? 0, column: column ?? 0)
        case .setting(let argument):
            Place(rank: rank(of: "--set \(argument)"), line: 0, column: 0)
        }
    }

    private func rank(of source: String) -> Int { ranks[Array(source.utf8)] ?? ranks.count }

    private struct Place: Comparable {
        var rank: Int
        var line: Int
        var column: Int

        static func < (one: Place, other: Place) -> Bool {
            (one.rank, one.line, one.column) < (other.rank, other.line, other.column)
        }
    }
}
