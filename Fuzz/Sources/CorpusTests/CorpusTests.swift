import Foundation
import Testing

/// What the fuzzer has found worth keeping, and each input that once broke a promise.
@Suite("The fuzzer's corpus")
struct CorpusTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().appending(path: "../../corpus")

    @Test("breaks no promise", arguments: FuzzTarget.allCases)
    func keepsPromises(_ target: FuzzTarget) throws {
        let files = try FileManager.default.contentsOfDirectory(
            at: Self.folder.appending(path: target.rawValue),
            includingPropertiesForKeys: nil
        )
        #expect(!files.isEmpty)
        for file in files {
            let input = try [UInt8](Data(contentsOf: file))
            #expect(throws: Never.self, "\(file.lastPathComponent)") { try target.check(input) }
        }
    }

    @Test("needs no more than nothing", arguments: FuzzTarget.allCases)
    func nothing(_ target: FuzzTarget) throws {
        try target.check([])
    }
}
