import Glibc

/// What libFuzzer calls: it brings a `main` of its own. Which target an execution is for is in the
/// environment, since the command line is libFuzzer's.
@_cdecl("LLVMFuzzerTestOneInput")
func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = Array(UnsafeBufferPointer(start: start, count: count))
    do throws(BrokenPromise) {
        try target.check(input)
    } catch {
        complain("\(target.rawValue): \(error)")
        // How libFuzzer learns of it: it keeps the input and ends.
        abort()
    }
    return 0
}

private let target: FuzzTarget = {
    let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: " ")
        complain("FUZZ_TARGET must be one of: \(names)")
        exit(2)
    }
    return target
}()

private func complain(_ text: String) {
    let line = Array("\(text)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
}
