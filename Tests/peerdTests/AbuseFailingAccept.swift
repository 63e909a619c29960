import ConfigurationFixtures
import Glibc

/// An accept4(2) under a daemon that fails as a test wishes: see Tests/FailingAccept.
struct AbuseFailingAccept: ~Copyable {
    private let directory: ConfigurationDirectory
    private let file: String
    private let library: String

    init() throws {
        let directory = try ConfigurationDirectory()
        let file = try directory.write([UInt8](repeating: 0, count: 8), to: "failing-accept")
        let library = try PeerdExecutable.path().dropLast("peerd".count) + "libFailingAccept.so"
        guard access(String(library), R_OK) == 0 else { throw Failure("\(library)", errno) }
        self.directory = directory
        self.file = file
        self.library = String(library)
    }

    /// What the daemon is to be started through.
    var wrapper: [String] {
        ["/usr/bin/env", "LD_PRELOAD=\(library)", "FAILING_ACCEPT=\(file)"]
    }

    /// Makes every call fail with an error from now on; 0 lets the kernel answer again.
    func fail(with code: CInt) throws {
        let stream = try open("r+e")
        defer { fclose(stream) }
        var code = code
        guard fwrite(&code, 4, 1, stream) == 1 else { throw Failure("write \(file)", errno) }
    }

    /// How many calls have failed so.
    func failures() throws -> Int {
        let stream = try open("re")
        defer { fclose(stream) }
        var numbers: [CInt] = [0, 0]
        guard fread(&numbers, 4, 2, stream) == 2 else { throw Failure("read \(file)", errno) }
        return Int(numbers[1])
    }

    private func open(_ mode: String) throws -> UnsafeMutablePointer<FILE> {
        guard let stream = fopen(file, mode) else { throw Failure("open \(file)", errno) }
        return stream
    }
}
