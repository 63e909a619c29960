import Addressing
import Configuration

/// What operators write: files, `--set` arguments and lists of addresses. A configuration that is
/// read prints as one that reads as the same; what is wrong is told in bounds.
enum ConfigurationCheck {
    static func run(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        switch input.choice(below: 4) {
        case 0, 1: try checkFile(input.remainder())
        case 2: try checkSettings(input.remainder())
        default:
            try checkList(defaultPort: input.flag() ? 9_108 : nil, input.remainder())
        }
    }

    private static func checkFile(_ bytes: [UInt8]) throws(BrokenPromise) {
        if let source = try source(bytes) { try checkRead([source]) }
    }

    /// Nil if it isn't TOML.
    private static func source(_ bytes: [UInt8]) throws(BrokenPromise) -> ConfigurationSource? {
        do throws(TOMLError) {
            // No path leads to a file from there.
            return ConfigurationSource(
                kind: .file(path: "peerd.toml"),
                root: try TOMLNode(parsing: bytes),
                directory: "/dev/null"
            )
        } catch {
            let lines = bytes.count { $0 == UInt8(ascii: "\n") } + 1
            let line = error.position?.line ?? 1
            try promise(!error.message.isEmpty, "an error without words")
            try promise((1...lines).contains(line), "line \(line) of \(lines)")
            return nil
        }
    }

    /// Zeros are between arguments: no argument has one.
    private static func checkSettings(_ bytes: [UInt8]) throws(BrokenPromise) {
        var sources: [ConfigurationSource] = []
        // Two can override each other; each more takes half a millisecond to be found wrong.
        for argument in bytes.split(separator: 0, omittingEmptySubsequences: false).prefix(2) {
            guard let text = String(validating: argument, as: UTF8.self) else { continue }
            do throws(TOMLError) {
                sources.append(try .setting(text, directory: "/dev/null"))
            } catch {
                guard error.position == nil, !error.message.isEmpty else {
                    throw BrokenPromise(description: "\(text): \(error)")
                }
            }
        }
        try checkRead(sources)
    }

    private static func checkRead(_ sources: [ConfigurationSource]) throws(BrokenPromise) {
        let reader = ConfigurationReader(sources, problems: ConfigurationProblems())
        guard reader.problems.count == 0 else { return try checkTold(reader.problems) }
        let loaded = LoadedConfiguration(
            configuration: reader.configuration,
            origins: reader.origins,
            warnings: reader.warnings
        )
        guard let printed = try source(Array(loaded.printed.utf8)) else {
            throw BrokenPromise(description: "printed as what is no TOML: \(loaded.printed)")
        }
        let again = ConfigurationReader([printed], problems: ConfigurationProblems())
        try promise(again.problems.count == 0, "printed with mistakes: \(again.problems.sorted)")
        try promise(
            again.configuration == loaded.configuration,
            "\(loaded.printed) is read as \(again.configuration)"
        )
    }

    private static func checkList(
        defaultPort: UInt16?,
        _ bytes: [UInt8]
    ) throws(BrokenPromise) {
        func read(_ bytes: [UInt8], _ problems: inout ConfigurationProblems) -> [PeerAddress] {
            AddressesFile.addresses(
                in: bytes,
                of: "addresses",
                defaultPort: defaultPort,
                problems: &problems
            )
        }
        var problems = ConfigurationProblems()
        let addresses = read(bytes, &problems)
        try checkTold(problems)
        try promise(Set(addresses).count == addresses.count, "the same twice in \(addresses)")
        let printed = addresses.map { "\($0)\n" }.joined()
        var none = ConfigurationProblems()
        let again = read(Array(printed.utf8), &none)
        try promise(again == addresses && none.count == 0, "\(addresses) is read as \(again)")
    }

    private static func checkTold(_ problems: ConfigurationProblems) throws(BrokenPromise) {
        guard problems.count > 0 else { return }
        let errors = ConfigurationErrors(problems: problems.sorted, omitted: problems.omitted)
        try promise(
            errors.problems.count <= ConfigurationProblems.maximum,
            "\(errors.problems.count) problems"
        )
        let lines = errors.description.split(whereSeparator: \.isNewline)
        try promise(lines.count == errors.lines.count, "\(lines.count) lines: \(errors)")
    }
}
