/// The user agents of the peers that are there, each once: most of a network's peers have one of a
/// few, and a text of its own would cost each of them 64 bytes. As many as there are peers at most,
/// of 256 bytes each. They are ASCII: no peer can make hashing them slow, nor pass for another.
struct UserAgents: Sendable {
    /// Stands for one text.
    typealias Number = UInt32

    private struct Entry: Sendable {
        var text: String
        var users: Int
    }

    private var entries: [Entry] = []
    private var free: [Number] = []
    private var numbers: [String: Number] = [:]

    /// Texts that somebody has.
    var count: Int { numbers.count }

    subscript(number: Number) -> String { entries[Int(number)].text }

    /// Notes one more peer that has this one. It is to be given back once.
    mutating func take(_ text: String) -> Number {
        if let number = numbers[text] {
            entries[Int(number)].users += 1
            return number
        }
        let entry = Entry(text: text, users: 1)
        let number: Number
        if let reused = free.popLast() {
            number = reused
            entries[Int(number)] = entry
        } else {
            number = Number(entries.count)
            entries.append(entry)
        }
        numbers[text] = number
        return number
    }

    mutating func giveBack(_ number: Number) {
        let index = Int(number)
        entries[index].users -= 1
        guard entries[index].users == 0 else { return }
        numbers[entries[index].text] = nil
        entries[index].text = ""
        free.append(number)
    }
}
