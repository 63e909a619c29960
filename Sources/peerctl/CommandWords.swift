import ArgumentParser
import Control
import PlainText

/// The words of a command line that are no options: the first should be a command.
struct CommandWords {
    private let words: [String]

    /// The options of all commands that have a value, which isn't a word then.
    private static let optionsWithValue: Set = ["-i", "--instance", "--socket"]

    private static let help = "help"

    private static var names: [String] {
        Peerctl.configuration.subcommands.map { $0._commandName }
    }

    init(_ arguments: some Sequence<String>) {
        var words: [String] = []
        var isValue = false
        for argument in arguments {
            if isValue {
                isValue = false
            } else if Self.optionsWithValue.contains(argument) {
                isValue = true
            } else if !argument.hasPrefix("-") {
                words.append(argument)
            }
        }
        self.words = words
    }

    var nameCommand: Bool { words.first.map { Self.isCommand($0) } ?? false }

    /// What is wrong with the first word, if it is no command.
    var complaint: String? {
        guard let first = words.first, !Self.isCommand(first) else { return nil }
        return Self.complaint(about: first)
    }

    /// What is wrong with `help TOPIC`, if it asks for no command's help.
    var complaintAboutHelp: String? {
        guard words.first == Self.help else { return nil }
        let topics = words.dropFirst()
        if let unknown = topics.first(where: { !Self.isCommand($0) }) {
            return Self.complaint(about: unknown)
        }
        return topics.count > 1 ? "Help is for one command at a time." : nil
    }

    private static func isCommand(_ word: String) -> Bool {
        word == help || names.contains(word)
    }

    private static func complaint(about word: String) -> String {
        let unknown = "There is no command '\(word.printable)'"
        guard word.utf8.count <= Spelling.longestWord else { return unknown }
        let small = word.lowercased()
        let known = names + [help]
        // Who knows it in parts means the one that begins so.
        let begun = known.filter { $0.hasPrefix(small) }
        let meant = begun.count == 1 ? begun[0] : Spelling.nearest(to: small, among: known)
        return unknown + (meant.map { "; did you mean '\($0)'?" } ?? ".")
    }
}
