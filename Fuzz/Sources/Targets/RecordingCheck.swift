import Engine

/// The records of a file that somebody hands over to be replayed: whatever they are, they are read
/// or said to be damaged, at a place within. Nobody guesses a block's digest, so it is made right.
enum RecordingCheck {
    static func run(_ input: InputReader) throws(BrokenPromise) {
        var input = input
        let content = input.remainder()
        guard !content.isEmpty else { return }
        let file = Recording.beginning + Recording.head(ofBlock: content) + content
        var last = 0
        do throws(RecordError) {
            var recording = try Recording(file)
            while let record = try recording.next() {
                guard record.offset > last else { throw .damaged(at: -1) }
                last = record.offset
            }
        } catch {
            guard case .damaged(let offset) = error else {
                throw BrokenPromise(description: "a whole block leads to \(error)")
            }
            try promise(offset > last && offset <= file.count, "damaged at \(offset)")
        }
    }
}
