import CLinux

/// A system call that the world made fail.
package struct SystemError: Error, Equatable, Sendable {
    package let call: SystemCall
    /// The number of `errno`.
    package let code: CInt

    package init(_ call: SystemCall, _ code: CInt) {
        self.call = call
        self.code = code
    }

    /// The text and symbol of an error number: `address already in use (EADDRINUSE)`.
    package static func describe(_ code: CInt) -> String {
        guard let text = clinux_error_text(code), let symbol = clinux_error_symbol(code) else {
            return "error \(code)"
        }
        let sentence = String(cString: text)
        return
            "\(sentence.prefix(1).lowercased())\(sentence.dropFirst()) (\(String(cString: symbol)))"
    }
}

extension SystemError: CustomStringConvertible {
    /// `bind: address already in use (EADDRINUSE)`
    package var description: String { "\(call.rawValue): \(Self.describe(code))" }
}
