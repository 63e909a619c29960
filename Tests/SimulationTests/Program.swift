import Glibc

/// The `simulate` program, which lies beside the program that runs the tests.
enum Program {
    struct Run {
        let status: CInt
        let output: String
    }

    struct NotStarted: Error {}

    /// Runs it to its end. No argument may hold what a shell would take for more than a word.
    static func run(_ arguments: [String]) throws -> Run {
        let command = ([try path()] + arguments).joined(separator: " ") + " 2>&1"
        guard let pipe = popen(command, "r") else { throw NotStarted() }
        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = fread(&buffer, 1, buffer.count, pipe)
            guard count > 0 else { break }
            output += buffer[..<count]
        }
        let status = pclose(pipe) >> 8 & 0xff
        return Run(status: status, output: String(decoding: output, as: UTF8.self))
    }

    private static func path() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw NotStarted() }
        let runner = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        guard let slash = runner.lastIndex(of: "/") else { throw NotStarted() }
        return runner[...slash] + "simulate"
    }
}
