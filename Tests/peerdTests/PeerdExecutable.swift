import Facts
import Glibc

/// The program under test, as it was built together with these tests.
enum PeerdExecutable {
    /// Its path, or that of another program of the package.
    ///
    /// It lies beside the test runner, or above it where that is a bundle: the build's folder may
    /// be named as one likes.
    static func path(of program: String = "peerd") throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw Failure("readlink /proc/self/exe", errno) }
        var folder = Substring(
            String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        )
        while let slash = folder.lastIndex(of: "/") {
            folder = folder[..<slash]
            let candidate = "\(folder)/\(program)"
            var information = stat()
            if stat(candidate, &information) == 0, information.st_mode & S_IFMT == S_IFREG,
                access(candidate, X_OK) == 0
            {
                return candidate
            }
        }
        throw Failure("\(program) is not beside the test runner: build it with these tests")
    }

    /// Runs it until it ends by itself.
    static func run(
        _ arguments: String...,
        through wrapper: [String] = []
    ) throws -> (ending: ChildProcess.Ending, output: [String], errors: [String]) {
        var process = try start(arguments, through: wrapper)
        let ending = try process.waitForEnd()
        return (ending, process.outputLines, process.errorLines)
    }

    /// Starts it, through a wrapper if one is given: a command that ends by executing the one
    /// behind it, in the same process.
    static func start(
        _ arguments: [String],
        through wrapper: [String] = []
    ) throws -> ChildProcess {
        let words = wrapper + [try path()] + arguments
        return try ChildProcess(words[0], Array(words.dropFirst()))
    }
}
