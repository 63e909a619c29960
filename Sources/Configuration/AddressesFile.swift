package import Addressing
import LinuxIO
import PlainText

/// The list of addresses that `outbound.addresses-file` names: one a line, blank lines and what
/// follows a `#` left out. What lines are is as in the configuration: see `EditedText`.
package enum AddressesFile {
    /// 100,000 addresses take 4 MB as `PeerAddress`es, and a quarter of a second to read.
    package static let maximumLines = 100_000
    /// 80 bytes a line on average, comments included.
    package static let maximumBytes = 8 * 1_048_576

    /// Reads the list, without its duplicates: lists come from programs, which may join several.
    ///
    /// - Parameters:
    ///   - path: The file.
    ///   - origin: Where the file is named, for what is wrong with it as a whole.
    ///   - defaultPort: The port of addresses without one, if any.
    ///   - problems: Is told of each line that is no address.
    /// - Returns: The addresses in the file's order.
    package static func read(
        _ path: String,
        namedAt origin: ConfigurationOrigin,
        defaultPort: UInt16?,
        problems: inout ConfigurationProblems
    ) -> [PeerAddress] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try FileContents.read(path, limit: maximumBytes)
        } catch {
            problems.add(origin, "outbound.addresses-file: \(error)")
            return []
        }
        return addresses(in: bytes, of: path, defaultPort: defaultPort, problems: &problems)
    }

    /// As `read`, of what the file at `path` holds.
    package static func addresses(
        in bytes: [UInt8],
        of path: String,
        defaultPort: UInt16?,
        problems: inout ConfigurationProblems
    ) -> [PeerAddress] {
        guard !EditedText.isUTF16(bytes) else {
            problems.add(.file(path, line: nil, column: nil), EditedText.utf16)
            return []
        }
        let bytes = EditedText.unified(bytes)
        var addresses: [PeerAddress] = []
        var seen: Set<PeerAddress> = []
        // A newline at the end ends the last line; it begins none.
        let ended = bytes.last == UInt8(ascii: "\n") ? bytes.dropLast() : bytes[...]
        let newline = UInt8(ascii: "\n")
        let lines = ended.split(
            separator: newline,
            maxSplits: maximumLines,
            omittingEmptySubsequences: false
        )
        for (index, line) in lines.enumerated() {
            guard index < maximumLines else {
                problems.add(
                    .file(path, line: index + 1, column: nil),
                    "more than \(maximumLines) lines"
                )
                break
            }
            do throws(ElementError) {
                guard let address = try address(in: line, defaultPort: defaultPort) else {
                    continue
                }
                if seen.insert(address).inserted { addresses.append(address) }
            } catch {
                problems.add(.file(path, line: index + 1, column: nil), error.message)
            }
        }
        return addresses
    }

    /// The address of a line, or nil if it has none.
    private static func address(
        in line: ArraySlice<UInt8>,
        defaultPort: UInt16?
    ) throws(ElementError) -> PeerAddress? {
        let text = EditedText.content(of: line)
        guard !text.isEmpty else { return nil }
        guard let string = String(validating: text, as: UTF8.self) else {
            throw ElementError("not UTF-8")
        }
        guard text.count <= ElementError.maximumText else {
            throw ElementError("\(string.shortened.quotedForTOML) is too long")
        }
        return try PeerAddress(dialable: string, defaultPort: defaultPort)
    }
}
