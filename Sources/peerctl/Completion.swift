import ArgumentParser
import Control
import LinuxIO
import PlainText

/// What a shell offers for words that only the daemon or this machine knows. Whatever goes wrong
/// leaves nothing to offer: a shell that waits or shows errors in the middle of a line is worse.
enum Completion {
    /// A word, and what it stands for where the shell shows that.
    struct Candidate: Equatable {
        let word: String
        var meaning = ""
    }

    /// How long the daemon may take, while somebody waits at the prompt.
    private static let patience = Duration.seconds(1)

    /// The connections by their ids, those that `isWanted`.
    static func ids(
        _ isWanted: @escaping @Sendable (Peers.Connection) -> Bool = { _ in true }
    ) -> CompletionKind {
        kind { words in
            ask(Peers.List(), words).flatMap(\.connections).filter(isWanted).map { connection in
                Candidate(word: "\(connection.id)", meaning: connection.peer)
            }
        }
    }

    /// The peers by what they are named.
    static let peers = kind { words in
        ask(Peers.List(), words).flatMap(\.connections).map { Candidate(word: $0.target) }
    }

    /// What is banned.
    static let bans = kind { words in
        ask(Peers.ListBans(), words).flatMap(\.bans).map { ban in
            Candidate(word: ban.prefix, meaning: ban.origin.text)
        }
    }

    /// The daemons of `peerd@.service`: those that have a configuration, and those that run.
    static let instances = kind { _ in
        let configured = FolderNames.list("/etc/peerd").compactMap { $0.without(suffix: ".toml") }
        let running = FolderNames.list("/run").compactMap { $0.without(prefix: "peerd-") }
        let names = Set(configured + running).subtracting(["peerd", "control"])
        return names.filter(Instance.isName).sorted().map { Candidate(word: $0) }
    }

    private static func kind(
        _ candidates: @escaping @Sendable (_ words: [String]) -> [Candidate]
    ) -> CompletionKind {
        .custom { words, _, _ in spelled(candidates(words), for: CompletionShell.requesting) }
    }

    /// All replies of the daemon that the words mean, none if it doesn't answer.
    private static func ask<Parameters: MethodParameters>(
        _ parameters: Parameters,
        _ words: [String]
    ) -> [Parameters.Reply] {
        var replies: [Parameters.Reply] = []
        guard let options = options(of: words) else { return [] }
        do throws(CommandFailure) {
            let paths = options.chosen.socketPaths
            var client = try Client.connect(toFirstOf: paths, patience: patience)
            try client.stream(parameters, within: patience) { replies.append($0) }
        } catch {
            return []
        }
        return replies
    }

    /// The daemon that the words of a command line mean; nil if they mean none.
    static func options(of words: [String]) -> ControlOptions? {
        var arguments: [String] = []
        for (place, word) in words.enumerated() {
            if ["-i", "--instance", "--socket"].contains(word), place + 1 < words.count {
                arguments += [word, words[place + 1]]
            } else if word.hasPrefix("--instance=") || word.hasPrefix("--socket=") {
                arguments.append(word)
            }
        }
        return try? ControlOptions.parse(arguments)
    }

    /// As the shell that asks reads them.
    static func spelled(_ candidates: [Candidate], for shell: CompletionShell?) -> [String] {
        candidates.map { candidate in
            let (word, meaning) = (candidate.word.printable, candidate.meaning.printable)
            if shell == .zsh {
                let escaped = word.replacing(":", with: "\\:")
                return meaning.isEmpty ? escaped : "\(escaped):\(meaning)"
            }
            if shell == .fish { return meaning.isEmpty ? word : "\(word)\t\(meaning)" }
            return word
        }
    }
}

extension String {
    fileprivate func without(prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }

    fileprivate func without(suffix: String) -> String? {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : nil
    }
}
